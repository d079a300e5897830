//! What a C table says, read where it lies.

use core::ffi::{c_char, c_int};

use migcore::visit::{Kind, Marks};
use migcore::vmstate::{
    Amount, Field, Head, ListField, ListForm, Number, Plain, Table, TreeField, What,
};
use migcore::{Code, Result};

use super::host::has_hooks;
use super::table::*;
use crate::memory::LARGEST;
use crate::place::CName;

/// A table of the caller. Its members are read when they are wanted, and no reference to it is made: it need
/// not be aligned, and what nobody asks for need not be initialised.
#[derive(Clone, Copy)]
pub(crate) struct CTable {
    table: *const migcore_vmstate,
    /// The entry of the older form of list in which it was found, or null.
    entry: *const migcore_vmstate_subsection,
}

/// Reads a member of a struct of the caller.
macro_rules! member {
    ($pointer:expr, $member:ident) => {
        (&raw const (*$pointer).$member).read_unaligned()
    };
}
pub(super) use member;

impl CTable {
    /// # Safety
    /// `table` is not null, and points to a table that keeps its contract, as do those that it names, as long
    /// as this value is used.
    pub(super) unsafe fn new(table: *const migcore_vmstate) -> Self {
        CTable { table, entry: core::ptr::null() }
    }

    /// A table that another names.
    fn named(table: *const migcore_vmstate) -> Result<Self> {
        match table.is_null() {
            true => Err(Code::BadTable),
            // SAFETY: not null; `new` was promised the same of the tables that its table names.
            false => Ok(unsafe { CTable::new(table) }),
        }
    }

    pub(super) fn as_ptr(self) -> *const migcore_vmstate {
        self.table
    }

    pub(super) fn entry(self) -> *const migcore_vmstate_subsection {
        self.entry
    }

    /// Refuses what a later library may give a meaning.
    fn check(self) -> Result<()> {
        // SAFETY: `new` was promised a table.
        let (marks, reserved) =
            unsafe { (member!(self.table, marks), member!(self.table, reserved)) };
        match Marks::from_bits(marks) {
            Some(_) if reserved == [0; 4] => Ok(()),
            _ => Err(Code::BadTable),
        }
    }

    /// Where the field at `index` lies, which is there or ends the list.
    pub(super) fn field_at(self, index: usize) -> *const migcore_vmstate_field {
        // SAFETY: `new` was promised a table.
        unsafe { member!(self.table, fields) }.wrapping_add(index)
    }
}

impl Table for CTable {
    type Name = CName;

    fn head(self) -> Head<CName> {
        // SAFETY: `new` was promised a table.
        unsafe {
            let old = member!(self.table, load_state_old);
            let oldest = natural(member!(self.table, minimum_version_id_old));
            Head {
                name: CName::new(member!(self.table, name)),
                version: natural(member!(self.table, version_id)),
                minimum: natural(member!(self.table, minimum_version_id)),
                minimum_old: old.map(|_| oldest),
                // Where nobody knows them, no field is read.
                marks: Marks::from_bits(member!(self.table, marks)).unwrap_or_default(),
            }
        }
    }

    fn field(self, index: usize) -> Result<Option<Field<Self>>> {
        // SAFETY: `new` was promised a table.
        let fields = unsafe { member!(self.table, fields) };
        if index == 0 {
            self.check()?;
        }
        if fields.is_null() {
            return Ok(None);
        }
        // SAFETY: `new` was promised fields up to one that ends them; the walk asks for one after the other. All
        // bytes are values of its members.
        match unsafe { self.field_at(index).read_unaligned() } {
            field if field.name.is_null() || field.has(MIGCORE_VMSTATE_FLAG_END) => Ok(None),
            field => field.decode().map(Some),
        }
    }

