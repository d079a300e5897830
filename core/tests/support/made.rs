//! Tables made at run time, with objects in a vector: the host of tests that make them up.

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

use std::collections::HashSet;
use std::ptr;
use std::sync::OnceLock;

use migcore::codec::describe::Describer;
use migcore::codec::legacy::Saver;
use migcore::io::json::{Json, Line, Style, Text};
use migcore::visit::{Kind, Marks, Visitor};
use migcore::vmstate::{
    visit_struct, Failure, Field, Head, Hook, Host, Key, ListField, Memory, NodeVisit, Table,
    TreeField, What,
};
use migcore::{Code, Result};

/// A table, and what its predicates say.
#[derive(Debug)]
pub struct Made {
    pub name: &'static str,
    pub version: u32,
    pub fields: Vec<Field<&'static Made>>,
    /// Whether each of the fields is there, if it is tested.
    pub there: Vec<bool>,
    pub subsections: Vec<&'static Made>,
    pub needed: bool,
    /// A field behind all others, which only a table that is there can be given.
    later: OnceLock<Field<&'static Made>>,
}

impl Made {
    /// A table without fields.
    pub fn new(name: &str, version: u32) -> Made {
        let name = kept(name);
        let (fields, there, subsections) = (Vec::new(), Vec::new(), Vec::new());
        Made { name, version, fields, there, subsections, needed: true, later: OnceLock::new() }
    }

    /// Adds a field.
    pub fn add(&mut self, field: Field<&'static Made>, there: bool) {
        self.fields.push(field);
        self.there.push(there);
    }

    /// A table with a field that refers to the table itself.
    pub fn recursive(
        name: &str,
        field: impl FnOnce(&'static Made) -> Field<&'static Made>,
    ) -> &'static Made {
        let table = Made::new(name, 1).leak();
        table.later.set(field(table)).unwrap();
        table
    }

    /// The table as others refer to it.
    pub fn leak(self) -> &'static Made {
        Box::leak(Box::new(self))
    }
}

/// A text that stays.
fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A field of one element.
pub fn field(
    name: &str,
    kind: &str,
    what: What<&'static Made>,
    offset: usize,
    size: usize,
) -> Field<&'static Made> {
    Field::new(kept(name), kept(kind), what, offset, size)
}

/// A number.
pub fn scalar(name: &str, kind: Kind, offset: usize) -> Field<&'static Made> {
    let text = match kind {
        Kind::U8 => "uint8",
        Kind::U16 => "uint16",
        Kind::U32 => "uint32",
        Kind::U64 => "uint64",
        Kind::I8 => "int8",
        Kind::I16 => "int16",
        Kind::I32 => "int32",
        Kind::I64 => "int64",
        Kind::F64 => "CPU_Double_U",
        _ => "bool",
    };
    field(name, text, What::Scalar(kind), offset, kind.width().bytes())
}

impl Table for &'static Made {
    type Name = &'static str;

    fn head(self) -> Head<&'static str> {
        let (name, version) = (self.name, self.version);
        Head { name, version, minimum: 0, minimum_old: None, marks: Marks::default() }
    }

    fn field(self, index: usize) -> Result<Option<Field<Self>>> {
        let later = self.later.get().filter(|_| index == self.fields.len());
        Ok(self.fields.get(index).or(later).copied())
    }

    fn subsection(self, index: usize) -> Option<Self> {
        self.subsections.get(index).copied()
    }
}

/// Memory for what is saved, and for its text.
const ROOM: usize = 1 << 24;

/// Memory in which a place is an offset; at 0 nothing lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Heap(pub Vec<u8>);

impl Heap {
    pub fn new() -> Heap {
        Heap(vec![0; 8])
    }

    /// So many bytes at the end, aligned for anything.
    pub fn add(&mut self, bytes: &[u8]) -> usize {
        let place = self.0.len().next_multiple_of(8);
        self.0.resize(place, 0);
        self.0.extend_from_slice(bytes);
        place
    }

    pub fn set(&mut self, place: usize, bytes: &[u8]) {
        self.0[place..place + bytes.len()].copy_from_slice(bytes);
    }
}

impl Memory for Heap {
    type Place = usize;

    const POINTER: usize = 8;
    const LONG: usize = 8;

    fn at(&self, place: usize, offset: usize) -> Result<usize> {
        place.checked_add(offset).ok_or(Code::BadTable)
    }

    fn follow(&self, place: usize) -> Result<Option<usize>> {
        let pointer = self.bytes(place, 8)?.first_chunk().map(|eight| u64::from_ne_bytes(*eight));
        Ok(pointer.map(|pointer| pointer as usize).filter(|pointer| *pointer != 0))
    }

    fn point(&mut self, place: usize, to: Option<usize>) -> Result<()> {
        let pointer = to.unwrap_or(0) as u64;
        self.bytes_mut(place, 8)?.copy_from_slice(&pointer.to_ne_bytes());
        Ok(())
    }

    fn bytes(&self, place: usize, length: usize) -> Result<&[u8]> {
        self.0.get(place..).and_then(|rest| rest.get(..length)).ok_or(Code::BadTable)
    }

    fn bytes_mut(&mut self, place: usize, length: usize) -> Result<&mut [u8]> {
        self.0.get_mut(place..).and_then(|rest| rest.get_mut(..length)).ok_or(Code::BadTable)
    }
}

/// Objects, with the subsections that each has: those that were loaded, beside those that its table needs.
#[derive(Clone, Debug)]
pub struct Objects {
    pub heap: Heap,
    loaded: HashSet<(*const Made, usize)>,
}

