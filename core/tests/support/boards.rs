//! Seeds of the fuzz target `machine`: a stream that loads, and what each end of a load needs.

#![allow(
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test may panic: that is how it fails"
)]

use super::chunks::*;
use migcore::visit::Kind;

/// What a device refuses, of which the first byte says what, the second how often it does not yet, and the
/// third whether it does once or always.
type Refusing = [u8; 3];

const NOTHING: Refusing = [0, 0, 0];
const PRE_SAVE: u8 = 1;
const POST_SAVE: u8 = 2;
const PRE_LOAD: u8 = 3;
const POST_LOAD: u8 = 4;
const LOAD_DONE: u8 = 5;
const ON_RUN: u8 = 6;
const ODD: u8 = 7;
const RESET: u8 = 8;

/// The devices in the order of the machine, which is that of most streams.
const DEVICES: [(&str, u32); 4] = [("clock", 0), ("nic", 0), ("nic", 1), ("disk", 7)];

/// A device in use, with a level of this value.
fn part(refusing: Refusing, level: u8) -> Vec<u8> {
    [&refusing[..], &[0, level], &[1, 2, 3, 4], &[5, 2, 0, 6, 0, 7, 8, 9]].concat()
}

/// How a stream is made: that of the input, one of another machine, a damaged one.
const GIVEN: u8 = 0;
const ANOTHER: u8 = 1;
const DAMAGED: u8 = 3;

/// The loaded stream is another one than the checked one: damaged, or cut.
const SAME: u8 = 0;
const DIFFERS: u8 = 14;
const CUT: u8 = 15;

/// Too little room for the image of an undo.
const SHORT: u8 = 6;

/// An input: the machine, how it is loaded, where the stream is damaged, and what that is made of.
fn input(refusing: [Refusing; 4], image: u8, how: [u8; 2], stream: &[u8]) -> Vec<u8> {
    in_use(refusing.map(|refusing| part(refusing, 2)), image, how, stream)
}

fn in_use(parts: [Vec<u8>; 4], image: u8, how: [u8; 2], stream: &[u8]) -> Vec<u8> {
    let changes = change(stream.len());
    [&parts.concat()[..], &[0, 6, 16, image], &how, &changes, stream].concat()
}

/// Changes the last value in a stream of so many bytes: before the checksum of its chunk, and the end chunk.
fn change(length: usize) -> Vec<u8> {
    let [.., high, low] = (length - 25).to_be_bytes();
    let mut change = vec![0; 14];
    change[2..5].copy_from_slice(&[high, low, 1]);
    change
}

/// The state of a device, of which most have one.
fn shape() -> Vec<Vec<u8>> {
    vec![
        op::scalar(Kind::U32, "level"),
        op::array(Kind::U16, "table", 4),
        op::varbytes("data"),
        op::varlist("ring"),
        op::element(),
        op::scalar(Kind::U8, "head"),
        op::scalar(Kind::I16, "tail"),
        op::end(),
        op::end(),
        op::optional("timer"),
        op::scalar(Kind::U16, "expires"),
        op::end(),
        op::scalar(Kind::U8, "extra"),
        op::subsection("part/alarm", 2),
        op::scalar(Kind::U32, "at"),
        op::end(),
    ]
}

fn values(level: u8) -> Vec<u8> {
    let table = [0, 1, 0, 2, 0, 3, 0, 4];
    let ring = [&count(2)[..], &run(0, 2), &[1, 0, 2], &[3, 0, 4]].concat();
    [&[0, 0, 0, level], &table[..], &count(3), b"xyz", &ring, &[1, 0, 9], &[5], &count(8)].concat()
}

/// A device of version 3 that version 2 can read.
fn device(stream: Assembler, (name, instance): (&str, u32), level: u8) -> Assembler {
    stream.device(0, name, instance, &values(level))
}

fn begun() -> Assembler {
    Assembler::new().shape(0, &shape())
}

/// A stream of these devices.
fn stream(devices: &[(&str, u32)], level: u8) -> Vec<u8> {
    devices.iter().fold(begun(), |stream, head| device(stream, *head, level)).end()
}

