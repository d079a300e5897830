//! What a machine promises: all of a stream or nothing of it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/part.rs"]
mod part;

use chunks::{op, Assembler};
use migcore::machine::{Checked, Device, Machine, Slot};
use migcore::visit::{Kind, Marks, Versions, Visit, Visitor};
use migcore::Code;
use part::*;

fn saved() -> Vec<u8> {
    let mut parts = parts(&Log::default());
    save(&mut Machine::new(&mut slots(&mut parts)).unwrap()).unwrap()
}

/// Checks that a stream is refused before any device is changed.
fn refused(bytes: &[u8]) -> (Code, String) {
    let mut blank = blanks(&parts(&Log::default()));
    let error = refused_by(&mut blank, bytes);
    assert_eq!(states(&blank), states(&blanks(&blank)));
    error
}

fn refused_by(parts: &mut [Part; 3], bytes: &[u8]) -> (Code, String) {
    let log = parts[0].log.clone();
    let mut slots = slots(parts);
    let mut machine = Machine::new(&mut slots).unwrap();
    log.borrow_mut().clear();
    let error = fault(load(&mut machine, bytes));
    assert!(log.borrow().is_empty(), "{:?}", log.borrow());
    assert!(!machine.is_dirty());
    error
}

#[test]
fn what_was_saved_is_loaded_with_the_hooks_around_it() {
    let log = Log::default();
    let mut source = parts(&log);
    let bytes = save(&mut Machine::new(&mut slots(&mut source)).unwrap()).unwrap();
    let each = |name: &str| ["pre_save", "save", "post_save"].map(|hook| format!("{name}.{hook}"));
    assert_eq!(*log.borrow(), ["rtc", "nic", "apic"].map(each).concat());

    log.borrow_mut().clear();
    let mut destination = blanks(&source);
    let mut devices = slots(&mut destination);
    let mut machine = Machine::new(&mut devices).unwrap();
    let checked = check(&mut machine, &bytes).unwrap();
    assert_eq!((checked.devices, checked.skipped), (3, 0));
    assert!(log.borrow().is_empty());
    over(&bytes, |v| machine.load(v, &checked)).unwrap();
    machine.run().unwrap();
    let each =
        |name: &str| ["pre_load", "load", "post_load(3)"].map(|hook| format!("{name}.{hook}"));
    let mut due = ["rtc", "nic", "apic"].map(each).concat();
    due.extend(["rtc.load_done", "nic.load_done", "apic.load_done"].map(str::to_owned));
    due.extend(["rtc.on_run", "nic.on_run", "apic.on_run"].map(str::to_owned));
    assert_eq!(*log.borrow(), due);
    assert_eq!(states(&destination), states(&source));
}

#[test]
fn devices_may_stand_in_another_order_than_in_the_stream() {
    let bytes = saved();
    let mut parts = parts(&Log::default());
    let saved = states(&parts);
    parts = blanks(&parts);
    let log = parts[0].log.clone();
    let mut devices = slots(&mut parts);
    devices.reverse();
    load(&mut Machine::new(&mut devices).unwrap(), &bytes).unwrap();
    // What is done when all are loaded is done in the order of the machine.
    let done = ["apic.load_done", "nic.load_done", "rtc.load_done"].map(str::to_owned);
    assert!(log.borrow().ends_with(&done), "{:?}", log.borrow());
    assert_eq!(states(&parts), saved);
}

#[test]
fn two_devices_differ_in_name_or_instance() {
    let mut parts = parts(&Log::default());
    let [first, second, third] = &mut parts;
    let mut devices = [
        Slot::new("nic", 1, VERSIONS, first),
        Slot::new("nic", 0, VERSIONS, second),
        Slot::new("nic", 1, VERSIONS, third),
    ];
    let error = fault(Machine::new(&mut devices));
    assert_eq!(error, (Code::InvalidArgument, "nic/1".to_owned()));
    for (versions, oldest) in [(Versions { current: 1, minimum: 2 }, 1), (Versions::only(1), 2)] {
        let mut part = Part::new("nic", 1, &Log::default());
        let mut devices = [Slot::new("nic", 0, versions, &mut part).oldest_reader(oldest)];
        assert_eq!(fault(Machine::new(&mut devices)).0, Code::InvalidArgument);
    }
    let name = "n".repeat(256);
    let mut part = Part::new("nic", 1, &Log::default());
    let mut devices = [Slot::new(&name, 0, VERSIONS, &mut part)];
    assert_eq!(fault(Machine::new(&mut devices)).0, Code::NameTooLong);
}

