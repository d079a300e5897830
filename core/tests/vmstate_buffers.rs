//! What only the device knows of, where a stream has it as bytes: as one that was made of QEMU's by its description.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/layouts.rs"]
mod layouts;
#[path = "support/wire.rs"]
mod wire;

use layouts::save;
use migcore::codec::chunk::{ChunkDecoder, IndexEntry, Limits, Settings, StreamStore};
use migcore::error::Report;
use migcore::io::{Failure, Portable, Source, StreamReader};
use migcore::model::TreeDecoder;
use migcore::visit::{
    Decoder, Extent, Kind, Marks, Scope, ScopeKind, SubsectionName, Track, Versions, Visiting,
    Visitor,
};
use migcore::vmstate::{Layout, Own, StaticTable};
use migcore::{fields, Code, Result};
use wire::{in_memory, plain_stream, to_stream, to_tree};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

#[derive(Clone, Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Card {
    before: u32,
    level: u32,
    dials: [u8; 8],
    lines: [u32; 2],
    after: u32,
}

/// A number, bytes without names, and a struct.
fn dials(dials: &mut [u8; 8], v: &mut Visitor<'_>) -> Result<()> {
    let [first, second, rest @ .., last] = dials;
    let mut both = u16::from_be_bytes([*first, *second]);
    v.visit("both", &mut both)?;
    [*first, *second] = both.to_be_bytes();
    match v.is_loading() {
        true => v.get_raw(rest).map(|_| ())?,
        false => v.put_raw(rest)?,
    }
    v.structure("end", |v| v.visit("last", last))
}

static CARD: Layout<Card> = Layout::new(StaticTable::new(
    "card",
    1,
    fields!(Card {
        before,
        level: own(&Own::<u32>(|level, v| v.visit("level", level))),
        dials: own(&Own::<[u8; 8]>(dials)),
        lines: own(&Own::<[u32; 2]>(|lines, v| v.array("lines", lines))),
        after,
    }),
));

fn card() -> Card {
    Card { before: 1, level: 2, dials: [3, 4, 5, 6, 7, 8, 9, 10], lines: [11, 12], after: 13 }
}

/// The card as a description of its section leads to: types of its own are buffers, numbers, arrays.
fn by_description(card: &Card, dials: &[u8], v: &mut Visitor<'_>) -> Result<()> {
    let lines = card.lines.as_bytes();
    v.device("card", 0, Versions::only(1), |v| {
        v.visit("before", &mut { card.before })?;
        v.visit("level", &mut { card.level })?;
        v.mark(Marks::OPAQUE)?;
        v.save_bytes(&"dials", Extent::Fixed, dials)?;
        v.save_array(&"lines", Kind::U32, Extent::Fixed, lines)?;
        v.visit("after", &mut { card.after })
    })
}

fn load_from<D: Decoder>(decoder: D) -> core::result::Result<Card, Report> {
    let (mut visiting, mut card) = (Visiting::new(decoder), Card::default());
    let mut v = visiting.loader();
    let done = CARD.visit(&mut card, &mut v).and_then(|()| v.finish());
    done.map(|()| card).map_err(|code| visiting.report_of(code))
}

#[test]
fn a_value_of_the_devices_own_loads_from_a_buffer() {
    let stream = plain_stream(|v| by_description(&card(), &card().dials, v));
    assert_eq!(load_from(ChunkDecoder::new(in_memory(&stream))), Ok(card()));
    let mut memory = vec![0; 1 << 16];
    let mut tree = to_tree(&mut memory, |v| by_description(&card(), &card().dials, v)).unwrap();
    assert_eq!(load_from(TreeDecoder::new(&mut tree)), Ok(card()));
    // So do the chunks that the table makes, and the bytes are the same.
    let own = plain_stream(|v| CARD.visit(&mut card(), v));
    assert_eq!(load_from(ChunkDecoder::new(in_memory(&own))), Ok(card()));
    let mut loaded = load_from(ChunkDecoder::new(in_memory(&stream))).unwrap();
    assert_eq!(save(&CARD, &mut loaded), save(&CARD, &mut card()));
}

#[derive(Clone, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Large {
    before: u32,
    font: [u8; 3000],
}

/// Takes two bytes and a number in turns.
static LARGE: Layout<Large> = Layout::new(StaticTable::new(
    "large",
    1,
    fields!(Large {
        before,
        font: own(&Own::<[u8; 3000]>(|font, v| {
            font.chunks_mut(6).try_for_each(|part| {
                v.get_raw(&mut part[..2])?;
                let mut number = 0u32;
                v.visit("number", &mut number)?;
                part[2..].copy_from_slice(&number.to_be_bytes());
                Ok(())
            })
        })),
    }),
));

/// A source that gives so many bytes at once.
struct Slow<'a>(&'a [u8], usize);

impl Source for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        let length = out.len().min(self.1).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        out[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}

