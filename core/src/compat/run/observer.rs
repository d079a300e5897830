//! Who looks on while a transform runs.

use crate::compat::declare::history::{Edge, Way};
use crate::compat::declare::step::Step;
use crate::compat::losses::loss::Loss;
use crate::model::{NodeId, Tree};

/// Where a run is: a step of an edge.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    /// The device; `None` for the machine.
    pub device: Option<NodeId>,
    /// The edge.
    pub edge: &'a Edge<'a>,
    /// How it is gone.
    pub way: Way,
    /// The number of the step in the edge as it is declared. The last one, behind all that are declared, is the
    /// version of the device itself.
    pub number: usize,
    /// The step as it is done: on the way down the inverse.
    pub step: Step<'a>,
}

/// Looks on while a transform runs. The tree is that of the moment; all of it may be undone later.
pub trait Observer {
    /// A step begins.
    fn before(&mut self, _tree: &Tree<'_>, _at: &Stage<'_>) {}

    /// A step ends, which touched so many items.
    fn after(&mut self, _tree: &Tree<'_>, _at: &Stage<'_>, _touched: u32) {}

    /// An item will be changed, moved or removed by the step.
    fn changing(&mut self, _tree: &Tree<'_>, _at: &Stage<'_>, _item: NodeId) {}

    /// An item was changed, moved or added by the step.
    fn changed(&mut self, _tree: &Tree<'_>, _at: &Stage<'_>, _item: NodeId) {}

    /// Something is lost. Losses that are refused are told as well, and the run goes on to its end, so that all
    /// are seen.
    fn lost(&mut self, _tree: &Tree<'_>, _loss: &Loss<'_>) {}
}

/// Does not look.
impl Observer for () {}
