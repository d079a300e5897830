//! The section `ram`: words, the list of blocks, and pages as differences.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use migcore::codec::legacy::ram::{
    xbzrle_decode, BlockEntry, BlockList, BlockName, ListForm, Mapped, Page, PageSize, Word,
    MAX_ENTRY,
};
use migcore::error::Fault;
use migcore::io::{Reader, SliceReader, SliceWriter, StreamReader, Writer};
use migcore::{Code, Result};
use proptest::prelude::*;
use support::Pipe;

/// What `write` writes.
fn written(write: impl FnOnce(&mut SliceWriter<'_>) -> Result<()>) -> Result<Vec<u8>> {
    let mut memory = vec![0; 1 << 14];
    let mut writer = SliceWriter::new(&mut memory);
    write(&mut writer)?;
    let length = writer.position() as usize;
    memory.truncate(length);
    Ok(memory)
}

fn read(bytes: &[u8], size: PageSize) -> (Result<Word>, usize, Fault) {
    let mut reader = SliceReader::new(bytes);
    let word = Word::read(&mut reader, size);
    (word, reader.position() as usize, reader.fault())
}

fn size() -> impl Strategy<Value = PageSize> {
    (10..=16u32).prop_map(|bits| PageSize::from_bits(bits).unwrap())
}

fn name() -> impl Strategy<Value = BlockName> {
    let bytes = proptest::collection::vec(1..=255u8, 1..=40);
    bytes.prop_map(|bytes| BlockName::from_slice(&bytes).unwrap())
}

/// A word for pages of 64 KiB, whose offset is one for smaller pages too.
fn word() -> impl Strategy<Value = Word> {
    let offset = || any::<u64>().prop_map(|offset| offset & !0xffff);
    let page = || {
        (offset(), proptest::option::of(name())).prop_map(|(offset, block)| Page { offset, block })
    };
    prop_oneof![
        offset().prop_map(|total| Word::BlockList { total }),
        (page(), any::<u8>()).prop_map(|(page, fill)| Word::Zero { page, fill }),
        page().prop_map(Word::Page),
        (page(), 0..=1024u16).prop_map(|(page, length)| Word::Xbzrle { page, length }),
        (page(), any::<u32>()).prop_map(|(page, length)| Word::Compressed { page, length }),
        Just(Word::MultifdFlush),
        Just(Word::Hook),
        Just(Word::End),
    ]
}

#[test]
fn sizes_of_pages_are_those_of_targets() {
    for bytes in (0..=1 << 17).chain([u32::MAX, 1 << 31]) {
        let known = [1024, 2048, 4096, 8192, 16384, 32768, 65536].contains(&bytes);
        assert_eq!(PageSize::new(bytes).map(PageSize::bytes), known.then_some(bytes));
    }
    for bits in (0..70).chain([u32::MAX]) {
        let known = (10..=16).contains(&bits).then(|| 1 << bits);
        assert_eq!(PageSize::from_bits(bits).map(PageSize::bytes), known);
    }
}

#[test]
fn flags_stand_alone_but_for_pages_that_continue() {
    let mut known = Vec::new();
    for bits in 10..=16 {
        let size = PageSize::from_bits(bits).unwrap();
        for flags in 0..size.bytes() {
            let mut bytes = u64::from(flags).to_be_bytes().to_vec();
            bytes.extend([1; 40]);
            let (word, _, fault) = read(&bytes, size);
            match word {
                Ok(_) => known.push(flags),
                Err(code) => {
                    assert_eq!((code, fault.offset), (Code::BadValue, 0));
                    assert_eq!(fault.found, u64::from(flags));
                }
            }
        }
        assert_eq!(
            std::mem::take(&mut known),
            [2, 4, 8, 0x10, 0x22, 0x28, 0x40, 0x60, 0x80, 0x100, 0x120, 0x200]
        );
    }
}

#[test]
fn words_have_the_bytes_that_qemu_writes() {
    let size = PageSize::new(4096).unwrap();
    let block = Some(BlockName::from_slice(b"pc.ram").unwrap());
    let zero = Word::Zero { page: Page { offset: 0, block }, fill: 0 };
    let next = Word::Zero { page: Page { offset: 0x1000, block: None }, fill: 0 };
    for (word, bytes) in [
        (Word::BlockList { total: 0x18_2000 }, &b"\0\0\0\0\0\x18\x20\x04"[..]),
        (zero, b"\0\0\0\0\0\0\0\x02\x06pc.ram\0"),
        (next, b"\0\0\0\0\0\0\x10\x22\0"),
        (Word::End, b"\0\0\0\0\0\0\0\x10"),
        (Word::MultifdFlush, b"\0\0\0\0\0\0\x02\0"),
        (
            Word::Xbzrle { page: Page { offset: 0x2000, block: None }, length: 258 },
            b"\0\0\0\0\0\0\x20\x60\x01\x01\x02",
        ),
    ] {
        assert_eq!(written(|w| word.write(w, size)).unwrap(), bytes);
        assert_eq!(read(bytes, size).0, Ok(word));
    }
}

#[test]
fn the_data_that_follow_are_told_and_left() {
    let size = PageSize::new(8192).unwrap();
    let page = || Page { offset: 0, block: None };
    assert_eq!(Word::Page(page()).data_length(size), 8192);
    assert_eq!(Word::Xbzrle { page: page(), length: 9 }.data_length(size), 9);
    assert_eq!(Word::Compressed { page: page(), length: 70000 }.data_length(size), 70000);
    assert_eq!(Word::Zero { page: page(), fill: 0 }.data_length(size), 0);
    assert_eq!(Word::End.data_length(size), 0);
}

#[test]
fn what_is_wrong_with_a_word_is_refused_with_its_place() {
    let size = PageSize::new(4096).unwrap();
    let refused = |bytes: &[u8]| {
        let (word, _, fault) = read(bytes, size);
        (word.unwrap_err(), fault.offset)
    };
    // An address where none belongs.
    for flags in [0x10, 0x80, 0x200] {
        let bytes = (0x5000u64 | flags).to_be_bytes();
        assert_eq!(refused(&bytes), (Code::BadValue, 0));
    }
    assert_eq!(refused(b"\0\0\0\0\0\0\0\x08\0"), (Code::BadValue, 8));
    assert_eq!(refused(b"\0\0\0\0\0\0\0\x08\x02a\0"), (Code::BadText, 8));
    assert_eq!(refused(b"\0\0\0\0\0\0\0\x60\x02\0\x01"), (Code::BadValue, 8));
    assert_eq!(refused(b"\0\0\0\0\0\0\0\x60\x01\x10\x01"), (Code::BadValue, 9));
    let page = Page { offset: 0x800, block: None };
    assert_eq!(written(|w| Word::Page(page).write(w, size)), Err(Code::InvalidArgument));
    let page = Page { offset: 0, block: Some(BlockName::new()) };
    assert_eq!(written(|w| Word::Page(page).write(w, size)), Err(Code::InvalidArgument));
    let long = Word::Xbzrle { page: Page { offset: 0, block: None }, length: 4097 };
    assert_eq!(written(|w| long.write(w, size)), Err(Code::InvalidArgument));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_word_is_read_as_it_was_written(word in word(), size in size(), buffer in 0..40usize, step in 1..9usize) {
        let bytes = written(|w| word.write(w, size)).unwrap();
        let (again, position, _) = read(&[&bytes[..], b"more"].concat(), size);
        prop_assert_eq!((again, position), (Ok(word.clone()), bytes.len()));
        let mut buffer = vec![0; buffer];
        let mut reader = StreamReader::new(Pipe::new(bytes.clone(), step), &mut buffer);
        prop_assert_eq!(Word::read(&mut reader, size), Ok(word));
        for length in 0..bytes.len() {
            let (cut, _, fault) = read(&bytes[..length], size);
            prop_assert_eq!(cut, Err(Code::Truncated));
            prop_assert!(fault.offset <= length as u64 && fault.expected > fault.found);
        }
    }

    #[test]
    fn a_word_of_any_bytes_is_written_with_the_same_bytes(
        offset in prop_oneof![Just(0), any::<u64>()],
        flag in 0..10u32,
        other in prop_oneof![Just(0), Just(0x20), any::<u64>()],
        tail in proptest::collection::vec(prop_oneof![0..3u8, any::<u8>()], 0..60),
        size in size(),
    ) {
        let page = u64::from(size.bytes());
        let word = offset & !(page - 1) | 1 << flag | other & (page - 1);
        let bytes = [&word.to_be_bytes()[..], &tail].concat();
        let (word, position, fault) = read(&bytes, size);
        match word {
            Ok(word) => prop_assert_eq!(&written(|w| word.write(w, size)).unwrap(), &bytes[..position]),
            Err(_) => prop_assert!(fault.offset <= bytes.len() as u64),
        }
    }
}

/// Entries for this form of a list.
fn entries(form: ListForm) -> impl Strategy<Value = Vec<BlockEntry>> {
    let page_size = proptest::option::of((12..=34u32).prop_map(|bits| 1u64 << bits));
    // Also those that are sizes of pages as well.
    let address = prop_oneof![
        (12..=52u32).prop_map(|bits| 1u64 << bits),
        Just(0),
        (0..1u64 << 40).prop_map(|page| page << 12),
    ];
    let entry = (name(), 0..1u64 << 30, page_size, address).prop_map(
        move |(name, pages, page_size, address)| BlockEntry {
            name,
            length: (pages + 1) << 12,
            page_size: page_size.filter(|_| form.postcopy_advised),
            address: form.ignore_shared.then_some(address),
            mapped: None,
        },
    );
    proptest::collection::vec(entry, 0..6)
}

fn lists() -> impl Strategy<Value = (ListForm, Vec<BlockEntry>)> {
    any::<(bool, bool)>().prop_flat_map(|(postcopy_advised, ignore_shared)| {
        let form = ListForm { postcopy_advised, ignore_shared };
        (Just(form), entries(form))
    })
}

fn total(entries: &[BlockEntry]) -> u64 {
    entries.iter().map(|entry| entry.length).sum()
}

/// All entries of a list, and where the reader is behind them.
fn listed(
    reader: &mut impl Reader,
    total: u64,
    form: ListForm,
) -> (Result<Vec<BlockEntry>>, u64, Fault) {
    let (mut list, mut entries) = (BlockList::new(total, form), Vec::new());
    let done = loop {
        match list.next_entry(reader) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => break Ok(entries),
            Err(code) => break Err(code),
        }
    };
    (done, reader.position(), reader.fault())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_list_is_read_as_it_was_written(
        (form, entries) in lists(), flush in any::<bool>(), step in 1..9usize,
    ) {
        let size = PageSize::new(4096).unwrap();
        let bytes = written(|w| entries.iter().try_for_each(|entry| entry.write(w))).unwrap();
        let next = if flush { Word::MultifdFlush } else { Word::End };
        let next = written(|w| next.write(w, size)).unwrap();
        let stream = [&bytes[..], &next].concat();
        let (again, position, _) = listed(&mut SliceReader::new(&stream), total(&entries), form);
        prop_assert_eq!((again, position), (Ok(entries.clone()), bytes.len() as u64));
        let mut buffer = [0; Mapped::LENGTH];
        let mut reader = StreamReader::new(Pipe::new(stream, step), &mut buffer);
        prop_assert_eq!(listed(&mut reader, total(&entries), form).0, Ok(entries.clone()));
        for length in 0..bytes.len() {
            let mut reader = SliceReader::new(&bytes[..length]);
            let (cut, _, fault) = listed(&mut reader, total(&entries), form);
            // The last word that an entry may have or not may be missing.
            prop_assert!(cut == Err(Code::Truncated) || form.postcopy_advised);
            prop_assert!(fault.offset <= length as u64);
        }
    }

    #[test]
    fn a_list_of_any_bytes_is_written_with_the_same_bytes(
        bytes in proptest::collection::vec(prop_oneof![0..3u8, any::<u8>()], 0..600),
        total in any::<u64>(), postcopy_advised in any::<bool>(), ignore_shared in any::<bool>(),
    ) {
        let form = ListForm { postcopy_advised, ignore_shared };
        let mut reader = SliceReader::new(&bytes);
        let mut list = BlockList::new(total, form);
        let mut start = 0;
        while let Ok(Some(entry)) = list.next_entry(&mut reader) {
            let end = reader.position() as usize;
            prop_assert!(end - start <= MAX_ENTRY);
            prop_assert_eq!(&written(|w| entry.write(w)).unwrap(), &bytes[start..end]);
            start = end;
        }
    }
}

