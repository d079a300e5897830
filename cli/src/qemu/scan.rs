//! The items of a stream, one after the other.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::rc::Rc;

use migcore::codec::legacy::framing::{
    commands, types, CommandHead, Configuration, Header, Record, SectionHead,
};
use migcore::codec::legacy::ram::PageSize;
use migcore::codec::vmdesc::Vmdesc;
use migcore::io::{Reader, SliceReader};
use migcore::Code;

use super::configuration;
use super::description::{self, Found};
use super::entries::Entries;
use super::item::{Content, Damage, Item, Named, SectionKind, Trouble};
use super::ram::Facts;
pub use super::search::Footers;
use super::search::{Landmarks, Likely, Mark, FOOTER};
use crate::input::{told, Input};

/// Bytes that hold any head of a record.
const HEAD: usize = 512;

/// The most live sections that are known at a time. QEMU has a handful.
const MAX_LIVE: usize = 1 << 16;

/// Reads a stream from its beginning to its end. Where it is damaged, reading goes on at the next place that is
/// known to be one; nothing of the size of the stream is held.
pub struct Scanner {
    pub(super) input: Input,
    pub(super) description: Option<Rc<Vmdesc>>,
    found: Option<Rc<Found>>,
    outside: bool,
    pub(super) entries: Entries,
    pub(super) marks: Landmarks,
    pub(super) at: u64,
    state: State,
    /// Items that were found and not given yet.
    pub(super) pending: VecDeque<Item>,
    pub(super) facts: Facts,
    /// The payload of the last section that is described.
    pub(super) bytes: Vec<u8>,
    /// Bytes that were looked at in vain.
    pub(super) wasted: u64,
}

/// What is read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Header,
    Configuration,
    Records,
    Description,
    Trailing,
    Done,
}

impl Scanner {
    /// Reads `input`, with the description that lies at its end, or with `outside`.
    ///
    /// # Errors
    /// Those of the system.
    pub fn new(mut input: Input, outside: Option<Vmdesc>) -> io::Result<Self> {
        let found = description::find(&mut input)?.map(Rc::new);
        let own = found.as_ref().map(|found| Rc::clone(&found.vmdesc));
        let is_outside = outside.is_some();
        let description = outside.map(Rc::new).or(own);
        let end = found.as_ref().map(|found| found.offset);
        let marks = Landmarks::new(description.as_deref(), end, input.length());
        let page = description.as_deref().and_then(page_size);
        Ok(Scanner {
            entries: description.as_deref().map(Entries::new).unwrap_or_default(),
            marks,
            description,
            found,
            outside: is_outside,
            input,
            at: 0,
            state: State::Header,
            pending: VecDeque::new(),
            facts: Facts::new(page),
            bytes: Vec::new(),
            wasted: 0,
        })
    }

    /// The next item; `None` behind the last.
    ///
    /// # Errors
    /// Those of the system. What is wrong with the stream is an item.
    pub fn next_item(&mut self) -> io::Result<Option<Item>> {
        loop {
            if let Some(item) = self.pending.pop_front() {
                return Ok(Some(item));
            }
            match self.state {
                State::Header => self.header()?,
                State::Configuration => self.configuration()?,
                State::Records => self.record()?,
                State::Description => self.description()?,
                State::Trailing => self.trailing(),
                State::Done => return Ok(None),
            }
        }
    }

    /// The file that is read, for a reader beside this one.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// The description that is used.
    #[must_use]
    pub fn vmdesc(&self) -> Option<&Rc<Vmdesc>> {
        self.description.as_ref()
    }

    /// The description that lies in the stream.
    #[must_use]
    pub fn found(&self) -> Option<&Rc<Found>> {
        self.found.as_ref()
    }

    /// Whether the description that is used was given from outside.
    #[must_use]
    pub fn is_described_outside(&self) -> bool {
        self.outside
    }

    /// The payload of the section that was given last, if it is described.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether sections have footers, as far as it was found out.
    #[must_use]
    pub fn footers(&self) -> Footers {
        self.marks.footers
    }

