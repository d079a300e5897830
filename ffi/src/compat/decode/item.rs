//! A row that says an item, or what type one has.

use core::str;

use migcore::compat::{Form, Item};
use migcore::error::MAX_DEPTH;
use migcore::model::Value;
use migcore::visit::{Description, Extent, Kind, Marks, Versions};

use super::super::rows::*;
use super::{bad, require, row, text, Result};
use crate::memory::bytes;
use crate::observer::*;
use crate::scalar::migcore_kind;

/// The value of a table of one item; `None` of NULL.
///
/// # Safety
/// `row` is NULL or points to an item that is as its text says.
pub(super) unsafe fn one(row: *const migcore_step_item) -> Result<Option<Value<'static>>> {
    if row.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    unsafe { self::row(row, 0).value() }.map(Some)
}

pub(super) fn form(form: migcore_step_form) -> Result<Form> {
    let extent = extent(form.variable)?;
    match form.item_type {
        MIGCORE_ITEM_SCALAR if form.variable == 0 => Ok(Form::Scalar(kind(form.kind)?)),
        MIGCORE_ITEM_ARRAY => Ok(Form::Array(kind(form.kind)?, extent)),
        MIGCORE_ITEM_BYTES if form.kind == 0 => Ok(Form::Bytes(extent)),
        _ => bad("a type is none that a value can have"),
    }
}

fn kind(kind: migcore_kind) -> Result<Kind> {
    let index = usize::try_from(kind).unwrap_or(usize::MAX).wrapping_sub(1);
    Kind::ALL.get(index).copied().map_or_else(|| bad("a kind is none of the constants"), Ok)
}

fn extent(variable: u32) -> Result<Extent> {
    match variable {
        0 => Ok(Extent::Fixed),
        1 => Ok(Extent::Variable),
        _ => bad("`variable` is neither 0 nor 1"),
    }
}

impl migcore_step_item {
    /// # Safety
    /// Its name and data are as its text says, and stay as they are.
    pub(super) unsafe fn item(&self) -> Result<Item<'static>> {
        require(self.reserved == [0; 2], "`reserved` is not 0")?;
        let depth = u8::try_from(self.depth).unwrap_or(u8::MAX);
        require(usize::from(depth) <= 2 * MAX_DEPTH, "`depth` is too great")?;
        let Some(marks) = Marks::from_bits(self.marks) else {
            return bad("`marks` has a bit that is none of the constants");
        };
        // SAFETY: as the caller promises.
        let (name, value) = unsafe { (text(self.name)?, self.value()?) };
        Ok(Item { depth, name: name.as_bytes(), marks, value })
    }

    /// # Safety
    /// As [`item`](migcore_step_item::item).
    unsafe fn value(&self) -> Result<Value<'static>> {
        // SAFETY: as the caller promises.
        let data = unsafe { bytes(self.data, self.length) }?;
        let extent = extent(self.variable)?;
        let utf8 = || str::from_utf8(data).or_else(|_| bad("a text is not UTF-8"));
        let versions = Versions::only(self.version);
        let described = !data.is_empty() || self.version != 0;
        let description = described.then_some(Description { name: data, versions });
        Ok(match self.item_type {
            MIGCORE_ITEM_SCALAR => Value::Scalar(kind(self.kind)?, self.bits),
            MIGCORE_ITEM_ARRAY => Value::Array(kind(self.kind)?, extent, data),
            MIGCORE_ITEM_BYTES => Value::Bytes(extent, data),
            MIGCORE_ITEM_STRING => Value::Text(utf8()?),
            MIGCORE_ITEM_ABSENT => Value::Absent,
            MIGCORE_ITEM_BEGIN_STRUCT => Value::Struct(description),
            MIGCORE_ITEM_BEGIN_LIST => Value::List { extent },
            MIGCORE_ITEM_BEGIN_ELEMENT => Value::Element,
            MIGCORE_ITEM_BEGIN_OPTIONAL => Value::Optional { present: self.bits != 0 },
            MIGCORE_ITEM_BEGIN_SUBSECTION => Value::Subsection { version: self.version },
            _ => return bad("`item_type` is none that a step can make"),
        })
    }
}
