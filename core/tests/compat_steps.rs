//! Each step on items by example, in both layouts, there and back.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/book.rs"]
mod book;
#[path = "support/brief.rs"]
mod brief;
#[path = "support/stage.rs"]
mod stage;

use book::{apply, lines, Book};
use brief::brief;
use migcore::compat::{After, Edit, Form, Hook, Item, On, Otherwise, Place, Step, What, Wrapping};
use migcore::model::{At, Tree, Value};
use migcore::visit::{Extent, Kind, Marks};
use migcore::Code;
use stage::{bytes, u32, u8, Layout, Stage, LAYOUTS, LIST, STRUCT};

/// Two network cards and a board.
fn machine(layout: Layout) -> Tree<'static> {
    let mut stage = Stage::new(layout);
    for (name, number) in [("0:2/nic", 1), ("0:3/nic", 2)] {
        stage.device(
            name,
            0,
            &[
                Item::new("ctrl", u32(number)),
                Item::new("link", u8(0)),
                Item::new("rx", LIST),
                Item::new("", Value::Element).inside(1),
                Item::new("head", u32(10)).inside(2),
                Item::new("tail", u32(11)).inside(2),
                Item::new("", Value::Element).inside(1),
                Item::new("head", u32(20)).inside(2),
                Item::new("tail", u32(21)).inside(2),
                Item::new("mac", bytes(b"\x52\x54\0")),
            ],
        );
    }
    stage.device("board", 0, &[Item::new("config", bytes(b"abcd"))]);
    stage.done()
}

const NIC: &str = "*/nic/0";

/// Does a step in both layouts, compares what becomes of the first device and what is lost, and goes back.
fn step(step: Step<'_>, first: &str, told: &[&str]) {
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        let before = lines(&tree);
        let mut book = Book::new();
        let touched = apply(&mut tree, On::Machine, &step, &mut book).unwrap();
        let text = brief(&tree);
        assert_eq!(text.split("; ").next().unwrap(), first);
        assert_eq!(book.told(), told);
        let mut back = Book::with(book);
        assert_eq!(apply(&mut tree, On::Machine, &step.inverse(), &mut back).unwrap(), touched);
        assert_eq!(lines(&tree), before);
        // The handle of one device does the same to that.
        let mut device = tree.first_child(tree.root()).unwrap().unwrap();
        if layout == Layout::Stream {
            device = tree.find(device, b"full.0:2/nic/0").unwrap();
        }
        let own = inside(&step);
        apply(&mut tree, On::Device(device), &own, &mut Book::new()).unwrap();
        assert_eq!(brief(&tree).split("; ").next().unwrap(), first);
    }
}

/// The step of the whole machine as one for each network card.
fn inside<'a>(step: &Step<'a>) -> Step<'a> {
    fn of(scope: &str) -> &str {
        let rest = scope.strip_prefix(NIC).unwrap_or(scope);
        rest.strip_prefix('.').unwrap_or(rest)
    }
    let place = |place: Place<'a>| Place { scope: of(place.scope), ..place };
    let around = |wrapping: Wrapping<'a>| Wrapping { place: place(wrapping.place), ..wrapping };
    match *step {
        Step::Rename { scope, from, to } => Step::Rename { scope: of(scope), from, to },
        Step::Add { place: there, items } => Step::Add { place: place(there), items },
        Step::Drop { place: there, items } => Step::Drop { place: place(there), items },
        Step::Retype { scope, name, from, to } => Step::Retype { scope: of(scope), name, from, to },
        Step::Set { scope, name, from, to } => Step::Set { scope: of(scope), name, from, to },
        Step::Map { scope, name, pairs, turned, otherwise } => {
            Step::Map { scope: of(scope), name, pairs, turned, otherwise }
        }
        Step::Bits { scope, name, at, mask, from, to } => {
            Step::Bits { scope: of(scope), name, at, mask, from, to }
        }
        Step::Move { from, to } => Step::Move { from: place(from), to: place(to) },
        Step::Wrap(wrapping) => Step::Wrap(around(wrapping)),
        Step::Unwrap(wrapping) => Step::Unwrap(around(wrapping)),
        other => other,
    }
}

