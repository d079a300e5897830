//! The scopes that a pattern names.

use crate::compat::declare::step::is_head;
use crate::compat::devices::{stream, Devices, Head};
use crate::compat::path::pattern::{Effort, Pattern, Reached};
use crate::compat::{On, Trail};
use crate::error::{Code, Result, MAX_DEPTH};
use crate::model::{NodeId, Tree, Value};

/// Scopes and elements that are open at a time.
const LEVELS: usize = 2 * MAX_DEPTH + 2;

/// Goes through the scopes that a pattern names, in order. Only what the pattern may still name is entered, and
/// what is inside of a scope that it names is not: so that may be changed before the next one is asked for.
#[derive(Debug)]
pub(crate) struct Sites<'p> {
    pattern: Pattern<'p>,
    /// Where to begin next.
    tops: Tops,
    levels: heapless::Vec<Level, LEVELS>,
    /// Whether the last part of the trail is the scope that was given.
    given: bool,
}

#[derive(Debug)]
enum Tops {
    Devices(Devices),
    /// One device, which patterns begin inside of.
    One(NodeId),
    /// One device, which patterns begin outside of.
    Whole(NodeId),
    /// QEMU's stream, of which only the head is seen.
    Stream(NodeId),
    Over,
}

/// A scope that is entered.
#[derive(Clone, Copy, Debug)]
struct Level {
    reached: Reached,
    /// The child that comes next.
    next: Option<NodeId>,
    /// How many elements came before it.
    elements: u32,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The device that the pattern begins inside of: no dot is before its items.
    Subject,
    /// The stream, of which only the configuration is seen.
    Stream,
    Other,
}

impl<'p> Sites<'p> {
    /// Before the first one. The trail is empty.
    ///
    /// # Errors
    /// Those of [`Pattern::new`]; [`Code::InvalidArgument`] for an empty one of the whole machine.
    pub(crate) fn new(tree: &Tree<'_>, on: On, pattern: &'p str) -> Result<Self> {
        let head = if is_head(pattern) { stream(tree) } else { None };
        let tops = match (on, head) {
            (On::Device(device), _) => Tops::One(device),
            (On::Machine, _) if pattern.is_empty() => return Err(Code::InvalidArgument),
            (On::Machine, Some(stream)) => Tops::Stream(stream),
            (On::Machine, None) => Tops::Devices(Devices::new(tree)),
        };
        let pattern = Pattern::new(pattern)?;
        Ok(Sites { pattern, tops, levels: heapless::Vec::new(), given: false })
    }

    /// The same for all devices, or for one of them, of which the pattern has the name as well.
    pub(crate) fn whole(tree: &Tree<'_>, scope: NodeId, pattern: Pattern<'p>) -> Self {
        let tops = match Head::of(tree, scope) {
            Some(_) => Tops::Whole(scope),
            None => Tops::Devices(Devices::new(tree)),
        };
        Sites { pattern, tops, levels: heapless::Vec::new(), given: false }
    }

    /// The next scope; the trail leads to it.
    ///
    /// # Errors
    /// [`Code::TooLong`] for the trail; [`Code::TooMuchWork`]; [`Code::StaleHandle`].
    pub(crate) fn next(
        &mut self,
        tree: &Tree<'_>,
        trail: &mut Trail,
        effort: &mut Effort,
    ) -> Result<Option<NodeId>> {
        if core::mem::take(&mut self.given) {
            trail.leave();
        }
        loop {
            let Some(level) = self.levels.last_mut() else {
                match self.begin(tree, trail, effort)? {
                    Begun::Found(top) => return Ok(Some(top)),
                    Begun::Entered => continue,
                    Begun::Nothing => return Ok(None),
                }
            };
            let Some(child) = level.next else {
                self.levels.pop();
                trail.leave();
                continue;
            };
            level.next = tree.next_sibling(child)?;
            let (name, before) = (tree.name(child)?, level.elements);
            let element = matches!(tree.value(child)?, Value::Element);
            let mut reached = match (element, level.kind) {
                (true, _) => {
                    level.elements = before.saturating_add(1);
                    level.reached.element(&self.pattern, before)
                }
                (_, Kind::Subject) => level.reached.first(&self.pattern, name),
                (_, Kind::Stream) if name != b"configuration" => level.reached.over(),
                _ => level.reached.item(&self.pattern, name),
            };
            effort.spend(reached.take_cost())?;
            if reached.is_over() {
                continue;
            }
            match element {
                true => trail.enter_element(before)?,
                false => trail.enter(name, None)?,
            }
            if self.arrive(tree, child, reached, Kind::Other)? {
                return Ok(Some(child));
            }
        }
    }

    fn begin(&mut self, tree: &Tree<'_>, trail: &mut Trail, effort: &mut Effort) -> Result<Begun> {
        let start = Reached::start(&self.pattern);
        loop {
            let (top, kind) = match &mut self.tops {
                Tops::Devices(devices) => (devices.next(tree), Kind::Other),
                Tops::One(device) => (Some(*device), Kind::Subject),
                Tops::Whole(device) => (Some(*device), Kind::Other),
                Tops::Stream(stream) => (Some(*stream), Kind::Stream),
                Tops::Over => (None, Kind::Other),
            };
            let Some(top) = top else { return Ok(Begun::Nothing) };
            if !matches!(self.tops, Tops::Devices(_)) {
                self.tops = Tops::Over;
            }
            let head = Head::of(tree, top).ok_or(Code::InvalidArgument)?;
            let name = tree.name(top)?;
            let mut reached = match kind {
                Kind::Subject => start,
                _ => start.head(&self.pattern, name, head.instance),
            };
            effort.spend(reached.take_cost())?;
            if reached.is_over() {
                continue;
            }
            trail.enter(name, Some(head.instance))?;
            if kind == Kind::Subject {
                trail.begin_subject();
            }
            return Ok(match self.arrive(tree, top, reached, kind)? {
                true => Begun::Found(top),
                false => Begun::Entered,
            });
        }
    }

    /// Says whether a node that the trail leads to is one; else it is entered.
    fn arrive(
        &mut self,
        tree: &Tree<'_>,
        at: NodeId,
        reached: Reached,
        kind: Kind,
    ) -> Result<bool> {
        // A star never stands for the device that the pattern begins inside of.
        let named = kind != Kind::Subject || self.pattern.is_empty();
        if named && reached.is_match(&self.pattern) {
            self.given = true;
            return Ok(true);
        }
        let live = reached.is_live(&self.pattern);
        let next = if live { tree.first_child(at)? } else { None };
        let level = Level { reached, next, elements: 0, kind };
        self.levels.push(level).map_err(|_| Code::TooDeep)?;
        Ok(false)
    }
}

enum Begun {
    Found(NodeId),
    Entered,
    Nothing,
}
