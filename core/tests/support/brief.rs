//! The devices of a tree in one line: `nic/0@5 a=1 sub:1{b=2} rx[{c=3}]; #3; pm/0@5`.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::fmt::Write;

use migcore::compat::{is_private, stream};
use migcore::model::{NodeId, Tree, Value};

/// Devices in their order, in either layout; commands between them by their numbers, after `#`.
pub fn brief(tree: &Tree<'_>) -> String {
    let list = stream(tree).unwrap_or(tree.root());
    let mut parts = Vec::new();
    for holder in children(tree, list) {
        let device = match tree.value(holder).unwrap() {
            Value::Device { .. } => Some(holder),
            _ => children(tree, holder).into_iter().find(|child| is_device(tree, *child)),
        };
        if let Some(device) = device.filter(|device| !is_private(tree.name(*device).unwrap())) {
            parts.push(device_text(tree, device));
        } else if tree.name(holder) == Ok(b"command") {
            let number = tree.child_by_name(holder, b"number", 0).unwrap().unwrap();
            let Value::Scalar(_, bits) = tree.value(number).unwrap() else { continue };
            parts.push(format!("#{bits}"));
        }
    }
    parts.join("; ")
}

fn is_device(tree: &Tree<'_>, node: NodeId) -> bool {
    matches!(tree.value(node), Ok(Value::Device { .. }))
}

fn children(tree: &Tree<'_>, node: NodeId) -> Vec<NodeId> {
    tree.children(node).unwrap().collect()
}

fn name(tree: &Tree<'_>, node: NodeId) -> String {
    String::from_utf8(tree.name(node).unwrap().to_vec()).unwrap()
}

fn device_text(tree: &Tree<'_>, device: NodeId) -> String {
    let Value::Device { instance, versions, .. } = tree.value(device).unwrap() else {
        return String::new();
    };
    let mut text = format!("{}/{instance}@{}", name(tree, device), versions.current);
    for item in children(tree, device) {
        text.push(' ');
        put(tree, item, &mut text);
    }
    text
}

fn put(tree: &Tree<'_>, item: NodeId, text: &mut String) {
    text.push_str(&name(tree, item));
    let hex = |data: &[u8]| data.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (open, close) = match tree.value(item).unwrap() {
        Value::Scalar(_, bits) => return write!(text, "={bits}").unwrap(),
        Value::Array(kind, _, data) => {
            let width = kind.width().bytes();
            let elements = data.chunks(width).map(|element| match *element {
                [a] => u64::from(a),
                [a, b] => u64::from(u16::from_ne_bytes([a, b])),
                [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
                _ => u64::from_ne_bytes(element.try_into().unwrap()),
            });
            let elements: Vec<String> = elements.map(|bits| bits.to_string()).collect();
            return write!(text, "=({})", elements.join(",")).unwrap();
        }
        Value::Bytes(_, data) => return write!(text, "=x{}", hex(data)).unwrap(),
        Value::Raw(data) => return write!(text, "~{}", hex(data)).unwrap(),
        Value::Text(there) => return write!(text, "={there:?}").unwrap(),
        Value::Absent => return text.push('!'),
        Value::List { .. } => ("[".to_owned(), "]"),
        Value::Subsection { version } => (format!(":{version}{{"), "}"),
        Value::Optional { .. } => ("?{".to_owned(), "}"),
        _ => ("{".to_owned(), "}"),
    };
    text.push_str(&open);
    for (number, child) in children(tree, item).into_iter().enumerate() {
        if number > 0 {
            text.push(' ');
        }
        put(tree, child, text);
    }
    text.push_str(close);
}
