//! The findings as text for people, and as JSON.

use std::io::{self, Write};

use serde_json::{json, Value};

use super::finding::{Checked, Finding, Findings, Rule};
use super::Side;
use crate::schema::print::title;
use crate::show::counted;

/// What no check can tell, whatever is given to it.
const NOT_TOLD: &str = "\
not told by what was compared: whether conditions hold, which subsections are needed, types that one device alone \
knows, and what hooks do";

/// What was found in one direction.
#[derive(Debug)]
pub struct Direction<'s> {
    /// Who saves.
    pub from: Side<'s>,
    /// Who loads.
    pub to: Side<'s>,
    /// What was found.
    pub checked: Checked,
}

impl Direction<'_> {
    fn print(&self, to: &mut dyn Write) -> io::Result<()> {
        let Checked { faults, remarks, compared } = &self.checked;
        let (old, new) = (self.from.name, self.to.name);
        findings("fault", faults, to)?;
        findings("remark", remarks, to)?;
        let verdict = match faults.is_empty() {
            true => format!("{new} loads what {old} saves, as far as this tells"),
            false => format!("{new} does not load what {old} saves"),
        };
        writeln!(
            to,
            "{verdict}: {}, {}; compared {}, {}, {}",
            counted(faults.number(), "fault"),
            counted(remarks.number(), "remark"),
            counted(compared.devices, "device"),
            counted(compared.subsections, "subsection"),
            counted(compared.fields, "field")
        )
    }

    fn json(&self) -> Value {
        let Checked { faults, remarks, compared } = &self.checked;
        json!({
            "from": self.from.name,
            "to": self.to.name,
            "loads": faults.is_empty(),
            "faults": faults.kept.iter().map(as_json).collect::<Vec<_>>(),
            "remarks": remarks.kept.iter().map(as_json).collect::<Vec<_>>(),
            "more_faults": faults.more,
            "more_remarks": remarks.more,
            "compared": {
                "devices": compared.devices,
                "subsections": compared.subsections,
                "fields": compared.fields,
            },
        })
    }
}

/// Prints what was found.
///
/// # Errors
/// Those of the writer.
pub fn print(
    sides: [Side<'_>; 2],
    directions: &[Direction<'_>],
    to: &mut dyn Write,
) -> io::Result<()> {
    for side in sides {
        writeln!(to, "{}: {}", side.name, title(side.schema))?;
    }
    directions.iter().try_for_each(|direction| direction.print(to))?;
    writeln!(to, "{NOT_TOLD}")
}

fn findings(what: &str, of: &Findings, to: &mut dyn Write) -> io::Result<()> {
    let mut told: Vec<Rule> = Vec::new();
    for finding in &of.kept {
        writeln!(to, "{what}: {}: {}", finding.place(), finding.text)?;
        // The same advice is not given again.
        if what == "fault" && !told.contains(&finding.rule) {
            writeln!(to, "  {}", finding.rule.advice())?;
            told.push(finding.rule);
        }
    }
    match of.more {
        0 => Ok(()),
        more => writeln!(to, "{} more", counted(more, what)),
    }
}

/// The document of a check.
#[must_use]
pub fn json(sides: [Side<'_>; 2], directions: &[Direction<'_>]) -> Value {
    let [old, new] = sides
        .map(|side| json!({ "source": side.schema.source.text(), "machine": side.schema.machine }));
    json!({
        "format": "schema check",
        "old": old,
        "new": new,
        "compatible": directions.iter().all(|direction| direction.checked.faults.is_empty()),
        "directions": directions.iter().map(Direction::json).collect::<Vec<_>>(),
    })
}

fn as_json(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.text(),
        "device": finding.device,
        "path": finding.path,
        "text": finding.text,
        "advice": finding.rule.advice(),
    })
}
