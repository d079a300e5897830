//! The names of fields, as items have them.

use core::cell::{Cell, OnceCell};

use super::table::earlier;
use super::Table;
use crate::error::{put_number, MAX_NAME};
use crate::visit::Name;

/// A table, and whether names repeat in it once somebody wanted to know.
pub(super) struct Described<T> {
    pub(super) table: T,
    repeats: Cell<Option<bool>>,
}

impl<T: Table> Described<T> {
    pub(super) fn new(table: T) -> Self {
        Described { table, repeats: Cell::new(None) }
    }

    fn repeats(&self) -> bool {
        let known = self.repeats.get();
        let repeats = known.unwrap_or_else(|| self.table.repeats_names());
        self.repeats.set(Some(repeats));
        repeats
    }
}

/// The name of an item that stands for a field or for an element of one.
pub(super) enum ItemName<'n, T: Table> {
    Field(&'n Described<T>, usize, T::Name),
    Element,
}

impl<T: Table> Clone for ItemName<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Table> Copy for ItemName<'_, T> {}

impl<'n, T: Table> ItemName<'n, T> {
    /// The name, not measured yet.
    #[inline]
    pub(super) fn lazy(self) -> LazyName<'n, T> {
        LazyName { of: self, numbered: OnceCell::new() }
    }
}

/// Room for a name and a number behind it.
type Numbered = heapless::Vec<u8, { MAX_NAME + 24 }>;

/// A name that is made when somebody reads it.
pub(super) struct LazyName<'n, T: Table> {
    of: ItemName<'n, T>,
    numbered: OnceCell<Numbered>,
}

impl<T: Table> Name for LazyName<'_, T> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match &self.of {
            ItemName::Element => &[],
            ItemName::Field(described, _, name) if !described.repeats() => name.bytes(),
            ItemName::Field(described, index, name) => {
                // Not `get_or_init`, which panics where it meets itself.
                if self.numbered.get().is_none() {
                    let _ = self.numbered.set(numbered(described.table, *index, name.bytes()));
                }
                self.numbered.get().map_or(&[], |numbered| numbered)
            }
        }
    }

    #[inline]
    fn is(&self, expected: &[u8]) -> bool {
        match &self.of {
            ItemName::Field(described, _, name) if !described.repeats() => name.is(expected),
            _ => crate::visit::same(self.bytes(), expected),
        }
    }
}

/// The name of a field, with its number among those of that name if there are several.
#[cold]
fn numbered<T: Table>(table: T, index: usize, name: &[u8]) -> Numbered {
    let mut text = Numbered::new();
    let rank = earlier(table, index, name);
    // A name that does not fit is too long anyway, and is refused for it.
    let _ = text.extend_from_slice(name);
    if rank > 0 || later(table, index, name) {
        let mut put = |piece: &[u8]| {
            let _ = text.extend_from_slice(piece);
        };
        put(b"[");
        put_number(crate::io::told(rank), &mut put);
        put(b"]");
    }
    text
}

/// Whether a field behind `index` has this name.
fn later<T: Table>(table: T, index: usize, name: &[u8]) -> bool {
    let mut at = index.saturating_add(1);
    while let Some(other) = table.field_name(at) {
        if other.is(name) {
            return true;
        }
        at = at.saturating_add(1);
    }
    false
}
