//! The loops that processors do much better than portable code: byte swaps, CRC-32, a copy with its CRC.

use crc::{Crc, Table, CRC_32_ISO_HDLC};

/// The size of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One byte: never swapped.
    One,
    /// Two bytes.
    Two,
    /// Four bytes.
    Four,
    /// Eight bytes.
    Eight,
}

impl Width {
    /// The size in bytes.
    #[inline]
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Width::One => 1,
            Width::Two => 2,
            Width::Four => 4,
            Width::Eight => 8,
        }
    }

    /// How many whole elements `length` bytes hold. A shift: a division takes as long as an array.
    #[inline]
    #[must_use]
    pub const fn elements_in(self, length: usize) -> usize {
        match self {
            Width::One => length,
            Width::Two => length >> 1,
            Width::Four => length >> 2,
            Width::Eight => length >> 3,
        }
    }

    /// Whether `length` bytes are whole elements.
    #[inline]
    #[must_use]
    pub const fn divides(self, length: usize) -> bool {
        match self {
            Width::One => true,
            Width::Two => length & 1 == 0,
            Width::Four => length & 3 == 0,
            Width::Eight => length & 7 == 0,
        }
    }
}

/// Loops that a caller may replace by faster ones for its processor.
pub trait Kernels {
    /// Copies elements and reverses the bytes of each. Both slices have the same length, a multiple
    /// of `width`; neither need be aligned.
    fn copy_swapped(&self, width: Width, to: &mut [u8], from: &[u8]) {
        Portable.copy_swapped(width, to, from);
    }

    /// Continues the CRC-32 (ISO-HDLC, the one of PNG and zlib) `crc` over `bytes`. A new one
    /// begins with 0.
    fn crc32(&self, crc: u32, bytes: &[u8]) -> u32 {
        Portable.crc32(crc, bytes)
    }

    /// Copies as many bytes as both sides hold, and continues the CRC-32 `crc` over them. They do not overlap.
    fn copy_crc32(&self, crc: u32, to: &mut [u8], from: &[u8]) -> u32 {
        copy_crc32_by_pieces(self, crc, to, from)
    }
}

/// [`Kernels::copy_swapped`] alone, of kernels of any kind.
pub trait Swap {
    /// See [`Kernels::copy_swapped`].
    fn swap(&self, width: Width, to: &mut [u8], from: &[u8]);
}

impl<K: Kernels> Swap for K {
    fn swap(&self, width: Width, to: &mut [u8], from: &[u8]) {
        self.copy_swapped(width, to, from);
    }
}

/// What a copy with its CRC reads at a time: so little that the first cache of any processor still holds it
/// when it is copied, and so much that a call weighs nothing.
const PIECE: usize = 4096;

/// [`Kernels::copy_crc32`] by way of [`Kernels::crc32`].
pub fn copy_crc32_by_pieces<K: Kernels + ?Sized>(
    kernels: &K,
    mut crc: u32,
    to: &mut [u8],
    from: &[u8],
) -> u32 {
    for (to, from) in to.chunks_mut(PIECE).zip(from.chunks(PIECE)) {
        let from = from.get(..to.len()).unwrap_or(from);
        crc = kernels.crc32(crc, from);
        super::copy(to, from);
    }
    crc
}

/// Copies elements of the machine's byte order to big-endian ones, or back.
pub(crate) fn copy_big_endian(kernels: &impl Kernels, width: Width, to: &mut [u8], from: &[u8]) {
    if cfg!(target_endian = "big") || width == Width::One {
        super::copy(to, from);
    } else {
        kernels.copy_swapped(width, to, from);
    }
}

/// Plain Rust, for any processor. The CRC takes 1 KiB of table on bare metal, where flash is dear, and
/// 16 KiB elsewhere, which makes it several times as fast; the swaps take none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

#[cfg(target_os = "none")]
type Tables = Table<1>;
#[cfg(not(target_os = "none"))]
type Tables = Table<16>;

static CRC: Crc<u32, Tables> = Crc::<u32, Tables>::new(&CRC_32_ISO_HDLC);

