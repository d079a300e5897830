//! A plan and the walk come to the same over QEMU's wire, however small the buffer of a stream that cannot look ahead.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::codec::legacy::{Loader, LOOK_AHEAD};
use migcore::fields;
use migcore::io::{Failure, Portable, Source, StreamReader};
use migcore::visit::Versions;
use migcore::vmstate::{visit, visit_planned, Arena, Block, Layout, Plan, StaticTable};
use migcore::Code;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

#[derive(Clone, Copy, Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Inner {
    x: u16,
}

#[derive(Clone, Copy, Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Outer {
    before: u16,
    inner: [Inner; 3],
    tail: [u8; 16],
}

/// Its parts are told from the fields behind it by their first bytes.
static INNER: Layout<Inner> = Layout::new(StaticTable::new("inner", 1, fields!(Inner { x })));

static OUTER: Layout<Outer> = Layout::new(StaticTable::new(
    "outer",
    1,
    fields!(Outer { before, inner: structs(&INNER), tail: buffer() }),
));

/// A source that cannot look ahead, and gives so many bytes at once.
struct Blind<'a>(&'a [u8], usize);

impl Source for Blind<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize, Failure> {
        let length = out.len().min(self.1).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        out[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}

/// What a load of these bytes comes to: the object, and how it ended.
fn load(
    bytes: &[u8],
    buffer: usize,
    step: usize,
    plan: Option<&Plan<'_>>,
) -> (Vec<u8>, Result<u64, String>) {
    let (mut buffer, mut memory) = (vec![0; buffer], [0; 16]);
    let mut block = Block::new(&mut memory);
    let place = block.put(&Outer::default()).unwrap();
    let reader = StreamReader::new(Blind(bytes, step), &mut buffer);
    let mut loader = Loader::new(reader, Portable);
    let _ = loader.visitor().device("outer", 0, Versions::only(1), |v| {
        // What is read brings more into the buffer.
        v.visit("first", &mut 0u8)?;
        let mut arena = Arena::new(&mut block, v);
        match plan {
            None => visit(&mut arena, OUTER.table(), place),
            Some(plan) => visit_planned(&mut arena, OUTER.table(), plan, place),
        }
    });
    let object: &Outer = block.get(place).unwrap();
    (object.as_bytes().to_vec(), loader.finish().map_err(|report| report.to_string()))
}

/// What may stand behind a struct: plain bytes, what looks like a part of somebody else, and of it.
const TAILS: [&[u8]; 8] = [
    b"\0\0",
    b"\x05",
    b"\x05\x02in",
    b"\x05\x20zebra",
    b"\x05\x20izebra",
    b"\x05\x20innzebra",
    b"\x05\x20inner",
    b"\x05\x07inner/a\0\0\0\x01",
];

#[test]
fn a_plan_and_the_walk_need_the_same_buffer() {
    let mut memory = [0; 1 << 12];
    let plan = Plan::compile(OUTER.table(), 1, &mut memory).unwrap();
    let mut refused = 0;
    for (tail, at) in TAILS.into_iter().flat_map(|tail| [(tail, 9), (tail, 5), (tail, 7)]) {
        let mut bytes = vec![7; 40];
        bytes[at..at + tail.len()].copy_from_slice(tail);
        for buffer in (0..32).chain([LOOK_AHEAD - 1, LOOK_AHEAD, LOOK_AHEAD + 9]) {
            for step in [1, 3, 1000] {
                let walked = load(&bytes, buffer, step, None);
                let planned = load(&bytes, buffer, step, Some(&plan));
                assert_eq!(walked, planned, "{tail:?} at {at}, {buffer} bytes by {step}");
                let unsupported = Code::Unsupported.to_string();
                refused += usize::from(walked.1.is_err_and(|text| text.contains(&unsupported)));
            }
        }
    }
    assert!(refused > 0, "a buffer may still be too small");
}

/// The first bytes of a name tell that it is none of a struct: no more need be in the buffer.
#[test]
fn a_name_of_somebody_else_needs_no_large_buffer() {
    let mut bytes = vec![7; 40];
    bytes[5..12].copy_from_slice(b"\x05\x20zebra");
    for buffer in 5..12 {
        assert_eq!(load(&bytes, buffer, 1000, None).1, Ok(25), "{buffer}");
    }
}
