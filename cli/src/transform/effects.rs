//! What the steps of a run do, for those who want to see it.

use std::collections::HashMap;

use migcore::compat::{Edge, Loss, Observer, Of, Stage, Step, Way, What};
use migcore::model::{NodeId, Tree, Value};
use serde_json::{json, Value as Json};

use super::data::{self, Data};
use super::load::device_in;
use super::unread::{self, Unread};
use super::{against, encode};
use crate::blocks::Block;
use crate::compare::value::{shown, typed, Paths};
use crate::input::told;
use crate::rules::{Made, Refuses, Written};
use crate::show::counted;

/// Lines that are shown of one item.
const LINES: usize = 40;

/// Values that are told of one lost item, and those of them that are in a line.
const VALUES: usize = 4096;
const SHORT: usize = 3;

/// Looks on while a transform runs.
pub struct Effects<'r> {
    made: &'r Made<'r>,
    explain: bool,
    done: Vec<Done>,
    /// By the address of the edge's steps, which such without steps may share, and its versions.
    numbers: HashMap<(usize, [u32; 2], usize, bool), usize>,
    /// The step that is done, or was done last.
    current: Option<Current>,
    lost: Vec<Lost>,
    paths: Paths,
    beside: Beside,
    /// What speaks against the first step that something of the stream beside its devices speaks against.
    against: Option<String>,
}

/// What is known of a stream beside its tree.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// The sections that nobody knows inside.
    pub(super) unread: Vec<Unread>,
    /// The blocks of memory.
    pub(super) blocks: Vec<Block>,
}

/// A step, for a message.
#[derive(Debug)]
pub(super) struct Current {
    /// Where it is written.
    pub(super) written: String,
    /// Where it looks for what it changes.
    pub(super) place: String,
    /// What a new item is to stand behind.
    pub(super) after: Option<String>,
    /// What helps if that is not there.
    pub(super) help: &'static str,
    /// Why the step refuses what it looks for, if that is all it does.
    pub(super) why: Option<String>,
}

/// What a step did, to all devices together.
#[derive(Debug)]
struct Done {
    written: String,
    step: &'static str,
    from: String,
    to: String,
    touched: u64,
    effects: Vec<String>,
}

/// Something that was lost.
#[derive(Debug)]
struct Lost {
    /// The rule that loses it.
    written: String,
    path: String,
    what: &'static str,
    value: Option<String>,
    data: Data,
    inside: Inside,
    from: String,
    to: String,
    step: u32,
    secret: bool,
    allowed: bool,
    /// Whether it is a value.
    counts: bool,
}

impl<'r> Effects<'r> {
    /// Of a run of these rules, with what is beside the tree; with `explain`, each item that is touched is noted.
    #[must_use]
    pub(super) fn new(made: &'r Made<'r>, explain: bool, beside: Beside) -> Self {
        Effects {
            made,
            explain,
            done: Vec::new(),
            numbers: HashMap::new(),
            current: None,
            lost: Vec::new(),
            paths: Paths::default(),
            beside,
            against: None,
        }
    }

    /// Why the steps are not for this stream, or nobody can tell what they did to it.
    pub(super) fn against(&self, tree: &Tree<'_>) -> Option<String> {
        let histories = self.made.histories;
        let of_devices = histories.iter().any(|history| matches!(history.of, Of::Devices(_)));
        let devices = || of_devices.then(|| unread::devices(&self.beside.unread, tree)).flatten();
        self.against.clone().or_else(devices)
    }

    /// Why a step refuses memory, if that is there.
    fn memory(&self, written: &Written<'_>, refuses: &Refuses<'_>) -> Option<String> {
        let Refuses { place, why, .. } = refuses;
        let is_there = self.beside.blocks.iter().any(|block| block.name == place.as_bytes());
        is_there.then(|| format!("{written}: memory {place} is there: {why}"))
    }

    /// The step that was done last.
    #[must_use]
    pub(super) fn current(&self) -> Option<&Current> {
        self.current.as_ref()
    }

