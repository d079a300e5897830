//! Windows: up to eight bytes of neighbouring values, which are turned from one byte order to the other at once.

use super::moves::{Action, MOVE};

/// Values of 1, 2, 4 or 8 bytes that lie next to each other in the object, each at a multiple of its width within the
/// window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    /// Where it begins in the object, or in the element.
    pub(super) offset: u32,
    /// How many bytes the values take.
    pub(super) length: u8,
    /// Which bytes are bools, a bit each.
    flags: u8,
    /// Which halves are to be turned by their pairs of bytes, a bit each; or what is known of all values.
    halves: u8,
    /// Which pairs of bytes are to be turned: all bits of these.
    pairs: u64,
}

/// The most bytes of a window.
const MOST: u8 = 8;

/// All of the window is one number; is numbers of 32 bits; is as it is.
const WHOLE: u8 = 7;
const WORDS: u8 = 6;
const PLAIN: u8 = 5;

/// The bits of the halves of which these are the numbers.
const HALVES: [u64; 4] = [0, 0xffff_ffff, 0xffff_ffff_0000_0000, u64::MAX];

/// Every second byte, and every second pair.
const BYTES: u64 = 0x00ff_00ff_00ff_00ff;
const PAIRS: u64 = 0x0000_ffff_0000_ffff;

/// A bit of each byte: the highest, the lowest, all but the highest, and another one each.
const HIGH: u64 = 0x8080_8080_8080_8080;
const LOW: u64 = 0x0101_0101_0101_0101;
const REST: u64 = !HIGH;
const EACH: u64 = 0x8040_2010_0804_0201;

impl Window {
    /// An empty one.
    pub(super) fn at(offset: u32) -> Self {
        Window { offset, ..Window::default() }
    }

    /// Adds a value of so many bytes that lies at `offset`; false if it cannot be in this window.
    pub(super) fn add(&mut self, action: Action, offset: u32, width: u8) -> bool {
        let follows = self.offset.checked_add(self.length.into()) == Some(offset);
        let aligned = self.length & width.wrapping_sub(1) == 0;
        let end = self.length.saturating_add(width);
        if !follows || !aligned || end > MOST {
            return false;
        }
        let bytes = u64::MAX.checked_shr(64u32.saturating_sub(8 * u32::from(width))).unwrap_or(0);
        let place = bytes.checked_shl(8 * u32::from(self.length)).unwrap_or(0);
        let turned = cfg!(target_endian = "little");
        match action {
            Action::Flags => self.flags |= 1u8.checked_shl(self.length.into()).unwrap_or(0),
            Action::Eight if turned => self.halves = WHOLE,
            Action::Two | Action::Four if turned => self.pairs |= place,
            _ => {}
        }
        if turned && action == Action::Four {
            self.halves |= if self.length < 4 { 1 } else { 2 };
        }
        self.length = end;
        true
    }

    /// From the object to the wire, or back. The first byte is the lowest.
    #[inline]
    pub(super) fn turn(&self, values: u64) -> u64 {
        match self.halves {
            WHOLE => values.swap_bytes(),
            WORDS => values.swap_bytes().rotate_left(32),
            PLAIN => values,
            _ => self.turn_mixed(values),
        }
    }

    #[inline]
    fn turn_mixed(&self, values: u64) -> u64 {
        let bytes = (values >> 8 & BYTES) | (values & BYTES) << 8;
        let values = (bytes & self.pairs) | (values & !self.pairs);
        let pairs = (values >> 16 & PAIRS) | (values & PAIRS) << 16;
        let halves = HALVES.get(usize::from(self.halves)).copied().unwrap_or(0);
        let values = (pairs & halves) | (values & !halves);
        match self.flags {
            0 => values,
            _ => (values & !self.flagged()) | ones(values & self.flagged()),
        }
    }

    /// Whether a bool is another byte than 0 or 1.
    #[inline]
    pub(super) fn is_odd(&self, values: u64) -> bool {
        self.flags != 0 && values & self.flagged() & !LOW != 0
    }

    /// All bits of the bools.
    #[inline]
    fn flagged(&self) -> u64 {
        let each = u64::from(self.flags).wrapping_mul(LOW) & EACH;
        ones(each).wrapping_mul(0xff)
    }

    pub(super) const fn to_bytes(self) -> [u8; MOVE] {
        let [a, b, c, d] = self.offset.to_ne_bytes();
        let [e, f, g, h, i, j, k, l] = self.pairs.to_ne_bytes();
        [a, b, c, d, self.length, self.flags, self.known(), 0, e, f, g, h, i, j, k, l]
    }

