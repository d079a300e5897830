//! Streams that QEMU wrote, and a reader of all that the smallest of them have.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::codec::legacy::framing::{Configuration, Header, Record};
use migcore::codec::legacy::ram::{BlockEntry, BlockList, ListForm, PageSize, Word};
use migcore::codec::legacy::SectionEncoder;
use migcore::io::{Portable, Reader, SliceWriter, Writer};
use migcore::visit::{Track, Visitor};
use migcore::Result;

/// The bytes of a recorded stream.
pub fn recorded(name: &str) -> Vec<u8> {
    let lines = include_str!("../vectors/streams.txt").lines();
    let mut words = lines.filter_map(|line| line.split_once(' '));
    let (_, hex) = words.find(|(known, _)| *known == name).expect(name);
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Every recorded stream, by name.
pub fn all_recorded() -> Vec<(&'static str, Vec<u8>)> {
    let lines = include_str!("../vectors/streams.txt").lines();
    let names = lines.filter(|line| !line.starts_with('#')).map(|line| line.split(' ').next());
    names.map(|name| (name.unwrap(), recorded(name.unwrap()))).collect()
}

/// What a save with sections writes.
pub fn to_sections(visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Result<Vec<u8>> {
    let (mut memory, mut track) = (vec![0; 1 << 16], Track::new());
    let mut encoder = SectionEncoder::new(SliceWriter::new(&mut memory), Portable);
    let mut v = Visitor::saving(&mut encoder, &mut track);
    visit(&mut v)?;
    v.finish()?;
    let length = usize::try_from(v.position()).unwrap();
    memory.truncate(length);
    Ok(memory)
}

/// A piece of a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Header(Header),
    Record(Record),
    Configuration(Box<Configuration>),
    Word(Word),
    Block(BlockEntry),
    Raw(Vec<u8>),
}

impl Piece {
    pub fn write(&self, writer: &mut impl Writer) -> Result<()> {
        match self {
            Piece::Header(header) => header.write(writer),
            Piece::Record(record) => record.write(writer),
            Piece::Word(word) => word.write(writer, page_size()),
            Piece::Block(block) => block.write(writer),
            Piece::Raw(bytes) => writer.put_slice(bytes),
            // The type was written as a record.
            Piece::Configuration(configuration) => {
                writer.put_slice(&to_sections(|v| configuration.visit(v))?[1..])
            }
        }
    }
}

/// The bytes of pieces.
pub fn join(pieces: &[Piece]) -> Result<Vec<u8>> {
    let mut memory = vec![0; 1 << 16];
    let mut writer = SliceWriter::new(&mut memory);
    pieces.iter().try_for_each(|piece| piece.write(&mut writer))?;
    let length = usize::try_from(writer.position()).unwrap();
    memory.truncate(length);
    Ok(memory)
}

pub fn page_size() -> PageSize {
    PageSize::new(4096).unwrap()
}

/// Cuts a stream into pieces, up to its end or to what is none: the pieces before are there in any case.
pub fn cut(reader: &mut impl Reader, pieces: &mut Vec<Piece>) -> Result<()> {
    pieces.push(Piece::Header(Header::read(reader)?));
    while reader.peek(0, &mut [0])? > 0 {
        let record = Record::read(reader)?;
        pieces.push(Piece::Record(record.clone()));
        match record {
            Record::Configuration => {
                pieces.push(Piece::Configuration(Box::new(Configuration::read(reader)?)));
            }
            Record::Command(head) => pieces.push(raw(reader, usize::from(head.length))?),
            Record::Start(_) | Record::Part(_) | Record::End(_) => words(reader, pieces)?,
            Record::Full(head) => match head.name.as_slice() {
                b"timer" => pieces.push(raw(reader, 24)?),
                b"globalstate" => pieces.push(raw(reader, 104)?),
                _ => return Ok(()),
            },
            Record::Description(length) => {
                pieces.push(raw(reader, usize::try_from(length).unwrap())?);
            }
            _ => {}
        }
    }
    Ok(())
}

fn raw(reader: &mut impl Reader, length: usize) -> Result<Piece> {
    reader.require(length)?;
    let mut bytes = vec![0; length];
    reader.take_into(&mut bytes)?;
    Ok(Piece::Raw(bytes))
}

/// A part of the section `ram`.
fn words(reader: &mut impl Reader, pieces: &mut Vec<Piece>) -> Result<()> {
    loop {
        let word = Word::read(reader, page_size())?;
        pieces.push(Piece::Word(word.clone()));
        match word {
            Word::End => return Ok(()),
            Word::BlockList { total } => {
                let mut list = BlockList::new(total, ListForm::default());
                while let Some(block) = list.next_entry(reader)? {
                    pieces.push(Piece::Block(block));
                }
            }
            word => {
                let length = usize::try_from(word.data_length(page_size())).unwrap();
                pieces.push(raw(reader, length)?);
            }
        }
    }
}
