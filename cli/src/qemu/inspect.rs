//! Shows the state that a stream holds, section by section.

use std::io;

use migcore::codec::legacy::framing::{CommandHead, Configuration};
use migcore::codec::vmdesc::{replay, Notes};
use migcore::visit::{Extent, Scope, ScopeKind, Track, Versions, Visitor};

use super::item::{Content, Damage, End, Item, Payload, Reason, Section};
use super::ram::Summary;
use super::scan::Scanner;
use super::visit::{piece, Stopped};
use crate::blocks::{Block, Counts};
use crate::input::{told, Input};
use crate::show::{counted, Fact, Places, Show};

/// The largest opaque payload whose bytes are shown; of a larger one the place and the length are.
const SHOWN: u64 = 16 << 20;

/// Shows a stream, and gives its damage: the first, and how often. The document is begun here and ended by the
/// caller.
///
/// # Errors
/// Those of the system; those of the printer as [`Stopped::Visitor`].
pub fn inspect(
    scanner: &mut Scanner,
    show: &mut dyn Show,
    places: &Places,
) -> Result<Vec<Damage>, Stopped> {
    begin(scanner, show);
    let bytes = scanner.input().again();
    let tally = Tally::default();
    let mut shower = Shower { scanner, show, places, bytes, damages: Vec::new(), tally };
    while let Some(item) = shower.scanner.next_item()? {
        shower.item(&item)?;
    }
    shower.hint();
    Ok(shower.damages)
}

fn begin(scanner: &Scanner, show: &mut dyn Show) {
    let description = match (scanner.vmdesc(), scanner.found()) {
        (None, _) => "none",
        (Some(_), Some(found)) if found.fault.is_some() => "damaged",
        (Some(_), _) if scanner.is_described_outside() => "given",
        (Some(_), _) => "in the stream",
    };
    let length = Fact::Number(scanner.input().length());
    let facts = [
        ("format", Fact::Text("qemu")),
        ("length", length),
        ("description", Fact::Text(description)),
    ];
    show.begin_document(&facts, "items");
}

/// The most damages that are kept to be told at the end.
const KEPT: usize = 1000;

struct Shower<'a> {
    scanner: &'a mut Scanner,
    show: &'a mut dyn Show,
    places: &'a Places,
    /// The stream, for what is shown as it is.
    bytes: Input,
    damages: Vec<Damage>,
    tally: Tally,
}

/// How many sections are opaque, and why.
#[derive(Default)]
struct Tally {
    described: u64,
    undescribed: u64,
    unfitting: u64,
}

