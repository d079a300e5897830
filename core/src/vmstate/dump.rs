//! What tables say, as text: that which QEMU writes with `-dump-vmstate`, for tools that compare releases.
//!
//! A [`Dump`] has one entry for each type of device: its versions, fields, structs and subsections, whether they
//! would be sent or not. It tells sizes in memory and no types; `migcore schema --check` compares two.

use super::{Amount, Field, Table, What};
use crate::error::{Code, Result, MAX_DEPTH};
use crate::io::json::{Json, Text};
use crate::io::told;
use crate::visit::Name;

/// The most fields and subsections of one dump. A table that is named twice in one, and that twice in another, has
/// more than anybody could write; the largest dump of QEMU has some fifty thousand.
const MOST_ENTRIES: usize = 1 << 18;

/// Writes a dump, one device after the other.
///
/// ```
/// use migcore::fields;
/// use migcore::io::json::{Json, Line, Style};
/// use migcore::vmstate::{Dump, Layout, StaticTable};
/// use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};
///
/// #[derive(FromBytes, Immutable, IntoBytes, KnownLayout)]
/// #[repr(C)]
/// struct Uart { level: u16, fifo: [u8; 16] }
///
/// static UART: Layout<Uart> = Layout::new(
///     StaticTable::new("uart", 2, fields!(Uart { level, fifo.since(2) })).minimum(1),
/// );
///
/// let mut memory = [0; 1024];
/// let mut json = Json::new(Line::new(&mut memory), Style::Line);
/// let mut dump = Dump::new(&mut json, &"board-1");
/// dump.device(&"uart", UART.table()).unwrap();
/// dump.finish().unwrap();
/// let text = core::str::from_utf8(json.text().whole().unwrap()).unwrap();
/// assert!(text.starts_with(r#"{"vmschkmachine": {"Name": "board-1"}, "uart": {"Name": "uart", "version_id": 2, "#));
/// assert!(text.contains(
///     r#"{"field": "fifo", "version_id": 2, "field_exists": false, "num": 16, "size": 1}"#
/// ));
/// ```
#[derive(Debug)]
pub struct Dump<'j, T: Text + ?Sized> {
    json: &'j mut Json<T>,
    /// How many entries may still come.
    left: usize,
}

impl<'j, T: Text + ?Sized> Dump<'j, T> {
    /// Begins the dump of a machine of this type, as the outermost value of `json`.
    pub fn new(json: &'j mut Json<T>, machine: &dyn Name) -> Self {
        json.begin_object(b"");
        json.begin_object(b"vmschkmachine");
        json.string(b"Name", machine.bytes());
        json.end_object();
        Dump { json, left: MOST_ENTRIES }
    }

    /// Writes a type of device, by its table. Types have different names.
    ///
    /// # Errors
    /// [`Code::BadTable`]; [`Code::TooDeep`] for tables that lie in each other more than [`MAX_DEPTH`] deep, as they
    /// do where one names itself; [`Code::TooMany`] for more fields than any program has. The dump is of no use then.
    pub fn device<D: Table>(&mut self, name: &dyn Name, table: D) -> Result<()> {
        self.json.begin_object(name.bytes());
        self.json.string(b"Name", name.bytes());
        self.versions(table);
        self.description(b"Description", table, 0)?;
        self.json.end_object();
        Ok(())
    }

    /// Ends the dump.
    ///
    /// # Errors
    /// Those of [`Json::finish`].
    pub fn finish(self) -> Result<()> {
        self.json.end_object();
        self.json.finish()
    }

    fn versions<D: Table>(&mut self, table: D) {
        let head = table.head();
        self.json.unsigned(b"version_id", head.version.into());
        self.json.unsigned(b"minimum_version_id", head.minimum.into());
    }

    /// Calls itself for what lies in it, up to a depth.
    fn description<D: Table>(&mut self, key: &[u8], table: D, depth: usize) -> Result<()> {
        if depth >= MAX_DEPTH {
            return Err(Code::TooDeep);
        }
        self.json.begin_object(key);
        self.json.string(b"name", table.head().name.bytes());
        self.versions(table);
        self.fields(table, depth)?;
        self.subsections(table, depth)?;
        self.json.end_object();
        Ok(())
    }

    fn fields<D: Table>(&mut self, table: D, depth: usize) -> Result<()> {
        let mut index = 0usize;
        while let Some(field) = table.field(index)? {
            if index == 0 {
                self.json.begin_array(b"Fields");
            }
            // One that only has to exist has no bytes.
            if !field.must_exist {
                self.field(&field, depth)?;
            }
            index = index.saturating_add(1);
        }
        if index > 0 {
            self.json.end_array();
        }
        Ok(())
    }

    fn subsections<D: Table>(&mut self, table: D, depth: usize) -> Result<()> {
        let mut index = 0usize;
        while let Some(subsection) = table.subsection(index) {
            if index == 0 {
                self.json.begin_array(b"Subsections");
            }
            self.count()?;
            self.description(b"", subsection, depth.saturating_add(1))?;
            index = index.saturating_add(1);
        }
        if index > 0 {
            self.json.end_array();
        }
        Ok(())
    }

    fn field<D: Table>(&mut self, field: &Field<D>, depth: usize) -> Result<()> {
        self.count()?;
        self.json.begin_object(b"");
        self.json.string(b"field", field.name.bytes());
        self.json.unsigned(b"version_id", field.since.into());
        self.json.boolean(b"field_exists", field.tested);
        if let Amount::Fixed(number) = field.count {
            if number != 1 {
                self.json.unsigned(b"num", told(number));
            }
        }
        self.json.unsigned(b"size", told(size(field.size)));
        if let Some(inside) = inside(field.what) {
            self.description(b"Description", inside, depth.saturating_add(1))?;
        }
        self.json.end_object();
        Ok(())
    }

    fn count(&mut self) -> Result<()> {
        self.left = self.left.checked_sub(1).ok_or(Code::TooMany)?;
        Ok(())
    }
}

/// What is written of a size: of one that is part of the state, what it counts, or 0 for bytes.
fn size(size: Amount) -> usize {
    match size {
        Amount::Fixed(size) => size,
        Amount::Member { times: 1, .. } => 0,
        Amount::Member { times, .. } => times,
    }
}

/// The table of a field, or of its elements; of a tree, that of its values.
fn inside<D>(what: What<D>) -> Option<D> {
    match what {
        What::Struct(table) | What::Versioned(table, _) | What::Temporary(table) => Some(table),
        What::List(_, list) => Some(list.table),
        What::Tree(tree) => Some(tree.value),
        What::Scalar(_)
        | What::Equal(_)
        | What::AtMost
        | What::Timer
        | What::Buffer
        | What::Unused
        | What::Bitmap
        | What::Null
        | What::Custom => None,
    }
}
