//! The name and instance of a device, as a path shows them.

use super::slot::Identity;
use crate::error::{put_number, Code, Fault, Path, Report, MAX_NAME};
use crate::visit::Name;

/// A slash, and the digits of an instance.
const INSTANCE: usize = 11;

/// `nic/0`, for the path of an error outside of the device.
pub(super) struct Label {
    text: heapless::Vec<u8, { MAX_NAME + INSTANCE }>,
}

impl Label {
    /// That of no device.
    pub(super) fn none() -> Self {
        Label { text: heapless::Vec::new() }
    }

    #[cold]
    pub(super) fn new(name: &[u8], instance: u32) -> Self {
        let mut label = Label::none();
        // A name that is too long for a device has no room here, and neither has what follows it.
        let mut put = |part: &[u8]| {
            let _ = label.text.extend_from_slice(part);
        };
        put(name);
        put(b"/");
        put_number(u64::from(instance), &mut put);
        label
    }

    #[cold]
    pub(super) fn of(identity: &Identity<'_>) -> Self {
        Label::new(identity.name, identity.instance)
    }

    /// The report of an error that no visit has.
    #[cold]
    pub(super) fn report(&self, code: Code, cause: i32) -> Report {
        let fault = Fault { cause, ..Fault::default() };
        Report { code, fault, path: Path::build(&mut |put| put(&self.text)) }
    }
}

impl Name for Label {
    fn bytes(&self) -> &[u8] {
        &self.text
    }
}
