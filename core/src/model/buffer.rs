//! Buffers that are opened as structs: what only the device knows of, as raw bytes.

use super::decoder::TreeDecoder;
use super::level::Run;
use super::node::Form;
use super::tree::marks_of;
use super::value::Value;
use crate::error::{Code, Result};
use crate::io::Width;
use crate::visit::{Extent, Marks};

impl TreeDecoder<'_, '_> {
    pub(super) fn is_opaque(&self, at: u32) -> bool {
        let node = self.tree.node(at);
        node.form == Form::Bytes && marks_of(&node).contains(Marks::OPAQUE)
    }

    /// How many bytes of QEMU's an item is, if that is fixed.
    pub(super) fn fixed_length(&self, at: u32) -> Option<usize> {
        match self.tree.value_at(at) {
            Value::Bytes(Extent::Fixed, data) => Some(data.len()),
            Value::Array(_, Extent::Fixed, elements) => Some(elements.len()),
            Value::Scalar(kind, _) => Some(kind.width().bytes()),
            _ => None,
        }
    }

    /// How many bytes are left of a buffer.
    pub(super) fn buffer_left(&self, buffer: Run) -> usize {
        self.fixed_length(buffer.at).unwrap_or(0).saturating_sub(buffer.used)
    }

    pub(super) fn take_buffer(&mut self, buffer: Run, out: &mut [u8]) -> usize {
        let taken = self.peek_buffer(buffer, 0, out);
        self.buffer = Some(Run { used: buffer.used.saturating_add(taken), ..buffer });
        taken
    }

    /// Copies what follows `ahead` bytes further on.
    pub(super) fn peek_buffer(&self, buffer: Run, ahead: usize, out: &mut [u8]) -> usize {
        let (value, from) = (self.tree.value_at(buffer.at), buffer.used.saturating_add(ahead));
        let length = self.buffer_left(buffer).saturating_sub(ahead).min(out.len());
        for (index, byte) in out.iter_mut().take(length).enumerate() {
            *byte = byte_of(&value, from.saturating_add(index)).unwrap_or(0);
        }
        length
    }

    pub(super) fn close_buffer(&mut self, buffer: Run) -> Result<()> {
        match self.buffer_left(buffer) {
            0 => {
                self.buffer = None;
                Ok(())
            }
            left => Err(self.fail(Code::Unconsumed, 0, left)),
        }
    }
}

/// A byte of a value as it is on QEMU's wire.
fn byte_of(value: &Value<'_>, at: usize) -> Option<u8> {
    match value {
        Value::Bytes(_, data) => data.get(at).copied(),
        Value::Array(kind, _, elements) => elements.get(big_endian(at, kind.width())).copied(),
        Value::Scalar(kind, bits) => {
            let unused = size_of::<u64>().saturating_sub(kind.width().bytes());
            bits.to_be_bytes().get(unused.saturating_add(at)).copied()
        }
        _ => None,
    }
}

/// Where a byte of big-endian elements lies among those of the machine.
fn big_endian(at: usize, width: Width) -> usize {
    match cfg!(target_endian = "little") {
        true => at ^ width.bytes().saturating_sub(1),
        false => at,
    }
}
