//! Wires over a tree that is lent to them until the visit ends.

use core::mem;

use migcore::error::Fault;
use migcore::model::{Loaded, Tree};
use migcore::visit::{
    Decoder, DeviceHead, Encoder, Extent, Kind, Name, Opened, Scope, ScopeKind, Slots,
    SubsectionName, Visiting,
};
use migcore::{Code, Result};

use super::storage::{lend, migcore_tree, Loan};

/// A wire over a tree. The visit ends when it is finished, and with its first error: then the tree is the
/// caller's again, and what is left answers questions.
pub(super) enum Lent<W> {
    Open { wire: W, loan: Loan },
    Over(Over),
}

/// A wire that uses a tree.
pub(super) trait Borrows: Sized {
    /// Whether the visit was finished.
    fn is_finished(&self) -> bool;

    /// Ends its use of the tree.
    fn close(self, failed: bool) -> Over;
}

impl<W: Borrows> Lent<W> {
    /// Lends a tree to the wire that is made of it.
    ///
    /// # Safety
    /// `tree` is NULL or points to a migcore_tree, which stays where it is until the visit ends.
    pub(super) unsafe fn new(
        tree: *mut migcore_tree,
        make: impl FnOnce(&'static mut Tree<'static>) -> Result<W>,
    ) -> Result<Self> {
        // SAFETY: as the caller promises.
        let (tree, loan) = unsafe { lend(tree) }?;
        Ok(Lent::Open { wire: make(tree)?, loan })
    }

    /// Gives the tree back, if the visit has ended.
    pub(super) fn settle(visiting: &mut Visiting<Self>) {
        let failed = visiting.report().is_some();
        visiting.parts().0.end(failed);
    }

    fn end(&mut self, failed: bool) {
        match self {
            Lent::Open { wire, .. } if failed || wire.is_finished() => {}
            _ => return,
        }
        // The loan is dropped after the wire.
        if let Lent::Open { wire, loan: _loan } = mem::replace(self, Lent::Over(Over::default())) {
            *self = Lent::Over(wire.close(failed));
        }
    }
}

/// What is left when a visit is over. As a wire, it takes and gives nothing more.
#[derive(Clone, Copy, Default)]
pub(super) struct Over {
    /// Where the visit ended.
    pub(super) position: u64,
    /// What a load was over.
    pub(super) loaded: Option<Loaded>,
    pub(super) skipped: u64,
    pub(super) searched: u64,
}

/// Calls that are refused.
macro_rules! refuse {
    ($($name:ident($($argument:ty),*) -> $result:ty;)*) => {
        $(fn $name(&mut self, $(_: $argument),*) -> Result<$result> {
            Err(Code::Unbalanced)
        })*
    };
}

impl Encoder for Over {
    fn position(&self) -> u64 {
        self.position
    }

    fn fault(&self) -> Fault {
        Fault { offset: self.position, ..Fault::default() }
    }

    refuse! {
        scalar(&dyn Name, Kind, u64) -> ();
        array(&dyn Name, Kind, Extent, &[u8]) -> ();
        bytes(&dyn Name, Extent, &[u8]) -> ();
        text(&dyn Name, &str) -> ();
        absent(&dyn Name) -> ();
        begin(&dyn Name, Scope<'_>) -> ();
        end(ScopeKind) -> ();
        raw(&[u8]) -> ();
    }

    /// It is refused as everything else.
    fn carries_foreign(&self) -> bool {
        true
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Decoder for Over {
    fn position(&self) -> u64 {
        self.position
    }

    fn fault(&self) -> Fault {
        Fault { offset: self.position, ..Fault::default() }
    }

    refuse! {
        scalar(&dyn Name, Kind) -> u64;
        array(&dyn Name, Kind, Extent, Slots<'_>) -> usize;
        bytes(&dyn Name, Extent, &mut [u8]) -> usize;
        text(&dyn Name, usize, &mut dyn FnMut(&str) -> Result<()>) -> ();
        absent(&dyn Name) -> ();
        has(&dyn Name) -> bool;
        begin(&dyn Name, Scope<'_>) -> Opened;
        end(ScopeKind) -> ();
        next_subsection(&[u8], &mut SubsectionName) -> Option<u32>;
        skip_subsection() -> ();
        raw(&mut [u8]) -> usize;
        peek(usize, &mut [u8]) -> usize;
        check_device() -> ();
        skip_device() -> ();
    }

    fn next_device(&mut self) -> Result<Option<DeviceHead<'_>>> {
        Err(Code::Unbalanced)
    }

    fn expect_end(&mut self) -> Result<()> {
        Ok(())
    }
}
