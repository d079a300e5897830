//! What tables say as text, in the form of QEMU's `-dump-vmstate`.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::io::json::{Json, Line, Style};
use migcore::visit::{Marks, Visitor};
use migcore::vmstate::{Dump, Field, Head, If, Layout, Own, StaticTable, Table, What};
use migcore::{fields, number, Code};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

#[derive(FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Ring {
    head: u16,
    tail: u16,
}

static RING: Layout<Ring> =
    Layout::new(StaticTable::new("nic/ring", 3, fields!(Ring { head, tail.since(2) })).minimum(1));

#[derive(FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Nic {
    expiry: i64,
    mac: [u8; 6],
    link: u8,
    length: u8,
    regs: [u32; 4],
    rings: [Ring; 2],
    more: u32,
    data: u32,
    queue: [u32; 2],
    tree: [u32; 3],
    last: u32,
}

fn custom(_: &mut u32, _: &mut Visitor<'_>) -> migcore::Result<()> {
    Ok(())
}

static NIC: Layout<Nic> = Layout::new(
    StaticTable::new(
        "nic",
        2,
        fields!(Nic {
            expiry: timer(),
            mac: buffer(),
            "always": valid(),
            "unused": unused(3),
            link: flags().tested(&If::<Nic>(|nic, _| nic.length > 0)),
            length,
            regs.count(number!(Nic, length)),
            rings: structs(&RING),
            more: to(&RING),
            data: to_buffer(number!(Nic, length)),
            queue: queue(&RING, 0, 3),
            tree: numbered(&RING, 3),
            last: own(&Own::<u32>(custom)).since(2),
        }),
    )
    .minimum(1)
    .subsections(&[QUIRK.table()]),
);

static QUIRK: Layout<Nic> = Layout::new(StaticTable::new("nic/quirk", 1, fields!(Nic { regs })));

static EMPTY: Layout<Ring> = Layout::new(StaticTable::new("empty", 0, &[]));

fn ring(indent: &str) -> String {
    let text = r#"{
    "name": "nic/ring",
    "version_id": 3,
    "minimum_version_id": 1,
    "Fields": [
        {
            "field": "head",
            "version_id": 0,
            "field_exists": false,
            "size": 2
        },
        {
            "field": "tail",
            "version_id": 2,
            "field_exists": false,
            "size": 2
        }
    ]
}"#;
    text.replace('\n', &format!("\n{indent}"))
}

/// A field in the table of the device.
fn field(name: &str, since: u32, tested: bool, num: &str, size: usize, inside: bool) -> String {
    let indent = " ".repeat(20);
    let inside = match inside {
        true => format!(",\n{indent}\"Description\": {}", ring(&indent)),
        false => String::new(),
    };
    format!(
        "                {{\n{indent}\"field\": \"{name}\",\n{indent}\"version_id\": {since},\n{indent}\
         \"field_exists\": {tested},\n{num}{indent}\"size\": {size}{inside}\n                }}"
    )
}

#[test]
fn a_dump_has_every_field_that_may_be_sent() {
    let num = |number: usize| format!("{}\"num\": {number},\n", " ".repeat(20));
    let fields = [
        field("expiry", 0, false, "", 8, false),
        field("mac", 0, false, "", 6, false),
        field("unused", 0, false, "", 3, false),
        field("link", 0, true, "", 1, false),
        field("length", 0, false, "", 1, false),
        // As many as another member says.
        field("regs", 0, false, "", 4, false),
        field("rings", 0, false, &num(2), 4, true),
        field("more", 0, false, "", 4, true),
        field("data", 0, false, "", 0, false),
        field("queue", 0, false, "", 4, true),
        field("tree", 0, false, "", 4, true),
        field("last", 2, false, "", 4, false),
    ]
    .join(",\n");
    let quirk = field("regs", 0, false, &num(4), 4, false).replace("\n", "\n        ");
    let expected = format!(
        r#"{{
    "vmschkmachine": {{
        "Name": "board-1"
    }},
    "e1000": {{
        "Name": "e1000",
        "version_id": 2,
        "minimum_version_id": 1,
        "Description": {{
            "name": "nic",
            "version_id": 2,
            "minimum_version_id": 1,
            "Fields": [
{fields}
            ],
            "Subsections": [
                {{
                    "name": "nic/quirk",
                    "version_id": 1,
                    "minimum_version_id": 1,
                    "Fields": [
        {quirk}
                    ]
                }}
            ]
        }}
    }},
    "empty": {{
        "Name": "empty",
        "version_id": 0,
        "minimum_version_id": 0,
        "Description": {{
            "name": "empty",
            "version_id": 0,
            "minimum_version_id": 0
        }}
    }}
}}"#
    );
    let mut memory = vec![0; 1 << 16];
    let mut json = Json::new(Line::new(&mut memory), Style::Pretty);
    let mut dump = Dump::new(&mut json, &"board-1");
    dump.device(&"e1000", NIC.table()).unwrap();
    dump.device(&"empty", EMPTY.table()).unwrap();
    dump.finish().unwrap();
    let text = String::from_utf8(json.text().whole().unwrap().to_vec()).unwrap();
    assert_eq!(text, expected);
}

#[derive(FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Node {
    one: u32,
    two: u32,
    three: u32,
}

/// A table whose only field is a struct of the same table.
#[derive(Clone, Copy)]
struct Circle;

impl Table for Circle {
    type Name = &'static str;

    fn head(self) -> Head<&'static str> {
        let marks = Marks::NONE;
        Head { name: "circle", version: 1, minimum: 1, minimum_old: None, marks }
    }

    fn field(self, index: usize) -> migcore::Result<Option<Field<Self>>> {
        let field = Field::new("again", "struct", What::Struct(Circle), 0, 4);
        Ok((index == 0).then_some(Field { pointer: true, ..field }))
    }

    fn subsection(self, _: usize) -> Option<Self> {
        None
    }
}

macro_rules! doubled {
    ($name:ident, $inner:ident) => {
        static $name: Layout<Node> = Layout::new(StaticTable::new(
            "doubled",
            1,
            fields!(Node { one: to(&$inner), two: to(&$inner), three: to(&$inner) }),
        ));
    };
}

static LEAF: Layout<Node> = Layout::new(StaticTable::new("leaf", 1, fields!(Node { one })));
doubled!(A, LEAF);
doubled!(B, A);
doubled!(C, B);
doubled!(D, C);
doubled!(E, D);
doubled!(F, E);
doubled!(G, F);
doubled!(H, G);
doubled!(I, H);
doubled!(J, I);
doubled!(K, J);
doubled!(L, K);
doubled!(M, L);

#[test]
fn tables_without_an_end_are_refused() {
    fn dumped<T: Table>(table: T) -> migcore::Result<()> {
        let mut json = Json::new(|_: &[u8]| (), Style::Line);
        Dump::new(&mut json, &"board-1").device(&"device", table)
    }
    assert_eq!(dumped(Circle), Err(Code::TooDeep));
    assert_eq!(dumped(M.table()), Err(Code::TooMany));
    assert_eq!(dumped(C.table()), Ok(()));
}

#[test]
fn a_type_without_a_name_makes_no_dump() {
    let mut json = Json::new(|_: &[u8]| (), Style::Line);
    let mut dump = Dump::new(&mut json, &"board-1");
    dump.device(&"", EMPTY.table()).unwrap();
    assert_eq!(dump.finish(), Err(Code::InvalidArgument));
}
