//! What makes a stream one that QEMU refuses, as far as the stream alone tells, and what is odd in it.
//!
//! Whether a receiver has the devices of a stream, at these versions, is not in the stream. What QEMU does with
//! altered streams, and what is found here, is compared in `docs/tools.md`.

use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use migcore::codec::legacy::framing::{
    capability, commands, CommandHead, Configuration, RUN_STATES,
};
use migcore::codec::vmdesc::{Content as Entry, Device};

use super::item::{Content, End, Item, Named, Payload, Reason, Section, SectionKind};
use super::scan::Scanner;

/// The most findings that are kept; the others are counted.
const MAX_FINDINGS: usize = 1000;

/// The most names of sections that are counted.
const MAX_SEEN: usize = 1 << 16;

/// Something to tell about a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where in the stream.
    pub offset: u64,
    /// What.
    pub text: String,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Why QEMU refuses the stream, or loads less than there is.
    pub errors: Vec<Finding>,
    /// What is odd, or could not be checked.
    pub remarks: Vec<Finding>,
    /// Why it is not known whether the stream is whole: a section whose end was not found takes all the rest.
    pub unchecked: Option<Finding>,
    /// How many findings were not kept.
    pub more: u64,
    /// How many sections there are.
    pub sections: u64,
    /// How many of them are described.
    pub described: u64,
}

impl Findings {
    /// Whether nothing is wrong, and the end of the stream was seen.
    #[must_use]
    pub fn are_right(&self) -> bool {
        self.errors.is_empty() && self.unchecked.is_none()
    }

    fn error(&mut self, offset: u64, text: String) {
        if keep(&mut self.errors, offset, text).is_none() {
            self.more = self.more.saturating_add(1);
        }
    }

    fn remark(&mut self, offset: u64, text: String) {
        if keep(&mut self.remarks, offset, text).is_none() {
            self.more = self.more.saturating_add(1);
        }
    }
}

fn keep(findings: &mut Vec<Finding>, offset: u64, text: String) -> Option<()> {
    (findings.len() < MAX_FINDINGS).then(|| findings.push(Finding { offset, text }))
}

/// How far a postcopy came, by its commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Postcopy {
    #[default]
    None,
    Advised,
    Discarding,
    Listening,
    Running,
}

/// The rules, and what was seen of a stream.
#[derive(Debug, Default)]
pub struct Rules {
    findings: Findings,
    configured: bool,
    return_path: bool,
    postcopy: Postcopy,
    /// How often each section came.
    seen: HashMap<Rc<Named>, u64>,
}

/// Checks a whole stream.
///
/// # Errors
/// Those of the system.
pub fn check(scanner: &mut Scanner) -> io::Result<Findings> {
    let mut rules = Rules::default();
    while let Some(item) = scanner.next_item()? {
        rules.item(&item, scanner);
    }
    Ok(rules.finish(scanner))
}

impl Rules {
    /// Looks at the next item of a stream.
    pub fn item(&mut self, item: &Item, scanner: &Scanner) {
        match &item.content {
            Content::Configuration { configuration, exact } => {
                self.configuration(item.offset, configuration, *exact);
            }
            Content::Section(section) => self.section(item, section, scanner),
            Content::Command(head) => self.command(item.offset, *head),
            Content::Trailing => {
                let text =
                    format!("{} bytes behind the end, which QEMU does not read", item.length);
                self.findings.remark(item.offset, text);
            }
            Content::Damage(damage) => {
                let text = match damage.resumed_at {
                    Some(resumed) => format!("{}; read on at byte {resumed}", damage.what),
                    None => damage.what.to_string(),
                };
                self.findings.error(damage.offset, text);
            }
            Content::Header
            | Content::Package { .. }
            | Content::PackageEnd
            | Content::End
            | Content::Description => {}
        }
    }

    /// Looks at what only the whole stream tells.
    #[must_use]
    pub fn finish(mut self, scanner: &Scanner) -> Findings {
        if !self.configured {
            let text = "no configuration: as of machine types up to 2.3, or it was turned off";
            self.findings.remark(8, text.to_owned());
        }
        if scanner.found().is_none() && !scanner.is_described_outside() {
            let text = "no description behind the end: payloads cannot be checked";
            self.findings.remark(scanner.input().length(), text.to_owned());
        }
        let unused = scanner.unused_devices();
        let devices = scanner.vmdesc().map(|description| description.devices.as_slice());
        for device in unused.iter().filter_map(|index| devices.unwrap_or_default().get(*index)) {
            let (name, instance) = (device.name.escape_debug(), device.instance);
            let text = format!("{name}/{instance} is described, but did not come");
            self.findings.remark(scanner.input().length(), text);
        }
        self.findings
    }

    fn configuration(&mut self, offset: u64, configuration: &Configuration, exact: bool) {
        self.configured = true;
        for name in configuration.capabilities() {
            if capability(name.as_bytes()).is_none() {
                self.findings.error(offset, format!("unknown capability {}", name.escape_debug()));
            }
        }
        if !exact {
            let text = "a version in the configuration of which QEMU reads only the low byte";
            self.findings.remark(offset, text.to_owned());
        }
    }

