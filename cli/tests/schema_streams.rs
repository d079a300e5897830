//! Schemas of real streams: each is that of the state, passes against itself and against tables that have what it
//! sent, and not against those that lack some.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/dump_text.rs"]
mod dump_text;
#[path = "support/schemas.rs"]
mod schemas;
#[path = "support/streams.rs"]
mod streams;

use std::process::Command;

use dump_text::text_of;
use migcore_cli::schema::check::finding::{Checked, Rule};
use migcore_cli::schema::check::{check, Side};
use migcore_cli::schema::model::{Count, Device, Exists, Field, Schema, Source, State};
use schemas::{dump_of, of_bytes, real_dump};
use streams::Stream;

fn checked(from: &Schema, to: &Schema) -> Checked {
    check(Side { name: "OLD", schema: from }, Side { name: "NEW", schema: to })
}

fn described(schema: &Schema) -> usize {
    schema.devices.iter().filter_map(Device::description).count()
}

/// The schema of a stream: of its description, where that lies beside it.
fn schema_of(stream: &Stream) -> Schema {
    of_bytes(stream.vmdesc.as_deref().unwrap_or(&stream.bytes))
}

#[test]
fn a_stream_passes_against_itself_and_its_own_tables() {
    let (mut seen, mut sections) = (0, 0);
    for stream in streams::own() {
        let schema = schema_of(&stream);
        if described(&schema) == 0 {
            continue;
        }
        (seen, sections) = (seen + 1, sections + described(&schema));
        assert_eq!(schema.source, Source::Description);
        let dump = of_bytes(text_of(&dump_of(&schema)).as_bytes());
        for (from, to) in [(&schema, &schema), (&dump, &dump), (&schema, &dump), (&dump, &schema)] {
            let Checked { faults, .. } = checked(from, to);
            assert!(
                faults.is_empty(),
                "{}: {:?} {:?}: {faults:#?}",
                stream.name,
                from.source,
                to.source
            );
        }
    }
    assert!(seen > 40 && sections > 1000, "{seen} streams, {sections} sections");
}

/// A table that lacks a field, has one more, one of another size, or is of an older version.
#[test]
fn a_stream_does_not_pass_against_tables_that_changed() {
    let stream = streams::one("i440fx-7.2-default.dev");
    let schema = schema_of(&stream);
    let dump = dump_of(&schema);
    for number in 0..dump.devices.len() {
        let broken = |rule: Rule, change: fn(&mut Vec<Field>) -> bool| {
            let mut changed = dump.clone();
            let State::Described(description) = &mut changed.devices[number].state else { return };
            let fields = description.fields.as_mut().unwrap();
            if fields.is_empty() || !change(fields) {
                return;
            }
            // Other types of the same description would fit.
            let name = description.name.clone();
            let same = |other: &Device| other.description().is_none_or(|it| it.name != name);
            let kept = changed.devices[number].clone();
            changed.devices.retain(same);
            changed.devices.push(kept);
            let Checked { faults, .. } = checked(&schema, &changed);
            let found = faults.kept.iter().any(|fault| fault.rule == rule);
            assert!(found, "{rule:?} {number}: {faults:?}");
        };
        broken(Rule::Removed, |fields| {
            fields.len() > 1 && {
                let last = fields.pop().unwrap();
                last.name != "unused" && fields.iter().all(|field| field.name != "unused")
            }
        });
        broken(Rule::Added, |fields| {
            fields.push(Field {
                name: "more".to_owned(),
                exists: Exists::Always,
                count: Count::Of(2),
                ..Field::default()
            });
            true
        });
        broken(Rule::Size, |fields| {
            let widened = fields
                .iter_mut()
                .find(|field| field.description.is_none() && field.size == Some(2));
            widened.map(|field| field.size = Some(3)).is_some()
        });
        let mut older = dump.clone();
        older.devices[number].versions.current = Some(-1);
        older.devices.swap(0, number);
        older.devices.truncate(1);
        let Checked { faults, .. } = checked(&schema, &older);
        assert!(
            faults.kept.iter().any(|fault| fault.rule == Rule::Version),
            "{number}: {faults:?}"
        );
    }
}

