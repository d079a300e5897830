//! The data of the chunks of memory (`docs/format.md`, section 15).

mod list;
mod pages;

pub(super) use list::{emit, heads, length};
pub use list::{BlockHeads, BlockList};
pub(super) use pages::{entry, run};
pub use pages::{PagesHead, RunReader, MAX_RUNS};
