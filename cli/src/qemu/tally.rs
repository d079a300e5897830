//! Of what the bytes of a stream are: how much is known by name, and why the rest is not.

use std::io;

use serde_json::{json, Value};

use super::item::{Content, Damage, Item, Payload, Section};
use super::visit::Watch;

/// The most damages that are kept, and the most reasons that are told apart.
const KEPT: usize = 1000;

/// The bytes of a stream, each counted once.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// All of them.
    pub length: u64,
    /// In payloads: whose values are known.
    pub described: u64,
    /// In payloads that are described: fields of a type that only their device knows.
    pub private: u64,
    /// In payloads: of the section `ram`.
    pub ram: u64,
    /// In payloads: of which nothing is known.
    pub opaque: u64,
    /// The record of the description at the end.
    pub description: u64,
    /// Behind the end.
    pub trailing: u64,
    /// That could not be read.
    pub lost: u64,
    /// Why payloads are opaque, in the order of the stream.
    pub reasons: Vec<Reason>,
    /// What is damaged.
    pub damages: Vec<Damage>,
}

/// Why payloads are opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What is the reason.
    pub text: String,
    /// The first section that it holds for.
    pub first: String,
    /// How many sections there are.
    pub sections: u64,
    /// The bytes of them.
    pub bytes: u64,
}

impl Watch for Tally {
    fn item(&mut self, item: &Item) {
        self.length = self.length.saturating_add(item.length);
        match &item.content {
            Content::Section(section) => self.section(section),
            Content::Description => self.description = item.length,
            Content::Trailing => self.trailing = item.length,
            Content::Damage(damage) => {
                self.lost = self.lost.saturating_add(item.length);
                if self.damages.len() < KEPT {
                    self.damages.push(damage.clone());
                }
            }
            _ => {}
        }
    }
}

impl Tally {
    /// Headers, heads of records, footers, commands and the end.
    #[must_use]
    pub fn framing(&self) -> u64 {
        let Tally { described, private, ram, opaque, description, trailing, lost, .. } = self;
        [described, private, ram, opaque, description, trailing, lost]
            .into_iter()
            .fold(self.length, |left, bytes| left.saturating_sub(*bytes))
    }

    fn section(&mut self, section: &Section) {
        match &section.payload {
            Payload::Described(described) => {
                self.described = self.described.saturating_add(described.described);
                self.private = self.private.saturating_add(described.opaque);
            }
            Payload::Ram(_) => self.ram = self.ram.saturating_add(section.length),
            Payload::Opaque(reason) => {
                self.opaque = self.opaque.saturating_add(section.length);
                self.reason(section, reason.to_string());
            }
        }
    }

    fn reason(&mut self, section: &Section, text: String) {
        let full = self.reasons.len() >= KEPT;
        let known = self.reasons.iter_mut().find(|reason| reason.text == text);
        let reason = match known {
            Some(reason) => reason,
            None if full => return,
            None => {
                let first = section.named.to_string();
                self.reasons.push(Reason { text, first, sections: 0, bytes: 0 });
                let Some(reason) = self.reasons.last_mut() else { return };
                reason
            }
        };
        reason.sections = reason.sections.saturating_add(1);
        reason.bytes = reason.bytes.saturating_add(section.length);
    }

    /// All of it but the damages as one JSON value.
    #[must_use]
    pub fn json(&self) -> Value {
        let reason = |reason: &Reason| {
            json!({
                "reason": reason.text,
                "first": reason.first,
                "sections": reason.sections,
                "bytes": reason.bytes,
            })
        };
        json!({
            "length": self.length,
            "described": self.described,
            "private": self.private,
            "ram": self.ram,
            "opaque": self.opaque,
            "framing": self.framing(),
            "description": self.description,
            "trailing": self.trailing,
            "lost": self.lost,
            "reasons": self.reasons.iter().map(reason).collect::<Vec<_>>(),
        })
    }

    /// Prints it for people.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn print(&self, to: &mut dyn io::Write) -> io::Result<()> {
        let Tally { length, described, private, ram, opaque, description, .. } = self;
        writeln!(to, "{length} bytes: {described} described, {private} of private types,")?;
        write!(to, "  {ram} of ram, {opaque} opaque, {} framing, ", self.framing())?;
        write!(to, "{description} description")?;
        for (bytes, what) in [(self.trailing, "behind the end"), (self.lost, "damaged")] {
            if bytes > 0 {
                write!(to, ", {bytes} {what}")?;
            }
        }
        writeln!(to)?;
        for reason in &self.reasons {
            writeln!(to, "opaque: {reason}")?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Reason { text, first, sections, bytes } = self;
        write!(f, "{bytes} bytes of {first}")?;
        if *sections > 1 {
            write!(f, " and {} more", sections.saturating_sub(1))?;
        }
        write!(f, ": {text}")
    }
}
