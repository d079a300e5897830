//! A writer of streams that does all that `docs/format.md` allows, at random: it cuts a state where it
//! may be cut, repeats and leaves out alternatives and shapes, and writes what means nothing. Nothing here
//! uses the library's own writer.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use crate::chunks::{first_of, fragment, header, Assembler, Head, LAST, NO_SHAPE};
use crate::saved::{Device, Item, What};
use migcore::visit::{Extent, Kind};

/// The slots of these streams.
const SLOTS: u16 = 3;

/// One stream of these devices, a function of the seed. `cuts`: how often of 100 times a state is cut
/// where it may be.
pub fn write(devices: &[Device], seed: u64, cuts: u32) -> Vec<u8> {
    let start = Assembler::bare().chunk(b"MHDR", &header(SLOTS, 1 << 20, 1 << 20));
    let mut writer = Writer {
        out: Some(start),
        random: Random(seed | 1),
        cuts,
        slots: Default::default(),
        kind: *b"MDEV",
        head: Vec::new(),
        number: 0,
        part: Part::default(),
        whole: 0,
        mute: 0,
        lists: Vec::new(),
    };
    for device in devices {
        writer.device(device);
    }
    writer.noise();
    writer.out.take().unwrap().end()
}

/// Numbers that look random: xorshift.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) % u64::from(end.max(1))) as u32
    }

    pub fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }
}

/// A shape and its values.
#[derive(Default)]
struct Part {
    shape: Vec<u8>,
    values: Vec<u8>,
}

/// The list that is open, as far as the fragment has it.
#[derive(Default)]
struct List {
    alternatives: Vec<Vec<u8>>,
    /// Where the last run's header is in the values, its alternative and how many elements it has.
    run: Option<(usize, usize, u32)>,
}

struct Writer {
    out: Option<Assembler>,
    random: Random,
    cuts: u32,
    slots: [Option<Vec<u8>>; SLOTS as usize],
    kind: [u8; 4],
    /// The head of the device, for its first fragment.
    head: Vec<u8>,
    number: u32,
    part: Part,
    /// How many elements are open that must not be cut.
    whole: u32,
    /// How many scopes are open that have no values.
    mute: u32,
    lists: Vec<List>,
}

impl Writer {
    fn device(&mut self, device: &Device) {
        self.noise();
        let Device { name, instance, version, oldest_reader, marks, items } = device;
        self.kind = *match marks & 9 {
            1 => b"mDEV",
            9 => b"mDEv",
            _ => b"MDEV",
        };
        self.head = first_of(&Head {
            name: name.as_bytes(),
            instance: *instance,
            version: *version,
            oldest_reader: *oldest_reader,
            marks: *marks as u8,
        });
        self.items(items);
        self.send(LAST);
        self.number = 0;
    }

    /// Chunks that mean nothing, where no device has begun.
    fn noise(&mut self) {
        while self.number == 0 && self.random.percent(self.cuts / 4) {
            let kind = [b"abCd", b"mHDR", b"mEND", b"aBCD"][self.random.below(4) as usize];
            let data = vec![7; self.random.below(20) as usize];
            self.chunk(kind, &data);
        }
    }

    fn chunk(&mut self, kind: &[u8; 4], data: &[u8]) {
        self.out = self.out.take().map(|out| out.chunk(kind, data));
    }

    /// Sends the shape, unless it is in a slot already, and the fragment.
    fn send(&mut self, last: u32) {
        self.noise();
        let shape = core::mem::take(&mut self.part.shape);
        let slot = match (
            shape.is_empty(),
            self.slots.iter().position(|held| held.as_ref() == Some(&shape)),
        ) {
            (true, _) if self.random.percent(80) => NO_SHAPE,
            (_, Some(slot)) if self.random.percent(90) => slot as u16,
            _ => {
                let slot = self.random.below(SLOTS.into()) as u16;
                self.chunk(b"MSHP", &[&slot.to_be_bytes()[..], &shape].concat());
                self.slots[usize::from(slot)] = Some(shape);
                self.noise();
                slot
            }
        };
        let values =
            [core::mem::take(&mut self.head), core::mem::take(&mut self.part.values)].concat();
        let data = fragment(slot, self.number | last, &values);
        self.chunk(&self.kind.clone(), &data);
        self.number += 1;
    }