    /// Of most fields a few members say all there is.
    #[inline]
    fn plain(self, index: usize, version: u32) -> Option<Plain<CName>> {
        const FLAGS: u32 = MIGCORE_VMSTATE_FLAG_SINGLE | MIGCORE_VMSTATE_FLAG_MUST_EXIST;
        // SAFETY: as in `field`; the first member that says no ends it.
        unsafe {
            if member!(self.table, fields).is_null() || (index == 0 && self.check().is_err()) {
                return None;
            }
            let field = self.field_at(index);
            let (name, info) = (member!(field, name), member!(field, info));
            // What ends the fields has a flag of its own; only behind that is the name a string.
            let other = member!(field, flags) & !FLAGS != 0 || name.is_null() || info.is_null();
            if other || *name == 0 || member!(field, reserved) != [0; 2] {
                return None;
            }
            if member!(field, field_exists).is_some() {
                return None;
            }
            let kind = scalar(member!(info, kind))?;
            let plain = Plain { name: CName::new(name), kind, offset: member!(field, offset) };
            (natural(member!(field, version_id)) <= version).then_some(plain)
        }
    }

    fn field_name(self, index: usize) -> Option<CName> {
        // SAFETY: `new` was promised a table, and fields up to one that ends them; as in `field`.
        unsafe {
            if member!(self.table, fields).is_null() {
                return None;
            }
            let (name, flags) =
                (member!(self.field_at(index), name), member!(self.field_at(index), flags));
            let ends = name.is_null() || flags & MIGCORE_VMSTATE_FLAG_END != 0;
            (!ends).then(|| CName::new(name))
        }
    }

    fn has_code(self) -> bool {
        has_hooks(self)
    }

    fn subsection(self, index: usize) -> Option<Self> {
        // SAFETY: `new` was promised a table.
        let (list, old) =
            unsafe { (member!(self.table, subsections), member!(self.table, old_subsections)) };
        // SAFETY: `new` was promised pointers up to a null one, as many as are counted here.
        let at = |index: usize| unsafe { list.wrapping_add(index).read_unaligned() };
        let listed = match list.is_null() {
            true => 0,
            false => (0..index).take_while(|index| !at(*index).is_null()).count(),
        };
        if !list.is_null() && !at(listed).is_null() {
            return CTable::named(at(listed)).ok();
        }
        old_subsection(old, index.saturating_sub(listed))
    }
}

/// The entry at `index` of a list in the older form.
fn old_subsection(list: *const migcore_vmstate_subsection, index: usize) -> Option<CTable> {
    if list.is_null() {
        return None;
    }
    // SAFETY: the maker of the table promised entries up to one without a table; each before is one.
    let table = |index: usize| unsafe { member!(list.wrapping_add(index), vmsd) };
    let ended = (0..=index).any(|index| table(index).is_null());
    (!ended).then(|| CTable { table: table(index), entry: list.wrapping_add(index) })
}

impl migcore_vmstate_field {
    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    fn decode(&self) -> Result<Field<CTable>> {
        // A name of no letters is that of an element's scope.
        // SAFETY: a field has a name, which the maker of the table promised to be a C string.
        if self.reserved != [0; 2] || unsafe { *self.name } == 0 {
            return Err(Code::BadTable);
        }
        let (what, kind) = self.what()?;
        let pointers = self.has(MIGCORE_VMSTATE_FLAG_ARRAY_OF_POINTER);
        let pointer = self.has(MIGCORE_VMSTATE_FLAG_POINTER);
        Ok(Field {
            // SAFETY: the maker of the table promised C strings.
            name: unsafe { CName::new(self.name) },
            kind,
            what,
            offset: self.offset,
            size: self.size()?,
            count: self.count()?,
            pointer,
            pointers,
            allocated: pointer && self.has(MIGCORE_VMSTATE_FLAG_ALLOC),
            each_allocated: pointers && self.has(MIGCORE_VMSTATE_FLAG_AUTO_ALLOC),
            must_exist: self.has(MIGCORE_VMSTATE_FLAG_MUST_EXIST),
            since: natural(self.version_id),
            tested: self.field_exists.is_some(),
        })
    }

