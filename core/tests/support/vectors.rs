//! The vectors of `data/vmstate-vectors.json`: tables made of their descriptions, and objects of their values.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

#[path = "objects.rs"]
mod objects;

use std::cmp::Ordering;
use std::collections::HashMap;

use migcore::visit::Kind;
use migcore::vmstate::{
    Amount, Block, Entry, Failure, Field, Hook, ListField, ListForm, Memory, Number, Order, Run,
    StaticTable, Test, TreeField, What,
};
use migcore::Result;
use serde_json::{json, Map, Value};

/// Room for the elements of an array whose count is a member.
const ROOM: usize = 8;

/// Where the links of an element lie, and how long any object is at most.
const LINK: usize = 8;

/// The descriptions and vectors.
pub struct Vectors {
    vmsds: Map<String, Value>,
    pub vectors: Vec<Vector>,
    made: HashMap<String, &'static Made>,
}

/// One case.
#[derive(Clone)]
pub struct Vector {
    pub id: String,
    pub saves: bool,
    pub vmsd: String,
    pub version: Option<u32>,
    pub object: Value,
    pub initial: Value,
    pub wire: Vec<u8>,
    pub trailing: Vec<u8>,
    pub must_fail: Vec<String>,
}

/// A table that was made, and where its members lie.
pub struct Made {
    pub table: &'static StaticTable,
    pub size: usize,
    members: Vec<(String, usize, Form)>,
}

