//! Values to nodes.

use super::edit::Gap;
use super::node::NONE;
use super::tree::{NodeId, Tree};
use super::value::Value;
use crate::error::{Code, Fault, Result};
use crate::visit::{Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind};

/// Saves into a tree: every item becomes a node, at the end of a scope.
///
/// Its position is the number of items, since there are no bytes.
#[derive(Debug)]
pub struct Builder<'t, 'm> {
    tree: &'t mut Tree<'m>,
    base: u32,
    /// The last child that `base` had before.
    before: u32,
    /// The innermost open scope.
    open: u32,
    /// Of the next item.
    marks: Marks,
    /// Of the next device.
    oldest_reader: Option<u32>,
    count: u64,
    finished: bool,
    fault: Fault,
}

impl<'t, 'm> Builder<'t, 'm> {
    /// Saves to the end of the root.
    pub fn new(tree: &'t mut Tree<'m>) -> Self {
        Builder::at(tree, super::tree::ROOT)
    }

    /// Saves to the end of `scope`.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn inside(tree: &'t mut Tree<'m>, scope: NodeId) -> Result<Self> {
        let base = tree.check(scope)?;
        Ok(Builder::at(tree, base))
    }

    fn at(tree: &'t mut Tree<'m>, base: u32) -> Self {
        let before = tree.node(base).last;
        Builder {
            tree,
            base,
            before,
            open: base,
            marks: Marks::NONE,
            oldest_reader: None,
            count: 0,
            finished: false,
            fault: Fault::default(),
        }
    }

    /// Whether the save was finished: all of it is in the tree.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Removes all that was saved by this builder: what a save that failed has half built.
    pub fn discard(self) {
        self.tree.remove_after(self.base, self.before);
    }

    fn add(&mut self, name: &[u8], value: Value<'_>) -> Result<u32> {
        let marks = core::mem::take(&mut self.marks);
        let gap = Gap { parent: self.open, next: NONE };
        self.tree.fault = Fault::default();
        match self.tree.insert_at(gap, name, marks, value) {
            Ok(index) => {
                self.count = self.count.saturating_add(1);
                Ok(index)
            }
            Err(code) => {
                self.fault = Fault { offset: self.count, ..self.tree.fault };
                Err(code)
            }
        }
    }

    /// Marks were given where no item comes that they could belong to.
    fn refuse_marks(&mut self) -> Result<()> {
        match self.marks == Marks::NONE {
            true => Ok(()),
            false => Err(self.refuse(Code::InvalidArgument)),
        }
    }

    #[cold]
    fn refuse(&mut self, code: Code) -> Code {
        self.fault = Fault { offset: self.count, ..Fault::default() };
        code
    }
}

impl Encoder for Builder<'_, '_> {
    fn position(&self) -> u64 {
        self.count
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.add(name.bytes(), Value::Scalar(kind, bits)).map(|_| ())
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.add(name.bytes(), Value::Array(kind, extent, elements)).map(|_| ())
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.add(name.bytes(), Value::Bytes(extent, data)).map(|_| ())
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.add(name.bytes(), Value::Text(text)).map(|_| ())
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.add(name.bytes(), Value::Absent).map(|_| ())
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        let mut value = Value::of_scope(scope);
        if let Value::Device { oldest_reader, .. } = &mut value {
            *oldest_reader = self.oldest_reader.take().unwrap_or(*oldest_reader);
        }
        self.open = self.add(name.bytes(), value)?;
        Ok(())
    }

    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        self.refuse_marks()?;
        if self.open == self.base {
            return Err(self.refuse(Code::Unbalanced));
        }
        self.open = self.tree.node(self.open).parent;
        Ok(())
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.marks = marks;
        Ok(())
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return self.refuse_marks();
        }
        self.add(&[], Value::Raw(bytes)).map(|_| ())
    }

    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        self.oldest_reader = Some(version);
        Ok(())
    }

    fn carries_foreign(&self) -> bool {
        true
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.finished = true;
        Ok(())
    }
}