/// A dump does not tell an array whose length is part of the state from a single value, and an empty one is not sent.
#[test]
fn what_may_be_an_empty_array_is_no_fault() {
    let table = |more: &str| {
        let text = format!(
            r#"{{"d": {{"Description": {{"name": "d", "version_id": 1, "Fields": [{{"field": "a", "size": 4}}{more}]}}}}}}"#
        );
        of_bytes(text.as_bytes())
    };
    let sent = r#"{"page_size": 4096, "devices": [{"name": "x/d", "instance_id": 0, "vmsd_name": "d", "version": 1,
        "fields": [{"name": "a", "type": "uint32", "size": 4}]}]}"#;
    let sent = of_bytes(sent.as_bytes());
    for (more, fault) in [
        ("", false),
        (r#", {"field": "b", "size": 4}"#, false),
        (r#", {"field": "b", "num": 2, "size": 4}"#, true),
    ] {
        let table = table(more);
        for (from, to, rule) in [(&sent, &table, Rule::Added), (&table, &sent, Rule::Removed)] {
            let Checked { faults, remarks, .. } = checked(from, to);
            let found = if fault { &faults } else { &remarks };
            assert_eq!(
                found.kept.iter().any(|one| one.rule == rule),
                !more.is_empty(),
                "{found:?}"
            );
            assert_eq!(faults.is_empty(), !fault, "{faults:?}");
        }
    }
}

/// What one QEMU says of its tables, and what it sent.
#[test]
fn streams_pass_against_the_dump_of_the_program_that_wrote_them() {
    let dump = real_dump();
    assert_eq!((dump.devices.len(), dump.machine.as_deref()), (626, Some("virt-7.2")));
    for name in
        ["aarch64-virt-7.2.dev", "arm-virt-7.2-a15.dev", "mps2-an385.dev", "vexpress-a9.dev"]
    {
        let schema = schema_of(&streams::one(name));
        for (from, to) in [(&schema, &dump), (&dump, &schema)] {
            let Checked { faults, compared, .. } = checked(from, to);
            assert!(faults.is_empty(), "{name}: {faults:#?}");
            assert!(compared.devices > 10 && compared.fields > 80, "{name}: {compared:?}");
        }
    }
}

/// The edit that such a stream needs: `docs/streams.md` has it.
#[test]
fn a_pair_of_machine_types_differs_in_one_field() {
    let old = of_bytes(&streams::one("p1-i440fx-7.2-to-6.2.src").bytes);
    let new = of_bytes(&streams::one("p1-i440fx-7.2-to-6.2.transformed").bytes);
    for (from, to, rule) in [(&old, &new, Rule::Removed), (&new, &old, Rule::Added)] {
        let Checked { faults, remarks, .. } = checked(from, to);
        let [fault] = &faults.kept[..] else { panic!("{faults:#?}") };
        assert_eq!(fault.rule, rule);
        assert_eq!(fault.place(), "0000:00:01.3/piix4_pm/0.acpi_pci_hotplug.acpi_index");
        assert!(remarks.kept.iter().any(|remark| remark.rule == Rule::Machine), "{remarks:#?}");
    }
}

#[test]
fn a_stream_that_went_through_chunks_has_the_schema_that_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let (state, chunks) = (folder.path().join("a.state"), folder.path().join("a.mig"));
    let stream = streams::one("microvm-7.2.mig");
    std::fs::write(&state, &stream.bytes).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_migcore"));
    run.arg("convert").arg(&state).args(["--to", "chunk", "-o"]).arg(&chunks);
    assert!(run.output().unwrap().status.success());
    assert_eq!(of_bytes(&std::fs::read(&chunks).unwrap()), of_bytes(&stream.bytes));
}
