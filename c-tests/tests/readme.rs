//! The README shows the program that stands in `examples/first`, docs/vmstate.md that in `examples/table`, docs/porting.md
//! that in `examples/serial`, docs/compat.md that in `examples/profile`, the one in the documentation of the crate, and parts of
//! `examples/history`.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use std::fs;

use migcore_c_tests::top;

#[test]
fn first_program_of_the_readme_is_the_example() {
    let readme = fs::read_to_string(top().join("README.md")).expect("a README");
    let first = fs::read_to_string(top().join("examples/first/first.c")).expect("an example");
    assert!(readme.contains(&format!("```c\n{first}```\n")), "README.md and first.c differ");
}

#[test]
fn program_of_the_guide_to_tables_is_the_example() {
    let guide = fs::read_to_string(top().join("docs/vmstate.md")).expect("a guide");
    let table = fs::read_to_string(top().join("examples/table/table.c")).expect("an example");
    assert!(guide.contains(&format!("```c\n{table}```\n")), "docs/vmstate.md and table.c differ");
}

#[test]
fn program_of_the_guide_to_porting_is_the_example() {
    let guide = fs::read_to_string(top().join("docs/porting.md")).expect("a guide");
    let serial = fs::read_to_string(top().join("examples/serial/serial.c")).expect("an example");
    assert!(guide.contains(&format!("```c\n{serial}```\n")), "docs/porting.md and serial.c differ");
}

#[test]
fn programs_of_the_guide_to_profiles_are_the_examples() {
    let guide = fs::read_to_string(top().join("docs/compat.md")).expect("a guide");
    let profile = fs::read_to_string(top().join("examples/profile/profile.c")).expect("an example");
    assert!(
        guide.contains(&format!("```c\n{profile}```\n")),
        "docs/compat.md and profile.c differ"
    );

    let module = fs::read_to_string(top().join("core/src/compat/profile/mod.rs"));
    let module = module.expect("a module");
    let lines = module.lines().filter_map(|line| line.strip_prefix("//!"));
    let mut example = String::new();
    for line in lines.skip_while(|line| *line != " ```").skip(1).take_while(|line| *line != " ```")
    {
        let line = line.strip_prefix(' ').unwrap_or(line);
        // What begins so is compiled and not shown.
        if !line.starts_with("# ") {
            example += line;
            example.push('\n');
        }
    }
    assert!(example.contains("PROFILE"), "an example in the documentation");
    assert!(
        guide.contains(&format!("```rust\n{example}```\n")),
        "docs/compat.md and the module differ"
    );
}

/// The fenced blocks of a language in a text.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let begin = format!("```{language}\n");
    text.split(&begin).skip(1).filter_map(|rest| rest.split("```\n").next()).collect()
}

#[test]
fn parts_of_the_guide_to_preflight_are_those_of_the_examples() {
    let read = |name: &str| fs::read_to_string(top().join(name)).expect(name);
    let guide = read("docs/compat.md");
    let c = [read("examples/vmm/preflight.c"), read("examples/history/history.c")].concat();
    let module = read("core/src/compat/preflight/mod.rs");
    let lines = module.lines().filter_map(|line| line.strip_prefix("//!"));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    let rust: String = lines.map(|line| format!("{line}\n")).collect();
    let section = guide.split("\n## Preflight\n").nth(1).expect("a section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let (of_c, of_rust) = (blocks(section, "c"), blocks(section, "rust"));
    assert!(!of_c.is_empty() && !of_rust.is_empty());
    for part in of_c {
        assert!(c.contains(part), "this is not in the example:\n{part}");
    }
    for part in of_rust {
        assert!(rust.contains(part), "this is not in the module:\n{part}");
    }
}

#[test]
fn parts_of_the_guide_to_histories_are_those_of_the_examples() {
    let read = |name: &str| fs::read_to_string(top().join(name)).expect(name);
    let guide = read("docs/compat.md");
    let readme = read("README.md");
    let (c, rust) = (read("examples/history/history.c"), read("core/tests/compat_example.rs"));
    let section = |text: &str, title: &str| {
        let begin = format!("\n## {title}\n");
        let rest = text.split(&begin).nth(1).expect(title).to_owned();
        rest.split("\n## ").next().unwrap_or_default().to_owned()
    };
    let titles = ["Versions and histories", "Steps", "Losses", "Filters", "Generated tests"];
    for (text, title) in
        titles.map(|title| (&guide, title)).into_iter().chain([(&readme, "A downgrade")])
    {
        let section = section(text, title);
        let parts = blocks(&section, "c");
        assert!(!parts.is_empty(), "{title}");
        for (part, whole) in parts
            .into_iter()
            .map(|part| (part, &c))
            .chain(blocks(&section, "rust").into_iter().map(|part| (part, &rust)))
        {
            assert!(whole.contains(part), "{title}: this is not in the example:\n{part}");
        }
    }
}
