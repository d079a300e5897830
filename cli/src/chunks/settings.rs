//! How chunks are written.

use migcore::codec::chunk::Settings;

/// Memory for the shapes that a writer remembers, and for a fragment: a reader needs about as much.
pub const SCRATCH: usize = 1 << 20;

/// How many shapes are remembered: sections of one kind stand one behind the other.
const SLOTS: u16 = 4;

/// The longest name of a machine that a header of chunks holds.
const MAX_MACHINE: usize = 255;

/// The program that writes.
pub(crate) const WRITER: &str = concat!("migcore ", env!("CARGO_PKG_VERSION"));

/// Those of a stream of this machine, as much of its name as a header takes.
#[must_use]
pub fn settings(machine: &str) -> Settings<'_> {
    let machine = for_header(machine);
    Settings { machine, writer: WRITER, slots: SLOTS, ..Settings::default() }
}

fn for_header(machine: &str) -> &str {
    let whole = machine.split('\0').next().unwrap_or_default();
    let most = (0..=MAX_MACHINE.min(whole.len())).rev();
    most.into_iter().find_map(|length| whole.get(..length)).unwrap_or_default()
}
