//! Bytes that are 0.

/// What is looked at before there is a decision: one line of a cache.
const LINE: usize = 64;

/// What is cleared at once: the least that a processor maps.
const PIECE: usize = 4096;

/// How many of the first bytes are 0. What is not 0 ends it within a line of a cache.
#[must_use]
pub fn zero_prefix(bytes: &[u8]) -> usize {
    let (lines, _) = bytes.as_chunks::<LINE>();
    let whole = lines.iter().take_while(|line| is_zero(line)).count().saturating_mul(LINE);
    let rest = bytes.get(whole..).unwrap_or_default();
    whole.saturating_add(rest.iter().take_while(|byte| **byte == 0).count())
}

/// All of the line is read, so that compilers make vectors of it.
#[inline]
fn is_zero(line: &[u8; LINE]) -> bool {
    let (words, _) = line.as_chunks::<8>();
    words.iter().fold(0, |all, word| all | u64::from_ne_bytes(*word)) == 0
}

/// Sets bytes to 0. What is 0 is not written to: pages that nobody used stay so.
pub fn clear(bytes: &mut [u8]) {
    for piece in bytes.chunks_mut(PIECE) {
        if zero_prefix(piece) < piece.len() {
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
