//! What looks like a record, and the search for it where nothing says how long a payload is.

use std::collections::{HashMap, HashSet};
use std::io;
use std::rc::Rc;

use migcore::codec::legacy::framing::{types, Record};
use migcore::codec::vmdesc::Vmdesc;
use migcore::io::SliceReader;

use super::item::Named;
use crate::input::{told, Input, PIECE};

/// A footer: its type byte and the number of a section.
pub(super) const FOOTER: u64 = 5;

/// What is looked at from a place on: a footer, a record behind it, and what follows a mark of the end.
pub(super) const LOOK: usize = 512;

/// The largest number of a section that is believed: QEMU counts them from 0 on.
const BELIEVED: u32 = 0x000f_ffff;

/// The largest version that is believed: a signed number in QEMU, and for some devices a date.
const NEWEST: u32 = 0x7fff_ffff;

/// Live sections, which a description does not have.
const LIVE: [&[u8]; 6] =
    [b"ram", b"dirty-bitmap", b"block", b"s390-skeys", b"s390-storage_attributes", b"spapr/htab"];

/// Whether sections have footers: nothing in a stream says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Footers {
    /// No section ended yet.
    #[default]
    Unknown,
    /// They have.
    Present,
    /// They have not.
    Absent,
}

/// How much a place looks like a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likely {
    /// Not at all.
    No,
    /// As one of few bytes, which chance may bring.
    Short,
    /// As one with a name, or as the end of the stream.
    Named,
    /// As one with a name that is known to come, or as the end before the description.
    Known,
}

/// What was found by a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The footer of this section, and behind it what looks like a record.
    Footer { offset: u64, id: u32 },
    /// A record that is known to come.
    Record { offset: u64 },
}

/// What is known of the records of a stream.
#[derive(Debug, Default)]
pub(super) struct Landmarks {
    /// The names in the description.
    names: HashSet<Vec<u8>>,
    /// The sections that began.
    pub(super) begun: HashMap<u32, Rc<Named>>,
    /// Where the mark of the end stands before the description.
    pub(super) end: Option<u64>,
    /// Where the records end that are being read: the end of a package, or of the stream.
    pub(super) limit: u64,
    /// Whether that is the end of a package.
    pub(super) packaged: bool,
    /// Whether sections have footers, as far as it was found out.
    pub(super) footers: Footers,
}

impl Landmarks {
    pub(super) fn new(description: Option<&Vmdesc>, end: Option<u64>, limit: u64) -> Self {
        let devices = description.map(|description| description.devices.as_slice());
        let names =
            devices.unwrap_or_default().iter().map(|device| device.name.clone().into_bytes());
        let names = names.chain(LIVE.iter().map(|name| name.to_vec())).collect();
        Landmarks { names, end, limit, ..Landmarks::default() }
    }

    /// How much the bytes at `offset` look like a record.
    pub(super) fn likely(&self, bytes: &[u8], offset: u64) -> Likely {
        if self.packaged && offset == self.limit {
            return Likely::Named;
        }
        match Record::read(&mut SliceReader::new(bytes)) {
            Ok(Record::Start(head) | Record::Full(head)) => {
                let printable = |byte: &u8| (0x20..0x7f).contains(byte);
                if head.id > BELIEVED || head.version > NEWEST || !head.name.iter().all(printable) {
                    return Likely::No;
                }
                match self.names.contains(head.name.as_slice()) {
                    true => Likely::Known,
                    false => Likely::Named,
                }
            }
            Ok(Record::Part(id) | Record::End(id)) if self.begun.contains_key(&id) => Likely::Short,
            Ok(Record::Command(head)) if head.check().is_ok() => Likely::Short,
            Ok(Record::Eof) => self.likely_end(bytes, offset),
            _ => Likely::No,
        }
    }

