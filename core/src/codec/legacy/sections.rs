//! Whole QEMU streams: the bytes of items, and the heads of sections.

use super::{put_name, LegacyEncoder};
use crate::error::{Fault, Result};
use crate::io::{Kernels, Writer};
use crate::visit::{Encoder, Extent, Kind, Name, Room, Scope, ScopeKind};

/// Writes items as [`LegacyEncoder`] does, and for a device inside of a device what a section says of it: its
/// name with a length byte, its instance, its version. The device outside stands for the whole stream.
#[derive(Debug)]
pub struct SectionEncoder<W, K> {
    items: LegacyEncoder<W, K>,
    /// How many devices are open.
    devices: usize,
}

impl<W: Writer, K: Kernels> SectionEncoder<W, K> {
    /// Writes to `writer`.
    pub fn new(writer: W, kernels: K) -> Self {
        SectionEncoder { items: LegacyEncoder::new(writer, kernels), devices: 0 }
    }

    fn begin_device(&mut self, name: &[u8], instance: u32, version: u32) -> Result<()> {
        if self.devices > 0 {
            let writer = self.items.writer();
            put_name(writer, name)?;
            writer.put(instance.to_be_bytes())?;
            writer.put(version.to_be_bytes())?;
        }
        self.devices = self.devices.saturating_add(1);
        Ok(())
    }
}

impl<W: Writer, K: Kernels> Encoder for SectionEncoder<W, K> {
    fn position(&self) -> u64 {
        self.items.position()
    }

    fn fault(&self) -> Fault {
        self.items.fault()
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.items.scalar(name, kind, bits)
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.items.array(name, kind, extent, elements)
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.items.bytes(name, extent, data)
    }

    fn zeros(&mut self, name: &dyn Name, length: usize) -> Result<bool> {
        self.items.zeros(name, length)
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.items.text(name, text)
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.items.absent(name)
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        match scope {
            Scope::Device { instance, versions } => {
                self.begin_device(name.bytes(), instance, versions.current)
            }
            scope => self.items.begin(name, scope),
        }
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        if kind == ScopeKind::Device {
            self.devices = self.devices.saturating_sub(1);
        }
        self.items.end(kind)
    }

    fn room(&mut self) -> Option<Room<'_>> {
        self.items.room()
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.items.raw(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.items.flush()
    }
}
