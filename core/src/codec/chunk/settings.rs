//! What a writer may choose.

use super::header::FragmentHead;
use crate::error::{Code, Fault, Path, Report, MAX_NAME};
use crate::io::told;

/// The most shape slots of a stream that this library writes or reads.
pub const MAX_SLOTS: usize = 32;

/// What a writer of a stream chooses. The same state and the same settings give the same bytes; none
/// of them changes what a reader gets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// The machine whose state it is, at most 255 bytes, none of which is 0.
    pub machine: &'a str,
    /// The program that writes, in the same way.
    pub writer: &'a str,
    /// How many shapes are remembered, at most [`MAX_SLOTS`]; 0: as the scratch memory allows.
    pub slots: u16,
    /// The most data of a fragment, in bytes. More than the scratch memory holds is possible: then
    /// large arrays go out from where they are. 0: what fits the scratch memory.
    pub fragment_limit: u32,
    /// Where pages of memory begin in the stream: at multiples of this, a power of two up to
    /// [`MAX_ALIGNMENT`], counted from its first byte. 0 or 1: anywhere.
    pub alignment: u32,
}

/// The largest [`Settings::alignment`].
pub const MAX_ALIGNMENT: u32 = 1 << 16;

/// The scratch memory that a writer needs for states whose longest name, be it of a device, a field or
/// a description, has so many bytes. With more of it streams get shorter.
#[must_use]
pub const fn scratch_for(longest_name: usize) -> usize {
    let wanted = longest_name.saturating_mul(4);
    if wanted > 256 {
        wanted
    } else {
        256
    }
}

/// Scratch memory from which on a second shape is remembered: as much again for each further one.
const PER_SLOT: usize = 4096;

/// The largest room for one shape.
const LARGEST_SHAPE: usize = 1 << 16;

/// Data of a fragment that is no value: its head, and that of the device with the longest name.
const SMALLEST_FRAGMENT: u32 = 1024;

/// How scratch memory is divided: shapes first, then one fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) slots: usize,
    /// The room of one shape.
    pub(super) shape: usize,
    /// See [`Settings::fragment_limit`].
    pub(super) fragment_limit: usize,
}

impl Settings<'_> {
    /// Divides `scratch` bytes. Nine sixteenths are for shapes: a described struct has two names.
    pub(super) fn layout(&self, scratch: usize) -> Result<Layout, Report> {
        let refused = |code, expected, found| {
            let fault = Fault { expected: told(expected), found: told(found), ..Fault::default() };
            Report { code, fault, path: Path::new() }
        };
        for text in [self.machine, self.writer] {
            if text.len() > MAX_NAME {
                return Err(refused(Code::NameTooLong, MAX_NAME, text.len()));
            }
            if text.contains('\0') {
                return Err(refused(Code::InvalidArgument, 0, 0));
            }
        }
        if usize::from(self.slots) > MAX_SLOTS {
            return Err(refused(Code::InvalidArgument, MAX_SLOTS, usize::from(self.slots)));
        }
        if self.alignment > MAX_ALIGNMENT || !self.alignment.max(1).is_power_of_two() {
            let most = usize::try_from(MAX_ALIGNMENT).unwrap_or(usize::MAX);
            let given = usize::try_from(self.alignment).unwrap_or(usize::MAX);
            return Err(refused(Code::InvalidArgument, most, given));
        }
        if scratch < scratch_for(0) {
            return Err(refused(Code::NoSpace, scratch_for(0), scratch));
        }
        let slots = match usize::from(self.slots) {
            0 => quotient(scratch, PER_SLOT).clamp(1, MAX_SLOTS),
            slots => slots,
        };
        let shape = quotient(quotient(scratch.saturating_mul(9), 16), slots).min(LARGEST_SHAPE);
        let fragment = scratch.saturating_sub(shape.saturating_mul(slots));
        let held = fragment.saturating_sub(super::write::FRAME_HEAD);
        let fragment_limit = match self.fragment_limit {
            0 => held,
            limit => usize::try_from(limit.clamp(SMALLEST_FRAGMENT, super::LONGEST_DATA))
                .unwrap_or(usize::MAX),
        };
        match held > FragmentHead::LENGTH {
            true => Ok(Layout { slots, shape, fragment_limit }),
            false => Err(refused(Code::NoSpace, scratch_for(0), scratch)),
        }
    }
}

/// A division that cannot fail; `by` is not 0.
fn quotient(number: usize, by: usize) -> usize {
    number.checked_div(by).unwrap_or(0)
}
