//! A new program, an old one and a new one again: what the old one does not know goes through it over the
//! chunk wire, with its values and places, if it is safe to copy.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/reading.rs"]
mod reading;
mod support;
#[path = "support/ways.rs"]
mod ways;

use migcore::codec::chunk::{ChunkEncoder, Limits, Settings, SliceStore};
use migcore::io::{Portable, SliceWriter};
use migcore::model::{Builder, Merged, Tree, TreeDecoder};
use migcore::visit::{
    Marks, Scalar, Scope, ScopeKind, SubsectionName, Track, Versions, Visiting, Visitor,
};
use migcore::Result;
use ways::*;

fn safe() -> Marks {
    Marks::ANCILLARY | Marks::SAFE_TO_COPY
}

/// Which program visits: the old one knows nothing of what was added.
#[derive(Clone, Copy, PartialEq)]
enum Program {
    Old,
    New,
}
use Program::{New, Old};

#[derive(Clone, Debug, Default, PartialEq)]
struct Cell {
    value: u8,
    note: u16,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Ring {
    head: u16,
    hint: u32,
    odd: u8,
    cells: Vec<Cell>,
    stats: Option<[u32; 2]>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Nic {
    base: u8,
    hint: u64,
    odd: u8,
    table: [u16; 3],
    label: String,
    irq: Option<(u8, u16)>,
    extra: Option<u32>,
    rings: Vec<Ring>,
    timer: (u8, i32),
    filter: (u8, u16),
    offload: u8,
    trace: u8,
}

/// An item that was added, with these marks. A state that lacks it has another value.
fn added<T: Scalar>(
    v: &mut Visitor<'_>,
    marks: Marks,
    name: &str,
    place: &mut T,
    or: T,
) -> Result<()> {
    v.mark(marks)?;
    v.visit_or(name, place, or)
}

/// A scope or array that was added, if the state has it.
fn added_with(
    v: &mut Visitor<'_>,
    name: &str,
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Result<()> {
    match v.has(&name)? {
        true => v.mark(safe()).and_then(|()| visit(v)),
        false => Ok(()),
    }
}

impl Cell {
    fn visit(&mut self, v: &mut Visitor<'_>, program: Program) -> Result<()> {
        if program == New {
            added(v, safe(), "note", &mut self.note, 0)?;
        }
        v.visit("value", &mut self.value)
    }
}

impl Ring {
    fn visit(&mut self, v: &mut Visitor<'_>, program: Program) -> Result<()> {
        v.visit("head", &mut self.head)?;
        if program == New {
            added(v, safe(), "hint", &mut self.hint, 0)?;
            added(v, Marks::ANCILLARY, "odd", &mut self.odd, 0)?;
            // Not every ring has them.
            if self.stats.is_some() || v.is_loading() {
                added_with(v, "stats", |v| v.array("stats", self.stats.get_or_insert([0; 2])))?;
            }
        }
        list(v, "cells", &mut self.cells, |v, cell| cell.visit(v, program))
    }
}

/// A list of at most eight elements.
fn list<T: Default + Clone>(
    v: &mut Visitor<'_>,
    name: &str,
    elements: &mut Vec<T>,
    mut visit: impl FnMut(&mut Visitor<'_>, &mut T) -> Result<()>,
) -> Result<()> {
    let mut count = elements.len();
    elements.resize(8, T::default());
    v.varlist(name, 8, &mut count, |v, at| visit(v, &mut elements[at]))?;
    elements.truncate(count);
    Ok(())
}

impl Nic {
    fn visit(&mut self, v: &mut Visitor<'_>, instance: u32, program: Program) -> Result<()> {
        v.device("nic", instance, Versions::only(1), |v| self.visit_inside(v, program))
    }

    fn visit_inside(&mut self, v: &mut Visitor<'_>, program: Program) -> Result<()> {
        if program == New {
            added(v, safe(), "hint", &mut self.hint, 0)?;
            added(v, Marks::ANCILLARY, "odd", &mut self.odd, 0)?;
        }
        v.visit("base", &mut self.base)?;
        if program == New {
            added_with(v, "table", |v| v.array("table", &mut self.table))?;
            let mut label = heapless::String::<16>::try_from(&self.label[..]).unwrap();
            added_with(v, "label", |v| v.text("label", &mut label))?;
            self.label = label.as_str().to_owned();
            added_with(v, "extra", |v| {
                v.optional("extra", &mut self.extra, |v, extra| v.visit("value", extra))
            })?;
        }
        v.optional("irq", &mut self.irq, |v, irq| {
            v.visit("line", &mut irq.0)?;
            if program == New {
                added(v, safe(), "hint", &mut irq.1, 0)
            } else {
                Ok(())
            }
        })?;
        list(v, "rings", &mut self.rings, |v, ring| ring.visit(v, program))?;
        v.device("timer", 3, Versions::only(2), |v| {
            v.visit("mode", &mut self.timer.0)?;
            if program == New {
                added(v, safe(), "drift", &mut self.timer.1, 0)
            } else {
                Ok(())
            }
        })?;
        self.visit_parts(v, program)
    }

    fn visit_parts(&mut self, v: &mut Visitor<'_>, program: Program) -> Result<()> {
        match v.is_loading() {
            true => self.load_parts(v, program),
            false => self.save_parts(v, program),
        }
    }

    fn save_parts(&mut self, v: &mut Visitor<'_>, program: Program) -> Result<()> {
        part(v, "nic/filter", |v| self.visit_filter(v, program))?;
        if program == New {
            v.mark(safe())?;
            part(v, "nic/offload", |v| v.visit("flags", &mut self.offload))?;
            v.mark(Marks::ANCILLARY)?;
            part(v, "nic/trace", |v| v.visit("level", &mut self.trace))?;
        }
        Ok(())
    }

    fn load_parts(&mut self, v: &mut Visitor<'_>, program: Program) -> Result<()> {
        let mut name = SubsectionName::new();
        while v.next_subsection(b"nic", &mut name)?.is_some() {
            match (&name[..], program) {
                (b"nic/filter", _) => self.visit_filter(v, program)?,
                (b"nic/offload", New) => v.visit("flags", &mut self.offload)?,
                (b"nic/trace", New) => v.visit("level", &mut self.trace)?,
                _ => {
                    v.skip_subsection()?;
                    continue;
                }
            }
            v.end(ScopeKind::Subsection)?;
        }
        Ok(())
    }

    fn visit_filter(&mut self, v: &mut Visitor<'_>, program: Program) -> Result<()> {
        v.visit("count", &mut self.filter.0)?;
        if program == New {
            added(v, safe(), "hint", &mut self.filter.1, 0)
        } else {
            Ok(())
        }
    }

    /// What is left of it when an old program had it between: all but what is not safe to copy.
    fn through_old(&self) -> Nic {
        let rings = self.rings.iter().map(|ring| Ring { odd: 0, ..ring.clone() }).collect();
        Nic { odd: 0, trace: 0, rings, ..self.clone() }
    }

    /// How many added items are safe to copy, and how many are not.
    fn added(&self) -> (u64, u64) {
        let of_ring = |ring: &Ring| 1 + u64::from(ring.stats.is_some()) + ring.cells.len() as u64;
        let rings: u64 = self.rings.iter().map(of_ring).sum();
        let others = ["hint", "table", "label", "extra", "drift", "filter hint", "offload"];
        let safe = others.len() as u64 + u64::from(self.irq.is_some()) + rings;
        (safe, 2 + self.rings.len() as u64)
    }
}

fn part(
    v: &mut Visitor<'_>,
    name: &str,
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Result<()> {
    v.begin(&name, Scope::Subsection { version: 1 })?;
    visit(v)?;
    v.end(ScopeKind::Subsection)
}

fn cell(at: u16) -> Cell {
    Cell { value: at as u8, note: 1000 + at }
}

fn nic(seed: u16) -> Nic {
    let ring = |at: u16| Ring {
        head: seed + at,
        hint: 100_000 + u32::from(at),
        odd: 9,
        cells: (0..at % 4).map(cell).collect(),
        stats: (at != 1).then_some([at.into(), seed.into()]),
    };
    Nic {
        base: 7,
        hint: 1 << 40 | u64::from(seed),
        odd: 5,
        table: [seed, 2, 3],
        label: format!("nic {seed}"),
        irq: seed.is_multiple_of(2).then_some((4, seed)),
        extra: seed.is_multiple_of(3).then_some(seed.into()),
        rings: (0..6).map(ring).collect(),
        timer: (1, -5),
        filter: (2, 222),
        offload: 3,
        trace: 8,
    }
}

/// A device that the old program does not have at all.
fn visit_odd(v: &mut Visitor<'_>, name: &str, marks: Marks, value: &mut u8) -> Result<()> {
    v.mark(marks)?;
    v.device(name, 1, Versions::only(4), |v| v.visit("value", value))
}

/// What a program writes, as a stream of fragments as small as they get.
fn to_stream(scratch: usize, save: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Vec<u8> {
    let (mut memory, mut scratch) = (vec![0; ROOM], vec![0; scratch]);
    let writer = SliceWriter::new(&mut memory);
    let encoder = ChunkEncoder::new(writer, Portable, &Settings::default(), &mut scratch).unwrap();
    let mut visiting = Visiting::new(encoder);
    let mut v = visiting.saver();
    save(&mut v).and_then(|()| v.finish()).unwrap();
    let length = v.position() as usize;
    memory.truncate(length);
    memory
}

fn blank(nics: &[Nic]) -> Vec<Nic> {
    vec![Nic::default(); nics.len()]
}

fn visit_all(nics: &mut [Nic], v: &mut Visitor<'_>, program: Program) -> Result<()> {
    (0..).zip(nics).try_for_each(|(instance, nic)| nic.visit(v, instance, program))
}

/// The old program: loads a stream, keeps what it may, changes its own state, saves all of it again.
fn old_program(bytes: &[u8], scratch: usize, count: usize, due: (u64, u64)) -> Vec<u8> {
    let mut memory = vec![0; 3 * ROOM];
    let mut blocks = memory.chunks_mut(ROOM);
    let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();
    let (mut came, mut carried, mut sent) = (tree(), tree(), tree());
    into_tree(SliceStore::new(bytes, Limits::default(), Portable), &mut came).unwrap();
    let (mut nics, mut track) = (vec![Nic::default(); count], Track::new());
    let mut decoder = TreeDecoder::new(&mut came);
    let mut v = Visitor::loading(&mut decoder, &mut track);
    visit_all(&mut nics, &mut v, Old).and_then(|()| v.finish()).unwrap();
    assert_eq!((decoder.carry(&mut carried), decoder.skipped()), (Ok(due.0), due.0 + due.1));
    for nic in &mut nics {
        nic.base += 1;
    }
    let mut visiting = Visiting::new(Builder::new(&mut sent));
    visit_all(&mut nics, &mut visiting.saver(), Old).unwrap();
    let root = sent.root();
    assert_eq!(sent.merge(root, &carried), Ok(Merged { placed: due.0, lost: 0 }));
    to_stream(scratch, |v| sent.replay(root, v))
}

#[test]
fn what_is_safe_to_copy_comes_back_and_what_is_not_does_not() {
    for scratch in [400, 2000, 40_000] {
        let mut nics: Vec<Nic> = (0..3).map(nic).collect();
        let bytes = to_stream(scratch, |v| {
            visit_odd(v, "kept", safe(), &mut 11)?;
            visit_all(&mut nics, v, New)?;
            visit_odd(v, "dropped", Marks::ANCILLARY, &mut 12)
        });
        let counts = nics.iter().map(Nic::added).fold((1, 1), |a, b| (a.0 + b.0, a.1 + b.1));
        let again = old_program(&bytes, scratch, nics.len(), counts);
        let load = |v: &mut Visitor<'_>| {
            let mut back = blank(&nics);
            visit_all(&mut back, v, New)?;
            let due = nics.iter().map(|nic| Nic { base: 8, ..nic.through_old() });
            assert_eq!(back, due.collect::<Vec<_>>());
            let mut value = 0;
            visit_odd(v, "kept", Marks::NONE, &mut value)?;
            assert_eq!(value, 11);
            Ok(())
        };
        let (outcome, left) = read_tree(&again, load);
        assert_eq!((outcome, left), (Ok(()), 0));
        // Straight from the stream, whose fragments are small: with an index, out of order.
        if scratch == 40_000 {
            let (outcome, skipped) = every_way(&again, load);
            assert_eq!((outcome, skipped), (Ok(()), Default::default()));
        }
    }
}

#[test]
fn old_programs_in_a_row_lose_no_more_than_one() {
    let mut nics: Vec<Nic> = (0..2).map(nic).collect();
    let first = to_stream(4000, |v| visit_all(&mut nics, v, New));
    let counts = nics.iter().map(Nic::added).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    let mut bytes = old_program(&first, 4000, nics.len(), counts);
    for round in 1..5 {
        let next = old_program(&bytes, 4000, nics.len(), (counts.0, 0));
        assert_eq!(next.len(), bytes.len(), "{round}");
        bytes = next;
    }
    let load = |v: &mut Visitor<'_>| {
        let mut back = blank(&nics);
        visit_all(&mut back, v, New)?;
        let due = nics.iter().map(|nic| Nic { base: 12, ..nic.through_old() });
        assert_eq!(back, due.collect::<Vec<_>>());
        Ok(())
    };
    assert_eq!(read_tree(&bytes, load), (Ok(()), 0));
}
