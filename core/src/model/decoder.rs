//! Nodes to values.

use super::level::{Level, Run, Wanted};
use super::node::{Form, ASKED, READ, SKIPPED};
use super::tree::{marks_of, NodeId, Tree};
use super::value::Value;
use super::widened::fill_widened;
use crate::error::{Code, Fault, Result, MAX_DEPTH};
use crate::io::{copy, told};
use crate::visit::{
    widen, Decoder, DeviceHead, Extent, Kind, Marks, Name, Opened, Scope, ScopeKind, Slots,
    SubsectionName, OPEN,
};

/// The scopes that a visitor may have open, as many elements of lists, and the one to begin with.
const LEVELS: usize = 2 * MAX_DEPTH + 1;

/// Loads from a tree.
///
/// * An item is found by its name in the open scope: the first visit of a name gets the first item of
///   that name, the second the second. A device is found by name and instance. Visits in the order of
///   the tree cost one comparison each. When the order is left, the rest of the scope is indexed in the
///   free memory of the tree; where that does not suffice, it is searched from one end to the other.
/// * A number may be wider than the one in the tree, if it loses nothing
///   ([`widen`](crate::visit::widen)); any other type must be the same. A fixed length does not read as
///   a variable one.
/// * A described struct must be of the same description.
/// * Where a device visits what only it knows of, a buffer may stand for a struct that holds raw bytes.
/// * Subsections come in the order of the tree, all that the open scope has; so do the elements of a list, and runs of raw bytes. A
///   run may be cut in any way, and ends where another item is visited.
/// * A scope may be closed, and the load finished, when nothing critical of it is unread; a device that
///   nobody asked for is an unknown one. What is ancillary is counted ([`skipped`](TreeDecoder::skipped)) and may be
///   [carried on](TreeDecoder::carry).
///
/// Its position is the number of items read, since there are no bytes.
#[derive(Debug)]
pub struct TreeDecoder<'t, 'm> {
    pub(super) tree: &'t mut Tree<'m>,
    /// From the outermost, which is not the visitor's to close.
    pub(super) levels: heapless::Vec<Level, LEVELS>,
    skipped: u64,
    searched: u64,
    count: u64,
    finished: bool,
    fault: Fault,
    /// The buffer that is open as a struct.
    pub(super) buffer: Option<Run>,
    /// The item that the last error is about, if the device did not name it.
    blamed: Option<u32>,
}

impl<'t, 'm> TreeDecoder<'t, 'm> {
    /// Loads what is in the root: whole devices.
    pub fn new(tree: &'t mut Tree<'m>) -> Self {
        let base = tree.arena.middle().start;
        let level = Level::open(tree, super::tree::ROOT, base);
        TreeDecoder::at(tree, level)
    }

