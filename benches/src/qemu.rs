//! Streams of QEMU: what it takes to show them, a value, and to find the device state behind memory.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use migcore::codec::vmdesc::Vmdesc;
use migcore_cli::input::Input;
use migcore_cli::qemu::inspect::inspect;
use migcore_cli::qemu::item::{Content, Payload, SectionKind};
use migcore_cli::qemu::scan::Scanner;
use migcore_cli::show::{printer, Choice, Places};

use crate::measure::{measure, Effort};
use crate::workload::groups;

/// The largest device states among the streams of the program's tests.
const STREAMS: [&str; 3] = ["i440fx-7.2-default.dev", "pseries-7.2.dev", "q35-7.2-modern.dev"];

/// The stream that is made larger with pages, and how large.
const PLAIN: &str = "var-plain";
const LARGE: usize = 64 << 20;

const PAGE: usize = 4096;

/// Times of which the median counts.
const ROUNDS: usize = 15;

/// A stream as a file, and its description as another.
struct Files {
    stream: PathBuf,
    vmdesc: Option<PathBuf>,
}

/// What the program took.
struct Took {
    wall: Duration,
    cpu: Duration,
    /// The most memory that was seen, in KiB.
    memory: u64,
}

/// Prints the tables; `program` is the built `migcore`.
///
/// # Errors
/// Those of the system.
pub fn print(program: &Path) -> io::Result<()> {
    let place = tempfile::tempdir()?;
    let memcpy = memcpy_of_w1();
    println!("memcpy of W1: {memcpy:.1} ns");
    println!(
        "inspect --json: ns a value, and times memcpy of W1; of the program, time of the processor"
    );
    println!(
        "  {:<24} {:>8} {:>14} {:>14} {:>10}",
        "stream", "values", "library", "program", "KiB"
    );
    for name in STREAMS {
        let files = files(place.path(), name)?;
        let values = count(&files)? as f64;
        let library = median(|| in_library(&files))?.as_secs_f64() * 1e9 / values;
        let program = run(program, &files)?;
        let whole = program.cpu.as_secs_f64() * 1e9 / values;
        let (short, long) = (library / memcpy, whole / memcpy);
        let memory = program.memory;
        println!(
            "  {name:<24} {values:>8} {library:>7.1} ({short:>3.1}x) {whole:>7.1} ({long:>3.1}x) {memory:>10}"
        );
    }
    let large = large(place.path())?;
    let Took { wall, cpu, memory } = run(program, &large)?;
    println!("device state behind memory: a stream of {} MiB", LARGE >> 20);
    println!("  {wall:.0?}, of these {cpu:.0?} of the processor; {memory} KiB of memory");
    Ok(())
}

fn memcpy_of_w1() -> f64 {
    let mut group = groups().swap_remove(0);
    group.contenders.truncate(1);
    measure(&mut group, Effort::FULL)[0].nanoseconds
}

/// Unpacks a stream of the tests.
fn files(place: &Path, name: &str) -> io::Result<Files> {
    let streams = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/streams");
    let unpack = |from: String| -> io::Result<Option<PathBuf>> {
        let Ok(file) = File::open(streams.join(format!("{from}.xz"))) else { return Ok(None) };
        let mut bytes = Vec::new();
        lzma_rust2::XzReader::new(file, false).read_to_end(&mut bytes)?;
        fs::write(place.join(&from), bytes)?;
        Ok(Some(place.join(from)))
    };
    let described = name.strip_suffix(".dev").unwrap_or(name);
    let stream = unpack(format!("{name}.bin"))?.ok_or(io::ErrorKind::NotFound)?;
    Ok(Files { stream, vmdesc: unpack(format!("{described}.vmdesc.json"))? })
}