    /// The steps that touched something, with how many items, one a line, and how many found nothing; where each item was
    /// noted, which.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut nothing = 0u64;
        for Done { written, step, from, to, touched, effects } in &self.done {
            if *touched == 0 {
                nothing = nothing.saturating_add(1);
                continue;
            }
            let way = if from.is_empty() { String::new() } else { format!(" ({from} to {to})") };
            let touched = counted(*touched, "item");
            text.push_str(&format!("{written}: {step}{way}: {touched}\n"));
            effects.iter().for_each(|effect| text.push_str(&format!("  {effect}\n")));
        }
        if nothing > 0 {
            text.push_str(&format!("{} found nothing\n", counted(nothing, "step")));
            let lines = self.done.iter().filter(|done| self.explain && done.touched == 0);
            lines.for_each(|done| text.push_str(&format!("  {}: {}\n", done.written, done.step)));
        }
        text
    }

    /// What was lost of values, one a line; those that were refused if there are any.
    #[must_use]
    pub fn losses_text(&self) -> String {
        let refused = self.lost.iter().any(|lost| !lost.allowed);
        let told = self.lost.iter().filter(|lost| lost.counts && lost.allowed != refused);
        let word = if refused { "refused" } else { "lost" };
        told.map(|Lost { path, what, value, inside, .. }| {
            let value = value.as_deref().unwrap_or_default();
            format!("{word}: {path}: {}{value}{}\n", prefix(what), inside.text())
        })
        .collect()
    }

    /// What was lost of values: where, what of it, with the value if it may be shown, and whether it is allowed.
    pub fn values_lost(&self) -> impl Iterator<Item = (&str, String, bool)> {
        let told = self.lost.iter().filter(|lost| lost.counts);
        told.map(|Lost { path, what, value, allowed, .. }| {
            let text = format!("{}{}", prefix(what), value.as_deref().unwrap_or_default());
            (path.as_str(), text, *allowed)
        })
    }

    /// Where the rule is written that first lost what it may not.
    pub(super) fn refused_at(&self) -> Option<&str> {
        self.lost.iter().find(|lost| !lost.allowed).map(|lost| lost.written.as_str())
    }

    /// Whether a step touched something.
    #[must_use]
    pub fn has_touched(&self) -> bool {
        self.done.iter().any(|done| done.touched > 0)
    }

    /// Whether a value was lost.
    #[must_use]
    pub fn has_losses(&self) -> bool {
        self.lost.iter().any(|lost| lost.counts)
    }

    /// The steps for programs.
    #[must_use]
    pub fn json(&self) -> Json {
        let one = |done: &Done| {
            let Done { written, step, from, to, touched, effects } = done;
            let mut json = json!({
                "rule": written, "step": step, "from": from, "to": to, "touched": touched,
            });
            if let (true, Some(json)) = (self.explain, json.as_object_mut()) {
                json.insert("effects".to_owned(), json!(effects));
            }
            json
        };
        self.done.iter().map(one).collect()
    }

    /// The losses for programs.
    #[must_use]
    pub fn losses_json(&self) -> Json {
        let one = |lost: &Lost| {
            let Lost { written, path, what, data, inside, from, to, step, secret, allowed, .. } =
                lost;
            json!({
                "rule": written, "path": path, "what": what, "type": data.kind, "value": data.value,
                "inside": inside.json(), "more": inside.more,
                "from": from, "to": to, "step": step, "secret": secret, "allowed": allowed,
            })
        };
        self.lost.iter().map(one).collect()
    }

    fn number(&mut self, at: &Stage<'_>) -> usize {
        let Stage { edge, way, number, step, .. } = at;
        let versions = [edge.from.number, edge.to.number];
        let key = (edge.steps.as_ptr().addr(), versions, *number, *way == Way::Up);
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        let written = match self.made.written(edge, *number) {
            Some(written) => written.to_string(),
            None => "version".to_owned(),
        };
        let (from, to) = ends(edge, *way);
        let step = step.text();
        self.done.push(Done { written, step, from, to, touched: 0, effects: Vec::new() });
        let number = self.done.len().saturating_sub(1);
        self.numbers.insert(key, number);
        number
    }

    /// Notes what an item is, before or after it is touched.
    fn note(&mut self, tree: &Tree<'_>, at: &Stage<'_>, item: NodeId, sign: char) {
        if !self.explain {
            return;
        }
        let path = self.path(tree, item);
        let whole = matches!(
            at.step,
            Step::Add { .. }
                | Step::Drop { .. }
                | Step::AddDevice { .. }
                | Step::DropDevice { .. }
                | Step::AddCommand { .. }
                | Step::DropCommand { .. }
        );
        let lines = match &at.step {
            Step::Bits { at, .. } if tree.is_secret(item) == Ok(false) => {
                vec![format!("{path}{}", data::bits(tree, item, *at))]
            }
            _ => lines(tree, item, &path, whole),
        };
        let number = self.number(at);
        if let Some(done) = self.done.get_mut(number) {
            done.effects.extend(lines.into_iter().map(|line| format!("{sign} {line}")));
        }
    }

    /// The path of an item from the machine on, in whichever layout the tree is.
    fn path(&mut self, tree: &Tree<'_>, item: NodeId) -> String {
        let path = self.paths.path(tree, item);
        let Some(record) = path.strip_prefix("qemu/0.") else { return path };
        let inside = ["full.", "start."].iter().find_map(|kind| record.strip_prefix(kind));
        inside.unwrap_or(&path).to_owned()
    }
}

