//! A device may leave items and parts of raw bytes unread, and ask for others: the short way that a scalar
//! takes when it is next gives what a search for it gives.

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
#[path = "support/saved.rs"]
mod saved;
#[macro_use]
mod support;
#[path = "support/wire.rs"]
mod wire;
#[path = "support/writer.rs"]
mod writer;

use migcore::codec::chunk::{IndexEntry, Settings};
use migcore::visit::{
    widen, Description, Extent, Kind, Scalar, Scope, ScopeKind, Slots, SubsectionName, Versions,
    Visitor,
};
use migcore::{Code, Result};
use proptest::prelude::*;
use saved::{Device, Item, What};
use wire::*;
use writer::Random;

/// A device that reads as its choices say.
struct Reader {
    choices: Random,
    /// How many items in a hundred are left unread.
    left: u32,
    /// Scalars are asked for as wider ones, which only a search finds.
    searching: bool,
    /// What was read.
    log: Vec<u8>,
}

impl Reader {
    fn devices(&mut self, v: &mut Visitor<'_>, devices: &[Device]) -> Result<()> {
        devices.iter().try_for_each(|device| {
            let (instance, versions) = (device.instance, Versions::only(device.version));
            v.begin(&device.name.as_str(), Scope::Device { instance, versions })?;
            self.items(v, &device.items)?;
            v.end(ScopeKind::Device)
        })
    }

    fn items(&mut self, v: &mut Visitor<'_>, items: &[Item]) -> Result<()> {
        for item in items {
            if self.choices.percent(self.left) {
                continue;
            }
            if self.choices.percent(10) {
                self.log.push(v.has(&item.name.as_str())?.into());
            }
            self.item(v, &item.name.as_str(), &item.what)?;
        }
        Ok(())
    }

    fn item(&mut self, v: &mut Visitor<'_>, name: &&str, what: &What) -> Result<()> {
        match what {
            What::Scalar(kind, _) => self.scalar(v, name, *kind),
            What::Array(kind, extent, values) => {
                let mut found = vec![0; values.len() * kind.width().bytes()];
                v.load_array(name, *kind, *extent, Slots::Bytes(&mut found))?;
                self.log.extend(found);
                Ok(())
            }
            What::Bytes(extent, data) => {
                let mut found = vec![0; data.len()];
                v.load_bytes(name, *extent, &mut found)?;
                self.log.extend(found);
                Ok(())
            }
            What::Text(text) => v.load_text(name, text.len(), &mut |found| {
                self.log.extend(found.as_bytes());
                Ok(())
            }),
            What::Absent => v.null(name),
            What::Raw(bytes) => self.raw(v, bytes.len()),
            scope => self.scope(v, name, scope),
        }
    }

    fn scalar(&mut self, v: &mut Visitor<'_>, name: &&str, kind: Kind) -> Result<()> {
        let wider = match kind {
            Kind::U8 | Kind::U16 | Kind::U32 => Kind::U64,
            Kind::I8 | Kind::I16 | Kind::I32 => Kind::I64,
            Kind::F32 => Kind::F64,
            widest => widest,
        };
        let asked = if self.searching { wider } else { kind };
        let found = with_type!(asked, T => {
            let mut value = T::from_wire_bits(0);
            v.scalar(name, &mut value)?;
            value.to_wire_bits()
        });
        self.log.extend(widen(asked, wider, found).unwrap().to_be_bytes());
        Ok(())
    }

    /// Takes raw bytes in pieces, now and then fewer than there are.
    fn raw(&mut self, v: &mut Visitor<'_>, length: usize) -> Result<()> {
        let mut rest = length;
        while rest > 0 && !self.choices.percent(self.left) {
            let mut piece = vec![0; 1 + self.choices.below(rest as u32) as usize];
            if self.choices.percent(20) {
                let peeked = v.peek_raw(self.choices.below(9) as usize, &mut piece)?;
                self.log.extend(&piece[..peeked]);
            }
            let got = v.get_raw(&mut piece)?;
            self.log.extend(&piece[..got]);
            rest -= piece.len();
        }
        Ok(())
    }

