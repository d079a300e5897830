//! Bytes of two files compared.

use std::io;

use crate::input::{told, Input, PIECE};

/// Bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: u64,
    pub(super) length: u64,
}

/// In what two runs of bytes differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unlike {
    pub(super) left: u64,
    pub(super) right: u64,
    /// How many bytes differ of those that both have.
    pub(super) different: u64,
    /// The first of them, and what it is on each side.
    pub(super) first: Option<(u64, u8, u8)>,
}

impl Unlike {
    /// Whether they are the same.
    pub(super) fn is_same(&self) -> bool {
        self.left == self.right && self.different == 0
    }

    /// Compares what follows.
    pub(super) fn add(&mut self, at: u64, left: &[u8], right: &[u8]) {
        if left == right {
            return;
        }
        for (index, (one, other)) in left.iter().zip(right).enumerate() {
            if one != other {
                self.first.get_or_insert((at.saturating_add(told(index)), *one, *other));
                self.different = self.different.saturating_add(1);
            }
        }
    }

    /// What differs, in words; of `what`, which is in the plural.
    pub(super) fn text(&self, what: &str) -> String {
        let mut text = match self.left == self.right {
            true => format!("{} of {} {what} differ", self.different, self.left),
            false => format!(
                "{} -> {} {what}, {} of those in both differ",
                self.left, self.right, self.different
            ),
        };
        if let Some((at, left, right)) = self.first {
            text.push_str(&format!(", first at {at}: {left:02x} -> {right:02x}"));
        }
        text
    }
}

/// How many bytes ranges have.
pub(super) fn length(ranges: &[Range]) -> u64 {
    ranges.iter().fold(0, |sum, range| sum.saturating_add(range.length))
}

/// Compares bytes of one file with those of another, one behind the other whatever ranges they lie in.
pub(super) fn compare(
    (left, left_ranges): (&Input, &[Range]),
    (right, right_ranges): (&Input, &[Range]),
) -> io::Result<Unlike> {
    let mut unlike =
        Unlike { left: length(left_ranges), right: length(right_ranges), ..Unlike::default() };
    let (mut left, mut right) = (Run::new(left, left_ranges), Run::new(right, right_ranges));
    let mut at = 0u64;
    loop {
        let wanted = left.rest()?.len().min(right.rest()?.len());
        if wanted == 0 {
            return Ok(unlike);
        }
        let of = |rest: &'_ [u8]| rest.len().min(wanted);
        let (one, other) = (left.rest()?, right.rest()?);
        let (one, other) = (one.get(..of(one)), other.get(..of(other)));
        unlike.add(at, one.unwrap_or_default(), other.unwrap_or_default());
        left.pass(wanted);
        right.pass(wanted);
        at = at.saturating_add(told(wanted));
    }
}

/// Reads bytes into memory; at most `most`, or `None`.
pub(super) fn read(input: &Input, range: Range, most: usize) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = usize::try_from(range.length).ok().filter(|length| *length <= most) else {
        return Ok(None);
    };
    let mut bytes = vec![0; length];
    input.read_exact_at(range.start, &mut bytes)?;
    Ok(Some(bytes))
}

/// The bytes of ranges, one behind the other.
struct Run<'r> {
    input: Input,
    ranges: &'r [Range],
    /// How many bytes of the first range were passed.
    passed: u64,
}

impl<'r> Run<'r> {
    fn new(input: &Input, ranges: &'r [Range]) -> Self {
        Run { input: input.again(), ranges, passed: 0 }
    }

    /// The next bytes; none at the end.
    fn rest(&mut self) -> io::Result<&[u8]> {
        while let Some((first, others)) = self.ranges.split_first() {
            if self.passed < first.length {
                break;
            }
            (self.ranges, self.passed) = (others, 0);
        }
        let Some(first) = self.ranges.first() else { return Ok(&[]) };
        let left = first.length.saturating_sub(self.passed);
        let wanted = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let window = self.input.window(first.start.saturating_add(self.passed), wanted)?;
        match window.get(..wanted) {
            Some(window) => Ok(window),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn pass(&mut self, bytes: usize) {
        self.passed = self.passed.saturating_add(told(bytes));
    }
}
