//! `diff`: in what two states differ.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use migcore::model::{Builder, Change, Difference, Tree, Value};
use migcore::visit::{Encoder, Track, Visitor};
use migcore::{Code, Report};
use serde_json::json;

use super::{told, told_damages, unknown};
use crate::arguments::Diff;
use crate::chunks;
use crate::condensed::Condensed;
use crate::failure::{Failure, Outcome, Result};
use crate::input::{Format, Input};
use crate::qemu;
use crate::qemu::scan::Scanner;
use crate::qemu::tally::Tally;
use crate::qemu::visit::Stopped;

/// The least and the most memory for the tree of one state.
const LEAST: usize = 1 << 20;
const MOST: usize = 1 << 30;

pub(super) fn run(arguments: &Diff) -> Result {
    let Diff { left, right, json } = arguments;
    if left == right && left == Path::new("-") {
        return Err(Failure::Usage("only one of the two can be the standard input".to_owned()));
    }
    let (mut left, mut right) = (Input::open(left)?, Input::open(right)?);
    with_tree(&mut left, |left| {
        with_tree(&mut right, |right| {
            let mut stdout = BufWriter::new(io::stdout().lock());
            let compared = compare(left, right, *json, &mut stdout);
            let sent = compared.and_then(|outcome| stdout.flush().map(|()| outcome));
            sent.map_err(Failure::printing)
        })
    })
}

/// Gives the state of a stream as a tree to `then`. Half a state is not given: it cannot be compared.
fn with_tree(input: &mut Input, then: impl FnOnce(&Tree<'_>) -> Result) -> Result {
    let length = usize::try_from(input.length()).unwrap_or(MOST);
    let mut size = length.saturating_mul(4).clamp(LEAST, MOST);
    loop {
        let mut memory = vec![0; size];
        let mut tree = Tree::new(&mut memory).map_err(|code| Failure::Refused(code.to_string()))?;
        match replay(input, &mut Builder::new(&mut tree))? {
            Read::Whole => return then(&tree),
            Read::Broken(outcome) => return Ok(outcome),
            Read::NoRoom if size < MOST => size = size.saturating_mul(2).min(MOST),
            Read::NoRoom => {
                let path = input.path().display();
                return Err(Failure::Refused(format!("{path}: too large to be compared")));
            }
        }
    }
}

/// How far a stream was read into a tree.
enum Read {
    Whole,
    /// The tree is full.
    NoRoom,
    /// The stream is damaged, and that was told.
    Broken(Outcome),
}

/// Gives all of a stream to `encoder`, guest memory shortened.
fn replay(input: &mut Input, encoder: &mut dyn Encoder) -> Result<Read> {
    let mut encoder = Condensed::new(encoder);
    match input.format()? {
        Format::Chunks => match chunks::replay(input, &mut encoder) {
            Ok(_) => Ok(Read::Whole),
            Err(Report { code: Code::NoSpace, .. }) => Ok(Read::NoRoom),
            Err(report) => told(input, Some(report)).map(Read::Broken),
        },
        Format::Qemu => replay_qemu(input, &mut encoder),
        Format::Unknown => Err(unknown(input)),
    }
}

fn replay_qemu(input: &Input, encoder: &mut dyn Encoder) -> Result<Read> {
    let path = input.path();
    let mut scanner = Scanner::new(input.again(), None).map_err(Failure::reading(path))?;
    let (mut tally, mut track) = (Tally::default(), Track::new());
    let mut visitor = Visitor::saving(encoder, &mut track);
    let visited = qemu::visit::visit(&mut scanner, &mut visitor, &mut tally);
    match visited.and_then(|()| Ok(visitor.finish()?)) {
        Err(Stopped::Io(error)) => Err(Failure::reading(path)(error)),
        Err(Stopped::Visitor(Code::NoSpace)) => Ok(Read::NoRoom),
        Err(Stopped::Visitor(code)) => {
            Err(Failure::Refused(format!("{}: {}", path.display(), code.text())))
        }
        Ok(()) if tally.damages.is_empty() => Ok(Read::Whole),
        Ok(()) => told_damages(path, &tally.damages).map(Read::Broken),
    }
}

/// Prints the differences. Of those that are volatile only, the states are equal.
fn compare(
    left: &Tree<'_>,
    right: &Tree<'_>,
    json: bool,
    to: &mut dyn Write,
) -> io::Result<Outcome> {
    let mut printed = Printed { to, json, number: 0, counting: 0, done: Ok(()) };
    let mut index = vec![0; MEMORY_OF_INDEX];
    if json {
        printed.to.write_all(b"{\"differences\":[")?;
    }
    let compared =
        left.diff_with(left.root(), right, right.root(), &mut index, &mut |difference| {
            printed.difference(&difference, left, right);
        });
    compared.map_err(io::Error::other)?;
    let Printed { counting, done, .. } = printed;
    done?;
    if json {
        writeln!(to, "\n],\"equal\":{}}}", counting == 0)?;
    }
    Ok(if counting == 0 { Outcome::Fine } else { Outcome::Found })
}

/// Memory with which items in another order are found; see [`Tree::diff_with`].
const MEMORY_OF_INDEX: usize = 16 << 20;

/// The differences on their way out.
struct Printed<'t> {
    to: &'t mut dyn Write,
    json: bool,
    number: u64,
    /// Those that are not volatile.
    counting: u64,
    done: io::Result<()>,
}

