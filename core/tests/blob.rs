//! One state as bytes without names, as code that puts and gets leaves it, and as fields.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use migcore::codec::chunk::{ChunkDecoder, Limits, Saver, Settings, SliceStore, StreamStore};
use migcore::codec::legacy::{self, visit_blob, ALWAYS_BLOB};
use migcore::error::Report;
use migcore::io::{Portable, StreamReader};
use migcore::machine::{BlobDevice, Device, Machine, Slot};
use migcore::model::{Builder, Tree, TreeDecoder};
use migcore::visit::{Extent, Marks, Subsection, Versions, Visit, Visiting, Visitor};
use migcore::{Code, Result};
use proptest::prelude::*;
use support::{blanks, state, visit_all, Item, Pipe};

/// A clock that version 5 of its program put and got, and version 6 visits.
#[derive(Clone, Debug, Default, PartialEq)]
struct Clock {
    base: u32,
    lines: [u16; 3],
    alarm: Option<u64>,
}

const SUBSECTIONS: [Subsection<Clock>; 1] = [Subsection {
    name: "clock/alarm",
    version: 1,
    minimum_version: 1,
    marks: Marks::NONE,
    needed: |clock| clock.alarm.is_some(),
    visit: |clock, v| v.visit("at", clock.alarm.get_or_insert(0)),
}];

fn clock() -> Clock {
    Clock { base: 0x0102_0304, lines: [7, 8, 9], alarm: Some(11) }
}

impl Visit for Clock {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("base", &mut self.base)?;
        v.structure("wires", |v| v.array("lines", &mut self.lines))?;
        v.subsections("clock", &SUBSECTIONS, self)
    }
}

impl Device for Clock {}

/// Version 5: a pair of functions that knows bytes alone.
#[derive(Default)]
struct Handlers(Vec<u8>);

impl Visit for Handlers {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        if !v.is_loading() {
            // Put in pieces, as code does that puts number by number.
            return self.0.chunks(3).try_for_each(|piece| v.put_raw(piece));
        }
        let mut bytes = [0; 64];
        let mut length = 0;
        while v.peek_raw(0, &mut [0])? == 1 {
            length += v.get_raw(&mut bytes[length..=length])?;
        }
        self.0 = bytes[..length].to_vec();
        Ok(())
    }
}

impl Device for Handlers {}

fn bytes_of(clock: &Clock) -> Vec<u8> {
    let mut bytes = [0; 64];
    let length = legacy::save("clock", 6, &mut clock.clone(), &mut bytes).unwrap();
    bytes[..length].to_vec()
}

fn in_chunks<D: Device>(version: u32, device: &mut D) -> Vec<u8> {
    let (mut bytes, mut scratch) = (vec![0; 1 << 12], [0; 256]);
    let versions = Versions { current: version, minimum: 5 };
    let mut slots = [Slot::new("clock", 0, versions, device)];
    let mut saver = Saver::to_slice(&mut bytes, &Settings::default(), &mut scratch).unwrap();
    let _ = Machine::new(&mut slots).unwrap().save(&mut saver.visitor());
    let length = saver.finish().unwrap();
    bytes.truncate(length as usize);
    bytes
}

fn from_chunks<D: Device>(
    newest: u32,
    device: &mut D,
    bytes: &[u8],
) -> core::result::Result<(), Report> {
    let versions = Versions { current: newest, minimum: 5 };
    let mut slots = [Slot::new("clock", 0, versions, device)];
    let mut machine = Machine::new(&mut slots)?;
    let loader =
        || Visiting::new(ChunkDecoder::new(SliceStore::new(bytes, Limits::default(), Portable)));
    let mut visiting = loader();
    let checked = machine.check(&mut visiting.loader()).map_err(|code| visiting.report_of(code))?;
    let mut visiting = loader();
    let done = machine.load(&mut visiting.loader(), &checked);
    done.map_err(|code| visiting.report_of(code))
}

#[test]
fn version_6_loads_what_version_5_put() {
    let old = in_chunks(5, &mut Handlers(bytes_of(&clock())));
    let mut loaded = Clock::default();
    from_chunks(6, &mut BlobDevice::new(6, &mut loaded), &old).unwrap();
    assert_eq!(loaded, clock());
}

