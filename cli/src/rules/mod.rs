//! Files of rules: what differs between versions, as TOML. `docs/rules.md` is their reference.
//!
//! | module | what |
//! |---|---|
//! | `file` | a file as it is written |
//! | `value`, `item`, `step` | what it says, as what the library takes |
//! | `refuse` | the step that refuses states |
//! | `schema` | the schemas of opaque fields by name |
//!
//! Nothing of a file is trusted: how long it is, how deep it nests and how much it asks to be made have bounds.

mod file;
mod item;
mod refuse;
mod schema;
mod step;
mod value;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use migcore::compat::{
    name_matches, Edge, History, Of, Policy, Required, Reverse, Step, Verdict, Version,
};
use toml::Spanned;

use crate::failure::{Failure, Result};
use crate::input::whole;
use item::Maker;
pub use refuse::Refuses;
pub(crate) use value::hex;

/// The longest file that is read, in bytes.
const MOST_TEXT: u64 = 4 << 20;

/// What all files together may have.
const MOST_CHANGES: usize = 4096;
const MOST_DEVICES: usize = 1024;
const MOST_STEPS: usize = 1 << 14;
const MOST_PATHS: usize = 4096;

/// Files of rules, read. What they say is made of them by [`Rules::made`].
#[derive(Debug, Default)]
pub struct Rules {
    files: Vec<Read>,
}

/// A file.
#[derive(Debug)]
struct Read {
    path: PathBuf,
    /// Where each line of the text begins.
    lines: Vec<usize>,
    file: file::File,
}

/// What files of rules say, in terms of the library.
#[derive(Debug)]
pub struct Made<'a> {
    /// The title of the first file that has one.
    pub title: Option<&'a str>,
    /// Which losses are allowed.
    pub policy: Policy<'a>,
    /// The history of the machine, if there is one, and those of devices.
    pub histories: &'a [History<'a>],
    /// Changes without versions, in order.
    pub plain: Vec<Edge<'a>>,
    /// Of the steps of an edge, by the address of the first, where each is written.
    places: HashMap<*const Step<'a>, Vec<Written<'a>>>,
}

/// Where a step is written.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The file.
    pub path: &'a Path,
    /// The line, from 1.
    pub line: usize,
    /// Of a step that refuses: what it looks for, and why.
    pub refuses: Option<Refuses<'a>>,
}

impl std::fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}

impl Rules {
    /// Reads files, in this order.
    ///
    /// # Errors
    /// [`Failure::Io`]; [`Failure::Usage`] for what is no file of rules.
    pub fn read(paths: &[PathBuf]) -> Result<Rules> {
        let files = paths.iter().map(|path| read(path)).collect::<Result<_>>()?;
        Ok(Rules { files })
    }

    /// A file of rules that is this text; `path` is what it is called in messages.
    ///
    /// # Errors
    /// [`Failure::Usage`].
    pub fn of(text: &str, path: &Path) -> Result<Rules> {
        Ok(Rules { files: vec![parsed(text.to_owned(), path)?] })
    }

    /// Makes what the files say, in `arena`. Changes between the same versions are one, in the order of the files.
    ///
    /// # Errors
    /// [`Failure::Usage`], with the file, the line and the step.
    pub fn made<'a>(&'a self, arena: &'a Bump) -> Result<Made<'a>> {
        self.check_numbers()?;
        self.check_policies()?;
        let mut making = Making { maker: Maker::new(arena), places: HashMap::new() };
        let mut machine = Changes::default();
        let mut devices: Vec<(&'a str, Changes<'a>)> = Vec::new();
        let mut known: HashMap<&'a str, usize> = HashMap::new();
        let mut plain = Vec::new();
        for read in &self.files {
            for change in &read.file.change {
                let steps = making.steps(read, change)?;
                match making.ends(read, change)? {
                    Some(ends) => machine.add(ends, steps),
                    None => plain.push(making.edge((Version::new(0), Version::new(0)), &steps)),
                }
            }
            for history in &read.file.device {
                let name = history.get_ref().name.as_str();
                let place = *known.entry(name).or_insert(devices.len());
                if place == devices.len() {
                    devices.push((name, Changes::default()));
                }
                for change in &history.get_ref().change {
                    let steps = making.steps(read, change)?;
                    let Some(ends) = making.ends(read, change)? else {
                        let what = "a change of a device is `from` one version `to` another";
                        return Err(read.wrong(change.span().start, "change", what));
                    };
                    if let Some((_, changes)) = devices.get_mut(place) {
                        changes.add(ends, steps);
                    }
                }
            }
        }
        let mut histories = Vec::new();
        if !machine.all.is_empty() {
            histories.push(making.history(Of::Machine, &machine));
        }
        for (name, changes) in &devices {
            histories.push(making.history(Of::Devices(name), changes));
        }
        Ok(Made {
            title: self.files.iter().find_map(|read| read.file.title.as_deref()),
            policy: self.policy(arena),
            histories: arena.alloc_slice_copy(&histories),
            plain,
            places: making.places,
        })
    }

