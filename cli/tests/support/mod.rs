//! Streams that the tests make, and the program that they run.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(unreachable_pub, reason = "the module is part of several tests")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use migcore::codec::chunk::{Saver, Settings};
use migcore::io::{Kernels as _, Portable};
use migcore::model::{At, Builder, Tree, Value};
use migcore::visit::{
    Description, Extent, Kind, Marks, Scope, ScopeKind, Track, Versions, Visitor,
};
use migcore_cli::chunks;
use migcore_cli::input::Input;

/// Visits a device that has one of everything; `level` and `clock` are what may change.
pub fn everything(v: &mut Visitor<'_>, level: i16, clock: u64) -> migcore::Result<()> {
    v.set_oldest_reader(2)?;
    v.begin(&"nic", Scope::Device { instance: 1, versions: Versions::only(3) })?;
    v.visit("on", &mut true)?;
    v.visit("u8", &mut 0xabu8)?;
    v.visit("u16", &mut 0xfffeu16)?;
    v.visit("u32", &mut 7u32)?;
    v.visit("u64", &mut { u64::MAX })?;
    v.visit("i8", &mut -128i8)?;
    v.visit("level", &mut { level })?;
    v.visit("i32", &mut { i32::MIN })?;
    v.visit("i64", &mut { i64::MIN })?;
    v.visit("f32", &mut 0.1f32)?;
    v.visit("f64", &mut -1.5e300f64)?;
    v.visit("infinite", &mut { f64::NEG_INFINITY })?;
    v.visit("nan", &mut { f32::NAN })?;
    v.array("regs", &mut std::array::from_fn::<u16, 20, _>(|at| 40 * at as u16))?;
    v.array("signed", &mut [-1i32, 0, 1])?;
    v.array("flags", &mut [true, false])?;
    v.save_array(&"some", Kind::U8, Extent::Variable, &[1, 2, 3])?;
    v.bytes("mac", &mut [0x52, 0x54, 0, 0x12, 0x34, 0x56])?;
    v.save_bytes(&"log", Extent::Variable, &[0xee; 100])?;
    v.save_text(&"label", "a \"quoted\" \u{1b}[31m \u{e4}\n")?;
    v.absent("nothing")?;
    v.mark(Marks::VOLATILE)?;
    v.visit("clock", &mut { clock })?;
    v.mark(Marks::SECRET)?;
    v.bytes("key", &mut { *b"hunter2!" })?;
    v.mark(Marks::SECRET | Marks::ANCILLARY)?;
    v.begin(&"vault", Scope::Struct(None))?;
    v.visit("pin", &mut 271_828u32)?;
    v.save_text(&"word", "sesame")?;
    v.end(ScopeKind::Struct)?;
    let description = Description { name: b"ptimer", versions: Versions::only(4) };
    v.begin(&"timer", Scope::Struct(Some(description)))?;
    v.visit("count", &mut 12u64)?;
    v.end(ScopeKind::Struct)?;
    v.list("rings", 3, |v, index| {
        v.visit("head", &mut (index as u32 + 10))?;
        v.visit("tail", &mut (index as u32 + 20))
    })?;
    v.begin(&"empty", Scope::List { extent: Extent::Variable, count: 0 })?;
    v.end(ScopeKind::List)?;
    v.begin_optional(&"irq", &mut true)?;
    v.visit("line", &mut 9u8)?;
    v.end(ScopeKind::Optional)?;
    v.begin_optional(&"gone", &mut false)?;
    v.end(ScopeKind::Optional)?;
    v.put_raw(&[1, 2, 3])?;
    v.put_raw(&[4, 5])?;
    v.begin(&"nic/more", Scope::Subsection { version: 2 })?;
    v.visit("mode", &mut 1u8)?;
    v.end(ScopeKind::Subsection)?;
    v.end(ScopeKind::Device)
}

