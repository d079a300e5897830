//! Sections of QEMU's stream: their numbers and footers.

use super::Work;
use crate::compat::devices::{is_section, Holders, Way};
use crate::error::{Code, Result};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Kind, Marks};

/// What a section of which parts follow begins with in QEMU's stream.
const START: u64 = 1;
/// What a section of a whole device begins with in QEMU's stream.
const FULL: u64 = 4;
/// What a footer begins with.
const FOOTER: u64 = 0x7e;

/// What the sections of a stream have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sections {
    /// A number that none has, as all greater ones.
    next: u64,
    /// Whether there are some with footers.
    footers: bool,
    /// Whether there are some without.
    bare: bool,
}

impl Work<'_, '_> {
    /// A number for a section, the wanted one if it is free, and whether sections have footers.
    pub(super) fn section(&mut self, wanted: Option<u64>) -> Result<(u64, bool)> {
        let sections = self.sections()?;
        let free = match wanted {
            Some(wanted)
                if wanted >= sections.next || !self.known.is_taken(self.tree, wanted)? =>
            {
                wanted
            }
            _ => sections.next,
        };
        u32::try_from(free).map_err(|_| Code::TooMany)?;
        let next = sections.next.max(free.saturating_add(1));
        self.known.sections = Some(Sections { next, ..sections });
        Ok((free, sections.footers))
    }

    /// Whether a section with a footer, or without one, is like the others.
    pub(super) fn is_footed_alike(&mut self, footer: bool) -> Result<bool> {
        let Sections { footers, bare, .. } = self.sections()?;
        Ok(if footer { footers || !bare } else { bare || !footers })
    }

    fn sections(&mut self) -> Result<Sections> {
        let sections = match self.known.sections {
            Some(sections) => sections,
            None => sections_of(self.tree)?,
        };
        self.known.sections = Some(sections);
        Ok(sections)
    }

    pub(super) fn make_record(&mut self, at: At, number: u64) -> Result<NodeId> {
        let record = self.tree.insert(at, b"full", Marks::NONE, Value::Struct(None))?;
        let (kind, number) = (Value::Scalar(Kind::U8, FULL), Value::Scalar(Kind::U32, number));
        self.tree.insert(At::End(record), b"type", Marks::NONE, kind)?;
        self.tree.insert(At::End(record), b"id", Marks::NONE, number)?;
        Ok(record)
    }

    /// Puts the footer to the end of a record, if there is to be one.
    pub(super) fn end_record(&mut self, record: NodeId, number: u64, footer: bool) -> Result<()> {
        if !footer {
            return Ok(());
        }
        let at = At::End(record);
        let footer = self.tree.insert(at, b"footer", Marks::NONE, Value::Struct(None))?;
        let (kind, number) = (Value::Scalar(Kind::U8, FOOTER), Value::Scalar(Kind::U32, number));
        self.tree.insert(At::End(footer), b"type", Marks::NONE, kind)?;
        self.tree.insert(At::End(footer), b"id", Marks::NONE, number)?;
        Ok(())
    }
}

fn sections_of(tree: &Tree<'_>) -> Result<Sections> {
    let mut sections = Sections { next: 0, footers: false, bare: false };
    let mut holders = Holders::new(tree, Way::Forth);
    while let Some(holder) = holders.next(tree) {
        let Some(number) = number_of(tree, holder)? else { continue };
        sections.next = sections.next.max(number.saturating_add(1));
        let footed = tree.child_by_name(holder, b"footer", 0)?.is_some();
        (sections.footers, sections.bare) = (sections.footers | footed, sections.bare | !footed);
    }
    Ok(sections)
}

/// The number of the section that a record is of.
pub(super) fn number_of(tree: &Tree<'_>, record: NodeId) -> Result<Option<u64>> {
    match tree.child_by_name(record, b"id", 0)? {
        Some(id) if is_section(tree, record) => match tree.value(id)? {
            Value::Scalar(Kind::U32, number) => Ok(Some(number)),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

pub(super) fn renumber(tree: &mut Tree<'_>, record: NodeId, number: u64) -> Result<()> {
    let value = Value::Scalar(Kind::U32, number);
    if let Some(id) = tree.child_by_name(record, b"id", 0)? {
        tree.replace(id, value)?;
    }
    let Some(footer) = tree.child_by_name(record, b"footer", 0)? else { return Ok(()) };
    match tree.child_by_name(footer, b"id", 0)? {
        Some(id) => tree.replace(id, value),
        None => Ok(()),
    }
}

/// Of a record that has the form of one with a section's head and a device: whether it ends with a footer.
pub(super) fn footed_section(tree: &Tree<'_>, record: NodeId) -> Result<Option<bool>> {
    let kind = match tree.name(record)? {
        b"start" => START,
        b"full" => FULL,
        _ => return Ok(None),
    };
    let mut children = tree.children(record)?;
    let mut next = || children.next().map(|child| (child, tree.name(child), tree.value(child)));
    let is_record = matches!(tree.value(record)?, Value::Struct(_));
    let kind = Ok(Value::Scalar(Kind::U8, kind));
    let headed = next().is_some_and(|(_, name, value)| name == Ok(b"type") && value == kind);
    let Some((_, Ok(b"id"), Ok(Value::Scalar(Kind::U32, number)))) = next() else {
        return Ok(None);
    };
    let device = next().is_some_and(|(_, _, value)| matches!(value, Ok(Value::Device { .. })));
    let footer = next();
    let ended = match footer {
        Some((footer, ..)) => is_footer(tree, footer, number)? && next().is_none(),
        None => true,
    };
    Ok((is_record && headed && device && ended).then_some(footer.is_some()))
}

/// Of a record that could have been made here, what [`What::Section`] tells.
pub(super) fn plain_section(tree: &Tree<'_>, record: NodeId) -> Result<Option<u64>> {
    let Some(number) = number_of(tree, record)? else { return Ok(None) };
    let Some(footed) = footed_section(tree, record)? else { return Ok(None) };
    let plain = tree.marks(record)? == Marks::NONE && tree.name(record)? == b"full";
    Ok(plain.then_some(number | u64::from(footed) << 32))
}

/// Whether an item is the footer of the record of this number, as it is made here.
pub(super) fn is_footer(tree: &Tree<'_>, footer: NodeId, number: u64) -> Result<bool> {
    let mut children = tree.children(footer)?;
    let mut is_next = |name: &[u8], kind, bits| {
        children.next().is_some_and(|child| {
            let bare = tree.marks(child) == Ok(Marks::NONE);
            bare && tree.name(child) == Ok(name)
                && tree.value(child) == Ok(Value::Scalar(kind, bits))
        })
    };
    let whole = is_next(b"type", Kind::U8, FOOTER) && is_next(b"id", Kind::U32, number);
    Ok(whole
        && children.next().is_none()
        && tree.name(footer)? == b"footer"
        && tree.marks(footer)? == Marks::NONE
        && tree.value(footer)? == Value::Struct(None))
}
