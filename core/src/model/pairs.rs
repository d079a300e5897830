//! Which child of one scope is which of another.

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
/// the first of that name.
///
/// Raw items next to each other are one item here.
pub(super) struct Pairs {
    stage: Stage,
    left: Stretch,
    right: Stretch,
    /// The rightmost place in the middle that an item was found at.
    furthest: usize,
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
    pub(super) fn new(
        left: &Tree<'_>,
        left_scope: u32,
        right: &Tree<'_>,
        right_scope: u32,
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
        }
    }

    pub(super) fn next(&mut self, left: &Tree<'_>, right: &Tree<'_>) -> Option<Step> {
        loop {
            let step = match self.stage {
                Stage::Front => self.front(left, right),
                Stage::MiddleLeft => self.middle_left(left, right),
                Stage::MiddleRight => self.middle_right(left, right),
                Stage::Back => return self.both(left, right),
            };
            if step.is_some() {
                return step;
            }
        }
    }

    fn front(&mut self, left: &Tree<'_>, right: &Tree<'_>) -> Option<Step> {
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
        None
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

    fn middle_left(&mut self, left: &Tree<'_>, right: &Tree<'_>) -> Option<Step> {
        let at = self.left.next;
        if at == self.left.end {
            self.stage = Stage::MiddleRight;
            return None;
        }
        self.left.next = after(left, at);
        let nth = self.left.count_before(left, at);
        let Some((found, place)) = self.right.find(right, left, at, nth) else {
            return Some(Step::Left(at));
        };
        let moved = place < self.furthest;
        self.furthest = self.furthest.max(place);
        Some(Step::Both { left: at, right: found, moved })
    }

    fn middle_right(&mut self, left: &Tree<'_>, right: &Tree<'_>) -> Option<Step> {
        while self.right.next != self.right.end {
            let at = self.right.next;
            self.right.next = after(right, at);
            let nth = self.right.count_before(right, at);
            if self.left.find(left, right, at, nth).is_none() {
                return Some(Step::Right(at));
            }
        }
        self.stage = Stage::Back;
        None
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

    /// How many items of the middle before this one are the same.
    fn count_before(&self, tree: &Tree<'_>, item: u32) -> usize {
        let (mut count, mut at) = (0usize, self.start);
        while at != item && at != NONE {
            count = count.saturating_add(usize::from(is_same(tree, at, tree, item)));
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
        nth: usize,
    ) -> Option<(u32, usize)> {
        let (mut left, mut place, mut at) = (nth, 0usize, self.start);
        while at != self.end && at != NONE {
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

/// What is never the same although it has one name.
fn class(node: &Node) -> u8 {
    match node.form {
        Form::Element => 1,
        Form::Raw => 2,
        Form::Subsection => 3,
        _ => 0,
    }
}
