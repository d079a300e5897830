//! QEMU's bytes to values.

use super::{MAX_SUBSECTION_VERSION, NULL, SUBSECTION};
use crate::error::{Code, Fault, Result, MAX_NAME};
use crate::io::{told, Kernels, Reader};
use crate::visit::{Decoder, Extent, Kind, Name, Opened, Scope, ScopeKind, Slots, SubsectionName};

/// Reads items as QEMU does. See the [module](super) for the bytes of each.
#[derive(Debug)]
pub struct LegacyDecoder<R, K> {
    reader: R,
    kernels: K,
}

impl<R: Reader, K: Kernels> LegacyDecoder<R, K> {
    /// Reads from `reader`.
    pub fn new(reader: R, kernels: K) -> Self {
        LegacyDecoder { reader, kernels }
    }

    /// The count of an item with room for `room`, read if it is on the wire.
    fn count(&mut self, extent: Extent, room: usize) -> Result<usize> {
        if extent == Extent::Fixed {
            return Ok(room);
        }
        let offset = self.reader.position();
        let count = u32::from_be_bytes(self.reader.take()?);
        match usize::try_from(count) {
            Ok(count) if count <= room => Ok(count),
            _ => {
                let (expected, found) = (told(room), u64::from(count));
                self.reader.set_fault(Fault { offset, expected, found, cause: 0 });
                Err(Code::TooMany)
            }
        }
    }

    /// A piece of an item that began at `start` was cut: tells it of the whole item.
    #[cold]
    fn of_the_whole(&mut self, code: Code, start: u64, length: usize) -> Code {
        if code == Code::Truncated {
            let piece = self.reader.fault();
            let found = piece.offset.saturating_add(piece.found).saturating_sub(start);
            let expected = told(length);
            self.reader.set_fault(Fault { offset: start, expected, found, cause: 0 });
        }
        code
    }

    /// Looks at the subsection that follows, if one does: puts its name into `name`.
    fn peek_subsection(&mut self, name: &mut SubsectionName) -> Result<bool> {
        let mut head = [0; 2];
        // The marker alone first: a source need not have more bytes, or know that they end.
        let (marker, length) = head.split_at_mut(1);
        if self.reader.peek(0, marker)? == 0 || marker != [SUBSECTION] {
            return Ok(false);
        }
        if self.reader.peek(1, length)? == 0 {
            return Ok(false);
        }
        let length = usize::from(length.first().copied().unwrap_or(0));
        let mut text = [0; MAX_NAME];
        let text = text.get_mut(..length).unwrap_or_default();
        let whole = self.reader.peek(2, text)? == length;
        name.clear();
        Ok(whole && name.extend_from_slice(text).is_ok())
    }
}

impl<R: Reader, K: Kernels> Decoder for LegacyDecoder<R, K> {
    fn position(&self) -> u64 {
        self.reader.position()
    }

    fn fault(&self) -> Fault {
        self.reader.fault()
    }

    #[inline]
    fn scalar(&mut self, _name: &dyn Name, kind: Kind) -> Result<u64> {
        self.reader.take_bits(kind.width())
    }

    #[inline]
    fn array(
        &mut self,
        _name: &dyn Name,
        kind: Kind,
        extent: Extent,
        slots: Slots<'_>,
    ) -> Result<usize> {
        let count = self.count(extent, slots.capacity(kind))?;
        let length = count.saturating_mul(kind.width().bytes());
        let start = self.reader.position();
        self.reader.require(length)?;
        let (reader, kernels) = (&mut self.reader, &self.kernels);
        let done = slots.fill(kind, count, |out| reader.take_elements(kernels, kind.width(), out));
        match done {
            Ok(()) => Ok(count),
            Err(code) => Err(self.of_the_whole(code, start, length)),
        }
    }

    #[inline]
    fn bytes(&mut self, _name: &dyn Name, extent: Extent, out: &mut [u8]) -> Result<usize> {
        let count = self.count(extent, out.len())?;
        self.reader.take_into(out.get_mut(..count).unwrap_or_default())?;
        Ok(count)
    }

    fn text(&mut self, _name: &dyn Name, store: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let [length] = self.reader.take()?;
        let mut bytes = [0; MAX_NAME];
        let bytes = bytes.get_mut(..usize::from(length)).unwrap_or_default();
        self.reader.take_into(bytes)?;
        match core::str::from_utf8(bytes) {
            Ok(text) => store(text),
            Err(_) => Err(self.reader.raise(Code::BadText, 0, 0)),
        }
    }

    fn presence(&mut self, _name: &dyn Name) -> Result<bool> {
        let [flag] = self.reader.take()?;
        Ok(flag != 0)
    }

    fn absent(&mut self, _name: &dyn Name) -> Result<()> {
        let [marker] = self.reader.take()?;
        if marker == NULL {
            return Ok(());
        }
        Err(self.reader.raise(Code::BadValue, u64::from(NULL), u64::from(marker)))
    }

    #[inline]
    fn begin(&mut self, _name: &dyn Name, scope: Scope<'_>) -> Result<Opened> {
        match scope {
            Scope::List { extent, count } => {
                Ok(Opened { version: None, count: self.count(extent, count)? })
            }
            _ => Ok(Opened::default()),
        }
    }

    #[inline]
    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        Ok(())
    }

    fn next_subsection(&mut self, owner: &[u8], name: &mut SubsectionName) -> Result<Option<u32>> {
        // A name that is no longer than the owner's, or does not begin with it, belongs to somebody
        // further out.
        if !self.peek_subsection(name)?
            || name.len() <= owner.len()
            || !name.as_slice().starts_with(owner)
        {
            return Ok(None);
        }
        let mut head = [0; 2 + MAX_NAME];
        let head = head.get_mut(..name.len().saturating_add(2)).unwrap_or_default();
        self.reader.take_into(head)?;
        let version = u32::from_be_bytes(self.reader.take()?);
        if version > MAX_SUBSECTION_VERSION {
            let newest = u64::from(MAX_SUBSECTION_VERSION);
            return Err(self.reader.raise(Code::TooNew, newest, u64::from(version)));
        }
        Ok(Some(version))
    }

    fn skip_subsection(&mut self) -> Result<()> {
        Err(self.reader.raise(Code::UnknownSubsection, 0, 0))
    }

    #[inline]
    fn raw(&mut self, out: &mut [u8]) -> Result<usize> {
        self.reader.take_some(out)
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        self.reader.peek(ahead, out)
    }
}
