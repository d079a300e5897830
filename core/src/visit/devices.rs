//! What a wire with names tells of a device before its state.

use super::{Marks, Versions};

/// What a stream says of a device before its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceHead<'h> {
    /// The name of the device.
    pub name: &'h [u8],
    /// Tells devices of one name apart.
    pub instance: u32,
    /// The version of the state.
    pub version: u32,
    /// The oldest version of the device that can read the state.
    pub oldest_reader: u32,
    /// The marks of the whole device.
    pub marks: Marks,
}

impl Versions {
    /// The version that a state is taken for, of which the stream tells its version and the oldest
    /// reader: the newest one known here, if the state is newer but can still be read by that; else its
    /// own. Whether that is among the known ones remains to be checked.
    #[must_use]
    pub fn taken_for(self, version: u32, oldest_reader: u32) -> u32 {
        match version > self.current && oldest_reader <= self.current {
            true => self.current,
            false => version,
        }
    }

    /// Whether a version is among these.
    #[must_use]
    pub fn contains(self, version: u32) -> bool {
        (self.minimum..=self.current).contains(&version)
    }
}
