//! A transform from one stream to another.

use std::path::Path;

use migcore::codec::vmdesc::Vmdesc;
use migcore::compat::{self, Compat, Failed, Outcome, Targets, Version, Way, LOSSES};
use migcore::model::{NodeId, Tree, Value};
use migcore::{Code, Report};

use super::against::{self, Unmet};
use super::effects::{Beside, Effects};
use super::load::{self, Origins, Unloaded};
use super::native;
use super::qemu::{self, Unsettled};
use crate::chunks::{self, Latest};
use crate::failure::{Failure, Result};
use crate::input::Input;
use crate::output::Output;
use crate::qemu::item::Damage;
use crate::qemu::scan::Scanner;
use crate::rules::Made;

/// The memory of a tree at first, and at most.
const MEMORY: usize = 64 << 20;
const MOST_MEMORY: usize = 1 << 30;

/// What is transformed.
pub enum Source {
    /// A stream of QEMU.
    Qemu {
        /// The stream.
        stream: Input,
        /// The description that was given beside it.
        vmdesc: Option<Vmdesc>,
        /// The chunks that it came in; they may have private devices beside it.
        chunks: Option<Input>,
    },
    /// Chunks of any other machine.
    Native {
        /// The stream.
        stream: Input,
        /// Its memory.
        memory: Box<Latest>,
    },
}

/// What is wanted.
pub struct Wanted<'a> {
    /// The rules.
    pub made: &'a Made<'a>,
    /// The version that the machine is of, if that is told.
    pub from: Option<Version<'a>>,
    /// The version that it shall be of.
    pub to: Option<Version<'a>>,
    /// The versions that devices shall be of.
    pub devices: &'a [(&'a str, Version<'a>)],
    /// How many of these, from the first on, have to name a device that has versions in the rules.
    pub named: usize,
    /// What an earlier run lost.
    pub restore: Option<&'a Input>,
    /// Whether it is noted what happens to each item.
    pub explain: bool,
    /// Whether a damaged stream is written.
    pub force: bool,
}

/// What was done.
pub struct Transformed<'a> {
    /// What the run says of itself.
    pub outcome: Outcome,
    /// How much of what was given to be restored is of another way than the run went.
    pub left: u64,
    /// Whether it is a stream of QEMU without a description, although there is one of it.
    pub bare: bool,
    /// What the steps did.
    pub effects: Effects<'a>,
    /// The losses as a stream of chunks, if there are any.
    pub losses: Option<Vec<u8>>,
    /// What is damaged in the stream.
    pub damages: Vec<Damage>,
    /// The stream, if it is one of QEMU and was not written: what it has of the other one stays there. With its
    /// description, if that is not in it.
    pub stream: Option<(Input, Option<Vmdesc>)>,
}

/// Why nothing was written.
pub enum Stopped<'a> {
    /// The command failed.
    Failed(Failure),
    /// The transform is refused: why, and what was done before.
    Refused(String, Effects<'a>),
    /// The stream of QEMU is damaged.
    Damaged(Vec<Damage>),
    /// The chunks are damaged.
    Broken(Report),
}

impl From<Failure> for Stopped<'_> {
    fn from(failure: Failure) -> Self {
        Stopped::Failed(failure)
    }
}

/// Why an attempt ended.
enum Ended<'a> {
    NoSpace,
    Stopped(Box<Stopped<'a>>),
}

impl<'a, T: Into<Stopped<'a>>> From<T> for Ended<'a> {
    fn from(stopped: T) -> Self {
        Ended::Stopped(Box::new(stopped.into()))
    }
}

impl From<Unloaded> for Ended<'_> {
    fn from(unloaded: Unloaded) -> Self {
        match unloaded {
            Unloaded::NoSpace => Ended::NoSpace,
            Unloaded::Failed(failure) => failure.into(),
        }
    }
}

/// Transforms a stream, and writes it to `output`, if there is one.
///
/// # Errors
/// [`Stopped`].
pub fn transform<'a>(
    source: &Source,
    wanted: &Wanted<'a>,
    mut output: Option<&mut Output>,
) -> std::result::Result<Transformed<'a>, Stopped<'a>> {
    let mut size = MEMORY;
    loop {
        // The system gives it as it is touched.
        let mut memory = vec![0; size];
        match attempt(source, wanted, &mut memory, output.as_deref_mut()) {
            Ok(done) => return Ok(done),
            Err(Ended::Stopped(stopped)) => return Err(*stopped),
            Err(Ended::NoSpace) if size < MOST_MEMORY => size = size.saturating_mul(4),
            Err(Ended::NoSpace) => return Err(too_large(source).into()),
        }
    }
}

fn too_large(source: &Source) -> Failure {
    refused(source.stream().path(), format!("it takes more than {MOST_MEMORY} bytes of memory"))
}

fn refused(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::Refused(format!("{}: {why}", path.display()))
}

