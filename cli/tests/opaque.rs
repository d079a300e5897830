//! Opaque fields of real streams: opened into items, changed by name, closed to bytes.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
#[path = "../../core/tests/support/random.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod random;
#[path = "support/streams.rs"]
mod streams;

use std::fs;
use std::io::Read;
use std::path::Path;

use migcore::codec::vmdesc::replay;
use migcore::compat::opaque::{self, Misfit, Schema, Why};
use migcore::model::{At, Builder, DigestOptions, NodeId, Tree, Value};
use migcore::visit::{Extent, Kind, Marks, Scope, ScopeKind, Track, Versions, Visitor};
use migcore::Code;
use migcore_cli::qemu::item::{Content, Payload};
use qemu::scanner;
use random::Random;

/// Memory of a tree.
const MEMORY: usize = 8 << 20;

/// A field that was taken out of a stream.
struct Field {
    name: String,
    schema: &'static Schema,
    bytes: Vec<u8>,
}

/// The fields beside the streams.
fn fields() -> Vec<Field> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opaque");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().unwrap() == "xz").collect();
    paths.sort();
    paths.iter().map(|path| field(path)).collect()
}

fn field(path: &Path) -> Field {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut parts = name.split('.');
    let (device, field) = (parts.next().unwrap(), parts.next().unwrap());
    let schema = opaque::find(device.as_bytes(), field.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    lzma_rust2::XzReader::new(fs::File::open(path).unwrap(), false)
        .read_to_end(&mut bytes)
        .unwrap();
    Field { name, schema, bytes }
}

fn one(name: &str) -> Field {
    fields().into_iter().find(|field| field.name == format!("{name}.bin.xz")).unwrap()
}

/// A tree with an opaque field `f` between two others, given to `look`.
fn with_field<R>(bytes: &[u8], look: impl FnOnce(&mut Tree<'_>, NodeId) -> R) -> R {
    let mut memory = vec![0; MEMORY];
    let mut tree = Tree::new(&mut memory).unwrap();
    let node = put(&mut tree, bytes).unwrap();
    look(&mut tree, node)
}

fn put(tree: &mut Tree<'_>, bytes: &[u8]) -> migcore::Result<NodeId> {
    let number = Value::Scalar(Kind::U8, 1);
    let before = tree.insert(At::End(tree.root()), b"before", Marks::NONE, number)?;
    tree.insert(At::After(before), b"after", Marks::NONE, number)?;
    let marks = Marks::OPAQUE | Marks::VOLATILE;
    tree.insert(At::After(before), b"f", marks, Value::Bytes(Extent::Fixed, bytes))
}

/// Checks that the field is just what was put.
fn is_field(tree: &Tree<'_>, node: NodeId, bytes: &[u8]) {
    assert!(tree.value(node) == Ok(Value::Bytes(Extent::Fixed, bytes)));
    assert_eq!(tree.name(node), Ok(&b"f"[..]));
    assert_eq!(tree.marks(node), Ok(Marks::OPAQUE | Marks::VOLATILE));
    let names: Vec<_> = tree.children(tree.root()).unwrap().map(|one| tree.name(one)).collect();
    assert_eq!(names, [Ok(&b"before"[..]), Ok(b"f"), Ok(b"after")]);
}

/// Opens, changes and closes a field, and gives its bytes then.
fn changed(field: &Field, change: impl FnOnce(&mut Tree<'_>, NodeId)) -> Vec<u8> {
    with_field(&field.bytes, |tree, node| {
        opaque::open(tree, node, field.schema).unwrap();
        change(tree, node);
        opaque::close(tree, node).unwrap();
        bytes_of(tree, node)
    })
}

fn bytes_of(tree: &Tree<'_>, node: NodeId) -> Vec<u8> {
    match tree.value(node) {
        Ok(Value::Bytes(_, bytes)) => bytes.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn number(tree: &Tree<'_>, scope: NodeId, path: &str) -> u64 {
    let node = tree.find(scope, path.as_bytes()).unwrap_or_else(|code| panic!("{path}: {code:?}"));
    match tree.value(node) {
        Ok(Value::Scalar(_, bits)) => bits,
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn fields_open_and_close_to_the_same_bytes() {
    for Field { name, schema, bytes } in fields() {
        with_field(&bytes, |tree, node| {
            assert_eq!(schema.check(&bytes), Ok(()), "{name}");
            opaque::open(tree, node, schema).unwrap_or_else(|misfit| panic!("{name}: {misfit}"));
            assert!(core::ptr::eq(opaque::is_open(tree, node).unwrap().unwrap(), schema));
            assert_eq!(tree.marks(node), Ok(Marks::VOLATILE), "{name}");
            opaque::close(tree, node).unwrap_or_else(|misfit| panic!("{name}: {misfit}"));
            is_field(tree, node, &bytes);
        });
    }
}

/// How many fields of a stream were opened, and why others were not.
fn of_stream(stream: &streams::Stream) -> (usize, Vec<Misfit>) {
    let mut scanner = scanner(&stream.bytes, stream.vmdesc.as_deref());
    let (mut opened, mut misfits) = (0, Vec::new());
    while let Some(item) = scanner.next_item().unwrap() {
        let Content::Section(section) = &item.content else { continue };
        let Payload::Described(described) = &section.payload else { continue };
        let device = scanner.vmdesc().unwrap().devices[described.device].clone();
        if !device.name.contains("virtio") {
            continue;
        }
        let mut memory = vec![0; MEMORY];
        let mut tree = Tree::new(&mut memory).unwrap();
        let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
        let mut v = Visitor::saving(&mut builder, &mut track);
        let scope = Scope::Device { instance: 0, versions: Versions::only(1) };
        v.begin(&device.name.as_bytes(), scope).unwrap();
        replay(&device, scanner.payload(), &mut v, &mut ()).unwrap();
        v.end(ScopeKind::Device).unwrap();
        let before = tree.digest(tree.root(), DigestOptions::default()).unwrap();
        let place = tree.first_child(tree.root()).unwrap().unwrap();
        let items: Vec<_> = tree.children(place).unwrap().collect();
        for node in items {
            let name = tree.name(node).unwrap();
            let Some(schema) = opaque::find(device.name.as_bytes(), name) else { continue };
            match opaque::open(&mut tree, node, schema) {
                Ok(()) => {
                    opened += 1;
                    opaque::close(&mut tree, node).unwrap();
                }
                Err(misfit) => misfits.push(misfit),
            }
        }
        assert_eq!(tree.digest(tree.root(), DigestOptions::default()).unwrap(), before);
    }
    (opened, misfits)
}

#[test]
fn all_virtio_devices_of_the_streams_are_opened_but_those_of_s390() {
    let (mut opened, mut closed) = (0, 0);
    for stream in streams::own() {
        let (here, misfits) = of_stream(&stream);
        assert_eq!(misfits.is_empty(), !stream.name.starts_with("s390"), "{}", stream.name);
        assert!(misfits.iter().all(|misfit| misfit.why != Why::Failed), "{}", stream.name);
        opened += here;
        closed += misfits.len();
    }
    assert_eq!((opened, closed), (156, 6));
    for stream in streams::all() {
        of_stream(&stream);
    }
}

#[test]
fn a_feature_is_cleared_by_its_name_and_nothing_else() {
    let field = one("virtio-net.virtio.linux");
    let bit = field.schema.feature("VIRTIO_F_RING_RESET").unwrap();
    assert_eq!((bit, field.schema.feature_name(bit)), (40, Some("VIRTIO_F_RING_RESET")));
    let all = "virtio/64bit_features.guest_features";
    let halves = "virtio/extra_state.virtio_pci/modern_state.guest_features";
    let bytes = changed(&field, |tree, opened| {
        let features = number(tree, opened, all);
        assert_eq!(features, 0x0101_30af_8024);
        let node = tree.find(opened, all.as_bytes()).unwrap();
        tree.replace(node, Value::Scalar(Kind::U64, features & !(1 << bit))).unwrap();
        let node = tree.find(opened, halves.as_bytes()).unwrap();
        let Ok(Value::Array(Kind::U32, extent, words)) = tree.value(node) else { panic!() };
        let mut words: Vec<u32> =
            words.chunks(4).map(|word| u32::from_ne_bytes(word.try_into().unwrap())).collect();
        assert_eq!(words, [0x30af_8024, 0x0101]);
        words[1] &= !(1 << (bit - 32));
        let words: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        tree.replace(node, Value::Array(Kind::U32, extent, &words)).unwrap();
    });
    let differing: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] != field.bytes[*at]).collect();
    assert_eq!((bytes.len(), differing.len()), (field.bytes.len(), 2));
    assert!(differing.iter().all(|at| bytes[*at] ^ field.bytes[*at] == 1));
    assert_eq!(field.schema.check(&bytes), Ok(()));
}

#[test]
fn what_is_inside_has_the_names_and_values_that_the_machine_had() {
    let values = |name: &str, wanted: &[(&str, u64)]| {
        let field = one(name);
        with_field(&field.bytes, |tree, node| {
            opaque::open(tree, node, field.schema).unwrap();
            for (path, value) in wanted {
                assert_eq!(number(tree, node, path), *value, "{name}: {path}");
            }
        });
    };
    values(
        "virtio-net.virtio.linux",
        &[
            ("pci.version_id", 2),
            ("status", 0xf),
            ("guest_features", 0x30af_8024),
            ("queues[0].num", 256),
            ("queues[0].last_avail_idx", 13),
            ("queues[2].num", 64),
            ("net.mac_table.in_use", 3),
            ("net.curr_guest_offloads", 0),
            ("virtio/virtqueues.vq[0].avail", 0x0552_b000),
            ("virtio/extra_state.virtio_pci/modern_state.vqs[2].num", 64),
            ("virtio/started.started", 1),
        ],
    );
    let pairs = [("net.max_queue_pairs", 3), ("net.curr_queue_pairs", 1)];
    values("virtio-net.virtio.pairs", &pairs);
    values("virtio-blk.virtio.requests-4-queues", &[("requests[0].request.queue", 0)]);
    values(
        "virtio-console.virtio.ports",
        &[("console.max_nr_ports", 31), ("console.ports[1].id", 1)],
    );
    values("virtio-blk.virtio.mmio", &[("queues[0].align", 4096), ("host_features_sel", 0)]);
    values("virtio-gpu.virtio-gpu.10.0", &[("max_outputs", 1), ("scanouts[0].fb.offset", 0)]);
    let requests = one("virtio-blk.virtio.requests");
    with_field(&requests.bytes, |tree, node| {
        opaque::open(tree, node, requests.schema).unwrap();
        let element = tree.find(node, b"requests[0].request.element").unwrap();
        assert_eq!(tree.marks(element), Ok(Marks::OPAQUE));
        // A request, and what says that there is no other.
        let elements = tree.find(node, b"requests").unwrap();
        assert_eq!(tree.count(elements), Ok(2));
    });
}

#[test]
fn displays_of_a_newer_release_become_those_of_an_older_one() {
    let bytes = changed(&one("virtio-gpu.virtio-gpu.10.0"), |tree, opened| {
        let display = tree.find(opened, b"scanouts[0]").unwrap();
        let items: Vec<_> = tree.children(display).unwrap().collect();
        for item in items {
            if tree.name(item).unwrap().starts_with(b"fb.") {
                tree.remove(item).unwrap();
            }
        }
    });
    assert_eq!(bytes, one("virtio-gpu.virtio-gpu.7.2").bytes);
}

#[test]
fn a_subsection_may_go_and_a_request_may_not_lose_its_end() {
    let field = one("virtio-net.virtio.linux");
    let bytes = changed(&field, |tree, opened| {
        let started = tree.find(opened, b"virtio/started").unwrap();
        tree.remove(started).unwrap();
    });
    assert_eq!(bytes, field.bytes[..bytes.len()]);
    // The mark, the length, the name, the version, the flag.
    assert_eq!(field.bytes.len() - bytes.len(), 2 + 14 + 4 + 1);
    refused("virtio-net.virtio.linux", "vlans", |tree, opened| {
        let vlans = tree.find(opened, b"net.vlans").unwrap();
        tree.remove(vlans).unwrap();
    });
    refused("virtio-blk.virtio.requests", "element", |tree, opened| {
        let last = tree.find(opened, b"requests[1]").unwrap();
        tree.remove(last).unwrap();
    });
    refused("virtio-net.virtio.linux", "status", |tree, opened| {
        let status = tree.find(opened, b"status").unwrap();
        tree.rename(status, b"state").unwrap();
    });
    refused("virtio-net.virtio.linux", "isr", |tree, opened| {
        let isr = tree.find(opened, b"isr").unwrap();
        tree.replace(isr, Value::Scalar(Kind::I8, 0)).unwrap();
    });
}

/// A change that is not closed: all stays as it is, and the item is named where it fails.
fn refused(name: &str, at: &str, change: impl FnOnce(&mut Tree<'_>, NodeId)) {
    let field = one(name);
    with_field(&field.bytes, |tree, node| {
        opaque::open(tree, node, field.schema).unwrap();
        change(tree, node);
        let before = tree.digest(tree.root(), DigestOptions::default()).unwrap();
        let misfit = opaque::close(tree, node).unwrap_err();
        assert_eq!((misfit.why, misfit.code, misfit.field), (Why::Differs, Code::BadValue, at));
        assert_eq!(tree.digest(tree.root(), DigestOptions::default()).unwrap(), before);
        assert!(opaque::is_open(tree, node).unwrap().is_some());
    });
}

#[test]
fn only_opaque_buffers_are_opened_and_only_opened_ones_closed() {
    let field = one("virtio-blk.virtio.mmio");
    with_field(&field.bytes, |tree, node| {
        let before = tree.previous_sibling(node).unwrap().unwrap();
        let not_opaque = |done: Result<(), Misfit>| {
            let misfit = done.unwrap_err();
            assert_eq!((misfit.why, misfit.code), (Why::NotOpaque, Code::WrongType));
        };
        not_opaque(opaque::open(tree, before, field.schema));
        not_opaque(opaque::close(tree, node));
        tree.set_marks(node, Marks::NONE).unwrap();
        not_opaque(opaque::open(tree, node, field.schema));
        tree.remove(node).unwrap();
        assert_eq!(opaque::close(tree, node).unwrap_err().code, Code::StaleHandle);
        assert_eq!(opaque::open(tree, node, field.schema).unwrap_err().code, Code::StaleHandle);
    });
    assert!(opaque::find(b"0000:00:03.0/virtio-blk", b"virtio").is_some());
    assert!(opaque::find(b"virtio-blk/e1000", b"virtio").is_none());
    assert!(opaque::find(b"virtio-blk", b"other").is_none());
}

/// Whatever the bytes are: what is opened closes to them, what is not stays, and nothing panics.
fn closes_or_stays(schema: &'static Schema, bytes: &[u8]) -> bool {
    with_field(bytes, |tree, node| {
        let opened = opaque::open(tree, node, schema);
        if opened.is_ok() {
            opaque::close(tree, node).unwrap();
        }
        is_field(tree, node, bytes);
        opened.is_ok()
    })
}

#[test]
fn cut_fields_stay_opaque() {
    for Field { name, schema, bytes } in fields() {
        let mut random = Random(name.len() as u64);
        for at in 0..40 {
            let length = match at {
                0..20 => bytes.len().saturating_sub(1 + at),
                _ => random.below(bytes.len()),
            };
            // Without the subsections that it ends with, a field is that of an older machine.
            if closes_or_stays(schema, &bytes[..length]) {
                let older = name.contains("gpu.10.0") && length == 52;
                assert!(older || bytes[length..].starts_with(b"\x05"), "{name}: {length}");
            }
        }
    }
}

#[test]
fn altered_fields_close_to_what_they_are_or_stay_opaque() {
    for Field { name, schema, bytes } in fields() {
        let mut random = Random(name.len() as u64);
        // Most of a field is 0: half of the changes go where it is not.
        let filled: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        let mut opened = 0;
        for round in 0..60 {
            let mut bytes = bytes.clone();
            for _ in 0..=random.below(3) {
                let at = match round % 2 {
                    0 => filled[random.below(filled.len())],
                    _ => random.below(bytes.len()),
                };
                bytes[at] ^= 1 << random.below(8);
            }
            opened += u32::from(closes_or_stays(schema, &bytes));
        }
        assert!((1..60).contains(&opened), "{name}: {opened}");
    }
}

#[test]
fn without_room_nothing_is_changed() {
    for name in ["virtio-net.virtio.1.7", "virtio-blk.virtio.mmio", "virtio-gpu.virtio-gpu.10.0"] {
        let field = one(name);
        let (mut failed_to_open, mut failed_to_close, mut done) = (0, 0, 0);
        for length in (field.bytes.len()..16 * field.bytes.len() + 4096).step_by(32) {
            let mut memory = vec![0; length];
            let Ok(mut tree) = Tree::new(&mut memory) else { continue };
            let Ok(node) = put(&mut tree, &field.bytes) else { continue };
            if let Err(misfit) = opaque::open(&mut tree, node, field.schema) {
                assert_eq!((misfit.why, misfit.code), (Why::Failed, Code::NoSpace));
                is_field(&tree, node, &field.bytes);
                failed_to_open += 1;
                continue;
            }
            let digest = tree.digest(tree.root(), DigestOptions::default()).unwrap();
            if let Err(misfit) = opaque::close(&mut tree, node) {
                assert_eq!((misfit.why, misfit.code), (Why::Failed, Code::NoSpace));
                assert_eq!(tree.digest(tree.root(), DigestOptions::default()).unwrap(), digest);
                failed_to_close += 1;
                continue;
            }
            is_field(&tree, node, &field.bytes);
            done += 1;
        }
        assert!(failed_to_open > 3 && failed_to_close > 0 && done > 3, "{name}");
    }
}

#[test]
fn a_change_that_is_undone_leaves_the_buffer() {
    for Field { name, schema, bytes } in fields() {
        with_field(&bytes, |tree, node| {
            let undone: migcore::Result<()> = tree.attempt(|tree| {
                opaque::open(tree, node, schema)?;
                if let Ok(others) = tree.find(node, b"virtio/virtqueues.other_queues") {
                    let other = vec![0xee; bytes_of(tree, others).len()];
                    tree.replace(others, Value::Bytes(Extent::Fixed, &other))?;
                    opaque::close(tree, node)?;
                    assert!(bytes_of(tree, node) != bytes, "{name}");
                }
                Err(Code::Refused)
            });
            assert_eq!(undone, Err(Code::Refused));
            is_field(tree, node, &bytes);
        });
    }
}
