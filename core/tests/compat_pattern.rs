//! Patterns against a matcher that tries everything, and what they cost.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::compat::{name_matches, Pattern, Trail};
use migcore::Code;
use proptest::prelude::*;

/// A part of a path.
#[derive(Clone, Debug)]
enum Part {
    Name(String),
    Element(u32),
}

/// A device, its instance and what is inside.
type Way = (String, u32, Vec<Part>);

fn trail((device, instance, parts): &Way) -> Trail {
    let mut trail = Trail::new();
    trail.enter(device.as_bytes(), Some(*instance)).unwrap();
    for part in parts {
        match part {
            Part::Name(name) => trail.enter(name.as_bytes(), None).unwrap(),
            Part::Element(number) => trail.enter_element(*number).unwrap(),
        }
    }
    trail
}

/// The bytes of a path, each with whether a star may stand for it.
fn signs((device, instance, parts): &Way) -> Vec<(u8, bool)> {
    let free = |text: &str| text.bytes().map(|byte| (byte, true)).collect::<Vec<_>>();
    let mut signs = [free(device), vec![(b'/', false)], free(&instance.to_string())].concat();
    for part in parts {
        match part {
            Part::Name(name) => signs.extend([vec![(b'.', false)], free(name)].concat()),
            Part::Element(number) => {
                let number = free(&number.to_string());
                signs.extend([vec![(b'[', false)], number, vec![(b']', false)]].concat());
            }
        }
    }
    signs
}

/// Tries everything.
fn matches(pattern: &[u8], signs: &[(u8, bool)]) -> bool {
    match pattern {
        [] => signs.is_empty(),
        [b'\\', b'*', rest @ ..] => {
            signs.first().is_some_and(|(byte, _)| *byte == b'*') && matches(rest, &signs[1..])
        }
        [b'*', rest @ ..] => {
            let taken = signs.first().is_some_and(|(_, free)| *free);
            matches(rest, signs) || taken && matches(pattern, &signs[1..])
        }
        [byte, rest @ ..] => {
            signs.first().is_some_and(|(there, _)| there == byte) && matches(rest, &signs[1..])
        }
    }
}

fn ways() -> impl Strategy<Value = Way> {
    let part = prop_oneof![
        4 => "[ab./*]{1,4}".prop_map(Part::Name),
        1 => (0..12u32).prop_map(Part::Element),
    ];
    ("[ab./]{1,4}", 0..12u32, prop::collection::vec(part, 0..3))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_pattern_names_what_trying_everything_finds(
        way in ways(),
        text in r"[ab./*01\[\]\\]{0,8}",
    ) {
        let pattern = Pattern::new(&text).unwrap();
        let found = matches(text.as_bytes(), &signs(&way));
        prop_assert_eq!(pattern.matches(&trail(&way)), found);
    }

    /// Texts that were made of a path match often.
    #[test]
    fn a_pattern_made_of_a_path(way in ways(), cuts in prop::collection::vec((0..30usize, 0..5usize), 0..4)) {
        let mut text: Vec<char> = String::from_utf8_lossy(trail(&way).whole()).chars().collect();
        for (at, length) in cuts {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, ['*']);
        }
        let text: String = text.into_iter().collect();
        let pattern = Pattern::new(&text).unwrap();
        let all = signs(&way);
        prop_assert_eq!(pattern.matches(&trail(&way)), matches(text.as_bytes(), &all));
        // It covers what it names, or something around it.
        let (device, instance, parts) = &way;
        let around = (0..=parts.len()).any(|count| {
            let outer = (device.clone(), *instance, parts[..count].to_vec());
            matches(text.as_bytes(), &signs(&outer))
        });
        prop_assert_eq!(pattern.covers(&trail(&way)), around || text.is_empty());
    }
}

#[test]
fn stars_end_where_names_end() {
    let way = |device: &str, parts: &[&str]| {
        let parts = parts.iter().map(|name| Part::Name((*name).to_owned())).collect();
        trail(&(device.to_owned(), 0, parts))
    };
    let matches = |text: &str, trail: &Trail| Pattern::new(text).unwrap().matches(trail);
    let pm = way("0000:00:01.3/piix4_pm", &["ar.tmr"]);
    assert!(matches("*/piix4_pm/0.ar.tmr", &pm));
    assert!(matches("*/0.*", &pm) && matches("*/*.ar*", &pm));
    assert!(!matches("*", &pm) && !matches("*/piix4_pm.ar.tmr", &pm));
    assert!(!matches("*.tmr", &way("nic", &["rx", "tmr"])));
    assert!(matches(r"a\*/0", &way("a*", &[])) && !matches(r"a\*/0", &way("ab", &[])));
    let rings = trail(&("nic".to_owned(), 3, vec![Part::Name("rx".to_owned()), Part::Element(12)]));
    assert!(matches("nic/3.rx[12]", &rings) && matches("nic/*.rx[*]", &rings));
    assert!(matches("nic/3.rx[1*]", &rings) && !matches("nic/3.rx[1]", &rings));
    assert!(!matches("nic/3*", &rings) && !matches("nic/3.rx*", &rings));
}

#[test]
fn names_alone() {
    assert!(name_matches("*/rtl8139", b"0000:00:03.0/rtl8139"));
    assert!(name_matches("*a*", b"bab") && name_matches("", b"") && name_matches("*", b""));
    assert!(!name_matches("*/rtl8139", b"rtl8139") && !name_matches("a", b""));
}

#[test]
fn a_pattern_is_not_longer_than_its_places_can_be_told() {
    assert!(Pattern::new(&"a".repeat(255)).is_ok());
    assert_eq!(Pattern::new(&"a".repeat(256)).err(), Some(Code::TooLong));
    // The last place is reached.
    let mut trail = Trail::new();
    trail.enter("a".repeat(253).as_bytes(), Some(0)).unwrap();
    assert!(Pattern::new(&("a".repeat(253) + "/0")).unwrap().matches(&trail));
    assert!(Pattern::new(&("*".repeat(16) + "/0")).unwrap().matches(&trail));
    assert_eq!(Pattern::new(&("*".repeat(17) + "/0")).err(), Some(Code::TooMany));
    assert!(Pattern::new(&(r"\*".repeat(100) + &"*".repeat(16))).is_ok());
}
