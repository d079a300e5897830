//! Whether a receiver loads a state, told before it is sent.

use core::ffi::{c_char, c_void};

use migcore::compat::manifest::Manifest;
use migcore::compat::preflight::{Answer, Finding, Preflight, Report};
use migcore::error::Put;
use migcore::{Code, Result};

use super::manifest::wire_of;
use super::rows::migcore_compat_version;
use super::run::{at_work, migcore_compat, version};
use crate::error::{characters, MIGCORE_PATH_SIZE};
use crate::memory::bytes_mut;
use crate::status::{migcore_status, refusal, status, MIGCORE_OK};
use crate::tree::report::tell;
use crate::tree::storage::{migcore_tree, show};

/// The room for what was expected or found, with its NUL.
pub const MIGCORE_DETAIL_SIZE: usize = 64;

/// One thing that a preflight found.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_finding {
    /// sizeof(migcore_finding)
    pub size: usize,
    /// What follows from it: a MIGCORE_ANSWER_ constant.
    pub answer: u32,
    /// Why: a MIGCORE_REASON_ constant. migcore_reason_text says it in words, and migcore_reason_help what would help.
    /// Newer libraries may have reasons that are not listed here.
    pub reason: u32,
    /// Where in the state, such as `nic/0.rx_ring[3].head`. Ends with a NUL.
    pub path: [c_char; MIGCORE_PATH_SIZE],
    /// What the receiver takes, in words; empty where nothing is to be said.
    pub expected: [c_char; MIGCORE_DETAIL_SIZE],
    /// What the state has.
    pub found: [c_char; MIGCORE_DETAIL_SIZE],
}

/// Is shown one finding, which is gone afterwards. It may read the trees, and not change them. A status other than
/// MIGCORE_OK ends what is told, and is returned.
pub type migcore_report_finding = Option<
    unsafe extern "C" fn(opaque: *mut c_void, finding: *const migcore_finding) -> migcore_status,
>;

/// Says whether a receiver loads a state: compares the tree `state` with the manifest in the tree `receiver`. Shows each
/// thing that it finds to `report`, which may be NULL, and writes the answer, the worst of them as migcore_answer_worse
/// has it, to `answer`, a MIGCORE_ANSWER_ constant. Neither tree is changed. `wire` is the one that the state will go
/// over, a MIGCORE_WIRE_ constant, or 0 for the one that the receiver wants, and chunks where it takes any. `index` is
/// memory for an index, as that of migcore_tree_diff, or NULL.
///
/// It says that a state loads only where the manifest describes all that the state has and all that the receiver needs;
/// what only values tell, such as what a hook refuses, it does not know. MIGCORE_OK whatever the answer is;
/// MIGCORE_INVALID_ARGUMENT for a wire that is none, MIGCORE_MISSING without a manifest, MIGCORE_UNKNOWN_FORMAT for one
/// of a newer layout, MIGCORE_BAD_VALUE for one that makes no sense.
#[no_mangle]
pub unsafe extern "C" fn migcore_preflight(
    state: *mut migcore_tree,
    receiver: *mut migcore_tree,
    wire: u32,
    index: *mut c_void,
    index_size: usize,
    report: migcore_report_finding,
    opaque: *mut c_void,
    answer: *mut u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, twice, `index_size` writable bytes that nothing else uses meanwhile,
    // a callback for this `opaque`, and a place.
    unsafe {
        status(show(state, |state| {
            show(receiver, |receiver| {
                let preflight = Preflight::new(Manifest::find(receiver)?).wire(wire_of(wire)?);
                let mut preflight = preflight.memory(bytes_mut(index, index_size)?);
                ended(report, opaque, answer, &mut |tell| preflight.compare(state, tell))
            })
        }))
    }
}

/// The same after the transforms that lead to the receiver's versions: the routes are found and gone, what is lost is
/// told, and all of it is undone. `from` is the version of the machine now, where the state does not say it, or NULL.
/// Devices of which the receiver takes the version that they have stay as they are; a machine whose manifest says its
/// version is transformed to that, if this side or the receiver has a history of it. Filters see the state as it leaves.
/// `report` must not use the state. Where a transform fails, that is a finding, but for MIGCORE_NO_SPACE, MIGCORE_BUSY
/// and MIGCORE_UNBALANCED, which are as those of migcore_compat_run.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_preflight(
    compat: *mut migcore_compat,
    state: *mut migcore_tree,
    receiver: *mut migcore_tree,
    from: *const migcore_compat_version,
    wire: u32,
    index: *mut c_void,
    index_size: usize,
    report: migcore_report_finding,
    opaque: *mut c_void,
    answer: *mut u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or an object of each kind, `index_size` writable bytes that nothing else uses
    // meanwhile, a callback for this `opaque`, and a place.
    unsafe {
        status(show(receiver, |receiver| {
            let preflight = Preflight::new(Manifest::find(receiver)?).wire(wire_of(wire)?);
            let mut preflight = preflight.memory(bytes_mut(index, index_size)?);
            let from = version(from)?;
            let done = at_work(compat, state, |compat, state| {
                ended(report, opaque, answer, &mut |tell| preflight.run(state, compat, from, tell))
                    .map_err(Into::into)
            });
            done.map_err(|failed| failed.code())
        }))
    }
}

/// Makes a comparison, tells what it finds to the caller, and writes the answer.
///
/// # Safety
/// `report` is a callback for this `opaque`, `answer` NULL or writable.
unsafe fn ended(
    report: migcore_report_finding,
    opaque: *mut c_void,
    answer: *mut u32,
    compare: &mut dyn FnMut(Report<'_>) -> Result<Answer>,
) -> Result<()> {
    let mut ended = MIGCORE_OK;
    let worst = compare(&mut |finding| {
        if let (Some(report), MIGCORE_OK) = (report, ended) {
            let made = to_c(finding);
            // SAFETY: a callback for this `opaque`, as the caller promises.
            ended = unsafe { report(opaque, &raw const made) };
        }
    })?;
    match ended {
        MIGCORE_OK if answer.is_null() => Err(Code::NullPointer),
        MIGCORE_OK => {
            // SAFETY: the caller promises a place.
            unsafe { tell(answer, u32::from(worst.number())) };
            Ok(())
        }
        other => Err(refusal(other).0),
    }
}

fn to_c(finding: &Finding<'_>) -> migcore_finding {
    let mut made = migcore_finding {
        size: size_of::<migcore_finding>(),
        answer: finding.answer.number().into(),
        reason: finding.reason.number().into(),
        path: characters(&finding.path),
        expected: [0; MIGCORE_DETAIL_SIZE],
        found: [0; MIGCORE_DETAIL_SIZE],
    };
    put_in(&mut made.expected, &mut |put| finding.expected.put(put));
    put_in(&mut made.found, &mut |put| finding.found.put(put));
    made
}

/// Puts text into an array that ends with a NUL; what has no room is cut.
#[allow(clippy::as_conversions, reason = "bytes as characters of C")]
fn put_in(room: &mut [c_char], text: &mut dyn FnMut(Put<'_>)) {
    let mut left = room.split_last_mut().map(|(_, room)| room).unwrap_or_default().iter_mut();
    text(&mut |part| {
        for (byte, place) in part.iter().zip(left.by_ref()) {
            *place = *byte as c_char;
        }
    });
}
