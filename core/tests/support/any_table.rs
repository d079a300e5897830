//! Tables of any form, with objects of them, for tests that want all of them.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::visit::Kind;
use migcore::vmstate::{
    Amount, Block, Entry, Field, Hook, InBlock, Memory, Number, StaticTable, Test, What,
};
use migcore::Result;
use proptest::prelude::*;

/// A field to come.
#[derive(Clone, Debug)]
struct Spec {
    name: &'static str,
    form: Form,
    count: usize,
    since: u32,
    /// Bytes before it that nobody describes.
    gap: usize,
    tested: bool,
}

#[derive(Clone, Debug)]
enum Form {
    Scalar(Kind),
    Equal(Kind),
    Buffer(usize),
    Unused(usize),
    /// As many as a byte before them says.
    Counted(Kind),
    Struct(Vec<Spec>, Extra),
}

/// What a nested table has beside its fields.
#[derive(Clone, Copy, Debug)]
enum Extra {
    Nothing,
    Hook,
    Subsection,
}

/// How many elements a counted array has room for.
const ROOM: usize = 5;

/// Objects of one table.
#[derive(Clone)]
pub struct Objects {
    specs: Vec<Spec>,
    pub table: &'static StaticTable,
    pub fields: usize,
    pub size: usize,
    pub count: usize,
    seed: u64,
}

impl core::fmt::Debug for Objects {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} objects, seed {}: {:#?}", self.count, self.seed, self.specs)
    }
}

/// Whether the first byte of the object is even.
struct Even;

impl Test for Even {
    fn holds(&self, block: &Block<'_>, place: usize, _version: u32) -> Result<bool> {
        Ok(block.bytes(place, 1)?[0] & 1 == 0)
    }
}

static EVEN: Even = Even;

/// Changes a byte before a save, and back behind it.
static HOOK: InBlock = InBlock(|block, place, _version| {
    let flip = |bytes: &mut [u8]| bytes.iter_mut().for_each(|byte| *byte ^= 0x10);
    block.bytes_mut(place, 1).map(flip).map_err(migcore::vmstate::Failure::Code)
});

/// Lays out fields, and says how large the object is.
fn entries(specs: &[Spec]) -> (Vec<Entry>, usize) {
    let (mut entries, mut at) = (Vec::new(), 1);
    for spec in specs {
        at += spec.gap;
        let (what, size) = match &spec.form {
            Form::Scalar(kind) => (What::Scalar(*kind), kind.width().bytes()),
            Form::Equal(kind) => (What::Equal(*kind), kind.width().bytes()),
            Form::Counted(kind) => (What::Scalar(*kind), kind.width().bytes()),
            Form::Buffer(size) => (What::Buffer, *size),
            Form::Unused(size) => (What::Unused, *size),
            Form::Struct(specs, extra) => {
                let (table, size) = table("part", 3, specs, *extra);
                (What::Struct(table), size)
            }
        };
        let counted = matches!(spec.form, Form::Counted(_));
        let count = match counted {
            true => {
                Amount::Member { offset: at, number: Number::U8, times: 1, capacity: Some(ROOM) }
            }
            false => Amount::Fixed(spec.count),
        };
        at += usize::from(counted);
        let field = Field::new(spec.name, "", what, at, size);
        let mut entry = Entry::new(Field { count, ..field }).since(spec.since);
        if spec.tested {
            entry = entry.tested(&EVEN);
        }
        entries.push(entry);
        at += size * if counted { ROOM } else { spec.count };
    }
    (entries, at)
}

fn table(
    name: &'static str,
    version: u32,
    specs: &[Spec],
    extra: Extra,
) -> (&'static StaticTable, usize) {
    let (entries, size) = entries(specs);
    let table = StaticTable::new(name, version, entries.leak()).minimum(0);
    let table = match extra {
        Extra::Nothing => table,
        Extra::Hook => table.on(Hook::PreSave, &HOOK).on(Hook::PostSave, &HOOK),
        Extra::Subsection => {
            let sub = StaticTable::new("part/sub", 1, &[]).needed(&EVEN);
            let sub: &'static StaticTable = Box::leak(Box::new(sub));
            table.subsections(vec![sub].leak())
        }
    };
    (Box::leak(Box::new(table)), size)
}

impl Objects {
    fn new(specs: Vec<Spec>, count: usize, seed: u64) -> Self {
        let (table, size) = table("dev", 2, &specs, Extra::Nothing);
        Objects { fields: specs.len(), specs, table, size, count, seed }
    }

    /// What the objects hold. Small numbers, so that those that count something are good now and then.
    pub fn held(&self) -> Vec<Vec<u8>> {
        let byte = |object: usize, at: usize| {
            let mixed = (self.seed ^ at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
            (mixed as u8 & 3) ^ (object as u8 & 1)
        };
        (0..self.count).map(|object| (0..self.size).map(|at| byte(object, at)).collect()).collect()
    }

    /// What objects to load into hold: something else here and there.
    pub fn others(&self) -> Vec<Vec<u8>> {
        let mut objects = self.held();
        let bytes = objects.iter_mut().flatten();
        bytes.skip(1).step_by(1 + (self.seed % 13) as usize).for_each(|byte| *byte ^= 1);
        objects
    }

    /// Objects of a table that is a little different.
    pub fn changed(&self, seed: u64) -> Self {
        let mut specs = self.specs.clone();
        let length = specs.len().max(1) as u64;
        let (one, other) = ((seed % length) as usize, (seed / 64 % length) as usize);
        match seed % 5 {
            _ if specs.is_empty() => {}
            0 => specs.swap(one, other),
            1 => drop(specs.remove(one)),
            2 => specs.insert(one, specs[other].clone()),
            3 => specs[one].name = "another",
            _ => specs[one].form = Form::Scalar(Kind::U16),
        }
        Objects::new(specs, self.count, self.seed)
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(&Kind::ALL[..9])
}

fn spec(form: impl Strategy<Value = Form>) -> impl Strategy<Value = Spec> {
    let name = proptest::sample::select(&["a", "head", "tail", "control", "status", "irq"][..]);
    let count = prop_oneof![8 => Just(1usize), 1 => Just(0), 2 => 2..9usize];
    let gap = prop_oneof![4 => Just(0usize), 1 => 1..5usize];
    let since = prop_oneof![6 => Just(0u32), 1 => 1..4u32];
    (name, form, count, since, gap, proptest::bool::weighted(0.04)).prop_map(
        |(name, form, count, since, gap, tested)| Spec { name, form, count, since, gap, tested },
    )
}

fn specs() -> impl Strategy<Value = Vec<Spec>> {
    let leaf = prop_oneof![
        16 => kind().prop_map(Form::Scalar),
        1 => kind().prop_map(Form::Equal),
        3 => (0..60usize).prop_map(Form::Buffer),
        1 => (0..9usize).prop_map(Form::Unused),
        1 => kind().prop_map(Form::Counted),
    ];
    let extra = prop_oneof![
        6 => Just(Extra::Nothing),
        1 => Just(Extra::Hook),
        1 => Just(Extra::Subsection),
    ];
    let field = spec(leaf).prop_recursive(3, 40, 8, move |inner| {
        let specs = proptest::collection::vec(inner, 0..6);
        spec((specs, extra.clone()).prop_map(|(specs, extra)| Form::Struct(specs, extra)))
    });
    proptest::collection::vec(field, 0..16)
}

/// Tables of any form, each with some objects.
pub fn objects() -> impl Strategy<Value = Objects> {
    (specs(), 1..4usize, any::<u64>())
        .prop_map(|(specs, count, seed)| Objects::new(specs, count, seed))
}