    /// Looks how much there is, since all of it is gone through for each device or loss.
    fn check_numbers(&self) -> Result<()> {
        let mut counts = [
            ("changes", MOST_CHANGES),
            ("devices", MOST_DEVICES),
            ("steps", MOST_STEPS),
            ("paths", MOST_PATHS),
        ]
        .map(|(what, most)| (what, most, 0usize));
        for read in &self.files {
            let file = &read.file;
            let devices = file.device.iter().flat_map(|history| &history.get_ref().change);
            let changes = || file.change.iter().chain(devices.clone());
            let steps = changes().map(|change| change.get_ref().step.len()).sum();
            let paths = file.policy.iter().map(|policy| policy.paths.len()).sum();
            let here = [changes().count(), file.device.len(), steps, paths];
            for ((what, most, count), here) in counts.iter_mut().zip(here) {
                *count = count.saturating_add(here);
                if *count > *most {
                    let path = read.path.display();
                    let why =
                        format!("{path}: rules have at most {most} {what}, all files together");
                    return Err(Failure::Usage(why));
                }
            }
        }
        Ok(())
    }

    fn check_policies(&self) -> Result<()> {
        for read in &self.files {
            for rule in read.file.policy.iter().flat_map(|policy| &policy.paths) {
                let checked = step::pattern(&rule.get_ref().path);
                checked.map_err(|why| read.wrong(rule.span().start, "policy", &why))?;
            }
        }
        Ok(())
    }

    fn policy<'a>(&'a self, arena: &'a Bump) -> Policy<'a> {
        let policies = || self.files.iter().filter_map(|read| read.file.policy.as_ref());
        let rules = policies().flat_map(|policy| &policy.paths).map(|rule| {
            let rule = rule.get_ref();
            (rule.path.as_str(), verdict(rule.loss))
        });
        let rules: Vec<(&str, Verdict)> = rules.collect();
        let otherwise = policies().filter_map(|policy| policy.otherwise).max();
        Policy {
            rules: arena.alloc_slice_copy(&rules),
            otherwise: otherwise.map_or(Verdict::IfDefault, verdict),
        }
    }
}

impl<'a> Made<'a> {
    /// The edges of the machine's history, if it has one.
    #[must_use]
    pub fn machine(&self) -> Option<&'a [Edge<'a>]> {
        let is_machine = |history: &&History<'_>| matches!(history.of, Of::Machine);
        self.histories.iter().find(is_machine).map(|history| history.edges)
    }

    /// Whether devices of this name have versions.
    #[must_use]
    pub fn has_versions(&self, device: &[u8]) -> bool {
        self.histories.iter().any(|history| match history.of {
            Of::Devices(names) => name_matches(names, device),
            Of::Machine => false,
        })
    }

    /// Where a step of an edge is written.
    #[must_use]
    pub fn written(&self, edge: &Edge<'_>, step: usize) -> Option<Written<'a>> {
        // Edges without steps may lie at one address.
        if step >= edge.steps.len() {
            return None;
        }
        // The address alone is compared.
        let places = self.places.get(&edge.steps.as_ptr().cast())?;
        places.get(step).copied()
    }
}

/// Two versions.
type Between<'a> = (Version<'a>, Version<'a>);

/// Changes between versions, with their steps, in order.
#[derive(Default)]
struct Changes<'a> {
    all: Vec<(Between<'a>, Vec<One<'a>>)>,
    places: HashMap<Between<'a>, usize>,
}

impl<'a> Changes<'a> {
    fn add(&mut self, ends: Between<'a>, steps: Vec<One<'a>>) {
        let place = *self.places.entry(ends).or_insert(self.all.len());
        match self.all.get_mut(place) {
            Some((_, known)) => known.extend(steps),
            None => self.all.push((ends, steps)),
        }
    }
}

/// A step, and whether it may find nothing.
struct One<'a> {
    step: Step<'a>,
    optional: bool,
    written: Written<'a>,
}

struct Making<'a> {
    maker: Maker<'a>,
    places: HashMap<*const Step<'a>, Vec<Written<'a>>>,
}

