//! Damaged and hostile QEMU streams: nothing crashes, every byte is told of, and work is bounded.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/pieces.rs"]
mod pieces;
#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
#[path = "support/streams.rs"]
mod streams;

use std::time::{Duration, Instant};

use migcore_cli::qemu::item::{Content, Item, Payload, Section, Trouble};
use migcore_cli::qemu::ram::LOST;
use migcore_cli::qemu::rules::check;
use pieces::piece;
use qemu::{damages, items, load_case, scanner, written};

/// Far more than any of the streams here takes that is read in linear time.
const LONG: Duration = Duration::from_secs(20);

#[test]
fn cut_at_every_byte_it_is_whole_up_to_there() {
    let stream = load_case("ok");
    for length in 0..stream.len() {
        let cut = &stream[..length];
        let items = items(&mut scanner(cut, None));
        // The mark of the end is at byte 255: a stream that ends behind it may be whole.
        assert_eq!(damages(&items), usize::from(length != 256), "{length}");
        assert_eq!(written(&mut scanner(cut, None)), cut, "{length}");
    }
}

/// With footers and without, with the description beside it and without.
#[test]
fn cut_in_any_place_it_is_not_right_and_the_section_is_named() {
    let whole = ["mps2-an385.dev", "microvm-7.2.dev", "i440fx-2.0-net-blk.dev"].map(streams::one);
    for stream in whole.into_iter().chain([piece(&streams::one("var-no-footer"))]) {
        let mut whole = scanner(&stream.bytes, stream.vmdesc.as_deref());
        let own = whole.vmdesc().unwrap().to_string().into_bytes();
        let records = records(&stream.bytes, &items(&mut whole));
        for description in [Some(own.as_slice()), None] {
            let items = items(&mut scanner(records, description));
            let end = records.len() - 1;
            for length in (8..end).step_by(1 + end / 200).chain(8..end.min(150)) {
                let found = check(&mut scanner(&records[..length], description)).unwrap();
                let what = format!("{} {length} {}: {found:?}", stream.name, description.is_some());
                assert!(!found.are_right(), "{what}");
                let Some(name) = section_at(&items, length as u64) else { continue };
                let mut told = found.errors.iter().chain(&found.unchecked);
                assert!(told.any(|finding| finding.text.contains(&name)), "{name}: {what}");
            }
        }
    }
}

/// A stream without its description.
fn records<'s>(stream: &'s [u8], items: &[Item]) -> &'s [u8] {
    let end = items.iter().rfind(|item| matches!(item.content, Content::End)).unwrap();
    &stream[..end.end() as usize]
}

/// The section whose payload or footer is cut here.
fn section_at(items: &[Item], at: u64) -> Option<String> {
    items.iter().find_map(|item| match &item.content {
        Content::Section(section) if section.start < at && at < item.end() => {
            Some(format!("section {}", section.named))
        }
        _ => None,
    })
}

/// The last byte of a stream without a description is the mark of its end.
#[test]
fn a_section_that_takes_the_rest_may_be_cut() {
    let mut stream = b"QEVM\0\0\0\x03\x04\0\0\0\0\x05timer\0\0\0\0\0\0\0\x02".to_vec();
    stream.extend_from_slice(b"state\0");
    let found = check(&mut scanner(&stream, None)).unwrap();
    let unchecked = found.unchecked.unwrap();
    assert_eq!((found.errors.len(), unchecked.offset), (0, 8));
    assert!(unchecked
        .text
        .starts_with("the end of section timer/0 was not found: the stream ends"));
    stream.pop();
    let found = check(&mut scanner(&stream, None)).unwrap();
    let error = &found.errors[0];
    assert_eq!((found.errors.len(), error.offset), (1, stream.len() as u64));
    assert_eq!(error.text, "the stream ends inside of section timer/0");
}

#[test]
fn with_any_bit_flipped_it_is_covered_and_written_back() {
    let stream = load_case("ok");
    for bit in 0..stream.len() * 8 {
        let mut flipped = stream.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        items(&mut scanner(&flipped, None));
        assert_eq!(written(&mut scanner(&flipped, None)), flipped, "bit {bit}");
    }
}

