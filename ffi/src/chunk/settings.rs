//! What a writer chooses, and what a reader accepts.

use core::ffi::c_char;

use migcore::codec::chunk::{scratch_for, Limits, Settings};
use migcore::Result;

use crate::io::sized;
use crate::text::argument as text;

/// The scratch memory that a writer needs for names of up to 64 bytes; for longer ones see
/// migcore_chunk_scratch.
pub const MIGCORE_CHUNK_SCRATCH: usize = 256;

const _: () = assert!(MIGCORE_CHUNK_SCRATCH == scratch_for(64));

/// What a writer of a stream chooses. The same state and the same settings give the same bytes; none of
/// them changes what a reader gets.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_chunk_settings {
    /// sizeof(migcore_chunk_settings)
    pub size: usize,
    /// The machine whose state it is: UTF-8, at most MIGCORE_MAX_NAME bytes; NULL: not told. Must stay as
    /// it is until the first device begins.
    pub machine: *const c_char,
    /// The program that writes, in the same way.
    pub writer: *const c_char,
    /// How many shapes are remembered, at most 32; 0: as the scratch memory allows.
    pub slots: u32,
    /// The most data of a fragment, in bytes. More than the scratch memory holds is possible: then large
    /// arrays go out from where they are. 0: what fits the scratch memory.
    pub fragment_limit: u32,
    /// Where pages of memory begin in the stream: at multiples of this, a power of two up to 65536, counted
    /// from its first byte, so that a file can be mapped. 0 or 1: anywhere.
    pub alignment: u32,
}

/// What a reader accepts at most, whatever a stream asks for. A member of 0 stands for its default: that
/// of NULL in the place of the struct.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_chunk_limits {
    /// sizeof(migcore_chunk_limits)
    pub size: usize,
    /// Shape slots; by default 32, and never more.
    pub slots: u32,
    /// Data of a chunk that holds a shape, in bytes; by default 2^31-1.
    pub shape: u32,
    /// Data of any chunk, in bytes; by default 2^31-1. Not of one whose pages a receiver puts to their places.
    pub chunk: u32,
    /// Operations that are walked in one stream, beside those that a device asks for in order: in search of
    /// an item, passing over what nobody asked for, looking ahead in raw bytes. Where texts and arrays of
    /// bools are checked on the way, 64 bytes count as one more. By default 2^26, about a second of work. A receiver
    /// sets memory to 0 for as many bytes as 16 times the length of all its blocks, and 4096 more for each unit of
    /// this; a block without memory costs nothing.
    pub work: u64,
    /// 1: the stream may hold memory (see migcore_ram), which is passed over, since somebody else takes it.
    /// 0: such a stream is refused with MIGCORE_UNKNOWN_MEMORY, so that nothing is lost in silence.
    pub memory: u32,
}

/// The scratch memory that a writer needs for states whose longest name, be it of a device, a field or a
/// description, has so many bytes. With more of it streams get shorter.
#[no_mangle]
pub extern "C" fn migcore_chunk_scratch(longest_name: usize) -> usize {
    scratch_for(longest_name)
}

/// The settings of a caller, or the default ones for NULL.
///
/// # Safety
/// `given` is NULL or points to settings, whose texts are NULL or C strings that do not change during
/// `'a`.
pub(super) unsafe fn settings<'a>(given: *const migcore_chunk_settings) -> Result<Settings<'a>> {
    if given.is_null() {
        return Ok(Settings::default());
    }
    // SAFETY: as the caller promises.
    unsafe {
        let given = sized(given)?;
        Ok(Settings {
            machine: text(given.machine)?,
            writer: text(given.writer)?,
            // What does not fit is beyond what is allowed.
            slots: u16::try_from(given.slots).unwrap_or(u16::MAX),
            fragment_limit: given.fragment_limit,
            alignment: given.alignment,
        })
    }
}

/// The limits of a caller, with defaults for what is left out.
///
/// # Safety
/// `given` is NULL or points to limits.
pub(super) unsafe fn limits(given: *const migcore_chunk_limits) -> Result<Limits> {
    let default = Limits::default();
    if given.is_null() {
        return Ok(default);
    }
    // SAFETY: as the caller promises.
    let given = unsafe { sized(given) }?;
    let or = |given: u32, default: u32| if given == 0 { default } else { given };
    Ok(Limits {
        slots: u16::try_from(or(given.slots, default.slots.into())).unwrap_or(u16::MAX),
        shape: or(given.shape, default.shape),
        chunk: or(given.chunk, default.chunk),
        work: if given.work == 0 { default.work } else { given.work },
        memory: given.memory != 0,
    })
}
