//! The text to data, in one pass and without a tree of the JSON between.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::keys::Key;
use super::{Content, Description, Device, Field, Nested, Vmdesc};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How many descriptions may lie in each other. QEMU's are less than ten deep; the bound is that of the stack.
pub(super) const MAX_NESTING: usize = 32;

/// Why a text is no description, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The byte of the text at which it was noticed.
    pub offset: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {} of the description", self.what, self.offset)
    }
}

impl core::error::Error for ParseError {}

impl Vmdesc {
    /// Reads a description.
    ///
    /// Keys that are not known are passed over. The memory that is taken is bounded by the length of the
    /// text: nothing is set aside for a number in it.
    ///
    /// # Errors
    /// The text is not JSON, lacks what every description has, or nests too deep.
    pub fn parse(text: &[u8]) -> Result<Vmdesc, ParseError> {
        match Vmdesc::parse_prefix(text) {
            (vmdesc, None) => Ok(vmdesc),
            (_, Some(error)) => Err(error),
        }
    }

    /// Reads as much as there is of a description that may be cut or damaged: all devices that end before the
    /// fault, if there is one.
    #[must_use]
    pub fn parse_prefix(text: &[u8]) -> (Vmdesc, Option<ParseError>) {
        let mut vmdesc = Vmdesc::default();
        let mut json = serde_json::Deserializer::from_slice(text);
        let done = json.deserialize_map(Top(&mut vmdesc)).and_then(|()| json.end());
        (vmdesc, done.err().map(|error| located(&error, text)))
    }
}

/// The error with its place as an offset, which serde tells as line and column.
#[cold]
fn located(error: &serde_json::Error, text: &[u8]) -> ParseError {
    let lines_before = error.line().saturating_sub(1);
    let lines = text.split_inclusive(|byte| *byte == b'\n').take(lines_before);
    let line_start = lines.fold(0usize, |length, line| length.saturating_add(line.len()));
    let offset = line_start.saturating_add(error.column()).min(text.len());
    let what = error.to_string();
    let what = what.rfind(" at line ").and_then(|end| what.get(..end)).unwrap_or(&what);
    ParseError { offset, what: what.to_owned() }
}

