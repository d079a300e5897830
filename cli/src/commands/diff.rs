//! `diff`: in what two states differ.
use crate::arguments::Diff;
use crate::failure::Result;
pub(super) fn run(arguments: &Diff) -> Result {
    Err(super::unknown(&arguments.left))
}
