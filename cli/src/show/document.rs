//! JSON as text that a terminal may be shown.

use std::fmt::{self, Display, Formatter, Write};

use serde_json::Value;

/// A value of JSON as text, with `{:#}` in lines. In strings JSON must escape what is below U+0020; here that is done for the
/// other characters that a terminal obeys as well, since names come from streams.
pub(crate) struct Document<'v>(pub(crate) &'v Value);

impl Display for Document<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            write!(Escaping(f), "{:#}", self.0)
        } else {
            write!(Escaping(f), "{}", self.0)
        }
    }
}

/// Passes JSON on. Such characters are in its strings alone.
struct Escaping<'f, 'b>(&'f mut Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split_inclusive(is_obeyed).try_for_each(|part| {
            let plain = part.trim_end_matches(is_obeyed);
            self.0.write_str(plain)?;
            let obeyed = part.chars().next_back().filter(|last| is_obeyed(*last));
            obeyed.map_or(Ok(()), |last| write!(self.0, "\\u{:04x}", u32::from(last)))
        })
    }
}

/// Whether this is a control character of those that JSON lets stand: DEL, and U+0080 to U+009F.
fn is_obeyed(letter: char) -> bool {
    matches!(letter, '\u{7f}'..='\u{9f}')
}
