//! The memory of a machine: blocks of pages, next to its devices in a stream of chunks.
//!
//! * [`save`]: pages go out, all of them, or those that a bitmap marks
//! * `blocks`: the blocks of the caller, as the core sees them
//!
//! How they come in, tells a receiver: [`crate::chunk::receive`].

use core::ffi::{c_char, c_void};

use migcore::ram::{zero_prefix, Counts};
use migcore::Result;

use crate::io::check_sized;
use crate::memory::{bytes, LARGEST};

pub mod save;

mod blocks;

pub(crate) use blocks::CBlocks;

/// A block of memory of a machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_ram_block {
    /// sizeof(migcore_ram_block)
    pub size: usize,
    /// Its name, which no other block of the machine has: not empty, at most MIGCORE_MAX_NAME bytes.
    pub name: *const c_char,
    /// Its first byte. NULL in a receiver: its pages are checked and dropped; in a saver: pages of it are given
    /// to migcore_ram_save, from wherever they are.
    pub memory: *mut c_void,
    /// Its length in bytes: whole pages.
    pub length: u64,
    /// The library's own.
    pub reserved: [u64; 2],
}

/// The memory of a machine. The numbers of blocks are those of this table, from 0; a stream is received into
/// blocks of the same names and lengths in any order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_ram {
    /// sizeof(migcore_ram)
    pub size: usize,
    /// The blocks.
    pub blocks: *mut migcore_ram_block,
    /// How many blocks there are: 1 to MIGCORE_RAM_BLOCKS.
    pub count: usize,
    /// The size of a page in bytes, for all blocks: a power of two, 1 to 2^30. A receiver takes pages of any size,
    /// and does not look at this.
    pub page_size: u32,
    /// For a receiver; may be NULL. Makes `length` bytes of a block of this table 0, from `offset` on, for instance by
    /// giving them back to the system (MADV_REMOVE, or a hole in a file). NULL: the library reads them, and writes what
    /// is not 0. That takes no memory where it is the process's own, but reading shared memory (memfd, huge pages) that
    /// nobody used makes the system give it; so give this callback there. It may call nothing on the receiver
    /// (MIGCORE_BUSY). Not called for a block without memory.
    pub zero:
        Option<unsafe extern "C" fn(opaque: *mut c_void, block: usize, offset: u64, length: u64)>,
    /// What `zero` gets as its first argument.
    pub opaque: *mut c_void,
}

/// The most blocks of a machine.
pub const MIGCORE_RAM_BLOCKS: usize = 256;

const _: () = assert!(MIGCORE_RAM_BLOCKS == migcore::ram::MAX_BLOCKS);

/// What was sent or received of memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_ram_counts {
    /// sizeof(migcore_ram_counts); the caller fills it in.
    pub size: usize,
    /// Pages that are there with their bytes.
    pub data_pages: u64,
    /// Pages of which the stream says that all their bytes are 0.
    pub zero_pages: u64,
    /// The chunks that hold pages.
    pub chunks: u64,
    /// The bytes of these chunks.
    pub bytes: u64,
}

/// How many of the first `length` bytes at `bytes` are 0, as fast as memory is read. What is not 0 ends it at
/// once. `bytes` may be NULL: then 0.
#[no_mangle]
pub unsafe extern "C" fn migcore_ram_zeros(bytes: *const c_void, length: usize) -> usize {
    // SAFETY: the caller promises NULL or `length` bytes.
    zero_prefix(unsafe { self::bytes(bytes, length.min(LARGEST)) }.unwrap_or_default())
}

/// The counts of a caller, who may have none.
pub(crate) struct Tally(*mut migcore_ram_counts);

impl Tally {
    /// # Safety
    /// `counts` is NULL or points to counts, or to another size, as long as this is used.
    pub(crate) unsafe fn new(counts: *mut migcore_ram_counts) -> Result<Self> {
        if !counts.is_null() {
            // SAFETY: not null, and the caller promises a size.
            unsafe { check_sized(counts.cast_const()) }?;
        }
        Ok(Tally(counts))
    }

    /// Adds to the counts.
    pub(crate) fn add(&self, more: Counts) {
        if self.0.is_null() {
            return;
        }
        // SAFETY: not null, and of the right size, as `new` found.
        let old = unsafe { self.0.read_unaligned() };
        let mut sum = Counts {
            data_pages: old.data_pages,
            zero_pages: old.zero_pages,
            chunks: old.chunks,
            bytes: old.bytes,
        };
        sum.add(more);
        self.set(sum);
    }

    /// Replaces the counts.
    pub(crate) fn set(&self, counts: Counts) {
        if self.0.is_null() {
            return;
        }
        let Counts { data_pages, zero_pages, chunks, bytes } = counts;
        let size = size_of::<migcore_ram_counts>();
        // SAFETY: as in `add`.
        unsafe {
            let told = migcore_ram_counts { size, data_pages, zero_pages, chunks, bytes };
            self.0.write_unaligned(told);
        }
    }
}
