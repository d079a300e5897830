//! The devices of a stream of chunks. What describes a device may stand before another one, so each is written
//! anew into a file without a name, as a stream of its own.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use migcore::codec::chunk::{ChunkDecoder, ChunkEncoder, Limits, Settings, SliceStore};
use migcore::io::{Failure as Refused, Portable, Sink, StreamWriter};
use migcore::visit::{Decoder as _, Encoder, Track, Visitor};
use migcore::{Code, Report};

use super::bytes::Range;
use super::guest::Guest;
use super::side::{Device, Fact, Side, State, Store, MOST_BYTES};
use crate::chunks::{self, damage, machine, Decoder, Latest, TooMany, Workspace};
use crate::failure::{Failure, Result};
use crate::input::{told, Input};

/// Memory for the shapes that a writer remembers, and for a fragment.
const SCRATCH: usize = 1 << 20;

/// The most devices that are compared: what is kept of each is small, but kept.
const MOST_DEVICES: usize = 1 << 20;

/// Finds the devices.
pub(super) fn read(input: &Input) -> Result<Side> {
    let mut space = Workspace::of(input);
    let (mut decoder, scratch) = space.decoder(input);
    let mut spool = Spool::new().map_err(Failure::writing(input.path()))?;
    let mut devices = Vec::new();
    let damaged = loop {
        match spool.device(&mut decoder, scratch) {
            Ok(Some(_)) if devices.len() >= MOST_DEVICES => {
                let what = format!("{}: more than {MOST_DEVICES} devices", input.path().display());
                return Err(Failure::Refused(what));
            }
            Ok(Some(bytes)) => devices.extend(head(&spool.one, bytes)),
            Ok(None) => break None,
            Err(Stopped::Damaged(report)) => break Some(damage(report, input.path())?),
            Err(Stopped::TooLarge) => return Err(too_large(input.path())),
            Err(Stopped::Io(error)) => return Err(Failure::writing(input.path())(error)),
        }
    };
    let file = spool
        .file
        .into_inner()
        .map_err(|error| Failure::writing(input.path())(error.into_error()))?;
    let spool = Input::of(file, input.path()).map_err(Failure::reading(input.path()))?;
    let mut side = Side::new(Store::Chunks { spool });
    side.facts.push(Fact { name: "machine", value: machine(input) });
    side.devices = devices;
    let read = Failure::reading(input.path());
    let damaged = chunks::earlier(damaged, chunks::breach(input).map_err(read)?);
    side.guest = match damaged {
        Some(_) => None,
        None => guest(input)?,
    };
    side.damages.extend(damaged.map(|report| report.to_string()));
    Ok(side)
}

/// The memory of a stream that is right; `None` if it has none.
fn guest(input: &Input) -> Result<Option<Guest>> {
    let latest = Latest::of(input).map_err(Failure::reading(input.path()))?;
    let latest = latest.map_err(|TooMany| {
        let what = "its memory is in too many pieces to be compared";
        Failure::Refused(format!("{}: {what}", input.path().display()))
    })?;
    let told = latest.tally().layout.is_some();
    Ok(told.then(|| Guest { stream: input.again(), latest }))
}

/// Gives the device that these bytes are the stream of to an encoder, and what stands before it.
pub(super) fn visit(bytes: &[u8], to: &mut dyn Encoder) -> migcore::Result<()> {
    let mut track = Track::new();
    let mut visitor = Visitor::saving(to, &mut track);
    let mut scratch = vec![0; bytes.len()];
    let mut decoder = ChunkDecoder::new(SliceStore::new(bytes, Limits::default(), Portable));
    decoder.replay_all(&mut visitor, &mut scratch).map(|_| ())
}

/// The refusal of a stream that holds a device beyond the bounds.
pub(super) fn too_large(path: &Path) -> Failure {
    Failure::Refused(format!("{}: a device is too large to be compared", path.display()))
}

/// What these bytes are the stream of: a device, or only what stands behind all devices.
fn head(stream: &[u8], bytes: Range) -> Option<Device> {
    let mut decoder = ChunkDecoder::new(SliceStore::new(stream, Limits::default(), Portable));
    let state = State::Chunks { bytes };
    match decoder.next_device().ok()? {
        Some(head) => Some(Device {
            name: head.name.to_vec(),
            instance: head.instance,
            version: head.version,
            state,
        }),
        None => Some(Device { name: Vec::new(), instance: 0, version: 0, state }),
    }
}

/// The file that devices go to.
struct Spool {
    file: BufWriter<File>,
    length: u64,
    /// The last device.
    one: Vec<u8>,
    buffer: Vec<u8>,
    shapes: Vec<u8>,
    ended: bool,
}

enum Stopped {
    Damaged(Report),
    TooLarge,
    Io(io::Error),
}

impl Spool {
    fn new() -> io::Result<Self> {
        Ok(Spool {
            file: BufWriter::new(tempfile::tempfile()?),
            length: 0,
            one: Vec::new(),
            buffer: vec![0; SCRATCH],
            shapes: vec![0; SCRATCH],
            ended: false,
        })
    }

    /// Writes the next device, and what stands before it, and says where it went. What stands behind the last
    /// one is written alone.
    fn device(
        &mut self,
        decoder: &mut Decoder<'_>,
        scratch: &mut [u8],
    ) -> std::result::Result<Option<Range>, Stopped> {
        if self.ended {
            return Ok(None);
        }
        self.one.clear();
        let mut sink = Held { bytes: &mut self.one, full: false };
        let written = write(&mut sink, &mut self.buffer, &mut self.shapes, decoder, scratch);
        let (found, any) = match written {
            Ok(written) => written,
            Err(_) if sink.full => return Err(Stopped::TooLarge),
            Err(report) => return Err(Stopped::Damaged(report)),
        };
        self.ended = !found;
        if !any {
            return Ok(None);
        }
        self.file.write_all(&self.one).map_err(Stopped::Io)?;
        let range = Range { start: self.length, length: told(self.one.len()) };
        self.length = self.length.saturating_add(range.length);
        Ok(Some(range))
    }
}

/// Writes the next device as a stream of its own; says whether there was one, and whether there was anything.
fn write(
    sink: &mut Held<'_>,
    buffer: &mut [u8],
    shapes: &mut [u8],
    decoder: &mut Decoder<'_>,
    scratch: &mut [u8],
) -> std::result::Result<(bool, bool), Report> {
    let writer = StreamWriter::new(sink, buffer);
    let mut encoder = ChunkEncoder::new(writer, Portable, &Settings::default(), shapes)?;
    let before = encoder.position();
    let mut track = Track::new();
    let mut visitor = Visitor::saving(&mut encoder, &mut track);
    let done = decoder.replay_device(&mut visitor, scratch);
    let any = encoder.position() > before;
    let finished = done.and_then(|found| encoder.finish().map(|()| found));
    let found = finished.map_err(|code| report(code, decoder, &track))?;
    Ok((found, any))
}

fn report(code: Code, decoder: &Decoder<'_>, track: &Track) -> Report {
    let path = track.report().map(|report| report.path.clone()).unwrap_or_default();
    Report { code, fault: decoder.fault(), path }
}

/// Memory that a device is written to, up to a bound.
struct Held<'b> {
    bytes: &'b mut Vec<u8>,
    full: bool,
}

impl Sink for Held<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::result::Result<usize, Refused> {
        if bytes.len() > MOST_BYTES.saturating_sub(self.bytes.len()) {
            self.full = true;
            return Err(Refused::Failed(0));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}
