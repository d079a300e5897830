//! One of the two streams: what it holds, and where.

use std::rc::Rc;

use migcore::codec::vmdesc::{self, Vmdesc};
use migcore::visit::Encoder;
use migcore::Code;

use super::bytes::Range;
use super::guest::Guest;
use super::memory::Ram;
use super::{chunks, qemu};
use crate::failure::{Failure, Result};
use crate::guess::unknown;
use crate::input::{Format, Input};
use crate::qemu::restored;

/// The most bytes of one device that are read at once.
pub(super) const MOST_BYTES: usize = 256 << 20;

/// A stream whose devices are known.
#[derive(Debug)]
pub struct Side {
    pub(super) store: Store,
    /// What the stream says of the whole machine.
    pub(super) facts: Vec<Fact>,
    /// What the sender told the receiver to do; only QEMU's streams have such.
    pub(super) commands: Vec<Command>,
    /// The devices, in order.
    pub(super) devices: Vec<Device>,
    /// The memory of the guest, of a stream of chunks that has some.
    pub(super) guest: Option<Guest>,
    /// What is wrong with the stream; then the devices are not all.
    pub(super) damages: Vec<String>,
}

/// Where the state of devices lies.
#[derive(Debug)]
pub(super) enum Store {
    /// In a stream of QEMU.
    Qemu { input: Input, description: Option<Rc<Vmdesc>> },
    /// In a file of small streams of chunks, one for each device.
    Chunks { spool: Input },
}

/// Something that is told of the whole machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// A command, and where its data is.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) name: String,
    pub(super) data: Range,
}

/// A device, or a live section.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) name: Vec<u8>,
    pub(super) instance: u32,
    pub(super) version: u32,
    pub(super) state: State,
}

/// What is known of a state, and where it is.
#[derive(Debug)]
pub(super) enum State {
    /// Values, by the entry of this number of the description.
    Described { bytes: Range, entry: usize },
    /// Values, which a stream of chunks tells.
    Chunks { bytes: Range },
    /// The memory of the guest.
    Ram(Ram),
    /// Bytes, and why nothing more is known.
    Opaque { bytes: Vec<Range>, why: String },
}

impl Side {
    /// Finds the devices of a stream. `outside` describes one of QEMU that has no description of its own.
    ///
    /// # Errors
    /// [`Failure`]. Damage is none: see [`damages`](Side::damages).
    pub fn read(mut input: Input, outside: Option<Vmdesc>) -> Result<Side> {
        match input.format()? {
            Format::Qemu => qemu::read(input, outside),
            Format::Unknown => Err(unknown(&mut input)),
            Format::Chunks => match restored::restored(&input)? {
                None if outside.is_some() => {
                    let what = "chunks describe themselves: it takes no description";
                    Err(Failure::Usage(format!("{}: {what}", input.path().display())))
                }
                None => chunks::read(&input),
                Some(Ok(restored)) => qemu::read(restored, outside),
                Some(Err(report)) => {
                    let mut side = Side::new(Store::Chunks { spool: input.again() });
                    side.damages.push(report.to_string());
                    Ok(side)
                }
            },
        }
    }

    /// What is wrong with the stream. If something is, nothing is to be said of what it holds.
    #[must_use]
    pub fn damages(&self) -> &[String] {
        &self.damages
    }

    pub(super) fn new(store: Store) -> Side {
        Side {
            store,
            facts: Vec::new(),
            commands: Vec::new(),
            devices: Vec::new(),
            guest: None,
            damages: Vec::new(),
        }
    }

    /// The file that the state of devices lies in.
    pub(super) fn input(&self) -> &Input {
        match &self.store {
            Store::Qemu { input, .. } => input,
            Store::Chunks { spool } => spool,
        }
    }

    /// The entry of a description.
    pub(super) fn entry(&self, number: usize) -> Option<&vmdesc::Device> {
        match &self.store {
            Store::Qemu { description, .. } => description.as_ref()?.devices.get(number),
            Store::Chunks { .. } => None,
        }
    }

    /// Gives a device, whose bytes were read, to an encoder.
    pub(super) fn visit(
        &self,
        device: &Device,
        bytes: &[u8],
        to: &mut dyn Encoder,
    ) -> migcore::Result<()> {
        match device.state {
            State::Described { entry, .. } => {
                let entry = self.entry(entry).ok_or(Code::Missing)?;
                qemu::visit(entry, device, bytes, to)
            }
            State::Chunks { .. } => chunks::visit(bytes, to),
            State::Ram(_) | State::Opaque { .. } => Err(Code::Unsupported),
        }
    }
}

impl Device {
    /// The bytes of its state.
    pub(super) fn bytes(&self) -> &[Range] {
        match &self.state {
            State::Described { bytes, .. } | State::Chunks { bytes } => std::slice::from_ref(bytes),
            State::Ram(ram) => &ram.bytes,
            State::Opaque { bytes, .. } => bytes,
        }
    }

    /// What it is called in a listing.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", super::value::shown(&self.name), self.instance)
    }
}
