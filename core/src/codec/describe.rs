//! QEMU's description of a stream, written beside the bytes as they are saved.
//!
//! [`Describer`] writes the text that QEMU keeps behind the devices of a stream, and that `codec::vmdesc` reads:
//! which devices, which fields, of which types and sizes. It is told what is
//! done in the order in which it is done; keys come in QEMU's order. What a description is of is nothing
//! that it looks at: whoever saves a table tells it, or a device that describes itself.
//!
//! ```
//! use migcore::io::json::{Json, Line, Style};
//! use migcore::codec::describe::{Describer, Place};
//!
//! let mut memory = [0; 256];
//! let json = Json::new(Line::new(&mut memory), Style::Line);
//! let mut describer = Describer::new(json, 702);
//! describer.begin_stream(4096);
//! describer.begin_device(b"uart", 0);
//! describer.begin_table(b"uart", 2);
//! describer.begin_field(b"fifo", b"uint8", Place::Length(16));
//! describer.end_field(1);
//! describer.end_fields();
//! describer.end_device();
//! describer.end_stream();
//! describer.json().finish().unwrap();
//! let text = br#"{"page_size": 4096, "devices": [{"name": "uart", "instance_id": 0, "vmsd_name": "uart", "version": 2, "fields": [{"name": "fifo", "array_len": 16, "type": "uint8", "size": 1}]}]}"#;
//! assert_eq!(describer.json().text().whole(), Ok(&text[..]));
//! ```

use crate::io::json::{Json, Text};

/// The type of a struct whose inside has an object of its own.
pub const STRUCT: &[u8] = b"struct";

/// The type of a struct at a version that the field says; its inside lies among the keys of the field.
pub const VERSIONED_STRUCT: &[u8] = b"vstruct";

/// The type of a null pointer, from [`NULLS_APART`] on.
pub const NULL: &[u8] = b"nullptr";

/// The type of a field whose type has no name.
pub const NO_KIND: &[u8] = b"unknown";

/// The first release that tells null pointers from other elements of an array.
pub const NULLS_APART: u32 = 1000;

/// Writes a description.
///
/// It does not look whether calls come in an order that makes sense; the text that it writes to does, as far as
/// brackets go.
#[derive(Debug)]
pub struct Describer<T: ?Sized> {
    release: u32,
    muted: bool,
    /// The page size that stands before the devices, until it is written.
    page_size: Option<u64>,
    json: Json<T>,
}

/// Which elements of an array an entry is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The only one, or no array.
    Alone,
    /// As many, from this one on.
    Length(u64),
    /// This one of many.
    Index(u64),
}

impl<T: Text> Describer<T> {
    /// Begins a description in the manner of a release of QEMU: 702 for 7.2, 1000 for 10.0.
    pub const fn new(json: Json<T>, release: u32) -> Self {
        Describer { release, muted: false, page_size: None, json }
    }
}

impl<T: Text + ?Sized> Describer<T> {
    /// Whether null pointers in arrays have entries of their own, as from QEMU 10 on.
    #[must_use]
    pub fn nulls_apart(&self) -> bool {
        self.release >= NULLS_APART
    }

    /// The text.
    #[must_use]
    pub fn json(&self) -> &Json<T> {
        &self.json
    }

    /// The text, whether anything is to be told or not.
    pub fn json_mut(&mut self) -> &mut Json<T> {
        &mut self.json
    }

    /// Lets `call` write into what is open: what a device tells of itself. It is not run while nothing is to
    /// be told.
    pub fn write(&mut self, call: impl FnOnce(&mut Json<T>)) {
        if !self.muted {
            call(&mut self.json);
        }
    }

    /// Whether nothing is told: an element of an array whose first one was told for all.
    #[must_use]
    pub fn is_muted(&self) -> bool {
        self.muted
    }

    /// Tells nothing, or goes on with it.
    pub fn mute(&mut self, muted: bool) {
        self.muted = muted;
    }

    /// Begins the description of a whole stream.
    pub fn begin_stream(&mut self, page_size: u64) {
        self.page_size = Some(page_size);
        self.json.begin_object(b"");
    }

