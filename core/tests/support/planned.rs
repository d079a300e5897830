//! Random tables with objects that they describe.
//!
//! Whatever decides the form of an object, as counts and null pointers, belongs to the plan of its table, so that elements
//! of one array have one form: QEMU describes the first for all.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::visit::Kind;
use migcore::vmstate::{Amount, Field, ListForm, Number, What};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::tables::{field, list_of, scalar, tree_of, Made, Objects};

/// A random table.
#[derive(Clone, Debug)]
pub struct Planned {
    version: u32,
    fields: Vec<Part>,
    subsections: Vec<(Planned, bool)>,
}

/// A field of it, and what it holds.
#[derive(Clone, Debug)]
struct Part {
    name: &'static str,
    what: Kinds,
    many: Many,
    since: u32,
    /// Not its version says whether it is there.
    tested: Option<bool>,
}

/// What the elements are.
#[derive(Clone, Debug)]
enum Kinds {
    Scalar(Kind),
    Equal(Kind),
    Timer,
    Buffer(usize),
    Unused(usize),
    Bitmap(usize),
    Struct(Planned),
    Versioned(Planned),
    Temporary(Vec<Kind>),
    List(Planned, usize),
    Tree(Option<Planned>, Planned, usize),
}

/// How many there are, and how the object has them.
#[derive(Clone, Debug)]
enum Many {
    One,
    Fixed(usize),
    /// In a member before them.
    Counted(u8),
    /// Behind a pointer.
    Behind(usize),
    /// Behind a pointer each, where it is not null.
    Pointers(Vec<bool>),
}

/// A table with structs in it to this depth.
pub fn any_table(depth: u32) -> BoxedStrategy<Planned> {
    let subsections = match depth {
        0 => Just(Vec::new()).boxed(),
        _ => vec((any_table(depth - 1), any::<bool>()), 0..2).boxed(),
    };
    (0u32..5, vec(any_part(depth), 0..6), subsections)
        .prop_map(|(version, fields, subsections)| Planned { version, fields, subsections })
        .boxed()
}

fn any_part(depth: u32) -> impl Strategy<Value = Part> {
    let names = select(vec!["a", "b", "c", "a name"]);
    (names, any_kinds(depth), any_many(), 0u32..4, option::weighted(0.3, any::<bool>()))
        .prop_map(|(name, what, many, since, tested)| Part { name, what, many, since, tested })
}

fn any_many() -> impl Strategy<Value = Many> {
    prop_oneof![
        3 => Just(Many::One),
        1 => (0usize..5).prop_map(Many::Fixed),
        1 => (0u8..5).prop_map(Many::Counted),
        1 => (0usize..5).prop_map(Many::Behind),
        2 => vec(any::<bool>(), 1..7).prop_map(Many::Pointers),
    ]
}

fn any_kind() -> impl Strategy<Value = Kind> + Clone {
    select(Kind::ALL.into_iter().filter(|kind| *kind != Kind::F32).collect::<Vec<_>>())
}

fn any_kinds(depth: u32) -> BoxedStrategy<Kinds> {
    let plain = prop_oneof![
        6 => any_kind().prop_map(Kinds::Scalar),
        1 => select(vec![Kind::U8, Kind::U16, Kind::U32, Kind::U64]).prop_map(Kinds::Equal),
        1 => Just(Kinds::Timer),
        1 => (0usize..9).prop_map(Kinds::Buffer),
        1 => (0usize..9).prop_map(Kinds::Unused),
        1 => (0usize..200).prop_map(Kinds::Bitmap),
        1 => vec(any_kind(), 0..4).prop_map(Kinds::Temporary),
    ];
    if depth == 0 {
        return plain.boxed();
    }
    let inner = || any_table(depth - 1);
    prop_oneof![
        4 => plain,
        3 => inner().prop_map(Kinds::Struct),
        1 => inner().prop_map(Kinds::Versioned),
        1 => (inner(), 0usize..4).prop_map(|(of, count)| Kinds::List(of, count)),
        1 => (option::of(inner()), inner(), 0usize..4)
            .prop_map(|(key, value, count)| Kinds::Tree(key, value, count)),
    ]
    .boxed()
}

/// Makes tables and objects.
pub struct Builder {
    pub objects: Objects,
    release: u32,
    tables: u32,
    /// The next byte of values.
    value: u8,
}

/// A table that was made, with where everything lies in its objects.
struct Laid {
    made: &'static Made,
    end: usize,
    parts: Vec<LaidPart>,
    subsections: Vec<Laid>,
}

