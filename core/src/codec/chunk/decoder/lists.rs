//! The elements of lists: runs, and the alternatives that they name (`docs/format.md`, section 6).

use super::walker::{Elements, Frame, Walker};
use crate::codec::chunk::nesting::Nesting;
use crate::codec::chunk::shape::What;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};

impl Elements {
    /// Begins an element of the run, and says where its items stand in the shape.
    #[inline]
    fn begin(&mut self) -> usize {
        self.run = self.run.wrapping_sub(1);
        self.left = self.left.wrapping_sub(1);
        self.inside = true;
        // The operation that begins an element is one byte.
        self.alternative.saturating_add(1)
    }
}

impl<S: Store> Walker<S> {
    /// Opens the next element of the present run of the innermost list, if there is one.
    #[inline]
    pub(super) fn go_on_with_run(&mut self) -> bool {
        match self.frames.last_mut() {
            Some(Frame { elements, .. }) if elements.run > 0 && !elements.inside => {
                self.at.shape = elements.begin();
                true
            }
            _ => false,
        }
    }

    /// Opens the next element of the innermost list, which lacks some, and the next run where it must.
    pub(super) fn begin_element(&mut self) -> Result<()> {
        if self.go_on_with_run() {
            return Ok(());
        }
        let Some(mut elements) = self.frames.last().map(|frame| frame.elements) else {
            return Err(self.misfit());
        };
        self.begin_run(&mut elements)?;
        self.at.shape = elements.begin();
        self.set_elements(elements);
        Ok(())
    }

    fn set_elements(&mut self, elements: Elements) {
        if let Some(frame) = self.frames.last_mut() {
            frame.elements = elements;
        }
    }

    /// Reads the head of the next run and finds its alternative.
    fn begin_run(&mut self, elements: &mut Elements) -> Result<()> {
        while self.at.values == self.at.fragment.values_end {
            self.only_alternatives(elements.alternatives)?;
            self.cross()?;
            self.renew(elements);
        }
        let start = self.at.values;
        let number = u16::from_be_bytes(self.take()?);
        let run = self.take_count()?;
        if run == 0 || run > elements.left {
            let (left, found) = (u64::from(elements.left), u64::from(run));
            return Err(self.refuse(Code::BadValue, start, left, found));
        }
        elements.run = run;
        self.find_alternative(elements, number)
    }

    /// The alternatives of a list begin here, in the present fragment.
    fn renew(&mut self, elements: &mut Elements) {
        elements.home = self.at.fragment.number;
        elements.alternatives = self.at.shape;
        elements.alternative = self.at.shape;
        elements.number = 0;
    }

    fn find_alternative(&mut self, elements: &mut Elements, number: u16) -> Result<()> {
        if number < elements.number {
            (elements.alternative, elements.number) = (elements.alternatives, 0);
        }
        self.at.shape = elements.alternative;
        while elements.number < number {
            self.pass_alternative()?;
            elements.number = elements.number.saturating_add(1);
        }
        elements.alternative = self.at.shape;
        match self.operation()?.map(|operation| operation.what) {
            Some(What::Element) => Ok(()),
            _ => Err(self.misfit()),
        }
    }

    /// Passes over the alternative here, which must have its end in this fragment.
    fn pass_alternative(&mut self) -> Result<()> {
        if self.operation()?.is_none_or(|operation| operation.what != What::Element) {
            return Err(self.misfit());
        }
        let mut nesting = Nesting::inside(self.frames.len(), true);
        self.pass_without_values(&mut nesting)?;
        while !nesting.is_closed() {
            self.pass_without_values(&mut nesting)?;
        }
        Ok(())
    }

    /// Checks that nothing but whole alternatives stands from `position` to the end of the shape.
    fn only_alternatives(&mut self, position: usize) -> Result<()> {
        self.at.shape = position;
        while self.at.shape != self.at.fragment.shape_end {
            self.pass_alternative()?;
        }
        Ok(())
    }

    /// Closes an element, whose end was passed.
    #[inline]
    pub(super) fn end_element(&mut self) -> Result<()> {
        let here = self.at.fragment.number;
        match self.frames.last_mut() {
            Some(Frame { elements, .. }) if elements.home == here => {
                elements.inside = false;
                Ok(())
            }
            _ => self.end_cut_element(),
        }
    }

    /// The same for one that began in an earlier fragment: alternatives follow.
    #[cold]
    fn end_cut_element(&mut self) -> Result<()> {
        match self.frames.last().map(|frame| frame.elements) {
            Some(mut elements) if elements.run == 0 => {
                elements.inside = false;
                self.renew(&mut elements);
                self.set_elements(elements);
                Ok(())
            }
            _ => Err(self.misfit()),
        }
    }

    /// Closes a list that had all its elements: passes over what is left of its alternatives.
    pub(super) fn end_list(&mut self) -> Result<()> {
        loop {
            self.arrive()?;
            match self.operation()?.map(|operation| operation.what) {
                Some(What::End) => break,
                _ => self.pass_alternative()?,
            }
        }
        self.pass(1);
        self.frames.pop();
        Ok(())
    }
}