impl<'a> Making<'a> {
    fn steps(&mut self, read: &'a Read, change: &'a Spanned<file::Change>) -> Result<Vec<One<'a>>> {
        let mut all = Vec::new();
        for step in &change.get_ref().step {
            let at = step.span().start;
            let (key, made) = self.maker.step(step.get_ref());
            let checked = |steps: Vec<Step<'a>>| {
                steps.iter().try_for_each(step::check)?;
                Ok(steps)
            };
            let steps = made.and_then(checked).map_err(|why| read.wrong(at, key, &why))?;
            let refuse = step.get_ref().refuse.as_ref();
            let refuses = refuse.map(Refuses::of);
            let written = Written { path: &read.path, line: read.line(at), refuses };
            // What may not be there need not be found.
            let optional = step.get_ref().optional || refuse.is_some();
            all.extend(steps.into_iter().map(|step| One { step, optional, written }));
        }
        Ok(all)
    }

    fn ends(
        &self,
        read: &'a Read,
        change: &'a Spanned<file::Change>,
    ) -> Result<Option<Between<'a>>> {
        let (from, to) = match (&change.get_ref().from, &change.get_ref().to) {
            (None, None) => return Ok(None),
            (Some(from), Some(to)) if from != to => (version(from), version(to)),
            (Some(_), Some(_)) => {
                let what = "it leads from a version to the same";
                return Err(read.wrong(change.span().start, "change", what));
            }
            _ => {
                let what = "it has both `from` and `to`, or neither";
                return Err(read.wrong(change.span().start, "change", what));
            }
        };
        Ok(Some((from, to)))
    }

    fn edge(&mut self, (from, to): Between<'a>, steps: &[One<'a>]) -> Edge<'a> {
        let arena = self.maker.arena;
        let optional = steps.iter().enumerate().filter(|(_, one)| one.optional);
        let optional: Vec<usize> = optional.map(|(number, _)| number).collect();
        let places = steps.iter().map(|one| one.written).collect();
        let steps: &[Step<'a>] = arena.alloc_slice_fill_iter(steps.iter().map(|one| one.step));
        if !steps.is_empty() {
            self.places.insert(steps.as_ptr(), places);
        }
        let required = Required::But(arena.alloc_slice_copy(&optional));
        Edge { from, to, steps, reverse: Reverse::Derived, required }
    }

    fn history(&mut self, of: Of<'a>, changes: &Changes<'a>) -> History<'a> {
        let edges: Vec<Edge<'a>> =
            changes.all.iter().map(|(ends, steps)| self.edge(*ends, steps)).collect();
        let leads_on: HashSet<Version<'_>> = edges.iter().map(|edge| edge.from).collect();
        let newest = edges.iter().map(|edge| edge.to).find(|to| !leads_on.contains(to));
        let newest = newest.or(edges.last().map(|edge| edge.to)).unwrap_or(Version::new(0));
        History { of, newest, edges: self.maker.arena.alloc_slice_copy(&edges) }
    }
}

fn version(name: &file::Name) -> Version<'_> {
    match name {
        file::Name::Number(number) => Version::new(*number),
        file::Name::Text(text) => Version::parse(text),
    }
}

fn verdict(said: file::Verdict) -> Verdict {
    match said {
        file::Verdict::Allow => Verdict::Allow,
        file::Verdict::Refuse => Verdict::Refuse,
        file::Verdict::IfDefault => Verdict::IfDefault,
    }
}

impl Read {
    /// The line of a place in the text, from 1.
    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    fn wrong(&self, at: usize, key: &str, why: &str) -> Failure {
        Failure::Usage(format!("{}:{}: {key}: {why}", self.path.display(), self.line(at)))
    }
}

fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1)
}

fn read(path: &Path) -> Result<Read> {
    if path == Path::new("-") {
        let why = "rules are read from files, not from the standard input";
        return Err(Failure::Usage(why.to_owned()));
    }
    let most = || {
        let path = path.display();
        Failure::Usage(format!("{path}: a file of rules has at most {MOST_TEXT} bytes"))
    };
    let text = whole(path, MOST_TEXT)?.ok_or_else(most)?;
    let text = String::from_utf8(text)
        .map_err(|_| Failure::Usage(format!("{}: this is no text in UTF-8", path.display())))?;
    parsed(text, path)
}

fn parsed(text: String, path: &Path) -> Result<Read> {
    let file = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| line(&text, span.start));
        let why = error.message();
        Failure::Usage(format!("{}:{line}: {}{why}", path.display(), key_at(&text, line)))
    })?;
    let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at.saturating_add(1))).collect();
    Ok(Read { path: path.to_owned(), lines, file })
}

/// The key that a line begins with, for a message.
fn key_at(text: &str, line: usize) -> String {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    match line.split_once('=') {
        Some((key, _)) => format!("{}: ", key.trim()),
        None => String::new(),
    }
}
