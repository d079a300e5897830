//! Descriptions read and written: QEMU's text comes back byte for byte, and nothing else is taken for one.

#![cfg(feature = "alloc")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::codec::vmdesc::{Content, Nested, Vmdesc};

/// Texts of QEMU 7.2, as they stand at the end of a stream.
const REAL: [&str; 3] = [
    include_str!("vectors/qemu/m68k-virt-7.2.vmdesc.json"),
    include_str!("vectors/qemu/microvm-7.2.vmdesc.json"),
    include_str!("vectors/qemu/s390-7.2.vmdesc.json"),
];

/// What none of these has: a configuration, an array with its last index missing, keys that repeat, a tree.
const RARE: &str = r#"{"configuration": {"vmsd_name": "configuration", "version": 1, "fields": [{"name": "len", "type": "uint32", "size": 4}], "subsections": [{"vmsd_name": "configuration/capabilities", "version": 1, "fields": [{"name": "caps_count", "type": "uint32", "size": 4}, {"name": "capabilities", "type": "capability", "size": 11}]}]}, "page_size": 4096, "devices": [{"name": "0000:00:01.0/d", "instance_id": 4294967295, "vmsd_name": "d", "version": 1, "fields": [{"name": "p", "index": 0, "type": "struct", "struct": {"vmsd_name": "p", "version": 0, "fields": []}, "size": 0}, {"name": "p", "array_len": 3, "type": "nullptr", "size": 1}, {"name": "p", "type": "struct", "struct": {}, "size": 1}, {"name": "q", "type": "qtailq", "vmsd_name": "e", "version": 1, "fields": [], "vmsd_name": "e", "version": 1, "fields": [], "subsections": [], "size": 3}]}, {"name": "slirp", "instance_id": 0, "size": 131, "fields": [{"name": "data", "size": 131, "type": "buffer"}]}, {"name": "a\"b\\c\u0001\n\u00E4\uD83D\uDE00\u007F", "instance_id": 0, "vmsd_name": "", "version": 0, "fields": []}]}"#;

#[test]
fn what_qemu_wrote_is_written_again() {
    for text in REAL.iter().chain([&RARE]) {
        assert_eq!(Vmdesc::parse(text.as_bytes()).unwrap().to_string(), *text);
    }
}

#[test]
fn a_handler_with_more_than_a_buffer_keeps_it() {
    let text = r#"{"page_size": 1, "devices": [{"name": "h", "instance_id": 0, "size": 2, "fields": [{"name": "a", "array_len": 2, "type": "uint8", "size": 1}]}]}"#;
    assert_eq!(Vmdesc::parse(text.as_bytes()).unwrap().to_string(), text);
}

#[test]
fn everything_has_its_place() {
    let vmdesc = Vmdesc::parse(RARE.as_bytes()).unwrap();
    let configuration = vmdesc.configuration.as_ref().unwrap();
    assert_eq!(configuration.subsections()[0].fields[1].kind, "capability");
    assert_eq!((vmdesc.page_size, vmdesc.devices.len()), (4096, 3));
    let device = vmdesc.device("0000:00:01.0/d", u32::MAX).unwrap();
    let Content::Described(described) = &device.content else { panic!("{device:?}") };
    assert_eq!((described.name.as_str(), described.version), ("d", 1));
    assert_eq!(described.subsections, None);
    let [first, nulls, null, queue] = &described.fields[..] else { panic!("{described:?}") };
    assert_eq!((first.index, first.array_len), (Some(0), None));
    assert_eq!((nulls.index, nulls.array_len), (None, Some(3)));
    assert_eq!(null.nested, Nested::Struct(None));
    let Nested::Inline(elements) = &queue.nested else { panic!("{queue:?}") };
    assert_eq!((elements.len(), elements[1].subsections.as_deref()), (2, Some(&[][..])));
    assert!(
        matches!(&vmdesc.devices[1].content, Content::Handler { size: 131, fields } if fields.len() == 1)
    );
    assert_eq!(vmdesc.devices[2].name, "a\"b\\c\u{1}\n\u{e4}\u{1f600}\u{7f}");
    assert_eq!(vmdesc.device("slirp", 1), None);
}

#[test]
fn blanks_and_unknown_keys_do_not_matter() {
    let text = "\n{ \"page_size\":1 ,\"more\":[{\"a\":null}],\"devices\":[ {\"x\":{},\"name\":\"d\",\"instance_id\":0,\
                \"vmsd_name\":\"d\",\"version\":1,\"fields\":[{\"y\":1.5,\"name\":\"a\",\"type\":\"uint8\",\"size\":1}]}]}\n";
    let plain = r#"{"page_size": 1, "devices": [{"name": "d", "instance_id": 0, "vmsd_name": "d", "version": 1, "fields": [{"name": "a", "type": "uint8", "size": 1}]}]}"#;
    assert_eq!(Vmdesc::parse(text.as_bytes()).unwrap().to_string(), plain);
}

