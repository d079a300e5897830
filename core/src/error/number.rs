//! Numbers as text, without `core::fmt`: it is larger than all the rest of a small program.

use super::Put;

/// The powers of ten that a number may have, from the largest. Small processors cannot divide.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "computed by the compiler, which would refuse it"
)]
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 19;
    while at > 0 {
        at -= 1;
        powers[at] = powers[at + 1] * 10;
    }
    powers
};

/// Puts a number in decimal.
pub fn put_number(number: u64, put: Put<'_>) {
    let mut rest = number;
    for power in POWERS {
        let mut digit = b'0';
        while rest >= power {
            rest = rest.wrapping_sub(power);
            digit = digit.wrapping_add(1);
        }
        if number >= power || power == 1 {
            put(&[digit]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    #[test]
    fn numbers_are_those_of_fmt() {
        let edges = [0, 1, 9, 10, 11, 99, 100, 101, 12345, u64::from(u32::MAX), u64::MAX];
        for number in edges.into_iter().chain((0..20).map(|power| 10u64.pow(power) - 1)) {
            let mut text = String::new();
            put_number(number, &mut |digits| text.push_str(core::str::from_utf8(digits).unwrap()));
            assert_eq!(text, number.to_string());
        }
    }
}
