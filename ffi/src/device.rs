//! The devices of a stream, for whoever does not know beforehand which they are.

use core::ffi::c_char;

use migcore::visit::{self, DeviceDecoder, DeviceHead, Track, Visiting};
use migcore::{Code, Result};

use crate::io::check_sized;
use crate::object::{enter_visiting, migcore_visitor, operations, run, Wire};
use crate::operations::Devices;
use crate::place::copy_name;
use crate::status::{migcore_status, status, MIGCORE_BAD_OBJECT};

/// The room for a name with its NUL.
pub const MIGCORE_NAME_SIZE: usize = 256;

const _: () = assert!(MIGCORE_NAME_SIZE == migcore::error::MAX_NAME + 1);

/// What a stream says of a device before its state.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_device_head {
    /// sizeof(migcore_device_head); the caller fills it in.
    pub size: usize,
    /// The name of the device. Ends with a NUL.
    pub name: [c_char; MIGCORE_NAME_SIZE],
    /// Tells devices of one name apart.
    pub instance: u32,
    /// The version of the state.
    pub version: u32,
    /// The oldest version of the device that can read the state.
    pub oldest_reader: u32,
    /// MIGCORE_MARK_ constants of the whole device.
    pub marks: u32,
}

/// Looks at the next device of the stream without beginning it, on load: writes `more`, false at the end
/// of the stream and after an error, and if it is true `head`, whose `size` the caller has filled in. For
/// wires whose devices come with their names, as chunks; on others, as the legacy one,
/// MIGCORE_UNSUPPORTED. Then begin the device by this name and instance, or pass over it.
#[no_mangle]
pub unsafe extern "C" fn migcore_next_device(
    v: *mut migcore_visitor,
    head: *mut migcore_device_head,
    more: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, a head and a flag.
    unsafe {
        if !more.is_null() {
            more.write(false);
        }
        if let Err(code) = check_places(head, more) {
            return run(v, |visitor| Err(visitor.fail_as(code, 0, &"")));
        }
        on_devices(v, |devices| {
            if let Some(found) = devices.next_device()? {
                head.write_unaligned(of(&found));
                more.write(true);
            }
            Ok(())
        })
    }
}

/// Passes over the next device of the stream, critical or not, and checks as much of it as can be done
/// without the device. MIGCORE_MISSING when there is none. For wires as migcore_next_device.
#[no_mangle]
pub unsafe extern "C" fn migcore_skip_device(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { on_devices(v, |devices| devices.skip_device()) }
}

/// # Safety
/// `head` is NULL or points to a `size_t` at least, and to as many bytes as that says.
unsafe fn check_places(head: *const migcore_device_head, more: *const bool) -> Result<()> {
    match more.is_null() {
        true => Err(Code::NullPointer),
        // SAFETY: as the caller promises.
        false => unsafe { check_sized(head) },
    }
}

/// Runs a call on the devices of the stream that a visitor loads. Its error is the visit's.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor.
pub(crate) unsafe fn on_devices(
    v: *mut migcore_visitor,
    call: impl FnOnce(&mut dyn DeviceDecoder) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    let operations = match unsafe { operations(v) } {
        Ok(operations) => operations,
        Err(not_ready) => return not_ready,
    };
    let Some(devices) = operations.devices else {
        // SAFETY: as the caller promises.
        return unsafe { unsupported(v, operations.loading) };
    };
    let mut call = Some(call);
    let mut done = MIGCORE_BAD_OBJECT;
    let mut once = |decoder: &mut dyn DeviceDecoder, track: &mut Track| {
        if let Some(call) = call.take() {
            done = status(visit::with_devices(decoder, track, call));
        }
    };
    // SAFETY: the table is the object's own.
    unsafe { devices(v, &mut once) };
    done
}

/// Fails the visit over a wire that does not name its devices, or that saves.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor.
pub(crate) unsafe fn unsupported(v: *mut migcore_visitor, loading: bool) -> migcore_status {
    let code = if loading { Code::Unsupported } else { Code::WrongDirection };
    // SAFETY: as the caller promises.
    unsafe { run(v, |visitor| Err(visitor.fail_as(code, 0, &""))) }
}

/// Runs a call on the devices of the wire `W`.
///
/// # Safety
/// `v` is ready and of `W`.
pub(crate) unsafe fn devices<W: Wire + DeviceDecoder>(
    v: *mut migcore_visitor,
    call: &mut Devices<'_>,
) {
    // SAFETY: as the caller promises.
    unsafe {
        enter_visiting::<W, ()>(v, |visiting: &mut Visiting<W>| {
            let (wire, track) = visiting.parts();
            call(wire, track);
        });
    }
}

fn of(head: &DeviceHead<'_>) -> migcore_device_head {
    let mut name = [0; MIGCORE_NAME_SIZE];
    copy_name(head.name, &mut name);
    migcore_device_head {
        size: size_of::<migcore_device_head>(),
        name,
        instance: head.instance,
        version: head.version,
        oldest_reader: head.oldest_reader,
        marks: head.marks.bits(),
    }
}
