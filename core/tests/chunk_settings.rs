//! No setting of a writer changes what a reader gets, and no memory is too small but with an error.

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
#[path = "support/shown.rs"]
mod shown;
#[path = "support/wire.rs"]
mod wire;

use migcore::codec::chunk::{scratch_for, Settings, MAX_SLOTS};
use migcore::Code;
use proptest::prelude::*;
use saved::{Device, Item, What};
use wire::*;

/// How long the longest name is.
fn longest(devices: &[Device]) -> usize {
    devices.iter().map(|device| device.name.len().max(longest_in(&device.items))).max().unwrap_or(0)
}

fn longest_in(items: &[Item]) -> usize {
    let inside = |item: &Item| match &item.what {
        What::Struct(description, items) => {
            description.as_ref().map_or(0, |(name, _)| name.len()).max(longest_in(items))
        }
        What::List(_, lists) => lists.iter().map(|items| longest_in(items)).max().unwrap_or(0),
        What::Optional(Some(items)) | What::Subsection(_, items) | What::Device(_, _, _, items) => {
            longest_in(items)
        }
        _ => 0,
    };
    items.iter().map(|item| item.name.len().max(inside(item))).max().unwrap_or(0)
}

#[test]
fn settings_do_not_change_what_is_read() {
    let settings = (0..5000usize, 0..=MAX_SLOTS as u16, prop_oneof![Just(0), 1000..9000u32]);
    for_each(60, &(saved::devices(), settings), |(devices, (more, slots, fragment_limit))| {
        let scratch = scratch_for(longest(&devices)) + more;
        // Each slot needs what one slot needs.
        let slots = slots.min((scratch / scratch_for(longest(&devices)) / 2) as u16);
        let settings = Settings {
            machine: "pc",
            writer: "test",
            slots,
            fragment_limit,
            ..Settings::default()
        };
        let bytes = to_stream(&settings, scratch, |v| saved::save(&devices, v));
        let bytes = bytes.map_err(|report| TestCaseError::fail(report.to_string()))?;
        prop_assert_eq!(shown::read(&bytes), Ok(saved::lines(&devices)));
        let plain = plain_stream(|v| saved::save(&devices, v));
        prop_assert_eq!(read_tree(&bytes, digest), read_tree(&plain, digest));
        let again = to_stream(&settings, scratch, |v| saved::save(&devices, v));
        prop_assert_eq!(again, Ok(bytes));
        Ok(())
    });
}

/// A device whose longest name has so many bytes.
fn named(length: usize) -> Vec<Device> {
    let name = "n".repeat(length);
    let described = What::Struct(Some((name.clone(), 7)), vec![]);
    let items = vec![Item { name: name.clone(), marks: 1, what: described }];
    vec![Device { name, instance: 0, version: 1, oldest_reader: 1, marks: 0, items }]
}

#[test]
fn scratch_for_the_longest_name_is_enough_and_less_says_what_is_needed() {
    for length in [0, 1, 63, 64, 65, 128, 200, 254, 255] {
        let devices = named(length);
        let with = |scratch| to_stream(&Settings::default(), scratch, |v| saved::save(&devices, v));
        let enough = scratch_for(length);
        let bytes = with(enough).unwrap();
        assert_eq!(shown::read(&bytes), Ok(saved::lines(&devices)), "{length}");
        for scratch in (0..enough).step_by(7) {
            let (mut scratch, mut tries) = (scratch, 0);
            let bytes = loop {
                let report = match with(scratch) {
                    Ok(bytes) => break bytes,
                    Err(report) => report,
                };
                assert_eq!(report.code, Code::NoSpace, "{length} {scratch}");
                assert_eq!(report.fault.found as usize, scratch);
                assert!(report.fault.expected as usize > scratch, "{length} {scratch}");
                (scratch, tries) = (report.fault.expected as usize, tries + 1);
            };
            // The least memory that there is for any state, and then that for this one.
            assert!(tries <= 2, "{length} {scratch}");
            assert_eq!(shown::read(&bytes), Ok(saved::lines(&devices)));
        }
    }
}
