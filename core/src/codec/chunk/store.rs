//! Where chunks come from. A decoder knows positions in one piece of memory, its store's: the stream
//! itself ([`SliceStore`]), or what a reader keeps of it ([`StreamStore`]).

mod slice;
mod stream;

pub use slice::SliceStore;
pub use stream::StreamStore;

use super::header::FragmentHead;
use super::rules::Limits;
use super::{ChunkType, Totals};
use crate::error::{Fault, Result};
use crate::io::Kernels;

/// Gives the fragments of a stream in their order, each chunk checked before anything of it is given:
/// signature, types, order, limits, CRCs, totals. Implemented by [`SliceStore`] and [`StreamStore`].
pub trait Store: sealed::Sealed {
    /// The loops of this processor.
    type Kernels: Kernels;

    /// These loops.
    fn kernels(&self) -> &Self::Kernels;

    /// What all positions are in.
    fn memory(&self) -> &[u8];

    /// Whether an earlier place can be gone back to when its fragment was left.
    fn can_return(&self) -> bool;

    /// What the reader accepts.
    fn limits(&self) -> Limits;

    /// Where in the stream a position in the memory is.
    fn offset(&self, position: usize) -> u64;

    /// Where in the stream the next unread chunk begins.
    fn frontier(&self) -> u64;

    /// The place and numbers of the last error.
    fn fault(&self) -> Fault;

    /// Reads the header, if it was not read yet, and gives its data.
    ///
    /// # Errors
    /// Those of the stream and of the limits.
    fn header(&mut self) -> Result<&[u8]>;

    /// Goes on to the first fragment of the next device; `None` when the stream ends, whose totals were
    /// right. Only between devices. Chunks of unknown types that may be sent on go to `take`, if there is room
    /// for their data; it says whether it has taken them.
    ///
    /// # Errors
    /// Those of the stream.
    fn device(&mut self, take: impl FnMut(ChunkType, &[u8]) -> bool) -> Result<Option<Fragment>>;

    /// Goes on to the fragment behind this one, which is not the last of its device. Takes what that costs
    /// beside reading once from `work`.
    ///
    /// # Errors
    /// Those of the stream.
    fn following(&mut self, fragment: &Fragment, work: &mut u64) -> Result<Fragment>;

    /// How many chunks there were, and the CRC over their CRCs.
    fn totals(&self) -> Totals;

    /// How many chunks of unknown types were skipped.
    fn skipped(&self) -> u64;

    /// Checks that nothing follows the end chunk.
    ///
    /// # Errors
    /// Those of the reader; [`Code::Unconsumed`](crate::error::Code::Unconsumed).
    fn expect_end(&mut self) -> Result<()>;
}

mod sealed {
    pub trait Sealed {}
}

/// A fragment of a device, as positions in the memory of its store.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fragment {
    /// Where the data of its chunk begins.
    pub(super) data: usize,
    pub(super) shape: usize,
    pub(super) shape_end: usize,
    pub(super) values: usize,
    pub(super) values_end: usize,
    /// Where the store looks for the next fragment.
    next: usize,
    pub(super) number: u32,
    pub(super) last: bool,
}

/// A range of the memory.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: usize,
    end: usize,
}

impl Fragment {
    /// The fragment in `data`, whose values begin `values` bytes into it, and its shape, if it has one.
    fn new(
        shape: Option<Span>,
        head: FragmentHead,
        values: usize,
        data: Span,
        next: usize,
    ) -> Self {
        let shape = shape.unwrap_or(Span { start: data.end, end: data.end });
        Fragment {
            data: data.start,
            shape: shape.start,
            shape_end: shape.end,
            values: data.start.saturating_add(values),
            values_end: data.end,
            next,
            number: head.number,
            last: head.last,
        }
    }
}
