//! A side from a schema, which has no values: all are 0.

use std::collections::HashMap;

use migcore::visit::{Kind, Marks};

use super::shape::{Device, Form, Shape, Side};
use crate::input::told;
use crate::schema::kinds::{class, Class};
use crate::schema::model::{self, Count, Exists, Field, Schema, Source};

/// The most zeros that stand for an array.
const MOST_ELEMENTS: u64 = 1 << 16;

/// The most zeros that stand for all arrays of a schema, and for how many of them a shape counts. A schema of a few
/// bytes may have arrays of arrays.
const MOST: u64 = 1 << 24;
const SHAPE: u64 = 32;

/// What a schema says; `None` if its arrays are too long.
pub(super) fn side(schema: &Schema) -> Option<Side> {
    let mut zeros = Zeros { left: MOST };
    let devices = schema.devices.iter().map(|of| zeros.device(of)).collect::<Option<_>>();
    Some(Side {
        machine: schema.machine.clone(),
        stream: None,
        devices: devices?,
        valued: false,
        types: schema.source == Source::Dump,
    })
}

/// Gives the zeros that stand for values. `None` of its calls says that there are not as many.
struct Zeros {
    left: u64,
}

impl Zeros {
    /// As many of something as stand for so many, each of which counts for some zeros.
    fn take(&mut self, count: u64, each: u64) -> Option<usize> {
        let count = count.min(MOST_ELEMENTS);
        self.left = self.left.checked_sub(count.checked_mul(each)?)?;
        usize::try_from(count).ok()
    }

    fn device(&mut self, of: &model::Device) -> Option<Device> {
        let version = |version: Option<i64>| version.and_then(|number| u32::try_from(number).ok());
        let described = of.description().map(|inside| inside.versions.current);
        let current = version(of.versions.current).or_else(|| version(described?)).unwrap_or(0);
        let minimum = version(of.versions.minimum).unwrap_or(current);
        Some(Device {
            name: of.name.clone(),
            instance: of.instance.unwrap_or(0),
            described: of.description().map(|inside| inside.name.clone()).unwrap_or_default(),
            versions: [current, minimum, minimum],
            live: false,
            inside: match of.description() {
                Some(of) => Some(self.inside(of)?),
                None => None,
            },
        })
    }

    /// The readers of schemas bound how deep they nest.
    fn inside(&mut self, of: &model::Description) -> Option<Vec<Shape>> {
        let mut all = Vec::new();
        for of in of.fields() {
            all.push(self.field(of)?);
        }
        for of in of.subsections() {
            all.push(self.subsection(of)?);
        }
        Some(all)
    }

    fn subsection(&mut self, of: &model::Description) -> Option<Shape> {
        let marks = if of.ancillary { Marks::ANCILLARY } else { Marks::NONE };
        let form = Form::Subsection(number(of.versions.current));
        Some(Shape { marks, inside: self.inside(of)?, ..Shape::new(&of.name, form) })
    }

    fn field(&mut self, of: &Field) -> Option<Shape> {
        let mut shape = match &of.description {
            Some(description) => self.scope(of, description)?,
            None => self.leaf(of)?,
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
        Some(shape)
    }

    fn scope(&mut self, of: &Field, description: &model::Description) -> Option<Shape> {
        let within = self.inside(description)?;
        let kind = of.kind.as_deref().unwrap_or_default();
        let described = || match description.name.as_str() {
            "" => None,
            name => Some((name.to_owned(), number(description.versions.current))),
        };
        let element = |inside| Shape { inside, ..Shape::new("", Form::Element) };
        let known = matches!(kind, "" | "struct" | "list" | "optional" | "device");
        Some(match (of.count, kind) {
            // Queues and trees: what is around their elements is told by no schema.
            _ if !known => {
                let shape = Shape::new(&of.name, Form::Absent);
                Shape { marks: Marks::OPAQUE, guessed: true, ..shape }
            }
            (_, "optional") => {
                Shape { inside: within, ..Shape::new(&of.name, Form::Optional(true)) }
            }
            (Count::Of(count), _) => {
                let each = zeros(&within).saturating_add(SHAPE);
                let count = self.take(count, each)?;
                let form = Form::List(false);
                Shape { inside: vec![element(within); count], ..Shape::new(&of.name, form) }
            }
            (Count::Variable, _) | (_, "list") => {
                Shape { inside: vec![element(within)], ..Shape::new(&of.name, Form::List(true)) }
            }
            (Count::One | Count::Unknown, _) => {
                Shape { inside: within, ..Shape::new(&of.name, Form::Struct(described())) }
            }
        })
    }

    fn leaf(&mut self, of: &Field) -> Option<Shape> {
        let count = match of.count {
            Count::Of(count) => Some(self.take(count, 1)?),
            Count::Variable => Some(0),
            Count::One | Count::Unknown => None,
        };
        let variable = of.count == Count::Variable;
        let length = self.take(of.size.unwrap_or(0), 1)?;
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
        Some(Shape { marks, guessed, ..Shape::new(&of.name, form) })
    }
}

/// How many zeros are in shapes, each of which counts for some.
fn zeros(shapes: &[Shape]) -> u64 {
    let one = |shape: &Shape| {
        let own = match &shape.form {
            Form::Array(_, _, elements) => elements.len(),
            Form::Bytes(_, bytes) => bytes.len(),
            _ => 0,
        };
        told(own).saturating_add(SHAPE).saturating_add(zeros(&shape.inside))
    };
    shapes.iter().map(one).fold(0, u64::saturating_add)
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

fn number(version: Option<i64>) -> u32 {
    version.and_then(|version| u32::try_from(version).ok()).unwrap_or(0)
}
