//! An encoder around another one, to which nothing but what matters is done differently.

use migcore::error::Fault;
use migcore::visit::{Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind};
use migcore::Result;

/// What is done differently.
pub(super) trait Hook {
    /// An item, a scope or an element comes.
    fn item(&mut self) {}

    /// Bytes without a name come, for `inner`.
    ///
    /// # Errors
    /// Those of `inner`.
    fn raw(&mut self, inner: &mut dyn Encoder, bytes: &[u8]) -> Result<()> {
        inner.raw(bytes)
    }
}

/// Gives all to another encoder, by way of a hook.
pub(super) struct Around<'e, H> {
    pub(super) inner: &'e mut dyn Encoder,
    pub(super) hook: H,
}

impl<H: Hook> Encoder for Around<'_, H> {
    fn position(&self) -> u64 {
        self.inner.position()
    }

    fn fault(&self) -> Fault {
        self.inner.fault()
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.hook.item();
        self.inner.scalar(name, kind, bits)
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.hook.item();
        self.inner.array(name, kind, extent, elements)
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.hook.item();
        self.inner.bytes(name, extent, data)
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.hook.item();
        self.inner.text(name, text)
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.hook.item();
        self.inner.absent(name)
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        self.hook.item();
        self.inner.begin(name, scope)
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        self.inner.end(kind)
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.inner.mark(marks)
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.hook.item();
        self.hook.raw(self.inner, bytes)
    }

    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        self.inner.oldest_reader(version)
    }

    fn carries_foreign(&self) -> bool {
        self.inner.carries_foreign()
    }

    fn fingerprint(&self) -> u64 {
        self.inner.fingerprint()
    }

    fn flush(&mut self) -> Result<()> {
        self.inner.flush()
    }

    fn finish(&mut self) -> Result<()> {
        self.inner.finish()
    }
}
