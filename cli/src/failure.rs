//! How a command ends.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// What a command found that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is wrong.
    Fine,
    /// The inputs differ, or one is damaged. What was to be said of it was said.
    Found,
}

impl Outcome {
    /// The worse of the two.
    #[must_use]
    pub fn and(self, other: Outcome) -> Outcome {
        match self {
            Outcome::Fine => other,
            Outcome::Found => Outcome::Found,
        }
    }
}

/// Why a command did not come to its end.
#[derive(Debug)]
pub enum Failure {
    /// The command line asks for what makes no sense.
    Usage(String),
    /// A file cannot be read or written: what was tried, and what the system says.
    Io(String, io::Error),
    /// The input is nothing that this command can use, or more than it takes.
    Refused(String),
}

impl Failure {
    /// A failure of reading `path`.
    pub fn reading(path: &Path) -> impl FnOnce(io::Error) -> Failure + '_ {
        |error| Failure::Io(format!("cannot read {}", path.display()), error)
    }

    /// A failure of writing `path`.
    pub fn writing(path: &Path) -> impl FnOnce(io::Error) -> Failure + '_ {
        |error| Failure::Io(format!("cannot write {}", path.display()), error)
    }

    /// A failure of writing to the standard output.
    #[must_use]
    pub fn printing(error: io::Error) -> Failure {
        Failure::Io("cannot write to the standard output".to_owned(), error)
    }

    /// Whether nobody reads any more what is printed, as behind `| head`: nobody is told of it, but perhaps
    /// by the exit code.
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Failure::Io(_, error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(text) | Failure::Refused(text) => f.write_str(text),
            Failure::Io(tried, error) => write!(f, "{tried}: {}", said(error)),
        }
    }
}

/// What the system says, without its number for it.
fn said(error: &io::Error) -> String {
    let text = match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number).to_string(),
        None => error.to_string(),
    };
    match text.rfind(" (os error ") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
    }
}

impl std::error::Error for Failure {}

/// What a command returns.
pub type Result<T = Outcome> = std::result::Result<T, Failure>;

/// The exit code of the program.
#[must_use]
pub fn exit_code(result: &Result) -> ExitCode {
    ExitCode::from(match result {
        Ok(Outcome::Fine) => 0,
        Ok(Outcome::Found) => 1,
        Err(Failure::Usage(_)) => 2,
        Err(Failure::Io(..) | Failure::Refused(_)) => 3,
    })
}
