//! Any bytes, read as a stream of QEMU: nothing crashes, every byte is told of once, what is printed is JSON,
//! and the visit of the stream writes its bytes again.

use std::io::Write;
use std::path::Path;

use migcore::codec::legacy::SectionEncoder;
use migcore::codec::vmdesc::Vmdesc;
use migcore::io::{Failure, Portable, Sink, StreamWriter};
use migcore::visit::Visiting;
use migcore_cli::input::Input;
use migcore_cli::qemu::inspect::inspect;
use migcore_cli::qemu::scan::Scanner;
use migcore_cli::qemu::{info, rules, visit};
use migcore_cli::show::{printer, Choice, Places};

use super::split;

/// A description, if its length is not 0, and a stream without the eight bytes of its header.
pub fn run(data: &[u8]) {
    let (text, records) = split(data);
    let stream = [b"QEVM\0\0\0\x03", records].concat();
    let given = Vmdesc::parse(text).ok();
    read(&stream, given.as_ref());
}

/// Reads a stream in every way.
pub fn read(stream: &[u8], given: Option<&Vmdesc>) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(stream).unwrap();
    let input = Input::of(file, Path::new("stream")).unwrap();
    let scanner = || Scanner::new(input.again(), given.cloned()).unwrap();
    covers(&mut scanner());
    is_json(&mut scanner());
    is_written_again(stream, &mut scanner());
    info::info(&mut scanner()).unwrap();
    rules::check(&mut scanner()).unwrap();
}

fn covers(scanner: &mut Scanner) {
    let mut end = 0;
    while let Some(item) = scanner.next_item().unwrap() {
        assert_eq!(item.offset, end, "{item:?}");
        end = item.end();
    }
    assert_eq!(end, scanner.input().length());
}

fn is_json(scanner: &mut Scanner) {
    let (mut out, places) = (Vec::new(), Places::new());
    let mut show = printer(&mut out, Choice { json: true, ..Choice::default() }, &places);
    inspect(scanner, &mut *show, &places).unwrap();
    show.end_document(&[], None).unwrap();
    drop(show);
    serde_json::from_slice::<serde_json::Value>(&out).unwrap();
}

fn is_written_again(stream: &[u8], scanner: &mut Scanner) {
    let (mut out, mut buffer) = (Vec::new(), [0; 512]);
    let writer = StreamWriter::new(Memory(&mut out), &mut buffer);
    let mut visiting = Visiting::new(SectionEncoder::new(writer, Portable));
    visit::visit(scanner, &mut visiting.saver(), &mut ()).unwrap();
    visiting.finish_save().unwrap();
    assert_eq!(out, stream);
}

struct Memory<'a>(&'a mut Vec<u8>);

impl Sink for Memory<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}
