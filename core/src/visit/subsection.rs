//! Parts of a state that may be missing, found by the stream on load.

use super::{Marks, Name, Scope, ScopeKind, Versions, Visitor};
use crate::error::{Code, Fault, Result, MAX_NAME};

/// The name of a subsection as it came from a stream.
pub type SubsectionName = heapless::Vec<u8, MAX_NAME>;

/// A part of the state of `T` that is written only when it is needed.
///
/// On save, the subsections that are needed go out in the order of their table. On load the stream
/// says which ones there are, in any order; one that is missing leaves the state as it is.
pub struct Subsection<T: ?Sized> {
    /// The full name. It begins with the name of its owner, by custom followed by a slash:
    /// `timer/expiry` belongs to `timer`.
    pub name: &'static str,
    /// The version that is written, and the newest that can be read.
    pub version: u32,
    /// The oldest version that can be read.
    pub minimum_version: u32,
    /// Whether a reader that does not know the part may skip it, and other marks.
    pub marks: Marks,
    /// Whether the state has anything to say here. Not asked on load.
    pub needed: fn(&T) -> bool,
    /// Visits the part.
    pub visit: fn(&mut T, &mut Visitor<'_>) -> Result<()>,
}

impl Visitor<'_> {
    /// Visits the subsections of the description `owner`, at the end of its struct or device.
    ///
    /// # Errors
    /// Those of the wire and of the parts; [`Code::UnknownSubsection`] for one that is not `known` and
    /// may not be skipped; [`Code::TooNew`] and [`Code::TooOld`]; [`Code::Unsupported`] when the source
    /// cannot look ahead; [`Code::InvalidArgument`] for a name that does not begin with the owner's.
    pub fn subsections<T: ?Sized>(
        &mut self,
        owner: &str,
        known: &[Subsection<T>],
        state: &mut T,
    ) -> Result<()> {
        walk_subsections(&mut Table { visitor: self, known, state }, owner.as_bytes())
    }

    /// Opens the next subsection that the stream holds for `owner`: puts its name into `name` and
    /// returns its version, or `None` when no more follow. It is closed by
    /// [`end`](Visitor::end).
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on save; [`Code::TooDeep`];
    /// [`Code::Unsupported`].
    pub fn next_subsection(
        &mut self,
        owner: &[u8],
        name: &mut SubsectionName,
    ) -> Result<Option<u32>> {
        if owner.is_empty() {
            return Err(self.fail(Code::InvalidArgument, 1, 0, &""));
        }
        let offset = self.position();
        let opened = self.load(&"", |decoder| decoder.next_subsection(owner, name))?;
        let Some(version) = opened else { return Ok(None) };
        let text = name.as_slice();
        self.may_open(text)?;
        if text.contains(&0) {
            let fault = Fault { offset, ..Fault::default() };
            return Err(self.track().fail(Code::BadText, fault, &text));
        }
        self.track().open(text, &Scope::Subsection { version }, 0);
        Ok(Some(version))
    }

    /// Passes over the subsection just opened, which nobody knows, and closes it.
    ///
    /// # Errors
    /// [`Code::UnknownSubsection`] when that may not be done.
    pub fn skip_subsection(&mut self) -> Result<()> {
        self.check()?;
        if !self.track().may_close(ScopeKind::Subsection) {
            return Err(self.fail(Code::Unbalanced, 0, 0, &""));
        }
        self.load(&"", |decoder| decoder.skip_subsection())?;
        self.track().close();
        Ok(())
    }
}

/// A table of subsections and the visit of its owner, for [`walk_subsections`].
pub trait SubsectionTable {
    /// A name in the table.
    type Name: Name + Copy;

    /// The entry at `index`, or `None` beyond the last.
    fn entry(&self, index: usize) -> Option<SubsectionEntry<Self::Name>>;

    /// Whether the part at `index` is needed in the stream.
    ///
    /// # Errors
    /// Those of the part.
    fn needed(&mut self, index: usize) -> Result<bool>;

    /// Visits the part at `index`, whose scope is open.
    ///
    /// # Errors
    /// Those of the part.
    fn visit(&mut self, index: usize) -> Result<()>;

