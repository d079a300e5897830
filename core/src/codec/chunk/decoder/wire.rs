//! The calls of the visitor.

use super::seek::Wanted;
use super::ChunkDecoder;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Fault, Result};
use crate::io::Width;
use crate::visit::{
    Ahead, Decoder, DeviceHead, Extent, Kind, Name, Opened, Scope, ScopeKind, Slots, SubsectionName,
};

impl<S: Store> ChunkDecoder<'_, S> {
    /// Runs a call, and remembers its error.
    #[inline]
    fn run<R>(&mut self, call: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        self.alive()?;
        match call(self) {
            Ok(done) => Ok(done),
            Err(code) => Err(self.fail(code)),
        }
    }

    /// A scalar that is not the next one, or is of another kind.
    #[cold]
    fn slow(&mut self, name: &dyn Name, kind: Kind) -> Result<u64> {
        self.run(|decoder| decoder.find_scalar(name, kind))
    }

    /// The same for a name and a width that are known: a call that is the caller's last, so that nothing
    /// need be kept for it.
    #[cold]
    #[inline(never)]
    fn slow_named<T: TryFrom<u64> + Default>(&mut self, name: &str, kind: Kind) -> Result<T> {
        // Bits are of the width of their kind.
        self.slow(&name, kind).map(|bits| T::try_from(bits).unwrap_or_default())
    }

    #[cold]
    #[inline(never)]
    fn bad_flag(&mut self, value: u64) -> Code {
        let at = self.walker.at.values.saturating_sub(1);
        let code = self.walker.refuse(Code::BadValue, at, 1, value);
        self.fail(code)
    }

    fn finish_stream(&mut self) -> Result<()> {
        while self.look_ahead()?.is_some() {
            self.leave_device()?;
        }
        Ok(())
    }
}

