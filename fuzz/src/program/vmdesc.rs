//! Any text, read as the description of a stream, and any payload by it: what is printed is read as the same,
//! and a payload that fits is written again byte for byte.

use migcore::codec::legacy::SectionEncoder;
use migcore::codec::vmdesc::{fits, replay, size_of, Device, Vmdesc};
use migcore::error::MAX_DEPTH;
use migcore::io::{Portable, SliceWriter};
use migcore::visit::Visiting;

use super::split;

/// A description, and the payloads of its devices, one behind the other.
pub fn run(data: &[u8]) {
    let (text, mut payloads) = split(data);
    let (before, fault) = Vmdesc::parse_prefix(text);
    match Vmdesc::parse(text) {
        Ok(whole) => assert!(whole == before && fault.is_none()),
        Err(error) => assert!(fault.is_some() && error.offset <= text.len()),
    }
    is_read_again(&before);
    for device in &before.devices {
        let size = size_of(device).and_then(|size| usize::try_from(size).ok());
        let Some((payload, rest)) = size.and_then(|size| payloads.split_at_checked(size)) else {
            continue;
        };
        payloads = rest;
        is_written_again(device, payload);
    }
}

fn is_read_again(vmdesc: &Vmdesc) {
    let text = vmdesc.to_string();
    let again = Vmdesc::parse(text.as_bytes()).unwrap();
    assert_eq!(again, *vmdesc);
    assert_eq!(again.to_string(), text);
}

fn is_written_again(device: &Device, payload: &[u8]) {
    let fit = match fits(device, payload) {
        Ok(fit) if fit.depth <= MAX_DEPTH => fit,
        Ok(_) => return,
        Err(misfit) => return assert!(misfit.offset <= payload.len(), "{misfit}"),
    };
    assert_eq!(fit.described_bytes + fit.opaque_bytes, payload.len() as u64);
    let mut memory = vec![0; payload.len()];
    let mut visiting = Visiting::new(SectionEncoder::new(SliceWriter::new(&mut memory), Portable));
    replay(device, payload, &mut visiting.saver(), &mut ()).unwrap();
    assert_eq!(visiting.finish_save(), Ok(payload.len() as u64));
    assert_eq!(memory, payload);
}
