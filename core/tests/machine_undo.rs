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
use migcore::machine::{Device, Hooked, Machine, Slot, Undo};
use migcore::visit::{Scope, ScopeKind, SubsectionName, Visit, Visitor};
use migcore::Code;
use part::*;

fn saved() -> Vec<u8> {
    let mut parts = parts(&Log::default());
    save(&mut Machine::new(&mut slots(&mut parts)).unwrap()).unwrap()
}

/// Loads into devices in use, with so much memory for the image. Says whether the machine is dirty.
fn load_atomic(parts: &mut [Part; 3], bytes: &[u8], image: usize) -> (bool, Result<(), Report>) {
    let (failure, done) = undone(&mut slots(parts), bytes, image);
    (failure.is_some(), done)
}

/// The same for any devices; says why the machine is dirty.
fn undone<D: Device>(
    devices: &mut [Slot<'_, D>],
    bytes: &[u8],
    image: usize,
) -> (Option<Report>, Result<(), Report>) {
    let mut machine = Machine::new(devices).unwrap();
    let checked = check(&mut machine, bytes).unwrap();
    let (mut image, mut scratch) = (vec![0; image], [0; 1024]);
    let mut failure = None;
    let undo =
        Undo { image: &mut image, scratch: &mut scratch, kernels: Portable, failure: &mut failure };
    let done = over(bytes, |v| machine.load_atomic(v, &checked, undo));
    assert_eq!(machine.is_dirty(), failure.is_some());
    (failure, done)
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
    for (refusing, undone_by) in [("post_load", "rtc/0"), ("load_done", "rtc/0")] {
        let mut parts = in_use(&Log::default());
        parts[0].refusing = refusing;
        parts[1].forbidden = Some(5);
        let (failure, done) = undone(&mut slots(&mut parts), &saved(), 4096);
        assert_eq!(fault(done).0, Code::Refused);
        // Both are told: why the load failed, and why it could not be undone.
        let failure = failure.expect("a failed undo");
        assert_eq!((failure.code, failure.fault.cause), (Code::Refused, 7));
        assert_eq!(failure.path.as_str(), undone_by);
    }
}

#[test]
fn a_present_state_that_could_not_be_put_back_is_not_loaded_over() {
    let log = Log::default();
    let mut parts = in_use(&log);
    let before = states(&parts);
    parts[2].scratch = true;
    parts[2].forbidden = Some(parts[2].value);
    let (dirty, done) = load_atomic(&mut parts, &saved(), 4096);
    assert_eq!(fault(done), (Code::Refused, "apic/0.value".to_owned()));
    assert!(!dirty);
    assert_eq!(states(&parts), before);
    assert!(!log.borrow().iter().any(|line| line.contains("load")), "{:?}", log.borrow());
}

/// A device with a subsection that is saved only where it is needed.
#[derive(Clone, Debug, Default, PartialEq)]
struct Nic {
    control: u32,
    offload: u32,
    /// Resets in `pre_load` what a stream may leave out.
    resets: bool,
    /// A value of `control` that `post_load` refuses.
    forbidden: u32,
}

impl Visit for Nic {
    fn visit(&mut self, v: &mut Visitor<'_>) -> migcore::Result<()> {
        v.visit("control", &mut self.control)?;
        if !v.is_loading() {
            if self.offload == 0 {
                return Ok(());
            }
            v.begin(&"nic/offload", Scope::Subsection { version: 1 })?;
            v.visit("offload", &mut self.offload)?;
            return v.end(ScopeKind::Subsection);
        }
        let mut name = SubsectionName::new();
        while v.next_subsection(b"nic", &mut name)?.is_some() {
            v.visit("offload", &mut self.offload)?;
            v.end(ScopeKind::Subsection)?;
        }
        Ok(())
    }
}

impl Device for Nic {
    fn pre_load(&mut self) -> Hooked {
        if self.resets {
            self.offload = 0;
        }
        Ok(())
    }

    fn post_load(&mut self, _version: u32) -> Hooked {
        match self.control == self.forbidden {
            true => Err(7),
            false => Ok(()),
        }
    }
}

fn nics(nics: &mut [Nic; 2]) -> [Slot<'_, Nic>; 2] {
    let [first, second] = nics;
    let slot = |instance, nic| Slot::new("nic", instance, VERSIONS, nic);
    [slot(0, first), slot(1, second)]
}

#[test]
fn a_state_that_was_put_back_is_compared_with_what_was_there() {
    let nic = |control, offload| Nic { control, offload, ..Nic::default() };
    let mut source = [nic(7, 9), nic(8, 0)];
    let bytes = save(&mut Machine::new(&mut nics(&mut source)).unwrap()).unwrap();
    for resets in [true, false] {
        let mut here = [nic(1, 0), nic(2, 0)];
        here[0].resets = resets;
        here[1].forbidden = 8;
        let before = here.clone();
        let (failure, done) = undone(&mut nics(&mut here), &bytes, 4096);
        assert_eq!(fault(done), (Code::Refused, "nic/1".to_owned()));
        assert_eq!(here == before, resets);
        // The device kept the subsection of the load that failed, which the image does not have.
        let failure =
            failure.map(|report| (report.code, report.fault.expected == report.fault.found));
        assert_eq!(failure, (!resets).then_some((Code::Dirty, false)));
    }
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
    let undo = Undo {
        image: &mut [0; 4096],
        scratch: &mut [0; 10],
        kernels: Portable,
        failure: &mut None,
    };
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
