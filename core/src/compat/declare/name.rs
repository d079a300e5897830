//! Names of devices with one star.

use crate::compat::path::pattern::{Pattern, Reached};
use crate::compat::DeviceName;
use crate::error::{Code, Result, MAX_NAME};

/// The name of a device, made of another.
pub(crate) type Name = heapless::Vec<u8, MAX_NAME>;

/// Whether a name is one of a pattern, in which each `*` stands for any run of characters.
#[must_use]
pub fn name_matches(pattern: &str, name: &[u8]) -> bool {
    Pattern::new(pattern)
        .is_ok_and(|pattern| Reached::start(&pattern).run(&pattern, name).is_match(&pattern))
}

impl DeviceName<'_> {
    /// Whether it stands for any number of names.
    pub(crate) fn has_star(&self) -> bool {
        self.halves().is_some()
    }

    /// Checks that it has no more than one star.
    pub(crate) fn check(&self) -> Result<()> {
        match self.name.bytes().filter(|byte| *byte == b'*').count() {
            0 | 1 => Ok(()),
            _ => Err(Code::InvalidArgument),
        }
    }

    /// What is before the star and behind it.
    fn halves(&self) -> Option<(&[u8], &[u8])> {
        let name = self.name.as_bytes();
        let star = name.iter().position(|byte| *byte == b'*')?;
        let (head, rest) = name.split_at_checked(star)?;
        Some((head, rest.strip_prefix(b"*")?))
    }

    /// What the star stands for in the name of a device, which is empty without one; `None` for a device that is
    /// not one of these.
    pub(crate) fn run_in<'n>(&self, name: &'n [u8], instance: u32) -> Option<&'n [u8]> {
        if self.instance.is_some_and(|wanted| wanted != instance) {
            return None;
        }
        let Some((head, tail)) = self.halves() else {
            return (self.name.is_empty() || self.name.as_bytes() == name).then_some(&[]);
        };
        name.strip_prefix(head)?.strip_suffix(tail)
    }

    /// The name with these characters for the star.
    ///
    /// # Errors
    /// [`Code::NameTooLong`].
    pub(crate) fn with_run(&self, run: &[u8]) -> Result<Name> {
        let parts = match self.halves() {
            Some((head, tail)) => [head, run, tail],
            None => [self.name.as_bytes(), &[], &[]],
        };
        let mut name = Name::new();
        for part in parts {
            name.extend_from_slice(part).map_err(|_| Code::NameTooLong)?;
        }
        Ok(name)
    }
}