    /// The devices of the description that no section belongs to, so far.
    #[must_use]
    pub fn unused_devices(&self) -> Vec<usize> {
        self.entries.unused()
    }

    /// How many entries the description has of this name and instance.
    #[must_use]
    pub fn described_times(&self, named: &Named) -> u64 {
        self.entries.count(named)
    }

    fn header(&mut self) -> io::Result<()> {
        self.state = State::Configuration;
        let (read, fault) = self.head(|reader| Header::read(reader))?;
        let trouble = match read {
            Ok(_) => {
                self.give(told(Header::LENGTH), Content::Header);
                return Ok(());
            }
            Err(Code::Truncated) => Trouble::Cut("the header".to_owned()),
            Err(Code::BadMagic) => Trouble::Magic,
            Err(_) => Trouble::Version(u32::try_from(fault).unwrap_or(u32::MAX)),
        };
        self.state = State::Done;
        self.lost(trouble, None);
        Ok(())
    }

    fn configuration(&mut self) -> io::Result<()> {
        self.state = State::Records;
        let first = self.input.window(self.at, 1)?.first().copied();
        if first != Some(types::CONFIGURATION) {
            return Ok(());
        }
        let limit = Configuration::MAX_LENGTH.saturating_add(HEAD);
        let window = self.input.window(self.at, limit)?;
        let mut reader = SliceReader::new(window.get(1..).unwrap_or_default());
        match Configuration::read(&mut reader) {
            Ok(configuration) => {
                let length = reader.position().saturating_add(1);
                let bytes = window.get(..usize::try_from(length).unwrap_or(usize::MAX));
                let exact = configuration::writes(&configuration, bytes.unwrap_or_default());
                self.configured(&configuration);
                let configuration = Rc::new(configuration);
                self.give(length, Content::Configuration { configuration, exact });
                Ok(())
            }
            Err(Code::Truncated) => self.damaged(Trouble::Cut("the configuration".to_owned())),
            Err(code) => {
                let place = self.at.saturating_add(1).saturating_add(reader.fault().offset);
                let why = format!("{}, at byte {place}", configuration::fault(code));
                self.damaged(Trouble::Configuration(why))
            }
        }
    }

    /// Notes what the configuration says of the section `ram`.
    fn configured(&mut self, configuration: &Configuration) {
        self.facts.form.ignore_shared = configuration.has_capability("x-ignore-shared");
        if self.facts.page.is_none() {
            self.facts.page = configuration.page_bits().and_then(PageSize::from_bits);
        }
    }

    fn record(&mut self) -> io::Result<()> {
        if self.marks.packaged && self.at >= self.marks.limit {
            self.leave_package();
            return Ok(());
        }
        let first = self.input.window(self.at, 1)?.first().copied();
        let start = self.at;
        let (read, _) = self.head(|reader| Record::read(reader))?;
        let length = read.as_ref().map_or(0, |record| told(record.encoded_len()));
        match read {
            Ok(Record::Eof) => self.end(),
            Ok(Record::Start(head)) => self.named(SectionKind::Start, &head, length),
            Ok(Record::Full(head)) => self.named(SectionKind::Full, &head, length),
            Ok(Record::Part(id)) => self.numbered(SectionKind::Part, id, length),
            Ok(Record::End(id)) => self.numbered(SectionKind::End, id, length),
            Ok(Record::Command(head)) => self.command(head, length),
            Ok(_) | Err(Code::UnknownRecord) => {
                self.damaged(Trouble::UnknownRecord(first.unwrap_or(0)))
            }
            Err(Code::Truncated) if start >= self.input.length() => {
                self.state = State::Done;
                self.lost(Trouble::Cut("the records, before the mark of the end".to_owned()), None);
                Ok(())
            }
            Err(Code::Truncated) => self.damaged(Trouble::Cut("the head of a record".to_owned())),
            Err(code) => self.damaged(Trouble::Head(head_fault(code).to_owned())),
        }
    }