#[test]
fn version_6_saves_fields_and_loads_them() {
    let fields = in_chunks(6, &mut BlobDevice::new(6, &mut clock()));
    assert_eq!(fields, in_chunks(6, &mut clock()));
    let mut loaded = Clock::default();
    from_chunks(6, &mut BlobDevice::new(6, &mut loaded), &fields).unwrap();
    assert_eq!(loaded, clock());
}

#[test]
fn version_6_saves_for_version_5() {
    let old = in_chunks(5, &mut BlobDevice::new(6, &mut clock()));
    assert_eq!(old, in_chunks(5, &mut Handlers(bytes_of(&clock()))));
    let mut handlers = Handlers::default();
    from_chunks(5, &mut handlers, &old).unwrap();
    assert_eq!(handlers.0, bytes_of(&clock()));
    // By its version alone: what is never fields is a blob in any.
    let always = in_chunks(6, &mut BlobDevice::new(ALWAYS_BLOB, &mut clock()));
    assert_eq!(always, in_chunks(6, &mut Handlers(bytes_of(&clock()))));
}

#[test]
fn on_the_legacy_wire_both_are_the_same() {
    for since in [0, 6, ALWAYS_BLOB] {
        let (mut bytes, mut device) = ([0; 64], clock());
        let length =
            legacy::save("clock", 5, &mut BlobDevice::new(since, &mut device), &mut bytes).unwrap();
        assert_eq!(bytes[..length], bytes_of(&clock()));
        let mut loaded = Clock::default();
        let read = legacy::load("clock", 5, &mut BlobDevice::new(since, &mut loaded), &bytes);
        assert_eq!((read, &loaded), (Ok(length), &clock()));
    }
}

/// A device whose load is checked on an instance of its own.
#[derive(Default)]
struct Checked {
    clock: Clock,
    scratch: Clock,
}

impl Visit for Checked {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        self.clock.visit(v)
    }
}

impl Device for Checked {
    fn has_scratch(&self) -> bool {
        true
    }

    fn visit_scratch(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        self.scratch.visit(v)
    }
}

#[test]
fn a_blob_is_checked_on_a_scratch_instance() {
    let mut bytes = bytes_of(&Clock { alarm: None, ..clock() });
    bytes.pop();
    let mut device = Checked::default();
    let old = in_chunks(5, &mut Handlers(bytes));
    let report = from_chunks(6, &mut BlobDevice::new(6, &mut device), &old).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Truncated, "clock/0.wires.lines"));
    assert_eq!(device.clock, Clock::default(), "the check changes no device");
    assert_eq!(device.scratch.base, clock().base);
}

/// How the load of a blob of these bytes ends.
fn load_of(bytes: &[u8]) -> Report {
    let old = in_chunks(5, &mut Handlers(bytes.to_vec()));
    from_chunks(6, &mut BlobDevice::new(6, &mut Clock::default()), &old).unwrap_err()
}

#[test]
fn a_blob_of_another_length_is_refused() {
    let whole = bytes_of(&clock());
    for length in 1..whole.len() {
        // What ends behind the fields lacks its subsection, and that is no error.
        if length != 10 {
            let report = load_of(&whole[..length]);
            let expected =
                if (11..23).contains(&length) { Code::Unconsumed } else { Code::Truncated };
            assert_eq!(report.code, expected, "{length}: {report}");
            assert!(report.path.as_str().starts_with("clock/0"), "{report}");
        }
    }
    let report = load_of(&[&whole[..], &[0]].concat());
    assert_eq!((report.code, report.path.as_str()), (Code::Unconsumed, "clock/0"));
}

#[test]
fn an_error_in_a_blob_tells_the_field_and_its_byte() {
    let whole = bytes_of(&clock());
    let old = in_chunks(5, &mut Handlers(whole[..6].to_vec()));
    let report = load_of(&whole[..6]);
    assert_eq!((report.code, report.path.as_str()), (Code::Truncated, "clock/0.wires.lines"));
    assert_eq!((report.fault.expected, report.fault.found), (6, 2));
    let at = report.fault.offset as usize;
    assert_eq!(old[at..at + 2], whole[4..6]);

    let mut named = whole;
    named[21] = b'?';
    let report = load_of(&named);
    assert_eq!(report.code, Code::UnknownSubsection, "{report}");
}