    /// What an element is, and what QEMU calls that.
    fn what(&self) -> Result<(What<CTable>, CName)> {
        // SAFETY: a string of this program, or one that the maker of the table promised.
        let named = |name: *const c_char| unsafe { CName::new(name) };
        if self.has(MIGCORE_VMSTATE_FLAG_STRUCT) {
            return Ok((What::Struct(CTable::named(self.vmsd)?), named(c"struct".as_ptr())));
        }
        if self.has(MIGCORE_VMSTATE_FLAG_VSTRUCT) {
            let version = natural(self.struct_version_id);
            let what = What::Versioned(CTable::named(self.vmsd)?, version);
            return Ok((what, named(c"vstruct".as_ptr())));
        }
        if self.info.is_null() {
            // One that only validates has no elements.
            return match self.count()? {
                Amount::Fixed(0) => Ok((What::Unused, named(c"".as_ptr()))),
                _ => Err(Code::BadTable),
            };
        }
        // SAFETY: not null, and the maker of the table promised an info.
        let (kind, name) = unsafe { (member!(self.info, kind), member!(self.info, name)) };
        Ok((self.of_kind(kind)?, named(name)))
    }

    fn of_kind(&self, kind: migcore_vmstate_kind) -> Result<What<CTable>> {
        if let Some(kind) = scalar(kind) {
            return Ok(What::Scalar(kind));
        }
        Ok(match kind {
            MIGCORE_VMSTATE_KIND_CUSTOM | MIGCORE_VMSTATE_KIND_FD => What::Custom,
            MIGCORE_VMSTATE_KIND_U8_EQUAL => What::Equal(Kind::U8),
            MIGCORE_VMSTATE_KIND_U16_EQUAL => What::Equal(Kind::U16),
            MIGCORE_VMSTATE_KIND_I32_EQUAL => What::Equal(Kind::I32),
            MIGCORE_VMSTATE_KIND_U32_EQUAL => What::Equal(Kind::U32),
            MIGCORE_VMSTATE_KIND_U64_EQUAL => What::Equal(Kind::U64),
            MIGCORE_VMSTATE_KIND_I32_LE => What::AtMost,
            MIGCORE_VMSTATE_KIND_TIMER => What::Timer,
            MIGCORE_VMSTATE_KIND_BUFFER => What::Buffer,
            MIGCORE_VMSTATE_KIND_UNUSED => What::Unused,
            MIGCORE_VMSTATE_KIND_BITMAP => What::Bitmap,
            MIGCORE_VMSTATE_KIND_NULLPTR => What::Null,
            MIGCORE_VMSTATE_KIND_TMP => What::Temporary(CTable::named(self.vmsd)?),
            MIGCORE_VMSTATE_KIND_TAILQ => What::List(ListForm::Tail, self.list()?),
            MIGCORE_VMSTATE_KIND_LIST => What::List(ListForm::Plain, self.list()?),
            MIGCORE_VMSTATE_KIND_TREE => What::Tree(self.tree()?),
            _ => return Err(Code::BadTable),
        })
    }

    fn list(&self) -> Result<ListField<CTable>> {
        let table = CTable::named(self.vmsd)?;
        Ok(ListField { table, version: natural(self.version_id), link: self.start })
    }

    fn tree(&self) -> Result<TreeField<CTable>> {
        let value = CTable::named(self.vmsd)?;
        // Where there are keys, theirs is the second of two tables.
        let key = (self.start > 0).then(|| CTable::named(self.vmsd.wrapping_add(1))).transpose()?;
        Ok(TreeField { key, key_size: self.start, value, version: natural(self.version_id) })
    }