const AS_IT_WAS: &str =
    "0:2/nic/0@5 ctrl=1 link=0 rx[{head=10 tail=11} {head=20 tail=21}] mac=x525400";

#[test]
fn the_machine_is_as_the_examples_take_it() {
    for layout in LAYOUTS {
        let text = brief(&machine(layout));
        assert_eq!(text.split("; ").next().unwrap(), AS_IT_WAS);
        assert!(text.ends_with("mac=x525400; board/0@5 config=x61626364"), "{text}");
    }
}

#[test]
fn rename() {
    let changed = AS_IT_WAS.replace("ctrl", "control");
    step(Step::Rename { scope: NIC, from: "ctrl", to: "control" }, &changed, &[]);
    let changed = AS_IT_WAS.replace("head", "first");
    step(Step::Rename { scope: "*/nic/0.rx[*]", from: "head", to: "first" }, &changed, &[]);
}

#[test]
fn add() {
    let place = Place { scope: NIC, name: "speed", after: After::Name("ctrl") };
    let items = [Item::new("speed", u32(1000))];
    let changed = AS_IT_WAS.replace("link", "speed=1000 link");
    step(Step::Add { place, items: &items }, &changed, &[]);
    let place = Place { after: After::Start, ..place };
    let changed = AS_IT_WAS.replace("ctrl", "speed=1000 ctrl");
    step(Step::Add { place, items: &items }, &changed, &[]);
    // A subsection with a list, at the end.
    let items = [
        Item::new("sub", Value::Subsection { version: 2 }),
        Item::new("l", LIST).inside(1),
        Item::new("", Value::Element).inside(2),
        Item::new("x", u8(1)).inside(3),
        Item::new("", Value::Element).inside(2),
        Item::new("y", u8(2)).inside(1),
    ];
    let place = Place { scope: NIC, name: "sub", after: After::End };
    let changed = format!("{AS_IT_WAS} sub:2{{l[{{x=1}} {{}}] y=2}}");
    step(Step::Add { place, items: &items }, &changed, &[]);
    // Without a default there is nothing to add.
    step(Step::Add { place, items: &[] }, AS_IT_WAS, &[]);
}

#[test]
fn drop_of_a_default_is_no_loss_and_of_anything_else_it_is() {
    let place = Place { scope: NIC, name: "link", after: After::Name("ctrl") };
    let changed = AS_IT_WAS.replace(" link=0", "");
    step(Step::Drop { place, items: &[Item::new("link", u8(0))] }, &changed, &[]);
    let told = ["Item 0:2/nic/0.link", "Item 0:3/nic/0.link"];
    step(Step::Drop { place, items: &[Item::new("link", u8(1))] }, &changed, &told);
    step(Step::Drop { place, items: &[] }, &changed, &told);
    // It would come back elsewhere.
    let place = Place { after: After::End, ..place };
    let told = ["Order 0:2/nic/0.link", "Order 0:3/nic/0.link"];
    step(Step::Drop { place, items: &[Item::new("link", u8(0))] }, &changed, &told);
    // It would come back where nothing was.
    let place = Place { scope: NIC, name: "speed", after: After::End };
    let told = ["Absence 0:2/nic/0.speed", "Absence 0:3/nic/0.speed"];
    step(Step::Drop { place, items: &[Item::new("speed", u8(0))] }, AS_IT_WAS, &told);
    step(Step::Drop { place, items: &[] }, AS_IT_WAS, &[]);
    // All of a list.
    let place = Place { scope: NIC, name: "rx", after: After::Name("link") };
    let changed = AS_IT_WAS.replace(" rx[{head=10 tail=11} {head=20 tail=21}]", "");
    let told = ["Item 0:2/nic/0.rx", "Item 0:3/nic/0.rx"];
    step(Step::Drop { place, items: &[] }, &changed, &told);
}

