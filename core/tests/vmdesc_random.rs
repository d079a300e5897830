//! Random descriptions and bytes, right and wrong: what fits comes back as it was, and nothing panics.

#![cfg(feature = "alloc")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/described.rs"]
mod described;
#[path = "support/wire.rs"]
mod wire;

use described::{bytes_of, through_chunks};
use migcore::codec::vmdesc::{fits, size_of, Content, Description, Device, Field, Nested, Vmdesc};
use migcore::error::MAX_DEPTH;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, Index};

/// Fields and the bytes that they describe.
type Fitting = (Vec<Field>, Vec<u8>);

const NAMES: [&str; 4] = ["a", "b", "regs[1]", "a long name.with parts"];

/// A type, its size, and a byte that every value of it may be made of.
const KINDS: [(&str, u64, u8); 22] = [
    ("bool", 1, 1),
    ("int8", 1, 7),
    ("int16", 2, 7),
    ("int32", 4, 7),
    ("int64", 8, 7),
    ("uint8", 1, 7),
    ("uint16", 2, 7),
    ("uint32", 4, 7),
    ("uint64", 8, 7),
    ("uint8 equal", 1, 7),
    ("int32 le", 4, 7),
    ("CPU_Double_U", 8, 7),
    ("timer", 8, 7),
    ("buffer", 5, 7),
    ("buffer", 0, 7),
    ("unused_buffer", 3, 0),
    ("bitmap", 16, 7),
    ("pci irq state", 16, 1),
    ("virtio", 9, 7),
    ("nullptr", 1, 0x30),
    ("uint64", 1, 0x30),
    ("capability", 1, 0),
];

fn field(name: &str, kind: &str, nested: Nested, size: usize) -> Field {
    let (name, kind) = (name.to_owned(), kind.to_owned());
    Field { name, array_len: None, index: None, kind, nested, size: size as u64 }
}

fn name() -> impl Strategy<Value = &'static str> {
    select(&NAMES[..])
}

fn leaf() -> impl Strategy<Value = Fitting> {
    (name(), select(&KINDS[..]), 0..4u64, 0..3).prop_map(|(name, kind, count, form)| {
        let (kind, size, byte) = kind;
        let one = field(name, kind, Nested::None, size as usize);
        let elements = |count: u64| vec![byte; (size * count) as usize];
        match form {
            0 => (vec![one], elements(1)),
            1 => (vec![Field { array_len: Some(count), ..one }], elements(count)),
            _ => {
                let entry = |index| Field { index: Some(index), ..one.clone() };
                ((0..count).map(entry).collect(), elements(count))
            }
        }
    })
}

fn description(name: &str, fields: Vec<Field>, subsections: Vec<Description>) -> Description {
    let subsections = Some(subsections).filter(|all| !all.is_empty());
    Description { name: name.to_owned(), version: 3, fields, subsections }
}

/// A struct, perhaps with a subsection.
fn structure(inside: Fitting, more: Option<Fitting>) -> (Description, Vec<u8>) {
    let (fields, mut bytes) = inside;
    let Some((behind, more)) = more else { return (description("s", fields, Vec::new()), bytes) };
    bytes.extend(b"\x05\x03s/x\0\0\0\x03");
    bytes.extend(more);
    (description("s", fields, vec![description("s/x", behind, Vec::new())]), bytes)
}

fn around(name: &str, form: u8, inside: Fitting, more: Option<Fitting>) -> Fitting {
    let (one, bytes) = structure(inside, more);
    let nested = || Nested::Struct(Some(Box::new(one.clone())));
    let structs = || field(name, "struct", nested(), bytes.len());
    let list = |kind: &str, before: &[u8]| {
        let element = [before, &bytes].concat();
        let bytes = [&element[..], &element, &[0]].concat();
        let inside = Nested::Inline(vec![one.clone(), one.clone()]);
        (field(name, kind, inside, bytes.len()), bytes)
    };
    match form {
        0 if bytes.len() != 1 => (vec![structs()], bytes),
        1 if bytes.len() != 1 => (vec![Field { array_len: Some(2), ..structs() }], bytes.repeat(2)),
        2 => {
            let inside = Nested::Inline(vec![one.clone()]);
            (vec![field(name, "tmp", inside, bytes.len())], bytes)
        }
        3 => {
            let (field, bytes) = list("qtailq", &[1]);
            (vec![field], bytes)
        }
        _ => {
            let (mut field, bytes) = list("gtree", &[1, 0, 0, 0, 0, 0, 0, 0, 9]);
            field.size += 4;
            (vec![field], [&[0, 0, 0, 2][..], &bytes].concat())
        }
    }
}