#[test]
fn reading_goes_on_behind_a_wrong_footer() {
    let items = items(&mut scanner(&load_case("footer id mismatch"), None));
    let damage = items.iter().find_map(|item| match &item.content {
        Content::Damage(damage) => Some((item.offset, item.length, damage)),
        _ => None,
    });
    let (offset, length, damage) = damage.unwrap();
    assert_eq!((offset, length, damage.resumed_at), (116, 5, Some(121)));
    assert_eq!(damage.what, Trouble::WrongFooter { expected: 0, found: 7 });
    let described = items.iter().filter(|item| is_described(&item.content)).count();
    assert_eq!(described, 1, "globalstate behind it is described");
}

#[test]
fn without_footers_what_looks_like_one_ends_nothing() {
    let mut stream = b"QEVM\0\0\0\x03\x01\0\0\0\x02\x03ram\0\0\0\0\0\0\0\x04".to_vec();
    stream.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0x10]);
    stream.extend_from_slice(&[3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0x10]);
    stream.extend_from_slice(b"\x04\0\0\0\0\x05timer\0\0\0\0\0\0\0\x02");
    stream.extend_from_slice(b"bytes\x7e\0\0\0\0\0and more, and \x7e\0\0\0\0\x04\0\0\0\x01\x01x");
    stream.extend_from_slice(&[0; 12]);
    let items = items(&mut scanner(&stream, None));
    let Content::Section(last) = &items.last().unwrap().content else { panic!("{items:?}") };
    assert_eq!((last.footer, damages(&items)), (false, 0));
    assert_eq!(last.start + last.length, stream.len() as u64);
}

fn is_described(content: &Content) -> bool {
    matches!(content, Content::Section(section) if matches!(section.payload, Payload::Described(_)))
}

/// The beginning of a stream, and then `piece` again and again.
fn repeated(piece: &[u8], length: usize) -> Vec<u8> {
    let mut stream = b"QEVM\0\0\0\x03".to_vec();
    while stream.len() < length {
        stream.extend_from_slice(piece);
    }
    stream
}

fn is_quick(what: &str, stream: &[u8], description: Option<&[u8]>) {
    let begun = Instant::now();
    items(&mut scanner(stream, description));
    assert!(begun.elapsed() < LONG, "{what} took {:?}", begun.elapsed());
}

#[test]
fn work_is_linear_on_what_looks_like_records() {
    let head = |kind: u8, name: &[u8]| {
        let mut head = vec![kind, 0, 0, 0, 1, name.len() as u8];
        head.extend_from_slice(name);
        head.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 4]);
        head
    };
    let length = 1 << 20;
    is_quick("footers", &repeated(&[0x7e], length), None);
    is_quick("footers of section 1", &repeated(&[0x7e, 0, 0, 0, 1], length), None);
    is_quick("starts of ram", &repeated(&head(1, b"ram"), length), None);
    is_quick("sections", &repeated(&head(4, b"timer"), length), None);
    is_quick("long names", &repeated(&head(4, &[b'x'; 255]), length), None);
    is_quick("marks of the end", &repeated(&[0], length), None);
    is_quick("commands", &repeated(&[8, 0, 1, 0, 0], length), None);
    is_quick("unknown commands", &repeated(&[8, 0, 99, 0, 0], length), None);
    is_quick("parts", &repeated(&[2, 0, 0, 0, 1], length), None);
    let mut package = vec![8, 0, 7, 0, 4, 0, 0x10, 0, 0];
    package.extend(head(4, b"timer"));
    is_quick("packages", &repeated(&package, length), None);
}

#[test]
fn work_is_linear_on_what_looks_like_descriptions() {
    let texts = [
        &b"\0\x06\0\0\x10\0{\"page_size\": 4096, "[..],
        b"\0\x06\x03\0\0\0{\"page_size\": 4096, \"devices\": [",
        b"\0\x06\x03\0\0\0{\"configuration\": {\"configuration\": {",
    ];
    texts.iter().for_each(|text| is_quick("descriptions", &repeated(text, 1 << 20), None));
}

