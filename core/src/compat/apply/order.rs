//! Places of devices among each other: at the root, or in QEMU's stream.

use crate::compat::devices::{is_private, looked, Head};
use crate::error::Result;
use crate::model::{At, NodeId, Tree};

/// What a node is among those that devices stand between.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The start of a stream.
    Head,
    /// A device, a record, or anything else that has a place.
    Body,
    /// The end of a stream.
    Tail,
    /// The library's own.
    Private,
}

pub(super) fn part(tree: &Tree<'_>, list: NodeId, node: NodeId) -> Result<Part> {
    let name = tree.name(node)?;
    Ok(match (list == tree.root(), name) {
        (true, name) if is_private(name) && Head::of(tree, node).is_some() => Part::Private,
        (true, _) => Part::Body,
        (false, b"magic" | b"version" | b"configuration") => Part::Head,
        (false, b"eof" | b"description" | b"trailing") => Part::Tail,
        (false, _) => Part::Body,
    })
}

/// How many places a node takes.
fn places(tree: &Tree<'_>, list: NodeId, node: NodeId) -> Result<u32> {
    looked(1);
    Ok(u32::from(part(tree, list, node)? == Part::Body))
}

/// The place before the first of them.
pub(super) fn start_of(tree: &Tree<'_>, list: NodeId) -> Result<At> {
    let mut at = tree.first_child(list)?;
    while let Some(node) = at {
        if matches!(part(tree, list, node)?, Part::Body | Part::Tail) {
            return Ok(At::Before(node));
        }
        at = tree.next_sibling(node)?;
    }
    Ok(At::End(list))
}

/// The place behind the last of them.
pub(super) fn end_of(tree: &Tree<'_>, list: NodeId) -> Result<At> {
    let mut at = tree.last_child(list)?;
    while let Some(node) = at {
        if matches!(part(tree, list, node)?, Part::Body | Part::Head) {
            return Ok(At::After(node));
        }
        at = tree.previous_sibling(node)?;
    }
    Ok(At::Start(list))
}

/// The place with so many of them before it, or the last one, behind one that came back before, of which the number is
/// known: they were told in their order.
pub(super) fn device_behind(
    tree: &Tree<'_>,
    list: NodeId,
    (last, number): (NodeId, u32),
    index: u32,
) -> Result<At> {
    let (mut number, mut at) = (number, last);
    while number < index {
        let Some(next) = tree.next_sibling(at)? else { return end_of(tree, list) };
        at = next;
        number = number.saturating_add(places(tree, list, at)?);
    }
    Ok(if at == last { At::After(last) } else { At::Before(at) })
}

/// Nodes of which is known how many devices, records and others stand before them. What is asked for next mostly stands
/// near one of them: a run goes on in a few places at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursors {
    /// That which was used last is the first.
    marks: [Option<Mark>; 4],
}

/// A device, a record or another that has a place.
#[derive(Clone, Copy, Debug)]
struct Mark {
    list: NodeId,
    node: NodeId,
    index: u32,
}

impl Cursors {
    pub(super) const NONE: Cursors = Cursors { marks: [None; 4] };

    /// How many devices, records and others stand before a device or a record.
    pub(super) fn index_of(
        &mut self,
        tree: &Tree<'_>,
        list: NodeId,
        holder: NodeId,
    ) -> Result<u32> {
        let index = self.seek(tree, list, holder, 0)?;
        self.note(Mark { list, node: holder, index });
        Ok(index)
    }

