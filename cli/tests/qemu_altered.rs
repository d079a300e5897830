//! Streams that are cut, flipped, stretched and shuffled in thousands of places: whatever is done to them, the
//! reading ends, in bounded work, and every value that is shown is one that the unaltered stream shows, but for
//! those whose bytes were changed. Where it shows less, it says so.
//!
//! `MIGCORE_CASES=20` makes twenty times as many cases; the last lines of each test say how many there were.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/leaves.rs"]
mod leaves;
#[path = "support/pieces.rs"]
mod pieces;
#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
#[path = "support/streams.rs"]
mod streams;

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::time::{Duration, Instant};

use leaves::{Leaf, Reading};
use migcore_cli::qemu::item::{Content, Item};
use streams::Stream;

/// Streams that are small enough to be read thousands of times.
const WHOLE: [&str; 3] = ["m68k-virt-7.2.dev", "microvm-7.2.dev", "sparc64-sun4u.dev"];

/// Streams of which pieces are: with and without footers, configuration, description; pages in every form; lists
/// of private types, deep nesting, old devices.
const PIECES: [&str; 13] = [
    "aarch64-virt-7.2.mig",
    "i440fx-1.7-default.mig",
    "i440fx-2.0-net-blk.dev",
    "i440fx-7.2-ipmi-tpm.dev",
    "isapc.mig",
    "linux-q35-7.2.dev",
    "mps2-an385.mig",
    "q10-i440fx-10.0.mig",
    "q35-7.2-ahci-storage.dev",
    "var-compress",
    "var-no-configuration",
    "var-no-footer",
    "var-xbzrle-live",
];

/// How many cases of each test there are for a stream.
const CASES: usize = 40;

/// Far longer than any of these streams takes.
const LONG: Duration = Duration::from_secs(5);

/// How often the bytes of a stream may be read, and what may be read beside them.
const READ: (u64, u64) = (40, 1 << 20);

/// The memory of the whole process, in KiB.
const MEMORY: u64 = 300 << 10;

fn cases() -> usize {
    let times = std::env::var("MIGCORE_CASES").ok().and_then(|times| times.parse().ok());
    CASES * times.unwrap_or(1)
}

/// A stream, and what it holds.
struct Subject {
    stream: Stream,
    items: Vec<Item>,
    reading: Reading,
}

impl Subject {
    fn new(stream: Stream) -> Self {
        let items = qemu::items(&mut qemu::scanner(&stream.bytes, stream.vmdesc.as_deref()));
        assert_eq!(qemu::damages(&items), 0, "{}", stream.name);
        let reading = Reading::of(&stream.bytes, stream.vmdesc.as_deref());
        Subject { stream, items, reading }
    }

    fn all() -> Vec<Self> {
        let whole = WHOLE.iter().map(|name| streams::one(name));
        let pieces = PIECES.iter().map(|name| pieces::piece(&streams::one(name)));
        whole.chain(pieces).map(Subject::new).collect()
    }

    /// Where the description lies, with its mark, if it is in the stream.
    fn description(&self) -> Range<usize> {
        let description =
            self.items.iter().find(|item| matches!(item.content, Content::Description));
        description.map_or(usize::MAX..usize::MAX, |item| item.offset as usize..item.end() as usize)
    }

    /// What may be cut off or moved without cutting anything else: the records.
    fn borders(&self) -> Vec<usize> {
        self.items.iter().map(|item| item.offset as usize).collect()
    }
}

/// An altered stream: pieces of the old one, and bytes that are new or not where they were.
struct Altered {
    bytes: Vec<u8>,
    /// Where a piece begins here and there, and its length.
    pieces: Vec<(usize, usize, usize)>,
    what: String,
}

impl Altered {
    fn new(what: String) -> Self {
        Altered { bytes: Vec::new(), pieces: Vec::new(), what }
    }

