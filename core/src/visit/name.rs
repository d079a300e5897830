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

/// Whether two names are equal. Most have a few bytes, which are compared as two numbers that may
/// overlap: that takes less than the call of a loop.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && match one.len() {
            8..=16 => ends_agree::<8>(one, other),
            4..8 => ends_agree::<4>(one, other),
            _ => one == other,
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
        let name = *b"a_name_that_is_longer_than_most";
        for length in 0..name.len() {
            let one = &name[..length];
            assert!(one.is(&name[..length]));
            assert!(!one.is(&name[..length + 1]));
            for at in 0..length {
                let mut other = name;
                other[at] ^= 1;
                assert!(!one.is(&other[..length]), "{length} {at}");
            }
        }
    }
}
