//! What a release of QEMU knows beyond what one machine of it sends: sections and subsections that it loads, although
//! the machine leaves them out.

use super::{Knowledge, Stream};
use crate::schema::model::{Description, Device, Schema};

/// Whether something is known to the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Knows {
    Yes,
    No,
    /// That depends on the release of the receiver.
    Perhaps,
}

/// A section that a board registers whatever its version, and that only newer versions of it send.
struct Board {
    name: &'static [u8],
    /// The release from which on it is known.
    since: [u32; 2],
    /// A section that tells that the board has it; empty: each has.
    with: &'static [u8],
}

const BOARDS: [Board; 3] = [
    Board { name: b"globalstate", since: [2, 4], with: b"" },
    Board { name: b"pcspk", since: [2, 7], with: b"i8254" },
    Board { name: b"PCIHost", since: [5, 1], with: b"PCIBUS" },
];

/// Whether a section is one that a board sends or not by its version alone: what an older one keeps to itself, it does
/// without.
pub(super) fn is_of_board(name: &[u8]) -> bool {
    BOARDS.iter().any(|board| board.name == name)
}

/// Whether the receiver loads a section that it does not send.
pub(super) fn section(name: &[u8], knowledge: &Knowledge, target: Option<&Stream>) -> Knows {
    let Some(board) = BOARDS.iter().find(|board| board.name == name) else { return Knows::No };
    let has = |target: &Stream| target.sections.iter().any(|section| section.name == board.with);
    match target {
        Some(target) if !board.with.is_empty() && !has(target) => Knows::No,
        _ if knowledge.same || is_from(target, board.since) => Knows::Yes,
        _ => Knows::Perhaps,
    }
}

/// Whether the receiver loads a subsection that it does not send.
pub(super) fn subsection(
    name: &str,
    stream: &Stream,
    knowledge: &Knowledge,
    target: Option<&Stream>,
) -> Knows {
    match &knowledge.tables {
        _ if knowledge.same => Knows::Yes,
        Some(tables) if in_tables(name, tables) => Knows::Yes,
        Some(_) => Knows::No,
        None => opaque_subsection(stream, knowledge, target),
    }
}

/// The same of one in an opaque field, of which tables say nothing.
pub(super) fn opaque_subsection(
    stream: &Stream,
    knowledge: &Knowledge,
    target: Option<&Stream>,
) -> Knows {
    // What was sent once is loaded by all later releases.
    let before = stream.info.release.before.and_then(|(release, _)| parsed(release));
    match before {
        _ if knowledge.same => Knows::Yes,
        Some(before) if is_from(target, before) => Knows::Yes,
        _ => Knows::Perhaps,
    }
}

/// Whether the receiver is of this release or a newer one.
fn is_from(target: Option<&Stream>, since: [u32; 2]) -> bool {
    let Some(target) = target else { return false };
    let form = target.info.release.from.and_then(|(release, _)| parsed(release));
    let machine = target.machine().and_then(|name| std::str::from_utf8(name).ok());
    // No release has types of machines that are newer than itself.
    let machine = machine.and_then(|name| parsed(name.rsplit_once('-')?.1));
    form.into_iter().chain(machine).any(|from| from >= since)
}

fn parsed(release: &str) -> Option<[u32; 2]> {
    let (major, minor) = release.split_once('.')?;
    Some([major.parse().ok()?, minor.parse().ok()?])
}

fn in_tables(name: &str, tables: &Schema) -> bool {
    tables.devices.iter().filter_map(Device::description).any(|description| has(description, name))
}

/// The readers of dumps bound how deep descriptions nest.
fn has(description: &Description, name: &str) -> bool {
    let inside = |description: &Description| has(description, name);
    description.subsections().iter().any(|part| part.name == name || inside(part))
        || description.fields().iter().filter_map(|field| field.description.as_deref()).any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_numbers() {
        assert_eq!(parsed("7.2"), Some([7, 2]));
        assert!(parsed("10.0") > parsed("9.2"));
        assert_eq!(parsed("none"), None);
        assert_eq!(parsed("rhel7.6.0"), None);
    }
}