    fn old(mut self, from: &[u8], range: Range<usize>) -> Self {
        self.pieces.push((self.bytes.len(), range.start, range.len()));
        self.bytes.extend_from_slice(&from[range]);
        self
    }

    fn new_bytes(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Where these bytes were before, if they were one piece.
    fn before(&self, at: usize, length: usize) -> Option<usize> {
        let whole =
            |(here, _, piece): &&(usize, usize, usize)| *here <= at && at + length <= here + piece;
        self.pieces.iter().find(whole).map(|(here, there, _)| there + (at - here))
    }

    /// Whether bytes of this place are still together.
    fn keeps(&self, at: usize, length: usize) -> bool {
        self.pieces.iter().any(|(_, there, piece)| *there <= at && at + length <= there + piece)
    }
}

/// What was seen over all cases of a test.
#[derive(Debug, Default)]
struct Seen {
    cases: usize,
    /// Cases in which nothing was told to be wrong or unknown.
    silent: usize,
    /// Values that were compared.
    compared: usize,
    /// The most that was read, as a multiple of the length.
    read: u64,
    longest: Duration,
}

impl Seen {
    fn case(&mut self, subject: &Subject, known: &HashMap<usize, Vec<&Leaf>>, altered: &Altered) {
        let (begun, read) = (Instant::now(), bytes_read());
        let reading = Reading::of(&altered.bytes, subject.stream.vmdesc.as_deref());
        let (took, read) = (begun.elapsed(), bytes_read() - read);
        let (length, name) = (altered.bytes.len() as u64, &subject.stream.name);
        let what = || format!("{name}: {}", altered.what);
        assert!(took < LONG, "{}: {took:?}", what());
        assert!(read <= READ.0 * length + READ.1, "{}: {read} bytes of {length}", what());
        if self.cases.is_multiple_of(64) {
            serde_json::from_str::<serde_json::Value>(&reading.text).unwrap();
        }
        // Of another description nothing is known.
        let description = subject.description();
        let touched =
            description.start != usize::MAX && !altered.keeps(description.start, description.len());
        if !touched {
            self.compare(subject, known, altered, &reading, &what);
        }
        self.cases += 1;
        self.longest = self.longest.max(took);
        self.read = self.read.max(read.saturating_sub(READ.1) / length.max(1));
    }

    fn compare(
        &mut self,
        subject: &Subject,
        known: &HashMap<usize, Vec<&Leaf>>,
        altered: &Altered,
        reading: &Reading,
        what: &dyn Fn() -> String,
    ) {
        let mut shown = 0;
        for leaf in reading.leaves.iter().filter(|leaf| leaf.length > 0) {
            let Some(before) = altered.before(leaf.offset, leaf.length) else { continue };
            let same = known
                .get(&before)
                .is_some_and(|leaves| leaves.iter().any(|known| known.text == leaf.text));
            let was = known.get(&before);
            assert!(same, "{}: {leaf:?}, and before it was {was:?}", what());
            shown += 1;
        }
        self.compared += shown;
        let known = &subject.reading.warnings;
        if reading.warnings.iter().all(|warning| known.contains(warning)) {
            self.silent += 1;
            let due = subject.reading.leaves.iter();
            let due = due.filter(|leaf| leaf.length > 0 && altered.keeps(leaf.offset, leaf.length));
            assert_eq!(shown, due.count(), "{}: values are missing, and nothing is said", what());
        }
    }
}

/// What this thread read so far, where the system tells it.
fn bytes_read() -> u64 {
    number_of("/proc/thread-self/io", "rchar:")
}

fn number_of(file: &str, key: &str) -> u64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Alters each stream in as many ways as there are cases, and compares.
fn alter(name: &str, make: impl Fn(&Subject, &mut Random, usize) -> Altered) {
    let (mut seen, subjects) = (Seen::default(), Subject::all());
    for (number, subject) in subjects.iter().enumerate() {
        let known = subject.reading.by_offset();
        let mut random = Random(number as u64 + 1);
        for case in 0..cases() {
            seen.case(subject, &known, &make(subject, &mut random, case));
        }
    }
    let memory = number_of("/proc/self/status", "VmHWM:");
    println!("{name}: {} streams, {seen:?}, {memory} KiB of memory", subjects.len());
    assert!(memory < MEMORY, "{memory} KiB");
}

/// Pseudo-random numbers: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) as usize % bound.max(1)
    }

    /// A place in a stream: as often as not before the description, which is long.
    fn place(&mut self, subject: &Subject) -> usize {
        let length = subject.stream.bytes.len();
        let records = subject.description().start.min(length);
        let bound = if self.below(8) == 0 { length } else { records };
        self.below(bound)
    }
}

