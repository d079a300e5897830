//! Items that are no scopes.

use super::seek::Wanted;
use super::step::{Leaf, Step};
use super::walker::Walker;
use super::ChunkDecoder;
use crate::codec::chunk::shape;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};
use crate::io::{copy_big_endian, told, Width};
use crate::visit::{plainly_same, widen, Extent, Kind, Name, Slots};

/// The widest element.
const WIDEST: usize = 8;

impl<S: Store> ChunkDecoder<'_, S> {
    /// Takes a scalar if it is seen to be the item here at a glance: of this name and this very kind.
    #[inline]
    pub(super) fn take_next<const N: usize>(&mut self, name: &[u8], kind: Kind) -> Option<[u8; N]> {
        if !self.straight {
            return None;
        }
        let Walker { store, at, .. } = &mut self.walker;
        let memory = store.memory();
        let operation = memory.get(at.shape..at.fragment.shape_end)?;
        let [code, length, rest @ ..] = operation else { return None };
        let length = usize::from(*length);
        let expected = rest.get(..length)?;
        if *code != shape::number(kind) || !plainly_same(name, expected) {
            return None;
        }
        let value = *memory.get(at.values..at.fragment.values_end)?.first_chunk()?;
        at.shape = at.shape.wrapping_add(2).wrapping_add(length);
        at.values = at.values.wrapping_add(N);
        Some(value)
    }

    /// Takes a scalar wherever it is, and of any kind that fits into this one.
    #[inline(never)]
    pub(super) fn find_scalar(&mut self, name: &dyn Name, kind: Kind) -> Result<u64> {
        let leaf = self.find(name)?;
        let start = self.walker.at.values;
        let bits = match leaf {
            Leaf::Scalar(from) => widen(from, kind, self.walker.take_bits(from)?),
            _ => None,
        };
        let Some(bits) = bits else { return Err(self.wrong_type(start)) };
        self.settle()?;
        Ok(bits)
    }

    /// Goes to an item that is no scope, and passes its operation.
    pub(super) fn find(&mut self, name: &dyn Name) -> Result<Leaf> {
        if !self.seek(&Wanted::Item(name))? {
            return Err(self.walker.refuse(Code::Missing, self.walker.at.values, 0, 0));
        }
        let step = self.walker.operation()?.map(|item| (Step::of(&item.what), item.length));
        match step {
            Some((Step::Leaf(leaf), length)) => {
                self.walker.pass(length);
                Ok(leaf)
            }
            _ => Err(self.wrong_type(self.walker.at.values)),
        }
    }

    #[cold]
    pub(super) fn wrong_type(&mut self, position: usize) -> Code {
        self.walker.refuse(Code::WrongType, position, 0, 0)
    }

    /// The count of an array or buffer, compared with the room for it.
    fn count(&mut self, fixed: Option<u32>, extent: Extent, room: usize) -> Result<u32> {
        let start = self.walker.at.values;
        if fixed.is_some() != (extent == Extent::Fixed) {
            return Err(self.wrong_type(start));
        }
        let count = self.walker.count_of(fixed)?;
        let (room, found) = (told(room), u64::from(count));
        match extent {
            Extent::Fixed if room != found => {
                Err(self.walker.refuse(Code::BadValue, start, room, found))
            }
            Extent::Variable if room < found => {
                Err(self.walker.refuse(Code::TooMany, start, room, found))
            }
            _ => Ok(count),
        }
    }

    pub(super) fn find_array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        slots: Slots<'_>,
    ) -> Result<usize> {
        let leaf = self.find(name)?;
        let start = self.walker.at.values;
        let (from, fixed) = match leaf {
            Leaf::Array(from, fixed) if widen(from, kind, 0).is_some() => (from, fixed),
            _ => return Err(self.wrong_type(start)),
        };
        let count = self.count(fixed, extent, slots.capacity(kind))?;
        let length = usize::try_from(count).unwrap_or(usize::MAX);
        match from == kind {
            true => slots.fill(kind, length, |out| self.elements(kind, out))?,
            false => slots.fill(kind, length, |out| self.wider(from, kind, out))?,
        }
        self.settle()?;
        Ok(length)
    }

    /// Takes elements into the machine's byte order.
    pub(super) fn elements(&mut self, kind: Kind, out: &mut [u8]) -> Result<()> {
        let mut rest = out;
        while !rest.is_empty() {
            let (start, end) = self.walker.take_piece(told(rest.len()), kind.width())?;
            if kind == Kind::Bool {
                self.walker.check_flags(start, end)?;
            }
            let from = self.walker.store.memory().get(start..end).unwrap_or_default();
            let Some((to, behind)) = rest.split_at_mut_checked(from.len()) else { break };
            copy_big_endian(self.walker.store.kernels(), kind.width(), to, from);
            rest = behind;
        }
        Ok(())
    }

    /// Takes elements of another kind, one by one.
    fn wider(&mut self, from: Kind, kind: Kind, out: &mut [u8]) -> Result<()> {
        for place in out.chunks_mut(kind.width().bytes()) {
            let mut element = [0; WIDEST];
            let width = from.width();
            let raw = element.get_mut(..width.bytes()).unwrap_or_default();
            let (start, end) = self.walker.take_piece(told(raw.len()), width)?;
            crate::io::copy(raw, self.walker.store.memory().get(start..end).unwrap_or_default());
            let bits = widen(from, kind, number(raw)).unwrap_or(0);
            put(kind.width(), bits, place);
        }
        Ok(())
    }

    pub(super) fn find_bytes(
        &mut self,
        name: &dyn Name,
        extent: Extent,
        out: &mut [u8],
    ) -> Result<usize> {
        let leaf = self.find(name)?;
        let Leaf::Bytes(fixed) = leaf else {
            return Err(self.wrong_type(self.walker.at.values));
        };
        let count = self.count(fixed, extent, out.len())?;
        let length = usize::try_from(count).unwrap_or(usize::MAX);
        self.elements(Kind::U8, out.get_mut(..length).unwrap_or_default())?;
        self.settle()?;
        Ok(length)
    }

    pub(super) fn find_text(
        &mut self,
        name: &dyn Name,
        capacity: usize,
        store: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let leaf = self.find(name)?;
        let at = self.walker.at.values;
        if leaf != Leaf::Text {
            return Err(self.wrong_type(at));
        }
        let (start, end) = self.walker.take_text()?;
        let length = end.saturating_sub(start);
        if length > capacity {
            return Err(self.walker.refuse(Code::TooMany, at, told(capacity), told(length)));
        }
        let text = self.walker.store.memory().get(start..end).unwrap_or_default();
        let stored = core::str::from_utf8(text).map_err(|_| Code::BadText).and_then(store);
        stored.map_err(|code| self.walker.refuse(code, at, 0, 0))?;
        self.settle()
    }

    pub(super) fn find_absent(&mut self, name: &dyn Name) -> Result<()> {
        match self.find(name)? {
            Leaf::Absent => self.settle(),
            _ => Err(self.wrong_type(self.walker.at.values)),
        }
    }

    /// Whether the item of this name is there; mostly it is the next one.
    pub(super) fn has_item(&mut self, name: &dyn Name) -> Result<bool> {
        self.sought(&Wanted::Item(name))
    }
}

/// A big-endian number of some width.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Puts the bits of an element into the machine's byte order.
fn put(width: Width, bits: u64, place: &mut [u8]) {
    let bytes = bits.to_ne_bytes();
    let first = match cfg!(target_endian = "little") {
        true => 0,
        false => bytes.len().saturating_sub(width.bytes()),
    };
    crate::io::copy(place, bytes.get(first..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_put_as_the_machine_has_them() {
        let mut place = [0; 4];
        put(Width::Four, 0x0102_0304, &mut place);
        assert_eq!(u32::from_ne_bytes(place), 0x0102_0304);
        assert_eq!(number(&[1, 2, 3]), 0x0001_0203);
    }
}
