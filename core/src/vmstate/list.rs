//! Lists whose elements are linked: QEMU's `QTAILQ` and `QLIST`, as they lie in memory.
//!
//! For a visitor a list is a struct with the elements in a list, each of which is optional: that is what its bytes
//! are. Each begins with a mark, and so does the one that is not there.

use super::level::{versions, Object};
use super::name::{Described, ItemName};
use super::walk::Walk;
use super::{Host, ListField, ListForm, Memory, PlaceOf, Table};
use crate::error::{Code, Result};
use crate::io::told;
use crate::visit::{Extent, Scope, ScopeKind, OPEN};

impl<H: Host> Walk<'_, H> {
    /// The list whose head lies at `head`.
    pub(super) fn linked(
        &mut self,
        name: ItemName<'_, H::Table>,
        form: ListForm,
        list: ListField<H::Table>,
        head: PlaceOf<H>,
        size: usize,
    ) -> Result<()> {
        // The link is two pointers, and an element must have room for them.
        let links = H::Memory::POINTER.saturating_mul(2);
        if size.checked_sub(links).is_none_or(|last| list.link > last) {
            return self.noted(Err(Code::BadTable), &name.lazy());
        }
        self.visit(|v| v.begin(&name.lazy(), Scope::Struct(None)))?;
        let done = match self.state.loading {
            true => self.load_list(form, list, head, size),
            false => self.save_list(list, head),
        };
        self.noted(done, &"")?;
        self.visit(|v| v.end(ScopeKind::Struct))
    }

    fn save_list(&mut self, list: ListField<H::Table>, head: PlaceOf<H>) -> Result<()> {
        let count = self.length_of(list, head)?;
        self.begin_links(count.saturating_add(1))?;
        let described = &Described::new(list.table);
        let version = list.table.head().version;
        let mut next = self.host.memory().follow(head)?;
        while let Some(place) = next {
            self.begin_link(true)?;
            self.alone(Object { described, place, version, strict: true, by: None })?;
            self.end_link()?;
            next = self.next(list, place)?;
        }
        self.begin_link(false)?;
        self.end_link()?;
        self.visit(|v| v.end(ScopeKind::List))
    }

    fn load_list(
        &mut self,
        form: ListForm,
        list: ListField<H::Table>,
        head: PlaceOf<H>,
        size: usize,
    ) -> Result<()> {
        let (described, version) = (&Described::new(list.table), list.version);
        // As in QEMU, also for a list without elements.
        self.visit(|v| v.check_version(v.position(), version, versions(list.table)))?;
        self.begin_links(OPEN)?;
        let (mut last, held) = (None, self.fresh.list(head, list.link, size));
        while self.begin_link_or_end()? {
            let place = self.made(size, |walk, place| {
                walk.alone(Object { described, place, version, strict: true, by: None })?;
                walk.insert(form, list, head, last, place)
            })?;
            last = Some(place);
            self.fresh.linked(held);
            self.end_link()?;
        }
        self.end_link()?;
        self.visit(|v| v.end(ScopeKind::List))
    }

    /// How many elements a list has. One that leads back to itself has no end.
    fn length_of(&mut self, list: ListField<H::Table>, head: PlaceOf<H>) -> Result<usize> {
        let (mut count, mut look_back) = (0usize, 1usize);
        let mut next = self.host.memory().follow(head)?;
        let mut earlier = next;
        while let Some(place) = next {
            count = count.saturating_add(1);
            next = self.next(list, place)?;
            if next.is_some() && next == earlier {
                return Err(Code::BadTable);
            }
            if count == look_back {
                (earlier, look_back) = (next, look_back.saturating_mul(2));
            }
        }
        Ok(count)
    }

    fn next(&mut self, list: ListField<H::Table>, place: PlaceOf<H>) -> Result<Option<PlaceOf<H>>> {
        let memory = self.host.memory();
        memory.follow(memory.at(place, list.link)?)
    }

    /// Puts an element at the end, or behind the one that was loaded before it.
    fn insert(
        &mut self,
        form: ListForm,
        list: ListField<H::Table>,
        head: PlaceOf<H>,
        last: Option<PlaceOf<H>>,
        element: PlaceOf<H>,
    ) -> Result<()> {
        let memory = self.host.memory();
        let link = memory.at(element, list.link)?;
        let back = memory.at(link, H::Memory::POINTER)?;
        if form == ListForm::Tail {
            // The head has where the pointer to the next element goes: in itself, or in the last.
            let tail = memory.at(head, H::Memory::POINTER)?;
            let end = memory.follow(tail)?.ok_or(Code::NullPointer)?;
            memory.point(link, None)?;
            memory.point(back, Some(end))?;
            memory.point(end, Some(element))?;
            return memory.point(tail, Some(link));
        }
        let before = match last {
            Some(last) => memory.at(last, list.link)?,
            None => head,
        };
        let next = memory.follow(before)?;
        memory.point(link, next)?;
        if let Some(next) = next {
            let next_back = memory.at(memory.at(next, list.link)?, H::Memory::POINTER)?;
            memory.point(next_back, Some(link))?;
        }
        memory.point(before, Some(element))?;
        memory.point(back, Some(before))
    }
}

/// Elements with a mark before each, of lists and trees.
impl<H: Host> Walk<'_, H> {
    /// Begins the list of elements; the one that is not there counts.
    pub(super) fn begin_links(&mut self, count: usize) -> Result<()> {
        self.visit(|v| v.begin(&"elements", Scope::List { extent: Extent::Fixed, count }))
    }

    /// Begins an element, and says whether it is there.
    pub(super) fn begin_link(&mut self, there: bool) -> Result<bool> {
        let mut there = there;
        self.visit(|v| {
            v.begin_element()?;
            v.begin_optional(&"", &mut there)
        })?;
        Ok(there)
    }

    pub(super) fn end_link(&mut self) -> Result<()> {
        self.visit(|v| {
            v.end(ScopeKind::Optional)?;
            v.end_element()
        })
    }

    /// Begins an element of a list that is loaded, and says whether it is there. Where the wire tells how many
    /// elements there are, it is the last that is not.
    fn begin_link_or_end(&mut self) -> Result<bool> {
        let left = self.visit(|v| Ok(v.elements_left()))?;
        if left == Some(0) {
            return self.fail(Code::BadValue, 0, 1, ItemName::Element);
        }
        let there = self.begin_link(false)?;
        match (there, left) {
            (false, Some(left)) if left > 1 => {
                self.fail(Code::BadValue, 1, told(left), ItemName::Element)
            }
            _ => Ok(there),
        }
    }
}
