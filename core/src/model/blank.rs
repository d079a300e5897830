//! A state without its values: what is left is its shape.

use super::edit::packed;
use super::node::{Form, Node, ASKED};
use super::tree::{NodeId, Tree};
use super::walk::{Step, Walk};
use crate::error::{Code, Result};
use crate::visit::Marks;

/// What stands for a byte of text: a text holds no byte 0.
const BLANK: u8 = b' ';

impl Tree<'_> {
    /// Makes all values at and below `node` 0, and texts blanks; names, kinds, counts, lengths and versions stay. Of the
    /// marks what is opaque stays, and what the last load asked for before it read it becomes ancillary: it does
    /// without.
    ///
    /// # Errors
    /// [`Code::StaleHandle`]; [`Code::Busy`] while a change is open: this cannot be taken back.
    pub(crate) fn blank(&mut self, node: NodeId) -> Result<()> {
        let mut walk = Walk::new(self.check(node)?);
        if self.is_changing() {
            return Err(Code::Busy);
        }
        while let Some(step) = walk.next(self) {
            let Step::Enter(at) = step else { continue };
            let there = self.node(at);
            self.blank_payload(&there);
            let opaque = super::tree::marks_of(&there).contains(Marks::OPAQUE);
            let opaque = if opaque { Marks::OPAQUE } else { Marks::NONE };
            let spare = if there.flags & ASKED != 0 { Marks::ANCILLARY } else { Marks::NONE };
            self.arena.edit(at, |node| {
                node.marks = packed(opaque | spare);
                if node.form == Form::Scalar {
                    node.words = [0; 4];
                }
            });
        }
        Ok(())
    }

    fn blank_payload(&mut self, node: &Node) {
        if node.form.has_payload() {
            let [place, length, ..] = node.words;
            let byte = if node.form == Form::Text { BLANK } else { 0 };
            self.arena.fill(place, usize::try_from(length).unwrap_or(0), byte);
        }
    }
}
