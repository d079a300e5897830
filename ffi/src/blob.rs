//! Blob and fields: a state that older versions of a program put as bytes.

use core::ffi::c_void;
use core::mem::{swap, MaybeUninit};

use migcore::codec::legacy::{
    begin_blob, end_blob, end_fields, Blob, LegacyDecoder, LegacyEncoder, Lender, RawBytes,
    ALWAYS_BLOB,
};
use migcore::visit::{Side, Track, Visiting, Visitor};
use migcore::{Code, Result};

use crate::kernels::CKernels;
use crate::legacy::migcore_legacy;
use crate::object::{begin, migcore_visitor, operations, reach, settle, wire, Wire};
use crate::status::{migcore_status, status};

/// As a version that fields are saved since: never, so a state of any version is saved as a blob.
pub const MIGCORE_ALWAYS_BLOB: u32 = 0xffff_ffff;

const _: () = assert!(MIGCORE_ALWAYS_BLOB == ALWAYS_BLOB);

/// Visits a state: a return value other than MIGCORE_OK ends the visit.
pub type migcore_visit_function =
    Option<unsafe extern "C" fn(v: *mut migcore_visitor, opaque: *mut c_void) -> migcore_status>;

/// What migcore_visit_blob is.
pub type migcore_blob_function = Option<
    unsafe extern "C" fn(
        v: *mut migcore_visitor,
        fields_since: u32,
        visit: migcore_visit_function,
        opaque: *mut c_void,
    ) -> migcore_status,
>;

/// A visitor of the caller, whose raw bytes are read or written.
struct Outer(*mut migcore_visitor);

impl Lender for Outer {
    fn lend<R>(&mut self, call: impl FnOnce(Side<'_>) -> Result<R>) -> Result<R> {
        // SAFETY: made of a visitor, which its user holds longer.
        unsafe { reach(self.0, |v| call(v.parts().0)) }
    }
}

type SaveRaw = LegacyEncoder<RawBytes<Outer>, CKernels>;
type LoadRaw = LegacyDecoder<RawBytes<Outer>, CKernels>;

wire!(SaveRaw, saves, calls_back: true);
wire!(LoadRaw, loads, calls_back: true);

/// Visits a state with `visit`, once: one that is saved as fields since version `fields_since` of it, and before that
/// as a blob, bytes without names as a pair of functions puts and gets them. MIGCORE_ALWAYS_BLOB: as a blob in any
/// version. Loads it from whichever of the two comes next in the scope that is open.
///
/// For a blob, `visit` is given another visitor than `v`, which goes on in the scopes of `v`; meanwhile `v` is not to be
/// used. What is saved as a blob has neither names nor marks. A blob holds all of the scope up to the next item with a
/// name: where `visit` leaves some of it, closing the scope fails with MIGCORE_UNCONSUMED. An opaque buffer `data` that
/// comes first is a blob too, of which `visit` must leave nothing: a converted stream of QEMU has that of such a device. On
/// the legacy wire blob and fields are the same, and `visit` is given `v`, or what writes the same. Of the stack this takes
/// some 2 KB.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_blob(
    v: *mut migcore_visitor,
    fields_since: u32,
    visit: migcore_visit_function,
    opaque: *mut c_void,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, and a callback for this `opaque`.
    unsafe {
        let blob = reach(v, |visitor| match visit {
            None => Err(visitor.fail_as(Code::NullPointer, 0, &"")),
            Some(_) => begin_blob(visitor, fields_since),
        });
        status(match (blob, visit) {
            (Ok(Blob::Fields), Some(visit)) => settle(v, visit(v, opaque)),
            (Ok(blob), Some(visit)) => {
                let visit = |fields| settle(fields, visit(fields, opaque));
                over_raw(v, begin_fields, visit)
                    .and_then(|()| reach(v, |visitor| end_blob(visitor, blob)))
            }
            (Err(code), _) => Err(code),
            (Ok(_), None) => Err(Code::NullPointer),
        })
    }
}

/// Visits over the raw bytes of `v`, which has no scope open and no error meanwhile: both are lent.
///
/// # Safety
/// `v` points to a visitor that is ready, and stays in its place; `begin` is one of those here.
pub(crate) unsafe fn over_raw(
    v: *mut migcore_visitor,
    begin: unsafe fn(*mut migcore_legacy, *mut migcore_visitor) -> Result<()>,
    visit: impl FnOnce(*mut migcore_visitor) -> Result<()>,
) -> Result<()> {
    let mut storage = MaybeUninit::<migcore_legacy>::uninit();
    let mut track = Track::new();
    // SAFETY: the storage is this call's own, and outlives the visitor in it; `v` as the caller promises.
    unsafe {
        begin(storage.as_mut_ptr(), v)?;
        let fields = storage.as_mut_ptr().cast::<migcore_visitor>();
        exchange(v, &mut track)?;
        let depth = track.depth();
        exchange(fields, &mut track)?;
        let done = visit(fields).and_then(|()| reach(fields, |visitor| end_fields(visitor, depth)));
        exchange(fields, &mut track)?;
        exchange(v, &mut track)?;
        done
    }
}

/// Begins a visitor over the raw bytes of `v`, of the same direction.
///
/// # Safety
/// `storage` is writable and the caller's alone; `v` points to a visitor that outlives what is begun.
unsafe fn begin_fields(storage: *mut migcore_legacy, v: *mut migcore_visitor) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        match operations(v) {
            Ok(operations) if operations.loading => begin_loading(storage, v),
            _ => begun(storage, SaveRaw::new(RawBytes::new(Outer(v)), kernels()?)),
        }
    }
}

/// The same of a visitor that loads.
///
/// # Safety
/// As [`begin_fields`].
pub(crate) unsafe fn begin_loading(
    storage: *mut migcore_legacy,
    v: *mut migcore_visitor,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { begun(storage, LoadRaw::new(RawBytes::new(Outer(v)), kernels()?)) }
}

fn kernels() -> Result<CKernels> {
    // SAFETY: NULL stands for portable kernels.
    unsafe { CKernels::new(core::ptr::null()) }
}

/// # Safety
/// As [`begin_fields`].
unsafe fn begun<W: Wire>(storage: *mut migcore_legacy, wire: W) -> Result<()> {
    // SAFETY: as the caller promises.
    let begun = unsafe { begin(storage, size_of::<migcore_legacy>(), Ok(wire)) };
    match Code::from_number(begun) {
        None => Ok(()),
        Some(code) => Err(code),
    }
}

/// Exchanges what is known of the scopes and of the first error of a visit.
///
/// # Safety
/// `v` points to a visitor.
unsafe fn exchange(v: *mut migcore_visitor, track: &mut Track) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        reach(v, |visitor| {
            swap(visitor.parts().1, track);
            Ok(())
        })
    }
}