impl Source {
    fn stream(&self) -> &Input {
        match self {
            Source::Qemu { stream, .. } | Source::Native { stream, .. } => stream,
        }
    }
}

fn attempt<'a>(
    source: &Source,
    wanted: &Wanted<'a>,
    memory: &mut [u8],
    output: Option<&mut Output>,
) -> std::result::Result<Transformed<'a>, Ended<'a>> {
    let path = source.stream().path();
    let mut tree = Tree::new(memory).map_err(|_| Ended::NoSpace)?;
    let mut origins = loaded(source, wanted, &mut tree)?;
    restore(wanted, &mut tree, path)?;
    let beside = Beside {
        unread: std::mem::take(&mut origins.unread),
        blocks: std::mem::take(&mut origins.blocks),
    };
    let mut effects = Effects::new(wanted.made, wanted.explain, beside);
    if let Some(why) = against::machine(wanted, &tree) {
        return Err(Stopped::Refused(why, effects).into());
    }
    let mut unmet = Unmet::new(wanted);
    unmet.look(wanted.made, &tree);
    let ran = run(wanted, &mut tree, &mut effects, path)?;
    if ran.as_ref().is_err_and(|failed| failed.code() == Code::NoSpace) {
        return Err(Ended::NoSpace);
    }
    // What a step refuses for certain is said before what speaks against others.
    let is_refused = ran.as_ref().is_err_and(|failed| failed.code() == Code::Refused);
    if let Some(why) = effects.against(&tree).filter(|_| !is_refused) {
        return Err(Stopped::Refused(why, effects).into());
    }
    let outcome = match ran {
        Ok(outcome) => outcome,
        Err(failed) => {
            // What names no device is told as what was asked for.
            let unmet = unmet.why().filter(|_| failed.code() == Code::NoRoute);
            let is_damaged = !origins.damages.is_empty();
            let why = unmet.unwrap_or_else(|| against::words(failed, &effects, is_damaged));
            return Err(Stopped::Refused(why, effects).into());
        }
    };
    unmet.look(wanted.made, &tree);
    if let Some(why) = unmet.why() {
        return Err(Stopped::Refused(why, effects).into());
    }
    let left = match wanted.restore {
        Some(_) => lost(&tree).saturating_sub(outcome.losses),
        None => 0,
    };
    let losses = losses(&tree).map(|node| native::device(&tree, node, path)).transpose()?;
    let mut description = None;
    if let Source::Qemu { .. } = source {
        description = match qemu::settle(&mut tree, &origins) {
            Ok(description) => description,
            Err(Unsettled::Tree(Code::NoSpace)) => return Err(Ended::NoSpace),
            Err(why) => return Err(Stopped::Refused(why.to_string(), effects).into()),
        };
    }
    let bare = description.is_some();
    let stream = written(source, &tree, &origins, output)?;
    let stream = stream.map(|stream| (stream, description));
    let damages = std::mem::take(&mut origins.damages);
    Ok(Transformed { outcome, left, bare, effects, losses, damages, stream })
}

/// Writes a tree as what the source was; gives a stream of QEMU that goes nowhere.
fn written(
    source: &Source,
    tree: &Tree<'_>,
    origins: &Origins,
    output: Option<&mut Output>,
) -> Result<Option<Input>> {
    let mut nowhere = std::io::sink();
    let to = output.as_ref().map_or(Path::new("-"), |output| output.path()).to_owned();
    let (to, is_written) = (to.as_path(), output.is_some());
    let output: &mut dyn std::io::Write = match output {
        Some(output) => output,
        None => &mut nowhere,
    };
    match source {
        Source::Qemu { stream, chunks: None, .. } if is_written => {
            qemu::write(tree, origins, stream, output, to)?;
        }
        Source::Qemu { stream, chunks: None, .. } => {
            return qemu::pieces(tree, origins, stream).map(Some);
        }
        Source::Qemu { stream, chunks: Some(_), .. } => {
            let machine = machine(tree);
            let settings = chunks::settings(&machine);
            native::write(tree, (origins, stream), None, &settings, output, to)?;
        }
        Source::Native { stream, memory } => {
            let machine = chunks::machine(stream);
            let settings = chunks::settings(&machine);
            let memory = Some((memory.as_ref(), stream));
            native::write(tree, (origins, stream), memory, &settings, output, to)?;
        }
    }
    Ok(None)
}

