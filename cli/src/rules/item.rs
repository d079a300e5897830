//! Items of a file of rules as those of steps.

use std::sync::Mutex;

use bumpalo::Bump;
use migcore::compat::{Effort, Form, Item};
use migcore::model::Value;
use migcore::visit::{Description, Extent, Kind, Marks, Versions};

use super::file::{Entry, Literal, Mark};
use super::value::{bits, hex, kind, put, MOST_BYTES};
use crate::input::told;

/// The most items of all steps together.
const MOST_ITEMS: usize = 1 << 20;

type Result<T> = std::result::Result<T, String>;

/// Makes items, and keeps what they refer to.
pub(super) struct Maker<'a> {
    pub(super) arena: &'a Bump,
    /// What all refusals of the file may cost.
    pub(super) effort: &'a Mutex<Effort>,
    /// Bytes of values that may still come.
    bytes: u64,
    /// Items that may still come.
    items: usize,
}

impl<'a> Maker<'a> {
    pub(super) fn new(arena: &'a Bump) -> Self {
        let effort = arena.alloc(Mutex::new(Effort::new()));
        Maker { arena, effort, bytes: MOST_BYTES, items: MOST_ITEMS }
    }

    /// One item with all that is inside.
    pub(super) fn item(&mut self, entry: &'a Entry) -> Result<&'a [Item<'a>]> {
        let mut items = Vec::new();
        self.put(entry, &entry.name, 0, &mut items)?;
        Ok(self.arena.alloc_slice_copy(&items))
    }

    /// The same under another name.
    pub(super) fn item_named(&mut self, entry: &'a Entry, name: &'a str) -> Result<&'a [Item<'a>]> {
        let mut items = Vec::new();
        self.put(entry, name, 0, &mut items)?;
        Ok(self.arena.alloc_slice_copy(&items))
    }

    /// Several, one behind the other.
    pub(super) fn items(&mut self, entries: &'a [Entry]) -> Result<&'a [Item<'a>]> {
        let mut items = Vec::new();
        self.put_all(entries, 0, &mut items)?;
        Ok(self.arena.alloc_slice_copy(&items))
    }

    fn put_all(&mut self, entries: &'a [Entry], depth: u8, to: &mut Vec<Item<'a>>) -> Result<()> {
        entries.iter().try_for_each(|entry| {
            if entry.scope.is_some() || entry.after.is_some() {
                return Err(format!("{:?}: `in` and `after` are of the whole step", entry.name));
            }
            self.put(entry, &entry.name, depth, to)
        })
    }

    fn put(
        &mut self,
        entry: &'a Entry,
        name: &'a str,
        depth: u8,
        to: &mut Vec<Item<'a>>,
    ) -> Result<()> {
        let done = self.put_one(entry, name, depth, to);
        done.map_err(|why| if name.is_empty() { why } else { format!("{name}: {why}") })
    }

    fn put_one(
        &mut self,
        entry: &'a Entry,
        name: &'a str,
        depth: u8,
        to: &mut Vec<Item<'a>>,
    ) -> Result<()> {
        let Some(said) = entry.kind.as_deref() else {
            return Err("a `type` is missing".to_owned());
        };
        only(entry, said)?;
        let value = self.value(entry, said)?;
        self.add(Item { depth, name: name.as_bytes(), marks: marks(&entry.marks), value }, to)?;
        let Some(deeper) = depth.checked_add(1) else { return Err("nests too deep".to_owned()) };
        if said == "list" {
            return self.elements(entry, deeper, to);
        }
        self.put_all(entry.items.as_deref().unwrap_or_default(), deeper, to)
    }

    fn elements(&mut self, entry: &'a Entry, depth: u8, to: &mut Vec<Item<'a>>) -> Result<()> {
        let Some(deeper) = depth.checked_add(1) else { return Err("nests too deep".to_owned()) };
        let element = Item { depth, name: b"", marks: Marks::NONE, value: Value::Element };
        let mut one = |maker: &mut Self, items: &'a [Entry]| {
            maker.add(element, to)?;
            maker.put_all(items, deeper, to)
        };
        match (&entry.elements, &entry.items, entry.count) {
            (Some(elements), None, None) => elements.iter().try_for_each(|items| one(self, items)),
            (None, Some(items), Some(count)) => (0..count).try_for_each(|_| one(self, items)),
            _ => Err("a list has `elements`, or `items` and `count`".to_owned()),
        }
    }

    fn add(&mut self, item: Item<'a>, to: &mut Vec<Item<'a>>) -> Result<()> {
        let left = self.items.checked_sub(1);
        self.items = left.ok_or_else(|| format!("at most {MOST_ITEMS} items are taken"))?;
        to.push(item);
        Ok(())
    }

    fn value(&mut self, entry: &'a Entry, said: &str) -> Result<Value<'a>> {
        match said {
            "struct" => Ok(Value::Struct(described(entry)?)),
            "list" => Ok(Value::List { extent: extent(entry.variable) }),
            "optional" => Ok(Value::Optional { present: entry.items.is_some() }),
            "subsection" => {
                let version = entry.version;
                let version = version.ok_or("a subsection has a `version`")?;
                Ok(Value::Subsection { version })
            }
            "absent" => Ok(Value::Absent),
            said => self.leaf(said, entry.variable, Given::of(entry)),
        }
    }

    /// A value without items inside.
    pub(super) fn leaf(
        &mut self,
        said: &str,
        variable: bool,
        given: Given<'a>,
    ) -> Result<Value<'a>> {
        match (form(said, variable)?, given) {
            (Leaf::Text, Given { value: Some(Literal::Text(text)), text: None, count: None }) => {
                self.charge(told(text.len()))?;
                Ok(Value::Text(text))
            }
            (Leaf::Text, _) => Err("the `value` of a text is a text".to_owned()),
            (
                Leaf::Form(Form::Scalar(kind)),
                Given { value: Some(value), text: None, count: None },
            ) => Ok(Value::Scalar(kind, bits(kind, value)?)),
            (Leaf::Form(Form::Scalar(_)), _) => Err("a `value` is missing".to_owned()),
            (Leaf::Form(Form::Array(kind, extent)), given) => {
                Ok(Value::Array(kind, extent, self.array(kind, given)?))
            }
            (Leaf::Form(Form::Bytes(extent)), given) => {
                Ok(Value::Bytes(extent, self.bytes(given)?))
            }
        }
    }

