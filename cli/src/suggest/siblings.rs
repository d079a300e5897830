//! The items of a device or a struct on both sides, one beside the other.

use std::collections::{HashMap, HashSet};

use super::item::{kind, quoted, scalar};
use super::part::{after, below, items_step, worth, Manner, Order, Part, NOT_COPIED};
use super::shape::{Form, Shape};
use super::{parts, pci};

/// The most elements of a list that are looked at one by one.
const MOST_ELEMENTS: usize = 64;

/// Suggests steps for what is inside of something. `old` is the older form of the steps, `new` the newer one. How
/// deep they nest is bounded by their readers.
pub(super) fn siblings(manner: Manner, scope: &str, old: &[Shape], new: &[Shape], part: &mut Part) {
    let joined = match manner.placed {
        true => parts::joined(scope, old, new, part),
        false => None,
    };
    let (old, new) = joined.as_ref().map_or((old, new), |(old, new)| (old, new));
    let mut pairs = paired(old, new);
    let mut renamed = renamed(old, new, &pairs);
    pairs.append(&mut renamed.clone());
    pairs.sort_unstable();
    let from: HashMap<usize, usize> = pairs.iter().copied().collect();
    let to: HashSet<usize> = from.values().copied().collect();
    let ranks = (ranks(old), ranks(new));
    let mut level = Level { manner, scope, old, new, from, to, ranks, part };
    level.drops();
    renamed.sort_unstable();
    level.renames(&renamed);
    if manner.placed {
        level.moves(&pairs);
    }
    for (one, other) in &pairs {
        if let (Some(one), Some(other)) = (old.get(*one), new.get(*other)) {
            level.pair(one, other);
        }
    }
    level.adds();
}

/// Of each item, how many of its name stand before it.
fn ranks(all: &[Shape]) -> Vec<usize> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    all.iter()
        .map(|shape| {
            let count = seen.entry(&shape.name).or_default();
            let rank = *count;
            *count = rank.saturating_add(1);
            rank
        })
        .collect()
}

/// Which items are the same on both sides, by name.
fn paired(old: &[Shape], new: &[Shape]) -> Vec<(usize, usize)> {
    let mut by_key: HashMap<(&str, usize), usize> = HashMap::new();
    for (at, (shape, rank)) in new.iter().zip(ranks(new)).enumerate() {
        by_key.insert((&shape.name, rank), at);
    }
    let mut pairs = Vec::new();
    for (at, (one, rank)) in old.iter().zip(ranks(old)).enumerate() {
        let Some(other) = by_key.get(&(one.name.as_str(), rank)).copied() else { continue };
        if new.get(other).is_some_and(|other| can_stay(one, other)) {
            pairs.push((at, other));
        }
    }
    pairs
}

/// Whether one can become the other, or is not for steps to change.
pub(super) fn can_stay(one: &Shape, other: &Shape) -> bool {
    if one.is_opaque() || other.is_opaque() || one.guessed || other.guessed {
        return true;
    }
    match (&one.form, &other.form) {
        (Form::Scalar(..), Form::Scalar(..))
        | (Form::Struct(_), Form::Struct(_))
        | (Form::Subsection(_), Form::Subsection(_))
        | (Form::Optional(_), Form::Optional(_))
        | (Form::List(_), Form::List(_))
        | (Form::Text(_), Form::Text(_))
        | (Form::Absent, _)
        | (_, Form::Absent) => true,
        (Form::Array(_, one, left), Form::Array(_, other, right)) => {
            *one || *other || left.len() == right.len()
        }
        (Form::Bytes(one, left), Form::Bytes(other, right)) => {
            *one || *other || left.len() == right.len()
        }
        _ => false,
    }
}