fn fields() -> impl Strategy<Value = Fitting> {
    let several = |one: BoxedStrategy<Fitting>| {
        // Entries of one name that are neighbours are one array.
        vec(one, 0..5).prop_map(|all| {
            let mut joined = Fitting::default();
            for (mut fields, bytes) in all.into_iter() {
                let same =
                    joined.0.last().zip(fields.first()).is_some_and(|(a, b)| a.name == b.name);
                if !same {
                    joined.0.append(&mut fields);
                    joined.1.extend(bytes);
                }
            }
            joined
        })
    };
    leaf().boxed().prop_recursive(4, 40, 5, move |inner| {
        let group = several(inner.clone()).boxed();
        let more = proptest::option::weighted(0.3, group.clone());
        (name(), 0..5u8, group, more)
            .prop_map(|(name, form, inside, more)| around(name, form, inside, more))
            .boxed()
    })
}

fn device() -> impl Strategy<Value = (Device, Vec<u8>)> {
    (fields(), proptest::option::of(fields())).prop_map(|(inside, more)| {
        let (description, bytes) = structure(inside, more);
        let (name, content) = ("d".to_owned(), Content::Described(description));
        (Device { name, instance: 0, content }, bytes)
    })
}

fn text_of(device: &Device) -> String {
    let devices = vec![device.clone()];
    Vmdesc { configuration: None, page_size: 4096, devices }.to_string()
}

/// What fits comes back as it was, and is as long as the description says.
fn check(device: &Device, payload: &[u8]) -> bool {
    let Ok(fit) = fits(device, payload) else { return false };
    assert_eq!(fit.described_bytes + fit.opaque_bytes, payload.len() as u64);
    assert_eq!(size_of(device), Some(payload.len() as u64));
    // The device's scope comes around.
    if fit.depth < MAX_DEPTH {
        assert_eq!(bytes_of(device, payload).as_deref(), Ok(payload));
        assert_eq!(through_chunks(device, payload), payload);
    }
    true
}

/// `MIGCORE_CASES` makes so many times as many.
fn cases() -> u32 {
    let times = std::env::var("MIGCORE_CASES").map(|times| times.parse().unwrap());
    256 * times.unwrap_or(1)
}

/// Texts and sections that belong together.
const REAL_TEXT: &str = include_str!("vectors/qemu/microvm-7.2.vmdesc.json");
const REAL_BYTES: &[u8] = include_bytes!("vectors/qemu/microvm-7.2.dev.bin");

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_fits_comes_back((device, payload) in device()) {
        prop_assert!(check(&device, &payload), "{:?}", fits(&device, &payload));
        let text = text_of(&device);
        prop_assert_eq!(&Vmdesc::parse(text.as_bytes()).unwrap().devices, &[device]);
    }

    #[test]
    fn changed_bytes_fit_or_do_not(
        (device, mut payload) in device(),
        changes in vec((any::<Index>(), any::<u8>()), 0..4),
        length in any::<Index>(),
        cut in any::<bool>(),
    ) {
        for (at, byte) in changes {
            if !payload.is_empty() {
                let at = at.index(payload.len());
                payload[at] = byte;
            }
        }
        if cut {
            payload.truncate(length.index(payload.len() + 1));
        }
        check(&device, &payload);
    }

    #[test]
    fn changed_texts_are_read_or_not(
        (device, payload) in device(),
        changes in vec((any::<Index>(), select(&b"0123456789,:[]{}\"au \\"[..])), 1..3),
    ) {
        let mut text = text_of(&device).into_bytes();
        for (at, byte) in changes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        for device in Vmdesc::parse_prefix(&text).0.devices {
            check(&device, &payload);
        }
    }

    #[test]
    fn real_texts_that_are_changed_fit_or_do_not(
        changes in vec((any::<Index>(), any::<u8>()), 0..3),
        start in any::<Index>(),
    ) {
        let mut text = REAL_TEXT.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        let start = start.index(REAL_BYTES.len());
        for device in Vmdesc::parse_prefix(&text).0.devices {
            let size = size_of(&device).and_then(|size| usize::try_from(size).ok());
            let end = size.and_then(|size| start.checked_add(size));
            let payload = end.and_then(|end| REAL_BYTES.get(start..end));
            check(&device, payload.unwrap_or(&REAL_BYTES[start..]));
        }
    }
}