#[test]
fn a_list_has_the_bytes_that_qemu_writes() {
    let bytes =
        b"\x14/rom@etc/acpi/tables\0\0\0\0\0\x02\0\0\x06pc.ram\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\x10";
    let mut reader = SliceReader::new(bytes);
    let (entries, position, _) = listed(&mut reader, 0x12_0000, ListForm::default());
    let entries = entries.unwrap();
    let told = entries.iter().map(|entry| (entry.name.as_slice(), entry.length));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(&b"/rom@etc/acpi/tables"[..], 0x2_0000), (b"pc.ram", 0x10_0000)]
    );
    assert_eq!(position, bytes.len() as u64 - 8);
    assert_eq!(listed(&mut SliceReader::new(b""), 0, ListForm::default()).0, Ok(Vec::new()));
}

#[test]
fn a_block_beyond_the_total_is_refused() {
    let mut reader = SliceReader::new(b"\x01a\0\0\0\0\0\0\x20\0");
    let (entries, _, fault) = listed(&mut reader, 0x1000, ListForm::default());
    assert_eq!(entries, Err(Code::BadValue));
    assert_eq!((fault.offset, fault.expected, fault.found), (2, 0x1000, 0x2000));
}

#[test]
fn pages_that_are_elsewhere_in_the_file_are_recognised() {
    let mapped = Mapped { page_size: 4096, bitmap: 0x200, pages: 0x10_0000 };
    let entry = BlockEntry {
        name: BlockName::from_slice(b"pc.ram").unwrap(),
        length: 0x1000,
        page_size: None,
        address: None,
        mapped: Some(mapped),
    };
    let bytes = written(|w| entry.write(w)).unwrap();
    assert_eq!(bytes.len(), 1 + 6 + 8 + Mapped::LENGTH);
    let form = ListForm::default();
    let (entries, position, _) = listed(&mut SliceReader::new(&bytes), 0x1000, form);
    assert_eq!((entries, position), (Ok(vec![entry]), bytes.len() as u64));
    // Neither a version that nobody knows, nor pages that are not aligned, nor a size that is none.
    for at in [18, 23, bytes.len() - 1] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 2;
        let (entries, ..) = listed(&mut SliceReader::new(&bytes), 0x1000, ListForm::default());
        assert_eq!(entries.unwrap()[0].mapped, None, "{at}");
    }
}

