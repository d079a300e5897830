//! Some of the devices of a stream.

use migcore::compat::is_private;
use migcore::error::Fault;
use migcore::visit::{Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind};
use migcore::Result;

/// Gives some of the devices to another encoder, and nothing of the others. What stands beside devices goes with those
/// that are not private.
pub struct Picked<'e> {
    to: &'e mut dyn Encoder,
    private: bool,
    /// How many scopes are open.
    depth: usize,
    /// Whether the open device is left out.
    left_out: bool,
    marks: Marks,
    oldest_reader: Option<u32>,
    given: u64,
}

impl<'e> Picked<'e> {
    /// Gives those that are not private to `to`.
    pub fn public(to: &'e mut dyn Encoder) -> Self {
        Picked::new(to, false)
    }

    /// Gives those that are private to `to`.
    pub fn private(to: &'e mut dyn Encoder) -> Self {
        Picked::new(to, true)
    }

    fn new(to: &'e mut dyn Encoder, private: bool) -> Self {
        let (marks, oldest_reader) = (Marks::NONE, None);
        Picked { to, private, depth: 0, left_out: false, marks, oldest_reader, given: 0 }
    }

    /// How many devices were given.
    #[must_use]
    pub fn given(&self) -> u64 {
        self.given
    }

    /// Whom an item is for, if for anybody.
    fn taker(&mut self) -> Option<&mut dyn Encoder> {
        let beside = self.depth == 0 && self.private;
        if self.left_out || beside {
            self.marks = Marks::NONE;
            return None;
        }
        Some(self.to)
    }

    fn item(&mut self, give: impl FnOnce(&mut dyn Encoder) -> Result<()>) -> Result<()> {
        let marks = std::mem::take(&mut self.marks);
        let Some(to) = self.taker() else { return Ok(()) };
        if marks != Marks::NONE {
            to.mark(marks)?;
        }
        give(to)
    }
}

impl Encoder for Picked<'_> {
    fn position(&self) -> u64 {
        self.to.position()
    }

    fn fault(&self) -> Fault {
        self.to.fault()
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.item(|to| to.scalar(name, kind, bits))
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.item(|to| to.array(name, kind, extent, elements))
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.item(|to| to.bytes(name, extent, data))
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.item(|to| to.text(name, text))
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.item(|to| to.absent(name))
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        if self.depth == 0 {
            self.left_out = is_private(name.bytes()) != self.private;
            self.given = self.given.saturating_add(u64::from(!self.left_out));
        }
        self.depth = self.depth.saturating_add(1);
        let oldest = self.oldest_reader.take();
        self.item(|to| {
            if let Some(version) = oldest {
                to.oldest_reader(version)?;
            }
            to.begin(name, scope)
        })
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        self.depth = self.depth.saturating_sub(1);
        let left_out = match self.depth {
            0 => std::mem::take(&mut self.left_out),
            _ => self.left_out,
        };
        if left_out {
            return Ok(());
        }
        self.to.end(kind)
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.marks = marks;
        Ok(())
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.item(|to| to.raw(bytes))
    }

    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        self.oldest_reader = Some(version);
        Ok(())
    }

    fn carries_foreign(&self) -> bool {
        self.to.carries_foreign()
    }

    fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }

    fn finish(&mut self) -> Result<()> {
        self.to.finish()
    }
}