#[derive(Clone)]
enum Form {
    Number(Kind),
    Numbers(Kind, usize),
    Counted(Kind, String),
    /// Pointers to objects, or to numbers.
    Pointers(usize, std::result::Result<&'static Made, Kind>),
    Object(&'static Made),
    List(ListForm, &'static Made),
    /// A tree with these keys, or numbers.
    Tree(Option<&'static Made>, &'static Made),
    Buffer(String),
    Bits(String),
    /// Nothing that has a value.
    None,
}

fn kind(text: &str) -> Kind {
    match text {
        "bool" => Kind::Bool,
        "int8" => Kind::I8,
        "int16" => Kind::I16,
        "int32" => Kind::I32,
        "int64" => Kind::I64,
        "uint8" => Kind::U8,
        "uint16" => Kind::U16,
        "uint32" => Kind::U32,
        "uint64" => Kind::U64,
        other => panic!("{other}"),
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

impl Vectors {
    pub fn read() -> Vectors {
        let text = include_str!("../data/vmstate-vectors.json");
        let all: Value = serde_json::from_str(text).unwrap();
        let vmsds = all["vmsds"].as_object().unwrap().clone();
        let vectors = all["vectors"].as_array().unwrap().iter().map(Vector::read).collect();
        Vectors { vmsds, vectors, made: HashMap::new() }
    }

    /// The table of a vector.
    pub fn made(&mut self, key: &str) -> &'static Made {
        if let Some(made) = self.made.get(key) {
            return made;
        }
        let vmsd = self.vmsds[key].clone();
        let mut making = Making::new(key);
        self.members(&vmsd, &mut making);
        let made = leak(making.end(&vmsd, |key| self.needed_of(key)));
        self.made.insert(key.to_owned(), made);
        made
    }

    fn needed_of(&self, key: &str) -> Value {
        self.vmsds[key].clone()
    }

    /// The members of a description and of its subsections, which are of the same object.
    fn members(&mut self, vmsd: &Value, making: &mut Making) {
        for field in vmsd["fields"].as_array().unwrap() {
            self.member(field, making);
        }
        for key in vmsd["subsections"].as_array().into_iter().flatten() {
            let part = self.vmsds[key.as_str().unwrap()].clone();
            if let Some(needed) = part["needed"].as_str().filter(|needed| *needed != "always") {
                making.add(needed, 1, Form::Number(Kind::Bool));
            }
            self.members(&part, making);
        }
    }

    fn member(&mut self, field: &Value, making: &mut Making) {
        let name = field["name"].as_str().unwrap();
        let mut of = |key: &str| self.made(field[key].as_str().unwrap());
        let pointers = |count: usize, of| (4 * count, Form::Pointers(count, of));
        let (size, form) = match field["kind"].as_str().unwrap() {
            "prim" => number(kind(field["type"].as_str().unwrap())),
            "array" => {
                let (of, count) = (elem(field), field["num"].as_u64().unwrap() as usize);
                (count * of.width().bytes(), Form::Numbers(of, count))
            }
            "varray" => {
                let count = field["count_field"].as_str().unwrap().to_owned();
                (ROOM * 8, Form::Counted(elem(field), count))
            }
            "array_of_pointer" => {
                let count = field["num"].as_u64().unwrap() as usize;
                match field["elem"]["vmsd"].as_str() {
                    Some(key) => pointers(count, Ok(self.made(key))),
                    None => pointers(count, Err(elem(field))),
                }
            }
            "struct" | "vstruct" => {
                let of = of("vmsd");
                (of.size, Form::Object(of))
            }
            "struct_pointer" => {
                of("vmsd");
                (0, Form::None)
            }
            "qtailq" => (8, Form::List(ListForm::Tail, of("vmsd"))),
            "qlist" => (4, Form::List(ListForm::Plain, of("vmsd"))),
            "gtree" => {
                let key = field["key_vmsd"].as_str().map(|key| self.made(key));
                (12, Form::Tree(key, self.made(field["val_vmsd"].as_str().unwrap())))
            }
            "with_tmp" => {
                of("vmsd");
                making.add("b", 4, Form::Number(Kind::U32));
                making.add("f", 8, Form::Number(Kind::U64));
                (0, Form::None)
            }
            "vbuffer" => (4, Form::Buffer(field["size_field"].as_str().unwrap().to_owned())),
            "unused" => (0, Form::None),
            "bitmap" => (4, Form::Bits(field["bits_field"].as_str().unwrap().to_owned())),
            "timer" => number(Kind::I64),
            "cpu_double" => number(Kind::U64),
            other => panic!("{other}"),
        };
        if field["field_exists"].is_string() && making.offset("skip_c_e").is_none() {
            making.add("skip_c_e", 1, Form::Number(Kind::Bool));
        }
        making.add(name, size, form);
        making.fields.push((field.clone(), self.inner_of(field)));
    }

    fn inner_of(&mut self, field: &Value) -> Option<&'static Made> {
        field["vmsd"].as_str().map(|key| self.made(key))
    }
}

fn number(kind: Kind) -> (usize, Form) {
    (kind.width().bytes(), Form::Number(kind))
}

fn elem(field: &Value) -> Kind {
    kind(field["elem"]["type"].as_str().unwrap())
}

impl Vector {
    fn read(value: &Value) -> Vector {
        Vector {
            id: value["id"].as_str().unwrap().to_owned(),
            saves: value["op"] == "save",
            vmsd: value["vmsd"].as_str().unwrap().to_owned(),
            version: value["version"].as_u64().map(|version| version as u32),
            object: value["object"].clone(),
            initial: value.get("initial").cloned().unwrap_or_else(|| json!({})),
            wire: unhex(&value["wire_hex"]),
            trailing: unhex(&value["trailing_hex"]),
            must_fail: value["must_fail_when"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|when| when.as_str().unwrap().to_owned())
                .collect(),
        }
    }
}

/// A table that is being made.
struct Making {
    at: usize,
    members: Vec<(String, usize, Form)>,
    fields: Vec<(Value, Option<&'static Made>)>,
}

impl Making {
    /// Elements begin with their links, and the child of a parent with the pointer to that.
    fn new(key: &str) -> Making {
        let at = match key {
            "q_element" | "qlist_element" | "tmp_child" => LINK,
            // A part of the parent of such a child, which has `a`, `d` and `b` before it.
            "tmp_back_to_parent" => 24,
            _ => 0,
        };
        Making { at, members: Vec::new(), fields: Vec::new() }
    }

    fn add(&mut self, name: &str, size: usize, form: Form) {
        self.members.push((name.to_owned(), self.at, form));
        self.at += size.next_multiple_of(8);
    }

    fn offset(&self, name: &str) -> Option<usize> {
        let member = self.members.iter().find(|member| member.0 == name);
        member.map(|member| member.1)
    }

    fn end(self, vmsd: &Value, part: impl Fn(&str) -> Value) -> Made {
        let table = self.table(vmsd, &part, &mut self.fields.iter());
        let size = self.at.max(8);
        Made { table: leak(table), size, members: self.members }
    }

    fn table<'f>(
        &self,
        vmsd: &Value,
        part: &impl Fn(&str) -> Value,
        fields: &mut impl Iterator<Item = &'f (Value, Option<&'static Made>)>,
    ) -> StaticTable {
        let text = |key: &str| leak(vmsd[key].as_str().unwrap().to_owned()).as_str();
        let version = |key: &str| vmsd[key].as_u64().unwrap() as u32;
        let own = vmsd["fields"].as_array().unwrap().len();
        let entries: Vec<Entry> =
            fields.take(own).map(|(field, of)| self.entry(field, *of)).collect();
        let table = StaticTable::new(text("name"), version("version_id"), entries.leak())
            .minimum(version("minimum_version_id"));
        let table = match vmsd["needed"].as_str().filter(|needed| *needed != "always") {
            Some(needed) => table.needed(leak(Flag(self.offset(needed).unwrap(), true))),
            None => table,
        };
        let table = match text("name") {
            "test/tmp_child" => table
                .on(Hook::PreSave, leak(Difference { saves: true }))
                .on(Hook::PostLoad, leak(Difference { saves: false })),
            _ => table,
        };
        let keys = vmsd["subsections"].as_array().into_iter().flatten();
        let parts: Vec<&'static StaticTable> =
            keys.map(|key| leak(self.table(&part(key.as_str().unwrap()), part, fields))).collect();
        table.subsections(parts.leak())
    }

    fn entry(&self, field: &Value, of: Option<&'static Made>) -> Entry {
        let name = leak(field["name"].as_str().unwrap().to_owned()).as_str();
        let offset = self.offset(name).unwrap();
        let form = &self.members.iter().find(|member| member.0 == name).unwrap().2;
        let version = field["version_id"].as_u64().unwrap() as u32;
        let fixed = |what, size, count| (what, Amount::Fixed(size), Amount::Fixed(count));
        let member = |name: &str, number| Amount::Member {
            offset: self.offset(name).unwrap(),
            number,
            times: 1,
            capacity: None,
        };
        let shape = field["kind"].as_str().unwrap();
        let (what, size, count) = match (shape, form) {
            ("timer", _) => fixed(What::Timer, 8, 1),
            ("cpu_double", _) => fixed(What::Scalar(Kind::F64), 8, 1),
            ("unused", _) => fixed(What::Unused, field["size"].as_u64().unwrap() as usize, 1),
            ("with_tmp", _) => fixed(What::Temporary(of.unwrap().table), of.unwrap().size, 1),
            ("struct_pointer", _) => fixed(What::Struct(of.unwrap().table), 4, 1),
            ("vstruct", Form::Object(of)) => {
                let version = field["struct_version_id"].as_u64().unwrap() as u32;
                fixed(What::Versioned(of.table, version), of.size, 1)
            }
            (_, Form::Object(of)) => fixed(What::Struct(of.table), of.size, 1),
            (_, Form::Number(kind)) => fixed(What::Scalar(*kind), kind.width().bytes(), 1),
            (_, Form::Numbers(kind, count)) => {
                fixed(What::Scalar(*kind), kind.width().bytes(), *count)
            }
            (_, Form::Counted(kind, count)) => (
                What::Scalar(*kind),
                Amount::Fixed(kind.width().bytes()),
                member(count, Number::U8).at_most(ROOM),
            ),
            (_, Form::Pointers(count, Ok(of))) => fixed(What::Struct(of.table), 4, *count),
            (_, Form::Pointers(count, Err(kind))) => fixed(What::Scalar(*kind), 4, *count),
            (_, Form::List(form, of)) => {
                let list = ListField { table: of.table, version, link: 0 };
                fixed(What::List(*form, list), of.size, 1)
            }
            (_, Form::Tree(key, value)) => {
                let (key, key_size) = (key.map(|key| key.table), key.map_or(0, |key| key.size));
                let tree = TreeField { key, key_size, value: value.table, version };
                fixed(What::Tree(tree), value.size, 1)
            }
            (_, Form::Buffer(size)) => (What::Buffer, member(size, Number::I32), Amount::Fixed(1)),
            (_, Form::Bits(size)) => (What::Bitmap, member(size, Number::I32), Amount::Fixed(1)),
            (shape, Form::None) => panic!("{shape}"),
        };
        let behind = matches!(form, Form::Buffer(_) | Form::Bits(_));
        let entry = Entry::new(Field {
            name,
            kind: "",
            what,
            offset: if matches!(shape, "struct_pointer" | "with_tmp") { 0 } else { offset },
            size,
            count,
            pointer: behind || shape == "struct_pointer",
            pointers: matches!(form, Form::Pointers(..)),
            allocated: behind,
            each_allocated: false,
            must_exist: false,
            since: version,
            tested: false,
        });
        let entry = match form {
            Form::Tree(Some(_), _) => entry.ordered(leak(Interval)),
            _ => entry,
        };
        match field["field_exists"].is_string() {
            true => entry.tested(leak(Flag(self.offset("skip_c_e").unwrap(), false))),
            false => entry,
        }
    }
}

/// Whether the flag at this offset is so.
struct Flag(usize, bool);

impl Test for Flag {
    fn holds(&self, block: &Block<'_>, place: usize, _version: u32) -> Result<bool> {
        Ok((block.bytes(place + self.0, 1)?[0] != 0) == self.1)
    }
}

/// Intervals by their low end.
struct Interval;

impl Order for Interval {
    fn compare(&self, block: &Block<'_>, one: usize, other: usize) -> Result<Ordering> {
        let low =
            |at| block.bytes(at, 8).map(|bytes| u64::from_ne_bytes(bytes.try_into().unwrap()));
        Ok(low(one)?.cmp(&low(other)?))
    }
}

/// What the scratch object of `test/with_tmp` does: its parent has `a`, `d`, `b` and `f` in its words, it has the
/// pointer to that and `diff`.
struct Difference {
    saves: bool,
}

const A: usize = 0;
const B: usize = 16;

impl Run for Difference {
    fn run(
        &self,
        block: &mut Block<'_>,
        place: usize,
        _version: u32,
    ) -> core::result::Result<(), Failure> {
        let parent = block.follow(place).map_err(Failure::Code)?.unwrap();
        let word = |block: &Block<'_>, at| {
            u32::from_ne_bytes(block.bytes(at, 4).unwrap().try_into().unwrap())
        };
        let (a, b) = (word(block, parent + A), word(block, parent + B));
        if self.saves {
            let diff = i64::from(b.wrapping_sub(a));
            block.bytes_mut(place + LINK, 8).unwrap().copy_from_slice(&diff.to_ne_bytes());
        } else {
            let diff = block.bytes(place + LINK, 8).unwrap().try_into().unwrap();
            let b = i64::from(a).wrapping_add(i64::from_ne_bytes(diff)) as u32;
            block.bytes_mut(parent + B, 4).unwrap().copy_from_slice(&b.to_ne_bytes());
        }
        Ok(())
    }
}
