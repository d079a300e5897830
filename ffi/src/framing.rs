//! The framing of a whole QEMU stream, beside the visits of its devices.

use core::ffi::c_char;
use core::str;

use migcore::codec::legacy::framing::{
    check_configuration, load_record, over, skip, visit_footer, visit_header, CommandHead,
    Configuration, Record, SectionHead,
};
use migcore::visit::Visitor;
use migcore::{Code, Result};

use crate::device::MIGCORE_NAME_SIZE;
use crate::io::sized;
use crate::memory::string;
use crate::object::{migcore_visitor, run};
use crate::place::copy_name;
use crate::status::migcore_status;

/// The records end. Only a description may follow.
pub const MIGCORE_RECORD_EOF: u32 = 0;
/// The first part of a live section; its payload follows.
pub const MIGCORE_RECORD_START: u32 = 1;
/// One more part of a live section; its payload follows.
pub const MIGCORE_RECORD_PART: u32 = 2;
/// The last part of a live section; its payload follows.
pub const MIGCORE_RECORD_END: u32 = 3;
/// A section that is written at once; its payload follows.
pub const MIGCORE_RECORD_FULL: u32 = 4;
/// The description of the devices; its text follows.
pub const MIGCORE_RECORD_DESCRIPTION: u32 = 6;
/// The configuration follows: migcore_framing_configuration.
pub const MIGCORE_RECORD_CONFIGURATION: u32 = 7;
/// A command; its data follow.
pub const MIGCORE_RECORD_COMMAND: u32 = 8;
/// The payload of a section ended.
pub const MIGCORE_RECORD_FOOTER: u32 = 0x7e;

/// The destination is to open the return path.
pub const MIGCORE_COMMAND_OPEN_RETURN_PATH: u32 = 1;
/// The destination is to send a number of four bytes back.
pub const MIGCORE_COMMAND_PING: u32 = 2;
/// Postcopy may follow.
pub const MIGCORE_COMMAND_POSTCOPY_ADVISE: u32 = 3;
/// The destination is to take pages while it loads devices.
pub const MIGCORE_COMMAND_POSTCOPY_LISTEN: u32 = 4;
/// The destination is to run.
pub const MIGCORE_COMMAND_POSTCOPY_RUN: u32 = 5;
/// Pages that were sent and are not good any more.
pub const MIGCORE_COMMAND_POSTCOPY_RAM_DISCARD: u32 = 6;
/// Records in a package: its length is in the data, and it follows behind them.
pub const MIGCORE_COMMAND_PACKAGED: u32 = 7;
/// The two sides go on in lockstep.
pub const MIGCORE_COMMAND_ENABLE_COLO: u32 = 8;
/// A postcopy that was interrupted goes on.
pub const MIGCORE_COMMAND_POSTCOPY_RESUME: u32 = 9;
/// The destination is to tell which pages of a block it has.
pub const MIGCORE_COMMAND_RECV_BITMAP: u32 = 10;
/// The last phase begins.
pub const MIGCORE_COMMAND_SWITCHOVER_START: u32 = 11;

/// A record of a QEMU stream, as far as its own head tells. Members that its kind does not have are 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_record {
    /// sizeof(migcore_record); the caller fills it in.
    pub size: usize,
    /// A MIGCORE_RECORD_ constant: the byte that the record begins with.
    pub kind: u32,
    /// Of a section and of a footer: the number of the section in this stream.
    pub section: u32,
    /// Of START and FULL: tells sections of one name apart.
    pub instance: u32,
    /// Of START and FULL: the version of the state.
    pub version: u32,
    /// Of a command: a MIGCORE_COMMAND_ constant.
    pub command: u32,
    /// Of a command and of the description: so many bytes follow.
    pub length: u32,
    /// Of START and FULL: the name, which is not empty. Ends with a NUL.
    pub name: [c_char; MIGCORE_NAME_SIZE],
}

/// A `migcore_configuration` has `page_bits`.
pub const MIGCORE_CONFIGURATION_PAGE_BITS: u32 = 1;
/// A `migcore_configuration` has `uuid`.
pub const MIGCORE_CONFIGURATION_UUID: u32 = 2;

const PARTS: u32 = MIGCORE_CONFIGURATION_PAGE_BITS | MIGCORE_CONFIGURATION_UUID;

/// The room for the names of capabilities, with their NULs and the one at the end.
pub const MIGCORE_CAPABILITIES_SIZE: usize = 1025;

/// What a stream says of the machine that it is of.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_configuration {
    /// sizeof(migcore_configuration); the caller fills it in.
    pub size: usize,
    /// Which of the members below are there: MIGCORE_CONFIGURATION_ constants, or 0.
    pub parts: u32,
    /// How many bits of an address lie within a page of the target.
    pub page_bits: u32,
    /// The UUID of the machine.
    pub uuid: [u8; 16],
    /// The type of the machine. Ends with a NUL.
    pub machine: [c_char; MIGCORE_NAME_SIZE],
    /// The names of the capabilities that both sides must have, one behind the other, each with its NUL; an empty
    /// one ends them.
    pub capabilities: [c_char; MIGCORE_CAPABILITIES_SIZE],
}

