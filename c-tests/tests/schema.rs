//! What the tables of the devices in `devices/` say of themselves, held against what QEMU says of its own, and against
//! what it sent: with `migcore schema --check`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "../../cli/tests/support/schemas.rs"]
mod schemas;
#[path = "../../cli/tests/support/streams.rs"]
mod streams;

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use migcore_c_tests::top;
use migcore_cli::schema::check::finding::{Checked, Finding, Rule};
use migcore_cli::schema::check::{check, Side};
use migcore_cli::schema::model::{Device, Schema, Source};
use schemas::of_bytes;

/// A field whose name a compiler made of a number that one target of QEMU calls otherwise.
const RENAMED: &str = "acpi_pci_hotplug.acpi_pcihp_pci_status[0x0]";

/// Several devices have these names, with other fields.
const SEVERAL: [&str; 2] = ["serial", "vga"];

/// What the tables of the devices say; `None` if their program cannot be built here.
static TABLES: LazyLock<Option<Schema>> = LazyLock::new(tables);

/// What the program of the devices prints. Two of them cannot be built at once.
fn tables() -> Option<Schema> {
    let output = Command::new("make")
        .args(["-s", "-C", "devices", "run-gcc", "SECTIONS=--dump"])
        .current_dir(top().join("c-tests"))
        .env_remove("MAKEFLAGS")
        .stderr(Stdio::inherit())
        .output()
        .expect("make runs");
    assert!(output.status.success(), "{}", output.status);
    (!output.stdout.starts_with(b"gcc: skipped")).then(|| of_bytes(&output.stdout))
}

fn checked(from: &Schema, to: &Schema) -> Checked {
    check(Side { name: "OLD", schema: from }, Side { name: "NEW", schema: to })
}

#[test]
fn what_qemu_sent_fits_the_tables_of_the_devices() {
    let Some(tables) = &*TABLES else { return };
    let (mut devices, mut fields) = (0, 0);
    for stream in streams::own() {
        let sent = of_bytes(stream.vmdesc.as_deref().unwrap_or(&stream.bytes));
        if sent.source != Source::Description {
            continue;
        }
        let Checked { faults, compared, .. } = checked(&sent, tables);
        let wrong: Vec<&Finding> =
            faults.kept.iter().filter(|fault| fault.path != RENAMED).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", stream.name);
        devices += compared.devices;
        fields += compared.fields;
    }
    assert!(devices > 1000 && fields > 10_000, "{devices} devices, {fields} fields");
}

/// Types of one table, by the name of that.
fn by_description(schema: &Schema) -> HashMap<String, Device> {
    let named = schema.devices.iter().filter_map(|device| {
        let name = device.description()?.name.clone();
        Some((name.clone(), Device { name, ..device.clone() }))
    });
    named.filter(|(name, _)| !SEVERAL.contains(&name.as_str())).collect()
}

/// What streams do not show is not in the tables here: versions, conditions, subsections that were not needed. But the
/// fields are QEMU's, in its order, and of its sizes.
#[test]
fn the_fields_are_those_of_qemu_s_own_tables() {
    let Some(tables) = &*TABLES else { return };
    let (ours, theirs) = (by_description(tables), by_description(&schemas::real_dump()));
    let both = |of: &HashMap<String, Device>| {
        let mut devices: Vec<Device> = of.values().cloned().collect();
        devices
            .retain(|device| ours.contains_key(&device.name) && theirs.contains_key(&device.name));
        Schema { source: Source::Dump, machine: None, devices }
    };
    let (ours, theirs) = (both(&ours), both(&theirs));
    for (from, to) in [(&theirs, &ours), (&ours, &theirs)] {
        let Checked { faults, compared, .. } = checked(from, to);
        let same = [Rule::Device, Rule::Name, Rule::Changed, Rule::Size, Rule::Count, Rule::Unused];
        let wrong: Vec<_> = faults.kept.iter().filter(|one| same.contains(&one.rule)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(compared.devices > 20 && compared.fields > 400, "{compared:?}");
    }
}
