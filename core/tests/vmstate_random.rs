//! Random tables and objects: what a save tells of itself is right to the last byte, and leads to the same items.

#![cfg(feature = "alloc")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/described.rs"]
mod described;
#[path = "support/planned.rs"]
mod planned;
#[path = "support/made.rs"]
mod tables;
#[path = "support/wire.rs"]
mod wire;

use described::{bytes_of, shown_by};
use migcore::codec::vmdesc::{fits, replay, size_of, Device, Vmdesc};
use migcore::visit::{Versions, Visitor};
use migcore::Result;
use planned::{any_table, Builder};
use proptest::prelude::*;
use proptest::sample::select;
use tables::{Made, Objects};
use wire::{digest, for_each, to_tree, ROOM};

#[test]
fn a_save_is_what_it_tells() {
    for_each(150, &(any_table(3), select(vec![702, 902, 1000, 1002])), |(planned, release)| {
        let mut builder = Builder::new(release);
        let (table, object) = builder.device(&planned);
        let mut objects = builder.objects;
        let (payload, text) = objects.described(table, object, release);
        let vmdesc = Vmdesc::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(&vmdesc.to_string(), &text);
        let device = &vmdesc.devices[0];
        prop_assert_eq!(size_of(device), Some(payload.len() as u64), "{}", text);
        let fit = fits(device, &payload);
        prop_assert!(fit.is_ok(), "{}: {}", fit.unwrap_err(), text);
        prop_assert_eq!(&bytes_of(device, &payload).unwrap(), &payload);
        let walked = shown_by(|v| objects.walk(table, object, v)).unwrap();
        let replayed = shown_by(|v| through(device, &payload, v)).unwrap();
        prop_assert_eq!(walked, replayed, "{}", text);
        prop_assert_eq!(
            tree(|v| objects.walk(table, object, v)),
            tree(|v| through(device, &payload, v))
        );
        Ok(())
    });
}

/// What was told of does not depend on whether it was told.
#[test]
fn to_tell_changes_no_byte() {
    for_each(50, &any_table(3), |planned| {
        let mut builder = Builder::new(702);
        let (table, object) = builder.device(&planned);
        let mut objects = builder.objects;
        let (payload, _) = objects.described(table, object, 702);
        prop_assert_eq!(plain(&mut objects, table, object), payload);
        Ok(())
    });
}

/// The device by its description, in a scope as that of its table.
fn through(device: &Device, payload: &[u8], v: &mut Visitor<'_>) -> Result<()> {
    let migcore::codec::vmdesc::Content::Described(description) = &device.content else {
        panic!("{device:?}")
    };
    v.device(device.name.as_str(), 0, Versions::only(description.version), |v| {
        replay(device, payload, v, &mut ()).map_err(|misfit| panic!("{misfit}"))
    })
}

/// The digest of the tree of what is saved.
fn tree(save: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> [u8; 32] {
    let mut memory = vec![0; ROOM];
    digest(&to_tree(&mut memory, save).unwrap())
}

fn plain(objects: &mut Objects, table: &'static Made, object: usize) -> Vec<u8> {
    let mut bytes = vec![0; ROOM];
    let mut saver = migcore::codec::legacy::Saver::to_slice(&mut bytes);
    objects.walk(table, object, &mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap() as usize;
    bytes.truncate(length);
    bytes
}
