//! Streams of devices in chunks: a state, against a manifest or against the state of a receiver.

use migcore::compat::manifest::{About, Accepts, Known, Manifest, Wire, Writer};
use migcore::compat::preflight::{Answer, Preflight};
use migcore::compat::{is_private, Version};
use migcore::model::{Builder, NodeId, Tree, Value};
use migcore::{Code, Report};

use super::answer::{Checked, Finding};
use super::memory::mismatches;
use super::refused;
use super::rules::Goal;
use crate::chunks::{self, Layout};
use crate::failure::{Failure, Result};
use crate::input::Input;
use crate::show::counted;

/// The memory for the tree of a stream at first, and at most. The length of the stream tells nothing of it: that is
/// mostly the memory of the guest.
const LEAST: usize = 1 << 20;
const MOST: usize = 1 << 30;

/// Checks a stream of chunks against another: one that holds a manifest, or the devices of a receiver.
pub(super) fn check(stream: &Input, receiver: &Input, checked: &mut Checked) -> Result<()> {
    let (mut state, mut theirs) = (Room::default(), Room::default());
    let manifest = manifest(&mut theirs, receiver)?;
    let state = match state.tree(stream, |_| Ok(()))? {
        Ok(state) => state,
        Err(Misread::Damaged(report)) => {
            let report = chunks::damage(report, stream.path())?;
            *checked = Checked::damaged(&format!("the stream ({report})"));
            return Ok(());
        }
        Err(Misread::NoSpace) => return Err(too_large(stream)),
        Err(Misread::Unusable(why)) => return Err(refused(stream.path(), why)),
    };
    compare(&state, &manifest, stream, checked)
}

/// Checks what a stream has beside its devices: memory, and what stands behind its end.
///
/// # Errors
/// [`Failure::Io`].
pub(super) fn beside(stream: &Input, receiver: &Input, checked: &mut Checked) -> Result<()> {
    let read =
        |input: &Input| chunks::tally(input, u64::MAX).map_err(Failure::reading(input.path()));
    let ((sent, end), (ours, _)) = (read(stream)?, read(receiver)?);
    memory(sent.layout.as_deref(), ours.layout.as_deref(), checked);
    let behind = stream.length().saturating_sub(end);
    if behind > 0 {
        let bytes = counted(behind, "byte");
        let text =
            format!("{bytes} behind the end of the stream, which the receiver does not read");
        let (answer, reason) = (Answer::Loads, "trailing");
        checked.add(Finding { answer, reason, place: String::new(), text, help: "" });
    }
    Ok(())
}

/// Compares blocks of memory. A receiver takes a stream with all of its own blocks, and no other ones.
fn memory(sent: Option<&Layout>, ours: Option<&Layout>, checked: &mut Checked) {
    let Some(sent) = sent else {
        if ours.is_some() {
            let text = "the stream has no memory, and the state of the receiver has some";
            checked.add(about_memory(Answer::CannotTell, String::new(), text.to_owned()));
        }
        return;
    };
    let Some(ours) = ours else {
        let text = "the stream has memory, and which the receiver has is not told";
        return checked.add(about_memory(Answer::CannotTell, String::new(), text.to_owned()));
    };
    for mismatch in mismatches(&sent.blocks, &ours.blocks) {
        let place = mismatch.block().name.escape_ascii().to_string();
        let text = mismatch.text("the receiver has this block of memory, and the stream has not");
        checked.add(about_memory(Answer::Refused, place, text));
    }
}

fn about_memory(answer: Answer, place: String, text: String) -> Finding {
    let help = match answer {
        Answer::Refused => "give both machines the same memory",
        _ => "compare the blocks of both with `migcore info`",
    };
    Finding { answer, reason: "memory", place, text, help }
}

/// The versions that a receiver wants.
pub(super) fn goal(receiver: &Input) -> Result<Goal> {
    let mut theirs = Room::default();
    let tree = manifest(&mut theirs, receiver)?;
    let manifest = Manifest::find(&tree).map_err(|code| refused(receiver.path(), code.text()))?;
    let version = manifest.version();
    let machine = (version != Version::default()).then(|| version.to_string());
    let mut goal = Goal { machine, ..Goal::default() };
    manifest.entries().for_each(|entry| goal.add(&entry));
    Ok(goal)
}

/// The manifest of a receiver, or what its state says.
fn manifest<'r>(room: &'r mut Room, receiver: &Input) -> Result<Tree<'r>> {
    match room.tree(receiver, made)? {
        Ok(manifest) => Ok(manifest),
        Err(Misread::Damaged(report)) => {
            let report = chunks::damage(report, receiver.path())?;
            Err(refused(receiver.path(), &report.to_string()))
        }
        Err(Misread::NoSpace) => Err(too_large(receiver)),
        Err(Misread::Unusable(why)) => Err(refused(receiver.path(), why)),
    }
}

fn too_large(input: &Input) -> Failure {
    refused(input.path(), &format!("its devices take more than {MOST} bytes of memory"))
}

