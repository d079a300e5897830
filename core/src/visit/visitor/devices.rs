//! The devices of a stream, one after the other, for whoever keeps them and does not know which come.

use super::{Side, Visitor};
use crate::error::{Code, Result};
use crate::visit::DeviceHead;

impl Visitor<'_> {
    /// Looks at the next device of a load without opening it; `None` when there are no more. Only
    /// outside of all scopes.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Unsupported`] where devices have no names.
    pub fn next_device(&mut self) -> Result<Option<DeviceHead<'_>>> {
        // Once for the error, which the visit keeps, and once for the names, which are the decoder's.
        self.load(&"", |decoder| decoder.next_device().map(|_| ()))?;
        match &mut self.side {
            Side::Load(decoder) => decoder.next_device(),
            Side::Save(_) => Err(Code::WrongDirection),
        }
    }

    /// Passes over the next device, whether it is critical or not, and checks as much of it as the wire
    /// can without the device.
    ///
    /// # Errors
    /// As [`next_device`](Visitor::next_device); [`Code::Missing`] when there is none.
    pub fn check_device(&mut self) -> Result<()> {
        self.load(&"", |decoder| decoder.check_device())
    }

    /// Passes over the next device, which this program does not have, and counts it.
    ///
    /// # Errors
    /// As [`check_device`](Visitor::check_device); [`Code::UnknownDevice`] when it is critical.
    pub fn skip_device(&mut self) -> Result<()> {
        self.load(&"", |decoder| decoder.skip_device())
    }

    /// A number that tells two streams apart that were loaded, or saved, to their end, as a checksum does; 0
    /// where the wire has none.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        match &self.side {
            Side::Load(decoder) => decoder.fingerprint(),
            Side::Save(encoder) => encoder.fingerprint(),
        }
    }
}
