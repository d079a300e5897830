//! Any bytes, loaded by tables with fields of every kind: what was loaded saves as bytes that load to the same, over
//! QEMU's bytes and over chunks.

use super::input::Input;
use migcore::codec::chunk::{ChunkDecoder, Limits, Saver, Settings, SliceStore};
use migcore::codec::legacy;
use migcore::error::Report;
use migcore::io::Portable;
use migcore::visit::{Kind, Visiting, Visitor};
use migcore::vmstate::{
    Block, Custom, Failure, Hook, InBlock, Layout, Memory, Order, StaticTable, Test,
};
use migcore::{fields, number, Result};

/// The memory of objects, and of streams.
const WORDS: usize = 1 << 9;
const BYTES: usize = 1 << 14;

#[repr(C)]
pub struct Mapping {
    address: u64,
    flags: u32,
    pad: u32,
}

#[repr(C)]
pub struct Interval {
    low: u64,
    high: u64,
}

#[repr(C)]
pub struct Domain {
    mappings: [u32; 3],
    id: i32,
}

#[repr(C)]
pub struct Element {
    link: [u32; 2],
    flag: u8,
    small: u8,
    wide: u16,
}

#[repr(C)]
pub struct Lists {
    first: i16,
    pad: u16,
    tail: [u32; 2],
    plain: u32,
    domains: [u32; 3],
    last: i32,
}

#[repr(C)]
pub struct Part {
    p: u8,
    q: u8,
    extra: [u16; 3],
}

#[repr(C)]
pub struct Scratch {
    parent: u32,
    sum: u32,
}

#[repr(C)]
pub struct Misc {
    numbers: [u64; 2],
    signed: [i8; 3],
    flags: [u8; 2],
    n: u8,
    inline: [u16; 6],
    len: u32,
    bits: i32,
    count: i32,
    buffer: u32,
    bitmap: u32,
    behind: u32,
    wide: [u16; 2],
    timers: [i64; 2],
    double: f64,
    same: u32,
    most: i32,
    parts: [Part; 2],
    one: Part,
    pointers: [u32; 3],
    objects: [u32; 2],
    made: [u32; 2],
    own: [u8; 4],
    left: u32,
    right: u32,
    valid: u32,
    since: u32,
}

static MAPPING: Layout<Mapping> =
    Layout::new(StaticTable::new("mapping", 1, fields!(Mapping { address, flags })));

static INTERVAL: Layout<Interval> =
    Layout::new(StaticTable::new("interval", 1, fields!(Interval { low, high })));

static DOMAIN: Layout<Domain> = Layout::new(StaticTable::new(
    "domain",
    1,
    fields!(Domain { id, mappings: sorted(&INTERVAL, &ByBytes, &MAPPING, 1) }),
));

static ELEMENT: Layout<Element> = Layout::new(
    StaticTable::new("element", 2, fields!(Element { flag: flags(), small, wide.since(2) }))
        .minimum(1),
);

static LISTS: Layout<Lists> = Layout::new(StaticTable::new(
    "lists",
    1,
    fields!(Lists {
        first,
        tail: queue(&ELEMENT, 0, 2),
        plain: list(&ELEMENT, 0, 2),
        domains: numbered(&DOMAIN, 1),
        last,
    }),
));

static EXTRA: Layout<Part> = Layout::new(
    StaticTable::new("part/extra", 3, fields!(Part { extra })).minimum(2).needed(&Set(2)),
);

static PART: Layout<Part> = Layout::new(
    StaticTable::new("part", 2, fields!(Part { p, q.since(2) }))
        .minimum(1)
        .subsections(&[EXTRA.table()]),
);

static SCRATCH: Layout<Scratch> = Layout::new(
    StaticTable::new("scratch", 1, fields!(Scratch { sum }))
        .minimum(0)
        .on(Hook::PreSave, &InBlock(|block, place, _| carry(block, place, true)))
        .on(Hook::PostLoad, &InBlock(|block, place, _| carry(block, place, false))),
);