    /// Reads a head here, going nowhere, and gives the number that an error found.
    fn head<T>(
        &mut self,
        read: impl FnOnce(&mut SliceReader<'_>) -> migcore::Result<T>,
    ) -> io::Result<(migcore::Result<T>, u64)> {
        let left = usize::try_from(self.marks.limit.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let window = self.input.window(self.at, HEAD)?;
        let mut reader = SliceReader::new(window.get(..left.min(window.len())).unwrap_or_default());
        let done = read(&mut reader);
        Ok((done, reader.fault().found))
    }

    fn named(&mut self, kind: SectionKind, head: &SectionHead, length: u64) -> io::Result<()> {
        let (instance, version) = (head.instance, head.version);
        let named = Rc::new(Named { name: head.name.to_vec(), instance, version });
        if kind == SectionKind::Start && self.marks.begun.len() < MAX_LIVE {
            self.marks.begun.insert(head.id, Rc::clone(&named));
        }
        self.section(kind, head.id, named, length)
    }

    fn numbered(&mut self, kind: SectionKind, id: u32, length: u64) -> io::Result<()> {
        match self.marks.begun.get(&id).cloned() {
            Some(named) => self.section(kind, id, named, length),
            None => {
                let from = self.at.saturating_add(length);
                self.damaged_from(from, Trouble::UnknownId(id), Some(id))
            }
        }
    }

    fn command(&mut self, head: CommandHead, length: u64) -> io::Result<()> {
        let whole = length.saturating_add(u64::from(head.length));
        let behind = self.at.saturating_add(whole);
        let trouble = match head.check() {
            Ok(()) if behind > self.marks.limit => Trouble::Cut(format!("command {}", head.number)),
            Ok(()) if head.number == commands::PACKAGED => return self.package(whole),
            Ok(()) => {
                if head.number == commands::POSTCOPY_ADVISE {
                    self.facts.form.postcopy_advised = head.length > 0;
                }
                self.give(whole, Content::Command(head));
                return Ok(());
            }
            Err(Code::UnknownCommand) => Trouble::UnknownCommand(head.number),
            Err(_) => Trouble::CommandLength(head),
        };
        // The head says where the next record is, if it says anything right.
        let next = self.input.window(behind, HEAD)?;
        match behind <= self.marks.limit && self.marks.likely(next, behind) > Likely::No {
            true => {
                self.lost(trouble, Some(behind));
                Ok(())
            }
            false => self.damaged(trouble),
        }
    }

    fn package(&mut self, whole: u64) -> io::Result<()> {
        let data = self.at.saturating_add(whole).saturating_sub(4);
        let length =
            self.input.window(data, 4)?.first_chunk().copied().map_or(0, u32::from_be_bytes);
        let end = data.saturating_add(4).saturating_add(u64::from(length));
        if self.marks.packaged {
            return self.damaged(Trouble::Package);
        }
        self.give(whole, Content::Package { length });
        self.marks.packaged = true;
        self.marks.limit = end.min(self.input.length());
        Ok(())
    }

    fn leave_package(&mut self) {
        self.marks.packaged = false;
        self.marks.limit = self.input.length();
        self.give(0, Content::PackageEnd);
    }

    fn end(&mut self) -> io::Result<()> {
        let described = self.marks.end.is_some_and(|end| end > self.at);
        let next = self.input.window(self.at.saturating_add(1), 1)?.first().copied();
        if self.marks.packaged || (described && next != Some(types::DESCRIPTION)) {
            return self.damaged(Trouble::EarlyEnd);
        }
        self.give(1, Content::End);
        self.state = State::Description;
        Ok(())
    }

    fn description(&mut self) -> io::Result<()> {
        self.state = State::Trailing;
        let (read, _) = self.head(|reader| Record::read(reader))?;
        let first = self.input.window(self.at, 1)?.first().copied();
        let length = match read {
            // More than any description is not read as one.
            Ok(Record::Description(length)) if u64::from(length) > description::MAX_TEXT => {
                return Ok(())
            }
            Ok(Record::Description(length)) => length,
            // Cut before the end of its length, so surely longer than what there is.
            Err(Code::Truncated) if first == Some(types::DESCRIPTION) => u32::MAX,
            _ => return Ok(()),
        };
        if self.marks.end.is_some_and(|end| end.saturating_add(1) != self.at) {
            let damage = Damage {
                offset: self.at,
                what: Trouble::OtherDescription,
                resumed_at: Some(self.at),
            };
            self.give(0, Content::Damage(damage));
        }
        let whole = u64::from(length).saturating_add(FOOTER);
        let left = self.input.length().saturating_sub(self.at);
        if whole <= left {
            self.give(whole, Content::Description);
            self.unreadable();
            return Ok(());
        }
        self.state = State::Done;
        self.lost(Trouble::Cut("the description".to_owned()), None);
        Ok(())
    }

    /// Tells that only the beginning of the description could be read.
    fn unreadable(&mut self) {
        let fault = self.found.as_ref().and_then(|found| found.fault.clone());
        if let Some(why) = fault {
            let damage = Damage {
                offset: self.marks.end.unwrap_or(self.at),
                what: Trouble::Description(why),
                resumed_at: Some(self.at),
            };
            self.give(0, Content::Damage(damage));
        }
    }

    fn trailing(&mut self) {
        self.state = State::Done;
        let left = self.input.length().saturating_sub(self.at);
        if left > 0 {
            self.give(left, Content::Trailing);
        }
    }

    /// Gives an item of this length that begins here, and goes on behind it.
    pub(super) fn give(&mut self, length: u64, content: Content) {
        self.pending.push_back(Item { offset: self.at, length, content });
        self.at = self.at.saturating_add(length);
    }

    /// What begins here cannot be read: goes on at the next place where that is possible.
    fn damaged(&mut self, what: Trouble) -> io::Result<()> {
        self.damaged_from(self.at.saturating_add(1), what, None)
    }

    /// The same, where the next place lies at `from` or behind, perhaps behind the footer of section `own`.
    pub(super) fn damaged_from(
        &mut self,
        from: u64,
        what: Trouble,
        own: Option<u32>,
    ) -> io::Result<()> {
        let mark = self.marks.search(&mut self.input, from, own)?;
        self.lost(what, mark.map(behind));
        Ok(())
    }

    /// Gives the bytes from here to `resumed_at`, or to the end, as lost.
    pub(super) fn lost(&mut self, what: Trouble, resumed_at: Option<u64>) {
        let offset = self.at;
        // Behind a package there may be more, whatever is in it.
        let resumed_at = resumed_at.or(self.marks.packaged.then_some(self.marks.limit));
        if resumed_at.is_none() {
            self.state = State::Done;
        }
        let length = resumed_at.unwrap_or(self.marks.limit).saturating_sub(offset);
        if length > FOOTER {
            self.facts.lose_block();
        }
        self.give(length, Content::Damage(Damage { offset, what, resumed_at }));
    }

    /// Gives up the description that lies in a payload: it is part of the guest's memory, and of another
    /// stream.
    pub(super) fn forget_description(&mut self, payload: &Range<u64>) {
        if self.marks.end.is_some_and(|end| payload.contains(&end)) {
            (self.marks.end, self.found) = (None, None);
            if !self.outside {
                self.description = None;
            }
        }
    }

    /// Nothing more can be read.
    pub(super) fn stop(&mut self) {
        self.state = State::Done;
    }
}

/// What is wrong with the head of a record.
fn head_fault(code: Code) -> &'static str {
    match code {
        Code::BadValue => "a section without a name",
        Code::BadText => "a section whose name holds a byte 0",
        code => code.text(),
    }
}

/// The size of a page by the description.
fn page_size(description: &Vmdesc) -> Option<PageSize> {
    u32::try_from(description.page_size).ok().and_then(PageSize::new)
}

/// Where reading goes on at a mark.
fn behind(mark: Mark) -> u64 {
    match mark {
        Mark::Footer { offset, .. } => offset.saturating_add(FOOTER),
        Mark::Record { offset } => offset,
    }
}
