//! The scopes that a writer has open, and the forms of the elements of its lists.

use super::shapes::Full;
use super::ChunkEncoder;
use crate::codec::chunk::shape::{Draft, ELEMENT, END, RUN};
use crate::error::{Code, Result};
use crate::io::{Kernels, Writer};
use crate::visit::ScopeKind;

/// An open scope inside of a device.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: ScopeKind,
    /// It began in this fragment, whose shape then has its end.
    pub(super) here: bool,
    /// An optional that is not there.
    pub(super) absent: bool,
    pub(super) list: List,
}

/// What is to be known of a list. Places are those in the shape at hand and in the values of this
/// fragment.
#[derive(Debug, Default)]
pub(super) struct List {
    /// An element is open.
    pub(super) open: bool,
    /// The open element began in this fragment.
    pub(super) here: bool,
    /// Where the alternatives stand, and what lies behind those that were used.
    pub(super) alternatives: usize,
    pub(super) behind: usize,
    /// How many alternatives there are up to the last one that a whole element used.
    pub(super) used: u16,
    /// The alternative of the run, and where it stands.
    pub(super) alternative: u16,
    pub(super) form: usize,
    /// Where the run's header is, if one is open, and how many elements it has.
    pub(super) run: Option<usize>,
    pub(super) count: u32,
    /// Where the values of the open element begin.
    pub(super) element: usize,
    /// The list itself was put into the shape, not compared.
    pub(super) inserted: bool,
}

impl List {
    /// Whether the open element has a form that elements before it in the fragment need whole.
    pub(super) fn is_shared(&self) -> bool {
        self.open && self.here && self.alternative < self.used
    }

    /// An element begins, whose values begin at `element`.
    #[inline]
    fn begin(&mut self, element: usize) {
        self.element = element;
        self.open = true;
        self.here = true;
    }

    /// The element ends, whose form ends at `at`.
    #[inline]
    fn end(&mut self, at: usize) {
        self.behind = self.behind.max(at);
        self.used = self.used.max(self.alternative.saturating_add(1));
        self.open = false;
        self.here = false;
    }

    /// The same for one that began in an earlier fragment: alternatives begin here anew.
    fn end_of_cut(&mut self, at: usize, inserted: bool) {
        self.alternatives = at;
        self.behind = at;
        self.inserted = inserted;
        self.open = false;
    }

    /// Forgets what lies in the fragment before.
    pub(super) fn cut(&mut self) {
        let open = self.open;
        *self = List { open, ..List::default() };
    }

    /// Moves the places by what was dropped before them: in the shape and in the values.
    pub(super) fn moved(&mut self, shape: impl Fn(usize) -> usize, value: impl Fn(usize) -> usize) {
        self.alternatives = shape(self.alternatives);
        self.behind = shape(self.behind);
        self.form = shape(self.form);
        self.run = self.run.map(&value);
        self.element = value(self.element);
    }
}

/// How many forms of its elements a list has in one fragment: each element may be compared with all of them.
const MOST_FORMS: u16 = 64;