#[test]
fn retype() {
    let (scope, name) = (NIC, "ctrl");
    let from = Form::Scalar(Kind::U32);
    let to = Form::Scalar(Kind::F64);
    let changed = AS_IT_WAS.replace("ctrl=1", &format!("ctrl={}", 1f64.to_bits()));
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        apply(&mut tree, On::Machine, &Step::Retype { scope, name, from, to }, &mut Book::new())
            .unwrap();
        assert_eq!(brief(&tree).split("; ").next().unwrap(), changed);
    }
    let to = Form::Array(Kind::I16, Extent::Variable);
    let changed = AS_IT_WAS.replace("ctrl=1", "ctrl=(1)");
    step(Step::Retype { scope, name, from, to }, &changed, &[]);
    let (name, from) = ("mac", Form::Bytes(Extent::Fixed));
    let to = Form::Array(Kind::U8, Extent::Fixed);
    let changed = AS_IT_WAS.replace("mac=x525400", "mac=(82,84,0)");
    step(Step::Retype { scope, name, from, to }, &changed, &[]);
    let to = Form::Bytes(Extent::Variable);
    step(Step::Retype { scope, name, from, to }, AS_IT_WAS, &[]);
}

#[test]
fn a_buffer_has_the_most_significant_byte_of_an_element_first() {
    let mut tree = machine(Layout::Native);
    let (from, to) = (Form::Bytes(Extent::Fixed), Form::Array(Kind::U16, Extent::Fixed));
    let step = Step::Retype { scope: "board/0", name: "config", from, to };
    apply(&mut tree, On::Machine, &step, &mut Book::new()).unwrap();
    assert!(brief(&tree).ends_with(&format!("config=({},{})", 0x6162, 0x6364)));
}

#[test]
fn set() {
    let (scope, name) = (NIC, "link");
    let changed = AS_IT_WAS.replace("link=0", "link=7");
    step(Step::Set { scope, name, from: Some(u8(0)), to: Some(u8(7)) }, &changed, &[]);
    let told = ["Value 0:2/nic/0.link", "Value 0:3/nic/0.link"];
    step(Step::Set { scope, name, from: Some(u8(1)), to: Some(u8(7)) }, &changed, &told);
    step(Step::Set { scope, name, from: None, to: Some(u8(7)) }, &changed, &told);
    step(Step::Set { scope, name, from: None, to: Some(u8(0)) }, AS_IT_WAS, &[]);
    step(Step::Set { scope, name, from: Some(u8(0)), to: None }, AS_IT_WAS, &[]);
    let mac = Some(bytes(b"\x01\x02\x03"));
    let changed = AS_IT_WAS.replace("525400", "010203");
    let told = ["Value 0:2/nic/0.mac", "Value 0:3/nic/0.mac"];
    step(Step::Set { scope, name: "mac", from: None, to: mac }, &changed, &told);
}

#[test]
fn map() {
    let otherwise = Otherwise::Refuse;
    let (scope, name, turned) = ("*/nic/0.rx[*]", "head", false);
    let pairs = &[(10, 1), (20, 2)][..];
    let changed = AS_IT_WAS.replace("head=10", "head=1").replace("head=20", "head=2");
    step(Step::Map { scope, name, pairs, turned, otherwise }, &changed, &[]);
    // Two become one.
    let pairs = &[(10, 1), (20, 1)][..];
    let changed = AS_IT_WAS.replace("head=10", "head=1").replace("head=20", "head=1");
    let told = ["Value 0:2/nic/0.rx[1].head", "Value 0:3/nic/0.rx[1].head"];
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        let (before, mut book) = (lines(&tree), Book::new());
        let step = Step::Map { scope, name, pairs, turned, otherwise };
        apply(&mut tree, On::Machine, &step, &mut book).unwrap();
        assert_eq!(brief(&tree).split("; ").next().unwrap(), changed);
        assert_eq!(book.told(), told);
        // What was changed since is not what was lost.
        let tail = tree.find(tree.root(), first(layout)).unwrap();
        tree.replace(tail, u32(1)).unwrap();
        apply(&mut tree, On::Machine, &step.inverse(), &mut Book::with(book)).unwrap();
        assert_eq!(lines(&tree), before);
    }
    let (scope, name, otherwise) = (NIC, "ctrl", Otherwise::Keep);
    let pairs = &[(1, 9)][..];
    step(
        Step::Map { scope, name, pairs, turned, otherwise },
        &AS_IT_WAS.replace("ctrl=1", "ctrl=9"),
        &[],
    );
    // What is kept would become something else on the way back.
    let pairs = &[(5, 2), (2, 3)][..];
    for layout in LAYOUTS {
        let (mut tree, mut book) = (machine(layout), Book::new());
        let pairs = if layout == Layout::Native { pairs } else { &[(5, 1)][..] };
        let step = Step::Map { scope, name, pairs, turned, otherwise };
        apply(&mut tree, On::Machine, &step, &mut book).unwrap();
        let lost = if layout == Layout::Native { vec![] } else { vec!["Value 0:2/nic/0.ctrl"] };
        assert_eq!(book.told(), lost);
    }
}

