//! Chunks of types that nobody here knows: those that are safe to copy go through a program, the others are
//! skipped and counted.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/reading.rs"]
mod reading;
mod support;
#[path = "support/wire.rs"]
mod wire;

use chunks::*;
use migcore::codec::chunk::{
    ChunkDecoder, Chunks, Limits, Saver, Settings, Skipped, SliceStore, Store, StreamStore,
};
use migcore::codec::legacy;
use migcore::io::{Portable, StreamReader, StreamWriter};
use migcore::model::{Builder, DigestOptions, Merged, Tree, TreeDecoder, Value};
use migcore::visit::{Decoder, Extent, Kind, Marks, Track, Versions, Visiting, Visitor};
use migcore::{Code, Result};
use support::Pipe;
use wire::*;

fn foreign() -> Marks {
    Marks::ANCILLARY | Marks::SAFE_TO_COPY | Marks::OPAQUE
}

/// Saves a chunk.
fn put(v: &mut Visitor<'_>, kind: &str, data: &[u8]) -> Result<()> {
    v.mark(foreign())?;
    v.save_bytes(&kind, Extent::Variable, data)
}

/// A device with the item `x`.
fn device(v: &mut Visitor<'_>, name: &str, x: &mut u8) -> Result<()> {
    v.device(name, 0, Versions { current: 3, minimum: 1 }, |v| v.visit("x", x))
}

/// The chunks of a stream that are neither the library's nor critical.
fn unknown(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (mut found, mut walk) = (Vec::new(), Chunks::new(bytes, Portable));
    while let Some(chunk) = walk.next().unwrap() {
        if !chunk.kind.is_known() {
            let kind = String::from_utf8(chunk.kind.bytes().to_vec()).unwrap();
            found.push((kind, chunk.data.to_vec()));
        }
    }
    found
}

/// Chunks before, between and behind devices, some safe to copy and some not; of the former, their data.
fn stream() -> (Vec<u8>, Vec<(String, Vec<u8>)>) {
    let x = [op::scalar(Kind::U8, "x")];
    let long: Vec<u8> = (0..700u32).map(|at| at as u8).collect();
    let bytes = Assembler::new()
        .chunk(b"exMp", b"first")
        .chunk(b"exMP", b"not safe")
        .shape(0, &x)
        .chunk(b"eXMp", &long)
        .device(0, "d", 0, &[1])
        .chunk(b"exMp", b"")
        .chunk(b"mSHp", b"a shape that is none")
        .first(NO_SHAPE, "e", &[])
        .shape(1, &x)
        .fragment(1, 1 | LAST, &[2])
        .chunk(b"aBCD", b"not safe")
        .chunk(b"exMp", b"last")
        .end();
    let safe = [("exMp", &b"first"[..]), ("eXMp", &long), ("exMp", b"")];
    let safe = safe.into_iter().chain([("mSHp", &b"a shape that is none"[..]), ("exMp", b"last")]);
    (bytes, safe.map(|(kind, data)| (kind.to_owned(), data.to_vec())).collect())
}

/// The items of a root: names, and the bytes of those that are no devices.
fn items(tree: &Tree<'_>) -> Vec<(String, Option<Vec<u8>>)> {
    let item = |node| {
        let name = String::from_utf8(tree.name(node).unwrap().to_vec()).unwrap();
        match tree.value(node).unwrap() {
            Value::Device { .. } => (name, None),
            Value::Bytes(Extent::Variable, data) => {
                assert_eq!(tree.marks(node), Ok(foreign()));
                (name, Some(data.to_vec()))
            }
            other => panic!("{other:?}"),
        }
    };
    tree.children(tree.root()).unwrap().map(item).collect()
}

/// The tree of a stream, and what was skipped.
fn replayed(memory: &mut [u8], store: impl Store) -> (Tree<'_>, Skipped) {
    let (mut decoder, mut scratch) = (ChunkDecoder::new(store), [0; 64]);
    let mut devices = 0;
    let tree = to_tree(memory, |v| {
        devices = decoder.replay_all(v, &mut scratch)?;
        Ok(())
    });
    assert_eq!(devices, 2);
    (tree.unwrap(), decoder.skipped())
}