/// Items that stand at the same place and have the same types under other names.
fn renamed(old: &[Shape], new: &[Shape], pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let gone: HashSet<usize> = pairs.iter().map(|(one, _)| *one).collect();
    let come: HashSet<usize> = pairs.iter().map(|(_, other)| *other).collect();
    let partner: HashMap<usize, usize> = pairs.iter().map(|(one, other)| (*other, *one)).collect();
    let runs = |all: &[Shape], known: &HashSet<usize>, key: &dyn Fn(usize) -> usize| {
        let mut runs: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        let mut before = None;
        for (at, shape) in all.iter().enumerate() {
            match known.contains(&at) {
                true => before = Some(key(at)),
                false if shape.is_subsection() => {}
                false => runs.entry(before).or_default().push(at),
            }
        }
        runs
    };
    let left = runs(old, &gone, &|at| at);
    let right = runs(new, &come, &|at| partner.get(&at).copied().unwrap_or(at));
    let mut renamed = Vec::new();
    for (before, ones) in left {
        let Some(others) = right.get(&before).filter(|others| others.len() == ones.len()) else {
            continue;
        };
        let like = |(one, other): (&usize, &usize)| match (old.get(*one), new.get(*other)) {
            (Some(one), Some(other)) => {
                one.name != other.name
                    && !one.is_opaque()
                    && !one.guessed
                    && !other.guessed
                    && one.is_like(other)
            }
            _ => false,
        };
        if ones.iter().zip(others).all(like) {
            renamed.extend(ones.iter().copied().zip(others.iter().copied()));
        }
    }
    renamed
}

struct Level<'a> {
    manner: Manner,
    scope: &'a str,
    old: &'a [Shape],
    new: &'a [Shape],
    /// Which of the old items is which of the new ones.
    from: HashMap<usize, usize>,
    /// Which of the new ones was there.
    to: HashSet<usize>,
    ranks: (Vec<usize>, Vec<usize>),
    part: &'a mut Part,
}

impl<'a> Level<'a> {
    /// Items that only the older form has, the last ones first.
    fn drops(&mut self) {
        let only: Vec<bool> = (0..self.old.len()).map(|at| !self.from.contains_key(&at)).collect();
        let turned = self.manner.turned;
        for run in runs(self.old, &only, &self.ranks.0).into_iter().rev() {
            self.run("drop", self.old, run, !turned);
        }
    }

    /// Items that only the newer form has.
    fn adds(&mut self) {
        let only: Vec<bool> = (0..self.new.len()).map(|at| !self.to.contains(&at)).collect();
        let turned = self.manner.turned;
        for run in runs(self.new, &only, &self.ranks.1) {
            self.run("add", self.new, run, turned);
        }
    }

    /// A step for neighbours; `mine`: the stream that is transformed has them.
    fn run(&mut self, key: &str, all: &'a [Shape], run: Run, mine: bool) {
        let before = run.first.checked_sub(1).and_then(|at| all.get(at));
        let Some(shapes) = all.get(run.first..run.end) else { return };
        for shape in shapes {
            let path = below(self.scope, &shape.name);
            if shape.is_blob() || (shape.is_opaque() && !shape.guessed) {
                self.blob(path, shape, mine);
                return;
            }
            if shape.maybe {
                let text = "ONTO reads it, and IN has not sent it; it may be an array, and that one empty: by hand";
                self.part.leave(path, text);
                return;
            }
            if !run.sure {
                let text = "several items have its name or that of the one before it: by hand";
                self.part.leave(path, text);
                return;
            }
        }
        match shapes {
            [one] if one.is_subsection() => self.subsection(key, before, one, mine),
            shapes if mine => self.mine(key, before, shapes),
            shapes => self.theirs(key, before, shapes),
        }
    }

    fn blob(&mut self, path: String, shape: &Shape, mine: bool) {
        let who = if mine { "IN" } else { "ONTO" };
        let length = shape.length();
        let text = format!("only {who} has it, with opaque content ({length} bytes)");
        self.part.leave(path, text);
    }

    /// Fields that only the stream has.
    fn mine(&mut self, key: &str, before: Option<&Shape>, shapes: &[Shape]) {
        let zeros: Vec<Shape> = shapes.iter().map(Shape::zeroed).collect();
        let mut why =
            "Only IN has it: it goes. What ONTO would take for it is not told: 0 is a guess."
                .to_owned();
        let lost: Vec<&Shape> = shapes.iter().filter(|shape| !shape.is_zero()).collect();
        if lost.is_empty() {
            why.push_str(" It is 0 in IN.");
        }
        for shape in lost {
            let text = worth(shape);
            let is = if shape.inside.is_empty() { " is" } else { ":" };
            why.push_str(&format!(" LOST: {}{is} {text}.", shape.name));
            self.part.lose(below(self.scope, &shape.name), text);
        }
        self.part.step(items_step(key, self.scope, before, &zeros), why);
    }

