//! Items and texts as a file of rules has them.

use migcore::visit::{Kind, Marks};

use super::shape::{Form, Shape};

/// The longest line of items that stand beside each other.
const LINE: usize = 100;

/// A text in quotes.
#[must_use]
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for one in text.chars() {
        match one {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            one if one.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(one))),
            one => quoted.push(one),
        }
    }
    quoted.push('"');
    quoted
}

/// An item as a table; so deep inside of others.
pub(super) fn item(shape: &Shape, deep: usize) -> String {
    format!("{{ name = {}, {} }}", quoted(&shape.name), said(shape, deep))
}

/// What a table says of an item beside its name.
pub(super) fn said(shape: &Shape, deep: usize) -> String {
    let mut said = form(shape, deep);
    let marks: Vec<String> = [
        (Marks::ANCILLARY, "ancillary"),
        (Marks::SAFE_TO_COPY, "safe-to-copy"),
        (Marks::SECRET, "secret"),
        (Marks::VOLATILE, "volatile"),
    ]
    .into_iter()
    .filter(|(mark, _)| shape.marks.contains(*mark))
    .map(|(_, name)| quoted(name))
    .collect();
    if !marks.is_empty() {
        said.push_str(&format!(", marks = [{}]", marks.join(", ")));
    }
    said
}

fn form(shape: &Shape, deep: usize) -> String {
    let variable = |is: bool| if is { ", variable = true" } else { "" };
    match &shape.form {
        Form::Scalar(kind, bits) => {
            format!("type = \"{}\", value = {}", kind.text(), scalar(*kind, *bits))
        }
        Form::Array(kind, is_variable, values) => {
            let first = values.first().filter(|first| values.iter().all(|one| one == *first));
            let value = match first {
                Some(first) if values.len() > 1 => {
                    format!("value = {}, count = {}", scalar(*kind, *first), values.len())
                }
                _ => {
                    let values: Vec<String> =
                        values.iter().map(|bits| scalar(*kind, *bits)).collect();
                    format!("value = [{}]", values.join(", "))
                }
            };
            format!("type = \"[{}]\", {value}{}", kind.text(), variable(*is_variable))
        }
        Form::Bytes(is_variable, bytes) => {
            let value = match bytes.iter().all(|byte| *byte == 0) {
                true => format!("count = {}", bytes.len()),
                false => {
                    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    format!("value = \"{digits}\"")
                }
            };
            format!("type = \"bytes\", {value}{}", variable(*is_variable))
        }
        Form::Text(text) => format!("type = \"text\", value = {}", quoted(text)),
        Form::Absent => "type = \"absent\"".to_owned(),
        Form::Struct(described) => {
            let described = described.as_ref().map(|(name, version)| {
                format!(", description = {}, version = {version}", quoted(name))
            });
            let described = described.unwrap_or_default();
            format!("type = \"struct\"{described}, items = {}", items(&shape.inside, deep))
        }
        Form::List(is_variable) => {
            format!("type = \"list\", {}{}", elements(shape, deep), variable(*is_variable))
        }
        Form::Optional(false) => "type = \"optional\"".to_owned(),
        Form::Optional(true) => {
            format!("type = \"optional\", items = {}", items(&shape.inside, deep))
        }
        Form::Subsection(version) => format!(
            "type = \"subsection\", version = {version}, items = {}",
            items(&shape.inside, deep)
        ),
        // These are never given: an element only with its list.
        Form::Element | Form::Raw(_) => String::new(),
    }
}

fn elements(list: &Shape, deep: usize) -> String {
    let mut texts: Vec<String> = list.inside.iter().map(|one| element(list, one, deep)).collect();
    let count = texts.len();
    texts.dedup();
    match texts.as_slice() {
        [] => "elements = []".to_owned(),
        [one] => format!("count = {count}, items = {one}"),
        _ => {
            let inner = deep.saturating_add(1);
            let texts = list.inside.iter().map(|one| element(list, one, inner));
            format!("elements = {}", lines(texts.collect(), deep))
        }
    }
}

/// What is in an element. One struct without a name in it has the description of the element, if there is one.
fn element(list: &Shape, element: &Shape, deep: usize) -> String {
    let alone = element.inside.first().is_some_and(|first| first.name.is_empty());
    match list.elements.as_ref().filter(|_| !alone) {
        None => items(&element.inside, deep),
        Some(described) => {
            let form = Form::Struct(Some(described.clone()));
            let whole = Shape { inside: element.inside.clone(), ..Shape::new("", form) };
            format!("[{}]", item(&whole, deep))
        }
    }
}

/// Items beside each other, or where these are too long one below the other.
pub(super) fn items(all: &[Shape], deep: usize) -> String {
    let inner = deep.saturating_add(1);
    lines(all.iter().map(|shape| item(shape, inner)).collect(), deep)
}

fn lines(texts: Vec<String>, deep: usize) -> String {
    let line = texts.join(", ");
    if line.len() <= LINE {
        return format!("[{line}]");
    }
    let inner = "    ".repeat(deep.saturating_add(1));
    let texts: String = texts.iter().map(|text| format!("{inner}{text},\n")).collect();
    format!("[\n{texts}{}]", "    ".repeat(deep))
}

/// A scalar as TOML writes it.
#[must_use]
pub(super) fn scalar(kind: Kind, bits: u64) -> String {
    match kind {
        Kind::Bool => (bits != 0).to_string(),
        Kind::F32 => float(f64::from(f32::from_bits(u32::try_from(bits).unwrap_or(0)))),
        Kind::F64 => float(f64::from_bits(bits)),
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => signed(kind, bits).to_string(),
        _ => match i64::try_from(bits) {
            Ok(number) => number.to_string(),
            Err(_) => format!("\"{bits:#x}\""),
        },
    }
}

fn float(value: f64) -> String {
    match value.is_nan() {
        true => "nan".to_owned(),
        false => format!("{value:?}"),
    }
}

/// The number that the bits of a signed kind are.
fn signed(kind: Kind, bits: u64) -> i64 {
    let width = u32::try_from(kind.width().bytes()).unwrap_or(8);
    let shift = 64u32.saturating_sub(width.saturating_mul(8));
    i64::from_le_bytes(bits.wrapping_shl(shift).to_le_bytes()).wrapping_shr(shift)
}

/// The name of a type, where it is one that can be changed into others.
#[must_use]
pub(super) fn kind(form: &Form) -> Option<String> {
    let variable = |is: &bool| if *is { "variable " } else { "" };
    match form {
        Form::Scalar(kind, _) => Some(kind.text().to_owned()),
        Form::Array(kind, is, _) => Some(format!("{}[{}]", variable(is), kind.text())),
        Form::Bytes(is, _) => Some(format!("{}bytes", variable(is))),
        _ => None,
    }
}