    /// Loads what is inside of `scope`: of a device, the items of its state.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn inside(tree: &'t mut Tree<'m>, scope: NodeId) -> Result<Self> {
        let scope = tree.check(scope)?;
        let base = tree.arena.middle().start;
        let level = Level::open(tree, scope, base);
        Ok(TreeDecoder::at(tree, level))
    }

    /// Loads one item, such as a device with its scope, as though there were no other.
    ///
    /// # Errors
    /// [`Code::StaleHandle`]; [`Code::InvalidArgument`] for the root.
    pub fn only(tree: &'t mut Tree<'m>, item: NodeId) -> Result<Self> {
        let item = tree.check(item)?;
        if item == super::tree::ROOT {
            return Err(Code::InvalidArgument);
        }
        let level = Level::only(tree, item);
        Ok(TreeDecoder::at(tree, level))
    }

    fn at(tree: &'t mut Tree<'m>, level: Level) -> Self {
        let mut levels = heapless::Vec::new();
        // There is room for more than one.
        let _ = levels.push(level);
        TreeDecoder {
            tree,
            levels,
            skipped: 0,
            searched: 0,
            count: 0,
            finished: false,
            fault: Fault::default(),
            buffer: None,
            blamed: None,
        }
    }

    /// Whether the load was finished: nothing critical is left unread.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// How many ancillary items were left unread in the scopes that were closed, or passed over.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// How many items were looked at beyond the one that was expected: the price of another order.
    #[must_use]
    pub fn searched(&self) -> u64 {
        self.searched
    }

    /// Finds a device of this instance, or an item that is none.
    fn find(&mut self, name: &[u8], instance: Option<u32>) -> Result<Option<u32>> {
        if self.buffer.is_some() {
            return Err(self.fail(Code::WrongType, 0, 0));
        }
        let Some(level) = self.levels.last_mut() else { return Err(Code::Unbalanced) };
        Ok(level.find(self.tree, &Wanted { name, instance }, &mut self.searched))
    }

    fn seek(&mut self, name: &dyn Name) -> Result<u32> {
        match self.find(name.bytes(), None)? {
            Some(at) => Ok(at),
            None => Err(self.fail(Code::Missing, 0, 0)),
        }
    }

    fn consume(&mut self, at: u32) {
        if let Some(level) = self.levels.last_mut() {
            level.consume(self.tree, at);
        }
        self.count = self.count.saturating_add(1);
    }

    fn open(&mut self, at: u32) -> Result<()> {
        self.consume(at);
        let base = self.levels.last().map_or(usize::MAX, Level::end);
        let level = Level::open(self.tree, at, base);
        match self.levels.push(level) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.fail(Code::TooDeep, MAX_DEPTH, MAX_DEPTH)),
        }
    }

    /// Checks that a count of elements in the tree fits the room for them.
    fn check_count(&mut self, extent: Extent, room: usize, count: usize) -> Result<()> {
        match extent {
            Extent::Fixed if count != room && room != OPEN => {
                Err(self.fail(Code::BadValue, room, count))
            }
            Extent::Variable if count > room => Err(self.fail(Code::TooMany, room, count)),
            _ => Ok(()),
        }
    }

    /// Checks that nothing critical of the innermost scope is unread.
    fn check_read(&mut self) -> Result<()> {
        let left = self.levels.last().and_then(|level| level.unread_critical(self.tree));
        let Some(at) = left else { return Ok(()) };
        // Outside of all scopes, it is a device that this program does not have.
        let device = self.levels.len() == 1 && self.tree.node(at).form == Form::Device;
        let code = if device { Code::UnknownDevice } else { Code::Unconsumed };
        self.fail(code, 0, 0);
        self.blamed = left;
        Err(code)
    }

    fn count_skipped(&mut self) {
        let left = self.levels.last().map_or(0, |level| level.count_unread(self.tree));
        self.skipped = self.skipped.saturating_add(left);
    }

    /// Finds the item that a scope is to be opened from, and what opening it tells.
    fn scope(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<(u32, Opened)> {
        let found = match scope {
            Scope::Element => self.find_element(),
            Scope::Device { instance, .. } => self.find(name.bytes(), Some(instance))?,
            _ => self.find(name.bytes(), None)?,
        };
        let Some(at) = found else { return Err(self.fail(Code::Missing, 0, 0)) };
        let opened = self.opened(at, scope)?;
        Ok((at, opened))
    }

    /// The next device that is not read, outside of all devices.
    fn upcoming_device(&mut self) -> Result<Option<u32>> {
        if self.levels.len() > 1 {
            return Err(self.fail(Code::Unbalanced, 0, 0));
        }
        Ok(self.levels.last_mut().and_then(|level| level.upcoming_device(self.tree)))
    }

    fn find_element(&mut self) -> Option<u32> {
        let level = self.levels.last_mut()?;
        level.find_other(self.tree, |node| node.form == Form::Element)
    }

    fn opened(&mut self, at: u32, scope: Scope<'_>) -> Result<Opened> {
        let nothing = Opened::default();
        match (self.tree.value_at(at), scope) {
            (
                Value::Device { versions, oldest_reader, .. },
                Scope::Device { versions: known, .. },
            ) => {
                let version = known.taken_for(versions.current, oldest_reader);
                Ok(Opened { version: Some(version), ..nothing })
            }
            (Value::Struct(None), Scope::Struct(None)) => Ok(nothing),
            (Value::Struct(Some(stored)), Scope::Struct(Some(known)))
                if stored.name == known.name =>
            {
                Ok(Opened { version: Some(stored.versions.current), ..nothing })
            }
            (Value::List { extent: stored }, Scope::List { extent, count: room })
                if stored == extent =>
            {
                let count = self.tree.elements(at);
                self.check_count(extent, room, count)?;
                Ok(Opened { count, ..nothing })
            }
            (Value::Element, Scope::Element) => Ok(nothing),
            (Value::Optional { present }, Scope::Optional { .. }) => {
                Ok(Opened { present, ..nothing })
            }
            _ => Err(self.fail(Code::WrongType, 0, 0)),
        }
    }

    #[cold]
    pub(super) fn fail(&mut self, code: Code, expected: usize, found: usize) -> Code {
        let (expected, found) = (told(expected), told(found));
        self.fault = Fault { offset: self.count, expected, found, cause: 0 };
        self.blamed = None;
        code
    }
}