/// Applies a difference, and gives the place of what is wrong with it.
fn decoded(encoded: &[u8], page: &mut [u8]) -> (Result<()>, u64) {
    let mut reader = SliceReader::new(encoded);
    let done = xbzrle_decode(&mut reader, page);
    (done, reader.fault().offset)
}

fn length(number: usize) -> Vec<u8> {
    match number {
        0..0x80 => vec![number as u8],
        _ => vec![number as u8 | 0x80, (number >> 7) as u8],
    }
}

/// Encodes a page byte by byte; equal bytes between others are sent as new ones while they are fewer than `gap`.
fn encoded(old: &[u8], new: &[u8], gap: usize) -> Vec<u8> {
    let (mut made, mut at) = (Vec::new(), 0);
    let same = |at: usize| (at..new.len()).take_while(|at| old[*at] == new[*at]).count();
    while at + same(at) < new.len() {
        let kept = same(at);
        let start = at + kept;
        at = start;
        while at < new.len() && same(at) < gap && at + same(at) < new.len() {
            at += same(at) + 1;
        }
        made.extend(length(kept));
        made.extend(length(at - start));
        made.extend(&new[start..at]);
    }
    made
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_difference_makes_the_new_page(
        old in proptest::collection::vec(any::<u8>(), 4096),
        changes in proptest::collection::vec((0..4096usize, any::<u8>(), 1..300usize), 0..20),
        gap in 1..40usize,
    ) {
        let mut new = old.clone();
        for (at, value, length) in changes {
            let end = (at + length).min(new.len());
            new[at..end].fill(value);
        }
        let encoded = encoded(&old, &new, gap);
        let mut page = old;
        prop_assert_eq!(decoded(&encoded, &mut page).0, Ok(()));
        prop_assert!(page == new);
    }

    #[test]
    fn a_difference_of_any_bytes_is_applied_or_refused(
        encoded in proptest::collection::vec(prop_oneof![0..6u8, any::<u8>()], 0..200),
        room in 0..300usize,
    ) {
        let mut page = vec![0xee; room];
        let (done, place) = decoded(&encoded, &mut page);
        prop_assert!(done.is_ok() || place <= encoded.len() as u64);
    }
}

