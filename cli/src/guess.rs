//! What a file is that is no stream, for a message that helps.

use std::io;
use std::path::Path;

use migcore::codec::chunk::SIGNATURE;

use crate::failure::Failure;
use crate::input::{told, Input};

/// How far a stream is looked for behind a header of somebody else.
const LOOK: usize = 1 << 20;

/// What files begin with, what such a file is, and what to do with it.
const KNOWN: [(&[u8], &str, &str); 11] = [
    (b"\x1f\x8b", "compressed with gzip", "unpack it: gzip -dc FILE | migcore ... -"),
    (b"\xfd7zXZ\0", "compressed with xz", "unpack it: xz -dc FILE | migcore ... -"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it: zstd -dc FILE | migcore ... -"),
    (b"BZh", "compressed with bzip2", "unpack it: bzip2 -dc FILE | migcore ... -"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "unpack it: lz4 -dc FILE | migcore ... -"),
    (b"PK\x03\x04", "a zip archive", "unpack it first"),
    (b"QFI\xfb", "a qcow2 disk image", "the stream is what QEMU's migrate writes"),
    (b"\x7fELF", "an ELF file: a program, or a dump of memory", "the stream is another file"),
    (b"KDUMP", "a dump of guest memory", "the stream is another file"),
    (b"LibvirtQemudSave", "an image that libvirt saved", "its stream is compressed in there"),
    (b"{", "text, perhaps JSON", "a description is for --vmdesc, with its stream as FILE"),
];

/// The refusal of a description for a stream of chunks.
#[must_use]
pub fn describes_itself(path: &Path) -> Failure {
    let path = path.display();
    Failure::Usage(format!(
        "--vmdesc is for streams of QEMU; {path} is one of chunks, which describe themselves"
    ))
}

/// The refusal of an input that is in no format that a command takes.
#[must_use]
pub fn unknown(input: &mut Input) -> Failure {
    let path = input.path().to_owned();
    match guess(input) {
        Ok(what) => Failure::Refused(format!("{}: {what}", path.display())),
        Err(error) => Failure::reading(&path)(error),
    }
}

/// What a file is that begins so, if it is of a kind that others write: for a message, where text was expected.
#[must_use]
pub fn kind(start: &[u8]) -> Option<&'static str> {
    let known = KNOWN.iter().filter(|(magic, ..)| *magic != b"{");
    let mut told = known.filter(|(magic, ..)| start.starts_with(magic));
    told.next().map(|(_, what, _)| *what)
}

/// What a file is in which no stream was recognised, and what to do about it.
///
/// # Errors
/// Those of the system.
pub fn guess(input: &mut Input) -> io::Result<String> {
    if input.length() == 0 {
        return Ok("the file is empty".to_owned());
    }
    let start = input.window(0, LOOK)?;
    let known = KNOWN.iter().find(|(magic, ..)| start.starts_with(magic));
    let what = known.map_or("neither a stream of chunks nor one of QEMU", |(_, what, _)| what);
    Ok(match (stream_behind(start), known) {
        (Some(at), _) => {
            let from = at.saturating_add(1);
            format!(
                "{what}; a stream seems to begin at byte {at}: tail -c +{from} FILE | migcore ... -"
            )
        }
        (None, Some((_, what, advice))) => format!("{what}; {advice}"),
        (None, None) => what.to_owned(),
    })
}

/// Where the beginning of a stream stands.
fn stream_behind(bytes: &[u8]) -> Option<u64> {
    const QEMU: &[u8] = b"QEVM\0\0\0\x03";
    let found = bytes.windows(QEMU.len()).position(|bytes| bytes == QEMU || bytes == SIGNATURE);
    found.map(told)
}
