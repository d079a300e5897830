//! The rules by which rows of profiles hold: those of QEMU's tables of compatibility.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::compat::profile::{release, Profile, Row, Says, Setting, Wire, MAX_TABLES};
use migcore::Code;
use proptest::prelude::*;

const COMMON: &[Row<'_>] = &[
    Row::flag(release(7, 2, 0), "e1000e", "migrate-timadj", false),
    Row::flag(release(7, 2, 0), "virtio-mem", "x-early-migration", false),
    Row::flag(release(6, 2, 0), "PIIX4_PM", "x-not-migrate-acpi-index", true),
    Row::number(release(4, 0, 0), "nic", "queues", 4),
    Row::wire(release(3, 1, 0), Wire::Legacy),
    Row::blob(release(2, 12, 0), "hda-audio"),
    Row::number(release(2, 9, 0), "nic", "queues", 1),
    Row::text(release(2, 4, 0), "nic", "romfile", "efi-old.rom").optional(),
];
static COMMON_PROFILE: Profile<'_> = Profile::new(COMMON);

#[test]
fn later_releases_have_greater_numbers() {
    let releases = [(0, 15, 0), (1, 0, 0), (2, 4, 0), (2, 12, 0), (2, 12, 1), (10, 2, 0)];
    let numbers = releases.map(|(major, minor, micro)| release(major, minor, micro));
    assert!(numbers.is_sorted_by(|one, next| one < next));
}

#[test]
fn a_row_holds_up_to_its_version_and_not_beyond() {
    let timadj = |machine| COMMON_PROFILE.at(machine).flag("e1000e", "migrate-timadj", true);
    assert_eq!(timadj(release(8, 0, 0)), Ok(true));
    assert_eq!(timadj(release(7, 2, 1)), Ok(true));
    assert_eq!(timadj(release(7, 2, 0)), Ok(false));
    // Versions that no row names lie between those that one names.
    assert_eq!(timadj(release(7, 1, 0)), Ok(false));
    assert_eq!(timadj(0), Ok(false));
}

#[test]
fn the_row_for_the_oldest_version_wins() {
    let queues = |machine| COMMON_PROFILE.at(machine).number("nic", "queues", 16);
    assert_eq!(queues(release(5, 0, 0)), Ok(16));
    assert_eq!(queues(release(4, 0, 0)), Ok(4));
    assert_eq!(queues(release(2, 10, 0)), Ok(4));
    assert_eq!(queues(release(2, 9, 0)), Ok(1));
    assert_eq!(queues(release(2, 4, 0)), Ok(1));
}

#[test]
fn wire_and_blobs_are_inherited_as_properties_are() {
    let at = |major, minor| COMMON_PROFILE.at(release(major, minor, 0));
    assert_eq!(at(4, 0).wire(), Ok(Wire::Chunk));
    assert_eq!(at(3, 1).wire(), Ok(Wire::Legacy));
    assert_eq!(at(2, 4).wire(), Ok(Wire::Legacy));
    assert_eq!(at(3, 0).is_blob("hda-audio"), Ok(false));
    assert_eq!(at(2, 12).is_blob("hda-audio"), Ok(true));
    assert_eq!(at(2, 4).is_blob("hda-audio"), Ok(true));
    assert_eq!(at(2, 4).is_blob("nic"), Ok(false));
}

#[test]
fn what_is_a_blob_can_be_described_in_versions_before() {
    let described = Row { until: 3, says: Says::Blob { device: "nic", stays: false } };
    let rows = [Row::blob(5, "nic"), described];
    let profile = Profile::new(&rows);
    let blob = |machine| profile.at(machine).is_blob("nic");
    assert_eq!([6, 5, 4, 3].map(blob), [Ok(false), Ok(true), Ok(true), Ok(false)]);
}

