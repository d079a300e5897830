//! Machine profiles: tables of rows, read where they lie.

use core::ffi::{c_char, c_void};

use migcore::compat::profile::{check, AtVersion, Row, Says, Setting, Table, Wire};
use migcore::error::{Fault, Path, Report};
use migcore::{Code, Result};

use crate::error::{fill, migcore_error};
use crate::io::sized;
use crate::status::{migcore_status, refusal, status, MIGCORE_NULL_POINTER, MIGCORE_OK};
use crate::text::{argument, of_row};

/// What a row says: one of the MIGCORE_PROFILE_KIND_ constants.
pub type migcore_profile_kind = u32;

/// The end of the rows
pub const MIGCORE_PROFILE_KIND_END: migcore_profile_kind = 0;
/// A property of the device is on or off: `number` is 1 or 0.
pub const MIGCORE_PROFILE_KIND_FLAG: migcore_profile_kind = 1;
/// A property of the device is `number`.
pub const MIGCORE_PROFILE_KIND_NUMBER: migcore_profile_kind = 2;
/// A property of the device is `text`.
pub const MIGCORE_PROFILE_KIND_TEXT: migcore_profile_kind = 3;
/// The device is in the stream as bytes without names, if `number` is 1; 0: it is described.
pub const MIGCORE_PROFILE_KIND_BLOB: migcore_profile_kind = 4;
/// The machine is written as `number` says: a MIGCORE_WIRE_ constant.
pub const MIGCORE_PROFILE_KIND_WIRE: migcore_profile_kind = 5;

/// A device that has no such property passes over the row.
pub const MIGCORE_PROFILE_OPTIONAL: u32 = 1;

/// QEMU's bytes
pub const MIGCORE_WIRE_LEGACY: u32 = 1;
/// Chunks
pub const MIGCORE_WIRE_CHUNK: u32 = 2;

/// A row of a machine profile. What it says holds for one version of the machine and all older ones, unless a row for an
/// older one says otherwise. The macros of migcore_profile.h make rows. Members that a row does not use are 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_profile_row {
    /// The newest machine version for which it holds. Versions are numbers that grow; MIGCORE_RELEASE makes one of a
    /// release such as 7.2.
    pub until: u32,
    /// What the row says.
    pub kind: migcore_profile_kind,
    /// The name of a device or of its type, in UTF-8 as all texts; NULL for what the whole machine is written as.
    pub device: *const c_char,
    /// The name of a property.
    pub property: *const c_char,
    /// A text.
    pub text: *const c_char,
    /// A number.
    pub number: u64,
    /// MIGCORE_PROFILE_OPTIONAL, or 0.
    pub flags: u32,
    /// 0, and refused if it is not.
    pub reserved: [u32; 3],
}

/// A table of rows, and what it is on top of: what is true for machines of one kind is on top of what is true for all.
/// Of rows for one machine version those of the upper table win; one for an older version wins also from below.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_profile {
    /// sizeof(migcore_profile)
    pub size: usize,
    /// From the newest machine version to the oldest; the last is MIGCORE_PROFILE_END().
    pub rows: *const migcore_profile_row,
    /// What this is on top of, or NULL. At most 8 tables are on top of each other.
    pub below: *const migcore_profile,
}

/// Takes a row. Another status than MIGCORE_OK ends the call, which returns it; of what is no status of the library it
/// makes MIGCORE_REFUSED.
pub type migcore_profile_row_function = Option<
    unsafe extern "C" fn(opaque: *mut c_void, row: *const migcore_profile_row) -> migcore_status,
>;

/// A profile of the caller. Its rows are read where they lie.
#[derive(Clone, Copy)]
struct CProfile(migcore_profile);

impl CProfile {
    /// # Safety
    /// `profile` is NULL, or points to a profile that keeps its contract, as do those that it names, and that does not
    /// change as long as this value is used.
    unsafe fn new(profile: *const migcore_profile) -> Result<Self> {
        // SAFETY: as the caller promises.
        unsafe { sized(profile) }.map(CProfile)
    }
}

