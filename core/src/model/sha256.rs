//! SHA-256 (FIPS 180-4) of bytes that come in pieces. The rounds are those of a crate; padding and
//! buffering are here, because a general hasher brings calls that can panic.

use sha2::compress256;

use crate::io::{copy, told};

/// The size of a block.
const BLOCK: usize = 64;

/// Where the length of the message stands in the last block.
const LENGTH: usize = BLOCK - 8;

/// The first 32 bits of the fractional parts of the square roots of the first eight primes.
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

pub(super) struct Sha256 {
    state: [u32; 8],
    block: [u8; BLOCK],
    filled: usize,
    length: u64,
}

impl Sha256 {
    pub(super) fn new() -> Self {
        Sha256 { state: START, block: [0; BLOCK], filled: 0, length: 0 }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.length = self.length.wrapping_add(told(bytes.len()));
        let mut rest = bytes;
        while !rest.is_empty() {
            let copied = copy(self.block.get_mut(self.filled..).unwrap_or_default(), rest);
            rest = rest.get(copied..).unwrap_or_default();
            self.filled = self.filled.wrapping_add(copied);
            if self.filled >= BLOCK {
                self.compress();
            }
        }
    }

    pub(super) fn finish(mut self) -> [u8; 32] {
        let bits = self.length.wrapping_mul(8).to_be_bytes();
        self.put(&[0x80]);
        if self.filled > LENGTH {
            self.pad(BLOCK);
            self.compress();
        }
        self.pad(LENGTH);
        self.put(&bits);
        let mut digest = [0; 32];
        let (words, _) = digest.as_chunks_mut::<4>();
        for (word, state) in words.iter_mut().zip(self.state) {
            *word = state.to_be_bytes();
        }
        digest
    }

    fn pad(&mut self, end: usize) {
        let unused = self.block.get_mut(self.filled..end).unwrap_or_default();
        unused.iter_mut().for_each(|byte| *byte = 0);
        self.filled = end;
    }

    fn compress(&mut self) {
        compress256(&mut self.state, &[self.block.into()]);
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;
    use std::vec;

    fn digest(pieces: &[&[u8]]) -> String {
        let mut hash = Sha256::new();
        pieces.iter().for_each(|piece| hash.put(piece));
        hash.finish().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_are_those_of_the_standard() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(&[]), empty);
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(&[b"abc"]), abc);
        let two_blocks = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
        let text = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(digest(&[text]), two_blocks);
        let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        assert_eq!(digest(&[&vec![b'a'; 1_000_000]]), million);
    }

    #[test]
    fn cuts_do_not_matter() {
        let text: vec::Vec<u8> = (0..200u8).collect();
        for length in 0..text.len() {
            let whole = digest(&[&text[..length]]);
            let (head, tail) = text[..length].split_at(length / 3);
            assert_eq!(digest(&[head, tail]), whole);
        }
    }
}
