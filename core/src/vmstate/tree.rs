//! Sorted trees, as GLib's `GTree`: a count, and then keys and values as the elements of a list.

use super::fresh::Fresh;
use super::level::Object;
use super::name::{Described, ItemName};
use super::walk::{Here, State, Walk};
use super::{Host, Key, PlaceOf, Table, TreeField};
use crate::error::{Code, Result};
use crate::io::told;
use crate::visit::{Scope, ScopeKind, OPEN};

/// A tree of a host, and the tables of what is in it.
struct Tree<'t, H: Host> {
    here: &'t Here<'t, H>,
    field: TreeField<H::Table>,
    place: PlaceOf<H>,
    key: Option<Described<H::Table>>,
    value: Described<H::Table>,
    value_size: usize,
}

impl<H: Host> Walk<'_, H> {
    /// The tree of the field at `place`.
    pub(super) fn tree(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        field: TreeField<H::Table>,
        place: PlaceOf<H>,
        value_size: usize,
    ) -> Result<()> {
        let (key, value) = (field.key.map(Described::new), Described::new(field.value));
        let tree = Tree { here, field, place, key, value, value_size };
        self.visit(|v| v.begin(&name.lazy(), Scope::Struct(None)))?;
        let done = match self.state.loading {
            true => self.load_tree(&tree),
            false => self.save_tree(&tree),
        };
        self.noted(done, &"")?;
        self.visit(|v| v.end(ScopeKind::Struct))
    }

    fn save_tree(&mut self, tree: &Tree<'_, H>) -> Result<()> {
        let count = self.host.nodes(tree.here.table(), tree.here.index, tree.place)?;
        let Ok(mut told) = u32::try_from(count) else {
            return self.fail(Code::TooLong, 0xffff_ffff, told(count), ItemName::Element);
        };
        self.visit(|v| v.visit("count", &mut told))?;
        self.begin_links(count.saturating_add(1))?;
        self.each_node(tree)?;
        self.begin_link(false)?;
        self.end_link()?;
        self.visit(|v| v.end(ScopeKind::List))
    }

    /// Saves the nodes, which the host gives one after the other: it has the walk's way to the visitor then.
    fn each_node(&mut self, tree: &Tree<'_, H>) -> Result<()> {
        let mut state: State = self.state;
        let done = self.host.each_node(
            tree.here.table(),
            tree.here.index,
            tree.place,
            &mut |host, key, value| {
                let mut walk = Walk { host, state, fresh: Fresh::new() };
                let done = walk.save_node(tree, key, value);
                state = walk.state;
                done
            },
        );
        self.state = state;
        done
    }

    fn save_node(
        &mut self,
        tree: &Tree<'_, H>,
        key: Key<PlaceOf<H>>,
        value: PlaceOf<H>,
    ) -> Result<()> {
        self.begin_link(true)?;
        match (key, &tree.key) {
            (Key::Direct(mut number), None) => self.visit(|v| v.visit("key", &mut number))?,
            (Key::At(place), Some(key)) => self.part("key", key, place, None)?,
            _ => return Err(Code::BadTable),
        }
        self.part("value", &tree.value, value, None)?;
        self.end_link()
    }

    fn load_tree(&mut self, tree: &Tree<'_, H>) -> Result<()> {
        let mut count = 0u32;
        self.visit(|v| v.visit("count", &mut count))?;
        let count = usize::try_from(count).map_err(|_| Code::TooMany)?;
        // Where a size has 32 bits, the largest is no count.
        let links = count.checked_add(1).filter(|links| *links != OPEN);
        self.begin_links(links.ok_or(Code::TooLong)?)?;
        for index in 0..count {
            if !self.begin_link(false)? {
                return self.fail(Code::BadValue, count, told(index), ItemName::Element);
            }
            let mark = self.fresh.mark();
            self.load_node(tree)?;
            // The tree has it, and the host knows what becomes of that.
            self.fresh.forget(mark);
            self.end_link()?;
        }
        if self.begin_link(false)? {
            return self.fail(
                Code::BadValue,
                count,
                told(count).saturating_add(1),
                ItemName::Element,
            );
        }
        self.end_link()?;
        self.visit(|v| v.end(ScopeKind::List))
    }

    fn load_node(&mut self, tree: &Tree<'_, H>) -> Result<()> {
        let Some(described) = &tree.key else {
            let mut number = 0u64;
            self.visit(|v| v.visit("key", &mut number))?;
            return self.load_value(tree, Key::Direct(number));
        };
        let made = self.made(tree.field.key_size, |walk, place| {
            walk.part("key", described, place, Some(tree.field.version))?;
            walk.load_value(tree, Key::At(place))
        });
        made.map(|_| ())
    }

    fn load_value(&mut self, tree: &Tree<'_, H>, key: Key<PlaceOf<H>>) -> Result<()> {
        let made = self.made(tree.value_size, |walk, place| {
            walk.part("value", &tree.value, place, Some(tree.field.version))?;
            let (table, index) = (tree.here.table(), tree.here.index);
            let done = walk.host.insert_node(table, index, tree.place, key, place);
            walk.settle(done, true)
        });
        made.map(|_| ())
    }

    /// A key or a value, by its own version or this one.
    fn part(
        &mut self,
        name: &str,
        described: &Described<H::Table>,
        place: PlaceOf<H>,
        version: Option<u32>,
    ) -> Result<()> {
        let version = version.unwrap_or(described.table.head().version);
        let object = Object { described, place, version, strict: true, by: None };
        self.structure(&name, object)
    }
}
