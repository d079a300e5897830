//! Where the next item lies, told by whoever walks the stream.

use std::cell::{Cell, RefCell};

/// The place of the next item: its offset in the stream, and what the program that wrote the stream calls its
/// type. A walker tells it before each item; the printer takes it with that item.
#[derive(Debug, Default)]
pub struct Places {
    offset: Cell<Option<u64>>,
    type_name: RefCell<String>,
    device: Cell<Option<u64>>,
}

impl Places {
    /// No place is known.
    #[must_use]
    pub fn new() -> Self {
        Places::default()
    }

    /// The next item lies at `offset`; `type_name` may be empty.
    pub fn place(&self, offset: u64, type_name: &str) {
        self.offset.set(Some(offset));
        let mut kept = self.type_name.borrow_mut();
        kept.clear();
        kept.push_str(type_name);
    }

    /// The next device begins at `offset`, whatever items come before it.
    pub fn device(&self, offset: u64) {
        self.device.set(Some(offset));
    }

    /// A device begins.
    pub(super) fn take_device(&self) {
        if let Some(offset) = self.device.take() {
            self.place(offset, "");
        }
    }

    /// Gives the place to `show`, if it is known.
    pub fn get(&self, show: impl FnOnce(u64, &str)) {
        if let Some(offset) = self.offset.get() {
            show(offset, &self.type_name.borrow());
        }
    }

    /// The place of the next item is not known.
    pub fn clear(&self) {
        self.offset.set(None);
    }
}
