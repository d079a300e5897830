//! Which device of the one side belongs to which of the other.

use std::collections::{HashMap, VecDeque};

use super::finding::{Checked, Rule};
use super::{Checker, Side};
use crate::schema::model::{Description, Device, State};
use crate::schema::print::shown;

/// Types of devices that QEMU gave another name.
const RENAMED: [[&str; 2]; 2] = [["ICH9 LPC", "ICH9-LPC"], ["e1000-82540em", "e1000"]];

/// The most types of one description that a section is compared with. Those of QEMU all have the same one.
const MOST_TYPES: usize = 16;

/// Whether two names are of one type.
pub(super) fn is_renamed(one: &str, other: &str) -> bool {
    RENAMED.iter().any(|names| names.contains(&one) && names.contains(&other))
}

impl<'s> Checker<'s> {
    /// Checks all devices.
    pub(super) fn devices(&mut self) {
        self.machine();
        match (self.from.is_sent(), self.to.is_sent()) {
            (false, false) => self.types(),
            (true, true) => self.sections(),
            (true, false) => self.sections_by_types(self.from, self.to),
            (false, true) => self.sections_by_types(self.to, self.from),
        }
    }

    fn machine(&mut self) {
        let machine = |side: Side<'s>| side.schema.machine.as_deref();
        if let (Some(one), Some(other)) = (machine(self.from), machine(self.to)) {
            if one != other {
                let (old, new) = (self.from.name, self.to.name);
                let text = format!("{} in {old}, {} in {new}", shown(one), shown(other));
                self.remark(Rule::Machine, text);
            }
        }
    }

    /// The types of two dumps, which are found by name.
    fn types(&mut self) {
        let mut by_name: HashMap<&str, VecDeque<&'s Device>> = HashMap::new();
        for device in &self.to.schema.devices {
            by_name.entry(&device.name).or_default().push_back(device);
        }
        let other_name = |name: &str| {
            let pair = RENAMED.iter().find(|names| names.contains(&name));
            pair.and_then(|names| names.iter().find(|other| **other != name))
        };
        for device in &self.from.schema.devices {
            let mut take = |name: &str| by_name.get_mut(name).and_then(VecDeque::pop_front);
            let found = take(&device.name).or_else(|| take(other_name(&device.name)?));
            self.device = shown(&device.name);
            match found {
                Some(other) => self.device(device, other),
                None => self.missing(),
            }
        }
    }

    /// The sections of two streams, which are found by name and instance.
    fn sections(&mut self) {
        let key = |device: &'s Device| (device.name.as_str(), device.instance);
        let mut left: HashMap<_, VecDeque<&'s Device>> = HashMap::new();
        for device in &self.to.schema.devices {
            left.entry(key(device)).or_default().push_back(device);
        }
        for device in &self.from.schema.devices {
            self.device = section_name(device);
            match left.get_mut(&key(device)).and_then(VecDeque::pop_front) {
                Some(other) => self.device(device, other),
                None if device.ancillary => {}
                None => self.missing(),
            }
        }
    }

    fn missing(&mut self) {
        let (old, new) = (self.from.name, self.to.name);
        self.fault(Rule::Device, format!("{old} has this device, and {new} does not"));
    }

    /// The sections of a stream, each by the types whose description has its name: which of them it is of is not told.
    fn sections_by_types(&mut self, stream: Side<'s>, dump: Side<'s>) {
        let mut types: HashMap<&str, Vec<&'s Device>> = HashMap::new();
        for device in &dump.schema.devices {
            let Some(description) = device.description() else { continue };
            let known = types.entry(&description.name).or_default();
            if known.len() < MOST_TYPES && known.iter().all(|other| other.state != device.state) {
                known.push(device);
            }
        }
        for device in &stream.schema.devices {
            self.device = section_name(device);
            match &device.state {
                State::Unknown(why) => self.unknown(stream, why),
                State::Described(description) => match types.get(description.name.as_str()) {
                    Some(known) => self.section_by_types(device, known),
                    None => self.unlisted(dump, description),
                },
            }
        }
    }

    /// A section by the type that fits it best.
    fn section_by_types(&mut self, section: &'s Device, types: &[&'s Device]) {
        let before = std::mem::take(&mut self.checked);
        let mut best: Option<Checked> = None;
        for of in types {
            if best.is_some() && !self.spend(1) {
                break;
            }
            match self.from.is_sent() {
                true => self.device(section, of),
                false => self.device(of, section),
            }
            let checked = std::mem::take(&mut self.checked);
            let better = |best: &Checked| checked.faults.number() < best.faults.number();
            if best.as_ref().is_none_or(better) {
                best = Some(checked);
            }
        }
        self.checked = before;
        self.checked.add(best.unwrap_or_default());
    }

    fn unlisted(&mut self, dump: Side<'s>, description: &Description) {
        let (name, dump) = (shown(&description.name), dump.name);
        let text = format!(
            "no type in {dump} is described as {name}: it is missing, or was registered by hand, which a dump \
             does not show"
        );
        self.remark(Rule::Device, text);
    }

    fn unknown(&mut self, side: Side<'s>, why: &str) {
        let text = format!("not described in {}: {}", side.name, shown(why));
        self.remark(Rule::Device, text);
    }

    fn device(&mut self, one: &'s Device, other: &'s Device) {
        let compared = &mut self.checked.compared.devices;
        *compared = compared.saturating_add(1);
        self.versions(one.versions, other.versions);
        match (&one.state, &other.state) {
            (State::Described(from), State::Described(to)) => {
                let told =
                    (from.versions.current, to.versions) == (one.versions.current, other.versions);
                if !told {
                    self.versions(from.versions, to.versions);
                }
                self.section(from, to);
            }
            (State::Described(_), State::Unknown(why)) if !self.to.is_sent() => {
                let new = self.to.name;
                self.fault(Rule::Structure, format!("not described in {new}: {}", shown(why)));
            }
            (State::Unknown(why), _) => self.unknown(self.from, why),
            (_, State::Unknown(why)) => self.unknown(self.to, why),
        }
    }
}

fn section_name(device: &Device) -> String {
    let instance = device.instance.map(|instance| format!("/{instance}")).unwrap_or_default();
    format!("{}{instance}", shown(&device.name))
}
