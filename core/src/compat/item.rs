//! Items to add, as a flat table.

use crate::model::Value;
use crate::visit::Marks;

/// One item of a table that says what is added, or what stands for the default of what is dropped.
///
/// The table is in the order of the state: an item is followed by what is inside of it, one deeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// How deep it is. Where a table is one item with its inside, only the first is 0.
    pub depth: u8,
    /// Its name; empty for elements of lists.
    pub name: &'a [u8],
    /// Its marks. None is [`OPAQUE`](Marks::OPAQUE).
    pub marks: Marks,
    /// What it is. Neither raw bytes nor devices can be told so.
    pub value: Value<'a>,
}

impl<'a> Item<'a> {
    /// An item without marks, at depth 0.
    #[must_use]
    pub const fn new(name: &'a str, value: Value<'a>) -> Self {
        Item { depth: 0, name: name.as_bytes(), marks: Marks::NONE, value }
    }

    /// The same, so deep inside.
    #[must_use]
    pub const fn inside(self, depth: u8) -> Self {
        Item { depth, ..self }
    }
}
