//! Machine profiles in files: read, checked, and shown.

mod file;
mod read;
mod show;
mod version;

pub use read::{read, Line, Profile, Stack};
pub use show::{answer, print, print_json, Answer, Question};
pub use version::Version;
