//! Versions of machines.

use std::fmt;

use migcore::compat::profile::release;

/// A version of a machine, such as 7.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    text: String,
    number: u32,
}

impl Version {
    /// Reads a version: up to three numbers with dots between them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Version> {
        let mut parts = text.split('.');
        let major = number(parts.next()?)?;
        let (minor, micro) = match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => (0, 0),
            (Some(minor), None, _) => (number(minor)?, 0),
            (Some(minor), Some(micro), None) => (number(minor)?, number(micro)?),
            _ => return None,
        };
        Some(Version { text: text.to_owned(), number: release(major, minor, micro) })
    }

    /// The version of a machine by its name, such as that of `pc-i440fx-7.2`: what stands at its end.
    #[must_use]
    pub fn of_machine(name: &str) -> Option<Version> {
        let digits = |letter: char| letter.is_ascii_digit() || letter == '.';
        let before = name.trim_end_matches(digits).len();
        Version::parse(name.get(before..)?)
    }

    /// Later versions have greater numbers.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A number without a sign.
fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_up_to_three_numbers() {
        let number = |text: &str| Version::parse(text).map(|version| version.number());
        assert_eq!(number("7.2"), Some(0x0007_0200));
        assert_eq!(number("7"), Some(0x0007_0000));
        assert_eq!(number("10.2.3"), Some(0x000a_0203));
        assert!(number("2.4") < number("2.12"));
        for text in ["", ".", "7.", ".2", "7.2.1.0", "7.256", "70000", "+7.2", "7.-2", "7.2a", "v7"]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_machine_has_its_version_at_the_end_of_its_name() {
        let text = |name: &str| Version::of_machine(name).map(|version| version.to_string());
        assert_eq!(text("pc-i440fx-7.2").as_deref(), Some("7.2"));
        assert_eq!(text("pc-q35-rhel9.2.0").as_deref(), Some("9.2.0"));
        assert_eq!(text("6.2").as_deref(), Some("6.2"));
        assert_eq!(text("microvm"), None);
        assert_eq!(text("ä"), None);
    }
}