fn compare(
    state: &Tree<'_>,
    manifest: &Tree<'_>,
    stream: &Input,
    checked: &mut Checked,
) -> Result<()> {
    let failed = |code: Code| refused(stream.path(), code.text());
    checked.devices = devices(state);
    let items = manifest.used().checked_div(Tree::NODE).unwrap_or(0).saturating_add(1);
    let mut index = vec![0; items.saturating_mul(Tree::INDEX_ENTRY)];
    let manifest = Manifest::find(manifest).map_err(failed)?;
    let mut preflight = Preflight::new(manifest).memory(&mut index).wire(Wire::Chunks);
    let answer = preflight.compare(state, &mut |finding| {
        let mut text = String::new();
        finding.put_reason(&mut |part| text.push_str(&String::from_utf8_lossy(part)));
        checked.add(Finding {
            answer: finding.answer,
            reason: finding.reason.word(),
            place: finding.path.as_str().to_owned(),
            text,
            help: finding.reason.help(),
        });
    });
    answer.map_err(failed)?;
    Ok(())
}

fn devices(state: &Tree<'_>) -> u64 {
    let is_device = |node: &NodeId| state.name(*node).is_ok_and(|name| !is_private(name));
    let devices = state.children(state.root()).map(|nodes| nodes.filter(is_device).count());
    crate::input::told(devices.unwrap_or(0))
}

/// Why a tree could not be made.
enum Misread {
    /// There is too little memory for it.
    NoSpace,
    Damaged(Report),
    Unusable(&'static str),
}

/// Memory for a tree.
#[derive(Default)]
struct Room(Vec<u8>);

impl Room {
    /// Makes it larger, up to the most.
    fn grow(&mut self) -> std::result::Result<(), Misread> {
        if self.0.len() >= MOST {
            return Err(Misread::NoSpace);
        }
        let size = self.0.len().saturating_mul(2).clamp(LEAST, MOST);
        self.0 = Vec::new();
        self.0.try_reserve_exact(size).map_err(|_| Misread::NoSpace)?;
        self.0.resize(size, 0);
        Ok(())
    }

    /// Reads the devices of a stream, and makes something of them. Where the memory does not suffice, there is more.
    fn tree(
        &mut self,
        input: &Input,
        make: fn(&mut Tree<'_>) -> std::result::Result<(), Misread>,
    ) -> Result<std::result::Result<Tree<'_>, Misread>> {
        loop {
            if let Err(misread) = self.grow() {
                return Ok(Err(misread));
            }
            match filled(&mut self.0, input, make) {
                Err(Misread::NoSpace) => {}
                Err(misread) => return Ok(Err(misread)),
                Ok(()) => break,
            }
        }
        // Once more, since what is returned cannot be kept while more memory may be needed.
        let mut tree = Tree::new(&mut self.0).map_err(|code| refused(input.path(), code.text()))?;
        match fill(&mut tree, input).and_then(|()| make(&mut tree)) {
            Ok(()) => Ok(Ok(tree)),
            Err(misread) => Ok(Err(misread)),
        }
    }
}

fn filled(
    memory: &mut [u8],
    input: &Input,
    make: fn(&mut Tree<'_>) -> std::result::Result<(), Misread>,
) -> std::result::Result<(), Misread> {
    let mut tree = Tree::new(memory).map_err(|_| Misread::Unusable("too large"))?;
    fill(&mut tree, input)?;
    make(&mut tree)
}

fn fill(tree: &mut Tree<'_>, input: &Input) -> std::result::Result<(), Misread> {
    match chunks::replay_devices(input, &mut Builder::new(tree)) {
        Ok(_) => Ok(()),
        // The tree tells how much it needed; a reader may lack memory, too, and gets no more.
        Err(report) if report.code == Code::NoSpace && tree.fault().expected > 0 => {
            Err(Misread::NoSpace)
        }
        Err(report) => Err(Misread::Damaged(report)),
    }
}

/// Makes a manifest of the devices of a receiver, if the stream does not hold one: each is a sample of what it
/// accepts, at its own version alone.
fn made(tree: &mut Tree<'_>) -> std::result::Result<(), Misread> {
    match Manifest::find(tree) {
        Ok(_) => Ok(()),
        Err(Code::Missing) => sampled(tree).map_err(|code| match code {
            Code::NoSpace => Misread::NoSpace,
            code => Misread::Damaged(tree.report_of(code, tree.root())),
        }),
        Err(Code::UnknownFormat) => Err(Misread::Unusable("a manifest of a newer layout")),
        Err(_) => Err(Misread::Unusable("a manifest that makes no sense")),
    }
}

fn sampled(tree: &mut Tree<'_>) -> migcore::Result<()> {
    let devices: Vec<NodeId> = tree.children(tree.root())?.collect();
    let mut writer = Writer::begin(tree, &About::default())?;
    for device in devices {
        let Value::Device { versions, .. } = writer.tree().value(device)? else { continue };
        if is_private(writer.tree().name(device)?) {
            continue;
        }
        let (oldest, known) = (versions.current, Known::Sample);
        writer.device(device, &Accepts { oldest, known, ..Accepts::default() })?;
    }
    Ok(())
}