/// As a stream of QEMU has a pair of functions when its description has been followed.
#[test]
fn an_opaque_buffer_is_a_blob() {
    let with = |name: &str, data: &[u8], marks| {
        let (mut bytes, mut scratch) = (vec![0; 1 << 12], [0; 256]);
        let mut saver = Saver::to_slice(&mut bytes, &Settings::default(), &mut scratch).unwrap();
        let mut v = saver.visitor();
        v.device("clock", 0, Versions::only(5), |v| {
            v.mark(marks)?;
            v.save_bytes(&name, Extent::Fixed, data)
        })
        .unwrap();
        let length = saver.finish().unwrap() as usize;
        bytes.truncate(length);
        bytes
    };
    let load = |stream: &[u8]| {
        let mut loaded = Clock::default();
        from_chunks(6, &mut BlobDevice::new(6, &mut loaded), stream).map(|()| loaded)
    };
    let whole = bytes_of(&clock());
    assert_eq!(load(&with("data", &whole, Marks::OPAQUE)), Ok(clock()));
    let mut handlers = Handlers::default();
    let opaque = with("data", &whole, Marks::OPAQUE);
    from_chunks(5, &mut BlobDevice::new(ALWAYS_BLOB, &mut handlers), &opaque).unwrap();
    assert_eq!(handlers.0, whole);
    let refused = |stream: &[u8]| {
        let report = load(stream).unwrap_err();
        (report.code, report.path.as_str().to_owned())
    };
    let of = |code, path: &str| (code, path.to_owned());
    let longer = [&whole[..], &[0]].concat();
    let unconsumed = of(Code::Unconsumed, "clock/0.data");
    assert_eq!(refused(&with("data", &longer, Marks::OPAQUE)), unconsumed);
    let truncated = of(Code::Truncated, "clock/0.data.wires.lines");
    assert_eq!(refused(&with("data", &whole[..6], Marks::OPAQUE)), truncated);
    // A field of that name whose inside is known is a field, and so is one of another name.
    let missing = of(Code::Missing, "clock/0.base");
    assert_eq!(refused(&with("data", &whole, Marks::NONE)), missing);
    assert_eq!(refused(&with("bytes", &whole, Marks::OPAQUE)), missing);
}

/// Fields go on behind a blob, as in a device that is converted in its first half.
#[test]
fn fields_may_follow_a_blob() {
    let visit = |clock: &mut Clock, since, v: &mut Visitor<'_>| {
        v.device("clock", 0, Versions::only(5), |v| {
            visit_blob(v, since, |v| v.visit("base", &mut clock.base))?;
            v.array("lines", &mut clock.lines)
        })
    };
    let mut memory = [0; 512];
    for since in [0, 6] {
        let mut scratch = [0; 256];
        let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
        let _ = visit(&mut clock(), since, &mut saver.visitor());
        let length = saver.finish().unwrap() as usize;
        let store = SliceStore::new(&memory[..length], Limits::default(), Portable);
        let mut visiting = Visiting::new(ChunkDecoder::new(store));
        let mut loaded = Clock::default();
        let _ = visit(&mut loaded, 6, &mut visiting.loader());
        visiting.finish_load().unwrap();
        assert_eq!(loaded, Clock { alarm: None, ..clock() });
    }
}

/// A field before it, and the bytes are not where a state begins.
#[test]
fn bytes_behind_a_field_are_no_blob() {
    let mut memory = vec![0; 1 << 12];
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    let mut v = visiting.saver();
    v.device("clock", 0, Versions::only(5), |v| {
        v.visit("level", &mut 1u8)?;
        v.put_raw(&[1, 2])
    })
    .and_then(|()| v.finish())
    .unwrap();
    let mut visiting = Visiting::new(TreeDecoder::new(&mut tree));
    let mut v = visiting.loader();
    v.device("clock", 0, Versions::only(5), |v| {
        assert!(!v.at_raw()?);
        v.visit("level", &mut 0u8)?;
        assert!(v.at_raw()?);
        v.get_raw(&mut [0])?;
        assert!(v.at_raw()?, "a byte of the run is left");
        v.get_raw(&mut [0])?;
        assert!(!v.at_raw()?);
        Ok(())
    })
    .and_then(|()| v.finish())
    .unwrap();
}

