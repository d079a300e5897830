//! Bytes of a section that the receiver compares with its own, or that only the device knows.

use std::cell::{Cell, RefCell};

use migcore::codec::observe::{Item, Observer, Refusal};
use migcore::codec::vmdesc::{self, Notes};
use migcore::visit::{Scope, Versions, Visiting};

use super::known::Knows;
use super::opened::{self, Field};
use super::{pci, Answer, Findings};
use crate::input::told;
use crate::show::counted;

const CONFIGURATION: &str =
    "give both devices the same model and revision, or patch the byte by a transform";
pub(super) const EQUAL: &str = "give both machines the same configuration";
const OPAQUE: &str =
    "look at both sides with `migcore inspect --open`, which reads what has a schema; of the rest only a load tells";

/// Bytes of a PCI configuration that are told one by one.
const MOST_BYTES: usize = 8;

/// Types of registers of processors, and of what has a fixed form: what has the same size is read.
const FIXED: [&str; 12] = [
    "cpsr",
    "fpscr",
    "fpr",
    "avr",
    "vsr",
    "cpu/altivec/vscr",
    "slbe",
    "tlb_entry",
    "powered_off",
    "pci irq state",
    "msix state",
    "shpc",
];

/// Types that are made of other fields, which are looked at themselves.
const WHOLE: [&str; 8] = ["", "struct", "vstruct", "tmp", "qtailq", "qlist", "gtree", "subsection"];

/// Types of which every value is read.
const PLAIN: [&str; 18] = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "CPU_Double_U",
    "float64",
    "timer",
    "buffer",
    "unused_buffer",
    "bitmap",
    "nullptr",
    "fd",
    "capability",
];

/// A section of one side: its description and its bytes.
type Sent<'s> = (&'s vmdesc::Device, &'s [u8]);

/// A section that both have.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// Its name.
    pub(super) device: &'p [u8],
    /// Its name and instance.
    pub(super) path: &'p str,
    /// Whether the receiver knows the subsections in an opaque field.
    pub(super) knows: Knows,
}

/// Compares a section of the stream with the same one of the receiver.
pub(super) fn check(place: Place<'_>, one: Sent<'_>, other: Sent<'_>, report: &mut Findings<'_>) {
    let (sent, ours) = (noted(one), noted(other));
    let mut kinds: Vec<&str> = Vec::new();
    for item in &sent {
        if !kinds.contains(&item.kind.as_str()) {
            kinds.push(&item.kind);
        }
    }
    for kind in kinds {
        let of = |items: &'_ [Noted]| -> Vec<Noted> {
            items.iter().filter(|item| item.kind == kind).cloned().collect()
        };
        let (sent, ours) = (of(&sent), of(&ours));
        if sent.len() != ours.len() {
            let text = format!("fields of type {kind}, of which the receiver has others");
            report.open("opaque", place.path.to_owned(), text, OPAQUE);
            continue;
        }
        for (one, other) in sent.iter().zip(&ours) {
            item(place, one, other, report);
        }
    }
}

/// An item of a type that matters, with its bytes.
#[derive(Clone, Debug)]
struct Noted {
    name: String,
    kind: String,
    bytes: Vec<u8>,
}

/// The items of a section whose values matter.
fn noted((entry, bytes): Sent<'_>) -> Vec<Noted> {
    let collected = Collected::default();
    {
        let observe = |item: Item<'_>| -> Result<(), Refusal> {
            collected.name(item.name);
            Ok(())
        };
        let mut visiting = Visiting::new(Observer::new(observe));
        let mut visitor = visiting.saver();
        let device = Scope::Device { instance: 0, versions: Versions::only(0) };
        let begun = visitor.begin(&"", device);
        let mut collector = Collector { bytes, collected: &collected };
        // The same walk went through when the stream was read.
        let _ = begun.map(|()| vmdesc::replay(entry, bytes, &mut visitor, &mut collector));
    }
    collected.found.into_inner()
}

/// Items, of which the type is told first and the name then.
#[derive(Default)]
struct Collected {
    found: RefCell<Vec<Noted>>,
    unnamed: Cell<bool>,
}

