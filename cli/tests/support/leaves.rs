//! What `inspect --json` says of a stream, as a list of values with their places.

use std::collections::HashMap;

use migcore_cli::qemu::inspect::inspect;
use migcore_cli::show::{printer, Choice, Places};

use super::qemu::scanner;

/// A value as it was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// Where it lies.
    pub(crate) offset: usize,
    /// How many bytes it takes.
    pub(crate) length: usize,
    /// Its line, but for the place.
    pub(crate) text: String,
    /// Whether damage was told before it, or that something is not known.
    pub(crate) warned: bool,
}

/// What a stream was found to hold.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The values in their order.
    pub(crate) leaves: Vec<Leaf>,
    /// The lines of damages, of bytes behind the end, and of sections of which nothing is known.
    pub(crate) warnings: Vec<String>,
    /// What was printed.
    pub(crate) text: String,
}

impl Reading {
    /// Reads a stream through the library, as `inspect --json` does.
    pub(crate) fn of(bytes: &[u8], vmdesc: Option<&[u8]>) -> Reading {
        let (mut out, places) = (Vec::new(), Places::new());
        let mut scanner = scanner(bytes, vmdesc);
        let mut show = printer(&mut out, Choice { json: true, ..Choice::default() }, &places);
        inspect(&mut scanner, &mut *show, &places).unwrap();
        show.end_document(&[], None).unwrap();
        drop(show);
        Reading::read(String::from_utf8(out).unwrap(), bytes)
    }

    /// The leaves by their offset.
    pub(crate) fn by_offset(&self) -> HashMap<usize, Vec<&Leaf>> {
        let mut leaves: HashMap<usize, Vec<&Leaf>> = HashMap::new();
        self.leaves.iter().for_each(|leaf| leaves.entry(leaf.offset).or_default().push(leaf));
        leaves
    }

    fn read(text: String, bytes: &[u8]) -> Reading {
        let mut reading = Reading::default();
        for line in text.lines() {
            let told = [r#"{"note":"damage""#, r#"{"note":"trailing bytes""#];
            let is_opaque = line.contains(r#","payload":"opaque""#);
            if is_opaque || told.iter().any(|note| line.starts_with(note)) {
                reading.warnings.push(line.to_owned());
            }
            // Values of the configuration, and of descriptions that are absent, have no place.
            let Some(leaf) = leaf_of(line, !reading.warnings.is_empty()) else { continue };
            match line.starts_with(r#"{"type":"raw""#) {
                true => is_what_is_there(line, &leaf, bytes),
                false => reading.leaves.push(leaf),
            }
        }
        Reading { text, ..reading }
    }
}

fn leaf_of(line: &str, warned: bool) -> Option<Leaf> {
    let value = line.find(r#","value":"#)? + 9;
    let place = line.rfind(r#","offset":"#)?;
    let digits = line[place + 10..].bytes().take_while(u8::is_ascii_digit).count();
    let offset = line[place + 10..place + 10 + digits].parse().ok()?;
    let length = length_of(between(line, r#""type":""#), &line[value..]);
    let text = [&line[..place], line[place + 10 + digits..].trim_end_matches(',')].concat();
    Some(Leaf { offset, length, text, warned })
}

/// How many bytes a value of this type takes on QEMU's wire.
fn length_of(kind: &str, value: &str) -> usize {
    let width = |kind: &str| match kind {
        "u16" | "i16" => 2,
        "u32" | "i32" | "f32" => 4,
        "u64" | "i64" | "f64" => 8,
        _ => 1,
    };
    let quoted = || value[1..].find('"').unwrap();
    match kind.strip_suffix("[]") {
        Some(_) if value.starts_with("[]") => 0,
        Some(kind) => width(kind) * (1 + value[..value.find(']').unwrap()].matches(',').count()),
        None if matches!(kind, "bytes" | "raw") => quoted() / 2,
        None if kind == "text" => 1 + quoted(),
        None => width(kind),
    }
}

/// What stands behind `key`, up to the quotation mark.
fn between<'t>(line: &'t str, key: &str) -> &'t str {
    let rest = line.split_once(key).map_or("", |(_, rest)| rest);
    rest.split_once('"').map_or("", |(text, _)| text)
}

/// Bytes that are shown as they are must be those of the stream.
fn is_what_is_there(line: &str, leaf: &Leaf, bytes: &[u8]) {
    let there = &bytes[leaf.offset..leaf.offset + leaf.length];
    let digits: String = there.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(between(line, r#""value":""#), digits, "at byte {}", leaf.offset);
}
