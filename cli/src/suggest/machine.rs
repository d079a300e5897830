//! Both machines: their streams, and which device is which.

use std::collections::hash_map::Entry as Known;
use std::collections::{HashMap, HashSet, VecDeque};

use migcore::compat::name_matches;

use super::item::{items, quoted};
use super::part::{Manner, Order, Part, Step, DEVICE, NOT_COPIED};
use super::schema::fitted;
use super::shape::{escaped, Command, Device, Shape, Side};
use super::siblings::siblings;
use crate::blocks::Block;
use crate::check::answer::Answer;
use crate::check::qemu::machine::{unlike, Unlike};

/// The most types of a dump of one description that a device is compared with.
const MOST_TYPES: usize = 16;

/// The most devices that are looked for in other slots: each is compared with all.
const MOST_MOVED: usize = 256;

/// What is suggested for the devices that a pattern names.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// What it is for: the devices of the stream, or empty for the stream itself.
    pub(super) devices: Vec<String>,
    pub(super) part: Part,
}

/// How two machines stand to each other, by their names.
pub(super) fn order(mine: &Side, theirs: &Side) -> Order {
    match (&mine.machine, &theirs.machine) {
        (Some(one), Some(other)) if one == other => Order::Same,
        (Some(one), Some(other)) => match (release(one), release(other)) {
            (Some((left, one)), Some((right, other))) if left == right => match one.cmp(&other) {
                std::cmp::Ordering::Less => Order::Older,
                std::cmp::Ordering::Equal => Order::Unknown,
                std::cmp::Ordering::Greater => Order::Newer,
            },
            _ => Order::Unknown,
        },
        // Only machines before 2.4 have no configuration.
        (Some(_), None) if is_without(theirs) => Order::Newer,
        (None, Some(_)) if is_without(mine) => Order::Older,
        _ => Order::Unknown,
    }
}

fn is_without(side: &Side) -> bool {
    side.stream.as_ref().is_some_and(|stream| stream.configuration.is_none())
}

/// `pc-i440fx-7.2` as its family and its numbers.
fn release(name: &str) -> Option<(&str, Vec<u32>)> {
    let (family, release) = name.rsplit_once('-')?;
    let numbers: Option<Vec<u32>> = release.split('.').map(|part| part.parse().ok()).collect();
    Some((family, numbers?))
}

/// Suggests all steps.
pub(super) fn machine(manner: Manner, mine: &Side, theirs: &Side) -> Vec<Group> {
    let (old, new) = if manner.turned { (theirs, mine) } else { (mine, theirs) };
    let mut groups = Vec::new();
    let mut around = around(manner, old, new, mine);
    if let (Some(mine), Some(theirs)) = (&mine.stream, &theirs.stream) {
        memory(&mine.blocks, &theirs.blocks, &mut around);
    }
    if around != Part::default() {
        groups.push(Group { devices: Vec::new(), part: around });
    }
    // Types have other names than the devices that are of them.
    let others = if theirs.types { &[][..] } else { &theirs.devices };
    let names: Vec<&Device> = mine.devices.iter().chain(others).collect();
    groups.extend(gathered(paired(manner, mine, theirs), &names));
    groups
}

/// What is around the devices.
fn around(manner: Manner, old: &Side, new: &Side, mine: &Side) -> Part {
    let mut part = Part::default();
    let (Some(one), Some(other)) = (&old.stream, &new.stream) else { return part };
    let name = |side: &Side| side.machine.clone().unwrap_or_default();
    match (&one.configuration, &other.configuration) {
        (Some(_), None) => {
            let machine = quoted(&name(old));
            let text = format!("configuration = {{ machine = {machine}, gone = true }}");
            part.step(text, "The other machine has no section that says its name.");
        }
        (None, Some(_)) => {
            let text = format!("configuration = {{ machine = {} }}", quoted(&name(new)));
            part.step(text, "The other machine has a section that says its name.");
        }
        (Some(one), Some(other)) => {
            let parts = |all: &[Shape]| -> Vec<Shape> {
                all.iter().filter(|item| item.is_subsection()).cloned().collect()
            };
            let scope = "qemu/0.configuration";
            siblings(manner, scope, &parts(one), &parts(other), &mut part);
        }
        (None, None) => {}
    }
    let more = mine.stream.as_ref().and_then(|stream| stream.configuration.as_ref());
    let more = more.is_some_and(|items| items.iter().any(Shape::is_subsection));
    if more && (one.configuration.is_none() || other.configuration.is_none()) {
        let text = "more than the name of the machine is in it".to_owned();
        part.lose("qemu/0.configuration".to_owned(), text);
    }
    if one.footers != other.footers {
        let what = if other.footers { "They come" } else { "They go" };
        let text = format!("footers = {}", other.footers);
        part.step(
            text,
            format!("Behind each section, which only one of the machines expects. {what}."),
        );
    }
    commands(&one.commands, &other.commands, &mut part);
    part
}

