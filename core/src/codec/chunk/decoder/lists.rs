//! The elements of lists: runs, and the alternatives that they name (`docs/format.md`, section 6).

use super::walker::{Elements, Walker};
use crate::codec::chunk::nesting::Nesting;
use crate::codec::chunk::shape::What;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};

impl<S: Store> Walker<S> {
    /// Opens the next element of the innermost list, which lacks some.
    pub(super) fn begin_element(&mut self) -> Result<()> {
        let Some(mut elements) = self.frames.last().map(|frame| frame.elements) else {
            return Err(self.misfit());
        };
        if elements.run == 0 {
            self.begin_run(&mut elements)?;
        }
        elements.run = elements.run.wrapping_sub(1);
        elements.left = elements.left.wrapping_sub(1);
        elements.inside = true;
        // The operation that begins an element is one byte.
        self.at.shape = elements.alternative.saturating_add(1);
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
        let mut nesting = Nesting::inside(self.open_scopes(), true);
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

    /// Closes an element, whose end was passed. If it began in an earlier fragment, alternatives follow.
    pub(super) fn end_element(&mut self) -> Result<()> {
        let Some(mut elements) = self.frames.last().map(|frame| frame.elements) else {
            return Err(self.misfit());
        };
        elements.inside = false;
        if elements.home != self.at.fragment.number {
            if elements.run != 0 {
                return Err(self.misfit());
            }
            self.renew(&mut elements);
        }
        self.set_elements(elements);
        Ok(())
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
