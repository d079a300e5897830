//! Runs of items: see [`packed`](crate::visit::Packed).

use super::Visitor;
use crate::error::{Result, MAX_DEPTH};
use crate::visit::{Packed, Put, Take};

impl Visitor<'_> {
    /// Saves a run of items at once, if the wire takes it so; if not, nothing was done, and the items are to
    /// be saved one by one.
    ///
    /// `put` gets the places of the values, in order, and fills each. A place ends with the run, or where the
    /// elements of a list of the run begin.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`](crate::error::Code::WrongDirection) on load.
    pub fn save_packed(&mut self, run: &Packed<'_>, put: Put<'_>) -> Result<bool> {
        let fits = self.has_depth(run);
        self.save(&"", |encoder| {
            let room = if fits { encoder.room() } else { None };
            Ok(room.is_some_and(|room| room.put(run, put)))
        })
    }

    /// Loads a run of items at once, if the wire has it so; if not, the items are to be loaded one by one.
    ///
    /// `take` gets the values, in order, in such pieces as [`save_packed`](Visitor::save_packed) has. It refuses
    /// one with a bool that is not to be taken; then too the items are to be loaded one by one, from the first on.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`](crate::error::Code::WrongDirection) on save.
    pub fn load_packed(&mut self, run: &Packed<'_>, take: Take<'_>) -> Result<bool> {
        let fits = self.has_depth(run);
        self.load(&"", |decoder| {
            let ahead = if fits { decoder.ahead() } else { None };
            Ok(ahead.is_some_and(|ahead| ahead.take(run, take)))
        })
    }

    fn has_depth(&self, run: &Packed<'_>) -> bool {
        self.track.depth().saturating_add(run.depth) <= MAX_DEPTH
    }
}
