//! Which child of one scope is which of another.

use super::index::{self, Index, Key};
use super::node::{Form, Node, NONE};
use super::tree::Tree;

/// What comes next of two scopes.
pub(super) enum Step {
    /// An item of both.
    Both {
        left: u32,
        right: u32,
        /// It stands before one that it followed.
        moved: bool,
    },
    /// An item that only the left one has.
    Left(u32),
    /// An item that only the right one has.
    Right(u32),
}

/// The children of two scopes, in pairs: from the front as long as the order agrees, then likewise from
/// the back, and what is left in the middle by search. In the middle, the first of a name belongs to
/// the first of that name. The right middle is indexed by name; of each name, the index counts how many
/// are taken by the left middle.
///
/// Raw items next to each other are one item here.
pub(super) struct Pairs {
    stage: Stage,
    left: Stretch,
    right: Stretch,
    /// The rightmost place in the middle that an item was found at.
    furthest: u32,
    /// Of the right middle.
    index: Option<Index>,
    /// Where it may begin.
    base: usize,
}

/// What the middles of scopes are searched with.
pub(super) struct Search<'s> {
    /// For indexes, one behind the other.
    pub(super) memory: &'s mut [u8],
    /// How many items were looked at in middles.
    pub(super) searched: u64,
}

#[derive(Clone, Copy)]
enum Stage {
    Front,
    MiddleLeft,
    MiddleRight,
    Back,
}

/// The middle of a scope, and the next item.
#[derive(Clone, Copy)]
struct Stretch {
    scope: u32,
    next: u32,
    start: u32,
    /// The first item after the middle.
    end: u32,
}

impl Pairs {
    /// Begins with two scopes; an index may begin at `base` in the memory for such.
    pub(super) fn new(
        (left, left_scope): (&Tree<'_>, u32),
        (right, right_scope): (&Tree<'_>, u32),
        base: usize,
    ) -> Self {
        let stretch = |tree: &Tree<'_>, scope: u32| {
            let first = tree.node(scope).first;
            Stretch { scope, next: first, start: first, end: NONE }
        };
        Pairs {
            stage: Stage::Front,
            left: stretch(left, left_scope),
            right: stretch(right, right_scope),
            furthest: 0,
            index: None,
            base,
        }
    }

    /// Where an index of scopes inside of these may begin.
    pub(super) fn end(&self) -> usize {
        self.index.map_or(self.base, |index| index.end())
    }

    pub(super) fn next(
        &mut self,
        left: &Tree<'_>,
        right: &Tree<'_>,
        search: &mut Search<'_>,
    ) -> Option<Step> {
        loop {
            let step = match self.stage {
                Stage::Front => self.front(left, right, search),
                Stage::MiddleLeft => self.middle_left(left, right, search),
                Stage::MiddleRight => self.middle_right(left, right, search),
                Stage::Back => return self.both(left, right),
            };
            if step.is_some() {
                return step;
            }
        }
    }

    fn front(
        &mut self,
        left: &Tree<'_>,
        right: &Tree<'_>,
        search: &mut Search<'_>,
    ) -> Option<Step> {
        if is_same(left, self.left.next, right, self.right.next) {
            return self.both(left, right);
        }
        (self.left.start, self.right.start) = (self.left.next, self.right.next);
        loop {
            let (a, b) = (self.left.before_end(left), self.right.before_end(right));
            if !is_same(left, a, right, b) {
                break;
            }
            (self.left.end, self.right.end) = (a, b);
        }
        self.stage = Stage::MiddleLeft;
        if !self.is_one_sided() {
            self.index = self.right.index(right, self.base, search);
        }
        None
    }

    /// Whether one of the middles is empty, so that nothing is to be found.
    fn is_one_sided(&self) -> bool {
        self.left.start == self.left.end || self.right.start == self.right.end
    }

    /// The next of both, which are a pair.
    fn both(&mut self, left: &Tree<'_>, right: &Tree<'_>) -> Option<Step> {
        let (a, b) = (self.left.next, self.right.next);
        if a == NONE || b == NONE {
            return None;
        }
        (self.left.next, self.right.next) = (after(left, a), after(right, b));
        Some(Step::Both { left: a, right: b, moved: false })
    }

    fn middle_left(
        &mut self,
        left: &Tree<'_>,
        right: &Tree<'_>,
        search: &mut Search<'_>,
    ) -> Option<Step> {
        let at = self.left.next;
        if at == self.left.end {
            self.stage = Stage::MiddleRight;
            return None;
        }
        self.left.next = after(left, at);
        let Some((found, place)) = self.take(left, right, at, search) else {
            return Some(Step::Left(at));
        };
        let moved = place < self.furthest;
        self.furthest = self.furthest.max(place);
        Some(Step::Both { left: at, right: found, moved })
    }

    fn middle_right(
        &mut self,
        left: &Tree<'_>,
        right: &Tree<'_>,
        search: &mut Search<'_>,
    ) -> Option<Step> {
        while self.right.next != self.right.end {
            let at = self.right.next;
            self.right.next = after(right, at);
            if !self.is_taken(left, right, at, search) {
                return Some(Step::Right(at));
            }
        }
        self.stage = Stage::Back;
        None
    }

    /// The item of the right middle that is one of the left middle, and its place there.
    fn take(
        &self,
        left: &Tree<'_>,
        right: &Tree<'_>,
        at: u32,
        search: &mut Search<'_>,
    ) -> Option<(u32, u32)> {
        if self.is_one_sided() {
            return None;
        }
        let Some(index) = self.index else {
            let nth = self.left.count_before(left, at, search);
            return self.right.find(right, left, at, nth, search);
        };
        let node = left.node(at);
        let name = right.names.find(&right.arena, left.name_of(&node))?;
        let group = index.group(search.memory, key(name, &node), &mut search.searched);
        let found = index.next(search.memory, group)?;
        index.pass(search.memory, group);
        Some((found.node, found.order))
    }

    /// Whether an item of the right middle, of which all are asked for in order, is one of the left
    /// middle: as many as were taken are, the first of a name before the others.
    fn is_taken(
        &self,
        left: &Tree<'_>,
        right: &Tree<'_>,
        at: u32,
        search: &mut Search<'_>,
    ) -> bool {
        if self.is_one_sided() {
            return false;
        }
        let Some(index) = self.index else {
            let nth = self.right.count_before(right, at, search);
            return self.left.find(left, right, at, nth, search).is_some();
        };
        let node = right.node(at);
        let group = index.group(search.memory, key(node.name, &node), &mut search.searched);
        index.pass_back(search.memory, group)
    }
}

impl Stretch {
    /// The last item of what is not yet known to be beyond the middle.
    fn before_end(&self, tree: &Tree<'_>) -> u32 {
        if self.end == self.start {
            return NONE;
        }
        let mut at = match self.end {
            NONE => tree.node(self.scope).last,
            end => tree.node(end).previous,
        };
        while at != self.start && tree.continues_raw(&tree.node(at)) {
            at = tree.node(at).previous;
        }
        at
    }

