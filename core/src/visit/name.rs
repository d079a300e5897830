//! Names that are not measured until somebody reads them.

/// The name of a field or scope, for the time of one call.
///
/// A C string does not know its length, and finding it costs as much as writing a scalar: so a name
/// is passed on as it is, and a wire without names never pays for it.
pub trait Name {
    /// The bytes of the name, by convention printable ASCII, none of which is 0; empty for an item
    /// without a name.
    fn bytes(&self) -> &[u8];

    /// Whether the name is `expected`; an answer may be had before the name is measured.
    #[inline]
    fn is(&self, expected: &[u8]) -> bool {
        same(self.bytes(), expected)
    }
}

impl Name for &str {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Name for &[u8] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// What the names of devices begin with that belong to the library.
const PRIVATE: &[u8] = b"migcore.";

/// Whether a device that stands beside all others belongs to the library, by its name.
pub(crate) fn is_private(name: &[u8]) -> bool {
    name.starts_with(PRIVATE)
}

/// Whether two names are equal.
#[inline]
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && (plainly_same(one, other) || one == other)
}

/// Whether two names are equal and so short that it is seen at a glance: most are. They are compared as
/// two numbers that may overlap. Nothing is called, so that nothing need be saved for it.
#[inline]
pub(crate) fn plainly_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && match one.len() {
            0..4 => one.iter().zip(other).all(|(one, other)| one == other),
            4..8 => ends_agree::<4>(one, other),
            8..=16 => ends_agree::<8>(one, other),
            17..=32 => ends_agree::<16>(one, other),
            _ => false,
        }
}

/// Whether the first and the last `N` bytes are the same.
#[inline]
fn ends_agree<const N: usize>(one: &[u8], other: &[u8]) -> bool {
    one.first_chunk::<N>() == other.first_chunk() && one.last_chunk::<N>() == other.last_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_when_all_of_their_bytes_are() {
        let name = *b"a_name_that_is_so_long_that_nobody_sees_it_at_a_glance";
        for length in 0..name.len() {
            let one = &name[..length];
            assert!(one.is(&name[..length]));
            assert_eq!(plainly_same(one, &name[..length]), length <= 32);
            assert!(!one.is(&name[..length + 1]));
            for at in 0..length {
                let mut other = name;
                other[at] ^= 1;
                assert!(!one.is(&other[..length]), "{length} {at}");
                assert!(!plainly_same(one, &other[..length]), "{length} {at}");
            }
        }
    }
}
