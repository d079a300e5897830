//! Small streams out of large ones: fewer sections, fewer pages, and the description of these.

use migcore::codec::legacy::ram::{PageSize, Word};
use migcore::codec::vmdesc::Vmdesc;
use migcore::io::{Reader, SliceReader};
use migcore_cli::qemu::item::{Content, Item, Payload, Section, SectionKind};

use super::qemu::scanner;
use super::streams::Stream;

/// The most values and bytes of a section that is kept, and of all of them.
const LEAVES: (u64, u64) = (400, 1200);
const BYTES: (u64, u64) = (2500, 9000);

/// The most words that are kept of a section `ram` with pages.
const WORDS: usize = 6;

/// A stream of the records of `whole` that are small.
pub(crate) fn piece(whole: &Stream) -> Stream {
    let mut scanner = scanner(&whole.bytes, whole.vmdesc.as_deref());
    let all = scanner.vmdesc().cloned().expect("a description");
    let page = PageSize::new(all.page_size as u32).unwrap();
    let mut kept = Vmdesc { devices: Vec::new(), ..(*all).clone() };
    let (mut out, mut room) = (Vec::new(), (LEAVES.1, BYTES.1));
    while let Some(item) = scanner.next_item().unwrap() {
        let bytes = &whole.bytes[item.offset as usize..item.end() as usize];
        match &item.content {
            Content::Section(section) if is_kept(section, &mut room) => {
                if let Payload::Described(described) = &section.payload {
                    kept.devices.push(all.devices[described.device].clone());
                }
                out.extend(fewer_pages(bytes, &item, section, page));
            }
            Content::Section(_) | Content::Description => {}
            _ => out.extend_from_slice(bytes),
        }
    }
    let (bytes, vmdesc) = match &whole.vmdesc {
        Some(_) => (out, Some(kept.to_string().into_bytes())),
        None => (with_description(out, &kept.to_string()), None),
    };
    Stream { name: format!("{} in part", whole.name), bytes, vmdesc }
}

fn is_kept(section: &Section, room: &mut (u64, u64)) -> bool {
    let leaves = match &section.payload {
        Payload::Described(described) => described.leaves,
        Payload::Ram(_) => return true,
        Payload::Opaque(_) => 0,
    };
    let fits = leaves <= LEAVES.0.min(room.0) && section.length <= BYTES.0.min(room.1);
    if fits {
        *room = (room.0 - leaves, room.1 - section.length);
    }
    fits
}

/// A record with the first words of its pages, and the mark that ends them.
fn fewer_pages(bytes: &[u8], item: &Item, section: &Section, page: PageSize) -> Vec<u8> {
    let is_pages = matches!(section.payload, Payload::Ram(_)) && section.kind != SectionKind::Start;
    if !is_pages {
        return bytes.to_vec();
    }
    let start = (section.start - item.offset) as usize;
    let end = start + section.length as usize;
    let mut kept = start;
    for _ in 0..WORDS {
        let mut reader = SliceReader::new(&bytes[kept..end]);
        let word = Word::read(&mut reader, page).unwrap();
        if word == Word::End {
            return bytes.to_vec();
        }
        kept += reader.position() as usize + word.data_length(page) as usize;
    }
    [&bytes[..kept], &[0, 0, 0, 0, 0, 0, 0, 0x10], &bytes[end..]].concat()
}

fn with_description(mut stream: Vec<u8>, text: &str) -> Vec<u8> {
    stream.push(6);
    stream.extend_from_slice(&(text.len() as u32).to_be_bytes());
    stream.extend_from_slice(text.as_bytes());
    stream
}