#[test]
fn every_cut_is_an_error_and_keeps_the_devices_before_it() {
    let text = RARE.as_bytes();
    let whole = Vmdesc::parse(text).unwrap();
    let mut most = 0;
    for length in 0..text.len() {
        let (vmdesc, error) = Vmdesc::parse_prefix(&text[..length]);
        let error = error.unwrap();
        assert!(error.offset <= length, "{length}: {error}");
        assert_eq!(vmdesc.devices, whole.devices[..vmdesc.devices.len()]);
        assert!(vmdesc.devices.len() >= most);
        most = vmdesc.devices.len();
    }
    assert_eq!(most, whole.devices.len());
}

#[test]
fn a_fault_is_told_with_its_place() {
    let devices = |inside: &str| format!(r#"{{"page_size":1,"devices":[{{{inside}}}]}}"#);
    let head = r#""name":"d","instance_id":0"#;
    let field = |inside: &str| {
        devices(&format!(r#"{head},"vmsd_name":"d","version":1,"fields":[{{{inside}}}]"#))
    };
    let cases = [
        (String::new(), "EOF while parsing a value"),
        ("[]".to_owned(), "invalid type: sequence, expected the description of a stream"),
        ("{}".to_owned(), "`page_size` is missing"),
        (r#"{"page_size":1}"#.to_owned(), "`devices` is missing"),
        (r#"{"page_size":1,"page_size":1}"#.to_owned(), "`page_size` twice"),
        (format!("{REAL}x", REAL = REAL[0]), "trailing characters"),
        (devices(""), "`name` is missing"),
        (devices(r#""name":"d""#), "`instance_id` is missing"),
        (devices(head), "`size` is missing"),
        (devices(&format!(r#"{head},"version":1"#)), "`version` before `vmsd_name`"),
        (devices(&format!(r#"{head},"subsections":[]"#)), "`subsections` before `vmsd_name`"),
        (devices(&format!(r#"{head},"vmsd_name":"d""#)), "`version` is missing"),
        (devices(&format!(r#"{head},"vmsd_name":"d","version":1"#)), "`fields` is missing"),
        (
            devices(&format!(r#"{head},"vmsd_name":"d","version":1,"fields":[],"vmsd_name":"d""#)),
            "`vmsd_name` twice",
        ),
        (
            devices(r#""instance_id":4294967296"#),
            "invalid value: integer `4294967296`, expected u32",
        ),
        (field(r#""name":"a","size":1"#), "`type` is missing"),
        (field(r#""name":"a","type":"uint8""#), "`size` is missing"),
        (field(r#""name":"a","size":-1"#), "invalid value: integer `-1`, expected u64"),
        (
            field(r#""name":"a","type":"x","size":1,"struct":{},"vmsd_name":"d""#),
            "`struct` and `vmsd_name` in one field",
        ),
    ];
    for (text, what) in cases {
        let error = Vmdesc::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.what, what, "{text}");
        assert!(error.offset <= text.len());
    }
    let text = "{\"page_size\": 1,\n\n \"devices\": [x]}";
    let error = Vmdesc::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error.offset, text.find('x').unwrap() + 1);
    assert_eq!(
        error.to_string(),
        format!("expected value, at byte {} of the description", error.offset)
    );
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| {
        let (head, tail) = (r#"{"vmsd_name":"s","version":1,"fields":[],"subsections":["#, "]}");
        let inside = format!("{}{}", head.repeat(depth), tail.repeat(depth));
        format!(r#"{{"page_size":1,"devices":[],"configuration":{inside}}}"#)
    };
    assert!(Vmdesc::parse(nested(32).as_bytes()).is_ok());
    let error = Vmdesc::parse(nested(33).as_bytes()).unwrap_err();
    assert_eq!(error.what, "descriptions nest too deep");
    let structs = |depth: usize| {
        let head = r#"{"vmsd_name":"s","version":1,"fields":[{"name":"a","type":"struct","size":0,"struct":"#;
        let inside = format!("{}{{}}{}", head.repeat(depth), "}]}".repeat(depth));
        format!(r#"{{"page_size":1,"devices":[],"configuration":{inside}}}"#)
    };
    assert!(Vmdesc::parse(structs(32).as_bytes()).is_ok());
    assert_eq!(Vmdesc::parse(structs(33).as_bytes()).unwrap_err().what, error.what);
    let deep = "[".repeat(1 << 20);
    assert!(Vmdesc::parse(deep.as_bytes()).is_err());
    assert!(Vmdesc::parse(format!(r#"{{"x":{deep}"#).as_bytes()).is_err());
}
