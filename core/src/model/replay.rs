//! Nodes to the calls of a visitor.

use super::tree::{NodeId, Tree, ROOT};
use super::value::Value;
use super::walk::{Step, Walk};
use crate::error::{Code, Result};
use crate::visit::{Extent, Marks, Scope, Visitor};

impl Tree<'_> {
    /// Saves a node through a visitor, with its own scope; of the root, all that is in it. What the
    /// visitor's wire gets is what it would have got from the device.
    ///
    /// A buffer of variable length in the root that is marked ancillary, safe to copy and opaque, and nothing
    /// else, is what only other programs know. A device in the root whose name begins with `migcore.` is the
    /// library's own. They are left out where the wire cannot carry such, as the legacy one
    /// ([`Encoder::carries_foreign`](crate::visit::Encoder::carries_foreign)).
    ///
    /// # Errors
    /// Those of the visitor; [`Code::WrongDirection`] when it loads; [`Code::StaleHandle`].
    pub fn replay(&self, node: NodeId, v: &mut Visitor<'_>) -> Result<()> {
        let top = self.top(node, v)?;
        self.replay_but(None, top, v)
    }

    /// Saves what is inside of a node through a visitor, without the node itself: for a caller that
    /// opened the scope, or on whose wire a device has none.
    ///
    /// # Errors
    /// As [`replay`](Tree::replay).
    pub fn replay_inside(&self, node: NodeId, v: &mut Visitor<'_>) -> Result<()> {
        let top = self.top(node, v)?;
        self.replay_but(Some(top), top, v)
    }

    /// Saves all from `top` on, without the scope of `left_out`.
    fn replay_but(&self, left_out: Option<u32>, top: u32, v: &mut Visitor<'_>) -> Result<()> {
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(self) {
            match step {
                Step::Enter(at) | Step::Leave(at) if Some(at) == left_out => {}
                Step::Enter(at) => {
                    if !self.enter(at, v)? {
                        walk.skip_inside();
                    }
                }
                Step::Leave(at) => self.leave(at, v)?,
            }
        }
        Ok(())
    }

    fn top(&self, node: NodeId, v: &mut Visitor<'_>) -> Result<u32> {
        v.check()?;
        if v.is_loading() {
            return Err(v.fail_as(Code::WrongDirection, 0, &""));
        }
        self.check(node).map_err(|code| v.fail_as(code, 0, &""))
    }

    /// Says whether what is inside follows: not of a device of the library's own that the wire cannot carry.
    fn enter(&self, at: u32, v: &mut Visitor<'_>) -> Result<bool> {
        let (name, marks, value) = (self.name_at(at), self.marks_at(at), self.value_at(at));
        match value {
            Value::Bytes(Extent::Variable, data) if self.is_foreign(at, marks) => {
                return v.save_foreign(&name, data);
            }
            Value::Device { .. } if !v.carries_device(name) && self.node(at).parent == ROOT => {
                return Ok(false);
            }
            _ => {}
        }
        if marks != Marks::NONE {
            v.mark(marks)?;
        }
        match value {
            Value::Root => Ok(()),
            Value::Device { instance, versions, oldest_reader } => {
                if oldest_reader != versions.current {
                    v.set_oldest_reader(oldest_reader)?;
                }
                v.begin(&name, Scope::Device { instance, versions })
            }
            Value::Struct(description) => v.begin(&name, Scope::Struct(description)),
            Value::List { extent } => {
                v.begin(&name, Scope::List { extent, count: self.elements(at) })
            }
            Value::Element => v.begin_element(),
            Value::Optional { present } => v.begin(&name, Scope::Optional { present }),
            Value::Subsection { version } => v.begin(&name, Scope::Subsection { version }),
            Value::Scalar(kind, bits) => v.save_scalar(&name, kind, bits),
            Value::Array(kind, extent, elements) => v.save_array(&name, kind, extent, elements),
            Value::Bytes(extent, data) => v.save_bytes(&name, extent, data),
            Value::Text(text) => v.save_text(&name, text),
            Value::Absent => v.null(&name),
            Value::Raw(bytes) => v.put_raw(bytes),
        }?;
        Ok(true)
    }

    /// Whether a buffer of variable length is what only other programs know.
    fn is_foreign(&self, at: u32, marks: Marks) -> bool {
        marks == Marks::FOREIGN && self.node(at).parent == ROOT
    }

    fn leave(&self, at: u32, v: &mut Visitor<'_>) -> Result<()> {
        match self.value_at(at).scope_kind() {
            Some(kind) => v.end(kind),
            None => Ok(()),
        }
    }
}
