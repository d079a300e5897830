//! Many values at once, bytes and bits.

use super::field::{bitmap_bytes, Elements};
use super::name::ItemName;
use super::value::{get, put, read, write};
use super::walk::{Here, Walk};
use super::{Host, Memory, PlaceOf, What};
use crate::error::{Code, Result};
use crate::io::{told, Width};
use crate::visit::{Extent, Kind, ScopeKind, Slots};

impl<H: Host> Walk<'_, H> {
    /// Values without a null pointer among them.
    pub(super) fn array(
        &mut self,
        here: &Here<'_, H>,
        elements: Elements<PlaceOf<H>>,
        kind: Kind,
    ) -> Result<()> {
        let width = kind.width().bytes();
        let base = elements.side_by_side(width).filter(|_| !here.field.pointers);
        match (here.field.what, base) {
            (What::Scalar(_), Some(base)) => {
                let length = elements.count.saturating_mul(width);
                self.words(here.name(), kind, Some(base), length)?;
            }
            _ => self.gathered(here.name(), kind, elements.count, Gather::Field(here, elements))?,
        }
        self.tell_values(here, elements, told(width))
    }

    /// Values that lie side by side as the wire wants them.
    fn words(
        &mut self,
        name: ItemName<'_, H::Table>,
        kind: Kind,
        place: Option<PlaceOf<H>>,
        length: usize,
    ) -> Result<()> {
        let (loading, name) = (self.state.loading, name.lazy());
        self.run(&name, |v, memory| {
            if loading {
                let slots = Slots::Bytes(bytes_mut(memory, place, length)?);
                return v.load_array(&name, kind, Extent::Fixed, slots).map(|_| ());
            }
            v.save_array(&name, kind, Extent::Fixed, bytes(memory, place, length)?)
        })
    }

    /// A buffer.
    pub(super) fn bytes(
        &mut self,
        name: ItemName<'_, H::Table>,
        place: Option<PlaceOf<H>>,
        length: usize,
    ) -> Result<()> {
        let (loading, name) = (self.state.loading, name.lazy());
        self.run(&name, |v, memory| {
            if loading {
                let out = bytes_mut(memory, place, length)?;
                return v.load_bytes(&name, Extent::Fixed, out).map(|_| ());
            }
            v.save_bytes(&name, Extent::Fixed, bytes(memory, place, length)?)
        })
    }

    /// Bytes that mean nothing.
    #[inline(never)]
    pub(super) fn unused(&mut self, name: ItemName<'_, H::Table>, length: usize) -> Result<()> {
        if length > BOUNCE && self.long_unused(name, length)? {
            return Ok(());
        }
        let mut bounce = self.bounce(name, length)?;
        let (loading, name) = (self.state.loading, name.lazy());
        let done = self.run(&name, |v, memory| match loading {
            true => v.load_bytes(&name, Extent::Fixed, bounce.bytes_mut(memory)?).map(|_| ()),
            false => v.save_bytes(&name, Extent::Fixed, bounce.bytes(memory)?),
        });
        self.end_bounce(bounce);
        done
    }

    /// The same in pieces. False where the wire takes none.
    fn long_unused(&mut self, name: ItemName<'_, H::Table>, length: usize) -> Result<bool> {
        let (loading, name) = (self.state.loading, name.lazy());
        self.visit(|v| {
            if !loading {
                return v.save_zeros(&name, length);
            }
            v.begin_own(&name)?;
            let mut left = length;
            while left > 0 {
                let mut piece = [0; BOUNCE];
                let wanted = left.min(BOUNCE);
                // A stream that ends is an error of the next call.
                v.get_raw(piece.get_mut(..wanted).unwrap_or_default())?;
                left = left.saturating_sub(wanted);
            }
            v.end(ScopeKind::Struct).map(|()| true)
        })
    }

    /// Bits, in words of 64.
    pub(super) fn bitmap(
        &mut self,
        name: ItemName<'_, H::Table>,
        place: Option<PlaceOf<H>>,
        bits: usize,
    ) -> Result<()> {
        let length = bitmap_bytes(bits, H::Memory::LONG);
        match place {
            Some(base) if H::Memory::LONG == Width::Four.bytes() => {
                self.gathered(name, Kind::U64, bits.div_ceil(64), Gather::Halves(base, length))
            }
            _ => self.words(name, Kind::U64, place, length),
        }
    }

    /// An array whose elements are fetched or stored one by one.
    #[inline(never)]
    fn gathered(
        &mut self,
        name: ItemName<'_, H::Table>,
        kind: Kind,
        count: usize,
        gather: Gather<'_, H>,
    ) -> Result<()> {
        let width = kind.width();
        let length = count.checked_mul(width.bytes()).ok_or(Code::TooMany)?;
        let mut bounce = self.bounce(name, length)?;
        let done = match self.state.loading {
            true => self.scatter(name, kind, &mut bounce, gather),
            false => self.gather(name, kind, &mut bounce, gather),
        };
        self.end_bounce(bounce);
        done
    }

    fn gather(
        &mut self,
        name: ItemName<'_, H::Table>,
        kind: Kind,
        bounce: &mut Bounce<PlaceOf<H>>,
        gather: Gather<'_, H>,
    ) -> Result<()> {
        let width = kind.width();
        for index in 0..width.elements_in(bounce.length) {
            let bits = self.fetch_one(gather, kind, index)?;
            let at = index.saturating_mul(width.bytes());
            let held = bounce.bytes_mut(self.host.memory())?.get_mut(at..);
            put(held.unwrap_or_default(), width, bits)?;
        }
        let name = name.lazy();
        self.run(&name, |v, memory| v.save_array(&name, kind, Extent::Fixed, bounce.bytes(memory)?))
    }

    fn scatter(
        &mut self,
        name: ItemName<'_, H::Table>,
        kind: Kind,
        bounce: &mut Bounce<PlaceOf<H>>,
        gather: Gather<'_, H>,
    ) -> Result<()> {
        let (width, start) = (kind.width(), self.position()?);
        let lazy = name.lazy();
        self.run(&lazy, |v, memory| {
            let slots = Slots::Bytes(bounce.bytes_mut(memory)?);
            v.load_array(&lazy, kind, Extent::Fixed, slots).map(|_| ())
        })?;
        for index in 0..width.elements_in(bounce.length) {
            let at = index.saturating_mul(width.bytes());
            let held = bounce.bytes(self.host.memory())?.get(at..);
            let bits = get(held.unwrap_or_default(), width)?;
            self.store_one(gather, name, index, bits, start)?;
        }
        Ok(())
    }

    fn fetch_one(&mut self, gather: Gather<'_, H>, kind: Kind, index: usize) -> Result<u64> {
        match gather {
            Gather::Field(here, elements) => {
                let place = self.place(here, elements, index)?.ok_or(Code::NullPointer)?;
                self.fetch(here, kind, place)
            }
            Gather::Halves(base, length) => {
                let memory = self.host.memory();
                halves(index, length).try_fold(0, |word, (offset, shift)| {
                    let half = read(memory, memory.at(base, offset)?, Width::Four)?;
                    Ok(word | half.wrapping_shl(shift))
                })
            }
        }
    }

    fn store_one(
        &mut self,
        gather: Gather<'_, H>,
        name: ItemName<'_, H::Table>,
        index: usize,
        bits: u64,
        start: u64,
    ) -> Result<()> {
        match gather {
            Gather::Field(here, elements) => {
                let place = self.place(here, elements, index)?.ok_or(Code::NullPointer)?;
                self.store(here, name, place, bits, start)
            }
            Gather::Halves(base, length) => {
                let memory = self.host.memory();
                halves(index, length).try_for_each(|(offset, shift)| {
                    let place = memory.at(base, offset)?;
                    write(memory, place, Width::Four, bits.wrapping_shr(shift))
                })
            }
        }
    }
}

