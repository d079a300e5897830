//! A whole QEMU stream is visited like a device: sections are written as it was read, and through chunks too.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/streams.rs"]
mod streams;

use migcore::codec::chunk::{ChunkDecoder, ChunkEncoder, Limits, Settings, SliceStore};
use migcore::codec::legacy::framing::{types, Record, SectionHead, MAGIC, VERSION};
use migcore::codec::legacy::{LegacyEncoder, SectionEncoder};
use migcore::io::{Portable, SliceReader, SliceWriter};
use migcore::visit::{Encoder, Extent, Kind, Scope, ScopeKind, Track, Versions, Visiting, Visitor};
use migcore::{Code, Result};
use streams::{cut, join, recorded, to_sections, Piece};

/// A stream as the document lays it out, of pieces whose sections are all raw but for the timer.
fn visit(pieces: &[Piece], v: &mut Visitor<'_>) -> Result<()> {
    v.device("qemu", 0, Versions::only(1), |v| {
        v.visit("magic", &mut { MAGIC })?;
        v.visit("version", &mut { VERSION })?;
        let mut rest = &pieces[1..];
        while let Some((Piece::Record(record), behind)) = rest.split_first() {
            let end = behind.iter().position(|piece| matches!(piece, Piece::Record(_)));
            let (payload, behind) = behind.split_at(end.unwrap_or(behind.len()));
            let footer = match behind.first() {
                Some(Piece::Record(Record::Footer(id))) => Some(*id),
                _ => None,
            };
            rest = &behind[usize::from(footer.is_some())..];
            visit_record(record, payload, footer, v)?;
        }
        Ok(())
    })
}

fn visit_record(
    record: &Record,
    payload: &[Piece],
    footer: Option<u32>,
    v: &mut Visitor<'_>,
) -> Result<()> {
    let bytes = || join(payload).unwrap();
    match record {
        Record::Configuration => {
            let [Piece::Configuration(configuration)] = payload else { panic!("{payload:?}") };
            configuration.visit(v)
        }
        Record::Start(head) => visit_head("start", record, head, &bytes(), footer, v),
        Record::Full(head) => visit_head("full", record, head, &bytes(), footer, v),
        Record::End(id) => v.structure("end", |v| {
            v.visit("type", &mut record.type_byte())?;
            v.visit("id", &mut { *id })?;
            v.put_raw(&bytes())?;
            visit_footer(footer, v)
        }),
        Record::Command(head) => v.structure("command", |v| {
            v.visit("type", &mut record.type_byte())?;
            v.visit("number", &mut { head.number })?;
            v.visit("length", &mut { head.length })?;
            v.save_bytes(&"data", Extent::Fixed, &bytes())
        }),
        Record::Eof => v.visit("eof", &mut record.type_byte()),
        Record::Description(_) => v.structure("description", |v| {
            v.visit("type", &mut record.type_byte())?;
            v.save_bytes(&"text", Extent::Variable, &bytes())
        }),
        _ => panic!("{record:?}"),
    }
}

fn visit_head(
    name: &str,
    record: &Record,
    head: &SectionHead,
    payload: &[u8],
    footer: Option<u32>,
    v: &mut Visitor<'_>,
) -> Result<()> {
    v.structure(name, |v| {
        v.visit("type", &mut record.type_byte())?;
        v.visit("id", &mut { head.id })?;
        let device = std::str::from_utf8(&head.name).unwrap();
        v.device(device, head.instance, Versions::only(head.version), |v| match device {
            "timer" => visit_timer(payload, v),
            _ => v.put_raw(payload),
        })?;
        visit_footer(footer, v)
    })
}

fn visit_timer(payload: &[u8], v: &mut Visitor<'_>) -> Result<()> {
    let number = |at: usize| i64::from_be_bytes(payload[at..at + 8].try_into().unwrap());
    v.visit("cpu_ticks_offset", &mut number(0))?;
    v.save_bytes(&"unused", Extent::Fixed, &payload[8..16])?;
    v.visit("cpu_clock_offset", &mut number(16))
}

fn visit_footer(footer: Option<u32>, v: &mut Visitor<'_>) -> Result<()> {
    let Some(id) = footer else { return Ok(()) };
    v.structure("footer", |v| {
        v.visit("type", &mut { types::FOOTER })?;
        v.visit("id", &mut { id })
    })
}

/// The whole streams among the recorded ones, and the beginnings that end between two records.
const WHOLE: [&str; 4] = [
    "qemu-7.2-machine-none",
    "qemu-7.2-return-path-prefix",
    "qemu-7.2-postcopy-advise-prefix",
    "qemu-7.2-config-capabilities-and-uuid",
];