#[test]
fn a_table_on_top_wins_for_the_same_version_only() {
    let upper = [Row::number(8, "nic", "queues", 80), Row::number(4, "nic", "queues", 40)];
    let lower = [
        Row::number(8, "nic", "queues", 8),
        Row::number(6, "nic", "queues", 6),
        Row::number(4, "nic", "queues", 4),
    ];
    let lower = Profile::new(&lower);
    let both = Profile::new(&upper).on(&lower);
    let queues = |machine| both.at(machine).number("nic", "queues", 0);
    assert_eq!([9, 8, 7, 6, 5, 4, 1].map(|v| queues(v).unwrap()), [0, 80, 80, 6, 6, 40, 40]);
}

#[test]
fn rows_come_in_the_order_in_which_they_apply() {
    let upper = [Row::number(8, "a", "p", 1), Row::number(4, "a", "p", 2)];
    let lower =
        [Row::number(8, "b", "p", 3), Row::number(8, "b", "q", 4), Row::number(6, "b", "p", 5)];
    let lower = Profile::new(&lower);
    let both = Profile::new(&upper).on(&lower);
    let numbers = |machine| -> Vec<u64> {
        let rows = both.at(machine).rows().unwrap();
        rows.map(|row| match row.unwrap().says {
            Says::Property { value: Setting::Number(number), .. } => number,
            other => panic!("{other:?}"),
        })
        .collect()
    };
    assert_eq!(numbers(0), [3, 4, 1, 5, 2]);
    assert_eq!(numbers(5), [3, 4, 1, 5]);
    assert!(numbers(9).is_empty());
}

#[test]
fn apply_gives_each_property_of_the_device_and_passes_over_optional_ones() {
    let mut given = Vec::new();
    let done = COMMON_PROFILE.at(release(2, 4, 0)).apply("nic", |name, value| {
        given.push((name, value));
        if name == "romfile" {
            Err(Code::Missing)
        } else {
            Ok(())
        }
    });
    assert_eq!(done, Ok(()));
    let text = Setting::Text("efi-old.rom");
    let queues = [4, 1].map(|number| ("queues", Setting::Number(number)));
    assert_eq!(given, [queues[0], queues[1], ("romfile", text)]);

    // What is not optional must be there, and another error is one in any case.
    let at = COMMON_PROFILE.at(release(4, 0, 0));
    assert_eq!(at.apply("nic", |_, _| Err(Code::Missing)), Err(Code::Missing));
    let at = COMMON_PROFILE.at(release(2, 4, 0));
    let refuse_text = |name: &str, _: Setting<'_>| match name {
        "romfile" => Err(Code::Refused),
        _ => Ok(()),
    };
    assert_eq!(at.apply("nic", refuse_text), Err(Code::Refused));
}

#[test]
fn a_value_of_another_kind_is_an_error() {
    let at = COMMON_PROFILE.at(release(2, 4, 0));
    assert_eq!(at.flag("nic", "queues", true), Err(Code::WrongType));
    assert_eq!(at.text("nic", "queues", ""), Err(Code::WrongType));
    assert_eq!(at.number("nic", "romfile", 1), Err(Code::WrongType));
    assert_eq!(at.text("nic", "romfile", ""), Ok("efi-old.rom"));
    assert_eq!(at.text("nic", "other", "default"), Ok("default"));
    assert_eq!(at.get("nic", "other"), Ok(None));
}

#[test]
fn rows_out_of_order_are_an_error_and_not_another_answer() {
    let rows = [Row::flag(4, "a", "p", false), Row::flag(6, "a", "p", true)];
    let profile = Profile::new(&rows);
    assert_eq!(profile.at(1).flag("a", "p", false), Err(Code::BadTable));
    assert_eq!(profile.at(1).rows().unwrap().next(), Some(Err(Code::BadTable)));
    assert_eq!(profile.check().unwrap_err().code, Code::BadTable);
    // An iterator ends with its error.
    assert_eq!(profile.at(1).rows().unwrap().count(), 1);
}

