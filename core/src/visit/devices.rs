//! The devices of a stream, one after the other, for whoever does not know beforehand which they are.

use super::{Decoder, Marks, Track, Versions, Visitor};
use crate::error::Result;

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

/// A wire whose devices come with their names.
pub trait DeviceDecoder: Decoder {
    /// Looks at the next device without opening it; `None` when there are no more.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Unbalanced`](crate::error::Code::Unbalanced) inside of a device.
    fn next_device(&mut self) -> Result<Option<DeviceHead<'_>>>;

    /// Passes over the next device, whether it is critical or not, and checks as much of it as the wire
    /// can without the device.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Missing`](crate::error::Code::Missing) when there is none.
    fn skip_device(&mut self) -> Result<()>;
}

/// Runs `call` on the devices of a wire as part of the visit that goes on over it: after an error it is
/// not run, and its error is the visit's.
///
/// # Errors
/// The first error of the visit; those of `call`.
pub fn with_devices<R>(
    decoder: &mut dyn DeviceDecoder,
    track: &mut Track,
    call: impl FnOnce(&mut dyn DeviceDecoder) -> Result<R>,
) -> Result<R> {
    track.check()?;
    call(decoder).map_err(|code| Visitor::loading(decoder, track).wire_failed(code, &""))
}