impl Shower<'_> {
    fn item(&mut self, item: &Item) -> Result<(), Stopped> {
        let place = [("offset", Fact::Number(item.offset)), ("length", Fact::Number(item.length))];
        match &item.content {
            Content::Header => {}
            Content::Configuration { configuration, .. } => {
                return self.configuration(item.offset, configuration);
            }
            Content::Section(section) => return self.section(item.offset, section),
            Content::Command(head) => {
                self.command(item.offset, *head)?;
                self.show.end_group();
            }
            Content::Package { length } => {
                let facts = [
                    ("offset", Fact::Number(item.end())),
                    ("length", Fact::Number(u64::from(*length))),
                ];
                self.show.begin_group("package", &facts);
            }
            Content::PackageEnd => self.show.end_group(),
            Content::End => self.show.note("end", &place[..1]),
            Content::Description => self.show.note("description", &place),
            Content::Trailing => self.show.note("trailing bytes", &place),
            Content::Damage(damage) => self.damage(damage, item.length),
        }
        Ok(())
    }

    /// Says what would help, if something would.
    fn hint(&mut self) {
        let Tally { described, undescribed, unfitting } = self.tally;
        if undescribed > 0 {
            let sections = counted(undescribed, "section");
            self.show.hint(&format!(
                "{sections} opaque for want of a description: --vmdesc FILE gives one, such as that behind \
                 another stream of the same machine"
            ));
        }
        if unfitting > 0 && self.scanner.is_described_outside() {
            let sections = counted(unfitting, "section");
            self.show.hint(&format!(
                "the description of --vmdesc does not fit {sections}, and fits {described}: it has to be of \
                 the same machine, devices and release"
            ));
        }
    }

    fn tally(&mut self, payload: &Payload) {
        let count = match payload {
            Payload::Described(_) => &mut self.tally.described,
            Payload::Opaque(Reason::NoDescription) => &mut self.tally.undescribed,
            Payload::Opaque(
                Reason::NotDescribed
                | Reason::OtherVersion { .. }
                | Reason::Misfit(_)
                | Reason::Limit(_)
                | Reason::Pointers(_)
                | Reason::Subsection(_)
                | Reason::NoEnd,
            ) => &mut self.tally.unfitting,
            _ => return,
        };
        *count = count.saturating_add(1);
    }

    fn configuration(&mut self, at: u64, configuration: &Configuration) -> Result<(), Stopped> {
        // On the wire the name is bytes, and as such it is shown below.
        let machine = String::from_utf8_lossy(configuration.machine());
        self.show.note("machine", &[("name", Fact::Text(&machine))]);
        self.places.place(at, "configuration");
        let mut track = Track::new();
        configuration.visit(&mut Visitor::saving(&mut *self.show, &mut track))?;
        Ok(())
    }

    fn section(&mut self, at: u64, section: &Section) -> Result<(), Stopped> {
        self.tally(&section.payload);
        let name = String::from_utf8_lossy(&section.named.name);
        let number = |number: u32| Fact::Number(u64::from(number));
        let mut facts = vec![
            ("kind", Fact::Text(section.kind.text())),
            ("id", number(section.id)),
            ("name", Fact::Text(&name)),
            ("instance", number(section.named.instance)),
            ("version", number(section.named.version)),
            ("offset", Fact::Number(at)),
            ("payload_offset", Fact::Number(section.start)),
            ("payload_length", Fact::Number(section.length)),
            ("payload", Fact::Text(section.payload.text())),
            ("footer", Fact::Flag(section.footer)),
        ];
        let reason = match &section.payload {
            Payload::Opaque(reason) => reason.to_string(),
            _ => String::new(),
        };
        if !reason.is_empty() {
            facts.push(("reason", Fact::Text(&reason)));
        }
        match section.end {
            End::Known => {}
            End::Found => facts.push(("end", Fact::Text("found by what follows"))),
            End::NotFound => facts.push(("end", Fact::Text("not found"))),
        }
        self.show.begin_group("section", &facts);
        self.payload(section)?;
        self.show.end_group();
        Ok(())
    }

    fn payload(&mut self, section: &Section) -> Result<(), Stopped> {
        match &section.payload {
            Payload::Ram(summary) => {
                self.ram(summary);
                return Ok(());
            }
            Payload::Opaque(_) if section.length > SHOWN => {
                let facts = [("length", Fact::Number(section.length))];
                self.show.note("too long to be shown", &facts);
                return Ok(());
            }
            Payload::Opaque(_) | Payload::Described(_) => {}
        }
        let versions = Versions::only(section.named.version);
        let scope = Scope::Device { instance: section.named.instance, versions };
        let mut track = Track::new();
        let mut visitor = Visitor::saving(&mut *self.show, &mut track);
        self.places.place(section.start, "");
        visitor.begin(&section.named.name.as_slice(), scope)?;
        match &section.payload {
            Payload::Described(described) => {
                let description = self.scanner.vmdesc();
                let device = description.and_then(|all| all.devices.get(described.device));
                let mut notes = Located { places: self.places, start: section.start };
                // The same walk went through before, so only the printer can refuse: the next call tells.
                let _ = device
                    .map(|device| replay(device, self.scanner.payload(), &mut visitor, &mut notes));
            }
            _ => raw(&mut self.bytes, section, &mut visitor, self.places)?,
        }
        visitor.end(ScopeKind::Device)?;
        Ok(())
    }

    fn ram(&mut self, summary: &Summary) {
        for block in &summary.blocks {
            self.block(block);
        }
        for (name, counts) in &summary.pages {
            self.pages(name, counts);
        }
        if summary.flushes > 0 {
            self.show.note("flushes", &[("number", Fact::Number(summary.flushes))]);
        }
    }

    fn block(&mut self, block: &Block) {
        let name = String::from_utf8_lossy(&block.name);
        let mut facts = vec![("name", Fact::Text(&name)), ("length", Fact::Number(block.length))];
        facts.extend(block.page_size.map(|size| ("page_size", Fact::Number(size))));
        facts.extend(block.address.map(|address| ("address", Fact::Number(address))));
        self.show.note("block", &facts);
    }

    fn pages(&mut self, name: &[u8], counts: &Counts) {
        let name = String::from_utf8_lossy(name);
        let facts = [
            ("block", Fact::Text(&name)),
            ("zero", Fact::Number(counts.zero)),
            ("normal", Fact::Number(counts.normal)),
            ("xbzrle", Fact::Number(counts.xbzrle)),
            ("compressed", Fact::Number(counts.compressed)),
            ("bytes", Fact::Number(counts.bytes)),
        ];
        self.show.note("pages", &facts);
    }

    fn command(&mut self, at: u64, head: CommandHead) -> Result<(), Stopped> {
        let number = |number: u16| Fact::Number(u64::from(number));
        let facts = [
            ("number", number(head.number)),
            ("name", Fact::Text(head.name().unwrap_or_default())),
            ("length", number(head.length)),
            ("offset", Fact::Number(at)),
        ];
        self.show.begin_group("command", &facts);
        if head.length > 0 {
            let data = at.saturating_add(5);
            let window = piece(&mut self.bytes, data, data.saturating_add(u64::from(head.length)))?;
            let mut track = Track::new();
            let mut visitor = Visitor::saving(&mut *self.show, &mut track);
            self.places.place(data, "buffer");
            visitor.save_bytes(&"data", Extent::Fixed, window)?;
        }
        Ok(())
    }

    fn damage(&mut self, damage: &Damage, length: u64) {
        let what = damage.what.to_string();
        let mut facts = vec![
            ("offset", Fact::Number(damage.offset)),
            ("what", Fact::Text(&what)),
            ("lost", Fact::Number(length)),
        ];
        facts.extend(damage.resumed_at.map(|offset| ("resumed_at", Fact::Number(offset))));
        self.show.note("damage", &facts);
        if self.damages.len() < KEPT {
            self.damages.push(damage.clone());
        }
    }
}

/// Gives a payload as it is.
fn raw(
    bytes: &mut Input,
    section: &Section,
    visitor: &mut Visitor<'_>,
    places: &Places,
) -> Result<(), Stopped> {
    let (mut at, end) = (section.start, section.start.saturating_add(section.length));
    places.place(at, "");
    while at < end {
        let piece = piece(bytes, at, end)?;
        if piece.is_empty() {
            return Err(Stopped::Io(io::Error::from(io::ErrorKind::UnexpectedEof)));
        }
        visitor.put_raw(piece)?;
        at = at.saturating_add(told(piece.len()));
    }
    Ok(())
}

/// Places in a payload as places in the stream.
struct Located<'a> {
    places: &'a Places,
    start: u64,
}

impl Notes for Located<'_> {
    fn item(&mut self, offset: usize, kind: &str, _length: usize) {
        self.places.place(self.start.saturating_add(told(offset)), kind);
    }
}
