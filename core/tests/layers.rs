//! The modules of the core depend on each other in one direction only.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

use std::fs;
use std::path::Path;

/// From the top down: a module may use those after it, and itself.
const LAYERS: [&str; 9] =
    ["machine", "compat", "vmstate", "codec", "model", "visit", "ram", "io", "error"];

#[test]
fn a_module_uses_only_those_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (at, layer) in LAYERS.iter().enumerate() {
        let allowed = &LAYERS[at..];
        for (file, used) in uses(&source.join(layer)) {
            let known = LAYERS.contains(&used.as_str());
            assert!(!known || allowed.contains(&used.as_str()), "{file} uses {used}");
        }
    }
}

#[test]
fn every_module_has_a_layer() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
    let library = library.expect("lib.rs is there");
    for module in library.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let module = module.trim_end_matches(';');
        assert!(LAYERS.contains(&module), "{module} is missing from the list in this test");
        assert!(library.contains(&format!("| [`{module}`] |")), "{module} is not in the table");
    }
}

/// The modules named after `crate::` in a folder, each with the file that names it.
fn uses(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a module folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(uses(&path));
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: Vec<&str> = code.collect();
        for line in &code {
            let hidden = line.contains("crate::{") || line.contains("super::super");
            assert!(!hidden, "{} hides what it uses: {line}", path.display());
        }
        for rest in code.iter().flat_map(|line| line.split("crate::").skip(1)) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push((path.display().to_string(), rest[..end].to_owned()));
        }
    }
    assert!(!found.is_empty() || folder.ends_with("error"), "{} uses nothing", folder.display());
    found
}
