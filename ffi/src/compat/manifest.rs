//! Manifests: what a receiver accepts, as data in a tree.

use core::ffi::c_char;
use core::ptr;

use migcore::compat::manifest::{About, Accepts, Known, Manifest, Wire, Writer};
use migcore::compat::Version;
use migcore::model::NodeId;
use migcore::{Code, Result};

use super::run::{migcore_compat, with_histories};
use crate::error::migcore_error;
use crate::io::sized;
use crate::status::{migcore_status, status};
use crate::text::argument as text;
use crate::tree::read::{migcore_node, MIGCORE_ROOT};
use crate::tree::report::{change_at, tell};
use crate::tree::storage::{migcore_tree, read};

/// How much is known of the state that a device accepts: nothing but its versions.
pub const MIGCORE_KNOWN_NOTHING: u32 = 0;
/// One shape that it accepts. It may accept others, where code of the device decides which items there are.
pub const MIGCORE_KNOWN_SAMPLE: u32 = 1;
/// All that it accepts: the device reads the same items whatever their values are, but for those that it does without.
pub const MIGCORE_KNOWN_ALL: u32 = 2;

/// What a manifest says of the whole receiver. Texts are UTF-8; NULL is an empty one.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_about {
    /// sizeof(migcore_about)
    pub size: usize,
    /// The program, such as `vmm 3`.
    pub writer: *const c_char,
    /// The type of its machine.
    pub machine: *const c_char,
    /// The tag of the machine's version: of a line of development, or the name of a version without a number.
    pub tag: *const c_char,
    /// The number of the machine's version.
    pub version: u32,
    /// The wire that it wants: a MIGCORE_WIRE_ constant, or 0 for any.
    pub wire: u32,
}

/// What a manifest says of a device.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_accepts {
    /// sizeof(migcore_accepts)
    pub size: usize,
    /// The tag of its newest version, in UTF-8, or NULL.
    pub tag: *const c_char,
    /// The oldest version of its state that is loaded.
    pub oldest: u32,
    /// How much is known of the state that it accepts: a MIGCORE_KNOWN_ constant.
    pub known: u32,
    /// 1: a stream may lack it. 0: it may not; anything else is refused.
    pub optional: u32,
    /// 1: a state that is bytes without names is accepted as well. What the bytes are nobody can compare, so a preflight
    /// says MIGCORE_ANSWER_CANNOT_TELL of them and not that they are refused.
    pub blob: u32,
}

/// A route that a receiver has. Texts are UTF-8; NULL is an empty one.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_route_known {
    /// sizeof(migcore_route_known)
    pub size: usize,
    /// The pattern of the names of devices, in which `*` stands for any run of characters; empty for the machine.
    pub of: *const c_char,
    /// The tag of the version that it begins at.
    pub from_tag: *const c_char,
    /// The tag of the version that it ends at.
    pub to_tag: *const c_char,
    /// The number of the version that it begins at.
    pub from: u32,
    /// The number of the version that it ends at.
    pub to: u32,
}

/// Begins a manifest: a device migcore.manifest/0 behind what the tree holds. It says what a receiver accepts, and goes
/// over any wire that names devices, for migcore_preflight and `migcore check`. Writes its handle to `manifest`; 0
/// after an error.
#[no_mangle]
pub unsafe extern "C" fn migcore_manifest_begin(
    tree: *mut migcore_tree,
    about: *const migcore_about,
    manifest: *mut migcore_node,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, what is said, and two places.
    unsafe {
        tell(manifest, 0);
        change_at(tree, MIGCORE_ROOT, error, &mut |tree| {
            let writer = Writer::begin(tree, &about_of(about)?)?;
            tell(manifest, writer.manifest().to_bits());
            Ok(())
        })
    }
}

/// Says that the receiver has a capability.
#[no_mangle]
pub unsafe extern "C" fn migcore_manifest_add_capability(
    tree: *mut migcore_tree,
    manifest: migcore_node,
    name: *const c_char,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, a text and a place.
    unsafe {
        change_at(tree, manifest, error, &mut |tree| {
            Writer::resume(tree, NodeId::from_bits(manifest))?.capability(text(name)?)
        })
    }
}

/// Takes a device that was saved into the tree, at its newest version, into the manifest: its items are the shape that
/// is accepted, and their values become 0. The handle stays good. In a shape the marks say what the receiver does, and
/// may be set: MIGCORE_MARK_ANCILLARY stands at an item that it does without, MIGCORE_MARK_VOLATILE at one whose value must be
/// the one that stands there. An item of variable length is as long as is certainly accepted.
#[no_mangle]
pub unsafe extern "C" fn migcore_manifest_add_device(
    tree: *mut migcore_tree,
    manifest: migcore_node,
    device: migcore_node,
    accepts: *const migcore_accepts,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, what is said, and a place.
    unsafe {
        change_at(tree, device, error, &mut |tree| {
            let accepts = accepts_of(accepts)?;
            let mut writer = Writer::resume(tree, NodeId::from_bits(manifest))?;
            writer.device(NodeId::from_bits(device), &accepts).map(|_| ())
        })
    }
}

