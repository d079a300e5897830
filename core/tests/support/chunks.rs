//! Streams of chunks made by hand, as `docs/format.md` describes them: nothing here uses the library's
//! own writer.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use crc::{Crc, CRC_32_ISO_HDLC};
use migcore::visit::Kind;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// The number of a fragment that is the last.
pub const LAST: u32 = 1 << 31;

/// A fragment without a shape.
pub const NO_SHAPE: u16 = 0xffff;

pub const ANCILLARY: u8 = 1;
pub const SAFE_TO_COPY: u8 = 8;

/// The example of `docs/format.md`, section 7: the shapes of a list of lists that is cut inside of the first
/// element of the first one, and the values before the cut.
pub fn cut_in_nested_lists() -> ([Vec<Vec<u8>>; 2], Vec<u8>) {
    let x = op::scalar(Kind::U8, "x");
    let first = [op::list("outer", 2), op::element(), op::varlist("inner"), op::element(), x];
    let second = [
        op::scalar(Kind::U8, "y"),
        op::end(),
        op::element(),
        op::scalar(Kind::U16, "z"),
        op::end(),
        op::end(),
        op::end(),
        op::element(),
        op::varlist("inner"),
        op::end(),
        op::end(),
        op::end(),
    ];
    let values = [&run(0, 1)[..], &count(2), &run(0, 1), &[1]].concat();
    ([first.into(), second.into()], values)
}

/// A stream that grows chunk by chunk.
#[derive(Clone, Debug)]
pub struct Assembler {
    pub bytes: Vec<u8>,
    crcs: Vec<u8>,
    count: u32,
}

/// The limits in the headers of these streams.
pub const SLOTS: u16 = 4;
pub const SHAPE_LIMIT: u32 = 512;
pub const FRAGMENT_LIMIT: u32 = 1024;

/// Memory that is enough for them.
pub const MEMORY: usize = 4 * 512 + 1024;

impl Assembler {
    /// Signature and header.
    pub fn new() -> Self {
        Assembler::bare().chunk(b"MHDR", &header(SLOTS, SHAPE_LIMIT, FRAGMENT_LIMIT))
    }

    /// The signature alone.
    pub fn bare() -> Self {
        Assembler { bytes: b"\x89MIG\r\n\x1a\n".to_vec(), crcs: Vec::new(), count: 0 }
    }

    pub fn chunk(mut self, kind: &[u8; 4], data: &[u8]) -> Self {
        let covered = [&kind[..], data].concat();
        let crc = CRC.checksum(&covered).to_be_bytes();
        self.bytes.extend((data.len() as u32).to_be_bytes());
        self.bytes.extend(covered);
        self.bytes.extend(crc);
        self.crcs.extend(crc);
        self.count += 1;
        self
    }

    pub fn shape(self, slot: u16, operations: &[Vec<u8>]) -> Self {
        self.chunk(b"MSHP", &[&slot.to_be_bytes()[..], &operations.concat()].concat())
    }

    /// A whole device in one fragment, of version 3 that version 2 can read.
    pub fn device(self, slot: u16, name: &str, instance: u32, values: &[u8]) -> Self {
        self.chunk(b"MDEV", &first(slot, LAST, name, instance, 0, values))
    }

    /// The first fragment of a device in several.
    pub fn first(self, slot: u16, name: &str, values: &[u8]) -> Self {
        self.chunk(b"MDEV", &first(slot, 0, name, 0, 0, values))
    }

    pub fn fragment(self, slot: u16, number: u32, values: &[u8]) -> Self {
        self.chunk(b"MDEV", &fragment(slot, number, values))
    }

    /// The end, with the right totals.
    pub fn end(self) -> Vec<u8> {
        let (count, crc) = (self.count, CRC.checksum(&self.crcs));
        self.end_with(count, crc)
    }

    pub fn end_with(self, count: u32, crc: u32) -> Vec<u8> {
        let data = [count.to_be_bytes(), crc.to_be_bytes()].concat();
        self.chunk(b"MEND", &data).bytes
    }

    pub fn totals(&self) -> (u32, u32) {
        (self.count, CRC.checksum(&self.crcs))
    }
}

pub fn header(slots: u16, shape_limit: u32, fragment_limit: u32) -> Vec<u8> {
    let mut data = vec![1, 0];
    data.extend(slots.to_be_bytes());
    data.extend([0; 4]);
    data.extend(shape_limit.to_be_bytes());
    data.extend(fragment_limit.to_be_bytes());
    data.extend(string("pc"));
    data.extend(string("test"));
    data
}