impl Decoder for TreeDecoder<'_, '_> {
    fn position(&self) -> u64 {
        self.count
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn blamed(&self) -> &[u8] {
        self.blamed.map_or(&[], |at| self.tree.name_at(at))
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind) -> Result<u64> {
        let at = self.seek(name)?;
        let bits = match self.tree.value_at(at) {
            Value::Scalar(from, bits) => widen(from, kind, bits),
            _ => None,
        };
        match bits {
            Some(bits) => {
                self.consume(at);
                Ok(bits)
            }
            None => Err(self.fail(Code::WrongType, 0, 0)),
        }
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        slots: Slots<'_>,
    ) -> Result<usize> {
        let at = self.seek(name)?;
        let (from, count) = match self.tree.value_at(at) {
            Value::Array(from, stored, elements)
                if stored == extent && widen(from, kind, 0).is_some() =>
            {
                (from, from.width().elements_in(elements.len()))
            }
            _ => return Err(self.fail(Code::WrongType, 0, 0)),
        };
        self.check_count(extent, slots.capacity(kind), count)?;
        fill_widened(self.tree.payload_of(&self.tree.node(at)), from, kind, count, slots)?;
        self.consume(at);
        Ok(count)
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, out: &mut [u8]) -> Result<usize> {
        let at = self.seek(name)?;
        let count = match self.tree.value_at(at) {
            Value::Bytes(stored, data) if stored == extent => data.len(),
            _ => return Err(self.fail(Code::WrongType, 0, 0)),
        };
        self.check_count(extent, out.len(), count)?;
        copy(out, self.tree.payload_of(&self.tree.node(at)));
        self.consume(at);
        Ok(count)
    }

    fn text(
        &mut self,
        name: &dyn Name,
        capacity: usize,
        store: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let at = self.seek(name)?;
        let (length, stored) = match self.tree.value_at(at) {
            Value::Text(text) if text.len() <= capacity => (text.len(), store(text)),
            Value::Text(text) => (text.len(), Err(Code::TooMany)),
            _ => (0, Err(Code::WrongType)),
        };
        match stored {
            Ok(()) => {
                self.consume(at);
                Ok(())
            }
            Err(Code::TooMany) => Err(self.fail(Code::TooMany, capacity, length)),
            Err(code) => Err(self.fail(code, 0, 0)),
        }
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        let at = self.seek(name)?;
        if self.tree.node(at).form != Form::Absent {
            return Err(self.fail(Code::WrongType, 0, 0));
        }
        self.consume(at);
        Ok(())
    }

    fn has(&mut self, name: &dyn Name) -> Result<bool> {
        let Some(at) = self.find(name.bytes(), None)? else { return Ok(false) };
        self.tree.arena.flag(at, |flags| *flags |= ASKED);
        Ok(true)
    }

    fn comes_next(&mut self, name: &dyn Name) -> Result<bool> {
        Ok(self.find(name.bytes(), None)?.is_some())
    }

    fn comes_opaque(&mut self, name: &dyn Name) -> Result<bool> {
        let first = self.levels.last().and_then(|level| level.first_unread(self.tree));
        Ok(first.is_some_and(|at| self.is_opaque(at) && self.tree.name_at(at) == name.bytes()))
    }

    fn begin_own(&mut self, name: &dyn Name) -> Result<bool> {
        let at = self.seek(name)?;
        if self.fixed_length(at).is_none() {
            self.opened(at, Scope::Struct(None))?;
            return self.open(at).map(|()| false);
        }
        self.consume(at);
        self.buffer = Some(Run { at, used: 0 });
        Ok(true)
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<Opened> {
        let (at, opened) = self.scope(name, scope)?;
        self.open(at)?;
        Ok(opened)
    }

    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        if let Some(buffer) = self.buffer {
            return self.close_buffer(buffer);
        }
        if self.levels.len() <= 1 {
            return Err(self.fail(Code::Unbalanced, 0, 0));
        }
        self.check_read()?;
        self.count_skipped();
        self.levels.pop();
        Ok(())
    }

    /// The subsections of a scope are its own, whatever their names begin with.
    fn next_subsection(&mut self, _owner: &[u8], name: &mut SubsectionName) -> Result<Option<u32>> {
        if self.buffer.is_some() {
            return Err(self.fail(Code::WrongType, 0, 0));
        }
        let Some(level) = self.levels.last_mut() else { return Ok(None) };
        let found = level.find_other(self.tree, |node| node.form == Form::Subsection);
        let Some(at) = found else { return Ok(None) };
        name.clear();
        // No name of a tree is longer than a name may be.
        let _ = name.extend_from_slice(self.tree.name_at(at));
        let [version, ..] = self.tree.node(at).words;
        self.open(at)?;
        Ok(Some(version))
    }

    fn skip_subsection(&mut self) -> Result<()> {
        let scope = self.levels.last().map(|level| level.scope);
        let known = scope.map(|at| (at, self.tree.node(at)));
        match known {
            Some((at, node)) if marks_of(&node).contains(Marks::ANCILLARY) => {
                self.tree.arena.flag(at, |flags| *flags = *flags & !READ | SKIPPED);
                self.skipped = self.skipped.saturating_add(1);
                self.levels.pop();
                Ok(())
            }
            _ => Err(self.fail(Code::UnknownSubsection, 0, 0)),
        }
    }

    fn raw(&mut self, out: &mut [u8]) -> Result<usize> {
        if let Some(buffer) = self.buffer {
            return Ok(self.take_buffer(buffer, out));
        }
        let Some(level) = self.levels.last_mut() else { return Ok(0) };
        let (mut run, mut done) = (level.raw_run(self.tree), 0usize);
        loop {
            let node = self.tree.node(run.at);
            if node.form != Form::Raw {
                break;
            }
            let rest = self.tree.payload_of(&node).get(run.used..).unwrap_or_default();
            let room = out.get_mut(done..).unwrap_or_default();
            if rest.is_empty() {
                level.consume_raw(self.tree, run.at);
                self.count = self.count.saturating_add(1);
                run = level.next_of_run(self.tree, run);
            } else if room.is_empty() {
                break;
            } else {
                let copied = copy(room, rest);
                done = done.saturating_add(copied);
                run.used = run.used.saturating_add(copied);
            }
        }
        level.run = Some(run);
        Ok(done)
    }

    fn at_raw(&mut self) -> Result<bool> {
        if let Some(buffer) = self.buffer {
            return Ok(self.buffer_left(buffer) > 0);
        }
        Ok(self.levels.last().is_some_and(|level| level.at_raw(self.tree)))
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        if let Some(buffer) = self.buffer {
            return Ok(self.peek_buffer(buffer, ahead, out));
        }
        let Some(level) = self.levels.last_mut() else { return Ok(0) };
        let (mut run, mut ahead, mut done) = (level.raw_run(self.tree), ahead, 0usize);
        loop {
            let node = self.tree.node(run.at);
            let room = out.get_mut(done..).unwrap_or_default();
            if node.form != Form::Raw || room.is_empty() {
                return Ok(done);
            }
            let rest = self.tree.payload_of(&node).get(run.used..).unwrap_or_default();
            let passed = ahead.min(rest.len());
            ahead = ahead.saturating_sub(passed);
            done = done.saturating_add(copy(room, rest.get(passed..).unwrap_or_default()));
            run = level.next_of_run(self.tree, run);
        }
    }

    fn next_device(&mut self) -> Result<Option<DeviceHead<'_>>> {
        let Some(at) = self.upcoming_device()? else { return Ok(None) };
        let node = self.tree.node(at);
        let Value::Device { instance, versions, oldest_reader } = self.tree.value_of(&node) else {
            return Ok(None);
        };
        let (name, marks) = (self.tree.name_of(&node), marks_of(&node));
        Ok(Some(DeviceHead { name, instance, version: versions.current, oldest_reader, marks }))
    }

    fn check_device(&mut self) -> Result<()> {
        let Some(at) = self.upcoming_device()? else { return Err(self.fail(Code::Missing, 0, 0)) };
        self.consume(at);
        Ok(())
    }

    fn skip_device(&mut self) -> Result<()> {
        let Some(at) = self.upcoming_device()? else { return Err(self.fail(Code::Missing, 0, 0)) };
        if !marks_of(&self.tree.node(at)).contains(Marks::ANCILLARY) {
            self.fail(Code::UnknownDevice, 0, 0);
            self.blamed = Some(at);
            return Err(Code::UnknownDevice);
        }
        self.consume(at);
        self.tree.arena.flag(at, |flags| *flags = *flags & !READ | SKIPPED);
        self.skipped = self.skipped.saturating_add(1);
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.check_read()?;
        self.count_skipped();
        self.finished = true;
        Ok(())
    }

    fn expect_end(&mut self) -> Result<()> {
        self.check_read()
    }
}