impl Observer for Effects<'_> {
    fn before(&mut self, tree: &Tree<'_>, at: &Stage<'_>) {
        let written = self.made.written(at.edge, at.number);
        if let (None, Some(written)) = (&self.against, written) {
            self.against = match written.refuses.filter(|refuses| refuses.memory) {
                Some(refuses) => self.memory(&written, &refuses),
                None => unread::why(&self.beside.unread, tree, at, &written),
            };
        }
        self.current = written.map(|written| Current {
            written: written.to_string(),
            place: match written.refuses {
                Some(refuses) => refuses.place.to_owned(),
                None => against::place(&at.step),
            },
            after: against::after(&at.step),
            help: against::help(&at.step),
            why: written.refuses.map(|refuses| refuses.why.to_owned()),
        });
        // The numbers of elements may be others now.
        self.paths = Paths::default();
    }

    fn after(&mut self, _tree: &Tree<'_>, at: &Stage<'_>, touched: u32) {
        // A step that refuses is only told when it does.
        if matches!(at.step, Step::Call { .. }) {
            return;
        }
        let number = self.number(at);
        if let Some(done) = self.done.get_mut(number) {
            done.touched = done.touched.saturating_add(touched.into());
        }
    }

    fn changing(&mut self, tree: &Tree<'_>, at: &Stage<'_>, item: NodeId) {
        self.note(tree, at, item, '-');
    }

    fn changed(&mut self, tree: &Tree<'_>, at: &Stage<'_>, item: NodeId) {
        // Elements of the lists in it may have come or gone, or it is one.
        let around = tree.parent(item).ok().flatten();
        encode::within(tree, item).chain(around).for_each(|list| self.paths.forget(list));
        self.note(tree, at, item, '+');
    }

    fn lost(&mut self, tree: &Tree<'_>, loss: &Loss<'_>) {
        let mut path = String::new();
        if !loss.device.is_empty() {
            path = format!("{}/{}", shown(loss.device), loss.instance);
        }
        if !loss.path.is_empty() {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(&shown(loss.path));
        }
        let value = match (loss.secret, loss.what, loss.node) {
            (true, ..) => Some("(secret)".to_owned()),
            (false, What::Bits, _) => Some(format!("{:#x}", loss.bits)),
            (false, _, Some(node)) => Some(typed(tree, device_in(tree, node), false)),
            (false, _, None) => None,
        };
        let inside = match loss.node {
            Some(node) if !loss.secret => Inside::of(tree, device_in(tree, node), &mut self.paths),
            _ => Inside::default(),
        };
        let data = match (loss.what, loss.node) {
            (What::Bits, _) if !loss.secret => Data { kind: None, value: loss.bits.into() },
            (_, Some(node)) => Data::of(tree, device_in(tree, node), loss.secret),
            _ => Data::default(),
        };
        let written = self.current.as_ref().map(|current| current.written.clone());
        self.lost.push(Lost {
            written: written.unwrap_or_default(),
            data,
            inside,
            path,
            what: word(loss.what),
            value,
            from: loss.from.to_string(),
            to: loss.to.to_string(),
            step: loss.step,
            secret: loss.secret,
            allowed: loss.allowed,
            counts: loss.what.is_value(),
        });
    }
}