#[test]
fn a_scope_that_is_left_open_is_an_error() {
    let mut memory = [0; 512];
    let mut scratch = [0; 256];
    let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
    let mut v = saver.visitor();
    let done = v.device("clock", 0, Versions::only(5), |v| {
        visit_blob(v, 6, |v| v.begin(&"open", migcore::visit::Scope::Struct(None)))
    });
    assert_eq!(done, Err(Code::Unbalanced));
}

/// Saves items as a blob of their device, or as fields.
fn visit_items(items: &mut [Item], since: u32, v: &mut Visitor<'_>) -> Result<()> {
    v.device("any", 0, Versions::only(1), |v| visit_blob(v, since, |v| visit_all(items, v)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the state: the blob is what the legacy wire writes, and loads from chunks, whole and in pieces, and
    /// from a tree.
    #[test]
    fn any_state_is_a_blob_or_fields(items in state(), step in 1..40usize, as_blob: bool) {
        let since = if as_blob { ALWAYS_BLOB } else { 0 };
        let mut bytes = vec![0; 1 << 16];
        let mut saver = legacy::Saver::to_slice(&mut bytes);
        visit_items(&mut items.clone(), 0, &mut saver.visitor()).unwrap();
        let length = saver.finish().unwrap() as usize;
        // A state of no bytes leaves nothing in a blob.
        prop_assume!(length > 0);

        let (mut stream, mut scratch) = (vec![0; 1 << 18], vec![0; 1 << 16]);
        let mut saver = Saver::to_slice(&mut stream, &Settings::default(), &mut scratch).unwrap();
        visit_items(&mut items.clone(), since, &mut saver.visitor()).unwrap();
        let end = saver.finish().unwrap() as usize;
        let stream = &stream[..end];

        let mut loaded = blanks(&items);
        let store = SliceStore::new(stream, Limits::default(), Portable);
        let mut visiting = Visiting::new(ChunkDecoder::new(store));
        visit_items(&mut loaded, 0, &mut visiting.loader()).unwrap();
        prop_assert!(visiting.finish_load().is_ok());
        prop_assert_eq!(&loaded, &items);

        let mut loaded = blanks(&items);
        let (mut buffer, mut memory) = ([0; 64], vec![0; 1 << 18]);
        let reader = StreamReader::new(Pipe::new(stream.to_vec(), step), &mut buffer);
        let store = StreamStore::new(reader, &mut memory, Limits::default(), Portable);
        let mut visiting = Visiting::new(ChunkDecoder::new(store));
        visit_items(&mut loaded, 0, &mut visiting.loader()).unwrap();
        prop_assert!(visiting.finish_load().is_ok());
        prop_assert_eq!(&loaded, &items);

        let mut block = vec![0; 1 << 20];
        let mut tree = Tree::new(&mut block).unwrap();
        let mut visiting = Visiting::new(Builder::new(&mut tree));
        visit_items(&mut items.clone(), since, &mut visiting.saver()).unwrap();
        visiting.finish_save().unwrap();
        let mut loaded = blanks(&items);
        let mut visiting = Visiting::new(TreeDecoder::new(&mut tree));
        visit_items(&mut loaded, 0, &mut visiting.loader()).unwrap();
        prop_assert!(visiting.finish_load().is_ok());
        prop_assert_eq!(&loaded, &items);

        if as_blob {
            // What a pair of functions would get is what the legacy wire has.
            let store = SliceStore::new(stream, Limits::default(), Portable);
            let mut visiting = Visiting::new(ChunkDecoder::new(store));
            let mut got = vec![0; length];
            let mut v = visiting.loader();
            v.device("any", 0, Versions::only(1), |v| v.get_raw(&mut got).map(|_| ())).unwrap();
            prop_assert!(v.finish().is_ok());
            prop_assert_eq!(&got[..], &bytes[..length]);
        }
    }
}
