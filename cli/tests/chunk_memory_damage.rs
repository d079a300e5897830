//! Streams with memory that are cut, damaged or wrong: nothing crashes, each is told from one that is right, and what is
//! said of memory is of what stands before.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/guest.rs"]
mod guest;
mod support;

use guest::Guest;
use migcore::codec::chunk::{ChunkType, Chunks};
use migcore::io::Portable;
use migcore_cli::chunks::{self, Latest, Step, Walk};
use migcore_cli::compare::Side;
use migcore_cli::show::{printer, Choice, Places};
use support::{input, mend, Place};

/// The stream with pages that are aligned, so that there is padding, too.
fn stream() -> Vec<u8> {
    Guest { alignment: 64, ..Guest::small() }.stream()
}

/// Where the chunks of a type begin.
fn chunks_of(stream: &[u8], kind: ChunkType) -> Vec<usize> {
    let (mut chunks, mut found) = (Chunks::new(stream, Portable), Vec::new());
    while let Some(chunk) = chunks.next().unwrap() {
        found.extend((chunk.kind == kind).then_some(chunk.offset));
    }
    found
}

/// What all who read a stream say is wrong with it, as places.
fn places_of_damage(bytes: &[u8]) -> Vec<(&'static str, Option<u64>)> {
    let file = input(bytes);
    let offset = |report: Option<migcore::Report>| report.map(|report| report.fault.offset);
    let places = Places::new();
    let mut out = Vec::new();
    let mut show = printer(&mut out, Choice { json: true, ..Choice::default() }, &places);
    let shown = chunks::inspect(&file, &mut *show, &places).unwrap();
    show.end_document(&[], None).unwrap();
    drop(show);
    serde_json::from_slice::<serde_json::Value>(&out).unwrap();
    let mut list = Vec::new();
    let listed = chunks::list(&file, true, &mut list).unwrap();
    serde_json::from_slice::<serde_json::Value>(&list).unwrap();
    vec![
        ("verify", offset(chunks::verify(&file).unwrap().damage)),
        ("inspect", offset(shown)),
        ("info", offset(chunks::info(&file).unwrap().damage)),
        ("list", offset(listed)),
    ]
}

fn is_refused_by_all(bytes: &[u8], what: &str) {
    for (who, place) in places_of_damage(bytes) {
        assert!(place.is_some(), "{who}: {what}");
    }
    // What does not begin as a stream is none.
    let refused = Side::read(input(bytes), None).map_or(true, |side| !side.damages().is_empty());
    assert!(refused, "diff: {what}");
}

/// How many pages `info` and `verify` count.
fn counted(bytes: &[u8]) -> [u64; 2] {
    let file = input(bytes);
    let total = [chunks::info(&file).unwrap().memory, chunks::verify(&file).unwrap().memory];
    total.map(|memory| memory.total().normal + memory.total().zero)
}

#[test]
fn a_stream_that_is_cut_is_told_up_to_the_cut() {
    let whole = stream();
    assert!(places_of_damage(&whole).iter().all(|(_, place)| place.is_none()));
    let pages = chunks_of(&whole, ChunkType::PAGES);
    for cut in 0..whole.len() {
        is_refused_by_all(&whole[..cut], &format!("cut at {cut}"));
        // What follows a chunk of pages begins where that ends.
        let mut chunks = Chunks::new(&whole, Portable);
        let mut due = 0;
        while let Some(chunk) = chunks.next().unwrap() {
            let end = chunk.offset + chunk.data.len() + 12;
            if chunk.kind == ChunkType::PAGES && end <= cut {
                due += [4, 1, 3][pages.iter().position(|at| *at == chunk.offset).unwrap()];
            }
        }
        assert_eq!(counted(&whole[..cut]), [due; 2], "cut at {cut}");
    }
}

#[test]
fn a_bit_that_is_flipped_is_found() {
    let whole = stream();
    for (at, byte) in whole.iter().enumerate() {
        let mut damaged = whole.clone();
        damaged[at] = byte ^ (1 << (at % 8));
        is_refused_by_all(&damaged, &format!("bit {} of byte {at}", at % 8));
        // None reads further than another.
        let places = places_of_damage(&damaged);
        assert!(places.iter().all(|(_, place)| *place == places[0].1), "{at}: {places:?}");
    }
}

