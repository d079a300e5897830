//! Data to the text, as QEMU writes it: told to a describer as a save would tell it.

use core::fmt::{Display, Formatter, Result};

use super::{Content, Description, Device, Field, Nested, Vmdesc};
use crate::codec::describe::{Describer, STRUCT};
use crate::io::json::{Json, Style, Text};

impl Display for Vmdesc {
    /// Writes QEMU's text, byte for byte: one line without an end.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let to = Formatted { f, done: Ok(()) };
        let mut describer = Describer::new(Json::new(to, Style::Line), 0);
        whole(self, &mut describer);
        describer.json().text().done
    }
}

/// A text on its way to a formatter.
struct Formatted<'f, 'b> {
    f: &'f mut Formatter<'b>,
    done: Result,
}

impl Text for Formatted<'_, '_> {
    fn put(&mut self, piece: &[u8]) {
        let piece = str::from_utf8(piece).unwrap_or_default();
        self.done = self.done.and_then(|()| self.f.write_str(piece));
    }
}

type To<'t, 'f, 'b> = &'t mut Describer<Formatted<'f, 'b>>;

fn whole(vmdesc: &Vmdesc, to: To<'_, '_, '_>) {
    to.begin_stream(vmdesc.page_size);
    if let Some(configuration) = &vmdesc.configuration {
        to.begin_configuration();
        description(configuration, to);
        to.end_configuration();
    }
    vmdesc.devices.iter().for_each(|one| device(one, to));
    to.end_stream();
}

fn device(device: &Device, to: To<'_, '_, '_>) {
    let name = device.name.as_bytes();
    match &device.content {
        Content::Described(described) => {
            to.begin_device(name, device.instance);
            description(described, to);
            to.end_device();
        }
        Content::Handler { size, fields } => {
            to.begin_handler(name, device.instance, *size);
            fields.iter().for_each(|one| handler_field(one, to));
            to.end_handler();
        }
    }
}

/// QEMU writes one buffer for a handler, its keys in another order. Fields with more to them are written as any.
fn handler_field(field: &Field, to: To<'_, '_, '_>) {
    match field {
        Field { array_len: None, index: None, nested: Nested::None, name, kind, size } => {
            to.handler_field(name.as_bytes(), *size, kind.as_bytes());
        }
        _ => self::field(field, to),
    }
}

fn description(description: &Description, to: To<'_, '_, '_>) {
    to.begin_table(description.name.as_bytes(), description.version);
    description.fields.iter().for_each(|one| field(one, to));
    to.end_fields();
    if let Some(subsections) = &description.subsections {
        to.write(|json| json.begin_array(b"subsections"));
        for subsection in subsections {
            to.begin_subsection(false);
            self::description(subsection, to);
            to.end_subsection();
        }
        to.end_subsections();
    }
}

fn field(field: &Field, to: To<'_, '_, '_>) {
    to.write(|json| {
        json.begin_object(b"");
        json.string(b"name", field.name.as_bytes());
        if let Some(array_len) = field.array_len {
            json.unsigned(b"array_len", array_len);
        }
        if let Some(index) = field.index {
            json.unsigned(b"index", index);
        }
        json.string(b"type", field.kind.as_bytes());
    });
    nested(&field.nested, to);
    to.end_field(field.size);
}

fn nested(nested: &Nested, to: To<'_, '_, '_>) {
    match nested {
        Nested::None => {}
        Nested::Struct(described) => {
            to.write(|json| json.begin_object(STRUCT));
            if let Some(described) = described {
                description(described, to);
            }
            to.write(Json::end_object);
        }
        // Straight into the field: keys repeat.
        Nested::Inline(elements) => elements.iter().for_each(|element| description(element, to)),
    }
}