    /// Fields that only the other side has.
    fn theirs(&mut self, key: &str, before: Option<&Shape>, shapes: &[Shape]) {
        let given: Vec<Shape> = shapes.iter().map(Shape::public).collect();
        let mut why = match self.manner.valued {
            true => "Only ONTO has it: it comes with the value that it has there.".to_owned(),
            false => "Only ONTO has it: it comes. No value is told: 0 is a guess.".to_owned(),
        };
        if shapes.iter().any(|shape| shape.guessed) {
            why.push_str(" Its type is a guess from its size.");
        }
        if self.manner.valued && shapes.iter().any(Shape::is_secret) {
            why.push_str(NOT_COPIED);
        }
        self.part.step(items_step(key, self.scope, before, &given), why);
    }

    /// A subsection that only one side has: whether it is sent depends on versions, and on the state too.
    fn subsection(&mut self, key: &str, before: Option<&Shape>, one: &Shape, mine: bool) {
        let path = below(self.scope, &one.name);
        let (scope, name, place) = (quoted(self.scope), quoted(&one.name), after(before));
        match (mine, self.manner.order) {
            (true, Order::Newer) => {}
            (true, _) if self.manner.complete => {}
            (true, _) => {
                let text = "ONTO did not send this subsection of IN, but may know it: it stays";
                return self.part.know(path, text);
            }
            (false, Order::Older) if self.manner.valued => {
                let given = [one.public()];
                let mut why = "ONTO has this subsection: it comes with the values that it has there. If those depend \
                               on the state of the guest, leave it out: a machine takes what is missing for its default."
                    .to_owned();
                if one.is_secret() {
                    why.push_str(NOT_COPIED);
                }
                return self.part.step(items_step(key, self.scope, before, &given), why);
            }
            (false, _) => {
                let text = "IN has not this subsection of ONTO: a machine takes what is missing for its default";
                return self.part.know(path, text);
            }
        }
        let text = format!("{key} = {{ in = {scope}, name = {name}{place} }}");
        let mut why = match self.manner.complete {
            true => "ONTO has no such subsection: it goes.".to_owned(),
            false => "ONTO did not send this subsection: it goes. If ONTO knows it, leave this step out: \
                      nothing is lost then."
                .to_owned(),
        };
        if !one.is_zero() {
            why.push_str(&format!(" LOST: {}.", worth(one)));
            self.part.lose(path, worth(one));
        }
        self.part.optional(text, why);
    }

    fn renames(&mut self, renamed: &[(usize, usize)]) {
        for (one, other) in renamed {
            let (Some(one), Some(other)) = (self.old.get(*one), self.new.get(*other)) else {
                continue;
            };
            let (from, to) = (quoted(&one.name), quoted(&other.name));
            let text =
                format!("rename = {{ in = {}, name = {from}, to = {to} }}", quoted(self.scope));
            let why = "The other name stands at the same place, with the same type: look whether it means the same.";
            self.part.step(text, why);
        }
    }

    /// Items that stand in another order. What is told are places among those that both sides have.
    fn moves(&mut self, pairs: &[(usize, usize)]) {
        let targets: Vec<usize> = pairs.iter().map(|(_, other)| *other).collect();
        let stays = longest_rising(&targets);
        if stays.len() == targets.len() {
            return;
        }
        let mut now: Vec<usize> = targets.clone();
        let mut wanted = targets;
        wanted.sort_unstable();
        let mut last: Option<usize> = None;
        for target in wanted {
            if !stays.contains(&target) {
                self.one_move(&mut now, target, last);
            }
            last = Some(target);
        }
    }

    fn one_move(&mut self, now: &mut Vec<usize>, target: usize, behind: Option<usize>) {
        let Some(at) = now.iter().position(|one| *one == target) else { return };
        let before = at.checked_sub(1).and_then(|at| now.get(at)).copied();
        now.remove(at);
        let place = behind.and_then(|behind| now.iter().position(|one| *one == behind));
        now.insert(place.map_or(0, |place| place.saturating_add(1)), target);
        let Some(shape) = self.new.get(target) else { return };
        let sure = |at: Option<usize>| at.is_none_or(|at| self.ranks.1.get(at) == Some(&0));
        if !sure(Some(target)) || !sure(before) || !sure(behind) {
            let text = "it stands at another place, and its name is not the only one: by hand";
            return self.part.leave(below(self.scope, &shape.name), text);
        }
        let shape_at = |at: Option<usize>| at.and_then(|at| self.new.get(at));
        let place = |at: Option<usize>| {
            let (scope, name) = (quoted(self.scope), quoted(&shape.name));
            format!("{{ in = {scope}, name = {name}{} }}", after(shape_at(at)))
        };
        let text = format!("move = {{ from = {}, to = {} }}", place(before), place(behind));
        self.part.step(text, "It stands at another place. Nothing is lost.");
    }