impl Objects {
    pub fn new() -> Objects {
        Objects { heap: Heap::new(), loaded: HashSet::new() }
    }

    /// What the walk over an object does to a visitor.
    pub fn walk(&mut self, table: &'static Made, object: usize, v: &mut Visitor<'_>) -> Result<()> {
        let mut host = Program { objects: self, visitor: v, description: None };
        visit_struct(&mut host, None, table, table.version, object)
    }

    /// QEMU's bytes of an object, and the description of them as that of a device in a stream.
    pub fn described(
        &mut self,
        table: &'static Made,
        object: usize,
        release: u32,
    ) -> (Vec<u8>, String) {
        self.described_all(&[(table, object)], release)
    }

    /// The same of several devices in one stream.
    pub fn described_all(
        &mut self,
        devices: &[(&'static Made, usize)],
        release: u32,
    ) -> (Vec<u8>, String) {
        let (mut bytes, mut text) = (vec![0; ROOM], vec![0; ROOM]);
        let mut describer = Describer::new(Json::new(Line::new(&mut text), Style::Line), release);
        let mut saver = Saver::to_slice(&mut bytes);
        describer.begin_stream(4096);
        for &(table, object) in devices {
            describer.begin_device(table.name.as_bytes(), 0);
            let visitor = &mut saver.visitor();
            let mut host = Program { objects: self, visitor, description: Some(&mut describer) };
            visit_struct(&mut host, None, table, table.version, object).unwrap();
            describer.end_device();
        }
        describer.end_stream();
        describer.json().finish().unwrap();
        let length = saver.finish().unwrap() as usize;
        bytes.truncate(length);
        let text = describer.json().text().whole().unwrap();
        (bytes, String::from_utf8(text.to_vec()).unwrap())
    }
}

/// The walk of a test.
struct Program<'s, 'v, 'm> {
    objects: &'s mut Objects,
    visitor: &'s mut Visitor<'v>,
    description: Option<&'s mut Describer<Line<'m>>>,
}

impl Host for Program<'_, '_, '_> {
    type Table = &'static Made;
    type Memory = Heap;

    fn with<R>(
        &mut self,
        call: impl FnOnce(&mut Visitor<'_>, &mut Heap) -> Result<R>,
    ) -> Result<R> {
        call(self.visitor, &mut self.objects.heap)
    }

    fn memory(&mut self) -> &mut Heap {
        &mut self.objects.heap
    }

    fn exists(&mut self, table: &'static Made, index: usize, _: usize, _: u32) -> Result<bool> {
        Ok(table.there[index])
    }

    fn needed(&mut self, table: &'static Made, object: usize) -> Result<bool> {
        Ok(table.needed || self.objects.loaded.contains(&(ptr::from_ref(table), object)))
    }

    fn hook(
        &mut self,
        table: &'static Made,
        hook: Hook,
        object: usize,
        _: u32,
    ) -> core::result::Result<(), Failure> {
        if hook == Hook::PreLoad {
            self.objects.loaded.insert((ptr::from_ref(table), object));
        }
        Ok(())
    }

    /// Its bytes, and a key of its own in the description.
    fn custom(
        &mut self,
        _: &'static Made,
        _: usize,
        place: Option<usize>,
        size: usize,
    ) -> core::result::Result<(), Failure> {
        let bytes = self.objects.heap.bytes(place.unwrap(), size).map_err(Failure::Code)?;
        self.visitor.put_raw(bytes).map_err(Failure::Code)?;
        if let Some(description) = &mut self.description {
            description.write(|json| json.unsigned(b"first", u64::from(bytes[0])));
        }
        Ok(())
    }

    fn allocate(&mut self, bytes: usize) -> Result<usize> {
        Ok(self.objects.heap.add(&vec![0; bytes]))
    }

    /// A tree is a pointer to a count, with keys and values in turns behind it.
    fn nodes(&mut self, _: &'static Made, _: usize, place: usize) -> Result<usize> {
        let tree = self.objects.heap.follow(place)?.ok_or(Code::NullPointer)?;
        Ok(self.objects.heap.follow(tree)?.unwrap_or(0))
    }

    fn each_node(
        &mut self,
        table: &'static Made,
        index: usize,
        place: usize,
        visit: &mut NodeVisit<'_, Self>,
    ) -> Result<()> {
        let tree = self.objects.heap.follow(place)?.ok_or(Code::NullPointer)?;
        let What::Tree(field) = table.fields[index].what else { return Err(Code::BadTable) };
        for node in 0..self.nodes(table, index, place)? {
            let key = self.objects.heap.follow(tree + 8 + 16 * node)?.unwrap_or(0);
            let value =
                self.objects.heap.follow(tree + 16 + 16 * node)?.ok_or(Code::NullPointer)?;
            let key = match field.key {
                None => Key::Direct(key as u64),
                Some(_) => Key::At(key),
            };
            visit(self, key, value)?;
        }
        Ok(())
    }

    fn describe<R>(&mut self, call: impl FnOnce(&mut Describer<dyn Text + '_>) -> R) -> Option<R> {
        let describer = self.description.as_deref_mut()?;
        Some(call(describer))
    }
}

/// A list of elements that this table describes, with their links at the front.
pub fn list_of(table: &'static Made) -> ListField<&'static Made> {
    ListField { table, version: table.version, link: 0 }
}

/// A tree of such values.
pub fn tree_of(key: Option<&'static Made>, value: &'static Made) -> TreeField<&'static Made> {
    TreeField { key, key_size: 64, value, version: value.version }
}
