//! Fields made from the members of a struct: offsets, sizes and kinds are the compiler's.

use super::{Custom, Entry, Layout, Order, StaticTable};
use crate::visit::Kind;
use crate::vmstate::{Amount, Field, ListField, ListForm, Number, TreeField, What};

/// Numbers, or arrays of them.
pub trait Numbers {
    /// The kind of each.
    const KIND: Kind;
    /// How many there are.
    const COUNT: usize;
}

/// A number that counts something.
pub trait Counts {
    /// Its type.
    const NUMBER: Number;
}

/// A `T`, or an array of them.
pub trait Repeats<T> {
    /// How many there are.
    const COUNT: usize;
}

macro_rules! numbers {
    ($($type:ty, $kind:ident;)*) => {
        $(impl Numbers for $type {
            const KIND: Kind = Kind::$kind;
            const COUNT: usize = 1;
        })*
    };
}

numbers!(u8, U8; u16, U16; u32, U32; u64, U64; i8, I8; i16, I16; i32, I32; i64, I64; f32, F32; f64, F64;);

#[allow(
    clippy::arithmetic_side_effects,
    reason = "computed by the compiler, which would refuse it"
)]
impl<T: Numbers, const N: usize> Numbers for [T; N] {
    const KIND: Kind = T::KIND;
    const COUNT: usize = N * T::COUNT;
}

macro_rules! counts {
    ($($type:ty, $number:ident;)*) => {
        $(impl Counts for $type {
            const NUMBER: Number = Number::$number;
        })*
    };
}

counts!(u8, U8; u16, U16; u32, U32; u64, U64; i32, I32;);

impl<T> Repeats<T> for T {
    const COUNT: usize = 1;
}

impl<T, const N: usize> Repeats<T> for [T; N] {
    const COUNT: usize = N;
}

/// The amount that a member counts; [`number!`](crate::number) gives offset and member.
#[must_use]
pub const fn number_at<S, M: Counts>(offset: usize, _: fn(&S) -> &M) -> Amount {
    Amount::Member { offset, number: M::NUMBER, times: 1, capacity: None }
}

/// Where a member lies, and of which type it is: for [`fields!`](crate::fields).
pub struct Member<S, M> {
    name: &'static str,
    offset: usize,
    _reach: fn(&S) -> &M,
}

impl<S, M> Member<S, M> {
    /// The member that `reach` leads to.
    #[must_use]
    pub const fn new(name: &'static str, offset: usize, reach: fn(&S) -> &M) -> Self {
        Member { name, offset, _reach: reach }
    }
}

/// Forms of members. Each is a word in [`fields!`](crate::fields).
impl Entry {
    const fn of(
        name: &'static str,
        kind: &'static str,
        offset: usize,
        what: What<&'static StaticTable>,
        size: usize,
        count: usize,
    ) -> Entry {
        let field = Field::new(name, kind, what, offset, size);
        Entry::new(Field { count: Amount::Fixed(count), ..field })
    }

    const fn pointer(mut self) -> Entry {
        self.field.pointer = true;
        self
    }

    const fn pointers(mut self) -> Entry {
        self.field.pointers = true;
        self
    }

    /// Numbers: what a member is of which nothing is said.
    #[must_use]
    pub const fn numbers<S, M: Numbers>(member: Member<S, M>) -> Entry {
        let kind = M::KIND;
        let size = kind.width().bytes();
        Entry::of(member.name, kind_name(kind), member.offset, What::Scalar(kind), size, M::COUNT)
    }

    /// Bytes that are flags: 0 or 1.
    #[must_use]
    pub const fn flags<S, M: Repeats<u8>>(member: Member<S, M>) -> Entry {
        Entry::of(member.name, "bool", member.offset, What::Scalar(Kind::Bool), 1, M::COUNT)
    }

    /// Numbers that must be the same on both sides.
    #[must_use]
    pub const fn equal<S, M: Numbers>(member: Member<S, M>) -> Entry {
        let kind = M::KIND;
        let size = kind.width().bytes();
        Entry::of(member.name, equal_name(kind), member.offset, What::Equal(kind), size, M::COUNT)
    }

    /// An `i32` that is not negative, nor above the one that is here.
    #[must_use]
    pub const fn at_most<S, M: Repeats<i32>>(member: Member<S, M>) -> Entry {
        Entry::of(member.name, "int32 le", member.offset, What::AtMost, 4, M::COUNT)
    }