    /// What both sides have.
    fn pair(&mut self, one: &Shape, other: &Shape) {
        let path = below(self.scope, &other.name);
        if one.kind == "pci config" && other.kind == "pci config" && self.manner.valued {
            return pci::config(self.scope, one, other, self.part);
        }
        if one.is_blob() || other.is_blob() {
            return self.opaque(path, one, other);
        }
        match (&one.form, &other.form) {
            (Form::Struct(left), Form::Struct(right)) => {
                if left != right && left.is_some() && right.is_some() {
                    let (left, right) = (described(left), described(right));
                    let text = format!(
                        "described as {left} in the older form, as {right} in the newer one"
                    );
                    self.part.know(path.clone(), text);
                }
                siblings(self.manner, &path, &one.inside, &other.inside, self.part);
            }
            (Form::Subsection(left), Form::Subsection(right)) => {
                if left != right {
                    let text = format!(
                        "version {left} in the older form, {right} in the newer one: by hand"
                    );
                    self.part.leave(path.clone(), text);
                }
                siblings(self.manner, &path, &one.inside, &other.inside, self.part);
            }
            (Form::Optional(true), Form::Optional(true)) => {
                siblings(self.manner, &path, &one.inside, &other.inside, self.part);
            }
            (Form::List(_), Form::List(_)) => self.list(&path, one, other),
            // A dump does not tell an array of any length from one struct.
            (Form::List(_), Form::Struct(_)) if other.guessed => {
                self.list(&path, one, &as_list(other));
            }
            (Form::Struct(_), Form::List(_)) if one.guessed => {
                self.list(&path, &as_list(one), other);
            }
            _ => self.leaf(one, other),
        }
    }

    fn opaque(&mut self, path: String, one: &Shape, other: &Shape) {
        let turned = self.manner.turned;
        let (mine, theirs) = if turned { (other, one) } else { (one, other) };
        let (left, right) = (mine.length(), theirs.length());
        let what = if mine.kind.is_empty() { "bytes" } else { &mine.kind };
        if mine.kind != theirs.kind && !theirs.guessed {
            let text = format!(
                "opaque ({what}, {left} bytes) in IN, and {} of {right} bytes in ONTO",
                if theirs.kind.is_empty() { "something" } else { &theirs.kind }
            );
            self.part.leave(path, text);
        } else if left != right && !theirs.guessed {
            let text = format!("opaque ({what}): {left} bytes in IN, {right} in ONTO");
            self.part.leave(path, text);
        }
    }

    fn list(&mut self, path: &str, one: &Shape, other: &Shape) {
        // A schema does not say whether a struct without a name stands in the elements.
        let whole = is_whole(one) || is_whole(other);
        let (one, other) = (&elements(one, whole), &elements(other, whole));
        let fixed = one.form == Form::List(false) && other.form == Form::List(false);
        if fixed && one.inside.len() != other.inside.len() {
            let (left, right) = (one.inside.len(), other.inside.len());
            let text =
                format!("{left} elements in the older form, {right} in the newer one: by hand");
            return self.part.leave(path.to_owned(), text);
        }
        let (Some(first), Some(second)) = (one.inside.first(), other.inside.first()) else {
            return;
        };
        let uniform =
            |list: &Shape, first: &Shape| list.inside.iter().all(|one| one.is_like(first));
        if uniform(one, first) && uniform(other, second) {
            let turned = self.manner.turned;
            // What is lost is told of the first element that says something.
            let loud =
                |list: &Shape| list.inside.iter().find(|element| !element.is_zero()).cloned();
            let (left, right) = match turned {
                true => (first.clone(), loud(other).unwrap_or_else(|| second.clone())),
                false => (loud(one).unwrap_or_else(|| first.clone()), second.clone()),
            };
            let scope = format!("{path}[*]");
            return siblings(self.manner, &scope, &left.inside, &right.inside, self.part);
        }
        if one.inside.len() != other.inside.len() || one.inside.len() > MOST_ELEMENTS {
            let same = one.inside.iter().zip(&other.inside).all(|(one, other)| one.is_like(other));
            if !same {
                let text = "its elements are not alike: they were not compared";
                self.part.know(path.to_owned(), text);
            }
            return;
        }
        for (number, (one, other)) in one.inside.iter().zip(&other.inside).enumerate() {
            let scope = format!("{path}[{number}]");
            siblings(self.manner, &scope, &one.inside, &other.inside, self.part);
        }
    }

