//! Finds devices by name and instance, whatever order they are kept in.

use core::cmp::Ordering;

use super::label::Label;
use super::slot::{Identity, Note, Registered};
use super::Machine;
use crate::error::{Code, Report, MAX_NAME};

type Key<'n> = (&'n [u8], u32);

fn key<'n>(identity: &Identity<'n>) -> Key<'n> {
    (identity.name, identity.instance)
}

impl<S: Registered> Machine<'_, S> {
    /// Checks the devices, and notes their places in the order of names.
    pub(super) fn sort(&mut self) -> Result<(), Report> {
        if u32::try_from(self.devices.len()).is_err() {
            return Err(Label::none().report(Code::TooMany, 0));
        }
        for (at, device) in (0u32..).zip(self.devices.iter_mut()) {
            let identity = device.identity();
            if let Some(code) = objection(&identity) {
                return Err(identity.report(code));
            }
            device.set_note(Note { sorted: at, seen: false });
        }
        self.heap_sort();
        match self.twin() {
            Some(identity) => Err(identity.report(Code::InvalidArgument)),
            None => Ok(()),
        }
    }

    /// The place of a device; `next` is where it is expected, and moves on.
    pub(super) fn find(&self, name: &[u8], instance: u32, next: &mut usize) -> Option<usize> {
        let wanted = (name, instance);
        let expected = self.devices.get(*next).is_some_and(|device| is(device, wanted));
        let at = if expected { *next } else { self.search(wanted)? };
        *next = at.saturating_add(1);
        Some(at)
    }

    fn search(&self, wanted: Key<'_>) -> Option<usize> {
        let (mut low, mut high) = (0, self.devices.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.compare(middle, wanted)? {
                Ordering::Equal => return self.sorted(middle),
                Ordering::Less => low = middle.saturating_add(1),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn compare(&self, rank: usize, wanted: Key<'_>) -> Option<Ordering> {
        let device = self.devices.get(self.sorted(rank)?)?;
        Some(key(&device.identity()).cmp(&wanted))
    }

    /// The place of the device of this rank.
    fn sorted(&self, rank: usize) -> Option<usize> {
        let note = self.devices.get(rank)?.note();
        usize::try_from(note.sorted).ok()
    }

    /// A device that another one cannot be told from.
    fn twin(&self) -> Option<Identity<'_>> {
        let identity = |rank| Some(self.devices.get(self.sorted(rank)?)?.identity());
        (1..self.devices.len()).find_map(|rank| {
            let (before, this) = (identity(rank.wrapping_sub(1))?, identity(rank)?);
            (key(&before) == key(&this)).then_some(this)
        })
    }

    /// Heap sort: it needs no memory, takes n log n steps at worst, and cannot panic.
    fn heap_sort(&mut self) {
        let count = self.devices.len();
        for top in (0..count / 2).rev() {
            self.sift(top, count);
        }
        for end in (1..count).rev() {
            self.swap(0, end);
            self.sift(0, end);
        }
    }

    /// Lets the device of rank `top` sink to its place among those before `end`.
    fn sift(&mut self, top: usize, end: usize) {
        let mut top = top;
        loop {
            let left = top.saturating_mul(2).saturating_add(1);
            let right = left.saturating_add(1);
            let larger = if right < end && self.is_less(left, right) { right } else { left };
            if larger >= end || !self.is_less(top, larger) {
                return;
            }
            self.swap(top, larger);
            top = larger;
        }
    }

    fn is_less(&self, a: usize, b: usize) -> bool {
        let device = |rank| self.devices.get(self.sorted(rank)?);
        match (device(a), device(b)) {
            (Some(a), Some(b)) => key(&a.identity()) < key(&b.identity()),
            _ => false,
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        let note = |devices: &[S], rank: usize| devices.get(rank).map(Registered::note);
        let (Some(first), Some(second)) = (note(self.devices, a), note(self.devices, b)) else {
            return;
        };
        for (rank, note) in [(a, second), (b, first)] {
            if let Some(device) = self.devices.get_mut(rank) {
                device.set_note(note);
            }
        }
    }
}

fn is(device: &impl Registered, wanted: Key<'_>) -> bool {
    key(&device.identity()) == wanted
}

fn objection(identity: &Identity<'_>) -> Option<Code> {
    let Identity { name, versions, oldest_reader, .. } = identity;
    match name.len() > MAX_NAME {
        true => Some(Code::NameTooLong),
        _ if versions.minimum > versions.current => Some(Code::InvalidArgument),
        _ if *oldest_reader > versions.current => Some(Code::InvalidArgument),
        _ => None,
    }
}