fn first(layout: Layout) -> &'static [u8] {
    match layout {
        Layout::Native => b"0:2/nic/0.rx[1].head",
        Layout::Stream => b"qemu/0.full.0:2/nic/0.rx[1].head",
    }
}

#[test]
fn bits() {
    let (scope, name, at) = (NIC, "ctrl", 0);
    let bits = |mask, from, to| Step::Bits { scope, name, at, mask, from, to };
    let changed = AS_IT_WAS.replace("ctrl=1", "ctrl=5");
    step(bits(4, Some(0), Some(4)), &changed, &[]);
    let told = ["Bits 0:2/nic/0.ctrl", "Bits 0:3/nic/0.ctrl"];
    step(bits(4, Some(4), Some(4)), &changed, &told);
    step(bits(4, None, Some(4)), &changed, &told);
    step(bits(4, None, Some(0)), AS_IT_WAS, &[]);
    // Only bits of the mask count.
    step(bits(4, Some(0xf0), Some(0xff)), &changed, &[]);
}

#[test]
fn bits_of_a_buffer_that_nobody_knows_and_of_an_array() {
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        let mut book = Book::new();
        let find = |path: &str| match layout {
            Layout::Native => path.to_owned(),
            Layout::Stream => format!("qemu/0.full.{path}"),
        };
        let path = find("0:2/nic/0.mac");
        let mac = tree.find(tree.root(), path.as_bytes()).unwrap();
        tree.set_marks(mac, Marks::OPAQUE).unwrap();
        let scope = "0:2/nic/0";
        // The second and the third byte.
        let (from, to) = (None, Some(0x8001));
        let step = Step::Bits { scope, name: "mac", at: 1, mask: 0xff0f, from, to };
        apply(&mut tree, On::Machine, &step, &mut book).unwrap();
        assert_eq!(tree.value(mac), Ok(bytes(b"\x52\x51\x80")));
        assert_eq!(book.told[0].bits, 0x0004);
        apply(&mut tree, On::Machine, &step.inverse(), &mut Book::with(book)).unwrap();
        assert_eq!(tree.value(mac), Ok(bytes(b"\x52\x54\0")));
        assert_eq!(tree.marks(mac), Ok(Marks::OPAQUE));
        // The third of four words.
        let words: Vec<u8> = [1u16, 2, 3, 4].iter().flat_map(|word| word.to_ne_bytes()).collect();
        let array = Value::Array(Kind::U16, Extent::Fixed, &words);
        let at = At::After(mac);
        let words = tree.insert(at, b"words", Marks::NONE, array).unwrap();
        let (from, to) = (Some(3), Some(8));
        let step = Step::Bits { scope, name: "words", at: 2, mask: 0xf, from, to };
        apply(&mut tree, On::Machine, &step, &mut Book::new()).unwrap();
        assert!(brief(&tree).contains("words=(1,2,8,4)"));
        let at = tree.value(words).unwrap();
        assert!(matches!(at, Value::Array(Kind::U16, Extent::Fixed, _)));
    }
}

#[test]
fn moves() {
    let place = |name, after| Place { scope: NIC, name, after };
    let (from, to) = (place("link", After::Name("ctrl")), place("up", After::End));
    let changed = AS_IT_WAS.replace(" link=0", "") + " up=0";
    step(Step::Move { from, to }, &changed, &[]);
    // It stands behind another sibling than the step says.
    let from = place("link", After::Start);
    let told = ["Order 0:2/nic/0.link", "Order 0:3/nic/0.link"];
    step(Step::Move { from, to }, &changed, &told);
    // Without a new name.
    let (from, to) = (place("link", After::Name("ctrl")), place("link", After::Start));
    let changed = AS_IT_WAS.replace(" link=0", "").replace("ctrl", "link=0 ctrl");
    step(Step::Move { from, to }, &changed, &[]);
}

