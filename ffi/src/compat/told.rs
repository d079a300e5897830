//! What a run tells, and what a state says of its way.

use core::ffi::{c_char, c_void};

use migcore::compat::{self, Hop, Loss, Observer, Stage, Version, Way};
use migcore::model::{NodeId, Tree, Value};
use migcore::{Code, Result};

use super::hook::migcore_lost;
use super::rows::migcore_compat_version;
use super::run::version_of;
use crate::io::sized;
use crate::status::{migcore_status, status};
use crate::text::argument;
use crate::tree::read::migcore_node;
use crate::tree::report::tell;
use crate::tree::storage::{change, migcore_tree, show};

/// A version as it is told: the tag is no C string.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_told_version {
    /// The number.
    pub number: u32,
    /// The bytes of the tag.
    pub tag_length: u32,
    /// The tag; NULL if there is none.
    pub tag: *const c_char,
}

/// Something that is lost. Texts are no C strings, and are there while the function runs that is told.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_loss {
    /// sizeof(migcore_loss)
    pub size: usize,
    /// The name of the device whose history it is of; NULL for the machine's.
    pub device: *const c_char,
    /// The bytes of that.
    pub device_length: usize,
    /// Where, from the device or from the machine.
    pub path: *const c_char,
    /// The bytes of that.
    pub path_length: usize,
    /// The version that the state was of.
    pub from: migcore_told_version,
    /// The version that it became.
    pub to: migcore_told_version,
    /// The instance of the device.
    pub instance: u32,
    /// The number of the step in its change, from 0.
    pub step: u32,
    /// What of it.
    pub what: migcore_lost,
    /// The item as it was, a copy in the tree; 0 if there is none.
    pub node: migcore_node,
    /// The bits of a value, or the old readers of a device.
    pub bits: u64,
    /// Its value must not be shown.
    pub secret: bool,
    /// The policy allows it.
    pub allowed: bool,
    /// A value is lost. Else it is only something about an item that the way back would not know, which is noted and
    /// always allowed: its place, that it was not there, oldest versions, numbers of sections.
    pub is_value: bool,
}

/// A step that was done.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_stage {
    /// sizeof(migcore_compat_stage)
    pub size: usize,
    /// The name of the device; NULL for the machine.
    pub device: *const c_char,
    /// The bytes of that.
    pub device_length: usize,
    /// What it does, in one or two words; no C string.
    pub text: *const c_char,
    /// The bytes of that.
    pub text_length: usize,
    /// The version that the change leads from, as it is gone.
    pub from: migcore_told_version,
    /// The version that it leads to.
    pub to: migcore_told_version,
    /// The instance of the device.
    pub instance: u32,
    /// The number of the step in its change, from 0. The last, behind all that are declared, is the version of the device
    /// itself.
    pub step: u32,
    /// How many items it touched.
    pub touched: u32,
    /// The change is gone back, to its older version.
    pub down: bool,
}

/// Is told of a loss.
pub type migcore_loss_function =
    Option<unsafe extern "C" fn(opaque: *mut c_void, loss: *const migcore_loss)>;

/// Looks on while a run goes. Its functions may be NULL. The tree is at work meanwhile: calls on it return MIGCORE_BUSY.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_observer {
    /// sizeof(migcore_compat_observer)
    pub size: usize,
    /// Given to the functions.
    pub opaque: *mut c_void,
    /// Is told of each loss, and of each note (see `is_value`), also of losses that are refused: all are told before the
    /// run is.
    pub lost: migcore_loss_function,
    /// Is told of each step that was done.
    pub step: Option<unsafe extern "C" fn(opaque: *mut c_void, stage: *const migcore_compat_stage)>,
}

/// Text that is told; NULL if it is empty.
fn bytes(text: &[u8]) -> *const c_char {
    match text {
        [] => core::ptr::null(),
        text => text.as_ptr().cast(),
    }
}

pub(super) fn told(version: &Version<'_>) -> migcore_told_version {
    let tag = version.tag.as_bytes();
    let tag_length = u32::try_from(tag.len()).unwrap_or(0);
    migcore_told_version { number: version.number, tag_length, tag: bytes(tag) }
}

#[allow(clippy::as_conversions, reason = "the discriminant is the number")]
fn of_loss(loss: &Loss<'_>) -> migcore_loss {
    migcore_loss {
        size: size_of::<migcore_loss>(),
        device: bytes(loss.device),
        device_length: loss.device.len(),
        path: bytes(loss.path),
        path_length: loss.path.len(),
        from: told(&loss.from),
        to: told(&loss.to),
        instance: loss.instance,
        step: loss.step,
        what: loss.what as u32,
        node: loss.node.map_or(0, NodeId::to_bits),
        bits: loss.bits,
        secret: loss.secret,
        allowed: loss.allowed,
        is_value: loss.what.is_value(),
    }
}

/// Tells the functions of the caller.
pub(super) struct Looking(Option<migcore_compat_observer>);

impl Looking {
    /// # Safety
    /// `observer` is NULL or points to an observer, whose functions are as their texts say.
    pub(super) unsafe fn new(observer: *const migcore_compat_observer) -> Result<Self> {
        if observer.is_null() {
            return Ok(Looking(None));
        }
        // SAFETY: as the caller promises.
        Ok(Looking(Some(unsafe { sized(observer) }?)))
    }
}