/// A store that reads a stream through so much memory.
fn streamed<'b>(
    bytes: &[u8],
    memory: &'b mut [u8],
    buffer: &'b mut [u8],
) -> StreamStore<'b, StreamReader<'b, Pipe>, Portable> {
    let reader = StreamReader::new(Pipe::new(bytes.to_vec(), 5), buffer);
    StreamStore::new(reader, memory, Limits::default(), Portable)
}

#[test]
fn a_replay_gives_them_where_they_stand() {
    let (bytes, safe) = stream();
    let mut memory = vec![0; 1 << 14];
    let (tree, skipped) = replayed(&mut memory, in_memory(&bytes));
    assert_eq!(skipped, Skipped { chunks: 2, ..Skipped::default() });
    let found = items(&tree);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["exMp", "eXMp", "d", "exMp", "mSHp", "e", "exMp"]);
    let data: Vec<_> =
        found.iter().filter_map(|(name, data)| Some((name.clone(), data.clone()?))).collect();
    assert_eq!(data, safe);

    let (mut room, mut buffer, mut other) = ([0; MEMORY], [0; 16], vec![0; 1 << 14]);
    let (again, skipped) = replayed(&mut other, streamed(&bytes, &mut room, &mut buffer));
    assert_eq!((digest(&again), skipped.chunks), (digest(&tree), 2));
    assert_eq!(differences(&tree, &again), 0);

    // From the tree, and straight: whatever memory the writer has.
    for scratch in [256, 1 << 14] {
        let settings = Settings::default();
        let sent = to_stream(&settings, scratch, |v| tree.replay(tree.root(), v)).unwrap();
        assert_eq!(unknown(&sent), safe);
        let mut decoder = ChunkDecoder::new(in_memory(&bytes));
        let replay = |v: &mut Visitor<'_>| decoder.replay_all(v, &mut []).map(|_| ());
        assert_eq!(to_stream(&settings, scratch, replay), Ok(sent.clone()));
        read_tree(&sent, |back| assert_eq!(differences(&tree, back), 0));
    }
}

#[test]
fn a_visit_of_devices_skips_and_counts_all() {
    let (bytes, safe) = stream();
    let (mut memory, mut buffer) = ([0; MEMORY], [0; 16]);
    let visit = |decoder: &mut dyn Decoder| {
        let (mut track, mut x, mut y) = (Track::new(), 0, 0);
        let mut v = Visitor::loading(decoder, &mut track);
        device(&mut v, "d", &mut x).and_then(|()| device(&mut v, "e", &mut y)).unwrap();
        v.finish().and_then(|()| v.expect_end()).unwrap();
        assert_eq!((x, y), (1, 2));
    };
    let due = Skipped { chunks: safe.len() as u64 + 2, ..Skipped::default() };
    let mut decoder = ChunkDecoder::new(in_memory(&bytes));
    visit(&mut decoder);
    assert_eq!(decoder.skipped(), due);
    let mut decoder = ChunkDecoder::new(streamed(&bytes, &mut memory, &mut buffer));
    visit(&mut decoder);
    assert_eq!(decoder.skipped(), due);
}

#[test]
fn what_stood_before_a_device_that_was_looked_at_is_gone() {
    let (bytes, safe) = stream();
    let mut decoder = ChunkDecoder::new(in_memory(&bytes));
    let mut memory = vec![0; 1 << 14];
    let replay = |v: &mut Visitor<'_>| {
        assert_eq!(decoder.next_device()?.unwrap().name, b"d");
        assert_eq!(decoder.skipped().chunks, 3);
        decoder.replay_all(v, &mut []).map(|_| ())
    };
    let tree = to_tree(&mut memory, replay).unwrap();
    let names: Vec<String> = items(&tree).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["d", "exMp", "mSHp", "e", "exMp"]);
    assert_eq!(decoder.skipped().chunks, safe.len() as u64 + 2 - 3);
}

