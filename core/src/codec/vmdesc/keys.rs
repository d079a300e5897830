//! The keys of the objects, told apart without a copy.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// The known keys, of whichever object.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Configuration,
    PageSize,
    Devices,
    Name,
    InstanceId,
    VmsdName,
    Version,
    Fields,
    Subsections,
    ArrayLen,
    Index,
    Type,
    Struct,
    Size,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Key, D::Error> {
        from.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "configuration" => Key::Configuration,
            "page_size" => Key::PageSize,
            "devices" => Key::Devices,
            "name" => Key::Name,
            "instance_id" => Key::InstanceId,
            "vmsd_name" => Key::VmsdName,
            "version" => Key::Version,
            "fields" => Key::Fields,
            "subsections" => Key::Subsections,
            "array_len" => Key::ArrayLen,
            "index" => Key::Index,
            "type" => Key::Type,
            "struct" => Key::Struct,
            "size" => Key::Size,
            _ => Key::Other,
        })
    }
}