impl Observer for Looking {
    fn after(&mut self, tree: &Tree<'_>, at: &Stage<'_>, touched: u32) {
        let Some((step, opaque)) = self.0.and_then(|by| Some((by.step?, by.opaque))) else {
            return;
        };
        let device = at.device.and_then(|device| tree.name(device).ok()).unwrap_or_default();
        let instance = match at.device.map(|device| tree.value(device)) {
            Some(Ok(Value::Device { instance, .. })) => instance,
            _ => 0,
        };
        let (from, to) = at.edge.ends(at.way);
        let text = at.step.text();
        let stage = migcore_compat_stage {
            size: size_of::<migcore_compat_stage>(),
            device: bytes(device),
            device_length: device.len(),
            text: bytes(text.as_bytes()),
            text_length: text.len(),
            from: told(&from),
            to: told(&to),
            instance,
            step: u32::try_from(at.number).unwrap_or(u32::MAX),
            touched,
            down: at.way == Way::Down,
        };
        // SAFETY: the caller promised a function for this `opaque`; the row lives until it returns.
        unsafe { step(opaque, &raw const stage) };
    }

    fn lost(&mut self, _tree: &Tree<'_>, loss: &Loss<'_>) {
        let Some((lost, opaque)) = self.0.and_then(|by| Some((by.lost?, by.opaque))) else {
            return;
        };
        let loss = of_loss(loss);
        // SAFETY: as above.
        unsafe { lost(opaque, &raw const loss) };
    }
}

/// Tells `each` of all losses that a tree has, of all runs whose losses did not come back. `each` may read the tree.
/// MIGCORE_TOO_NEW if only newer programs can read them.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_each_loss(
    tree: *mut migcore_tree,
    each: migcore_loss_function,
    opaque: *mut c_void,
) -> migcore_status {
    let Some(each) = each else { return Code::NullPointer.number() };
    // SAFETY: the caller promises NULL or a tree, and a function for this `opaque`.
    unsafe {
        status(show(tree, |tree| {
            compat::each_loss(tree, &mut |loss| {
                let loss = of_loss(loss);
                each(opaque, &raw const loss);
            })
        }))
    }
}

/// A stop of a state on its way. Texts are no C strings, and are there while the function runs that is told.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_hop {
    /// sizeof(migcore_hop)
    pub size: usize,
    /// The machine.
    pub machine: *const c_char,
    /// The bytes of that.
    pub machine_length: usize,
    /// The program that wrote it.
    pub writer: *const c_char,
    /// The bytes of that.
    pub writer_length: usize,
    /// The version of the machine that the state was of.
    pub version: migcore_told_version,
}

/// Is told of a hop.
pub type migcore_hop_function =
    Option<unsafe extern "C" fn(opaque: *mut c_void, hop: *const migcore_hop)>;

/// Tells `each` of the hops that a state noted, from the oldest that is kept, and writes to `older`, which may be NULL, how
/// many there were before. `each` may read the tree. MIGCORE_TOO_NEW if only newer programs can read them.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_each_hop(
    tree: *mut migcore_tree,
    each: migcore_hop_function,
    opaque: *mut c_void,
    older: *mut u64,
) -> migcore_status {
    let Some(each) = each else { return Code::NullPointer.number() };
    let mut told = |hop: &Hop<'_>| {
        let hop = of_hop(hop);
        // SAFETY: the caller promises a function for this `opaque`; the row lives until it returns.
        unsafe { each(opaque, &raw const hop) };
    };
    // SAFETY: the caller promises NULL or a tree, and NULL or a place.
    unsafe {
        status(show(tree, |tree| {
            let folded = compat::each_hop(tree, &mut told)?;
            tell(older, folded);
            Ok(())
        }))
    }
}

fn of_hop(hop: &Hop<'_>) -> migcore_hop {
    migcore_hop {
        size: size_of::<migcore_hop>(),
        machine: bytes(hop.machine),
        machine_length: hop.machine.len(),
        writer: bytes(hop.writer),
        writer_length: hop.writer.len(),
        version: told(&hop.version),
    }
}

/// Notes that a program wrote this state for a version of a machine: what it calls before it sends the tree. NULL is an
/// empty text. MIGCORE_BAD_TEXT for texts that are not UTF-8; MIGCORE_NO_SPACE.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_note_hop(
    tree: *mut migcore_tree,
    machine: *const c_char,
    version: migcore_compat_version,
    writer: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and NULL or C strings.
    unsafe {
        status(change(tree, |tree| {
            let (machine, writer) = (argument(machine)?, argument(writer)?);
            compat::note_hop(tree, machine, version_of(&version)?, writer)
        }))
    }
}

/// Gives a device a tag, which stands beside the number of its version; NULL or an empty one takes it away.
/// MIGCORE_BAD_TEXT for one that is not UTF-8; MIGCORE_NO_SPACE.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_set_tag(
    tree: *mut migcore_tree,
    device: migcore_node,
    tag: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and NULL or a C string.
    unsafe {
        status(change(tree, |tree| {
            compat::set_tag(tree, NodeId::from_bits(device), argument(tag)?)
        }))
    }
}
