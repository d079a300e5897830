//! What `schema --check` finds in dumps that differ in one thing each.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use migcore_cli::input::Input;
use migcore_cli::schema::check::finding::{Checked, Finding, Findings, Rule};
use migcore_cli::schema::check::{check, Side};
use migcore_cli::schema::model::Schema;
use migcore_cli::schema::read::read;
use serde_json::Value;

/// Two dumps each, and what is found in each direction.
const CASES: &str = include_str!("data/schema_cases.json");

struct Case {
    id: String,
    old: Schema,
    new: Schema,
    forward: Value,
    backward: Value,
}

fn cases() -> Vec<Case> {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    let each = |case: &Value| Case {
        id: case["id"].as_str().unwrap().to_owned(),
        old: schema(&case["old"]),
        new: schema(&case["new"]),
        forward: case["forward"].clone(),
        backward: case["backward"].clone(),
    };
    cases["cases"].as_array().unwrap().iter().map(each).collect()
}

fn schema(dump: &Value) -> Schema {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(dump.to_string().as_bytes()).unwrap();
    let found = read(Input::of(file, Path::new("dump")).unwrap()).unwrap();
    assert_eq!(found.damages, [""; 0]);
    found.schema
}

/// Rule, place and text of each finding.
fn lines(findings: &Findings) -> Vec<String> {
    let line = |finding: &Finding| {
        format!("{}: {}: {}", finding.rule.text(), finding.place(), finding.text)
    };
    findings.kept.iter().map(line).collect()
}

fn expected(found: &Value, key: &str) -> Vec<String> {
    let lines = found[key].as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_rule_finds_what_breaks_it_and_nothing_else() {
    let cases = cases();
    assert!(cases.len() > 70, "{}", cases.len());
    for Case { id, old, new, forward, backward } in &cases {
        let old = Side { name: "OLD", schema: old };
        let new = Side { name: "NEW", schema: new };
        for (from, to, found) in [(old, new, forward), (new, old, backward)] {
            let Checked { faults, remarks, .. } = check(from, to);
            assert_eq!(lines(&faults), expected(found, "faults"), "{id}, from {}", from.name);
            assert_eq!(lines(&remarks), expected(found, "remarks"), "{id}, from {}", from.name);
        }
    }
}

#[test]
fn what_is_checked_against_itself_passes() {
    for Case { id, old, new, .. } in &cases() {
        for schema in [old, new] {
            let side = Side { name: "it", schema };
            let Checked { faults, .. } = check(side, side);
            assert_eq!(lines(&faults), [""; 0], "{id}");
        }
    }
}

/// Rules about types are for streams, which tell types.
#[test]
fn every_rule_has_a_case() {
    let found: BTreeSet<&str> = cases()
        .iter()
        .flat_map(|case| {
            let all = [&case.forward, &case.backward];
            all.map(|found| [expected(found, "faults"), expected(found, "remarks")].concat())
        })
        .flatten()
        .filter_map(|line| {
            let (word, _) = line.split_once(':')?;
            Rule::ALL.into_iter().map(Rule::text).find(|text| *text == word)
        })
        .collect();
    let missing = Rule::ALL.iter().filter(|rule| !found.contains(rule.text()));
    assert_eq!(missing.copied().collect::<Vec<_>>(), [Rule::Type]);
}

/// Many subsections of one name, each of which is compared with the same large one.
#[test]
fn what_has_no_end_is_ended() {
    let described = |subsections: Value| {
        schema(
            &serde_json::json!({ "dev": { "Name": "dev", "version_id": 1, "minimum_version_id": 1,
            "Description": { "name": "dev", "version_id": 1, "minimum_version_id": 1,
                "Subsections": subsections } } }),
        )
    };
    let sub = |fields: usize| {
        let fields: Vec<Value> = (0..fields)
            .map(|at| serde_json::json!({ "field": format!("f{at}"), "version_id": 2, "size": 1 }))
            .collect();
        serde_json::json!({ "name": "dev/s", "version_id": 1, "minimum_version_id": 1, "Fields": fields })
    };
    let old = described(Value::Array(vec![sub(0); 2000]));
    let new = described(Value::Array(vec![sub(2000)]));
    let side = |schema| Side { name: "SIDE", schema };
    let Checked { faults, .. } = check(side(&old), side(&new));
    let ended = "too much to compare: the rest was not looked at";
    assert!(lines(&faults).iter().any(|line| line.contains(ended)), "{:?}", lines(&faults));
    assert_eq!(lines(&check(side(&new), side(&new)).faults), [""; 0]);
}