/// One with an ancillary device that the machine has not.
fn with_ancillary() -> Vec<u8> {
    let stream = DEVICES.iter().fold(begun(), |stream, head| device(stream, *head, 4));
    stream.chunk(b"mDEV", &first(0, LAST, "usb", 0, ANCILLARY, &values(4))).end()
}

/// One in which a device is of other versions.
fn versions(version: u32, oldest_reader: u32) -> Vec<u8> {
    let head = Head { name: b"clock", instance: 0, version, oldest_reader, marks: 0 };
    let data = fragment(0, LAST, &[&first_of(&head)[..], &values(3)].concat());
    let rest = DEVICES[1..].iter();
    rest.fold(begun().chunk(b"MDEV", &data), |stream, head| device(stream, *head, 3)).end()
}

/// One that lacks what a device without a scratch instance asks for.
fn without_items() -> Vec<u8> {
    let stream = Assembler::new().shape(0, &shape()).shape(1, &shape()[..3]);
    let stream = device(device(stream, DEVICES[0], 4), DEVICES[1], 4);
    stream.device(1, "disk", 7, &values(4)[..19]).end()
}

/// The seeds: their names, what becomes of a check, or of a load and one with an undo, and their bytes.
pub fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let all = stream(&DEVICES, 3);
    let willing = [NOTHING; 4];
    let given = |bytes: &[u8]| input(willing, 0, [GIVEN, SAME], bytes);
    let refused = |at: usize, refusing| {
        let mut refused = willing;
        refused[at] = refusing;
        input(refused, 0, [GIVEN, SAME], &all)
    };
    let keeping = [NOTHING, [RESET, 0, 0], NOTHING, [ODD, 0, 0]];
    let odd = [NOTHING, [ODD, 0, 0], NOTHING, NOTHING].map(|refusing| part(refusing, 5));
    let unknown = [&DEVICES[..], &[("usb", 0)]].concat();
    let twice = [&DEVICES[..], &DEVICES[..1]].concat();
    let made = |how| input(willing, 0, [how, SAME], &[40; 90]);
    vec![
        ("all", "loaded; loaded", given(&all)),
        ("no_optional", "loaded; loaded", given(&stream(&[DEVICES[3], DEVICES[0], DEVICES[1]], 3))),
        ("ancillary", "loaded; loaded", given(&with_ancillary())),
        ("another_machine", "loaded; loaded", made(ANOTHER)),
        ("unknown_device", "UnknownDevice", given(&stream(&unknown, 3))),
        ("missing_device", "Missing", given(&stream(&DEVICES[1..], 3))),
        ("twice", "BadOrder", given(&stream(&twice, 3))),
        ("too_new", "TooNew", given(&versions(9, 4))),
        ("too_old", "TooOld", given(&versions(0, 0))),
        ("damaged", "BadShape", made(DAMAGED)),
        ("scratch", "Refused", refused(1, [ODD, 0, 0])),
        ("value", "Refused, dirty; Refused", refused(3, [ODD, 0, 0])),
        ("pre_load", "Refused, dirty; Refused", refused(3, [PRE_LOAD, 0, 0])),
        ("post_load", "Refused, dirty; Refused", refused(1, [POST_LOAD, 0, 0])),
        ("no_undo", "Refused, dirty; Refused, dirty", refused(2, [POST_LOAD, 0, 1])),
        ("load_done", "Refused, dirty; Refused", refused(2, [LOAD_DONE, 0, 0])),
        ("kept", "Refused, dirty; Refused, dirty", input(keeping, 0, [GIVEN, SAME], &all)),
        ("image", "loaded; Refused", in_use(odd, 0, [GIVEN, SAME], &stream(&DEVICES, 4))),
        ("items", "Missing, dirty; Missing", given(&without_items())),
        ("other_value", "NotChecked, dirty; NotChecked", input(willing, 0, [GIVEN, DIFFERS], &all)),
        ("cut", "Truncated; Truncated", input(willing, 0, [GIVEN, CUT], &all)),
        ("no_save", "loaded; Refused", refused(3, [PRE_SAVE, 0, 0])),
        ("saved", "loaded; Refused", refused(3, [POST_SAVE, 0, 1])),
        ("no_run", "loaded; loaded", refused(3, [ON_RUN, 0, 0])),
        ("short_image", "loaded; NoSpace", input(willing, SHORT, [GIVEN, SAME], &all)),
    ]
}
