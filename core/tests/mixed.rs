//! Half-converted code: some items go through visits, others straight into a host's own file, which
//! has a buffer of its own. Whichever are converted, the bytes are the same and load.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use std::cell::RefCell;

use migcore::codec::legacy::{Loader, Saver};
use migcore::io::{Failure, Portable, Sink, Source, StreamReader, StreamWriter};
use migcore::Result;

/// What a host program has: a stream behind a small buffer, with puts and gets of its own.
#[derive(Default)]
struct HostFile {
    stream: Vec<u8>,
    buffer: Vec<u8>,
    at: usize,
}

impl HostFile {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.buffer.len() == 7 {
                self.stream.append(&mut self.buffer);
            }
            self.buffer.push(*byte);
        }
    }

    fn get(&mut self, out: &mut [u8]) -> usize {
        let length = out.len().min(self.stream.len() - self.at);
        out[..length].copy_from_slice(&self.stream[self.at..self.at + length]);
        self.at += length;
        length
    }

    fn close(mut self) -> Vec<u8> {
        self.stream.append(&mut self.buffer);
        self.stream
    }
}

/// The visitor's way to the file, which both sides share.
struct Plug<'f>(&'f RefCell<HostFile>);

impl Sink for Plug<'_> {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        self.0.borrow_mut().put(bytes);
        Ok(bytes.len())
    }
}

impl Source for Plug<'_> {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        Ok(self.0.borrow_mut().get(out))
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Uart {
    control: u32,
    divider: u16,
    fifo: [u8; 16],
    level: u8,
    errors: [u64; 3],
    offset: i64,
}

const ITEMS: u32 = 6;

/// Saves each item by a visit where its bit in `converted` is set, else by a put.
fn save(uart: &mut Uart, converted: u32) -> Vec<u8> {
    let file = RefCell::new(HostFile::default());
    let mut saver = Saver::new(StreamWriter::new(Plug(&file), &mut []), Portable);
    let mut v = saver.visitor();
    let item = |index: u32, visit: &mut dyn FnMut() -> Result<()>, put: &[u8]| {
        if converted & (1 << index) == 0 {
            file.borrow_mut().put(put);
        } else {
            visit().unwrap();
        }
    };
    let old = uart.clone();
    let errors: Vec<u8> = old.errors.iter().flat_map(|error| error.to_be_bytes()).collect();
    item(0, &mut || v.visit("control", &mut uart.control), &old.control.to_be_bytes());
    item(1, &mut || v.visit("divider", &mut uart.divider), &old.divider.to_be_bytes());
    item(2, &mut || v.bytes("fifo", &mut uart.fifo), &old.fifo);
    item(3, &mut || v.visit("level", &mut uart.level), &[old.level]);
    item(4, &mut || v.array("errors", &mut uart.errors), &errors);
    item(5, &mut || v.visit("offset", &mut uart.offset), &old.offset.to_be_bytes());
    saver.finish().unwrap();
    file.into_inner().close()
}

/// Loads each item by a visit where its bit in `converted` is set, else by gets.
fn load(bytes: &[u8], converted: u32) -> Uart {
    let file = RefCell::new(HostFile { stream: bytes.to_vec(), ..HostFile::default() });
    let mut loader = Loader::new(StreamReader::new(Plug(&file), &mut []), Portable);
    let mut v = loader.visitor();
    let mut uart = Uart::default();
    let visited = |index: u32| converted & (1 << index) != 0;
    macro_rules! item {
        ($index:literal, $visit:expr, $place:expr, $type:ty) => {
            if visited($index) {
                $visit.unwrap();
            } else {
                let mut raw = [0; size_of::<$type>()];
                assert_eq!(file.borrow_mut().get(&mut raw), raw.len());
                $place = <$type>::from_be_bytes(raw);
            }
        };
    }
    item!(0, v.visit("control", &mut uart.control), uart.control, u32);
    item!(1, v.visit("divider", &mut uart.divider), uart.divider, u16);
    if visited(2) {
        v.bytes("fifo", &mut uart.fifo).unwrap();
    } else {
        file.borrow_mut().get(&mut uart.fifo);
    }
    item!(3, v.visit("level", &mut uart.level), uart.level, u8);
    if visited(4) {
        v.array("errors", &mut uart.errors).unwrap();
    } else {
        for error in &mut uart.errors {
            let mut raw = [0; 8];
            file.borrow_mut().get(&mut raw);
            *error = u64::from_be_bytes(raw);
        }
    }
    item!(5, v.visit("offset", &mut uart.offset), uart.offset, i64);
    loader.finish().unwrap();
    assert_eq!(file.borrow().at, bytes.len(), "nothing is read ahead");
    uart
}

#[test]
fn every_mix_of_puts_and_visits_writes_and_reads_the_same() {
    let mut uart = Uart {
        control: 0x8000_0001,
        divider: 0x0102,
        fifo: *b"sixteen bytes...",
        level: 9,
        errors: [1, u64::MAX, 3],
        offset: -4,
    };
    let unconverted = save(&mut uart, 0);
    assert_eq!(unconverted.len(), 4 + 2 + 16 + 1 + 24 + 8);
    for converted in 0..1 << ITEMS {
        assert_eq!(save(&mut uart, converted), unconverted, "{converted:06b}");
        assert_eq!(load(&unconverted, converted), uart, "{converted:06b}");
    }
}
