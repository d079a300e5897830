//! What holds for the whole stream: configuration, footers, commands, memory.

use migcore::codec::legacy::framing::{capability, commands, Configuration};

use super::{Answer, Findings, Knowledge, Stream};
use crate::blocks::Block;
use crate::check::memory::{mismatches, Mismatch};

const NAME: &str = "load it with this type of machine, or change the name in the configuration";
const PARTS: &str = "types up to 2.3 have neither configuration nor footers: transform the stream into the form of \
                     the receiver's type";
const BLOCKS: &str = "memory cannot be transformed: give both machines the same";

/// Checks them.
pub(super) fn check(stream: &Stream, knowledge: &Knowledge, report: &mut Findings<'_>) {
    let Some(target) = knowledge.target.as_ref().map(|target| &target.stream) else {
        if let Some(machine) =
            knowledge.tables.as_ref().and_then(|tables| tables.machine.as_deref())
        {
            names(stream, machine.as_bytes(), report);
        }
        let text = "what the machine itself sends is not known: configuration, devices, memory";
        let help = "give a stream that the receiver wrote";
        return report.open("machine", String::new(), text.to_owned(), help);
    };
    configuration(stream, target, report);
    footers(stream, target, report);
    commands(stream, target, knowledge, report);
    memory(stream, target, report);
}

fn names(stream: &Stream, machine: &[u8], report: &mut Findings<'_>) {
    // What the sender has is what the receiver's begins with: that is all that QEMU compares.
    let Some(sent) = stream.machine().filter(|sent| !machine.starts_with(sent)) else { return };
    let text = format!(
        "the machine is {}, and the receiver {}",
        sent.escape_ascii(),
        machine.escape_ascii()
    );
    report.refused("machine", "configuration".to_owned(), text, NAME);
}

fn configuration(stream: &Stream, target: &Stream, report: &mut Findings<'_>) {
    let place = || "configuration".to_owned();
    match (stream.info.configuration.as_deref(), target.info.configuration.as_deref()) {
        (None, None) => {}
        (Some(_), None) => {
            let text = "the receiver has no configuration, and the stream has one".to_owned();
            report.refused("configuration", place(), text, PARTS);
        }
        (None, Some(_)) => {
            let text = "the receiver expects a configuration, and the stream has none".to_owned();
            report.refused("configuration", place(), text, PARTS);
        }
        (Some(sent), Some(ours)) => {
            names(stream, ours.machine(), report);
            parts(sent, ours, report);
        }
    }
}

/// What a configuration has beside the name.
fn parts(sent: &Configuration, ours: &Configuration, report: &mut Findings<'_>) {
    let place = || "configuration".to_owned();
    if sent.page_bits() != ours.page_bits() {
        let text = "the machines have pages of other sizes".to_owned();
        report.refused("configuration", place(), text, "");
    }
    for name in sent.capabilities().filter(|name| capability(name.as_bytes()).is_none()) {
        let text = format!("no QEMU has the capability {}", name.escape_debug());
        report.refused("configuration", place(), text, "");
    }
    let validated = |name: &str| capability(name.as_bytes()).is_some_and(|known| known.validated);
    let alone = |one: &Configuration, other: &Configuration| {
        let mut names = one.capabilities().filter(|name| validated(name));
        names.find(|name| !other.has_capability(name)).map(str::to_owned)
    };
    if let Some(name) = alone(sent, ours).or_else(|| alone(ours, sent)) {
        let text = format!("one of the two has the capability {name}, and the other has not");
        report.refused("configuration", place(), text, "turn it on or off on both sides");
    }
    match (sent.uuid(), ours.uuid()) {
        (Some(sent), Some(ours)) if sent != ours => {
            let text = "the machines have different UUIDs".to_owned();
            report.refused("configuration", place(), text, "");
        }
        (Some(_), None) => {
            let text = "the UUID of the receiver is not known".to_owned();
            report.open("configuration", place(), text, "turn validate-uuid on for the receiver");
        }
        _ => {}
    }
}

