//! Tables and objects of Rust programs: structs of plain bytes in one block of memory.

mod block;
mod code;
mod entry;
mod forms;
mod layout;

pub use block::Block;
pub use code::{Custom, If, InBlock, On, Order, Ordered, Own, Run, Test};
pub use entry::Entry;
pub use forms::{number_at, Counts, Member, Numbers, Repeats};
pub use layout::{Layout, StaticTable};

use super::{Failure, Hook, Host, Key, NodeVisit, Table};
use crate::codec::describe::Describer;
use crate::codec::legacy::visit_raw;
use crate::error::{Code, Result};
use crate::io::json::Text;
use crate::visit::Visitor;

/// The host of a walk over objects in a [`Block`].
pub struct Arena<'w, 'm, 'v> {
    block: &'w mut Block<'m>,
    visitor: &'w mut Visitor<'v>,
    description: Option<&'w mut Describer<dyn Text + 'w>>,
}

impl<'w, 'm, 'v> Arena<'w, 'm, 'v> {
    /// A walk with `visitor` over objects in `block`.
    pub fn new(block: &'w mut Block<'m>, visitor: &'w mut Visitor<'v>) -> Self {
        Arena { block, visitor, description: None }
    }

    /// The same, which tells `description` what it saves.
    #[must_use]
    pub fn described(mut self, description: &'w mut Describer<dyn Text + 'w>) -> Self {
        self.description = Some(description);
        self
    }
}

impl<'m> Host for Arena<'_, 'm, '_> {
    type Table = &'static StaticTable;
    type Memory = Block<'m>;

    fn with<R>(
        &mut self,
        call: impl FnOnce(&mut Visitor<'_>, &mut Block<'m>) -> Result<R>,
    ) -> Result<R> {
        call(self.visitor, self.block)
    }

    fn memory(&mut self) -> &mut Block<'m> {
        self.block
    }

    fn exists(
        &mut self,
        table: Self::Table,
        index: usize,
        object: usize,
        version: u32,
    ) -> Result<bool> {
        match table.entry(index).and_then(|entry| entry.test) {
            Some(test) => test.holds(self.block, object, version),
            None => Err(Code::BadTable),
        }
    }

    fn needed(&mut self, table: Self::Table, object: usize) -> Result<bool> {
        match table.needed {
            Some(needed) => needed.holds(self.block, object, table.version),
            None => Ok(true),
        }
    }

    fn hook(
        &mut self,
        table: Self::Table,
        hook: Hook,
        object: usize,
        version: u32,
    ) -> core::result::Result<(), Failure> {
        match table.hook(hook) {
            Some(code) => code.run(self.block, object, version),
            None => Ok(()),
        }
    }

    fn custom(
        &mut self,
        table: Self::Table,
        index: usize,
        place: Option<usize>,
        size: usize,
    ) -> core::result::Result<(), Failure> {
        let _ = size;
        match (table.entry(index).and_then(|entry| entry.custom), place) {
            (Some(custom), Some(place)) => custom.visit(self.block, place, self.visitor),
            _ => Err(Failure::Code(Code::BadTable)),
        }
    }

    fn custom_bytes(
        &mut self,
        table: Self::Table,
        index: usize,
        place: Option<usize>,
        _size: usize,
    ) -> core::result::Result<(), Failure> {
        let custom = table.entry(index).and_then(|entry| entry.custom);
        let (Some(custom), Some(place)) = (custom, place) else {
            return Err(Failure::Code(Code::BadTable));
        };
        let (block, mut refused) = (&mut *self.block, None);
        let done = visit_raw(self.visitor, |fields| match custom.visit(block, place, fields) {
            Ok(()) => Ok(()),
            Err(Failure::Code(code)) => Err(code),
            Err(number) => {
                refused = Some(number);
                Err(Code::Refused)
            }
        });
        refused.map_or(done.map_err(Failure::Code), Err)
    }

    fn allocate(&mut self, bytes: usize) -> Result<usize> {
        self.block.allocate(bytes)
    }

    fn release(&mut self, place: usize, bytes: usize) {
        self.block.release(place, bytes);
    }

    fn allocation_limit(&self) -> usize {
        self.block.limit()
    }

    fn nodes(&mut self, _table: Self::Table, _index: usize, place: usize) -> Result<usize> {
        self.block.nodes(place)
    }

    fn each_node(
        &mut self,
        table: Self::Table,
        index: usize,
        place: usize,
        visit: &mut NodeVisit<'_, Self>,
    ) -> Result<()> {
        let direct = table.entry(index).is_none_or(|entry| entry.order.is_none());
        let mut next = self.block.first_node(place)?;
        while let Some(node) = next {
            let (key, value) = self.block.node(node)?;
            let key = match direct {
                true => Key::Direct(key),
                false => Key::At(usize::try_from(key).map_err(|_| Code::BadTable)?),
            };
            visit(self, key, value)?;
            next = self.block.next_node(node)?;
        }
        Ok(())
    }

    fn insert_node(
        &mut self,
        table: Self::Table,
        index: usize,
        place: usize,
        key: Key<usize>,
        value: usize,
    ) -> core::result::Result<(), Failure> {
        let order = table.entry(index).and_then(|entry| entry.order);
        self.block.insert_node(order, place, key, value).map_err(Failure::Code)
    }

    fn describe<R>(&mut self, call: impl FnOnce(&mut Describer<dyn Text + '_>) -> R) -> Option<R> {
        self.description.as_deref_mut().map(call)
    }
}

impl Table for &'static StaticTable {
    type Name = &'static str;

    fn head(self) -> super::Head<&'static str> {
        StaticTable::head(self)
    }

    fn field(self, index: usize) -> Result<Option<super::Field<Self>>> {
        Ok(self.entry(index).map(|entry| entry.field))
    }

    fn plain(self, index: usize, version: u32) -> Option<super::Plain<&'static str>> {
        self.entry(index)?.field.plain(version)
    }

    fn subsection(self, index: usize) -> Option<Self> {
        self.subsections.get(index).copied()
    }

    fn has_code(self) -> bool {
        self.has_hooks()
    }
}