#[test]
fn cut() {
    alter("cut", |subject, random, case| {
        let bytes = &subject.stream.bytes;
        let borders = subject.borders();
        // First all borders of records and the places beside them, then any.
        let end = match borders.get(case / 3) {
            Some(border) => (border + case % 3).saturating_sub(1).min(bytes.len()),
            None => random.place(subject),
        };
        Altered::new(format!("cut at {end}")).old(bytes, 0..end)
    });
}

#[test]
fn flipped() {
    alter("flipped", |subject, random, _| {
        let bytes = &subject.stream.bytes;
        let mut changed = vec![];
        for _ in 0..1 + random.below(4) / 3 * 5 {
            changed.push((random.place(subject), 1u8 << random.below(8)));
        }
        changed.sort_unstable();
        changed.dedup_by_key(|(at, _)| *at);
        let mut altered = Altered::new(format!("flipped {changed:?}"));
        let mut from = 0;
        for (at, bit) in changed {
            altered = altered.old(bytes, from..at).new_bytes(&[bytes[at] ^ bit]);
            from = at + 1;
        }
        altered.old(bytes, from..bytes.len())
    });
}

#[test]
fn inserted() {
    alter("inserted", |subject, random, _| {
        let (bytes, at) = (&subject.stream.bytes, random.place(subject));
        let more: Vec<u8> = (0..1 + random.below(9)).map(|_| random.below(256) as u8).collect();
        let altered = Altered::new(format!("{more:?} inserted at {at}")).old(bytes, 0..at);
        altered.new_bytes(&more).old(bytes, at..bytes.len())
    });
}

#[test]
fn removed() {
    alter("removed", |subject, random, _| {
        let (bytes, at) = (&subject.stream.bytes, random.place(subject));
        let behind = (at + 1 + random.below(9)).min(bytes.len());
        let altered = Altered::new(format!("{at}..{behind} removed")).old(bytes, 0..at);
        altered.old(bytes, behind..bytes.len())
    });
}

#[test]
fn swapped() {
    alter("swapped", |subject, random, case| {
        let bytes = &subject.stream.bytes;
        // Whole records change their places, which by itself is no damage; or stretches of one length.
        let is_records = case % 2 == 1;
        let mut places: Vec<usize> = match is_records {
            true => (0..4).map(|_| subject.borders()[random.below(subject.items.len())]).collect(),
            false => (0..3).map(|_| random.place(subject)).collect(),
        };
        places.sort_unstable();
        let (a, b, c, d) = match places[..] {
            [a, b, c, d] => (a, b, c, d),
            [a, b, c] => {
                let length = (b - a).min(bytes.len() - c).min(1 + random.below(300));
                (a, a + length, c, c + length)
            }
            _ => panic!("three places or four"),
        };
        let altered = Altered::new(format!("{a}..{b} and {c}..{d} swapped")).old(bytes, 0..a);
        let altered = match is_records {
            true => altered.old(bytes, c..d).old(bytes, b..c).old(bytes, a..b),
            false => altered.new_bytes(&bytes[c..d]).old(bytes, b..c).new_bytes(&bytes[a..b]),
        };
        altered.old(bytes, d..bytes.len())
    });
}
