//! Which device of one stream is which of the other, and each pair compared.

use std::collections::{HashMap, VecDeque};
use std::mem::discriminant;

use migcore::model::{Builder, Tree};
use migcore::Code;

use super::bytes;
use super::chunks::too_large;
use super::listing::{Found, Listing};
use super::side::{Device, Side, State, MOST_BYTES};
use super::{guest, memory, state};
use crate::failure::{Failure, Result};
use crate::show::counted;

/// The least and the most memory for the tree of one device.
const LEAST: usize = 1 << 16;
const MOST: usize = 1 << 30;

/// Compares two streams. Devices are the same by name and instance; of several equal ones the first belongs to
/// the first.
///
/// # Errors
/// [`Failure`]; what cannot be printed is kept in the listing.
pub fn compare(left: &Side, right: &Side, listing: &mut Listing<'_>) -> Result<()> {
    let mut comparing = Comparing { left, right, listing, memory: Default::default() };
    if discriminant(&left.store) == discriminant(&right.store) {
        comparing.facts();
        comparing.commands()?;
    }
    comparing.devices()?;
    guest::compare(left.guest.as_ref(), right.guest.as_ref(), listing)
}

struct Comparing<'s, 'l, 'w> {
    left: &'s Side,
    right: &'s Side,
    listing: &'l mut Listing<'w>,
    /// For the trees of a pair.
    memory: (Vec<u8>, Vec<u8>),
}

impl Comparing<'_, '_, '_> {
    fn facts(&mut self) {
        let (left, right) = (&self.left.facts, &self.right.facts);
        for fact in left {
            match right.iter().find(|other| other.name == fact.name) {
                None => {
                    self.listing.tell(&Found::removed(fact.name.to_owned(), fact.value.clone()));
                }
                Some(other) if other.value != fact.value => {
                    let (left, right) = (fact.value.clone(), other.value.clone());
                    self.listing.tell(&Found::sided(fact.name.to_owned(), left, right));
                }
                Some(_) => {}
            }
        }
        for fact in right.iter().filter(|fact| left.iter().all(|other| other.name != fact.name)) {
            self.listing.tell(&Found::added(fact.name.to_owned(), fact.value.clone()));
        }
    }

    /// Compares commands, which have no names that tell them apart, one by one in their order.
    fn commands(&mut self) -> Result<()> {
        let (mut left, mut right) = (self.left.commands.iter(), self.right.commands.iter());
        for number in 0u64.. {
            let path = format!("command[{number}]");
            match (left.next(), right.next()) {
                (None, None) => break,
                (Some(one), None) => self.listing.tell(&Found::removed(path, one.name.clone())),
                (None, Some(other)) => self.listing.tell(&Found::added(path, other.name.clone())),
                (Some(one), Some(other)) if one.name != other.name => {
                    self.listing.tell(&Found::sided(path, one.name.clone(), other.name.clone()));
                }
                (Some(one), Some(other)) => {
                    let left = (self.left.input(), std::slice::from_ref(&one.data));
                    let right = (self.right.input(), std::slice::from_ref(&other.data));
                    let unlike = bytes::compare(left, right).map_err(self.unreadable())?;
                    if !unlike.is_same() {
                        let text = format!("{}, {}", one.name, unlike.text("bytes"));
                        self.listing.tell(&Found::value(path, text));
                    }
                }
            }
        }
        Ok(())
    }

    fn devices(&mut self) -> Result<()> {
        let mut others: HashMap<(&[u8], u32), VecDeque<usize>> = HashMap::new();
        for (index, device) in self.right.devices.iter().enumerate() {
            let key = (device.name.as_slice(), device.instance);
            others.entry(key).or_default().push_back(index);
        }
        let mut used = vec![false; self.right.devices.len()];
        let left = self.left;
        for device in &left.devices {
            let key = (device.name.as_slice(), device.instance);
            let index = others.get_mut(&key).and_then(VecDeque::pop_front);
            match index.and_then(|index| self.right.devices.get(index)) {
                Some(other) => self.pair(device, other)?,
                None => self.only(device, true),
            }
            if let Some(used) = index.and_then(|index| used.get_mut(index)) {
                *used = true;
            }
            if self.listing.failed() {
                return Ok(());
            }
        }
        let right = self.right;
        let rest = right.devices.iter().zip(used).filter(|(_, used)| !used);
        rest.for_each(|(device, _)| self.only(device, false));
        Ok(())
    }

    fn only(&mut self, device: &Device, left: bool) {
        let what = format!(
            "version {}, {}",
            device.version,
            counted(bytes::length(device.bytes()), "byte")
        );
        let counts = &mut self.listing.counts;
        let (count, found) = match left {
            true => (&mut counts.only_left, Found::removed(device.path(), what)),
            false => (&mut counts.only_right, Found::added(device.path(), what)),
        };
        *count = count.saturating_add(1);
        self.listing.tell(&found);
    }

    fn pair(&mut self, left: &Device, right: &Device) -> Result<()> {
        let before = self.listing.counts.differences;
        match (&left.state, &right.state) {
            (State::Ram(one), State::Ram(other)) => {
                let sides = ((self.left, one), (self.right, other));
                memory::compare(&left.path(), sides.0, sides.1, self.listing)
                    .map_err(self.unreadable())?;
                self.versions(left, right);
            }
            (State::Described { .. } | State::Chunks { .. }, State::Described { .. })
            | (State::Described { .. } | State::Chunks { .. }, State::Chunks { .. }) => {
                self.values(left, right)?;
            }
            (State::Chunks { .. }, _) | (_, State::Chunks { .. }) => self.unlike(left, right),
            _ => self.opaque(left, right)?,
        }
        let counts = &mut self.listing.counts;
        counts.compared = counts.compared.saturating_add(1);
        let differ = u64::from(counts.differences > before);
        counts.different = counts.different.saturating_add(differ);
        Ok(())
    }

    fn versions(&mut self, left: &Device, right: &Device) {
        if left.version != right.version {
            let text = |device: &Device| format!("version {}", device.version);
            self.listing.tell(&Found::sided(left.path(), text(left), text(right)));
        }
    }

    /// One side is known by its bytes alone, and the other not by such bytes.
    fn unlike(&mut self, left: &Device, right: &Device) {
        let opaque = opaque(left, right);
        let text = "cannot be compared: the other stream has it in another format".to_owned();
        let found = Found::value(left.path(), text).by("unknown");
        self.listing.tell(&found.opaque(opaque));
    }

    /// Compares bytes of which nothing is known, on one side at least.
    fn opaque(&mut self, left: &Device, right: &Device) -> Result<()> {
        self.versions(left, right);
        let sides = ((self.left.input(), left.bytes()), (self.right.input(), right.bytes()));
        let unlike = bytes::compare(sides.0, sides.1).map_err(self.unreadable())?;
        if !unlike.is_same() {
            let found = Found::value(left.path(), unlike.text("bytes"));
            self.listing.tell(&found.opaque(opaque(left, right)));
        }
        let counts = &mut self.listing.counts;
        counts.opaque = counts.opaque.saturating_add(1);
        Ok(())
    }

    /// Compares values.
    fn values(&mut self, left: &Device, right: &Device) -> Result<()> {
        let (one, other) = (bytes_of(self.left, left)?, bytes_of(self.right, right)?);
        if self.means_the_same(left, right) && one == other {
            return Ok(());
        }
        let (left_side, right_side, listing) = (self.left, self.right, &mut *self.listing);
        let (left_memory, right_memory) = (&mut self.memory.0, &mut self.memory.1);
        with_tree(left_side, (left, &one), left_memory, |left| {
            with_tree(right_side, (right, &other), right_memory, |right| {
                let compared = state::compare(left, right, listing);
                compared.map_err(|code| Failure::Refused(code.to_string()))
            })
        })
    }

    /// Whether equal bytes are equal values.
    fn means_the_same(&self, left: &Device, right: &Device) -> bool {
        match (&left.state, &right.state) {
            (State::Chunks { .. }, State::Chunks { .. }) => true,
            (State::Described { entry: one, .. }, State::Described { entry: other, .. }) => {
                left.version == right.version && self.left.entry(*one) == self.right.entry(*other)
            }
            _ => false,
        }
    }

    fn unreadable(&self) -> impl FnOnce(std::io::Error) -> Failure {
        let (left, right) = (self.left.input().path(), self.right.input().path());
        let what = format!("cannot read {} or {}", left.display(), right.display());
        |error| Failure::Io(what, error)
    }
}

