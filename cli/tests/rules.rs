//! Files of rules: what is read, and what is refused, where.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use std::path::Path;

use bumpalo::Bump;
use migcore::compat::{Of, Required, Step, Version};
use migcore_cli::rules::Rules;

/// What is said of a text, or nothing if it is right.
fn fault(text: &str) -> Option<String> {
    let arena = Bump::new();
    match Rules::of(text, Path::new("rules.toml")) {
        Ok(rules) => rules.made(&arena).err().map(|failure| failure.to_string()),
        Err(failure) => Some(failure.to_string()),
    }
}

fn step(text: &str) -> String {
    format!("[[change]]\n[[change.step]]\n{text}\n")
}

#[test]
fn a_file_becomes_edges_in_order() {
    let text = r#"
        title = "what it is for"
        [policy]
        otherwise = "refuse"
        paths = [ { path = "*/rtl8139/0", loss = "allow" } ]
        [[change]]
        from = "pc-6.2"
        to = "pc-7.2"
        [[change.step]]
        add = { in = "*/pm/0", name = "index", type = "u32", value = 0, after = "select" }
        optional = true
        [[change.step]]
        add = { in = "*/pm/0", items = [ { name = "a", type = "u8", value = 1 }, { name = "b", type = "[u16]", value = 0, count = 3 } ] }
        [[change]]
        from = "pc-6.2"
        to = "pc-7.2"
        [[change.step]]
        footers = true
        [[device]]
        name = "*/rtl8139"
        [[device.change]]
        from = 4
        to = "5+acme"
        [[device.change.step]]
        rename = { name = "a", to = "b" }
    "#;
    let rules = Rules::of(text, Path::new("rules.toml")).unwrap();
    let arena = Bump::new();
    let made = rules.made(&arena).unwrap();
    assert_eq!(made.title, Some("what it is for"));
    assert_eq!(made.policy.rules.len(), 1);
    let [machine, device] = made.histories else { panic!("{:?}", made.histories) };
    let [edge] = machine.edges else { panic!("{:?}", machine.edges) };
    assert_eq!((edge.from, edge.to), (Version::named("pc-6.2"), Version::named("pc-7.2")));
    let texts: Vec<_> = edge.steps.iter().map(Step::text).collect();
    assert_eq!(texts, ["add", "add", "add", "footers"]);
    assert!(matches!(edge.required, Required::But([0])));
    let written = made.written(edge, 2).unwrap();
    assert_eq!(written.to_string(), "rules.toml:12");
    assert!(matches!(device.of, Of::Devices("*/rtl8139")));
    assert_eq!(device.newest, Version::tagged(5, "acme"));
}