#[test]
fn a_move_between_devices_keeps_what_is_inside_and_its_handle() {
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        let before = lines(&tree);
        let path = match layout {
            Layout::Native => "0:3/nic/0.rx",
            Layout::Stream => "qemu/0.full.0:3/nic/0.rx",
        };
        // Of several records of one name, the first is found: the second device is behind it.
        let rx = tree.find(tree.root(), path.as_bytes());
        let from = Place { scope: "0:3/nic/0", name: "rx", after: After::Name("link") };
        let to = Place { scope: "b*/0", name: "rings", after: After::Start };
        let step = Step::Move { from, to };
        assert_eq!(apply(&mut tree, On::Machine, &step, &mut Book::new()), Ok(1));
        let text = brief(&tree);
        let rings = "rings[{head=10 tail=11} {head=20 tail=21}]";
        assert!(text.ends_with(&format!("board/0@5 {rings} config=x61626364")), "{text}");
        if let Ok(rx) = rx {
            assert_eq!(tree.name(rx), Ok(&b"rings"[..]));
        }
        assert_eq!(apply(&mut tree, On::Machine, &step.inverse(), &mut Book::new()), Ok(1));
        assert_eq!(lines(&tree), before);
    }
}

#[test]
fn wrap_and_unwrap() {
    let wrapping = Wrapping {
        place: Place { scope: NIC, name: "nic/state", after: After::End },
        value: Value::Subsection { version: 1 },
        marks: Marks::NONE,
        items: &["ctrl", "absent", "link"],
        after: After::Start,
    };
    let rest = "rx[{head=10 tail=11} {head=20 tail=21}] mac=x525400";
    let changed = format!("0:2/nic/0@5 {rest} nic/state:1{{ctrl=1 link=0}}");
    step(Step::Wrap(wrapping), &changed, &[]);
    // Items that stand apart, or in another order, have their places told.
    let apart = Wrapping { items: &["mac", "ctrl"], value: STRUCT, ..wrapping };
    let rest = "link=0 rx[{head=10 tail=11} {head=20 tail=21}]";
    let changed = format!("0:2/nic/0@5 {rest} nic/state{{mac=x525400 ctrl=1}}");
    let told = ["ctrl", "mac"].map(|name| format!("Order 0:2/nic/0.{name}"));
    let more = ["ctrl", "mac"].map(|name| format!("Order 0:3/nic/0.{name}"));
    let told: Vec<&str> = told.iter().chain(&more).map(String::as_str).collect();
    step(Step::Wrap(apart), &changed, &told);
    // There is none of them: there is no scope either.
    let none = Wrapping { items: &["absent"], ..wrapping };
    step(Step::Wrap(none), AS_IT_WAS, &[]);
    step(Step::Unwrap(none), AS_IT_WAS, &[]);
}

#[test]
fn an_empty_or_different_scope_is_a_loss_when_it_goes() {
    for (version, items) in [(1, &[][..]), (2, &[Item::new("a", u8(1))][..])] {
        let mut stage = Stage::new(Layout::Native);
        let device = stage.device("nic", 0, &[Item::new("x", u8(1))]);
        let sub = Value::Subsection { version };
        let sub = stage::insert(&mut stage.tree, device, b"sub", sub);
        stage.fill(sub, items);
        let mut tree = stage.done();
        let (before, mut book) = (lines(&tree), Book::new());
        let step = Step::Unwrap(Wrapping {
            place: Place { scope: "nic/0", name: "sub", after: After::End },
            value: Value::Subsection { version: 1 },
            marks: Marks::NONE,
            items: &["a"],
            after: After::End,
        });
        assert_eq!(apply(&mut tree, On::Machine, &step, &mut book), Ok(1));
        assert_eq!(book.told(), ["Item nic/0.sub"]);
        assert!(!brief(&tree).contains("sub"));
        let mut back = Book::with(book);
        assert_eq!(apply(&mut tree, On::Machine, &step.inverse(), &mut back), Ok(1));
        assert_eq!(lines(&tree), before);
    }
}

