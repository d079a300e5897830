//! A side from a file.

use migcore::codec::vmdesc::Vmdesc;
use migcore::model::Tree;
use migcore::Code;

use super::shape::Side;
use super::{schema, tree};
use crate::failure::{Failure, Result};
use crate::input::{Format, Input};
use crate::qemu::restored::restored;
use crate::qemu::scan::Scanner;
use crate::schema::read::read as read_schema;
use crate::transform::load::{load, Origins, Unloaded};
use crate::transform::native;

/// The memory of a tree at first, and at most.
const MEMORY: usize = 64 << 20;
const MOST_MEMORY: usize = 4 << 30;

/// A side, or what is damaged in its stream.
pub type Read = std::result::Result<Side, Vec<String>>;

/// The side that a stream is.
///
/// # Errors
/// [`Failure`]; also for what is no stream.
pub fn stream(input: &mut Input, vmdesc: Option<&Vmdesc>) -> Result<Read> {
    match input.format()? {
        Format::Qemu => qemu(input, vmdesc),
        Format::Chunks => match restored(input)? {
            Some(Ok(mut stream)) => qemu(&mut stream, vmdesc),
            Some(Err(report)) => Ok(Err(vec![report.to_string()])),
            None => chunks(input),
        },
        Format::Unknown => Err(crate::guess::unknown(input)),
    }
}

/// The side that a stream, or a schema, is.
///
/// # Errors
/// [`Failure`].
pub fn any(input: &mut Input) -> Result<Read> {
    match input.format()? {
        Format::Unknown => {
            let found = read_schema(input.again())?;
            let refused = || {
                let path = input.path().display();
                Failure::Refused(format!("{path}: its arrays have too many elements"))
            };
            schema::side(&found.schema).ok_or_else(refused).map(Ok)
        }
        Format::Qemu | Format::Chunks => stream(input, None),
    }
}

fn qemu(input: &mut Input, vmdesc: Option<&Vmdesc>) -> Result<Read> {
    in_tree(input, |tree| {
        let scanner = Scanner::new(input.again(), vmdesc.cloned());
        let mut scanner = scanner.map_err(Failure::reading(input.path()))?;
        let origins = load(&mut scanner, tree)?;
        if origins.vmdesc.is_none() {
            let what = "no description is in it, so its devices are bytes without names: the description of another \
                        stream of the same machine may be given (--vmdesc for IN; as ONTO in the place of the stream)";
            return Err(Failure::Refused(format!("{}: {what}", input.path().display())).into());
        }
        let damages: Vec<String> = origins.damages.iter().map(ToString::to_string).collect();
        Ok(if damages.is_empty() { Ok(origins) } else { Err(damages) })
    })
}

fn chunks(input: &Input) -> Result<Read> {
    in_tree(input, |tree| {
        let report = native::load(input, tree, false)?;
        Ok(report.map_or_else(|| Ok(Origins::default()), |report| Err(vec![report.to_string()])))
    })
}

/// The side that a tree is which was filled so, in as much memory as it takes.
fn in_tree(
    input: &Input,
    fill: impl Fn(
        &mut Tree<'_>,
    ) -> std::result::Result<std::result::Result<Origins, Vec<String>>, Unloaded>,
) -> Result<Read> {
    let path = input.path();
    let refused = |why: &str| Failure::Refused(format!("{}: {why}", path.display()));
    let mut size = MEMORY;
    loop {
        let mut memory = Vec::new();
        let too_large = || refused(&format!("it takes more than {MOST_MEMORY} bytes of memory"));
        memory.try_reserve_exact(size).map_err(|_| too_large())?;
        memory.resize(size, 0);
        let mut tree = Tree::new(&mut memory).map_err(|code| refused(code.text()))?;
        match fill(&mut tree) {
            Ok(Ok(origins)) => {
                let side = tree::side(&tree, &origins);
                return side.map(Ok).map_err(|code: Code| refused(code.text()));
            }
            Ok(Err(damages)) => return Ok(Err(damages)),
            Err(Unloaded::Failed(failure)) => return Err(failure),
            Err(Unloaded::NoSpace) if size < MOST_MEMORY => size = size.saturating_mul(4),
            Err(Unloaded::NoSpace) => return Err(too_large()),
        }
    }
}
