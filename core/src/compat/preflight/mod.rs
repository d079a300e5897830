//! Whether a receiver loads a state, told before it is sent.
//!
//! # Contract
//!
//! A [`Preflight`] compares a state, as a [`Tree`], with the [`Manifest`] of a receiver. It tells each thing that it
//! [finds](Finding), with its path, and comes to an [`Answer`]: the worst of them. Neither tree is changed.
//!
//! It is **conservative**: it says *loads* only where the manifest describes all that the state has, and all that the
//! receiver needs. What only the values of a state tell, such as what a hook of the receiver refuses, it does not
//! know: whoever has the receiver at hand asks `Machine::check`.
//!
//! | in the state | answer |
//! |---|---|
//! | a device, an item or a subsection that the receiver does not know | refused; loads with losses if it is ancillary |
//! | a device or an item that the receiver needs is missing | refused |
//! | a version that the receiver does not load | refused |
//! | a type that is not the receiver's and does not become it without loss, another number of elements | refused |
//! | a value that must be the receiver's, and is not | refused |
//! | on a wire without names, what is in another order or of another width | refused |
//! | bytes whose inside nobody describes | cannot tell |
//! | a device or a version of which no shape is known | cannot tell |
//! | more elements than are known to fit | cannot tell |
//!
//! With the sender's transforms at hand ([`Preflight::run`]), the state is compared as it is after them, and what they
//! lose is told as well.
//!
//! Where the manifest has only a [sample](super::manifest::Known::Sample) of what a device accepts, what differs from
//! it cannot be told.
//!
//! # Walk
//!
//! ```
//! use migcore::compat::manifest::{About, Manifest};
//! use migcore::compat::preflight::{Answer, Preflight};
//! use migcore::machine::{Device, Machine, Slot};
//! use migcore::model::{Builder, Tree};
//! use migcore::visit::{Versions, Visit, Visiting, Visitor};
//!
//! #[derive(Clone)]
//! struct Uart {
//!     level: u8,
//!     speed: Option<u32>, // newer programs have it
//! }
//!
//! impl Visit for Uart {
//!     fn visit(&mut self, v: &mut Visitor<'_>) -> migcore::Result<()> {
//!         v.visit("level", &mut self.level)?;
//!         self.speed.as_mut().map_or(Ok(()), |speed| v.visit("speed", speed))
//!     }
//! }
//!
//! impl Device for Uart {
//!     fn has_scratch(&self) -> bool {
//!         true
//!     }
//!
//!     fn visit_scratch(&mut self, v: &mut Visitor<'_>) -> migcore::Result<()> {
//!         self.clone().visit(v)
//!     }
//! }
//!
//! // The receiver says what it accepts. The tree goes to the sender over any wire that names devices.
//! let mut memory = [0; 4096];
//! let mut receiver = Tree::new(&mut memory)?;
//! let mut old = Uart { level: 0, speed: None };
//! let mut slots = [Slot::new("uart", 0, Versions::only(1), &mut old)];
//! let about = About { writer: "vmm 1", ..About::default() };
//! Machine::new(&mut slots)?.manifest(&mut receiver, &about, 0, &mut |_, accepts| Ok(accepts))?;
//!
//! // The sender compares its state with that.
//! let mut memory = [0; 4096];
//! let mut state = Tree::new(&mut memory)?;
//! let mut new = Uart { level: 7, speed: Some(50) };
//! let mut slots = [Slot::new("uart", 0, Versions::only(1), &mut new)];
//! Machine::new(&mut slots)?.save(&mut Visiting::new(Builder::new(&mut state)).saver())?;
//!
//! let mut told = String::new();
//! let mut preflight = Preflight::new(Manifest::find(&receiver)?);
//! let answer = preflight.compare(&state, &mut |finding| told = finding.to_string())?;
//! assert_eq!(answer, Answer::Refused);
//! assert_eq!(told, "refused: uart/0.speed: the receiver does not know this item (found u32)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod devices;
mod finding;
mod run;
mod shape;

pub use finding::{Answer, Detail, Finding, Reason};

use super::manifest::{Manifest, Wire};
use super::{Compat, Version};
use crate::error::{Path, Result};
use crate::model::Tree;

