//! Items whose bytes are a part of another's, and bytes that are put together in the tree: how a buffer is taken
//! apart and closed again without memory outside of the block.

use core::ops::Range;

use super::node::{Node, NONE};
use super::tree::{NodeId, Tree};
use super::value::Value;
use super::At;
use crate::error::{Code, Result};
use crate::io::{copy, copy_big_endian, Portable};
use crate::visit::{Extent, Kind, Marks};

/// Bytes that are copied at once: a multiple of every width.
pub(crate) const PIECE: usize = 256;

/// Bytes in a tree that no item has yet.
#[derive(Debug)]
pub(crate) struct Gathered {
    place: u32,
    length: usize,
    filled: usize,
}

impl Tree<'_> {
    /// Puts a buffer at a place whose bytes are these of another buffer, and lie where they do. So the other has to
    /// go before either is changed.
    pub(crate) fn insert_part(
        &mut self,
        at: At,
        name: &[u8],
        extent: Extent,
        whole: NodeId,
        part: Range<usize>,
    ) -> Result<NodeId> {
        let whole = self.check(whole)?;
        let node = self.node(whole);
        let inside = self.payload_of(&node).get(part.clone());
        let length = inside.ok_or(Code::InvalidArgument)?.len();
        let [place, ..] = node.words;
        let begin = u32::try_from(part.start).map_err(|_| Code::InvalidArgument)?;
        let length = u32::try_from(length).map_err(|_| Code::InvalidArgument)?;
        let id = self.insert(at, name, Marks::NONE, Value::Bytes(extent, &[]))?;
        let words = [place.saturating_sub(begin), length, length, 0];
        self.arena.edit(id.index, |node| node.words = words);
        Ok(id)
    }

    /// Puts an array at a place whose elements are these bytes of a buffer, big-endian.
    pub(crate) fn insert_elements(
        &mut self,
        at: At,
        name: &[u8],
        kind: Kind,
        whole: NodeId,
        part: Range<usize>,
    ) -> Result<NodeId> {
        let whole = self.check(whole)?;
        let mut gathered = self.gather(part.len())?;
        let mut from = part.start;
        while from < part.end {
            let mut piece = [0; PIECE];
            let node = self.node(whole);
            let end = from.saturating_add(PIECE).min(part.end);
            let bytes = self.payload_of(&node).get(from..end).ok_or(Code::InvalidArgument)?;
            let piece = piece.get_mut(..bytes.len()).unwrap_or_default();
            copy_big_endian(&Portable, kind.width(), piece, bytes);
            self.put(&mut gathered, piece);
            from = end;
        }
        let id = self.insert(at, name, Marks::NONE, Value::Array(kind, Extent::Fixed, &[]))?;
        self.fill_gathered(id, &gathered);
        Ok(id)
    }

    /// Room for so many bytes, which the next calls fill.
    pub(crate) fn gather(&mut self, length: usize) -> Result<Gathered> {
        self.reserve(length, &[])?;
        Ok(Gathered { place: self.arena.take(length), length, filled: 0 })
    }

    /// Adds bytes behind those that were put; what there is no room for is left out.
    pub(crate) fn put(&mut self, gathered: &mut Gathered, bytes: &[u8]) {
        let left = gathered.length.saturating_sub(gathered.filled);
        let bytes = bytes.get(..bytes.len().min(left)).unwrap_or_default();
        let filled = u32::try_from(gathered.filled).unwrap_or(u32::MAX);
        self.arena.store(gathered.place.saturating_sub(filled), bytes);
        gathered.filled = gathered.filled.saturating_add(bytes.len());
    }

    /// Puts a buffer of these bytes at a place.
    pub(crate) fn insert_gathered(
        &mut self,
        at: At,
        name: &[u8],
        marks: Marks,
        gathered: &Gathered,
    ) -> Result<NodeId> {
        let id = self.insert(at, name, marks, Value::Bytes(Extent::Fixed, &[]))?;
        self.fill_gathered(id, gathered);
        Ok(id)
    }

    /// Copies bytes of a buffer, an array or a text as QEMU's wire has them, from `from` on, and says how many: none
    /// at the end. Both `from` and the room are whole elements.
    pub(crate) fn wire_bytes(&self, node: NodeId, from: usize, out: &mut [u8]) -> Result<usize> {
        let node = self.node(self.check(node)?);
        let bytes = self.payload_of(&node).get(from..).unwrap_or_default();
        let bytes = bytes.get(..bytes.len().min(out.len())).unwrap_or_default();
        let out = out.get_mut(..bytes.len()).unwrap_or_default();
        match self.value_of(&node) {
            Value::Array(kind, ..) => copy_big_endian(&Portable, kind.width(), out, bytes),
            _ => {
                copy(out, bytes);
            }
        }
        Ok(bytes.len())
    }

    /// Makes an item what another one is, with all that is inside, under its own name and handle. What was inside of
    /// it goes, and so does the other.
    pub(crate) fn take_over(&mut self, node: NodeId, other: NodeId) -> Result<()> {
        let (index, from) = (self.check(node)?, self.check(other)?);
        // What fails is done first.
        self.reserve(0, &[index, from, self.node(from).parent])?;
        self.reserve(0, &[self.node(from).previous, self.node(from).next])?;
        for scope in [index, from] {
            let mut child = self.node(scope).first;
            while child != NONE {
                self.reserve(0, &[child])?;
                child = self.node(child).next;
            }
        }
        while let Some(child) = self.first_child(node)? {
            self.remove(child)?;
        }
        let new = self.node(from);
        self.arena.edit(from, |node| (node.first, node.last) = (NONE, NONE));
        self.remove(other)?;
        let mut child = new.first;
        while child != NONE {
            self.arena.edit(child, |node| node.parent = index);
            child = self.node(child).next;
        }
        self.arena.edit(index, |node| {
            let Node { form, detail, marks, words, first, last, .. } = new;
            *node = Node { form, detail, marks, words, first, last, ..*node };
        });
        Ok(())
    }

    fn fill_gathered(&mut self, id: NodeId, gathered: &Gathered) {
        let length = u32::try_from(gathered.filled).unwrap_or(u32::MAX);
        self.arena.edit(id.index, |node| node.words = [gathered.place, length, length, 0]);
    }
}
