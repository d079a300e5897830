//! What a section holds, and where it ends.

use std::io;
use std::rc::Rc;

use migcore::codec::legacy::framing::types;
use migcore::codec::vmdesc::{fits, Content as Entry, Device, Fit, Misfit, Unfit, Vmdesc};
use migcore::error::MAX_DEPTH;

use super::item::{
    Content, Damage, Described, End, Named, Payload, Reason, Section, SectionKind, Trouble,
};
use super::ram::{self, page_sizes, Broken, Walk, Walked, Why};
use super::scan::Scanner;
use super::search::{Footers, Likely, Mark, FOOTER, LOOK};
use crate::input::{told, PIECE};

/// The largest payload that is read into memory to be shown: no value in it is more than a reader of chunks
/// takes at once.
const MAX_PAYLOAD: u64 = 64 << 20;

/// Bytes that may be looked at in vain beyond twice those of the stream.
const PATIENCE: u64 = 64 << 20;

/// The scopes around a payload: the stream, the section, its device; and a command with its package.
const FRAME: usize = 5;

/// What is known of a payload before its end is confirmed.
enum Guess {
    /// It would be this and end there. The reason is for when it does not.
    Ends(Payload, u64, Reason),
    /// Nothing, for this reason.
    Unknown(Reason),
    /// It is damaged at this place.
    Broken(u64, Reason, Trouble),
}

/// What stands where a section should end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Close {
    /// Its footer.
    Footer,
    /// That of this other section.
    OtherFooter(u32),
    /// What looks like a record.
    Record,
    /// The end of the stream, perhaps inside of a footer.
    Over,
    /// None of these.
    Nothing,
}

impl Scanner {
    /// Reads the section that begins here, with a head of this length.
    pub(super) fn section(
        &mut self,
        kind: SectionKind,
        id: u32,
        named: Rc<Named>,
        head: u64,
    ) -> io::Result<()> {
        let start = self.at.saturating_add(head);
        let guess = self.guess(kind, &named, start)?;
        let section = Section {
            kind,
            id,
            named,
            start,
            length: 0,
            payload: Payload::Opaque(Reason::Cut),
            end: End::NotFound,
            footer: false,
        };
        match guess {
            Guess::Ends(payload, end, otherwise) => self.close(section, payload, end, otherwise),
            Guess::Unknown(reason) => self.seek_end(section, reason, start, None, None),
            Guess::Broken(offset, reason, what) => {
                self.seek_end(section, reason, offset, None, Some((offset, what)))
            }
        }
    }

    fn guess(&mut self, kind: SectionKind, named: &Named, start: u64) -> io::Result<Guess> {
        if kind == SectionKind::Full {
            return self.described(named, start);
        }
        match named.name.as_slice() {
            b"ram" if named.version == ram::VERSION => self.ram(start),
            b"ram" => Ok(Guess::Unknown(Reason::RamVersion)),
            _ => Ok(Guess::Unknown(Reason::Live)),
        }
    }

    /// Tries the description on the payload at `start`.
    fn described(&mut self, named: &Named, start: u64) -> io::Result<Guess> {
        let Some(description) = self.description.clone() else {
            return Ok(Guess::Unknown(Reason::NoDescription));
        };
        let Some(index) = self.entries.next(named) else {
            return Ok(Guess::Unknown(Reason::NotDescribed));
        };
        let Some(device) = description.devices.get(index) else {
            return Ok(Guess::Unknown(Reason::NotDescribed));
        };
        if let Some(described) = version_of(device).filter(|version| *version != named.version) {
            return Ok(Guess::Unknown(Reason::OtherVersion { described }));
        }
        let measure = self.entries.measure(index, device);
        let size = measure.size;
        let end = start.saturating_add(size);
        if end > self.marks.limit {
            let there = self.marks.limit.saturating_sub(start);
            let why = format!("it says {size} bytes, and {there} are there");
            return Ok(Guess::Unknown(Reason::Misfit(why)));
        }
        if size > MAX_PAYLOAD {
            let reason = Reason::TooLarge { size };
            return Ok(Guess::Ends(Payload::Opaque(reason.clone()), end, reason));
        }
        if self.impatient() {
            return Ok(Guess::Unknown(Reason::GivenUp));
        }
        self.wasted = self.wasted.saturating_add(measure.unpaid());
        self.read_payload(start, size)?;
        Ok(match fit(&description, index, &self.bytes) {
            Ok(described) => Guess::Ends(Payload::Described(described), end, Reason::NoEnd),
            Err(reason) => {
                self.wasted = self.wasted.saturating_add(size);
                Guess::Unknown(reason)
            }
        })
    }

