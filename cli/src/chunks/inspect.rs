//! Shows the state that a stream of chunks holds.

use migcore::visit::{Decoder as _, Track, Visitor};
use migcore::{Report, Result};

use super::memory::report;
use super::{Decoder, Memory, Walk};
use crate::input::Input;
use crate::show::{Fact, Places, Show};

/// Shows the devices of a stream, and says what stopped it, if something did. The document is begun here and
/// ended by the caller.
pub fn inspect(input: &Input, show: &mut dyn Show, places: &Places) -> Option<Report> {
    let mut memory = Memory::of(input);
    let (mut decoder, scratch) = memory.decoder(input);
    begin(&mut decoder, show);
    let mut track = Track::new();
    let mut visitor = Visitor::saving(show, &mut track);
    let done = devices(&mut decoder, &mut visitor, scratch, &mut Walk::new(input), places);
    done.err().map(|code| report(code, &decoder, &track))
}

fn begin(decoder: &mut Decoder<'_>, show: &mut dyn Show) {
    let format = ("format", Fact::Text("chunks"));
    match decoder.header() {
        Ok(header) => {
            let texts = [("machine", header.machine), ("writer", header.writer)];
            let mut facts = vec![format];
            let told = texts.into_iter().filter(|(_, text)| !text.is_empty());
            facts.extend(told.map(|(name, text)| (name, Fact::Text(text))));
            show.begin_document(&facts, "devices");
        }
        // What is wrong is told by the first device.
        Err(_) => show.begin_document(&[format], "devices"),
    }
}

fn devices(
    decoder: &mut Decoder<'_>,
    visitor: &mut Visitor<'_>,
    scratch: &mut [u8],
    walk: &mut Walk,
    places: &Places,
) -> Result<()> {
    loop {
        // A chunk that cannot be read is found again by the decoder.
        if let Ok(Some(offset)) = walk.device_from(decoder.position()) {
            places.device(offset);
        }
        // What follows the end chunk is not part of the stream.
        if !decoder.replay_device(visitor, scratch)? {
            return Ok(());
        }
    }
}
