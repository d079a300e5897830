//! Printers of a state: encoders that keep no bytes, and write text for people or JSON for programs.
//!
//! A [`Printer`] knows the open scopes, what the filter lets through and what is secret; a [`Form`] writes it
//! down. Whoever gives it the items of a stream tells at [`Places`] where they lie, if that is known.

mod document;
mod elements;
mod filter;
mod form;
mod heads;
mod json;
pub(crate) mod opened;
mod out;
mod pending;
mod places;
mod printer;
mod rows;
mod table;
mod text;
pub(crate) mod values;
mod words;

pub(crate) use document::Document;
pub use filter::Filter;
pub use form::{Fact, Form, Line, Problem};
pub use json::Json;
pub use out::Out;
pub use places::Places;
pub use printer::Printer;
pub use rows::Paint;
pub(crate) use table::{counted, fact, table};
pub use text::Text;
pub(crate) use words::{short, sized};

use std::io::{self, Write};

use migcore::visit::Encoder;

/// A printer, whatever its form.
pub trait Show: Encoder {
    /// Begins a document: what is known of all of it, and what its items are called.
    fn begin_document(&mut self, facts: &[(&str, Fact<'_>)], items: &str);

    /// Ends the document, whatever is open, with more facts, and with what stopped the reading before the end of
    /// the stream.
    ///
    /// # Errors
    /// The first failure of the writer.
    fn end_document(
        &mut self,
        facts: &[(&str, Fact<'_>)],
        problem: Option<&Problem<'_>>,
    ) -> io::Result<()>;

    /// A remark at this place: what it is, and its facts.
    fn note(&mut self, what: &str, facts: &[(&str, Fact<'_>)]);

    /// Begins a group of items that is no scope of a state, such as a section of QEMU.
    fn begin_group(&mut self, what: &str, facts: &[(&str, Fact<'_>)]);

    /// Ends the innermost group, with all scopes that are open in it.
    fn end_group(&mut self);

    /// What a reader of text could do, told at the end; a program is not told.
    fn hint(&mut self, text: &str);

    /// The failure of the writer, where an item was refused with
    /// [`WriteFailed`](migcore::Code::WriteFailed).
    fn take_failure(&mut self) -> Option<io::Error>;
}

/// What a command may choose.
#[derive(Debug, Default)]
pub struct Choice {
    /// One JSON document instead of text.
    pub json: bool,
    /// Whether text is coloured.
    pub coloured: bool,
    /// What is shown.
    pub filter: Filter,
    /// Whether opaque fields are opened where their inside is known.
    pub open: bool,
}

/// A printer to `to`.
pub fn printer<'p>(to: impl Write + 'p, choice: Choice, places: &'p Places) -> Box<dyn Show + 'p> {
    let out = Out::new(to);
    let Choice { json, coloured, filter, open } = choice;
    match json {
        true => Box::new(Printer::new(Json::new(out), filter, places).opening(open)),
        false => {
            let text = Text::new(out, Paint::new(coloured));
            Box::new(Printer::new(text, filter, places).opening(open))
        }
    }
}
