//! A ledger that keeps everything, and trees as lists of lines.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::collections::VecDeque;

use migcore::compat::{is_private, Applier, Found, Ledger, Lost, On, Step, What};
use migcore::error::Report;
use migcore::model::{At, NodeId, Tree, Value};
use migcore::visit::{Marks, Versions};
use migcore::Result;

/// Something that was lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub what: What,
    /// From what the step was for.
    pub path: String,
    /// From the machine.
    pub whole: String,
    pub at: u32,
    pub bits: u64,
    pub known: bool,
    copy: Option<NodeId>,
}

/// Where the copies lie in the tree meanwhile.
const SHELF: &[u8] = b"migcore.test";

/// Keeps what is lost in a tree of its own, and gives back what another lost.
pub struct Book<'m> {
    pub told: VecDeque<Record>,
    kept: Tree<'m>,
    given: Option<Box<Book<'m>>>,
    pub before: Vec<String>,
    pub after: Vec<String>,
    /// How much of what was found did not fit.
    pub unfit: usize,
}

impl Book<'static> {
    pub fn new() -> Self {
        Book::on(vec![0; 1 << 16].leak())
    }

    /// One that gives back what is in another.
    pub fn with(given: Book<'static>) -> Self {
        Book::new().giving(given)
    }
}

impl<'m> Book<'m> {
    pub fn on(memory: &'m mut [u8]) -> Self {
        Book {
            told: VecDeque::new(),
            kept: Tree::new(memory).unwrap(),
            given: None,
            before: Vec::new(),
            after: Vec::new(),
            unfit: 0,
        }
    }

    pub fn giving(self, given: Book<'m>) -> Self {
        Book { given: Some(Box::new(given)), ..self }
    }

    /// What was lost, as `what path`.
    pub fn told(&self) -> Vec<String> {
        self.told.iter().map(|record| format!("{:?} {}", record.what, record.path)).collect()
    }

    /// Whether nothing is left that could have been given back.
    pub fn is_used_up(&self) -> bool {
        self.given.as_ref().is_none_or(|given| given.told.is_empty())
    }
}

impl Ledger for Book<'_> {
    fn lost(&mut self, tree: &mut Tree<'_>, lost: &Lost<'_>) -> Result<()> {
        let root = self.kept.root();
        let copy = match lost.node {
            Some(node) => Some(tree.copy_to(node, &mut self.kept, At::End(root))?),
            None => None,
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (path, whole) = (text(lost.trail.below()), text(lost.trail.whole()));
        let Lost { what, at, bits, known, .. } = *lost;
        self.told.push_back(Record { what, path, whole, at, bits, known, copy });
        Ok(())
    }

    fn found(
        &mut self,
        tree: &mut Tree<'_>,
        what: What,
        path: Option<&[u8]>,
    ) -> Result<Option<Found>> {
        let Some(given) = &mut self.given else { return Ok(None) };
        let is_it = |record: &Record| {
            let here = path.is_none_or(|path| String::from_utf8_lossy(path) == record.path);
            record.what == what && here
        };
        let Some(place) = given.told.iter().position(is_it) else { return Ok(None) };
        let Record { at, bits, copy, .. } = given.told.remove(place).unwrap();
        let node = match copy {
            Some(copy) => {
                let shelf = shelf(tree)?;
                Some(given.kept.copy_to(copy, tree, At::End(shelf))?)
            }
            None => None,
        };
        Ok(Some(Found { node, at, bits }))
    }

    fn unfit(&mut self) {
        self.unfit += 1;
    }

    fn before(&mut self, tree: &Tree<'_>, node: NodeId) {
        self.before.push(tree.path(node).unwrap().to_string());
    }

    fn after(&mut self, tree: &Tree<'_>, node: NodeId) {
        self.after.push(tree.path(node).unwrap().to_string());
    }
}

fn shelf(tree: &mut Tree<'_>) -> Result<NodeId> {
    if let Some(shelf) = tree.child_by_name(tree.root(), SHELF, 0)? {
        return Ok(shelf);
    }
    let versions = Versions::only(1);
    let value = Value::Device { instance: 0, versions, oldest_reader: 1 };
    tree.insert(At::End(tree.root()), SHELF, Marks::NONE, value)
}

/// Applies a step as a run would: all or nothing.
pub fn apply(
    tree: &mut Tree<'_>,
    on: On,
    step: &Step<'_>,
    book: &mut Book<'_>,
) -> core::result::Result<u32, Report> {
    tree.begin_change().unwrap();
    let done = Applier::new().apply(tree, on, step, book);
    match &done {
        Ok(_) => {
            if let Some(shelf) = tree.child_by_name(tree.root(), SHELF, 0).unwrap() {
                tree.remove(shelf).unwrap();
            }
            tree.keep();
        }
        Err(_) => tree.undo(),
    }
    done
}

/// All of a tree but the library's own devices: a line for each node, with all that it says.
pub fn lines(tree: &Tree<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let children: Vec<NodeId> = tree.children(tree.root()).unwrap().collect();
    for child in children {
        if !is_private(tree.name(child).unwrap()) {
            put(tree, child, 0, &mut lines);
        }
    }
    lines
}

fn put(tree: &Tree<'_>, node: NodeId, depth: usize, lines: &mut Vec<String>) {
    let name = String::from_utf8_lossy(tree.name(node).unwrap()).into_owned();
    let (marks, value) = (tree.marks(node).unwrap().bits(), tree.value(node).unwrap());
    lines.push(format!("{}{name} {marks} {value:?}", "  ".repeat(depth)));
    let children: Vec<NodeId> = tree.children(node).unwrap().collect();
    for child in children {
        put(tree, child, depth + 1, lines);
    }
}
