//! Sections by their description: what they show, and the bytes that come back.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::fmt::Write;

use crate::wire::{plain_stream, read_tree};
use migcore::codec::legacy::Saver;
use migcore::codec::observe::{Event, Item, Observer};
use migcore::codec::vmdesc::{replay, Device, Misfit, Notes, Vmdesc};
use migcore::visit::{Marks, Scope, ScopeKind, Track, Versions, Visitor};

/// A device `d` of version 1, with these fields, and perhaps more keys behind them.
pub fn device(fields: &str, more: &str) -> Device {
    let head = r#""name":"d","instance_id":0,"vmsd_name":"d","version":1"#;
    let text = format!(r#"{{"page_size":4096,"devices":[{{{head},"fields":[{fields}]{more}}}]}}"#);
    Vmdesc::parse(text.as_bytes()).expect(fields).devices.remove(0)
}

/// The bytes that a section comes back as.
pub fn bytes_of(device: &Device, payload: &[u8]) -> Result<Vec<u8>, Misfit> {
    let mut memory = vec![0; payload.len()];
    let mut saver = Saver::to_slice(&mut memory);
    replay(device, payload, &mut saver.visitor(), &mut ())?;
    let length = saver.finish().unwrap();
    memory.truncate(usize::try_from(length).unwrap());
    Ok(memory)
}

/// The bytes of a section that became chunks, these a tree, and that QEMU's bytes again.
pub fn through_chunks(device: &Device, payload: &[u8]) -> Vec<u8> {
    let stream = plain_stream(|v| {
        v.device("d", 0, Versions::only(1), |v| {
            replay(device, payload, v, &mut ()).map_err(|misfit| panic!("{misfit}"))
        })
    });
    let mut memory = vec![0; payload.len() + 1];
    let mut saver = Saver::to_slice(&mut memory);
    read_tree(&stream, |tree| tree.replay(tree.root(), &mut saver.visitor())).unwrap();
    let length = saver.finish().unwrap();
    memory.truncate(usize::try_from(length).unwrap());
    memory
}

/// What a section shows, on one line.
pub fn shown(device: &Device, payload: &[u8]) -> Result<String, Misfit> {
    shown_by(|v| replay(device, payload, v, &mut ()))
}

/// What is saved shows, on one line.
pub fn shown_by<E>(save: impl FnOnce(&mut Visitor<'_>) -> Result<(), E>) -> Result<String, E> {
    let mut line = String::new();
    let mut observer = Observer::new(|item: Item<'_>| {
        show(&item, &mut line);
        Ok(())
    });
    let mut track = Track::new();
    save(&mut Visitor::saving(&mut observer, &mut track))?;
    Ok(line.trim_end().to_owned())
}

fn show(item: &Item<'_>, line: &mut String) {
    let name = String::from_utf8_lossy(item.name);
    match item.event {
        Event::Scalar(kind, bits) => write!(line, "{name}:{}={bits:x} ", kind.text()),
        Event::Array(kind, _, elements) => {
            let width = kind.width().bytes();
            let count = elements.len() / width;
            write!(line, "{name}:{}*{count}=", kind.text()).unwrap();
            for element in elements.chunks(width) {
                let value: Vec<u8> = match cfg!(target_endian = "little") {
                    true => element.iter().rev().copied().collect(),
                    false => element.to_vec(),
                };
                write!(line, "{}.", hex(&value)).unwrap();
            }
            write!(line, " ")
        }
        Event::Bytes(_, data) => {
            let opaque = if item.marks == Marks::OPAQUE { "opaque" } else { "bytes" };
            write!(line, "{name}:{opaque}={} ", hex(data))
        }
        Event::Text(text) => write!(line, "{name}:text={text} "),
        Event::Absent => write!(line, "{name}:null "),
        Event::Raw(data) => write!(line, "raw={} ", hex(data)),
        Event::Begin(Scope::Struct(None)) => write!(line, "{name}{{ "),
        Event::Begin(Scope::Struct(Some(described))) => {
            let description = String::from_utf8_lossy(described.name);
            write!(line, "{name}<{description} v{}>{{ ", described.versions.current)
        }
        Event::Begin(Scope::List { count, .. }) => write!(line, "{name}*{count}[ "),
        Event::Begin(Scope::Element) => write!(line, "( "),
        Event::Begin(Scope::Optional { present }) => {
            write!(line, "{}{{ ", if present { "there" } else { "not" })
        }
        Event::Begin(Scope::Subsection { version }) => write!(line, "+{name} v{version}{{ "),
        Event::Begin(Scope::Device { .. }) => write!(line, "device "),
        Event::End(ScopeKind::List) => write!(line, "] "),
        Event::End(ScopeKind::Element) => write!(line, ") "),
        Event::End(_) => write!(line, "}} "),
    }
    .unwrap();
}

/// Bytes from hexadecimal digits; blanks are left out.
pub fn unhex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|digit| !digit.is_whitespace()).collect();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Notes as lines.
#[derive(Default)]
pub struct Noted(pub Vec<(usize, String, usize)>);

impl Notes for Noted {
    fn item(&mut self, offset: usize, kind: &str, length: usize) {
        self.0.push((offset, kind.to_owned(), length));
    }
}