impl Printed<'_> {
    fn difference(&mut self, difference: &Difference, left: &Tree<'_>, right: &Tree<'_>) {
        let mut line = Vec::new();
        // The items are those of these trees.
        let _ = difference.put(left, right, &mut |text| line.extend_from_slice(text));
        let mut line = String::from_utf8_lossy(&line).into_owned();
        line.extend(inside(difference, left, right));
        if self.done.is_ok() {
            self.done = match self.json {
                true => self.object(difference, left, right, &line),
                false => writeln!(self.to, "{line}"),
            };
        }
        self.number = self.number.wrapping_add(1);
        self.counting = self.counting.saturating_add(u64::from(!difference.volatile));
    }

    fn object(
        &mut self,
        difference: &Difference,
        left: &Tree<'_>,
        right: &Tree<'_>,
        line: &str,
    ) -> io::Result<()> {
        let of = |tree: &Tree<'_>, node: Option<_>| node.and_then(|node| tree.path(node).ok());
        let path = of(left, difference.left).or_else(|| of(right, difference.right));
        let object = json!({
            "change": name(difference.change),
            "path": path.unwrap_or_default().as_str(),
            "volatile": difference.volatile,
            "secret": difference.secret,
            "text": line,
        });
        self.to.write_all(if self.number == 0 { b"\n" } else { b",\n" })?;
        write!(self.to, "{object}")
    }
}

fn name(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Value => "value",
        Change::Type => "type",
        Change::Marks => "marks",
        Change::Moved => "moved",
    }
}

/// Where two arrays or buffers differ first: their text shows only a few elements.
fn inside(difference: &Difference, left: &Tree<'_>, right: &Tree<'_>) -> Option<String> {
    if difference.secret || difference.change != Change::Value {
        return None;
    }
    let (left, right) = (left.value(difference.left?).ok()?, right.value(difference.right?).ok()?);
    let (width, left, right) = match (left, right) {
        (Value::Array(kind, _, left), Value::Array(_, _, right)) => {
            (kind.width().bytes(), left, right)
        }
        (Value::Bytes(_, left), Value::Bytes(_, right)) | (Value::Raw(left), Value::Raw(right)) => {
            (1, left, right)
        }
        _ => return None,
    };
    let mut pairs = left.chunks(width).zip(right.chunks(width)).enumerate();
    let (at, (one, other)) = pairs.find(|(_, (one, other))| one != other)?;
    Some(format!(", first at [{at}]: {} -> {}", number(one), number(other)))
}

/// An element in hexadecimal; it is in the machine's byte order.
fn number(element: &[u8]) -> String {
    let digit = |byte: &u8| format!("{byte:02x}");
    let digits: String = match cfg!(target_endian = "little") {
        true => element.iter().rev().map(digit).collect(),
        false => element.iter().map(digit).collect(),
    };
    format!("0x{digits}")
}