/// On wires without names subsections come last.
#[test]
fn the_end_of_a_scope_is_before_its_subsections() {
    const SUBSECTION: Value<'_> = Value::Subsection { version: 1 };
    for layout in LAYOUTS {
        let mut stage = Stage::new(layout);
        let nic =
            [Item::new("a", u8(1)), Item::new("nic/b", SUBSECTION), Item::new("nic/c", SUBSECTION)];
        stage.device("nic", 0, &nic);
        let mut tree = stage.done();
        let before = brief(&tree);
        let place = |name| Place { scope: "nic/0", name, after: After::End };
        let field = [Item::new("d", u8(2))];
        let subsection = [Item::new("nic/e", SUBSECTION)];
        for (name, items, position) in [("d", &field, 1), ("nic/e", &subsection, 3)] {
            let step = Step::Add { place: place(name), items };
            let mut there = Book::new();
            apply(&mut tree, On::Machine, &step, &mut there).unwrap();
            let mut devices = migcore::compat::Devices::new(&tree);
            let device = devices.next(&tree).unwrap();
            let names: Vec<_> =
                tree.children(device).unwrap().map(|item| tree.name(item).unwrap()).collect();
            assert_eq!(names[position], name.as_bytes());
            assert!(there.told.is_empty());
            // It stands where it would come to.
            let mut back = Book::new();
            apply(&mut tree, On::Machine, &step.inverse(), &mut back).unwrap();
            assert!(back.told.is_empty());
            assert_eq!(brief(&tree), before);
        }
    }
}

#[test]
fn code() {
    fn double(edit: &mut Edit<'_, '_>) -> migcore::Result<u32> {
        let item = edit.tree.find(edit.scope, b"ctrl")?;
        let Value::Scalar(kind, bits) = edit.tree.value(item)? else {
            return Err(Code::WrongType);
        };
        edit.tree.replace(item, Value::Scalar(kind, bits * 2)).map(|()| 1)
    }
    let up = Hook(&double);
    let step = Step::Call { up: Some(up), down: None };
    assert!(step.is_possible() && !step.inverse().is_possible());
    let mut tree = machine(Layout::Stream);
    let device = tree.find(tree.root(), b"qemu/0.full.0:2/nic/0").unwrap();
    assert_eq!(apply(&mut tree, On::Device(device), &step, &mut Book::new()), Ok(1));
    assert!(brief(&tree).starts_with("0:2/nic/0@5 ctrl=2 "));
    let undone = apply(&mut tree, On::Device(device), &step.inverse(), &mut Book::new());
    assert_eq!(undone.unwrap_err().code, Code::Unsupported);
}

#[test]
fn those_who_show_see_items_before_and_after() {
    let mut tree = machine(Layout::Native);
    let mut book = Book::new();
    let step = Step::Rename { scope: "0:2/nic/0", from: "ctrl", to: "control" };
    apply(&mut tree, On::Machine, &step, &mut book).unwrap();
    assert_eq!(
        (book.before, book.after),
        (vec!["0:2/nic/0.ctrl".to_owned()], vec!["0:2/nic/0.control".to_owned()])
    );
    let mut book = Book::new();
    let place = Place { scope: "0:2/nic/0", name: "link", after: After::Name("control") };
    let step = Step::Drop { place, items: &[] };
    apply(&mut tree, On::Machine, &step, &mut book).unwrap();
    assert_eq!((book.before.len(), book.after.len()), (1, 0));
    let mut back = Book::with(book);
    apply(&mut tree, On::Machine, &step.inverse(), &mut back).unwrap();
    assert_eq!(back.after, ["0:2/nic/0.link"]);
}

#[test]
fn what_is_lost_is_told_whole_with_its_place() {
    let mut tree = machine(Layout::Stream);
    let mut book = Book::new();
    let place = Place { scope: "rx[*]", name: "tail", after: After::Name("head") };
    let step = Step::Drop { place, items: &[Item::new("tail", u32(11))] };
    let device = tree.find(tree.root(), b"qemu/0.full.0:2/nic/0").unwrap();
    assert_eq!(apply(&mut tree, On::Device(device), &step, &mut book), Ok(2));
    let lost = &book.told[0];
    assert_eq!((lost.what, lost.at, lost.known), (What::Item, 1, true));
    assert_eq!((lost.path.as_str(), lost.whole.as_str()), ("rx[1].tail", "0:2/nic/0.rx[1].tail"));
    assert_eq!(book.told.len(), 1);
}
