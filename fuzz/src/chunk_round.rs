//! Any state with any settings: it is read back as it was saved, and saved again with the same bytes.

use super::input::Input;
use super::reading::{digest, replay, Pieces, Replayed};
use super::state::save;
use migcore::codec::chunk::{check, ChunkEncoder, Limits, Settings, SliceStore, StreamStore};
use migcore::io::{Portable, SliceWriter, StreamReader};
use migcore::model::{Builder, Tree};
use migcore::visit::{Visiting, Visitor};
use migcore::{Code, Result};

/// Room for streams, and for trees.
const ROOM: usize = 1 << 16;

/// The first bytes are the settings, the rest is the state.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let size = 256 + 32 * input.below(200);
    let settings = Settings {
        machine: "machine",
        writer: "",
        slots: input.below(5) as u16,
        fragment_limit: [0, 0, 1024, 5000][input.below(4)],
        ..Settings::default()
    };
    let step = 1 + usize::from(input.byte());
    let mut memory = vec![0; ROOM];
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    let Ok(devices) = save(&mut input.clone(), &mut visiting.saver()) else { return };
    let due = (devices, digest(&tree));

    let all = |v: &mut Visitor<'_>| save(&mut input.clone(), v).map(|_| ());
    let bytes = match stream(&settings, vec![0x5a; size], all) {
        Ok(bytes) => bytes,
        // Many slots leave little room for each shape.
        Err(Code::NoSpace) => return assert!(settings.slots > 1),
        Err(code) => panic!("{code:?}"),
    };
    let checked = check(&bytes, Limits::default(), Portable).unwrap();
    assert_eq!((checked.devices, checked.length), (devices, bytes.len() as u64));
    let memory = SliceStore::new(&bytes, Limits::default(), Portable);
    assert_eq!(replay(memory, |read| same(&tree, read)), Ok(due));
    assert_eq!(from_pieces(&bytes, step, size), Ok(due));

    // What the scratch memory held before does not count.
    let again = stream(&settings, vec![0xa5; size], |v| tree.replay(tree.root(), v));
    assert_eq!(again, Ok(bytes));
}

/// What a visit writes with these settings and this scratch memory.
fn stream(
    settings: &Settings<'_>,
    mut scratch: Vec<u8>,
    save: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Result<Vec<u8>> {
    let mut memory = vec![0; ROOM];
    let writer = SliceWriter::new(&mut memory);
    let encoder = ChunkEncoder::new(writer, Portable, settings, &mut scratch);
    let mut visiting = Visiting::new(encoder.map_err(|report| report.code)?);
    let mut v = visiting.saver();
    save(&mut v).and_then(|()| v.finish())?;
    let length = v.position() as usize;
    memory.truncate(length);
    Ok(memory)
}

fn from_pieces(bytes: &[u8], step: usize, scratch: usize) -> Replayed {
    // As much as the writer had, or a fragment that went out from where its values were.
    let (mut memory, mut buffer) = (vec![0; scratch + 5000], [0; 16]);
    let reader = StreamReader::new(Pieces { bytes, step }, &mut buffer);
    replay(StreamStore::new(reader, &mut memory, Limits::default(), Portable), |_| ())
}

fn same(saved: &Tree<'_>, read: &Tree<'_>) {
    saved.diff(saved.root(), read, read.root(), &mut |found| panic!("{found:?}")).unwrap();
}
