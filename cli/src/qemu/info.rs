//! What a stream is: numbers and sizes.

use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use migcore::codec::legacy::framing::{commands, Configuration};
use serde_json::{json, Value};

use super::item::{Content, Damage, Item, Named, Payload, Section};
use super::ram::LOST;
use super::release::Release;
use super::scan::{Footers, Scanner};
use crate::blocks::{self, Block, Counts};

/// Sections, blocks and damages that are listed one by one; others are only counted.
const LISTED: usize = 1 << 16;

/// Numbers and sizes of a stream.
#[derive(Debug, Default)]
pub struct Info {
    /// How long it is.
    pub length: u64,
    /// What the sender says of itself.
    pub configuration: Option<Rc<Configuration>>,
    /// Whether sections have footers; `None`: no section tells.
    pub footers: Option<bool>,
    /// The sections; all parts of a live one go together.
    pub sections: Vec<Row>,
    /// Sections beyond those that are listed.
    pub more: u64,
    /// The blocks of memory.
    pub blocks: Vec<Block>,
    /// The pages, by the name of their block or [`LOST`].
    pub pages: HashMap<Vec<u8>, Counts>,
    /// The size of a page, if it is known.
    pub page_size: Option<u32>,
    /// The commands, by number.
    pub commands: Vec<(u16, u64)>,
    /// How long the text of the description says to be.
    pub description: Option<u32>,
    /// Whether another description was given, and used.
    pub given: bool,
    /// The bytes of payloads whose values are known, of private fields in these, of pages, and of opaque ones.
    pub bytes: Bytes,
    /// What is known of the release that wrote it, and by what.
    pub release: Release,
    /// What is wrong.
    pub damages: Vec<Damage>,
    /// The rows by section.
    rows: HashMap<(u32, Rc<Named>), usize>,
}

/// Bytes of payloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Whose values are known.
    pub described: u64,
    /// Of fields of a private type, in sections that are described.
    pub private: u64,
    /// Of the section `ram`.
    pub ram: u64,
    /// Of sections of which nothing is known.
    pub opaque: u64,
}

/// A section, or all parts of a live one.
#[derive(Clone, Debug)]
pub struct Row {
    /// Whose it is.
    pub named: Rc<Named>,
    /// Its number in the stream.
    pub id: u32,
    /// Where the first record of it is.
    pub offset: u64,
    /// How many records it has.
    pub records: u64,
    /// The bytes of its payloads.
    pub bytes: u64,
    /// What the payload is.
    pub payload: &'static str,
    /// Why it is opaque, if it is.
    pub reason: Option<String>,
}

/// Counts what a stream holds.
///
/// # Errors
/// Those of the system.
pub fn info(scanner: &mut Scanner) -> io::Result<Info> {
    let mut info = Info::of_length(scanner.input().length());
    while let Some(item) = scanner.next_item()? {
        info.item(&item);
    }
    info.finish(scanner);
    Ok(info)
}

impl Info {
    /// Of a stream of which nothing is read yet.
    #[must_use]
    pub fn of_length(length: u64) -> Info {
        Info { length, ..Info::default() }
    }

    /// Adds what only the whole stream tells.
    pub fn finish(&mut self, scanner: &Scanner) {
        self.footers = match scanner.footers() {
            Footers::Unknown => None,
            Footers::Present => Some(true),
            Footers::Absent => Some(false),
        };
        self.given = scanner.is_described_outside();
        self.description = scanner.found().map(|found| found.length);
        // Of a damaged text it is not known what is missing.
        if let Some(found) = scanner.found().filter(|found| found.fault.is_none()) {
            self.release.form(&found.vmdesc, self.configuration.is_some());
        }
    }

    /// Adds an item of the stream.
    pub fn item(&mut self, item: &Item) {
        match &item.content {
            Content::Configuration { configuration, .. } => {
                self.configuration = Some(Rc::clone(configuration));
                if configuration.has_capability("mapped-ram") {
                    self.release.is_from("9.0", "the capability mapped-ram");
                }
            }
            Content::Section(section) => self.section(item.offset, section),
            Content::Command(head) => self.command(head.number),
            Content::Package { .. } => self.command(commands::PACKAGED),
            Content::Damage(damage) if self.damages.len() < LISTED => {
                self.damages.push(damage.clone());
            }
            _ => {}
        }
    }

