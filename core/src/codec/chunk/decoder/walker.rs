//! Walks the items of a device in the order of the stream, whoever asks for them: operations and values,
//! from fragment to fragment, with the scopes that are open.

use super::seek::Seek;
use super::step::Begin;
use crate::codec::chunk::shape::Operation;
use crate::codec::chunk::store::{Fragment, Store};
use crate::error::{Code, Fault, Result, MAX_DEPTH};
use crate::io::{told, Width};
use crate::visit::{Ahead, Described, Form, Kind, Marks, ScopeKind};

/// So many bytes that are looked at one by one are as much work as an operation, as a power of two.
const LOOKED_AT: u32 = 6;

/// Where a reader is: what comes next of the shape and of the values of a fragment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) shape: usize,
    pub(super) values: usize,
    pub(super) fragment: Fragment,
}

impl Place {
    fn at(fragment: Fragment) -> Self {
        Place { shape: fragment.shape, values: fragment.values, fragment }
    }
}

/// An open scope; that of a list is also that of its elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) kind: ScopeKind,
    pub(super) marks: Marks,
    pub(super) elements: Elements,
    pub(super) seek: Seek,
}

/// How far a list is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Elements {
    /// How many elements are still to come.
    pub(super) left: u32,
    /// How many of those are of the present run.
    pub(super) run: u32,
    /// An element is open.
    pub(super) inside: bool,
    /// The number of the fragment that what follows is about.
    pub(super) home: u32,
    /// Where in the memory the alternatives begin.
    pub(super) alternatives: usize,
    /// Where the present one begins, and its number.
    pub(super) alternative: usize,
    pub(super) number: u16,
}

/// What the beginning of a scope told beside its operation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entered {
    pub(super) count: u32,
    pub(super) present: bool,
    pub(super) instance: u32,
}

/// A store, and a place in it.
#[derive(Debug)]
pub(super) struct Walker<S> {
    pub(super) store: S,
    pub(super) at: Place,
    /// The device and the scopes in it.
    pub(super) frames: heapless::Vec<Frame, MAX_DEPTH>,
    /// How many places somebody means to go back to.
    pub(super) pins: u32,
    /// How much may still be walked: see [`Limits::work`](crate::codec::chunk::Limits::work).
    pub(super) work: u64,
    /// Nobody looks at the texts and bools of what is passed over.
    pub(super) glancing: bool,
    pub(super) fault: Fault,
}

impl<S: Store> Walker<S> {
    #[inline(always)]
    pub(super) fn new(store: S) -> Self {
        let work = store.limits().work;
        let (at, frames) = (Place::default(), heapless::Vec::new());
        Walker { store, at, frames, pins: 0, work, glancing: false, fault: Fault::default() }
    }

    /// Begins with the first fragment of a device.
    pub(super) fn enter_device(&mut self, fragment: Fragment, marks: Marks) -> Result<()> {
        self.at = Place::at(fragment);
        self.push(ScopeKind::Device, marks, 0)
    }

    /// Notes a failure at a position of the memory, and passes its code on.
    #[cold]
    pub(super) fn refuse(
        &mut self,
        code: Code,
        position: usize,
        expected: u64,
        found: u64,
    ) -> Code {
        let offset = self.store.offset(position);
        self.fault = Fault { offset, expected, found, cause: 0 };
        code
    }

    /// Shape and values do not fit each other here.
    #[cold]
    pub(super) fn misfit(&mut self) -> Code {
        self.refuse(Code::BadShape, self.at.shape, 0, 0)
    }

    /// Counts an operation that is walked.
    #[inline]
    pub(super) fn count(&mut self) -> Result<()> {
        self.spend(1)
    }

    /// Counts bytes that are passed over and looked at one by one.
    pub(super) fn count_bytes(&mut self, start: usize, end: usize) -> Result<()> {
        self.spend(told(end.saturating_sub(start)) >> LOOKED_AT)
    }

    #[inline]
    fn spend(&mut self, work: u64) -> Result<()> {
        match self.work.checked_sub(work) {
            Some(work) => {
                self.work = work;
                Ok(())
            }
            None => Err(self.refuse(Code::TooMuchWork, self.at.values, 0, 0)),
        }
    }

