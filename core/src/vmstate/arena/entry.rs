//! A field of a static table.

use super::{Custom, Order, StaticTable, Test};
use crate::vmstate::{Amount, Field};

/// A field of a [`StaticTable`], with the code that it names.
#[derive(Clone, Copy)]
pub struct Entry {
    pub(super) field: Field<&'static StaticTable>,
    pub(super) test: Option<&'static dyn Test>,
    pub(super) custom: Option<&'static dyn Custom>,
    pub(super) order: Option<&'static dyn Order>,
}

impl Entry {
    /// A field by what is known of it. [`fields!`](crate::fields) makes one from the struct.
    #[must_use]
    pub const fn new(field: Field<&'static StaticTable>) -> Self {
        Entry { field, test: None, custom: None, order: None }
    }

    /// A field that is there from this version on.
    #[must_use]
    pub const fn since(mut self, version: u32) -> Self {
        self.field.since = version;
        self
    }

    /// A field that is there if this holds.
    #[must_use]
    pub const fn tested(mut self, test: &'static dyn Test) -> Self {
        self.field.tested = true;
        self.test = Some(test);
        self
    }

    /// A state without the field is not valid.
    #[must_use]
    pub const fn must_exist(mut self) -> Self {
        self.field.must_exist = true;
        self
    }

    /// So many elements. Those that lie in the object itself are at most as many as it has.
    #[must_use]
    pub const fn count(mut self, count: Amount) -> Self {
        self.field.count = match (self.field.count, self.field.pointer) {
            (Amount::Fixed(room), false) => count.at_most(room),
            _ => count,
        };
        self
    }

    /// Of so many bytes, or bits of a bitmap. What lies in the object itself has at most those that are there.
    #[must_use]
    pub const fn size(mut self, size: Amount) -> Self {
        self.field.size = match (self.field.size, self.field.pointer) {
            (Amount::Fixed(room), false) => size.at_most(room),
            _ => size,
        };
        self
    }

    /// Loading makes memory for what is behind the pointer.
    #[must_use]
    pub const fn allocated(mut self) -> Self {
        self.field.allocated = true;
        self
    }

    /// Loading makes memory for each element of an array of pointers; the stream says which are null.
    #[must_use]
    pub const fn each_allocated(mut self) -> Self {
        self.field.each_allocated = true;
        self
    }

    /// With code that visits each element.
    #[must_use]
    pub const fn custom(mut self, custom: &'static dyn Custom) -> Self {
        self.custom = Some(custom);
        self
    }

    /// With the order of the keys, of a tree.
    #[must_use]
    pub const fn ordered(mut self, order: &'static dyn Order) -> Self {
        self.order = Some(order);
        self
    }
}
