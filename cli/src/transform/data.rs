//! Values for programs, and those of which a line says more than the type.

use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{widen, Kind};
use serde_json::Value as Json;

use crate::compare::value::type_of;

/// Elements, or bytes, of one value that are told.
const MOST: usize = 4096;

/// Elements that are in a line.
const SHORT: usize = 8;

/// A value with its type, as data.
#[derive(Debug, Default)]
pub(super) struct Data {
    /// Its type, with its length.
    pub(super) kind: Option<String>,
    /// The value: null for what has no value of its own, and for secrets.
    pub(super) value: Json,
}

impl Data {
    /// That of an item.
    pub(super) fn of(tree: &Tree<'_>, node: NodeId, secret: bool) -> Data {
        let value = tree.value(node).unwrap_or(Value::Root);
        let kind = Some(type_of(tree, node, &value));
        let value = match &value {
            _ if secret => Json::Null,
            Value::Scalar(kind, bits) => scalar(*kind, *bits),
            Value::Array(kind, _, bytes) => {
                numbers(*kind, bytes).take(MOST).map(|bits| scalar(*kind, bits)).collect()
            }
            Value::Bytes(_, bytes) | Value::Raw(bytes) => {
                bytes.iter().take(MOST).map(|byte| format!("{byte:02x}")).collect::<String>().into()
            }
            Value::Text(text) => (*text).into(),
            _ => Json::Null,
        };
        Data { kind, value }
    }
}

fn scalar(kind: Kind, bits: u64) -> Json {
    match kind {
        Kind::Bool => (bits != 0).into(),
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => {
            widen(kind, Kind::I64, bits).unwrap_or(bits).cast_signed().into()
        }
        Kind::F32 => f32::from_bits(u32::try_from(bits).unwrap_or_default()).into(),
        Kind::F64 => f64::from_bits(bits).into(),
        _ => bits.into(),
    }
}

/// The elements of an array, as bits.
fn numbers(kind: Kind, bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes.chunks_exact(kind.width().bytes()).map(|element| {
        let shift = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match cfg!(target_endian = "little") {
            true => element.iter().rev().fold(0, shift),
            false => element.iter().fold(0, shift),
        }
    })
}

/// The first elements of an array, for a line behind its type; nothing for other items.
pub(super) fn elements(tree: &Tree<'_>, node: NodeId, secret: bool) -> String {
    let Ok(Value::Array(kind, _, bytes)) = tree.value(node) else { return String::new() };
    if secret {
        return String::new();
    }
    let first: Vec<String> =
        numbers(kind, bytes).take(SHORT).map(|bits| scalar(kind, bits).to_string()).collect();
    let more = if bytes.len() / kind.width().bytes() > SHORT { ", ..." } else { "" };
    format!(" [{}{more}]", first.join(", "))
}

/// What a step for bits changes: of bytes those from this one on, of an array this element.
pub(super) fn bits(tree: &Tree<'_>, node: NodeId, at: u32) -> String {
    let place = usize::try_from(at).unwrap_or(usize::MAX);
    match tree.value(node) {
        Ok(Value::Bytes(_, bytes)) => {
            let bytes = bytes.iter().skip(place).take(SHORT);
            let digits: Vec<String> = bytes.map(|byte| format!("{byte:02x}")).collect();
            format!(", from byte {at} on: {}", digits.join(" "))
        }
        Ok(Value::Array(kind, _, bytes)) => {
            let element = numbers(kind, bytes).nth(place).unwrap_or(0);
            format!("[{at}]: {} {element:#x}", kind.text())
        }
        Ok(Value::Scalar(kind, bits)) => format!(": {} {bits:#x}", kind.text()),
        _ => String::new(),
    }
}
