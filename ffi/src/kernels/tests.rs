//! Every loop that this machine can run, against the `crc` crate and a naive swap.

use std::vec::Vec;

use crc::{Crc, CRC_32_ISO_HDLC};

use super::*;

/// Longer than any path that depends on the length, but for `LONG`.
const LENGTHS: usize = 1100;
/// Several rounds of the longest loops.
const LONG: usize = 20_000;
const ALIGNMENTS: usize = 16;

/// What the processor can do, from the best to the portable loops.
fn levels() -> Vec<migcore_kernels> {
    let levels = [PORTABLE];
    #[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"))]
    let levels = aarch64::improve_less_and_less(levels[0]);
    #[cfg(all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"))]
    let levels = x86::improve_less_and_less(levels[0]);
    levels.into()
}

fn kernels(level: &migcore_kernels) -> CKernels {
    // SAFETY: the tests use the copy no longer than `level`.
    unsafe { CKernels::new(level) }.unwrap()
}

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 32) as usize % limit
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

fn oracle(bytes: &[u8]) -> u32 {
    Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(bytes)
}

#[test]
fn crc_of_every_length_at_every_alignment() {
    let data = Random(1).bytes(LENGTHS + ALIGNMENTS);
    let oracle = Crc::<u32>::new(&CRC_32_ISO_HDLC);
    for start in 0..ALIGNMENTS {
        let mut digest = oracle.digest();
        for end in start..=start + LENGTHS {
            let expected = digest.clone().finalize();
            for (number, level) in levels().iter().enumerate() {
                let crc = kernels(level).crc32(0, &data[start..end]);
                assert_eq!(crc, expected, "level {number}, bytes {start}..{end}");
            }
            digest.update(&data[end..=end]);
        }
    }
}

#[test]
fn crc_goes_on_where_it_stopped() {
    let data = Random(2).bytes(LENGTHS);
    let expected = oracle(&data);
    for level in &levels() {
        let kernels = kernels(level);
        for cut in 0..=data.len() {
            let (head, tail) = data.split_at(cut);
            assert_eq!(kernels.crc32(kernels.crc32(0, head), tail), expected, "cut at {cut}");
        }
    }
}

#[test]
fn crc_in_parts_of_every_size() {
    let data = Random(3).bytes(LONG);
    let expected = oracle(&data);
    for level in &levels() {
        for largest in [1, 3, 4, 15, 16, 17, 63, 64, 65, 300, 5000, LONG] {
            let mut random = Random(largest as u64);
            let (mut crc, mut rest) = (0, &*data);
            while !rest.is_empty() {
                let length = rest.len().min(1 + random.below(largest));
                crc = kernels(level).crc32(crc, &rest[..length]);
                rest = &rest[length..];
            }
            assert_eq!(crc, expected, "parts of up to {largest}");
        }
    }
}

#[test]
fn crc_of_long_data() {
    let data = Random(4).bytes(LONG);
    let mut random = Random(5);
    for _ in 0..100 {
        let start = random.below(LONG);
        let end = start + random.below(LONG - start);
        let expected = oracle(&data[start..end]);
        for level in &levels() {
            assert_eq!(kernels(level).crc32(0, &data[start..end]), expected, "{start}..{end}");
        }
    }
}

#[test]
fn crc_of_nothing_is_unchanged() {
    for level in &levels() {
        for crc in [0, 1, 0x8000_0000, 0xffff_ffff] {
            assert_eq!(kernels(level).crc32(crc, &[]), crc);
            if let Some(crc32) = level.crc32 {
                assert_eq!(unsafe { crc32(crc, core::ptr::null(), 0) }, crc);
            }
        }
    }
}

#[test]
fn copies_with_their_crc_of_every_length_at_every_alignment() {
    // Of a line.
    const ALIGNMENTS: usize = 64;
    let data = Random(8).bytes(LENGTHS + ALIGNMENTS);
    for start in (0..ALIGNMENTS).step_by(3) {
        let from = &data[ALIGNMENTS - start..];
        for length in 0..=LENGTHS {
            let expected = CKernels(core::ptr::null()).crc32(9, &from[..length]);
            for (number, level) in levels().iter().enumerate() {
                let mut to = [0xa5; LENGTHS + ALIGNMENTS];
                let (before, rest) = to.split_at_mut(start);
                let (inside, after) = rest.split_at_mut(length);
                let crc = kernels(level).copy_crc32(9, inside, &from[..length]);
                assert_eq!(crc, expected, "level {number}, {start} + {length}");
                assert_eq!(inside, &from[..length], "level {number}, {start} + {length}");
                assert!(before.iter().chain(&*after).all(|byte| *byte == 0xa5));
            }
        }
    }
}

