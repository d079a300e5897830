//! Real streams of QEMU: each described section fits its description and comes back as it was.
//!
//! `MIGCORE_QEMU_STREAMS` may name a folder with more of them: `*.bin`, with the description at the end or
//! beside them in `*.vmdesc.json`; each perhaps with `.xz`, for which `xz` must be there.

#![cfg(feature = "alloc")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/described.rs"]
mod described;
#[path = "support/wire.rs"]
mod wire;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use described::{bytes_of, through_chunks};
use migcore::codec::vmdesc::{fits, size_of, Content, Device, Misfit, Vmdesc};

#[test]
fn sections_of_real_streams_come_back_byte_for_byte() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/qemu");
    assert_eq!(folder(&own), Seen { streams: 1, sections: 17, leaves: 518 });
    if let Some(more) = std::env::var_os("MIGCORE_QEMU_STREAMS") {
        let seen = folder(Path::new(&more));
        println!("{seen:?}");
        assert!(seen.sections > 0, "{seen:?}");
    }
}

/// What was compared.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    streams: usize,
    sections: usize,
    leaves: u64,
}

fn folder(folder: &Path) -> Seen {
    let mut seen = Seen::default();
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in entries.filter(|path| is_stream(path)) {
        let stream = unpacked(&path);
        let Some(text) = at_the_end(&stream).or_else(|| beside(&path)) else { continue };
        let vmdesc = Vmdesc::parse(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        // QEMU's own text has blanks; those beside a stream are packed.
        let blank = text.windows(2).any(|two| two == b": ");
        assert!(!blank || vmdesc.to_string().as_bytes() == text, "{path:?}");
        seen.streams += 1;
        sections(&path, &stream, &vmdesc, &mut seen);
    }
    seen
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

/// Looks for the sections from the last to the first, by their heads: what is before them need not be read.
fn sections(path: &Path, stream: &[u8], vmdesc: &Vmdesc, seen: &mut Seen) {
    let mut end = stream.len();
    for device in vmdesc.devices.iter().rev() {
        let head = head(device);
        let found = stream[..end].windows(head.len()).rposition(|bytes| bytes == head);
        end = found.unwrap_or_else(|| panic!("{path:?}: {} is not there", device.name));
        match section(device, &stream[end + head.len()..]) {
            Ok(leaves) => seen.leaves += leaves,
            // Its last element but two is none of the null pointers that stand for all of them.
            Err(misfit) if device.name == "s390_css" => assert_eq!(misfit.at, "css[254]"),
            Err(misfit) => panic!("{path:?}: {}: {misfit}", device.name),
        }
        seen.sections += 1;
    }
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

fn section(device: &Device, rest: &[u8]) -> Result<u64, Misfit> {
    // A handler's version is not described.
    let skipped = if matches!(device.content, Content::Handler { .. }) { 4 } else { 0 };
    let size = usize::try_from(size_of(device).unwrap()).unwrap();
    let payload = &rest[skipped..skipped + size];
    let fit = fits(device, payload)?;
    assert_eq!(bytes_of(device, payload)?, payload, "{}", device.name);
    assert_eq!(through_chunks(device, payload), payload, "{}", device.name);
    let told = fit.described_bytes + fit.opaque_bytes;
    assert_eq!(usize::try_from(told).unwrap(), size, "{}", device.name);
    assert!(matches!(rest[skipped + size], 0x7e | 4 | 2 | 3 | 0), "{}", device.name);
    Ok(fit.leaves)
}
