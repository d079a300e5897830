//! A load that fails can be taken back.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/part.rs"]
mod part;

use migcore::error::Report;
use migcore::io::Portable;
use migcore::machine::{Machine, Undo};
use migcore::Code;
use part::*;

fn saved() -> Vec<u8> {
    let mut parts = parts(&Log::default());
    save(&mut Machine::new(&mut slots(&mut parts)).unwrap()).unwrap()
}

/// Loads into devices in use, with so much memory for the image. Says whether the machine is dirty.
fn load_atomic(parts: &mut [Part; 3], bytes: &[u8], image: usize) -> (bool, Result<(), Report>) {
    let mut devices = slots(parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let checked = check(&mut machine, bytes).unwrap();
    let (mut image, mut scratch) = (vec![0; image], [0; 1024]);
    let undo = Undo { image: &mut image, scratch: &mut scratch, kernels: Portable };
    let done = over(bytes, |v| machine.load_atomic(v, &checked, undo));
    (machine.is_dirty(), done)
}

/// Devices that are in use, of another state than the saved one.
fn in_use(log: &Log) -> [Part; 3] {
    let mut parts = parts(log);
    for part in &mut parts {
        part.value += 100;
        part.table.reverse();
    }
    parts
}

#[test]
fn a_load_that_succeeds_is_a_load() {
    let mut parts = in_use(&Log::default());
    let (dirty, done) = load_atomic(&mut parts, &saved(), 4096);
    done.unwrap();
    assert!(!dirty);
    assert_eq!(states(&parts), states(&part::parts(&Log::default())));
}

#[test]
fn a_load_that_fails_leaves_the_state_that_was_there() {
    let bytes = saved();
    for (at, name) in ["rtc", "nic", "apic"].into_iter().enumerate() {
        let mut parts = in_use(&Log::default());
        let before = states(&parts);
        // The saved value, but not the one that is put back.
        parts[at].forbidden = Some(parts[at].value - 100);
        let (dirty, done) = load_atomic(&mut parts, &bytes, 4096);
        assert_eq!(fault(done), (Code::Refused, format!("{name}/0.value")));
        assert!(!dirty);
        assert_eq!(states(&parts), before);
    }
}

#[test]
fn an_undo_that_fails_too_leaves_the_machine_dirty() {
    let mut parts = in_use(&Log::default());
    parts[1].refusing = "post_load";
    let (dirty, done) = load_atomic(&mut parts, &saved(), 4096);
    assert_eq!(fault(done), (Code::Refused, "nic/0".to_owned()));
    assert!(dirty);
}

#[test]
fn too_little_memory_is_told_before_anything_is_done() {
    let bytes = saved();
    let log = Log::default();
    let mut parts = in_use(&log);
    let before = states(&parts);
    let (_, done) = load_atomic(&mut parts, &bytes, 16);
    let report = done.unwrap_err();
    assert_eq!((report.code, report.fault.found), (Code::NoSpace, 16));
    assert_eq!(states(&parts), before);
    let touched = |line: &String| line.contains("load");
    assert!(!log.borrow().iter().any(touched), "{:?}", log.borrow());
    // Just as much as was asked for is enough.
    let needed = report.fault.expected as usize;
    load_atomic(&mut parts, &bytes, needed - 1).1.unwrap_err();
    load_atomic(&mut parts, &bytes, needed).1.unwrap();
}

#[test]
fn too_little_scratch_is_told_as_such() {
    let bytes = saved();
    let mut parts = in_use(&Log::default());
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let checked = check(&mut machine, &bytes).unwrap();
    let undo = Undo { image: &mut [0; 4096], scratch: &mut [0; 10], kernels: Portable };
    let report = over(&bytes, |v| machine.load_atomic(v, &checked, undo)).unwrap_err();
    let numbers = (report.fault.expected, report.fault.found);
    assert_eq!((report.code, numbers), (Code::NoSpace, (256, 10)));
}

#[test]
fn a_state_that_cannot_be_saved_is_not_loaded_over() {
    let bytes = saved();
    let mut parts = in_use(&Log::default());
    let before = states(&parts);
    parts[2].refusing = "pre_save";
    let (dirty, done) = load_atomic(&mut parts, &bytes, 4096);
    assert_eq!(fault(done), (Code::Refused, "apic/0".to_owned()));
    assert!(!dirty);
    assert_eq!(states(&parts), before);
}
