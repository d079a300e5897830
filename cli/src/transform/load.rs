//! A stream of QEMU as a tree. What cannot be edited, and may be of any size, stays in the file: the tree has a place
//! for it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use migcore::codec::vmdesc::Vmdesc;
use migcore::model::{Builder, NodeId, Tree, Value};
use migcore::visit::{Track, Visitor};
use migcore::Report;

use super::around::{Around, Hook};
use super::unread::{Mute, Unread};
use crate::blocks::Block;
use crate::failure::Failure;
use crate::qemu::item::{Content, Damage, Item, Payload, Reason, Section, SectionKind};
use crate::qemu::scan::Scanner;
use crate::qemu::visit::{self, Stopped, Watch};

/// The longest payload of which nothing is known that goes into the tree, so that its device can be dropped, and its
/// losses kept.
const MOST_RAW: u64 = 16 << 20;

/// What is known of a tree beside its nodes.
#[derive(Debug, Default)]
pub struct Origins {
    /// The description that the stream was read by.
    pub vmdesc: Option<Rc<Vmdesc>>,
    /// Which entry of it belongs to which device.
    pub entries: HashMap<NodeId, usize>,
    /// What stays in the file, by the node that stands for it.
    pub kept: HashMap<NodeId, Kept>,
    /// The sections that are known by their bytes alone.
    pub(super) unread: Vec<Unread>,
    /// What is damaged.
    pub damages: Vec<Damage>,
    /// The blocks of the guest's memory.
    pub blocks: Vec<Block>,
    /// QEMU's names of types, and of each node which.
    names: Vec<String>,
    kinds: HashMap<NodeId, u32>,
}

/// Bytes that stay in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where they lie.
    pub range: Range<u64>,
    /// Whether they tell places in the file, and so must stay at theirs.
    pub fixed: bool,
}

impl Origins {
    /// QEMU's name of the type of an item that came with the stream; empty if it has none.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> &str {
        let number = self.kinds.get(&node).and_then(|number| usize::try_from(*number).ok());
        number.and_then(|number| self.names.get(number)).map_or("", String::as_str)
    }
}

/// Why a stream was not loaded.
#[derive(Debug)]
pub enum Unloaded {
    /// The memory of the tree does not suffice.
    NoSpace,
    /// Anything else.
    Failed(Failure),
}

impl From<Failure> for Unloaded {
    fn from(failure: Failure) -> Self {
        Unloaded::Failed(failure)
    }
}

/// Gives a stream of QEMU to the end of the root of `tree`.
///
/// # Errors
/// [`Unloaded`]. Damage is none: it is among the origins.
pub fn load(scanner: &mut Scanner, tree: &mut Tree<'_>) -> std::result::Result<Origins, Unloaded> {
    let path = scanner.input().path().to_owned();
    let before = last_child(tree);
    let notes = Notes::default();
    let mut builder = Builder::new(tree);
    let mut around = Around { inner: &mut builder, hook: &notes };
    let mut track = Track::new();
    let visited =
        visit::visit(scanner, &mut Visitor::saving(&mut around, &mut track), &mut Seen(&notes));
    match visited {
        Ok(()) => {}
        Err(Stopped::Io(error)) => return Err(Failure::reading(&path)(error).into()),
        Err(Stopped::Visitor(migcore::Code::NoSpace)) => return Err(Unloaded::NoSpace),
        Err(Stopped::Visitor(code)) => {
            let report = track.report().cloned();
            let why = report.as_ref().map_or(code.text().to_owned(), Report::to_string);
            return Err(Failure::Refused(format!("{}: {why}", path.display())).into());
        }
    }
    Ok(origins(tree, before, scanner, notes))
}

fn last_child(tree: &Tree<'_>) -> Option<NodeId> {
    tree.children(tree.root()).ok().and_then(Iterator::last)
}

/// What was noted of each item, in order, as what is known of each node.
fn origins(tree: &Tree<'_>, before: Option<NodeId>, scanner: &Scanner, notes: Notes) -> Origins {
    let Notes { seen, names, kept, damages, blocks, mutes, .. } = notes;
    let (seen, mut kept) = (seen.into_inner(), kept.into_inner().into_iter().peekable());
    let mut mutes = mutes.into_inner().into_iter().peekable();
    let mut origins = Origins {
        vmdesc: scanner.vmdesc().cloned(),
        names: names.into_inner().all,
        damages: damages.into_inner(),
        blocks: blocks.into_inner(),
        ..Origins::default()
    };
    let mut sections = Sections::new(origins.vmdesc.as_deref());
    let top = match before {
        Some(before) => tree.next_sibling(before),
        None => tree.first_child(tree.root()),
    };
    let top = top.ok().flatten();
    let mut at = top;
    for (number, kind) in seen.into_iter().enumerate() {
        let Some(node) = at else { break };
        if kind != 0 {
            origins.kinds.insert(node, kind);
        }
        if let Some((_, bytes)) = kept.next_if(|(item, _)| *item == number) {
            origins.kept.insert(node, bytes);
        }
        if let Some((_, mute)) = mutes.next_if(|(item, _)| *item == number) {
            origins.unread.push(Unread { node: device_in(tree, node), mute });
        }
        if let Some(entry) = sections.entry(tree, node, top) {
            origins.entries.insert(node, entry);
        }
        at = following(tree, node);
    }
    origins
}