    /// Whether so much was looked at in vain that a stream of this length must be made for it.
    fn impatient(&self) -> bool {
        self.wasted > self.input.length().saturating_mul(2).saturating_add(PATIENCE)
    }

    /// Reads a payload into memory.
    fn read_payload(&mut self, start: u64, size: u64) -> io::Result<()> {
        self.bytes.clear();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        while self.bytes.len() < size {
            let left = size.saturating_sub(self.bytes.len());
            let at = start.saturating_add(told(self.bytes.len()));
            let window = self.input.window(at, left.min(PIECE))?;
            let piece = window.get(..left.min(window.len())).unwrap_or_default();
            if piece.is_empty() {
                break;
            }
            self.bytes.extend_from_slice(piece);
        }
        Ok(())
    }

    /// Walks over the words of a section `ram`, with each page size that may be its.
    fn ram(&mut self, start: u64) -> io::Result<Guess> {
        let mut furthest: Option<Broken> = None;
        for size in page_sizes(&self.facts) {
            let limit = self.marks.limit;
            let mut walk = Walk::new(&mut self.input, &self.facts, size, start, limit);
            let walked = walk.run()?;
            let (facts, summary) = walk.into_results();
            // Against what is said of the size, only pages of another prove anything.
            if !facts.is_seen() && self.facts.page.is_some_and(|said| said != size) {
                continue;
            }
            let broken = match walked {
                Walked::Ends(end) if self.may_end(end)? => {
                    self.facts = facts;
                    if summary.mapped {
                        let payload = Payload::Opaque(Reason::MappedRam);
                        return Ok(Guess::Ends(payload, end, Reason::MappedRam));
                    }
                    let payload = Payload::Ram(Box::new(summary));
                    let reason = Reason::Ram("nothing that may follow does".to_owned());
                    return Ok(Guess::Ends(payload, end, reason));
                }
                Walked::Ends(offset) => {
                    let why = Why::Wrong("neither footer nor record follows".to_owned());
                    Broken { offset, why }
                }
                Walked::Broken(broken) => broken,
            };
            self.wasted = self.wasted.saturating_add(broken.offset.saturating_sub(start));
            if furthest.as_ref().is_none_or(|furthest| broken.offset > furthest.offset) {
                furthest = Some(broken);
            }
            if self.impatient() {
                break;
            }
        }
        self.facts.lose_block();
        Ok(furthest.map_or(Guess::Unknown(Reason::GivenUp), guess_of))
    }

    /// Whether what stands at `end` may follow a section.
    fn may_end(&mut self, end: u64) -> io::Result<bool> {
        let window = self.input.window(end, LOOK)?;
        let footer = window.first() == Some(&types::FOOTER);
        let over = end >= self.marks.limit;
        Ok(over || footer || self.marks.likely(window, end) > Likely::No)
    }

    /// What stands at `end`, where section `id` should end.
    fn close_at(&mut self, end: u64, id: u32) -> io::Result<Close> {
        // Where a footer belongs, chance must not stand in for it.
        let enough = match self.marks.footers {
            Footers::Present => Likely::Named,
            Footers::Unknown | Footers::Absent => Likely::Short,
        };
        let left = usize::try_from(self.marks.limit.saturating_sub(end)).unwrap_or(usize::MAX);
        let window = self.input.window(end, LOOK)?;
        let window = window.get(..left.min(window.len())).unwrap_or_default();
        match window {
            [types::FOOTER, a, b, c, d, ..] => match u32::from_be_bytes([*a, *b, *c, *d]) {
                found if found == id => Ok(Close::Footer),
                found => Ok(Close::OtherFooter(found)),
            },
            [types::FOOTER, ..] => Ok(Close::Over),
            [] if !self.marks.packaged => Ok(Close::Over),
            _ => Ok(match self.marks.likely(window, end) {
                likely if likely >= enough => Close::Record,
                _ => Close::Nothing,
            }),
        }
    }

    /// Whether the described section that was read last should have a footer and has none behind it: bytes are
    /// missing from it, and the walk took its footer for the last of them. As yet nothing may have told whether
    /// sections have footers.
    fn lost_its_footer(&self, id: u32) -> bool {
        let [a, b, c, d] = id.to_be_bytes();
        self.marks.footers == Footers::Present || self.bytes.ends_with(&[types::FOOTER, a, b, c, d])
    }