/// In pieces, and cut into fragments.
#[test]
fn a_buffer_may_come_in_pieces() {
    let font: Vec<u8> = (0..3000u32).map(|at| (at * 7 % 251) as u8).collect();
    let by_description = |v: &mut Visitor<'_>| {
        v.device("large", 0, Versions::only(1), |v| {
            v.visit("before", &mut 1u32)?;
            v.mark(Marks::OPAQUE)?;
            v.save_bytes(&"font", Extent::Fixed, &font)
        })
    };
    let loads = |decoder: &mut dyn Decoder| {
        let mut large = Large { before: 0, font: [0; 3000] };
        let mut track = Track::new();
        let mut v = Visitor::loading(decoder, &mut track);
        LARGE.visit(&mut large, &mut v).and_then(|()| v.finish()).unwrap();
        assert_eq!((large.before, &large.font[..]), (1, &font[..]));
    };
    for scratch in [256, 257, 300, 1000, 1 << 14] {
        let stream = to_stream(&Settings::default(), scratch, by_description).unwrap();
        loads(&mut ChunkDecoder::new(in_memory(&stream)));
        for step in [1, 7, 5000] {
            let (mut buffer, mut memory) = ([0; 16], vec![0; 1 << 15]);
            let reader = StreamReader::new(Slow(&stream, step), &mut buffer);
            let store = StreamStore::new(reader, &mut memory, Limits::default(), Portable);
            loads(&mut ChunkDecoder::new(store));
        }
    }
}

#[test]
fn a_buffer_may_lie_elsewhere_in_its_scope() {
    let stream = plain_stream(|v| {
        v.device("card", 0, Versions::only(1), |v| {
            v.visit("after", &mut 13u32)?;
            v.save_array(&"lines", Kind::U32, Extent::Fixed, card().lines.as_bytes())?;
            v.save_bytes(&"dials", Extent::Fixed, &card().dials)?;
            v.visit("level", &mut 2u32)?;
            v.visit("before", &mut 1u32)
        })
    });
    assert_eq!(load_from(ChunkDecoder::new(in_memory(&stream))), Ok(card()));
    let mut index = [IndexEntry::default(); 16];
    assert_eq!(load_from(ChunkDecoder::with_index(in_memory(&stream), &mut index)), Ok(card()));
}

#[test]
fn a_buffer_of_another_length_is_refused() {
    let refused = |dials: &[u8]| {
        let stream = plain_stream(|v| by_description(&card(), dials, v));
        let report = load_from(ChunkDecoder::new(in_memory(&stream))).unwrap_err();
        let mut memory = vec![0; 1 << 16];
        let mut tree = to_tree(&mut memory, |v| by_description(&card(), dials, v)).unwrap();
        let of_tree = load_from(TreeDecoder::new(&mut tree)).unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (of_tree.code, of_tree.path.as_str()));
        (report.code, report.path.as_str().to_owned(), report.fault.found)
    };
    let of = |code, path: &str, found| (code, path.to_owned(), found);
    assert_eq!(refused(&[]), of(Code::Truncated, "card/0.dials.both", 0));
    assert_eq!(refused(&[1, 2, 3, 4]), of(Code::Truncated, "card/0.dials", 2));
    assert_eq!(refused(&[1; 7]), of(Code::Truncated, "card/0.dials.end.last", 0));
    assert_eq!(refused(&[1; 10]), of(Code::Unconsumed, "card/0.dials", 2));
}

/// What is no buffer of a fixed length is of another type, and a device that visits a struct gets no buffer.
#[test]
fn other_items_are_no_buffers() {
    for extent in [Extent::Fixed, Extent::Variable] {
        let stream = plain_stream(|v| {
            v.device("card", 0, Versions::only(1), |v| {
                v.visit("before", &mut 1u32)?;
                v.visit("level", &mut 2u32)?;
                v.save_bytes(&"dials", extent, &card().dials)
            })
        });
        let found = load_from(ChunkDecoder::new(in_memory(&stream))).unwrap_err();
        let expected = match extent {
            Extent::Fixed => (Code::Missing, "card/0.lines"),
            Extent::Variable => (Code::WrongType, "card/0.dials"),
        };
        assert_eq!((found.code, found.path.as_str()), expected);
    }
    let stream = plain_stream(|v| by_description(&card(), &card().dials, v));
    let mut visiting = Visiting::new(ChunkDecoder::new(in_memory(&stream)));
    let done = visiting.loader().device("card", 0, Versions::only(1), |v| {
        v.visit("before", &mut 0u32)?;
        v.visit("level", &mut 0u32)?;
        v.structure("dials", |_| Ok(()))
    });
    assert_eq!(done, Err(Code::WrongType));
}

