//! QEMU's lists and trees: elements that each say that they are there, and one that says that it is not.

use super::{Fitting, Walk};
use crate::codec::vmdesc::fit::Unfit;
use crate::codec::vmdesc::sizes::description_size;
use crate::codec::vmdesc::take::Take;
use crate::codec::vmdesc::{Description, Field};
use crate::io::told;
use crate::visit::{Kind, Scope, ScopeKind};

/// The byte before an element, and behind the last.
const MORE: u8 = 1;
const NO_MORE: u8 = 0;

/// The type of what QEMU has no type for.
const NO_KIND: &str = "";

/// What the elements hold.
#[derive(Clone, Copy)]
pub(super) enum Chain<'d> {
    /// A value.
    List(&'d [Description]),
    /// A number as key, and a value.
    Map(&'d [Description]),
    /// A key and a value.
    Tree(&'d [Description]),
}

impl<'d> Chain<'d> {
    /// The descriptions of each element.
    fn elements(self) -> impl ExactSizeIterator<Item = &'d [Description]> {
        match self {
            Chain::List(inside) | Chain::Map(inside) => inside.chunks(1),
            Chain::Tree(inside) => inside.chunks(2),
        }
    }
}

impl<T: Take> Walk<'_, T> {
    /// A list or tree: a struct with the elements in a list, each of which is optional. That is what its
    /// bytes are: each begins with a mark, and so does the one that is not there.
    pub(super) fn chain(
        &mut self,
        name: &str,
        field: &Field,
        chain: Chain<'_>,
        depth: usize,
    ) -> Fitting {
        let mut length = self.require(Some(field.size))?;
        self.begin(name, &field.kind, length, Scope::Struct(None))?;
        let count = told(chain.elements().len());
        if !matches!(chain, Chain::List(_)) {
            self.count(count)?;
            length = length.saturating_sub(Kind::U32.width().bytes());
        }
        self.begin_list("elements", NO_KIND, length, count.saturating_add(1))?;
        for (index, inside) in (0..).zip(chain.elements()) {
            self.link(chain, inside, depth).map_err(|misfit| misfit.within_element(index))?;
        }
        self.no_more().map_err(|misfit| misfit.within_element(count))?;
        self.end(ScopeKind::List)?;
        self.end(ScopeKind::Struct)
    }

    /// The count of a tree, which must be that of its description.
    fn count(&mut self, says: u64) -> Fitting {
        match self.peek_u32() {
            Some(has) if u64::from(has) != says => Err(self.unfit(Unfit::Count { says, has })),
            _ => self.scalar("count", "uint32", Kind::U32),
        }
    }

    fn link(&mut self, chain: Chain<'_>, inside: &[Description], depth: usize) -> Fitting {
        let key = if matches!(chain, Chain::Map(_)) { Kind::U64.width().bytes() } else { 0 };
        let length = inside.iter().fold(key, |length, one| length.saturating_add(size(one)));
        self.mark(MORE, length.saturating_add(1))?;
        match (chain, inside) {
            (Chain::Tree(_), [key, value]) => {
                self.part("key", key, depth)?;
                self.part("value", value, depth)?;
            }
            (Chain::Map(_), [value]) => {
                self.scalar("key", "uint64", Kind::U64)?;
                self.part("value", value, depth)?;
            }
            (_, inside) => {
                inside.iter().try_for_each(|value| self.alone(value, depth))?;
            }
        }
        self.unmark()
    }

    /// A struct by the side of another.
    fn part(&mut self, name: &str, inside: &Description, depth: usize) -> Fitting {
        let size = description_size(inside, 0).unwrap_or(u64::MAX);
        self.structure(name, "struct", inside, size, depth)
    }

    /// A struct that is all that an element holds: its scope would say nothing, but for subsections.
    fn alone(&mut self, inside: &Description, depth: usize) -> Fitting {
        match inside.subsections() {
            [] => self.inside(inside, depth.saturating_add(1)),
            _ => self.part("", inside, depth),
        }
    }

    fn no_more(&mut self) -> Fitting {
        self.mark(NO_MORE, 1)?;
        self.unmark()
    }

    /// Begins an element with its mark.
    fn mark(&mut self, mark: u8, length: usize) -> Fitting {
        self.expect(mark, Unfit::More)?;
        self.begin("", NO_KIND, length, Scope::Element)?;
        self.begin("", NO_KIND, length, Scope::Optional { present: mark == MORE })?;
        let mark = self.take(1)?;
        self.framing(mark.len());
        Ok(())
    }

    fn unmark(&mut self) -> Fitting {
        self.end(ScopeKind::Optional)?;
        self.end(ScopeKind::Element)
    }
}

fn size(inside: &Description) -> usize {
    description_size(inside, 0).and_then(|size| usize::try_from(size).ok()).unwrap_or(usize::MAX)
}