    /// A place where the state may be cut.
    fn may_cut(&mut self) {
        while self.whole == 0 && self.random.percent(self.cuts) {
            self.send(0);
            self.lists.iter_mut().for_each(|list| *list = List::default());
        }
    }

    fn put(&mut self, values: &[u8]) {
        if self.mute == 0 {
            self.part.values.extend(values);
        }
    }

    fn operation(&mut self, code: u8, item: &Item, parameters: &[u8]) {
        let noted = self.random.percent(5);
        let marked = item.marks != 0;
        self.part.shape.push(code | u8::from(marked) << 5 | u8::from(noted) << 6);
        if marked {
            self.part.shape.push(item.marks as u8);
        }
        if noted {
            self.part.shape.extend(b"\x04note");
        }
        self.string(item.name.as_bytes());
        self.part.shape.extend(parameters);
    }

    fn string(&mut self, text: &[u8]) {
        self.part.shape.push(text.len() as u8);
        self.part.shape.extend(text);
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.may_cut();
            self.item(item);
        }
        self.may_cut();
    }

    fn inside(&mut self, items: &[Item]) {
        self.items(items);
        self.part.shape.push(0);
    }

    fn item(&mut self, item: &Item) {
        match &item.what {
            What::Scalar(kind, bits) => {
                self.operation(*kind as u8, item, &[]);
                self.put(&bits.to_be_bytes()[8 - kind.width().bytes()..]);
            }
            What::Array(kind, extent, values) => {
                let count = (values.len() as u32).to_be_bytes();
                match extent {
                    Extent::Fixed => {
                        self.operation(12, item, &[&[*kind as u8], &count[..]].concat());
                    }
                    Extent::Variable => self.operation(13, item, &[*kind as u8]),
                }
                self.counted(*extent, count);
                let values: Vec<_> = values.iter().map(|bits| bits.to_be_bytes()).collect();
                self.elements(values.iter().map(|bytes| &bytes[8 - kind.width().bytes()..]));
            }
            What::Bytes(extent, data) => {
                let count = (data.len() as u32).to_be_bytes();
                match extent {
                    Extent::Fixed => self.operation(14, item, &count),
                    Extent::Variable => self.operation(15, item, &[]),
                }
                self.counted(*extent, count);
                self.elements(data.chunks(1));
            }
            What::Text(text) => {
                self.operation(16, item, &[]);
                self.put(&(text.len() as u32).to_be_bytes());
                self.put(text.as_bytes());
            }
            What::Absent => self.operation(17, item, &[]),
            What::Raw(bytes) => self.raw(bytes),
            What::Struct(None, items) => {
                self.operation(19, item, &[]);
                self.inside(items);
            }
            What::Struct(Some((description, version)), items) => {
                self.operation(20, item, &[]);
                self.string(description.as_bytes());
                self.part.shape.extend(version.to_be_bytes());
                self.inside(items);
            }
            What::List(extent, elements) => self.list(item, *extent, elements),
            What::Optional(Some(items)) => {
                self.operation(24, item, &[]);
                self.put(&[1]);
                self.inside(items);
            }
            What::Optional(None) => {
                self.operation(24, item, &[]);
                self.put(&[0]);
                self.mute += 1;
                self.nothing();
                self.mute -= 1;
                self.part.shape.push(0);
            }
            What::Subsection(version, items) => {
                self.operation(25, item, &version.to_be_bytes());
                self.inside(items);
            }
            What::Device(instance, version, reader, items) => {
                self.operation(26, item, &[version.to_be_bytes(), reader.to_be_bytes()].concat());
                self.put(&instance.to_be_bytes());
                self.inside(items);
            }
        }
    }

    fn counted(&mut self, extent: Extent, count: [u8; 4]) {
        if extent == Extent::Variable {
            self.put(&count);
        }
    }

    fn elements<'e>(&mut self, elements: impl Iterator<Item = &'e [u8]>) {
        let mut some = false;
        for element in elements {
            self.may_cut_values();
            self.put(element);
            some = true;
        }
        // Behind the last element an array is as complete as before the next item.
        if some {
            self.may_cut();
        }
    }

    /// A place inside of an array, which has none when it has no values.
    fn may_cut_values(&mut self) {
        if self.mute == 0 && self.random.percent(30) {
            self.may_cut();
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            let length = self.random.below(rest.len() as u32 + 1) as usize;
            let (piece, behind) = rest.split_at(length);
            self.part.shape.push(18);
            self.put(&(length as u32).to_be_bytes());
            self.put(piece);
            rest = behind;
            self.may_cut();
            if rest.is_empty() {
                break;
            }
        }
    }

    /// Items that are not there.
    fn nothing(&mut self) {
        let scalar = Item { name: "gone".into(), marks: 0, what: What::Scalar(Kind::U16, 1) };
        let items = vec![scalar; self.random.below(3) as usize];
        let list = What::List(Extent::Variable, vec![items.clone(); self.random.below(3) as usize]);
        let list = Item { name: "list".into(), marks: 1, what: list };
        let inner = What::Struct(None, vec![list]);
        let inner = Item { name: String::new(), marks: 0, what: inner };
        self.items(&items);
        if self.random.percent(50) {
            self.items(&[inner]);
        }
    }

    fn list(&mut self, item: &Item, extent: Extent, elements: &[Vec<Item>]) {
        let count = (elements.len() as u32).to_be_bytes();
        match extent {
            Extent::Fixed => self.operation(21, item, &count),
            Extent::Variable => self.operation(22, item, &[]),
        }
        self.counted(extent, count);
        self.lists.push(List::default());
        for items in elements {
            self.unused();
            self.may_cut();
            match self.random.percent(40) {
                true => self.element_in_parts(items),
                false => self.element(items),
            }
        }
        self.may_cut();
        self.unused();
        self.lists.pop();
        self.part.shape.push(0);
    }

    fn top(&mut self) -> &mut List {
        self.lists.last_mut().unwrap()
    }

    /// An alternative that no run uses.
    fn unused(&mut self) {
        if self.random.percent(10) {
            let shape = [&[23][..], b"\x05\x06unused", &[0]].concat();
            self.part.shape.extend(&shape);
            self.top().alternatives.push(shape);
        }
    }

    /// The shape and the values of an element that is not cut.
    fn element(&mut self, items: &[Item]) {
        let outer = core::mem::take(&mut self.part);
        self.whole += 1;
        self.part.shape.push(23);
        self.inside(items);
        self.whole -= 1;
        let Part { shape, values } = core::mem::replace(&mut self.part, outer);
        let alternatives = &self.top().alternatives;
        let form = match alternatives.iter().position(|held| *held == shape) {
            Some(form) => form,
            None => {
                let form = alternatives.len();
                self.part.shape.extend(&shape);
                self.top().alternatives.push(shape);
                form
            }
        };
        if self.mute == 0 {
            self.run(form);
        }
        self.put(&values);
    }

    /// Goes on with a run, or begins one.
    fn run(&mut self, form: usize) {
        let again = self.random.percent(85);
        if let Some((at, held, count)) = self.top().run.filter(|run| again && run.1 == form) {
            self.part.values[at..at + 4].copy_from_slice(&(count + 1).to_be_bytes());
            self.top().run = Some((at, held, count + 1));
            return;
        }
        let at = self.part.values.len() + 2;
        self.top().run = Some((at, form, 1));
        self.put(&(form as u16).to_be_bytes());
        self.put(&1u32.to_be_bytes());
    }

    /// An element that may be cut: a run of its own.
    fn element_in_parts(&mut self, items: &[Item]) {
        let form = self.top().alternatives.len();
        if self.mute == 0 {
            self.top().run = None;
            self.run(form);
        }
        let (number, start) = (self.number, self.part.shape.len());
        self.part.shape.push(23);
        self.inside(items);
        self.top().run = None;
        if self.number == number {
            let shape = self.part.shape[start..].to_vec();
            self.top().alternatives.push(shape);
        }
    }
}
