//! The vectors of tables in `c/vmstate_vectors.c` are those of `core/tests/data/vmstate-vectors.json`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic: that is how it fails"
)]

use std::fs;

use migcore_c_tests::top;
use serde_json::Value;

#[test]
fn every_vector_is_tried_in_c() {
    let data = fs::read_to_string(top().join("core/tests/data/vmstate-vectors.json"));
    let data: Value = serde_json::from_str(&data.expect("vectors")).expect("JSON");
    let source =
        fs::read_to_string(top().join("c-tests/c/vmstate_vectors.c")).expect("a test in C");
    let source = joined(&source);
    let vectors = data["vectors"].as_array().expect("a list of vectors");
    assert_eq!(vectors.len(), 31);
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().expect("a text");
        let entry = format!("\"{}\", \"{}\"", text("id"), text("wire_hex"));
        assert!(source.contains(&entry), "not there, or with other bytes: {}", text("id"));
        let cut = vector["must_fail_when"].is_array();
        let after = source.split(&entry).nth(1).expect("as just found");
        let operations = after.split(',').nth(1).expect("what is done with it");
        assert_eq!(operations.contains("CUT"), cut, "{}", text("id"));
        let operation = if text("op") == "save" { "SAVED" } else { "LOADED" };
        assert!(operations.contains(operation), "{}", text("id"));
    }
}

/// A source in C with strings that are written in pieces put together, and lines too.
fn joined(source: &str) -> String {
    let words: Vec<_> = source.split_whitespace().collect();
    words.join(" ").replace("\" \"", "")
}
