//! A device, as C describes it to its machine.

use core::ffi::{c_char, c_void, CStr};

use migcore::error::Report;
use migcore::machine::{Hook, Hooked, Identity, Note, Registered};
use migcore::visit::{Marks, Versions};
use migcore::Code;

use super::bare;
use crate::blob::{migcore_blob_function, migcore_visit_function};

/// A stream may lack the device; then its state stays as it is, and of its hooks for a load only `load_done` is
/// called.
pub const MIGCORE_DEVICE_OPTIONAL: u32 = 1;
/// `oldest_reader` counts. Without this flag only the version that saves and newer ones can read.
pub const MIGCORE_DEVICE_OLDER_READERS: u32 = 2;

/// All flags.
const FLAGS: u32 = MIGCORE_DEVICE_OPTIONAL | MIGCORE_DEVICE_OLDER_READERS;

/// A hook of a device: returns 0, or a number of its own, such as -EINVAL, to refuse.
type CHook = Option<unsafe extern "C" fn(opaque: *mut c_void) -> i32>;

/// A device of a machine. Only `visit` must be there. Hooks must not reach the outside world; what does
/// belongs into `on_run`. Members that a program does not know are 0.
#[repr(C)]
pub struct migcore_device {
    /// sizeof(migcore_device)
    pub size: usize,
    /// The name of the device, at most MIGCORE_MAX_NAME bytes.
    pub name: *const c_char,
    /// Tells devices of one name apart.
    pub instance: u32,
    /// The version that is written, and the newest that can be read.
    pub version: u32,
    /// The oldest version that can be read.
    pub minimum_version: u32,
    /// The oldest version that can read the state as it is saved, with MIGCORE_DEVICE_OLDER_READERS;
    /// without it 0.
    pub oldest_reader: u32,
    /// MIGCORE_MARK_ constants for all of its state, or 0.
    pub marks: u32,
    /// MIGCORE_DEVICE_ constants, or 0.
    pub flags: u32,
    /// Visits the state: that of the device with `opaque`, that of a scratch instance with `scratch`. A
    /// return value other than MIGCORE_OK ends the visit.
    pub visit: migcore_visit_function,
    /// NULL, or migcore_visit_blob, for a device that an older version of the program has as bytes. Then it is loaded
    /// from what either version saved, and saved by `fields_since`.
    pub blob: migcore_blob_function,
    /// With `blob`: since which version its state is saved as fields. To save for a program that has it as bytes, put
    /// the version of that program into `version`.
    pub fields_since: u32,
    /// Before a save.
    pub pre_save: Option<unsafe extern "C" fn(opaque: *mut c_void) -> i32>,
    /// After a save, also one that failed, if `pre_save` did not.
    pub post_save: Option<unsafe extern "C" fn(opaque: *mut c_void) -> i32>,
    /// Before the device is loaded, once the whole stream was checked. A device with state that a stream may
    /// leave out, such as a subsection that is saved only where it is needed, resets that state here: what the
    /// stream does not have stays as it is.
    pub pre_load: Option<unsafe extern "C" fn(opaque: *mut c_void) -> i32>,
    /// After a load, before the next device is loaded. `version` is the one that the state was taken for: that of
    /// the stream, or `version` of this entry where the stream has a newer one that it can read.
    pub post_load: Option<unsafe extern "C" fn(opaque: *mut c_void, version: u32) -> i32>,
    /// After all devices were loaded, in the order of the table, also where the stream lacks this one: for what
    /// depends on other devices, as the level of an interrupt line.
    pub load_done: Option<unsafe extern "C" fn(opaque: *mut c_void) -> i32>,
    /// The machine is about to run.
    pub on_run: Option<unsafe extern "C" fn(opaque: *mut c_void) -> i32>,
    /// Handed to the callbacks.
    pub opaque: *mut c_void,
    /// An instance that nothing uses, to try a load on; or NULL. With it, migcore_machine_check finds also
    /// what the visit function alone can object to. It is no device: neither this `opaque` nor that of
    /// another entry. Several entries may have the same one, since it is used for one visit at a time.
    pub scratch: *mut c_void,
    /// Makes the scratch instance as new before each visit of it; may be NULL. Then a visit finds there what the
    /// last one left, be it of another entry.
    pub scratch_begin:
        Option<unsafe extern "C" fn(scratch: *mut c_void, opaque: *mut c_void) -> i32>,
    /// After a visit of it, if `scratch_begin` did not refuse; may be NULL.
    pub scratch_end: Option<unsafe extern "C" fn(scratch: *mut c_void, opaque: *mut c_void)>,
    /// The library's own.
    pub reserved: [u32; 4],
}

