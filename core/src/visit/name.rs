//! Names that are not measured until somebody reads them.

/// The name of a field or scope, for the time of one call.
///
/// A C string does not know its length, and finding it costs as much as writing a scalar: so a name
/// is passed on as it is, and a wire without names never pays for it.
pub trait Name {
    /// The bytes of the name, by convention printable ASCII; empty for an item without a name.
    fn bytes(&self) -> &[u8];

    /// Whether the name is `expected`; an answer may be had before the name is measured.
    #[inline]
    fn is(&self, expected: &[u8]) -> bool {
        self.bytes() == expected
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
