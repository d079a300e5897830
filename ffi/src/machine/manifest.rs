//! What a machine accepts, as data.

use core::ffi::{c_char, c_void};
use core::ptr;

use migcore::compat::manifest::Accepts;
use migcore::machine::Identity;
use migcore::Result;

use super::reach::CReach;
use super::{enter, migcore_machine, on};
use crate::compat::manifest::{about_of, accepts_of, migcore_about, migcore_accepts};
use crate::object::migcore_visitor;
use crate::status::{migcore_status, refusal, status, MIGCORE_OK};
use crate::tree::read::migcore_node;
use crate::tree::report::tell;
use crate::tree::storage::{lend, migcore_tree};

/// Saves the devices of a machine at older versions of theirs, at most `most` of each: after migcore_machine_save into
/// the same tree, before migcore_machine_manifest.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_record_older(
    machine: *mut migcore_machine,
    v: *mut migcore_visitor,
    most: u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a machine, and NULL or a visitor.
    unsafe { on(machine, |machine| machine.record_older_over(&mut CReach::new(v), most)) }
}

/// Is asked for each device what the manifest says of it. `accepts` holds what the machine knows; it may be changed. A
/// status other than MIGCORE_OK ends the call, which returns it.
pub type migcore_accept = Option<
    unsafe extern "C" fn(
        opaque: *mut c_void,
        name: *const c_char,
        instance: u32,
        accepts: *mut migcore_accepts,
    ) -> migcore_status,
>;

/// Makes the manifest of a machine in a tree, into which the machine was saved (migcore_machine_save), and that holds
/// nothing else; and which was checked for the machine (migcore_machine_check), if it is to be known what devices do
/// without; and into which the machine saved older versions, if it did (migcore_machine_record_older). The devices become
/// shapes. Of a device with a scratch instance it is taken that its state shows all that it accepts (MIGCORE_KNOWN_ALL),
/// of others that it is a sample; `accept`, which may be NULL, may say better. It must not use the tree. Writes the
/// handle of the manifest. After an error the tree is of no use: some of its devices may be in a manifest that was begun.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_manifest(
    machine: *mut migcore_machine,
    tree: *mut migcore_tree,
    about: *const migcore_about,
    accept: migcore_accept,
    opaque: *mut c_void,
    manifest: *mut migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a machine, NULL or a tree, what is said, a callback and a place.
    let done = unsafe {
        tell(manifest, 0);
        let about = about_of(about);
        enter(machine, |machine| {
            let about = about?;
            // The callback finds it busy.
            let (tree, _loan) = lend(tree)?;
            machine.manifest_of(tree, &about, &mut |identity, accepts| {
                ask(accept, opaque, identity, accepts)
            })
        })
    };
    status(done.and_then(|done| done).map(|node| {
        // SAFETY: the caller promises a place.
        unsafe { tell(manifest, node.to_bits()) };
    }))
}

/// Asks the caller what a manifest says of a device.
///
/// # Safety
/// `accept` is a callback for this `opaque`.
unsafe fn ask(
    accept: migcore_accept,
    opaque: *mut c_void,
    identity: &Identity<'_>,
    accepts: Accepts<'static>,
) -> Result<Accepts<'static>> {
    let Some(accept) = accept else { return Ok(accepts) };
    let mut asked = migcore_accepts {
        size: size_of::<migcore_accepts>(),
        tag: ptr::null(),
        oldest: accepts.oldest,
        known: accepts.known.number().into(),
        optional: accepts.optional.into(),
        blob: accepts.blob.into(),
    };
    // The name of a device in a table of C ends with a NUL.
    let name = identity.name.as_ptr().cast();
    // SAFETY: a callback for this `opaque`, as the caller promises.
    match unsafe { accept(opaque, name, identity.instance, &raw mut asked) } {
        // SAFETY: the callback keeps the contract of the struct.
        MIGCORE_OK => unsafe { accepts_of(&raw const asked) },
        refused => Err(refusal(refused).0),
    }
}
