//! Any two files read as schemas, and checked against each other: what is printed can be read again and is the same,
//! and nothing of it is obeyed by a terminal.

use std::io::Write;
use std::path::Path;

use migcore_cli::input::Input;
use migcore_cli::schema::check::report::{self, Direction};
use migcore_cli::schema::check::{check, Side};
use migcore_cli::schema::document::document;
use migcore_cli::schema::model::Schema;
use migcore_cli::schema::print::print;
use migcore_cli::schema::read::read;

use super::split;

/// Two files: the length of the first, then both.
pub fn run(data: &[u8]) {
    let (old, new) = split(data);
    let (Some(old), Some(new)) = (schema(old), schema(new)) else { return };
    is_read_again(&old);
    is_read_again(&new);
    is_checked(&old, &new);
    is_checked(&new, &old);
    is_checked(&old, &old);
}

fn schema(bytes: &[u8]) -> Option<Schema> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    read(Input::of(file, Path::new("input")).unwrap()).ok().map(|found| found.schema)
}

fn is_read_again(schema: &Schema) {
    let again = self::schema(document(schema).to_string().as_bytes());
    assert_eq!(again.as_ref(), Some(schema));
    let mut text = Vec::new();
    print(schema, &mut text).unwrap();
    is_plain(&text);
}

fn is_checked(old: &Schema, new: &Schema) {
    let (from, to) = (Side { name: "OLD", schema: old }, Side { name: "NEW", schema: new });
    let direction = Direction { from, to, checked: check(from, to) };
    let mut text = Vec::new();
    report::print([from, to], &[direction], &mut text).unwrap();
    is_plain(&text);
}

fn is_plain(text: &[u8]) {
    let text = std::str::from_utf8(text).unwrap();
    assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
}
