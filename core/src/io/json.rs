//! JSON as text: written from its front to its end, and never kept.
//!
//! A [`Json`] writes one value to a [`Text`]: the caller's memory ([`Line`]), or whoever takes bytes. It knows
//! where a comma belongs and which bracket closes; the first thing that cannot be is kept, and nothing is
//! written behind it. Memory that is too small is no fault: what the whole text needs is counted on.
//!
//! ```
//! use migcore::io::json::{Json, Line, Style};
//!
//! let mut memory = [0; 64];
//! let mut json = Json::new(Line::new(&mut memory), Style::Line);
//! json.begin_object(b"");
//! json.string(b"name", b"uart");
//! json.begin_array(b"sizes");
//! json.unsigned(b"", 1);
//! json.unsigned(b"", 4);
//! json.end_array();
//! json.end_object();
//! json.finish().unwrap();
//! assert_eq!(json.text().whole(), Ok(&br#"{"name": "uart", "sizes": [1, 4]}"#[..]));
//! ```

mod escape;
mod line;

pub(crate) use escape::escape;
pub use line::Line;

use crate::error::{put_number, Code, Result};

/// How many objects and arrays may be open in each other. A struct in a description of QEMU's opens three.
pub const MAX_NESTING: u32 = 2 * u64::BITS;

/// Takes a text in pieces, in order.
pub trait Text {
    /// The next piece.
    fn put(&mut self, piece: &[u8]);
}

impl<F: FnMut(&[u8])> Text for F {
    fn put(&mut self, piece: &[u8]) {
        self(piece);
    }
}

/// How the text is spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// One line, a space behind each comma and colon.
    Line,
    /// A line for each value, four spaces before it for each object or array that it lies in.
    Pretty,
}

/// Writes one JSON value.
///
/// Each call has the key of what it writes: empty in arrays and for the outermost value, and nowhere else.
#[derive(Debug)]
pub struct Json<T: ?Sized> {
    /// Which of those that are open are arrays; the innermost is the lowest bit of the second.
    arrays: [u64; 2],
    depth: u32,
    /// Nothing was written yet into the innermost one.
    empty: bool,
    style: Style,
    fault: Result<()>,
    text: T,
}

impl<T: Text> Json<T> {
    /// Begins a text.
    pub const fn new(text: T, style: Style) -> Self {
        Json { arrays: [0; 2], depth: 0, empty: true, style, fault: Ok(()), text }
    }
}

impl<T: Text + ?Sized> Json<T> {
    /// Opens an object.
    pub fn begin_object(&mut self, key: &[u8]) {
        self.begin(key, false);
    }

    /// Closes the object that was opened last.
    pub fn end_object(&mut self) {
        self.end(false);
    }

    /// Opens an array.
    pub fn begin_array(&mut self, key: &[u8]) {
        self.begin(key, true);
    }

    /// Closes the array that was opened last.
    pub fn end_array(&mut self) {
        self.end(true);
    }

    /// A string. What is not printable ASCII is escaped, and bytes that are not UTF-8 are replaced.
    pub fn string(&mut self, key: &[u8], value: &[u8]) {
        if self.item(key) {
            self.quoted(value);
        }
    }

    /// A number that is not negative.
    pub fn unsigned(&mut self, key: &[u8], value: u64) {
        if self.item(key) {
            put_number(value, &mut |digits| self.text.put(digits));
        }
    }

    /// A number.
    pub fn signed(&mut self, key: &[u8], value: i64) {
        if self.item(key) {
            if value < 0 {
                self.text.put(b"-");
            }
            put_number(value.unsigned_abs(), &mut |digits| self.text.put(digits));
        }
    }