    /// The expiry of a timer; -1 when it is not armed.
    #[must_use]
    pub const fn timer<S, M: Repeats<i64>>(member: Member<S, M>) -> Entry {
        Entry::of(member.name, "timer", member.offset, What::Timer, 8, M::COUNT)
    }

    /// Bytes.
    #[must_use]
    pub const fn buffer<S, M: Repeats<u8>>(member: Member<S, M>) -> Entry {
        Entry::of(member.name, "buffer", member.offset, What::Buffer, M::COUNT, 1)
    }

    /// Bits in words of 64.
    #[must_use]
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "computed by the compiler, which would refuse it"
    )]
    pub const fn bits<S, M: Repeats<u64>>(member: Member<S, M>) -> Entry {
        Entry::of(member.name, "bitmap", member.offset, What::Bitmap, M::COUNT * 64, 1)
    }

    /// Objects that another table describes.
    #[must_use]
    pub const fn structs<S, M: Repeats<T>, T>(
        member: Member<S, M>,
        layout: &'static Layout<T>,
    ) -> Entry {
        let what = What::Struct(layout.table());
        Entry::of(member.name, "struct", member.offset, what, size_of::<T>(), M::COUNT)
    }

    /// The same, of this version.
    #[must_use]
    pub const fn versioned<S, M: Repeats<T>, T>(
        member: Member<S, M>,
        layout: &'static Layout<T>,
        version: u32,
    ) -> Entry {
        let what = What::Versioned(layout.table(), version);
        Entry::of(member.name, "vstruct", member.offset, what, size_of::<T>(), M::COUNT)
    }

    /// What only code of the device knows.
    #[must_use]
    pub const fn own<S, M>(member: Member<S, M>, custom: &'static dyn Custom) -> Entry {
        let (offset, size) = (member.offset, size_of::<M>());
        Entry::of(member.name, "own", offset, What::Custom, size, 1).custom(custom)
    }

    /// A pointer to objects: one, if nothing is said of the [`count`](Entry::count).
    #[must_use]
    pub const fn to<S, T>(member: Member<S, u32>, layout: &'static Layout<T>) -> Entry {
        let what = What::Struct(layout.table());
        Entry::of(member.name, "struct", member.offset, what, size_of::<T>(), 1).pointer()
    }

    /// A pointer to numbers: one, if nothing is said of the [`count`](Entry::count).
    #[must_use]
    pub const fn to_numbers<S>(member: Member<S, u32>, kind: Kind) -> Entry {
        let size = kind.width().bytes();
        Entry::of(member.name, kind_name(kind), member.offset, What::Scalar(kind), size, 1)
            .pointer()
    }

    /// A pointer to so many bytes.
    #[must_use]
    pub const fn to_buffer<S>(member: Member<S, u32>, size: Amount) -> Entry {
        Entry::of(member.name, "buffer", member.offset, What::Buffer, 0, 1).pointer().size(size)
    }

    /// A pointer to so many bits.
    #[must_use]
    pub const fn to_bits<S>(member: Member<S, u32>, size: Amount) -> Entry {
        Entry::of(member.name, "bitmap", member.offset, What::Bitmap, 0, 1).pointer().size(size)
    }

    /// Pointers to objects, some of which may be null.
    #[must_use]
    pub const fn each_to<S, M: Repeats<u32>, T>(
        member: Member<S, M>,
        layout: &'static Layout<T>,
    ) -> Entry {
        let what = What::Struct(layout.table());
        Entry::of(member.name, "struct", member.offset, what, size_of::<T>(), M::COUNT).pointers()
    }

    /// Pointers to numbers, some of which may be null.
    #[must_use]
    pub const fn each_to_numbers<S, M: Repeats<u32>>(member: Member<S, M>, kind: Kind) -> Entry {
        let (size, what) = (kind.width().bytes(), What::Scalar(kind));
        Entry::of(member.name, kind_name(kind), member.offset, what, size, M::COUNT).pointers()
    }

    /// A list of objects that each have two words of 32 bits at `link`; of this `version` when it is loaded.
    #[must_use]
    pub const fn queue<S, T>(
        member: Member<S, [u32; 2]>,
        layout: &'static Layout<T>,
        link: usize,
        version: u32,
    ) -> Entry {
        let list = ListField { table: layout.table(), version, link };
        let what = What::List(ListForm::Tail, list);
        Entry::of(member.name, "qtailq", member.offset, what, size_of::<T>(), 1)
    }

    /// The same with a head of one word.
    #[must_use]
    pub const fn list<S, T>(
        member: Member<S, u32>,
        layout: &'static Layout<T>,
        link: usize,
        version: u32,
    ) -> Entry {
        let list = ListField { table: layout.table(), version, link };
        let what = What::List(ListForm::Plain, list);
        Entry::of(member.name, "qlist", member.offset, what, size_of::<T>(), 1)
    }

    /// A tree whose keys are numbers; key and value are of this `version` when they are loaded.
    #[must_use]
    pub const fn numbered<S, V>(
        member: Member<S, [u32; 3]>,
        value: &'static Layout<V>,
        version: u32,
    ) -> Entry {
        let tree = TreeField { key: None, key_size: 0, value: value.table(), version };
        Entry::of(member.name, "gtree", member.offset, What::Tree(tree), size_of::<V>(), 1)
    }

    /// A tree whose keys are objects in this order.
    #[must_use]
    pub const fn sorted<S, K, V>(
        member: Member<S, [u32; 3]>,
        key: &'static Layout<K>,
        order: &'static dyn Order,
        value: &'static Layout<V>,
        version: u32,
    ) -> Entry {
        let (key, key_size) = (Some(key.table()), size_of::<K>());
        let tree = TreeField { key, key_size, value: value.table(), version };
        Entry::of(member.name, "gtree", member.offset, What::Tree(tree), size_of::<V>(), 1)
            .ordered(order)
    }

    /// A scratch object that begins with a `u32`, which points to this one. Its hooks carry values over.
    #[must_use]
    pub const fn temporary<T>(name: &'static str, layout: &'static Layout<T>) -> Entry {
        Entry::of(name, "tmp", 0, What::Temporary(layout.table()), size_of::<T>(), 1)
    }

    /// Bytes that mean nothing.
    #[must_use]
    pub const fn unused(name: &'static str, size: usize) -> Entry {
        Entry::of(name, "unused_buffer", 0, What::Unused, size, 1)
    }

    /// Nothing but a test, with [`tested`](Entry::tested): a state for which it does not hold is not valid.
    #[must_use]
    pub const fn valid(name: &'static str) -> Entry {
        Entry::of(name, "unused_buffer", 0, What::Unused, 0, 0).must_exist()
    }
}