/// Where the elements of an array come from that do not lie as the wire wants them.
enum Gather<'g, H: Host> {
    /// The elements of a field.
    Field(&'g Here<'g, H>, Elements<PlaceOf<H>>),
    /// Words of 32 bits, two of which make an element, the low one first. The last may be alone.
    Halves(PlaceOf<H>, usize),
}

impl<H: Host> Clone for Gather<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H: Host> Copy for Gather<'_, H> {}

/// Where the halves of a word lie, and how far they are shifted in it.
fn halves(index: usize, length: usize) -> impl Iterator<Item = (usize, u32)> {
    let first = index.saturating_mul(8);
    [(first, 0), (first.saturating_add(4), 32)].into_iter().filter(move |(at, _)| *at < length)
}

fn bytes<M: Memory>(memory: &M, place: Option<M::Place>, length: usize) -> Result<&[u8]> {
    match (place, length) {
        (Some(place), _) => memory.bytes(place, length),
        (None, 0) => Ok(&[]),
        (None, _) => Err(Code::NullPointer),
    }
}

fn bytes_mut<M: Memory>(
    memory: &mut M,
    place: Option<M::Place>,
    length: usize,
) -> Result<&mut [u8]> {
    match (place, length) {
        (Some(place), _) => memory.bytes_mut(place, length),
        (None, 0) => Ok(&mut []),
        (None, _) => Err(Code::NullPointer),
    }
}

/// Bytes on the stack for values that do not lie side by side, and for those that mean nothing. For more of them
/// the host makes memory.
pub(super) const BOUNCE: usize = 512;

/// Bytes for the time of one item, all 0 at first.
struct Bounce<P> {
    stack: [u8; BOUNCE],
    made: Option<P>,
    length: usize,
}

impl<P: Copy> Bounce<P> {
    fn bytes<'b, M: Memory<Place = P>>(&'b self, memory: &'b M) -> Result<&'b [u8]> {
        match self.made {
            Some(place) => memory.bytes(place, self.length),
            None => Ok(self.stack.get(..self.length).unwrap_or_default()),
        }
    }

    fn bytes_mut<'b, M: Memory<Place = P>>(
        &'b mut self,
        memory: &'b mut M,
    ) -> Result<&'b mut [u8]> {
        match self.made {
            Some(place) => memory.bytes_mut(place, self.length),
            None => Ok(self.stack.get_mut(..self.length).unwrap_or_default()),
        }
    }
}

impl<H: Host> Walk<'_, H> {
    #[inline]
    fn bounce(
        &mut self,
        name: ItemName<'_, H::Table>,
        length: usize,
    ) -> Result<Bounce<PlaceOf<H>>> {
        let made = match length > BOUNCE {
            true => Some(self.allocate(name, length)?),
            false => None,
        };
        Ok(Bounce { stack: [0; BOUNCE], made, length })
    }

    fn end_bounce(&mut self, bounce: Bounce<PlaceOf<H>>) {
        if let Some(place) = bounce.made {
            self.release(place, bounce.length);
        }
    }
}
