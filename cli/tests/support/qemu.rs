//! QEMU streams for tests: scanned from memory, written back.

use std::io::{Seek, Write};
use std::path::Path;

use migcore::codec::legacy::SectionEncoder;
use migcore::codec::vmdesc::Vmdesc;
use migcore::io::{Failure, Portable, Sink, StreamWriter};
use migcore::visit::Visiting;
use migcore_cli::input::Input;
use migcore_cli::qemu::item::{Content, Item};
use migcore_cli::qemu::scan::Scanner;
use migcore_cli::qemu::visit::visit;

/// Altered streams, and what QEMU does with them.
pub(crate) const LOAD_CASES: &str = include_str!("../data/load_cases.json");

/// Bytes as a file.
pub(crate) fn input(bytes: &[u8]) -> Input {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    Input::of(file, Path::new("stream")).unwrap()
}

/// A scanner of these bytes.
pub(crate) fn scanner(bytes: &[u8], description: Option<&[u8]>) -> Scanner {
    let description = description.map(|text| Vmdesc::parse(text).unwrap());
    Scanner::new(input(bytes), description).unwrap()
}

/// All items, which lie one behind the other and cover the stream.
pub(crate) fn items(scanner: &mut Scanner) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    while let Some(item) = scanner.next_item().unwrap() {
        assert_eq!(item.offset, items.last().map_or(0, Item::end));
        items.push(item);
    }
    assert_eq!(items.last().map_or(0, Item::end), scanner.input().length());
    items
}

/// How often a stream is damaged.
pub(crate) fn damages(items: &[Item]) -> usize {
    items.iter().filter(|item| matches!(item.content, Content::Damage(_))).count()
}

/// The stream as its visit writes it.
pub(crate) fn written(scanner: &mut Scanner) -> Vec<u8> {
    struct Memory<'a>(&'a mut Vec<u8>);
    impl Sink for Memory<'_> {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }
    }
    let (mut out, mut buffer) = (Vec::new(), vec![0; 4096]);
    let writer = StreamWriter::new(Memory(&mut out), &mut buffer);
    let mut visiting = Visiting::new(SectionEncoder::new(writer, Portable));
    visit(scanner, &mut visiting.saver(), &mut ()).unwrap();
    visiting.finish_save().unwrap();
    out
}

/// The bytes of a hexadecimal text.
pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The altered stream of this name.
pub(crate) fn load_case(id: &str) -> Vec<u8> {
    let cases: serde_json::Value = serde_json::from_str(LOAD_CASES).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    from_hex(cases.iter().find(|case| case["id"] == id).unwrap()["hex"].as_str().unwrap())
}
