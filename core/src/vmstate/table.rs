//! What a table says: descriptions, their fields, and what is in a field.

use crate::error::Result;
use crate::visit::{Kind, Marks, Name};

/// A table that describes an object: its versions, its fields in order, its subsections. A small value that is
/// copied freely, such as a reference.
pub trait Table: Copy {
    /// A name in the table. It is not measured until somebody reads it.
    type Name: Name + Copy;

    /// What is said of the whole object.
    fn head(self) -> Head<Self::Name>;

    /// The field at `index`, or `None` beyond the last.
    ///
    /// # Errors
    /// [`Code::BadTable`](crate::Code::BadTable) for one that makes no sense.
    fn field(self, index: usize) -> Result<Option<Field<Self>>>;

    /// The field at `index` if it is [plain](Plain) in a state of this version. `None` says nothing: then
    /// [`field`](Table::field) is asked. What most fields are is better found without all that others may be.
    fn plain(self, index: usize, version: u32) -> Option<Plain<Self::Name>> {
        self.field(index).ok()??.plain(version)
    }

    /// The table of the subsection at `index`, or `None` beyond the last.
    fn subsection(self, index: usize) -> Option<Self>;

    /// The name of the field at `index`, or `None` beyond the last.
    fn field_name(self, index: usize) -> Option<Self::Name> {
        self.field(index).ok().flatten().map(|field| field.name)
    }

    /// Whether hooks may be set. Only where there are none, [`Host::hook`](super::Host::hook) may be left out.
    fn has_code(self) -> bool {
        true
    }

    /// Whether several fields have one name. Then they are told apart by numbers: `x[0]`, `x[1]`. Asked only where
    /// names matter, once for each object.
    fn repeats_names(self) -> bool {
        let (mut index, mut met) = (0usize, Met::default());
        while let Some(name) = self.field_name(index) {
            let name = name.bytes();
            if met.may_have(name) && earlier(self, index, name) > 0 {
                return true;
            }
            index = index.saturating_add(1);
        }
        false
    }
}

/// Names that were met, by a bit each of many that they may share: mostly that tells that one is new.
#[derive(Default)]
struct Met([u64; 32]);

impl Met {
    /// Whether the name may have been met; it has been from here on.
    fn may_have(&mut self, name: &[u8]) -> bool {
        let [word, bit, ..] = mixed(name).to_be_bytes();
        let Some(word) = self.0.get_mut(usize::from(word & 31)) else { return true };
        let (bit, before) = (1u64.wrapping_shl(u32::from(bit)), *word);
        *word |= bit;
        *word == before
    }
}

/// A number whose upper bits few names share.
fn mixed(name: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (words, rest) = name.as_chunks();
    let hash = words.iter().fold(0, |hash, word| mix(hash, u64::from_ne_bytes(*word)));
    rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)))
}

/// How many fields before `index` have this name.
pub(super) fn earlier<T: Table>(table: T, index: usize, name: &[u8]) -> usize {
    (0..index).filter(|&at| table.field_name(at).is_some_and(|other| other.is(name))).count()
}

/// What a table says of the whole object.
#[derive(Clone, Copy, Debug)]
pub struct Head<N> {
    /// The name of the description; of a subsection the full one. A table whose name is empty stands for its fields
    /// alone: it has no subsections, and a description has what is inside of the fields, but not them.
    pub name: N,
    /// The version that is written, and the newest that can be read.
    pub version: u32,
    /// The oldest version that the fields can read.
    pub minimum: u32,
    /// The oldest version that [`Hook::LoadOld`] can read, if there is one.
    pub minimum_old: Option<u32>,
    /// Of a subsection: whether a reader that does not know it may skip it, and other marks.
    pub marks: Marks,
}

/// One field of an object: a value, or an array of values of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Field<T: Table> {
    /// The name of the field.
    pub name: T::Name,
    /// The name of its type, as QEMU's description of a stream has it: `uint32`, `struct`.
    pub kind: T::Name,
    /// What each element is.
    pub what: What<T>,
    /// Where the field begins in the object.
    pub offset: usize,
    /// The size of an element in bytes; of a bitmap in bits.
    pub size: Amount,
    /// How many elements there are.
    pub count: Amount,
    /// The field holds a pointer to the elements.
    pub pointer: bool,
    /// Each element is a pointer to its value. It may be null, and is then in the stream as that.
    pub pointers: bool,
    /// Loading makes memory for the elements, and stores the pointer to it.
    pub allocated: bool,
    /// Loading makes memory for each element of an array of pointers; before each, the stream says whether it is
    /// null.
    pub each_allocated: bool,
    /// A state without the field is not valid.
    pub must_exist: bool,
    /// The version from which on the field is there, unless it is `tested`.
    pub since: u32,
    /// Code of the device says whether the field is there: [`Host::exists`](super::Host::exists).
    pub tested: bool,
}

