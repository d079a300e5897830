//! A schema as a JSON document, and back: a document may be kept and checked against later.

use serde_json::{Map, Value};

use super::model::{
    ranked, Count, Description, Device, Exists, Field, Schema, Source, State, Versions, MAX_NESTING,
};
use super::tree::{Json, Members, Wrong};

/// What the member `format` says.
const FORMAT: &str = "schema";

/// The document of a schema.
#[must_use]
pub fn document(schema: &Schema) -> Value {
    let devices: Vec<Value> = schema.devices.iter().map(of_device).collect();
    let mut members = Map::new();
    members.insert("format".to_owned(), FORMAT.into());
    members.insert("source".to_owned(), schema.source.text().into());
    put(&mut members, "machine", schema.machine.as_deref());
    members.insert("devices".to_owned(), devices.into());
    members.into()
}

fn of_device(device: &Device) -> Value {
    let mut members = Map::new();
    members.insert("name".to_owned(), device.name.as_str().into());
    put(&mut members, "instance", device.instance);
    put_versions(&mut members, device.versions);
    put(&mut members, "ancillary", device.ancillary.then_some(true));
    match &device.state {
        State::Described(description) => {
            members.insert("description".to_owned(), of_description(description));
        }
        State::Unknown(why) => put(&mut members, "unknown", Some(why.as_str())),
    }
    members.into()
}

fn of_description(description: &Description) -> Value {
    let mut members = Map::new();
    members.insert("name".to_owned(), description.name.as_str().into());
    put_versions(&mut members, description.versions);
    put(&mut members, "ancillary", description.ancillary.then_some(true));
    if let Some(fields) = &description.fields {
        let fields: Vec<Value> = fields.iter().map(of_field).collect();
        members.insert("fields".to_owned(), fields.into());
    }
    if let Some(subsections) = &description.subsections {
        let subsections: Vec<Value> = subsections.iter().map(of_description).collect();
        members.insert("subsections".to_owned(), subsections.into());
    }
    members.into()
}

fn of_field(field: &Field) -> Value {
    let mut members = Map::new();
    members.insert("name".to_owned(), field.name.as_str().into());
    put(&mut members, "type", field.kind.as_deref());
    put(&mut members, "version", field.since);
    members.insert("exists".to_owned(), field.exists.text().into());
    put(&mut members, "size", field.size);
    match field.count {
        Count::Unknown => {}
        Count::One => put(&mut members, "count", Some("one")),
        Count::Variable => put(&mut members, "count", Some("variable")),
        Count::Of(number) => put(&mut members, "count", Some(number)),
    }
    put(&mut members, "ancillary", field.ancillary.then_some(true));
    if let Some(description) = &field.description {
        members.insert("description".to_owned(), of_description(description));
    }
    members.into()
}

fn put_versions(members: &mut Map<String, Value>, versions: Versions) {
    put(members, "version", versions.current);
    put(members, "minimum_version", versions.minimum);
}

fn put<T: Into<Value>>(members: &mut Map<String, Value>, key: &str, value: Option<T>) {
    if let Some(value) = value {
        members.insert(key.to_owned(), value.into());
    }
}

impl Exists {
    fn text(self) -> &'static str {
        match self {
            Exists::Sent => "sent",
            Exists::Always => "always",
            Exists::Condition => "condition",
        }
    }

    fn of(text: &str) -> Option<Exists> {
        let all = [Exists::Sent, Exists::Always, Exists::Condition];
        all.into_iter().find(|exists| exists.text() == text)
    }
}

/// Whether a document is one.
pub(super) fn is_document(members: Members<'_>) -> bool {
    members.text("format") == Ok(Some(FORMAT))
}

/// Reads a document. Keys that are not known are passed over.
pub(super) fn read(members: Members<'_>) -> Result<Schema, Wrong> {
    Ok(Schema {
        source: word(members, "source", Source::of)?,
        machine: members.text("machine")?.map(str::to_owned),
        devices: members.each("devices", device)?.unwrap_or_default(),
    })
}

fn device(members: Members<'_>) -> Result<Device, Wrong> {
    let instance = members.number("instance")?.map(u32::try_from).transpose();
    let unknown = members.text("unknown")?.unwrap_or("nothing is said of it");
    let description = nested(members, 0)?;
    Ok(Device {
        name: members.name("name")?,
        instance: instance.map_err(|_| Wrong::new("not a number of 32 bits").within("instance"))?,
        versions: versions(members)?,
        ancillary: members.flag("ancillary")?.unwrap_or(false),
        state: description.map_or_else(|| State::Unknown(unknown.to_owned()), State::Described),
    })
}

fn versions(members: Members<'_>) -> Result<Versions, Wrong> {
    Ok(Versions {
        current: members.number("version")?,
        minimum: members.number("minimum_version")?,
    })
}

/// The description in an object that lies in so many of them.
fn nested(members: Members<'_>, depth: usize) -> Result<Option<Description>, Wrong> {
    members.inside("description", |members| description(members, depth))
}

fn description(members: Members<'_>, depth: usize) -> Result<Description, Wrong> {
    if depth >= MAX_NESTING {
        return Err(Wrong::new("descriptions nest too deep"));
    }
    let inner = depth.saturating_add(1);
    Ok(Description {
        name: members.name("name")?,
        versions: versions(members)?,
        ancillary: members.flag("ancillary")?.unwrap_or(false),
        fields: members.each("fields", |members| field(members, inner))?.map(ranked),
        subsections: members.each("subsections", |members| description(members, inner))?,
    })
}

fn field(members: Members<'_>, depth: usize) -> Result<Field, Wrong> {
    Ok(Field {
        name: members.name("name")?,
        rank: 0,
        kind: members.text("type")?.map(str::to_owned),
        since: members.number("version")?,
        exists: word(members, "exists", Exists::of)?,
        size: members.unsigned("size")?,
        count: count(members)?,
        ancillary: members.flag("ancillary")?.unwrap_or(false),
        description: nested(members, depth)?.map(Box::new),
    })
}

fn count(members: Members<'_>) -> Result<Count, Wrong> {
    match members.find("count")? {
        None => Ok(Count::Unknown),
        Some(Json::Text(_)) => word(members, "count", |text| match text {
            "one" => Some(Count::One),
            "variable" => Some(Count::Variable),
            _ => None,
        }),
        Some(_) => Ok(members.unsigned("count")?.map_or(Count::Unknown, Count::Of)),
    }
}

/// One of a few words, which has to be there.
fn word<T>(
    members: Members<'_>,
    key: &str,
    of: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Wrong> {
    let text = members.name(key)?;
    of(&text).ok_or_else(|| {
        Wrong::new(format!("\"{}\" is no word that is known", text.escape_debug())).within(key)
    })
}
