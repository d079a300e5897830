//! Values made of values of the same tree.

use super::node::{Form, Node};
use super::tree::{NodeId, Tree};
use super::value::Value;
use crate::error::{Code, Result};
use crate::visit::Kind;

impl Tree<'_> {
    /// Whether there is, or was, an item or a description of this name.
    pub(crate) fn knows_name(&self, name: &[u8]) -> bool {
        self.names.find(&self.arena, name).is_some()
    }

    /// The last child, if there is one.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub(crate) fn last_child(&self, node: NodeId) -> Result<Option<NodeId>> {
        let index = self.check(node)?;
        Ok(self.some_id(self.node(index).last))
    }

    /// Exchanges the values of two items that are no scopes.
    ///
    /// # Errors
    /// [`Code::StaleHandle`]; [`Code::InvalidArgument`] for a scope, and where one has a name that the other value
    /// cannot have.
    pub(crate) fn swap_values(&mut self, left: NodeId, right: NodeId) -> Result<()> {
        let (left, right) = (self.check(left)?, self.check(right)?);
        let (a, b) = (self.node(left), self.node(right));
        if a.form.is_scope() || b.form.is_scope() || (a.form == Form::Raw) != (b.form == Form::Raw)
        {
            return Err(Code::InvalidArgument);
        }
        self.reserve(0, &[left, right])?;
        self.arena.edit(left, |node| with_value_of(node, &b));
        self.arena.edit(right, |node| with_value_of(node, &a));
        Ok(())
    }

    /// Gives an item the type of `value`, an array or buffer, and `length` bytes, which `make` writes. It is given
    /// the bytes that the item has; their place is lost until the tree is compacted.
    ///
    /// # Errors
    /// [`Code::NoSpace`]; [`Code::StaleHandle`]; [`Code::InvalidArgument`] for a scope, and for half an element.
    pub(crate) fn rewrite(
        &mut self,
        node: NodeId,
        value: Value<'_>,
        length: usize,
        make: &mut dyn FnMut(&[u8], &mut [u8]),
    ) -> Result<()> {
        let index = self.check(node)?;
        let old = self.node(index);
        let whole = match value {
            Value::Array(kind, ..) => kind.width().divides(length),
            Value::Bytes(..) => true,
            _ => false,
        };
        if old.form.is_scope() || old.form.is_nameless() || !whole {
            return Err(Code::InvalidArgument);
        }
        self.reserve(length, &[index])?;
        let old_length = self.payload_of(&old).len();
        let [old_place, ..] = old.words;
        let place = self.arena.take(length);
        let (new, old_bytes) = self.arena.taken_and(place, length, old_place);
        make(old_bytes.get(..old_length).unwrap_or_default(), new);
        if matches!(value, Value::Array(Kind::Bool, ..)) {
            self.arena.normalize_flags(place, length);
        }
        let (detail, _) = value.pack(0);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let words = [place, length, length, 0];
        self.arena.edit(index, |node| {
            (node.form, node.detail, node.words) = (value.form(), detail, words);
        });
        Ok(())
    }
}

fn with_value_of(node: &mut Node, other: &Node) {
    (node.form, node.detail, node.words) = (other.form, other.detail, other.words);
}