struct LaidPart {
    what: Kinds,
    many: Many,
    offset: usize,
    /// The bytes of an element, or of what it points to.
    size: usize,
    inner: Vec<Laid>,
}

impl Builder {
    pub fn new(release: u32) -> Builder {
        Builder { objects: Objects::new(), release, tables: 0, value: 0 }
    }

    /// A table, and an object that it describes.
    pub fn device(&mut self, planned: &Planned) -> (&'static Made, usize) {
        let laid = self.lay(planned, "device", 0, true);
        let object = self.object(&laid);
        (laid.made, object)
    }

    fn lay_inner(&mut self, planned: &Planned, start: usize) -> Laid {
        self.tables += 1;
        self.lay(planned, &format!("table {}", self.tables), start, true)
    }

    fn lay(&mut self, planned: &Planned, name: &str, start: usize, needed: bool) -> Laid {
        let mut table = Made::new(name, planned.version);
        table.needed = needed;
        let (mut end, mut parts) = (start, Vec::new());
        for part in &planned.fields {
            let (field, laid) = self.lay_part(part, &mut end);
            table.add(field, part.tested.unwrap_or(true));
            parts.push(laid);
        }
        let mut subsections = Vec::new();
        for (index, (part, needed)) in planned.subsections.iter().enumerate() {
            let laid = self.lay(part, &format!("{name}/{index}"), end, *needed);
            end = laid.end;
            table.subsections.push(laid.made);
            subsections.push(laid);
        }
        Laid { made: table.leak(), end, parts, subsections }
    }

    fn lay_part(&mut self, part: &Part, end: &mut usize) -> (Field<&'static Made>, LaidPart) {
        let offset = *end + 8;
        let (mut field, size, inner) = self.lay_kind(&part.what, part.name, offset);
        let many = self.possible(part);
        let (count, bytes) = match &many {
            Many::One => (1, size),
            Many::Fixed(count) => (*count, count * size),
            Many::Counted(count) => (0, usize::from(*count) * size),
            Many::Behind(count) => (*count, 8),
            Many::Pointers(there) => (there.len(), 8 * there.len()),
        };
        field.count = match many {
            Many::Counted(_) => {
                let (number, times, capacity) = (Number::U8, 1, None);
                Amount::Member { offset: *end, number, times, capacity }
            }
            _ => Amount::Fixed(count),
        };
        field.pointer = matches!(many, Many::Behind(_));
        field.pointers = matches!(many, Many::Pointers(_));
        field.since = part.since;
        field.tested = part.tested.is_some();
        *end = offset + bytes;
        (field, LaidPart { what: part.what.clone(), many, offset, size, inner })
    }

    /// A field of one element at `offset`, the bytes of that, and the tables inside.
    fn lay_kind(
        &mut self,
        what: &Kinds,
        name: &str,
        offset: usize,
    ) -> (Field<&'static Made>, usize, Vec<Laid>) {
        let none = Vec::new();
        match what {
            Kinds::Scalar(kind) => (scalar(name, *kind, offset), kind.width().bytes(), none),
            Kinds::Equal(kind) => {
                let (kind_name, size) =
                    (format!("{} equal", unsigned(*kind)), kind.width().bytes());
                (field(name, &kind_name, What::Equal(*kind), offset, size), size, none)
            }
            Kinds::Timer => (field(name, "timer", What::Timer, offset, 8), 8, none),
            Kinds::Buffer(size) => {
                (field(name, "buffer", What::Buffer, offset, *size), *size, none)
            }
            Kinds::Unused(size) => {
                (field(name, "unused_buffer", What::Unused, offset, *size), *size, none)
            }
            Kinds::Bitmap(bits) => {
                let size = bits.div_ceil(64) * 8;
                (field(name, "bitmap", What::Bitmap, offset, *bits), size, none)
            }
            Kinds::Struct(table) => {
                let laid = self.lay_inner(table, 0);
                let what = What::Struct(laid.made);
                (field(name, "struct", what, offset, laid.end), laid.end, vec![laid])
            }
            Kinds::Versioned(table) => {
                let laid = self.lay_inner(table, 0);
                let what = What::Versioned(laid.made, table.version.saturating_sub(1));
                (field(name, "vstruct", what, offset, laid.end), laid.end, vec![laid])
            }
            Kinds::Temporary(kinds) => {
                let mut table = Made::new("scratch", 0);
                let mut end = 8;
                for kind in kinds {
                    table.add(scalar("a", *kind, end), true);
                    end += 8;
                }
                (field(name, "tmp", What::Temporary(table.leak()), offset, end), 0, none)
            }
            Kinds::List(table, _) => {
                let laid = self.lay_inner(table, 16);
                let what = What::List(ListForm::Plain, list_of(laid.made));
                (field(name, "qlist", what, offset, laid.end), 8, vec![laid])
            }
            Kinds::Tree(key, value, _) => {
                let value = self.lay_inner(value, 0);
                let key = key.as_ref().map(|key| self.lay_inner(key, 0));
                let what = What::Tree(tree_of(key.as_ref().map(|key| key.made), value.made));
                let inner = [Some(value), key].into_iter().flatten().collect();
                (field(name, "gtree", what, offset, 0), 8, inner)
            }
        }
    }

