//! Which release of QEMU wrote a stream, as far as it can be known.

use migcore::codec::vmdesc::{Content as Entry, Description, Device, Nested, Vmdesc};

/// The releases of QEMU that can have written a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// This one or newer, for this reason.
    pub from: Option<(&'static str, &'static str)>,
    /// Older than this one, for this reason.
    pub before: Option<(&'static str, &'static str)>,
}

impl Release {
    pub(super) fn is_from(&mut self, release: &'static str, reason: &'static str) {
        if self.from.is_none_or(|(known, _)| number(known) < number(release)) {
            self.from = Some((release, reason));
        }
    }

    pub(super) fn is_before(&mut self, release: &'static str, reason: &'static str) {
        if self.before.is_none_or(|(known, _)| number(known) > number(release)) {
            self.before = Some((release, reason));
        }
    }

    /// What the form of a description tells of the release.
    pub(super) fn form(&mut self, description: &Vmdesc, configured: bool) {
        match (&description.configuration, configured) {
            (Some(_), _) => self.is_from("8.2", "the configuration is described"),
            (None, true) => {
                self.is_before("8.2", "the configuration is not described");
            }
            (None, false) => {}
        }
        description.devices.iter().for_each(|device| self.device(device));
    }

    fn device(&mut self, device: &Device) {
        let Entry::Described(description) = &device.content else { return };
        let mut names = description.fields.iter().map(|field| field.name.as_str());
        if description.name == "globalstate" && names.any(|name| name == "vm_was_suspended") {
            self.is_from("9.0", "a globalstate that says whether it was suspended");
        }
        self.nulls(description);
    }

    /// What null pointers are called tells on which side of release 10.0 a description was written. It is
    /// looked for through all its fields, without recursion.
    fn nulls(&mut self, description: &Description) {
        let mut left = vec![description];
        while let Some(next) = left.pop() {
            for field in &next.fields {
                match field.kind.as_str() {
                    "nullptr" => self.is_from("10.0", "null pointers of a type of their own"),
                    "fd" => self.is_from("10.0", "a file descriptor in the state"),
                    "uint64" if field.size == 1 => {
                        self.is_before("10.0", "null pointers described as uint64");
                    }
                    _ => {}
                }
                match &field.nested {
                    Nested::Struct(Some(nested)) => left.push(nested),
                    Nested::Inline(nested) => left.extend(nested),
                    _ => {}
                }
            }
            left.extend(next.subsections.iter().flatten());
        }
    }
}

/// A release as numbers that can be compared.
fn number(release: &str) -> Vec<u32> {
    release.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
