//! Scalars, and arrays of them as bytes.

use zerocopy::IntoBytes;

use crate::error::Result;
use crate::io::Width;

/// The type of a scalar. Types are exact: a `u16` stays one through every wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// True or false; one byte.
    Bool = 1,
    /// 8 bits, unsigned.
    U8 = 2,
    /// 16 bits, unsigned.
    U16 = 3,
    /// 32 bits, unsigned.
    U32 = 4,
    /// 64 bits, unsigned.
    U64 = 5,
    /// 8 bits, two's complement.
    I8 = 6,
    /// 16 bits, two's complement.
    I16 = 7,
    /// 32 bits, two's complement.
    I32 = 8,
    /// 64 bits, two's complement.
    I64 = 9,
    /// IEEE 754 binary32.
    F32 = 10,
    /// IEEE 754 binary64.
    F64 = 11,
}

impl Kind {
    /// Every kind, in order of number.
    pub const ALL: [Kind; 11] = [
        Kind::Bool,
        Kind::U8,
        Kind::U16,
        Kind::U32,
        Kind::U64,
        Kind::I8,
        Kind::I16,
        Kind::I32,
        Kind::I64,
        Kind::F32,
        Kind::F64,
    ];

    /// The size of a value in memory and on packed wires.
    #[inline]
    #[must_use]
    pub const fn width(self) -> Width {
        match self {
            Kind::Bool | Kind::U8 | Kind::I8 => Width::One,
            Kind::U16 | Kind::I16 => Width::Two,
            Kind::U32 | Kind::I32 | Kind::F32 => Width::Four,
            Kind::U64 | Kind::I64 | Kind::F64 => Width::Eight,
        }
    }

    /// The name of the type, as Rust spells it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::U8 => "u8",
            Kind::U16 => "u16",
            Kind::U32 => "u32",
            Kind::U64 => "u64",
            Kind::I8 => "i8",
            Kind::I16 => "i16",
            Kind::I32 => "i32",
            Kind::I64 => "i64",
            Kind::F32 => "f32",
            Kind::F64 => "f64",
        }
    }
}

/// Whether a length is known to both sides or travels with the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Part of the format: nothing of it is on the wire.
    Fixed,
    /// A part of the state: on the wire before the elements.
    Variable,
}

/// A Rust type that is a scalar of the visitors.
///
/// Values go through wires as *bits*: the value as an unsigned number of its own width, so `-1i8`
/// is `0xff` and a float is its IEEE representation.
pub trait Scalar: Copy + sealed::Sealed {
    /// Which kind this type is.
    const KIND: Kind;

    /// The value as bits.
    fn to_wire_bits(self) -> u64;

    /// The value of these bits. Bits beyond the width are ignored; any `bool` bits but 0 are true.
    fn from_wire_bits(bits: u64) -> Self;

    /// The bytes of a slice, each element in the machine's byte order.
    fn elements(values: &[Self]) -> &[u8]
    where
        Self: Sized;

    /// The places of a slice, to be filled.
    fn slots(values: &mut [Self]) -> Slots<'_>
    where
        Self: Sized;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! scalar {
    ($type:ty, $kind:ident, $to_bits:expr, $from_bits:expr) => {
        impl sealed::Sealed for $type {}

        #[allow(clippy::as_conversions, reason = "bits change width, on purpose")]
        impl Scalar for $type {
            const KIND: Kind = Kind::$kind;

            #[inline]
            fn to_wire_bits(self) -> u64 {
                $to_bits(self)
            }

            #[inline]
            fn from_wire_bits(bits: u64) -> Self {
                $from_bits(bits)
            }

            #[inline]
            fn elements(values: &[Self]) -> &[u8] {
                values.as_bytes()
            }

            #[inline]
            fn slots(values: &mut [Self]) -> Slots<'_> {
                scalar!(@slots $kind, values)
            }
        }
    };
    (@slots Bool, $values:ident) => { Slots::Bools($values) };
    (@slots $kind:ident, $values:ident) => { Slots::Bytes($values.as_mut_bytes()) };
}

scalar!(bool, Bool, u64::from, |bits| bits != 0);
scalar!(u8, U8, u64::from, |bits| bits as u8);
scalar!(u16, U16, u64::from, |bits| bits as u16);
scalar!(u32, U32, u64::from, |bits| bits as u32);
scalar!(u64, U64, |value| value, |bits| bits);
scalar!(i8, I8, |value| u64::from(value as u8), |bits| bits as i8);
scalar!(i16, I16, |value| u64::from(value as u16), |bits| bits as i16);
scalar!(i32, I32, |value| u64::from(value as u32), |bits| bits as i32);
scalar!(i64, I64, |value| value as u64, |bits| bits as i64);
scalar!(f32, F32, |value: f32| u64::from(value.to_bits()), |bits| f32::from_bits(bits as u32));
scalar!(f64, F64, |value: f64| value.to_bits(), f64::from_bits);

