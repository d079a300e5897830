//! Edits of a tree. A call that fails changes nothing that can be read.

use super::node::{Form, Node, NONE, NO_NODE};
use super::tree::{NodeId, Tree, ROOT};
use super::value::Value;
use super::walk::{Step, Walk};
use crate::error::{Code, Fault, Result, MAX_DEPTH, MAX_NAME};
use crate::io::told;
use crate::visit::{Kind, Marks};

/// A place among the children of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Before the first child of this scope.
    Start(NodeId),
    /// After the last child of this scope.
    End(NodeId),
    /// Before this node.
    Before(NodeId),
    /// After this node.
    After(NodeId),
}

/// A place by numbers: the scope and the sibling that it is before.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) parent: u32,
    pub(super) next: u32,
}

impl Tree<'_> {
    /// Puts a new item at a place.
    ///
    /// # Errors
    /// [`Code::NoSpace`], [`Code::NameTooLong`], [`Code::TooDeep`] with their numbers in
    /// [`fault`](Tree::fault); [`Code::StaleHandle`]; [`Code::InvalidArgument`] for what cannot stand
    /// there: a second root, a child of an item that is no scope or is optional and not there, an
    /// element outside of a list, raw bytes or an element with a name or marks, an array of half an element, a
    /// name that holds a byte 0.
    pub fn insert(
        &mut self,
        at: At,
        name: &[u8],
        marks: Marks,
        value: Value<'_>,
    ) -> Result<NodeId> {
        let gap = self.gap(at)?;
        let index = self.insert_at(gap, name, marks, value)?;
        Ok(self.id(index))
    }

    /// Gives an item another value, also of another type. Bytes go where the old ones are if there is
    /// room, and these need not come back; else that place is lost until the tree is compacted. Children stay: a scope that has some
    /// stays a scope, and a list a list.
    ///
    /// # Errors
    /// As [`insert`](Tree::insert).
    pub fn replace(&mut self, node: NodeId, value: Value<'_>) -> Result<()> {
        let index = self.check(node)?;
        let old = self.node(index);
        if index == ROOT || !self.may_become(&old, &value) {
            return Err(Code::InvalidArgument);
        }
        let bare = old.name == 0 && old.marks == 0;
        if value.form().is_nameless() && !bare {
            return Err(Code::InvalidArgument);
        }
        let deeper = adds_depth(value.form()) && !adds_depth(old.form);
        self.check_depth(old.parent, u32::from(deeper))?;
        self.reserve(self.replace_cost(&old, &value), &[index])?;
        let mut new = Node { form: value.form(), ..self.node(index) };
        self.fill(&mut new, Some(&old), &value);
        self.arena.put(index, &new);
        Ok(())
    }

    /// Gives an item another name. The old one is lost until the tree is compacted.
    ///
    /// # Errors
    /// As [`insert`](Tree::insert).
    pub fn rename(&mut self, node: NodeId, name: &[u8]) -> Result<()> {
        let index = self.check(node)?;
        self.check_name(name)?;
        if self.node(index).form.is_nameless() && !name.is_empty() {
            return Err(Code::InvalidArgument);
        }
        self.reserve(self.names.cost(&self.arena, name), &[index])?;
        let name = self.names.intern(&mut self.arena, name);
        self.arena.edit(index, |node| node.name = name);
        Ok(())
    }

    /// Gives an item other marks.
    ///
    /// # Errors
    /// [`Code::StaleHandle`]; [`Code::InvalidArgument`] for the root, raw bytes and elements, which have none;
    /// [`Code::NoSpace`] while a [change](Tree::begin_change) is open.
    pub fn set_marks(&mut self, node: NodeId, marks: Marks) -> Result<()> {
        let index = self.check(node)?;
        let nameless = self.node(index).form.is_nameless();
        if index == ROOT || nameless && marks != Marks::NONE {
            return Err(Code::InvalidArgument);
        }
        self.reserve(0, &[index])?;
        self.arena.edit(index, |node| node.marks = packed(marks));
        Ok(())
    }

    /// Removes an item with all that is inside. Their handles are stale from now on; names and bytes
    /// are lost until the tree is compacted.
    ///
    /// # Errors
    /// [`Code::StaleHandle`]; [`Code::InvalidArgument`] for the root; [`Code::NoSpace`] while a
    /// [change](Tree::begin_change) is open.
    pub fn remove(&mut self, node: NodeId) -> Result<()> {
        let index = self.check(node)?;
        if index == ROOT {
            return Err(Code::InvalidArgument);
        }
        let Node { parent, next, previous, .. } = self.node(index);
        self.reserve(0, &[parent, previous, next, index])?;
        self.remove_at(index);
        Ok(())
    }

    /// Moves an item with all that is inside to another place of this tree, for instance to another
    /// device. Handles stay good.
    ///
    /// # Errors
    /// As [`insert`](Tree::insert); [`Code::InvalidArgument`] for a place inside of the item.
    pub fn move_to(&mut self, node: NodeId, at: At) -> Result<()> {
        let index = self.check(node)?;
        let mut gap = self.gap(at)?;
        let moved = self.node(index);
        if index == ROOT || self.is_within(gap.parent, index) {
            return Err(Code::InvalidArgument);
        }
        self.check_place(gap.parent, moved.form)?;
        self.check_depth(gap.parent, self.height(index))?;
        if gap.next == index {
            gap.next = moved.next;
        }
        let Node { parent, next, previous, .. } = moved;
        let [to, before, after] = self.around(gap);
        self.reserve(0, &[index, parent, previous, next, to, before, after])?;
        self.unlink(index);
        self.link(index, gap);
        Ok(())
    }

    pub(super) fn gap(&self, at: At) -> Result<Gap> {
        let (At::Start(node) | At::End(node) | At::Before(node) | At::After(node)) = at;
        let index = self.check(node)?;
        let node = self.node(index);
        let gap = match at {
            At::Start(_) => Gap { parent: index, next: node.first },
            At::End(_) => Gap { parent: index, next: NONE },
            At::Before(_) => Gap { parent: node.parent, next: index },
            At::After(_) => Gap { parent: node.parent, next: node.next },
        };
        match gap.parent {
            NONE => Err(Code::InvalidArgument),
            _ => Ok(gap),
        }
    }

    pub(super) fn insert_at(
        &mut self,
        gap: Gap,
        name: &[u8],
        marks: Marks,
        value: Value<'_>,
    ) -> Result<u32> {
        self.check_place(gap.parent, value.form())?;
        self.check_name(name)?;
        let bare = name.is_empty() && marks == Marks::NONE;
        if value.form().is_nameless() && !bare || !value.is_possible() {
            return Err(Code::InvalidArgument);
        }
        // Asked of structs alone: a memory checker must not see what other values leave unset.
        if let Value::Struct(Some(description)) = value {
            self.check_name(description.name)?;
        }
        self.check_depth(gap.parent, u32::from(adds_depth(value.form())))?;
        self.reserve(self.insert_cost(name, &value), &self.around(gap))?;
        let (index, generation) = self.arena.begin();
        let name = self.names.intern(&mut self.arena, name);
        let form = value.form();
        let mut node = Node { form, generation, name, marks: packed(marks), ..NO_NODE };
        self.fill(&mut node, None, &value);
        self.arena.put(index, &node);
        self.link(index, gap);
        Ok(index)
    }

    /// Removes a node that is not the root. While a change is open, it and those around it are recorded or
    /// new.
    pub(super) fn remove_at(&mut self, top: u32) {
        self.unlink(top);
        match self.arena.is_changing() {
            true => self.arena.set_aside(top),
            false => self.arena.release_below(top),
        }
    }

    /// Removes the children of `parent` after the one that is given; all after [`NONE`].
    pub(super) fn remove_after(&mut self, parent: u32, before: u32) {
        let mut last = self.node(parent).last;
        while last != NONE && last != before {
            let previous = self.node(last).previous;
            self.remove_at(last);
            last = previous;
        }
    }

    /// Puts the value into the node. A payload goes to the place of the old one, if it has room.
    fn fill(&mut self, node: &mut Node, old: Option<&Node>, value: &Value<'_>) {
        let description = self.names.intern(&mut self.arena, value.description());
        (node.detail, node.words) = value.pack(description);
        if !node.form.has_payload() {
            return;
        }
        let bytes = value.payload();
        let (place, room) = match old.and_then(|old| self.room_of(old, bytes.len())) {
            Some(reused) => reused,
            None => (self.arena.take(bytes.len()), length(bytes)),
        };
        self.arena.store(place, bytes);
        if matches!(value, Value::Array(Kind::Bool, ..)) {
            self.arena.normalize_flags(place, bytes.len());
        }
        node.words = [place, length(bytes), room, 0];
    }

    fn insert_cost(&self, name: &[u8], value: &Value<'_>) -> usize {
        let names = match value.description() {
            [] => self.names.cost(&self.arena, name),
            description => self.names.cost_of_both(&self.arena, name, description),
        };
        let node = self.arena.node_cost(1);
        names.saturating_add(node).saturating_add(value.payload().len())
    }

    fn replace_cost(&self, old: &Node, value: &Value<'_>) -> usize {
        let description = self.names.cost(&self.arena, value.description());
        let length = value.payload().len();
        match self.room_of(old, length) {
            Some(_) => description,
            None => description.saturating_add(length),
        }
    }

    /// The place of the old payload and its room, if that is enough and nobody may want the bytes back.
    fn room_of(&self, old: &Node, wanted: usize) -> Option<(u32, u32)> {
        let [place, _, room, _] = old.words;
        let enough = usize::try_from(room).is_ok_and(|room| wanted <= room);
        let usable = old.form.has_payload() && enough && self.arena.may_overwrite(place);
        usable.then_some((place, room))
    }

    /// Makes sure that there is room for so many bytes, and that the nodes that are touched can be made as
    /// they are now.
    pub(super) fn reserve(&mut self, cost: usize, touched: &[u32]) -> Result<()> {
        let cost = cost.saturating_add(self.arena.log_cost(touched));
        if cost > self.arena.gap() {
            return Err(self.no_space(cost));
        }
        self.arena.log(touched);
        Ok(())
    }

    /// The scope of a gap and its neighbours.
    pub(super) fn around(&self, gap: Gap) -> [u32; 3] {
        let previous = match gap.next {
            NONE => self.node(gap.parent).last,
            next => self.node(next).previous,
        };
        [gap.parent, previous, gap.next]
    }

    fn check_name(&mut self, name: &[u8]) -> Result<()> {
        if name.len() > MAX_NAME {
            let (expected, found) = (told(MAX_NAME), told(name.len()));
            self.fault = Fault { expected, found, ..Fault::default() };
            return Err(Code::NameTooLong);
        }
        match name.contains(&0) {
            true => Err(Code::InvalidArgument),
            false => Ok(()),
        }
    }

    /// Checks that a node of this form may be a child of `parent`.
    pub(super) fn check_place(&self, parent: u32, form: Form) -> Result<()> {
        let parent = self.node(parent);
        let open = match parent.form {
            Form::Optional => parent.detail != 0,
            other => other.is_scope(),
        };
        let fits = match form {
            Form::Root | Form::Free => false,
            Form::Element => parent.form == Form::List,
            _ => true,
        };
        match open && fits {
            true => Ok(()),
            false => Err(Code::InvalidArgument),
        }
    }

    fn may_become(&self, old: &Node, value: &Value<'_>) -> bool {
        let form = value.form();
        let description = value.description();
        let named = description.len() <= MAX_NAME && !description.contains(&0);
        if form == Form::Root || !value.is_possible() || !named {
            return false;
        }
        if (form == Form::Element) != (old.form == Form::Element) {
            return false;
        }
        if old.first == NONE {
            return true;
        }
        let emptied = matches!(value, Value::Optional { present: false });
        form.is_scope() && !emptied && (form == Form::List) == (old.form == Form::List)
    }

    /// Checks that scopes may nest `more` deeper below `parent`.
    pub(super) fn check_depth(&mut self, parent: u32, more: u32) -> Result<()> {
        if more == 0 {
            return Ok(());
        }
        let mut depth = u64::from(more);
        let mut at = parent;
        while at != NONE {
            let node = self.node(at);
            depth = depth.saturating_add(u64::from(adds_depth(node.form)));
            at = node.parent;
        }
        if depth > told(MAX_DEPTH) {
            self.fault = Fault { expected: told(MAX_DEPTH), found: depth, ..Fault::default() };
            return Err(Code::TooDeep);
        }
        Ok(())
    }

    /// How deep scopes nest in a node, itself counted.
    pub(super) fn height(&self, top: u32) -> u32 {
        let (mut depth, mut deepest) = (0u32, 0u32);
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(self) {
            match step {
                Step::Enter(at) if adds_depth(self.node(at).form) => {
                    depth = depth.saturating_add(1);
                    deepest = deepest.max(depth);
                }
                Step::Leave(at) if adds_depth(self.node(at).form) => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
        }
        deepest
    }

    pub(super) fn is_within(&self, inner: u32, outer: u32) -> bool {
        let mut at = inner;
        while at != NONE && at != outer {
            at = self.node(at).parent;
        }
        at == outer
    }

    pub(super) fn link(&mut self, index: u32, gap: Gap) {
        let [parent, previous, next] = self.around(gap);
        self.arena.edit(index, |node| {
            (node.parent, node.next, node.previous) = (parent, next, previous);
        });
        self.join(parent, previous, index);
        self.join(parent, index, next);
    }

    fn unlink(&mut self, index: u32) {
        let Node { parent, next, previous, .. } = self.node(index);
        self.join(parent, previous, next);
    }

    /// Makes two children of `parent` neighbours; [`NONE`] stands for its two ends.
    fn join(&mut self, parent: u32, left: u32, right: u32) {
        match left {
            NONE => self.arena.edit(parent, |node| node.first = right),
            _ => self.arena.edit(left, |node| node.next = right),
        }
        match right {
            NONE => self.arena.edit(parent, |node| node.last = left),
            _ => self.arena.edit(right, |node| node.previous = left),
        }
    }
}

/// Whether a scope of this form counts for the depth: elements of lists do not.
fn adds_depth(form: Form) -> bool {
    form.is_scope() && !matches!(form, Form::Element | Form::Root)
}

/// The length of bytes that fit into the block.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

pub(super) fn packed(marks: Marks) -> u8 {
    u8::try_from(marks.bits()).unwrap_or(0)
}
