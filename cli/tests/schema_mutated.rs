//! One change of a schema at a time: each is found, where it was made.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "../../core/tests/support/random.rs"]
#[allow(dead_code, clippy::as_conversions, reason = "each test uses what it needs")]
mod random;
#[path = "support/schemas.rs"]
mod schemas;
#[path = "support/streams.rs"]
mod streams;

use migcore_cli::schema::check::finding::{Checked, Rule};
use migcore_cli::schema::check::{check, Side};
use migcore_cli::schema::model::{Count, Description, Exists, Field, Schema, State, Versions};
use random::Random;
use schemas::{dump_of, of_bytes, real_dump};

/// A kind of change, and what the check has to say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    DeviceRenamed,
    DeviceVersion,
    DeviceMinimum,
    Version,
    Minimum,
    Name,
    FieldsCut,
    FieldRemoved,
    FieldInserted,
    FieldRenamed,
    FieldsSwapped,
    FieldSize,
    FieldCount,
    FieldVersion,
    FieldCondition,
    StructLost,
    SubsectionRemoved,
    SubsectionRenamed,
}

const CHANGES: [Change; 18] = [
    Change::DeviceRenamed,
    Change::DeviceVersion,
    Change::DeviceMinimum,
    Change::Version,
    Change::Minimum,
    Change::Name,
    Change::FieldsCut,
    Change::FieldRemoved,
    Change::FieldInserted,
    Change::FieldRenamed,
    Change::FieldsSwapped,
    Change::FieldSize,
    Change::FieldCount,
    Change::FieldVersion,
    Change::FieldCondition,
    Change::StructLost,
    Change::SubsectionRemoved,
    Change::SubsectionRenamed,
];

/// Whether the changed one is to load what the other saves, or the other way.
fn is_receiver(change: Change) -> bool {
    !matches!(change, Change::Version | Change::DeviceVersion)
}

#[test]
fn every_change_of_a_real_dump_is_found() {
    found_in(&real_dump(), 1);
}

/// Streams are many, and one dump of each is small.
#[test]
fn every_change_of_the_dump_of_a_stream_is_found() {
    for stream in streams::own().filter(|stream| stream.name.ends_with(".dev")).take(6) {
        let text = stream.vmdesc.expect("a description");
        found_in(&dump_of(&of_bytes(&text)), 2);
    }
}

fn found_in(schema: &Schema, seed: u64) {
    let mut random = Random(seed);
    for change in CHANGES {
        let mut made = 0;
        for _ in 0..400 {
            let device = random.below(schema.devices.len());
            // One device alone: the check of the others is the same each time.
            let devices = vec![schema.devices[device].clone()];
            let kept = Schema { source: schema.source, machine: None, devices };
            let mut changed = kept.clone();
            if changed.devices[0].description().is_none()
                || !alter(&mut changed, change, &mut random)
            {
                continue;
            }
            made += 1;
            is_found(&kept, &changed, change);
            if made == 40 {
                break;
            }
        }
        let rare = [Change::FieldCount, Change::StructLost];
        assert!(made > 3 || rare.contains(&change), "{change:?}: {made}");
    }
}

fn is_found(kept: &Schema, changed: &Schema, change: Change) {
    let (kept, changed) =
        (Side { name: "OLD", schema: kept }, Side { name: "NEW", schema: changed });
    let (from, to) = match is_receiver(change) {
        true => (kept, changed),
        false => (changed, kept),
    };
    let Checked { faults, remarks, .. } = check(from, to);
    let what = || format!("{change:?} of {:?}\nfound {faults:?} {remarks:?}", kept.schema.devices);
    let findings = match change {
        Change::FieldCondition => &remarks,
        _ => &faults,
    };
    let told = findings.kept.iter().any(|finding| rules(change).contains(&finding.rule));
    assert!(told, "{}", what());
    let own = check(changed, changed);
    assert!(own.faults.is_empty(), "{change:?}: against itself: {:?}", own.faults);
}