/// Is told what is found.
pub type Report<'r> = &'r mut dyn FnMut(&Finding<'_>);

/// A comparison of states with a receiver.
#[derive(Debug)]
pub struct Preflight<'p, 't, 'm> {
    manifest: Manifest<'t, 'm>,
    memory: &'p mut [u8],
    needs: &'p [&'p str],
    wire: Wire,
}

impl<'p, 't, 'm> Preflight<'p, 't, 'm> {
    /// Compares with this receiver.
    #[must_use]
    pub fn new(manifest: Manifest<'t, 'm>) -> Self {
        Preflight { manifest, memory: &mut [], needs: &[], wire: Wire::Any }
    }

    /// With memory for an index, so that items in another order than the receiver's cost no search for each: see
    /// [`Tree::diff_with`].
    #[must_use]
    pub fn memory(mut self, memory: &'p mut [u8]) -> Self {
        self.memory = memory;
        self
    }

    /// With the capabilities that the sender needs of the receiver.
    #[must_use]
    pub fn needs(mut self, capabilities: &'p [&'p str]) -> Self {
        self.needs = capabilities;
        self
    }

    /// With the wire that the sender sends on. Without it, it is taken that it is the one that the receiver wants, and
    /// chunks where that takes any.
    ///
    /// [QEMU's bytes](Wire::Legacy) have no names: what stands in another order or is of another width is read as
    /// something else there, and nothing can be skipped.
    #[must_use]
    pub fn wire(mut self, wire: Wire) -> Self {
        self.wire = wire;
        self
    }

    /// Compares a state as it is.
    ///
    /// # Errors
    /// [`Code::StaleHandle`](crate::Code::StaleHandle), which does not happen.
    pub fn compare(&mut self, state: &Tree<'_>, report: Report<'_>) -> Result<Answer> {
        let mut answer = Answer::Loads;
        self.all(state, &mut |finding| {
            answer = answer.and(finding.answer);
            report(finding);
        })?;
        Ok(answer)
    }

    /// Compares a state with the receiver after the transforms that lead to the receiver's versions: the routes are
    /// found and gone, what is lost is told, and all of it is undone. `from` is the version of the machine now, where
    /// the state does not say it. Devices of which the receiver takes the version that they have stay as they are.
    ///
    /// A machine whose manifest says its version is transformed to that, if this side or the receiver has a history of
    /// it; the edges of the others do not run. Filters see the state as it [leaves](super::Border::Leaving). What has no
    /// route here and one at the receiver stays as it is, and cannot be told.
    ///
    /// # Errors
    /// [`Code::NoSpace`](crate::Code::NoSpace) for what the transforms need;
    /// [`Code::Busy`](crate::Code::Busy) if a change of the tree is open;
    /// [`Code::Unbalanced`](crate::Code::Unbalanced) if code of a step left it in use. Where a transform fails for
    /// another reason, that is a finding.
    pub fn run(
        &mut self,
        state: &mut Tree<'_>,
        compat: &Compat<'_>,
        from: Option<Version<'_>>,
        report: Report<'_>,
    ) -> Result<Answer> {
        let mut answer = Answer::Loads;
        self.transformed(state, compat, from, &mut |finding| {
            answer = answer.and(finding.answer);
            report(finding);
        })?;
        Ok(answer)
    }

    fn all(&mut self, state: &Tree<'_>, report: Report<'_>) -> Result<()> {
        for need in self.needs.iter().filter(|need| !self.manifest.has_capability(need)) {
            report(&Finding {
                answer: Answer::Refused,
                reason: Reason::Capability,
                path: Path::new(),
                expected: Detail::None,
                found: Detail::Text(need),
            });
        }
        let wanted = self.manifest.wire();
        if self.wire != wanted && ![self.wire, wanted].contains(&Wire::Any) {
            report(&Finding {
                answer: Answer::Refused,
                reason: Reason::Wire,
                path: Path::new(),
                expected: Detail::Text(wanted.text()),
                found: Detail::Text(self.wire.text()),
            });
        }
        let named = ![self.wire, wanted].contains(&Wire::Legacy);
        devices::compare((state, named), &self.manifest, self.memory, report)
    }
}