/// The name that QEMU has for a number.
const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::U8 => "uint8",
        Kind::U16 => "uint16",
        Kind::U32 => "uint32",
        Kind::U64 => "uint64",
        Kind::I8 => "int8",
        Kind::I16 => "int16",
        Kind::I32 => "int32",
        Kind::I64 => "int64",
        Kind::F32 => "float32",
        Kind::F64 => "float64",
    }
}

/// The name that QEMU has for a number that must be the same.
const fn equal_name(kind: Kind) -> &'static str {
    match kind {
        Kind::U8 => "uint8 equal",
        Kind::U16 => "uint16 equal",
        Kind::U32 => "uint32 equal",
        Kind::U64 => "int64 equal",
        Kind::I32 => "int32 equal",
        _ => "equal",
    }
}

/// The fields of a struct, as the entries of a [`StaticTable`]. The compiler knows offsets and types, and
/// refuses what does not fit. See the [module](crate::vmstate).
#[macro_export]
macro_rules! fields {
    ($of:ty { $(
        $name:tt $( : $form:ident ( $($with:expr),* $(,)? ) )? $( . $call:ident ( $($given:expr),* $(,)? ) )*
    ),* $(,)? }) => {{
        const FIELDS: &[$crate::vmstate::Entry] = &[$(
            $crate::fields!(@one $of, $name $( , $form $(, $with)* )?) $( . $call($($given),*) )*
        ),*];
        FIELDS
    }};
    (@one $of:ty, $name:ident) => {
        $crate::vmstate::Entry::numbers($crate::fields!(@member $of, $name))
    };
    (@one $of:ty, $name:ident, $form:ident $(, $with:expr)*) => {
        $crate::vmstate::Entry::$form($crate::fields!(@member $of, $name) $(, $with)*)
    };
    (@one $of:ty, $name:literal, $form:ident $(, $with:expr)*) => {
        $crate::vmstate::Entry::$form($name $(, $with)*)
    };
    (@member $of:ty, $name:ident) => {
        $crate::vmstate::Member::new(
            ::core::stringify!($name),
            ::core::mem::offset_of!($of, $name),
            |object: &$of| &object.$name,
        )
    };
}

/// The amount that a member of a struct counts: `number!(Nic, length)`.
#[macro_export]
macro_rules! number {
    ($of:ty, $name:ident) => {
        $crate::vmstate::number_at(::core::mem::offset_of!($of, $name), |object: &$of| {
            &object.$name
        })
    };
}
