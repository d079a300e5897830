//! What is suggested for one device, or for the configuration of a stream.

use super::item::{item, quoted, said, scalar};
use super::shape::{escaped, Form, Shape};

/// Stands for the device in texts, until it is known which devices a step is for.
pub(super) const DEVICE: char = '\u{e000}';

/// How the two sides stand to each other, as far as their names tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// They are one machine.
    Same,
    /// What is transformed is the older one.
    Older,
    /// What is transformed is the newer one.
    Newer,
    /// Nothing tells.
    Unknown,
}

/// What decides how steps are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) order: Order,
    /// Whether what is transformed is the newer form of the steps.
    pub(super) turned: bool,
    /// Whether the other side has values.
    pub(super) valued: bool,
    /// Whether the other side says all that may be sent.
    pub(super) complete: bool,
    /// Whether items are found by their place.
    pub(super) placed: bool,
}

/// One step, as it is written, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) text: String,
    pub(super) why: String,
    pub(super) optional: bool,
}

/// What is said of a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Remark {
    pub(super) path: String,
    pub(super) text: String,
}

/// Steps, and what is to be known of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Part {
    pub(super) steps: Vec<Step>,
    /// What is lost of the values of the stream.
    pub(super) lost: Vec<Remark>,
    /// What no step does.
    pub(super) left: Vec<Remark>,
    /// What no step needs to do, but is good to know.
    pub(super) known: Vec<Remark>,
}

impl Part {
    pub(super) fn step(&mut self, text: String, why: impl Into<String>) {
        self.steps.push(Step { text, why: why.into(), optional: false });
    }

    /// One that finds nothing where it goes the other way.
    pub(super) fn optional(&mut self, text: String, why: impl Into<String>) {
        self.steps.push(Step { text, why: why.into(), optional: true });
    }

    pub(super) fn lose(&mut self, path: String, text: String) {
        self.lost.push(Remark { path, text });
    }

    pub(super) fn leave(&mut self, path: String, text: impl Into<String>) {
        self.left.push(Remark { path, text: text.into() });
    }

    pub(super) fn know(&mut self, path: String, text: impl Into<String>) {
        self.known.push(Remark { path, text: text.into() });
    }
}

/// A path with one more name.
pub(super) fn below(scope: &str, name: &str) -> String {
    format!("{scope}.{}", escaped(name))
}

/// `, after = ".."` for an item behind this one; the first has none before it.
pub(super) fn after(before: Option<&Shape>) -> String {
    format!(", after = {}", quoted(before.map_or("", |shape| &shape.name)))
}

/// A step for items that come in the newer form, or are gone there.
pub(super) fn items_step(key: &str, scope: &str, before: Option<&Shape>, all: &[Shape]) -> String {
    let (place, inside) = (after(before), quoted(scope));
    match all {
        [one] => {
            let (name, said) = (quoted(&one.name), said(one, 1));
            let said = match key {
                "add" => said,
                _ => format!("default = {{ {said} }}"),
            };
            format!("{key} = {{ in = {inside}, name = {name}{place}, {said} }}")
        }
        all => {
            let items: String =
                all.iter().map(|one| format!("        {},\n", item(one, 2))).collect();
            format!("{key} = {{ in = {inside}{place}, items = [\n{items}    ] }}")
        }
    }
}

/// What is said where a secret comes.
pub(super) const NOT_COPIED: &str = " A secret is not copied: it is 0 or empty.";

/// The most values that are told one by one.
const MOST_TOLD: usize = 4;

/// What is said of a value that goes.
pub(super) fn worth(shape: &Shape) -> String {
    let mut loud = Vec::new();
    shape.loud("", &mut loud);
    let told: Vec<String> = loud
        .iter()
        .take(MOST_TOLD)
        .map(|(path, one)| {
            let value = match &one.form {
                _ if one.is_secret() => "a secret".to_owned(),
                Form::Scalar(kind, bits) => scalar(*kind, *bits),
                Form::Text(text) => quoted(text),
                _ => format!("{} bytes that are not all 0", one.length()),
            };
            match path.as_str() {
                "" => value,
                path => format!("{path} is {value}"),
            }
        })
        .collect();
    match loud.len().saturating_sub(told.len()) {
        0 => told.join(", "),
        more => format!("{} and {more} more that are not 0", told.join(", ")),
    }
}
