//! Passes over items, and checks their values on the way.

use super::step::{Leaf, Step};
use super::walker::{Frame, Walker};
use crate::codec::chunk::nesting::Nesting;
use crate::codec::chunk::shape::What;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};
use crate::io::told;
use crate::visit::{Kind, ScopeKind};

impl<S: Store> Walker<S> {
    /// Passes over the item here, with all that is in it, and checks its values.
    pub(super) fn skip(&mut self) -> Result<()> {
        let outer = self.frames.len();
        loop {
            self.step()?;
            if self.frames.len() == outer {
                return Ok(());
            }
        }
    }

    /// The same where somebody else checks the values, or has done so.
    pub(super) fn glance_over(&mut self) -> Result<()> {
        self.glancing = true;
        let done = self.skip();
        self.glancing = false;
        done
    }

    /// Passes one operation.
    fn step(&mut self) -> Result<()> {
        self.count()?;
        if let Some(Frame { kind: ScopeKind::List, elements, .. }) = self.frames.last() {
            match (elements.inside, elements.left) {
                (true, _) => {}
                (false, 0) => return self.end_list(),
                (false, _) => return self.begin_element(),
            }
        }
        self.arrive()?;
        let Some(operation) = self.operation()? else { return Err(self.misfit()) };
        let (marks, length) = (operation.marks, operation.length);
        match Step::of(&operation.what) {
            Step::Leaf(leaf) => {
                self.pass(length);
                self.skip_leaf(leaf)
            }
            Step::Begin(begin) => {
                self.pass(length);
                self.enter(begin, marks).map(|_| ())
            }
            Step::Element => Err(self.misfit()),
            Step::End => self.end_scope(),
        }
    }

    fn skip_leaf(&mut self, leaf: Leaf) -> Result<()> {
        match leaf {
            Leaf::Scalar(kind) => self.take_bits(kind).map(|_| ()),
            Leaf::Array(kind, count) => {
                let count = self.count_of(count)?;
                self.skip_bytes(kind, bytes_of(kind, count))
            }
            Leaf::Bytes(count) => {
                let count = self.count_of(count)?;
                self.skip_bytes(Kind::U8, u64::from(count))
            }
            Leaf::Text => {
                let (start, end) = self.take_counted()?;
                self.look_at(start, end, Walker::check_text)
            }
            Leaf::Absent => Ok(()),
            Leaf::Raw => self.take_counted().map(|_| ()),
        }
    }

    /// Checks bytes that are passed over, unless that is left to others.
    fn look_at(
        &mut self,
        start: usize,
        end: usize,
        check: impl FnOnce(&mut Self, usize, usize) -> Result<()>,
    ) -> Result<()> {
        if self.glancing {
            return Ok(());
        }
        self.count_bytes(start, end)?;
        check(self, start, end)
    }

    /// A count that is known from the shape, or stands before the elements.
    pub(super) fn count_of(&mut self, fixed: Option<u32>) -> Result<u32> {
        match fixed {
            Some(count) => Ok(count),
            None => self.take_count(),
        }
    }

    /// Passes over so many bytes of an array or buffer.
    pub(super) fn skip_bytes(&mut self, kind: Kind, length: u64) -> Result<()> {
        let mut left = length;
        while left > 0 {
            let (start, end) = self.take_piece(left, kind.width())?;
            if kind == Kind::Bool {
                self.look_at(start, end, Walker::check_flags)?;
            }
            left = left.saturating_sub(told(end.saturating_sub(start)));
        }
        Ok(())
    }

    /// Checks that bools are 0 or 1.
    pub(super) fn check_flags(&mut self, start: usize, end: usize) -> Result<()> {
        let flags = self.store.memory().get(start..end).unwrap_or_default();
        match flags.iter().enumerate().find(|(_, flag)| **flag > 1) {
            None => Ok(()),
            Some((at, &flag)) => {
                let position = start.saturating_add(at);
                Err(self.refuse(Code::BadValue, position, 1, u64::from(flag)))
            }
        }
    }

    /// Passes over items without values, up to the end of the scope.
    pub(super) fn pass_items(&mut self) -> Result<()> {
        let mut nesting = Nesting::inside(self.frames.len(), false);
        loop {
            self.arrive()?;
            match self.operation()? {
                None => return Err(self.misfit()),
                Some(operation) if operation.what == What::End && nesting.is_closed() => {
                    return self.count();
                }
                Some(_) => self.pass_without_values(&mut nesting)?,
            }
        }
    }

    /// Passes the operation here, which has no values, if it may stand here.
    pub(super) fn pass_without_values(&mut self, nesting: &mut Nesting) -> Result<()> {
        self.count()?;
        let Some(operation) = self.operation()? else { return Err(self.misfit()) };
        let length = operation.length;
        match nesting.pass(&operation.what) {
            Ok(()) => self.pass(length),
            Err(code) => return Err(self.refuse(code, self.at.shape, 0, 0)),
        }
        Ok(())
    }
}

/// The bytes of that many elements.
pub(super) fn bytes_of(kind: Kind, count: u32) -> u64 {
    u64::from(count).saturating_mul(told(kind.width().bytes()))
}