impl Collected {
    fn name(&self, name: &[u8]) {
        if self.unnamed.take() {
            if let Some(last) = self.found.borrow_mut().last_mut() {
                last.name = name.escape_ascii().to_string();
            }
        }
    }
}

struct Collector<'b> {
    bytes: &'b [u8],
    collected: &'b Collected,
}

impl Notes for Collector<'_> {
    fn item(&mut self, offset: usize, kind: &str, length: usize) {
        let matters = !WHOLE.contains(&kind) && !PLAIN.contains(&kind);
        self.collected.unnamed.set(matters);
        if matters {
            let bytes = self.bytes.get(offset..).and_then(|bytes| bytes.get(..length));
            let (kind, bytes) = (kind.to_owned(), bytes.unwrap_or_default().to_vec());
            self.collected.found.borrow_mut().push(Noted { name: String::new(), kind, bytes });
        }
    }
}

fn item(place: Place<'_>, one: &Noted, other: &Noted, report: &mut Findings<'_>) {
    let (sent, ours) = (&one.bytes, &other.bytes);
    if sent == ours {
        return;
    }
    let Place { device, path, knows } = place;
    let path = &format!("{path}.{}", one.name);
    match one.kind.as_str() {
        "pci config" => {
            configuration(path, sent, ours, report);
        }
        kind if kind.ends_with(" equal") => {
            let text = format!("{}, and must be {} at the receiver", number(sent), number(ours));
            report.refused("value", path.to_owned(), text, EQUAL);
        }
        "int32 le" if is_at_most(sent, ours) => {}
        "int32 le" => {
            let text =
                format!("{}, and may be at most {} at the receiver", number(sent), number(ours));
            report.refused("value", path.to_owned(), text, EQUAL);
        }
        kind if FIXED.contains(&kind) && sent.len() == ours.len() => {}
        kind if FIXED.contains(&kind) => {
            let text = format!("{} bytes, and {} at the receiver", sent.len(), ours.len());
            report.refused("size", path.to_owned(), text, EQUAL);
        }
        // No request: the mark of the end alone.
        "scsi-requests" if sent.as_slice() == [0] => {}
        kind => {
            let field = Field { device, name: &one.name, path, sent, ours, knows };
            let Err(why) = opened::compare(&field, report) else { return };
            let colon = if why.is_empty() { "" } else { ": " };
            let text = format!(
                "{} bytes of type {kind}, which only the device knows{colon}{why}",
                sent.len()
            );
            report.open("opaque", path.to_owned(), text, OPAQUE);
        }
    }
}

/// Compares PCI configurations. Whether they are refused.
pub(super) fn configuration(
    path: &str,
    sent: &[u8],
    ours: &[u8],
    report: &mut Findings<'_>,
) -> bool {
    let mut found = pci::differences(sent, ours);
    let refused = found.iter().any(|differs| differs.answer == Answer::Refused);
    if refused {
        // What cannot be told changes nothing then.
        found.retain(|differs| differs.answer == Answer::Refused);
    }
    for differs in found.iter().take(MOST_BYTES) {
        let pci::Difference { at, answer, sent, ours, .. } = differs;
        let text = match answer {
            Answer::Refused => {
                format!("byte {at:#x} of the PCI configuration is {sent:#x}, and must be {ours:#x}")
            }
            _ => format!(
                "byte {at:#x} of the PCI configuration is {sent:#x}, and {ours:#x} at the receiver; whether a guest \
                 may write it is not known"
            ),
        };
        report.add(*answer, "pci", path.to_owned(), text, CONFIGURATION);
    }
    if let Some(more) = found.len().checked_sub(MOST_BYTES).filter(|more| *more > 0) {
        let answer = if refused { Answer::Refused } else { Answer::CannotTell };
        let text = format!("the same of {} more", counted(told(more), "byte"));
        report.add(answer, "pci", path.to_owned(), text, CONFIGURATION);
    }
    refused
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn is_at_most(sent: &[u8], ours: &[u8]) -> bool {
    let number = |bytes: &[u8]| bytes.first_chunk().map(|four| i32::from_be_bytes(*four));
    match (number(sent), number(ours)) {
        (Some(sent), Some(ours)) => (0..=ours).contains(&sent),
        _ => false,
    }
}
