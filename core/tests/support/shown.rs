//! What is in a stream or a tree, in the words of the second reader: one line for each item.

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

use std::collections::HashSet;
use std::fmt::Write;

use crate::saved::{big_endian, extent_text, hex, quoted};
use migcore::codec::chunk::{check, ChunkDecoder, Limits, SliceStore};
use migcore::error::Fault;
use migcore::io::Portable;
use migcore::visit::{
    Decoder, Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind, Track, Visitor,
};
use migcore::{Code, Result};

/// Work that is enough for any stream of these tests.
pub const LIMITS: Limits =
    Limits { slots: 32, shape: 1 << 20, chunk: 1 << 24, work: 1 << 20, memory: false };

/// The lines of what is saved.
pub fn lines(save: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> String {
    let (mut printer, mut track) = (Printer::default(), Track::new());
    save(&mut Visitor::saving(&mut printer, &mut track)).unwrap();
    printer.run();
    printer.out
}

/// The lines of a stream, whose devices must differ in name or instance; or why it is refused.
pub fn read(bytes: &[u8]) -> Result<String> {
    check(bytes, LIMITS, Portable).map_err(|report| report.code)?;
    let mut decoder = ChunkDecoder::new(SliceStore::checked(bytes, LIMITS, Portable));
    let (mut seen, mut scratch) = (HashSet::new(), vec![0; 1 << 21]);
    let (mut printer, mut track) = (Printer::default(), Track::new());
    let mut v = Visitor::saving(&mut printer, &mut track);
    while let Some(head) = decoder.next_device()? {
        if !seen.insert((head.name.to_vec(), head.instance)) {
            return Err(Code::BadOrder);
        }
        decoder.replay_device(&mut v, &mut scratch)?;
    }
    Ok(printer.out)
}

/// A wire that prints.
#[derive(Default)]
struct Printer {
    out: String,
    raw: Vec<u8>,
    marks: Marks,
    oldest_reader: Option<u32>,
}

impl Printer {
    fn line(&mut self, line: &str) -> Result<()> {
        self.run();
        writeln!(self.out, "{line}").unwrap();
        Ok(())
    }

    /// Raw bytes, however they came, are one run.
    fn run(&mut self) {
        if !self.raw.is_empty() {
            let raw = core::mem::take(&mut self.raw);
            writeln!(self.out, "raw = {}", hex(&raw)).unwrap();
        }
    }

    fn named(&mut self, name: &dyn Name) -> String {
        let marks = core::mem::take(&mut self.marks).bits();
        format!("{} marks {marks}", quoted(name.bytes()))
    }
}

impl Encoder for Printer {
    fn position(&self) -> u64 {
        0
    }

    fn fault(&self) -> Fault {
        Fault::default()
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        let name = self.named(name);
        self.line(&format!("{} {name} = {}", kind.text(), big_endian(kind, bits)))
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        let (name, extent) = (self.named(name), extent_text(extent));
        let mut elements = elements.to_vec();
        if cfg!(target_endian = "little") {
            elements.chunks_mut(kind.width().bytes()).for_each(<[u8]>::reverse);
        }
        self.line(&format!("array {} {extent} {name} = {}", kind.text(), hex(&elements)))
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        let (name, extent) = (self.named(name), extent_text(extent));
        self.line(&format!("bytes {extent} {name} = {}", hex(data)))
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        let name = self.named(name);
        self.line(&format!("text {name} = {}", hex(text.as_bytes())))
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        let name = self.named(name);
        self.line(&format!("absent {name}"))
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        let marks = core::mem::take(&mut self.marks).bits();
        let name = quoted(name.bytes());
        let line = match scope {
            Scope::Device { instance, versions } => {
                let version = versions.current;
                let reader = self.oldest_reader.take().unwrap_or(version);
                format!("device {name} instance {instance} version {version} reader {reader}")
            }
            Scope::Struct(None) => format!("struct {name}"),
            Scope::Struct(Some(known)) => {
                let (description, version) = (quoted(known.name), known.versions.current);
                format!("struct {name} described {description} version {version}")
            }
            Scope::List { extent, count } => format!("list {} {count} {name}", extent_text(extent)),
            Scope::Element => return self.line("element"),
            Scope::Optional { present: true } => format!("optional {name} present"),
            Scope::Optional { present: false } => format!("optional {name} absent"),
            Scope::Subsection { version } => format!("subsection {name} version {version}"),
        };
        self.line(&format!("{line} marks {marks}"))
    }

    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        self.line("end")
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.marks = marks;
        Ok(())
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.raw.extend(bytes);
        Ok(())
    }

    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        self.oldest_reader = Some(version);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
