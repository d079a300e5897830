//! A tree as text for people, one item a line.

use super::node::Form;
use super::tree::{marks_of, NodeId, Tree};
use super::value::Value;
use super::walk::{Step, Walk};
use super::widened::bits_of;
use crate::error::{put_number, Put, Result, MAX_DEPTH};
use crate::io::told;
use crate::visit::{Extent, Kind, Marks};

/// The open scopes of a walk.
const STEPS: usize = 2 * MAX_DEPTH + 2;

/// Elements of an array that are shown.
const ELEMENTS: usize = 8;

/// Bytes of a buffer or string that are shown.
const BYTES: usize = 32;

impl Tree<'_> {
    /// Prints a node with all that is inside, as text in pieces. Long values are cut, marks stand in
    /// braces, the values of what is marked secret are not shown.
    ///
    /// ```text
    /// nic/0: device, version 2
    ///   mac: bytes[6] = 52 54 00 12 34 56
    ///   rx_ring: list[2]
    ///     [0]
    ///       head: u16 = 3
    ///     [1]
    ///       head: u16 = 4
    ///   key: bytes[16] = (secret) {secret}
    /// ```
    ///
    /// # Errors
    /// [`Code::StaleHandle`](crate::error::Code::StaleHandle).
    pub fn print(&self, node: NodeId, put: Put<'_>) -> Result<()> {
        let top = self.check(node)?;
        // How many elements each open scope had so far.
        let mut open = heapless::Vec::<u64, STEPS>::new();
        let mut secret = None;
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(self) {
            match step {
                Step::Enter(at) => {
                    (0..open.len()).for_each(|_| put(b"  "));
                    let number = open.last().copied().unwrap_or(0);
                    self.put_line(at, number, secret.is_some(), put);
                    self.count_element(at, &mut open);
                    if secret.is_none() && self.marks_at(at).contains(Marks::SECRET) {
                        secret = self.node(at).form.is_scope().then_some(at);
                    }
                }
                Step::Leave(at) => {
                    secret = secret.filter(|scope| *scope != at);
                    open.pop();
                }
            }
        }
        Ok(())
    }

    fn count_element(&self, at: u32, open: &mut heapless::Vec<u64, STEPS>) {
        let form = self.node(at).form;
        if let Some(number) = open.last_mut().filter(|_| form == Form::Element) {
            *number = number.saturating_add(1);
        }
        if form.is_scope() {
            // The tree is never deeper.
            let _ = open.push(0);
        }
    }

    fn put_line(&self, at: u32, number: u64, hidden: bool, put: Put<'_>) {
        let (node, name) = (self.node(at), self.name_at(at));
        put_shown(name, put);
        match (node.form, node.instance()) {
            (Form::Element, _) => {
                put(b"[");
                put_number(number, put);
                put(b"]");
            }
            (_, Some(instance)) => {
                put(b"/");
                put_number(u64::from(instance), put);
                put(b": ");
            }
            _ if !name.is_empty() => put(b": "),
            _ => {}
        }
        let hidden = hidden || marks_of(&node).contains(Marks::SECRET);
        self.put_value(at, hidden, put);
        let marks = marks_of(&node);
        if marks != Marks::NONE {
            put(b" ");
            put_marks(marks, put);
        }
        put(b"\n");
    }

    /// Puts the type and the value of an item; the value not where it is `hidden`.
    pub(crate) fn put_item(&self, node: NodeId, hidden: bool, put: Put<'_>) -> Result<()> {
        self.put_value(self.check(node)?, hidden, put);
        Ok(())
    }

    /// Puts the type and the value of a node.
    pub(super) fn put_value(&self, at: u32, hidden: bool, put: Put<'_>) {
        match self.value_at(at) {
            Value::Root => put(b"root"),
            Value::Device { versions, oldest_reader, .. } => {
                put_counted(b"device, version ", versions.current, put);
                if oldest_reader != versions.current {
                    put_counted(b", for readers from ", oldest_reader, put);
                }
            }
            Value::Struct(None) => put(b"struct"),
            Value::Struct(Some(description)) => {
                put(b"struct ");
                put_shown(description.name, put);
                put_counted(b", version ", description.versions.current, put);
            }
            Value::List { extent } => put_length(b"list", extent, self.elements(at), put),
            Value::Element => {}
            Value::Optional { present: true } => put(b"optional, there"),
            Value::Optional { present: false } => put(b"optional, not there"),
            Value::Subsection { version } => put_counted(b"subsection, version ", version, put),
            Value::Absent => put(b"null"),
            value => put_leaf(value, hidden, put),
        }
    }
}

