//! Changes of inputs as a fuzzer makes them.

/// No changed input is longer.
const LONGEST: usize = 2048;

/// Pseudo-random numbers: xorshift.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// Changes an input in one of the ways of a fuzzer.
    pub(crate) fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len().max(1));
        let end = (at + 1 + self.below(16)).min(bytes.len());
        let byte = [0, 1, 0x7e, 0x7f, 0x80, 0xff, self.below(256) as u8][self.below(7)];
        match self.below(5) {
            _ if bytes.is_empty() => bytes.push(byte),
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = byte,
            2 => bytes.insert(at, byte),
            3 => drop(bytes.drain(at..end)),
            _ => {
                let piece = bytes[at..end].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, piece);
            }
        }
        bytes.truncate(LONGEST);
    }
}