impl Table<'static> for CProfile {
    type Row = *const migcore_profile_row;

    fn row(self, index: usize) -> Option<Self::Row> {
        let rows = self.0.rows;
        if rows.is_null() {
            return None;
        }
        let row = rows.wrapping_add(index);
        // SAFETY: `new` was promised rows up to one that ends them; no one behind that is asked for.
        let kind = unsafe { row.read_unaligned() }.kind;
        (kind != MIGCORE_PROFILE_KIND_END).then_some(row)
    }

    fn read(row: Self::Row) -> Result<Row<'static>> {
        // SAFETY: `row` gave a place where a row lies; all bytes are values of its members.
        unsafe { row.read_unaligned() }.decode()
    }

    fn below(self) -> Result<Option<Self>> {
        match self.0.below {
            none if none.is_null() => Ok(None),
            // SAFETY: not null, and `new` was promised the same of the profiles that its profile names.
            below => unsafe { CProfile::new(below) }.map(Some),
        }
    }
}

impl migcore_profile_row {
    fn decode(&self) -> Result<Row<'static>> {
        let known = self.flags & !MIGCORE_PROFILE_OPTIONAL == 0 && self.reserved == [0; 3];
        if !known {
            return Err(Code::BadTable);
        }
        let says = match self.kind {
            MIGCORE_PROFILE_KIND_FLAG => self.property(Setting::Flag(self.flag()?))?,
            MIGCORE_PROFILE_KIND_NUMBER => self.property(Setting::Number(self.number))?,
            MIGCORE_PROFILE_KIND_TEXT => self.property(Setting::Text(text(self.text)?))?,
            MIGCORE_PROFILE_KIND_BLOB => {
                Says::Blob { device: text(self.device)?, stays: self.flag()? }
            }
            MIGCORE_PROFILE_KIND_WIRE if self.device.is_null() => Says::Wire(self.wire()?),
            _ => return Err(Code::BadTable),
        };
        Ok(Row { until: self.until, says })
    }

    fn property(&self, value: Setting<'static>) -> Result<Says<'static>> {
        let (device, name) = (text(self.device)?, text(self.property)?);
        let optional = self.flags & MIGCORE_PROFILE_OPTIONAL != 0;
        Ok(Says::Property { device, name, value, optional })
    }

    fn flag(&self) -> Result<bool> {
        match self.number {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Code::BadTable),
        }
    }

    fn wire(&self) -> Result<Wire> {
        match u32::try_from(self.number) {
            Ok(MIGCORE_WIRE_LEGACY) => Ok(Wire::Legacy),
            Ok(MIGCORE_WIRE_CHUNK) => Ok(Wire::Chunk),
            _ => Err(Code::BadTable),
        }
    }
}

/// A text of a row, which must be there.
fn text(text: *const c_char) -> Result<&'static str> {
    if text.is_null() {
        return Err(Code::BadTable);
    }
    // SAFETY: the caller promised C strings that stay as they are during the call, and nothing of them is kept beyond it.
    unsafe { of_row(text) }
}

/// A name that was asked for, which must be there.
///
/// # Safety
/// `name` is NULL or a C string that does not change during `'a`.
unsafe fn asked<'a>(name: *const c_char) -> Result<&'a str> {
    if name.is_null() {
        return Err(Code::NullPointer);
    }
    // SAFETY: as the caller promises.
    unsafe { argument(name) }
}

/// What `profile` says for a machine version.
///
/// # Safety
/// As [`CProfile::new`].
unsafe fn at(
    profile: *const migcore_profile,
    machine: u32,
) -> Result<AtVersion<'static, CProfile>> {
    // SAFETY: as the caller promises.
    Ok(AtVersion::new(unsafe { CProfile::new(profile) }?, machine))
}

