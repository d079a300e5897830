//! Types in words, for what is said of a step that failed.

use crate::compat::Form;
use crate::error::Put;
use crate::visit::{Extent, Kind};

/// Puts a type; `None` is that of an item that has no numbers.
pub(super) fn put_form(form: Option<Form>, put: Put<'_>) {
    let (kind, extent) = match form {
        None => return put(b"what is no number"),
        Some(Form::Scalar(kind)) => return put(kind.text().as_bytes()),
        Some(Form::Array(kind, extent)) => (kind.text(), extent),
        Some(Form::Bytes(extent)) => ("bytes", extent),
    };
    put(kind.as_bytes());
    put(match extent {
        Extent::Fixed => b"[]",
        Extent::Variable => b"[*]",
    });
}

/// Puts which numbers a type can have.
pub(super) fn put_range(kind: Kind, put: Put<'_>) {
    put(kind.text().as_bytes());
    put(match kind {
        Kind::Bool => b" is 0 or 1",
        Kind::U8 => b" has 0 to 255",
        Kind::U16 => b" has 0 to 65535",
        Kind::U32 => b" has 0 to 4294967295",
        Kind::U64 => b" has 0 to 18446744073709551615",
        Kind::I8 => b" has -128 to 127",
        Kind::I16 => b" has -32768 to 32767",
        Kind::I32 => b" has -2147483648 to 2147483647",
        Kind::I64 => b" has -9223372036854775808 to 9223372036854775807",
        Kind::F32 | Kind::F64 => b" does not have exactly this number",
    });
}