#[test]
fn work_is_linear_where_a_large_description_never_fits() {
    let description = br#"{"page_size": 4096, "devices": [{"name": "x", "instance_id": 0, "vmsd_name": "x", "version": 4, "fields": [{"name": "n", "array_len": 1000000, "type": "bool", "size": 1}, {"name": "m", "type": "bool", "size": 1}]}]}"#;
    let mut section = b"\x04\0\0\0\x01\x01x\0\0\0\0\0\0\0\x04".to_vec();
    section.extend_from_slice(&[0x7e, 0, 0, 0, 1]);
    is_quick("misfits", &repeated(&section, 1 << 20), Some(description));
}

#[test]
fn work_is_linear_where_a_large_description_is_of_no_bytes() {
    let field = r#"{"name": "f", "type": "buffer", "size": 0}, "#.repeat(100_000);
    let device = r#"{"name": "x", "instance_id": 0, "vmsd_name": "x", "version": 4, "fields": ["#;
    let last = r#"{"name": "g", "type": "buffer", "size": 0}]}]}"#;
    let description = format!("{{\"page_size\": 4096, \"devices\": [{device}{field}{last}");
    let mut section = b"\x04\0\0\0\x01\x01x\0\0\0\0\0\0\0\x04".to_vec();
    section.extend_from_slice(&[0x7e, 0, 0, 0, 1]);
    is_quick("empty fields", &repeated(&section, 1 << 20), Some(description.as_bytes()));
}

#[test]
fn work_is_linear_where_pages_break_off() {
    // A list of no blocks, a page that is cut short by what is no word, again and again.
    let mut section = b"\x01\0\0\0\x01\x03ram\0\0\0\0\0\0\0\x04".to_vec();
    section.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 4]);
    for _ in 0..20 {
        section.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 2, 1, b'a', 0]);
    }
    section.extend_from_slice(&[0xff; 8]);
    is_quick("broken pages", &repeated(&section, 1 << 20), None);
}

#[test]
fn a_description_in_the_memory_of_the_guest_is_none() {
    let whole = load_case("ok");
    // A stream that is cut behind its memory, in which another stream lies.
    let mut stream = whole[..17].to_vec();
    stream.extend_from_slice(b"\x01\0\0\0\x02\x03ram\0\0\0\0\0\0\0\x04");
    stream.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0x10, 4, 1, b'a', 0, 0, 0, 0, 0, 0, 0x10, 0]);
    stream.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 8, 1, b'a']);
    let mut page = whole.clone();
    page.resize(4096, 0);
    stream.extend_from_slice(&page);
    stream.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0x10, 0x7e, 0, 0, 0, 2]);
    stream.extend_from_slice(&whole[73..121]);
    let mut scanner = scanner(&stream, None);
    let items = items(&mut scanner);
    assert!(scanner.vmdesc().is_none());
    assert!(!items.iter().any(|item| is_described(&item.content)));
}

/// A guest may hold whatever looks like the description of its own stream.
#[test]
fn a_page_size_in_the_memory_of_the_guest_damages_nothing() {
    let mut page = b"\0\x06\0\0\0\x22{\"page_size\": 8192, \"devices\": []}".to_vec();
    page.resize(4096, 0x11);
    let mut stream = b"QEVM\0\0\0\x03\x01\0\0\0\x02\x03ram\0\0\0\0\0\0\0\x04".to_vec();
    stream.extend(b"\0\0\0\0\0\0\x20\x04\x01a\0\0\0\0\0\0\x20\0");
    stream.extend([b"\0\0\0\0\0\0\0\x08\x01a", &page[..]].concat());
    stream.extend([b"\0\0\0\0\0\0\x10\x28", &page[..]].concat());
    stream.extend(b"\0\0\0\0\0\0\0\x10\x7e\0\0\0\x02\0");
    let items = items(&mut scanner(&stream, None));
    assert_eq!(damages(&items), 0, "{items:?}");
    assert_eq!(pages(&stream), [[(b"a".to_vec(), 2)]]);
}