    fn command(&mut self, number: u16) {
        if number == commands::SWITCHOVER_START {
            self.release.is_from("10.0", "the command SWITCHOVER_START");
        }
        match self.commands.iter_mut().find(|(known, _)| *known == number) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.commands.push((number, 1)),
        }
    }

    fn section(&mut self, offset: u64, section: &Section) {
        let bytes = match &section.payload {
            Payload::Described(described) => {
                let private = &mut self.bytes.private;
                *private = private.saturating_add(described.opaque);
                self.bytes.described = self.bytes.described.saturating_add(described.described);
                None
            }
            Payload::Ram(summary) => {
                let room = LISTED.saturating_sub(self.blocks.len());
                self.blocks.extend(summary.blocks.iter().take(room).cloned());
                self.page_size = summary.page_size.or(self.page_size);
                summary.pages.iter().for_each(|(name, counts)| self.pages(name, counts));
                if summary.flushes > 0 {
                    self.release.is_from("8.1", "the word MULTIFD_FLUSH");
                }
                if summary.total().compressed > 0 {
                    self.release.is_before("9.1", "compressed pages");
                }
                Some(&mut self.bytes.ram)
            }
            Payload::Opaque(_) => Some(&mut self.bytes.opaque),
        };
        if let Some(bytes) = bytes {
            *bytes = bytes.saturating_add(section.length);
        }
        if section.named.name == b"block" {
            self.release.is_before("9.1", "the section block");
        }
        self.row(offset, section);
    }

    fn pages(&mut self, name: &[u8], counts: &Counts) {
        if let Some(all) = self.pages.get_mut(name) {
            all.add(counts);
        } else if self.pages.len() < LISTED {
            self.pages.insert(name.to_vec(), *counts);
        }
    }

    fn row(&mut self, offset: u64, section: &Section) {
        let key = (section.id, Rc::clone(&section.named));
        let known = match section.kind.is_named() {
            true => None,
            false => self.rows.get(&key).and_then(|row| self.sections.get_mut(*row)),
        };
        let reason = match &section.payload {
            Payload::Opaque(reason) => Some(reason.to_string()),
            _ => None,
        };
        if let Some(row) = known {
            row.records = row.records.saturating_add(1);
            row.bytes = row.bytes.saturating_add(section.length);
            if let (None, Some(reason)) = (&row.reason, reason) {
                (row.payload, row.reason) = (section.payload.text(), Some(reason));
            }
            return;
        }
        if self.sections.len() >= LISTED {
            self.more = self.more.saturating_add(1);
            return;
        }
        self.rows.insert(key, self.sections.len());
        self.sections.push(Row {
            named: Rc::clone(&section.named),
            id: section.id,
            offset,
            records: 1,
            bytes: section.length,
            payload: section.payload.text(),
            reason,
        });
    }

    /// All of it as one JSON value.
    #[must_use]
    pub fn json(&self) -> Value {
        let release = |told: &Option<(&str, &str)>| {
            told.map(|(release, reason)| json!({ "release": release, "reason": reason }))
        };
        json!({
            "format": "qemu",
            "length": self.length,
            "configuration": self.configuration.as_deref().map(configuration),
            "written_by": { "from": release(&self.release.from), "before": release(&self.release.before) },
            "footers": self.footers,
            "description_length": self.description,
            "bytes": {
                "described": self.bytes.described,
                "private": self.bytes.private,
                "ram": self.bytes.ram,
                "opaque": self.bytes.opaque,
            },
            "page_size": self.page_size,
            "commands": self.commands.iter().map(|(number, count)| {
                json!({ "number": number, "name": command(*number), "count": count })
            }).collect::<Vec<_>>(),
            "sections": self.sections.iter().map(Row::json).collect::<Vec<_>>(),
            "more_sections": self.more,
            "blocks": self.blocks.iter().map(|block| {
                blocks::json(block, &self.counts(&block.name))
            }).collect::<Vec<_>>(),
            "bytes_of_lost_blocks": self.counts(LOST).bytes,
            "complete": self.damages.is_empty(),
            "damage": self.damages.iter().map(|damage| {
                json!({
                    "offset": damage.offset,
                    "what": damage.what.to_string(),
                    "resumed_at": damage.resumed_at,
                })
            }).collect::<Vec<_>>(),
        })
    }

    pub(super) fn counts(&self, name: &[u8]) -> Counts {
        self.pages.get(name).copied().unwrap_or_default()
    }
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "name": String::from_utf8_lossy(&self.named.name),
            "instance": self.named.instance,
            "version": self.named.version,
            "id": self.id,
            "offset": self.offset,
            "records": self.records,
            "bytes": self.bytes,
            "payload": self.payload,
            "reason": self.reason,
        })
    }
}

pub(super) fn command(number: u16) -> &'static str {
    migcore::codec::legacy::framing::CommandHead { number, length: 0 }.name().unwrap_or("unknown")
}

fn configuration(configuration: &Configuration) -> Value {
    json!({
        "machine": String::from_utf8_lossy(configuration.machine()),
        "page_bits": configuration.page_bits(),
        "capabilities": configuration.capabilities().collect::<Vec<_>>(),
        "uuid": configuration.uuid().map(uuid),
    })
}

pub(super) fn uuid(bytes: &[u8; 16]) -> String {
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}