    /// Ends a section whose payload says where it ends.
    fn close(
        &mut self,
        mut section: Section,
        payload: Payload,
        end: u64,
        otherwise: Reason,
    ) -> io::Result<()> {
        let close = self.close_at(end, section.id)?;
        let is_described = matches!(payload, Payload::Described(_));
        let lost = close == Close::Record && is_described && self.lost_its_footer(section.id);
        if lost || !matches!(close, Close::Footer | Close::Record) {
            // The words of `ram` have an end of their own; a description has not.
            if matches!(payload, Payload::Ram(_)) {
                (section.payload, section.end) = (payload, End::Known);
                return self.close_badly(section, end, close);
            }
            let reason = match (lost, self.undescribed(&payload, end)?) {
                (true, _) => Reason::NoFooter,
                (false, Some(subsection)) => Reason::Subsection(subsection),
                (false, None) => otherwise,
            };
            let size = end.saturating_sub(section.start);
            self.wasted = self.wasted.saturating_add(size);
            let from = section.start;
            return self.seek_end(section, reason, from, Some(end), None);
        }
        (section.payload, section.end) = (payload, End::Known);
        section.footer = close == Close::Footer;
        let missing = !section.footer && self.marks.footers == Footers::Present;
        if !missing {
            self.marks.footers = if section.footer { Footers::Present } else { Footers::Absent };
        }
        let name = name_of(&section);
        self.give_section(section, end);
        if missing {
            self.lost(Trouble::NoFooter(name), Some(end));
        }
        Ok(())
    }

    /// The subsection that stands at `end`, behind all that the description of a section has.
    fn undescribed(&mut self, payload: &Payload, end: u64) -> io::Result<Option<String>> {
        let Payload::Described(described) = payload else { return Ok(None) };
        let description = self.description.as_deref();
        let device = description.and_then(|description| description.devices.get(described.device));
        let Some(Entry::Described(owner)) = device.map(|device| &device.content) else {
            return Ok(None);
        };
        let owner = owner.name.clone();
        let [types::SUBSECTION, length, rest @ ..] = self.input.window(end, LOOK)? else {
            return Ok(None);
        };
        let name = rest.get(..usize::from(*length)).unwrap_or_default();
        let is_its = name.len() > owner.len() && name.starts_with(owner.as_bytes());
        Ok(is_its.then(|| String::from_utf8_lossy(name).into_owned()))
    }

    /// Ends a section that is whole, but behind which nothing right stands.
    fn close_badly(&mut self, section: Section, end: u64, close: Close) -> io::Result<()> {
        let (expected, name) = (section.id, name_of(&section));
        self.give_section(section, end);
        let behind = end.saturating_add(FOOTER);
        match close {
            Close::OtherFooter(found) => {
                let what = Trouble::WrongFooter { expected, found };
                let next = self.input.window(behind, LOOK)?;
                if self.marks.likely(next, behind) > Likely::No {
                    self.lost(what, Some(behind));
                    return Ok(());
                }
                self.damaged_from(end, what, Some(expected))
            }
            Close::Over => {
                let what = format!("the stream, behind section {name}");
                self.damaged_from(end, Trouble::Cut(what), Some(expected))
            }
            _ => self.damaged_from(end, self.nothing_behind(name), Some(expected)),
        }
    }

    /// That what belongs behind a section is not there.
    fn nothing_behind(&self, name: String) -> Trouble {
        match self.marks.footers {
            Footers::Present => Trouble::NoFooter(name),
            Footers::Unknown | Footers::Absent => Trouble::NoRecord(name),
        }
    }

    /// Looks for the end of a section from `from` on. `expected` is where it should be, `trouble` what
    /// was found in it.
    fn seek_end(
        &mut self,
        mut section: Section,
        reason: Reason,
        from: u64,
        expected: Option<u64>,
        trouble: Option<(u64, Trouble)>,
    ) -> io::Result<()> {
        let (id, name) = (section.id, name_of(&section));
        let mark = self.marks.search(&mut self.input, from, Some(id))?;
        section.payload = Payload::Opaque(reason);
        // Without its own footer, sections behind it may have been passed over.
        if !matches!(mark, Some(Mark::Footer { id: found, .. }) if found == id) {
            self.facts.lose_block();
        }
        match mark {
            Some(Mark::Footer { offset, id: found }) if found == id => {
                self.marks.footers = Footers::Present;
                (section.end, section.footer) = (End::Found, true);
                self.give_section(section, offset);
                self.note(trouble);
            }
            Some(Mark::Footer { offset, id: found }) => {
                self.give_section(section, offset);
                self.note(trouble);
                let what = Trouble::WrongFooter { expected: id, found };
                self.lost(what, Some(offset.saturating_add(FOOTER)));
            }
            Some(Mark::Record { offset }) => {
                let end = expected.filter(|end| *end <= offset).unwrap_or(offset);
                section.end = End::Found;
                self.give_section(section, end);
                self.note(trouble);
                if self.marks.footers == Footers::Present || end < offset {
                    self.lost(self.nothing_behind(name), Some(offset));
                }
            }
            None => return self.no_end(section, trouble),
        }
        Ok(())
    }