/// Each with what is said of it.
const WRONG: &[(&str, &str)] = &[
    ("rename = { name = 5, to = \"b\" }", "rules.toml:3: rename: invalid type: integer `5`, expected a string"),
    ("rename = { name = \"a\" }", "rules.toml:3: rename: missing field `to`"),
    ("renam = { name = \"a\" }", "rules.toml:3: renam: unknown field `renam`"),
    ("add = { name = \"a\", type = \"u8\", value = 256 }", "rules.toml:2: add: a: 256 is no u8"),
    ("add = { name = \"a\", type = \"u9\", value = 2 }", "rules.toml:2: add: a: there is no type \"u9\""),
    ("add = { name = \"a\", type = \"u8\" }", "rules.toml:2: add: a: a `value` is missing"),
    ("add = { type = \"u8\", value = 1 }", "rules.toml:2: add: a `name` is missing"),
    ("add = { name = \"a\", type = \"u8\", value = 1, elements = [] }", "`elements` says nothing of type \"u8\""),
    ("add = { name = \"a\", type = \"bytes\", count = 99999999999 }", "at most 16777216 bytes"),
    ("add = { name = \"a\", type = \"[u64]\", value = 0, count = 4611686018427387904 }", "at most 16777216 bytes"),
    ("add = { name = \"a\", type = \"list\", count = 9223372036854775807, items = [] }", "at most 1048576 items"),
    ("add = { name = \"a\", type = \"struct\", items = [ { in = \"x\", name = \"b\", type = \"absent\" } ] }", "`in` and `after`"),
    ("drop = { name = \"a\", default = { name = \"b\", type = \"absent\" } }", "the default has the name of the item"),
    ("footers = true\nrename = { name = \"a\", to = \"b\" }", "`rename` and `footers` are two steps"),
    ("optional = true", "rules.toml:2: step: it says nothing to do"),
    ("bits = { name = \"a\", clear = 1, set = 3 }", "`clear` and `set` have bits in common"),
    ("bits = { name = \"a\", mask = 1, value = 2 }", "bits that the mask does not have"),
    ("bits = { name = \"a\", mask = -1, value = 2 }", "-1 is no u64"),
    ("rename-device = { device = \"nic\", to = \"nic/1\" }", "\"nic\" is no device with its instance"),
    ("rename-device = { device = \"nic/99999999999\", to = \"nic/1\" }", "is no device with its instance"),
    ("add-device = { device = \"nic/0\", items = [] }", "a `version` is missing"),
    ("add-device = { device = \"nic/0\", version = 1, minimum = 2 }", "the `minimum` is above the `version`"),
    ("add-command = { number = 70000 }", "invalid value: integer `70000`, expected u16"),
    ("add-command = { number = 7, data = \"0\" }", "a byte has two hexadecimal digits"),
    ("add-command = { number = 4, data = \"00000000\" }", "command 4 cannot have 4 bytes"),
    ("drop-command = { number = 2, data = \"\" }", "command 2 cannot have 0 bytes"),
    ("map = { name = \"a\", pairs = [[1, 2, 3]] }", "a pair is an older and a newer value"),
    ("open = { name = \"a\", schema = \"none\" }", "there is no schema \"none\""),
    ("set = { name = \"a\", type = \"u8\" }", "a `value` is missing"),
];

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, why) in WRONG {
        let said = fault(&step(text)).unwrap_or_else(|| panic!("{text} is taken"));
        assert!(said.contains(why) && said.starts_with("rules.toml:"), "{text}: {said}");
    }
}

#[test]
fn no_file_is_too_hostile() {
    let deep = format!(
        "add = {{ name = \"a\", type = \"struct\", items = {}",
        "[{ name = \"b\", type = \"struct\", items = ".repeat(5000)
    );
    let nested = "a = ".to_owned() + &"[".repeat(100_000);
    for text in [
        "\u{0}",
        "[[change]",
        "change = 1",
        "[[device]]\n[[device.change]]\nfrom = 1",
        &step(&deep),
        &nested,
    ] {
        assert!(fault(text).is_some(), "{}", &text[..text.len().min(80)]);
    }
    assert_eq!(fault(""), None);
    // What nests as deep as the file may is refused, or made.
    for depth in [10, 60, 200] {
        let open = "[{ name = \"b\", type = \"struct\", items = ".repeat(depth);
        let text = format!(
            "add = {{ name = \"a\", type = \"struct\", items = {open}[]{} }}",
            "}]".repeat(depth)
        );
        let _ = fault(&step(&text));
    }
}

/// The examples of the reference: whole files, and single steps.
#[test]
fn the_examples_of_the_reference_are_read() {
    let page = include_str!("../../docs/rules.md");
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut keys = Vec::new();
    for block in blocks {
        let is_file = block.contains("[[change]]");
        let text = if is_file { block.to_owned() } else { step(block) };
        assert_eq!(fault(&text), None, "{block}");
        keys.push(block.split([' ', '=']).next().unwrap());
    }
    // Each step has one.
    for key in [
        "add",
        "drop",
        "rename",
        "retype",
        "set",
        "map",
        "bits",
        "move",
        "wrap",
        "unwrap",
        "split",
        "merge",
        "rename-device",
        "add-device",
        "drop-device",
        "set-version",
        "open",
        "close",
        "add-command",
        "drop-command",
        "footers",
        "configuration",
    ] {
        assert!(keys.contains(&key), "{key} has no example");
    }
}
