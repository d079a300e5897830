//! A side from a schema, which has no values: all are 0.

use std::collections::HashMap;

use migcore::visit::{Kind, Marks};

use super::shape::{Device, Form, Shape, Side};
use crate::schema::kinds::{class, Class};
use crate::schema::model::{self, Count, Exists, Field, Schema, Source};

/// The most zeros that stand for an array.
const MOST_ELEMENTS: u64 = 1 << 16;

/// What a schema says.
pub(super) fn side(schema: &Schema) -> Side {
    let devices = schema.devices.iter().map(device).collect();
    Side {
        machine: schema.machine.clone(),
        stream: None,
        devices,
        valued: false,
        types: schema.source == Source::Dump,
    }
}

fn device(of: &model::Device) -> Device {
    let version = |version: Option<i64>| version.and_then(|number| u32::try_from(number).ok());
    let current = version(of.versions.current);
    let current = current.or_else(|| version(of.description()?.versions.current)).unwrap_or(0);
    let minimum = version(of.versions.minimum).unwrap_or(current);
    Device {
        name: of.name.clone(),
        instance: of.instance.unwrap_or(0),
        described: of.description().map(|inside| inside.name.clone()).unwrap_or_default(),
        versions: [current, minimum, minimum],
        live: false,
        inside: of.description().map(inside),
    }
}

/// The readers of schemas bound how deep they nest.
fn inside(of: &model::Description) -> Vec<Shape> {
    of.fields().iter().map(field).chain(of.subsections().iter().map(subsection)).collect()
}

/// What a type of a dump says of what was sent at a version: without what is only there under conditions that did not
/// hold.
pub(super) fn fitted(sent: &[Shape], of: &[Shape], version: u32) -> Vec<Shape> {
    let mut ranks: HashMap<&str, usize> = HashMap::new();
    let mut all = Vec::new();
    for shape in of {
        let rank = ranks.entry(&shape.name).or_default();
        // In a stream the number stands behind a name that several fields have.
        let numbered = format!("{}[{rank}]", shape.name);
        let of_name = |name: &str| sent.iter().filter(|one| one.name == name).nth(*rank);
        let found = of_name(&shape.name).or_else(|| sent.iter().find(|one| one.name == numbered));
        *rank = rank.saturating_add(1);
        let since = shape.since.unwrap_or(0);
        match found {
            Some(found) => {
                let version = match &shape.form {
                    Form::Struct(Some((_, version))) => *version,
                    Form::Subsection(version) => *version,
                    _ => version,
                };
                let within = match &found.form {
                    Form::List(_) => element(found),
                    _ => &found.inside,
                };
                let inside = match &shape.form {
                    Form::List(_) => {
                        let of = shape.inside.first().map_or(&[][..], |first| &first.inside);
                        let element = Shape::new("", Form::Element);
                        vec![Shape { inside: fitted(within, of, version), ..element }]
                    }
                    _ => fitted(within, &shape.inside, version),
                };
                all.push(Shape { name: found.name.clone(), inside, ..shape.clone() });
            }
            None if shape.is_subsection() || shape.conditional => {}
            None if since > i64::from(version) => {}
            None => all.push(shape.clone()),
        }
    }
    all
}

/// What is in the elements of a list that was sent, where that may be one struct without a name.
fn element(list: &Shape) -> &[Shape] {
    let inside = list.inside.first().map_or(&[][..], |first| &first.inside);
    match inside {
        [Shape { name, form: Form::Struct(_), inside, .. }] if name.is_empty() => inside,
        inside => inside,
    }
}

fn subsection(of: &model::Description) -> Shape {
    let marks = if of.ancillary { Marks::ANCILLARY } else { Marks::NONE };
    let form = Form::Subsection(number(of.versions.current));
    Shape { marks, inside: inside(of), ..Shape::new(&of.name, form) }
}

fn number(version: Option<i64>) -> u32 {
    version.and_then(|version| u32::try_from(version).ok()).unwrap_or(0)
}

fn field(of: &Field) -> Shape {
    let mut shape = match &of.description {
        Some(description) => scope(of, description),
        None => leaf(of),
    };
    shape.kind = of.kind.clone().unwrap_or_default();
    // A dump tells no types, and an array that may be empty not from a single value.
    shape.guessed |= of.kind.is_none();
    shape.maybe = of.exists == Exists::Always && of.count == Count::Unknown;
    shape.conditional = of.exists == Exists::Condition && of.kind.is_none();
    shape.since = of.since;
    if of.ancillary {
        shape.marks = shape.marks | Marks::ANCILLARY;
    }
    shape
}

fn scope(of: &Field, description: &model::Description) -> Shape {
    let within = inside(description);
    let kind = of.kind.as_deref().unwrap_or_default();
    let described = || match description.name.as_str() {
        "" => None,
        name => Some((name.to_owned(), number(description.versions.current))),
    };
    let element = |inside| Shape { inside, ..Shape::new("", Form::Element) };
    let known = matches!(kind, "" | "struct" | "list" | "optional" | "device");
    match (of.count, kind) {
        // Queues and trees: what is around their elements is told by no schema.
        _ if !known => {
            let shape = Shape::new(&of.name, Form::Absent);
            Shape { marks: Marks::OPAQUE, guessed: true, ..shape }
        }
        (_, "optional") => Shape { inside: within, ..Shape::new(&of.name, Form::Optional(true)) },
        (Count::Of(count), _) => {
            let count = usize::try_from(count.min(MOST_ELEMENTS)).unwrap_or(0);
            let form = Form::List(false);
            Shape { inside: vec![element(within); count], ..Shape::new(&of.name, form) }
        }
        (Count::Variable, _) | (_, "list") => {
            Shape { inside: vec![element(within)], ..Shape::new(&of.name, Form::List(true)) }
        }
        (Count::One | Count::Unknown, _) => {
            Shape { inside: within, ..Shape::new(&of.name, Form::Struct(described())) }
        }
    }
}

fn leaf(of: &Field) -> Shape {
    let count = match of.count {
        Count::Of(count) => Some(usize::try_from(count.min(MOST_ELEMENTS)).unwrap_or(0)),
        Count::Variable => Some(0),
        Count::One | Count::Unknown => None,
    };
    let variable = of.count == Count::Variable;
    let length = usize::try_from(of.size.unwrap_or(0).min(MOST_ELEMENTS)).unwrap_or(0);
    let numbers = |kind: Kind| match count {
        Some(count) => Form::Array(kind, variable, vec![0; count]),
        None => Form::Scalar(kind, 0),
    };
    let (form, opaque, guessed) = match of.kind.as_deref() {
        Some("text") => (Form::Text(String::new()), false, false),
        Some(kind) => match class(kind) {
            Class::Scalar(kind) => (numbers(kind), false, false),
            Class::Timer => (numbers(Kind::I64), false, false),
            Class::Bitmap => (numbers(Kind::U64), false, false),
            Class::Bytes => (Form::Bytes(variable, vec![0; length]), false, false),
            Class::Null => (Form::Absent, false, false),
            Class::Private => (Form::Bytes(false, vec![0; length]), true, false),
        },
        // A dump tells no types.
        None => match of.size {
            Some(1) => (numbers(Kind::U8), false, true),
            Some(2) => (numbers(Kind::U16), false, true),
            Some(4) => (numbers(Kind::U32), false, true),
            Some(8) => (numbers(Kind::U64), false, true),
            _ => (Form::Bytes(false, vec![0; length]), true, true),
        },
    };
    let marks = if opaque { Marks::OPAQUE } else { Marks::NONE };
    Shape { marks, guessed, ..Shape::new(&of.name, form) }
}
