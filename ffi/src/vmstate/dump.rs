//! What tables say, as text.

use core::ffi::c_char;

use migcore::io::json::{Json, Style};
use migcore::io::{StreamWriter, Writer};
use migcore::vmstate::{Dump, Table};
use migcore::{Code, Result};

use super::decode::CTable;
use super::table::migcore_vmstate;
use crate::io::{migcore_sink, CSink};
use crate::memory::LARGEST;
use crate::place::CName;
use crate::status::{migcore_status, status};

/// Bytes that are given to the sink at once.
const PIECE: usize = 512;

/// A type of device and its table, for migcore_vmstate_dump.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_vmstate_type {
    /// The name of the type; NULL: that of the table.
    pub name: *const c_char,
    /// The table.
    pub table: *const migcore_vmstate,
}

/// Writes what tables say to a sink: the JSON text of QEMU's -dump-vmstate, for tools that compare the tables of two
/// programs, such as `migcore schema --check`. `machine` is the type of the machine; the names of types must differ.
/// No object is needed and no hook is called. MIGCORE_TOO_DEEP is of tables that name each other in a circle, and
/// MIGCORE_TOO_MANY of those that have more fields than any program. After an error the text is of no use.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmstate_dump(
    machine: *const c_char,
    types: *const migcore_vmstate_type,
    count: usize,
    sink: *const migcore_sink,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a sink.
    let sink = unsafe { CSink::new(sink) };
    let given = sink.and_then(|sink| match types.is_null() {
        true if count > 0 => Err(Code::NullPointer),
        _ if count > LARGEST => Err(Code::TooMany),
        _ => Ok(sink),
    });
    // SAFETY: a type lies at each of these places, as the caller promises; nothing is read when there are none.
    let each = (0..count).map(|index| unsafe { types.wrapping_add(index).read_unaligned() });
    // SAFETY: the caller promises NULL or a string, and tables.
    status(given.and_then(|sink| unsafe { dump(CName::new(machine), each, sink) }))
}

/// # Safety
/// Each type has a table that keeps its contract, or a null one, and a string, or a null one.
unsafe fn dump(
    machine: CName,
    types: impl Iterator<Item = migcore_vmstate_type>,
    sink: CSink,
) -> Result<()> {
    let mut buffer = [0; PIECE];
    let mut writer = StreamWriter::new(sink, &mut buffer);
    let mut sent = Ok(());
    let text = |piece: &[u8]| sent = sent.and_then(|()| writer.put_slice(piece));
    let mut json = Json::new(text, Style::Pretty);
    let mut dump = Dump::new(&mut json, &machine);
    for migcore_vmstate_type { name, table } in types {
        if table.is_null() {
            return Err(Code::NullPointer);
        }
        // SAFETY: not null, and as the caller promises.
        let table = unsafe { CTable::new(table) };
        match name.is_null() {
            true => dump.device(&table.head().name, table)?,
            // SAFETY: as the caller promises.
            false => dump.device(&unsafe { CName::new(name) }, table)?,
        }
    }
    dump.finish()?;
    sent?;
    writer.put_slice(b"\n")?;
    writer.flush()
}