/// What no rule changes: the memory of the guest.
fn memory(mine: &[Block], theirs: &[Block], part: &mut Part) {
    for Unlike { block, answer, text, .. } in unlike(mine, theirs) {
        let path = format!("ram/0.{}", escaped(&String::from_utf8_lossy(&block.name)));
        match answer {
            Answer::Refused | Answer::CannotTell => {
                part.leave(path, format!("{text}; give both machines the same memory"));
            }
            Answer::Losses => part.know(path, text),
            Answer::Loads => {}
        }
    }
}

fn commands(old: &[Command], new: &[Command], part: &mut Part) {
    let lacks =
        |all: &[Command], command: &Command| all.iter().all(|one| one.number != command.number);
    let mut step = |key: &str, command: &Command, why: &str| {
        let data: String = command.data.iter().map(|byte| format!("{byte:02x}")).collect();
        let after = command.after.as_ref();
        let after = after.map_or(String::new(), |after| format!(", after = {}", quoted(after)));
        let number = command.number;
        let text = format!("{key} = {{ number = {number}, data = \"{data}\"{after} }}");
        part.step(text, why);
    };
    for command in old.iter().rev().filter(|command| lacks(new, command)) {
        step("drop-command", command, "Only the older form has this command.");
    }
    for command in new.iter().filter(|command| lacks(old, command)) {
        step("add-command", command, "Only the newer form has this command.");
    }
}

/// What is suggested for one device.
struct Entry {
    /// Its names on both sides.
    names: Vec<(String, u32)>,
    part: Part,
    /// Where it stands.
    place: (usize, usize),
}

fn paired(manner: Manner, mine: &Side, theirs: &Side) -> Vec<Entry> {
    let partners = match theirs.types {
        true => by_types(manner, mine, theirs),
        false => by_names(mine, theirs),
    };
    let mut entries = Vec::new();
    let mut places = HashMap::new();
    for (at, device) in mine.devices.iter().enumerate() {
        let name = (device.name.clone(), device.instance);
        let partner = partners.get(at).copied().flatten();
        let other = partner.and_then(|number| Some((number, theirs.devices.get(number)?)));
        let mut names = vec![name];
        let part = match other {
            Some((_, of)) if theirs.types => both(manner, device, of, true),
            Some((number, other)) => {
                places.insert(number, at);
                names.push((other.name.clone(), other.instance));
                both(manner, device, other, false)
            }
            None if theirs.types => unlisted(device),
            None => mine_only(manner, device),
        };
        entries.push(Entry { names, part, place: (at, 0) });
    }
    if theirs.types {
        return entries;
    }
    // Each stands behind the one that it stands behind on the other side.
    let (mut at, mut behind) = (0, None);
    for (number, device) in theirs.devices.iter().enumerate() {
        if let Some(place) = places.get(&number) {
            (at, behind) = (*place, Some(device));
            continue;
        }
        let part = theirs_only(manner, device, behind);
        let names = vec![(device.name.clone(), device.instance)];
        entries.push(Entry { names, part, place: (at, number.saturating_add(1)) });
        behind = Some(device);
    }
    entries.sort_by_key(|entry| entry.place);
    entries
}

/// By name and instance; what is left by what it is, if that stands in another slot.
fn by_names(mine: &Side, theirs: &Side) -> Vec<Option<usize>> {
    let mut left: HashMap<(&str, u32), VecDeque<usize>> = HashMap::new();
    for (number, device) in theirs.devices.iter().enumerate() {
        left.entry((&device.name, device.instance)).or_default().push_back(number);
    }
    let mut partners: Vec<Option<usize>> = mine
        .devices
        .iter()
        .map(|device| left.get_mut(&(device.name.as_str(), device.instance))?.pop_front())
        .collect();
    let taken: HashSet<usize> = partners.iter().flatten().copied().collect();
    let alone = |tail: &str, instance: u32, all: &[Device], free: &dyn Fn(usize) -> bool| {
        let of = |(at, device): &(usize, &Device)| {
            free(*at) && device.tail() == Some(tail) && device.instance == instance
        };
        let mut found = all.iter().enumerate().filter(of).map(|(at, _)| at);
        found.next().filter(|_| found.next().is_none())
    };
    if theirs.devices.len().saturating_sub(taken.len()) > MOST_MOVED {
        return partners;
    }
    let before = partners.clone();
    for (at, device) in mine.devices.iter().enumerate() {
        if before.get(at).copied().flatten().is_some() {
            continue;
        }
        let Some(tail) = device.tail() else { continue };
        let free = |number: usize| before.get(number).is_some_and(Option::is_none);
        let only = alone(tail, device.instance, &mine.devices, &free) == Some(at);
        let other = alone(tail, device.instance, &theirs.devices, &|at| !taken.contains(&at));
        if let (true, Some(partner)) = (only, partners.get_mut(at)) {
            *partner = other;
        }
    }
    partners
}

