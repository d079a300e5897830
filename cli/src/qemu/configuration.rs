//! What the sender of a stream says of itself.

use std::io;

use migcore::codec::legacy::framing::{types, Configuration, Header};
use migcore::codec::legacy::SectionEncoder;
use migcore::io::{Portable, SliceReader, SliceWriter};
use migcore::visit::Visiting;
use migcore::Code;

use crate::input::{told, Input};

/// Bytes that a look ahead behind the configuration needs.
const AHEAD: usize = 512;

/// The name of the machine that the configuration of a stream says; empty if there is none.
///
/// # Errors
/// Those of the system.
pub fn machine(input: &mut Input) -> io::Result<String> {
    let start = told(Header::LENGTH);
    let window = input.window(start, Configuration::MAX_LENGTH.saturating_add(AHEAD))?;
    let [types::CONFIGURATION, configuration @ ..] = window else { return Ok(String::new()) };
    let read = Configuration::read(&mut SliceReader::new(configuration));
    let name = read.map(|read| String::from_utf8_lossy(read.machine()).into_owned());
    Ok(name.unwrap_or_default())
}

/// What is wrong with a configuration.
pub(super) fn fault(code: Code) -> &'static str {
    match code {
        Code::UnknownSubsection => "a subsection that QEMU does not have",
        Code::TooNew | Code::TooOld => "a subsection of another version than 1",
        code => code.text(),
    }
}

/// Whether a configuration is written as these bytes.
pub(super) fn writes(configuration: &Configuration, bytes: &[u8]) -> bool {
    let mut memory = vec![0; bytes.len()];
    let encoder = SectionEncoder::new(SliceWriter::new(&mut memory), Portable);
    let mut visiting = Visiting::new(encoder);
    let visited = configuration.visit(&mut visiting.saver());
    let written = visiting.finish_save();
    visited.is_ok() && written == Ok(told(bytes.len())) && memory == bytes
}
