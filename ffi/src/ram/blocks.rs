//! Blocks of the caller, as the core sees them.

use core::ffi::{c_void, CStr};

use migcore::ram::{clear, BlockHead, Layout, Memory, PageSize};
use migcore::{Code, Result};

use super::{migcore_ram, migcore_ram_block, MIGCORE_RAM_BLOCKS};
use crate::io::{check_sized, sized};
use crate::memory::{bytes_mut, LARGEST};

/// A table of blocks that was checked.
pub(crate) struct CBlocks {
    blocks: *mut migcore_ram_block,
    count: usize,
    page_size: u32,
    zero: Option<unsafe extern "C" fn(*mut c_void, usize, u64, u64)>,
    opaque: *mut c_void,
}

impl CBlocks {
    /// # Safety
    /// `ram` is NULL or points to a migcore_ram, whose blocks have names that are NULL or C strings. As long as
    /// this value is used, they and the memory of the blocks that it is asked for are there, and nothing else
    /// writes to them; if it is asked for memory that may be written, nothing else uses it. `zero` may be called then.
    pub(crate) unsafe fn new(ram: *const migcore_ram) -> Result<Self> {
        // SAFETY: as the caller promises.
        let ram = unsafe { sized(ram) }?;
        let migcore_ram { blocks, count, page_size, zero, opaque, .. } = ram;
        let made = CBlocks { blocks, count, page_size, zero, opaque };
        if ram.blocks.is_null() {
            return Err(Code::NullPointer);
        }
        if !(1..=MIGCORE_RAM_BLOCKS).contains(&ram.count) {
            return Err(Code::InvalidArgument);
        }
        for block in 0..made.count {
            // SAFETY: as the caller promises.
            unsafe { check_sized(ram.blocks.wrapping_add(block).cast_const()) }?;
            made.get(block).map_or(Err(Code::InvalidArgument), |block| check(&block))?;
        }
        Ok(made)
    }

    /// A block of the table.
    pub(crate) fn get(&self, block: usize) -> Option<migcore_ram_block> {
        // SAFETY: within the table, as `new` was promised.
        (block < self.count).then(|| unsafe { self.blocks.add(block).read_unaligned() })
    }

    /// The first of the words that are the library's own.
    fn own(&self, block: usize) -> Option<*mut u64> {
        // SAFETY: within the table, as `new` was promised.
        (block < self.count)
            .then(|| unsafe { (&raw mut (*self.blocks.add(block)).reserved).cast::<u64>() })
    }
}

/// Whether there can be such a block.
fn check(block: &migcore_ram_block) -> Result<()> {
    if block.name.is_null() {
        return Err(Code::NullPointer);
    }
    let possible = usize::try_from(block.length).is_ok_and(|length| length <= LARGEST);
    match block.memory.is_null() || possible {
        true => Ok(()),
        false => Err(Code::InvalidArgument),
    }
}

impl Layout for CBlocks {
    fn count(&self) -> usize {
        self.count
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        self.get(block).map(|block| {
            // SAFETY: not null, as `new` found, and it was promised a C string that stays.
            let name = unsafe { CStr::from_ptr(block.name) };
            BlockHead { name: name.to_bytes(), length: block.length }
        })
    }

    fn page_size(&self) -> Option<PageSize> {
        PageSize::new(self.page_size)
    }
}

impl Memory for CBlocks {
    fn noted(&self, block: usize) -> Option<u16> {
        // SAFETY: within the table.
        let noted = self.own(block).map(|word| unsafe { word.read_unaligned() })?;
        u16::try_from(noted.checked_sub(1)?).ok()
    }

    fn note(&mut self, block: usize, number: Option<u16>) {
        if let Some(word) = self.own(block) {
            let noted = number.map_or(0, |number| u64::from(number).saturating_add(1));
            // SAFETY: within the table.
            unsafe { word.write_unaligned(noted) };
        }
    }

    fn bytes(&mut self, block: usize, offset: u64) -> &mut [u8] {
        let Some(block) = self.get(block).filter(|block| !block.memory.is_null()) else {
            return &mut [];
        };
        let rest =
            |offset| block.length.checked_sub(offset).and_then(|rest| usize::try_from(rest).ok());
        match (usize::try_from(offset), rest(offset)) {
            // SAFETY: these bytes lie within the block, which `new` was promised.
            (Ok(offset), Some(length)) => unsafe {
                bytes_mut(block.memory.wrapping_byte_add(offset), length).unwrap_or_default()
            },
            _ => &mut [],
        }
    }

    fn zero(&mut self, block: usize, offset: u64, length: u64) {
        match self.zero {
            // SAFETY: as the caller promised; the bytes are within the block, as the stream was checked.
            Some(zero) => unsafe { zero(self.opaque, block, offset, length) },
            None => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                clear(self.bytes(block, offset).get_mut(..length).unwrap_or_default());
            }
        }
    }
}