/// Of a record the device in it.
pub(super) fn device_in(tree: &Tree<'_>, node: NodeId) -> NodeId {
    let is_device = |node: &NodeId| matches!(tree.value(*node), Ok(Value::Device { .. }));
    let device = tree.children(node).ok().and_then(|mut children| children.find(is_device));
    device.unwrap_or(node)
}

/// The node that comes behind another one, as a visit gives them.
pub(super) fn following(tree: &Tree<'_>, node: NodeId) -> Option<NodeId> {
    if let Ok(Some(child)) = tree.first_child(node) {
        return Some(child);
    }
    let mut at = Some(node);
    while let Some(node) = at {
        if let Ok(Some(next)) = tree.next_sibling(node) {
            return Some(next);
        }
        at = tree.parent(node).ok().flatten();
    }
    None
}

/// Which entries of the description are of which name, in order.
struct Sections(HashMap<(Vec<u8>, u32), Vec<usize>>);

impl Sections {
    fn new(vmdesc: Option<&Vmdesc>) -> Self {
        let mut entries: HashMap<_, Vec<_>> = HashMap::new();
        let devices = vmdesc.map_or(&[][..], |vmdesc| &vmdesc.devices);
        for (index, device) in devices.iter().enumerate().rev() {
            let name = device.name.clone().into_bytes();
            entries.entry((name, device.instance)).or_default().push(index);
        }
        Sections(entries)
    }

    /// The entry of a node, if it is a device other than the whole stream.
    fn entry(&mut self, tree: &Tree<'_>, node: NodeId, top: Option<NodeId>) -> Option<usize> {
        let Ok(Value::Device { instance, .. }) = tree.value(node) else { return None };
        if Some(node) == top {
            return None;
        }
        self.0.get_mut(&(tree.name(node).ok()?.to_vec(), instance))?.pop()
    }
}

/// What is noted during a visit.
#[derive(Default)]
struct Notes {
    /// Of each item the number of its type.
    seen: RefCell<Vec<u32>>,
    names: RefCell<Names>,
    /// What stays in the file, with the number of the item that stands for it.
    kept: RefCell<Vec<(usize, Kept)>>,
    damages: RefCell<Vec<Damage>>,
    /// Sections that are known by their bytes alone, with the number of the item that is their record.
    mutes: RefCell<Vec<(usize, Mute)>>,
    blocks: RefCell<Vec<Block>>,
    /// The type of the next item.
    kind: Cell<u32>,
    /// What stays in the file of the item of the stream that is visited: all of it, and whether it must not move.
    keeps: Cell<Option<bool>>,
}

/// Names with numbers; the empty one is 0.
struct Names {
    all: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Default for Names {
    fn default() -> Self {
        Names { all: vec![String::new()], numbers: HashMap::from([(String::new(), 0)]) }
    }
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(0);
        self.all.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

impl Hook for &Notes {
    fn item(&mut self) {
        self.seen.borrow_mut().push(self.kind.take());
    }
}

/// The side of the stream.
struct Seen<'n>(&'n Notes);

impl Watch for Seen<'_> {
    fn item(&mut self, item: &Item) {
        self.0.keeps.set(match &item.content {
            Content::Section(section) => {
                if let Payload::Ram(summary) = &section.payload {
                    self.0.blocks.borrow_mut().extend_from_slice(&summary.blocks);
                }
                let item = self.0.seen.borrow().len();
                self.0.mutes.borrow_mut().extend(Mute::of(section).map(|mute| (item, mute)));
                keeps(section)
            }
            Content::Damage(damage) => {
                self.0.damages.borrow_mut().push(damage.clone());
                Some(false)
            }
            _ => Some(false),
        });
    }

    fn place(&mut self, _offset: u64, kind: &str, _length: u64) {
        self.0.kind.set(self.0.names.borrow_mut().number(kind));
    }

    fn keeps(&mut self, offset: u64, length: u64) -> bool {
        let Some(fixed) = self.0.keeps.get() else { return false };
        let range = offset..offset.saturating_add(length);
        let item = self.0.seen.borrow().len();
        self.0.kept.borrow_mut().push((item, Kept { range, fixed }));
        true
    }
}

/// Whether the payload of a section stays in the file; and whether it must not move there.
fn keeps(section: &Section) -> Option<bool> {
    match &section.payload {
        Payload::Opaque(Reason::MappedRam) => Some(true),
        Payload::Opaque(_) if section.kind == SectionKind::Full && section.length <= MOST_RAW => {
            None
        }
        _ => Some(false),
    }
}
