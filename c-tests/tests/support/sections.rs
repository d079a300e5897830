//! Described sections of the real streams in `cli/tests/streams`, and of the machines that wrote them.

#![allow(
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use migcore::codec::vmdesc::{Content, Device, Vmdesc};
use migcore_c_tests::top;
use migcore_cli::input::Input;
use migcore_cli::qemu::item::{Content as Record, Payload};
use migcore_cli::qemu::scan::Scanner;

/// Names a folder with more streams to read.
const MORE: &str = "MIGCORE_QEMU_STREAMS";

/// A section that its description fits.
pub struct Section {
    /// The name of the stream.
    pub stream: String,
    /// What wrote it.
    pub machine: Machine,
    /// The section's name and instance.
    pub name: String,
    pub instance: u32,
    /// The name of the table that describes it, and the version.
    pub table: String,
    pub version: u32,
    pub payload: Vec<u8>,
    pub device: Device,
}

/// A machine as its user asked for it; versions are `major * 100 + minor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    pub name: String,
    pub version: u32,
    pub qemu: u32,
    pub cpus: u32,
    pub memory_slots: u32,
}

/// What the names of streams do not say: their first part, the machine, its version, the QEMU.
const MACHINES: [(&str, &str, u32, u32); 20] = [
    ("aarch64-virt", "arm-virt", 702, 702),
    ("arm-virt", "arm-virt", 702, 702),
    ("isapc", "isapc", 702, 702),
    ("m68k-virt", "m68k-virt", 702, 702),
    ("many-112", "pc-i440fx", 702, 702),
    ("microvm", "microvm", 702, 702),
    ("mips-malta", "malta", 702, 702),
    ("mps2-an385", "mps2-an385", 702, 702),
    ("old-q8.2-pc-i440fx-7.2", "pc-i440fx", 702, 802),
    ("p1-i440fx-7.2-to-6.2.transformed", "pc-i440fx", 602, 702),
    ("p5-i440fx-2.1-to-7.2.transformed", "pc-i440fx", 702, 702),
    ("pseries", "pseries", 702, 702),
    ("q10-i440fx", "pc-i440fx", 1000, 1000),
    ("riscv64-virt", "riscv-virt", 702, 702),
    ("s390", "s390-ccw-virtio", 702, 702),
    ("setup-", "pc-i440fx", 702, 702),
    ("var-", "pc-i440fx", 702, 702),
    ("vexpress-a9", "vexpress-a9", 702, 702),
    ("xbin-i440fx-10.0-to-7.2.src", "pc-i440fx", 1000, 1000),
    ("xbin-i440fx-10.0-to-7.2.transformed", "pc-i440fx", 702, 702),
];

/// More than one processor, or slots for memory.
const GIVEN: [(&str, u32, u32); 4] = [
    ("aarch64-virt-7.2", 2, 0),
    ("linux-q35-7.2.", 2, 0),
    ("q35-5.0-smp4", 4, 0),
    ("q35-7.2-hotplug-mem", 1, 2),
];

/// The described sections of all streams, in the order of their names and of the streams.
pub fn all() -> Vec<Section> {
    let mut paths = streams_in(&top().join("cli/tests/streams"));
    if let Some(more) = std::env::var_os(MORE) {
        paths.extend(streams_in(Path::new(&more)));
    }
    paths.iter().flat_map(|path| sections_of(path)).collect()
}

fn streams_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|_| panic!("no {folder:?}"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| stem(path).is_some());
    paths.sort();
    paths
}

/// The name of a stream by the name of its file.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".xz").unwrap_or(name).strip_suffix(".bin")
}

fn sections_of(path: &Path) -> Vec<Section> {
    let stream = stem(path).expect("a stream");
    let Some(machine) = machine_of(stream) else { return Vec::new() };
    let mut scanner = Scanner::new(input(path), beside(path)).unwrap();
    let mut sections = Vec::new();
    while let Some(item) = scanner.next_item().unwrap() {
        let Record::Section(section) = item.content else { continue };
        let Payload::Described(described) = section.payload else { continue };
        let device = scanner.vmdesc().expect("a description").devices[described.device].clone();
        let Content::Described(description) = &device.content else { continue };
        sections.push(Section {
            stream: stream.to_owned(),
            machine: machine.clone(),
            name: device.name.clone(),
            instance: device.instance,
            table: description.name.clone(),
            version: section.named.version,
            payload: scanner.payload().to_vec(),
            device,
        });
    }
    sections
}

/// The machine that a stream is of; none: it is not known.
fn machine_of(stream: &str) -> Option<Machine> {
    let named = MACHINES
        .iter()
        .filter(|(start, ..)| stream.starts_with(start))
        .max_by_key(|known| known.0.len());
    let (name, version, qemu) = match named {
        Some((_, name, version, qemu)) => (*name, *version, *qemu),
        None => pc_of(stream)?,
    };
    let given = GIVEN.iter().find(|(start, ..)| format!("{stream}.").starts_with(start));
    let (cpus, memory_slots) = given.map_or((1, 0), |(_, cpus, slots)| (*cpus, *slots));
    Some(Machine { name: name.to_owned(), version, qemu, cpus, memory_slots })
}

/// A PC, whose version is in the name.
fn pc_of(stream: &str) -> Option<(&'static str, u32, u32)> {
    let kinds = [("i440fx-", "pc-i440fx"), ("q35-", "pc-q35")];
    kinds.iter().find_map(|(part, name)| {
        let (_, rest) = stream.split_once(part)?;
        let (major, rest) = rest.split_once('.')?;
        let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        Some((*name, major.parse::<u32>().ok()? * 100 + minor.parse::<u32>().ok()?, 702))
    })
}

fn input(path: &Path) -> Input {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&unpacked(path)).unwrap();
    file.rewind().unwrap();
    Input::of(file, path).unwrap()
}

/// The description of a stream that has none at its end.
fn beside(path: &Path) -> Option<Vmdesc> {
    let stream = stem(path)?;
    let name = stream.strip_suffix(".dev").unwrap_or(stream);
    let path = path.with_file_name(format!("{name}.vmdesc.json.xz"));
    path.exists().then(|| Vmdesc::parse(&unpacked(&path)).unwrap())
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
