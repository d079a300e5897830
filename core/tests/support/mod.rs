//! A state of any form, for tests that want all of them: items as values, with a visit function.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::io::{Failure, Sink, Source};
use migcore::visit::{Kind, Scalar, Visitor};
use migcore::Result;
use proptest::prelude::*;

/// One item of a state, with room for a value of the same form.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Scalar(Kind, u64),
    /// Elements as bits.
    Array(Kind, Vec<u64>),
    /// Elements, and the room for them.
    Varray(Kind, Vec<u64>, usize),
    Bytes(Vec<u8>),
    Varbytes(Vec<u8>, usize),
    Text(String),
    Optional(Option<u32>),
    Absent,
    Struct(Vec<Item>),
    List(Vec<Vec<Item>>),
    Varlist(Vec<(u16, i64)>, usize),
}

/// Runs a body with the Rust type of a kind.
macro_rules! with_type {
    ($kind:expr, $type:ident => $body:expr) => {
        match $kind {
            Kind::Bool => {
                type $type = bool;
                $body
            }
            Kind::U8 => {
                type $type = u8;
                $body
            }
            Kind::U16 => {
                type $type = u16;
                $body
            }
            Kind::U32 => {
                type $type = u32;
                $body
            }
            Kind::U64 => {
                type $type = u64;
                $body
            }
            Kind::I8 => {
                type $type = i8;
                $body
            }
            Kind::I16 => {
                type $type = i16;
                $body
            }
            Kind::I32 => {
                type $type = i32;
                $body
            }
            Kind::I64 => {
                type $type = i64;
                $body
            }
            Kind::F32 => {
                type $type = f32;
                $body
            }
            Kind::F64 => {
                type $type = f64;
                $body
            }
        }
    };
}

impl Item {
    /// The same form with other values: what a load starts from.
    pub fn blank(&self) -> Item {
        match self {
            Item::Scalar(kind, _) => Item::Scalar(*kind, 0),
            Item::Array(kind, values) => Item::Array(*kind, vec![0; values.len()]),
            Item::Varray(kind, _, room) => Item::Varray(*kind, Vec::new(), *room),
            Item::Bytes(data) => Item::Bytes(vec![0; data.len()]),
            Item::Varbytes(_, room) => Item::Varbytes(Vec::new(), *room),
            Item::Text(_) => Item::Text(String::new()),
            Item::Optional(_) => Item::Optional(Some(7)),
            Item::Absent => Item::Absent,
            Item::Struct(items) => Item::Struct(blanks(items)),
            Item::List(elements) => Item::List(elements.iter().map(|e| blanks(e)).collect()),
            Item::Varlist(_, room) => Item::Varlist(Vec::new(), *room),
        }
    }

    /// Visits the item under `name`.
    pub fn visit(&mut self, name: &str, v: &mut Visitor<'_>) -> Result<()> {
        match self {
            Item::Scalar(kind, bits) => with_type!(*kind, T => {
                let mut value = T::from_wire_bits(*bits);
                v.visit(name, &mut value)?;
                *bits = value.to_wire_bits();
                Ok(())
            }),
            Item::Array(kind, values) => with_type!(*kind, T => {
                let mut typed: Vec<T> = values.iter().map(|bits| T::from_wire_bits(*bits)).collect();
                let done = v.array(name, &mut typed);
                *values = typed.iter().map(|value| value.to_wire_bits()).collect();
                done
            }),
            Item::Varray(kind, values, room) => with_type!(*kind, T => {
                let mut typed: Vec<T> = values.iter().map(|bits| T::from_wire_bits(*bits)).collect();
                let mut count = typed.len();
                typed.resize(*room, T::from_wire_bits(0));
                v.varray(name, &mut typed, &mut count)?;
                *values = typed[..count].iter().map(|value| value.to_wire_bits()).collect();
                Ok(())
            }),
            Item::Bytes(data) => v.bytes(name, data),
            Item::Varbytes(data, room) => {
                let mut length = data.len();
                data.resize(*room, 0);
                let done = v.varbytes(name, data, &mut length);
                data.truncate(length);
                done
            }
            Item::Text(text) => {
                let mut kept = heapless::String::<255>::try_from(text.as_str()).unwrap();
                v.text(name, &mut kept)?;
                *text = kept.as_str().to_owned();
                Ok(())
            }
            Item::Optional(value) => v.optional(name, value, |v, value| v.visit("value", value)),
            Item::Absent => v.absent(name),
            Item::Struct(items) => v.structure(name, |v| visit_all(items, v)),
            Item::List(elements) => {
                v.list(name, elements.len(), |v, index| visit_all(&mut elements[index], v))
            }
            Item::Varlist(pairs, room) => {
                let mut count = pairs.len();
                pairs.resize(*room, (0, 0));
                let done = v.varlist(name, *room, &mut count, |v, index| {
                    v.visit("first", &mut pairs[index].0)?;
                    v.visit("second", &mut pairs[index].1)
                });
                pairs.truncate(count);
                done
            }
        }
    }
}