#[test]
fn a_store_that_streams_gives_what_fits_its_memory() {
    let data = vec![7; 500];
    let header = header(1, 20, 30);
    let bytes = Assembler::bare()
        .chunk(b"MHDR", &header)
        .chunk(b"exMp", &data)
        .chunk(b"exMp", b"x")
        .shape(0, &[op::scalar(Kind::U8, "x")])
        .device(0, "d", 0, &[1])
        .device(0, "e", 0, &[2])
        .end();
    for (room, given) in [(50, 1), (519, 1), (520, 2), (600, 2)] {
        let (mut memory, mut buffer, mut block) = (vec![0; room], [0; 16], vec![0; 1 << 12]);
        let (tree, skipped) = replayed(&mut block, streamed(&bytes, &mut memory, &mut buffer));
        let found = items(&tree);
        assert_eq!((found.len(), skipped.chunks), (2 + given, 2 - given as u64), "{room}");
        assert!(given == 1 || found[0].1.as_ref() == Some(&data));
    }
    let limits = Limits { chunk: 499, ..Limits::default() };
    let mut decoder = ChunkDecoder::new(SliceStore::new(&bytes, limits, Portable));
    let mut block = vec![0; 1 << 12];
    let refused = to_tree(&mut block, |v| decoder.replay_all(v, &mut []).map(|_| ()));
    assert_eq!(refused.map(|_| ()), Err(Code::TooLong));
}

#[test]
fn what_is_longer_than_all_memory_of_the_writer_goes_out_whole() {
    let data: Vec<u8> = (0..100_000u32).map(|at| (at / 7) as u8).collect();
    let (mut pipe, mut buffer, mut scratch) = (Pipe::new(Vec::new(), 100), [0; 8], [0; 256]);
    let writer = StreamWriter::new(&mut pipe, &mut buffer);
    let mut saver = Saver::new(writer, Portable, &Settings::default(), &mut scratch).unwrap();
    put(&mut saver.visitor(), "exMp", &data).unwrap();
    let length = saver.finish().unwrap();
    assert_eq!(length, pipe.bytes.len() as u64);
    assert_eq!(unknown(&pipe.bytes), [("exMp".to_owned(), data)]);
}

#[test]
fn what_is_no_such_chunk_is_refused_outside_of_devices() {
    let save = |save: &dyn Fn(&mut Visitor<'_>) -> Result<()>| {
        to_stream(&Settings::default(), 1000, save).map(|_| ()).map_err(|report| report.code)
    };
    for kind in ["exMp", "eXMp", "mHDr", "mENd", "aaAa"] {
        assert_eq!(save(&|v| put(v, kind, b"data")), Ok(()), "{kind}");
    }
    let no_types = ["", "exM", "exMpl", "ex p", "ex1p", "ex\u{e9}", "exmp"];
    let other_types = ["mDEv", "mDEV", "MDEV", "MHDR", "MSHP", "MEND", "exMP", "ExMp", "ExMP"];
    for kind in no_types.into_iter().chain(other_types) {
        assert_eq!(save(&|v| put(v, kind, b"data")), Err(Code::Unbalanced), "{kind}");
    }
    let marked = |bits: u32, extent| {
        save(&|v| {
            v.mark(Marks::from_bits(bits).unwrap())?;
            v.save_bytes(&"exMp", extent, b"data")
        })
    };
    for bits in 0..32 {
        let due = if bits == 25 { Ok(()) } else { Err(Code::Unbalanced) };
        assert_eq!(marked(bits, Extent::Variable), due, "{bits}");
        assert_eq!(marked(bits, Extent::Fixed), Err(Code::Unbalanced), "{bits}");
    }
    // Behind the end of the stream.
    let late = save(&|v| v.finish().and_then(|()| put(v, "exMp", b"")));
    assert_eq!(late, Err(Code::Unbalanced));
    // Inside of a device it is an item like any other.
    let bytes = plain_stream(|v| {
        v.device("d", 0, Versions::only(1), |v| put(v, "exMp", b"data").and(put(v, "MEND", b"")))
    });
    assert!(unknown(&bytes).is_empty());
    read_tree(&bytes, |tree| assert!(tree.find(tree.root(), b"d/0.MEND").is_ok()));
}

/// The state of a program. The old one knows the devices `d` and `loRa` only, and of these `x`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Host {
    d: u8,
    lora: u8,
    hint: u32,
    odd: u8,
}

