//! Values to QEMU's bytes.

use super::{check_name, put_counted, MAX_SUBSECTION_VERSION, NULL, SUBSECTION};
use crate::error::{Code, Fault, Result};
use crate::io::{told, zeros, Kernels, Width, Writer};
use crate::visit::{Encoder, Extent, Kind, Name, Room, Scope, ScopeKind};

/// Flags that go at once to a stream without a buffer.
const FLAGS: usize = 256;

/// Writes items as QEMU does. See the [module](super) for the bytes of each.
#[derive(Debug)]
pub struct LegacyEncoder<W, K> {
    writer: W,
    kernels: K,
}

impl<W: Writer, K: Kernels> LegacyEncoder<W, K> {
    /// Writes to `writer`.
    pub fn new(writer: W, kernels: K) -> Self {
        LegacyEncoder { writer, kernels }
    }

    /// What it writes to.
    pub(super) fn writer(&mut self) -> &mut W {
        &mut self.writer
    }

    fn count(&mut self, extent: Extent, count: usize) -> Result<()> {
        match (extent, u32::try_from(count)) {
            (Extent::Fixed, _) => Ok(()),
            (Extent::Variable, Ok(count)) => self.writer.put(count.to_be_bytes()),
            (Extent::Variable, Err(_)) => {
                Err(self.writer.raise(Code::TooLong, u64::from(u32::MAX), told(count)))
            }
        }
    }

    /// C code may hold any byte in a flag; the wire knows 0 and 1.
    fn flags(&mut self, flags: &[u8]) -> Result<()> {
        let normal = |to: &mut [u8], from: &[u8]| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = u8::from(*from != 0));
        };
        if let Some(window) = self.writer.window(flags.len())? {
            normal(window, flags);
            return Ok(());
        }
        for piece in flags.chunks(FLAGS) {
            let mut bounce = [0; FLAGS];
            let bounce = bounce.get_mut(..piece.len()).unwrap_or_default();
            normal(bounce, piece);
            self.writer.put_slice(bounce)?;
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn subsection(&mut self, name: &[u8], version: u32) -> Result<()> {
        check_name(&mut self.writer, name)?;
        if version > MAX_SUBSECTION_VERSION {
            let newest = u64::from(MAX_SUBSECTION_VERSION);
            return Err(self.writer.raise(Code::TooNew, newest, u64::from(version)));
        }
        self.writer.put([SUBSECTION])?;
        put_counted(&mut self.writer, name)?;
        self.writer.put(version.to_be_bytes())
    }
}

impl<W: Writer, K: Kernels> Encoder for LegacyEncoder<W, K> {
    fn position(&self) -> u64 {
        self.writer.position()
    }

    fn fault(&self) -> Fault {
        self.writer.fault()
    }

    #[inline]
    #[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
    fn scalar(&mut self, _name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        match kind.width() {
            Width::One => self.writer.put((bits as u8).to_be_bytes()),
            Width::Two => self.writer.put((bits as u16).to_be_bytes()),
            Width::Four => self.writer.put((bits as u32).to_be_bytes()),
            Width::Eight => self.writer.put(bits.to_be_bytes()),
        }
    }

    #[inline]
    fn scalar8(&mut self, _name: &str, _kind: Kind, bits: u8) -> Result<()> {
        self.writer.put(bits.to_be_bytes())
    }

    #[inline]
    fn scalar16(&mut self, _name: &str, _kind: Kind, bits: u16) -> Result<()> {
        self.writer.put(bits.to_be_bytes())
    }

    #[inline]
    fn scalar32(&mut self, _name: &str, _kind: Kind, bits: u32) -> Result<()> {
        self.writer.put(bits.to_be_bytes())
    }

    #[inline]
    fn scalar64(&mut self, _name: &str, _kind: Kind, bits: u64) -> Result<()> {
        self.writer.put(bits.to_be_bytes())
    }

    #[inline]
    fn array(
        &mut self,
        _name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        let width = kind.width();
        self.count(extent, width.elements_in(elements.len()))?;
        if kind != Kind::Bool {
            return self.writer.put_elements(&self.kernels, width, elements);
        }
        self.flags(elements)
    }

    #[inline]
    fn bytes(&mut self, _name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.count(extent, data.len())?;
        self.writer.put_slice(data)
    }

    fn zeros(&mut self, _name: &dyn Name, length: usize) -> Result<bool> {
        zeros(length, |piece| self.writer.put_slice(piece)).map(|()| true)
    }

    fn text(&mut self, _name: &dyn Name, text: &str) -> Result<()> {
        put_counted(&mut self.writer, text.as_bytes())
    }

    fn absent(&mut self, _name: &dyn Name) -> Result<()> {
        self.writer.put([NULL])
    }

    #[inline]
    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        match scope {
            Scope::List { extent, count } => self.count(extent, count),
            Scope::Subsection { version } => self.subsection(name.bytes(), version),
            Scope::Optional { present } => self.writer.put([u8::from(present)]),
            Scope::Device { .. } | Scope::Struct(_) | Scope::Element => Ok(()),
        }
    }

    #[inline]
    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        Ok(())
    }

    /// Where there is no room for all of it, an item will say so, or send on what is held back.
    fn room(&mut self) -> Option<Room<'_>> {
        let (values, at) = self.writer.lend()?;
        Some(Room { values, at, swap: &self.kernels, described: None })
    }

    #[inline]
    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.writer.put_slice(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.writer.flush()
    }
}
