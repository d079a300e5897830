//! The rows of several tables in the order in which they apply.

use heapless::Vec;

use super::Row;
use crate::error::{Code, Result};

/// How many tables may be on top of each other. A program has one for all its machines, one for a family of them, and
/// perhaps one of a downstream.
pub const MAX_TABLES: usize = 8;

/// A table of rows, wherever it lies, from the newest machine version to the oldest.
pub trait Table<'a>: Copy {
    /// A row where it lies.
    type Row: Copy;

    /// The row at `index`, or `None` beyond the last.
    fn row(self, index: usize) -> Option<Self::Row>;

    /// What a row says.
    ///
    /// # Errors
    /// [`Code::BadTable`] for one that makes no sense.
    fn read(row: Self::Row) -> Result<Row<'a>>;

    /// The table that this one is on top of.
    ///
    /// # Errors
    /// Those of a host whose table it is.
    fn below(self) -> Result<Option<Self>>;
}

/// The rows that hold for a machine version, in the order in which they apply: what comes later overrides what
/// came before. That is from the newest version to the oldest, and for one version from the lowest table to the top.
pub struct Rows<'a, T: Table<'a>> {
    tables: Vec<Cursor<'a, T>, MAX_TABLES>,
    machine: u32,
}

impl<'a, T: Table<'a>> Rows<'a, T> {
    /// The rows of a table, and of those that it is on top of, for this machine version.
    ///
    /// # Errors
    /// [`Code::TooMany`] for more than [`MAX_TABLES`] tables; [`Code::BadTable`].
    pub fn new(table: T, machine: u32) -> Result<Self> {
        let mut tables = Vec::new();
        let mut next = Some(table);
        while let Some(table) = next {
            tables.push(Cursor::new(table)?).map_err(|_| Code::TooMany)?;
            next = table.below()?;
        }
        Ok(Rows { tables, machine })
    }

    /// The next row, where it lies and what it says.
    ///
    /// # Errors
    /// [`Code::BadTable`] for a row that makes no sense, or stands below one for an older machine version.
    pub fn step(&mut self) -> Result<Option<(T::Row, Row<'a>)>> {
        // The last one of those with the newest row: below a table stands the next.
        let newest = self.tables.iter_mut().max_by_key(|cursor| cursor.until());
        let Some(cursor) = newest else { return Ok(None) };
        match cursor.head {
            Some((_, row)) if row.until >= self.machine => cursor.advance(),
            _ => Ok(None),
        }
    }
}

impl<'a, T: Table<'a>> Iterator for Rows<'a, T> {
    type Item = Result<Row<'a>>;

    fn next(&mut self) -> Option<Result<Row<'a>>> {
        match self.step() {
            Ok(found) => found.map(|(_, row)| Ok(row)),
            Err(code) => {
                self.tables.clear();
                Some(Err(code))
            }
        }
    }
}

/// How far a table was read.
struct Cursor<'a, T: Table<'a>> {
    table: T,
    index: usize,
    head: Option<(T::Row, Row<'a>)>,
}

impl<'a, T: Table<'a>> Cursor<'a, T> {
    fn new(table: T) -> Result<Self> {
        let mut cursor = Cursor { table, index: 0, head: None };
        cursor.advance()?;
        Ok(cursor)
    }

    fn until(&self) -> Option<u32> {
        self.head.map(|(_, row)| row.until)
    }

    /// Gives the row that the table stands at, and goes to the next.
    fn advance(&mut self) -> Result<Option<(T::Row, Row<'a>)>> {
        let next = match self.table.row(self.index) {
            Some(place) => Some((place, T::read(place)?)),
            None => None,
        };
        if let (Some(now), Some((_, next))) = (self.until(), next) {
            if next.until > now {
                return Err(Code::BadTable);
            }
        }
        self.index = self.index.saturating_add(1);
        Ok(core::mem::replace(&mut self.head, next))
    }
}