impl Host {
    fn visit(&mut self, v: &mut Visitor<'_>, new: bool) -> Result<()> {
        v.device("d", 0, Versions::only(1), |v| {
            v.visit("x", &mut self.d)?;
            if new {
                v.mark(Marks::ANCILLARY | Marks::SAFE_TO_COPY)?;
                v.visit_or("hint", &mut self.hint, 0)?;
            }
            Ok(())
        })?;
        if new {
            v.mark(Marks::ANCILLARY | Marks::SAFE_TO_COPY)?;
            device(v, "odd", &mut self.odd)?;
        }
        device(v, "loRa", &mut self.lora)
    }
}

/// What the new program writes: chunks that only it knows around its devices, one of the name of a device.
fn sent_by_new(host: &mut Host) -> Vec<u8> {
    plain_stream(|v| {
        put(v, "exMp", b"before")?;
        put(v, "loRa", b"as a device")?;
        v.device("d", 0, Versions::only(1), |v| {
            v.visit("x", &mut host.d)?;
            v.mark(Marks::ANCILLARY | Marks::SAFE_TO_COPY)?;
            v.visit("hint", &mut host.hint)
        })?;
        put(v, "exMp", b"between")?;
        v.mark(Marks::ANCILLARY | Marks::SAFE_TO_COPY)?;
        device(v, "odd", &mut host.odd)?;
        put(v, "eXMp", &[0xa5; 5000])?;
        device(v, "loRa", &mut host.lora)?;
        put(v, "exMp", b"")
    })
}

/// The old program: loads through a tree, and saves what it knows with what it carries.
fn through_old(bytes: &[u8], scratch: usize) -> Vec<u8> {
    let mut memory = vec![0; 3 << 15];
    let mut blocks = memory.chunks_mut(1 << 15);
    let mut came = tree_of(blocks.next().unwrap(), in_memory(bytes)).unwrap();
    let mut carried = Tree::new(blocks.next().unwrap()).unwrap();
    let (mut host, mut track) = (Host::default(), Track::new());
    let mut decoder = TreeDecoder::new(&mut came);
    let mut v = Visitor::loading(&mut decoder, &mut track);
    host.visit(&mut v, false).and_then(|()| v.finish()).unwrap();
    // Five chunks, a device and an item.
    assert_eq!((decoder.skipped(), decoder.carry(&mut carried)), (7, Ok(7)));
    let mut tree = Tree::new(blocks.next().unwrap()).unwrap();
    host.visit(&mut Visiting::new(Builder::new(&mut tree)).saver(), false).unwrap();
    let root = tree.root();
    assert_eq!(tree.merge(root, &carried), Ok(Merged { placed: 7, lost: 0 }));
    to_stream(&Settings::default(), scratch, |v| tree.replay(root, v)).unwrap()
}

#[test]
fn an_old_program_sends_on_what_it_does_not_know() {
    let mut host = Host { d: 1, lora: 2, hint: 3, odd: 4 };
    let bytes = sent_by_new(&mut host);
    for scratch in [256, 1 << 15] {
        let again = through_old(&bytes, scratch);
        assert_eq!(unknown(&again), unknown(&bytes));
        let mut memory = vec![0; 1 << 15];
        let mut back = tree_of(&mut memory, in_memory(&again)).unwrap();
        let names: Vec<String> = items(&back).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["d", "loRa", "exMp", "loRa", "exMp", "odd", "eXMp", "exMp"]);
        // A second time nothing moves any more.
        let third = through_old(&again, scratch);
        read_tree(&third, |tree| assert_eq!(digest(tree), digest(&back)));
        assert_eq!(third, through_old(&third, scratch));

        let (mut loaded, mut track) = (Host::default(), Track::new());
        let mut decoder = TreeDecoder::new(&mut back);
        let mut v = Visitor::loading(&mut decoder, &mut track);
        loaded.visit(&mut v, true).unwrap();
        // The program whose chunks they are finds them by name.
        let mut data = [0; 32];
        for due in [&b"before"[..], b"between", b""] {
            let mut length = 0;
            v.varbytes("exMp", &mut data, &mut length).unwrap();
            assert_eq!(&data[..length], due);
        }
        v.finish().unwrap();
        assert_eq!((loaded, decoder.skipped()), (host.clone(), 2));
    }
}