    fn scope(&mut self, v: &mut Visitor<'_>, name: &&str, scope: &What) -> Result<()> {
        match scope {
            What::Struct(described, items) => {
                let description = described.as_ref().map(|(name, version)| Description {
                    name: name.as_bytes(),
                    versions: Versions::only(*version),
                });
                v.begin(name, Scope::Struct(description))?;
                self.items(v, items)?;
                v.end(ScopeKind::Struct)
            }
            What::List(extent, elements) => self.list(v, name, *extent, elements),
            What::Optional(items) => {
                let mut present = false;
                v.begin_optional(name, &mut present)?;
                self.items(v, items.as_deref().unwrap_or_default())?;
                v.end(ScopeKind::Optional)
            }
            What::Subsection(_, items) => {
                match v.next_subsection(b"d", &mut SubsectionName::new())? {
                    Some(_) => self.items(v, items).and_then(|()| v.end(ScopeKind::Subsection)),
                    None => Ok(()),
                }
            }
            What::Device(instance, version, _, items) => {
                let versions = Versions::only(*version);
                v.begin(name, Scope::Device { instance: *instance, versions })?;
                self.items(v, items)?;
                v.end(ScopeKind::Device)
            }
            leaf => panic!("{leaf:?} is no scope"),
        }
    }

    fn list(
        &mut self,
        v: &mut Visitor<'_>,
        name: &&str,
        extent: Extent,
        elements: &[Vec<Item>],
    ) -> Result<()> {
        match extent {
            Extent::Fixed => v.begin(name, Scope::List { extent, count: elements.len() })?,
            Extent::Variable => v.begin_varlist(name, elements.len(), &mut 0)?,
        }
        for items in elements {
            v.begin_element()?;
            self.items(v, items)?;
            v.end_element()?;
        }
        v.end(ScopeKind::List)
    }
}

#[test]
fn what_is_next_is_what_a_search_finds() {
    let cases = (saved::devices(), 1..u64::MAX, 0..20u32, 256..4000usize);
    for_each(300, &cases, |(devices, seed, left, scratch)| {
        let saved = to_stream(&Settings::default(), scratch, |v| saved::save(&devices, v));
        // Long names need more memory.
        let Ok(bytes) = saved else { return Ok(()) };
        let read = |searching, room| {
            let mut reader = Reader { choices: Random(seed), left, searching, log: Vec::new() };
            let mut index = vec![IndexEntry::default(); room];
            let read = |v: &mut Visitor<'_>| reader.devices(v, &devices);
            let outcome = reading::visit(in_memory(&bytes), &mut index, read);
            (outcome, reader.log)
        };
        for room in [0, 200] {
            let ((next, there), (found, mut log)) = (read(false, room), read(true, room));
            if next.as_ref().is_err_and(|report| report.code == Code::WrongType) {
                // Another item has this name, and only the wider type has room for it.
                log.truncate(there.len());
                prop_assert_eq!(there, log);
                continue;
            }
            prop_assert_eq!((next, there), (found, log));
        }
        Ok(())
    });
}

#[test]
fn a_run_that_was_begun_is_read_to_its_end_first() {
    let bytes = plain_stream(|v| {
        reading::device(v, |v| {
            v.put_raw(&[1, 2, 3, 4, 5, 6, 7, 8])?;
            v.visit("x", &mut 9u32)
        })
    });
    for taken in 1..8 {
        let read = |v: &mut Visitor<'_>| {
            reading::device(v, |v| {
                v.get_raw(&mut vec![0; taken])?;
                v.visit("x", &mut 0u32)
            })
        };
        let report = reading::load(&bytes, read).unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (Code::Unconsumed, "d/0.x"), "{taken}");
    }
}
