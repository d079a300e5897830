//! Checks a whole stream.

use std::collections::HashSet;
use std::io;

use migcore::codec::chunk::{Skipped, Totals};
use migcore::error::{put_number, Path};
use migcore::visit::Decoder as _;
use migcore::{Report, Result};

use super::{heads, Decoder, Tally, Workspace};
use crate::input::Input;

/// Devices whose names are remembered, to find one that comes twice.
const REMEMBERED: usize = 1 << 16;

/// What was found of a stream.
#[derive(Debug)]
pub struct Verified {
    /// How many devices are right.
    pub devices: u64,
    /// How many chunks there are, and the CRC over their CRCs.
    pub totals: Totals,
    /// What this library does not know.
    pub skipped: Skipped,
    /// Where the stream ends.
    pub length: u64,
    /// What it says of memory, as far as it is right.
    pub memory: Tally,
    /// What is odd, and may be meant so.
    pub remarks: Vec<String>,
    /// What is wrong first.
    pub damage: Option<Report>,
}

/// Checks every rule of a stream that needs no receiver, down to the last value.
///
/// # Errors
/// Those of the system, where heads are read; a decoder tells them as damage.
pub fn verify(input: &Input) -> io::Result<Verified> {
    let breach = heads::breach(input)?;
    let mut space = Workspace::of(input);
    let (mut decoder, _) = space.decoder(input);
    let mut seen = Seen::default();
    let most = breach.as_ref().map_or(u64::MAX, |report| report.fault.offset);
    let found = match check(&mut decoder, &mut seen, most) {
        Ok(()) => None,
        Err(code) => Some(Report { code, fault: decoder.fault(), path: seen.path() }),
    };
    let damage = heads::earlier(found, breach);
    let length = decoder.position();
    let right = damage.as_ref().map_or(length, |report| report.fault.offset);
    let mut remarks = seen.remarks;
    if damage.is_none() && length < input.length() {
        let behind = input.length().saturating_sub(length);
        remarks.push(format!("{behind} bytes follow the end of the stream"));
    }
    Ok(Verified {
        devices: seen.devices,
        totals: decoder.totals(),
        skipped: decoder.skipped(),
        length,
        memory: heads::tally(input, right)?.0,
        remarks,
        damage,
    })
}

/// The devices so far.
#[derive(Default)]
struct Seen {
    devices: u64,
    names: HashSet<(Vec<u8>, u32)>,
    /// The one that is checked.
    current: Option<(Vec<u8>, u32)>,
    remarks: Vec<String>,
}

/// Checks devices, but none that stands behind `most`.
fn check(decoder: &mut Decoder<'_>, seen: &mut Seen, most: u64) -> Result<()> {
    while let Some(head) = decoder.next_device()? {
        let current = (head.name.to_vec(), head.instance);
        if decoder.position() > most {
            return Ok(());
        }
        seen.current = Some(current);
        decoder.check_device()?;
        seen.passed();
    }
    Ok(())
}

impl Seen {
    /// The current device is right.
    fn passed(&mut self) {
        self.devices = self.devices.saturating_add(1);
        let path = self.path();
        let Some(device) = self.current.take() else { return };
        if self.names.len() < REMEMBERED && !self.names.insert(device) && self.remarks.len() < 16 {
            self.remarks.push(format!("{path} comes twice: a machine refuses that"));
        }
    }

    fn path(&self) -> Path {
        Path::build(&mut |put| {
            if let Some((name, instance)) = &self.current {
                put(name);
                put(b"/");
                put_number((*instance).into(), put);
            }
        })
    }
}
