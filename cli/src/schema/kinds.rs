//! The types of fields, by the names that QEMU and chunks have for them.

use migcore::visit::Kind;

use super::model::Field;

/// The type of bytes of which only that is known that nobody describes them; QEMU has none of this name.
pub(crate) const UNNAMED: &str = "opaque";

/// What the bytes of a type are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Scalar(Kind),
    Bytes,
    /// An i64, of something that is larger in memory.
    Timer,
    /// Words of 64 bits, as many as a bitmap takes.
    Bitmap,
    Null,
    /// What only its device knows.
    Private,
}

impl Class {
    /// Whether two types have the same bytes and values, whatever they are called.
    pub(super) fn has_bytes_of(self, other: Class) -> bool {
        let is_word = |class| matches!(class, Class::Timer | Class::Scalar(Kind::I64));
        let is_words = |class| matches!(class, Class::Bitmap | Class::Scalar(Kind::U64));
        let same_scalar = matches!(self, Class::Scalar(_)) && self == other;
        same_scalar || (is_word(self) && is_word(other)) || (is_words(self) && is_words(other))
    }
}

/// The class of a type, as QEMU or chunks name it.
pub(crate) fn class(kind: &str) -> Class {
    let kind = kind.strip_suffix(" equal").unwrap_or(kind);
    Class::Scalar(match kind {
        "bool" => Kind::Bool,
        "int8" | "i8" => Kind::I8,
        "int16" | "i16" => Kind::I16,
        "int32" | "int32 le" | "i32" => Kind::I32,
        "int64" | "i64" => Kind::I64,
        "uint8" | "u8" | "fd" => Kind::U8,
        "uint16" | "u16" => Kind::U16,
        "uint32" | "u32" => Kind::U32,
        "uint64" | "u64" => Kind::U64,
        "f32" => Kind::F32,
        "float64" | "CPU_Double_U" | "f64" => Kind::F64,
        "timer" => return Class::Timer,
        "buffer" | "unused_buffer" | "pci config" | "bytes" => return Class::Bytes,
        "bitmap" => return Class::Bitmap,
        "nullptr" | "null" => return Class::Null,
        _ => return Class::Private,
    })
}

/// Whether the name of a type says how many bytes it has.
pub(super) fn is_sized(kind: &str, bytes: u64) -> bool {
    match class(kind) {
        Class::Scalar(kind) => u64::try_from(kind.width().bytes()) == Ok(bytes),
        Class::Timer | Class::Bitmap => bytes == 8,
        Class::Bytes | Class::Null | Class::Private => false,
    }
}

/// Whether null pointers are all that was sent of a field.
pub(super) fn is_null(field: &Field) -> bool {
    let Some(class) = field.kind.as_deref().map(class) else { return false };
    // Before QEMU 10 a null pointer has the type of what it would point to, and one byte.
    let scalar = matches!(class, Class::Scalar(kind) if kind.width().bytes() > 1);
    class == Class::Null || (scalar && field.size == Some(1))
}