static LATER: Layout<Misc> = Layout::new(
    StaticTable::new("misc/later", 1, fields!(Misc { wide }))
        .subsections(&[LATEST.table()])
        .needed(&Set(core::mem::offset_of!(Misc, wide))),
);

static LATEST: Layout<Misc> =
    Layout::new(StaticTable::new("misc/later/latest", 1, fields!(Misc { left })));

static MISC: Layout<Misc> = Layout::new(
    StaticTable::new(
        "misc",
        3,
        fields!(Misc {
            numbers,
            signed,
            flags: flags(),
            n,
            inline.count(number!(Misc, n)),
            len,
            buffer: to_buffer(number!(Misc, len)).allocated(),
            "unused": unused(3),
            bits,
            bitmap: to_bits(number!(Misc, bits)).allocated(),
            count,
            behind: to(&MAPPING).count(number!(Misc, count)).allocated(),
            timers: timer(),
            double,
            same: equal(),
            most: at_most(),
            parts: structs(&PART),
            one: versioned(&PART, 1),
            pointers: each_to_numbers(Kind::I32),
            objects: each_to(&MAPPING),
            made: each_to(&MAPPING).each_allocated(),
            own: own(&Own),
            right,
            "sum": temporary(&SCRATCH),
            since.since(2),
            since.since(3).tested(&Set(core::mem::offset_of!(Misc, n))),
            "valid": valid().tested(&Unset(core::mem::offset_of!(Misc, valid))),
        }),
    )
    .minimum(1)
    .subsections(&[LATER.table()]),
);

/// Whether the byte at this offset is not 0.
struct Set(usize);

impl Test for Set {
    fn holds(&self, block: &Block<'_>, place: usize, _version: u32) -> Result<bool> {
        Ok(block.bytes(block.at(place, self.0)?, 1)? != [0])
    }
}

/// Whether it is.
struct Unset(usize);

impl Test for Unset {
    fn holds(&self, block: &Block<'_>, place: usize, version: u32) -> Result<bool> {
        Set(self.0).holds(block, place, version).map(|set| !set)
    }
}

/// The bytes of keys, last first: so they are in the order of numbers where the machine is little-endian.
struct ByBytes;

impl Order for ByBytes {
    fn compare(&self, block: &Block<'_>, one: usize, other: usize) -> Result<core::cmp::Ordering> {
        let (one, other) = (block.bytes(one, 8)?, block.bytes(other, 8)?);
        Ok(one.iter().rev().cmp(other.iter().rev()))
    }
}

/// Four bytes, two of which are items and two raw.
struct Own;

impl Custom for Own {
    fn visit(
        &self,
        block: &mut Block<'_>,
        place: usize,
        v: &mut Visitor<'_>,
    ) -> core::result::Result<(), Failure> {
        let bytes = block.bytes_mut(place, 4).map_err(Failure::Code)?;
        let (items, raw) = bytes.split_at_mut(2);
        v.array("items", items).map_err(Failure::Code)?;
        let done = match v.is_loading() {
            true => v.get_raw(raw).map(|_| ()),
            false => v.put_raw(raw),
        };
        done.map_err(Failure::Code)?;
        if v.is_loading() && raw[0] == 9 {
            return Err(Failure::Device(i32::from(raw[1] as i8)));
        }
        Ok(())
    }
}

/// The sum of two members of the parent goes out, and the left one comes of it.
fn carry(block: &mut Block<'_>, place: usize, saves: bool) -> core::result::Result<(), Failure> {
    let parent = block.follow(place).map_err(Failure::Code)?.unwrap();
    let left = parent + core::mem::offset_of!(Misc, left);
    let right = parent + core::mem::offset_of!(Misc, right);
    let word =
        |block: &Block<'_>, at| u32::from_ne_bytes(block.bytes(at, 4).unwrap().try_into().unwrap());
    let (to, sum) = match saves {
        true => (place + 4, word(block, left).wrapping_add(word(block, right))),
        false => (left, word(block, place + 4).wrapping_sub(word(block, right))),
    };
    block.bytes_mut(to, 4).unwrap().copy_from_slice(&sum.to_ne_bytes());
    Ok(())
}

