//! W1 as CBOR with the names of its fields: what a stream that describes itself costs elsewhere.
//!
//! The devices are a list of maps, scopes are maps or lists in them, and integers are as short as CBOR
//! makes them. There are only the items that W1 has.

use migcore::error::Fault;
use migcore::visit::{Encoder, Extent, Kind, Name, Scope, ScopeKind, Track, Visitor};
use migcore::{Code, Result};
use minicbor::encode::write::Cursor;

use crate::device::Device;

/// Saves all `devices`, and says how many bytes that took.
///
/// # Errors
/// When `out` is too short.
pub fn save(devices: &mut [Device], out: &mut [u8]) -> Result<usize> {
    let mut wire = CborEncoder { out: minicbor::Encoder::new(Cursor::new(out)) };
    done(wire.out.begin_array())?;
    let mut track = Track::new();
    crate::visit::visit_all(devices, &mut Visitor::saving(&mut wire, &mut track))?;
    done(wire.out.end())?;
    Ok(wire.out.writer().position())
}

struct CborEncoder<'o> {
    out: minicbor::Encoder<Cursor<&'o mut [u8]>>,
}

fn done<T, E>(result: core::result::Result<T, E>) -> Result<()> {
    result.map(|_| ()).map_err(|_| Code::NoSpace)
}

impl CborEncoder<'_> {
    /// The key of an item; elements of lists have none.
    fn key(&mut self, name: &dyn Name) -> Result<()> {
        match core::str::from_utf8(name.bytes()) {
            Ok("") => Ok(()),
            Ok(name) => done(self.out.str(name)),
            Err(_) => Err(Code::BadText),
        }
    }

    fn value(&mut self, kind: Kind, bits: u64) -> Result<()> {
        match kind {
            Kind::Bool => done(self.out.bool(bits != 0)),
            Kind::I32 => done(self.out.i32(bits as i32)),
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => done(self.out.u64(bits)),
            _ => Err(Code::Unsupported),
        }
    }
}

impl Encoder for CborEncoder<'_> {
    fn position(&self) -> u64 {
        self.out.writer().position() as u64
    }

    fn fault(&self) -> Fault {
        Fault::default()
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.key(name)?;
        self.value(kind, bits)
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        _extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.key(name)?;
        let width = kind.width().bytes();
        done(self.out.array((elements.len() / width) as u64))?;
        elements.chunks_exact(width).try_for_each(|element| {
            let mut bits = [0; 8];
            bits[..width].copy_from_slice(element);
            self.value(kind, u64::from_le_bytes(bits))
        })
    }

    fn bytes(&mut self, name: &dyn Name, _extent: Extent, data: &[u8]) -> Result<()> {
        self.key(name)?;
        done(self.out.bytes(data))
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        match scope {
            Scope::Device { .. } | Scope::Element => done(self.out.begin_map()),
            Scope::Struct(None) => self.key(name).and_then(|()| done(self.out.begin_map())),
            Scope::List { count, .. } => {
                self.key(name).and_then(|()| done(self.out.array(count as u64)))
            }
            _ => Err(Code::Unsupported),
        }
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        match kind {
            ScopeKind::List => Ok(()),
            _ => done(self.out.end()),
        }
    }

    fn text(&mut self, _name: &dyn Name, _text: &str) -> Result<()> {
        Err(Code::Unsupported)
    }

    fn absent(&mut self, _name: &dyn Name) -> Result<()> {
        Err(Code::Unsupported)
    }

    fn raw(&mut self, _bytes: &[u8]) -> Result<()> {
        Err(Code::Unsupported)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
