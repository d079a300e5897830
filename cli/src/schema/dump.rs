//! The dump of a program's tables, as QEMU writes it with `-dump-vmstate`.

use super::model::{
    ranked, Count, Description, Device, Exists, Field, Schema, Source, State, Versions, MAX_NESTING,
};
use super::tree::{Json, Members, Wrong};

/// The member that names the machine.
const MACHINE: &str = "vmschkmachine";

/// Whether a document is one: it names a machine, or all it has are devices with descriptions.
pub(super) fn is_dump(members: Members<'_>) -> bool {
    let described = |value: &Json| match value {
        Json::Object(members) => members.iter().any(|(key, _)| key == "Description"),
        _ => false,
    };
    let mut values = members.0.iter();
    values.any(|(key, value)| key == MACHINE || described(value))
}

/// Reads a dump. Keys that are not known are passed over.
pub(super) fn read(members: Members<'_>) -> Result<Schema, Wrong> {
    let machine = members.inside(MACHINE, |machine| machine.text("Name"))?;
    let machine = machine.flatten().map(str::to_owned);
    let devices = members.0.iter().filter(|(key, _)| key != MACHINE);
    let devices = devices.map(|(name, value)| {
        let read = value.members().and_then(|members| device(name, members));
        read.map_err(|wrong| wrong.within(name))
    });
    Ok(Schema { source: Source::Dump, machine, devices: devices.collect::<Result<_, Wrong>>()? })
}

fn device(name: &str, members: Members<'_>) -> Result<Device, Wrong> {
    let state = match nested(members, 0)? {
        Some(description) => State::Described(description),
        None => State::Unknown("the dump does not describe it".to_owned()),
    };
    let versions = versions(members)?;
    Ok(Device { name: name.to_owned(), instance: None, versions, ancillary: false, state })
}

fn versions(members: Members<'_>) -> Result<Versions, Wrong> {
    Ok(Versions {
        current: members.number("version_id")?,
        minimum: members.number("minimum_version_id")?,
    })
}

/// The description in an object that lies in so many of them.
fn nested(members: Members<'_>, depth: usize) -> Result<Option<Description>, Wrong> {
    members.inside("Description", |members| description(members, depth))
}

fn description(members: Members<'_>, depth: usize) -> Result<Description, Wrong> {
    if depth >= MAX_NESTING {
        return Err(Wrong::new("descriptions nest too deep"));
    }
    let inner = depth.saturating_add(1);
    Ok(Description {
        name: members.name("name")?,
        versions: versions(members)?,
        ancillary: false,
        fields: members.each("Fields", |members| field(members, inner))?.map(ranked),
        subsections: members.each("Subsections", |members| description(members, inner))?,
    })
}

fn field(members: Members<'_>, depth: usize) -> Result<Field, Wrong> {
    Ok(Field {
        name: members.name("field")?,
        rank: 0,
        kind: None,
        since: members.number("version_id")?,
        exists: match members.flag("field_exists")? {
            Some(true) => Exists::Condition,
            Some(false) | None => Exists::Always,
        },
        size: members.unsigned("size")?,
        count: members.unsigned("num")?.map_or(Count::Unknown, Count::Of),
        ancillary: false,
        description: nested(members, depth)?.map(Box::new),
    })
}
