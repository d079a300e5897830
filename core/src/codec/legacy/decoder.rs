//! QEMU's bytes to values.

use super::{refuse, MAX_SUBSECTION_VERSION, NULL, SUBSECTION};
use crate::error::{Code, Fault, Result, MAX_NAME};
use crate::io::{told, Kernels, Lent, Reader, Width};
use crate::visit::{
    Ahead, Decoder, Extent, Form, Kind, Name, Opened, Scope, ScopeKind, Slots, SubsectionName,
};

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
        let start = self.reader.position();
        let count = u32::from_be_bytes(self.reader.take()?);
        match usize::try_from(count) {
            Ok(count) if count <= room => Ok(count),
            _ => Err(self.refuse(Code::TooMany, start, told(room), u64::from(count))),
        }
    }

    /// A piece of an item that began at `start` was cut: tells it of the whole item.
    #[cold]
    fn of_the_whole(&mut self, code: Code, start: u64, length: usize) -> Code {
        if code == Code::Truncated {
            let piece = self.reader.fault();
            let found = piece.offset.saturating_add(piece.found).saturating_sub(start);
            return self.refuse(code, start, told(length), found);
        }
        code
    }

    /// Notes a failure of the item that began at `start`, and passes its code on.
    #[cold]
    fn refuse(&mut self, code: Code, start: u64, expected: u64, found: u64) -> Code {
        refuse(&mut self.reader, code, start, expected, found)
    }
}

/// So much of a name tells mostly whose it is; [`Ends`](crate::visit::Ends) has no more of it.
const GLANCE: usize = 3;

/// Whether the first bytes of a name tell that it is none of `owner`, where there is no room to look at all of it.
fn is_of_another(reader: &mut impl Reader, owner: &[u8]) -> bool {
    let mut found = [0; GLANCE];
    let begin = owner.get(..GLANCE).unwrap_or(owner);
    let found = found.get_mut(..begin.len()).unwrap_or_default();
    matches!(reader.peek(2, found), Ok(got) if got < begin.len() || found != begin)
}

/// Looks at the subsection that follows, if one does and belongs to `owner`: puts its name into
/// `name`. Never looks further ahead than it must: a source need not have more bytes yet.
fn peek_subsection(
    reader: &mut impl Reader,
    owner: &[u8],
    name: &mut SubsectionName,
) -> Result<bool> {
    let (mut marker, mut length) = ([0; 1], [0; 1]);
    if reader.peek(0, &mut marker)? == 0 || marker != [SUBSECTION] {
        return Ok(false);
    }
    let length = match reader.peek(1, &mut length)? {
        0 => 0,
        _ => usize::from(u8::from_be_bytes(length)),
    };
    // A name that is no longer than the owner's, or does not begin with it, belongs to somebody
    // further out.
    if length <= owner.len() {
        return Ok(false);
    }
    let mut text = [0; MAX_NAME];
    let text = text.get_mut(..length).unwrap_or_default();
    let whole = match reader.peek(2, text) {
        Ok(got) => got == length,
        Err(code) => {
            let fault = reader.fault();
            if code == Code::Unsupported && is_of_another(reader, owner) {
                return Ok(false);
            }
            reader.set_fault(fault);
            return Err(code);
        }
    };
    name.clear();
    Ok(whole && text.starts_with(owner) && name.extend_from_slice(text).is_ok())
}

/// Reads the head of the next subsection of `owner`: puts its name into `name` and returns its version, as
/// it is; `None` when no more follow.
pub(super) fn take_subsection(
    reader: &mut impl Reader,
    owner: &[u8],
    name: &mut SubsectionName,
) -> Result<Option<u32>> {
    if !peek_subsection(reader, owner, name)? {
        return Ok(None);
    }
    let mut head = [0; 2 + MAX_NAME];
    let head = head.get_mut(..name.len().saturating_add(2)).unwrap_or_default();
    reader.take_into(head)?;
    reader.take_as(u32::from_be_bytes).map(Some)
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
        Ok(match kind.width() {
            Width::One => u64::from(self.reader.take_as(u8::from_be_bytes)?),
            Width::Two => u64::from(self.reader.take_as(u16::from_be_bytes)?),
            Width::Four => u64::from(self.reader.take_as(u32::from_be_bytes)?),
            Width::Eight => self.reader.take_as(u64::from_be_bytes)?,
        })
    }

    #[inline]
    fn scalar8(&mut self, _name: &str, _kind: Kind) -> Result<u8> {
        self.reader.take_as(u8::from_be_bytes)
    }

    #[inline]
    fn scalar16(&mut self, _name: &str, _kind: Kind) -> Result<u16> {
        self.reader.take_as(u16::from_be_bytes)
    }

    #[inline]
    fn scalar32(&mut self, _name: &str, _kind: Kind) -> Result<u32> {
        self.reader.take_as(u32::from_be_bytes)
    }

    #[inline]
    fn scalar64(&mut self, _name: &str, _kind: Kind) -> Result<u64> {
        self.reader.take_as(u64::from_be_bytes)
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

    fn text(
        &mut self,
        _name: &dyn Name,
        capacity: usize,
        store: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let start = self.reader.position();
        let [length] = self.reader.take()?;
        let length = usize::from(length);
        if length > capacity {
            return Err(self.refuse(Code::TooMany, start, told(capacity), told(length)));
        }
        let mut bytes = [0; MAX_NAME];
        let bytes = bytes.get_mut(..length).unwrap_or_default();
        self.reader.take_into(bytes)?;
        let stored = core::str::from_utf8(bytes).map_err(|_| Code::BadText).and_then(store);
        stored.map_err(|code| self.refuse(code, start, 0, 0))
    }

    fn absent(&mut self, _name: &dyn Name) -> Result<()> {
        let start = self.reader.position();
        let [marker] = self.reader.take()?;
        if marker == NULL {
            return Ok(());
        }
        Err(self.refuse(Code::BadValue, start, u64::from(NULL), u64::from(marker)))
    }

    #[inline]
    fn begin(&mut self, _name: &dyn Name, scope: Scope<'_>) -> Result<Opened> {
        match scope {
            Scope::List { extent, count } => {
                Ok(Opened { count: self.count(extent, count)?, ..Opened::default() })
            }
            Scope::Optional { .. } => {
                let [flag] = self.reader.take()?;
                Ok(Opened { present: flag != 0, ..Opened::default() })
            }
            _ => Ok(Opened::default()),
        }
    }

    #[inline]
    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        Ok(())
    }

    fn next_subsection(&mut self, owner: &[u8], name: &mut SubsectionName) -> Result<Option<u32>> {
        let start = self.reader.position();
        let opened = take_subsection(&mut self.reader, owner, name)?;
        match opened {
            Some(version) if version > MAX_SUBSECTION_VERSION => {
                let newest = u64::from(MAX_SUBSECTION_VERSION);
                Err(self.refuse(Code::TooNew, start, newest, u64::from(version)))
            }
            opened => Ok(opened),
        }
    }

    fn skip_subsection(&mut self) -> Result<()> {
        Err(self.reader.raise(Code::UnknownSubsection, 0, 0))
    }

    /// Where not all of it is there at once, the items will read on, or say what is missing.
    fn ahead(&mut self) -> Option<Ahead<'_>> {
        let Lent { bytes: values, at, last } = self.reader.lend()?;
        let form = Form::Bare { marker: SUBSECTION, last };
        Some(Ahead { values, at, swap: &self.kernels, form })
    }

    #[inline]
    fn raw(&mut self, out: &mut [u8]) -> Result<usize> {
        self.reader.take_some(out)
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        self.reader.peek(ahead, out)
    }
}
