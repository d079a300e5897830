//! The sections of a stream of QEMU.

use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use migcore::codec::legacy::framing::{CommandHead, Configuration};
use migcore::codec::vmdesc::{self, Vmdesc};
use migcore::visit::{Encoder, Scope, ScopeKind, Track, Versions, Visitor};
use migcore::Code;

use super::bytes::Range;
use super::flat::Flat;
use super::memory::Ram;
use super::side::{Command, Device, Fact, Side, State, Store};
use super::value::shown;
use crate::failure::{Failure, Result};
use crate::input::Input;
use crate::qemu::item::{Content, Item, Named, Payload, Section, SectionKind};
use crate::qemu::scan::Scanner;

/// The most records of a stream that are compared: what is kept of each is small, but kept.
const MOST_RECORDS: usize = 1 << 20;

/// Finds the sections.
pub(super) fn read(input: Input, outside: Option<Vmdesc>) -> Result<Side> {
    let (path, again) = (input.path().to_owned(), input.again());
    let mut scanner = Scanner::new(input, outside).map_err(Failure::reading(&path))?;
    let description = scanner.vmdesc().cloned();
    let side = Side::new(Store::Qemu { input: again, description });
    let mut reading = Reading { side, live: HashMap::new(), records: 0 };
    reading.items(&mut scanner).map_err(Failure::reading(&path))?;
    if reading.records > MOST_RECORDS {
        let what = format!("{}: more than {MOST_RECORDS} records", path.display());
        return Err(Failure::Refused(what));
    }
    let mut side = reading.side;
    side.damages.extend(description_fault(&scanner));
    Ok(side)
}

/// Gives a section whose values are known to an encoder, as a device.
pub(super) fn visit(
    entry: &vmdesc::Device,
    device: &Device,
    bytes: &[u8],
    to: &mut dyn Encoder,
) -> migcore::Result<()> {
    let (mut flat, mut track) = (Flat::new(to), Track::new());
    let mut visitor = Visitor::saving(&mut flat, &mut track);
    let scope =
        Scope::Device { instance: device.instance, versions: Versions::only(device.version) };
    visitor.begin(&device.name.as_slice(), scope)?;
    if vmdesc::replay(entry, bytes, &mut visitor, &mut ()).is_err() {
        // The same walk went through before, so only the visitor can have refused.
        visitor.check()?;
        return Err(Code::BadValue);
    }
    visitor.end(ScopeKind::Device)
}

/// What was found so far.
struct Reading {
    side: Side,
    /// The live sections that began, by name.
    live: HashMap<Rc<Named>, usize>,
    /// How many ranges and commands are kept.
    records: usize,
}

impl Reading {
    fn items(&mut self, scanner: &mut Scanner) -> io::Result<()> {
        while let Some(item) = scanner.next_item()? {
            self.item(&item);
            if self.records > MOST_RECORDS {
                break;
            }
        }
        Ok(())
    }

    fn item(&mut self, item: &Item) {
        match &item.content {
            Content::Configuration { configuration, .. } => {
                self.side.facts.extend(facts(configuration));
            }
            Content::Section(section) => self.section(section),
            Content::Command(head) => self.command(*head, item),
            Content::Package { .. } => self.command(CommandHead { number: 7, length: 4 }, item),
            Content::Trailing => {
                let value = item.length.to_string();
                self.side.facts.push(Fact { name: "bytes behind the end", value });
            }
            Content::Damage(damage) => self.side.damages.push(damage.to_string()),
            Content::Header | Content::PackageEnd | Content::End | Content::Description => {}
        }
    }

    fn command(&mut self, head: CommandHead, item: &Item) {
        self.records = self.records.saturating_add(1);
        let name = head.name().map_or_else(|| head.number.to_string(), str::to_owned);
        let length = u64::from(head.length);
        let data = Range { start: item.end().saturating_sub(length), length };
        self.side.commands.push(Command { name, data });
    }

    fn section(&mut self, section: &Section) {
        self.records = self.records.saturating_add(1);
        let bytes = Range { start: section.start, length: section.length };
        let begun = match section.kind {
            SectionKind::Part | SectionKind::End => self.live.get(&section.named).copied(),
            SectionKind::Start | SectionKind::Full => None,
        };
        if let Some(device) = begun.and_then(|index| self.side.devices.get_mut(index)) {
            return device.state.add(bytes, &section.payload);
        }
        if section.kind == SectionKind::Start {
            self.live.insert(Rc::clone(&section.named), self.side.devices.len());
        }
        let Named { name, instance, version } = &*section.named;
        let state = State::of(bytes, &section.payload);
        let (name, instance, version) = (name.clone(), *instance, *version);
        self.side.devices.push(Device { name, instance, version, state });
    }
}

impl State {
    fn of(bytes: Range, payload: &Payload) -> State {
        match payload {
            Payload::Described(described) => State::Described { bytes, entry: described.device },
            Payload::Ram(summary) => {
                let mut ram = Ram::default();
                ram.add(bytes, summary);
                State::Ram(ram)
            }
            Payload::Opaque(reason) => {
                State::Opaque { bytes: vec![bytes], why: reason.to_string() }
            }
        }
    }

    /// Adds another part of a live section.
    fn add(&mut self, part: Range, payload: &Payload) {
        match (&mut *self, payload) {
            (State::Ram(ram), Payload::Ram(summary)) => ram.add(part, summary),
            (State::Ram(ram), _) => {
                // Of a whole that is not known in one part nothing is known.
                let mut bytes = std::mem::take(&mut ram.bytes);
                bytes.push(part);
                let why = "a part of it cannot be read".to_owned();
                *self = State::Opaque { bytes, why };
            }
            (State::Opaque { bytes, .. }, _) => bytes.push(part),
            (State::Described { .. } | State::Chunks { .. }, _) => {}
        }
    }
}

/// What the sender says of the machine.
fn facts(configuration: &Configuration) -> Vec<Fact> {
    let mut facts = vec![Fact { name: "machine", value: shown(configuration.machine()) }];
    let capabilities: Vec<_> =
        configuration.capabilities().map(|name| shown(name.as_bytes())).collect();
    facts.push(Fact { name: "capabilities", value: capabilities.join(", ") });
    if let Some(bits) = configuration.page_bits() {
        facts.push(Fact { name: "page bits", value: bits.to_string() });
    }
    if let Some(uuid) = configuration.uuid() {
        let value = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
        facts.push(Fact { name: "uuid", value });
    }
    facts
}

/// What is wrong with the description that lies in the stream, if it is used.
fn description_fault(scanner: &Scanner) -> Option<String> {
    let found = scanner.found().filter(|_| !scanner.is_described_outside())?;
    let fault = found.fault.as_ref()?;
    Some(format!("byte {}: description: {fault}", found.offset))
}