    fn array(&mut self, kind: Kind, given: Given<'a>) -> Result<&'a [u8]> {
        let width = told(kind.width().bytes());
        let mut bytes = Vec::new();
        match given {
            Given { value: Some(Literal::List(values)), text: None, count: None } => {
                self.charge(told(values.len()).saturating_mul(width))?;
                for value in values {
                    put(kind, bits(kind, value)?, &mut bytes);
                }
            }
            Given { value: Some(value), text: None, count: Some(count) } => {
                let value = bits(kind, value)?;
                self.charge(count.saturating_mul(width))?;
                (0..count).for_each(|_| put(kind, value, &mut bytes));
            }
            _ => {
                return Err(
                    "the `value` of an array is a list, or one number with a `count`".to_owned()
                )
            }
        }
        Ok(self.arena.alloc_slice_copy(&bytes))
    }

    pub(super) fn bytes(&mut self, given: Given<'a>) -> Result<&'a [u8]> {
        let bytes = match given {
            Given { value: Some(Literal::Text(text)), text: None, count: None } => {
                self.charge(told(text.len()))?;
                hex(text)?
            }
            Given { value: None, text: Some(text), count: None } => {
                self.charge(told(text.len()))?;
                text.as_bytes().to_vec()
            }
            Given { value: None, text: None, count: Some(count) } => {
                self.charge(count)?;
                vec![0; usize::try_from(count).unwrap_or(0)]
            }
            _ => {
                let forms = "hexadecimal digits as `value`, a `text`, or a `count` of zeros";
                return Err(format!("the value of bytes is {forms}"));
            }
        };
        Ok(self.arena.alloc_slice_copy(&bytes))
    }

    fn charge(&mut self, bytes: u64) -> Result<()> {
        let left = self.bytes.checked_sub(bytes);
        self.bytes =
            left.ok_or_else(|| format!("at most {MOST_BYTES} bytes of values are taken"))?;
        Ok(())
    }
}

/// How a value is given.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) value: Option<&'a Literal>,
    pub(super) text: Option<&'a str>,
    pub(super) count: Option<u64>,
}

impl<'a> Given<'a> {
    fn of(entry: &'a Entry) -> Self {
        Given { value: entry.value.as_ref(), text: entry.text.as_deref(), count: entry.count }
    }
}

/// What has no items inside.
pub(super) enum Leaf {
    Form(Form),
    Text,
}

/// The type of this name.
pub(super) fn form(said: &str, variable: bool) -> Result<Leaf> {
    let element = said.strip_prefix('[').and_then(|said| said.strip_suffix(']'));
    let extent = extent(variable);
    let found = match (said, element.map(kind)) {
        ("text", _) => Some(Leaf::Text),
        ("bytes", _) => Some(Leaf::Form(Form::Bytes(extent))),
        (_, Some(kind)) => kind.map(|kind| Leaf::Form(Form::Array(kind, extent))),
        (said, None) => kind(said).map(|kind| Leaf::Form(Form::Scalar(kind))),
    };
    found.ok_or_else(|| format!("there is no type {said:?}"))
}

fn extent(variable: bool) -> Extent {
    if variable {
        Extent::Variable
    } else {
        Extent::Fixed
    }
}

fn described(entry: &Entry) -> Result<Option<Description<'_>>> {
    match (&entry.description, entry.version) {
        (Some(name), Some(version)) => {
            Ok(Some(Description { name: name.as_bytes(), versions: Versions::only(version) }))
        }
        (None, None) => Ok(None),
        _ => Err("a struct has a `description` and a `version`, or neither".to_owned()),
    }
}

/// Refuses keys that say nothing of an item of this type.
fn only(entry: &Entry, said: &str) -> Result<()> {
    let is_scope = matches!(said, "struct" | "list" | "optional" | "subsection");
    let given = [
        ("value", entry.value.is_some(), !is_scope && said != "absent"),
        ("text", entry.text.is_some(), said == "bytes"),
        (
            "count",
            entry.count.is_some(),
            said == "bytes" || said == "list" || said.starts_with('['),
        ),
        ("variable", entry.variable, said == "bytes" || said == "list" || said.starts_with('[')),
        ("description", entry.description.is_some(), said == "struct"),
        ("version", entry.version.is_some(), said == "struct" || said == "subsection"),
        ("items", entry.items.is_some(), is_scope),
        ("elements", entry.elements.is_some(), said == "list"),
    ];
    match given.into_iter().find(|(_, there, fits)| *there && !fits) {
        Some((key, ..)) => Err(format!("`{key}` says nothing of type {said:?}")),
        None => Ok(()),
    }
}

pub(super) fn marks(said: &[Mark]) -> Marks {
    said.iter().fold(Marks::NONE, |marks, mark| {
        marks
            | match mark {
                Mark::Ancillary => Marks::ANCILLARY,
                Mark::SafeToCopy => Marks::SAFE_TO_COPY,
                Mark::Secret => Marks::SECRET,
                Mark::Volatile => Marks::VOLATILE,
            }
    })
}
