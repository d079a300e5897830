//! The findings as text for people, and as JSON.

use std::io::{self, Write};

use serde_json::{json, Value};

use super::answer::{Answer, Checked, Finding};
use crate::show::counted;

/// The word for an answer in JSON.
#[must_use]
pub fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Loads => "loads",
        Answer::Losses => "losses",
        Answer::Refused => "refused",
        Answer::CannotTell => "cannot tell",
    }
}

/// Prints what was found, the worst last.
///
/// # Errors
/// Those of the writer.
pub fn print(checked: &Checked, to: &mut dyn Write) -> io::Result<()> {
    let mut told: Vec<&str> = Vec::new();
    for finding in &checked.findings {
        let Finding { answer, place, text, help, .. } = finding;
        match place.is_empty() {
            true => writeln!(to, "{answer}: {text}")?,
            false => writeln!(to, "{answer}: {place}: {text}")?,
        }
        // The same advice is not given again.
        if !help.is_empty() && !told.contains(help) {
            writeln!(to, "  {help}")?;
            told.push(help);
        }
    }
    if checked.more > 0 {
        writeln!(to, "{} more", counted(checked.more, "finding"))?;
    }
    let compared = counted(checked.devices, "device");
    writeln!(to, "{}: {compared} compared", checked.answer)
}

/// The document of a check.
#[must_use]
pub fn json(checked: &Checked) -> Value {
    json!({
        "format": "check",
        "answer": word(checked.answer),
        "devices": checked.devices,
        "findings": checked.findings.iter().map(as_json).collect::<Vec<_>>(),
        "more_findings": checked.more,
    })
}

fn as_json(finding: &Finding) -> Value {
    json!({
        "answer": word(finding.answer),
        "reason": finding.reason,
        "path": finding.place,
        "text": finding.text,
        "help": finding.help,
    })
}
