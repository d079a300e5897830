//! The data of the chunks that are not shapes: header, end, and what precedes the values of a fragment
//! (`docs/format.md`, sections 5 and 7).

use crate::error::{Code, Result, MAX_NAME};
use crate::io::Kernels;
use crate::visit::{DeviceHead, Marks};

/// The version of the format.
const MAJOR: u8 = 1;
const MINOR: u8 = 0;

/// What a stream says of itself at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'h> {
    /// How many shape slots it uses.
    pub slots: u16,
    /// The most data of a chunk that holds a shape, in bytes.
    pub shape_limit: u32,
    /// The most data of a fragment of a device, in bytes.
    pub fragment_limit: u32,
    /// The machine whose state it is; may be empty.
    pub machine: &'h str,
    /// The program that wrote it; may be empty.
    pub writer: &'h str,
}

/// What precedes the texts of a header.
const NUMBERS: usize = 16;

/// The longest header of this version.
pub(super) const HEADER_ROOM: usize = NUMBERS + 2 + 2 * MAX_NAME;

impl<'h> Header<'h> {
    /// Reads the data of a header chunk.
    ///
    /// # Errors
    /// [`Code::UnknownFormat`] for another major version or an unknown feature; [`Code::BadText`];
    /// [`Code::BadValue`].
    pub(super) fn parse(data: &'h [u8]) -> Result<Self> {
        let mut fields = Fields { rest: data };
        let [major, minor] = fields.take()?;
        if major != MAJOR {
            return Err(Code::UnknownFormat);
        }
        let slots = u16::from_be_bytes(fields.take()?);
        if u32::from_be_bytes(fields.take()?) != 0 {
            return Err(Code::UnknownFormat);
        }
        let shape_limit = u32::from_be_bytes(fields.take()?);
        let fragment_limit = u32::from_be_bytes(fields.take()?);
        let machine = text(fields.string()?)?;
        let writer = text(fields.string()?)?;
        if slots == 0 || minor == MINOR && !fields.rest.is_empty() {
            return Err(Code::BadValue);
        }
        Ok(Header { slots, shape_limit, fragment_limit, machine, writer })
    }

    /// How long the data of a header chunk is. Texts are at most 255 bytes long.
    pub(super) fn length(&self) -> usize {
        let texts = self.machine.len().saturating_add(self.writer.len());
        texts.saturating_add(NUMBERS).saturating_add(2)
    }

    /// Gives the data of a header chunk part by part, as it would be large on a small stack.
    pub(super) fn emit(&self, part: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut numbers = [0; NUMBERS];
        let mut out = Out { place: &mut numbers, used: 0 };
        out.put(&[MAJOR, MINOR]);
        out.put(&self.slots.to_be_bytes());
        out.put(&0u32.to_be_bytes());
        out.put(&self.shape_limit.to_be_bytes());
        out.put(&self.fragment_limit.to_be_bytes());
        part(&numbers)?;
        for text in [self.machine.as_bytes(), self.writer.as_bytes()] {
            part(&[u8::try_from(text.len()).unwrap_or(u8::MAX)])?;
            part(text)?;
        }
        Ok(())
    }
}

/// What the end of a stream says of all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many chunks stand before the end.
    pub chunks: u32,
    /// The CRC-32 over their CRCs.
    pub crc: u32,
}

impl Totals {
    /// Reads the data of an end chunk.
    pub(super) fn parse(data: &[u8]) -> Result<Self> {
        let mut fields = Fields { rest: data };
        let chunks = u32::from_be_bytes(fields.take()?);
        let crc = u32::from_be_bytes(fields.take()?);
        match fields.rest {
            [] => Ok(Totals { chunks, crc }),
            _ => Err(Code::BadValue),
        }
    }

    /// Counts a chunk with this CRC.
    pub(super) fn add(&mut self, crc: u32, kernels: &impl Kernels) {
        self.chunks = self.chunks.saturating_add(1);
        self.crc = kernels.crc32(self.crc, &crc.to_be_bytes());
    }

    /// Both as one number.
    pub(super) fn fingerprint(&self) -> u64 {
        u64::from(self.chunks) << 32 | u64::from(self.crc)
    }

    /// The data of an end chunk.
    pub(super) fn emit(&self) -> [u8; 8] {
        let mut data = [0; 8];
        let mut out = Out { place: &mut data, used: 0 };
        out.put(&self.chunks.to_be_bytes());
        out.put(&self.crc.to_be_bytes());
        data
    }
}

/// Slot number of a fragment without operations.
pub(super) const NO_SHAPE: u16 = 0xffff;

/// The bit of a fragment's number that says that it is the last.
const LAST: u32 = 1 << 31;

/// What every fragment begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FragmentHead {
    pub(super) slot: u16,
    pub(super) number: u32,
    pub(super) last: bool,
}

impl FragmentHead {
    pub(super) const LENGTH: usize = 6;

    /// Reads it, and gives what follows.
    pub(super) fn parse(data: &[u8]) -> Result<(Self, &[u8])> {
        let mut fields = Fields { rest: data };
        let slot = u16::from_be_bytes(fields.take()?);
        let word = u32::from_be_bytes(fields.take()?);
        let head = FragmentHead { slot, number: word & !LAST, last: word & LAST != 0 };
        Ok((head, fields.rest))
    }

    pub(super) fn emit(&self) -> [u8; FragmentHead::LENGTH] {
        let [a, b] = self.slot.to_be_bytes();
        let last = if self.last { LAST } else { 0 };
        let [c, d, e, f] = (self.number | last).to_be_bytes();
        [a, b, c, d, e, f]
    }
}

