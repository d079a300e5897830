//! What the side that saves says about an item beside its value.

use core::ops::BitOr;

/// A set of marks for one item. Marks travel on wires that can carry them; the legacy wire drops
/// them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(u32);

impl Marks {
    /// No mark: the item is critical, shown and compared.
    pub const NONE: Marks = Marks(0);
    /// A reader that does not know the item may skip it. Everything else is critical.
    pub const ANCILLARY: Marks = Marks(1);
    /// Tools do not show the value; it keeps its place and type.
    pub const SECRET: Marks = Marks(2);
    /// The value does not count when states are compared, as that of a clock.
    pub const VOLATILE: Marks = Marks(4);

    /// An ancillary item that stays true whatever becomes of the rest of the state: a program that does
    /// not know it may keep it and send it on.
    pub const SAFE_TO_COPY: Marks = Marks(8);
    /// A byte buffer whose inside is not described: a device that is not converted yet, a foreign format.
    pub const OPAQUE: Marks = Marks(16);

    /// Of a buffer of variable length outside of devices: only other programs know what it is (see
    /// [`Encoder::carries_foreign`](super::Encoder::carries_foreign)).
    pub(crate) const FOREIGN: Marks = Marks(1 | 8 | 16);

    const ALL: u32 = 31;

    /// The marks as a number: 1 ancillary, 2 secret, 4 volatile, 8 safe to copy, 16 opaque.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The marks of this number; `None` when it has bits that mean nothing.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Option<Marks> {
        if bits & !Marks::ALL == 0 {
            Some(Marks(bits))
        } else {
            None
        }
    }

    /// This set but for `marks`.
    #[must_use]
    pub const fn without(self, marks: Marks) -> Marks {
        Marks(self.0 & !marks.0)
    }

    /// Whether all of `marks` are in this set.
    #[must_use]
    pub const fn contains(self, marks: Marks) -> bool {
        self.0 & marks.0 == marks.0
    }
}

impl BitOr for Marks {
    type Output = Marks;

    fn bitor(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_interface() {
        let both = Marks::ANCILLARY | Marks::VOLATILE;
        assert_eq!(both.bits(), 5);
        assert_eq!(Marks::from_bits(5), Some(both));
        assert_eq!(Marks::from_bits(32), None);
        assert!(both.contains(Marks::VOLATILE) && !both.contains(Marks::SECRET));
    }
}
