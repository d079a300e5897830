//! Bytes that are 0.

/// What is looked at before there is a decision: so much that deciding takes no time beside it, and so little that a
/// page that is not 0 is hardly looked at.
const BLOCK: usize = 256;

/// What is cleared at once: the least that a processor maps.
const PIECE: usize = 4096;

/// A line of a cache: enough to tell most that is not 0.
const LINE: usize = 64;

/// How many of the first bytes are 0, as fast as memory is read. What is not 0 ends it within 256 bytes.
#[must_use]
pub fn zero_prefix(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let whole = blocks.iter().take_while(|block| is_clear(block)).count().saturating_mul(BLOCK);
    let rest = bytes.get(whole..).unwrap_or_default();
    whole.saturating_add(rest.iter().take_while(|byte| **byte == 0).count())
}

/// Whether all bytes are 0. Looks at one line first, so that of pages that are not 0 many are looked at while the
/// memory of the first is on its way.
pub(super) fn is_zero(bytes: &[u8]) -> bool {
    bytes.first_chunk::<LINE>().is_none_or(is_clear) && zero_prefix(bytes) == bytes.len()
}

/// All of the block is read, so that compilers make vectors of it.
#[inline]
fn is_clear<const N: usize>(block: &[u8; N]) -> bool {
    let (words, _) = block.as_chunks::<8>();
    words.iter().fold(0, |all, word| all | u64::from_ne_bytes(*word)) == 0
}

/// Sets bytes to 0. What is 0 is not written to: pages that nobody used stay so.
pub fn clear(bytes: &mut [u8]) {
    for piece in bytes.chunks_mut(PIECE) {
        if !is_zero(piece) {
            piece.fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn zeros_are_counted_wherever_they_end() {
        for length in (0..200).chain([4095, 4096, 4097]) {
            assert_eq!(zero_prefix(&vec![0; length]), length);
        }
        for start in 0..9 {
            for at in 0..300 {
                let mut bytes = vec![0; start + 300];
                bytes[start + at] = 1 << (at % 8);
                bytes[start + 299] = 0xff;
                assert_eq!(zero_prefix(&bytes[start..]), at);
                assert!(!is_zero(&bytes[start..]) && is_zero(&bytes[start..start + at]));
            }
        }
    }

    #[test]
    fn all_is_cleared() {
        for length in [0, 1, 63, 4096, 10_000] {
            let mut bytes = vec![0; length];
            for at in (0..length).step_by(977) {
                bytes[at] = 5;
            }
            clear(&mut bytes);
            assert_eq!(bytes, vec![0; length]);
        }
    }
}
