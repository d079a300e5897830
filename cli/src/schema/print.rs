//! A schema for people: a line for each field.

use std::io::{self, Write};

use super::kinds::is_sized;
use super::model::{Count, Description, Device, Exists, Field, Schema, Source, State, Versions};
use crate::input::told;
use crate::show::counted;

/// Columns are not made wider than this: a longer word moves what stands behind it.
const WIDEST: usize = 32;

/// Prints a schema.
///
/// # Errors
/// Those of the writer.
pub fn print(schema: &Schema, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{}", title(schema))?;
    schema.devices.iter().try_for_each(|device| print_device(device, to))
}

/// What a schema was read from.
pub(super) fn title(schema: &Schema) -> String {
    let what = match schema.source {
        Source::Dump => "dump of tables",
        Source::Description => "description of a stream",
        Source::Chunks => "stream of chunks",
    };
    let machine = schema.machine.as_deref().map(|name| format!(", machine {}", shown(name)));
    let devices = counted(told(schema.devices.len()), "device");
    format!("{what}{}: {devices}", machine.unwrap_or_default())
}

fn print_device(device: &Device, to: &mut dyn Write) -> io::Result<()> {
    let instance = device.instance.map(|instance| format!("/{instance}")).unwrap_or_default();
    let mut facts = facts(device.versions, device.ancillary);
    match &device.state {
        State::Unknown(why) => facts.push(format!("not described: {}", shown(why))),
        State::Described(description) if description.name != device.name => {
            facts.insert(0, shown(&description.name));
        }
        State::Described(_) => {}
    }
    let name = shown(&device.name);
    writeln!(to, "{}", format!("{name}{instance}  {}", facts.join(", ")).trim_end())?;
    match device.description() {
        Some(description) => print_inside(description, 1, to),
        None => Ok(()),
    }
}

/// The fields and subsections of a description. The readers bound how deep they nest.
fn print_inside(description: &Description, depth: usize, to: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Row> = description.fields().iter().map(Row::of).collect();
    let leaves =
        || rows.iter().zip(description.fields()).filter(|(_, of)| of.description.is_none());
    let name = leaves().map(|(row, _)| width(&row.name)).max().unwrap_or(0).min(WIDEST);
    let what = leaves().map(|(row, _)| width(&row.what)).max().unwrap_or(0).min(WIDEST);
    for (row, field) in rows.iter().zip(description.fields()) {
        let indent = "  ".repeat(depth);
        match &field.description {
            None => writeln!(to, "{indent}{}", row.line(name, what))?,
            Some(inside) => {
                writeln!(to, "{indent}{}  {}", row.name, row.head(inside))?;
                print_inside(inside, depth.saturating_add(1), to)?;
            }
        }
    }
    description.subsections().iter().try_for_each(|subsection| {
        let mut facts = facts(subsection.versions, subsection.ancillary);
        facts.insert(0, "subsection".to_owned());
        writeln!(to, "{}{}  {}", "  ".repeat(depth), shown(&subsection.name), facts.join(", "))?;
        print_inside(subsection, depth.saturating_add(1), to)
    })
}

/// A field in words.
struct Row {
    name: String,
    /// Its type, as far as it is known, and how many there are.
    what: String,
    /// How long it is, where that is not the same for all of the type, and when it exists.
    facts: Vec<String>,
}

impl Row {
    fn of(field: &Field) -> Row {
        let kind = match (&field.kind, field.size) {
            (Some(kind), _) => shown(kind),
            (None, Some(size)) => counted(size, "byte"),
            (None, None) => String::new(),
        };
        let what = match field.count {
            Count::Unknown | Count::One => kind,
            Count::Of(number) => format!("{kind}[{number}]"),
            Count::Variable => format!("{kind}[*]"),
        };
        let mut facts = Vec::new();
        let told = |kind: &String| {
            field.count == Count::Variable || field.size.is_some_and(|size| is_sized(kind, size))
        };
        if field.kind.as_ref().is_some_and(|kind| !told(kind)) && field.description.is_none() {
            facts.extend(field.size.map(|size| counted(size, "byte")));
        }
        facts.extend(field.since.filter(|since| *since != 0).map(|since| format!("since {since}")));
        if field.exists == Exists::Condition {
            facts.push("conditional".to_owned());
        }
        if field.ancillary {
            facts.push("ancillary".to_owned());
        }
        let name = match (field.name.as_str(), field.kind.as_deref()) {
            ("", Some("raw")) => "(raw)".to_owned(),
            (name, _) => shown(name),
        };
        let what = if name == "(raw)" { "bytes".to_owned() } else { what };
        Row { name, what, facts }
    }

    fn line(&self, name: usize, what: usize) -> String {
        let Row { name: of, what: is, facts } = self;
        format!("{of:name$}  {is:what$}  {}", facts.join(", ")).trim_end().to_owned()
    }

    fn head(&self, inside: &Description) -> String {
        let mut words = vec![self.what.clone()];
        words.push(shown(&inside.name));
        let mut head = words.join(" ").trim().to_owned();
        for fact in facts(inside.versions, false).iter().chain(&self.facts) {
            head.push_str(&format!(", {fact}"));
        }
        head
    }
}

fn facts(versions: Versions, ancillary: bool) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(versions.current.map(|version| format!("version {version}")));
    let older = versions.minimum.filter(|minimum| versions.current != Some(*minimum));
    facts.extend(older.map(|minimum| format!("loads from {minimum}")));
    if ancillary {
        facts.push("ancillary".to_owned());
    }
    facts
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// A name without what a terminal would obey.
pub(super) fn shown(name: &str) -> String {
    let letter = |letter: char| match letter {
        '"' | '\'' | '\\' => letter.to_string(),
        _ => letter.escape_debug().to_string(),
    };
    name.chars().map(letter).collect()
}