/// The tables that an input chooses from, with the sizes of their objects.
fn table(choice: usize) -> (&'static StaticTable, usize) {
    [
        (MISC.table(), size_of::<Misc>()),
        (LISTS.table(), size_of::<Lists>()),
        (DOMAIN.table(), size_of::<Domain>()),
        (PART.table(), size_of::<Part>()),
    ][choice % 4]
}

/// Bytes before the stream that say of which table it is, at which version, which pointers there are, and where it
/// is cut.
const HEAD: usize = 4;

/// An object, in memory of its own.
struct Object<'m> {
    table: &'static StaticTable,
    block: Block<'m>,
    place: usize,
}

impl<'m> Object<'m> {
    /// A fresh one, that an input chooses.
    fn new(memory: &'m mut [u64], choice: &[u8; HEAD]) -> Self {
        let (table, size) = table(choice[0].into());
        let mut block = Block::new(memory).with_limit(1 << 10);
        let place = block.allocate(size).unwrap();
        match choice[0] % 4 {
            0 => {
                let slots = core::mem::offset_of!(Misc, pointers);
                for index in 0..7 {
                    if choice[2] >> index & 1 != 0 {
                        let made = block.allocate(size_of::<Mapping>()).unwrap();
                        block.point(place + slots + 4 * index, Some(made)).unwrap();
                    }
                }
                let most = core::mem::offset_of!(Misc, most);
                block.bytes_mut(place + most, 4).unwrap().copy_from_slice(&99i32.to_ne_bytes());
            }
            1 => {
                let tail = place + core::mem::offset_of!(Lists, tail);
                block.point(tail + 4, Some(tail)).unwrap();
            }
            _ => {}
        }
        Object { table, block, place }
    }

    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        self.table.visit(&mut self.block, self.place, v)
    }

    /// Loads QEMU's bytes, and says how many those were.
    fn load(&mut self, version: Option<u32>, bytes: &[u8]) -> core::result::Result<u64, Report> {
        let mut loader = legacy::Loader::from_slice(bytes);
        let mut v = loader.visitor();
        if let Some(version) = version {
            v.set_version(version).unwrap();
        }
        let _ = self.visit(&mut v);
        loader.finish()
    }

    fn save(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; BYTES];
        let mut saver = legacy::Saver::to_slice(&mut bytes);
        let done = self.visit(&mut saver.visitor());
        assert_eq!(done, Ok(()));
        let length = saver.finish().unwrap() as usize;
        bytes.truncate(length);
        bytes
    }

    /// The stream of chunks.
    fn chunks(&mut self) -> Vec<u8> {
        let (mut bytes, mut scratch) = (vec![0; BYTES], vec![0; BYTES]);
        let settings = Settings::default();
        let mut saver = Saver::to_slice(&mut bytes, &settings, &mut scratch).unwrap();
        let done = self.visit(&mut saver.visitor());
        assert_eq!(done, Ok(()));
        let length = saver.finish().unwrap() as usize;
        bytes.truncate(length);
        bytes
    }
}