#[test]
fn tables_on_top_of_each_other_are_bounded() {
    let rows = [Row::flag(4, "a", "p", true)];
    fn stacked<'a>(on: &'a Profile<'a>, more: usize, then: &mut dyn FnMut(&Profile<'_>)) {
        match more {
            0 => then(on),
            _ => stacked(&Profile::new(&[]).on(on), more - 1, then),
        }
    }
    let lowest = Profile::new(&rows);
    stacked(&lowest, MAX_TABLES - 1, &mut |profile| {
        assert_eq!(profile.at(4).flag("a", "p", false), Ok(true));
        profile.check().unwrap();
    });
    stacked(&lowest, MAX_TABLES, &mut |profile| {
        assert_eq!(profile.at(4).flag("a", "p", false), Err(Code::TooMany));
        assert_eq!(profile.check().unwrap_err().code, Code::TooMany);
    });
}

#[test]
fn check_finds_what_a_table_says_twice_or_in_two_kinds() {
    COMMON_PROFILE.check().unwrap();
    let refused = |rows: &[Row<'_>]| {
        let report = Profile::new(rows).check().unwrap_err();
        (report.code, report.path.as_str().to_owned())
    };
    let twice =
        [Row::flag(4, "a", "p", true), Row::flag(4, "b", "p", true), Row::flag(4, "a", "p", false)];
    assert_eq!(refused(&twice), (Code::BadTable, "a.p".to_owned()));
    let twice = [Row::blob(4, "a"), Row::blob(4, "a")];
    assert_eq!(refused(&twice), (Code::BadTable, "a".to_owned()));
    let twice = [Row::wire(4, Wire::Legacy), Row::wire(4, Wire::Chunk)];
    assert_eq!(refused(&twice), (Code::BadTable, String::new()));
    let kinds = [Row::flag(5, "a", "p", true), Row::number(4, "a", "p", 1)];
    assert_eq!(refused(&kinds), (Code::WrongType, "a.p".to_owned()));
    assert_eq!(refused(&[Row::flag(4, "", "p", true)]).0, Code::BadTable);
    assert_eq!(refused(&[Row::flag(4, "a", "", true)]).0, Code::BadTable);
    assert_eq!(refused(&[Row::blob(4, "")]).0, Code::BadTable);

    // What another table says of the same is no repetition: that is on top. Kinds are the same in all.
    let rows = [Row::flag(4, "a", "p", true)];
    let same = Profile::new(&rows);
    Profile::new(&rows).on(&same).check().unwrap();
    let number = [Row::number(4, "a", "p", 1)];
    let report = Profile::new(&number).on(&same).check().unwrap_err();
    assert_eq!(report.code, Code::WrongType);
    let late = [Row::flag(4, "a", "p", true), Row::flag(4, "a", "p", true)];
    let late = Profile::new(&late);
    assert_eq!(Profile::new(&[]).on(&late).check().unwrap_err().code, Code::BadTable);
}

/// QEMU's way: the tables of all versions from the newest to that of the machine, one after the other into a list,
/// and for each version the common table before that of the architecture.
fn as_qemu(tables: [&[Row<'_>]; 2], machine: u32) -> Option<u64> {
    let mut value = None;
    for version in (machine..=20).rev() {
        for table in tables {
            for row in table.iter().filter(|row| row.until == version) {
                if let Says::Property { value: Setting::Number(number), .. } = row.says {
                    value = Some(number);
                }
            }
        }
    }
    value
}

fn table() -> impl Strategy<Value = Vec<(u32, u64)>> {
    prop::collection::vec((0u32..20, any::<u64>()), 0..12).prop_map(|mut rows| {
        rows.sort_by_key(|(until, _)| core::cmp::Reverse(*until));
        rows
    })
}

proptest! {
    #[test]
    fn what_holds_is_what_qemu_would_apply_last(common in table(), own in table(), machine in 0u32..22) {
        let rows = |table: &[(u32, u64)]| -> Vec<Row<'static>> {
            table.iter().map(|(until, value)| Row::number(*until, "d", "p", *value)).collect()
        };
        let (common, own) = (rows(&common), rows(&own));
        let lower = Profile::new(&common);
        let both = Profile::new(&own).on(&lower);
        let expected = as_qemu([&common, &own], machine).map(Setting::Number);
        prop_assert_eq!(both.at(machine).get("d", "p"), Ok(expected));
    }
}