/// Saves the header that a QEMU stream begins with, or checks that it comes next: MIGCORE_BAD_MAGIC,
/// MIGCORE_OBSOLETE_FORMAT, MIGCORE_UNKNOWN_FORMAT. This and the other calls of the framing work on the bytes of `v`,
/// a visitor over the legacy wire; between them devices are visited with it.
#[no_mangle]
pub unsafe extern "C" fn migcore_framing_header(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, visit_header) }
}

/// Saves the head of a record, or loads the next one into `record`, whose `size` the caller has filled in. What follows
/// it is the caller's to save, to load or to pass over (migcore_framing_skip), and so is the order of records: any may
/// stand anywhere. On load MIGCORE_UNKNOWN_RECORD, such as for the byte of a subsection; MIGCORE_BAD_VALUE for an empty
/// name, MIGCORE_BAD_TEXT for one with a NUL; for commands MIGCORE_UNKNOWN_COMMAND, and MIGCORE_BAD_VALUE for the length
/// of their data. On save MIGCORE_INVALID_ARGUMENT for what no reader would take.
#[no_mangle]
pub unsafe extern "C" fn migcore_framing_record(
    v: *mut migcore_visitor,
    record: *mut migcore_record,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, and NULL or a record that says its size.
    unsafe {
        run(v, |visitor| {
            let given = sized(record).map_err(|code| visitor.fail_as(code, 0, &""))?;
            if visitor.is_loading() {
                let found = load_record(visitor)?;
                record.write_unaligned(of_record(&found));
                return Ok(());
            }
            let known = to_record(&given).map_err(|code| visitor.fail_as(code, 0, &""))?;
            over(visitor, &"record", |bytes| known.write(bytes))
        })
    }
}

/// Saves the footer of the section with this number, or checks that it comes next: MIGCORE_BAD_ORDER when something else
/// does, MIGCORE_BAD_VALUE when it is that of another section.
#[no_mangle]
pub unsafe extern "C" fn migcore_framing_footer(
    v: *mut migcore_visitor,
    section: u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visit_footer(visitor, section)) }
}

/// Saves what follows a record of the kind MIGCORE_RECORD_CONFIGURATION, or loads it into `configuration`, whose `size`
/// the caller has filled in. Whether it is of this machine is the caller's to compare. Loading looks ahead as for
/// subsections. MIGCORE_UNKNOWN_SUBSECTION, MIGCORE_TOO_NEW, MIGCORE_TOO_OLD, MIGCORE_BAD_ORDER for a subsection that
/// comes twice, MIGCORE_TOO_MANY, MIGCORE_BAD_TEXT.
#[no_mangle]
pub unsafe extern "C" fn migcore_framing_configuration(
    v: *mut migcore_visitor,
    configuration: *mut migcore_configuration,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, and NULL or a configuration that says its size.
    unsafe {
        run(v, |visitor| {
            let given = sized(configuration).map_err(|code| visitor.fail_as(code, 0, &""))?;
            if visitor.is_loading() {
                configuration.write_unaligned(load_configuration(visitor)?);
                return Ok(());
            }
            let known = to_configuration(&given).map_err(|code| visitor.fail_as(code, 0, &""))?;
            known.save(visitor)
        })
    }
}

/// Fails the visit with MIGCORE_BAD_VALUE unless a stream with the configuration `found` may be loaded by a machine that
/// would write `ours`; the item in the report begins with `machine`, and then has both names, or is `page_bits`, `uuid` or
/// `capabilities`. Types of machines and page bits must be the same, UUIDs only where both have one. Capabilities must be
/// the same among those that QEMU validates, and all that were found must be names of its.
#[no_mangle]
pub unsafe extern "C" fn migcore_framing_agree(
    v: *mut migcore_visitor,
    found: *const migcore_configuration,
    ours: *const migcore_configuration,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, and NULL or configurations that say their size.
    unsafe {
        run(v, |visitor| {
            let made = |given| sized(given).and_then(|given| to_configuration(&given));
            match (made(found), made(ours)) {
                (Ok(found), Ok(ours)) => check_configuration(visitor, &found, &ours),
                (Err(code), _) | (_, Err(code)) => Err(visitor.fail_as(code, 0, &"")),
            }
        })
    }
}

/// Passes over bytes on load, such as the data of a command.
#[no_mangle]
pub unsafe extern "C" fn migcore_framing_skip(
    v: *mut migcore_visitor,
    length: u64,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| skip(visitor, length)) }
}

