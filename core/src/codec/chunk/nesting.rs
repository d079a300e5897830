//! Checks a shape when it arrives, whether anything uses it or not (`docs/format.md`, section 6).

use super::shape::{Operation, What};
use crate::error::{Code, Result, MAX_DEPTH};

/// Checks every operation of a shape with its names, and the nesting of those that it opens itself; of what
/// surrounds it, only the device is known here. Says where an error is.
pub(super) fn check_shape(shape: &[u8]) -> core::result::Result<(), (Code, usize)> {
    check_inside(shape, Nesting::in_device())
}

/// Whether operations that keep to the rules may stand inside of so many open scopes, the device among
/// them. For those behind the end of one of these scopes, it counts as open.
pub(super) fn fits(operations: &[u8], outside: usize) -> bool {
    outside == 1 || check_inside(operations, Nesting { outside, ..Nesting::default() }).is_ok()
}

fn check_inside(shape: &[u8], mut nesting: Nesting) -> core::result::Result<(), (Code, usize)> {
    let mut at = 0usize;
    loop {
        let rest = shape.get(at..).unwrap_or_default();
        let Some(operation) = Operation::parse(rest).map_err(|code| (code, at))? else {
            return Ok(());
        };
        nesting.pass(&operation.what).map_err(|code| (code, at))?;
        if operation.has_nul() {
            return Err((Code::BadText, at));
        }
        at = at.saturating_add(operation.length);
    }
}

/// The scopes that a shape opened and did not close, from the innermost: one bit each, set for a list.
#[derive(Clone, Copy, Default)]
pub(super) struct Nesting {
    lists: u64,
    depth: u32,
    /// How many of them are elements, which do not count for the depth.
    elements: u32,
    /// How many scopes are open around them, the device among them.
    outside: usize,
    /// Whether the innermost of those is a list, if that is known.
    in_list: Option<bool>,
}

impl Nesting {
    /// For operations of which is known only that they stand in a device.
    fn in_device() -> Self {
        Nesting { outside: 1, ..Nesting::default() }
    }

    /// For operations that stand in so many open scopes, the device among them, the innermost of which is
    /// a list or none.
    pub(super) fn inside(outside: usize, in_list: bool) -> Self {
        Nesting { outside, in_list: Some(in_list), ..Nesting::default() }
    }

    /// Whether all that was begun is closed.
    pub(super) fn is_closed(&self) -> bool {
        self.depth == 0
    }

    /// Passes the next operation.
    pub(super) fn pass(&mut self, what: &What<'_>) -> Result<()> {
        if *what == What::End {
            self.end();
            return Ok(());
        }
        let element = matches!(what, What::Element);
        if self.stands_in_list().is_some_and(|in_list| in_list != element) {
            return Err(Code::BadShape);
        }
        if self.is_closed() {
            self.in_list = Some(element);
        }
        match what.begins() {
            true => self.begin(element, matches!(what, What::List(..))),
            false => Ok(()),
        }
    }

    fn stands_in_list(&self) -> Option<bool> {
        match self.is_closed() {
            true => self.in_list,
            false => Some(self.lists & 1 != 0),
        }
    }

    fn begin(&mut self, element: bool, list: bool) -> Result<()> {
        self.lists = self.lists << 1 | u64::from(list);
        self.depth = self.depth.saturating_add(1);
        self.elements = self.elements.saturating_add(u32::from(element));
        let scopes = usize::try_from(self.depth.saturating_sub(self.elements));
        match scopes.map(|scopes| scopes.saturating_add(self.outside)) {
            Ok(scopes) if scopes <= MAX_DEPTH => Ok(()),
            _ => Err(Code::TooDeep),
        }
    }

    fn end(&mut self) {
        if self.is_closed() {
            // Of what is around a list is known that it is none.
            self.in_list = self.in_list.filter(|in_list| *in_list).map(|_| false);
            return;
        }
        self.elements = self.elements.saturating_sub(u32::from(self.ends_element()));
        self.lists >>= 1;
        self.depth = self.depth.saturating_sub(1);
    }

    /// Whether the innermost scope is an element: what stands directly in a list.
    fn ends_element(&self) -> bool {
        self.depth > 1 && self.lists & 2 != 0 || self.depth == 1 && self.elements == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::chunk::shape::{DESCRIBED, ELEMENT, END, LIST, STRUCT};

    #[test]
    fn elements_stand_in_lists_and_nothing_else_does() {
        let list = [LIST, 0, 0, 0, 0, 1];
        let whole = [&list[..], &[ELEMENT, 2, 0, END, ELEMENT, END, END, 2, 0]].concat();
        assert_eq!(check_shape(&whole), Ok(()));
        assert_eq!(check_shape(&[&list[..], &[2, 0]].concat()), Err((Code::BadShape, 6)));
        assert_eq!(check_shape(&[STRUCT, 0, ELEMENT]), Err((Code::BadShape, 2)));
        assert_eq!(check_shape(&[ELEMENT, ELEMENT]), Err((Code::BadShape, 1)));
        assert_eq!(check_shape(&[2, 0, END, ELEMENT, STRUCT, 0]), Ok(()));
    }

    #[test]
    fn what_was_open_before_is_a_list_or_none() {
        assert_eq!(check_shape(&[ELEMENT, END, 2, 0]), Err((Code::BadShape, 2)));
        assert_eq!(check_shape(&[2, 0, ELEMENT]), Err((Code::BadShape, 2)));
        assert_eq!(check_shape(&[ELEMENT, END, END, ELEMENT]), Err((Code::BadShape, 3)));
        assert_eq!(check_shape(&[ELEMENT, END, END, 2, 0, END, ELEMENT]), Ok(()));
        assert_eq!(check_shape(&[END, END, ELEMENT, END, ELEMENT]), Ok(()));
    }

    #[test]
    fn no_name_holds_a_zero() {
        let described = |name: u8, description: u8| {
            [&[2, 0, DESCRIBED, 1, name, 1, description][..], &[0, 0, 0, 1, END]].concat()
        };
        assert_eq!(check_shape(&described(b'a', b'b')), Ok(()));
        assert_eq!(check_shape(&described(0, b'b')), Err((Code::BadText, 2)));
        assert_eq!(check_shape(&described(b'a', 0)), Err((Code::BadText, 2)));
        assert_eq!(check_shape(&[2, 3, b'a', 0, b'b']), Err((Code::BadText, 0)));
        // A note may.
        assert_eq!(check_shape(&[2 | 0x40, 1, 0, 1, b'a']), Ok(()));
    }

    #[test]
    fn sixteen_scopes_nest_with_the_device_and_elements_do_not_count() {
        let nested = [LIST, 0, 0, 0, 0, 1, ELEMENT].repeat(MAX_DEPTH - 1);
        assert_eq!(check_shape(&nested), Ok(()));
        let deeper = [&nested[..], &[STRUCT, 0]].concat();
        assert_eq!(check_shape(&deeper), Err((Code::TooDeep, nested.len())));
        let in_list = [&nested[..], &[END, STRUCT, 0]].concat();
        assert_eq!(check_shape(&in_list), Err((Code::BadShape, nested.len() + 1)));
        let in_element = [&nested[..], &[END, END, STRUCT, 0]].concat();
        assert_eq!(check_shape(&in_element), Ok(()));
    }
}
