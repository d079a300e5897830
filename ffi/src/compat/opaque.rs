//! Opaque fields, opened and closed.

use core::ffi::c_char;

use migcore::compat::opaque::{self, Known};
use migcore::compat::Opens;
use migcore::model::NodeId;
use migcore::visit::Name;
use migcore::Code;

use crate::error::migcore_error;
use crate::place::CName;
use crate::status::migcore_status;
use crate::tree::read::migcore_node;
use crate::tree::report::change_at;
use crate::tree::storage::migcore_tree;

/// No feature has this name.
pub const MIGCORE_NO_FEATURE: u32 = 0xffff_ffff;

/// Opens an opaque buffer: under its name and handle there is a struct then, whose items are what is inside. `schema` is the
/// name of what knows the inside, such as `virtio-net`; NULL: what there is for the name of the device and the field.
///
/// What is opened was understood to its last byte, in one way only, and closes to the same bytes. MIGCORE_WRONG_TYPE for
/// what is no opaque buffer, MIGCORE_UNSUPPORTED without a schema, MIGCORE_BAD_VALUE for bytes that it does not fit: they
/// stay as they are. MIGCORE_NO_SPACE; `error` may be NULL.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_open(
    tree: *mut migcore_tree,
    node: migcore_node,
    schema: *const c_char,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, NULL or a name, and NULL or a report.
    unsafe {
        let name = CName::new(schema);
        change_at(tree, node, error, &mut |tree| {
            let node = NodeId::from_bits(node);
            if schema.is_null() {
                return Known.open(tree, node);
            }
            let schema = opaque::named(name.bytes()).ok_or(Code::Unsupported)?;
            schema.open(tree, node)
        })
    }
}

/// Closes what was opened: under its name and handle there is the buffer then that the items are on QEMU's wire.
///
/// MIGCORE_WRONG_TYPE for what was not opened; MIGCORE_BAD_VALUE for items that are not as the schema would find them in
/// the bytes: they stay as they are. MIGCORE_NO_SPACE; `error` may be NULL.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_close(
    tree: *mut migcore_tree,
    node: migcore_node,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and NULL or a report.
    unsafe { change_at(tree, node, error, &mut |tree| Known.close(tree, NodeId::from_bits(node))) }
}

/// The number of a feature bit by its name, such as 40 of `VIRTIO_F_RING_RESET` for a schema of virtio;
/// MIGCORE_NO_FEATURE if there is none.
#[no_mangle]
pub unsafe extern "C" fn migcore_opaque_feature(
    schema: *const c_char,
    feature: *const c_char,
) -> u32 {
    // SAFETY: the caller promises NULL or C strings.
    let (schema, feature) = unsafe { (CName::new(schema), CName::new(feature)) };
    let number = opaque::named(schema.bytes()).and_then(|schema| {
        let feature = core::str::from_utf8(feature.bytes()).ok()?;
        schema.feature(feature)
    });
    number.unwrap_or(MIGCORE_NO_FEATURE)
}
