//! Blob and fields: two views of one state.
//!
//! Code that puts and gets leaves a device as one run of raw bytes, a *blob*, in a stream that has names. Those bytes
//! are QEMU's, and so are what the legacy wire makes of a visit. So a device that is visited can be loaded from a blob,
//! and saved as one for a program that still gets bytes.

use super::{LegacyDecoder, LegacyEncoder};
use crate::error::{Code, Fault, Result};
use crate::io::{Portable, Reader, Writer};
use crate::visit::{Decoder, Encoder, ScopeKind, Side, Visitor};

/// The opaque buffer that a stream of QEMU, read by its description, has of a device that puts and gets.
const DATA: &str = "data";

/// As a version that fields are written since: never, so a state of any version is saved as a blob.
pub const ALWAYS_BLOB: u32 = u32::MAX;

/// Visits a state that is written as fields since version `fields_since` of it, and as a blob in those before. Loads
/// it from whichever of the two comes next in the open scope. What is saved as a blob has neither names nor marks.
///
/// A blob holds all of the scope up to the next item with a name: where `visit` leaves some of it, closing the scope
/// fails. An opaque buffer `data` that comes first is a blob too, of which `visit` must leave nothing: a converted stream
/// of QEMU has that of such a device. On a wire of bare bytes, as the legacy one, blob and fields are the same.
///
/// ```
/// use migcore::codec::legacy::visit_blob;
/// # use migcore::visit::Visitor;
/// # struct Rtc { base: u32, alarm: u16 }
/// fn visit(rtc: &mut Rtc, v: &mut Visitor<'_>) -> migcore::Result<()> {
///     // Up to version 5, a pair of functions put and got these.
///     visit_blob(v, 6, |v| {
///         v.visit("base", &mut rtc.base)?;
///         v.visit("alarm", &mut rtc.alarm)
///     })
/// }
/// # use migcore::codec::legacy::Saver;
/// # let mut bytes = [0; 8];
/// # let mut saver = Saver::to_slice(&mut bytes);
/// # visit(&mut Rtc { base: 1, alarm: 2 }, &mut saver.visitor()).unwrap();
/// # assert_eq!(saver.finish(), Ok(6));
/// ```
///
/// # Errors
/// Those of the wire and of `visit`, with the path of the field also in a blob; [`Code::Truncated`] for a blob that
/// ends too early; [`Code::Unbalanced`] where `visit` leaves a scope open.
pub fn visit_blob(
    v: &mut Visitor<'_>,
    fields_since: u32,
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Result<()> {
    match begin_blob(v, fields_since)? {
        Blob::Fields => visit(v),
        blob => {
            visit_raw(v, visit)?;
            end_blob(v, blob)
        }
    }
}

/// Visits over the raw bytes that come next in the open scope, or are put there: those of the legacy wire.
///
/// # Errors
/// As [`visit_blob`].
pub fn visit_raw(
    v: &mut Visitor<'_>,
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Result<()> {
    match v.parts() {
        (side @ Side::Load(_), track) => {
            let mut fields = LegacyDecoder::new(RawBytes::new(side), Portable);
            within(&mut Visitor::loading(&mut fields, track), visit)
        }
        (side @ Side::Save(_), track) => {
            let mut fields = LegacyEncoder::new(RawBytes::new(side), Portable);
            within(&mut Visitor::saving(&mut fields, track), visit)
        }
    }
}

/// What a state is in the open scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blob {
    /// Fields: no blob.
    Fields,
    /// Raw bytes.
    Raw,
    /// An opaque buffer with raw bytes inside.
    Data,
}

/// What a state is: on load in the stream, on save by its version. An opaque buffer is opened.
///
/// # Errors
/// Those of the wire, or the first error.
pub fn begin_blob(v: &mut Visitor<'_>, fields_since: u32) -> Result<Blob> {
    if v.is_loading() {
        return begin_load(v);
    }
    v.check()?;
    Ok(match fields_since == ALWAYS_BLOB || v.version() < fields_since {
        true => Blob::Raw,
        false => Blob::Fields,
    })
}

fn begin_load(v: &mut Visitor<'_>) -> Result<Blob> {
    if v.at_raw()? {
        return Ok(Blob::Raw);
    }
    if !v.comes_opaque(&DATA)? {
        return Ok(Blob::Fields);
    }
    v.begin_own(&DATA).map(|_| Blob::Data)
}

/// Ends what [`begin_blob`] began.
///
/// # Errors
/// [`Code::Unconsumed`] where some of a buffer is left; the first error.
pub fn end_blob(v: &mut Visitor<'_>, blob: Blob) -> Result<()> {
    match blob {
        Blob::Fields | Blob::Raw => v.check(),
        Blob::Data => v.end(ScopeKind::Struct),
    }
}

fn within(
    fields: &mut Visitor<'_>,
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Result<()> {
    let depth = fields.parts().1.depth();
    visit(fields)?;
    end_fields(fields, depth)
}

/// Ends a visit over raw bytes that began where so many scopes were open.
///
/// # Errors
/// [`Code::Unbalanced`] where others are; the first error.
pub fn end_fields(fields: &mut Visitor<'_>, depth: usize) -> Result<()> {
    match fields.parts().1.depth() == depth {
        true => fields.check(),
        false => Err(fields.fail_as(Code::Unbalanced, 0, &"")),
    }
}

/// Whoever has the wire that raw bytes go to or come from.
pub trait Lender {
    /// Runs `call` on it.
    ///
    /// # Errors
    /// Those of `call`; or why the wire cannot be reached.
    fn lend<R>(&mut self, call: impl FnOnce(Side<'_>) -> Result<R>) -> Result<R>;
}

impl Lender for Side<'_> {
    fn lend<R>(&mut self, call: impl FnOnce(Side<'_>) -> Result<R>) -> Result<R> {
        call(self.reborrow())
    }
}

/// The raw bytes of a wire, as what another one reads from or writes to. Nothing is held back or read ahead.
pub struct RawBytes<L> {
    lender: L,
    position: u64,
    fault: Fault,
}

impl<L: Lender> RawBytes<L> {
    /// Goes on where the wire of `lender` is.
    pub fn new(lender: L) -> Self {
        let mut bytes = RawBytes { lender, position: 0, fault: Fault::default() };
        // A wire that cannot be reached is found by the first item.
        let _ = bytes.lender.lend(|side| {
            bytes.position = match side {
                Side::Save(encoder) => encoder.position(),
                Side::Load(decoder) => decoder.position(),
            };
            Ok(())
        });
        bytes
    }

    fn load<R>(&mut self, get: impl FnOnce(&mut dyn Decoder) -> Result<R>) -> Result<R> {
        let (position, fault) = (&mut self.position, &mut self.fault);
        self.lender.lend(|side| {
            let Side::Load(decoder) = side else { return Err(Code::WrongDirection) };
            let done = get(decoder);
            *position = decoder.position();
            done.inspect_err(|_| *fault = decoder.fault())
        })
    }

    fn save(&mut self, put: impl FnOnce(&mut dyn Encoder) -> Result<()>) -> Result<()> {
        let (position, fault) = (&mut self.position, &mut self.fault);
        self.lender.lend(|side| {
            let Side::Save(encoder) = side else { return Err(Code::WrongDirection) };
            let done = put(encoder);
            *position = encoder.position();
            done.inspect_err(|_| *fault = encoder.fault())
        })
    }
}

impl<L: Lender> Reader for RawBytes<L> {
    fn position(&self) -> u64 {
        self.position
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn set_fault(&mut self, fault: Fault) {
        self.fault = fault;
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.take_into(&mut bytes).map(|()| bytes)
    }

    fn take_some(&mut self, out: &mut [u8]) -> Result<usize> {
        self.load(|decoder| decoder.raw(out))
    }

    fn window(&mut self, _length: usize) -> Result<Option<&[u8]>> {
        Ok(None)
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        self.load(|decoder| decoder.peek(ahead, out))
    }
}

impl<L: Lender> Writer for RawBytes<L> {
    fn position(&self) -> u64 {
        self.position
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn set_fault(&mut self, fault: Fault) {
        self.fault = fault;
    }

    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<()> {
        self.put_slice(&bytes)
    }

    fn put_slice(&mut self, bytes: &[u8]) -> Result<()> {
        self.save(|encoder| encoder.raw(bytes))
    }

    fn window(&mut self, _length: usize) -> Result<Option<&mut [u8]>> {
        Ok(None)
    }

    fn flush(&mut self) -> Result<()> {
        self.save(|encoder| encoder.flush())
    }
}