/// By the names of their descriptions, the one that takes the fewest steps.
fn by_types(manner: Manner, mine: &Side, theirs: &Side) -> Vec<Option<usize>> {
    let mut types: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, device) in theirs.devices.iter().enumerate() {
        let known = types.entry(&device.described).or_default();
        if known.len() < MOST_TYPES {
            known.push(number);
        }
    }
    let best = |device: &Device| {
        let known =
            types.get(device.described.as_str()).filter(|_| !device.described.is_empty())?;
        let cost = |number: &usize| {
            let other = theirs.devices.get(*number)?;
            let part = both(manner, device, other, true);
            Some((part.steps.len().saturating_add(part.left.len()), *number))
        };
        known.iter().filter_map(cost).min().map(|(_, number)| number)
    };
    mine.devices.iter().map(best).collect()
}

/// A device that both sides have.
fn both(manner: Manner, mine: &Device, theirs: &Device, types: bool) -> Part {
    let mut part = Part::default();
    let (old, new) = if manner.turned { (theirs, mine) } else { (mine, theirs) };
    if (&old.name, old.instance) != (&new.name, new.instance) && !types {
        let (from, to) = (quoted(&old.pattern()), quoted(&new.pattern()));
        let text = format!("rename-device = {{ device = {from}, to = {to} }}");
        part.step(text, "It stands at another place. A guest that has found it there is not told.");
    }
    let [one, other] = [old, new].map(|device| device.versions[0]);
    let accepted = types && (theirs.versions[1]..=theirs.versions[0]).contains(&mine.versions[0]);
    if one != other && !accepted {
        let text = format!("set-version = {{ device = \"{DEVICE}\", from = {one}, to = {other} }}");
        part.step(text, "It has another version.");
    }
    let scope = DEVICE.to_string();
    match (&old.inside, &new.inside) {
        (Some(_), Some(_)) if types => {
            let sent = mine.inside.as_deref().unwrap_or_default();
            let of = theirs.inside.as_deref().unwrap_or_default();
            let of = fitted(sent, of, mine.versions[0]);
            let (one, other) = if manner.turned { (&of[..], sent) } else { (sent, &of[..]) };
            siblings(manner, &scope, one, other, &mut part);
        }
        (Some(one), Some(other)) => siblings(manner, &scope, one, other, &mut part),
        (None, None) => {}
        _ => part.leave(scope, "only one side describes what is in it: by hand"),
    }
    part
}

/// A device that only the stream has.
fn mine_only(manner: Manner, device: &Device) -> Part {
    let mut part = Part::default();
    if device.live && !manner.valued {
        return part;
    }
    if device.is_opaque() {
        let text = "only IN has this device, with opaque content: it is not dropped without a decision by hand";
        part.leave(DEVICE.to_string(), text);
        return part;
    }
    let why = "LOST: the whole device, which ONTO has not. If ONTO knows it though it did not send it, leave this step out.";
    match manner.turned {
        true => part.optional(format!("add-device = {{ device = \"{DEVICE}\" }}"), why),
        false => part.step(format!("drop-device = {{ device = \"{DEVICE}\" }}"), why),
    }
    part.lose(DEVICE.to_string(), "the whole device".to_owned());
    part
}

/// A device that only the other side has, which stands behind another one there.
fn theirs_only(manner: Manner, device: &Device, behind: Option<&Device>) -> Part {
    let mut part = Part::default();
    let inside = match &device.inside {
        Some(inside) if manner.valued && !device.is_opaque() => inside,
        _ => {
            let text = match manner.valued {
                true => "only ONTO has this device, with opaque content: it is not made up",
                false => "only ONTO has this device, and no values are told: it is not made up",
            };
            part.know(DEVICE.to_string(), text);
            return part;
        }
    };
    let key = if manner.turned { "drop-device" } else { "add-device" };
    let [current, minimum, reader] = device.versions;
    let mut versions = format!("version = {current}");
    if minimum != current {
        versions.push_str(&format!(", minimum = {minimum}"));
    }
    if reader != current {
        versions.push_str(&format!(", oldest-reader = {reader}"));
    }
    let after =
        behind.map_or(String::new(), |behind| format!(", after = {}", quoted(&behind.pattern())));
    let given: Vec<Shape> = inside.iter().map(Shape::public).collect();
    let text = format!(
        "{key} = {{ device = \"{DEVICE}\", {versions}{after}, items = {} }}",
        items(&given, 1)
    );
    let mut why = "Only ONTO has this device. The values are those of ONTO, a machine that the guest never ran on: \
                   without this step it has those of a reset."
        .to_owned();
    if inside.iter().any(Shape::is_secret) {
        why.push_str(NOT_COPIED);
    }
    part.step(text, why);
    part
}

