//! An index of the items of a scope, by name, in memory that the caller gives.

use super::seek::{Hit, Wanted};
use super::walker::Place;
use super::ChunkDecoder;
use crate::codec::chunk::shape::{Operation, What};
use crate::codec::chunk::store::Store;
use crate::error::Result;

/// Memory for one item of an index: 88 bytes at most.
///
/// A scope that is read out of order needs one for each of its items from there on, and one more; scopes
/// that are open inside of each other need theirs together. A scope that does not find enough of them is
/// searched as without an index.
#[derive(Clone, Copy, Debug, Default)]
pub struct IndexEntry {
    place: Place,
    hash: u32,
    /// The first item of the bucket with the number of this entry: its number and 1; 0 where none is.
    head: u32,
    /// The next item of the same bucket, told in the same way.
    next: u32,
    read: bool,
}

impl IndexEntry {
    pub(super) fn new(place: Place, hash: u32) -> Self {
        IndexEntry { place, hash, ..IndexEntry::default() }
    }
}

/// Where in the memory the index of a scope is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    base: usize,
    count: usize,
    /// The number of the first unread item.
    first: usize,
}

impl Found {
    pub(super) fn base(&self) -> usize {
        self.base
    }

    /// The bucket of a hash. There are as many as the largest power of two that is not above the count.
    fn bucket(&self, hash: u32) -> usize {
        let buckets = self.count.checked_ilog2().and_then(|log| 1usize.checked_shl(log));
        let mask = buckets.unwrap_or(1).wrapping_sub(1);
        usize::try_from(hash).unwrap_or(0) & mask
    }
}

/// Subsections are found without a name, raw bytes never: they are in buckets by these hashes.
const SUBSECTIONS: u32 = 0;

/// The hash under which an operation is found.
pub(super) fn hash_of(operation: &Operation<'_>) -> u32 {
    match operation.what {
        What::Subsection { .. } => SUBSECTIONS,
        _ => hash(operation.name),
    }
}

impl Wanted<'_> {
    pub(super) fn hash(&self) -> u32 {
        match self {
            Wanted::Item(name) => hash(name.bytes()),
            Wanted::Device(name, _) => hash(name),
            Wanted::Subsection => SUBSECTIONS,
        }
    }
}

/// FNV-1a, with its upper half folded into the lower one.
fn hash(name: &[u8]) -> u32 {
    let hash = name
        .iter()
        .fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    hash ^ hash >> 16
}

impl<S: Store> ChunkDecoder<'_, S> {
    fn entry(&mut self, number: usize) -> Option<&mut IndexEntry> {
        self.index.get_mut(number)
    }

    /// Links the entries that were made at the end of what is used, from the last to the first: so in each
    /// bucket they are in the order of the stream.
    pub(super) fn link(&mut self, count: usize) -> Option<Found> {
        let found = Found { base: self.index_used, count, first: 0 };
        for number in (0..count).rev() {
            let at = found.base.saturating_add(number);
            let bucket = found.base.saturating_add(found.bucket(self.entry(at)?.hash));
            let told = u32::try_from(number.saturating_add(1)).ok()?;
            let next = core::mem::replace(&mut self.entry(bucket)?.head, told);
            self.entry(at)?.next = next;
        }
        self.index_used = found.base.saturating_add(count).saturating_add(1);
        Some(found)
    }

    /// The first unread item that is wanted.
    pub(super) fn look_up(&mut self, found: Found, wanted: &Wanted<'_>) -> Result<Hit> {
        let hash = wanted.hash();
        let here = self.walker.at;
        let mut next = self.head(found, hash);
        let mut hit = Hit::Nowhere;
        while let Some((at, entry)) = self.follow(found, next) {
            // A stream may have all its names in one bucket.
            self.walker.count()?;
            self.searched = self.searched.saturating_add(1);
            self.walker.at = entry.place;
            if entry.hash == hash && self.walker.is(wanted)? == Some(true) {
                hit = Hit::Entry(at);
                break;
            }
            next = entry.next;
        }
        self.walker.at = here;
        Ok(hit)
    }

    fn head(&self, found: Found, hash: u32) -> u32 {
        let bucket = found.base.saturating_add(found.bucket(hash));
        self.index.get(bucket).map_or(0, |entry| entry.head)
    }

    /// The entry that a link tells, and where it is.
    fn follow(&self, found: Found, link: u32) -> Option<(usize, IndexEntry)> {
        let number = usize::try_from(link).ok()?.checked_sub(1)?;
        let at = found.base.saturating_add(number);
        self.index.get(at).map(|entry| (at, *entry))
    }

    /// Goes to the item of an entry, and takes the entry out of its bucket.
    pub(super) fn take_entry(&mut self, at: usize) -> Result<()> {
        let Some(found) = self.seek_of()?.index else { return Ok(()) };
        let Some(entry) = self.entry(at) else { return Ok(()) };
        let (hash, next, place) = (entry.hash, entry.next, entry.place);
        entry.read = true;
        self.walker.at = place;
        let mut before = None;
        let mut link = self.head(found, hash);
        while let Some((other, entry)) = self.follow(found, link).filter(|(other, _)| *other != at)
        {
            before = Some(other);
            link = entry.next;
        }
        let bucket = found.base.saturating_add(found.bucket(hash));
        match before {
            Some(before) => {
                if let Some(entry) = self.entry(before) {
                    entry.next = next;
                }
            }
            None => {
                if let Some(entry) = self.entry(bucket) {
                    entry.head = next;
                }
            }
        }
        Ok(())
    }

    /// Goes to the first unread item, or to the end of the scope.
    pub(super) fn go_to_first_entry(&mut self, found: Found) -> Result<()> {
        let mut first = found.first;
        while first < found.count && self.is_read(found, first) {
            first = first.saturating_add(1);
        }
        if let Some(entry) = self.index.get(found.base.saturating_add(first)) {
            self.walker.at = entry.place;
        }
        self.seek_of()?.index = Some(Found { first, ..found });
        Ok(())
    }

    fn is_read(&self, found: Found, number: usize) -> bool {
        self.index.get(found.base.saturating_add(number)).is_some_and(|entry| entry.read)
    }

    /// Notes that the first unread item was read without being looked up.
    pub(super) fn first_entry_is_read(&mut self, found: Found) -> Result<()> {
        self.take_entry(found.base.saturating_add(found.first))
    }

    /// Leaves the items that were not read, and goes to the end of the scope.
    pub(super) fn leave_entries(&mut self, found: Found) -> Result<()> {
        for number in found.first..=found.count {
            let at = found.base.saturating_add(number);
            let Some(entry) = self.index.get(at).copied() else { break };
            self.walker.at = entry.place;
            if number < found.count && !entry.read {
                self.leave_one()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_as_small_as_told() {
        assert!(size_of::<IndexEntry>() <= 88);
    }

    #[test]
    fn there_is_a_bucket_for_every_hash() {
        for count in 1..100 {
            let found = Found { base: 0, count, first: 0 };
            assert!((0..1000).all(|name: u32| found.bucket(hash(&name.to_be_bytes())) < count));
        }
    }
}
