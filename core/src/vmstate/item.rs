//! One element: a value, bytes, an object, or what only the device knows.

use super::field::Elements;
use super::level::Object;
use super::name::ItemName;
use super::value::scalar;
use super::walk::{Here, Walk};
use super::{Host, Memory, PlaceOf, Table, What};
use crate::error::{Code, Result};
use crate::visit::ScopeKind;

/// The byte before an element that loading makes memory for.
const NO_ELEMENT: u8 = 0x30;
const ELEMENT: u8 = 0x31;

impl<H: Host> Walk<'_, H> {
    /// The element at `index`, which lies at `place`; `None` for a null pointer.
    pub(super) fn item(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        place: Option<PlaceOf<H>>,
        elements: Elements<PlaceOf<H>>,
        index: usize,
    ) -> Result<()> {
        let done = match here.field.each_allocated {
            true => self.marked(here, name, place, elements, index),
            false => self.form_of(here, name, place, elements.size),
        };
        self.noted(done, &name.lazy())
    }

    fn form_of(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        place: Option<PlaceOf<H>>,
        size: usize,
    ) -> Result<()> {
        if place.is_none() && here.field.pointers {
            return self.visit(|v| v.null(&name.lazy()));
        }
        match (here.field.what, place) {
            (What::Buffer, _) => self.bytes(name, place, size),
            (What::Bitmap, _) => self.bitmap(name, place, size),
            (What::Unused, _) => self.unused(name, size),
            (What::Null, _) => self.visit(|v| v.null(&name.lazy())),
            (What::Custom, _) => self.custom(here, name, place, size),
            (_, None) => Err(Code::NullPointer),
            (What::Scalar(kind), Some(place)) => {
                let name = name.lazy();
                self.host.with(|v, memory| scalar(v, memory, &name, kind, place))
            }
            (What::Equal(_) | What::AtMost | What::Timer, Some(place)) => {
                self.value(here, name, place)
            }
            (What::Struct(_) | What::Versioned(..), Some(place)) => self.object(here, name, place),
            (What::Temporary(_), Some(place)) => self.temporary(here, name, place, size),
            (What::List(form, list), Some(place)) => self.linked(name, form, list, place, size),
            (What::Tree(tree), Some(place)) => self.tree(here, name, tree, place, size),
        }
    }

    /// An object that another table describes. An element of a list needs no scope beside that.
    fn object(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        place: PlaceOf<H>,
    ) -> Result<()> {
        let described = here.inner.ok_or(Code::BadTable)?;
        let version = match here.field.what {
            What::Versioned(_, version) => version,
            What::Temporary(_) if self.state.loading => here.field.since,
            _ => described.table.head().version,
        };
        let object = Object { described, place, version, strict: false, by: None };
        match name {
            ItemName::Element => self.alone(object),
            ItemName::Field(..) => self.structure(&name.lazy(), object),
        }
    }

    /// An object in memory that is there only for the visit.
    fn temporary(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        parent: PlaceOf<H>,
        size: usize,
    ) -> Result<()> {
        if size < H::Memory::POINTER {
            return Err(Code::BadTable);
        }
        let (scratch, mark) = (self.allocate(name, size)?, self.fresh.mark());
        let done = match self.host.memory().point(scratch, Some(parent)) {
            Ok(()) => self.fresh(|walk| walk.object(here, name, scratch)),
            Err(code) => Err(code),
        };
        self.fresh.forget(mark);
        self.release(scratch, size);
        done
    }

    fn custom(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        place: Option<PlaceOf<H>>,
        size: usize,
    ) -> Result<()> {
        let done = match self.visit(|v| v.begin_own(&name.lazy()))? {
            true => self.host.custom_bytes(here.table(), here.index, place, size),
            false => self.host.custom(here.table(), here.index, place, size),
        };
        self.settle(done, !self.state.loading)?;
        self.visit(|v| v.end(ScopeKind::Struct))
    }

    /// An element behind a byte that says whether it is there. Loading makes memory for one that is.
    fn marked(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        place: Option<PlaceOf<H>>,
        elements: Elements<PlaceOf<H>>,
        index: usize,
    ) -> Result<()> {
        let mut mark = if place.is_some() { ELEMENT } else { NO_ELEMENT };
        self.visit(|v| v.visit("marker", &mut mark))?;
        let slot = self.slot(elements, index)?;
        match (mark, place) {
            (ELEMENT, Some(place)) => self.form_of(here, name, Some(place), elements.size),
            (ELEMENT, None) => {
                let made = self.allocate(name, elements.size)?;
                self.host.memory().point(slot, Some(made))?;
                self.fresh.block(slot, made, elements.size);
                self.form_of(here, name, Some(made), elements.size)
            }
            (NO_ELEMENT, Some(_)) if self.state.loading => self.host.memory().point(slot, None),
            (NO_ELEMENT, _) => Ok(()),
            (mark, _) => {
                self.fail(Code::BadValue, usize::from(ELEMENT), u64::from(mark), ItemName::Element)
            }
        }
    }
}

impl<H: Host> Walk<'_, H> {
    /// Makes memory for an element of a list or tree, and gives it back with what is in it if `visit` fails.
    pub(super) fn made(
        &mut self,
        size: usize,
        visit: impl FnOnce(&mut Self, PlaceOf<H>) -> Result<()>,
    ) -> Result<PlaceOf<H>> {
        let place = self.allocate(ItemName::Element, size)?;
        match self.fresh(|walk| visit(walk, place)) {
            Ok(()) => Ok(place),
            Err(code) => {
                self.release(place, size);
                Err(code)
            }
        }
    }
}
