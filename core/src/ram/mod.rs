//! The memory of a machine: blocks of pages, much larger than all other state, of which most is often 0.
//!
//! A **block** has a name and a length; pages are numbered within it, and all blocks of a machine have pages of one
//! size ([`PageSize`]). Whoever has the blocks implements [`Layout`], as arrays of [`BlockHead`] do, and to receive
//! pages [`Memory`], as [`Blocks`] does. A [`Run`] is what travels: pages next to each other, with their bytes or
//! known to be 0. [`Runs`] finds the runs in memory, [`Marked`] finds in a bitmap what was written to.
//!
//! ```
//! use migcore::ram::{zero_prefix, Marked, PageSize, Run, Runs};
//!
//! let size = PageSize::new(4).unwrap();
//! let memory = [0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0];
//! assert_eq!(zero_prefix(&memory), 9);
//! let mut runs = Runs::new(&memory, 100, size, u32::MAX);
//! assert_eq!(runs.next(), Some(Run { first: 100, pages: 2, zero: true }));
//! assert_eq!(runs.next(), Some(Run { first: 102, pages: 1, zero: false }));
//! assert_eq!(runs.next(), None);
//!
//! // Bit 0 of the first byte is page 0.
//! let dirty = [0b0000_0110, 0b0000_0001];
//! assert!(Marked::new(&dirty, 0..16).eq([1..3, 8..9]));
//! ```

mod layout;
mod marked;
mod memory;
mod runs;
mod zeros;

pub(crate) use layout::{check_heads, Flaw};
pub use layout::{BlockHead, Layout, PageSize, MAX_BLOCKS};
pub use marked::Marked;
pub use memory::{Block, Blocks, Memory, NoMemory};
pub use runs::{Counts, Run, Runs, MOST_PAGES};
pub use zeros::{clear, zero_prefix};
