//! Decoders of a stream, in memory that is bounded.

use migcore::codec::chunk::{ChunkDecoder, Limits, StreamStore};
use migcore::io::{Portable, StreamReader};
use migcore::visit::{Decoder as _, Encoder, Track, Visitor};
use migcore::{Code, Report};

use super::pages::MOST_BLOCKS;
use crate::input::{FileSource, Input, PIECE};

/// The most memory for the shapes and the fragment that a stream asks for, and again for one array, in bytes.
pub const MOST_MEMORY: usize = 64 << 20;

/// A decoder of a file.
pub type Decoder<'m> = ChunkDecoder<'m, StreamStore<'m, StreamReader<'m, FileSource>, Portable>>;

/// The memory that a decoder of one stream works in.
#[derive(Debug)]
pub struct Workspace {
    buffer: Vec<u8>,
    kept: Vec<u8>,
    scratch: Vec<u8>,
}

impl Workspace {
    /// As much as the header of the stream asks for; none if that is too much, or if there is no header.
    #[must_use]
    pub fn of(input: &Input) -> Self {
        let largest = usize::try_from(input.length()).unwrap_or(usize::MAX).min(MOST_MEMORY);
        let mut space =
            Workspace { buffer: vec![0; PIECE], kept: Vec::new(), scratch: vec![0; largest] };
        let (mut decoder, _) = space.decoder(input);
        let needed = match decoder.header() {
            Err(Code::NoSpace) => usize::try_from(decoder.fault().expected).unwrap_or(usize::MAX),
            _ => 0,
        };
        if needed <= MOST_MEMORY {
            // Where fragments go, lists of blocks go, too.
            space.kept = vec![0; needed.saturating_add(MOST_BLOCKS)];
        }
        space
    }

    /// A decoder of the whole stream, which passes over the memory of the guest, and scratch memory for a replay.
    pub fn decoder(&mut self, input: &Input) -> (Decoder<'_>, &mut [u8]) {
        self.limited(input, Limits { memory: true, ..Limits::default() })
    }

    /// The same for a stream of devices alone: memory is refused.
    fn decoder_of_devices(&mut self, input: &Input) -> (Decoder<'_>, &mut [u8]) {
        self.limited(input, Limits::default())
    }

    fn limited(&mut self, input: &Input, limits: Limits) -> (Decoder<'_>, &mut [u8]) {
        let reader = StreamReader::new(input.source(), &mut self.buffer);
        let store = StreamStore::new(reader, &mut self.kept, limits, Portable);
        (ChunkDecoder::new(store), &mut self.scratch)
    }
}

/// Gives all that the stream holds to `encoder`, and ends it. Says how many devices there were. Memory of the guest is
/// refused, since nobody would take it.
///
/// # Errors
/// What is wrong first: of the stream, with its place in there, or of `encoder`. See
/// [`damage`](super::damage).
pub fn replay(input: &Input, encoder: &mut dyn Encoder) -> std::result::Result<u64, Report> {
    let mut space = Workspace::of(input);
    replay_all(space.decoder_of_devices(input), encoder)
}

/// The same without the memory of the guest, which somebody else takes.
///
/// # Errors
/// See [`replay`].
pub fn replay_devices(
    input: &Input,
    encoder: &mut dyn Encoder,
) -> std::result::Result<u64, Report> {
    let mut space = Workspace::of(input);
    replay_all(space.decoder(input), encoder)
}

fn replay_all(
    (mut decoder, scratch): (Decoder<'_>, &mut [u8]),
    encoder: &mut dyn Encoder,
) -> std::result::Result<u64, Report> {
    let mut track = Track::new();
    let mut visitor = Visitor::saving(encoder, &mut track);
    let done = decoder.replay_all(&mut visitor, scratch).and_then(|devices| {
        visitor.finish()?;
        Ok(devices)
    });
    done.map_err(|code| report(code, &decoder, &track))
}

/// The report of an error of a replay, with the place in the stream.
pub(super) fn report(code: Code, decoder: &Decoder<'_>, track: &Track) -> Report {
    let path = track.report().map(|report| report.path.clone()).unwrap_or_default();
    Report { code, fault: decoder.fault(), path }
}

/// The machine whose state a stream holds, as its header says; empty if there is none.
#[must_use]
pub fn machine(input: &Input) -> String {
    let mut space = Workspace::of(input);
    let (mut decoder, _) = space.decoder(input);
    decoder.header().map(|header| header.machine.to_owned()).unwrap_or_default()
}

/// Whether the first device that a stream holds has this name and version, and is instance 0. Before it stands no
/// memory.
#[must_use]
pub fn begins_with(input: &Input, name: &str, version: u32) -> bool {
    let mut space = Workspace::of(input);
    let (mut decoder, _) = space.decoder_of_devices(input);
    let Ok(Some(head)) = decoder.next_device() else { return false };
    (head.name, head.instance, head.version) == (name.as_bytes(), 0, version)
}