#[test]
fn what_breaks_a_rule_is_found_though_its_crc_is_right() {
    let whole = stream();
    let [list] = chunks_of(&whole, ChunkType::BLOCKS)[..] else { panic!() };
    let [first, ..] = chunks_of(&whole, ChunkType::PAGES)[..] else { panic!() };
    let data = first + 8;
    let runs = data + 8;
    let change = |at: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        mend(&mut changed);
        changed
    };
    for (what, place, changed) in [
        ("a page of 17 bytes", list, change(list + 8, &[0, 0, 0, 17])),
        ("no blocks", list, change(list + 12, &[0, 0])),
        ("three blocks", list, change(list + 12, &[0, 3])),
        ("a name with a NUL", list, change(list + 15, &[0])),
        ("half a page", list, change(list + 18, &[0, 0, 0, 0, 0, 0, 0, 0x78])),
        ("an unknown block", first, change(data, &[0, 2])),
        ("no runs", first, change(data + 2, &[0, 0])),
        ("more runs", first, change(data + 2, &[0, 65])),
        ("another padding", first, change(data + 7, &[1])),
        ("a padding that is not 0", first, change(runs + 36, &[1])),
        ("the block of two pages", first, change(data, &[0, 1])),
        ("a page behind the end", first, change(runs + 24, &[0, 0, 0, 0, 0, 0, 0, 7])),
        ("a page far behind the end", first, change(runs + 24, &[0xff; 8])),
        ("runs that descend", first, change(runs + 24, &[0, 0, 0, 0, 0, 0, 0, 1])),
        ("a run of no pages", first, change(runs + 20, &[0x80, 0, 0, 0])),
        ("zeros behind the end", first, change(runs + 20, &[0xff; 4])),
        ("data that is not there", first, change(runs + 20, &[0, 0, 0, 1])),
    ] {
        let places = places_of_damage(&changed);
        let due = Some(place as u64);
        assert!(places.iter().all(|(_, place)| *place == due), "{what}: {places:?}");
        is_refused_by_all(&changed, what);
    }
}

#[test]
fn chunks_of_memory_that_stand_where_they_may_not_are_found() {
    let whole = stream();
    let mut chunks = Chunks::new(&whole, Portable);
    let mut pieces = Vec::new();
    while let Some(chunk) = chunks.next().unwrap() {
        pieces.push(&whole[chunk.offset..chunk.offset + chunk.data.len() + 12]);
    }
    let built = |order: &[usize]| {
        let chosen: Vec<_> = order.iter().map(|at| pieces[*at]).collect();
        let mut built = [&whole[..8], &chosen.concat()[..]].concat();
        mend(&mut built);
        built
    };
    let kinds: Vec<_> = pieces.iter().map(|piece| &piece[4..8]).collect();
    let due: [&[u8]; 9] =
        [b"MHDR", b"MBLK", b"MRAM", b"MSHP", b"MDEV", b"MRAM", b"MRAM", b"MDEV", b"MEND"];
    assert_eq!(kinds, due);
    assert!(places_of_damage(&built(&[0, 1, 5, 8])).iter().all(|(_, place)| place.is_none()));
    // A stream without devices may ask for no memory at all.
    let mut none = built(&[0, 1, 2, 8]);
    none[24..32].fill(0);
    mend(&mut none);
    assert!(places_of_damage(&none).iter().all(|(_, place)| place.is_none()));
    for (what, order) in [
        ("pages before the list", &[0, 2, 1, 8][..]),
        ("no list", &[0, 5, 8]),
        ("two lists", &[0, 1, 2, 1, 8]),
    ] {
        let changed = built(order);
        let places = places_of_damage(&changed);
        assert!(places.iter().all(|(_, place)| *place == places[0].1), "{what}: {places:?}");
        is_refused_by_all(&changed, what);
    }
    // The device before is open: its fragment is not the last.
    let mut inside = built(&[0, 1, 3, 4, 2, 8]);
    let device = chunks_of(&inside, ChunkType::DEVICE)[0];
    inside[device + 10] = 0;
    mend(&mut inside);
    is_refused_by_all(&inside, "pages in a device");
    // A chunk that is lost is found by the totals, also where memory is taken out.
    let lost = [&whole[..8], &[0, 1, 2, 3, 4, 6, 7, 8].map(|at| pieces[at]).concat()[..]].concat();
    is_refused_by_all(&lost, "lost pages");
    let place = Place::new();
    place.put("lost.mig", &lost);
    let ran = place.run(&["ram", "lost.mig", "--block", "ram", "-o", "out"]);
    assert_eq!((ran.code, place.path("out").exists()), (Some(1), false), "{}", ran.err);
}

