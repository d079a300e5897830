//! What the writer of chunks promises, by the word of a second reader that was made from
//! `docs/format.md` alone.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/saved.rs"]
mod saved;
#[path = "support/second.rs"]
mod second;

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::error::Report;
use migcore::io::{Portable, SliceWriter};
use migcore::visit::Visiting;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use saved::Device;

const CASES: usize = 200;

fn to_stream(
    devices: &[Device],
    settings: &Settings<'_>,
    scratch: usize,
) -> Result<Vec<u8>, Report> {
    let (mut memory, mut scratch) = (vec![0; 1 << 22], vec![0xa5; scratch]);
    let writer = SliceWriter::new(&mut memory);
    let encoder = ChunkEncoder::new(writer, Portable, settings, &mut scratch).unwrap();
    let mut visiting = Visiting::new(encoder);
    let mut visitor = visiting.saver();
    let done = saved::save(devices, &mut visitor).and_then(|()| visitor.finish());
    let length = visitor.position() as usize;
    match done {
        Ok(()) => {
            memory.truncate(length);
            memory.shrink_to_fit();
            Ok(memory)
        }
        Err(code) => Err(visiting.report_of(code)),
    }
}

#[test]
fn a_second_reader_finds_what_was_saved() {
    let mut runner = TestRunner::deterministic();
    let strategy = saved::devices();
    let (mut streams, mut expected) = (Vec::new(), Vec::new());
    for case in 0..CASES {
        let devices = strategy.new_tree(&mut runner).unwrap().current();
        for scratch in [256, 300, 512, 1500, 4096, 20_000, 200_000] {
            let slots = (case % 5) as u16;
            let settings = Settings {
                machine: "pc",
                writer: "test",
                slots: if scratch < 4096 { slots.min(1) } else { slots },
                fragment_limit: [0, 0, 2000, 100_000][case % 4],
                ..Settings::default()
            };
            let stream = to_stream(&devices, &settings, scratch)
                .unwrap_or_else(|report| panic!("{report} with {scratch}: {devices:#?}"));
            streams.push(stream);
            expected.push((scratch, devices.clone()));
        }
    }
    let found = second::read_all(&streams);
    let mut wrong: Vec<_> = found
        .iter()
        .zip(&expected)
        .enumerate()
        .filter(|(_, (found, (_, devices)))| second::items(found) != saved::lines(devices))
        .collect();
    wrong.sort_by_key(|(index, _)| streams[*index].len());
    if let Some((_, (found, (scratch, devices)))) = wrong.first() {
        panic!(
            "{} of {} differ; scratch {scratch}\nexpected\n{}found\n{found}",
            wrong.len(),
            streams.len(),
            saved::lines(devices)
        );
    }
}