fn footers(stream: &Stream, target: &Stream, report: &mut Findings<'_>) {
    let text = match (stream.info.footers, target.info.footers) {
        (Some(true), Some(false)) => "sections have footers, and those of the receiver have none",
        (Some(false), Some(true)) => {
            "sections have no footers, and those of the receiver have them"
        }
        _ => return,
    };
    report.refused("footers", String::new(), text.to_owned(), PARTS);
}

/// Commands that the receiver may not know, or that only make sense in a connection.
fn commands(stream: &Stream, target: &Stream, knowledge: &Knowledge, report: &mut Findings<'_>) {
    let has =
        |stream: &Stream, number: u16| stream.info.commands.iter().any(|(of, _)| *of == number);
    for (number, _) in &stream.info.commands {
        let (answer, text, help) = match *number {
            commands::SWITCHOVER_START if knowledge.same || has(target, *number) => continue,
            commands::SWITCHOVER_START if target.info.release.before.is_some() => (
                Answer::Refused,
                "the command SWITCHOVER_START is of QEMU 10.0, and the receiver is older",
                "drop the command by a transform",
            ),
            commands::SWITCHOVER_START => (
                Answer::CannotTell,
                "the command SWITCHOVER_START is of QEMU 10.0; whether the receiver is that is not known",
                "drop the command by a transform",
            ),
            commands::OPEN_RETURN_PATH => continue,
            commands::PING if has(stream, commands::OPEN_RETURN_PATH) => continue,
            _ => (
                Answer::CannotTell,
                "a command that asks for an answer, or for the memory later",
                "record the stream without return path and postcopy",
            ),
        };
        report.add(answer, "command", format!("command {number}"), text.to_owned(), help);
    }
}

fn memory(stream: &Stream, target: &Stream, report: &mut Findings<'_>) {
    for Unlike { block, answer, reason, text } in unlike(&stream.info.blocks, &target.info.blocks) {
        let place = format!("ram/0.{}", block.name.escape_ascii());
        report.add(answer, reason, place, text, BLOCKS);
    }
}

/// A block of memory that is not the same on both sides.
pub(crate) struct Unlike<'b> {
    pub(crate) block: &'b Block,
    /// What follows from it.
    pub(crate) answer: Answer,
    reason: &'static str,
    pub(crate) text: String,
}

/// Compares the blocks of memory of a stream with those of the receiver. Blocks that do not come QEMU does not ask for.
pub(crate) fn unlike<'b>(sent: &'b [Block], ours: &'b [Block]) -> Vec<Unlike<'b>> {
    let judged = |mismatch: Mismatch<'b>| {
        let (answer, reason) = match &mismatch {
            Mismatch::Length(block, length) if is_resizable(block) && block.length < *length => {
                return None;
            }
            Mismatch::Length(block, _) if is_resizable(block) => (Answer::CannotTell, "memory"),
            Mismatch::Sent(_) | Mismatch::Length(..) => (Answer::Refused, "memory"),
            // Each machine fills its ROMs itself.
            Mismatch::Ours(block) if is_rom(block) => (Answer::Loads, "missing"),
            Mismatch::Ours(_) => (Answer::Losses, "missing"),
        };
        let text = mismatch
            .text("the stream does not have this block of memory: it stays as it is after a reset");
        Some(Unlike { block: mismatch.block(), answer, reason, text })
    };
    mismatches(sent, ours).into_iter().filter_map(judged).collect()
}

/// Whether a block is a ROM: of the firmware, or of a device.
fn is_rom(block: &Block) -> bool {
    block.name.starts_with(b"/rom@") || block.name.ends_with(b".rom")
}

/// Whether QEMU changes the length of a block for a stream: of tables that it makes for the firmware, up to a length
/// that is not in a stream.
fn is_resizable(block: &Block) -> bool {
    block.name.starts_with(b"/rom@etc/")
}
