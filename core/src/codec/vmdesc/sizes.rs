//! How many bytes and elements a description tells of.

use super::parse::MAX_NESTING;
use super::{Content, Description, Device, Field};
use crate::error::MAX_NAME;
use crate::io::told;

/// How many bytes a section has by its description, so that a reader can take exactly these. `None` where the
/// numbers make no sense.
///
/// QEMU 10 describes null pointers in a way that has two readings in one case: a run `nullptr` with an
/// `array_len` of two, followed by one last element. It is then taken for two null pointers.
#[must_use]
pub fn size_of(device: &Device) -> Option<u64> {
    match &device.content {
        Content::Described(description) => description_size(description, 0),
        Content::Handler { size, .. } => Some(*size),
    }
}

/// The bytes of a description's fields and subsections; of nested structs as the fields say.
pub(super) fn description_size(description: &Description, depth: usize) -> Option<u64> {
    if depth >= MAX_NESTING {
        return None;
    }
    let fields =
        runs(&description.fields).try_fold(0u64, |size, run| size.checked_add(run_size(run)?))?;
    description.subsections().iter().try_fold(fields, |size, subsection| {
        let inside = description_size(subsection, depth.saturating_add(1))?;
        size.checked_add(told(head_length(&subsection.name)))?.checked_add(inside)
    })
}

/// How many entries a description has itself.
pub(super) fn entries(description: &Description) -> usize {
    description.fields.len().saturating_add(description.subsections().len())
}

/// How many entries are looked at for a description's size. Those that nest too deep are not.
pub(super) fn all_entries(description: &Description) -> usize {
    entries_below(description, 0)
}

fn entries_below(description: &Description, depth: usize) -> usize {
    let subsections = match depth < MAX_NESTING {
        true => description.subsections(),
        false => &[],
    };
    subsections.iter().fold(entries(description).saturating_add(1), |entries, subsection| {
        entries.saturating_add(entries_below(subsection, depth.saturating_add(1)))
    })
}

/// The length of a subsection's head: marker, length of the name, name, version.
pub(super) fn head_length(name: &str) -> usize {
    name.len().saturating_add(6)
}

/// The bytes of all elements of a run.
pub(super) fn run_size(run: &[Field]) -> Option<u64> {
    let each = by_element(run);
    run.iter().try_fold(0u64, |size, field| {
        size.checked_add(elements(field, each).checked_mul(field.size)?)
    })
}

/// The fields in runs: entries of one array are neighbours of one name.
pub(super) fn runs(fields: &[Field]) -> impl Iterator<Item = &[Field]> {
    fields.chunk_by(|one, next| one.name == next.name)
}

/// How many elements an entry of a run stands for. Where elements have an entry each, QEMU 10 nevertheless
/// gives null pointers a count, which is that of the rest of the array.
pub(super) fn elements(field: &Field, by_element: bool) -> u64 {
    match by_element && is_null_run(field) {
        true => 1,
        false => field.array_len.unwrap_or(1),
    }
}

/// Whether the elements of a run have an entry each: one has an index, or entries of null pointers are
/// neighbours, which they are not where one entry stands for many.
pub(super) fn by_element(run: &[Field]) -> bool {
    if run.len() < 2 {
        return false;
    }
    let neighbours = run.iter().zip(run.iter().skip(1));
    run.iter().any(|field| field.index.is_some())
        || neighbours.into_iter().any(|(one, next)| is_null_run(one) && is_null_run(next))
}

fn is_null_run(field: &Field) -> bool {
    field.kind == "nullptr"
}

/// Whether an item may have this name.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= MAX_NAME && !name.as_bytes().contains(&0)
}
