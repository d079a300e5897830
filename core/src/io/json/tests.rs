use super::*;
use std::string::String;
use std::vec::Vec;

/// What `write` writes.
fn written(style: Style, write: impl Fn(&mut Json<&mut dyn FnMut(&[u8])>)) -> (String, Result<()>) {
    let mut text = Vec::new();
    let mut take = |piece: &[u8]| text.extend_from_slice(piece);
    let mut json = Json::new(&mut take as &mut dyn FnMut(&[u8]), style);
    write(&mut json);
    let done = json.finish();
    (String::from_utf8(text).unwrap(), done)
}

fn some_of_all<T: Text + ?Sized>(json: &mut Json<T>) {
    json.begin_object(b"");
    json.unsigned(b"most", u64::MAX);
    json.signed(b"least", i64::MIN);
    json.begin_array(b"all");
    json.boolean(b"", true);
    json.boolean(b"", false);
    json.null(b"");
    json.number(b"", b"-1.5e+3");
    json.begin_object(b"");
    json.end_object();
    json.begin_array(b"");
    json.end_array();
    json.end_array();
    json.string(b"a \"key\"", "tab\t \\ \u{7f} \u{e9} \u{1f600}".as_bytes());
    json.end_object();
}

#[test]
fn a_line_is_spaced_behind_commas_and_colons() {
    let expected = concat!(
        r#"{"most": 18446744073709551615, "least": -9223372036854775808, "#,
        r#""all": [true, false, null, -1.5e+3, {}, []], "#,
        r#""a \"key\"": "tab\t \\ \u007F \u00E9 \uD83D\uDE00"}"#
    );
    let (text, done) = written(Style::Line, |json| {
        json.begin_array(b"");
        some_of_all(json);
        json.end_array();
    });
    assert_eq!((text, done), (std::format!("[{expected}]"), Ok(())));
}

#[test]
fn a_pretty_text_has_a_line_for_each_value() {
    let (text, done) = written(Style::Pretty, |json| {
        json.begin_object(b"");
        json.begin_array(b"a");
        json.unsigned(b"", 1);
        json.begin_object(b"");
        json.null(b"b");
        json.end_object();
        json.end_array();
        json.begin_array(b"none");
        json.end_array();
        json.end_object();
    });
    let expected =
        "{\n    \"a\": [\n        1,\n        {\n            \"b\": null\n        }\n    ],\n    \
                    \"none\": []\n}";
    assert_eq!((text.as_str(), done), (expected, Ok(())));
}

#[test]
fn what_is_not_utf8_is_replaced() {
    let (text, _) = written(Style::Line, |json| json.string(b"", b"a\xffb\xe2\x82c"));
    assert_eq!(text, r#""a\uFFFDb\uFFFDc""#);
}

#[test]
fn every_memory_that_is_too_small_tells_what_is_needed() {
    let mut large = [0; 512];
    let mut json = Json::new(Line::new(&mut large), Style::Line);
    some_of_all(&mut json);
    let whole: Vec<u8> = json.text().whole().unwrap().into();
    for capacity in 0..=whole.len() {
        let mut memory = [0xee; 512];
        let mut json = Json::new(Line::new(&mut memory[..capacity]), Style::Line);
        some_of_all(&mut json);
        json.finish().unwrap();
        assert_eq!(json.text().length(), whole.len());
        assert_eq!(json.text().whole().is_ok(), capacity == whole.len());
        assert_eq!(memory[..capacity], whole[..capacity]);
        assert!(memory[capacity..].iter().all(|byte| *byte == 0xee));
    }
}

#[test]
fn a_line_ends_in_its_memory() {
    let mut memory = [0xee; 6];
    for (capacity, expected) in
        [(0, *b"\xee\xee\xee\xee"), (1, *b"\0\xee\xee\xee"), (3, *b"ab\0\xee"), (4, *b"abc\0")]
    {
        memory.fill(0xee);
        let mut line = Line::new(&mut memory[..capacity]);
        line.put(b"ab");
        line.put(b"c");
        assert_eq!(line.end(), 3);
        assert_eq!(memory[..4], expected);
    }
}

#[test]
fn what_cannot_be_is_kept_and_stops_the_text() {
    type Case = (fn(&mut Json<&mut dyn FnMut(&[u8])>), Code, &'static str);
    let cases: [Case; 10] = [
        (|_| {}, Code::Unbalanced, ""),
        (|json| json.begin_array(b""), Code::Unbalanced, "["),
        (|json| json.end_array(), Code::Unbalanced, ""),
        (|json| json.null(b"key"), Code::InvalidArgument, ""),
        (|json| json.number(b"", b"1,5"), Code::InvalidArgument, ""),
        (
            |json| {
                json.null(b"");
                json.null(b"");
            },
            Code::Unbalanced,
            "null",
        ),
        (
            |json| {
                json.begin_object(b"");
                json.end_array();
                json.end_object();
            },
            Code::Unbalanced,
            "{",
        ),
        (
            |json| {
                json.begin_object(b"");
                json.null(b"");
                json.null(b"key");
            },
            Code::InvalidArgument,
            "{",
        ),
        (
            |json| {
                json.begin_array(b"");
                json.null(b"key");
            },
            Code::InvalidArgument,
            "[",
        ),
        (
            |json| {
                json.begin_array(b"");
                json.end_object();
                json.end_array();
            },
            Code::Unbalanced,
            "[",
        ),
    ];
    for (at, (write, code, text)) in cases.into_iter().enumerate() {
        assert_eq!(written(Style::Line, write), (text.into(), Err(code)), "case {at}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: u32| {
        written(Style::Line, |json| {
            (0..depth).for_each(|_| json.begin_array(b""));
            (0..depth).for_each(|_| json.end_array());
        })
    };
    let (text, done) = nested(MAX_NESTING);
    assert_eq!((text.len(), done), (256, Ok(())));
    assert_eq!(nested(MAX_NESTING + 1).1, Err(Code::TooDeep));
}

#[test]
fn numbers_are_told_from_what_is_none() {
    for good in ["0", "-1", "12.5", "1e5", "1E-5", "-1.5e+300"] {
        assert!(is_number(good.as_bytes()), "{good}");
    }
    for bad in ["", "-", "1.", ".5", "e5", "1e", "1e+", "nan", "inf", "1.2.3", "1 ", "--1", "1e5e5"]
    {
        assert!(!is_number(bad.as_bytes()), "{bad}");
    }
}