#[test]
fn long_copies_with_their_crc() {
    let from = Random(9).bytes(LONG);
    for level in &levels() {
        let mut to = [0; LONG];
        assert_eq!(kernels(level).copy_crc32(0, &mut to, &from), oracle(&from));
        assert_eq!(to[..], from);
        let mut to = [0; 700];
        let short = kernels(level).copy_crc32(0, &mut to, &from);
        assert_eq!(short, oracle(&from[..700]));
        assert_eq!(to, from[..700]);
        if let Some(copy) = level.copy_crc32 {
            assert_eq!(unsafe { copy(7, core::ptr::null_mut(), core::ptr::null(), 0) }, 7);
        }
    }
}

#[test]
fn swaps_of_every_length_at_every_alignment() {
    const MOST: usize = 200;
    let from = Random(6).bytes(MOST + ALIGNMENTS);
    for (width, size) in [(Width::Two, 2), (Width::Four, 4), (Width::Eight, 8)] {
        for (start, length) in places(MOST, size) {
            let from = &from[ALIGNMENTS - 1 - start..][..length];
            let expected: Vec<u8> =
                from.chunks(size).flat_map(|element| element.iter().rev()).copied().collect();
            for level in &levels() {
                let mut to = [0xa5; MOST + ALIGNMENTS];
                let (before, rest) = to.split_at_mut(start);
                let (inside, after) = rest.split_at_mut(length);
                kernels(level).copy_swapped(width, inside, from);
                assert_eq!(inside, expected, "width {size}, {start} + {length}");
                assert!(before.iter().chain(&*after).all(|byte| *byte == 0xa5));
            }
        }
    }
}

/// Every alignment with every length that is a multiple of `size`.
fn places(most: usize, size: usize) -> impl Iterator<Item = (usize, usize)> {
    let lengths = move |start| (0..=most).step_by(size).map(move |length| (start, length));
    (0..ALIGNMENTS).flat_map(lengths)
}

#[test]
fn swaps_touch_whole_elements_only() {
    let from = Random(7).bytes(200);
    for level in &levels() {
        for (width, size) in [(Width::Two, 2), (Width::Four, 4), (Width::Eight, 8)] {
            for (length, source) in (0..100).flat_map(|short| [(short, 200), (200, short)]) {
                let mut to = [0xa5; 200];
                kernels(level).copy_swapped(width, &mut to[..length], &from[..source]);
                let (inside, after) = to.split_at(length.min(source) / size * size);
                for (to, from) in inside.chunks(size).zip(from.chunks(size)) {
                    assert!(to.iter().eq(from.iter().rev()));
                }
                assert!(after.iter().all(|byte| *byte == 0xa5));
            }
        }
        let mut to = [0; 3];
        kernels(level).copy_swapped(Width::One, &mut to, &from[..3]);
        assert_eq!(to, from[..3]);
        if let Some(swap16) = level.swap16 {
            unsafe { swap16(core::ptr::null_mut(), core::ptr::null(), 0) }
        }
    }
}

#[test]
fn detection_refuses_what_it_cannot_fill() {
    let size = mem::size_of::<migcore_kernels>();
    let mut space = [migcore_kernels { size: 7, ..PORTABLE }; 2];
    let kernels = space.as_mut_ptr();
    let misaligned = kernels.cast::<u8>().wrapping_add(1).cast::<migcore_kernels>();
    unsafe {
        assert_eq!(migcore_kernels_detect(core::ptr::null_mut(), size), MIGCORE_NULL_POINTER);
        assert_eq!(migcore_kernels_detect(kernels, size - 1), MIGCORE_BAD_SIZE);
        assert_eq!(migcore_kernels_detect(misaligned, size), MIGCORE_MISALIGNED);
    }
    assert_eq!(space[0].size, 7);
    unsafe { assert_eq!(migcore_kernels_detect(space.as_mut_ptr(), size), MIGCORE_OK) };
    assert_eq!(space[0].size, size);
    assert_eq!(space[1].size, 7);
}

#[test]
fn a_struct_of_another_release_is_refused() {
    let kernels = migcore_kernels { size: 8, ..PORTABLE };
    assert_eq!(unsafe { CKernels::new(&kernels) }.unwrap_err(), Code::BadSize);
    let astray = (&raw const kernels).wrapping_byte_add(1);
    assert_eq!(unsafe { CKernels::new(astray) }.unwrap_err(), Code::Misaligned);
    let none = unsafe { CKernels::new(core::ptr::null()) }.unwrap();
    assert_eq!(none.crc32(0, b"123456789"), 0xcbf4_3926);
}

#[test]
fn kernels_of_the_caller_are_called() {
    unsafe extern "C" fn length(crc: u32, _: *const u8, length: usize) -> u32 {
        crc + length as u32
    }
    let kernels = migcore_kernels { crc32: Some(length), ..PORTABLE };
    assert_eq!(unsafe { CKernels::new(&kernels) }.unwrap().crc32(1000, b"123456789"), 1009);
}