/// Inside of a buffer there are bytes alone, whoever asks for more on the wire itself.
#[test]
fn nothing_but_bytes_is_in_a_buffer() {
    fn inside<D: Decoder>(decoder: &mut D) {
        let versions = Versions::only(1);
        decoder.begin(&"card", Scope::Device { instance: 0, versions }).unwrap();
        assert_eq!(decoder.comes_opaque(&"dials"), Ok(false));
        decoder.scalar(&"before", Kind::U32).unwrap();
        decoder.scalar(&"level", Kind::U32).unwrap();
        assert_eq!(decoder.comes_opaque(&"dials"), Ok(true));
        assert_eq!(decoder.begin_own(&"dials"), Ok(true));
        let mut out = [0; 9];
        assert_eq!((decoder.at_raw(), decoder.peek(6, &mut out)), (Ok(true), Ok(2)));
        assert_eq!((out[..2].to_vec(), decoder.peek(8, &mut out)), (vec![9, 10], Ok(0)));
        assert_eq!(decoder.raw(&mut out[..3]), Ok(3));
        assert_eq!(decoder.peek(1, &mut out[3..5]), Ok(2));
        assert_eq!(out[..5], [3, 4, 5, 7, 8]);
        assert_eq!((decoder.raw(&mut out), decoder.raw(&mut out)), (Ok(5), Ok(0)));
        assert_eq!(decoder.at_raw(), Ok(false));
        decoder.end(ScopeKind::Struct).unwrap();
        assert_eq!(decoder.begin_own(&"lines"), Ok(true));
        assert_eq!(decoder.raw(&mut out[..5]), Ok(5));
        assert_eq!(out[..5], [0, 0, 0, 11, 0]);
    }
    let stream = plain_stream(|v| by_description(&card(), &card().dials, v));
    type Ask = fn(&mut dyn Decoder) -> Result<()>;
    let asked: [Ask; 5] = [
        |decoder| decoder.scalar(&"after", Kind::U32).map(|_| ()),
        |decoder| decoder.has(&"after").map(|_| ()),
        |decoder| decoder.begin(&"after", Scope::Struct(None)).map(|_| ()),
        |decoder| decoder.next_subsection(b"card", &mut SubsectionName::new()).map(|_| ()),
        |decoder| decoder.begin_own(&"after").map(|_| ()),
    ];
    for ask in asked {
        let mut decoder = ChunkDecoder::new(in_memory(&stream));
        inside(&mut decoder);
        assert_eq!(ask(&mut decoder), Err(Code::WrongType));
        let mut memory = vec![0; 1 << 16];
        let mut tree = to_tree(&mut memory, |v| by_description(&card(), &card().dials, v)).unwrap();
        let mut decoder = TreeDecoder::new(&mut tree);
        inside(&mut decoder);
        assert_eq!(ask(&mut decoder), Err(Code::WrongType));
    }
}

#[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Sparse {
    before: u16,
    after: u16,
}

static SPARSE: Layout<Sparse> = Layout::new(StaticTable::new(
    "sparse",
    1,
    fields!(Sparse { before, "gap": unused(3000), after }),
));

/// Bytes that mean nothing need no memory, however many there are.
#[test]
fn unused_bytes_go_in_pieces() {
    let sparse = || Sparse { before: 1, after: 2 };
    let bytes = save(&SPARSE, &mut sparse()).unwrap();
    assert_eq!(bytes, [&[0, 1][..], &[0; 3000], &[0, 2]].concat());
    let mut junk = bytes.clone();
    junk[2..3002].fill(7);
    let mut loaded = Sparse::default();
    assert_eq!(layouts::load(&SPARSE, &mut loaded, None, &junk), Ok(3004));
    assert_eq!((loaded.before, loaded.after), (1, 2));
    let text = layouts::load(&SPARSE, &mut loaded, None, &junk[..600]).unwrap_err();
    assert!(text.starts_with("sparse/0.gap: the stream ends inside this item"), "{text}");
    // The chunks are those of a buffer of zeros.
    let buffer = |v: &mut Visitor<'_>| {
        v.device("sparse", 0, Versions::only(1), |v| {
            v.visit("before", &mut 1u16)?;
            v.save_bytes(&"gap", Extent::Fixed, &[0; 3000])?;
            v.visit("after", &mut 2u16)
        })
    };
    for scratch in [256, 300, 1000, 1 << 14] {
        let settings = Settings::default();
        let stream = to_stream(&settings, scratch, |v| SPARSE.visit(&mut sparse(), v)).unwrap();
        assert_eq!(stream, to_stream(&settings, scratch, buffer).unwrap(), "{scratch}");
        let mut visiting = Visiting::new(ChunkDecoder::new(in_memory(&stream)));
        let mut loaded = Sparse::default();
        SPARSE.visit(&mut loaded, &mut visiting.loader()).unwrap();
        visiting.finish_load().unwrap();
        assert_eq!((loaded.before, loaded.after), (1, 2));
    }
}