#[test]
fn a_description_that_breaks_off_is_damage() {
    let mut stream = load_case("ok");
    let at = stream.windows(6).rposition(|text| text == b"\"size\"").unwrap();
    stream[at + 8] = b'Q';
    let items = items(&mut scanner(&stream, None));
    let told = items.iter().find_map(|item| match &item.content {
        Content::Damage(damage) => Some(damage.to_string()),
        _ => None,
    });
    assert!(told.is_some_and(|text| text.contains("the description: ")), "{items:?}");
}

#[test]
fn the_description_of_another_stream_behind_is_told() {
    let twice = [load_case("ok"), load_case("ok")].concat();
    assert_eq!(damages(&items(&mut scanner(&twice, None))), 1);
}

#[test]
fn with_bytes_lost_doubled_and_changed_it_is_covered_and_written_back() {
    let stream = streams::one("microvm-7.2.dev");
    let mut state = 1u64;
    let mut below = |limit: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    for round in 0..300 {
        let mut bytes = stream.bytes.clone();
        for _ in 0..1 + below(4) {
            let (at, length) = (below(bytes.len()), 1 + below(60));
            let end = bytes.len().min(at + length);
            match below(3) {
                0 => bytes[at] = below(256) as u8,
                1 => drop(bytes.drain(at..end)),
                _ => {
                    let piece = bytes[at..end].to_vec();
                    let to = below(bytes.len());
                    bytes.splice(to..to, piece);
                }
            }
        }
        let description = stream.vmdesc.as_deref();
        items(&mut scanner(&bytes, description));
        assert!(written(&mut scanner(&bytes, description)) == bytes, "round {round}");
    }
}

#[test]
fn without_footers_reading_goes_on_at_a_section_that_is_described() {
    let stream = streams::one("i440fx-2.0-net-blk.dev");
    let description = stream.vmdesc.as_deref();
    let whole = items(&mut scanner(&stream.bytes, description));
    let third = whole.iter().filter(|item| is_described(&item.content)).nth(2).unwrap();
    let mut bytes = stream.bytes.clone();
    // The length of its name.
    bytes[usize::try_from(third.offset).unwrap() + 5] = 0;
    let items = items(&mut scanner(&bytes, description));
    let damage = items.iter().find(|item| matches!(item.content, Content::Damage(_))).unwrap();
    assert_eq!((damages(&items), damage.offset, damage.length), (1, third.offset, third.length));
    let described = |items: &[migcore_cli::qemu::item::Item]| {
        items.iter().filter(|item| is_described(&item.content)).count()
    };
    // Of the section before it the end is not confirmed.
    assert_eq!(described(&items), described(&whole) - 2);
}

/// Pages by the name of their block, of each section `ram`.
fn pages(stream: &[u8]) -> Vec<Vec<(Vec<u8>, u64)>> {
    let items = items(&mut scanner(stream, None));
    let ram = items.iter().filter_map(|item| match &item.content {
        Content::Section(Section { payload: Payload::Ram(summary), .. }) => Some(summary),
        _ => None,
    });
    let counted = ram.map(|summary| {
        summary.pages.iter().map(|(name, counts)| (name.clone(), counts.normal)).collect()
    });
    counted.collect()
}

