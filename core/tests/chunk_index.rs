//! An index changes how items are found, and nothing else: whatever a device asks for, in whatever order.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::codec::chunk::{ChunkDecoder, IndexEntry, Limits, Loader, Saver, Settings};
use migcore::codec::chunk::{SliceStore, StreamStore};
use migcore::io::{Portable, SliceReader};
use migcore::visit::{Marks, Versions, Visitor};
use migcore::Result;
use proptest::prelude::*;

const NAMES: [&str; 4] = ["a", "b", "c", "new"];

/// The elements of a list, each with items of a few names, all ancillary.
type State = Vec<Vec<(usize, u8)>>;

/// What a device asks for in each element: whether an item is there, or its value, if it is.
type Asks = Vec<Vec<(bool, usize)>>;

fn state() -> impl Strategy<Value = State> {
    let item = (0..3usize, any::<u8>());
    prop::collection::vec(prop::collection::vec(item, 0..6), 1..4)
}

fn asks() -> impl Strategy<Value = Asks> {
    let ask = (any::<bool>(), 0..NAMES.len());
    prop::collection::vec(prop::collection::vec(ask, 0..9), 3)
}

fn saved(state: &State) -> Vec<u8> {
    let (mut memory, mut scratch) = (vec![0; 4096], [0; 512]);
    let settings = Settings::default();
    let mut saver = Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
    let _ = saver.visitor().device("d", 0, Versions::only(1), |v| {
        v.list("l", state.len(), |v, at| {
            state[at].iter().try_for_each(|(name, value)| {
                v.mark(Marks::ANCILLARY)?;
                v.visit(NAMES[*name], &mut value.clone())
            })
        })
    });
    let length = saver.finish().unwrap();
    memory.truncate(length as usize);
    memory
}

/// What the device was told: 300 for an item that is not there.
fn read(v: &mut Visitor<'_>, elements: usize, asks: &Asks) -> Result<Vec<u16>> {
    let mut told = Vec::new();
    v.device("d", 0, Versions::only(1), |v| {
        v.list("l", elements, |v, at| {
            asks[at].iter().try_for_each(|(only_whether, name)| {
                let mut value = 300;
                match only_whether {
                    true => value = u16::from(v.has(&NAMES[*name])?),
                    false => v.visit_or(NAMES[*name], &mut value, 300)?,
                }
                told.push(value);
                Ok(())
            })
        })
    })?;
    v.finish()?;
    Ok(told)
}

fn from_slice(bytes: &[u8], entries: usize, elements: usize, asks: &Asks) -> Result<Vec<u16>> {
    let mut index = vec![IndexEntry::default(); entries];
    let store = SliceStore::new(bytes, Limits::default(), Portable);
    let mut loader = Loader::new(ChunkDecoder::with_index(store, &mut index));
    let told = read(&mut loader.visitor(), elements, asks);
    told
}

fn from_stream(bytes: &[u8], entries: usize, elements: usize, asks: &Asks) -> Result<Vec<u16>> {
    let (mut index, mut memory) = (vec![IndexEntry::default(); entries], vec![0; 8192]);
    let (source, limits) = (SliceReader::new(bytes), Limits::default());
    let store = StreamStore::new(source, &mut memory, limits, Portable);
    let mut loader = Loader::new(ChunkDecoder::with_index(store, &mut index));
    let told = read(&mut loader.visitor(), elements, asks);
    told
}

/// The state says what is due: the k-th request of a name gets the k-th item of it.
fn due(state: &State, asks: &Asks) -> Vec<u16> {
    let mut told = Vec::new();
    for (items, asks) in state.iter().zip(asks) {
        let mut had = [0; NAMES.len()];
        for (only_whether, name) in asks {
            let next = items.iter().filter(|(other, _)| other == name).nth(had[*name]);
            told.push(match (only_whether, next) {
                (true, _) => u16::from(next.is_some()),
                (false, None) => 300,
                (false, Some((_, value))) => {
                    had[*name] += 1;
                    u16::from(*value)
                }
            });
        }
    }
    told
}

proptest! {

    #[test]
    fn what_is_told_is_what_was_saved((state, asks) in (state(), asks())) {
        let (bytes, due) = (saved(&state), due(&state, &asks));
        for entries in [0, 3, 7, 64] {
            prop_assert_eq!(from_slice(&bytes, entries, state.len(), &asks), Ok(due.clone()));
            prop_assert_eq!(from_stream(&bytes, entries, state.len(), &asks), Ok(due.clone()));
        }
    }
}