#[test]
fn what_stands_behind_the_devices_comes_back_with_the_same_digest() {
    let bytes = plain_stream(|v| {
        v.device("d", 0, Versions::only(1), |v| {
            v.visit("x", &mut 1u8)?;
            v.mark(Marks::ANCILLARY | Marks::SAFE_TO_COPY)?;
            v.visit("hint", &mut 2u32)
        })?;
        device(v, "loRa", &mut 3)?;
        put(v, "exMp", b"one")?;
        v.mark(Marks::ANCILLARY | Marks::SAFE_TO_COPY)?;
        device(v, "odd", &mut 4)?;
        ["d", "", "data", "exMp"].iter().try_for_each(|data| put(v, "eXMp", data.as_bytes()))
    });
    let again = through_old(&bytes, 1 << 15);
    assert_eq!(unknown(&again), unknown(&bytes));
    read_tree(&bytes, |tree| read_tree(&again, |back| assert_eq!(digest(tree), digest(back))));
}

#[test]
fn a_digest_counts_them_where_they_stand() {
    let stream = |around: &[(&str, &[u8])], inside: u8| {
        let mut stream = Assembler::new().shape(0, &[op::scalar(Kind::U8, "x")]);
        for (kind, data) in around {
            stream = stream.chunk(kind.as_bytes().try_into().unwrap(), data);
        }
        stream.device(0, "d", 0, &[inside]).end()
    };
    let digests = |bytes: Vec<u8>| {
        read_tree(&bytes, |tree| {
            let device = tree.find(tree.root(), b"d/0").unwrap();
            (digest(tree), tree.digest(device, DigestOptions::default()).unwrap())
        })
    };
    let (none, device) = digests(stream(&[], 1));
    let one = digests(stream(&[("exMp", b"data")], 1));
    assert!(one.0 != none && one.1 == device);
    assert_eq!(digests(stream(&[("exMP", b"data")], 1)), (none, device));
    for other in [("exMp", &b"dat"[..]), ("eXMp", b"data")] {
        assert_ne!(digests(stream(&[other], 1)).0, one.0);
    }
    // It is that of a buffer in the root.
    let mut memory = vec![0; 1 << 12];
    let tree = to_tree(&mut memory, |v| {
        v.save_bytes(&"exMp", Extent::Variable, b"data")?;
        v.set_oldest_reader(2)?;
        v.device("d", 0, Versions::only(3), |v| v.visit("x", &mut 1u8))
    });
    assert_eq!(digest(&tree.unwrap()), one.0);
}

#[test]
fn where_a_reader_could_not_pass_over_them_they_are_left_out() {
    let (bytes, safe) = stream();
    let mut decoder = ChunkDecoder::new(in_memory(&bytes));
    let mut out = [0; 100];
    let mut saver = legacy::Saver::to_slice(&mut out);
    decoder.replay_all(&mut saver.visitor(), &mut []).unwrap();
    assert_eq!(saver.finish(), Ok(2));
    assert_eq!(decoder.skipped().chunks, safe.len() as u64 + 2);
    read_tree(&bytes, |tree| {
        let mut saver = legacy::Saver::to_slice(&mut out);
        tree.replay(tree.root(), &mut saver.visitor()).unwrap();
        assert_eq!(saver.finish(), Ok(2));
    });
    assert_eq!(out[..2], [1, 2]);
}

#[test]
fn a_visitor_that_cannot_take_them_ends_the_replay() {
    let (bytes, _) = stream();
    for room in [Tree::EMPTY, Tree::EMPTY + Tree::NODE + 60] {
        let mut memory = vec![0; room];
        let mut tree = Tree::new(&mut memory).unwrap();
        let mut decoder = ChunkDecoder::new(in_memory(&bytes));
        let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
        let mut v = Visitor::saving(&mut builder, &mut track);
        assert_eq!(decoder.replay_all(&mut v, &mut []), Err(Code::NoSpace));
        assert_eq!(decoder.next_device().map(|_| ()), Err(Code::NoSpace));
        let report = track.report().unwrap();
        assert!(report.fault.expected > report.fault.found);
        let due = if room == Tree::EMPTY { "exMp" } else { "eXMp" };
        assert_eq!((report.code, report.path.as_str()), (Code::NoSpace, due));
    }
}
