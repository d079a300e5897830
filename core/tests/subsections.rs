//! Subsections on the legacy wire: QEMU's rules (`vmstate_subsection_load`), and ours where they are
//! stricter.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use migcore::codec::legacy::{Loader, Saver, LOOK_AHEAD};
use migcore::error::Report;
use migcore::io::{Failure, Portable, Source, StreamReader};
use migcore::visit::{Marks, Subsection, Versions, Visitor};
use migcore::{Code, Result};
use support::Pipe;

/// A device with two optional parts, one of which has one of its own.
#[derive(Clone, Debug, Default, PartialEq)]
struct Nic {
    base: u8,
    offload: Option<u16>,
    filter: Option<u8>,
    filter_mask: Option<u32>,
}

const NIC: [Subsection<Nic>; 2] = [
    Subsection {
        name: "nic/offload",
        version: 3,
        minimum_version: 2,
        marks: Marks::NONE,
        needed: |nic| nic.offload.is_some(),
        visit: |nic, v| v.visit("flags", nic.offload.get_or_insert(0)),
    },
    Subsection {
        name: "nic/filter",
        version: 1,
        minimum_version: 1,
        marks: Marks::ANCILLARY,
        needed: |nic| nic.filter.is_some(),
        visit: |nic, v| {
            v.visit("count", nic.filter.get_or_insert(0))?;
            v.subsections("nic/filter", &FILTER, nic)
        },
    },
];

const FILTER: [Subsection<Nic>; 1] = [Subsection {
    name: "nic/filter/mask",
    version: 1,
    minimum_version: 1,
    marks: Marks::NONE,
    needed: |nic| nic.filter_mask.is_some(),
    visit: |nic, v| v.visit("mask", nic.filter_mask.get_or_insert(0)),
}];

impl Nic {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.device("nic", 0, Versions::only(1), |v| {
            v.visit("base", &mut self.base)?;
            v.subsections("nic", &NIC, self)
        })
    }
}

fn save(mut nic: Nic) -> Vec<u8> {
    let mut memory = vec![0; 256];
    let mut saver = Saver::to_slice(&mut memory);
    nic.visit(&mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap();
    memory.truncate(usize::try_from(length).unwrap());
    memory
}

fn load(bytes: &[u8]) -> core::result::Result<(Nic, u64), Report> {
    let (mut nic, mut loader) = (Nic::default(), Loader::from_slice(bytes));
    let _ = nic.visit(&mut loader.visitor());
    let read = loader.finish()?;
    Ok((nic, read))
}

fn full() -> Nic {
    Nic { base: 1, offload: Some(0x0203), filter: Some(4), filter_mask: Some(5) }
}

/// The bytes of [`full`], piece by piece.
const BASE: &[u8] = b"\x01";
const OFFLOAD: &[u8] = b"\x05\x0bnic/offload\x00\x00\x00\x03\x02\x03";
const FILTER_PART: &[u8] = b"\x05\x0anic/filter\x00\x00\x00\x01\x04";
const MASK: &[u8] = b"\x05\x0fnic/filter/mask\x00\x00\x00\x01\x00\x00\x00\x05";

#[test]
fn those_that_are_needed_are_written_in_order() {
    assert_eq!(save(full()), [BASE, OFFLOAD, FILTER_PART, MASK].concat());
    assert_eq!(save(Nic { base: 1, ..Nic::default() }), BASE);
    let filter = Nic { base: 1, filter: Some(4), ..Nic::default() };
    assert_eq!(save(filter), [BASE, FILTER_PART].concat());
}

#[test]
fn those_in_the_stream_are_read_in_any_order_and_others_stay() {
    let swapped = [BASE, FILTER_PART, MASK, OFFLOAD].concat();
    assert_eq!(load(&swapped), Ok((full(), 62)));
    assert_eq!(load(&[BASE, OFFLOAD].concat()).unwrap().0.filter, None);
    let twice = [BASE, OFFLOAD, b"\x05\x0bnic/offload\x00\x00\x00\x02\x09\x09"].concat();
    assert_eq!(load(&twice).unwrap().0.offload, Some(0x0909));
}

#[test]
fn an_unknown_one_of_the_owner_is_refused_by_name() {
    let report = load(&[BASE, b"\x05\x07nic/new\x00\x00\x00\x01"].concat()).unwrap_err();
    assert_eq!(report.code, Code::UnknownSubsection);
    assert_eq!(report.path.as_str(), "nic/0.nic/new");
    let report = load(&[BASE, FILTER_PART, b"\x05\x0cnic/filter/x\x00\x00\x00\x01"].concat());
    assert_eq!(report.unwrap_err().path.as_str(), "nic/0.nic/filter.nic/filter/x");
}

#[test]
fn what_belongs_to_somebody_else_is_left_alone() {
    for other in [
        &b"\x05\x05other\x00\x00\x00\x01"[..],
        b"\x05\x03nic\x00\x00\x00\x01",
        b"\x05\x00",
        b"\x05",
        b"\x05\xffnic/but the stream ends",
        b"\x04\x0bnic/offload",
        b"",
    ] {
        let bytes = [BASE, other].concat();
        assert_eq!(load(&bytes), Ok((Nic { base: 1, ..Nic::default() }, 1)), "{other:?}");
    }
}

#[test]
fn versions_outside_the_known_ones_are_refused() {
    let with_version = |version: u32| {
        load(&[BASE, b"\x05\x0bnic/offload", &version.to_be_bytes(), b"\x02\x03"].concat())
    };
    assert!(with_version(2).is_ok() && with_version(3).is_ok());
    let report = with_version(4).unwrap_err();
    assert_eq!((report.code, report.fault.expected, report.fault.found), (Code::TooNew, 3, 4));
    assert_eq!(report.path.as_str(), "nic/0.nic/offload");
    let report = with_version(1).unwrap_err();
    assert_eq!((report.code, report.fault.expected, report.fault.found), (Code::TooOld, 2, 1));
    // QEMU would take this for version 3.
    assert_eq!(with_version(0x103).unwrap_err().code, Code::TooNew);
}

#[test]
fn every_cut_is_an_error_or_ends_between_two_parts() {
    let bytes = save(full());
    let ends = [BASE.len(), BASE.len() + OFFLOAD.len()];
    let ends = [ends[0], ends[1], ends[1] + FILTER_PART.len(), bytes.len()];
    for cut in 0..bytes.len() {
        match load(&bytes[..cut]) {
            // A marker without its whole name is no subsection: it is left for somebody else.
            Ok((_, read)) => assert!(ends.contains(&usize::try_from(read).unwrap()), "{cut}"),
            Err(report) => assert_eq!(report.code, Code::Truncated, "{cut}"),
        }
    }
}

/// A source that cannot look ahead.
struct Blind<'p>(&'p mut Pipe);

