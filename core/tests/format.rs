//! The worked example of `docs/format.md` is what the library writes, and reads.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::codec::legacy;
use migcore::visit::{Marks, Subsection, Visit, Visitor};
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

/// The bytes before the first thing in a line that is no byte.
fn documented() -> Vec<u8> {
    let document = include_str!("../../docs/format.md");
    let example = document.split("```hexdump\n").nth(1).expect("an example");
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
fn the_worked_example_is_written_and_read() {
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
    assert_eq!(memory[..length], documented());
    let mut loaded = Nic::default();
    assert_eq!(legacy::load("nic", 2, &mut loaded, &documented()), Ok(length));
    assert_eq!(loaded, nic);
}