/// One of these is broken by a change.
fn rules(change: Change) -> &'static [Rule] {
    match change {
        Change::DeviceRenamed => &[Rule::Device],
        Change::DeviceVersion | Change::DeviceMinimum | Change::Version | Change::Minimum => {
            &[Rule::Version]
        }
        // Subsections are found by their names.
        Change::Name => &[Rule::Name, Rule::Subsection],
        Change::FieldsCut | Change::FieldRemoved => &[Rule::Removed],
        Change::FieldInserted => &[Rule::Added],
        // A field of the old name may stand further on.
        Change::FieldRenamed => &[Rule::Changed, Rule::Removed],
        Change::FieldsSwapped => &[Rule::Added, Rule::Removed, Rule::Changed],
        Change::FieldSize => &[Rule::Size],
        Change::FieldCount => &[Rule::Count],
        Change::FieldVersion => &[Rule::Removed],
        Change::FieldCondition => &[Rule::Condition],
        Change::StructLost => &[Rule::Structure],
        Change::SubsectionRemoved | Change::SubsectionRenamed => &[Rule::Subsection],
    }
}

/// Makes a change somewhere in the only device; `false` where it has no place for it.
fn alter(schema: &mut Schema, change: Change, random: &mut Random) -> bool {
    let device = &mut schema.devices[0];
    match change {
        Change::DeviceRenamed => device.name.push('x'),
        Change::DeviceVersion => device.versions.current = device.versions.current.map(|of| of + 1),
        Change::DeviceMinimum => raise(&mut device.versions),
        _ => {
            let State::Described(description) = &mut device.state else { return false };
            return alter_inside(description, change, random);
        }
    }
    true
}

/// A program that dropped what was before its newest version.
fn raise(versions: &mut Versions) {
    versions.current = versions.current.map(|of| of + 1);
    versions.minimum = versions.current;
}

fn alter_inside(description: &mut Description, change: Change, random: &mut Random) -> bool {
    // Somewhere inside, or here.
    let inner: Vec<&mut Description> = description
        .fields
        .iter_mut()
        .flatten()
        .filter_map(|field| field.description.as_deref_mut())
        .chain(description.subsections.iter_mut().flatten())
        .collect();
    let chosen = random.below(inner.len() + 1);
    if let Some(inner) = inner.into_iter().nth(chosen) {
        if alter_inside(inner, change, random) {
            return true;
        }
    }
    match change {
        Change::Version => {
            description.versions.current = description.versions.current.map(|of| of + 1)
        }
        Change::Minimum => raise(&mut description.versions),
        Change::Name => description.name.push('x'),
        Change::SubsectionRemoved | Change::SubsectionRenamed => {
            let Some(all) = description.subsections.as_mut().filter(|all| !all.is_empty()) else {
                return false;
            };
            let at = random.below(all.len());
            match change {
                Change::SubsectionRemoved => drop(all.remove(at)),
                _ => all[at].name.push('x'),
            }
        }
        _ => return alter_fields(description, change, random),
    }
    true
}

fn alter_fields(description: &mut Description, change: Change, random: &mut Random) -> bool {
    let version = description.versions.current.unwrap_or(0);
    let Some(fields) = description.fields.as_mut().filter(|fields| !fields.is_empty()) else {
        return false;
    };
    let at = random.below(fields.len());
    // What is not there for its version may change as it likes, and what is unused stands for anything.
    let plain = |field: &Field| {
        field.since.is_none_or(|since| since <= version) && !field.name.starts_with("unused")
    };
    if !fields.iter().all(plain) {
        return false;
    }
    let leaf = fields[at].description.is_none();
    match change {
        Change::FieldsCut => drop(std::mem::take(fields)),
        Change::FieldRemoved => drop(fields.remove(at)),
        Change::FieldInserted => {
            let (name, size) = ("inserted".to_owned(), Some(4));
            let exists = Exists::Always;
            fields.insert(at, Field { name, size, exists, since: Some(0), ..Field::default() });
        }
        Change::FieldRenamed => fields[at].name.push('x'),
        Change::FieldsSwapped if at > 0 && fields[at].name != fields[at - 1].name => {
            fields.swap(at - 1, at);
        }
        Change::FieldSize if leaf => fields[at].size = fields[at].size.map(|size| size + 1),
        Change::FieldCount if leaf && matches!(fields[at].count, Count::Of(_)) => {
            fields[at].count = Count::Of(fields[at].count.number() + 1);
        }
        Change::FieldVersion if fields[at].exists == Exists::Always => {
            fields[at].since = Some(version + 1);
        }
        Change::FieldCondition if fields[at].exists == Exists::Always => {
            fields[at].exists = Exists::Condition;
        }
        Change::StructLost if !leaf => fields[at].description = None,
        _ => return false,
    }
    true
}
