//! A program of release 3 that runs as machines of version 1, 2 and 3, beside the programs of the releases 1 and 2: what
//! each leaves out of its stream, which wire it is written to, and which device is a blob.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::codec::{chunk, legacy};
use migcore::compat::profile::{Profile, Row, Wire};
use migcore::error::Report;
use migcore::fields;
use migcore::machine::{BlobDevice, Device, Hooked, Machine, Slot};
use migcore::visit::{Versions, Visit, Visitor};
use migcore::vmstate::{Hook, If, Layout, On, StaticTable};
use migcore::{Code, Result};
use proptest::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

static PROFILE: Profile<'_> = Profile::new(&[
    Row::flag(2, "nic", "saves-coalescing", false),
    Row::blob(2, "rtc"),
    Row::flag(1, "nic", "saves-index", true),
    Row::flag(1, "rtc", "saves-century", false),
    Row::wire(1, Wire::Legacy),
]);

/// The network card of all releases. What release 3 asks the profile for is at its end, and is no state.
#[derive(Clone, Debug, Default, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Nic {
    control: u32,
    /// In the streams of release 1; it no longer matters.
    index: u32,
    /// Since release 3.
    coalescing: u32,
    saves_index: u8,
    saves_coalescing: u8,
    unused: [u8; 2],
}

const COALESCING: u32 = 100;
const CENTURY: u8 = 20;

static NIC_1: Layout<Nic> =
    Layout::new(StaticTable::new("nic", 1, fields!(Nic { control, index })));
static NIC_2: Layout<Nic> = Layout::new(StaticTable::new("nic", 1, fields!(Nic { control })));
static NIC_3: Layout<Nic> = Layout::new(
    StaticTable::new(
        "nic",
        1,
        fields!(Nic { control, index.tested(&If::<Nic>(|nic, _| nic.saves_index != 0)) }),
    )
    .subsections(&[NIC_3_COALESCING.table()])
    .on(
        Hook::PreLoad,
        &On::<Nic>(|nic, _| {
            (nic.index, nic.coalescing) = (0, COALESCING);
            Ok(())
        }),
    ),
);
static NIC_3_COALESCING: Layout<Nic> =
    Layout::new(StaticTable::new("nic/coalescing", 1, fields!(Nic { coalescing })).needed(&If::<
        Nic,
    >(
        |nic, _| nic.saves_coalescing != 0 && nic.coalescing != COALESCING,
    )));

/// A card with the table of a release.
struct Card(Nic, &'static Layout<Nic>);

impl Visit for Card {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        self.1.visit(&mut self.0, v)
    }
}

impl Device for Card {}

#[derive(Clone, Debug, Default, PartialEq)]
struct Rtc {
    base: u32,
    alarm: u16,
    /// Since release 2.
    century: u8,
    saves_century: bool,
}

/// The releases 1 and 2 put and get bytes.
struct OldRtc(Rtc);

impl Visit for OldRtc {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        let OldRtc(rtc) = self;
        let mut bytes = [0; 7];
        let length = if rtc.saves_century { 7 } else { 6 };
        if v.is_loading() {
            v.get_raw(&mut bytes[..length])?;
            rtc.base = u32::from_be_bytes(bytes[..4].try_into().unwrap());
            rtc.alarm = u16::from_be_bytes(bytes[4..6].try_into().unwrap());
            rtc.century = if rtc.saves_century { bytes[6] } else { CENTURY };
            return Ok(());
        }
        bytes[..4].copy_from_slice(&rtc.base.to_be_bytes());
        bytes[4..6].copy_from_slice(&rtc.alarm.to_be_bytes());
        bytes[6] = rtc.century;
        v.put_raw(&bytes[..length])
    }
}

impl Device for OldRtc {}

/// Release 3 visits it. What is in no table asks the profile as well.
impl Visit for Rtc {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("base", &mut self.base)?;
        v.visit("alarm", &mut self.alarm)?;
        match self.saves_century {
            true => v.visit("century", &mut self.century),
            false => Ok(()),
        }
    }
}

impl Device for Rtc {
    fn pre_load(&mut self) -> Hooked {
        self.century = CENTURY;
        Ok(())
    }
}

/// The devices of a program: each with its name and versions.
type Devices<'d> = [(&'d str, Versions, &'d mut dyn Device); 2];

