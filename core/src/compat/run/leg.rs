//! One edge as it is gone.

use crate::compat::declare::history::{Edge, Reverse, Way};
use crate::compat::declare::step::{DeviceName, Step};
use crate::compat::losses::store::Passage;
use crate::compat::Failed;
use crate::error::Code;

/// An edge as it is gone.
#[derive(Clone, Copy)]
pub(crate) struct Leg<'r> {
    pub(crate) edge: &'r Edge<'r>,
    pub(crate) passage: Passage<'r>,
}

impl<'r> Leg<'r> {
    /// The edge of this number.
    pub(crate) fn of(edges: &'r [Edge<'r>], number: usize, way: Way) -> Result<Leg<'r>, Failed> {
        let edge = edges.get(number).ok_or(Code::NoRoute)?;
        if !edge.leads(way) {
            let (from, to) = edge.ends(way);
            return Err(Failed::from(Code::NoRoute).between(from, to));
        }
        let alike = |other: &&Edge<'_>| other.from == edge.from && other.to == edge.to;
        let before = edges.iter().take(number).filter(alike).count();
        let number = u32::try_from(before).unwrap_or(u32::MAX);
        Ok(Leg { edge, passage: Passage { from: edge.from, to: edge.to, edge: number, way } })
    }

    /// The steps as they are done, each with its number. Steps that are declared for the way back are numbered from
    /// their last, so that each has the number of the one that it reverts.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (usize, Step<'r>)> + 'r {
        let down = self.passage.way == Way::Down;
        let (steps, derived) = match self.edge.reverse {
            Reverse::Steps(steps) if down => (steps, false),
            _ => (self.edge.steps, down),
        };
        (0..steps.len()).filter_map(move |at| {
            let mirrored = steps.len().saturating_sub(at).saturating_sub(1);
            let step = steps.get(if derived { mirrored } else { at })?;
            let step = if derived { step.inverse() } else { *step };
            Some((if down { mirrored } else { at }, step))
        })
    }

    /// Whether its steps give the device its version themselves.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if they give it another one than the leg leads to.
    pub(crate) fn sets_version(&self) -> Result<bool, Code> {
        let (from, to) = self.passage.ends();
        let (mut sets, mut at) = (false, from.number);
        for (_, step) in self.steps() {
            let Step::SetVersion { device: DeviceName::THIS, from, to } = step else { continue };
            if from != at {
                return Err(Code::InvalidArgument);
            }
            (sets, at) = (true, to);
        }
        match !sets || at == to.number {
            true => Ok(sets),
            false => Err(Code::InvalidArgument),
        }
    }
}
