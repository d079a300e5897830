//! Values, types and paths as text.

use std::collections::HashMap;

use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{widen, Extent, Kind, Marks};

use crate::show::values::marks_of;

/// Bytes of a buffer or string that are shown.
const SHOWN: usize = 32;

/// A name without what a terminal would obey.
pub(crate) fn shown(name: &[u8]) -> String {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte).then_some(char::from(*byte));
    name.iter().map(|byte| printable(byte).unwrap_or('?')).collect()
}

/// A scalar: numbers of several digits also in hexadecimal.
pub(super) fn scalar(kind: Kind, bits: u64) -> String {
    let wide = || widen(kind, Kind::I64, bits).unwrap_or(bits);
    match kind {
        Kind::Bool => (bits != 0).to_string(),
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => {
            i64::from_ne_bytes(wide().to_ne_bytes()).to_string()
        }
        Kind::F32 => {
            let low = u32::try_from(bits).unwrap_or_default();
            format!("{} ({low:#x})", f32::from_bits(low))
        }
        Kind::F64 => format!("{} ({bits:#x})", f64::from_bits(bits)),
        _ if bits > 9 => format!("{bits} ({bits:#x})"),
        _ => bits.to_string(),
    }
}

/// An item with its type.
pub(crate) fn typed(tree: &Tree<'_>, node: NodeId, hidden: bool) -> String {
    let value = tree.value(node).unwrap_or(Value::Root);
    let what = type_of(tree, node, &value);
    match plain(&value) {
        Some(_) if hidden => format!("{what} (secret)"),
        Some(text) => format!("{what} {text}"),
        None => what,
    }
}

/// What can be said of an item of which the other has another value of the same type.
pub(super) fn value(tree: &Tree<'_>, node: NodeId) -> String {
    let value = tree.value(node).unwrap_or(Value::Root);
    match &value {
        Value::Device { versions, .. } => format!("version {}", versions.current),
        Value::Subsection { version } => format!("version {version}"),
        Value::Optional { present: true } => "there".to_owned(),
        Value::Optional { present: false } => "not there".to_owned(),
        value => plain(value).unwrap_or_else(|| type_of(tree, node, value)),
    }
}

/// The value of what has no inside.
fn plain(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Scalar(kind, bits) => Some(scalar(*kind, *bits)),
        Value::Text(text) => Some(quoted(text)),
        Value::Bytes(_, bytes) | Value::Raw(bytes) => Some(hexadecimal(bytes)),
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    let start: String = text.chars().take(SHOWN).collect();
    match start.len() < text.len() {
        true => format!("{start:?}..."),
        false => format!("{start:?}"),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
    match bytes.len() > SHOWN {
        true => digits + "...",
        false => digits,
    }
}

/// The type of an item.
pub(crate) fn type_of(tree: &Tree<'_>, node: NodeId, value: &Value<'_>) -> String {
    match value {
        Value::Root => "root".to_owned(),
        Value::Device { versions, .. } => format!("device, version {}", versions.current),
        Value::Struct(None) => "struct".to_owned(),
        Value::Struct(Some(description)) => {
            let version = description.versions.current;
            format!("struct {}, version {version}", shown(description.name))
        }
        Value::List { extent } => counted("list", *extent, tree.count(node).unwrap_or(0)),
        Value::Element => "element".to_owned(),
        Value::Optional { present: true } => "optional, there".to_owned(),
        Value::Optional { present: false } => "optional, not there".to_owned(),
        Value::Subsection { version } => format!("subsection, version {version}"),
        Value::Scalar(kind, _) => kind.text().to_owned(),
        Value::Array(kind, extent, bytes) => {
            counted(kind.text(), *extent, kind.width().elements_in(bytes.len()))
        }
        Value::Bytes(extent, bytes) => counted("bytes", *extent, bytes.len()),
        Value::Text(_) => "text".to_owned(),
        Value::Absent => "null".to_owned(),
        Value::Raw(_) => "raw bytes".to_owned(),
    }
}

fn counted(what: &str, extent: Extent, count: usize) -> String {
    match extent {
        Extent::Fixed => format!("{what}[{count}]"),
        Extent::Variable => format!("{what}[*{count}]"),
    }
}

/// The marks of an item in words.
pub(super) fn marks(marks: Marks) -> String {
    let names: Vec<_> = marks_of(marks).collect();
    match names.is_empty() {
        true => "no marks".to_owned(),
        false => names.join(", "),
    }
}

/// The paths of items of one tree, which are asked for in order.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    /// The element of each list that was numbered last: counting begins there.
    numbered: HashMap<NodeId, (NodeId, u64)>,
}

impl Paths {
    /// The path of an item, as `nic/0.rx_ring[3].head`.
    pub(crate) fn path(&mut self, tree: &Tree<'_>, node: NodeId) -> String {
        let mut steps = vec![node];
        // A tree has a bounded depth.
        while let Some(parent) = steps.last().and_then(|last| tree.parent(*last).ok().flatten()) {
            steps.push(parent);
        }
        let mut path = String::new();
        for step in steps.iter().rev() {
            let name = shown(tree.name(*step).unwrap_or_default());
            match tree.value(*step).unwrap_or(Value::Root) {
                Value::Root => continue,
                Value::Element => {
                    path.push_str(&format!("[{}]", self.number(tree, *step)));
                    continue;
                }
                Value::Device { instance, .. } => add(&mut path, &format!("{name}/{instance}")),
                Value::Raw(_) => add(&mut path, "(raw bytes)"),
                // What an element of a list is, when it is no struct, has no name.
                _ if name.is_empty() => continue,
                _ => add(&mut path, &name),
            }
        }
        path
    }

    /// What is in this list may have other numbers now.
    pub(crate) fn forget(&mut self, list: NodeId) {
        self.numbered.remove(&list);
    }

    /// Which element of its list this is.
    fn number(&mut self, tree: &Tree<'_>, element: NodeId) -> u64 {
        let Ok(Some(list)) = tree.parent(element) else { return 0 };
        let known = self.numbered.get(&list).copied();
        let (mut at, mut steps) = (element, 0u64);
        let number = loop {
            match known.filter(|(node, _)| *node == at) {
                Some((_, number)) => break number.saturating_add(steps),
                None => match tree.previous_sibling(at).ok().flatten() {
                    Some(before) => (at, steps) = (before, steps.saturating_add(1)),
                    None => break steps,
                },
            }
        };
        self.numbered.insert(list, (element, number));
        number
    }
}

fn add(path: &mut String, step: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(step);
}