pub fn fragment(slot: u16, number: u32, values: &[u8]) -> Vec<u8> {
    [&slot.to_be_bytes()[..], &number.to_be_bytes(), values].concat()
}

/// A fragment 0, of version 3 that version 2 can read.
pub fn first(
    slot: u16,
    number: u32,
    name: &str,
    instance: u32,
    marks: u8,
    values: &[u8],
) -> Vec<u8> {
    let name = name.as_bytes();
    let head = first_of(&Head { name, instance, version: 3, oldest_reader: 2, marks });
    fragment(slot, number, &[&head[..], values].concat())
}

/// What a stream says of a device.
pub struct Head<'h> {
    pub name: &'h [u8],
    pub instance: u32,
    pub version: u32,
    pub oldest_reader: u32,
    pub marks: u8,
}

/// What stands before the values in a fragment 0.
pub fn first_of(head: &Head<'_>) -> Vec<u8> {
    let mut bytes = vec![head.name.len() as u8];
    bytes.extend(head.name);
    bytes.extend(head.instance.to_be_bytes());
    bytes.extend(head.version.to_be_bytes());
    bytes.extend(head.oldest_reader.to_be_bytes());
    bytes.push(head.marks);
    bytes
}

pub fn string(text: &str) -> Vec<u8> {
    [&[text.len() as u8], text.as_bytes()].concat()
}

/// Operations.
pub mod op {
    use super::{string, Kind};

    /// An item without parameters.
    pub fn plain(code: u8, name: &str) -> Vec<u8> {
        [vec![code], string(name)].concat()
    }

    pub fn marked(marks: u8, operation: Vec<u8>) -> Vec<u8> {
        let mut marked = operation;
        marked[0] |= 0x20;
        marked.insert(1, marks);
        marked
    }

    pub fn scalar(kind: Kind, name: &str) -> Vec<u8> {
        plain(kind as u8, name)
    }

    pub fn array(kind: Kind, name: &str, count: u32) -> Vec<u8> {
        [plain(12, name), vec![kind as u8], count.to_be_bytes().to_vec()].concat()
    }

    pub fn varray(kind: Kind, name: &str) -> Vec<u8> {
        [plain(13, name), vec![kind as u8]].concat()
    }

    pub fn bytes(name: &str, count: u32) -> Vec<u8> {
        [plain(14, name), count.to_be_bytes().to_vec()].concat()
    }

    pub fn varbytes(name: &str) -> Vec<u8> {
        plain(15, name)
    }

    pub fn text(name: &str) -> Vec<u8> {
        plain(16, name)
    }

    pub fn absent(name: &str) -> Vec<u8> {
        plain(17, name)
    }

    pub fn raw() -> Vec<u8> {
        vec![18]
    }

    pub fn structure(name: &str) -> Vec<u8> {
        plain(19, name)
    }

    pub fn described(name: &str, description: &str, version: u32) -> Vec<u8> {
        [plain(20, name), string(description), version.to_be_bytes().to_vec()].concat()
    }

    pub fn list(name: &str, count: u32) -> Vec<u8> {
        [plain(21, name), count.to_be_bytes().to_vec()].concat()
    }

    pub fn varlist(name: &str) -> Vec<u8> {
        plain(22, name)
    }

    pub fn element() -> Vec<u8> {
        vec![23]
    }

    pub fn optional(name: &str) -> Vec<u8> {
        plain(24, name)
    }

    pub fn subsection(name: &str, version: u32) -> Vec<u8> {
        [plain(25, name), version.to_be_bytes().to_vec()].concat()
    }

    pub fn device(name: &str, version: u32, oldest_reader: u32) -> Vec<u8> {
        let versions = [version.to_be_bytes(), oldest_reader.to_be_bytes()].concat();
        [plain(26, name), versions].concat()
    }

    pub fn end() -> Vec<u8> {
        vec![0]
    }
}

/// The head of a run.
pub fn run(alternative: u16, count: u32) -> Vec<u8> {
    [&alternative.to_be_bytes()[..], &count.to_be_bytes()].concat()
}

/// A count.
pub fn count(count: u32) -> [u8; 4] {
    count.to_be_bytes()
}