    /// Nothing tells where a section ends: the rest is its payload.
    fn no_end(&mut self, mut section: Section, trouble: Option<(u64, Trouble)>) -> io::Result<()> {
        let name = name_of(&section);
        let cut = self.marks.footers == Footers::Present
            || matches!(trouble, Some((_, Trouble::Cut(_))))
            || self.lost_its_mark()?;
        if cut && !self.marks.packaged {
            section.payload = Payload::Opaque(Reason::Cut);
        }
        let limit = self.marks.limit;
        self.give_section(section, limit);
        match (trouble, cut) {
            (Some((offset, what)), _) => self.note_lost(offset, what),
            (None, true) => self.note_lost(limit, Trouble::Cut(format!("section {name}"))),
            (None, false) => {}
        }
        if !self.marks.packaged {
            self.stop();
        }
        Ok(())
    }

    /// Whether the last byte, where nothing stands behind the mark of the end, is none.
    fn lost_its_mark(&mut self) -> io::Result<bool> {
        let last = self.input.window(self.marks.limit.saturating_sub(1), 1)?.first().copied();
        Ok(!self.marks.packaged && last != Some(types::EOF))
    }

    /// Gives a section whose payload ends at `end`, and goes on behind its footer.
    fn give_section(&mut self, mut section: Section, end: u64) {
        section.length = end.saturating_sub(section.start);
        let footer = if section.footer { FOOTER } else { 0 };
        let length = end.saturating_add(footer).saturating_sub(self.at);
        let within = section.start..end;
        self.give(length, Content::Section(section));
        self.forget_description(&within);
    }

    /// Tells damage inside of what was given just now.
    fn note(&mut self, trouble: Option<(u64, Trouble)>) {
        let resumed_at = Some(self.at);
        if let Some((offset, what)) = trouble {
            self.give(0, Content::Damage(Damage { offset, what, resumed_at }));
        }
    }

    /// The same, behind which nothing was found.
    fn note_lost(&mut self, offset: u64, what: Trouble) {
        let resumed_at = Some(self.at).filter(|at| *at < self.input.length());
        self.give(0, Content::Damage(Damage { offset, what, resumed_at }));
    }
}

/// What a walk through the words of `ram` that did not come to its end tells.
fn guess_of(broken: Broken) -> Guess {
    let offset = broken.offset;
    match broken.why {
        Why::Cut => {
            let why = "the stream ends inside".to_owned();
            let what = Trouble::Cut("section ram/0".to_owned());
            Guess::Broken(offset, Reason::Ram(why), what)
        }
        Why::Wrong(why) => {
            let what = Trouble::Payload(format!("section ram/0: {why}"));
            Guess::Broken(offset, Reason::Ram(why), what)
        }
    }
}

fn fit(description: &Vmdesc, index: usize, bytes: &[u8]) -> Result<Described, Reason> {
    let Some(device) = description.devices.get(index) else { return Err(Reason::NotDescribed) };
    let fit: Fit = fits(device, bytes).map_err(|misfit| reason_of(&misfit))?;
    if fit.depth.saturating_add(FRAME) > MAX_DEPTH {
        return Err(Reason::Limit("it nests too deep".to_owned()));
    }
    let (described, opaque) = (fit.described_bytes, fit.opaque_bytes);
    Ok(Described { device: index, described, opaque, leaves: fit.leaves })
}

/// QEMU described an array of pointers by its first element, so one with gaps has data where that was null.
fn reason_of(misfit: &Misfit) -> Reason {
    let text = for_terminal(&misfit.to_string());
    match misfit.what {
        Unfit::Null(_) => Reason::Pointers(text),
        Unfit::Nesting | Unfit::Work | Unfit::Visit(_) => Reason::Limit(text),
        _ => Reason::Misfit(text),
    }
}

/// Text with names of a description in it, in which nothing is left that a terminal would act on.
fn for_terminal(text: &str) -> String {
    text.chars().fold(String::new(), |mut shown, letter| {
        match letter {
            '"' | '\'' | '\\' => shown.push(letter),
            _ => shown.extend(letter.escape_debug()),
        }
        shown
    })
}

/// The version that a description is of; old-style handlers have none.
fn version_of(device: &Device) -> Option<u32> {
    match &device.content {
        Entry::Described(description) => Some(description.version),
        Entry::Handler { .. } => None,
    }
}

/// A section as it is called in messages.
fn name_of(section: &Section) -> String {
    section.named.to_string()
}
