//! What counts of a state where two are compared.

use migcore::error::{Fault, Result};
use migcore::visit::{Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind};
use sha2::{Digest, Sha256};

use crate::input::told;
use crate::qemu::visit::NAME;

/// Raw bytes of one run that are passed on as they are.
const KEPT: usize = 64 << 10;

/// Passes on what counts where states are compared. Of a long run of raw bytes that is the beginning, and the
/// length and SHA-256 of all. Of a stream of QEMU, its devices as if they stood alone, and not what frames them:
/// the numbers of sections, their footers, the description.
pub struct Condensed<'e> {
    to: &'e mut dyn Encoder,
    open: Vec<Open>,
    /// Of the next item.
    marks: Marks,
    /// Of the run of raw bytes that is open.
    length: u64,
    digest: Sha256,
}

/// What a scope is that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A stream of QEMU, or a package in one.
    Stream,
    /// A section with a head: a device stands in it.
    Section,
    /// A section without one: raw bytes stand in it.
    Part,
    /// A command, perhaps with a package.
    Command,
    /// What does not count.
    Frame,
    /// Anything else.
    Other,
}

impl Open {
    /// What a scope is that begins in this one, or outside of all.
    fn scope(around: Option<Open>, name: &[u8], scope: &Scope<'_>) -> Open {
        match (around, name, scope) {
            (None, name, Scope::Device { instance: 0, .. }) if name == NAME.as_bytes() => {
                Open::Stream
            }
            (Some(Open::Frame), ..) => Open::Frame,
            (Some(Open::Stream), b"start" | b"full", Scope::Struct(None)) => Open::Section,
            (Some(Open::Stream), b"part" | b"end", Scope::Struct(None)) => Open::Part,
            (Some(Open::Stream), b"command", Scope::Struct(None)) => Open::Command,
            (Some(Open::Stream), b"description", Scope::Struct(None)) => Open::Frame,
            (Some(Open::Command), b"package", Scope::Struct(None)) => Open::Stream,
            (Some(Open::Section | Open::Part), b"footer", Scope::Struct(None)) => Open::Frame,
            _ => Open::Other,
        }
    }

    /// Whether the scope itself is passed on.
    fn counts(self) -> bool {
        matches!(self, Open::Part | Open::Command | Open::Other)
    }
}

impl<'e> Condensed<'e> {
    /// Passes on to `to`.
    pub fn new(to: &'e mut dyn Encoder) -> Self {
        let (open, digest) = (Vec::new(), Sha256::new());
        Condensed { to, open, marks: Marks::NONE, length: 0, digest }
    }

    /// The encoder for an item that is no raw bytes; `None` if it does not count.
    fn item(&mut self) -> Result<Option<&mut dyn Encoder>> {
        let marks = std::mem::take(&mut self.marks);
        self.settle()?;
        if let Some(Open::Section | Open::Part | Open::Frame) = self.open.last() {
            return Ok(None);
        }
        self.pass(marks).map(Some)
    }

    fn pass(&mut self, marks: Marks) -> Result<&mut dyn Encoder> {
        if marks != Marks::NONE {
            self.to.mark(marks)?;
        }
        Ok(self.to)
    }

    /// Something else comes than raw bytes: the run is over.
    fn settle(&mut self) -> Result<()> {
        if self.length == 0 {
            return Ok(());
        }
        let (length, digest) = (std::mem::take(&mut self.length), self.digest.finalize_reset());
        if length > told(KEPT) {
            self.to.scalar(&"raw length", Kind::U64, length)?;
            self.to.bytes(&"raw SHA-256", Extent::Fixed, &digest)?;
        }
        Ok(())
    }
}

impl Encoder for Condensed<'_> {
    fn position(&self) -> u64 {
        self.to.position()
    }

    fn fault(&self) -> Fault {
        self.to.fault()
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.item()?.map_or(Ok(()), |to| to.scalar(name, kind, bits))
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.item()?.map_or(Ok(()), |to| to.array(name, kind, extent, elements))
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.item()?.map_or(Ok(()), |to| to.bytes(name, extent, data))
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.item()?.map_or(Ok(()), |to| to.text(name, text))
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.item()?.map_or(Ok(()), |to| to.absent(name))
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        self.settle()?;
        let marks = std::mem::take(&mut self.marks);
        let open = Open::scope(self.open.last().copied(), name.bytes(), &scope);
        self.open.push(open);
        match open.counts() {
            true => self.pass(marks)?.begin(name, scope),
            false => Ok(()),
        }
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        self.settle()?;
        match self.open.pop() {
            Some(open) if open.counts() => self.to.end(kind),
            _ => Ok(()),
        }
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.marks = marks;
        Ok(())
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        let room = usize::try_from(told(KEPT).saturating_sub(self.length)).unwrap_or(0);
        self.length = self.length.saturating_add(told(bytes.len()));
        self.digest.update(bytes);
        match bytes.get(..room).unwrap_or(bytes) {
            [] => Ok(()),
            kept => self.to.raw(kept),
        }
    }

    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        self.to.oldest_reader(version)
    }

    fn carries_foreign(&self) -> bool {
        self.to.carries_foreign()
    }

    fn flush(&mut self) -> Result<()> {
        self.settle()?;
        self.to.flush()
    }

    fn finish(&mut self) -> Result<()> {
        self.settle()?;
        self.to.finish()
    }
}