    /// Begins the configuration section, before any device. QEMU describes it from 8.2 on.
    pub fn begin_configuration(&mut self) {
        self.json.begin_object(b"configuration");
    }

    /// Ends the configuration section.
    pub fn end_configuration(&mut self) {
        self.json.end_object();
    }

    /// Begins a device, which is described by a table.
    pub fn begin_device(&mut self, name: &[u8], instance: u32) {
        self.begin_devices();
        self.json.begin_object(b"");
        self.json.string(b"name", name);
        self.json.unsigned(b"instance_id", u64::from(instance));
    }

    /// Ends a device.
    pub fn end_device(&mut self) {
        self.json.end_object();
    }

    /// A device of which no more is known than how many bytes it wrote.
    pub fn handler(&mut self, name: &[u8], instance: u32, size: u64) {
        self.begin_handler(name, instance, size);
        self.handler_field(b"data", size, b"buffer");
        self.end_handler();
    }

    /// Begins a device of this many bytes without a table.
    pub fn begin_handler(&mut self, name: &[u8], instance: u32, size: u64) {
        self.begin_device(name, instance);
        self.json.unsigned(b"size", size);
        self.json.begin_array(b"fields");
    }

    /// A field of a device without a table, whose keys have another order.
    pub fn handler_field(&mut self, name: &[u8], size: u64, kind: &[u8]) {
        self.json.begin_object(b"");
        self.json.string(b"name", name);
        self.json.unsigned(b"size", size);
        self.json.string(b"type", kind);
        self.json.end_object();
    }

    /// Ends a device without a table.
    pub fn end_handler(&mut self) {
        self.json.end_array();
        self.end_device();
    }

    /// Ends the description of a stream.
    pub fn end_stream(&mut self) {
        self.begin_devices();
        self.json.end_array();
        self.json.end_object();
    }

    fn begin_devices(&mut self) {
        if let Some(page_size) = self.page_size.take() {
            self.json.unsigned(b"page_size", page_size);
            self.json.begin_array(b"devices");
        }
    }

    /// Begins a table in the object that is open: of a device, of a subsection, of a struct; of a list once for
    /// each element.
    pub fn begin_table(&mut self, name: &[u8], version: u32) {
        self.write(|json| {
            json.string(b"vmsd_name", name);
            json.unsigned(b"version", u64::from(version));
            json.begin_array(b"fields");
        });
    }

    /// Ends the fields of a table.
    pub fn end_fields(&mut self) {
        self.write(Json::end_array);
    }

    /// Begins a subsection; its table follows. Only the `first` of a table opens their array.
    pub fn begin_subsection(&mut self, first: bool) {
        self.write(|json| {
            if first {
                json.begin_array(b"subsections");
            }
            json.begin_object(b"");
        });
    }

    /// Ends a subsection.
    pub fn end_subsection(&mut self) {
        self.write(Json::end_object);
    }

    /// Ends the subsections of a table that has written one.
    pub fn end_subsections(&mut self) {
        self.write(Json::end_array);
    }

    /// Begins an entry: a field, or an element. What is told up to its end lies inside.
    pub fn begin_field(&mut self, name: &[u8], kind: &[u8], place: Place) {
        self.write(|json| {
            json.begin_object(b"");
            json.string(b"name", name);
            match place {
                Place::Alone => {}
                Place::Length(length) => json.unsigned(b"array_len", length),
                Place::Index(index) => json.unsigned(b"index", index),
            }
            json.string(b"type", kind);
        });
    }

    /// Ends an entry of which as many bytes were written.
    pub fn end_field(&mut self, size: u64) {
        self.write(|json| {
            json.unsigned(b"size", size);
            json.end_object();
        });
    }

    /// Begins an entry of type [`STRUCT`]; its table follows, or nothing for a null pointer.
    pub fn begin_struct(&mut self, name: &[u8], place: Place) {
        self.begin_field(name, STRUCT, place);
        self.write(|json| json.begin_object(STRUCT));
    }

    /// Ends an entry of type [`STRUCT`].
    pub fn end_struct(&mut self, size: u64) {
        self.write(Json::end_object);
        self.end_field(size);
    }
}
