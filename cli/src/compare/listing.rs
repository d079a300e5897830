//! The differences as they are printed: a line each, or one JSON document.

use std::io::{self, Write};

use serde_json::json;

use crate::show::Document;

/// One difference, ready to be printed.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    change: &'static str,
    path: String,
    volatile: bool,
    secret: bool,
    /// What is opaque, and why.
    opaque: Option<String>,
    left: Option<String>,
    right: Option<String>,
    /// What stands behind the path.
    text: String,
}

impl Found {
    /// Only the left side has it.
    pub(super) fn removed(path: String, left: String) -> Found {
        Found { change: "removed", path, text: left.clone(), left: Some(left), ..Found::default() }
    }

    /// Only the right side has it.
    pub(super) fn added(path: String, right: String) -> Found {
        let (text, right) = (right.clone(), Some(right));
        Found { change: "added", path, text, right, ..Found::default() }
    }

    /// It is something else on each side.
    pub(super) fn sided(path: String, left: String, right: String) -> Found {
        let text = format!("{left} -> {right}");
        Found::value(path, text).sides(left, right)
    }

    /// It differs in what the text says.
    pub(super) fn value(path: String, text: String) -> Found {
        Found { change: "value", path, text, ..Found::default() }
    }

    /// With what each side has.
    pub(super) fn sides(self, left: String, right: String) -> Found {
        Found { left: Some(left), right: Some(right), ..self }
    }

    /// In another way than by its value.
    pub(super) fn by(self, change: &'static str) -> Found {
        Found { change, ..self }
    }

    /// Of what is marked so.
    pub(super) fn marked(self, volatile: bool, secret: bool) -> Found {
        Found { volatile, secret, ..self }
    }

    /// Of what is known by its bytes alone, for this reason.
    pub(super) fn opaque(self, why: Option<String>) -> Found {
        Found { opaque: why, ..self }
    }

    fn line(&self) -> String {
        let Found { path, text, .. } = self;
        let mut line = match self.change {
            "removed" => format!("only in A: {path}"),
            "added" => format!("only in B: {path}"),
            _ => path.clone(),
        };
        if self.volatile {
            line.push_str(" (volatile)");
        }
        if let Some(why) = &self.opaque {
            line.push_str(&format!(" ({why})"));
        }
        match self.change {
            "removed" | "added" => line.push_str(&format!(", {text}")),
            _ => line.push_str(&format!(": {text}")),
        }
        line
    }
}

/// How much was compared, and how much differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Devices and sections that both streams have.
    pub compared: u64,
    /// Those of them that differ.
    pub different: u64,
    /// Those that were compared by their bytes alone.
    pub opaque: u64,
    /// Those that only the left stream has.
    pub only_left: u64,
    /// Those that only the right stream has.
    pub only_right: u64,
    /// The differences that count.
    pub differences: u64,
    /// Those of what is volatile, which do not.
    pub volatile: u64,
}

/// Where the differences go.
pub struct Listing<'t> {
    to: &'t mut dyn Write,
    json: bool,
    number: u64,
    pub(super) counts: Counts,
    done: io::Result<()>,
}

impl<'t> Listing<'t> {
    /// Begins a listing.
    pub fn new(to: &'t mut dyn Write, json: bool) -> Self {
        let mut listing = Listing { to, json, number: 0, counts: Counts::default(), done: Ok(()) };
        if json {
            listing.write("{\"differences\":[");
        }
        listing
    }

    /// Ends it, with `errors` that kept the streams from being compared, and says what was counted. For a
    /// person, a summary stands at the end.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(mut self, errors: &[String], person: bool) -> io::Result<Counts> {
        let Counts { compared, different, opaque, only_left, only_right, .. } = self.counts;
        let Counts { differences, volatile, .. } = self.counts;
        if self.json {
            let end = json!({
                "summary": {
                    "compared": compared,
                    "different": different,
                    "opaque": opaque,
                    "only_left": only_left,
                    "only_right": only_right,
                    "differences": differences,
                    "volatile": volatile,
                },
                "equal": errors.is_empty() && differences == 0,
                "errors": errors,
            });
            // The members of this object become those of the document.
            self.write(&format!("\n],{}\n", Document(&end).to_string().trim_start_matches('{')));
        } else if person && errors.is_empty() {
            self.write(&format!(
                "{compared} devices compared, {different} differ; {opaque} of them by bytes alone; only in A \
                 {only_left}, only in B {only_right}; {differences} differences, {volatile} more are volatile\n"
            ));
        }
        self.done.and_then(|()| self.to.flush()).map(|()| self.counts)
    }

    /// Whether nobody takes what is printed.
    pub(super) fn failed(&self) -> bool {
        self.done.is_err()
    }

    /// Prints a difference and counts it.
    pub(super) fn tell(&mut self, found: &Found) {
        let count = match found.volatile {
            true => &mut self.counts.volatile,
            false => &mut self.counts.differences,
        };
        *count = count.saturating_add(1);
        let line = found.line();
        let text = match self.json {
            false => line + "\n",
            true => {
                let object = json!({
                    "change": found.change,
                    "path": found.path,
                    "volatile": found.volatile,
                    "secret": found.secret,
                    "opaque": found.opaque,
                    "left": found.left,
                    "right": found.right,
                    "text": line,
                });
                format!("{}{}", if self.number == 0 { "\n" } else { ",\n" }, Document(&object))
            }
        };
        self.number = self.number.saturating_add(1);
        self.write(&text);
    }

    fn write(&mut self, text: &str) {
        if self.done.is_ok() {
            self.done = self.to.write_all(text.as_bytes());
        }
    }
}
