//! Versions: numbers, and tags beside them.

use core::fmt;

use crate::error::{put_number, Put};

/// The version of a device or of a machine.
///
/// The number is the one that the state has. The tag tells apart lines of development that count alike: a
/// downstream that adds a field to version 6 calls it 6 with a tag of its own. What has no numbers, such as
/// the machines of QEMU, is number 0 with its name as the tag.
///
/// ```
/// use migcore::compat::Version;
///
/// for text in ["6", "6+acme", "pc-i440fx-7.2"] {
///     assert_eq!(Version::parse(text).to_string(), text);
/// }
/// assert_eq!(Version::parse("6+acme"), Version::tagged(6, "acme"));
/// assert_eq!(Version::parse("pc-i440fx-7.2"), Version::named("pc-i440fx-7.2"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Version<'a> {
    /// The number.
    pub number: u32,
    /// The tag; empty if there is none.
    pub tag: &'a str,
}

impl<'a> Version<'a> {
    /// A version without a tag.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Version { number, tag: "" }
    }

    /// A version with a tag.
    #[must_use]
    pub const fn tagged(number: u32, tag: &'a str) -> Self {
        Version { number, tag }
    }

    /// A version that has a name and no number.
    #[must_use]
    pub const fn named(name: &'a str) -> Self {
        Version { number: 0, tag: name }
    }

    /// The version of a text: a number, a number with `+` and a tag, or a name.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (number, tag) = text.split_once('+').unwrap_or((text, ""));
        // Only what is written in one way is a number: another text is a name, and stays what it is.
        let canonical = number.len() == 1 || !number.starts_with('0');
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let odd = tag.is_empty() && number.len() < text.len() || number == "0" && !tag.is_empty();
        match number.parse() {
            Ok(number) if canonical && digits && !odd => Version { number, tag },
            _ => Version::named(text),
        }
    }

    /// Puts the version as text, as [`parse`](Version::parse) reads it.
    pub fn put(&self, put: Put<'_>) {
        if self.number != 0 || self.tag.is_empty() {
            put_number(u64::from(self.number), put);
            if !self.tag.is_empty() {
                put(b"+");
            }
        }
        put(self.tag.as_bytes());
    }
}

impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.number, self.tag) {
            (0, tag) if !tag.is_empty() => f.write_str(tag),
            (number, "") => write!(f, "{number}"),
            (number, tag) => write!(f, "{number}+{tag}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    #[test]
    fn a_text_is_one_version_and_a_version_one_text() {
        let texts =
            ["0", "7", "4294967295", "6+acme", "6+a+b", "pc-q35-3.1", "4294967296", "07", "6+"];
        for text in texts.into_iter().chain(["+x", "0+x", "-1", "+5", "7.2", "virt", "00"]) {
            let version = Version::parse(text);
            assert_eq!(version.to_string(), text);
            let mut put = String::new();
            version.put(&mut |part| put.push_str(core::str::from_utf8(part).unwrap()));
            assert_eq!(put, text);
        }
        assert_eq!(Version::parse("6+a+b"), Version::tagged(6, "a+b"));
        assert_eq!(Version::parse("7.2"), Version::named("7.2"));
        assert_eq!(Version::parse(""), Version::named(""));
    }
}
