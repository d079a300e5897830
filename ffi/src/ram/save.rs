//! Pages of memory go out.

use core::ffi::c_void;
use core::ops::Range;

use migcore::codec::chunk::ChunkEncoder;
use migcore::io::{Kernels, Writer};
use migcore::ram::{Counts, Layout, PageSize};
use migcore::visit::Encoder;
use migcore::{Code, Result};

use super::{migcore_ram, migcore_ram_block, migcore_ram_counts, CBlocks, Tally};
use crate::chunk::save::{migcore_chunk_saver, Destination, SaveMemory, SaveStream};
use crate::memory::bytes;
use crate::object::{enter_visiting, migcore_visitor, operations, run, Wire};
use crate::status::{migcore_status, status};

/// Tells the blocks of the machine's memory to a saver of chunks: their names, lengths and the size of their
/// pages. Once in a stream, before any pages, and outside of devices; the memory itself is not looked at. A stream
/// with memory is taken by a receiver with migcore_chunk_receiver_ram, and by nobody who does not ask for it. As blocks
/// are told once, one that is added or resized while the machine is sent needs a new stream.
///
/// Errors are errors of the visit, as those of all calls on a saver. MIGCORE_INVALID_ARGUMENT: no blocks or too
/// many, a name that is empty or that two blocks have, a length that is not whole pages, a size of pages that is
/// none. MIGCORE_NAME_TOO_LONG. MIGCORE_UNBALANCED: in a device, or the second time.
#[no_mangle]
pub unsafe extern "C" fn migcore_ram_declare(
    saver: *mut migcore_chunk_saver,
    ram: *const migcore_ram,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a saver, and NULL or a machine's memory.
    unsafe {
        write(saver.cast(), |encoder| {
            let blocks = CBlocks::new(ram)?;
            encoder.blocks(&blocks, page_size(&blocks)?)
        })
    }
}

/// Saves `count` pages of a block, which follow each other from the page `first_page` on: `block` is its number in
/// the table that was declared, `pages` points to their bytes. These may lie anywhere, in the block or in a copy.
/// Pages that are all 0 go out as numbers, the others straight from where they are. Outside of devices, as often as
/// one likes: of a page that is saved again the last counts, and what is never saved is 0 where it is received.
///
/// **The bytes must not change during the call**: into a sink they are read twice, and what the guest wrote between is
/// MIGCORE_BAD_CRC at the destination. While the guest runs, copy the pages to memory of your own first, after clearing
/// their dirty bits, and give that copy. For pages that are scattered see migcore_ram_save_packed.
///
/// Adds to `counts`, whose `size` the caller has filled in, what was written; `counts` may be NULL. Errors are
/// errors of the visit. MIGCORE_INVALID_ARGUMENT: no such block, pages beyond its end, or not the blocks and the size of
/// pages that were declared. MIGCORE_UNBALANCED: in a device, or before migcore_ram_declare.
#[no_mangle]
pub unsafe extern "C" fn migcore_ram_save(
    saver: *mut migcore_chunk_saver,
    ram: *const migcore_ram,
    block: usize,
    first_page: u64,
    pages: *const c_void,
    count: usize,
    counts: *mut migcore_ram_counts,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a saver, NULL or a machine's memory, `count` pages, and NULL or counts.
    unsafe {
        write(saver.cast(), |encoder| {
            let (blocks, tally) = (CBlocks::new(ram)?, Tally::new(counts)?);
            let length = length_of(page_size(&blocks)?, count)?;
            let pages = bytes(pages, length)?;
            tally.add(encoder.pages(&blocks, block, first_page, pages)?);
            Ok(())
        })
    }
}

/// Saves those of `count` pages of a block from `first_page` on that are marked in `bitmap`, from the memory of the
/// block itself. The bitmap has a bit for each page of the block: page 0 is the lowest bit of the first byte, and
/// only the bits of these pages are read. It is left as it is. Runs of pages share chunks, so this is better than
/// a call for each of them.
///
/// **Nothing of the block may change during the call**: this is for the pause, when the guest is stopped, and all that
/// writes to its memory beside it. While it runs see migcore_ram_save_packed. The rules of migcore_ram_save are those of
/// this call, too. MIGCORE_NULL_POINTER also for a block without memory.
///
/// A marked page is read: where memory is shared (memfd, huge pages), that makes the system give memory for one that
/// nobody used. So mark what is populated, and not all.
#[no_mangle]
pub unsafe extern "C" fn migcore_ram_save_marked(
    saver: *mut migcore_chunk_saver,
    ram: *const migcore_ram,
    block: usize,
    first_page: u64,
    count: usize,
    bitmap: *const u8,
    counts: *mut migcore_ram_counts,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a saver, NULL or a machine's memory, a bit for each page up to the last of
    // these, and NULL or counts.
    unsafe {
        write(saver.cast(), |encoder| {
            let it = Marking::new(ram, block, first_page, count, bitmap)?;
            let tally = Tally::new(counts)?;
            let length = usize::try_from(it.block.length).map_err(|_| Code::InvalidArgument)?;
            let memory = bytes(it.block.memory, length)?;
            tally.add(encoder.marked(&it.blocks, block, memory, it.bitmap, it.range)?);
            Ok(())
        })
    }
}

