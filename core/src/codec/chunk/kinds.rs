//! Types of chunks and their property bits.

use crate::visit::Marks;

/// The type of a chunk: four ASCII letters, of which bit 5 says what a reader may do with the chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChunkType([u8; 4]);

/// Bit 5 of a letter: lower case.
const LOWER: u8 = 0x20;

impl ChunkType {
    /// The first chunk of a stream.
    pub const HEADER: ChunkType = ChunkType(*b"MHDR");
    /// Describes items.
    pub const SHAPE: ChunkType = ChunkType(*b"MSHP");
    /// A fragment of the state of a device.
    pub const DEVICE: ChunkType = ChunkType(*b"MDEV");
    /// The same, of an ancillary device.
    pub const ANCILLARY_DEVICE: ChunkType = ChunkType(*b"mDEV");
    /// The same, of one that is safe to copy.
    pub const COPYABLE_DEVICE: ChunkType = ChunkType(*b"mDEv");
    /// The blocks of memory.
    pub const BLOCKS: ChunkType = ChunkType(*b"MBLK");
    /// Pages of memory.
    pub const PAGES: ChunkType = ChunkType(*b"MRAM");
    /// The last chunk of a stream.
    pub const END: ChunkType = ChunkType(*b"MEND");

    /// The type of these letters; `None` when one is none, or when the reserved bit is set.
    #[must_use]
    pub fn from_bytes(letters: [u8; 4]) -> Option<ChunkType> {
        let reserved = letters.get(2).is_none_or(|letter| letter & LOWER != 0);
        (letters.iter().all(u8::is_ascii_alphabetic) && !reserved).then_some(ChunkType(letters))
    }

    /// The letters.
    #[must_use]
    pub const fn bytes(self) -> [u8; 4] {
        self.0
    }

    /// Whether a reader that does not know the type may skip the chunk.
    #[must_use]
    pub const fn is_ancillary(self) -> bool {
        self.0[0] & LOWER != 0
    }

    /// Whether the type is a vendor's own.
    #[must_use]
    pub const fn is_private(self) -> bool {
        self.0[1] & LOWER != 0
    }

    /// Whether a program that does not know the type may send the chunk on.
    #[must_use]
    pub const fn is_safe_to_copy(self) -> bool {
        self.0[3] & LOWER != 0
    }

    /// Whether it is a fragment of a device.
    #[must_use]
    pub fn is_device(self) -> bool {
        let devices = [ChunkType::DEVICE, ChunkType::ANCILLARY_DEVICE, ChunkType::COPYABLE_DEVICE];
        devices.contains(&self)
    }

    /// Whether it is about memory.
    #[must_use]
    pub fn is_memory(self) -> bool {
        [ChunkType::BLOCKS, ChunkType::PAGES].contains(&self)
    }

    /// Whether the format of the chunk is known to this library.
    #[must_use]
    pub fn is_known(self) -> bool {
        let others = [ChunkType::HEADER, ChunkType::SHAPE, ChunkType::END];
        self.is_device() || self.is_memory() || others.contains(&self)
    }

    /// Whether it is one that this library does not know, and may send on.
    #[must_use]
    pub(super) fn is_foreign(self) -> bool {
        // No other of the known types may be sent on.
        self.is_ancillary() && self.is_safe_to_copy() && self != ChunkType::COPYABLE_DEVICE
    }

    /// The type of the fragments of a device with these marks.
    #[must_use]
    pub const fn of_device(marks: Marks) -> ChunkType {
        match (marks.contains(Marks::ANCILLARY), marks.contains(Marks::SAFE_TO_COPY)) {
            (false, _) => ChunkType::DEVICE,
            (true, false) => ChunkType::ANCILLARY_DEVICE,
            (true, true) => ChunkType::COPYABLE_DEVICE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_the_properties() {
        let states = [ChunkType::SHAPE, ChunkType::DEVICE, ChunkType::BLOCKS, ChunkType::PAGES];
        for known in [ChunkType::HEADER, ChunkType::END].into_iter().chain(states) {
            assert_eq!(ChunkType::from_bytes(known.bytes()), Some(known));
            assert!(!known.is_ancillary() && !known.is_private() && known.is_known());
            assert!(!known.is_foreign());
        }
        let vendor = ChunkType::from_bytes(*b"abCd").unwrap();
        assert!(vendor.is_ancillary() && vendor.is_private() && vendor.is_safe_to_copy());
        assert!(!vendor.is_known() && !vendor.is_device() && vendor.is_foreign());
        for other in [*b"abCD", *b"AbCd", *b"mDEv", *b"mDEV"] {
            assert!(!ChunkType::from_bytes(other).unwrap().is_foreign());
        }
        for wrong in [*b"ABcD", *b"AB1D", *b"A\0CD", *b"\xc1BCD", [0; 4]] {
            assert_eq!(ChunkType::from_bytes(wrong), None);
        }
    }

    #[test]
    fn the_type_of_a_device_says_its_marks() {
        let both = Marks::ANCILLARY | Marks::SAFE_TO_COPY;
        assert_eq!(ChunkType::of_device(Marks::NONE), ChunkType::DEVICE);
        assert_eq!(ChunkType::of_device(Marks::SAFE_TO_COPY), ChunkType::DEVICE);
        assert_eq!(ChunkType::of_device(Marks::ANCILLARY), ChunkType::ANCILLARY_DEVICE);
        assert_eq!(ChunkType::of_device(both), ChunkType::COPYABLE_DEVICE);
    }
}
