//! Who is told what a step loses, and gives it back.

use crate::compat::Trail;
use crate::error::Result;
use crate::model::{NodeId, Tree};

/// What of an item is lost. The numbers are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum What {
    /// Its value; the item stays.
    Value = 1,
    /// Bits of its value: those in [`Lost::bits`].
    Bits = 2,
    /// Its place among its siblings: [`Lost::at`]. There is no node.
    Order = 3,
    /// The item with all that is inside.
    Item = 4,
    /// A device, or a record of QEMU's stream with the device inside.
    Record = 5,
    /// That it is not there, where the way back would make it. There is no node.
    Absence = 6,
    /// The oldest versions of a device: in [`Lost::bits`] the oldest one that could be read, and, in the upper
    /// half, the oldest that can read it. There is no node.
    Versions = 7,
    /// The number of a section of QEMU's stream, and whether it has a footer: in [`Lost::bits`], 1 in the upper half
    /// for one. There is no node.
    Section = 8,
}

impl What {
    /// All there are.
    pub const ALL: [What; 8] = [
        What::Value,
        What::Bits,
        What::Order,
        What::Item,
        What::Record,
        What::Absence,
        What::Versions,
        What::Section,
    ];

    /// What is lost, in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            What::Value => "its value",
            What::Bits => "some of its bits",
            What::Order => "its place",
            What::Item => "the item",
            What::Record => "all of it",
            What::Absence => "that it was not there",
            What::Versions => "its oldest versions",
            What::Section => "the number of its section",
        }
    }

    /// Whether a value is lost. Else it is only something about an item that the way back would not know.
    #[must_use]
    pub const fn is_value(self) -> bool {
        match self {
            What::Value | What::Bits | What::Item | What::Record => true,
            What::Order | What::Absence | What::Versions | What::Section => false,
        }
    }
}

/// Something that the way back will not know by itself.
#[derive(Clone, Copy, Debug)]
pub struct Lost<'a> {
    /// Where.
    pub trail: &'a Trail,
    /// What of it.
    pub what: What,
    /// The item as it still is, to be copied. After the call it is changed or removed.
    pub node: Option<NodeId>,
    /// How many siblings stood before it: of items all children of the scope; of devices what stands at the root
    /// and is not the library's own, or the records of the stream.
    pub at: u32,
    /// The numbers of [`What::Bits`], [`What::Versions`] and [`What::Section`].
    pub bits: u64,
    /// Whether the step knows a default, which this is not. Where it knows none, who judges may take 0 and
    /// empty for it.
    pub known: bool,
}

/// What comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// A copy of the item as it was, in this tree and nobody else's: the step moves it to its place, or takes
    /// its value. What the step leaves there is rubbish.
    pub node: Option<NodeId>,
    /// As in [`Lost`].
    pub at: u32,
    /// As in [`Lost`].
    pub bits: u64,
}

/// Told by a step what it loses and, on the way back, asked for it. It knows which step of which edge it is.
pub trait Ledger {
    /// Something will be lost.
    ///
    /// # Errors
    /// Any: the step then ends with it. A ledger that wants to show all losses notes that it refuses, and
    /// goes on.
    fn lost(&mut self, tree: &mut Tree<'_>, lost: &Lost<'_>) -> Result<()>;

    /// What this step lost at `path` ([`Trail::below`]) when it went the other way; of several the first that was
    /// lost and not yet given back. Without a path the first that is of this kind, wherever.
    ///
    /// # Errors
    /// Any: the step then ends with it.
    fn found(
        &mut self,
        tree: &mut Tree<'_>,
        what: What,
        path: Option<&[u8]>,
    ) -> Result<Option<Found>>;

    /// What was found last does not fit what is there now, and does not come back.
    fn unfit(&mut self) {}

    /// This item will be changed, moved or removed: for those who show what a step does.
    fn before(&mut self, _tree: &Tree<'_>, _node: NodeId) {}

    /// This item was changed, moved or added.
    fn after(&mut self, _tree: &Tree<'_>, _node: NodeId) {}
}

/// A ledger that lets everything go and has nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Ledger for Nothing {
    fn lost(&mut self, _tree: &mut Tree<'_>, _lost: &Lost<'_>) -> Result<()> {
        Ok(())
    }

    fn found(
        &mut self,
        _tree: &mut Tree<'_>,
        _what: What,
        _path: Option<&[u8]>,
    ) -> Result<Option<Found>> {
        Ok(None)
    }
}

/// What a [`Hook`](crate::compat::Hook) works on.
pub struct Edit<'e, 'm> {
    /// The tree, of which only what is in [`scope`](Edit::scope) is to be changed.
    pub tree: &'e mut Tree<'m>,
    /// The device, or the root for the whole machine.
    pub scope: NodeId,
    /// To be told what is lost, and asked for it.
    pub ledger: &'e mut dyn Ledger,
}
