//! Streams that are cut or damaged, anywhere: nothing crashes, and each is told from one that is right.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use migcore_cli::chunks;
use migcore_cli::show::{printer, Choice, Places};

use support::{input, mend, stream, Place};

/// What `inspect` prints, and whether it found damage.
fn inspected(bytes: &[u8], json: bool) -> (String, bool) {
    let (mut out, places) = (Vec::new(), Places::new());
    let choice = Choice { json, ..Choice::default() };
    let mut show = printer(&mut out, choice, &places);
    let found = chunks::inspect(&input(bytes), &mut *show, &places).unwrap().is_some();
    show.end_document(&[], None).unwrap();
    drop(show);
    (String::from_utf8(out).unwrap(), found)
}

fn is_refused_by_all(bytes: &[u8], what: &str) {
    for json in [false, true] {
        let (out, found) = inspected(bytes, json);
        assert!(found, "inspect: {what}");
        assert!(!json || serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{what}: {out}");
    }
    let file = input(bytes);
    assert!(chunks::verify(&file).unwrap().damage.is_some(), "verify: {what}");
    assert!(chunks::info(&file).unwrap().damage.is_some(), "info: {what}");
    assert!(chunks::list(&file, true, &mut Vec::new()).unwrap().is_some(), "list: {what}");
}

#[test]
fn a_stream_that_is_cut_is_shown_up_to_the_cut() {
    let whole = stream();
    let (text, found) = inspected(&whole, false);
    assert!(!found);
    for cut in 0..whole.len() {
        is_refused_by_all(&whole[..cut], &format!("cut at {cut}"));
        let (shown, _) = inspected(&whole[..cut], false);
        assert!(text.starts_with(&shown), "cut at {cut}: {shown}");
    }
}

#[test]
fn a_bit_that_is_flipped_is_found() {
    let whole = stream();
    for (at, byte) in whole.iter().enumerate() {
        let mut damaged = whole.clone();
        damaged[at] = byte ^ (1 << (at % 8));
        is_refused_by_all(&damaged, &format!("bit {} of byte {at}", at % 8));
    }
}

#[test]
fn the_place_of_damage_is_told_and_all_before_it_shown() {
    let place = Place::new();
    let mut damaged = stream();
    let at = damaged.windows(4).position(|bytes| bytes == b"abCd").unwrap() - 4;
    damaged[at + 9] ^= 1;
    place.put("damaged.mig", &damaged);
    let ran = place.run(&["inspect", "damaged.mig"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.ends_with("    mode              u8        1\n"), "{}", ran.out);
    let place_of = format!("at byte {at} of the stream\n");
    assert!(ran.err.starts_with("error: damaged.mig: the stream is damaged: a checksum differs"));
    assert!(ran.err.ends_with(&place_of), "{}", ran.err);
    let json = place.run(&["inspect", "--json", "damaged.mig"]);
    assert_eq!((json.code, &json.err), (Some(1), &ran.err));
    let json = json.json();
    assert_eq!((&json["complete"], &json["error"]["offset"]), (&false.into(), &at.into()));
    assert_eq!(json["devices"].as_array().unwrap().len(), 1);
    let chunks = place.run(&["inspect", "--chunks", "--json", "damaged.mig"]).json();
    assert_eq!((&chunks["complete"], &chunks["error"]["offset"]), (&false.into(), &at.into()));
    let verified = place.run(&["verify", "--json", "damaged.mig"]).json();
    assert_eq!((&verified["right"], &verified["error"]["offset"]), (&false.into(), &at.into()));
    assert_eq!(verified["devices"], 1);
}

#[test]
fn a_stream_that_asks_for_too_much_memory_is_refused() {
    let mut greedy = stream();
    // The fragment limit, in the header.
    greedy[28..32].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
    mend(&mut greedy);
    let place = Place::new();
    place.put("greedy.mig", &greedy);
    for command in ["inspect", "verify"] {
        let ran = place.run(&[command, "greedy.mig"]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.err.contains("bytes of memory, and at most 67108864 are given"), "{ran:?}");
    }
    assert_eq!(place.run(&["info", "greedy.mig"]).code, Some(0));
}
