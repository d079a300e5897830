//! Real QEMU streams, unpacked, with their descriptions.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// The project's own streams; `README.md` there says what each is for.
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cli/tests/streams");

/// Names a directory with more streams to read.
const MORE: &str = "MIGCORE_QEMU_STREAMS";

/// A stream.
pub struct Stream {
    /// The name of its file, without the endings `.bin` and `.xz`.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// The description that lies beside it, if it does not end with its own.
    pub vmdesc: Option<Vec<u8>>,
}

impl Stream {
    /// The stream as a file, and its description as another.
    pub fn files(&self) -> (NamedTempFile, Option<NamedTempFile>) {
        (to_file(&self.bytes), self.vmdesc.as_deref().map(to_file))
    }
}

/// All streams of the project in the order of their names, then those of a directory that `MIGCORE_QEMU_STREAMS` names.
pub fn all() -> impl Iterator<Item = Stream> {
    let mut paths = own_paths();
    if let Some(more) = std::env::var_os(MORE) {
        paths.extend(found(Path::new(&more)));
    }
    paths.into_iter().map(|path| read(&path))
}

/// All streams of the project in the order of their names.
pub fn own() -> impl Iterator<Item = Stream> {
    own_paths().into_iter().map(|path| read(&path))
}

/// The stream of the project that has the name.
pub fn one(name: &str) -> Stream {
    read(&Path::new(OWN).join(format!("{name}.bin.xz")))
}

/// The stream in this file.
pub fn at(path: &Path) -> Stream {
    read(path)
}

fn own_paths() -> Vec<PathBuf> {
    found(Path::new(OWN))
}

/// The streams in a directory and in those in it.
fn found(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|_| panic!("no {directory:?}"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let streams = |path: PathBuf| match path.is_dir() {
        true => found(&path),
        false if stem(&path).is_some() => vec![path],
        false => vec![],
    };
    paths.into_iter().flat_map(streams).collect()
}

/// The name of a stream by the name of its file.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".xz").unwrap_or(name).strip_suffix(".bin")
}

fn read(path: &Path) -> Stream {
    let name = stem(path).expect("a stream").to_owned();
    let described = name.strip_suffix(".dev").unwrap_or(&name);
    let beside = path.with_file_name(format!("{described}.vmdesc.json.xz"));
    let vmdesc = beside.exists().then(|| unpacked(&beside));
    Stream { bytes: unpacked(path), vmdesc, name }
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut file = File::open(path).unwrap_or_else(|_| panic!("no {path:?}"));
    let mut bytes = Vec::new();
    let read = match path.extension() {
        Some(ending) if ending == "xz" => {
            lzma_rust2::XzReader::new(file, false).read_to_end(&mut bytes)
        }
        _ => file.read_to_end(&mut bytes),
    };
    read.unwrap_or_else(|error| panic!("{path:?}: {error}"));
    bytes
}

fn to_file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(bytes).unwrap();
    file.flush().unwrap();
    file
}
