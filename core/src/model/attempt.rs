//! Several edits as one: all of them, or none.

use super::tree::Tree;
use crate::error::{Code, Result};

impl<'m> Tree<'m> {
    /// Runs `change` on this tree; when it fails, the tree is again what it was.
    ///
    /// Then every item, name, value, mark and order is as before, handles from before are good again, those of
    /// what was added are stale, and the memory is as free as it was. [`fault`](Tree::fault) tells of the
    /// error. What is in use meanwhile grows by [`NODE`](Tree::NODE) bytes for each item that an edit touches
    /// for the first time, that is, which changes or gets another neighbour, and for each new name; the
    /// memory of what was removed is not used again before the end. The cost is linear in what is touched.
    ///
    /// # Errors
    /// Those of `change`; [`Code::Busy`] when a change is open already.
    pub fn attempt<T>(&mut self, change: impl FnOnce(&mut Tree<'m>) -> Result<T>) -> Result<T> {
        self.begin_change()?;
        let done = change(self);
        match done {
            Ok(_) => self.keep(),
            Err(_) => self.undo(),
        }
        done
    }

    /// Begins a change, which [`keep`](Tree::keep) or [`undo`](Tree::undo) ends: [`attempt`](Tree::attempt)
    /// in parts. Everything can be done with the tree meanwhile. A loader or a merge only notes what it has
    /// read or put, which is not taken back.
    ///
    /// # Errors
    /// [`Code::Busy`] when one is open already.
    pub fn begin_change(&mut self) -> Result<()> {
        if self.is_changing() {
            return Err(Code::Busy);
        }
        self.arena.begin_change();
        Ok(())
    }

    /// Whether a change is open.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        self.arena.is_changing()
    }

    /// Ends the change that is open, and leaves the tree as it is now. Nothing if none is open.
    pub fn keep(&mut self) {
        if self.is_changing() {
            self.arena.keep();
        }
    }

    /// Ends the change that is open, and makes the tree what it was before it. Nothing if none is open.
    pub fn undo(&mut self) {
        if self.is_changing() {
            self.arena.undo();
            self.names.forget_beyond(self.arena.back());
        }
    }
}
