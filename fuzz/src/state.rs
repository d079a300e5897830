//! Any state, as an input chooses it: the same input always gives the same calls of a visitor.

use super::input::Input;
use migcore::visit::{
    Description, Extent, Kind, Marks, Scalar, Scope, ScopeKind, Versions, Visitor,
};
use migcore::Result;

/// Calls a function for the Rust type of a kind.
macro_rules! with_type {
    ($kind:expr, $function:ident($($argument:expr),*)) => {
        match $kind {
            Kind::Bool => $function::<bool>($($argument),*),
            Kind::U8 => $function::<u8>($($argument),*),
            Kind::U16 => $function::<u16>($($argument),*),
            Kind::U32 => $function::<u32>($($argument),*),
            Kind::U64 => $function::<u64>($($argument),*),
            Kind::I8 => $function::<i8>($($argument),*),
            Kind::I16 => $function::<i16>($($argument),*),
            Kind::I32 => $function::<i32>($($argument),*),
            Kind::I64 => $function::<i64>($($argument),*),
            Kind::F32 => $function::<f32>($($argument),*),
            Kind::F64 => $function::<f64>($($argument),*),
        }
    };
}
pub(super) use with_type;

/// How deep scopes nest in a device, which is a scope itself.
const DEPTH: usize = 15;

/// How many items a state has at most, and how many times sixteen bytes: elements that look alike are made from
/// the same part of the input. So few that a run takes less than a millisecond; in the least scratch memory
/// they are many fragments.
pub const MOST: usize = 100;

/// Saves the devices of an input; says how many there were. Some have chunks of unknown types around them.
pub fn save(input: &mut Input<'_>, v: &mut Visitor<'_>) -> Result<u64> {
    let (choice, mut left) = (input.byte(), MOST);
    let (devices, around) = (1 + u32::from(choice % 4), choice >= 0xf0);
    for instance in 0..devices {
        foreign(input, v, around)?;
        begin_device(input, v, "d", instance)?;
        items(input, v, DEPTH, &mut left)?;
        v.end(ScopeKind::Device)?;
    }
    foreign(input, v, around)?;
    Ok(devices.into())
}

/// Saves chunks of unknown types, if there are any.
fn foreign(input: &mut Input<'_>, v: &mut Visitor<'_>, any: bool) -> Result<()> {
    let count = if any { input.below(4) } else { 0 };
    (0..count).try_for_each(|_| {
        let kind = ["exMp", "eXMp", "mHDr", "aaAa"][input.below(4)];
        let length = input.byte().into();
        v.mark(Marks::ANCILLARY | Marks::SAFE_TO_COPY | Marks::OPAQUE)?;
        v.save_bytes(&kind, Extent::Variable, input.bytes(length))
    })
}

fn begin_device(
    input: &mut Input<'_>,
    v: &mut Visitor<'_>,
    name: &str,
    instance: u32,
) -> Result<()> {
    v.mark(input.marks())?;
    let oldest = input.small();
    let version = oldest.saturating_add(input.byte().into());
    v.set_oldest_reader(oldest)?;
    v.begin(&name, Scope::Device { instance, versions: Versions::only(version) })
}

fn items(input: &mut Input<'_>, v: &mut Visitor<'_>, depth: usize, left: &mut usize) -> Result<()> {
    for _ in 0..input.below(8).min(*left) {
        item(input, v, depth, left)?;
    }
    Ok(())
}

fn item(input: &mut Input<'_>, v: &mut Visitor<'_>, depth: usize, left: &mut usize) -> Result<()> {
    *left = left.saturating_sub(1);
    let choice = input.below(if depth > 0 { 16 } else { 8 });
    if choice == 7 {
        let length = input.byte().into();
        return v.put_raw(taken(input.bytes(length), left));
    }
    let name = &input.name();
    if choice != 14 {
        v.mark(input.marks())?;
    }
    match choice {
        0..=2 => scalar(input, v, name),
        3 => {
            let (kind, extent) = (input.kind(), input.extent());
            let elements = input.elements(kind, 255);
            v.save_array(name, kind, extent, taken(&elements, left))
        }
        4 => {
            let extent = input.extent();
            let data = input.elements(Kind::U8, 255);
            v.save_bytes(name, extent, taken(&data, left))
        }
        // A text lies in one fragment, and in the smallest scratch memory that is not long.
        5 => v.save_text(name, &input.text(16)),
        6 => v.null(name),
        8 | 9 => list(input, v, name, depth - 1, left),
        14 => {
            begin_device(input, v, name, 3)?;
            items(input, v, depth - 1, left)?;
            v.end(ScopeKind::Device)
        }
        _ => {
            let scope = scope(input, choice);
            v.begin(name, scope)?;
            if scope != (Scope::Optional { present: false }) {
                items(input, v, depth - 1, left)?;
            }
            v.end(scope.kind())
        }
    }
}

/// The bytes, of which `left` is told; none when there is nothing left.
fn taken<'b>(bytes: &'b [u8], left: &mut usize) -> &'b [u8] {
    let cost = bytes.len() / 16;
    match left.checked_sub(cost) {
        Some(rest) => {
            *left = rest;
            bytes
        }
        None => &[],
    }
}

fn scope(input: &mut Input<'_>, choice: usize) -> Scope<'static> {
    match choice {
        10 => {
            let (name, version) = (input.name().as_bytes(), input.small());
            Scope::Struct(Some(Description { name, versions: Versions::only(version) }))
        }
        11 => Scope::Optional { present: input.once_in(2) },
        12 => Scope::Subsection { version: input.small() },
        _ => Scope::Struct(None),
    }
}

/// Elements that look alike, as those of most lists, or each another way.
fn list(
    input: &mut Input<'_>,
    v: &mut Visitor<'_>,
    name: &&str,
    depth: usize,
    left: &mut usize,
) -> Result<()> {
    let (extent, count, alike) = (input.extent(), input.below(10), input.below(4) > 0);
    v.begin(name, Scope::List { extent, count })?;
    let form = input.clone();
    for _ in 0..count {
        v.begin_element()?;
        match alike {
            true => items(&mut form.clone(), v, depth, left)?,
            false => items(input, v, depth, left)?,
        }
        v.end_element()?;
    }
    v.end(ScopeKind::List)
}

fn scalar(input: &mut Input<'_>, v: &mut Visitor<'_>, name: &&str) -> Result<()> {
    let (kind, bits) = (input.kind(), input.number());
    with_type!(kind, of(v, name, bits))
}

fn of<T: Scalar>(v: &mut Visitor<'_>, name: &&str, bits: u64) -> Result<()> {
    v.scalar(name, &mut T::from_wire_bits(bits))
}