/// A value in an item: its path from there, as text, and as data.
#[derive(Debug)]
struct One {
    path: String,
    text: String,
    data: Data,
    secret: bool,
}

/// The values in an item that are not 0 or empty, by their paths from there.
#[derive(Debug, Default)]
struct Inside {
    values: Vec<One>,
    /// How many more there are.
    more: u64,
}

impl Inside {
    fn of(tree: &Tree<'_>, top: NodeId, paths: &mut Paths) -> Inside {
        let mut inside = Inside::default();
        let start = paths.path(tree, top);
        let below = encode::within(tree, top).filter(|node| *node != top);
        for node in below.filter(|node| !is_default(tree, *node)) {
            if inside.values.len() >= VALUES {
                inside.more = inside.more.saturating_add(1);
                continue;
            }
            let path = paths.path(tree, node);
            let path = path.strip_prefix(&start).unwrap_or(&path);
            let (path, secret) =
                (path.trim_start_matches('.').to_owned(), tree.is_secret(node) != Ok(false));
            let (text, data) = (typed(tree, node, secret), Data::of(tree, node, secret));
            inside.values.push(One { path, text, data, secret });
        }
        inside
    }

    /// The first of them, for a line.
    fn text(&self) -> String {
        if self.values.is_empty() {
            return String::new();
        }
        let first = self.values.iter().take(SHORT).map(|one| format!("{} {}", one.path, one.text));
        let first: Vec<String> = first.collect();
        let rest = told(self.values.len().saturating_sub(SHORT)).saturating_add(self.more);
        let rest = if rest > 0 { format!(", and {rest} more") } else { String::new() };
        format!("; inside: {}{rest}", first.join(", "))
    }

    fn json(&self) -> Json {
        let one = |one: &One| {
            let One { path, data: Data { kind, value }, secret, .. } = one;
            json!({ "path": path, "type": kind, "value": value, "secret": secret })
        };
        self.values.iter().map(one).collect()
    }
}

/// Whether an item is 0 or empty, or has no value of its own.
fn is_default(tree: &Tree<'_>, node: NodeId) -> bool {
    match tree.value(node) {
        Ok(Value::Scalar(_, bits)) => bits == 0,
        Ok(Value::Array(_, _, bytes) | Value::Bytes(_, bytes) | Value::Raw(bytes)) => {
            bytes.iter().all(|byte| *byte == 0)
        }
        Ok(Value::Text(text)) => text.is_empty(),
        _ => true,
    }
}

fn ends(edge: &Edge<'_>, way: Way) -> (String, String) {
    if edge.from == edge.to {
        return (String::new(), String::new());
    }
    let (from, to) = (edge.from.to_string(), edge.to.to_string());
    match way {
        Way::Up => (from, to),
        Way::Down => (to, from),
    }
}

/// What stands before a value; a device says what it is.
fn prefix(what: &str) -> String {
    match what {
        "record" => String::new(),
        what => format!("{what} "),
    }
}

fn word(what: What) -> &'static str {
    match what {
        What::Value => "value",
        What::Bits => "bits",
        What::Order => "order",
        What::Item => "item",
        What::Record => "record",
        What::Absence => "absence",
        What::Versions => "versions",
        What::Section => "section",
    }
}

/// An item as text: its type and value, and all that is inside if it comes or goes as a whole.
fn lines(tree: &Tree<'_>, item: NodeId, path: &str, whole: bool) -> Vec<String> {
    let hidden = tree.is_secret(item) != Ok(false);
    let mut lines = vec![format!(
        "{path}: {}{}",
        typed(tree, item, hidden),
        data::elements(tree, item, hidden)
    )];
    if !whole || hidden || !is_scope(tree, item) {
        return lines;
    }
    let mut text = Vec::new();
    let printed = tree.print(item, &mut |part| text.extend_from_slice(part));
    if printed.is_ok() {
        let text = String::from_utf8_lossy(&text);
        let mut inside = text.lines().skip(1);
        lines.extend(inside.by_ref().take(LINES).map(str::to_owned));
        let more = inside.count();
        if more > 0 {
            lines.push(format!("  ... {more} lines more"));
        }
    }
    lines
}

fn is_scope(tree: &Tree<'_>, item: NodeId) -> bool {
    tree.value(item).ok().as_ref().and_then(Value::scope_kind).is_some()
}
