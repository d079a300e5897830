//! What a description says, as data: plain types that anybody may read, make or change.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The description of a whole stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vmdesc {
    /// The configuration section: described from QEMU 8 on, if it is sent.
    pub configuration: Option<Description>,
    /// The page size of the target, in bytes.
    pub page_size: u64,
    /// The sections with the state of devices, in the order of the stream. Live sections, as that of the
    /// memory, have no entry.
    pub devices: Vec<Device>,
}

impl Vmdesc {
    /// The device of this name and instance, the first if there are several.
    #[must_use]
    pub fn device(&self, name: &str, instance: u32) -> Option<&Device> {
        self.devices.iter().find(|device| device.instance == instance && device.name == name)
    }
}

/// One section with the state of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The whole name of the section, with the path of the device.
    pub name: String,
    /// Tells sections of one name apart.
    pub instance: u32,
    /// What is in it.
    pub content: Content,
}

/// What is known of a section's inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Its fields.
    Described(Description),
    /// Only how long it is: a handler wrote it that describes nothing.
    Handler {
        /// The length in bytes.
        size: u64,
        /// What QEMU writes of it nevertheless: one field `data`.
        fields: Vec<Field>,
    },
}

/// A struct, a device or a subsection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name, such as `ptimer`.
    pub name: String,
    /// The version that was saved.
    pub version: u32,
    /// The fields that were saved, in order.
    pub fields: Vec<Field>,
    /// The subsections that were saved, behind the fields. `None` where the text does not have the key.
    pub subsections: Option<Vec<Description>>,
}

impl Description {
    /// The subsections, none where the text does not have the key.
    #[must_use]
    pub fn subsections(&self) -> &[Description] {
        self.subsections.as_deref().unwrap_or_default()
    }
}

/// One entry of the fields: a field, an element of an array, or a run of equal elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name. Elements of one array all have the array's.
    pub name: String,
    /// How many elements this entry stands for, if not one.
    pub array_len: Option<u64>,
    /// Which element it is, where each has an entry. The last may lack it (QEMU 10).
    pub index: Option<u64>,
    /// The type, as QEMU names it.
    pub kind: String,
    /// What is inside of it.
    pub nested: Nested,
    /// How many bytes one element has.
    pub size: u64,
}

/// The inside of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nested {
    /// Nothing is said.
    None,
    /// A struct, in an object of its own; `None` for the empty object that stands for a null pointer.
    Struct(Option<Box<Description>>),
    /// Descriptions among the keys of the field itself: one, or in lists and trees one for each element.
    Inline(Vec<Description>),
}