    /// The place with so many of them before it, or the last one.
    pub(super) fn place(&mut self, tree: &Tree<'_>, list: NodeId, index: u32) -> Result<At> {
        let first = tree.first_child(list)?.map(|node| Mark { list, node, index: 0 });
        let nearest = self.of(list).chain(first).min_by_key(|mark| mark.index.abs_diff(index));
        let Some(mut mark) = nearest else { return end_of(tree, list) };
        while mark.index > index {
            let Some(previous) = tree.previous_sibling(mark.node)? else { break };
            mark.node = previous;
            mark.index = mark.index.saturating_sub(places(tree, list, previous)?);
        }
        let mut last = None;
        loop {
            let places = places(tree, list, mark.node)?;
            if places > 0 && mark.index >= index {
                self.note(mark);
                return Ok(At::Before(mark.node));
            }
            let next = Mark { index: mark.index.saturating_add(places), ..mark };
            if places > 0 {
                last = Some(mark);
            }
            let Some(node) = tree.next_sibling(mark.node)? else { break };
            mark = Mark { node, ..next };
        }
        if let Some(last) = last {
            self.note(last);
        }
        end_of(tree, list)
    }

    /// A device or a record is there that was not.
    pub(super) fn inserted(&mut self, tree: &Tree<'_>, list: NodeId, holder: NodeId) -> Result<()> {
        if self.of(list).next().is_none() {
            return Ok(());
        }
        let index = self.seek(tree, list, holder, 1)?;
        for mark in self.marks.iter_mut().flatten().filter(|mark| mark.index >= index) {
            mark.index = mark.index.saturating_add(1);
        }
        self.note(Mark { list, node: holder, index });
        Ok(())
    }

    /// A device or a record will be removed.
    pub(super) fn removing(&mut self, tree: &Tree<'_>, list: NodeId, holder: NodeId) -> Result<()> {
        if self.of(list).next().is_none() {
            return Ok(());
        }
        let index = self.seek(tree, list, holder, 0)?;
        self.marks = self.marks.map(|mark| mark.filter(|mark| mark.node != holder));
        for mark in self.marks.iter_mut().flatten().filter(|mark| mark.index > index) {
            mark.index = mark.index.saturating_sub(1);
        }
        let mut next = tree.next_sibling(holder)?;
        while let Some(node) = next {
            if places(tree, list, node)? > 0 {
                self.note(Mark { list, node, index });
                break;
            }
            next = tree.next_sibling(node)?;
        }
        Ok(())
    }

    /// The marks in a list.
    fn of(&self, list: NodeId) -> impl Iterator<Item = Mark> + '_ {
        self.marks.into_iter().flatten().filter(move |mark| mark.list == list)
    }

    /// Keeps a mark; the one that was not used for longest is given up. All are of one list.
    fn note(&mut self, new: Mark) {
        let others = |mark: &Mark| mark.list == new.list && mark.node != new.node;
        let [first, second, third, fourth] = self.marks.map(|mark| mark.filter(others));
        self.marks = match (first, second, third) {
            (None, ..) => [Some(new), second, third, fourth],
            (_, None, _) => [Some(new), first, third, fourth],
            (_, _, None) => [Some(new), first, second, fourth],
            _ => [Some(new), first, second, third],
        };
    }

    /// How many stand before a node: it is looked for a mark on both sides, or for the start of the list. `new`: how many
    /// the node takes that are not counted where a mark is behind it.
    fn seek(&self, tree: &Tree<'_>, list: NodeId, node: NodeId, new: u32) -> Result<u32> {
        let met = |at: NodeId| self.of(list).find(|mark| mark.node == at).map(|mark| mark.index);
        let (mut back, mut forth) = (node, Some(node));
        let (mut before, mut behind) = (0u32, 0u32);
        loop {
            if let Some(index) = met(back) {
                return Ok(index.saturating_add(before));
            }
            if let Some(index) = forth.and_then(met) {
                return Ok(index.saturating_add(new).saturating_sub(behind));
            }
            if let Some(at) = forth {
                behind = behind.saturating_add(places(tree, list, at)?);
                forth = tree.next_sibling(at)?;
            }
            match tree.previous_sibling(back)? {
                Some(at) => back = at,
                None => return Ok(before),
            }
            before = before.saturating_add(places(tree, list, back)?);
        }
    }
}
