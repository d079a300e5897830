//! What a stream is, for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use migcore::codec::legacy::framing::Configuration;

use super::info::{command, uuid, Bytes, Info, Row};
use super::ram::LOST;
use crate::blocks;
use crate::input::told;
use crate::show::{counted, fact, sized, table};

impl Info {
    /// Prints it for people.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn print(&self, to: &mut dyn Write) -> io::Result<()> {
        fact(to, "format", "QEMU")?;
        fact(to, "length", &sized(self.length))?;
        match &self.configuration {
            None => fact(
                to,
                "machine",
                "not said, as by machine types up to 2.3, and where devices alone were saved",
            )?,
            Some(configuration) => print_configuration(configuration, to)?,
        }
        if let Some((release, reason)) = self.release.from {
            fact(to, "written by", &format!("QEMU {release} or newer: {reason}"))?;
        }
        if let Some((release, reason)) = self.release.before {
            fact(to, "written by", &format!("QEMU before {release}: {reason}"))?;
        }
        let footers = self.footers.map_or("not known", |there| if there { "yes" } else { "no" });
        fact(to, "footers", footers)?;
        self.print_description(to)?;
        self.print_payload(to)?;
        self.print_damages(to)?;
        self.print_sections(to)?;
        self.print_blocks(to)
    }

    fn print_description(&self, to: &mut dyn Write) -> io::Result<()> {
        match (self.description, self.given) {
            (_, true) => fact(to, "description", "given by --vmdesc"),
            (Some(length), false) => {
                fact(to, "description", &format!("{}, in the stream", sized(length.into())))
            }
            (None, false) => fact(to, "description", "none in the stream; --vmdesc FILE gives one"),
        }
    }

    fn print_payload(&self, to: &mut dyn Write) -> io::Result<()> {
        let Bytes { described, private, ram, opaque } = self.bytes;
        let mut name = "payload";
        for (bytes, what) in [
            (described, "whose values are known"),
            (private, "in fields that only their device knows"),
            (ram, "of guest memory"),
            (opaque, "opaque"),
        ] {
            if bytes > 0 {
                fact(to, name, &format!("{} {what}", sized(bytes)))?;
                name = "";
            }
        }
        let mut reasons: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for row in &self.sections {
            if let Some(reason) = &row.reason {
                let (number, bytes) = reasons.entry(reason).or_default();
                (*number, *bytes) = (number.saturating_add(1), bytes.saturating_add(row.bytes));
            }
        }
        let mut name = "opaque";
        for (reason, (number, bytes)) in reasons {
            let sections = counted(number, "section");
            fact(to, name, &format!("{sections}, {}: {reason}", sized(bytes)))?;
            name = "";
        }
        Ok(())
    }

    fn print_damages(&self, to: &mut dyn Write) -> io::Result<()> {
        match self.damages.len() {
            0 => Ok(()),
            number => fact(to, "damaged", &format!("at {}", counted(told(number), "place"))),
        }
    }

    fn print_sections(&self, to: &mut dyn Write) -> io::Result<()> {
        for (number, count) in &self.commands {
            let times = counted(*count, "time");
            fact(to, "command", &format!("{number} {}, {times}", command(*number)))?;
        }
        let number = told(self.sections.len()).saturating_add(self.more);
        fact(to, "sections", &number.to_string())?;
        let head = ["section", "version", "id", "records", "bytes", "at", "content"];
        let lines = self.sections.iter().map(Row::cells);
        table(to, &head, lines.collect())?;
        if self.more > 0 {
            writeln!(to, "  and {} more", self.more)?;
        }
        Ok(())
    }

    fn print_blocks(&self, to: &mut dyn Write) -> io::Result<()> {
        if self.blocks.is_empty() {
            return Ok(());
        }
        blocks::summary(to, &self.blocks, self.page_size)?;
        let each = self.blocks.iter().map(|block| (block, self.counts(&block.name)));
        blocks::rows(to, each)?;
        match self.counts(LOST).bytes {
            0 => Ok(()),
            lost => writeln!(to, "  and {} of pages whose block is not known", sized(lost)),
        }
    }
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let Row { named, id, offset, records, bytes, payload, reason } = self;
        let content = match reason {
            Some(reason) => format!("{payload}: {reason}"),
            None => (*payload).to_owned(),
        };
        let numbers = [u64::from(named.version), u64::from(*id), *records, *bytes, *offset];
        let numbers = numbers.map(|number| number.to_string());
        [named.to_string()].into_iter().chain(numbers).chain([content]).collect()
    }
}

fn print_configuration(configuration: &Configuration, to: &mut dyn Write) -> io::Result<()> {
    fact(to, "machine", &configuration.machine().escape_ascii().to_string())?;
    if let Some(bits) = configuration.page_bits() {
        fact(to, "page bits", &bits.to_string())?;
    }
    for name in configuration.capabilities() {
        fact(to, "capability", &name.escape_debug().to_string())?;
    }
    match configuration.uuid() {
        Some(bytes) => fact(to, "uuid", &uuid(bytes)),
        None => Ok(()),
    }
}
