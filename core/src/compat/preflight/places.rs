//! The devices of a state, in both layouts: those at the root, and the sections of a QEMU stream.

use crate::compat::manifest::PRIVATE;
use crate::error::Result;
use crate::model::{NodeId, Tree, Value};

/// The name of the device that a whole QEMU stream is.
const QEMU: &[u8] = b"qemu";

/// Goes through the devices in order.
pub(super) struct Places<'s, 'm> {
    state: &'s Tree<'m>,
    next: Option<NodeId>,
    begun: bool,
    /// The next record of a QEMU stream, when the walk is in one.
    record: Option<NodeId>,
    qemu: bool,
}

impl<'s, 'm> Places<'s, 'm> {
    pub(super) fn new(state: &'s Tree<'m>) -> Self {
        Places { state, next: None, begun: false, record: None, qemu: false }
    }

    /// Whether a QEMU stream was met.
    pub(super) fn is_qemu(&self) -> bool {
        self.qemu
    }

    /// The next device.
    pub(super) fn next(&mut self) -> Result<Option<NodeId>> {
        loop {
            while let Some(record) = self.record {
                self.record = self.state.next_sibling(record)?;
                if let Some(device) = self.section(record)? {
                    return Ok(Some(device));
                }
            }
            let at = match self.begun {
                true => self.next,
                false => self.state.first_child(self.state.root())?,
            };
            self.begun = true;
            let Some(at) = at else { return Ok(None) };
            self.next = self.state.next_sibling(at)?;
            let Value::Device { .. } = self.state.value(at)? else { continue };
            let name = self.state.name(at)?;
            match name {
                QEMU => {
                    self.qemu = true;
                    self.record = self.state.first_child(at)?;
                }
                name if name.starts_with(PRIVATE) => {}
                _ => return Ok(Some(at)),
            }
        }
    }

    /// The device of a record that has one.
    fn section(&self, record: NodeId) -> Result<Option<NodeId>> {
        if !matches!(self.state.name(record)?, b"start" | b"full") {
            return Ok(None);
        }
        let is_device = |node: &NodeId| matches!(self.state.value(*node), Ok(Value::Device { .. }));
        Ok(self.state.children(record)?.find(is_device))
    }
}
