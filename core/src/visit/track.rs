//! Where a visit is: the open scopes, the version, and the first error.

use super::{Name, Scope, ScopeKind, NEWEST};
use crate::error::{put_number, Code, Fault, Path, Put, Report, Result, MAX_DEPTH};
use crate::io::{copy, told};

/// Bytes for the names of the open scopes, all together. A scope whose name does not fit shows as
/// `...` in a path.
const NAMES: usize = 96;

/// The state of a visit that belongs to no wire. Of fixed size; knows no device memory.
#[derive(Debug)]
pub struct Track {
    frames: heapless::Vec<Frame, MAX_DEPTH>,
    names: [u8; NAMES],
    names_used: usize,
    version: u32,
    /// What the caller's framing said of the device that begins next.
    framed: Option<u32>,
    report: Option<Report>,
}

/// One open scope.
#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: ScopeKind,
    /// Where the scope's name begins in `Track::names`, and how long it is; `None`: did not fit.
    name: Option<(u8, u8)>,
    /// The instance of a device; of a list, how many elements were begun.
    number: u32,
    /// How many elements a list has.
    count: u32,
    /// A list's element is open.
    in_element: bool,
    /// The version to go back to.
    outer_version: u32,
}

impl Frame {
    /// Whether a list had all its elements. An [open](super::OPEN) one may end at any.
    fn may_end(&self) -> bool {
        self.number == self.count || self.count == u32::MAX
    }
}

impl Track {
    /// No scope open, no version told, no error.
    #[must_use]
    #[inline(always)]
    pub const fn new() -> Self {
        Track {
            frames: heapless::Vec::new(),
            names: [0; NAMES],
            names_used: 0,
            version: NEWEST,
            framed: None,
            report: None,
        }
    }

    /// The version of the innermost versioned scope.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// How many scopes are open, elements of lists not counted.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// The first error.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// The first error's code, as the result that every later call returns.
    #[inline]
    pub(super) fn check(&self) -> Result<()> {
        match &self.report {
            None => Ok(()),
            Some(report) => Err(report.code),
        }
    }

    pub(super) fn set_version(&mut self, version: u32) {
        self.version = version;
    }

    /// Notes what the caller's framing says: outside of all scopes.
    pub(super) fn set_framed(&mut self, version: u32) {
        self.version = version;
        self.framed = Some(version);
    }

    /// What the caller's framing said of the device that begins now: it counts for one device.
    pub(super) fn take_framed(&mut self) -> Option<u32> {
        let framed = self.framed.take();
        if framed.is_some() {
            self.version = NEWEST;
        }
        framed
    }

    /// Notes the first error; later ones are not kept.
    #[cold]
    pub(super) fn fail(&mut self, code: Code, fault: Fault, name: &dyn Name) -> Code {
        if let Some(first) = &self.report {
            return first.code;
        }
        let path = self.path(name.bytes());
        self.report = Some(Report { code, fault, path });
        code
    }

    /// Opens a scope, of a list with `count` elements. There is room for it.
    #[inline]
    pub(super) fn open(&mut self, name: &[u8], scope: &Scope<'_>, count: u32) {
        let outer_version = self.version;
        let number = match scope {
            Scope::Device { instance, .. } => *instance,
            Scope::Subsection { version } => {
                self.version = *version;
                0
            }
            _ => 0,
        };
        let name = self.keep_name(name);
        let kind = scope.kind();
        let frame = Frame { kind, name, number, count, in_element: false, outer_version };
        // The visitor saw that there is room.
        let _ = self.frames.push(frame);
    }

    /// Opens the next element of a list; false where there is none.
    #[inline]
    pub(super) fn open_element(&mut self) -> bool {
        match self.frames.last_mut() {
            Some(list) if list.number < list.count && !list.in_element => {
                list.number = list.number.wrapping_add(1);
                list.in_element = true;
                true
            }
            _ => false,
        }
    }

