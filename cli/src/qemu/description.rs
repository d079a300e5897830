//! The description of a stream: JSON text that QEMU puts behind the end.

use std::io;
use std::path::Path;
use std::rc::Rc;

use migcore::codec::vmdesc::Vmdesc;

use crate::failure::{Failure, Result};
use crate::guess;
use crate::input::{told, Format, Input, PIECE};

/// The largest text that is read, and how far before the end of a stream one is looked for. QEMU's are some
/// hundred kilobytes; in memory a text may take ten times its length.
pub(super) const MAX_TEXT: u64 = 16 << 20;

/// How many places are tried. One is enough for a stream that is not made to mislead.
const MAX_TRIES: usize = 16;

/// The mark of the end, the type byte and the length of the text.
pub(super) const HEAD: usize = 6;

/// What a text begins with.
const BEGINNINGS: [&[u8]; 2] = [b"{\"page_size\"", b"{\"configuration\""];

/// A description that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where the mark of the end is that stands before it.
    pub offset: u64,
    /// How long its text says to be.
    pub length: u32,
    /// What it says; where the text is damaged, the devices before the damage.
    pub vmdesc: Rc<Vmdesc>,
    /// What is wrong with the text.
    pub fault: Option<String>,
}

impl Found {
    /// Where its text says to end.
    fn end(&self) -> u64 {
        self.offset.saturating_add(told(HEAD)).saturating_add(u64::from(self.length))
    }
}

/// Looks for the description of a stream, from the end on. A text holds no byte 0, so the last place that
/// looks like the beginning of one is it.
///
/// # Errors
/// Those of the system.
pub fn find(input: &mut Input) -> io::Result<Option<Found>> {
    let lowest = input.length().saturating_sub(MAX_TEXT);
    let (mut end, mut tries) = (input.length(), 0usize);
    while let Some(offset) = place_before(input, lowest, end)? {
        if let Some(found) = read(input, offset)? {
            return Ok(Some(found));
        }
        tries = tries.saturating_add(1);
        if tries == MAX_TRIES {
            return Ok(None);
        }
        end = offset.saturating_add(told(HEAD));
    }
    Ok(None)
}

/// Reads a description from a file of its own, or from the end of another stream.
///
/// # Errors
/// [`Failure::Io`]; [`Failure::Refused`] for what is none.
pub fn from_file(path: &Path) -> Result<Vmdesc> {
    let mut input = Input::open(path)?;
    match input.format()? {
        Format::Qemu => from_stream(&mut input, path),
        Format::Chunks | Format::Unknown => from_text(&mut input, path),
    }
}

fn from_text(input: &mut Input, path: &Path) -> Result<Vmdesc> {
    if input.length() > MAX_TEXT {
        return Err(refused(path, &format!("a description has at most {MAX_TEXT} bytes")));
    }
    let length = usize::try_from(input.length()).unwrap_or(usize::MAX);
    let text = input.window(0, length).map_err(Failure::reading(path))?;
    Vmdesc::parse(text).map_err(|error| {
        let why = guess::kind(text).map_or_else(|| error.to_string(), str::to_owned);
        refused(path, &format!("no description of a stream: {why}"))
    })
}

/// The description at the very end of a stream: one that lies before it may be in the memory of the guest.
fn from_stream(input: &mut Input, path: &Path) -> Result<Vmdesc> {
    let found = find(input).map_err(Failure::reading(path))?;
    match found.filter(|found| found.end() >= input.length()) {
        Some(Found { fault: None, vmdesc, .. }) => Ok(Rc::unwrap_or_clone(vmdesc)),
        Some(Found { fault: Some(why), .. }) => {
            Err(refused(path, &format!("its description: {why}")))
        }
        None => Err(refused(path, "a stream that does not end with a description")),
    }
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::Refused(format!("{}: {why}", path.display()))
}

/// The last place from `lowest` on that looks like a description and whose head lies before `end`.
fn place_before(input: &mut Input, lowest: u64, end: u64) -> io::Result<Option<u64>> {
    let piece = told(PIECE);
    // Pieces overlap by a head, so that none is cut by their borders.
    let mut top = end.saturating_sub(told(HEAD));
    while top > lowest {
        let start = top.saturating_sub(piece).max(lowest);
        let length = usize::try_from(top.saturating_sub(start)).unwrap_or(PIECE);
        let longest =
            HEAD.saturating_add(BEGINNINGS.iter().map(|text| text.len()).max().unwrap_or(0));
        let window = input.window(start, length.saturating_add(longest))?;
        let hit = (0..length).rev().find(|at| looks_like(window.get(*at..).unwrap_or_default()));
        if let Some(at) = hit {
            return Ok(Some(start.saturating_add(told(at))));
        }
        top = start;
    }
    Ok(None)
}

fn looks_like(bytes: &[u8]) -> bool {
    let [0, 6, _, _, _, _, text @ ..] = bytes else { return false };
    !text.is_empty() && BEGINNINGS.iter().any(|beginning| begin_alike(text, beginning))
}

/// Whether the shorter of the two is what the other begins with.
fn begin_alike(left: &[u8], right: &[u8]) -> bool {
    left.iter().zip(right).all(|(left, right)| left == right)
}

/// Reads the description behind the mark of the end at `offset`.
fn read(input: &mut Input, offset: u64) -> io::Result<Option<Found>> {
    let head = input.window(offset, HEAD)?;
    let Some([_, _, length @ ..]) = head.first_chunk::<HEAD>() else { return Ok(None) };
    let length = u32::from_be_bytes(*length);
    if u64::from(length) > MAX_TEXT {
        return Ok(None);
    }
    let wanted = usize::try_from(length).unwrap_or(usize::MAX);
    let text = input.window(offset.saturating_add(told(HEAD)), wanted)?;
    let text = text.get(..wanted.min(text.len())).unwrap_or_default();
    let (vmdesc, fault) = Vmdesc::parse_prefix(text);
    let cut = text.len() < wanted;
    // A text that is whole and not readable at all is none.
    if vmdesc.devices.is_empty() && fault.is_some() && !cut {
        return Ok(None);
    }
    let fault = fault.map(|error| match cut {
        true => format!("the stream ends inside of it: {error}"),
        false => error.to_string(),
    });
    Ok(Some(Found { offset, length, vmdesc: Rc::new(vmdesc), fault }))
}
