//! The values in a JSON document of `migcore inspect`, each with its place and path.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// A value: a number in decimal, a float as its bits, a buffer in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Where it lies, if that is told.
    pub offset: Option<u64>,
    /// Where it is in the state.
    pub path: String,
    /// What it is.
    pub value: String,
}

/// All values of a document in their order, but for bytes of which nothing is known.
pub fn leaves(document: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    items(&document["items"], "", &mut found);
    found
}

fn items(items: &Value, path: &str, found: &mut Vec<Leaf>) {
    for item in items.as_array().expect("items") {
        add(item.as_object().expect("an item"), path, found);
    }
}

fn add(item: &Object, outer: &str, found: &mut Vec<Leaf>) {
    if item.contains_key("note") || text(item, "type") == "raw" {
        return;
    }
    let path = path(item, outer);
    match item.get("fields").or_else(|| item.get("elements")) {
        Some(inner) => items(inner, &path, found),
        None => value(item, path, found),
    }
}

fn path(item: &Object, outer: &str) -> String {
    let name = text(item, "name");
    match item.get("index") {
        Some(index) => format!("{outer}[{index}]"),
        None if item.contains_key("group") || name.is_empty() => outer.to_owned(),
        None if text(item, "type") == "device" => format!("{name}/{}", item["instance"]),
        None if outer.is_empty() => name.to_owned(),
        None => format!("{outer}.{name}"),
    }
}

fn value(item: &Object, path: String, found: &mut Vec<Leaf>) {
    let offset = item.get("offset").and_then(Value::as_u64);
    let Some(kind) = text(item, "type").strip_suffix("[]") else {
        let value = shown(text(item, "type"), &item["value"]);
        return found.push(Leaf { offset, path, value });
    };
    for (number, element) in item["value"].as_array().expect("elements").iter().enumerate() {
        found.push(Leaf {
            offset: offset.map(|offset| offset + number as u64 * width(kind)),
            path: format!("{path}[{number}]"),
            value: shown(kind, element),
        });
    }
}

/// The bytes of an element.
fn width(kind: &str) -> u64 {
    match kind.trim_start_matches(|letter: char| letter.is_alphabetic()) {
        "" => 1,
        bits => bits.parse::<u64>().unwrap() / 8,
    }
}

fn shown(kind: &str, value: &Value) -> String {
    match value {
        Value::String(text) if kind == "f64" => not_finite(text),
        Value::String(text) => text.clone(),
        Value::Number(number) if kind == "f64" => bits(number.as_f64().unwrap()),
        other => other.to_string(),
    }
}

fn not_finite(text: &str) -> String {
    match text.strip_prefix("nan ") {
        Some(bits) => bits.to_owned(),
        None => bits(text.parse().unwrap()),
    }
}

fn bits(float: f64) -> String {
    format!("{:#x}", float.to_bits())
}

fn text<'a>(item: &'a Object, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}
