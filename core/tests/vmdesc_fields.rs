//! Every type of field: what it shows, and that its bytes come back.

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

use described::{bytes_of, device, hex, shown, through_chunks, unhex, Noted};
use migcore::codec::legacy::Saver;
use migcore::codec::vmdesc::{fits, replay, size_of, Content, Description, Device, Unfit, Vmdesc};
use migcore::error::MAX_DEPTH;
use migcore::Code;

/// The fields fit the bytes, show this, and give the bytes back.
#[track_caller]
fn fit(fields: &str, payload: &str, expected: &str) {
    fit_device(&device(fields, ""), payload, expected);
}

#[track_caller]
fn fit_device(device: &Device, payload: &str, expected: &str) {
    let payload = unhex(payload);
    assert_eq!(shown(device, &payload).as_deref(), Ok(expected));
    assert_eq!(bytes_of(device, &payload).map(|bytes| hex(&bytes)), Ok(hex(&payload)));
    assert_eq!(hex(&through_chunks(device, &payload)), hex(&payload));
    let fit = fits(device, &payload).unwrap();
    assert_eq!(fit.described_bytes + fit.opaque_bytes, payload.len() as u64);
    assert_eq!(size_of(device), Some(payload.len() as u64));
}

/// The fields do not fit the bytes, here and so.
#[track_caller]
fn misfit(fields: &str, payload: &str, offset: usize, at: &str, what: Unfit) {
    let found = fits(&device(fields, ""), &unhex(payload)).unwrap_err();
    assert_eq!((found.offset, found.at.as_str(), found.what), (offset, at, what), "{found}");
    assert_eq!(bytes_of(&device(fields, ""), &unhex(payload)), Err(found));
}