    /// Goes on to the next fragment of the device.
    #[cold]
    pub(super) fn cross(&mut self) -> Result<()> {
        if self.at.fragment.last {
            return Err(self.misfit());
        }
        if self.pins > 0 && !self.store.can_return() {
            return Err(self.refuse(Code::NeedsIndex, self.at.values, 0, 0));
        }
        match self.store.following(&self.at.fragment, &mut self.work) {
            Ok(fragment) => {
                self.at = Place::at(fragment);
                Ok(())
            }
            Err(code) => {
                self.fault = self.store.fault();
                Err(code)
            }
        }
    }

    /// Goes on to where the next operation is, if the device has one more. A fragment whose shape is used
    /// up is done with: so must be its values.
    #[inline]
    pub(super) fn arrive(&mut self) -> Result<()> {
        while self.at.shape == self.at.fragment.shape_end {
            if self.at.values != self.at.fragment.values_end {
                return Err(self.misfit());
            }
            if self.at.fragment.last {
                return Ok(());
            }
            self.cross()?;
        }
        Ok(())
    }

    /// The operation here; `None` at the end of the device. Behind [`arrive`](Walker::arrive).
    #[inline]
    pub(super) fn operation(&self) -> Result<Option<Operation<'_>>> {
        self.operation_at(self.at.shape)
    }

    /// The first byte of the operation here, which tells all of those that have no name; `None` at the
    /// end of the device.
    #[inline]
    pub(super) fn head(&self) -> Option<u8> {
        self.shape().first().copied()
    }

    /// What is left of the shape of the fragment.
    #[inline]
    pub(super) fn shape(&self) -> &[u8] {
        self.store.memory().get(self.at.shape..self.at.fragment.shape_end).unwrap_or_default()
    }

    pub(super) fn operation_at(&self, position: usize) -> Result<Option<Operation<'_>>> {
        let rest = self.store.memory().get(position..self.at.fragment.shape_end);
        Operation::parse(rest.unwrap_or_default())
    }

    /// Passes an operation of this length.
    #[inline]
    pub(super) fn pass(&mut self, length: usize) {
        self.at.shape = self.at.shape.saturating_add(length);
    }

    /// What is left of the values of the fragment.
    #[inline]
    pub(super) fn values(&self) -> &[u8] {
        self.store.memory().get(self.at.values..self.at.fragment.values_end).unwrap_or_default()
    }

    /// What is left of both, and where they begin.
    pub(super) fn ahead(&mut self) -> Option<Ahead<'_>> {
        let (memory, Place { shape: place, values: at, fragment }) =
            (self.store.memory(), &mut self.at);
        let shape = memory.get(*place..fragment.shape_end)?;
        let values = memory.get(*at..fragment.values_end)?;
        let form = Form::Described(Described { shape, place });
        Some(Ahead { values, at, swap: self.store.kernels(), form })
    }

    /// Takes a value.
    #[inline]
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.values().first_chunk::<N>().copied() {
            Some(value) => {
                self.at.values = self.at.values.saturating_add(N);
                Ok(value)
            }
            None => Err(self.misfit()),
        }
    }

    /// Takes a scalar as bits. A bool must be 0 or 1.
    pub(super) fn take_bits(&mut self, kind: Kind) -> Result<u64> {
        let start = self.at.values;
        let bits = match kind.width() {
            Width::One => u64::from(u8::from_be_bytes(self.take()?)),
            Width::Two => u64::from(u16::from_be_bytes(self.take()?)),
            Width::Four => u64::from(u32::from_be_bytes(self.take()?)),
            Width::Eight => u64::from_be_bytes(self.take()?),
        };
        if kind == Kind::Bool && bits > 1 {
            return Err(self.refuse(Code::BadValue, start, 1, bits));
        }
        Ok(bits)
    }

    /// Takes a count.
    pub(super) fn take_count(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.take()?))
    }

    /// Takes that many bytes, which lie in one fragment, and says where.
    pub(super) fn take_whole(&mut self, length: u32) -> Result<usize> {
        let start = self.at.values;
        match usize::try_from(length) {
            Ok(length) if length <= self.values().len() => {
                self.at.values = start.saturating_add(length);
                Ok(start)
            }
            _ => Err(self.misfit()),
        }
    }

    /// Takes a string, and says where it is.
    pub(super) fn take_text(&mut self) -> Result<(usize, usize)> {
        let (start, end) = self.take_counted()?;
        self.check_text(start, end)?;
        Ok((start, end))
    }

    /// Takes bytes whose number stands before them, in one fragment, and says where they are.
    pub(super) fn take_counted(&mut self) -> Result<(usize, usize)> {
        let length = self.take_count()?;
        let start = self.take_whole(length)?;
        Ok((start, self.at.values))
    }

    /// Checks that bytes are UTF-8 without a NUL.
    pub(super) fn check_text(&mut self, start: usize, end: usize) -> Result<()> {
        let text = self.store.memory().get(start..end).unwrap_or_default();
        match core::str::from_utf8(text) {
            Ok(_) if !text.contains(&0) => Ok(()),
            _ => Err(self.refuse(Code::BadText, start, 0, 0)),
        }
    }

    /// Takes what there is in one piece of the next `wanted` bytes of an array or buffer, which are more
    /// than none, and says where it begins and ends. A fragment may end between two elements.
    pub(super) fn take_piece(&mut self, wanted: u64, width: Width) -> Result<(usize, usize)> {
        loop {
            let cut = told(self.values().len()) < wanted;
            if cut && (self.at.shape != self.at.fragment.shape_end || self.at.fragment.last) {
                return Err(self.misfit());
            }
            if self.at.values != self.at.fragment.values_end {
                break;
            }
            self.cross()?;
        }
        let here = self.values().len();
        let length = usize::try_from(wanted).map_or(here, |wanted| wanted.min(here));
        if !width.divides(length) {
            return Err(self.misfit());
        }
        let start = self.at.values;
        self.at.values = start.saturating_add(length);
        Ok((start, self.at.values))
    }

    /// Opens a scope, of a list with `count` elements.
    pub(super) fn push(&mut self, kind: ScopeKind, marks: Marks, count: u32) -> Result<()> {
        let elements = Elements {
            left: count,
            home: self.at.fragment.number,
            alternatives: self.at.shape,
            alternative: self.at.shape,
            ..Elements::default()
        };
        let frame = Frame { kind, marks, elements, seek: Seek::default() };
        match self.frames.push(frame) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.refuse(Code::TooDeep, self.at.shape, 0, 0)),
        }
    }

    /// Opens the scope whose operation was just passed.
    pub(super) fn enter(&mut self, begin: Begin, marks: Marks) -> Result<Entered> {
        let mut entered = Entered { present: true, ..Entered::default() };
        match begin {
            Begin::Plain(_) => {}
            Begin::List(Some(count)) => entered.count = count,
            Begin::List(None) => entered.count = self.take_count()?,
            Begin::Optional => entered.present = self.take_bits(Kind::Bool)? != 0,
            Begin::Device => entered.instance = u32::from_be_bytes(self.take()?),
        }
        self.push(begin.kind(), marks, entered.count)?;
        if !entered.present {
            self.pass_items()?;
        }
        Ok(entered)
    }

    /// Closes the innermost scope, at its end: an element or what is no list.
    pub(super) fn end_scope(&mut self) -> Result<()> {
        self.pass(1);
        match self.frames.last().map(|frame| frame.kind) {
            Some(ScopeKind::List) => self.end_element(),
            // The device itself has no end in its shape.
            Some(_) if self.frames.len() > 1 => {
                self.frames.pop();
                Ok(())
            }
            _ => Err(self.misfit()),
        }
    }

    /// Checks that the device ends here, and closes it.
    pub(super) fn end_device(&mut self) -> Result<()> {
        self.arrive()?;
        if self.operation()?.is_some() || self.frames.len() != 1 {
            return Err(self.misfit());
        }
        self.frames.clear();
        Ok(())
    }
}