/// Stores what `find` found; without it the place stays as it is.
///
/// # Safety
/// `value` is NULL or writable.
unsafe fn store<V>(value: *mut V, find: impl FnOnce() -> Result<Option<V>>) -> migcore_status {
    if value.is_null() {
        return Code::NullPointer.number();
    }
    let found = find();
    if let Ok(Some(found)) = found {
        // SAFETY: not null, and the caller promises that it is writable.
        unsafe { value.write_unaligned(found) };
        return MIGCORE_OK;
    }
    status(found)
}

/// The value of a property, of which `pick` takes one of the right kind.
///
/// # Safety
/// As [`CProfile::new`], and [`asked`] for both names.
unsafe fn look_up<V>(
    profile: *const migcore_profile,
    machine: u32,
    device: *const c_char,
    property: *const c_char,
    pick: impl FnOnce(*const migcore_profile_row, Setting<'static>) -> Option<V>,
) -> Result<Option<V>> {
    // SAFETY: as the caller promises.
    let (at, device, property) =
        unsafe { (at(profile, machine)?, asked(device)?, asked(property)?) };
    match at.get_row(device, property)? {
        None => Ok(None),
        Some((row, setting)) => pick(row, setting).map(Some).ok_or(Code::WrongType),
    }
}

/// Sets `*value` to what a property of a device is in this version of the machine; where no row of the profile says
/// something of it, `*value` stays as it is, the default.
///
/// A device asks when its machine is made, and keeps the answer as a member, in which its `needed` and `test` functions
/// and its handlers find it. The call goes over the rows that hold for the version.
///
/// Errors: MIGCORE_NULL_POINTER; MIGCORE_BAD_SIZE; MIGCORE_BAD_TEXT for a name that is not UTF-8;
/// MIGCORE_WRONG_TYPE if the value of the property is of another kind; MIGCORE_BAD_TABLE for rows that make no sense or
/// stand below one for an older version; MIGCORE_TOO_MANY tables. `*value` stays as it is.
#[no_mangle]
pub unsafe extern "C" fn migcore_profile_flag(
    profile: *const migcore_profile,
    machine: u32,
    device: *const c_char,
    property: *const c_char,
    value: *mut bool,
) -> migcore_status {
    let pick = |_, setting| match setting {
        Setting::Flag(value) => Some(value),
        _ => None,
    };
    // SAFETY: the caller promises NULL or a profile, names, and NULL or a place.
    unsafe { store(value, || look_up(profile, machine, device, property, pick)) }
}

/// The same for a property that is a number.
#[no_mangle]
pub unsafe extern "C" fn migcore_profile_number(
    profile: *const migcore_profile,
    machine: u32,
    device: *const c_char,
    property: *const c_char,
    value: *mut u64,
) -> migcore_status {
    let pick = |_, setting| match setting {
        Setting::Number(value) => Some(value),
        _ => None,
    };
    // SAFETY: as above.
    unsafe { store(value, || look_up(profile, machine, device, property, pick)) }
}

/// The same for a property that is a text: that of the row.
#[no_mangle]
pub unsafe extern "C" fn migcore_profile_text(
    profile: *const migcore_profile,
    machine: u32,
    device: *const c_char,
    property: *const c_char,
    value: *mut *const c_char,
) -> migcore_status {
    let pick = |row: *const migcore_profile_row, setting| match setting {
        // SAFETY: a row that was found lies there.
        Setting::Text(_) => Some(unsafe { row.read_unaligned() }.text),
        _ => None,
    };
    // SAFETY: as above.
    unsafe { store(value, || look_up(profile, machine, device, property, pick)) }
}

/// Gives `set` the rows that hold for the properties of a device in this version of the machine, in the order in which
/// they apply: one property may come several times, and the last counts. `set` returns MIGCORE_MISSING for a property
/// that the device does not have; that is no error if the row is MIGCORE_PROFILE_OPTIONAL.
///
/// Errors: those of `set`, and as migcore_profile_flag.
#[no_mangle]
pub unsafe extern "C" fn migcore_profile_apply(
    profile: *const migcore_profile,
    machine: u32,
    device: *const c_char,
    set: migcore_profile_row_function,
    opaque: *mut c_void,
) -> migcore_status {
    let applied = || {
        let set = set.ok_or(Code::NullPointer)?;
        // SAFETY: the caller promises NULL or a profile, and a name.
        let (at, device) = unsafe { (at(profile, machine)?, asked(device)?) };
        // SAFETY: the caller promises a callback for this `opaque`.
        at.apply_rows(device, |row, _, _| taken(unsafe { set(opaque, row) }))
    };
    status(applied())
}

/// Gives `visit` all rows that hold in this version of the machine, in the order in which they apply: what comes later
/// overrides what came before. For programs that give the properties of a type to the types that are made of it.
///
/// Errors: those of `visit`, and as migcore_profile_flag.
#[no_mangle]
pub unsafe extern "C" fn migcore_profile_walk(
    profile: *const migcore_profile,
    machine: u32,
    visit: migcore_profile_row_function,
    opaque: *mut c_void,
) -> migcore_status {
    let walked = || {
        let visit = visit.ok_or(Code::NullPointer)?;
        // SAFETY: the caller promises NULL or a profile.
        let mut rows = unsafe { at(profile, machine) }?.rows()?;
        while let Some((row, _)) = rows.step()? {
            // SAFETY: the caller promises a callback for this `opaque`.
            taken(unsafe { visit(opaque, row) })?;
        }
        Ok(())
    };
    status(walked())
}

/// What a callback returned.
fn taken(returned: migcore_status) -> Result<()> {
    match returned {
        MIGCORE_OK => Ok(()),
        other => Err(refusal(other).0),
    }
}

/// Sets `*stays` to whether a device is in the stream as bytes without names in this version of the machine; where no
/// row says so, it is not. A device that does has a `version` before the `fields_since` of its migcore_device. Errors as
/// migcore_profile_flag.
#[no_mangle]
pub unsafe extern "C" fn migcore_profile_blob(
    profile: *const migcore_profile,
    machine: u32,
    device: *const c_char,
    stays: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a profile, a name, and NULL or a place.
    unsafe { store(stays, || at(profile, machine)?.is_blob(asked(device)?).map(Some)) }
}

/// Sets `*wire` to what a machine of this version is written as: a MIGCORE_WIRE_ constant, that of chunks where no row
/// says otherwise. Errors as migcore_profile_flag.
#[no_mangle]
pub unsafe extern "C" fn migcore_profile_wire(
    profile: *const migcore_profile,
    machine: u32,
    wire: *mut u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a profile, and NULL or a place.
    unsafe {
        store(wire, || {
            Ok(Some(match at(profile, machine)?.wire()? {
                Wire::Legacy => MIGCORE_WIRE_LEGACY,
                Wire::Chunk => MIGCORE_WIRE_CHUNK,
            }))
        })
    }
}

/// Checks all rows of a profile and of what it is on top of, for a test of the program: it takes time with the square of
/// their number.
///
/// Errors: MIGCORE_BAD_TABLE for a row that makes no sense, has an empty name, stands below one for an older machine
/// version, or says for one version what another row of the same table says; MIGCORE_WRONG_TYPE for a property whose
/// values are of two kinds; MIGCORE_TOO_MANY tables; MIGCORE_NULL_POINTER; MIGCORE_BAD_SIZE. `error` may be NULL; its
/// path is the device and the property of the row. The `size` of it is filled in by the caller.
#[no_mangle]
pub unsafe extern "C" fn migcore_profile_check(
    profile: *const migcore_profile,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a profile.
    let report = match unsafe { CProfile::new(profile) } {
        Ok(profile) => check(profile).err(),
        Err(code) => Some(Report { code, fault: Fault::default(), path: Path::new() }),
    };
    // SAFETY: the caller promises NULL, or a report that begins with its size.
    match unsafe { fill(error, report.as_ref()) } {
        MIGCORE_OK | MIGCORE_NULL_POINTER => {
            report.map_or(MIGCORE_OK, |report| report.code.number())
        }
        refused => refused,
    }
}