    /// Runs `call` on the visitor.
    ///
    /// # Errors
    /// Those of `call`; or why the visitor cannot be reached.
    fn with<R>(&mut self, call: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> Result<R>;
}

/// What is fixed about a subsection.
#[derive(Clone, Copy, Debug)]
pub struct SubsectionEntry<N> {
    /// See [`Subsection::name`].
    pub name: N,
    /// See [`Subsection::version`].
    pub version: u32,
    /// See [`Subsection::minimum_version`].
    pub minimum_version: u32,
    /// See [`Subsection::marks`].
    pub marks: Marks,
}

/// Visits a table of subsections; [`Visitor::subsections`] for tables that are no Rust slices.
///
/// # Errors
/// As [`Visitor::subsections`].
pub fn walk_subsections(table: &mut impl SubsectionTable, owner: &[u8]) -> Result<()> {
    let loading = table.with(|v| {
        v.check()?;
        Ok(v.is_loading())
    })?;
    if owner.is_empty() {
        return table.with(|v| Err(v.fail(Code::InvalidArgument, 1, 0, &"")));
    }
    check_names(table, owner)?;
    if loading {
        load_all(table, owner)
    } else {
        save_all(table)
    }
}

/// Checks that a reader will find every entry: a name belongs to the description that it begins with.
fn check_names(table: &mut impl SubsectionTable, owner: &[u8]) -> Result<()> {
    let mut index = 0usize;
    while let Some(SubsectionEntry { name, .. }) = table.entry(index) {
        let text = name.bytes();
        if text.len() <= owner.len() || !text.starts_with(owner) {
            return table.with(|v| Err(v.fail(Code::InvalidArgument, 0, 0, &name)));
        }
        index = index.saturating_add(1);
    }
    Ok(())
}

fn save_all(table: &mut impl SubsectionTable) -> Result<()> {
    let mut index = 0usize;
    while let Some(SubsectionEntry { name, version, marks, .. }) = table.entry(index) {
        if table.needed(index)? {
            table.with(|v| {
                if marks != Marks::NONE {
                    v.mark(marks)?;
                }
                v.begin(&name, Scope::Subsection { version })
            })?;
            table.visit(index)?;
            table.with(|v| v.end(ScopeKind::Subsection))?;
        }
        index = index.saturating_add(1);
    }
    Ok(())
}

fn load_all(table: &mut impl SubsectionTable, owner: &[u8]) -> Result<()> {
    let mut name = SubsectionName::new();
    loop {
        let start = table.with(|v| Ok(v.position()))?;
        let Some(found) = table.with(|v| v.next_subsection(owner, &mut name))? else {
            return Ok(());
        };
        match find(table, &name) {
            None => table.with(|v| v.skip_subsection())?,
            Some((index, known)) => {
                table.with(|v| v.check_version(start, found, known))?;
                table.visit(index)?;
                table.with(|v| v.end(ScopeKind::Subsection))?;
            }
        }
    }
}

/// The index and the versions of the entry with this name.
fn find(table: &impl SubsectionTable, name: &[u8]) -> Option<(usize, Versions)> {
    let mut index = 0usize;
    while let Some(entry) = table.entry(index) {
        if entry.name.is(name) {
            let (current, minimum) = (entry.version, entry.minimum_version);
            return Some((index, Versions { current, minimum }));
        }
        index = index.saturating_add(1);
    }
    None
}

struct Table<'t, 'v, T: ?Sized> {
    visitor: &'t mut Visitor<'v>,
    known: &'t [Subsection<T>],
    state: &'t mut T,
}

impl<T: ?Sized> SubsectionTable for Table<'_, '_, T> {
    type Name = &'static [u8];

    fn entry(&self, index: usize) -> Option<SubsectionEntry<Self::Name>> {
        self.known.get(index).map(|entry| SubsectionEntry {
            name: entry.name.as_bytes(),
            version: entry.version,
            minimum_version: entry.minimum_version,
            marks: entry.marks,
        })
    }

    fn needed(&mut self, index: usize) -> Result<bool> {
        Ok(self.known.get(index).is_some_and(|entry| (entry.needed)(self.state)))
    }

    fn visit(&mut self, index: usize) -> Result<()> {
        match self.known.get(index) {
            Some(entry) => {
                let done = (entry.visit)(self.state, self.visitor);
                done.map_err(|code| self.visitor.fail_as(code, 0, &""))
            }
            None => Ok(()),
        }
    }

    fn with<R>(&mut self, call: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> Result<R> {
        call(self.visitor)
    }
}