#[test]
fn a_difference_that_makes_no_sense_is_refused_with_its_place() {
    let mut page = [7; 300];
    assert_eq!(decoded(&[], &mut page).0, Ok(()));
    assert_eq!(decoded(&[0, 1, 9], &mut page).0, Ok(()));
    assert_eq!(decoded(&[0x80 | 42, 2, 2, 8, 8], &mut page).0, Ok(()));
    assert_eq!((page[0], page[1], page[297], page[298], page[299]), (9, 7, 7, 8, 8));
    let mut refused = |encoded: &[u8]| {
        let (done, place) = decoded(encoded, &mut page);
        (done.unwrap_err(), place)
    };
    // Only the first run may be without bytes, and only if it is of bytes that stay.
    assert_eq!(refused(&[0, 1, 9, 0, 1, 9]), (Code::BadValue, 3));
    assert_eq!(refused(&[1, 0]), (Code::BadValue, 1));
    // Too few bytes for two lengths, or for the run.
    assert_eq!(refused(&[1]), (Code::Truncated, 0));
    assert_eq!(refused(&[0, 1, 9, 4]), (Code::Truncated, 3));
    assert_eq!(refused(&[0x81, 1]), (Code::Truncated, 2));
    assert_eq!(refused(&[0, 3, 1, 2]), (Code::Truncated, 2));
    // Beyond the page, or a length of three bytes.
    assert_eq!(refused(&[0xad, 2, 1, 9]), (Code::BadValue, 0));
    assert_eq!(refused(&[0xac, 2, 1, 9]), (Code::BadValue, 2));
    assert_eq!(refused(&[0, 0xad, 2]), (Code::BadValue, 1));
    assert_eq!(refused(&[0x80, 0x80, 1, 9]), (Code::BadValue, 0));
}
