//! Who takes what a walk finds: nobody, a tree that is built, or one that must hold just that.

use core::ops::Range;

use crate::error::{Code, Result};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Extent, Kind, Marks, Scope, ScopeKind};

/// Takes the items of a field in order. Arrays are as on the wire, big-endian.
pub(super) trait Take {
    /// The bytes of the field.
    fn payload(&self) -> &[u8];
    fn scalar(&mut self, name: &'static str, kind: Kind, bits: u64) -> Result<()>;
    fn array(&mut self, name: &'static str, kind: Kind, part: Range<usize>) -> Result<()>;
    fn bytes(
        &mut self,
        name: &'static str,
        extent: Extent,
        marks: Marks,
        part: Range<usize>,
    ) -> Result<()>;
    fn begin(&mut self, name: &'static str, scope: Scope<'static>) -> Result<()>;
    fn end(&mut self, kind: ScopeKind) -> Result<()>;
}

/// Nobody: only whether it fits is asked.
pub(super) struct Check<'p>(pub(super) &'p [u8]);

impl Take for Check<'_> {
    fn payload(&self) -> &[u8] {
        self.0
    }

    fn scalar(&mut self, _name: &'static str, _kind: Kind, _bits: u64) -> Result<()> {
        Ok(())
    }

    fn array(&mut self, _name: &'static str, _kind: Kind, _part: Range<usize>) -> Result<()> {
        Ok(())
    }

    fn bytes(
        &mut self,
        _name: &'static str,
        _extent: Extent,
        _marks: Marks,
        _part: Range<usize>,
    ) -> Result<()> {
        Ok(())
    }

    fn begin(&mut self, _name: &'static str, _scope: Scope<'static>) -> Result<()> {
        Ok(())
    }

    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        Ok(())
    }
}

/// The bytes of a buffer in a tree.
fn payload_of<'t>(tree: &'t Tree<'_>, buffer: NodeId) -> &'t [u8] {
    match tree.value(buffer) {
        Ok(Value::Bytes(_, bytes)) => bytes,
        _ => &[],
    }
}

/// Builds the items into a scope of the tree that the bytes are in.
pub(super) struct Build<'t, 'm> {
    pub(super) tree: &'t mut Tree<'m>,
    pub(super) buffer: NodeId,
    pub(super) open: NodeId,
}

impl Take for Build<'_, '_> {
    fn payload(&self) -> &[u8] {
        payload_of(self.tree, self.buffer)
    }

    fn scalar(&mut self, name: &'static str, kind: Kind, bits: u64) -> Result<()> {
        let (at, value) = (At::End(self.open), Value::Scalar(kind, bits));
        self.tree.insert(at, name.as_bytes(), Marks::NONE, value).map(|_| ())
    }

    fn array(&mut self, name: &'static str, kind: Kind, part: Range<usize>) -> Result<()> {
        let (at, name) = (At::End(self.open), name.as_bytes());
        self.tree.insert_elements(at, name, kind, self.buffer, part).map(|_| ())
    }

    fn bytes(
        &mut self,
        name: &'static str,
        extent: Extent,
        marks: Marks,
        part: Range<usize>,
    ) -> Result<()> {
        let (at, name) = (At::End(self.open), name.as_bytes());
        let node = self.tree.insert_part(at, name, extent, self.buffer, part)?;
        self.tree.set_marks(node, marks)
    }

    fn begin(&mut self, name: &'static str, scope: Scope<'static>) -> Result<()> {
        let (at, value) = (At::End(self.open), Value::of_scope(scope));
        self.open = self.tree.insert(at, name.as_bytes(), Marks::NONE, value)?;
        Ok(())
    }

    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        self.open = self.tree.parent(self.open)?.unwrap_or(self.open);
        Ok(())
    }
}

/// Compares the items with those of a scope of the tree that the bytes are in. The bytes were made of these items,
/// so their values are the same where their types are.
pub(super) struct Compare<'t, 'm> {
    pub(super) tree: &'t Tree<'m>,
    pub(super) buffer: NodeId,
    pub(super) scope: NodeId,
    pub(super) next: Option<NodeId>,
}

impl<'t, 'm> Compare<'t, 'm> {
    pub(super) fn new(tree: &'t Tree<'m>, buffer: NodeId, opened: NodeId) -> Result<Self> {
        let next = tree.first_child(opened)?;
        Ok(Compare { tree, buffer, scope: opened, next })
    }

    /// Whether nothing is left that the schema does not have.
    pub(super) fn is_complete(&self) -> bool {
        self.next.is_none()
    }

    /// The item that must be the next one, and be so.
    fn expect(&mut self, name: &str, is: impl FnOnce(Value<'_>) -> bool) -> Result<NodeId> {
        let node = self.next.ok_or(Code::BadValue)?;
        if self.tree.name(node)? != name.as_bytes() || !is(self.tree.value(node)?) {
            return Err(Code::BadValue);
        }
        self.next = self.tree.next_sibling(node)?;
        Ok(node)
    }
}

impl Take for Compare<'_, '_> {
    fn payload(&self) -> &[u8] {
        payload_of(self.tree, self.buffer)
    }

    fn scalar(&mut self, name: &'static str, kind: Kind, bits: u64) -> Result<()> {
        self.expect(name, |value| value == Value::Scalar(kind, bits)).map(|_| ())
    }

    fn array(&mut self, name: &'static str, kind: Kind, part: Range<usize>) -> Result<()> {
        let same = |value: Value<'_>| match value {
            Value::Array(of, Extent::Fixed, elements) => of == kind && elements.len() == part.len(),
            _ => false,
        };
        self.expect(name, same).map(|_| ())
    }

    fn bytes(
        &mut self,
        name: &'static str,
        extent: Extent,
        _marks: Marks,
        part: Range<usize>,
    ) -> Result<()> {
        let same = |value: Value<'_>| match value {
            Value::Bytes(of, bytes) => of == extent && bytes.len() == part.len(),
            _ => false,
        };
        self.expect(name, same).map(|_| ())
    }

    fn begin(&mut self, name: &'static str, scope: Scope<'static>) -> Result<()> {
        let wanted = Value::of_scope(scope);
        self.scope = self.expect(name, |value| value == wanted)?;
        self.next = self.tree.first_child(self.scope)?;
        Ok(())
    }

    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        if self.next.is_some() {
            return Err(Code::BadValue);
        }
        self.next = self.tree.next_sibling(self.scope)?;
        self.scope = self.tree.parent(self.scope)?.unwrap_or(self.scope);
        Ok(())
    }
}