/// A program that runs as a machine.
trait Program {
    fn wire(&self) -> Wire;
    /// Calls `with` for the devices, with the version of the clock.
    fn devices(&mut self, with: &mut dyn FnMut(Devices<'_>));
    fn state(&mut self) -> (&mut Nic, &mut Rtc);
}

/// A program of release 1 or 2, which knows nothing of profiles.
struct Old {
    release: u32,
    card: Card,
    rtc: OldRtc,
}

impl Old {
    fn new(release: u32) -> Old {
        let table = if release == 1 { &NIC_1 } else { &NIC_2 };
        let rtc = Rtc { saves_century: release == 2, ..Rtc::default() };
        Old { release, card: Card(Nic::default(), table), rtc: OldRtc(rtc) }
    }
}

impl Program for Old {
    fn wire(&self) -> Wire {
        if self.release == 1 {
            Wire::Legacy
        } else {
            Wire::Chunk
        }
    }

    fn devices(&mut self, with: &mut dyn FnMut(Devices<'_>)) {
        let only = Versions::only(1);
        with([("nic", only, &mut self.card), ("rtc", only, &mut self.rtc)]);
    }

    fn state(&mut self) -> (&mut Nic, &mut Rtc) {
        (&mut self.card.0, &mut self.rtc.0)
    }
}

/// Release 3: what it must know of a machine version, the profile tells.
struct Today {
    wire: Wire,
    rtc_version: u32,
    card: Card,
    rtc: Rtc,
}

impl Today {
    fn new(machine: u32) -> Today {
        let profile = PROFILE.at(machine);
        let nic = Nic {
            coalescing: COALESCING,
            saves_index: profile.flag("nic", "saves-index", false).unwrap().into(),
            saves_coalescing: profile.flag("nic", "saves-coalescing", true).unwrap().into(),
            ..Nic::default()
        };
        let saves_century = profile.flag("rtc", "saves-century", true).unwrap();
        Today {
            wire: profile.wire().unwrap(),
            rtc_version: if profile.is_blob("rtc").unwrap() { 1 } else { 2 },
            card: Card(nic, &NIC_3),
            rtc: Rtc { saves_century, ..Rtc::default() },
        }
    }
}

impl Program for Today {
    fn wire(&self) -> Wire {
        self.wire
    }

    fn devices(&mut self, with: &mut dyn FnMut(Devices<'_>)) {
        let versions = Versions { current: self.rtc_version, minimum: 1 };
        let mut rtc = BlobDevice::new(2, &mut self.rtc);
        with([("nic", Versions::only(1), &mut self.card), ("rtc", versions, &mut rtc)]);
    }

    fn state(&mut self) -> (&mut Nic, &mut Rtc) {
        (&mut self.card.0, &mut self.rtc)
    }
}

fn save(program: &mut dyn Program) -> Vec<u8> {
    let (mut bytes, wire) = (vec![0; 1 << 10], program.wire());
    let mut length = 0;
    program.devices(&mut |devices| {
        let mut scratch = [0; 256];
        length = match wire {
            Wire::Legacy => {
                let mut saver = legacy::Saver::to_slice(&mut bytes);
                for (name, versions, device) in devices {
                    let _ = saver.visitor().device(name, 0, versions, |v| device.visit(v));
                }
                saver.finish().unwrap()
            }
            Wire::Chunk => {
                let settings = chunk::Settings::default();
                let mut saver =
                    chunk::Saver::to_slice(&mut bytes, &settings, &mut scratch).unwrap();
                let mut slots =
                    devices.map(|(name, versions, device)| Slot::new(name, 0, versions, device));
                let _ = Machine::new(&mut slots).unwrap().save(&mut saver.visitor());
                saver.finish().unwrap()
            }
        } as usize;
    });
    bytes.truncate(length);
    bytes
}

fn load(program: &mut dyn Program, bytes: &[u8]) -> core::result::Result<(), Report> {
    let (wire, mut done) = (program.wire(), Ok(()));
    program.devices(&mut |devices| {
        done = match wire {
            Wire::Legacy => {
                let mut loader = legacy::Loader::from_slice(bytes);
                for (name, versions, device) in devices {
                    device.pre_load().unwrap();
                    let _ = loader.visitor().device(name, 0, versions, |v| device.visit(v));
                }
                loader.finish().map(|_| ())
            }
            Wire::Chunk => {
                let mut slots =
                    devices.map(|(name, versions, device)| Slot::new(name, 0, versions, device));
                let mut machine = Machine::new(&mut slots).unwrap();
                let mut loader = chunk::Loader::from_slice(bytes);
                let checked = machine.check(&mut loader.visitor());
                checked.map_err(|code| loader.report_of(code)).and_then(|checked| {
                    let mut loader = chunk::Loader::from_slice(bytes);
                    let done = machine.load(&mut loader.visitor(), &checked);
                    done.map_err(|code| loader.report_of(code))
                })
            }
        };
    });
    done
}

/// The values of a state, and none of what the profile gives.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Values {
    control: u32,
    index: u32,
    coalescing: u32,
    base: u32,
    alarm: u16,
    century: u8,
}

fn set(program: &mut dyn Program, values: Values) {
    let (nic, rtc) = program.state();
    (nic.control, nic.index, nic.coalescing) = (values.control, values.index, values.coalescing);
    (rtc.base, rtc.alarm, rtc.century) = (values.base, values.alarm, values.century);
}

fn get(program: &mut dyn Program) -> Values {
    let (nic, rtc) = program.state();
    Values {
        control: nic.control,
        index: nic.index,
        coalescing: nic.coalescing,
        base: rtc.base,
        alarm: rtc.alarm,
        century: rtc.century,
    }
}

const VALUES: Values = Values {
    control: 0x41,
    index: 7,
    coalescing: 50,
    base: 0x0102_0304,
    alarm: 0x0506,
    century: 19,
};

#[test]
fn the_profile_is_sound() {
    PROFILE.check().unwrap();
}

#[test]
fn machine_1_is_written_as_release_1_wrote_it() {
    let mut new = Today::new(1);
    set(&mut new, VALUES);
    let bytes = save(&mut new);
    assert_eq!(bytes, [0, 0, 0, 0x41, 0, 0, 0, 7, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_new_subsection_is_sent_by_new_machines_alone() {
    let mut source = Today::new(3);
    set(&mut source, VALUES);
    let bytes = save(&mut source);
    let mut target = Today::new(3);
    load(&mut target, &bytes).unwrap();
    assert_eq!(get(&mut target), Values { index: 0, ..VALUES });

    // Release 2 knows neither that nor the clock's fields.
    source.rtc_version = 1;
    let bytes = save(&mut source);
    assert_eq!(load(&mut Old::new(2), &bytes).unwrap_err().code, Code::UnknownSubsection);
    source.card.0.coalescing = COALESCING;
    let bytes = save(&mut source);
    load(&mut Old::new(2), &bytes).unwrap();
}

#[test]
fn what_release_2_put_as_bytes_machine_3_loads_as_described() {
    let mut source = Old::new(2);
    set(&mut source, VALUES);
    let bytes = save(&mut source);
    let mut target = Today::new(3);
    load(&mut target, &bytes).unwrap();
    assert_eq!(get(&mut target), Values { index: 0, coalescing: COALESCING, ..VALUES });
}

fn values() -> impl Strategy<Value = Values> {
    let numbers = (any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>());
    (numbers, any::<u16>(), any::<u8>()).prop_map(|(numbers, alarm, century)| {
        let (control, index, coalescing, base) = numbers;
        Values { control, index, coalescing, base, alarm, century }
    })
}

proptest! {
    /// Release 3 as a machine of an older version, and the release of that time, write the same bytes and load them
    /// from each other. What is not sent has its default, whatever was there before.
    #[test]
    fn releases_are_exchangeable(machine in 1u32..=2, sent in values(), there in values()) {
        let mut old = Old::new(machine);
        let mut new = Today::new(machine);
        set(&mut old, sent);
        set(&mut new, sent);
        let bytes = save(&mut old);
        prop_assert_eq!(&save(&mut new), &bytes);

        let mut new = Today::new(machine);
        set(&mut new, there);
        load(&mut new, &bytes).unwrap();
        let mut expected = Values { coalescing: COALESCING, ..sent };
        match machine {
            1 => expected.century = CENTURY,
            _ => expected.index = 0,
        }
        prop_assert_eq!(get(&mut new), expected);
        let mut old = Old::new(machine);
        load(&mut old, &bytes).unwrap();
        prop_assert_eq!(save(&mut old), bytes);
    }
}