impl Source for Blind<'_> {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        self.0.read(out)
    }
}

fn load_blind(buffer: usize) -> core::result::Result<(Nic, u64), Report> {
    let (mut nic, mut pipe, mut buffer) =
        (Nic::default(), Pipe::new(save(full()), 3), vec![0; buffer]);
    let mut loader = Loader::new(StreamReader::new(Blind(&mut pipe), &mut buffer), Portable);
    let _ = nic.visit(&mut loader.visitor());
    let read = loader.finish()?;
    Ok((nic, read))
}

#[test]
fn without_a_peek_they_are_refused_and_not_guessed() {
    let report = load_blind(0).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Unsupported, "nic/0"));
    assert_eq!(load_blind(LOOK_AHEAD), Ok((full(), 62)));
}

#[test]
fn a_source_that_peeks_needs_no_buffer() {
    for (step, buffer) in [(1, 0), (1, 5), (100, 0), (7, 300)] {
        let (mut nic, mut pipe) = (Nic::default(), Pipe::new(save(full()), step));
        let mut buffer = vec![0; buffer];
        let mut loader = Loader::new(StreamReader::new(&mut pipe, &mut buffer), Portable);
        nic.visit(&mut loader.visitor()).unwrap();
        assert_eq!((nic, loader.finish()), (full(), Ok(62)));
    }
}

#[test]
fn the_low_level_calls_do_the_same() {
    let mut loader = Loader::from_slice(OFFLOAD);
    let (mut v, mut name) = (loader.visitor(), migcore::visit::SubsectionName::new());
    assert_eq!(v.next_subsection(b"nic", &mut name), Ok(Some(3)));
    assert_eq!((name.as_slice(), v.version()), (&b"nic/offload"[..], 3));
    let mut flags = 0u16;
    v.visit("flags", &mut flags).unwrap();
    v.end(migcore::visit::ScopeKind::Subsection).unwrap();
    assert_eq!(v.next_subsection(b"nic", &mut name), Ok(None));
    assert_eq!((flags, v.version()), (0x0203, migcore::visit::NEWEST));
}

#[test]
fn a_version_that_qemu_would_cut_is_not_written() {
    let (mut memory, scope) = ([0; 64], migcore::visit::Scope::Subsection { version: 256 });
    let mut saver = Saver::to_slice(&mut memory);
    assert_eq!(saver.visitor().begin(&"nic/x", scope), Err(Code::TooNew));
}