/// Takes the device that was taken last once more, as it was saved at an older version: its items are the shape of that.
#[no_mangle]
pub unsafe extern "C" fn migcore_manifest_add_older(
    tree: *mut migcore_tree,
    manifest: migcore_node,
    device: migcore_node,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and a place.
    unsafe {
        change_at(tree, device, error, &mut |tree| {
            let mut writer = Writer::resume(tree, NodeId::from_bits(manifest))?;
            writer.older(NodeId::from_bits(device)).map(|_| ())
        })
    }
}

/// Says that the receiver has a route.
#[no_mangle]
pub unsafe extern "C" fn migcore_manifest_add_route(
    tree: *mut migcore_tree,
    manifest: migcore_node,
    route: *const migcore_route_known,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, a route and a place.
    unsafe {
        change_at(tree, manifest, error, &mut |tree| {
            let route = sized(route)?;
            let from = Version { number: route.from, tag: text(route.from_tag)? };
            let to = Version { number: route.to, tag: text(route.to_tag)? };
            Writer::resume(tree, NodeId::from_bits(manifest))?.route(text(route.of)?, from, to)
        })
    }
}

/// Says that the receiver has the routes of its histories: from each version that a history of `compat` knows and that a
/// route leads on from, to the version that the program speaks. A state of such a version is then not refused by a
/// preflight: the answer is MIGCORE_ANSWER_CANNOT_TELL with MIGCORE_REASON_RECEIVER_CONVERTS, as what the transforms make of
/// it may depend on its values; or that of a comparison, where the manifest has a shape of that version
/// (migcore_manifest_add_older) and takes it (`oldest`). `compat` is not kept.
///
/// MIGCORE_NO_SPACE, MIGCORE_TOO_MANY for a history of more than 64 versions, MIGCORE_STALE_HANDLE and
/// MIGCORE_INVALID_ARGUMENT for what is no manifest, with the tree as it was; MIGCORE_BUSY while a change of the tree is open
/// or `compat` runs. `error` may be NULL.
#[no_mangle]
pub unsafe extern "C" fn migcore_manifest_add_compat(
    tree: *mut migcore_tree,
    manifest: migcore_node,
    compat: *mut migcore_compat,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, NULL or histories, and a place. No code of the histories runs.
    unsafe {
        change_at(tree, manifest, error, &mut |tree| {
            with_histories(compat, ptr::null_mut(), |compat| {
                tree.attempt(|tree| {
                    let mut writer = Writer::resume(tree, NodeId::from_bits(manifest))?;
                    writer.histories(compat.histories)
                })
            })
        })
    }
}

/// Says whether the receiver whose manifest is in a tree has a capability: writes `has`.
#[no_mangle]
pub unsafe extern "C" fn migcore_manifest_has_capability(
    receiver: *const migcore_tree,
    name: *const c_char,
    has: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, a text and a place.
    unsafe {
        tell(has, false);
        status(read(receiver, |tree| {
            tell(has, Manifest::find(tree)?.has_capability(text(name)?));
            Ok(())
        }))
    }
}

/// # Safety
/// `about` is NULL or keeps its contract during `'a`.
pub(crate) unsafe fn about_of<'a>(about: *const migcore_about) -> Result<About<'a>> {
    // SAFETY: as the caller promises.
    unsafe {
        let about = sized(about)?;
        Ok(About {
            writer: text(about.writer)?,
            machine: text(about.machine)?,
            version: Version { number: about.version, tag: text(about.tag)? },
            wire: wire_of(about.wire)?,
        })
    }
}

/// A wire by its constant; 0 is any.
pub(super) fn wire_of(number: u32) -> Result<Wire> {
    let wire = u8::try_from(number).ok().and_then(Wire::of);
    wire.ok_or(Code::InvalidArgument)
}

/// What is said by 0 or 1.
fn flag(number: u32) -> Result<bool> {
    match number {
        0 | 1 => Ok(number == 1),
        _ => Err(Code::InvalidArgument),
    }
}

/// # Safety
/// `accepts` is NULL or keeps its contract during `'a`.
pub(crate) unsafe fn accepts_of<'a>(accepts: *const migcore_accepts) -> Result<Accepts<'a>> {
    // SAFETY: as the caller promises.
    unsafe {
        let accepts = sized(accepts)?;
        let known = u8::try_from(accepts.known).ok().and_then(Known::of);
        Ok(Accepts {
            oldest: accepts.oldest,
            tag: text(accepts.tag)?,
            optional: flag(accepts.optional)?,
            known: known.ok_or(Code::InvalidArgument)?,
            blob: flag(accepts.blob)?,
        })
    }
}