impl<W: Writer, K: Kernels> ChunkEncoder<'_, W, K> {
    /// Passes an operation of the shape at hand, or changes the shape so that it has it.
    pub(super) fn step(&mut self, draft: &Draft<'_>) -> core::result::Result<(), Full> {
        if !self.shapes.inserting && self.shapes.passes_draft(draft) {
            return Ok(());
        }
        if !self.shapes.inserting {
            return self.learn(draft);
        }
        let before = self.shapes.length();
        self.insert(draft)?;
        self.grown(before);
        Ok(())
    }

    /// The shape may have grown inside of alternatives: those behind them have moved.
    fn grown(&mut self, before: usize) {
        let (gap, more) = (self.shapes.gap(), self.shapes.length().saturating_sub(before));
        for frame in self.frames.iter_mut().filter(|frame| frame.list.behind > gap) {
            frame.list.behind = frame.list.behind.saturating_add(more);
        }
    }

    fn insert(&mut self, draft: &Draft<'_>) -> core::result::Result<(), Full> {
        let ends_here = draft.code == END && self.frames.last().is_some_and(|frame| frame.here);
        match ends_here && self.shapes.passes_end() {
            true => Ok(()),
            false => self.shapes.insert(draft),
        }
    }

    /// The visit leaves the shape at hand: in an element of a list another form is taken or added,
    /// elsewhere another shape.
    #[cold]
    fn learn(&mut self, draft: &Draft<'_>) -> core::result::Result<(), Full> {
        let all_visited = self.shapes.at() == self.shapes.length();
        match self.frames.iter().rposition(|frame| frame.list.open && frame.list.here) {
            Some(index) if !all_visited => self.other_form(index, draft),
            _ => self.other_shape(draft),
        }
    }

    /// How many scopes are open around what a shape at hand may have next, the device among them. One that
    /// was learned anywhere fits into a device's first fragment, as if nothing else were open.
    pub(super) fn open_scopes(&self) -> usize {
        match self.number {
            0 => 1,
            _ => self.frames.len().saturating_add(1),
        }
    }

    fn other_shape(&mut self, draft: &Draft<'_>) -> core::result::Result<(), Full> {
        if self.shapes.switch(draft, self.open_scopes()) {
            return Ok(());
        }
        let ends = |frame: &Frame| {
            usize::from(frame.here).saturating_add(usize::from(frame.list.open && frame.list.here))
        };
        let open = self.frames.iter().map(ends).sum();
        self.shapes.cut_off(open, draft.length().saturating_add(1))?;
        self.shapes.inserting = true;
        self.insert(draft)
    }

    /// Takes or makes the form of an element that begins as the one at hand and goes on with `draft`.
    fn other_form(&mut self, index: usize, draft: &Draft<'_>) -> core::result::Result<(), Full> {
        let Some(Frame { list, .. }) = self.frames.get(index) else { return Err(Full) };
        let (form, mut place, mut number) = (list.form, list.alternatives, 0u16);
        let length = self.shapes.at().saturating_sub(form);
        let begun = self.shapes.visited().get(form..).unwrap_or_default();
        let mut found = None;
        while let Some(behind) = self.shapes.behind_alternative(place) {
            let (start, rest) =
                self.shapes.from(place).split_at_checked(length).unwrap_or_default();
            if start == begun && draft.begins(rest) {
                found = Some(place);
                break;
            }
            number = number.saturating_add(1);
            if number == MOST_FORMS {
                return Err(Full);
            }
            place = behind;
        }
        if found.is_some() {
            self.shapes.go_to(place.saturating_add(length).saturating_add(draft.length()));
        } else {
            let open = self.frames.len().saturating_sub(index).saturating_sub(1);
            let before = self.shapes.length();
            self.shapes.branch(form, place, draft, open)?;
            // What is open lies before the new form, and moves into it only now.
            self.grown(before);
            self.shapes.inserting = true;
        }
        self.take_form(index, place, number, found.is_none());
        Ok(())
    }

    /// The open element of a list has another form than was thought: another run begins with it.
    fn take_form(&mut self, index: usize, place: usize, number: u16, inserted: bool) {
        let Some(Frame { list, .. }) = self.frames.get_mut(index) else { return };
        let form = core::mem::replace(&mut list.form, place);
        list.alternative = number;
        let Some(run) = list.run else { return };
        let more = match list.count {
            0 | 1 => {
                self.values.patch_run(run, number, 1);
                0
            }
            count => {
                let before = count.saturating_sub(1).to_be_bytes();
                self.values.patch(run.saturating_add(2), before);
                self.values.insert_run(list.element, number);
                list.run = Some(list.element);
                list.element = list.element.saturating_add(RUN);
                RUN
            }
        };
        list.count = 1;
        for frame in self.frames.iter_mut().skip(index.saturating_add(1)) {
            let shape = |at: usize| at.saturating_sub(form).saturating_add(place);
            frame.list.moved(shape, |at| at.saturating_add(more));
            frame.list.inserted |= inserted;
        }
    }

    /// An element begins in the list that is the innermost scope. It has no marks of its own.
    #[inline]
    pub(super) fn begin_element(&mut self) -> Result<()> {
        self.refuse_marks()?;
        self.settle_raw();
        match self.go_on_with_run() {
            true => Ok(()),
            false => self.begin_run(),
        }
    }

    /// Begins an element of the run that is open, if there is one.
    #[inline]
    fn go_on_with_run(&mut self) -> bool {
        let Some(Frame { list, .. }) = self.frames.last_mut() else { return false };
        let Some(run) = list.run.filter(|_| self.values.free() >= RUN) else { return false };
        list.count = list.count.wrapping_add(1);
        self.values.patch(run.wrapping_add(2), list.count.to_be_bytes());
        self.shapes.go_to(list.form.wrapping_add(1));
        self.shapes.inserting = false;
        list.begin(self.values.used());
        self.plain = true;
        true
    }

    #[cold]
    fn begin_run(&mut self) -> Result<()> {
        for _ in 0..super::ATTEMPTS {
            let begun = self.values.free() >= RUN
                && (self.go_on_with_run() || self.try_begin_run().is_ok());
            if begun {
                return Ok(());
            }
            self.make_room(1, RUN)?;
        }
        Err(self.no_room(1, RUN))
    }

    fn try_begin_run(&mut self) -> core::result::Result<(), Full> {
        let before = self.shapes.length();
        let Some(Frame { list, .. }) = self.frames.last_mut() else { return Err(Full) };
        list.form = list.alternatives;
        list.alternative = 0;
        let inserting = self.shapes.from(list.form).first() != Some(&ELEMENT);
        if inserting {
            self.shapes.go_to(list.form);
            self.shapes.insert(&Draft::bare(ELEMENT))?;
        }
        let run = self.values.used();
        list.run = Some(run);
        list.count = 1;
        self.values.append(RUN);
        self.values.patch_run(run, 0, 1);
        self.shapes.go_to(list.form.saturating_add(1));
        self.shapes.inserting = inserting;
        list.begin(self.values.used());
        if inserting {
            self.grown(before);
        }
        self.settle();
        Ok(())
    }

    /// The element ends that is open in the list that is the innermost scope.
    #[inline]
    pub(super) fn end_element(&mut self) -> Result<()> {
        self.refuse_marks()?;
        self.settle_raw();
        let here = self.frames.last().is_some_and(|frame| frame.list.here);
        if !(here && self.shapes.passes_end()) {
            self.pass_end_of_element()?;
        }
        let Some(Frame { list, .. }) = self.frames.last_mut() else {
            return Err(self.misplaced());
        };
        let at = self.shapes.at();
        match list.here {
            true => list.end(at),
            false => list.end_of_cut(at, self.shapes.inserting),
        }
        self.shapes.go_to(list.behind);
        // Between elements there are no items.
        self.plain = false;
        Ok(())
    }

    /// The end of an element is not what the shape has next, or the element began in an earlier fragment.
    #[cold]
    fn pass_end_of_element(&mut self) -> Result<()> {
        match !self.shapes.inserting && self.shapes.passes_end() {
            true => Ok(()),
            false => self.operation(&Draft::bare(END), 0),
        }
    }

    /// A scope ends that is neither a device nor an element.
    pub(super) fn end_scope(&mut self) -> Result<()> {
        self.settle_raw();
        self.go_to_end_of_scope();
        let inserting_outside =
            self.shapes.inserting && !self.frames.last().is_some_and(|frame| frame.here);
        if inserting_outside || !self.shapes.passes_end() {
            self.operation(&Draft::bare(END), 0)?;
        }
        let _ = self.frames.pop();
        self.settle();
        Ok(())
    }

    /// Passes over what the shape expects in the scope and does not come.
    fn go_to_end_of_scope(&mut self) {
        let Some(frame) = self.frames.last() else { return };
        if frame.kind == ScopeKind::List {
            self.shapes.inserting = frame.list.inserted;
            let mut at = frame.list.behind;
            while let Some(behind) = self.shapes.behind_alternative(at) {
                at = behind;
            }
            self.shapes.go_to(at);
        } else if frame.absent && !self.shapes.inserting && frame.here {
            self.shapes.skip_to_end();
        }
    }

    /// An item where none may be, or the end of nothing.
    #[cold]
    pub(super) fn misplaced(&mut self) -> Code {
        self.out.raise(Code::Unbalanced, 0, 0)
    }
}