impl<S: Store> Decoder for ChunkDecoder<'_, S> {
    fn position(&self) -> u64 {
        match self.walker.frames.is_empty() {
            true => self.walker.store.frontier(),
            false => self.walker.store.offset(self.walker.at.values),
        }
    }

    fn fault(&self) -> Fault {
        self.walker.fault
    }

    fn blamed(&self) -> &[u8] {
        self.blamed_name().unwrap_or_default()
    }

    #[inline]
    fn scalar(&mut self, name: &dyn Name, kind: Kind) -> Result<u64> {
        // Measured first: behind that nothing is called when all goes well.
        let known = name.bytes();
        let bits = match kind.width() {
            Width::One => self.take_next(known, kind).map(|[value]| u64::from(value)),
            Width::Two => self.take_next(known, kind).map(u16::from_be_bytes).map(u64::from),
            Width::Four => self.take_next(known, kind).map(u32::from_be_bytes).map(u64::from),
            Width::Eight => self.take_next(known, kind).map(u64::from_be_bytes),
        };
        match bits {
            Some(bits) if kind == Kind::Bool && bits > 1 => Err(self.bad_flag(bits)),
            Some(bits) => Ok(bits),
            None => self.slow(name, kind),
        }
    }

    #[inline]
    fn scalar8(&mut self, name: &str, kind: Kind) -> Result<u8> {
        match self.take_next(name.as_bytes(), kind) {
            Some([value]) if value > 1 && kind == Kind::Bool => Err(self.bad_flag(value.into())),
            Some([value]) => Ok(value),
            None => self.slow_named(name, kind),
        }
    }

    #[inline]
    fn scalar16(&mut self, name: &str, kind: Kind) -> Result<u16> {
        match self.take_next(name.as_bytes(), kind) {
            Some(bytes) => Ok(u16::from_be_bytes(bytes)),
            None => self.slow_named(name, kind),
        }
    }

    #[inline]
    fn scalar32(&mut self, name: &str, kind: Kind) -> Result<u32> {
        match self.take_next(name.as_bytes(), kind) {
            Some(bytes) => Ok(u32::from_be_bytes(bytes)),
            None => self.slow_named(name, kind),
        }
    }

    #[inline]
    fn scalar64(&mut self, name: &str, kind: Kind) -> Result<u64> {
        match self.take_next(name.as_bytes(), kind) {
            Some(bytes) => Ok(u64::from_be_bytes(bytes)),
            None => self.slow_named(name, kind),
        }
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        slots: Slots<'_>,
    ) -> Result<usize> {
        self.run(|decoder| decoder.find_array(name, kind, extent, slots))
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, out: &mut [u8]) -> Result<usize> {
        self.run(|decoder| decoder.find_bytes(name, extent, out))
    }

    fn text(
        &mut self,
        name: &dyn Name,
        capacity: usize,
        store: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        self.run(|decoder| decoder.find_text(name, capacity, store))
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.run(|decoder| decoder.find_absent(name))
    }

    fn has(&mut self, name: &dyn Name) -> Result<bool> {
        self.run(|decoder| decoder.has_item(name))
    }

    fn comes_next(&mut self, name: &dyn Name) -> Result<bool> {
        self.run(|decoder| decoder.is_next(&Wanted::Item(name)))
    }

    fn comes_opaque(&mut self, name: &dyn Name) -> Result<bool> {
        self.run(|decoder| decoder.is_opaque_next(name))
    }

    fn begin_own(&mut self, name: &dyn Name) -> Result<bool> {
        self.run(|decoder| decoder.begin_struct_or_buffer(name))
    }

    #[inline]
    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<Opened> {
        match scope {
            Scope::Element => self.run(Self::begin_element),
            scope => self.run(|decoder| decoder.begin_scope(name, scope)),
        }
    }

    #[inline]
    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        self.run(|decoder| match kind {
            ScopeKind::Element if decoder.end_read_element()? => Ok(()),
            kind => match decoder.buffer_left {
                Some(left) => decoder.close_buffer(left),
                None => decoder.end_scope(kind),
            },
        })
    }

    fn next_subsection(&mut self, _owner: &[u8], name: &mut SubsectionName) -> Result<Option<u32>> {
        self.run(|decoder| decoder.open_subsection(name))
    }

    fn skip_subsection(&mut self) -> Result<()> {
        self.run(Self::leave_subsection)
    }

    fn ahead(&mut self) -> Option<Ahead<'_>> {
        match self.straight {
            true => self.walker.ahead(),
            false => None,
        }
    }

    fn raw(&mut self, out: &mut [u8]) -> Result<usize> {
        self.run(|decoder| match decoder.buffer_left {
            Some(left) => decoder.take_buffer(left, out),
            None => decoder.take_raw(out),
        })
    }

    fn at_raw(&mut self) -> Result<bool> {
        self.run(|decoder| match decoder.buffer_left {
            Some(left) => Ok(left > 0),
            None => decoder.open_raw(),
        })
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        self.run(|decoder| match decoder.buffer_left {
            Some(left) => decoder.peek_buffer(left, ahead, out),
            None => decoder.peek_raw(ahead, out),
        })
    }

    /// Reads the stream to its end. Devices that are left must be ancillary.
    fn next_device(&mut self) -> Result<Option<DeviceHead<'_>>> {
        self.alive()?;
        match self.look_ahead() {
            Ok(None) => Ok(None),
            Ok(Some(fragment)) => self.head_of(&fragment).map(Some),
            Err(code) => Err(self.fail(code)),
        }
    }

    fn check_device(&mut self) -> Result<()> {
        self.run(Self::pass_device)
    }

    fn skip_device(&mut self) -> Result<()> {
        self.run(|decoder| match decoder.look_ahead()? {
            Some(_) => decoder.leave_device(),
            None => Err(decoder.no_device()),
        })
    }

    fn fingerprint(&self) -> u64 {
        self.totals().fingerprint()
    }

    fn finish(&mut self) -> Result<()> {
        self.run(Self::finish_stream)
    }

    fn expect_end(&mut self) -> Result<()> {
        self.run(|decoder| {
            decoder.finish_stream()?;
            let end = decoder.walker.store.expect_end();
            end.inspect_err(|_| decoder.walker.fault = decoder.walker.store.fault())
        })
    }
}