#[test]
fn behind_damage_no_page_goes_to_a_block_that_did_not_say_so() {
    let part = |kind: u8, words: &[(u64, &[u8])]| {
        let mut bytes = vec![kind, 0, 0, 0, 2];
        for (word, block) in words {
            bytes.extend(word.to_be_bytes());
            bytes.extend(*block);
            bytes.extend([0x11; 4096]);
        }
        bytes.extend(b"\0\0\0\0\0\0\0\x10\x7e\0\0\0\x02");
        bytes
    };
    let mut begin = b"QEVM\0\0\0\x03\x01\0\0\0\x02\x03ram\0\0\0\0\0\0\0\x04".to_vec();
    begin.extend(b"\0\0\0\0\0\0\x40\x04\x01a\0\0\0\0\0\0\x20\0\x01b\0\0\0\0\0\0\x20\0");
    begin.extend(b"\0\0\0\0\0\0\0\x10\x7e\0\0\0\x02");
    let first = part(2, &[(0x08, b"\x01a")]);
    let other = part(2, &[(0x08, b"\x01b")]);
    let more = part(2, &[(0x1028, b""), (0x08, b"\x01a")]);
    // A section with a name, behind which reading can go on.
    let named = b"\x04\0\0\0\x05\x01x\0\0\0\0\0\0\0\x01bytes\x7e\0\0\0\x05";
    let of = |middle: &[u8]| {
        pages(&[&begin, &first, middle, named, &more, &part(3, &[]), &[0]].concat())
    };
    let (a, b) = (|pages| (b"a".to_vec(), pages), |pages| (b"b".to_vec(), pages));
    assert_eq!(of(&other), [vec![], vec![a(1)], vec![b(1)], vec![b(1), a(1)], vec![]]);
    let lost = vec![(LOST.to_vec(), 1), a(1)];
    // Flags that nobody knows, a record that is none, and a section that did not begin.
    for (at, byte) in [(12, 0x0b), (0, 0xee), (4, 9)] {
        let mut damaged = other.clone();
        damaged[at] = byte;
        assert_eq!(of(&damaged), [vec![], vec![a(1)], lost.clone(), vec![]], "{at}");
    }
}

#[test]
fn what_is_wrong_in_memory_is_told_as_it_is() {
    let list = b"\x01\0\0\0\x02\x03ram\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\x40\x04\x01a";
    let wrong = |length: &[u8; 2], words: &[&[u8]]| {
        let mut stream = [&b"QEVM\0\0\0\x03"[..], list, b"\0\0\0\0\0\0", length].concat();
        stream.extend(words.concat());
        stream.extend(b"\0\0\0\0\0\0\0\x10\x7e\0\0\0\x02\0");
        // Of the description only the size of a page counts.
        let description = b"{\"page_size\": 4096, \"devices\": []}";
        let items = items(&mut scanner(&stream, Some(description)));
        items.iter().find_map(|item| match &item.content {
            Content::Damage(damage) => Some(damage.what.to_string()),
            _ => None,
        })
    };
    let says = |what: &str| Some(format!("section ram/0: {what}"));
    assert_eq!(wrong(&[0x40, 0], &[]), None);
    let (flags, zero) = (b"\0\0\0\0\0\0\x10\x09", b"\0\0\0\0\0\0\0\x02\0");
    assert_eq!(wrong(&[0x40, 0], &[flags]), says("unknown flags 0x1009"));
    let what = "0x0 as the name, mark or length of a page";
    assert_eq!(wrong(&[0x40, 0], &[zero]), says(what));
    let long = [&b"\0\0\0\0\0\0\0\x40\x01a\x01\x10\x01"[..], &[0; 0x1001]].concat();
    let what = "0x1001 as the name, mark or length of a page";
    assert_eq!(wrong(&[0x40, 0], &[&long]), says(what));
    assert_eq!(wrong(&[0x80, 0], &[]), says("0x8000 as the name or length of a block"));
}

#[test]
fn reading_goes_on_at_the_next_part_of_a_live_section() {
    let stream = streams::one("var-xbzrle-live").bytes;
    let of = |stream: &[u8]| {
        let items = items(&mut scanner(stream, None));
        let ram = |item: &&Item| matches!(&item.content, Content::Section(section) if matches!(section.payload, Payload::Ram(_)));
        items.iter().filter(ram).map(|item| item.offset as usize).collect::<Vec<_>>()
    };
    let whole = of(&stream);
    assert!(whole.len() > 20, "{whole:?}");
    let mut damaged = stream.clone();
    damaged[whole[2]] = 0xee;
    let (before, behind) = (&whole[..2], &whole[3..]);
    assert_eq!(of(&damaged), [before, behind].concat());
}