/// A stream of devices of one shape, that of a [`Part`].
fn stream(devices: &[(&str, u32, u8)]) -> Vec<u8> {
    let shape = [op::scalar(Kind::U32, "value"), op::array(Kind::U8, "table", 32)];
    let values = [1; 36];
    let mut stream = Assembler::new().shape(0, &shape);
    for (name, instance, marks) in devices {
        let kind = if marks & chunks::ANCILLARY == 0 { b"MDEV" } else { b"mDEV" };
        let data = chunks::first(0, chunks::LAST, name, *instance, *marks, &values);
        stream = stream.chunk(kind, &data);
    }
    stream.end()
}

#[test]
fn a_device_must_be_known_come_once_and_be_there() {
    let all = [("rtc", 0, 0), ("nic", 0, 0), ("apic", 0, 0)];
    let with = |more| stream(&[&all[..], &[more]].concat());
    assert_eq!(refused(&with(("nic", 1, 0))), (Code::UnknownDevice, "nic/1".to_owned()));
    assert_eq!(refused(&with(("nic", 0, 0))), (Code::BadOrder, "nic/0".to_owned()));
    assert_eq!(refused(&stream(&all[1..])), (Code::Missing, "rtc/0".to_owned()));

    let mut parts = parts(&Log::default());
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let bytes = with(("clock", 4, chunks::ANCILLARY));
    let checked = check(&mut machine, &bytes).unwrap();
    assert_eq!((checked.devices, checked.skipped), (3, 1));
    over(&bytes, |v| machine.load(v, &checked)).unwrap();
}

#[test]
fn an_optional_device_may_be_missing_and_keeps_its_state() {
    let mut parts = parts(&Log::default());
    let [rtc, nic, _] = &mut parts;
    let mut devices =
        [Slot::new("rtc", 0, VERSIONS, rtc), Slot::new("nic", 0, VERSIONS, nic).optional()];
    load(&mut Machine::new(&mut devices).unwrap(), &stream(&[("rtc", 0, 0)])).unwrap();
    assert_eq!((parts[0].value, parts[1].value), (0x0101_0101, 5));
    let of_nic = |line: &&String| line.starts_with("nic");
    assert!(parts[1].log.borrow().iter().filter(of_nic).eq(["nic.load_done"]));
}

#[test]
fn a_version_must_be_accepted() {
    // That of the stream is 3, which version 2 can read.
    for (current, minimum, due) in [
        (1, 1, Err(Code::TooNew)),
        (2, 1, Ok("post_load(2)")),
        (3, 3, Ok("post_load(3)")),
        (5, 3, Ok("post_load(3)")),
        (5, 4, Err(Code::TooOld)),
    ] {
        let log = Log::default();
        let mut part = Part::new("rtc", 1, &log);
        let mut devices = [Slot::new("rtc", 0, Versions { current, minimum }, &mut part)];
        let mut machine = Machine::new(&mut devices).unwrap();
        let loaded = load(&mut machine, &stream(&[("rtc", 0, 0)]));
        match due {
            Ok(hook) => {
                loaded.unwrap();
                let log = log.borrow();
                assert!(log.ends_with(&[format!("rtc.{hook}"), "rtc.load_done".to_owned()]));
            }
            Err(code) => {
                assert_eq!(fault(loaded), (code, "rtc/0".to_owned()));
                assert!(log.borrow().is_empty() && !machine.is_dirty());
            }
        }
    }
}

