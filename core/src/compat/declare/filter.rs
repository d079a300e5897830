//! Code that sees a state on its way out and in.

use crate::compat::declare::step::Hook;

/// Code that sees, and may change, a state at the wire: what leaves, after its routes, and what arrives, before
/// them. What it reports as lost is judged by the policy and shown, and is not kept, since no edge leads back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Sees what leaves.
    pub leaving: Option<Hook<'a>>,
    /// Sees what arrives.
    pub arriving: Option<Hook<'a>>,
}

/// Which filters a run has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Border {
    /// None.
    #[default]
    Neither,
    /// The state will be sent: those for what leaves, after the routes.
    Leaving,
    /// The state was received: those for what arrives, before the routes.
    Arriving,
}