    /// An index of the middle; `None` where there is no memory for it.
    fn index(&self, tree: &Tree<'_>, base: usize, search: &mut Search<'_>) -> Option<Index> {
        let mut index = Index::new(base);
        let mut at = self.start;
        while at != self.end && at != NONE {
            let node = tree.node(at);
            index.add(search.memory, key(node.name, &node), at)?;
            at = after(tree, at);
        }
        index.sort(search.memory);
        search.searched = search.searched.saturating_add(index.count());
        Some(index)
    }

    /// How many items of the middle before this one are the same.
    fn count_before(&self, tree: &Tree<'_>, item: u32, search: &mut Search<'_>) -> u32 {
        let (mut count, mut at) = (0u32, self.start);
        while at != item && at != NONE {
            search.searched = search.searched.saturating_add(1);
            count = count.saturating_add(u32::from(is_same(tree, at, tree, item)));
            at = after(tree, at);
        }
        count
    }

    /// The item of the middle at `nth` among those that are the same as one of another tree, and its
    /// place.
    fn find(
        &self,
        tree: &Tree<'_>,
        other: &Tree<'_>,
        item: u32,
        nth: u32,
        search: &mut Search<'_>,
    ) -> Option<(u32, u32)> {
        let (mut left, mut place, mut at) = (nth, 0u32, self.start);
        while at != self.end && at != NONE {
            search.searched = search.searched.saturating_add(1);
            if is_same(tree, at, other, item) {
                match left {
                    0 => return Some((at, place)),
                    _ => left = left.wrapping_sub(1),
                }
            }
            place = place.saturating_add(1);
            at = after(tree, at);
        }
        None
    }
}

/// The item after this one; after the first of a run of raw items, the one after the run.
fn after(tree: &Tree<'_>, at: u32) -> u32 {
    let mut next = tree.node(at).next;
    while next != NONE && tree.continues_raw(&tree.node(next)) {
        next = tree.node(next).next;
    }
    next
}

/// Whether two items are the same one, whatever their values.
fn is_same(left: &Tree<'_>, a: u32, right: &Tree<'_>, b: u32) -> bool {
    if a == NONE || b == NONE {
        return false;
    }
    let (a, b) = (left.node(a), right.node(b));
    class(&a) == class(&b) && a.instance() == b.instance() && left.name_of(&a) == right.name_of(&b)
}

/// What the items are found by that are the same one.
fn key(name: u32, node: &Node) -> Key {
    index::key(name, node.instance(), class(node))
}

/// What is never the same although it has one name.
fn class(node: &Node) -> u8 {
    match node.form {
        Form::Device => 4,
        Form::Element => 1,
        Form::Raw => 2,
        Form::Subsection => 3,
        _ => 0,
    }
}