/// Saves pages of a block that are marked in `bitmap`, as migcore_ram_save_marked does, from a copy of them: `pages` are
/// the bytes of the marked pages alone, one behind the other, `length` bytes. This is for a guest that runs: clear the
/// dirty bits and keep them as the bitmap, copy the pages that they mark, and send the copy, while the guest goes on.
/// Scattered pages share chunks, as with migcore_ram_save_marked.
///
/// The rules of migcore_ram_save are those of this call, too. MIGCORE_INVALID_ARGUMENT also when `length` is not the
/// size of as many pages as are marked.
#[no_mangle]
pub unsafe extern "C" fn migcore_ram_save_packed(
    saver: *mut migcore_chunk_saver,
    ram: *const migcore_ram,
    block: usize,
    first_page: u64,
    count: usize,
    bitmap: *const u8,
    pages: *const c_void,
    length: usize,
    counts: *mut migcore_ram_counts,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a saver, NULL or a machine's memory, a bit for each page up to the last of
    // these, `length` bytes of pages, and NULL or counts.
    unsafe {
        write(saver.cast(), |encoder| {
            let it = Marking::new(ram, block, first_page, count, bitmap)?;
            let tally = Tally::new(counts)?;
            let pages = bytes(pages, length)?;
            tally.add(encoder.packed(&it.blocks, block, pages, it.bitmap, it.range)?);
            Ok(())
        })
    }
}

/// What the calls with a bitmap are given.
struct Marking<'a> {
    blocks: CBlocks,
    block: migcore_ram_block,
    /// The bits of the pages up to the last of the range, as far as the block has any.
    bitmap: &'a [u8],
    range: Range<u64>,
}

impl Marking<'_> {
    /// # Safety
    /// `ram` is NULL or a machine's memory; `bitmap` is NULL or has a bit for each page of the block up to the last of
    /// these, none of which changes while this lives.
    unsafe fn new(
        ram: *const migcore_ram,
        block: usize,
        first_page: u64,
        count: usize,
        bitmap: *const u8,
    ) -> Result<Self> {
        // SAFETY: as the caller promises.
        let blocks = unsafe { CBlocks::new(ram) }?;
        let range = pages_from(first_page, count)?;
        let block = blocks.get(block).ok_or(Code::InvalidArgument)?;
        let bits = range.end.min(page_size(&blocks)?.pages_in(block.length));
        let length = usize::try_from(bits.div_ceil(8)).map_err(|_| Code::InvalidArgument)?;
        // SAFETY: as the caller promises.
        let bitmap = unsafe { bytes(bitmap.cast(), length) }?;
        Ok(Marking { blocks, block, bitmap, range })
    }
}

/// The size of a page, if it is one.
fn page_size(blocks: &CBlocks) -> Result<PageSize> {
    blocks.page_size().ok_or(Code::InvalidArgument)
}

/// How many bytes so many pages have.
fn length_of(size: PageSize, count: usize) -> Result<usize> {
    let bytes = usize::try_from(size.bytes()).ok().and_then(|size| size.checked_mul(count));
    bytes.ok_or(Code::InvalidArgument)
}

/// The numbers of so many pages.
fn pages_from(first: u64, count: usize) -> Result<Range<u64>> {
    let end = u64::try_from(count).ok().and_then(|count| first.checked_add(count));
    Ok(first..end.ok_or(Code::InvalidArgument)?)
}

/// What both savers can do with memory.
trait Paged {
    fn blocks(&mut self, layout: &dyn Layout, size: PageSize) -> Result<()>;

    fn pages(
        &mut self,
        layout: &dyn Layout,
        block: usize,
        first: u64,
        pages: &[u8],
    ) -> Result<Counts>;

    fn marked(
        &mut self,
        layout: &dyn Layout,
        block: usize,
        memory: &[u8],
        bitmap: &[u8],
        range: Range<u64>,
    ) -> Result<Counts>;

    fn packed(
        &mut self,
        layout: &dyn Layout,
        block: usize,
        pages: &[u8],
        bitmap: &[u8],
        range: Range<u64>,
    ) -> Result<Counts>;
}

impl<W: Writer, K: Kernels> Paged for ChunkEncoder<'_, W, K> {
    fn blocks(&mut self, layout: &dyn Layout, size: PageSize) -> Result<()> {
        self.blocks(layout, size)
    }

    fn pages(
        &mut self,
        layout: &dyn Layout,
        block: usize,
        first: u64,
        pages: &[u8],
    ) -> Result<Counts> {
        self.pages(layout, block, first, pages)
    }

    fn marked(
        &mut self,
        layout: &dyn Layout,
        block: usize,
        memory: &[u8],
        bitmap: &[u8],
        range: Range<u64>,
    ) -> Result<Counts> {
        self.marked(layout, block, memory, bitmap, range)
    }

    fn packed(
        &mut self,
        layout: &dyn Layout,
        block: usize,
        pages: &[u8],
        bitmap: &[u8],
        range: Range<u64>,
    ) -> Result<Counts> {
        self.packed(layout, block, pages, bitmap, range)
    }
}

/// Runs a call on the wire of a saver of chunks, as part of its visit.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor.
unsafe fn write(
    v: *mut migcore_visitor,
    mut call: impl FnMut(&mut dyn Paged) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises; what the table says of its saver is so.
    unsafe {
        let operations = match operations(v) {
            Ok(operations) => operations,
            Err(not_ready) => return not_ready,
        };
        match operations.destination {
            Some(Destination::Memory) => over::<SaveMemory>(v, &mut call),
            Some(Destination::Stream) => over::<SaveStream>(v, &mut call),
            None => {
                let code =
                    if operations.loading { Code::WrongDirection } else { Code::Unsupported };
                run(v, |visitor| Err(visitor.fail_as(code, 0, &"")))
            }
        }
    }
}

/// # Safety
/// `v` is ready and of `S`.
unsafe fn over<S: Wire + Encoder + Paged>(
    v: *mut migcore_visitor,
    call: &mut dyn FnMut(&mut dyn Paged) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    status(unsafe { enter_visiting::<S, _>(v, |visiting| visiting.beside(|wire| call(wire))) })
}
