//! Facts and tables for people.

use std::io::{self, Write};

/// Prints a fact; without a name it goes on with the one before.
pub(crate) fn fact(to: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(to, "{name:14} {value}")
}

/// A number of things.
pub(crate) fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}

/// Prints a table; nothing, if it has no lines.
pub(crate) fn table(to: &mut dyn Write, head: &[&str], lines: Vec<Vec<String>>) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let head = head.iter().map(|&word| word.to_owned()).collect();
    let lines: Vec<_> = std::iter::once(head).chain(lines).collect();
    aligned(&lines).iter().try_for_each(|line| writeln!(to, "  {line}"))
}

/// The lines of a table, its head first. Columns of numbers stand at the right; a column without anything but
/// zeros is left out.
pub(super) fn aligned(lines: &[Vec<String>]) -> Vec<String> {
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    let columns: Vec<Column> = (0..count).filter_map(|number| Column::of(lines, number)).collect();
    let line = |line: &Vec<String>| {
        let cells = columns.iter().map(|column| column.cell(line));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect()
}

struct Column {
    number: usize,
    width: usize,
    right: bool,
}

impl Column {
    /// A column, if it tells something.
    fn of(lines: &[Vec<String>], number: usize) -> Option<Self> {
        let cells = || lines.iter().skip(1).filter_map(|line| line.get(number));
        let told = cells().any(|cell| !matches!(cell.as_str(), "" | "0"));
        let numeric = |cell: &String| cell.bytes().next().is_none_or(|byte| byte.is_ascii_digit());
        told.then(|| Column {
            number,
            width: lines.iter().filter_map(|line| line.get(number)).map(width).max().unwrap_or(0),
            right: number > 0 && cells().all(numeric),
        })
    }

    fn cell(&self, line: &[String]) -> String {
        let cell = line.get(self.number).map(String::as_str).unwrap_or_default();
        let width = self.width;
        match self.right {
            true => format!("{cell:>width$}"),
            false => format!("{cell:width$}"),
        }
    }
}

#[allow(clippy::ptr_arg, reason = "it is given to iterators of strings")]
fn width(text: &String) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_needed_and_empty_ones_are_left_out() {
        let line = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect();
        let lines = [
            line(&["name", "n", "nothing", "why"]),
            line(&["a", "5", "0", ""]),
            line(&["long name", "1234", "0", "because"]),
        ];
        assert_eq!(
            aligned(&lines),
            ["name          n  why", "a             5", "long name  1234  because"]
        );
    }
}
