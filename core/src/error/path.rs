//! The place of a fault in the state, as text of bounded length.

use core::fmt;

/// The longest path that is kept, in bytes.
pub const PATH_CAPACITY: usize = 127;

/// What stands for what was left out of a path.
const ELLIPSIS: &[u8] = b"...";

/// Takes the bytes of a path, piece by piece.
pub type Put<'p> = &'p mut dyn FnMut(&[u8]);

/// Where in the state: `nic/0.rx_ring[3].head`.
///
/// A path that is too long is shortened in the middle, with `...` where something is missing: the
/// device at its head and the field at its tail are what a reader needs. A byte that is not
/// printable ASCII shows as `?`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    text: heapless::String<PATH_CAPACITY>,
}

impl Path {
    /// An empty path.
    #[must_use]
    pub const fn new() -> Self {
        Path { text: heapless::String::new() }
    }

    /// Builds a path from the bytes that `segments` yields. It is called twice: once to measure,
    /// once to write.
    pub fn build(segments: &mut dyn FnMut(Put<'_>)) -> Self {
        let mut length = 0usize;
        segments(&mut |part| length = length.saturating_add(part.len()));
        let cut = Cut::of(length);
        let mut path = Path::new();
        let mut at = 0usize;
        segments(&mut |part| {
            for &byte in part {
                path.push(byte, at, &cut);
                at = at.saturating_add(1);
            }
        });
        path
    }

    fn push(&mut self, byte: u8, at: usize, cut: &Cut) {
        if at >= cut.head && at < cut.tail {
            if at == cut.head {
                for &dot in ELLIPSIS {
                    self.append(dot);
                }
            }
            return;
        }
        self.append(byte);
    }

    fn append(&mut self, byte: u8) {
        let shown = if (b' '..=b'~').contains(&byte) { char::from(byte) } else { '?' };
        // `Cut` leaves room for every byte that gets here.
        let _ = self.text.push(shown);
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which bytes of a path are left out: those from `head` up to `tail`.
struct Cut {
    head: usize,
    tail: usize,
}

impl Cut {
    /// A third of the room is for the head, the rest for the tail, where the field is.
    fn of(length: usize) -> Cut {
        if length <= PATH_CAPACITY {
            return Cut { head: length, tail: length };
        }
        let head = PATH_CAPACITY / 3;
        let kept_at_end = PATH_CAPACITY.saturating_sub(head).saturating_sub(ELLIPSIS.len());
        Cut { head, tail: length.saturating_sub(kept_at_end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec;

    #[test]
    fn a_short_path_is_kept_whole() {
        let path = Path::build(&mut |put| {
            put(b"nic/0");
            put(b".head");
        });
        assert_eq!(path.as_str(), "nic/0.head");
    }

    #[test]
    fn a_path_that_just_fits_is_not_shortened() {
        let path = Path::build(&mut |put| put(&[b'a'; PATH_CAPACITY]));
        assert_eq!(path.as_str(), String::from("a").repeat(PATH_CAPACITY));
    }

    #[test]
    fn a_long_path_keeps_both_ends() {
        for extra in 1..400 {
            let middle = vec![b'm'; PATH_CAPACITY - 12 + extra];
            let path = Path::build(&mut |put| {
                put(b"device");
                put(&middle);
                put(b".field");
            });
            let text = path.as_str();
            assert_eq!(text.len(), PATH_CAPACITY);
            assert!(text.starts_with("devicem") && text.ends_with("m.field"));
            assert_eq!(text.matches("...").count(), 1);
        }
    }

    #[test]
    fn bytes_that_do_not_print_are_masked() {
        let path = Path::build(&mut |put| put(b"a\x1b[31m\xff\0b"));
        assert_eq!(path.as_str(), "a?[31m??b");
    }
}
