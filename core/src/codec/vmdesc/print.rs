//! Data to the text, as QEMU writes it: keys in its order, one space behind a comma and a colon.

use core::fmt::{Display, Formatter, Result};

use super::{Content, Description, Device, Field, Nested, Vmdesc};
use crate::io::json::escape;

impl Display for Vmdesc {
    /// Writes QEMU's text, byte for byte: one line without an end.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("{")?;
        if let Some(configuration) = &self.configuration {
            f.write_str("\"configuration\": {")?;
            description(configuration, f)?;
            f.write_str("}, ")?;
        }
        write!(f, "\"page_size\": {}, \"devices\": ", self.page_size)?;
        array(&self.devices, device, f)?;
        f.write_str("}")
    }
}

fn device(device: &Device, f: &mut Formatter<'_>) -> Result {
    write!(f, "\"name\": {}, \"instance_id\": {}, ", Quoted(&device.name), device.instance)?;
    match &device.content {
        Content::Described(described) => description(described, f),
        Content::Handler { size, fields } => {
            write!(f, "\"size\": {size}, \"fields\": ")?;
            array(fields, handler_field, f)
        }
    }
}

/// QEMU writes one buffer for a handler, its keys in another order. Fields with more to them are written as any.
fn handler_field(field: &Field, f: &mut Formatter<'_>) -> Result {
    if field.array_len.is_some() || field.index.is_some() || field.nested != Nested::None {
        return self::field(field, f);
    }
    let (name, kind) = (Quoted(&field.name), Quoted(&field.kind));
    write!(f, "\"name\": {name}, \"size\": {}, \"type\": {kind}", field.size)
}

fn description(description: &Description, f: &mut Formatter<'_>) -> Result {
    let (name, version) = (Quoted(&description.name), description.version);
    write!(f, "\"vmsd_name\": {name}, \"version\": {version}, \"fields\": ")?;
    array(&description.fields, field, f)?;
    if let Some(subsections) = &description.subsections {
        f.write_str(", \"subsections\": ")?;
        array(subsections, self::description, f)?;
    }
    Ok(())
}

fn field(field: &Field, f: &mut Formatter<'_>) -> Result {
    write!(f, "\"name\": {}", Quoted(&field.name))?;
    if let Some(array_len) = field.array_len {
        write!(f, ", \"array_len\": {array_len}")?;
    }
    if let Some(index) = field.index {
        write!(f, ", \"index\": {index}")?;
    }
    write!(f, ", \"type\": {}", Quoted(&field.kind))?;
    nested(&field.nested, f)?;
    write!(f, ", \"size\": {}", field.size)
}

fn nested(nested: &Nested, f: &mut Formatter<'_>) -> Result {
    match nested {
        Nested::None => Ok(()),
        Nested::Struct(described) => {
            f.write_str(", \"struct\": {")?;
            if let Some(described) = described {
                description(described, f)?;
            }
            f.write_str("}")
        }
        // Straight into the field: keys repeat.
        Nested::Inline(elements) => elements.iter().try_for_each(|element| {
            f.write_str(", ")?;
            description(element, f)
        }),
    }
}

/// Writes an array of objects; `inside` writes the keys of each.
fn array<T>(
    items: &[T],
    inside: impl Fn(&T, &mut Formatter<'_>) -> Result,
    f: &mut Formatter<'_>,
) -> Result {
    f.write_str("[")?;
    for (at, item) in items.iter().enumerate() {
        f.write_str(if at == 0 { "{" } else { ", {" })?;
        inside(item, f)?;
        f.write_str("}")?;
    }
    f.write_str("]")
}

/// A string in quotes, with everything escaped that is not printable ASCII.
struct Quoted<'s>(&'s str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("\"")?;
        let mut done = Ok(());
        escape(self.0.as_bytes(), &mut |piece| {
            done = done.and_then(|()| f.write_str(str::from_utf8(piece).unwrap_or_default()));
        });
        done?;
        f.write_str("\"")
    }
}
