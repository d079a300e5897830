//! A suggestion as a file of rules, and as JSON.

use serde_json::{json, Value};

use super::item::quoted;
use super::machine::Group;
use super::part::{Remark, Step};

/// The longest line of a comment.
const LINE: usize = 118;

/// What is suggested.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// What the two files are called.
    pub(super) files: [String; 2],
    /// What is known of each machine.
    pub(super) machines: [String; 2],
    /// The versions of the change, from the older to the newer one.
    pub(super) ends: Option<[String; 2]>,
    /// Whether the other side has values.
    pub(super) valued: bool,
    pub(super) groups: Vec<Group>,
}

impl Suggestion {
    /// The number of steps.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.groups.iter().map(|group| group.part.steps.len()).sum()
    }

    /// How many remarks say what the steps lose, and what they do not do.
    #[must_use]
    pub fn remarks(&self) -> [usize; 2] {
        [self.lost().count(), self.left().count()]
    }

    fn lost(&self) -> impl Iterator<Item = &Remark> {
        self.groups.iter().flat_map(|group| &group.part.lost)
    }

    fn left(&self) -> impl Iterator<Item = &Remark> {
        self.groups.iter().flat_map(|group| &group.part.left)
    }

    /// The file of rules.
    #[must_use]
    pub fn toml(&self) -> String {
        let mut text = self.head();
        let [mine, theirs] = &self.machines;
        text.push_str(&format!("title = {}\n", quoted(&format!("{mine} onto {theirs}"))));
        if self.lost().next().is_some() {
            text.push_str("\n# Each line lets go what was found in IN. Take out the lines of what must not be lost.\n");
            text.push_str("[policy]\npaths = [\n");
            for lost in self.lost() {
                comment(&mut text, "    ", &one_line(&lost.text));
                text.push_str(&format!(
                    "    {{ path = {}, loss = \"allow\" }},\n",
                    quoted(&lost.path)
                ));
            }
            text.push_str("]\n");
        }
        text.push_str("\n[[change]]\n");
        if let Some([from, to]) = &self.ends {
            text.push_str(&format!("from = {}\nto = {}\n", quoted(from), quoted(to)));
        }
        text.push_str("step = [\n");
        for (number, group) in self.groups.iter().enumerate() {
            if number > 0 {
                text.push('\n');
            }
            put(&mut text, group);
        }
        text.push_str("]\n");
        text
    }

    fn head(&self) -> String {
        let mut text = String::new();
        let [mine, theirs] = &self.machines;
        let [one, other] = &self.files;
        comment(
            &mut text,
            "",
            &format!("A first draft of rules: IN ({mine}) is made to fit ONTO ({theirs})."),
        );
        comment(&mut text, "", &format!("IN is {}, ONTO is {}.", one_line(one), one_line(other)));
        text.push_str("#\n");
        let run = format!("  migcore transform {} -o OUT --rules RULES", one_line(one));
        text.push_str(&format!("#{run}\n#\n"));
        let way = match &self.ends {
            Some(_) => "The steps are written from the older to the newer machine; the run turns them round.",
            None => "The steps are written in the way they go: from IN to ONTO.",
        };
        let told = match self.valued {
            true => "Values that come are those of ONTO.",
            false => "ONTO is no stream, and tells no values: what comes is 0, which nobody but its device can confirm.",
        };
        comment(&mut text, "", &format!("{way} {told} Read each step before you use it."));
        text.push_str("#\n");
        remarks(
            &mut text,
            "Nothing of IN's values is lost.",
            "LOST of what IN has now, each allowed by a line below:",
            self.lost(),
        );
        text.push_str("#\n");
        remarks(
            &mut text,
            "No step is known to be missing. Whether ONTO loads what comes of it, `migcore check IN --against ONTO --rules RULES` tells.",
            "NOT DONE, to be decided by hand (opaque fields by `open`, `bits` and `close`, if there is a schema):",
            self.left(),
        );
        text
    }

    /// One JSON document.
    #[must_use]
    pub fn json(&self) -> Value {
        let remark = |remark: &Remark| json!({ "path": remark.path, "text": remark.text });
        let all = |of: &[Remark]| of.iter().map(remark).collect::<Vec<_>>();
        let groups: Vec<Value> = self
            .groups
            .iter()
            .map(|group| {
                let step = |step: &Step| {
                    json!({ "step": step.text, "why": step.why, "optional": step.optional })
                };
                json!({
                    "devices": group.devices,
                    "steps": group.part.steps.iter().map(step).collect::<Vec<_>>(),
                    "lost": all(&group.part.lost),
                    "not_done": all(&group.part.left),
                    "remarks": all(&group.part.known),
                })
            })
            .collect();
        json!({
            "format": "suggestion",
            "from": self.ends.as_ref().map(|[from, _]| from),
            "to": self.ends.as_ref().map(|[_, to]| to),
            "groups": groups,
            "rules": self.toml(),
        })
    }
}

fn put(text: &mut String, group: &Group) {
    let title = match group.devices.as_slice() {
        [] => "The stream".to_owned(),
        devices => devices.join(", "),
    };
    comment(text, "    ", &format!("== {}", one_line(&title)));
    let known = group.part.known.iter().map(|remark| (remark, ""));
    let left = group.part.left.iter().map(|remark| (remark, "NOT DONE: "));
    for (remark, mark) in left.chain(known) {
        comment(text, "    ", &one_line(&format!("{mark}{}: {}.", remark.path, remark.text)));
    }
    for step in &group.part.steps {
        comment(text, "    ", &one_line(&step.why));
        let optional = if step.optional { ", optional = true" } else { "" };
        text.push_str(&format!("    {{ {}{optional} }},\n", step.text));
    }
}

fn remarks<'r>(
    text: &mut String,
    none: &str,
    some: &str,
    remarks: impl Iterator<Item = &'r Remark>,
) {
    let mut remarks = remarks.peekable();
    match remarks.peek() {
        None => return comment(text, "", none),
        Some(_) => comment(text, "", some),
    }
    for remark in remarks {
        text.push_str(&format!("#   {}: {}\n", one_line(&remark.path), one_line(&remark.text)));
    }
}

/// A comment, in as many lines as it takes.
fn comment(text: &mut String, indent: &str, said: &str) {
    let mut line = format!("{indent}#");
    for word in said.split(' ') {
        if line.len().saturating_add(word.len()) >= LINE
            && line.len() > indent.len().saturating_add(1)
        {
            text.push_str(&line);
            text.push('\n');
            line = format!("{indent}#");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}

/// What came from a stream cannot end a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|one| if one.is_control() { '?' } else { one }).collect()
}
