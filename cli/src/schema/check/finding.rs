//! What a check finds, in words.

/// The most findings that are kept of each kind; of the others only the number is.
const KEPT: usize = 10_000;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule it is about.
    pub rule: Rule,
    /// The device; empty for the whole machine.
    pub device: String,
    /// Where in the device it is; empty for the device itself.
    pub path: String,
    /// What was found.
    pub text: String,
    /// What makes a remark of it, where that is of use to others.
    pub doubt: Option<Doubt>,
}

/// Why something is a remark and no fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The types are others, and their bytes the same.
    SameBytes,
    /// Only the device knows the type.
    Private,
}

impl Finding {
    /// Device and path in one.
    #[must_use]
    pub fn place(&self) -> String {
        match (self.device.as_str(), self.path.as_str()) {
            ("", _) => "machine".to_owned(),
            (device, "") => device.to_owned(),
            (device, path) => format!("{device}.{path}"),
        }
    }
}

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The machines are of one type.
    Machine,
    /// The receiver has the devices of the sender.
    Device,
    /// The receiver has the subsections of the sender.
    Subsection,
    /// The receiver loads the version that the sender saves.
    Version,
    /// What is described has one name on both sides.
    Name,
    /// Both sides have a description, fields and subsections, or both have none.
    Structure,
    /// The receiver reads what the sender sends.
    Removed,
    /// The sender sends what the receiver reads.
    Added,
    /// Both have the same field in one place.
    Changed,
    /// A field has one size on both sides.
    Size,
    /// An array has one number of elements on both sides.
    Count,
    /// A field has one type on both sides.
    Type,
    /// What is unused has the size of what was there, or comes to be there.
    Unused,
    /// What code of the device decides is decided alike.
    Condition,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 14] = [
        Rule::Machine,
        Rule::Device,
        Rule::Subsection,
        Rule::Version,
        Rule::Name,
        Rule::Structure,
        Rule::Removed,
        Rule::Added,
        Rule::Changed,
        Rule::Size,
        Rule::Count,
        Rule::Type,
        Rule::Unused,
        Rule::Condition,
    ];

    /// The word for it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Rule::Machine => "machine",
            Rule::Device => "device",
            Rule::Subsection => "subsection",
            Rule::Version => "version",
            Rule::Name => "name",
            Rule::Structure => "structure",
            Rule::Removed => "removed",
            Rule::Added => "added",
            Rule::Changed => "changed",
            Rule::Size => "size",
            Rule::Count => "count",
            Rule::Type => "type",
            Rule::Unused => "unused",
            Rule::Condition => "condition",
        }
    }

    /// What to do about a fault.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Rule::Machine => "compare what both programs have for one machine type",
            Rule::Device => "keep the device, or its name, as long as machines have it that are migrated",
            Rule::Subsection => "keep the subsection, and skip what is of no use any more when it is loaded",
            Rule::Version => {
                "a version may only grow with the receiver: let the receiver load this one, and keep \
                 minimum_version_id at the oldest that is still sent"
            }
            Rule::Name => {
                "the name is that of the section or subsection, or what tools go by: keep the old one"
            }
            Rule::Structure => "describe it on both sides in the same way",
            Rule::Removed => "keep its bytes with an unused field of its size",
            Rule::Added => {
                "send it in a subsection with a condition, or give it a version that is new with it; in the \
                 place of an unused field it needs neither"
            }
            Rule::Changed => {
                "keep the order of the fields; a field that only has a new name is the same on the wire, but \
                 nothing here says so"
            }
            Rule::Size => "send it with its old size: convert on load and save, or add another field",
            Rule::Count => "send as many elements as before, and fill up with an unused field",
            Rule::Type => "send it with its old type: convert on load and save, or add another field",
            Rule::Unused => "give the unused field the size that is sent for what it stands for",
            Rule::Condition => "look into the code of the condition on both sides",
        }
    }
}

/// How much was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Devices that both sides have.
    pub devices: u64,
    /// Subsections of them.
    pub subsections: u64,
    /// Fields of both.
    pub fields: u64,
}

/// What a check of one direction found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Why the receiver does not load what the sender saves.
    pub faults: Findings,
    /// What cannot be told, and what is odd.
    pub remarks: Findings,
    /// How much was compared.
    pub compared: Compared,
}

/// Findings of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The first of them.
    pub kept: Vec<Finding>,
    /// How many more there are.
    pub more: u64,
}

impl Findings {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn number(&self) -> u64 {
        crate::input::told(self.kept.len()).saturating_add(self.more)
    }

    pub(super) fn add(&mut self, finding: Finding) {
        match self.kept.len() < KEPT {
            true => self.kept.push(finding),
            false => self.more = self.more.saturating_add(1),
        }
    }

    fn append(&mut self, other: Findings) {
        other.kept.into_iter().for_each(|finding| self.add(finding));
        self.more = self.more.saturating_add(other.more);
    }
}

impl Checked {
    /// Adds what another check found.
    pub(super) fn add(&mut self, other: Checked) {
        self.faults.append(other.faults);
        self.remarks.append(other.remarks);
        let Compared { devices, subsections, fields } = other.compared;
        let compared = &mut self.compared;
        compared.devices = compared.devices.saturating_add(devices);
        compared.subsections = compared.subsections.saturating_add(subsections);
        compared.fields = compared.fields.saturating_add(fields);
    }
}