fn put_leaf(value: Value<'_>, hidden: bool, put: Put<'_>) {
    let put_type = |put: Put<'_>| match value {
        Value::Scalar(kind, _) => put(kind.text().as_bytes()),
        Value::Array(kind, extent, elements) => {
            let count = kind.width().elements_in(elements.len());
            put_length(kind.text().as_bytes(), extent, count, put);
        }
        Value::Bytes(extent, data) => put_length(b"bytes", extent, data.len(), put),
        Value::Raw(data) => put_length(b"raw", Extent::Fixed, data.len(), put),
        _ => put(b"text"),
    };
    put_type(put);
    put(b" = ");
    match value {
        _ if hidden => put(b"(secret)"),
        Value::Scalar(kind, bits) => put_scalar(kind, bits, put),
        Value::Array(kind, _, elements) => put_elements(kind, elements, put),
        Value::Bytes(_, data) | Value::Raw(data) => put_bytes(data, put),
        Value::Text(text) => put_text(text.as_bytes(), put),
        _ => {}
    }
}

fn put_counted(text: &[u8], number: u32, put: Put<'_>) {
    put(text);
    put_number(u64::from(number), put);
}

fn put_length(text: &[u8], extent: Extent, length: usize, put: Put<'_>) {
    put(text);
    put(if extent == Extent::Variable { b"[*" } else { b"[" });
    put_number(told(length), put);
    put(b"]");
}

/// Numbers in decimal, unsigned ones of several digits also in hexadecimal; floats as their bits.
pub(crate) fn put_scalar(kind: Kind, bits: u64, put: Put<'_>) {
    match kind {
        Kind::Bool => put(if bits == 0 { b"false" } else { b"true" }),
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => put_signed(kind, bits, put),
        Kind::F32 | Kind::F64 => put_hex(bits, kind, put),
        _ => {
            put_number(bits, put);
            if bits > 9 {
                put(b" (");
                put_hex(bits, kind, put);
                put(b")");
            }
        }
    }
}

fn put_signed(kind: Kind, bits: u64, put: Put<'_>) {
    let wide = crate::visit::widen(kind, Kind::I64, bits).unwrap_or(bits);
    match wide >> 63 {
        0 => put_number(wide, put),
        _ => {
            put(b"-");
            put_number(wide.wrapping_neg(), put);
        }
    }
}

fn put_elements(kind: Kind, elements: &[u8], put: Put<'_>) {
    let (mut rest, mut shown) = (elements, 0usize);
    while let Some((element, others)) = rest.split_at_checked(kind.width().bytes()) {
        if shown > 0 {
            put(b" ");
        }
        if shown == ELEMENTS {
            return put(b"...");
        }
        match (kind, bits_of(element)) {
            (Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64, bits) => put_number(bits, put),
            (_, bits) => put_scalar(kind, bits, put),
        }
        (rest, shown) = (others, shown.saturating_add(1));
    }
}

fn put_bytes(data: &[u8], put: Put<'_>) {
    for (at, byte) in data.iter().take(BYTES).enumerate() {
        if at > 0 {
            put(b" ");
        }
        put_digits(u64::from(*byte), 2, put);
    }
    if data.len() > BYTES {
        put(b" ...");
    }
}

fn put_text(text: &[u8], put: Put<'_>) {
    put(b"\"");
    put_shown(text.get(..BYTES).unwrap_or(text), put);
    put(b"\"");
    if text.len() > BYTES {
        put(b"...");
    }
}

fn put_hex(bits: u64, kind: Kind, put: Put<'_>) {
    put(b"0x");
    put_digits(bits, kind.width().bytes().saturating_mul(2), put);
}

/// Puts the last `count` hexadecimal digits of a number.
fn put_digits(number: u64, count: usize, put: Put<'_>) {
    for digit in (0..16u32).rev().filter(|digit| told(count) > u64::from(*digit)) {
        let value = number.wrapping_shr(digit.wrapping_mul(4)) & 15;
        let value = u8::try_from(value).unwrap_or(0);
        put(&[value.wrapping_add(if value < 10 { b'0' } else { b'a' - 10 })]);
    }
}

/// Puts text whose bytes that do not print show as `?`.
pub(super) fn put_shown(text: &[u8], put: Put<'_>) {
    for &byte in text {
        put(&[if (b' '..=b'~').contains(&byte) { byte } else { b'?' }]);
    }
}

/// Puts marks in braces.
pub(super) fn put_marks(marks: Marks, put: Put<'_>) {
    const NAMES: [(Marks, &[u8]); 5] = [
        (Marks::ANCILLARY, b"ancillary"),
        (Marks::SECRET, b"secret"),
        (Marks::VOLATILE, b"volatile"),
        (Marks::SAFE_TO_COPY, b"safe to copy"),
        (Marks::OPAQUE, b"opaque"),
    ];
    put(b"{");
    let mut first = true;
    for (_, name) in NAMES.iter().filter(|(mark, _)| marks.contains(*mark)) {
        if !first {
            put(b", ");
        }
        put(name);
        first = false;
    }
    put(b"}");
}