    /// How much the byte 0 at `offset` looks like the mark of the end.
    fn likely_end(&self, bytes: &[u8], offset: u64) -> Likely {
        match bytes {
            _ if Some(offset) == self.end => Likely::Known,
            _ if offset.saturating_add(1) == self.limit => Likely::Named,
            [_, 6, _, _, _, _, b'{', ..] => Likely::Named,
            _ => Likely::No,
        }
    }

    /// What stands at `offset` that a search for the end of section `own` stops at.
    fn mark(&self, bytes: &[u8], offset: u64, own: Option<u32>) -> Option<Mark> {
        match bytes {
            [types::FOOTER, ..] if self.footers == Footers::Absent => None,
            [types::FOOTER, a, b, c, d, next @ ..] => {
                let id = u32::from_be_bytes([*a, *b, *c, *d]);
                let behind = offset.saturating_add(FOOTER);
                let likely = self.likely(next, behind);
                let enough = match own == Some(id) {
                    true => likely > Likely::No || behind == self.limit,
                    // Of a live section, parts follow one another for long: two numbers that are known are no chance.
                    false if self.begun.contains_key(&id) => likely > Likely::No,
                    false => likely >= Likely::Named && id <= BELIEVED,
                };
                enough.then_some(Mark::Footer { offset, id })
            }
            [0, ..] => (Some(offset) == self.end).then_some(Mark::Record { offset }),
            [1 | 4, ..] => {
                (self.likely(bytes, offset) == Likely::Known).then_some(Mark::Record { offset })
            }
            _ => None,
        }
    }

    /// Looks from `from` on for the footer of section `own`, or else for the next place where reading can go
    /// on. Looks at each byte once. Where nothing is found, what stands behind the first footer is taken for the
    /// end of the stream if its mark is there, whatever follows.
    pub(super) fn search(
        &self,
        input: &mut Input,
        from: u64,
        own: Option<u32>,
    ) -> io::Result<Option<Mark>> {
        let (mut at, mut last) = (from, None);
        while at < self.limit {
            let window = input.window(at, PIECE)?;
            let left = usize::try_from(self.limit.saturating_sub(at)).unwrap_or(usize::MAX);
            let window = window.get(..left.min(window.len())).unwrap_or_default();
            let whole = match window.len() == left {
                true => left,
                false => window.len().saturating_sub(LOOK),
            };
            if whole == 0 {
                break;
            }
            if let Some(mark) = self.search_window(window, whole, at, own) {
                return Ok(Some(mark));
            }
            if let (None, Some(id)) = (last, own) {
                last = self.last_footer(window, whole, at, id);
            }
            at = at.saturating_add(told(whole));
        }
        Ok(last)
    }

    fn search_window(
        &self,
        window: &[u8],
        whole: usize,
        at: u64,
        own: Option<u32>,
    ) -> Option<Mark> {
        // The mark of the end is known by its place, so the many bytes 0 are passed over here.
        let known = self.end.and_then(|end| end.checked_sub(at));
        let known = known.and_then(|place| usize::try_from(place).ok());
        let candidates = window.iter().enumerate().take(whole);
        candidates
            .filter(|(place, byte)| {
                matches!(**byte, types::START | types::FULL | types::FOOTER)
                    || Some(*place) == known
            })
            .find_map(|(place, _)| {
                let bytes = window.get(place..).unwrap_or_default();
                self.mark(bytes, at.saturating_add(told(place)), own)
            })
    }

    /// The first footer of section `id` behind which a mark of the end stands. Only where sections are known to
    /// have footers, and not in a package, which has no such mark.
    fn last_footer(&self, window: &[u8], whole: usize, at: u64, id: u32) -> Option<Mark> {
        if self.packaged || self.footers != Footers::Present {
            return None;
        }
        let [a, b, c, d] = id.to_be_bytes();
        let footer = [types::FOOTER, a, b, c, d, types::EOF];
        let mut places = window.windows(footer.len()).take(whole);
        let place = places.position(|bytes| bytes == footer)?;
        Some(Mark::Footer { offset: at.saturating_add(told(place)), id })
    }
}
