//! Which entries of a description belong to which sections.

use std::collections::HashMap;

use migcore::codec::vmdesc::Vmdesc;

use super::item::Named;
use crate::input::told;

/// Which entries of the description belong to a name and instance, in order, and how many were used.
#[derive(Debug, Default)]
pub(super) struct Entries(HashMap<(Vec<u8>, u32), (Vec<usize>, usize)>);

impl Entries {
    pub(super) fn new(description: &Vmdesc) -> Self {
        let mut entries = Entries::default();
        for (index, device) in description.devices.iter().enumerate() {
            let key = (device.name.clone().into_bytes(), device.instance);
            entries.0.entry(key).or_default().0.push(index);
        }
        entries
    }

    /// The entry of the next section of this name. A section that comes more often than its description
    /// has the last one again.
    pub(super) fn next(&mut self, named: &Named) -> Option<usize> {
        let (indexes, used) = self.0.get_mut(&(named.name.clone(), named.instance))?;
        let index = indexes.get(*used).or(indexes.last()).copied();
        *used = used.saturating_add(1);
        index
    }

    /// How many entries there are of this name.
    pub(super) fn count(&self, named: &Named) -> u64 {
        let entries = self.0.get(&(named.name.clone(), named.instance));
        entries.map_or(0, |(indexes, _)| told(indexes.len()))
    }

    /// The entries that no section used, in order.
    pub(super) fn unused(&self) -> Vec<usize> {
        let rest =
            |(indexes, used): &(Vec<usize>, usize)| indexes.get(*used..).map(<[usize]>::to_vec);
        let mut unused: Vec<usize> = self.0.values().filter_map(rest).flatten().collect();
        unused.sort_unstable();
        unused
    }
}