#[test]
fn the_oldest_reader_and_the_marks_are_saved() {
    let mut part = Part::new("rtc", 9, &Log::default());
    let slot = Slot::new("rtc", 0, VERSIONS, &mut part);
    let marks = Marks::ANCILLARY | Marks::VOLATILE;
    let mut devices = [slot.oldest_reader(1).marks(marks)];
    let bytes = save(&mut Machine::new(&mut devices).unwrap()).unwrap();
    over(&bytes, |v| {
        let head = v.next_device()?.unwrap();
        assert_eq!((head.version, head.oldest_reader, head.marks), (3, 1, marks));
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_scratch_instance_finds_what_only_the_device_can_know() {
    let bytes = saved();
    let mut parts = blanks(&parts(&Log::default()));
    for part in &mut parts {
        part.scratch = true;
    }
    parts[2].forbidden = Some(6);
    assert_eq!(refused_by(&mut parts, &bytes), (Code::Refused, "apic/0.value".to_owned()));
    assert_eq!(states(&parts), states(&blanks(&parts)));
}

#[test]
fn a_load_that_fails_half_way_leaves_the_machine_dirty() {
    let bytes = saved();
    for (refusing, due) in
        [("", "nic/0.value"), ("pre_load", "nic/0"), ("post_load", "nic/0"), ("load_done", "nic/0")]
    {
        let mut parts = blanks(&parts(&Log::default()));
        parts[1].forbidden = Some(if refusing.is_empty() { 5 } else { 0 });
        parts[1].refusing = refusing;
        let mut devices = slots(&mut parts);
        let mut machine = Machine::new(&mut devices).unwrap();
        let report = load(&mut machine, &bytes).unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (Code::Refused, due));
        assert_eq!(report.fault.cause, if refusing.is_empty() { 5 } else { 7 });
        assert!(machine.is_dirty());
        for error in [
            fault(save(&mut machine)),
            fault(machine.run()),
            fault(load(&mut machine, &bytes)),
            fault(over(&bytes, |v| {
                let checked = machine.check(v)?;
                machine.load(v, &checked)
            })),
        ] {
            assert_eq!(error, (Code::Dirty, String::new()));
        }
        machine.each(|slot| slot.device().value = 0);
        machine.reset_done();
        save(&mut machine).unwrap();
        machine.run().unwrap();
        assert_eq!(parts.map(|part| part.value), [0; 3]);
    }
}

/// What remembers that is the machine, not its devices.
#[test]
fn a_machine_that_is_resumed_is_as_dirty_as_it_was() {
    let mut parts = blanks(&parts(&Log::default()));
    parts[1].refusing = "post_load";
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    load(&mut machine, &saved()).unwrap_err();
    let dirty = machine.is_dirty();
    devices.iter_mut().for_each(|slot| slot.device().value += 1);
    let mut machine = Machine::resume(&mut devices, dirty);
    assert_eq!(fault(machine.run()).0, Code::Dirty);
    machine.reset_done();
    machine.run().unwrap();
}

/// Without a scratch instance only the form of a state is checked, and that is told.
#[test]
fn what_a_device_does_not_know_is_found_before_the_load_with_a_scratch_instance_alone() {
    let known = [op::scalar(Kind::U32, "value"), op::array(Kind::U8, "table", 32)];
    let more = [&known[..], &[op::scalar(Kind::U8, "more")]].concat();
    let other = [op::scalar(Kind::U64, "value"), op::array(Kind::U8, "table", 32)];
    for (shape, length, code, path) in [
        (&more[..], 37, Code::Unconsumed, "rtc/0.more"),
        (&known[..1], 4, Code::Missing, "rtc/0.table"),
        (&other[..], 40, Code::WrongType, "rtc/0.value"),
    ] {
        let data = chunks::first(0, chunks::LAST, "rtc", 0, 0, &vec![1; length]);
        let bytes = Assembler::new().shape(0, shape).chunk(b"MDEV", &data).end();
        let mut part = Part::new("rtc", 9, &Log::default());
        for scratch in [false, true] {
            part.scratch = scratch;
            let mut devices = [Slot::new("rtc", 0, VERSIONS, &mut part)];
            let mut machine = Machine::new(&mut devices).unwrap();
            let unproven = check(&mut machine, &bytes).map(|checked| checked.unproven);
            assert_eq!(unproven.ok(), (!scratch).then_some(1));
            assert_eq!(fault(load(&mut machine, &bytes)), (code, path.to_owned()));
            assert_eq!(machine.is_dirty(), !scratch);
        }
    }
}

#[test]
fn a_machine_whose_save_failed_goes_on() {
    let log = Log::default();
    let mut parts = parts(&log);
    for refusing in ["pre_save", "post_save"] {
        parts[1].refusing = refusing;
        let mut devices = slots(&mut parts);
        let mut machine = Machine::new(&mut devices).unwrap();
        assert_eq!(fault(save(&mut machine)), (Code::Refused, "nic/0".to_owned()));
        assert!(!machine.is_dirty());
        machine.run().unwrap();
    }
}

#[test]
fn after_a_save_that_failed_the_hook_of_its_device_runs_all_the_same() {
    let log = Log::default();
    let mut parts = parts(&log);
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let (mut memory, mut scratch) = ([0; 160], [0; 256]);
    let settings = migcore::codec::chunk::Settings::default();
    let mut saver =
        migcore::codec::chunk::Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
    assert_eq!(machine.save(&mut saver.visitor()), Err(Code::NoSpace));
    let log = log.borrow();
    assert!(log.last().unwrap().ends_with("post_save"), "{log:?}");
    assert_eq!(log.iter().filter(|line| line.ends_with("pre_save")).count() * 3, log.len());
}

#[test]
fn a_stream_must_be_the_one_that_was_checked() {
    let log = Log::default();
    let mut source = parts(&log);
    let mut devices = slots(&mut source);
    let mut machine = Machine::new(&mut devices).unwrap();
    let first = save(&mut machine).unwrap();
    devices[0].device().value += 1;
    let second = save(&mut Machine::new(&mut devices).unwrap()).unwrap();
    let mut machine = Machine::new(&mut devices).unwrap();
    let checked = check(&mut machine, &first).unwrap();
    let never = Checked { devices: 0, ..checked };
    assert_eq!(fault(over(&first, |v| machine.load(v, &never))).0, Code::NotChecked);
    assert!(!machine.is_dirty());
    assert_eq!(fault(over(&second, |v| machine.load(v, &checked))).0, Code::NotChecked);
    assert!(machine.is_dirty());
}

#[test]
fn a_visitor_that_was_used_up_loads_nothing() {
    let mut parts = parts(&Log::default());
    let mut devices = slots(&mut parts).map(Slot::optional);
    let mut machine = Machine::new(&mut devices).unwrap();
    let bytes = save(&mut machine).unwrap();
    let mut loader = migcore::codec::chunk::Loader::from_slice(&bytes);
    let checked = machine.check(&mut loader.visitor()).unwrap();
    assert_eq!(machine.load(&mut loader.visitor(), &checked), Err(Code::NotChecked));
    assert!(!machine.is_dirty());
}

#[test]
fn a_save_takes_no_visitor_that_loads() {
    let log = Log::default();
    let mut parts = parts(&log);
    let mut devices = slots(&mut parts);
    let bytes = save(&mut Machine::new(&mut devices).unwrap()).unwrap();
    devices[0].device().value += 1;
    let value = devices[0].device().value;
    log.borrow_mut().clear();
    let mut loader = migcore::codec::chunk::Loader::from_slice(&bytes);
    let saved = Machine::new(&mut devices).unwrap().save(&mut loader.visitor());
    assert_eq!(saved, Err(Code::WrongDirection));
    assert_eq!((devices[0].device().value, log.borrow().len()), (value, 0));
}

#[test]
fn a_wire_without_names_cannot_be_loaded_so() {
    let mut parts = parts(&Log::default());
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let mut loader = migcore::codec::legacy::Loader::from_slice(&[0; 64]);
    assert_eq!(machine.check(&mut loader.visitor()), Err(Code::Unsupported));
    assert!(!machine.is_dirty());
}

/// Every place where a stream can be cut, and every bit of it.
#[test]
fn a_damaged_stream_changes_no_device() {
    let log = Log::default();
    let mut parts: Vec<Part> = (0..66).map(|value| Part::new("nic", value, &log)).collect();
    let slot = |(instance, part)| Slot::new("nic", instance, VERSIONS, part);
    let mut devices: Vec<_> = (0..).zip(&mut parts).map(slot).collect();
    let mut machine = Machine::new(&mut devices).unwrap();
    let bytes = save(&mut machine).unwrap();
    assert!(bytes.len() >= 4096, "{}", bytes.len());
    log.borrow_mut().clear();
    for length in 0..bytes.len() {
        load(&mut machine, &bytes[..length]).expect_err("it is cut");
    }
    let mut damaged = bytes.clone();
    for bit in 0..bytes.len() * 8 {
        damaged[bit / 8] ^= 1 << (bit % 8);
        load(&mut machine, &damaged).expect_err("it is damaged");
        damaged[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(log.borrow().is_empty() && !machine.is_dirty());
    load(&mut machine, &bytes).unwrap();
}

/// Devices of different types may be kept together.
#[test]
fn a_slot_holds_any_device() {
    #[derive(Default)]
    struct Fan(u16);
    impl Visit for Fan {
        fn visit(&mut self, v: &mut Visitor<'_>) -> migcore::Result<()> {
            v.visit("speed", &mut self.0)
        }
    }
    impl Device for Fan {}

    let (mut fan, mut part) = (Fan(900), Part::new("nic", 1, &Log::default()));
    let mut devices: [Slot<'_, dyn Device>; 2] =
        [Slot::new("fan", 0, VERSIONS, &mut fan), Slot::new("nic", 0, VERSIONS, &mut part)];
    let bytes = save(&mut Machine::new(&mut devices).unwrap()).unwrap();
    fan.0 = 0;
    let mut devices: [Slot<'_, dyn Device>; 2] =
        [Slot::new("nic", 0, VERSIONS, &mut part), Slot::new("fan", 0, VERSIONS, &mut fan)];
    load(&mut Machine::new(&mut devices).unwrap(), &bytes).unwrap();
    assert_eq!(fan.0, 900);
}