/// The places of an array that a decoder fills.
#[derive(Debug)]
pub enum Slots<'a> {
    /// Elements of the machine's byte order, as bytes; they need not be aligned.
    Bytes(&'a mut [u8]),
    /// Rust `bool`s, which are no plain bytes: only two patterns are allowed.
    Bools(&'a mut [bool]),
}

/// Flags that are read at once on their way into a `[bool]`.
const FLAGS: usize = 64;

impl Slots<'_> {
    /// How many elements of `kind` there is room for.
    #[must_use]
    pub fn capacity(&self, kind: Kind) -> usize {
        match self {
            Slots::Bytes(bytes) => kind.width().elements_in(bytes.len()),
            Slots::Bools(flags) => flags.len(),
        }
    }

    /// Fills the first `count` elements of `kind` by reading them, in order, in the machine's byte
    /// order. Flags end up as 0 or 1 whatever was read.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn fill(
        self,
        kind: Kind,
        count: usize,
        mut read: impl FnMut(&mut [u8]) -> Result<()>,
    ) -> Result<()> {
        match self {
            Slots::Bytes(bytes) => {
                let length = count.saturating_mul(kind.width().bytes()).min(bytes.len());
                let bytes = bytes.get_mut(..length).unwrap_or_default();
                let done = read(bytes);
                if kind == Kind::Bool {
                    // Also after an error: a C bool of another value must never be read.
                    bytes.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
                }
                done?;
            }
            Slots::Bools(flags) => {
                for piece in flags.get_mut(..count).unwrap_or_default().chunks_mut(FLAGS) {
                    let mut bytes = [0; FLAGS];
                    let bytes = bytes.get_mut(..piece.len()).unwrap_or_default();
                    read(bytes)?;
                    piece.iter_mut().zip(bytes).for_each(|(flag, byte)| *flag = *byte != 0);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back<T: Scalar + PartialEq + core::fmt::Debug>(values: &[T]) {
        for &value in values {
            assert_eq!(T::from_wire_bits(value.to_wire_bits()), value);
            let width = T::KIND.width().bytes() as u32;
            assert_eq!(value.to_wire_bits().checked_shr(8 * width).unwrap_or(0), 0, "{value:?}");
        }
    }

    #[test]
    fn bits_are_of_the_width_of_their_kind_and_lose_nothing() {
        back(&[false, true]);
        back(&[0u8, 1, 0x7f, 0x80, 0xff]);
        back(&[0u16, 0x8000, 0xffff]);
        back(&[0u32, 0x8000_0000, u32::MAX]);
        back(&[0u64, 1 << 63, u64::MAX]);
        back(&[0i8, -1, i8::MIN, i8::MAX]);
        back(&[0i16, -1, i16::MIN, i16::MAX]);
        back(&[0i32, -1, i32::MIN, i32::MAX]);
        back(&[0i64, -1, i64::MIN, i64::MAX]);
        back(&[0.0f32, -0.0, f32::INFINITY, f32::MIN_POSITIVE]);
        back(&[0.0f64, -0.0, f64::NEG_INFINITY, f64::EPSILON]);
    }

    #[test]
    fn flags_are_normalised_in_both_forms() {
        let stream = [0u8, 1, 2, 0xff].repeat(40);
        let expected: std::vec::Vec<bool> = stream.iter().map(|byte| *byte != 0).collect();
        let reader = |at: &mut usize, out: &mut [u8]| {
            out.copy_from_slice(&stream[*at..*at + out.len()]);
            *at += out.len();
            Ok(())
        };
        let (mut flags, mut at) = ([false; 160], 0);
        Slots::Bools(&mut flags).fill(Kind::Bool, 160, |out| reader(&mut at, out)).unwrap();
        assert_eq!(flags[..], expected);
        let (mut bytes, mut at) = ([9u8; 160], 0);
        Slots::Bytes(&mut bytes).fill(Kind::Bool, 160, |out| reader(&mut at, out)).unwrap();
        assert!(bytes.iter().zip(&expected).all(|(byte, flag)| *byte == u8::from(*flag)));
    }
}