impl Kernels for Portable {
    fn copy_swapped(&self, width: Width, to: &mut [u8], from: &[u8]) {
        match width {
            Width::One => {
                super::copy(to, from);
            }
            Width::Two => {
                swap(to, from, |bytes| u16::from_ne_bytes(bytes).swap_bytes().to_ne_bytes())
            }
            Width::Four => {
                swap(to, from, |bytes| u32::from_ne_bytes(bytes).swap_bytes().to_ne_bytes())
            }
            Width::Eight => {
                swap(to, from, |bytes| u64::from_ne_bytes(bytes).swap_bytes().to_ne_bytes())
            }
        }
    }

    fn crc32(&self, crc: u32, bytes: &[u8]) -> u32 {
        // The crate takes the register before its reflection, and `crc` is the register after the
        // final inversion.
        let mut digest = CRC.digest_with_initial((!crc).reverse_bits());
        if cfg!(target_os = "none") {
            digest.update(bytes);
            return digest.finalize();
        }
        // In a block of known length the compiler sees that no index of many tables is out of bounds.
        let (blocks, rest) = bytes.as_chunks::<16>();
        for block in blocks {
            digest.update(block);
        }
        for byte in rest {
            digest.update(&[*byte]);
        }
        digest.finalize()
    }
}

/// `reversed` reverses by an integer, which compilers turn into vector code.
#[inline]
fn swap<const N: usize>(to: &mut [u8], from: &[u8], reversed: impl Fn([u8; N]) -> [u8; N]) {
    let (to, _) = to.as_chunks_mut::<N>();
    let (from, _) = from.as_chunks::<N>();
    for (to, from) in to.iter_mut().zip(from) {
        *to = reversed(*from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_counted_as_a_division_would() {
        for width in [Width::One, Width::Two, Width::Four, Width::Eight] {
            for length in 0..100 {
                assert_eq!(width.elements_in(length), length / width.bytes());
                assert_eq!(width.divides(length), length % width.bytes() == 0);
            }
        }
    }

    #[test]
    fn crc_is_the_one_of_png() {
        assert_eq!(Portable.crc32(0, b"123456789"), 0xcbf4_3926);
        assert_eq!(Portable.crc32(0, b""), 0);
        // The IEND chunk of every PNG file.
        assert_eq!(Portable.crc32(0, b"IEND"), 0xae42_6082);
    }

    #[test]
    fn crc_goes_on_where_it_stopped() {
        let text = b"the same state and the same settings give the same bytes";
        for cut in 0..=text.len() {
            let (head, tail) = text.split_at(cut);
            let crc = Portable.crc32(Portable.crc32(0, head), tail);
            assert_eq!(crc, Portable.crc32(0, text));
        }
    }

    #[test]
    fn a_copy_with_its_crc_is_a_copy_and_a_crc() {
        let from: [u8; 2 * PIECE + 1] = core::array::from_fn(|at| u8::try_from(at % 251).unwrap());
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 1] {
            for (room, given) in [(length, length), (from.len(), length), (length, from.len())] {
                let mut to = [0xa5; 2 * PIECE + 1];
                let crc = Portable.copy_crc32(7, &mut to[..room], &from[..given]);
                assert_eq!(crc, Portable.crc32(7, &from[..length]), "{room} of {given}");
                assert_eq!(to[..length], from[..length], "{room} of {given}");
                assert!(to[length..].iter().all(|byte| *byte == 0xa5), "{room} of {given}");
            }
        }
    }

    #[test]
    fn swaps_reverse_each_element() {
        let from = [1, 2, 3, 4, 5, 6, 7, 8];
        let mut to = [0; 8];
        Portable.copy_swapped(Width::Two, &mut to, &from);
        assert_eq!(to, [2, 1, 4, 3, 6, 5, 8, 7]);
        Portable.copy_swapped(Width::Four, &mut to, &from);
        assert_eq!(to, [4, 3, 2, 1, 8, 7, 6, 5]);
        Portable.copy_swapped(Width::Eight, &mut to, &from);
        assert_eq!(to, [8, 7, 6, 5, 4, 3, 2, 1]);
    }
}
