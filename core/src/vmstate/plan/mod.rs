//! Plans: what a table says of its objects, worked out once, so that most fields are moved many at a time.
//!
//! Neighbouring fields that are there whatever the object holds, and that no code of the device looks at, are a run:
//! see [`Packed`](crate::visit::Packed). A plan holds the runs of a table at one version, in memory of the caller.
//! It knows fields by their index and values by their place in the object, and so serves any object of the table,
//! any number of visits at once.
//!
//! A visit by a plan comes to the same as the walk: the same bytes, the same values, the same errors. What is in no
//! run is walked, and so is a run that a wire does not take or have so: the first of its form in chunks, one
//! that is cut by the end of a fragment or of a buffer, one that was written in another order.

mod block;
mod compile;
mod moves;
mod run;

use super::level::{Fields, Object};
use super::walk::Walk;
use super::{visit_by, Host, Memory, PlaceOf, Table};
use crate::error::{Report, Result};
use block::{BlockReader, Run};
use moves::{gather, scatter};

/// The plan of a table at one version.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'p> {
    version: u32,
    fields: usize,
    length: usize,
    steps: BlockReader<'p>,
}

impl<'p> Plan<'p> {
    /// Makes the plan of `table` at a version, mostly the current one, in `memory`.
    ///
    /// # Errors
    /// [`Code::NoSpace`](crate::Code::NoSpace) with the size needed; [`Code::BadTable`](crate::Code::BadTable).
    pub fn compile<T: Table>(
        table: T,
        version: u32,
        memory: &'p mut [u8],
    ) -> core::result::Result<Self, Report> {
        let length = compile::compile(table, version, memory)?;
        Ok(Plan::in_memory(memory.get(..length).unwrap_or_default()))
    }

    /// The plan that was made in this memory. Memory in which none was made, or not the whole of one, gives a plan that
    /// walks what it does not know. Other memory gives a plan that is of no use, and does no harm but to the object that
    /// is visited.
    #[must_use]
    pub fn in_memory(memory: &'p [u8]) -> Self {
        let (head, steps) = BlockReader::new(memory).unwrap_or_default();
        let fields = usize::try_from(head.fields).unwrap_or(usize::MAX);
        Plan { version: head.version, fields, length: memory.len(), steps }
    }

    /// The version that it is for. Objects of another one are walked.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// How many bytes of memory it takes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// How many fields of the table are in runs, and how many are in none.
    #[must_use]
    pub fn fields(&self) -> (usize, usize) {
        let (mut steps, mut packed) = (self.steps, 0usize);
        while let Some(step) = steps.next() {
            if step.run.is_some() {
                packed = packed.saturating_add(step.end.saturating_sub(step.first));
            }
        }
        (packed, self.fields.saturating_sub(packed))
    }
}

/// Visits an object by its table, of which this is the plan: as [`visit`](super::visit), only faster.
///
/// # Errors
/// As [`visit`](super::visit).
pub fn visit_planned<H: Host>(
    host: &mut H,
    table: H::Table,
    plan: &Plan<'_>,
    object: PlaceOf<H>,
) -> Result<()> {
    visit_by(host, table, object, Some(plan))
}

impl<H: Host> Fields<H> for Plan<'_> {
    fn visit(&self, walk: &mut Walk<'_, H>, object: Object<'_, H>) -> Result<()> {
        if object.version != self.version {
            return walk.fields(object, 0..usize::MAX);
        }
        let (mut steps, mut end) = (self.steps, 0usize);
        while let Some(step) = steps.next() {
            end = step.end;
            let moved = match &step.run {
                Some(run) => moved(walk, run, object.place)?,
                None => false,
            };
            if !moved {
                walk.fields(object, step.first..step.end)?;
            }
        }
        // None are left, unless this is no whole plan.
        walk.fields(object, end..usize::MAX)
    }
}

/// Moves the values of a run; says whether the wire takes them, or has them, so.
fn moved<H: Host>(walk: &mut Walk<'_, H>, run: &Run<'_>, object: PlaceOf<H>) -> Result<bool> {
    walk.host.with(|v, memory| {
        let there = memory.at(object, run.low).is_ok_and(|place| memory.holds(place, run.span));
        if !there {
            return Ok(false);
        }
        let mut groups = run.groups;
        if v.is_loading() {
            return v.load_packed(&run.packed, &mut |piece, flags, swap| {
                let behind = scatter(memory, object, groups, piece, flags, swap);
                groups = behind.unwrap_or_default();
                behind.is_some()
            });
        }
        v.save_packed(&run.packed, &mut |piece, swap| {
            groups = gather(memory, object, groups, piece, swap);
        })
    })
}
