//! Memory that a load makes in an object which the device does not have yet: an element of a list or tree before it is
//! put there, or scratch. Nobody but the walk knows of it, so the walk gives it back when the object cannot be loaded.

use heapless::Vec;

use super::walk::Walk;
use super::{Host, Memory, PlaceOf};
use crate::error::Result;

/// How much is remembered at a time: blocks, and lists as a whole. What is more stays in the object.
const REMEMBERED: usize = 32;

/// What was made in such objects, the inner behind the outer.
pub(super) struct Fresh<P> {
    /// The walk is in such an object.
    inside: bool,
    made: Vec<Made<P>, REMEMBERED>,
}

/// Something that was made, found again by the pointer that leads to it.
struct Made<P> {
    slot: P,
    size: usize,
    what: What<P>,
}

enum What<P> {
    /// A block at this place.
    Block(P),
    /// So many elements of a list, with their links here.
    List { count: usize, link: usize },
}

impl<P> Fresh<P> {
    pub(super) fn new() -> Self {
        Fresh { inside: false, made: Vec::new() }
    }

    /// How much is remembered by now.
    pub(super) fn mark(&self) -> usize {
        self.made.len()
    }

    /// Forgets what was made since then: it belongs to somebody.
    pub(super) fn forget(&mut self, mark: usize) {
        self.made.truncate(mark);
    }

    /// Remembers a block to which the pointer at `slot` leads.
    pub(super) fn block(&mut self, slot: P, block: P, size: usize) {
        self.push(Made { slot, size, what: What::Block(block) });
    }

    /// Remembers a list that begins at `head`, which has no elements yet. Gives what stands for it.
    pub(super) fn list(&mut self, head: P, link: usize, size: usize) -> Option<usize> {
        let index = self.mark();
        self.push(Made { slot: head, size, what: What::List { count: 0, link } });
        (self.mark() > index).then_some(index)
    }

    /// An element came to a list.
    pub(super) fn linked(&mut self, list: Option<usize>) {
        let made = list.and_then(|index| self.made.get_mut(index));
        if let Some(Made { what: What::List { count, .. }, .. }) = made {
            *count = count.saturating_add(1);
        }
    }

    fn push(&mut self, made: Made<P>) {
        if self.inside {
            // What there is no room for is not remembered.
            let _ = self.made.push(made);
        }
    }
}

impl<H: Host> Walk<'_, H> {
    /// Loads an object that the device does not have yet. What was made in it is given back if `visit` fails.
    pub(super) fn fresh<R>(&mut self, visit: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        let (outside, mark) = (self.fresh.inside, self.fresh.mark());
        self.fresh.inside = true;
        let done = visit(self);
        self.fresh.inside = outside;
        match done {
            Err(_) => self.give_back(mark),
            Ok(_) if !outside => self.fresh.forget(mark),
            Ok(_) => {}
        }
        done
    }

    /// Gives back what was made since then, the last first: what leads to it lies in what was made before.
    fn give_back(&mut self, mark: usize) {
        while self.fresh.mark() > mark {
            let Some(Made { slot, size, what }) = self.fresh.made.pop() else { return };
            // An error of the memory leaves the rest where it is.
            let _ = match what {
                What::Block(block) => self.give_back_block(slot, block, size),
                What::List { count, link } => self.give_back_list(slot, count, link, size),
            };
        }
    }

    /// A pointer that the device changed is the device's.
    fn give_back_block(&mut self, slot: PlaceOf<H>, block: PlaceOf<H>, size: usize) -> Result<()> {
        let memory = self.host.memory();
        if memory.follow(slot)? == Some(block) {
            memory.point(slot, None)?;
            self.release(block, size);
        }
        Ok(())
    }

    fn give_back_list(
        &mut self,
        head: PlaceOf<H>,
        count: usize,
        link: usize,
        size: usize,
    ) -> Result<()> {
        for _ in 0..count {
            let memory = self.host.memory();
            let Some(element) = memory.follow(head)? else { break };
            let next = memory.follow(memory.at(element, link)?)?;
            memory.point(head, next)?;
            self.release(element, size);
        }
        Ok(())
    }
}