#[test]
fn memory_before_damage_is_kept_if_that_is_asked_for() {
    let place = Place::new();
    let mut damaged = stream();
    let last = *chunks_of(&damaged, ChunkType::PAGES).last().unwrap();
    damaged[last + 30] ^= 1;
    place.put("m.mig", &damaged);
    let take = ["ram", "m.mig", "--block", "ram", "-o", "out"];
    let ran = place.run(&take);
    assert_eq!((ran.code, ran.out.as_str(), place.path("out").exists()), (Some(1), "", false));
    let until = format!("; memory was read up to byte {last}\n");
    assert!(ran.err.contains(&until), "{}", ran.err);
    assert!(ran.err.contains("error: nothing was written, since"), "{}", ran.err);
    let ran = place.run(&[&take[..], &["--force"]].concat());
    assert_eq!(ran.code, Some(1));
    let mut before = Guest::small();
    before.rounds.pop();
    assert_eq!(place.get("out"), before.memory(0));
    let list = place.run(&["ram", "m.mig", "--list"]);
    assert_eq!(list.code, Some(1));
    assert!(
        list.out.starts_with("ram: 128 bytes; pages sent: 3 whole, 1 of zeros\n"),
        "{}",
        list.out
    );
    for arguments in [
        &["diff", "m.mig", "m.mig"][..],
        &["convert", "m.mig", "-o", "n.mig", "--to", "chunk", "--force"],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains(&format!("at byte {last} of the stream")), "{}", ran.err);
    }
    assert!(!place.path("n.mig").exists());
}

#[test]
fn what_stands_before_wrong_pages_is_shown_and_nothing_behind() {
    let place = Place::new();
    let mut wrong = stream();
    let last = *chunks_of(&wrong, ChunkType::PAGES).last().unwrap();
    // The first run begins behind the end of its block.
    wrong[last + 23] = 100;
    mend(&mut wrong);
    place.put("m.mig", &wrong);
    let ran = place.run(&["inspect", "m.mig"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("uart/0") && !ran.out.contains("uart/1"), "{}", ran.out);
    assert!(ran.out.contains("\nram                1      3"), "{}", ran.out);
    assert!(ran.err.ends_with(&format!("at byte {last} of the stream\n")), "{}", ran.err);
    let ran = place.run(&["verify", "m.mig"]);
    let text = "damaged: 1 devices before it are right\n\
                memory: 2 blocks, 160 bytes; pages sent: 4 whole, 1 of zeros\n";
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), text));
    let json = place.run(&["verify", "--json", "m.mig"]).json();
    assert_eq!((&json["right"], &json["error"]["offset"]), (&false.into(), &last.into()));
}

#[test]
fn a_walk_by_heads_says_the_same_of_memory() {
    let file = input(&stream());
    let (mut walk, mut latest) = (Walk::new(&file), Latest::default());
    while let Step::Chunk(chunk) = walk.next().unwrap() {
        latest.take(&chunk).unwrap();
    }
    let heads = Latest::of(&file).unwrap().unwrap();
    assert_eq!(heads.tally().blocks(), latest.tally().blocks());
    assert_eq!(heads.tally().counts, latest.tally().counts);
    assert_eq!((0..128).map(|at| heads.span(0, at)).collect::<Vec<_>>(), {
        (0..128).map(|at| latest.span(0, at)).collect::<Vec<_>>()
    });
}