    fn section(&mut self, item: &Item, section: &Section, scanner: &Scanner) {
        let (offset, findings) = (item.offset, &mut self.findings);
        findings.sections = findings.sections.saturating_add(1);
        match &section.payload {
            Payload::Described(described) => {
                findings.described = findings.described.saturating_add(1);
                let devices = scanner.vmdesc().and_then(|all| all.devices.get(described.device));
                if let Some(text) = devices.and_then(|device| run_state(device, scanner.payload()))
                {
                    findings.error(section.start, text);
                }
            }
            Payload::Ram(_) => {}
            Payload::Opaque(Reason::RamVersion) => {
                let text = format!("version {} of section ram is not 4", section.named.version);
                findings.error(offset, text);
            }
            // Told once, of the whole stream.
            Payload::Opaque(Reason::NoDescription | Reason::Cut) => {}
            Payload::Opaque(Reason::Live) if section.kind != SectionKind::Start => {}
            Payload::Opaque(reason) if contradicts(reason, section, scanner) => {
                findings.error(offset, format!("{}: {reason}", section.named));
            }
            Payload::Opaque(reason) => {
                findings.remark(offset, format!("{} was not checked: {reason}", section.named));
            }
        }
        if section.end == End::NotFound {
            let text =
                format!("the end of {} was not found: the rest is not checked", section.named);
            findings.remark(offset, text);
            if item.end() == scanner.input().length() {
                findings.unchecked = Some(unchecked(offset, &section.named));
            }
        }
        if section.kind == SectionKind::Full {
            self.count(offset, section, scanner);
        }
    }

    /// Tells a section that comes more often than it is described.
    fn count(&mut self, offset: u64, section: &Section, scanner: &Scanner) {
        if self.seen.len() >= MAX_SEEN {
            return;
        }
        let count = self.seen.entry(Rc::clone(&section.named)).or_default();
        *count = count.saturating_add(1);
        let expected = scanner.described_times(&section.named).max(1);
        if *count > expected {
            self.findings.remark(offset, format!("{} comes again", section.named));
        }
    }

    fn command(&mut self, offset: u64, head: CommandHead) {
        let wanted = match head.number {
            commands::OPEN_RETURN_PATH => {
                if self.return_path {
                    self.findings.remark(offset, "the return path is opened again".to_owned());
                }
                self.return_path = true;
                return;
            }
            commands::PING => {
                if !self.return_path {
                    self.findings.error(offset, "PING without a return path".to_owned());
                }
                return;
            }
            commands::POSTCOPY_ADVISE => (Postcopy::None, Postcopy::None, Postcopy::Advised),
            commands::POSTCOPY_RAM_DISCARD => {
                (Postcopy::Advised, Postcopy::Discarding, Postcopy::Discarding)
            }
            commands::POSTCOPY_LISTEN => {
                (Postcopy::Advised, Postcopy::Discarding, Postcopy::Listening)
            }
            commands::POSTCOPY_RUN => (Postcopy::Listening, Postcopy::Listening, Postcopy::Running),
            _ => return,
        };
        let (lowest, highest, next) = wanted;
        if self.postcopy < lowest || self.postcopy > highest {
            let name = head.name().unwrap_or_default();
            self.findings.error(offset, format!("{name} in the wrong state of a postcopy"));
        }
        self.postcopy = next;
    }
}

/// What is wrong with the run state, if this is the section that has it.
fn run_state(device: &Device, payload: &[u8]) -> Option<String> {
    let Entry::Described(description) = &device.content else { return None };
    let [size, state, ..] = description.fields.as_slice() else { return None };
    let known = size.name == "size" && size.size == 4 && state.name == "runstate";
    if description.name != "globalstate" || !known {
        return None;
    }
    let (_, text) = payload.split_first_chunk::<4>()?;
    let length = usize::try_from(state.size).unwrap_or(0).min(text.len());
    let text = text.get(..length).unwrap_or_default();
    let name = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let is_state = RUN_STATES.iter().any(|state| state.as_bytes() == name);
    (!is_state).then(|| format!("unknown run state {}", name.escape_ascii()))
}

/// That a stream is not known to be whole.
fn unchecked(offset: u64, named: &Named) -> Finding {
    let text = format!(
        "the end of section {named} was not found: the stream ends inside of it, or has neither footers nor a \
         description that fits"
    );
    Finding { offset, text }
}

/// Whether a stream contradicts the description that is its own: bytes are damaged, or it was changed by a program
/// that did not describe it anew. That of another stream proves nothing.
fn contradicts(reason: &Reason, section: &Section, scanner: &Scanner) -> bool {
    let contrary = match reason {
        Reason::Misfit(_) | Reason::OtherVersion { .. } => true,
        // Without its footer, damage is told behind it.
        Reason::NoEnd => section.footer,
        _ => false,
    };
    contrary && !scanner.is_described_outside()
}
