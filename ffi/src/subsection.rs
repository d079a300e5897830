//! Subsections: parts of a state that may be missing.

use core::ffi::{c_char, c_void};
use core::slice;

use migcore::visit::{
    walk_subsections, Marks, Name, Scope, ScopeKind, SubsectionEntry, SubsectionName,
    SubsectionTable, Visitor,
};
use migcore::{Code, Result};

use crate::memory::LARGEST;
use crate::object::{migcore_visitor, reach, run, settle};
use crate::place::CName;
use crate::status::{migcore_status, status, MIGCORE_MAX_NAME};

/// A part of a state that is written only when it is needed.
#[repr(C)]
pub struct migcore_subsection {
    /// sizeof(migcore_subsection)
    pub size: usize,
    /// The full name. It begins with the name of its owner, by custom followed by a slash:
    /// `timer/expiry` belongs to `timer`.
    pub name: *const c_char,
    /// The version that is written, and the newest that can be read.
    pub version: u32,
    /// The oldest version that can be read.
    pub minimum_version: u32,
    /// MIGCORE_MARK_ constants, or 0.
    pub marks: u32,
    /// Whether the state has anything to say here; NULL: always. Not asked on load.
    pub needed: Option<unsafe extern "C" fn(opaque: *mut c_void) -> bool>,
    /// Visits the part.
    pub visit: Option<
        unsafe extern "C" fn(v: *mut migcore_visitor, opaque: *mut c_void) -> migcore_status,
    >,
}

/// Visits the subsections of the description `owner`, at the end of its struct or device. On save
/// those that are needed go out in the order of the table. On load the stream says which ones there
/// are, in any order; the state of one that is missing stays as it is. `opaque` is handed to the
/// callbacks; a `visit` that returns an error ends the visit with it.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_subsections(
    v: *mut migcore_visitor,
    owner: *const c_char,
    table: *const migcore_subsection,
    count: usize,
    opaque: *mut c_void,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name, and `count` entries.
    unsafe {
        let entries = match entries(table, count) {
            Ok(entries) => entries,
            Err(code) => return run(v, |visitor| Err(visitor.fail_as(code, 0, &""))),
        };
        let owner = CName::new(owner);
        status(walk_subsections(&mut Table { v, entries, opaque }, owner.bytes()))
    }
}

/// The entries of a table, if each is whole and of the size that this library knows.
///
/// # Safety
/// `table` is NULL or points to `count` entries that do not change during `'a`.
unsafe fn entries<'a>(
    table: *const migcore_subsection,
    count: usize,
) -> Result<&'a [migcore_subsection]> {
    match count {
        0 => return Ok(&[]),
        _ if table.is_null() => return Err(Code::NullPointer),
        _ if !table.is_aligned() => return Err(Code::Misaligned),
        _ if count > LARGEST.div_euclid(size_of::<migcore_subsection>()) => {
            return Err(Code::InvalidArgument);
        }
        _ => {}
    }
    // SAFETY: not null, aligned; the caller promises that every entry begins with its size. It is read
    // alone: entries of another size lie elsewhere.
    if unsafe { (*table).size } != size_of::<migcore_subsection>() {
        return Err(Code::BadSize);
    }
    // SAFETY: not null, aligned, of the right size; the caller promises `count` entries.
    let entries = unsafe { slice::from_raw_parts(table, count) };
    entries.iter().try_for_each(check_entry)?;
    Ok(entries)
}

fn check_entry(entry: &migcore_subsection) -> Result<()> {
    match entry {
        _ if entry.size != size_of::<migcore_subsection>() => Err(Code::BadSize),
        _ if entry.name.is_null() || entry.visit.is_none() => Err(Code::NullPointer),
        _ if Marks::from_bits(entry.marks).is_none() => Err(Code::InvalidArgument),
        _ => Ok(()),
    }
}

struct Table<'t> {
    v: *mut migcore_visitor,
    entries: &'t [migcore_subsection],
    opaque: *mut c_void,
}

impl<'t> SubsectionTable for Table<'t> {
    type Name = &'t [u8];

    fn entry(&self, index: usize) -> Option<SubsectionEntry<Self::Name>> {
        self.entries.get(index).map(|entry| SubsectionEntry {
            // SAFETY: `entries` saw that it is not null, and the caller promises a C string.
            name: unsafe { core::ffi::CStr::from_ptr(entry.name) }.to_bytes(),
            version: entry.version,
            minimum_version: entry.minimum_version,
            marks: Marks::from_bits(entry.marks).unwrap_or_default(),
        })
    }

    fn needed(&mut self, index: usize) -> Result<bool> {
        // SAFETY: the caller promises a callback for this `opaque`.
        let asked =
            |needed: unsafe extern "C" fn(*mut c_void) -> bool| unsafe { needed(self.opaque) };
        Ok(self.entries.get(index).is_some_and(|entry| entry.needed.is_none_or(asked)))
    }

    fn visit(&mut self, index: usize) -> Result<()> {
        let Some(visit) = self.entries.get(index).and_then(|entry| entry.visit) else {
            return Ok(());
        };
        // SAFETY: the caller promises a callback for this `opaque`; the object is not busy.
        unsafe { settle(self.v, visit(self.v, self.opaque)) }
    }

    fn with<R>(&mut self, call: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> Result<R> {
        // SAFETY: the caller of `migcore_visit_subsections` promises a visitor.
        unsafe { reach(self.v, call) }
    }
}

/// Begins a subsection on save. For code that does not use a table.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_subsection(
    v: *mut migcore_visitor,
    name: *const c_char,
    version: u32,
) -> migcore_status {
    // SAFETY: the caller promises a visitor and a name.
    unsafe {
        let name = CName::new(name);
        run(v, |visitor| visitor.begin(&name, Scope::Subsection { version }))
    }
}

/// Opens the next subsection that the stream holds for the description `owner`, on load: writes
/// `found`, false after an error, and if it is true the full name, with a NUL, into the `capacity` bytes
/// at `name`, at least MIGCORE_MAX_NAME + 1, and `version`. Visit its items and call
/// migcore_end_subsection, or call migcore_skip_subsection.
#[no_mangle]
pub unsafe extern "C" fn migcore_next_subsection(
    v: *mut migcore_visitor,
    owner: *const c_char,
    name: *mut c_char,
    capacity: usize,
    version: *mut u32,
    found: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name, `capacity` bytes, a uint32_t and a bool.
    unsafe {
        if !found.is_null() {
            found.write(false);
        }
        let owner = CName::new(owner);
        run(v, |visitor| {
            if name.is_null() || version.is_null() || found.is_null() {
                return Err(visitor.fail_as(Code::NullPointer, 0, &""));
            }
            if capacity <= MIGCORE_MAX_NAME {
                return Err(visitor.fail_as(Code::InvalidArgument, 0, &""));
            }
            let mut text = SubsectionName::new();
            if let Some(number) = visitor.next_subsection(owner.bytes(), &mut text)? {
                name.copy_from_nonoverlapping(text.as_ptr().cast(), text.len());
                name.add(text.len()).write(0);
                version.write_unaligned(number);
                found.write(true);
            }
            Ok(())
        })
    }
}

/// Passes over the subsection just opened, which nobody knows. On a wire that cannot know where it
/// ends, as the legacy one, and for one that is critical: MIGCORE_UNKNOWN_SUBSECTION.
#[no_mangle]
pub unsafe extern "C" fn migcore_skip_subsection(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.skip_subsection()) }
}

/// Ends a subsection.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_subsection(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.end(ScopeKind::Subsection)) }
}
