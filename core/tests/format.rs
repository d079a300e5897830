//! The worked examples of `docs/format.md` are what the library writes, and reads.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/saved.rs"]
mod saved;
#[path = "support/second.rs"]
mod second;
#[path = "support/shown.rs"]
mod shown;
#[path = "support/streams.rs"]
mod streams;

use migcore::codec::chunk::{
    check, ChunkDecoder, ChunkEncoder, Limits, Loader, Receiver, Saver, Settings, SliceStore,
    Summary,
};
use migcore::codec::legacy;
use migcore::io::{Portable, SliceWriter};
use migcore::ram::{Block, BlockHead, Blocks, PageSize};
use migcore::visit::{Marks, Subsection, Versions, Visit, Visiting, Visitor};
use migcore::Result;

#[derive(Clone, Debug, Default, PartialEq)]
struct Nic {
    control: u32,
    mac: [u8; 6],
    regs: [u32; 4],
    regs_count: usize,
    irq: Option<u8>,
    id: heapless::String<8>,
    rings: [(u16, i16); 1],
    flags: u8,
}

const SUBSECTIONS: [Subsection<Nic>; 1] = [Subsection {
    name: "nic/offload",
    version: 3,
    minimum_version: 1,
    marks: Marks::NONE,
    needed: |nic| nic.flags != 0,
    visit: |nic, v| v.visit("flags", &mut nic.flags),
}];

impl Visit for Nic {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("control", &mut self.control)?;
        v.bytes("mac", &mut self.mac)?;
        v.varray("regs", &mut self.regs, &mut self.regs_count)?;
        v.optional("irq", &mut self.irq, |v, irq| v.visit("line", irq))?;
        v.text("id", &mut self.id)?;
        v.list("rings", self.rings.len(), |v, index| {
            v.visit("head", &mut self.rings[index].0)?;
            v.visit("tail", &mut self.rings[index].1)
        })?;
        v.subsections("nic", &SUBSECTIONS, self)
    }
}

/// The device of the third example.
#[derive(Clone, Debug, Default, PartialEq)]
struct Adc {
    control: u16,
    channels: [Channel; 2],
    on: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Channel {
    gain: u8,
    log: [u16; 48],
    logged: usize,
    limit: u8,
}

impl Default for Channel {
    fn default() -> Self {
        Channel { gain: 0, log: [0; 48], logged: 0, limit: 0 }
    }
}

impl Visit for Adc {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("control", &mut self.control)?;
        v.list("channel", self.channels.len(), |v, index| {
            let channel = &mut self.channels[index];
            v.visit("gain", &mut channel.gain)?;
            v.varray("log", &mut channel.log, &mut channel.logged)?;
            v.visit("limit", &mut channel.limit)
        })?;
        v.visit("on", &mut self.on)
    }
}

/// An example: the bytes before the first thing in a line that is no byte.
fn documented(number: usize) -> Vec<u8> {
    let document = include_str!("../../docs/format.md");
    let example = document.split("```hexdump\n").nth(number).expect("an example");
    let lines = example.split("```").next().expect("its end").lines();
    let bytes = |line: &'static str| {
        line.split_whitespace().map_while(|word| match word.len() {
            2 => u8::from_str_radix(word, 16).ok(),
            _ => None,
        })
    };
    lines.flat_map(bytes).collect()
}

#[test]
fn the_legacy_example_is_written_and_read() {
    let mut nic = Nic {
        control: 42,
        mac: [0x52, 0x54, 0, 0x12, 0x34, 0x56],
        regs: [0x0a0b_0c0d, 1, 0, 0],
        regs_count: 2,
        irq: Some(7),
        id: heapless::String::try_from("eth0").unwrap(),
        rings: [(16, -2)],
        flags: 0x80,
    };
    let mut memory = [0; 128];
    let length = legacy::save("nic", 2, &mut nic, &mut memory).unwrap();
    assert_eq!(memory[..length], documented(1));
    let mut loaded = Nic::default();
    assert_eq!(legacy::load("nic", 2, &mut loaded, &documented(1)), Ok(length));
    assert_eq!(loaded, nic);
}

/// The device of the second example.
#[derive(Clone, Debug, Default, PartialEq)]
struct Uart {
    control: u16,
    baud: u32,
    modes: [Option<u8>; 3],
}

const UART_SUBSECTIONS: [Subsection<Uart>; 1] = [Subsection {
    name: "uart/baud",
    version: 1,
    minimum_version: 1,
    marks: Marks::ANCILLARY,
    needed: |uart| uart.baud != 0,
    visit: |uart, v| v.visit("baud", &mut uart.baud),
}];

impl Visit for Uart {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("control", &mut self.control)?;
        v.list("fifo", self.modes.len(), |v, index| {
            let mut level = self.modes[index].unwrap_or(0);
            if v.is_loading() || self.modes[index].is_some() {
                v.visit_or("level", &mut level, 0)?;
            }
            self.modes[index] = (level != 0).then_some(level);
            Ok(())
        })?;
        v.subsections("uart", &UART_SUBSECTIONS, self)
    }
}

fn visit_uarts(uarts: &mut [Uart], v: &mut Visitor<'_>) -> Result<()> {
    uarts.iter_mut().zip(0..).try_for_each(|(uart, instance)| {
        v.device("uart", instance, Versions { current: 2, minimum: 2 }, |v| uart.visit(v))
    })
}