fn bare_record() -> migcore_record {
    migcore_record {
        size: size_of::<migcore_record>(),
        kind: 0,
        section: 0,
        instance: 0,
        version: 0,
        command: 0,
        length: 0,
        name: [0; MIGCORE_NAME_SIZE],
    }
}

fn of_record(found: &Record) -> migcore_record {
    let mut record = migcore_record { kind: u32::from(found.type_byte()), ..bare_record() };
    match found {
        Record::Start(head) | Record::Full(head) => {
            record.section = head.id;
            record.instance = head.instance;
            record.version = head.version;
            copy_name(&head.name, &mut record.name);
        }
        Record::Part(number) | Record::End(number) | Record::Footer(number) => {
            record.section = *number;
        }
        Record::Description(length) => record.length = *length,
        Record::Command(head) => {
            record.command = u32::from(head.number);
            record.length = u32::from(head.length);
        }
        _ => {}
    }
    record
}

fn to_record(given: &migcore_record) -> Result<Record> {
    let head = || to_head(given);
    Ok(match given.kind {
        MIGCORE_RECORD_EOF => Record::Eof,
        MIGCORE_RECORD_START => Record::Start(head()?),
        MIGCORE_RECORD_PART => Record::Part(given.section),
        MIGCORE_RECORD_END => Record::End(given.section),
        MIGCORE_RECORD_FULL => Record::Full(head()?),
        MIGCORE_RECORD_DESCRIPTION => Record::Description(given.length),
        MIGCORE_RECORD_CONFIGURATION => Record::Configuration,
        MIGCORE_RECORD_COMMAND => Record::Command(to_command(given)?),
        MIGCORE_RECORD_FOOTER => Record::Footer(given.section),
        _ => return Err(Code::InvalidArgument),
    })
}

fn to_head(given: &migcore_record) -> Result<SectionHead> {
    let &migcore_record { section: id, instance, version, .. } = given;
    // SAFETY: an array of the struct, which is readable as a whole.
    let name = unsafe { string(given.name.as_ptr(), given.name.len()) }?;
    let name = name.try_into().map_err(|_| Code::NameTooLong)?;
    Ok(SectionHead { id, name, instance, version })
}

fn to_command(given: &migcore_record) -> Result<CommandHead> {
    match (given.command.try_into(), given.length.try_into()) {
        (Ok(number), Ok(length)) => {
            let head = CommandHead { number, length };
            head.check().map_err(|_| Code::InvalidArgument).map(|()| head)
        }
        _ => Err(Code::InvalidArgument),
    }
}

fn load_configuration(visitor: &mut Visitor<'_>) -> Result<migcore_configuration> {
    let found = over(visitor, &"configuration", |bytes| Configuration::read(bytes))?;
    let refuse = |visitor: &mut Visitor<'_>| visitor.fail_as(Code::BadText, 0, &"machine");
    if found.machine().contains(&0) {
        return Err(refuse(visitor));
    }
    let mut configuration = migcore_configuration {
        size: size_of::<migcore_configuration>(),
        parts: 0,
        page_bits: 0,
        uuid: [0; 16],
        machine: [0; MIGCORE_NAME_SIZE],
        capabilities: [0; MIGCORE_CAPABILITIES_SIZE],
    };
    copy_name(found.machine(), &mut configuration.machine);
    if let Some(bits) = found.page_bits() {
        configuration.parts |= MIGCORE_CONFIGURATION_PAGE_BITS;
        configuration.page_bits = bits;
    }
    if let Some(uuid) = found.uuid() {
        configuration.parts |= MIGCORE_CONFIGURATION_UUID;
        configuration.uuid = *uuid;
    }
    let mut rest = &mut configuration.capabilities[..];
    for name in found.capabilities() {
        copy_name(name.as_bytes(), rest);
        rest = rest.get_mut(name.len().saturating_add(1)..).unwrap_or_default();
    }
    Ok(configuration)
}

fn to_configuration(given: &migcore_configuration) -> Result<Configuration> {
    // SAFETY: an array of the struct, which is readable as a whole.
    let machine = unsafe { string(given.machine.as_ptr(), given.machine.len()) }?;
    let mut configuration = Configuration::new(machine)?;
    if given.parts & !PARTS != 0 {
        return Err(Code::InvalidArgument);
    }
    if given.parts & MIGCORE_CONFIGURATION_PAGE_BITS != 0 {
        configuration.set_page_bits(given.page_bits);
    }
    if given.parts & MIGCORE_CONFIGURATION_UUID != 0 {
        configuration.set_uuid(given.uuid);
    }
    let mut rest = &given.capabilities[..];
    loop {
        // SAFETY: as above.
        let name = unsafe { string(rest.as_ptr(), rest.len()) }?;
        if name.is_empty() {
            return Ok(configuration);
        }
        configuration.add_capability(str::from_utf8(name).map_err(|_| Code::BadText)?)?;
        rest = rest.get(name.len().saturating_add(1)..).unwrap_or_default();
    }
}