fn one(kind: &str, size: u64) -> String {
    format!(r#"{{"name":"a","type":"{kind}","size":{size}}}"#)
}

fn several(kind: &str, count: u64, size: u64) -> String {
    format!(r#"{{"name":"a","array_len":{count},"type":"{kind}","size":{size}}}"#)
}

#[test]
fn scalars_are_of_their_kind() {
    fit(&one("bool", 1), "01", "a:bool=1");
    fit(&one("int8", 1), "ff", "a:i8=ff");
    fit(&one("int16", 2), "8001", "a:i16=8001");
    fit(&one("int32", 4), "80000001", "a:i32=80000001");
    fit(&one("int64", 8), "8000000000000001", "a:i64=8000000000000001");
    fit(&one("uint8", 1), "82", "a:u8=82");
    fit(&one("uint16", 2), "0102", "a:u16=102");
    fit(&one("uint32", 4), "01020304", "a:u32=1020304");
    fit(&one("uint64", 8), "0102030405060708", "a:u64=102030405060708");
    fit(&one("timer", 8), "ffffffffffffffff", "a:i64=ffffffffffffffff");
    fit(&one("CPU_Double_U", 8), "7ff8000000000001", "a:f64=7ff8000000000001");
    fit(&one("float64", 8), "3ff0000000000000", "a:f64=3ff0000000000000");
    fit(&one("fd", 1), "20", "a:u8=20");
}

#[test]
fn checked_scalars_are_scalars() {
    fit(&one("uint8 equal", 1), "82", "a:u8=82");
    fit(&one("uint16 equal", 2), "0102", "a:u16=102");
    fit(&one("int32 equal", 4), "01020304", "a:i32=1020304");
    fit(&one("uint32 equal", 4), "01020304", "a:u32=1020304");
    fit(&one("int64 equal", 8), "0102030405060708", "a:u64=102030405060708");
    fit(&one("int32 le", 4), "00000007", "a:i32=7");
}

#[test]
fn bytes_and_words_that_belong_together_are_one_item() {
    fit(&one("buffer", 3), "010203", "a:bytes=010203");
    fit(&one("buffer", 0), "", "a:bytes=");
    fit(&one("unused_buffer", 2), "0000", "a:bytes=0000");
    fit(&one("pci config", 4), "86801012", "a:bytes=86801012");
    let irqs = "00000001 00000000 00000000 00000001";
    fit(&one("pci irq state", 16), irqs, "a:u32*4=00000001.00000000.00000000.00000001.");
    let words = "0000000000000001 8000000000000000";
    fit(&one("bitmap", 16), words, "a:u64*2=0000000000000001.8000000000000000.");
    fit(&one("capability", 4), "03 726464", "a:text=rdd");
}

#[test]
fn what_has_no_known_type_is_opaque() {
    fit(&one("virtio", 3), "010203", "a:opaque=010203");
    fit(&one("fd", 4), "00000003", "a:opaque=00000003");
    fit(&one("struct", 2), "0102", "a:opaque=0102");
    fit(&several("fpr", 2, 2), "01020304", "a*2[ ( :opaque=0102 ) ( :opaque=0304 ) ]");
}

#[test]
fn a_handler_is_one_opaque_buffer() {
    let text = r#"{"page_size": 1, "devices": [{"name": "slirp", "instance_id": 0, "size": 2, "fields": [{"name": "data", "size": 2, "type": "buffer"}]}]}"#;
    let device = Vmdesc::parse(text.as_bytes()).unwrap().devices.remove(0);
    fit_device(&device, "0102", "data:opaque=0102");
    let fit = fits(&device, &[1, 2]).unwrap();
    assert_eq!((fit.described_bytes, fit.opaque_bytes, fit.leaves), (0, 2, 1));
    assert_eq!(fits(&device, &[1]).unwrap_err().what, Unfit::Short { needed: 2, left: 1 });
    assert_eq!(fits(&device, &[1, 2, 3]).unwrap_err().what, Unfit::Left(1));
}

#[test]
fn arrays_of_scalars_are_one_call() {
    fit(&several("uint16", 3, 2), "004200430044", "a:u16*3=0042.0043.0044.");
    fit(&several("bool", 2, 1), "0100", "a:bool*2=01.00.");
    fit(&several("uint8", 0, 1), "", "a:u8*0=");
    let entries = [0, 1, 2].map(|at| match at {
        2 => one("uint16", 2),
        _ => format!(r#"{{"name":"a","index":{at},"type":"uint16","size":2}}"#),
    });
    fit(&entries.join(","), "004200430044", "a:u16*3=0042.0043.0044.");
    let lone = r#"{"name":"a","index":0,"type":"uint16","size":2}"#;
    fit(lone, "0042", "a:u16*1=0042.");
}

const POINT: &str = r#"{"vmsd_name":"point","version":3,"fields":[{"name":"x","type":"uint8","size":1},{"name":"y","type":"uint8","size":1}]}"#;

fn structs(keys: &str, described: &str, size: u64) -> String {
    format!(r#"{{"name":"p"{keys},"type":"struct","struct":{described},"size":{size}}}"#)
}

#[test]
fn structs_have_their_description() {
    fit(&structs("", POINT, 2), "0102", "p<point v3>{ x:u8=1 y:u8=2 }");
    fit(&structs("", &POINT.replace("point", ""), 2), "0102", "p< v3>{ x:u8=1 y:u8=2 }");
    let outer = format!(r#"{{"vmsd_name":"o","version":1,"fields":[{}]}}"#, structs("", POINT, 2));
    fit(&structs("", &outer, 2), "0102", "p<o v1>{ p<point v3>{ x:u8=1 y:u8=2 } }");
}

#[test]
fn elements_hold_the_fields_of_their_struct() {
    let expected = "p*2[ ( x:u8=1 y:u8=2 ) ( x:u8=3 y:u8=4 ) ]";
    fit(&structs(r#","array_len":2"#, POINT, 2), "01020304", expected);
    let with = |index| structs(&format!(r#","index":{index}"#), POINT, 2);
    fit(&[with(0), with(1)].join(","), "01020304", expected);
    // The last of QEMU 10 has no index.
    fit(&[with(0), structs("", POINT, 2)].join(","), "01020304", expected);
}

#[test]
fn an_element_with_subsections_has_a_scope_for_them() {
    let described = r#"{"vmsd_name":"s","version":1,"fields":[],"subsections":[{"vmsd_name":"s/x","version":2,"fields":[{"name":"x","type":"uint8","size":1}]}]}"#;
    let fields = [0, 1].map(|at| structs(&format!(r#","index":{at}"#), described, 10));
    let bytes = "05 03 732f78 00000002 07";
    let element = "( <s v1>{ +s/x v2{ x:u8=7 } } )";
    fit(&fields.join(","), &bytes.repeat(2), &format!("p*2[ {element} {element} ]"));
}

#[test]
fn subsections_follow_the_fields() {
    let more = r#","subsections":[{"vmsd_name":"d/a","version":1,"fields":[{"name":"x","type":"uint8","size":1}],"subsections":[{"vmsd_name":"d/a/b","version":2,"fields":[]}]},{"vmsd_name":"d/c","version":255,"fields":[]}]"#;
    let device = device(&one("uint8", 1), more);
    let bytes = "09 05 03 642f61 00000001 08 05 05 642f612f62 00000002 05 03 642f63 000000ff";
    fit_device(&device, bytes, "a:u8=9 +d/a v1{ x:u8=8 +d/a/b v2{ } } +d/c v255{ }");
    let whole = unhex(bytes);
    for at in [1, 2, 3, 8] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        let found = fits(&device, &bytes).unwrap_err();
        assert_eq!((found.offset, found.at.as_str(), found.what), (1, "d/a", Unfit::Subsection));
    }
}

#[test]
fn null_pointers_are_told_in_four_ways() {
    fit(&one("nullptr", 1), "30", "a:null");
    fit(&one("uint64", 1), "30", "a:null");
    fit(&structs("", "{}", 1), "30", "p:null");
    let empty = r#"{"vmsd_name":"e","version":1,"fields":[]}"#;
    fit(&structs("", empty, 1), "30", "p:null");
    fit(&structs(r#","array_len":2"#, "{}", 1), "3030", "p*2[ ( :null ) ( :null ) ]");
    misfit(&one("nullptr", 1), "31", 0, "a", Unfit::Null(0x31));
    misfit(&structs(r#","array_len":2"#, "{}", 1), "3001", 1, "p[1]", Unfit::Null(1));
    misfit(&structs("", "{}", 2), "3030", 0, "p", Unfit::StructSize { says: 2, has: 0 });
    misfit(&one("nullptr", 2), "3030", 0, "a", Unfit::Size(2));
}

/// A run of null pointers of QEMU 10, with a count if it is not one.
fn nulls(count: u64) -> String {
    match count {
        1 => r#"{"name":"p","type":"nullptr","size":1}"#.to_owned(),
        _ => format!(r#"{{"name":"p","array_len":{count},"type":"nullptr","size":1}}"#),
    }
}

#[test]
fn runs_of_null_pointers_are_joined_to_one_list() {
    let fields = [structs("", POINT, 2), nulls(3), structs(r#","array_len":2"#, POINT, 2)];
    let (null, point) = ("( :null )", "( x:u8=1 y:u8=2 )");
    let expected = format!("p*6[ {point} {null} {null} {null} {point} {point} ]");
    fit(&fields.join(","), "0102 303030 0102 0102", &expected);
}

#[test]
fn a_count_of_null_pointers_is_not_believed_where_each_element_has_an_entry() {
    let with = |index: u64| structs(&format!(r#","index":{index}"#), POINT, 2);
    let (null, point) = ("( :null )", "( x:u8=1 y:u8=2 )");
    let fields = [nulls(5), nulls(4), with(2), nulls(2), structs("", POINT, 2)];
    let expected = format!("p*5[ {null} {null} {point} {null} {point} ]");
    fit(&fields.join(","), "3030 0102 30 0102", &expected);
    let fields = [nulls(3), nulls(2), nulls(1)];
    fit(&fields.join(","), "303030", &format!("p*3[ {null} {null} {null} ]"));
}

/// A field with descriptions among its keys.
fn inline(kind: &str, inside: &[&str], size: u64) -> String {
    let bare =
        |one: &&str| one.strip_prefix('{').and_then(|one| one.strip_suffix('}')).map(str::to_owned);
    let keys: String = inside.iter().map(|one| format!(",{}", bare(one).unwrap())).collect();
    format!(r#"{{"name":"q","type":"{kind}"{keys},"size":{size}}}"#)
}

const ID: &str =
    r#"{"vmsd_name":"id","version":1,"fields":[{"name":"id","type":"uint16","size":2}]}"#;

#[test]
fn a_description_among_the_keys_is_that_of_a_struct() {
    fit(&inline("tmp", &[POINT], 2), "0102", "q<point v3>{ x:u8=1 y:u8=2 }");
    fit(&inline("vstruct", &[POINT], 2), "0102", "q<point v3>{ x:u8=1 y:u8=2 }");
    fit(&inline("tmp", &[POINT], 3), "010203", "q:opaque=010203");
    fit(&inline("tmp", &[POINT, POINT], 2), "0102", "q:opaque=0102");
    fit(&one("tmp", 2), "0102", "a:opaque=0102");
}

#[test]
fn lists_have_a_mark_before_each_element() {
    for kind in ["qtailq", "qlist"] {
        fit(&inline(kind, &[], 1), "00", "q{ elements*1[ ( not{ } ) ] }");
        let elements = "( there{ x:u8=1 y:u8=2 } ) ( there{ id:u16=304 } ) ( not{ } )";
        let expected = format!("q{{ elements*3[ {elements} ] }}");
        fit(&inline(kind, &[POINT, ID], 7), "01 0102 01 0304 00", &expected);
        fit(&inline(kind, &[POINT], 3), "010203", "q:opaque=010203");
        misfit(&inline(kind, &[ID], 4), "02 0304 00", 0, "q[0]", Unfit::More(2));
        misfit(&inline(kind, &[ID], 4), "01 0304 01", 3, "q[1]", Unfit::More(1));
    }
}

#[test]
fn a_list_of_structs_with_subsections_has_a_scope_for_them() {
    let described = r#"{"vmsd_name":"s","version":1,"fields":[],"subsections":[{"vmsd_name":"s/x","version":2,"fields":[{"name":"x","type":"uint8","size":1}]}]}"#;
    let expected = "q{ elements*2[ ( there{ <s v1>{ +s/x v2{ x:u8=7 } } } ) ( not{ } ) ] }";
    fit(&inline("qlist", &[described], 12), "01 05 03 732f78 00000002 07 00", expected);
}

#[test]
fn trees_have_keys_and_a_count() {
    let direct = "( there{ key:u64=5 value<id v1>{ id:u16=304 } } )";
    let expected = format!("q{{ count:u32=1 elements*2[ {direct} ( not{{ }} ) ] }}");
    let bytes = "00000001 01 0000000000000005 0304 00";
    fit(&inline("gtree", &[ID], 16), bytes, &expected);
    let pair = "( there{ key<point v3>{ x:u8=1 y:u8=2 } value<id v1>{ id:u16=304 } } )";
    let expected = format!("q{{ count:u32=2 elements*3[ {pair} {pair} ( not{{ }} ) ] }}");
    let bytes = "00000002 01 0102 0304 01 0102 0304 00";
    fit(&inline("gtree", &[POINT, ID, POINT, ID], 15), bytes, &expected);
    fit(&inline("gtree", &[], 5), "00000000 00", "q{ count:u32=0 elements*1[ ( not{ } ) ] }");
    fit(&inline("gtree", &[], 3), "000000", "q:opaque=000000");
    let says = Unfit::Count { says: 0, has: 1 };
    misfit(&inline("gtree", &[], 5), "00000001 00", 0, "q", says);
}

#[test]
fn a_misfit_says_where_and_why() {
    misfit(&one("bool", 1), "02", 0, "a", Unfit::Bool(2));
    misfit(&several("bool", 3, 1), "000103", 2, "a", Unfit::Bool(3));
    misfit(&one("uint32", 3), "000000", 0, "a", Unfit::Size(3));
    misfit(&one("bitmap", 9), "000000000000000000", 0, "a", Unfit::Size(9));
    misfit(&one("pci irq state", 6), "000000000000", 0, "a", Unfit::Size(6));
    misfit(&one("capability", 3), "010000", 0, "a", Unfit::Text);
    misfit(&one("capability", 2), "0100", 0, "a", Unfit::Text);
    misfit(&one("capability", 2), "01ff", 0, "a", Unfit::Text);
    misfit(&one("uint32", 4), "000000", 0, "a", Unfit::Short { needed: 4, left: 3 });
    misfit(&one("buffer", 4), "000000", 0, "a", Unfit::Short { needed: 4, left: 3 });
    let whole = Unfit::Short { needed: 6, left: 5 };
    misfit(&several("uint16", 3, 2), "0000000000", 0, "a", whole);
    misfit(&one("uint8", 1), "0000", 1, "", Unfit::Left(1));
    let says = Unfit::StructSize { says: 3, has: 2 };
    misfit(&structs("", POINT, 3), "010203", 0, "p", says);
    misfit(&structs(r#","array_len":2"#, POINT, 3), "010203040506", 0, "p[0]", says);
    let inner = POINT.replace("uint8", "bool");
    misfit(&structs(r#","array_len":2"#, &inner, 2), "01010102", 3, "p[1].y", Unfit::Bool(2));
    let text = fits(&device(&structs("", POINT, 3), ""), &[1, 2, 3]).unwrap_err().to_string();
    assert_eq!(text, "p: the struct says 3 bytes and its fields have 2, at byte 0 of the section");
}

#[test]
fn names_that_no_item_has_are_a_misfit() {
    for name in ["n".repeat(256), "a\\u0000b".to_owned()] {
        let fields = format!(r#"{{"name":"{name}","type":"uint8","size":1}}"#);
        assert_eq!(fits(&device(&fields, ""), &[1]).unwrap_err().what, Unfit::Name);
        let described = POINT.replace("point", &name);
        let fields = structs("", &described, 2);
        assert_eq!(fits(&device(&fields, ""), &[1, 2]).unwrap_err().what, Unfit::Name);
        let more = format!(r#","subsections":[{{"vmsd_name":"{name}","version":1,"fields":[]}}]"#);
        assert_eq!(fits(&device("", &more), &[5; 300]).unwrap_err().what, Unfit::Name);
    }
    let more = r#","subsections":[{"vmsd_name":"","version":1,"fields":[]}]"#;
    assert_eq!(fits(&device("", more), &[5; 6]).unwrap_err().what, Unfit::Name);
    let more = r#","subsections":[{"vmsd_name":"d","version":256,"fields":[]}]"#;
    assert_eq!(fits(&device("", more), &[5; 6]).unwrap_err().what, Unfit::Version(256));
}

#[test]
fn numbers_beyond_reason_are_misfits() {
    let most = u64::MAX;
    assert_eq!(size_of(&device(&several("uint16", most, 2), "")), None);
    misfit(&several("uint16", most, 2), "00", 0, "a", Unfit::Short { needed: most, left: 1 });
    misfit(&several("virtio", most, 1), "00", 0, "a", Unfit::Short { needed: most, left: 1 });
    misfit(&one("buffer", most), "00", 0, "a", Unfit::Short { needed: most, left: 1 });
}

#[test]
fn what_has_no_bytes_is_not_repeated_without_end() {
    let work = |fields: &str, length: usize| {
        let found = fits(&device(fields, ""), &vec![0; length]).unwrap_err();
        assert_eq!(found.what, Unfit::Work, "{found}");
    };
    work(&several("buffer", 1 << 40, 0), 0);
    // Not even so often that a short stream becomes a long text.
    work(&several("buffer", 1 << 13, 0), 0);
    let (byte, nothing) = (one("uint8", 1), several("uint8", 0, 1).replace("\"a\"", "\"b\""));
    let many = |entry: &str| {
        let fields = [vec![byte.clone()], vec![entry.to_owned(); 10_000]].concat().join(",");
        let described = format!(r#"{{"vmsd_name":"s","version":1,"fields":[{fields}]}}"#);
        (structs(r#","array_len":10000"#, &described, 1), described)
    };
    work(&many(&nothing).0, 10_000);
    // Descriptions that do not have the size of their field are measured all the same.
    let (_, described) = many(&nothing);
    let other = inline("tmp", &[&described], 2);
    let described = format!(r#"{{"vmsd_name":"s","version":1,"fields":[{other}]}}"#);
    work(&structs(r#","array_len":10000"#, &described, 2), 20_000);
}

#[test]
fn an_error_of_the_visitor_is_told_as_it_is() {
    let mut memory = [0; 1];
    let mut saver = Saver::to_slice(&mut memory);
    let device = device(&one("uint32", 4), "");
    let found = replay(&device, &[0; 4], &mut saver.visitor(), &mut ()).unwrap_err();
    assert_eq!((found.at.as_str(), found.what), ("a", Unfit::Visit(Code::NoSpace)));
}

#[test]
fn scopes_that_are_open_at_once_are_counted() {
    let fields = inline("qtailq", &[POINT], 4);
    let fit = fits(&device(&fields, ""), &[1, 1, 2, 0]).unwrap();
    assert_eq!((fit.leaves, fit.depth, fit.described_bytes), (2, 3, 4));
}

#[test]
fn a_replay_needs_as_many_scopes_as_were_counted() {
    let nested = |depth: usize| {
        (1..depth).fold(structs("", POINT, 2), |inside, _| {
            let described = format!(r#"{{"vmsd_name":"o","version":1,"fields":[{inside}]}}"#);
            structs("", &described, 2)
        })
    };
    for depth in [1, MAX_DEPTH, MAX_DEPTH + 1] {
        let device = device(&nested(depth), "");
        assert_eq!(fits(&device, &[1, 2]).unwrap().depth, depth);
        match bytes_of(&device, &[1, 2]) {
            Ok(_) => assert!(depth <= MAX_DEPTH),
            Err(misfit) => assert_eq!(misfit.what, Unfit::Visit(Code::TooDeep)),
        }
    }
    // Deeper than any text that is read.
    let mut deep = device("", "");
    for _ in 0..40 {
        let subsections = Some(vec![description_of(&deep)]);
        let outer = Description { subsections, ..description_of(&device("", "")) };
        deep.content = Content::Described(outer);
    }
    assert_eq!(size_of(&deep), None);
    let heads = b"\x05\x01d\0\0\0\x01".repeat(40);
    assert_eq!(fits(&deep, &heads).unwrap_err().what, Unfit::Nesting);
}

fn description_of(device: &Device) -> Description {
    match &device.content {
        Content::Described(description) => description.clone(),
        Content::Handler { .. } => panic!("{device:?}"),
    }
}

#[test]
fn notes_tell_the_place_and_type_of_every_item() {
    let fields = [one("uint8", 1), structs(r#","array_len":2"#, POINT, 2)].join(",");
    let mut noted = Noted::default();
    let mut memory = [0; 16];
    let mut saver = Saver::to_slice(&mut memory);
    replay(&device(&fields, ""), &[0; 5], &mut saver.visitor(), &mut noted).unwrap();
    let noted: Vec<_> = noted.0.iter().map(|(at, kind, length)| (*at, &**kind, *length)).collect();
    let (u8, point) = ("uint8", "struct");
    let element = |at| [(at, point, 2), (at, u8, 1), (at + 1, u8, 1)];
    let expected = [vec![(0, u8, 1), (1, point, 4)], element(1).to_vec(), element(3).to_vec()];
    assert_eq!(noted, expected.concat());
}
