//! Real streams in a folder: `*.bin`, with the description at the end or beside them in `*.vmdesc.json`; each perhaps
//! with `.xz`, for which `xz` must be there.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use migcore::codec::vmdesc::{Content, Device, Vmdesc};

/// A stream with its description.
pub struct Described {
    pub path: PathBuf,
    pub stream: Vec<u8>,
    pub text: Vec<u8>,
    pub vmdesc: Vmdesc,
}

/// The described streams of a folder.
pub fn streams(folder: &Path) -> Vec<Described> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let described = entries.filter(|path| is_stream(path)).filter_map(|path| {
        let stream = unpacked(&path);
        let text = at_the_end(&stream).or_else(|| beside(&path))?;
        let vmdesc = Vmdesc::parse(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        Some(Described { path, stream, text, vmdesc })
    });
    described.collect()
}

impl Described {
    /// The sections from the last to the first, each with what follows its head: they are found by their heads, so that
    /// what is before them need not be read.
    pub fn sections(&self) -> Vec<(&Device, &[u8])> {
        let mut end = self.stream.len();
        let devices = self.vmdesc.devices.iter().rev().map(|device| {
            let head = head(device);
            let found = self.stream[..end].windows(head.len()).rposition(|bytes| bytes == head);
            end = found.unwrap_or_else(|| panic!("{:?}: {} is not there", self.path, device.name));
            (device, &self.stream[end + head.len()..])
        });
        devices.collect()
    }
}

fn is_stream(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap();
    // Streams that were changed by hand have a description of another one.
    (name.ends_with(".bin") || name.ends_with(".bin.xz")) && !name.contains("transformed")
}

fn unpacked(path: &Path) -> Vec<u8> {
    if path.extension() != Some(OsStr::new("xz")) {
        return fs::read(path).unwrap();
    }
    Command::new("xz").arg("-dc").arg(path).output().unwrap().stdout
}

/// The text behind the last byte 0, with a length before it.
fn at_the_end(stream: &[u8]) -> Option<Vec<u8>> {
    let zero = stream.iter().rposition(|byte| *byte == 0)?;
    let start = zero + stream[zero..].iter().position(|byte| *byte == b'{')?;
    let length = start.checked_sub(4).and_then(|at| stream[at..].first_chunk())?;
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap();
    stream.get(start..start + length).map(<[u8]>::to_vec)
}

fn beside(path: &Path) -> Option<Vec<u8>> {
    let name = path.file_name().and_then(OsStr::to_str)?;
    let (stem, _) = name.split_once(".dev.bin").or_else(|| name.split_once(".bin"))?;
    let text = path.with_file_name(format!("{stem}.vmdesc.json"));
    let packed = PathBuf::from(format!("{}.xz", text.display()));
    [text, packed].iter().find(|path| path.exists()).map(|path| unpacked(path))
}

fn head(device: &Device) -> Vec<u8> {
    let version = match &device.content {
        Content::Described(description) => description.version.to_be_bytes().to_vec(),
        Content::Handler { .. } => Vec::new(),
    };
    let mut head = vec![u8::try_from(device.name.len()).unwrap()];
    head.extend(device.name.as_bytes());
    head.extend(device.instance.to_be_bytes());
    head.extend(version);
    head
}