/// How long the head of a device is beside its name.
pub(super) const DEVICE_HEAD: usize = 14;

/// The head of a device in the data of its first fragment.
impl<'h> DeviceHead<'h> {
    /// Reads it, and gives what follows.
    pub(super) fn parse(data: &'h [u8]) -> Result<(Self, &'h [u8])> {
        let mut fields = Fields { rest: data };
        let name = fields.string()?;
        if name.contains(&0) {
            return Err(Code::BadText);
        }
        let instance = u32::from_be_bytes(fields.take()?);
        let version = u32::from_be_bytes(fields.take()?);
        let oldest_reader = u32::from_be_bytes(fields.take()?);
        let [marks] = fields.take()?;
        match Marks::from_bits(u32::from(marks)) {
            Some(marks) if oldest_reader <= version => {
                Ok((DeviceHead { name, instance, version, oldest_reader, marks }, fields.rest))
            }
            _ => Err(Code::BadValue),
        }
    }

    /// Writes it, and says how long it is; `None` when it does not fit.
    pub(super) fn emit(&self, place: &mut [u8]) -> Option<usize> {
        let length = DEVICE_HEAD.saturating_add(self.name.len());
        let mut out = Out { place: place.get_mut(..length)?, used: 0 };
        out.string(self.name);
        out.put(&self.instance.to_be_bytes());
        out.put(&self.version.to_be_bytes());
        out.put(&self.oldest_reader.to_be_bytes());
        out.put(&[u8::try_from(self.marks.bits()).unwrap_or(0)]);
        Some(length)
    }
}

/// Data that is read field by field. Data that ends too early breaks the rules of its chunk.
struct Fields<'f> {
    rest: &'f [u8],
}

impl<'f> Fields<'f> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (field, rest) = self.rest.split_first_chunk().ok_or(Code::BadValue)?;
        self.rest = rest;
        Ok(*field)
    }

    fn string(&mut self) -> Result<&'f [u8]> {
        let [length] = self.take()?;
        let (string, rest) =
            self.rest.split_at_checked(usize::from(length)).ok_or(Code::BadValue)?;
        self.rest = rest;
        Ok(string)
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    match core::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => Ok(text),
        _ => Err(Code::BadText),
    }
}

/// Data that is written field by field into room that is large enough.
struct Out<'o> {
    place: &'o mut [u8],
    used: usize,
}

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let free = self.place.get_mut(self.used..).unwrap_or_default();
        self.used = self.used.saturating_add(crate::io::copy(free, bytes));
    }

    fn string(&mut self, text: &[u8]) {
        self.put(&[u8::try_from(text.len()).unwrap_or(u8::MAX)]);
        self.put(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const HEADER: Header<'_> =
        Header { slots: 3, shape_limit: 400, fragment_limit: 5000, machine: "pc", writer: "vmm 1" };

    fn bytes() -> Vec<u8> {
        let mut bytes = Vec::new();
        let taken = HEADER.emit(&mut |part| {
            bytes.extend_from_slice(part);
            Ok(())
        });
        assert_eq!((taken, bytes.len()), (Ok(()), HEADER.length()));
        bytes
    }

    #[test]
    fn a_header_is_read_as_written() {
        assert_eq!(Header::parse(&bytes()), Ok(HEADER));
    }

    #[test]
    fn a_header_that_asks_for_more_is_refused() {
        for (at, value, code) in [
            (0, 2, Code::UnknownFormat),
            (7, 1, Code::UnknownFormat),
            (3, 0, Code::BadValue),
            (16, 9, Code::BadValue),
            (17, 0xff, Code::BadText),
            (17, 0, Code::BadText),
        ] {
            let mut bytes = bytes();
            bytes[at] = value;
            assert_eq!(Header::parse(&bytes), Err(code), "byte {at}");
        }
        for length in 0..bytes().len() {
            assert_eq!(Header::parse(&bytes()[..length]), Err(Code::BadValue));
        }
    }

    #[test]
    fn a_later_minor_version_may_say_more() {
        let mut bytes = bytes();
        bytes.push(7);
        assert_eq!(Header::parse(&bytes), Err(Code::BadValue));
        bytes[1] = 1;
        assert_eq!(Header::parse(&bytes), Ok(HEADER));
    }

    #[test]
    fn a_fragment_says_its_number_and_whether_it_is_the_last() {
        let head = FragmentHead { slot: 4, number: 70_000, last: true };
        let mut data = head.emit().to_vec();
        data.push(9);
        assert_eq!(FragmentHead::parse(&data), Ok((head, &[9][..])));
        assert_eq!(FragmentHead::parse(&data[..5]), Err(Code::BadValue));
    }

    #[test]
    fn a_device_is_read_as_written() {
        let mut head = DeviceHead {
            name: b"nic",
            instance: 2,
            version: 5,
            oldest_reader: 4,
            marks: Marks::ANCILLARY,
        };
        let mut place = [0; 64];
        assert_eq!(head.emit(&mut place[..16]), None);
        assert_eq!(head.emit(&mut place), Some(17));
        assert_eq!(DeviceHead::parse(&place[..18]), Ok((head, &[0][..])));
        place[1] = 0;
        assert_eq!(DeviceHead::parse(&place), Err(Code::BadText));
        head.oldest_reader = 6;
        head.emit(&mut place);
        assert_eq!(DeviceHead::parse(&place), Err(Code::BadValue));
    }
}
