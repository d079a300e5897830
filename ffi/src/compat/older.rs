//! Older versions that a receiver takes because its histories lead on from them.

use core::ffi::{c_char, c_void};
use core::ptr;

use migcore::visit::Name;
use migcore::Code;

use super::arena::{room, Room};
use super::manifest::migcore_accepts;
use super::run::{migcore_compat, with_histories};
use crate::io::check_sized;
use crate::place::CName;
use crate::status::{migcore_status, status};
use crate::tree::storage::{migcore_tree, take_out};

/// Puts the devices of a tree behind all of them as older versions have them: of each that has a history and is of the version
/// that the program speaks, every version without a tag that a route leads to and back from. All losses are allowed. So a
/// manifest has the shapes of what the histories lead on from: after migcore_machine_save into the same tree, in the place of
/// migcore_machine_record_older, before migcore_machine_manifest with migcore_compat_accept. What cannot be made of the state
/// that a device has now, such as one that is made of two devices, is left out.
///
/// A manifest of this says that such states load. Where a change refuses some values on its way up, only the route is to be
/// said (migcore_manifest_add_compat).
///
/// `memory` is for one device at a time, what it loses, and a change: ten times the largest is enough, and 1 KB beside. It is
/// used by this call alone. Code of the histories finds the device alone in a tree.
///
/// MIGCORE_NO_SPACE of the tree or of `memory`; MIGCORE_TOO_MANY for a history of more than 64 versions; MIGCORE_BUSY while a
/// change of the tree is open or a run is at work; MIGCORE_UNBALANCED if code of the caller left a visitor over the tree,
/// which is in `memory`. Then the tree is as it was.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_record_older(
    compat: *mut migcore_compat,
    tree: *mut migcore_tree,
    memory: *mut c_void,
    capacity: usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or an object of each kind, and `capacity` bytes of memory that nothing else uses.
    unsafe {
        status(room(memory, capacity).and_then(|room| {
            let Room { storage, memory, .. } = room;
            with_histories(compat, storage, |compat| {
                let (mut taken, storage) = take_out(tree)?;
                let done = compat.record_older(&mut taken, memory);
                storage.put_back(taken);
                done
            })
        }))
    }
}

/// Says for migcore_machine_manifest that devices take what the histories of a migcore_compat, which is the `opaque`, lead on
/// from: makes `oldest` the oldest version without a tag of the history of the device, if that is older. A program that has
/// more to say calls it in its own migcore_accept.
///
/// MIGCORE_NULL_POINTER, MIGCORE_BAD_SIZE; MIGCORE_BUSY while a run is at work; MIGCORE_TOO_MANY for a history of more than 64
/// versions.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_accept(
    compat: *mut c_void,
    name: *const c_char,
    instance: u32,
    accepts: *mut migcore_accepts,
) -> migcore_status {
    let _ = instance;
    // SAFETY: the caller promises NULL or an object of each kind, and a name. No code of the histories runs.
    unsafe {
        status(check_sized(accepts).and_then(|()| {
            if name.is_null() {
                return Err(Code::NullPointer);
            }
            let name = CName::new(name);
            let oldest = &raw mut (*accepts).oldest;
            with_histories(compat.cast::<migcore_compat>(), ptr::null_mut(), |compat| {
                if let Some(older) = compat.oldest(name.bytes())? {
                    oldest.write_unaligned(oldest.read_unaligned().min(older));
                }
                Ok(())
            })
        }))
    }
}