/// Why a pair is compared by its bytes.
fn opaque(left: &Device, right: &Device) -> Option<String> {
    let why = |device: &Device, side: &str| match &device.state {
        State::Opaque { why, .. } => Some(format!("opaque in {side}: {why}")),
        _ => None,
    };
    match (why(left, "A"), why(right, "B")) {
        (Some(left), Some(right)) => Some(format!("{left}; {right}")),
        (left, right) => left.or(right),
    }
}

fn bytes_of(side: &Side, device: &Device) -> Result<Vec<u8>> {
    let path = side.input().path();
    let Some(range) = device.bytes().first() else { return Ok(Vec::new()) };
    let read = bytes::read(side.input(), *range, MOST_BYTES).map_err(Failure::reading(path))?;
    read.ok_or_else(|| too_large(path))
}

/// Gives a device as a tree to `then`, with memory that grows as it must.
fn with_tree(
    side: &Side,
    (device, bytes): (&Device, &[u8]),
    memory: &mut Vec<u8>,
    then: impl FnOnce(&Tree<'_>) -> Result<()>,
) -> Result<()> {
    loop {
        let size = memory.len().max(LEAST);
        memory.resize(size, 0);
        let refused = |code: Code| {
            let path = side.input().path().display();
            Failure::Refused(format!("{path}: {}: {}", device.path(), code.text()))
        };
        let mut tree = Tree::new(memory).map_err(refused)?;
        match side.visit(device, bytes, &mut Builder::new(&mut tree)) {
            Ok(()) => return then(&tree),
            Err(Code::NoSpace) if size < MOST => memory.resize(size.saturating_mul(2).min(MOST), 0),
            Err(Code::NoSpace) => return Err(too_large(side.input().path())),
            Err(code) => return Err(refused(code)),
        }
    }
}