/// A stream of that device, two small ones, and a chunk that nobody knows between them.
pub fn stream_of(level: i16, clock: u64) -> Vec<u8> {
    let mut memory = vec![0; 1 << 16];
    let mut tree = Tree::new(&mut memory).unwrap();
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    everything(&mut v, level, clock).unwrap();
    let foreign = Marks::ANCILLARY | Marks::SAFE_TO_COPY | Marks::OPAQUE;
    let value = Value::Bytes(Extent::Variable, b"note");
    tree.insert(At::End(tree.root()), b"abCd", foreign, value).unwrap();
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    for instance in 0..2u32 {
        let uart = Versions::only(1);
        v.device("uart", instance, uart, |v| v.visit("level", &mut { instance })).unwrap();
    }
    saved(|v| tree.replay(tree.root(), v))
}

/// The stream that most tests use.
pub fn stream() -> Vec<u8> {
    stream_of(-5, 1000)
}

/// What a visit saves as chunks.
pub fn saved(visit: impl FnOnce(&mut Visitor<'_>) -> migcore::Result<()>) -> Vec<u8> {
    let (mut bytes, mut scratch) = (vec![0; 1 << 24], vec![0; 1 << 14]);
    let settings = Settings { machine: "board \"1\"", writer: "test", ..Settings::default() };
    let writer = migcore::io::SliceWriter::new(&mut bytes);
    let mut saver = Saver::new(writer, Portable, &settings, &mut scratch).unwrap();
    visit(&mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap() as usize;
    bytes.truncate(length);
    bytes
}

/// Makes all CRCs of a stream right, and the totals of its end.
pub fn mend(stream: &mut [u8]) {
    let (mut at, mut totals, mut chunks) = (8, 0, 0u32);
    while at < stream.len() {
        let length = u32::from_be_bytes(stream[at..at + 4].try_into().unwrap()) as usize;
        let data = at + 8;
        if &stream[at + 4..data] == b"MEND" {
            stream[data..data + 4].copy_from_slice(&chunks.to_be_bytes());
            stream[data + 4..data + 8].copy_from_slice(&u32::to_be_bytes(totals));
        }
        let crc = Portable.crc32(0, &stream[at + 4..data + length]).to_be_bytes();
        stream[data + length..data + length + 4].copy_from_slice(&crc);
        (at, totals, chunks) = (data + length + 4, Portable.crc32(totals, &crc), chunks + 1);
    }
}

/// A file that holds these bytes, as the library reads it.
pub fn input(bytes: &[u8]) -> Input {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    Input::of(file, Path::new("test.mig")).unwrap()
}

/// Gives a stream to a tree, and that to `look`.
pub fn with_tree<R>(bytes: &[u8], look: impl FnOnce(&Tree<'_>) -> R) -> R {
    let mut memory = vec![0; 1 << 20];
    let mut tree = Tree::new(&mut memory).unwrap();
    chunks::replay(&input(bytes), &mut Builder::new(&mut tree)).unwrap();
    look(&tree)
}

/// A folder of files for one test, and the program that is run in it.
pub struct Place(tempfile::TempDir);

impl Place {
    /// With a file `a.mig` that holds [`stream`].
    pub fn new() -> Self {
        let place = Place(tempfile::tempdir().unwrap());
        place.put("a.mig", &stream());
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// The names of all files, in order.
    pub fn names(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migcore"));
        command.current_dir(self.0.path()).args(arguments).env_remove("NO_COLOR");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs, and gives what was printed as it is.
    pub fn run_raw(&self, arguments: &[&str]) -> Vec<u8> {
        self.command(arguments).stdin(Stdio::null()).output().unwrap().stdout
    }

    /// Runs with these bytes as the standard input.
    pub fn run_with(&self, arguments: &[&str], bytes: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(bytes);
        Ran::of(&child.wait_with_output().unwrap())
    }
}

/// How the program ended, and what it said.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// What was printed as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}