    /// Closes an element; false where none is open.
    #[inline]
    pub(super) fn close_element(&mut self) -> bool {
        match self.frames.last_mut() {
            Some(list) if list.in_element => {
                list.in_element = false;
                true
            }
            _ => false,
        }
    }

    /// Takes the closing of an element back, so that an error of it has its number in the path.
    #[cold]
    pub(super) fn reopen_element(&mut self) {
        if let Some(list) = self.frames.last_mut() {
            list.in_element = true;
        }
    }

    fn keep_name(&mut self, name: &[u8]) -> Option<(u8, u8)> {
        let free = self.names.get_mut(self.names_used..)?;
        let place = free.get_mut(..name.len())?;
        copy(place, name);
        let start = u8::try_from(self.names_used).ok()?;
        let length = u8::try_from(name.len()).ok()?;
        self.names_used = self.names_used.saturating_add(name.len());
        Some((start, length))
    }

    /// Whether the innermost scope is of this kind and may end: a list, when it had all its elements.
    #[inline]
    pub(super) fn may_close(&self, kind: ScopeKind) -> bool {
        match self.frames.last() {
            Some(top) if top.kind == ScopeKind::List => {
                kind == ScopeKind::List && !top.in_element && top.may_end()
            }
            Some(top) => top.kind == kind,
            None => false,
        }
    }

    /// How many elements the innermost list still lacks; `None` for an [open](super::OPEN) one.
    pub(super) fn elements_left(&self) -> Option<usize> {
        let list = self.frames.last().filter(|list| list.count != u32::MAX)?;
        usize::try_from(list.count.saturating_sub(list.number)).ok()
    }

    /// How many elements the innermost scope has, if it is a list, and how many were begun.
    #[cold]
    pub(super) fn elements(&self) -> (usize, usize) {
        match self.frames.last() {
            Some(list) if list.kind == ScopeKind::List => (
                usize::try_from(list.count).unwrap_or(usize::MAX),
                usize::try_from(list.number).unwrap_or(usize::MAX),
            ),
            _ => (0, 0),
        }
    }

    /// Closes the innermost scope, as [`may_close`](Track::may_close) allowed.
    #[inline]
    pub(super) fn close(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.version = frame.outer_version;
            if let Some((start, _)) = frame.name {
                self.names_used = usize::from(start);
            }
        }
    }

    /// The path of an item `name` in the innermost scope.
    fn path(&self, name: &[u8]) -> Path {
        Path::build(&mut |put| {
            let mut begun = false;
            for frame in &self.frames {
                begun |= self.segment(frame, begun, put);
            }
            if begun && !name.is_empty() {
                put(b".");
            }
            put(name);
        })
    }

    /// Puts the part of one scope, after a dot if something stands before it; says whether there was
    /// anything to put.
    fn segment(&self, frame: &Frame, dotted: bool, put: Put<'_>) -> bool {
        let name = match frame.name {
            None => Some(&b"..."[..]),
            Some((start, length)) => {
                let start = usize::from(start);
                self.names.get(start..start.saturating_add(usize::from(length)))
            }
        };
        let name = name.unwrap_or_default();
        if dotted && !name.is_empty() {
            put(b".");
        }
        put(name);
        if frame.kind == ScopeKind::Device {
            put(b"/");
            put_number(u64::from(frame.number), put);
        } else if frame.in_element {
            put(b"[");
            put_number(u64::from(frame.number.wrapping_sub(1)), put);
            put(b"]");
        }
        !name.is_empty() || frame.kind == ScopeKind::Device || frame.in_element
    }

    /// The fault of an error that the visitor found by itself.
    pub(super) fn fault(offset: u64, expected: usize, found: usize) -> Fault {
        Fault { offset, expected: told(expected), found: told(found), cause: 0 }
    }
}

impl Default for Track {
    fn default() -> Self {
        Track::new()
    }
}