/// A stream of QEMU's bytes.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let choice: [u8; HEAD] = core::array::from_fn(|_| input.byte());
    let stream = input.rest();
    let version = u32::from(choice[1] % 5);
    let version = (version > 0).then_some(version);

    let mut memory = [0; WORDS];
    let mut object = Object::new(&mut memory, &choice);
    let Ok(length) = object.load(version, stream) else { return };
    assert!(length <= stream.len() as u64);
    let bytes = object.save();

    let mut memory = [0; WORDS];
    let mut again = Object::new(&mut memory, &choice);
    assert_eq!(
        again.load(None, &bytes).map_err(|report| report.to_string()),
        Ok(bytes.len() as u64)
    );
    assert_eq!(again.save(), bytes);

    let mut memory = [0; WORDS];
    let mut over_chunks = Object::new(&mut memory, &choice);
    let chunks = object.chunks();
    let store = SliceStore::new(&chunks, Limits::default(), Portable);
    let mut visiting = Visiting::new(ChunkDecoder::new(store));
    let done = over_chunks.visit(&mut visiting.loader());
    assert_eq!(done.map_err(|code| visiting.report_of(code).to_string()), Ok(()));
    assert_eq!(over_chunks.save(), bytes);

    let cut = usize::from(choice[3]).min(bytes.len());
    let mut memory = [0; WORDS];
    if let Ok(length) = Object::new(&mut memory, &choice).load(None, &bytes[..cut]) {
        assert!(length <= cut as u64);
    }
}

/// Streams of every table.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let stream = |choice: [u8; HEAD], bytes: &[&[u8]]| [&choice[..], &bytes.concat()].concat();
    let mapping = [0, 0, 0, 0, 0, 0, 0xa0, 0, 0, 0, 0, 1];
    let interval = [0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x1f, 0xff];
    let other = [0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x4f, 0xff];
    let node = |key: &[u8]| [&[1][..], key, &mapping].concat();
    let domain = [&[0, 0, 0, 6, 0, 0, 0, 2][..], &node(&interval), &node(&other), &[0]].concat();
    let lists = [
        &[0xfe, 0][..],
        &[1, 1, 0x82, 2, 3, 1, 0, 0x41, 0, 0, 0],
        &[1, 0, 9, 8, 7, 0],
        &[0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 5],
        &domain,
        &[1, 0, 0, 0, 0, 0, 0, 0, 6],
        &domain,
        &[0, 0, 1, 0x11, 0x70],
    ];
    let extra = b"\x05\x0apart/extra\0\0\0\x03\0\x01\0\x02\0\x03";
    let part = [&[1, 2][..], extra].concat();
    let misc = [
        &[7; 16 + 3][..],
        &[0, 1],
        // Two numbers, three bytes, three unused ones, 65 bits, one object.
        &[2, 0, 1, 0, 2],
        &[0, 0, 0, 3, 0xaa, 0xbb, 0xcc, 0, 0, 0],
        &[0, 0, 0, 65],
        &[0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0, 0, 0, 1],
        &mapping,
        &[0xff; 8],
        &[0, 0, 0, 0, 0, 0, 0, 1],
        &1.0f64.to_be_bytes(),
        &[0, 0, 0, 0],
        &[0, 0, 0, 5],
        &part,
        &[3, 4],
        &[5],
        // Pointers: none, one, none; one object and none; one that is made and none.
        &[0x30, 0, 0, 0, 1, 0x30],
        &mapping,
        &[0x30],
        &[0x31],
        &mapping,
        &[0x30],
        b"item",
        &[0, 0, 0, 3],
        &[0, 0, 0, 7],
        &[0, 0, 0, 1, 0, 0, 0, 2],
        b"\x05\x0amisc/later\0\0\0\x01\x01\0\0\x02",
        b"\x05\x11misc/later/latest\0\0\0\x01\0\0\0\x04",
    ];
    vec![
        ("misc", stream([0, 0, 0b000_1010, 30], &misc)),
        ("lists", stream([1, 0, 0, 60], &lists)),
        ("domain", stream([2, 0, 0, 30], &[&domain])),
        ("part", stream([3, 2, 0, 1], &[&part])),
        ("old_part", stream([3, 1, 0, 1], &[&[9], extra])),
    ]
}

/// How a seed ends.
pub fn outcome(data: &[u8]) -> core::result::Result<u64, Report> {
    let choice = data.first_chunk().unwrap();
    let mut memory = [0; WORDS];
    let version = u32::from(choice[1] % 5);
    let version = (version > 0).then_some(version);
    Object::new(&mut memory, choice).load(version, &data[HEAD..])
}