    /// What is known of all values, where that is something.
    const fn known(&self) -> u8 {
        match (self.halves, self.length) {
            (0, _) if self.pairs == 0 && self.flags == 0 => PLAIN,
            (1, 4) | (3, 8) => WORDS,
            (halves, _) => halves,
        }
    }

    #[inline]
    pub(super) const fn from_bytes(
        [a, b, c, d, length, flags, halves, _, e, f, g, h, i, j, k, l]: [u8; MOVE],
    ) -> Self {
        Window {
            offset: u32::from_ne_bytes([a, b, c, d]),
            length,
            flags,
            halves,
            pairs: u64::from_ne_bytes([e, f, g, h, i, j, k, l]),
        }
    }
}

/// 1 for each byte that is not 0.
#[inline]
fn ones(values: u64) -> u64 {
    (((values & REST).wrapping_add(REST) | values) & HIGH) >> 7
}

/// The bytes at the beginning of `from`, at most eight.
#[inline]
pub(super) fn get(from: &[u8]) -> u64 {
    match from.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => get_few(from),
    }
}

#[cold]
#[inline(never)]
fn get_few(from: &[u8]) -> u64 {
    from.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}

/// Puts as many bytes as there are places, which are less than eight.
#[inline]
pub(super) fn put(to: &mut [u8], values: u64) {
    let mut left = values;
    let (fours, rest) = to.as_chunks_mut();
    for four in fours {
        let [a, b, c, d, ..] = left.to_le_bytes();
        *four = [a, b, c, d];
        left >>= 32;
    }
    for place in rest {
        let [first, ..] = left.to_le_bytes();
        *place = first;
        left >>= 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window of these values.
    fn window(values: &[(Action, u8)]) -> Window {
        let mut window = Window::at(0x0102_0304);
        for (action, width) in values {
            let offset = window.offset + u32::from(window.length);
            assert!(window.add(*action, offset, *width), "{values:?}");
        }
        Window::from_bytes(window.to_bytes())
    }

    fn turned(values: &[(Action, u8)], bytes: [u8; 8]) -> [u8; 8] {
        window(values).turn(u64::from_le_bytes(bytes)).to_le_bytes()
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn each_value_is_turned_by_itself() {
        const BYTES: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
        use Action::{Bytes, Eight, Flags, Four, Two};
        assert_eq!(turned(&[(Eight, 8)], BYTES), [8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(turned(&[(Four, 4), (Four, 4)], BYTES), [4, 3, 2, 1, 8, 7, 6, 5]);
        assert_eq!(turned(&[(Four, 4), (Two, 2), (Two, 2)], BYTES), [4, 3, 2, 1, 6, 5, 8, 7]);
        assert_eq!(
            turned(&[(Two, 2), (Bytes, 1), (Bytes, 1), (Four, 4)], BYTES)[..4],
            [2, 1, 3, 4]
        );
        assert_eq!(
            turned(&[(Flags, 1), (Bytes, 1), (Two, 2), (Four, 4)], BYTES),
            [1, 2, 4, 3, 8, 7, 6, 5]
        );
        let flags = window(&[(Flags, 1); 8]);
        let turn = |bytes| flags.turn(u64::from_le_bytes(bytes)).to_le_bytes();
        assert_eq!(turn([0, 1, 2, 3, 0x7f, 0x80, 0x81, 0xff]), [0, 1, 1, 1, 1, 1, 1, 1]);
        assert!(flags.is_odd(0x0200) && flags.is_odd(0x80 << 56) && !flags.is_odd(LOW));
        assert!(!window(&[(Bytes, 1), (Flags, 1)]).is_odd(0x01ff));
    }

    #[test]
    fn what_does_not_fit_is_in_no_window() {
        let mut one = window(&[(Action::Bytes, 1)]);
        assert!(!one.add(Action::Two, one.offset + 1, 2), "not aligned");
        assert!(!one.add(Action::Bytes, one.offset + 2, 1), "behind a gap");
        let mut full = window(&[(Action::Four, 4), (Action::Four, 4)]);
        assert!(!full.add(Action::Bytes, full.offset + 8, 1));
    }

    #[test]
    fn bytes_are_got_and_put() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        for length in 0..8 {
            let values = get(&bytes[..length]);
            let mut place = [0; 8];
            put(&mut place[..length], values | 0xff << 56);
            assert_eq!(place[..length], bytes[..length]);
            assert!(place[length..].iter().all(|byte| *byte == 0));
        }
        assert_eq!(get(&bytes), 0x0807_0605_0403_0201);
    }
}
