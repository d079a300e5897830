//! Which entries of a description belong to which sections.

use std::collections::HashMap;

use migcore::codec::vmdesc::{size_of, Content, Description, Device, Field, Nested, Vmdesc};

use super::item::Named;
use crate::input::told;

/// Which entries of the description belong to a name and instance, in order, and how many were used.
#[derive(Debug, Default)]
pub(super) struct Entries {
    by_name: HashMap<(Vec<u8>, u32), (Vec<usize>, usize)>,
    /// Of each entry, once it was needed.
    measures: HashMap<usize, Measure>,
}

/// A field costs as much as so many bytes that are read.
const FIELD: u64 = 16;

/// What is known of an entry without a payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    /// How long its payload is.
    pub(super) size: u64,
    /// How many entries of fields it has, which are all looked at for each section, whatever its size.
    pub(super) fields: u64,
}

impl Measure {
    fn of(device: &Device) -> Self {
        let fields = match &device.content {
            Content::Described(description) => count(description),
            Content::Handler { fields, .. } => told(fields.len()),
        };
        Measure { size: size_of(device).unwrap_or(u64::MAX), fields }
    }

    /// What a walk through a section costs that no byte of it pays for, in bytes.
    pub(super) fn unpaid(self) -> u64 {
        self.fields.saturating_sub(self.size).saturating_mul(FIELD)
    }
}

/// The entries of all fields of a description, without recursion.
fn count(description: &Description) -> u64 {
    let (mut count, mut left) = (0u64, vec![description]);
    while let Some(next) = left.pop() {
        count = count.saturating_add(told(next.fields.len())).saturating_add(1);
        left.extend(next.fields.iter().flat_map(nested));
        left.extend(next.subsections.iter().flatten());
    }
    count
}

/// The descriptions in a field.
fn nested(field: &Field) -> &[Description] {
    match &field.nested {
        Nested::None | Nested::Struct(None) => &[],
        Nested::Struct(Some(nested)) => std::slice::from_ref(nested),
        Nested::Inline(nested) => nested,
    }
}

impl Entries {
    pub(super) fn new(description: &Vmdesc) -> Self {
        let mut entries = Entries::default();
        for (index, device) in description.devices.iter().enumerate() {
            let key = (device.name.clone().into_bytes(), device.instance);
            entries.by_name.entry(key).or_default().0.push(index);
        }
        entries
    }

    /// The measure of an entry, which is taken once.
    pub(super) fn measure(&mut self, index: usize, device: &Device) -> Measure {
        *self.measures.entry(index).or_insert_with(|| Measure::of(device))
    }

    /// The entry of the next section of this name. A section that comes more often than its description
    /// has the last one again.
    pub(super) fn next(&mut self, named: &Named) -> Option<usize> {
        let (indexes, used) = self.by_name.get_mut(&(named.name.clone(), named.instance))?;
        let index = indexes.get(*used).or(indexes.last()).copied();
        *used = used.saturating_add(1);
        index
    }

    /// How many entries there are of this name.
    pub(super) fn count(&self, named: &Named) -> u64 {
        let entries = self.by_name.get(&(named.name.clone(), named.instance));
        entries.map_or(0, |(indexes, _)| told(indexes.len()))
    }

    /// The entries that no section used, in order.
    pub(super) fn unused(&self) -> Vec<usize> {
        let rest =
            |(indexes, used): &(Vec<usize>, usize)| indexes.get(*used..).map(<[usize]>::to_vec);
        let mut unused: Vec<usize> = self.by_name.values().filter_map(rest).flatten().collect();
        unused.sort_unstable();
        unused
    }
}