impl<T: Table> Field<T> {
    /// A field of one element of this size, in the object itself and in every version.
    #[must_use]
    pub const fn new(
        name: T::Name,
        kind: T::Name,
        what: What<T>,
        offset: usize,
        size: usize,
    ) -> Self {
        Field {
            name,
            kind,
            what,
            offset,
            size: Amount::Fixed(size),
            count: Amount::Fixed(1),
            pointer: false,
            pointers: false,
            allocated: false,
            each_allocated: false,
            must_exist: false,
            since: 0,
            tested: false,
        }
    }

    /// The field as a plain one, if it is one in a state of this version.
    #[must_use]
    #[inline]
    pub fn plain(&self, version: u32) -> Option<Plain<T::Name>> {
        let by_object = self.tested || self.pointer || self.pointers || self.each_allocated;
        match (self.what, self.count, self.size) {
            (What::Scalar(kind), Amount::Fixed(1), Amount::Fixed(_)) if !by_object => {
                let plain = Plain { name: self.name, kind, offset: self.offset };
                (self.since <= version).then_some(plain)
            }
            _ => None,
        }
    }
}

/// A field that is nothing but a number or a flag in the object: most fields are.
#[derive(Clone, Copy, Debug)]
pub struct Plain<N> {
    /// The name of the field.
    pub name: N,
    /// What it is.
    pub kind: Kind,
    /// Where it lies in the object.
    pub offset: usize,
}

/// What an element of a field is.
#[derive(Clone, Copy, Debug)]
pub enum What<T> {
    /// A number or a flag.
    Scalar(Kind),
    /// A number that must be the same on both sides.
    Equal(Kind),
    /// An `i32` that must not be negative, nor above the one that is here.
    AtMost,
    /// The expiry of a timer, as an `i64`; -1 when it is not armed. Where it lies is the host's.
    Timer,
    /// Bytes.
    Buffer,
    /// Bytes that mean nothing: written as 0, not looked at on load.
    Unused,
    /// Bits, in words of C's `unsigned long`; the size counts bits.
    Bitmap,
    /// The mark of a null pointer.
    Null,
    /// An object that another table describes, of that table's version.
    Struct(T),
    /// The same, of this version.
    Versioned(T, u32),
    /// An object in scratch memory that begins with a pointer to this one: the hooks of its table carry the
    /// values over.
    Temporary(T),
    /// A list.
    List(ListForm, ListField<T>),
    /// A sorted tree.
    Tree(TreeField<T>),
    /// What only code of the device knows: [`Host::custom`](super::Host::custom).
    Custom,
}

/// How the elements of a list are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// First and last in the head, next and previous in each element: QEMU's `QTAILQ`.
    Tail,
    /// First in the head, next and previous in each element: QEMU's `QLIST`.
    Plain,
}

/// What is fixed about a list. The size of its field is that of an element.
#[derive(Clone, Copy, Debug)]
pub struct ListField<T> {
    /// Describes an element.
    pub table: T,
    /// The version at which elements are loaded.
    pub version: u32,
    /// Where the links lie in an element.
    pub link: usize,
}

/// What is fixed about a tree. The size of its field is that of a value.
#[derive(Clone, Copy, Debug)]
pub struct TreeField<T> {
    /// Describes a key; `None` where the pointer to it is the key, a number.
    pub key: Option<T>,
    /// The size of a key in bytes.
    pub key_size: usize,
    /// Describes a value.
    pub value: T,
    /// The version at which keys and values are loaded.
    pub version: u32,
}

/// A number of elements, bytes or bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Known to the table.
    Fixed(usize),
    /// In a member of the object, and read when the field is visited.
    Member {
        /// Where the member lies in the object.
        offset: usize,
        /// What the member is.
        number: Number,
        /// What it is multiplied by.
        times: usize,
        /// How many there is room for, if the table knows; a number beyond it is an error.
        capacity: Option<usize>,
    },
}

impl Amount {
    /// So many times what the member holds.
    #[must_use]
    pub const fn times(self, factor: usize) -> Self {
        match self {
            Amount::Member { offset, number, capacity, .. } => {
                Amount::Member { offset, number, times: factor, capacity }
            }
            fixed => fixed,
        }
    }

    /// Of which there is room for so many.
    #[must_use]
    pub const fn at_most(self, room: usize) -> Self {
        match self {
            Amount::Member { offset, number, times, .. } => {
                Amount::Member { offset, number, times, capacity: Some(room) }
            }
            fixed => fixed,
        }
    }
}

/// The type of a member that holds an [`Amount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// 8 bits.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits with a sign; a negative number is none, and too much where loading makes the memory. QEMU up to 10.2
    /// reads a `uint32_t` so too.
    I32,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
}

/// Code that a table runs at a point of the visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hook {
    /// Before the first field is loaded.
    PreLoad,
    /// After the fields and subsections were loaded.
    PostLoad,
    /// Before the first field is saved.
    PreSave,
    /// After a save, also one that failed.
    PostSave,
    /// In the place of everything, for a version before the minimum: see [`Head::minimum_old`].
    LoadOld,
}