/// The stream as a tree.
fn loaded<'a>(
    source: &Source,
    wanted: &Wanted<'_>,
    tree: &mut Tree<'_>,
) -> std::result::Result<Origins, Ended<'a>> {
    let broken = |report: Option<Report>| match report {
        Some(report) => Err(Ended::from(Stopped::Broken(report))),
        None => Ok(()),
    };
    match source {
        Source::Qemu { stream, vmdesc, chunks } => {
            if let Some(chunks) = chunks {
                broken(native::load(chunks, tree, true)?)?;
            }
            let scanner = Scanner::new(stream.again(), vmdesc.clone());
            let mut scanner = scanner.map_err(Failure::reading(stream.path()))?;
            let origins = load::load(&mut scanner, tree)?;
            match origins.damages.is_empty() || wanted.force {
                true => Ok(origins),
                false => Err(Stopped::Damaged(origins.damages).into()),
            }
        }
        Source::Native { stream, .. } => {
            broken(native::load(stream, tree, false)?)?;
            Ok(Origins::default())
        }
    }
}

/// Puts the losses of an earlier run into the tree.
fn restore<'a>(
    wanted: &Wanted<'_>,
    tree: &mut Tree<'_>,
    path: &Path,
) -> std::result::Result<(), Ended<'a>> {
    let Some(losses_of) = wanted.restore else { return Ok(()) };
    if losses(tree).is_some() {
        return Err(refused(path, "the stream has its losses with it").into());
    }
    let before = tree.children(tree.root()).into_iter().flatten().count();
    if let Some(report) = native::load(losses_of, tree, false)? {
        return Err(refused(losses_of.path(), report).into());
    }
    let mut new = tree.children(tree.root()).into_iter().flatten().skip(before);
    match (new.next(), new.next()) {
        (Some(only), None) if losses(tree) == Some(only) => Ok(()),
        _ => Err(refused(losses_of.path(), "these are no losses").into()),
    }
}

/// The device that has what was lost.
fn losses(tree: &Tree<'_>) -> Option<NodeId> {
    tree.children(tree.root()).ok()?.find(|node| {
        matches!(tree.value(*node), Ok(Value::Device { instance: 0, .. }))
            && tree.name(*node) == Ok(LOSSES.as_bytes())
    })
}

/// How many values are among the losses.
fn lost(tree: &Tree<'_>) -> u64 {
    let mut count = 0u64;
    // Losses that cannot be read are none of this run.
    let _ = compat::each_loss(tree, &mut |loss| {
        count = count.saturating_add(u64::from(loss.what.is_value()));
    });
    count
}

/// The machine that the configuration of a stream of QEMU says.
fn machine(tree: &Tree<'_>) -> String {
    let version = compat::machine_version(tree).ok().flatten();
    version.map(|version| version.to_string()).unwrap_or_default()
}

/// Goes the routes, and then the changes that have no versions.
fn run(
    wanted: &Wanted<'_>,
    tree: &mut Tree<'_>,
    effects: &mut Effects<'_>,
    path: &Path,
) -> Result<std::result::Result<Outcome, Failed>> {
    let made = wanted.made;
    let compat = Compat {
        histories: made.histories,
        policy: made.policy,
        writer: chunks::WRITER,
        ..Compat::default()
    };
    let target = target(wanted, tree, path)?;
    let target = target.as_deref().map(Version::parse);
    let targets = Targets {
        from: wanted.from,
        machine: target,
        devices: wanted.devices,
        others: against::others(wanted, tree, target),
        ..Targets::default()
    };
    let outcome = match made.histories.is_empty() && target.is_none() {
        true => Ok(Outcome::default()),
        false => compat.run(tree, &targets, effects),
    };
    Ok(outcome.and_then(|outcome| {
        if made.plain.is_empty() {
            return Ok(outcome);
        }
        let mut both = compat.apply(tree, &made.plain, Way::Up, effects)?;
        both.legs = both.legs.saturating_add(outcome.legs);
        both.steps = both.steps.saturating_add(outcome.steps);
        both.touched = both.touched.saturating_add(outcome.touched);
        both.losses = both.losses.saturating_add(outcome.losses);
        both.notes = both.notes.saturating_add(outcome.notes);
        both.restored = both.restored.saturating_add(outcome.restored);
        both.unrestored = both.unrestored.saturating_add(outcome.unrestored);
        both.unused = both.unused.saturating_add(outcome.unused);
        Ok(both)
    }))
}

/// The version that the machine shall be of: what is wanted, or the other end of the only change.
fn target(wanted: &Wanted<'_>, tree: &Tree<'_>, path: &Path) -> Result<Option<String>> {
    if let Some(to) = wanted.to {
        return Ok(Some(to.to_string()));
    }
    let Some(edges) = wanted.made.machine() else { return Ok(None) };
    let now = match wanted.from {
        Some(from) => Some(from),
        None => compat::machine_version(tree).map_err(|code| refused(path, code.text()))?,
    };
    match edges {
        [edge] if now == Some(edge.to) => Ok(Some(edge.from.to_string())),
        [edge] => Ok(Some(edge.to.to_string())),
        _ => {
            let what =
                "the rules have several changes of the machine: --to says which version is wanted";
            Err(Failure::Usage(what.to_owned()))
        }
    }
}