    /// As many as QEMU can describe: one where an element is not its own size; null pointers only where they are
    /// told apart, or are alike and of a type that cannot be taken for them.
    fn possible(&self, part: &Part) -> Many {
        let there = match (&part.what, &part.many) {
            (Kinds::Temporary(_) | Kinds::List(..) | Kinds::Tree(..), _) => return Many::One,
            (_, Many::Pointers(there)) => there,
            (_, other) => return other.clone(),
        };
        let told = match &part.what {
            Kinds::Scalar(kind) | Kinds::Equal(kind) => kind.width().bytes() > 1,
            Kinds::Struct(_) | Kinds::Timer => true,
            _ => false,
        };
        match (self.release >= 1000, &there[..]) {
            // A null pointer and a last element without an index could as well be two null pointers and that.
            (true, [false, true]) => Many::Pointers(vec![true, true]),
            (true, _) => Many::Pointers(there.clone()),
            (false, _) => Many::Pointers(vec![there[0] || !told; there.len()]),
        }
    }

    fn object(&mut self, laid: &Laid) -> usize {
        let place = self.objects.heap.add(&vec![0; laid.end]);
        self.fill(laid, place);
        place
    }

    fn fill(&mut self, laid: &Laid, object: usize) {
        for part in &laid.parts {
            self.fill_part(part, object + part.offset);
        }
        for subsection in &laid.subsections {
            self.fill(subsection, object);
        }
    }

    fn fill_part(&mut self, part: &LaidPart, place: usize) {
        let (first, count) = match &part.many {
            Many::One => (place, 1),
            Many::Fixed(count) => (place, *count),
            Many::Counted(count) => {
                self.objects.heap.set(place - 8, &[*count]);
                (place, usize::from(*count))
            }
            Many::Behind(count) => {
                let first = self.objects.heap.add(&vec![0; count * part.size]);
                self.point(place, first);
                (first, *count)
            }
            Many::Pointers(there) => {
                for (index, _) in there.iter().enumerate().filter(|(_, there)| **there) {
                    let element = self.objects.heap.add(&vec![0; part.size]);
                    self.point(place + 8 * index, element);
                    self.fill_element(part, element);
                }
                return;
            }
        };
        for index in 0..count {
            self.fill_element(part, first + index * part.size);
        }
    }

    fn fill_element(&mut self, part: &LaidPart, place: usize) {
        match &part.what {
            Kinds::Scalar(Kind::Bool) => self.objects.heap.set(place, &[self.value & 1]),
            Kinds::Struct(_) | Kinds::Versioned(_) => self.fill(&part.inner[0], place),
            Kinds::Temporary(_) => {}
            Kinds::List(_, count) => {
                let mut before = place;
                for _ in 0..*count {
                    let element = self.object(&part.inner[0]);
                    self.point(before, element);
                    before = element;
                }
            }
            Kinds::Tree(_, _, count) => self.fill_tree(part, *count, place),
            _ => {
                for at in 0..part.size {
                    self.value = self.value.wrapping_mul(5).wrapping_add(3);
                    self.objects.heap.set(place + at, &[self.value]);
                }
            }
        }
        self.value = self.value.wrapping_add(1);
    }

    fn fill_tree(&mut self, part: &LaidPart, count: usize, place: usize) {
        let tree = self.objects.heap.add(&vec![0; 8 + 16 * count]);
        self.point(place, tree);
        self.point(tree, count);
        for node in 0..count {
            let key = part.inner.get(1).map_or(node, |key| self.object(key));
            let value = self.object(&part.inner[0]);
            self.point(tree + 8 + 16 * node, key);
            self.point(tree + 16 + 16 * node, value);
        }
    }

    fn point(&mut self, place: usize, to: usize) {
        self.objects.heap.set(place, &to.to_ne_bytes());
    }
}

/// QEMU's name of a kind; that of 64 bits is its own.
fn unsigned(kind: Kind) -> &'static str {
    match kind {
        Kind::U8 => "uint8",
        Kind::U16 => "uint16",
        Kind::U32 => "uint32",
        _ => "int64",
    }
}