/// The stream with so many pages that it is as large as wanted, in the last part of its memory.
fn large(place: &Path) -> io::Result<Files> {
    let plain = files(place, PLAIN)?;
    let bytes = fs::read(&plain.stream)?;
    let end = end_of_pages(&plain)?;
    let mut out = bytes[..end].to_vec();
    for page in 0.. {
        if out.len() + bytes.len() - end >= LARGE {
            break;
        }
        // The word of a page with the name of its block.
        let word = (page % 1024 * PAGE) as u64 | 8;
        out.extend_from_slice(&word.to_be_bytes());
        out.extend_from_slice(b"\x06pc.ram");
        out.extend((0..PAGE).map(|at| (at ^ page) as u8));
    }
    out.extend_from_slice(&bytes[end..]);
    let stream = place.join("large");
    fs::write(&stream, out)?;
    Ok(Files { stream, vmdesc: None })
}

/// Where the word lies that ends the pages.
fn end_of_pages(files: &Files) -> io::Result<usize> {
    let mut scanner = scanner(files)?;
    while let Some(item) = scanner.next_item()? {
        if let Content::Section(section) = &item.content {
            let is_ram = matches!(section.payload, Payload::Ram(_));
            if is_ram && section.kind == SectionKind::End {
                return Ok((section.start + section.length) as usize - 8);
            }
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

fn scanner(files: &Files) -> io::Result<Scanner> {
    let text = files.vmdesc.as_ref().map(fs::read).transpose()?;
    let vmdesc = text.map(|text| Vmdesc::parse(&text).expect("a description"));
    Scanner::new(Input::of(File::open(&files.stream)?, &files.stream)?, vmdesc)
}

/// The values of a stream, each element of an array for itself.
fn count(files: &Files) -> io::Result<u64> {
    let (mut scanner, mut values) = (scanner(files)?, 0);
    while let Some(item) = scanner.next_item()? {
        if let Content::Section(section) = &item.content {
            if let Payload::Described(described) = &section.payload {
                values += described.leaves;
            }
        }
    }
    Ok(values)
}

/// Shows a stream to nobody.
fn in_library(files: &Files) -> io::Result<Duration> {
    let begun = Instant::now();
    let places = Places::new();
    let choice = Choice { json: true, ..Choice::default() };
    let mut show = printer(io::sink(), choice, &places);
    let shown = inspect(&mut scanner(files)?, &mut *show, &places);
    assert!(shown.is_ok_and(|damages| damages.is_empty()), "the stream is right");
    show.end_document(&[], None)?;
    Ok(begun.elapsed())
}

/// The program over a stream: the median of its times, the most of its memory.
fn run(program: &Path, files: &Files) -> io::Result<Took> {
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        all.push(run_once(program, files)?);
    }
    let memory = all.iter().map(|took| took.memory).max().unwrap_or(0);
    all.sort_by_key(|took| took.wall);
    let wall = all[ROUNDS / 2].wall;
    all.sort_by_key(|took| took.cpu);
    Ok(Took { wall, cpu: all[ROUNDS / 2].cpu, memory })
}

fn run_once(program: &Path, files: &Files) -> io::Result<Took> {
    let mut command = Command::new(program);
    command.args(["inspect", "--json"]).arg(&files.stream).stdout(Stdio::null());
    if let Some(vmdesc) = &files.vmdesc {
        command.arg("--vmdesc").arg(vmdesc);
    }
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let about = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", child.id()));
    let mut memory = 0;
    // A process that ended has no memory, but still its times.
    while let Some(seen) = peak(&about("status").unwrap_or_default()) {
        memory = seen.max(memory);
        std::thread::sleep(Duration::from_micros(500));
    }
    let wall = begun.elapsed();
    let ran = about("schedstat").unwrap_or_default();
    let cpu = ran.split(' ').next().and_then(|time| time.parse().ok()).unwrap_or(0);
    assert!(child.wait()?.success(), "the program shows the stream");
    Ok(Took { wall, cpu: Duration::from_nanos(cpu), memory })
}

fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn median(mut time: impl FnMut() -> io::Result<Duration>) -> io::Result<Duration> {
    let mut times = (0..ROUNDS).map(|_| time()).collect::<io::Result<Vec<_>>>()?;
    times.sort();
    Ok(times[ROUNDS / 2])
}
