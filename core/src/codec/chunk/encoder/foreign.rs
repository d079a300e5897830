//! Chunks of types that this library does not know: what a reader was given of them goes out again.

use super::ChunkEncoder;
use crate::codec::chunk::ChunkType;
use crate::error::Result;
use crate::io::{Kernels, Writer};
use crate::visit::{Extent, Marks};

impl<W: Writer, K: Kernels> ChunkEncoder<'_, W, K> {
    /// A buffer outside of devices: the data of a chunk, whose type is the name.
    #[cold]
    #[inline(never)]
    pub(super) fn foreign(&mut self, name: &[u8], extent: Extent, data: &[u8]) -> Result<()> {
        let marks = core::mem::take(&mut self.marks);
        let may_be = extent == Extent::Variable && marks == Marks::FOREIGN && !self.closed;
        let kind = name.try_into().ok().and_then(ChunkType::from_bytes);
        match kind.filter(|kind| may_be && kind.is_foreign()) {
            Some(kind) => {
                self.open_stream()?;
                self.out.chunk(kind, &[], data)
            }
            None => Err(self.misplaced()),
        }
    }
}