impl migcore_device {
    /// Checks what the caller filled in.
    pub(super) fn objection(&self) -> core::result::Result<(), Report> {
        if self.size != size_of::<migcore_device>() {
            // Where its name lies is not known.
            return Err(bare(Code::BadSize));
        }
        let possible = match self {
            _ if self.name.is_null() || self.visit.is_none() => Err(Code::NullPointer),
            _ if Marks::from_bits(self.marks).is_none() => Err(Code::InvalidArgument),
            _ if self.flags & !FLAGS != 0 => Err(Code::InvalidArgument),
            _ if self.oldest_reader != 0 && !self.has_older_readers() => Err(Code::InvalidArgument),
            // A check would load into the device itself.
            _ if self.has_scratch() && self.scratch == self.opaque => Err(Code::InvalidArgument),
            _ => Ok(()),
        };
        possible.map_err(|code| self.identity().report(code))
    }

    fn has_older_readers(&self) -> bool {
        self.flags & MIGCORE_DEVICE_OLDER_READERS != 0
    }

    fn name(&self) -> &[u8] {
        if self.name.is_null() {
            return &[];
        }
        // SAFETY: not null, and the caller promised a C string that stays as it is.
        unsafe { CStr::from_ptr(self.name) }.to_bytes()
    }

    fn loaded(&mut self, version: u32) -> i32 {
        // SAFETY: as in `call`.
        self.post_load.map_or(0, |hook| unsafe { hook(self.opaque, version) })
    }

    fn call(&mut self, hook: CHook) -> i32 {
        // SAFETY: the caller promised a callback for this `opaque`.
        hook.map_or(0, |hook| unsafe { hook(self.opaque) })
    }
}

impl Registered for migcore_device {
    fn identity(&self) -> Identity<'_> {
        let (current, minimum) = (self.version, self.minimum_version);
        Identity {
            name: self.name(),
            instance: self.instance,
            versions: Versions { current, minimum },
            oldest_reader: if self.has_older_readers() { self.oldest_reader } else { current },
            marks: Marks::from_bits(self.marks).unwrap_or_default(),
            optional: self.flags & MIGCORE_DEVICE_OPTIONAL != 0,
        }
    }

    fn note(&self) -> Note {
        let [sorted, seen, ..] = self.reserved;
        Note { sorted, seen: seen != 0 }
    }

    fn set_note(&mut self, note: Note) {
        let [sorted, seen, ..] = &mut self.reserved;
        *sorted = note.sorted;
        *seen = u32::from(note.seen);
    }

    fn run(&mut self, hook: Hook) -> Hooked {
        let returned = match hook {
            Hook::PreSave => self.call(self.pre_save),
            Hook::PostSave => self.call(self.post_save),
            Hook::PreLoad => self.call(self.pre_load),
            Hook::PostLoad(version) => self.loaded(version),
            Hook::LoadDone => self.call(self.load_done),
            Hook::OnRun => self.call(self.on_run),
        };
        match returned {
            0 => Ok(()),
            cause => Err(cause),
        }
    }

    fn has_scratch(&self) -> bool {
        !self.scratch.is_null()
    }
}