    /// A number that was printed by somebody else, such as `1.5`.
    pub fn number(&mut self, key: &[u8], printed: &[u8]) {
        if !is_number(printed) {
            return self.fail(Code::InvalidArgument);
        }
        if self.item(key) {
            self.text.put(printed);
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &[u8], value: bool) {
        if self.item(key) {
            self.text.put(if value { b"true" } else { b"false" });
        }
    }

    /// `null`.
    pub fn null(&mut self, key: &[u8]) {
        if self.item(key) {
            self.text.put(b"null");
        }
    }

    /// Checks that the value was written whole.
    ///
    /// # Errors
    /// [`Code::Unbalanced`] when something is open, was closed as what it is not, or nothing was written;
    /// [`Code::InvalidArgument`] for a key where there is none, or none where there is one, and for what is no
    /// number; [`Code::TooDeep`]. The first of them.
    pub fn finish(&self) -> Result<()> {
        self.fault?;
        match self.depth == 0 && !self.empty {
            true => Ok(()),
            false => Err(Code::Unbalanced),
        }
    }

    /// The first thing that could not be.
    ///
    /// # Errors
    /// As [`finish`](Json::finish), but for what may still come.
    pub fn check(&self) -> Result<()> {
        self.fault
    }

    /// Where the text goes.
    pub fn text(&self) -> &T {
        &self.text
    }

    /// Where the text goes.
    pub fn text_mut(&mut self) -> &mut T {
        &mut self.text
    }

    /// Keeps that something could not be told, unless something else is kept already.
    #[cold]
    pub fn fail(&mut self, code: Code) {
        self.fault = self.fault.and(Err(code));
    }

    fn begin(&mut self, key: &[u8], array: bool) {
        if self.depth >= MAX_NESTING {
            return self.fail(Code::TooDeep);
        }
        if self.item(key) {
            self.text.put(if array { b"[" } else { b"{" });
            let [high, low] = self.arrays;
            self.arrays = [high << 1 | low >> 63, low << 1 | u64::from(array)];
            self.depth = self.depth.saturating_add(1);
            self.empty = true;
        }
    }

    fn end(&mut self, array: bool) {
        if self.depth == 0 || self.in_array() != array {
            return self.fail(Code::Unbalanced);
        }
        if self.fault.is_ok() {
            let [high, low] = self.arrays;
            self.arrays = [high >> 1, low >> 1 | high << 63];
            self.depth = self.depth.saturating_sub(1);
            if !self.empty {
                self.new_line();
            }
            self.text.put(if array { b"]" } else { b"}" });
            self.empty = false;
        }
    }

    /// Writes what stands before a value, unless there was a fault or the value cannot be here.
    fn item(&mut self, key: &[u8]) -> bool {
        let in_object = self.depth != 0 && !self.in_array();
        if key.is_empty() == in_object {
            self.fail(Code::InvalidArgument);
        } else if self.depth == 0 && !self.empty {
            self.fail(Code::Unbalanced);
        }
        if self.fault.is_err() {
            return false;
        }
        self.separate();
        if in_object {
            self.quoted(key);
            self.text.put(b": ");
        }
        true
    }

    fn separate(&mut self) {
        let first = core::mem::replace(&mut self.empty, false);
        match (first, self.style) {
            (true, _) => {}
            (false, Style::Line) => self.text.put(b", "),
            (false, Style::Pretty) => self.text.put(b","),
        }
        if self.depth != 0 {
            self.new_line();
        }
    }

    fn new_line(&mut self) {
        if self.style == Style::Pretty {
            self.text.put(b"\n");
            (0..self.depth).for_each(|_| self.text.put(b"    "));
        }
    }

    fn quoted(&mut self, value: &[u8]) {
        self.text.put(b"\"");
        escape(value, &mut |piece| self.text.put(piece));
        self.text.put(b"\"");
    }

    fn in_array(&self) -> bool {
        let [_, innermost] = self.arrays;
        innermost & 1 == 1
    }
}

/// Whether this is a number as JSON writes it, but for leading zeros.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let mut parts = unsigned.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = (parts.next().unwrap_or_default(), parts.next());
    let exponent = exponent.map(|text| match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    });
    mantissa.splitn(2, |byte| *byte == b'.').all(digits) && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests;
