//! The full report of a fault.

use core::fmt;

use super::{Code, Path};

/// What a wire knows of a fault beside its code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// Where in the stream, in bytes from its start.
    pub offset: u64,
    /// What was wanted: bytes, elements, a version or a value, as the code says. 0: says nothing.
    pub expected: u64,
    /// What was there instead.
    pub found: u64,
    /// The number that an I/O callback or a device gave for its failure, such as `-errno`.
    pub cause: i32,
}

/// What happened, where in the state and where in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What happened.
    pub code: Code,
    /// Where in the stream, and the numbers of it.
    pub fault: Fault,
    /// Where in the state.
    pub path: Path,
}

impl Report {
    /// The message in pieces, in order: text, or a number. For those who print without
    /// `core::fmt`.
    pub fn pieces(&self, put: &mut dyn FnMut(Piece<'_>)) {
        if !self.path.as_str().is_empty() {
            put(Piece::Text(self.path.as_str()));
            put(Piece::Text(": "));
        }
        put(Piece::Text(self.code.text()));
        self.numbers(put);
        put(Piece::Text(", at byte "));
        put(Piece::Number(self.fault.offset));
        put(Piece::Text(" of the stream"));
    }

    fn numbers(&self, put: &mut dyn FnMut(Piece<'_>)) {
        let (wanted, there) = match self.code {
            Code::Truncated => ("bytes needed", "there"),
            Code::NoSpace => ("bytes needed", "there"),
            Code::TooNew | Code::UnknownFormat => ("newest version known", "found"),
            Code::TooOld | Code::ObsoleteFormat => ("oldest version known", "found"),
            Code::TooMany
            | Code::TooLong
            | Code::NameTooLong
            | Code::NeedsIndex
            | Code::TooMuchMemory => ("room for", "found"),
            Code::BadValue
            | Code::MemoryDiffers
            | Code::ValueDiffers
            | Code::Unbalanced
            | Code::BadCrc
            | Code::BadOrder
            | Code::NotChecked => ("expected", "found"),
            Code::InvalidArgument => ("at most", "given"),
            Code::Unsupported => ("bytes of buffer needed", "there"),
            Code::ReadFailed | Code::WriteFailed | Code::BadCallback | Code::Refused => {
                return self.cause(put);
            }
            // Only what was found says something, also where it is 0.
            Code::UnknownRecord | Code::UnknownCommand => return self.found(put),
            _ => return,
        };
        if self.fault.expected == 0 && self.fault.found == 0 {
            return;
        }
        put(Piece::Text(" ("));
        put(Piece::Text(wanted));
        put(Piece::Text(" "));
        put(Piece::Number(self.fault.expected));
        put(Piece::Text(", "));
        put(Piece::Text(there));
        put(Piece::Text(" "));
        put(Piece::Number(self.fault.found));
        put(Piece::Text(")"));
    }

    fn found(&self, put: &mut dyn FnMut(Piece<'_>)) {
        put(Piece::Text(" (found "));
        put(Piece::Number(self.fault.found));
        put(Piece::Text(")"));
    }

    fn cause(&self, put: &mut dyn FnMut(Piece<'_>)) {
        if self.fault.cause == 0 {
            return;
        }
        put(Piece::Text(if self.fault.cause < 0 { " (error -" } else { " (error " }));
        put(Piece::Number(u64::from(self.fault.cause.unsigned_abs())));
        put(Piece::Text(")"));
    }
}

/// A part of a report's message.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// A number, to be shown in decimal.
    Number(u64),
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut done = Ok(());
        self.pieces(&mut |piece| {
            if done.is_ok() {
                done = match piece {
                    Piece::Text(text) => f.write_str(text),
                    Piece::Number(number) => write!(f, "{number}"),
                };
            }
        });
        done
    }
}

impl core::error::Error for Report {}

/// Without a place: for calls that know none.
impl From<Code> for Report {
    fn from(code: Code) -> Report {
        Report { code, fault: Fault::default(), path: Path::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn report(code: Code, fault: Fault) -> Report {
        Report { code, fault, path: Path::build(&mut |put| put(b"nic/0.head")) }
    }

    #[test]
    fn says_what_where_and_the_numbers() {
        let fault = Fault { offset: 12, expected: 4, found: 1, cause: 0 };
        assert_eq!(
            report(Code::Truncated, fault).to_string(),
            "nic/0.head: the stream ends inside this item (bytes needed 4, there 1), \
             at byte 12 of the stream"
        );
    }

    #[test]
    fn says_which_record_or_command_is_not_known() {
        let fault = Fault { offset: 9, found: 0, ..Fault::default() };
        assert_eq!(
            report(Code::UnknownCommand, fault).to_string(),
            "nic/0.head: no command of a QEMU stream has this number (found 0), \
             at byte 9 of the stream"
        );
    }

    #[test]
    fn says_the_cause_of_a_failed_callback() {
        let fault = Fault { offset: 7, cause: -5, ..Fault::default() };
        assert_eq!(
            report(Code::WriteFailed, fault).to_string(),
            "nic/0.head: writing to the sink failed (error -5), at byte 7 of the stream"
        );
    }

    #[test]
    fn a_report_without_a_path_begins_with_what_happened() {
        let report = Report { code: Code::Busy, fault: Fault::default(), path: Path::new() };
        assert!(report.to_string().starts_with("the object was entered again"));
    }
}
