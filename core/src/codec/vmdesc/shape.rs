//! What a field is by its type, its size and what is inside of it.

use super::fit::Unfit;
use super::sizes::description_size;
use super::{Description, Field, Nested};
use crate::io::told;
use crate::visit::Kind;

/// The byte that says whether an element follows.
const MARK_SIZE: u64 = 1;

/// The count of a tree.
const COUNT_SIZE: u64 = 4;

/// A key that is a number.
const KEY_SIZE: u64 = 8;

/// The form that a field has for a visitor.
#[derive(Clone, Copy)]
pub(super) enum Shape<'d> {
    /// A null pointer.
    Null,
    /// One value.
    Scalar(Kind),
    /// Values of one kind, as many as there are bytes for.
    Array(Kind),
    /// Bytes that are what they are.
    Bytes,
    /// Bytes whose inside is not described.
    Opaque,
    /// A string with its length before it.
    Text,
    /// A struct.
    Struct(&'d Description),
    /// A list whose elements each say that they are there.
    List(&'d [Description]),
    /// The same with a count before it, and a number as key in each element.
    Map(&'d [Description]),
    /// The same with keys that are described too: keys and values in turns.
    Tree(&'d [Description]),
}

impl<'d> Shape<'d> {
    /// The shape of one element of `field`.
    pub(super) fn of(field: &'d Field) -> Result<Shape<'d>, Unfit> {
        let size = field.size;
        match field.kind.as_str() {
            "uint32" | "uint32 equal" => scalar(Kind::U32, size),
            "uint8" | "uint8 equal" => scalar(Kind::U8, size),
            "uint64" | "int64 equal" | "uint64 equal" => scalar(Kind::U64, size),
            "uint16" | "uint16 equal" => scalar(Kind::U16, size),
            "int32" | "int32 equal" | "int32 le" => scalar(Kind::I32, size),
            "int64" | "timer" => scalar(Kind::I64, size),
            "bool" => scalar(Kind::Bool, size),
            "int16" => scalar(Kind::I16, size),
            "int8" => scalar(Kind::I8, size),
            "CPU_Double_U" | "float64" => scalar(Kind::F64, size),
            "fd" if size == 1 => Ok(Shape::Scalar(Kind::U8)),
            "buffer" | "unused_buffer" | "pci config" => Ok(Shape::Bytes),
            "bitmap" => array(Kind::U64, size),
            "pci irq state" => array(Kind::U32, size),
            "capability" => Ok(Shape::Text),
            "nullptr" if size == 1 => Ok(Shape::Null),
            "nullptr" => Err(Unfit::Size(size)),
            "struct" => structure(field),
            "vstruct" | "tmp" => Ok(inline(field)),
            "qtailq" | "qlist" => Ok(list(field)),
            "gtree" => Ok(tree(field)),
            _ => Ok(Shape::Opaque),
        }
    }
}

/// A value has the size of its kind; in the place of a pointer to one there may be a null pointer.
fn scalar<'d>(kind: Kind, size: u64) -> Result<Shape<'d>, Unfit> {
    match size {
        _ if size == told(kind.width().bytes()) => Ok(Shape::Scalar(kind)),
        1 => Ok(Shape::Null),
        _ => Err(Unfit::Size(size)),
    }
}

fn array<'d>(kind: Kind, size: u64) -> Result<Shape<'d>, Unfit> {
    match usize::try_from(size) {
        Ok(length) if kind.width().divides(length) => Ok(Shape::Array(kind)),
        _ => Err(Unfit::Size(size)),
    }
}

/// A struct without anything in it that has a byte is a null pointer.
fn structure(field: &Field) -> Result<Shape<'_>, Unfit> {
    match (&field.nested, field.size) {
        (Nested::Struct(None), 1) => Ok(Shape::Null),
        (Nested::Struct(None), says) => Err(Unfit::StructSize { says, has: 0 }),
        (Nested::Struct(Some(inside)), 1) if is_empty(inside) => Ok(Shape::Null),
        (Nested::Struct(Some(inside)), _) => Ok(Shape::Struct(inside)),
        _ => Ok(Shape::Opaque),
    }
}

fn is_empty(description: &Description) -> bool {
    description.fields.is_empty() && description.subsections().is_empty()
}

fn inside(field: &Field) -> &[Description] {
    match &field.nested {
        Nested::Inline(inside) => inside,
        _ => &[],
    }
}

/// What is described among the keys of a field is believed only if its size is that of the field.
fn inline(field: &Field) -> Shape<'_> {
    match inside(field) {
        [one] if description_size(one, 0) == Some(field.size) => Shape::Struct(one),
        _ => Shape::Opaque,
    }
}

fn list(field: &Field) -> Shape<'_> {
    let inside = inside(field);
    match marked_size(inside, MARK_SIZE) == Some(field.size) {
        true => Shape::List(inside),
        false => Shape::Opaque,
    }
}

fn tree(field: &Field) -> Shape<'_> {
    let inside = inside(field);
    let Some(size) = field.size.checked_sub(COUNT_SIZE) else { return Shape::Opaque };
    if marked_size(inside, MARK_SIZE.saturating_add(KEY_SIZE)) == Some(size) {
        return Shape::Map(inside);
    }
    // One mark for two.
    let unmarked =
        told(inside.len() >> 1).checked_mul(MARK_SIZE).and_then(|marks| size.checked_sub(marks));
    match inside.len() & 1 == 0 && marked_size(inside, 0) == unmarked {
        true => Shape::Tree(inside),
        false => Shape::Opaque,
    }
}

/// The size of elements with `extra` bytes before each, and of the mark that ends them.
fn marked_size(inside: &[Description], extra: u64) -> Option<u64> {
    inside.iter().try_fold(MARK_SIZE, |size, one| {
        size.checked_add(extra)?.checked_add(description_size(one, 0)?)
    })
}