/// Visits items one after the other.
pub fn visit_all(items: &mut [Item], v: &mut Visitor<'_>) -> Result<()> {
    let mut each = items.iter_mut().enumerate();
    each.try_for_each(|(at, item)| item.visit(&format!("item{at}"), v))
}

/// The same forms with other values.
pub fn blanks(items: &[Item]) -> Vec<Item> {
    items.iter().map(Item::blank).collect()
}

/// Any kind of scalar.
pub fn kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(&Kind::ALL[..])
}

fn bits(kind: Kind) -> impl Strategy<Value = u64> {
    any::<u64>().prop_map(move |bits| {
        with_type!(kind, T => {
            T::from_wire_bits(bits).to_wire_bits()
        })
    })
}

fn values(kind: Kind) -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(bits(kind), 0..200)
}

fn leaf() -> impl Strategy<Value = Item> {
    let data = || proptest::collection::vec(any::<u8>(), 0..400);
    prop_oneof![
        6 => kind().prop_flat_map(|kind| bits(kind).prop_map(move |bits| Item::Scalar(kind, bits))),
        2 => kind().prop_flat_map(|kind| values(kind).prop_map(move |v| Item::Array(kind, v))),
        2 => (kind(), 0..20usize).prop_flat_map(|(kind, spare)| {
            values(kind).prop_map(move |v| { let room = v.len() + spare; Item::Varray(kind, v, room) })
        }),
        1 => data().prop_map(Item::Bytes),
        1 => (data(), 0..20usize).prop_map(|(data, spare)| {
            let room = data.len() + spare;
            Item::Varbytes(data, room)
        }),
        1 => "\\PC{0,60}".prop_map(Item::Text),
        1 => any::<Option<u32>>().prop_map(Item::Optional),
        1 => Just(Item::Absent),
        1 => (proptest::collection::vec(any::<(u16, i64)>(), 0..9), 0..3usize).prop_map(
            |(pairs, spare)| { let room = pairs.len() + spare; Item::Varlist(pairs, room) }
        ),
    ]
}

/// States of every form, nested a few levels.
pub fn state() -> impl Strategy<Value = Vec<Item>> {
    let item = leaf().prop_recursive(4, 40, 6, |inner| {
        let items = proptest::collection::vec(inner, 0..5);
        prop_oneof![
            items.clone().prop_map(Item::Struct),
            proptest::collection::vec(items, 0..4).prop_map(Item::List),
        ]
    });
    proptest::collection::vec(item, 0..10)
}

/// A stream in memory that moves at most `step` bytes a call, and now and then asks for another.
#[derive(Clone, Debug, Default)]
pub struct Pipe {
    pub bytes: Vec<u8>,
    pub at: usize,
    pub step: usize,
    pub calls: usize,
    /// The call that fails, if it comes to that.
    pub fails_at: Option<usize>,
}

impl Pipe {
    pub fn new(bytes: Vec<u8>, step: usize) -> Self {
        Pipe { bytes, step, ..Pipe::default() }
    }

    fn call(&mut self) -> core::result::Result<(), Failure> {
        self.calls += 1;
        match self.fails_at {
            Some(at) if at == self.calls - 1 => Err(Failure::Failed(-5)),
            _ if self.calls.is_multiple_of(3) => Err(Failure::Retry),
            _ => Ok(()),
        }
    }
}

impl Sink for Pipe {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        self.call()?;
        let length = bytes.len().min(self.step);
        self.bytes.extend_from_slice(&bytes[..length]);
        Ok(length)
    }
}

impl Source for Pipe {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        self.call()?;
        let length = out.len().min(self.step).min(self.bytes.len() - self.at);
        out[..length].copy_from_slice(&self.bytes[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }

    fn can_peek(&self) -> bool {
        true
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        let rest = self.bytes.get(self.at + ahead..).unwrap_or_default();
        let length = out.len().min(rest.len());
        out[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}
