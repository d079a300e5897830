//! Single values: numbers, flags, timers.

use super::name::ItemName;
use super::walk::{Here, Walk};
use super::{Host, Memory, PlaceOf, What};
use crate::error::{Code, Fault, Result};
use crate::io::Width;
use crate::visit::{Kind, Name, Visitor};

/// A number or flag that is nothing but that.
#[inline]
pub(super) fn scalar<M: Memory>(
    v: &mut Visitor<'_>,
    memory: &mut M,
    name: &dyn Name,
    kind: Kind,
    place: M::Place,
) -> Result<()> {
    if v.is_loading() {
        let bits = v.load_scalar(name, kind)?;
        return write(memory, place, kind.width(), normal(kind, bits));
    }
    let bits = read(memory, place, kind.width())?;
    v.save_scalar(name, kind, normal(kind, bits))
}

impl<H: Host> Walk<'_, H> {
    /// A value that is compared when it is loaded, or that the host keeps.
    pub(super) fn value(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        place: PlaceOf<H>,
    ) -> Result<()> {
        let kind = here.field.what.scalar().ok_or(Code::BadTable)?;
        let start = self.position()?;
        if self.state.loading {
            let bits = self.visit(|v| v.load_scalar(&name.lazy(), kind))?;
            return self.store(here, name, place, bits, start);
        }
        let bits = self.fetch(here, kind, place)?;
        self.visit(|v| v.save_scalar(&name.lazy(), kind, bits))
    }

    /// The bits of a value.
    pub(super) fn fetch(
        &mut self,
        here: &Here<'_, H>,
        kind: Kind,
        place: PlaceOf<H>,
    ) -> Result<u64> {
        match here.field.what {
            What::Timer => self.host.timer(place).map(i64::cast_unsigned),
            _ => Ok(normal(kind, read(self.host.memory(), place, kind.width())?)),
        }
    }

    /// Takes the bits of a value that was loaded from `start` on.
    pub(super) fn store(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        place: PlaceOf<H>,
        bits: u64,
        start: u64,
    ) -> Result<()> {
        let kind = here.field.what.scalar().ok_or(Code::BadTable)?;
        let known = match here.field.what {
            What::Timer => return self.host.set_timer(place, bits.cast_signed()),
            What::Scalar(_) => 0,
            _ => self.fetch(here, kind, place)?,
        };
        let code = match here.field.what {
            What::Equal(_) if bits != known => Code::ValueDiffers,
            What::AtMost if !at_most(bits, known) => Code::BadValue,
            _ => return write(self.host.memory(), place, kind.width(), normal(kind, bits)),
        };
        let fault = Fault { offset: start, expected: known, found: bits, cause: 0 };
        self.visit(|v| Err(v.fail_with(code, fault, &name.lazy())))
    }
}

/// Whether an `i32` is not negative, nor above another.
fn at_most(bits: u64, bound: u64) -> bool {
    let signed = |bits: u64| u32::try_from(bits).map_or(-1, u32::cast_signed);
    (0..=signed(bound)).contains(&signed(bits))
}

/// C code may hold any byte in a flag.
fn normal(kind: Kind, bits: u64) -> u64 {
    match kind {
        Kind::Bool => u64::from(bits != 0),
        _ => bits,
    }
}

/// The bits of a value in memory.
#[inline]
pub(super) fn read<M: Memory>(memory: &M, place: M::Place, width: Width) -> Result<u64> {
    get(memory.bytes(place, width.bytes())?, width)
}

/// Puts the bits of a value into memory.
#[inline]
pub(super) fn write<M: Memory>(
    memory: &mut M,
    place: M::Place,
    width: Width,
    bits: u64,
) -> Result<()> {
    put(memory.bytes_mut(place, width.bytes())?, width, bits)
}

/// The bits of a value that `bytes` begin with, in the machine's order.
#[inline]
pub(super) fn get(bytes: &[u8], width: Width) -> Result<u64> {
    let bits = match width {
        Width::One => bytes.first().map(|byte| u64::from(*byte)),
        Width::Two => bytes.first_chunk().map(|bytes| u64::from(u16::from_ne_bytes(*bytes))),
        Width::Four => bytes.first_chunk().map(|bytes| u64::from(u32::from_ne_bytes(*bytes))),
        Width::Eight => bytes.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes)),
    };
    bits.ok_or(Code::BadTable)
}

/// Puts the bits of a value at the beginning of `bytes`.
#[inline]
#[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
pub(super) fn put(bytes: &mut [u8], width: Width, bits: u64) -> Result<()> {
    match width {
        Width::One => set(bytes, [bits as u8]),
        Width::Two => set(bytes, (bits as u16).to_ne_bytes()),
        Width::Four => set(bytes, (bits as u32).to_ne_bytes()),
        Width::Eight => set(bytes, bits.to_ne_bytes()),
    }
}

#[inline]
fn set<const N: usize>(bytes: &mut [u8], value: [u8; N]) -> Result<()> {
    *bytes.first_chunk_mut().ok_or(Code::BadTable)? = value;
    Ok(())
}
