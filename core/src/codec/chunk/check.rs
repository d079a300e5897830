//! Checks a whole stream in memory, before anybody reads it.

use super::{ChunkDecoder, Chunks, Header, Limits, Skipped, SliceStore, Totals};
use crate::error::{put_number, Code, Fault, Path, Report};
use crate::io::Kernels;
use crate::visit::{Decoder, SubsectionName};

/// What is in a stream that was found right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary<'b> {
    /// What the stream says of itself.
    pub header: Header<'b>,
    /// How many devices there are.
    pub devices: u64,
    /// How many chunks there are, and the CRC over their CRCs.
    pub totals: Totals,
    /// What this library does not know and passed over: chunks.
    pub skipped: Skipped,
    /// How long the stream is, in bytes: up to and with its end chunk.
    pub length: u64,
}

/// Checks the stream that `bytes` begin with: every rule of `docs/format.md` that needs no receiver, down
/// to the last value of every device. That devices differ in name or instance is left to those who keep
/// devices. Behind the end chunk anything may follow.
///
/// # Errors
/// What is wrong first, with the device and the offset.
pub fn check<'b, K: Kernels + Copy>(
    bytes: &'b [u8],
    limits: Limits,
    kernels: K,
) -> core::result::Result<Summary<'b>, Report> {
    let mut decoder = ChunkDecoder::new(SliceStore::new(bytes, limits, kernels));
    let mut place = Place::default();
    let devices = walk(&mut decoder, &mut place);
    let devices = devices.map_err(|code| report(code, decoder.fault(), &place))?;
    Ok(Summary {
        header: header(bytes, kernels).map_err(|code| report(code, Fault::default(), &place))?,
        devices,
        totals: decoder.totals(),
        skipped: decoder.skipped(),
        length: decoder.position(),
    })
}

/// The device that is checked.
#[derive(Default)]
struct Place {
    name: SubsectionName,
    instance: u32,
    inside: bool,
}

fn walk<K: Kernels>(
    decoder: &mut ChunkDecoder<'_, SliceStore<'_, K>>,
    place: &mut Place,
) -> crate::error::Result<u64> {
    let mut devices = 0u64;
    while let Some(head) = decoder.next_device()? {
        place.name.clear();
        // A name is no longer than the room for it.
        let _ = place.name.extend_from_slice(head.name);
        place.instance = head.instance;
        place.inside = true;
        decoder.check_device()?;
        place.inside = false;
        devices = devices.saturating_add(1);
    }
    Ok(devices)
}

/// The header of a stream that was checked.
fn header<K: Kernels>(bytes: &[u8], kernels: K) -> crate::error::Result<Header<'_>> {
    match Chunks::new(bytes, kernels).next()? {
        Some(chunk) => Header::parse(chunk.data),
        None => Err(Code::BadOrder),
    }
}

#[cold]
fn report(code: Code, fault: Fault, place: &Place) -> Report {
    let path = Path::build(&mut |put| {
        if place.inside {
            put(&place.name);
            put(b"/");
            put_number(u64::from(place.instance), put);
        }
    });
    Report { code, fault, path }
}
