//! A profile from a file, checked.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use migcore::compat::profile::{self, Row, Says, Setting, Table};
use toml::Spanned;

use super::file::{self, File};
use super::version::Version;
use crate::failure::{Failure, Result};
use crate::guess::kind;
use crate::input::Input;

/// The longest file that is read, in bytes. QEMU's tables of all releases have less than 100,000.
const MAX_TEXT: u64 = 16 << 20;

/// A profile that makes sense.
#[derive(Debug)]
pub struct Profile {
    /// What it is for.
    pub(super) title: Option<String>,
    lines: Vec<Line>,
}

/// A row, which owns its texts.
#[derive(Debug)]
pub struct Line {
    /// The newest version for which it holds.
    pub until: Version,
    says: Saying,
}

/// [`Says`], which owns its texts.
#[derive(Debug)]
enum Saying {
    Property { device: String, name: String, value: file::Value, optional: bool },
    Blob(String),
    Wire(file::Wire),
}

impl Line {
    fn row(&self) -> Row<'_> {
        let says = match &self.says {
            Saying::Property { device, name, value, optional } => {
                let value = match value {
                    file::Value::Flag(value) => Setting::Flag(*value),
                    file::Value::Number(value) => Setting::Number(*value),
                    file::Value::Text(value) => Setting::Text(value),
                };
                Says::Property { device, name, value, optional: *optional }
            }
            Saying::Blob(device) => Says::Blob { device, stays: true },
            Saying::Wire(file::Wire::Legacy) => Says::Wire(profile::Wire::Legacy),
            Saying::Wire(file::Wire::Chunk) => Says::Wire(profile::Wire::Chunk),
        };
        Row { until: self.until.number(), says }
    }
}

/// Profiles on top of each other, the last one at the top.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a>(pub &'a [Profile]);

impl<'a> Table<'a> for Stack<'a> {
    type Row = &'a Line;

    fn row(self, index: usize) -> Option<Self::Row> {
        self.0.last()?.lines.get(index)
    }

    fn read(row: Self::Row) -> migcore::Result<Row<'a>> {
        Ok(row.row())
    }

    fn below(self) -> migcore::Result<Option<Self>> {
        Ok(match self.0.split_last() {
            Some((_, below)) if !below.is_empty() => Some(Stack(below)),
            _ => None,
        })
    }
}

/// What the values of properties are, by device and property.
type Kinds = HashMap<(String, String), &'static str>;

/// Reads the profiles that files hold, each on top of those before.
///
/// # Errors
/// [`Failure`], also for one that makes no sense.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Profile>> {
    let mut kinds = Kinds::new();
    paths.iter().map(|path| read_one(path, &mut kinds)).collect()
}

fn read_one(path: &Path, kinds: &mut Kinds) -> Result<Profile> {
    let mut input = Input::open(path)?;
    if input.length() > MAX_TEXT {
        return Err(refused_at(
            path,
            None,
            &format!("a profile of more than {MAX_TEXT} bytes is not read"),
        ));
    }
    let length = usize::try_from(input.length()).unwrap_or(usize::MAX);
    let bytes = input.window(0, length).map_err(Failure::reading(path))?;
    let Ok(text) = std::str::from_utf8(bytes) else {
        let what = kind(bytes).unwrap_or("no text");
        return Err(refused_at(path, None, &format!("{what}, where a profile was expected")));
    };
    let file: File = toml::from_str(text).map_err(|error| {
        let place = error.span().map(|span| line_of(text, span.start));
        refused_at(path, place, error.message())
    })?;
    let mut reader = Reader { lines: Vec::new(), last: None, kinds };
    match file.machine.into_iter().try_for_each(|machine| reader.machine(machine)) {
        Ok(()) => Ok(Profile { title: file.title, lines: reader.lines }),
        Err(Wrong { at, what }) => Err(refused_at(path, Some(line_of(text, at)), &what)),
    }
}

/// What is wrong, and at which byte.
struct Wrong {
    at: usize,
    what: String,
}

impl Wrong {
    fn new<T>(place: &Spanned<T>, what: String) -> Wrong {
        Wrong { at: place.span().start, what }
    }
}

struct Reader<'k> {
    lines: Vec<Line>,
    /// The version of the entry before.
    last: Option<Version>,
    kinds: &'k mut Kinds,
}

impl Reader<'_> {
    fn machine(&mut self, machine: file::Machine) -> std::result::Result<(), Wrong> {
        let until = self.version(&machine.until)?;
        if let Some(wire) = machine.wire {
            self.add(&until, Saying::Wire(wire.into_inner()));
        }
        let mut said = HashSet::new();
        for device in machine.blobs {
            named(&device, "a device")?;
            if !said.insert((device.get_ref().clone(), String::new())) {
                let what = format!("{} is a blob until {until} twice", device.get_ref());
                return Err(Wrong::new(&device, what));
            }
            self.add(&until, Saying::Blob(device.into_inner()));
        }
        for file::Row { device, property, value, optional } in machine.rows {
            named(&device, "a device")?;
            named(&property, "a property")?;
            let (place, name) = (property.span().start, property.into_inner());
            let about = (device.into_inner(), name);
            let wrong = |what| Err(Wrong { at: place, what });
            if !said.insert(about.clone()) {
                let (device, name) = about;
                return wrong(format!("{name} of {device} is said twice until {until}"));
            }
            let kind = value.kind();
            let before = *self.kinds.entry(about.clone()).or_insert(kind);
            let (device, name) = about;
            if before != kind {
                return wrong(format!("{name} of {device} is {kind} here, and {before} before"));
            }
            self.add(&until, Saying::Property { device, name, value, optional });
        }
        Ok(())
    }

    /// The version of an entry, which is older than that of the one before.
    fn version(&mut self, text: &Spanned<String>) -> std::result::Result<Version, Wrong> {
        let Some(version) = Version::parse(text.get_ref()) else {
            let what =
                "is no version: one is up to three numbers with dots between them, such as 7.2";
            return Err(Wrong::new(text, format!("{:?} {what}", text.get_ref())));
        };
        match self.last.as_ref() {
            Some(before) if before.number() == version.number() => {
                Err(Wrong::new(text, format!("there are two entries until {version}")))
            }
            Some(before) if before.number() < version.number() => {
                let what = "versions stand from the newest to the oldest";
                Err(Wrong::new(text, format!("{version} stands below {before}: {what}")))
            }
            _ => {
                self.last = Some(version.clone());
                Ok(version)
            }
        }
    }

    fn add(&mut self, until: &Version, says: Saying) {
        self.lines.push(Line { until: until.clone(), says });
    }
}

/// A name is there, and nothing in it moves the cursor of a terminal.
fn named(name: &Spanned<String>, whose: &str) -> std::result::Result<(), Wrong> {
    let text = name.get_ref();
    match text.is_empty() || text.chars().any(char::is_control) {
        true => Err(Wrong::new(name, format!("{text:?} is no name of {whose}"))),
        false => Ok(()),
    }
}

/// The number of the line in which a byte stands.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    before.saturating_add(1)
}

fn refused_at(path: &Path, line: Option<usize>, what: &str) -> Failure {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    Failure::Refused(format!("{}{line}: {what}", path.display()))
}