/// A device of which a dump has no type.
fn unlisted(device: &Device) -> Part {
    let mut part = Part::default();
    if !device.described.is_empty() {
        let text = "no type of ONTO is described as this device: it is missing, or registered by hand, which a dump does not show";
        part.know(DEVICE.to_string(), text);
    }
    part
}

/// Devices with the same steps as one group, where a pattern names them and no others.
fn gathered(entries: Vec<Entry>, all: &[&Device]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut alike: HashMap<(String, &Part), Vec<&Entry>> = HashMap::new();
    for entry in &entries {
        alike.entry((base(entry), &entry.part)).or_default().push(entry);
    }
    // Of those that are alike the pattern, if one names them all and no others.
    let mut named: HashMap<(String, &Part), Option<String>> = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.part != Part::default()) {
        let kind = (base(entry), &entry.part);
        let members = alike.get(&kind).map_or(&[][..], Vec::as_slice);
        let (named, is_first) = match named.entry(kind) {
            Known::Occupied(known) => (known.into_mut(), false),
            Known::Vacant(unknown) => {
                let is_made =
                    |step: &Step| step.text.starts_with("add-device = {") && !step.optional;
                let fixed = entry.part.steps.iter().any(is_made);
                let pattern = if fixed { None } else { pattern(members, all) };
                (unknown.insert(pattern), true)
            }
        };
        match named {
            Some(pattern) if is_first => groups.push(group(members, pattern)),
            Some(_) => {}
            None => {
                let name = entry
                    .names
                    .last()
                    .map(|(name, instance)| format!("{}/{instance}", escaped(name)));
                groups.push(group(&[entry], &name.unwrap_or_default()));
            }
        }
    }
    groups
}

/// What devices of one kind have in common: what stands behind the slot.
fn base(entry: &Entry) -> String {
    let name = entry.names.last().map_or("", |(name, _)| name);
    name.rsplit_once('/').map_or(name, |(_, tail)| tail).to_owned()
}

/// A pattern that names these devices and no others of the two machines.
fn pattern(members: &[&Entry], all: &[&Device]) -> Option<String> {
    let own: HashSet<(&str, u32)> = members
        .iter()
        .flat_map(|entry| &entry.names)
        .map(|(name, instance)| (name.as_str(), *instance))
        .collect();
    let (name, instance) = members.first()?.names.last()?;
    let mut names: Vec<String> = Vec::new();
    if let Some((_, tail)) = name.rsplit_once('/') {
        names.push(format!("*/{}", escaped(tail)));
    }
    names.push(escaped(name));
    let instances = [Some(*instance), None];
    let forms =
        names.iter().flat_map(|name| instances.iter().map(move |instance| (name, *instance)));
    let names_all = |(name, instance): &(&String, Option<u32>)| {
        let hit = |device: (&str, u32)| {
            name_matches(name, device.0.as_bytes()) && instance.is_none_or(|only| only == device.1)
        };
        let others = all.iter().map(|device| (device.name.as_str(), device.instance));
        own.iter().all(|device| hit(*device))
            && others.filter(|device| hit(*device)).all(|device| own.contains(&device))
    };
    let found = forms.into_iter().find(names_all);
    found.map(|(name, instance)| match instance {
        Some(instance) => format!("{name}/{instance}"),
        None => format!("{name}/*"),
    })
}

/// The group of these devices, with their pattern in all texts.
fn group(members: &[&Entry], pattern: &str) -> Group {
    let devices = members.iter().filter_map(|entry| entry.names.last());
    let devices = devices.map(|(name, instance)| format!("{name}/{instance}")).collect();
    let mut part = members.first().map(|entry| entry.part.clone()).unwrap_or_default();
    // The texts of steps have it between quotes.
    let inner = quoted(pattern);
    let inner = inner.trim_matches('"');
    for step in &mut part.steps {
        step.text = step.text.replace(DEVICE, inner);
    }
    for remark in part.lost.iter_mut().chain(&mut part.left).chain(&mut part.known) {
        remark.path = remark.path.replace(DEVICE, pattern);
    }
    Group { devices, part }
}