/// The outermost object. What was read of it stays also when the rest is wrong.
struct Top<'t>(&'t mut Vmdesc);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the description of a stream")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut page_size, mut devices) = (None, None);
        while let Some(key) = map.next_key()? {
            match key {
                Key::Configuration => {
                    let nested = map.next_value_seed(Described(0))?;
                    once(&mut self.0.configuration, nested, "configuration")?;
                }
                Key::PageSize => {
                    once(&mut page_size, map.next_value()?, "page_size")?;
                    self.0.page_size = page_size.unwrap_or_default();
                }
                Key::Devices => {
                    once(&mut devices, (), "devices")?;
                    map.next_value_seed(Append { to: &mut self.0.devices, depth: 0 })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        there(page_size, "page_size")?;
        there(devices, "devices")
    }
}

/// Any object below the outermost one, as it is read.
#[derive(Default)]
struct Object {
    /// In how many descriptions it lies.
    depth: usize,
    name: Option<String>,
    instance: Option<u32>,
    array_len: Option<u64>,
    index: Option<u64>,
    kind: Option<String>,
    size: Option<u64>,
    nested: Option<Option<Description>>,
    /// One for each `vmsd_name`: that key begins a description, and those behind it belong to it.
    descriptions: Vec<Part>,
    /// Those without a description: of a handler.
    fields: Option<Vec<Field>>,
}

/// A description as it is read.
struct Part {
    name: String,
    version: Option<u32>,
    fields: Option<Vec<Field>>,
    subsections: Option<Vec<Description>>,
}

impl Object {
    fn at(depth: usize) -> Object {
        Object { depth, ..Object::default() }
    }

    fn read<'de, A: MapAccess<'de>>(mut self, mut map: A) -> Result<Object, A::Error> {
        while let Some(key) = map.next_key()? {
            self.value(key, &mut map)?;
        }
        Ok(self)
    }

    fn value<'de, A: MapAccess<'de>>(&mut self, key: Key, map: &mut A) -> Result<(), A::Error> {
        match key {
            Key::Name => once(&mut self.name, map.next_value()?, "name"),
            Key::InstanceId => once(&mut self.instance, map.next_value()?, "instance_id"),
            Key::ArrayLen => once(&mut self.array_len, map.next_value()?, "array_len"),
            Key::Index => once(&mut self.index, map.next_value()?, "index"),
            Key::Type => once(&mut self.kind, map.next_value()?, "type"),
            Key::Size => once(&mut self.size, map.next_value()?, "size"),
            Key::Struct => {
                let nested = map.next_value_seed(MaybeDescribed(self.depth))?;
                once(&mut self.nested, nested, "struct")
            }
            Key::VmsdName => {
                if self.depth >= MAX_NESTING {
                    return Err(Error::custom("descriptions nest too deep"));
                }
                let name = map.next_value()?;
                self.descriptions.push(Part {
                    name,
                    version: None,
                    fields: None,
                    subsections: None,
                });
                Ok(())
            }
            Key::Version => {
                let part = self.descriptions.last_mut();
                let part = part.ok_or_else(|| Error::custom("`version` before `vmsd_name`"))?;
                once(&mut part.version, map.next_value()?, "version")
            }
            Key::Fields => {
                let fields = map.next_value_seed(Many::new(self.depth.saturating_add(1)))?;
                let part = self.descriptions.last_mut();
                once(part.map_or(&mut self.fields, |part| &mut part.fields), fields, "fields")
            }
            Key::Subsections => {
                let subsections = map.next_value_seed(Many::new(self.depth.saturating_add(1)))?;
                let part = self.descriptions.last_mut();
                let part = part.ok_or_else(|| Error::custom("`subsections` before `vmsd_name`"))?;
                once(&mut part.subsections, subsections, "subsections")
            }
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }

    /// The one description in this object, which has nothing else.
    fn description<E: Error>(self) -> Result<Option<Description>, E> {
        let mut parts = self.descriptions.into_iter();
        let first = parts.next().map(Part::whole).transpose()?;
        match parts.next() {
            None => Ok(first),
            Some(_) => Err(Error::custom("`vmsd_name` twice")),
        }
    }
}

impl Part {
    fn whole<E: Error>(self) -> Result<Description, E> {
        Ok(Description {
            name: self.name,
            version: there(self.version, "version")?,
            fields: there(self.fields, "fields")?,
            subsections: self.subsections,
        })
    }
}

/// What an array holds, made from an object.
trait Item: Sized {
    fn made<E: Error>(object: Object) -> Result<Self, E>;
}

impl Item for Device {
    fn made<E: Error>(mut object: Object) -> Result<Device, E> {
        let name = there(object.name.take(), "name")?;
        let instance = there(object.instance, "instance_id")?;
        let (size, fields) = (object.size, object.fields.take());
        let content = match object.description()? {
            Some(description) => Content::Described(description),
            None => {
                let (size, fields) = (there(size, "size")?, fields.unwrap_or_default());
                Content::Handler { size, fields }
            }
        };
        Ok(Device { name, instance, content })
    }
}

impl Item for Field {
    fn made<E: Error>(object: Object) -> Result<Field, E> {
        let nested = match (object.nested, object.descriptions) {
            (Some(described), parts) if parts.is_empty() => Nested::Struct(described.map(Box::new)),
            (Some(_), _) => return Err(Error::custom("`struct` and `vmsd_name` in one field")),
            (None, parts) if parts.is_empty() => Nested::None,
            (None, parts) => {
                Nested::Inline(parts.into_iter().map(Part::whole).collect::<Result<_, E>>()?)
            }
        };
        Ok(Field {
            name: there(object.name, "name")?,
            array_len: object.array_len,
            index: object.index,
            kind: there(object.kind, "type")?,
            nested,
            size: there(object.size, "size")?,
        })
    }
}

impl Item for Description {
    fn made<E: Error>(object: Object) -> Result<Description, E> {
        there(object.description()?, "vmsd_name")
    }
}

/// Reads the items of an array to the end of `to`.
struct Append<'t, T> {
    to: &'t mut Vec<T>,
    depth: usize,
}

impl<'de, T: Item> DeserializeSeed<'de> for Append<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de, T: Item> Visitor<'de> for Append<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(object) = items.next_element_seed(Whole(self.depth))? {
            self.to.push(T::made(object)?);
        }
        Ok(())
    }
}

/// Reads an array into a vector of its own.
struct Many<T> {
    depth: usize,
    items: Vec<T>,
}

impl<T> Many<T> {
    fn new(depth: usize) -> Many<T> {
        Many { depth, items: Vec::new() }
    }
}

impl<'de, T: Item> DeserializeSeed<'de> for Many<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(mut self, from: D) -> Result<Vec<T>, D::Error> {
        Append { to: &mut self.items, depth: self.depth }.deserialize(from)?;
        Ok(self.items)
    }
}

/// Reads one object that lies within descriptions of this depth.
struct Whole(usize);

impl<'de> DeserializeSeed<'de> for Whole {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Object, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
        Object::at(self.0).read(map)
    }
}

/// Reads a description.
struct Described(usize);

impl<'de> DeserializeSeed<'de> for Described {
    type Value = Description;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Description, D::Error> {
        Description::made(Whole(self.0).deserialize(from)?)
    }
}

/// Reads a description, or the empty object that stands for a null pointer.
struct MaybeDescribed(usize);

impl<'de> DeserializeSeed<'de> for MaybeDescribed {
    type Value = Option<Description>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        Whole(self.0).deserialize(from)?.description()
    }
}

/// Keeps the value of a key that comes once.
fn once<T, E: Error>(place: &mut Option<T>, value: T, key: &str) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::custom(format_args!("`{key}` twice"))),
    }
}

/// The value of a key that must be there.
fn there<T, E: Error>(value: Option<T>, key: &str) -> Result<T, E> {
    value.ok_or_else(|| Error::custom(format_args!("`{key}` is missing")))
}