    fn size(&self) -> Result<Amount> {
        if !self.has(MIGCORE_VMSTATE_FLAG_VBUFFER) {
            return Ok(Amount::Fixed(self.size));
        }
        let number = match self.size_width {
            0 => Number::I32,
            width => unsigned(width)?,
        };
        let times = if self.has(MIGCORE_VMSTATE_FLAG_MULTIPLY) { self.size } else { 1 };
        Ok(Amount::Member { offset: wide(self.size_offset), number, times, capacity: self.room() })
    }

    fn count(&self) -> Result<Amount> {
        let multiplied = self.has(MIGCORE_VMSTATE_FLAG_MULTIPLY_ELEMENTS);
        let num = usize::try_from(self.num).unwrap_or(0);
        let times = if multiplied { num } else { 1 };
        if self.has(MIGCORE_VMSTATE_FLAG_ARRAY) {
            let count = num.checked_mul(times).filter(|count| *count <= LARGEST);
            return count.map(Amount::Fixed).ok_or(Code::BadTable);
        }
        let Some(number) = self.counted_by()? else { return Ok(Amount::Fixed(times)) };
        let capacity = if self.has(MIGCORE_VMSTATE_FLAG_VBUFFER) { None } else { self.room() };
        Ok(Amount::Member { offset: wide(self.num_offset), number, times, capacity })
    }

    /// The type of the member that says how many elements there are, if one does.
    fn counted_by(&self) -> Result<Option<Number>> {
        const SIGNED: u32 = MIGCORE_VMSTATE_FLAG_VARRAY_I32 | MIGCORE_VMSTATE_FLAG_VARRAY_U32;
        Ok(match self {
            // QEMU takes it for signed too, and one from 2^31 on for none. Where the room is known, it is too many.
            _ if self.has(MIGCORE_VMSTATE_FLAG_VARRAY_U32) && self.limit > 0 => Some(Number::U32),
            _ if self.has(SIGNED) => Some(Number::I32),
            _ if self.has(MIGCORE_VMSTATE_FLAG_VARRAY_U16) => Some(Number::U16),
            _ if self.has(MIGCORE_VMSTATE_FLAG_VARRAY_U8) => Some(Number::U8),
            _ if self.has(MIGCORE_VMSTATE_FLAG_VARRAY) => Some(unsigned(self.num_width)?),
            _ => None,
        })
    }

    fn room(&self) -> Option<usize> {
        (self.limit > 0).then_some(wide(self.limit))
    }
}

/// What a kind is for a visitor, if its values are nothing but numbers or flags.
#[inline]
fn scalar(kind: migcore_vmstate_kind) -> Option<Kind> {
    Some(match kind {
        MIGCORE_VMSTATE_KIND_BOOL => Kind::Bool,
        MIGCORE_VMSTATE_KIND_I8 => Kind::I8,
        MIGCORE_VMSTATE_KIND_I16 => Kind::I16,
        MIGCORE_VMSTATE_KIND_I32 => Kind::I32,
        MIGCORE_VMSTATE_KIND_I64 => Kind::I64,
        MIGCORE_VMSTATE_KIND_U8 => Kind::U8,
        MIGCORE_VMSTATE_KIND_U16 => Kind::U16,
        MIGCORE_VMSTATE_KIND_U32 => Kind::U32,
        MIGCORE_VMSTATE_KIND_U64 => Kind::U64,
        MIGCORE_VMSTATE_KIND_F64 | MIGCORE_VMSTATE_KIND_CPU_DOUBLE => Kind::F64,
        _ => return None,
    })
}

/// The type of an unsigned number of this many bytes.
fn unsigned(width: u8) -> Result<Number> {
    match width {
        1 => Ok(Number::U8),
        2 => Ok(Number::U16),
        4 => Ok(Number::U32),
        8 => Ok(Number::U64),
        _ => Err(Code::BadTable),
    }
}

/// A version; one below 0 is as old as 0.
fn natural(version: c_int) -> u32 {
    u32::try_from(version).unwrap_or(0)
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
