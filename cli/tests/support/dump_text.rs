//! The text of a dump, of a schema.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore_cli::schema::model::{Count, Description, Exists, Field, Schema};
use serde_json::{json, Map, Value};

/// The text of a dump, as the members of JSON that QEMU writes.
pub fn text_of(dump: &Schema) -> String {
    let mut members = Map::new();
    if let Some(machine) = &dump.machine {
        members.insert("vmschkmachine".to_owned(), json!({ "Name": machine }));
    }
    for device in &dump.devices {
        let mut entry = json!({
            "Name": device.name,
            "version_id": device.versions.current,
            "minimum_version_id": device.versions.minimum,
        });
        if let Some(description) = device.description() {
            entry["Description"] = of_description(description);
        }
        members.insert(device.name.clone(), known(entry));
    }
    Value::from(members).to_string()
}

fn of_description(description: &Description) -> Value {
    let mut value = json!({
        "name": description.name,
        "version_id": description.versions.current,
        "minimum_version_id": description.versions.minimum,
    });
    if let Some(fields) = &description.fields {
        value["Fields"] = fields.iter().map(of_field).collect();
    }
    if let Some(subsections) = &description.subsections {
        value["Subsections"] = subsections.iter().map(of_description).collect();
    }
    known(value)
}

fn of_field(field: &Field) -> Value {
    let mut value = json!({
        "field": field.name,
        "version_id": field.since,
        "field_exists": field.exists == Exists::Condition,
        "size": field.size,
    });
    if let Count::Of(number) = field.count {
        value["num"] = number.into();
    }
    if let Some(description) = &field.description {
        value["Description"] = of_description(description);
    }
    known(value)
}

/// Without what is not known.
fn known(mut value: Value) -> Value {
    value.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    value
}