fn pieces(name: &str) -> (Vec<u8>, Vec<Piece>) {
    let (bytes, mut pieces) = (recorded(name), Vec::new());
    cut(&mut SliceReader::new(&bytes), &mut pieces).unwrap();
    (bytes, pieces)
}

#[test]
fn a_stream_is_written_as_it_was_visited() {
    for name in WHOLE {
        let (bytes, pieces) = pieces(name);
        assert_eq!(to_sections(|v| visit(&pieces, v)).unwrap(), bytes, "{name}");
    }
}

#[test]
fn a_stream_goes_through_chunks_and_back() {
    for name in WHOLE {
        let (bytes, pieces) = pieces(name);
        let (mut memory, mut scratch) = (vec![0; 1 << 14], vec![0; 1 << 14]);
        let settings = Settings::default();
        let encoder =
            ChunkEncoder::new(SliceWriter::new(&mut memory), Portable, &settings, &mut scratch);
        let mut saving = Visiting::new(encoder.unwrap());
        visit(&pieces, &mut saving.saver()).unwrap();
        saving.finish_save().unwrap();
        drop(saving);
        let mut decoder = ChunkDecoder::new(SliceStore::new(&memory, Limits::default(), Portable));
        let mut scratch = vec![0; 1 << 10];
        let again = to_sections(|v| decoder.replay_all(v, &mut scratch).map(|_| ()));
        assert_eq!(again.unwrap(), bytes, "{name}");
    }
}

#[test]
fn only_a_device_inside_of_a_device_has_a_head() {
    let inner = Versions { current: 3, minimum: 1 };
    let bytes = to_sections(|v| {
        for outer in 0..2u32 {
            v.device("outer", outer, Versions::only(1), |v| {
                v.device("one", 7, inner, |v| v.visit("a", &mut 0xaa_u8))?;
                v.structure("within", |v| v.device("two", 8, inner, |_| Ok(())))
            })?;
        }
        Ok(())
    });
    let sections = b"\x03one\0\0\0\x07\0\0\0\x03\xaa\x03two\0\0\0\x08\0\0\0\x03";
    assert_eq!(bytes.unwrap(), sections.repeat(2));
}

#[test]
fn a_section_without_a_name_is_refused() {
    for name in [&b""[..], b"a\0b"] {
        let named = Scope::Device { instance: 0, versions: Versions::only(1) };
        let refused = to_sections(|v| {
            v.begin(&"qemu", named)?;
            v.begin(&name, named)
        });
        assert_eq!(refused, Err(Code::InvalidArgument));
    }
}

/// One of everything, but no device.
fn every_item(encoder: &mut dyn Encoder) -> Result<()> {
    let (mut track, list) = (Track::new(), Scope::List { extent: Extent::Variable, count: 1 });
    let mut v = Visitor::saving(encoder, &mut track);
    for kind in Kind::ALL {
        v.save_array(&"array", kind, Extent::Variable, &[1; 16])?;
    }
    v.visit("flag", &mut true)?;
    v.visit("number", &mut 5u16)?;
    v.visit("number", &mut -5i32)?;
    v.visit("number", &mut 2.5f64)?;
    v.save_bytes(&"bytes", Extent::Variable, b"abc")?;
    v.save_text(&"text", "abc")?;
    v.absent("null")?;
    v.begin(&"list", list)?;
    v.begin_element()?;
    v.put_raw(b"raw")?;
    v.end_element()?;
    v.end(ScopeKind::List)?;
    v.optional("optional", &mut Some(3u8), |v, value| v.visit("value", value))?;
    v.begin(&"part/of", Scope::Subsection { version: 2 })?;
    v.end(ScopeKind::Subsection)?;
    v.finish()
}

#[test]
fn items_are_those_of_the_legacy_wire() {
    let (mut sections, mut items) = ([0; 1024], [0; 1024]);
    let mut encoder = SectionEncoder::new(SliceWriter::new(&mut sections), Portable);
    every_item(&mut encoder).unwrap();
    let length = encoder.position();
    let mut encoder = LegacyEncoder::new(SliceWriter::new(&mut items), Portable);
    every_item(&mut encoder).unwrap();
    assert_eq!(length, encoder.position());
    assert_eq!(sections, items);
    // An error has its place as there.
    let mut encoder = SectionEncoder::new(SliceWriter::new(&mut sections[..9]), Portable);
    assert_eq!(every_item(&mut encoder), Err(Code::NoSpace));
    assert_eq!((encoder.fault().offset, encoder.fault().found), (4, 5));
}
