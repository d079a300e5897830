//! Whether a profile makes sense.

use core::mem::discriminant;

use super::{AtVersion, Row, Rows, Says, Table};
use crate::error::{self, Code, Fault, Path, Report};

type Result<T> = core::result::Result<T, Report>;

/// Checks all rows of a table, and of those that it is on top of. It is for a test of the program: it takes time with
/// the square of their number.
///
/// # Errors
/// [`Code::BadTable`] for a row that makes no sense, has a name that is empty, stands below one for an older machine
/// version, or says for one version of the machine what another of the same table says; [`Code::WrongType`] for a
/// property whose values are of two kinds; [`Code::TooMany`] tables. The path is the device and the property.
pub fn check<'a, T: Table<'a>>(table: T) -> Result<()> {
    let everything = AtVersion::new(table, 0);
    let mut rows = Rows::new(table, 0).map_err(|code| report(code, None))?;
    while let Some((_, row)) = rows.step().map_err(|code| report(code, None))? {
        sensible(everything, &row).map_err(|code| report(code, Some(&row)))?;
    }
    let mut next = Some(table);
    while let Some(table) = next {
        once(table)?;
        next = table.below().map_err(|code| report(code, None))?;
    }
    Ok(())
}

fn sensible<'a, T: Table<'a>>(everything: AtVersion<'a, T>, row: &Row<'a>) -> error::Result<()> {
    let names = match row.says {
        Says::Property { device, name, .. } => !device.is_empty() && !name.is_empty(),
        Says::Blob { device, .. } => !device.is_empty(),
        Says::Wire(_) => true,
    };
    if !names {
        return Err(Code::BadTable);
    }
    let Says::Property { device, name, value, .. } = row.says else { return Ok(()) };
    let last = everything.get(device, name)?;
    match last.is_none_or(|last| discriminant(&last) == discriminant(&value)) {
        true => Ok(()),
        false => Err(Code::WrongType),
    }
}

/// Each row of one table says something else than those before.
fn once<'a, T: Table<'a>>(table: T) -> Result<()> {
    let read = |index| table.row(index).and_then(|place| T::read(place).ok());
    for (index, row) in (0..).map_while(|index| read(index).map(|row| (index, row))) {
        let again = |earlier| read(earlier).is_some_and(|earlier| repeats(&earlier, &row));
        if (0..index).any(again) {
            return Err(report(Code::BadTable, Some(&row)));
        }
    }
    Ok(())
}

/// Whether two rows say something of the same.
fn repeats(one: &Row<'_>, other: &Row<'_>) -> bool {
    let alike = discriminant(&one.says) == discriminant(&other.says);
    alike && one.until == other.until && about(one) == about(other)
}

/// The device and the property.
fn about<'a>(row: &Row<'a>) -> (&'a str, &'a str) {
    match row.says {
        Says::Property { device, name, .. } => (device, name),
        Says::Blob { device, .. } => (device, ""),
        Says::Wire(_) => ("", ""),
    }
}

fn report(code: Code, row: Option<&Row<'_>>) -> Report {
    let (device, property) = row.map(about).unwrap_or_default();
    let path = Path::build(&mut |put| {
        put(device.as_bytes());
        if !property.is_empty() {
            put(b".");
            put(property.as_bytes());
        }
    });
    Report { code, fault: Fault::default(), path }
}