#[test]
fn the_chunk_example_is_written_and_read() {
    let modes = [Some(3), Some(4), None];
    let first = Uart { control: 0x0101, baud: 0, modes };
    let second = Uart { control: 0x0202, ..first.clone() };
    let mut uarts = [first, second, Uart { control: 0x0303, baud: 9600, modes }];
    let (mut memory, mut scratch) = ([0; 512], [0; 1024]);
    let settings = Settings { machine: "pc", writer: "vmm 1", slots: 2, ..Settings::default() };
    let writer = SliceWriter::new(&mut memory);
    let encoder = ChunkEncoder::new(writer, Portable, &settings, &mut scratch).unwrap();
    let mut visiting = Visiting::new(encoder);
    let mut v = visiting.saver();
    visit_uarts(&mut uarts, &mut v).and_then(|()| v.finish()).unwrap();
    let length = v.position() as usize;
    assert_eq!(memory[..length], documented(2));

    let bytes = documented(2);
    let Summary { devices, length, .. } = check(&bytes, Limits::default(), Portable).unwrap();
    assert_eq!((devices, length as usize), (3, bytes.len()));
    let mut loaded = uarts.clone().map(|_| Uart::default());
    let store = SliceStore::new(&bytes, Limits::default(), Portable);
    let mut visiting = Visiting::new(ChunkDecoder::new(store));
    let mut v = visiting.loader();
    visit_uarts(&mut loaded, &mut v).and_then(|()| v.expect_end()).unwrap();
    assert_eq!(loaded, uarts);
}

/// A channel that has logged its first numbers.
fn channel(gain: u8, logged: usize, limit: u8) -> Channel {
    let log = core::array::from_fn(|at| if at < logged { at as u16 + 1 } else { 0 });
    Channel { gain, log, logged, limit }
}

#[test]
fn the_example_in_fragments_is_written_and_read() {
    let channels = [channel(5, 48, 6), channel(7, 2, 8)];
    let mut adc = Adc { control: 1, channels, on: true };
    let (mut memory, mut scratch) = ([0; 512], [0; 256]);
    let settings = Settings { machine: "pc", writer: "vmm 1", ..Settings::default() };
    let visit = |adc: &mut Adc, v: &mut Visitor<'_>| {
        v.device("adc", 0, Versions::only(1), |v| adc.visit(v))
    };
    let mut saver = Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
    visit(&mut adc, &mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap() as usize;
    assert_eq!(memory[..length], documented(3));

    let mut loaded = Adc::default();
    let bytes = documented(3);
    let mut loader = Loader::from_slice(&bytes);
    visit(&mut loaded, &mut loader.visitor()).unwrap();
    assert_eq!(loader.finish(), Ok(bytes.len() as u64));
    assert_eq!(loaded, adc);
}

/// A machine with two blocks of memory, of which one is told twice.
fn save_memory(saver: &mut Saver<'_, SliceWriter<'_>>) -> Result<()> {
    let blocks = [BlockHead { name: b"ram", length: 64 }, BlockHead { name: b"rom", length: 16 }];
    let pages: [u8; 16] = core::array::from_fn(|at| at as u8 + 1);
    saver.blocks(&blocks, PageSize::new(16).unwrap())?;
    saver.pages(&blocks, 0, 0, &[[0; 16], pages, [0x11; 16], [0; 16]].concat())?;
    saver.pages(&blocks, 1, 0, &[0xff; 16])?;
    saver.visitor().device("uart", 0, Versions::only(1), |v| v.visit("level", &mut 5u8))?;
    saver
        .marked(&blocks, 0, &[[0; 16], [0; 16], [0; 16], [7; 16]].concat(), &[0b1100], 0..4)
        .map(|_| ())
}

#[test]
fn the_example_of_memory_is_written_and_read() {
    let (mut memory, mut scratch) = ([0; 1024], [0; 256]);
    let settings =
        Settings { machine: "pc", writer: "vmm 1", alignment: 16, ..Settings::default() };
    let mut saver = Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
    save_memory(&mut saver).unwrap();
    let length = saver.finish().unwrap() as usize;
    assert_eq!(memory[..length], documented(5), "{:02x?}", &memory[..length]);

    let (mut ram, mut rom, mut buffer) = ([0; 64], [0; 16], [0; 512]);
    let mut blocks = [Block::new("rom", &mut rom), Block::new("ram", &mut ram)];
    let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    assert!(receiver.feed(&documented(5)).unwrap().done);
    let mut level = 0u8;
    let mut loader = Loader::from_slice(receiver.bytes().unwrap());
    let visitor = &mut loader.visitor();
    visitor.device("uart", 0, Versions::only(1), |v| v.visit("level", &mut level)).unwrap();
    loader.finish().unwrap();
    assert_eq!(level, 5);
    let pages = core::array::from_fn(|at| at as u8 + 1);
    assert_eq!(ram[..], [[0; 16], pages, [0; 16], [7; 16]].concat());
    assert_eq!(rom, [0xff; 16]);
}

#[test]
fn a_second_reader_reads_the_examples_of_chunks() {
    let examples = [2, 3].map(documented).map(|bytes| (bytes.clone(), shown::read(&bytes)));
    assert!(examples.iter().all(|(_, read)| read.is_ok()));
    second::agrees(&examples);
    let memory = second::items(&second::read_all(&[documented(5)])[0]);
    let page = |byte: &str| byte.repeat(16);
    let lines = [
        "memory \"ram\" pages 4 of 16".to_owned(),
        "page 1 = 0102030405060708090a0b0c0d0e0f10".to_owned(),
        format!("page 3 = {}", page("07")),
        "memory \"rom\" pages 1 of 16".to_owned(),
        format!("page 0 = {}\n", page("ff")),
    ];
    assert!(memory.ends_with(&lines.join("\n")), "{memory}");
}

#[test]
fn the_example_of_a_whole_stream_is_what_qemu_wrote() {
    let example = documented(4);
    assert_eq!(streams::recorded("qemu-7.2-machine-none")[..example.len()], example);
}