    fn leaf(&mut self, one: &Shape, other: &Shape) {
        if one.guessed || other.guessed {
            return;
        }
        let (scope, name) = (quoted(self.scope), quoted(&other.name));
        if let (Some(from), Some(to)) = (kind(&one.form), kind(&other.form)) {
            if from != to {
                let text = format!(
                    "retype = {{ in = {scope}, name = {name}, from = \"{from}\", to = \"{to}\" }}"
                );
                let why = "It has another type. A value that does not fit is refused.";
                return self.part.step(text, why);
            }
        }
        if let (Form::Scalar(kind, was), Form::Scalar(_, value)) = (&one.form, &other.form) {
            let is_fixed = one.kind.ends_with(" equal") && other.kind.ends_with(" equal");
            let is_secret = one.is_secret() || other.is_secret();
            if is_fixed && self.manner.valued && was != value && !is_secret {
                let (was, value) = (scalar(*kind, *was), scalar(*kind, *value));
                let text = format!(
                    "set = {{ in = {scope}, name = {name}, type = \"{}\", was = {was}, value = {value} }}",
                    kind.text()
                );
                let why = "A machine loads no other value than its own here: it says how the device is built, and a \
                           device of another build may not be what the guest knows.";
                self.part.step(text, why);
            }
        }
    }
}

/// A struct as a list of one such element.
fn as_list(one: &Shape) -> Shape {
    let element = Shape { inside: one.inside.clone(), ..Shape::new("", Form::Element) };
    Shape { inside: vec![element], ..Shape::new(&one.name, Form::List(true)) }
}

/// Whether all of an element is one struct without a name.
fn is_whole(list: &Shape) -> bool {
    let first = list.inside.first().and_then(|element| element.inside.first());
    first.is_some_and(|first| first.name.is_empty() && matches!(first.form, Form::Struct(_)))
}

/// A list whose elements have such a struct, if they shall.
fn elements(list: &Shape, whole: bool) -> Shape {
    if !whole || is_whole(list) {
        return list.clone();
    }
    let wrap = |element: &Shape| {
        let inside = Shape { inside: element.inside.clone(), ..Shape::new("", Form::Struct(None)) };
        Shape { inside: vec![inside], ..element.clone() }
    };
    Shape { inside: list.inside.iter().map(wrap).collect(), ..list.clone() }
}

fn described(said: &Option<(String, u32)>) -> String {
    said.as_ref().map_or(String::new(), |(name, version)| format!("{name} version {version}"))
}

/// Neighbours that are in one step.
struct Run {
    first: usize,
    end: usize,
    /// Whether names tell them and the one before them from all others.
    sure: bool,
}

/// Runs of items that only one side has. Subsections, and what is opaque, stand alone.
fn runs(all: &[Shape], only: &[bool], ranks: &[usize]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let alone = |shape: &Shape| shape.is_subsection() || shape.is_opaque() || shape.maybe;
    let sure = |at: usize| ranks.get(at) == Some(&0);
    let mut before_alone = true;
    for (at, shape) in all.iter().enumerate() {
        if only.get(at) != Some(&true) {
            before_alone = true;
            continue;
        }
        let end = at.saturating_add(1);
        let named = sure(at) && !shape.name.is_empty();
        match runs.last_mut().filter(|run| run.end == at && !before_alone && !alone(shape)) {
            Some(run) => {
                run.end = end;
                run.sure &= named;
            }
            None => {
                let before = at.checked_sub(1).is_none_or(sure);
                runs.push(Run { first: at, end, sure: named && before });
            }
        }
        before_alone = alone(shape);
    }
    runs
}

/// The numbers of a longest rising part.
fn longest_rising(numbers: &[usize]) -> HashSet<usize> {
    // The best ends of rising parts by length, and what stands before each number in its part.
    let (mut ends, mut before): (Vec<usize>, HashMap<usize, usize>) = (Vec::new(), HashMap::new());
    for number in numbers {
        let place = ends.partition_point(|end| end < number);
        if let Some(end) = place.checked_sub(1).and_then(|at| ends.get(at)) {
            before.insert(*number, *end);
        }
        match ends.get_mut(place) {
            Some(end) => *end = *number,
            None => ends.push(*number),
        }
    }
    let mut rising = HashSet::new();
    let mut at = ends.last().copied();
    while let Some(number) = at {
        rising.insert(number);
        at = before.get(&number).copied();
    }
    rising
}
