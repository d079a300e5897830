//! The rules by which a device finds its state in a tree.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::error::Report;
use migcore::model::{At, Builder, NodeId, Tree, TreeDecoder, Value};
use migcore::visit::{
    Description, Extent, Kind, Marks, ScopeKind, SubsectionName, Versions, Visiting, Visitor,
};
use migcore::{Code, Result};

type Outcome<T> = core::result::Result<T, Report>;

/// Saves by one visit and loads by another; what the second one says, and how much it skipped and
/// searched.
fn through(
    save: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
    load: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Outcome<(u64, u64)> {
    let mut memory = vec![0; 1 << 16];
    let mut tree = Tree::new(&mut memory).unwrap();
    build(&mut tree, save);
    load_from(TreeDecoder::new(&mut tree), load)
}

fn build(tree: &mut Tree<'_>, save: impl FnOnce(&mut Visitor<'_>) -> Result<()>) {
    save(&mut Visiting::new(Builder::new(tree)).saver()).unwrap();
}

fn load_from(
    mut decoder: TreeDecoder<'_, '_>,
    load: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Outcome<(u64, u64)> {
    let mut track = migcore::visit::Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    let done = load(&mut v).and_then(|()| v.finish());
    match done {
        Ok(()) => Ok((decoder.skipped(), decoder.searched())),
        Err(_) => Err(track.report().unwrap().clone()),
    }
}

fn code(outcome: Outcome<(u64, u64)>) -> (Code, String) {
    let report = outcome.unwrap_err();
    (report.code, report.path.as_str().to_owned())
}

#[test]
fn numbers_may_be_wider_and_nothing_else() {
    let narrow = |v: &mut Visitor<'_>| {
        v.visit("a", &mut 200u8)?;
        v.visit("b", &mut -3i8)?;
        v.visit("c", &mut 1.5f32)?;
        v.array("d", &mut [-1i16, 2, i16::MIN])?;
        v.varray("e", &mut [255u8, 0], &mut 2)
    };
    let (mut a, mut b, mut c, mut d, mut e, mut count) =
        (0i16, 0i64, 0f64, [0i32; 3], [9u64; 3], 0);
    through(narrow, |v| {
        v.visit("a", &mut a)?;
        v.visit("b", &mut b)?;
        v.visit("c", &mut c)?;
        v.array("d", &mut d)?;
        v.varray("e", &mut e, &mut count)
    })
    .unwrap();
    assert_eq!((a, b, c, d), (200, -3, 1.5, [-1, 2, -32768]));
    assert_eq!((e, count), ([255, 0, 9], 2));
}

#[test]
fn another_type_is_refused_by_name() {
    let save = |v: &mut Visitor<'_>| v.structure("s", |v| v.visit("x", &mut 1u32));
    let within = |visit: &dyn Fn(&mut Visitor<'_>) -> Result<()>| {
        code(through(save, |v| v.structure("s", visit)))
    };
    let wrong = (Code::WrongType, "s.x".to_owned());
    assert_eq!(within(&|v| v.visit("x", &mut 0u16)), wrong);
    assert_eq!(within(&|v| v.visit("x", &mut 0i32)), wrong);
    assert_eq!(within(&|v| v.visit("x", &mut false)), wrong);
    assert_eq!(within(&|v| v.visit("x", &mut 0f64)), wrong);
    assert_eq!(within(&|v| v.array("x", &mut [0u32])), wrong);
    assert_eq!(within(&|v| v.absent("x")), wrong);
    assert_eq!(within(&|v| v.structure("x", |_| Ok(()))), wrong);
    assert_eq!(within(&|v| v.optional("x", &mut Some(0u8), |_, _| Ok(()))), wrong);
    assert_eq!(within(&|v| v.visit("y", &mut 0u32)), (Code::Missing, "s.y".to_owned()));
    assert_eq!(within(&|_| Ok(())), (Code::Unconsumed, "s.x".to_owned()));
    let fixed = |v: &mut Visitor<'_>| v.array("x", &mut [1u16; 4]);
    let load = |visit: &dyn Fn(&mut Visitor<'_>) -> Result<()>| through(fixed, visit).unwrap_err();
    assert_eq!(load(&|v| v.varray("x", &mut [0u16; 4], &mut 0)).code, Code::WrongType);
    let report = load(&|v| v.array("x", &mut [0u16; 3]));
    assert_eq!((report.code, report.fault.expected, report.fault.found), (Code::BadValue, 3, 4));
}

#[test]
fn what_has_no_room_is_refused() {
    let save = |v: &mut Visitor<'_>| {
        v.varray("array", &mut [1u8; 4], &mut 4)?;
        v.varbytes("bytes", &mut [1; 5], &mut 5)?;
        v.text("text", &mut heapless::String::<9>::try_from("longer").unwrap())?;
        v.varlist("list", 3, &mut 3, |_, _| Ok(()))
    };
    let load = |visit: &dyn Fn(&mut Visitor<'_>) -> Result<()>| {
        let report = through(save, visit).unwrap_err();
        (report.code, report.fault.expected, report.fault.found)
    };
    let many = |room, found| (Code::TooMany, room, found);
    assert_eq!(load(&|v| v.varray("array", &mut [0u8; 3], &mut 0)), many(3, 4));
    assert_eq!(load(&|v| v.varbytes("bytes", &mut [0; 3], &mut 0)), many(3, 5));
    assert_eq!(load(&|v| v.text("text", &mut heapless::String::<3>::new())), many(3, 6));
    assert_eq!(load(&|v| v.varlist("list", 2, &mut 0, |_, _| Ok(()))), many(2, 3));
}

#[test]
fn equal_names_are_read_in_their_order_whatever_stands_between() {
    for count in [3usize, 30] {
        let save = |v: &mut Visitor<'_>| {
            (0..count).try_for_each(|at| {
                v.visit("x", &mut (at as u32))?;
                v.visit("y", &mut (at as u8))
            })
        };
        let (mut ys, mut xs) = (vec![0u8; count], vec![0u32; count]);
        through(save, |v| {
            ys.iter_mut().try_for_each(|y| v.visit("y", y))?;
            xs.iter_mut().try_for_each(|x| v.visit("x", x))
        })
        .unwrap();
        assert!(ys.iter().enumerate().all(|(at, y)| at == usize::from(*y)));
        assert!(xs.iter().enumerate().all(|(at, x)| at == *x as usize));
    }
}

#[test]
fn a_missing_item_is_seen_and_what_follows_is_found() {
    let save = |v: &mut Visitor<'_>| (0..20u8).try_for_each(|mut at| v.visit(&name(at), &mut at));
    let (mut old, mut new) = ([0u8; 20], 0u16);
    through(save, |v| {
        for (at, value) in old.iter_mut().enumerate() {
            v.visit_or("new", &mut new, 7)?;
            v.visit(&name(at as u8), value)?;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(new, 7);
    assert!(old.iter().enumerate().all(|(at, value)| at == usize::from(*value)));
}

fn name(at: u8) -> String {
    format!("field{at}")
}

#[test]
fn in_order_nothing_is_searched() {
    let visit = |v: &mut Visitor<'_>| {
        v.list("list", 20, |v, _| {
            v.visit("a", &mut 0u8)?;
            v.array("b", &mut [0u8; 3])?;
            v.absent("c")
        })
    };
    assert_eq!(through(visit, visit), Ok((0, 0)));
}

#[test]
fn devices_are_found_by_instance_in_any_order() {
    let mut tree_memory = vec![0; 1 << 16];
    let mut tree = Tree::new(&mut tree_memory).unwrap();
    let device = |v: &mut Visitor<'_>, instance: u32, value: &mut u32| {
        v.device("nic", instance, Versions::only(1), |v| v.visit("x", value))
    };
    build(&mut tree, |v| (0..50).try_for_each(|at| device(v, at, &mut (at * 2))));
    let outcome = load_from(TreeDecoder::new(&mut tree), |v| {
        (0..50).rev().try_for_each(|at| {
            let mut value = 0;
            device(v, at, &mut value)?;
            assert_eq!(value, at * 2);
            Ok(())
        })
    });
    outcome.unwrap();
    let unknown = load_from(TreeDecoder::new(&mut tree), |v| device(v, 0, &mut 0));
    assert_eq!(code(unknown), (Code::UnknownDevice, "nic".to_owned()));
    let report = load_from(TreeDecoder::new(&mut tree), |v| device(v, 50, &mut 0)).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Missing, "nic"));
    let seventh = tree.find(tree.root(), b"nic/7").unwrap();
    let mut value = 0;
    load_from(TreeDecoder::only(&mut tree, seventh).unwrap(), |v| device(v, 7, &mut value))
        .unwrap();
    assert_eq!(value, 14);
    load_from(TreeDecoder::inside(&mut tree, seventh).unwrap(), |v| v.visit("x", &mut value))
        .unwrap();
    let empty = load_from(TreeDecoder::inside(&mut tree, seventh).unwrap(), |_| Ok(()));
    assert_eq!(code(empty), (Code::Unconsumed, "x".to_owned()));
}

#[test]
fn a_device_and_an_item_of_its_name_are_two() {
    let device = |v: &mut Visitor<'_>, at: u8, value: &mut u8| {
        v.device(&name(at), 0, Versions::only(1), |v| v.visit("x", value))
    };
    for count in [2, 20u8] {
        let save = |v: &mut Visitor<'_>| {
            (0..count).try_for_each(|at| {
                v.visit(&name(at), &mut (at + 100))?;
                device(v, at, &mut (at + 150))
            })
        };
        let outcome = through(save, |v| {
            let mut value = 0;
            for at in (0..count).rev() {
                device(v, at, &mut value)?;
                assert_eq!(value, at + 150);
            }
            assert!(v.has(&name(0).as_str())?);
            for at in 0..count {
                v.visit(&name(at), &mut value)?;
                assert_eq!(value, at + 100);
            }
            assert!(!v.has(&name(0).as_str())?);
            device(v, 0, &mut value)
        });
        assert_eq!(code(outcome), (Code::Missing, name(0)));
    }
}

#[test]
fn a_newer_state_is_read_by_those_it_says_can() {
    let save = |v: &mut Visitor<'_>| {
        v.set_oldest_reader(3)?;
        v.device("nic", 0, Versions { current: 5, minimum: 1 }, |v| v.visit("x", &mut 1u8))
    };
    let load = |current: u32, minimum: u32| {
        let mut version = 0;
        through(save, |v| {
            v.device("nic", 0, Versions { current, minimum }, |v| {
                version = v.version();
                v.visit("x", &mut 0u8)
            })
        })
        .map(|_| version)
        .map_err(|report| report.code)
    };
    assert_eq!(load(5, 1), Ok(5));
    assert_eq!(load(6, 5), Ok(5));
    assert_eq!(load(3, 1), Ok(3));
    assert_eq!(load(2, 1), Err(Code::TooNew));
    assert_eq!(load(7, 6), Err(Code::TooOld));
}

#[test]
fn a_described_struct_tells_its_version() {
    let described = |v: &mut Visitor<'_>, current: u32, told: &mut u32| {
        let versions = Versions { current, minimum: 1 };
        v.versioned("timer", Description { name: b"ptimer", versions }, |v| {
            *told = v.version();
            Ok(())
        })
    };
    let mut told = 0;
    through(|v| described(v, 2, &mut 0), |v| described(v, 3, &mut told)).unwrap();
    assert_eq!(told, 2);
    let newer = through(|v| described(v, 4, &mut 0), |v| described(v, 3, &mut 0));
    assert_eq!(newer.unwrap_err().code, Code::TooNew);
    let plain = through(|v| described(v, 2, &mut 0), |v| v.structure("timer", |_| Ok(())));
    assert_eq!(plain.unwrap_err().code, Code::WrongType);
}

#[test]
fn raw_bytes_are_cut_in_any_way_and_end_with_their_run() {
    let save = |v: &mut Visitor<'_>| {
        v.put_raw(b"ab")?;
        v.put_raw(b"")?;
        v.put_raw(b"cde")?;
        v.visit("x", &mut 1u8)?;
        v.put_raw(b"fg")
    };
    for cut in 0..=5 {
        let (mut first, mut second) = ([0; 5], [0; 2]);
        through(save, |v| {
            let mut ahead = [0; 9];
            assert_eq!(v.peek_raw(0, &mut ahead), Ok(5));
            assert_eq!((v.peek_raw(3, &mut ahead[..1]), ahead[0]), (Ok(1), b'd'));
            let (head, tail) = first.split_at_mut(cut);
            v.get_raw(head)?;
            assert_eq!(v.peek_raw(0, &mut ahead), Ok(5 - cut));
            v.get_raw(tail)?;
            assert_eq!(v.peek_raw(0, &mut ahead), Ok(0));
            v.visit("x", &mut 0u8)?;
            v.get_raw(&mut second).map(|_| ())
        })
        .unwrap();
        assert_eq!((&first, &second), (b"abcde", b"fg"));
    }
    let beyond = through(save, |v| v.get_raw(&mut [0; 6]).map(|_| ()));
    assert_eq!(beyond.unwrap_err().code, Code::Truncated);
    let left = through(save, |v| {
        v.get_raw(&mut [0; 4])?;
        v.visit("x", &mut 0u8)?;
        v.get_raw(&mut [0; 2]).map(|_| ())
    });
    assert_eq!(left.unwrap_err().code, Code::Unconsumed);
}

#[test]
fn what_is_ancillary_may_be_left_and_is_counted() {
    let save = |v: &mut Visitor<'_>| {
        v.device("nic", 0, Versions::only(1), |v| {
            v.mark(Marks::ANCILLARY)?;
            v.visit("hint", &mut 1u8)?;
            v.visit("x", &mut 2u8)?;
            v.mark(Marks::ANCILLARY)?;
            v.structure("more", |v| v.visit("y", &mut 3u8))?;
            v.mark(Marks::ANCILLARY)?;
            v.begin(&"nic/new", migcore::visit::Scope::Subsection { version: 1 })?;
            v.visit("z", &mut 4u8)?;
            v.end(ScopeKind::Subsection)
        })
    };
    let load = |v: &mut Visitor<'_>| {
        v.device("nic", 0, Versions::only(1), |v| {
            v.visit("x", &mut 0u8)?;
            v.subsections::<()>("nic", &[], &mut ())
        })
    };
    assert_eq!(through(save, load).unwrap().0, 3);
    let without =
        |v: &mut Visitor<'_>| v.device("nic", 0, Versions::only(1), |v| v.visit("x", &mut 0u8));
    assert_eq!(through(save, without).unwrap().0, 3);
}

#[test]
fn subsections_come_as_the_tree_has_them() {
    let part = |v: &mut Visitor<'_>, name: &str| {
        v.begin(&name, migcore::visit::Scope::Subsection { version: 4 })?;
        v.visit("x", &mut 1u8)?;
        v.end(ScopeKind::Subsection)
    };
    let save = |v: &mut Visitor<'_>| {
        part(v, "other/a")?;
        part(v, "nic/b")?;
        v.visit("y", &mut 1u8)?;
        part(v, "nic/c")
    };
    through(save, |v| {
        v.visit("y", &mut 0u8)?;
        let (mut name, mut seen) = (SubsectionName::new(), Vec::new());
        while let Some(version) = v.next_subsection(b"nic", &mut name)? {
            seen.push((name.to_vec(), version));
            v.visit("x", &mut 0u8)?;
            v.end(ScopeKind::Subsection)?;
        }
        assert_eq!(
            seen,
            [(b"other/a".to_vec(), 4), (b"nic/b".to_vec(), 4), (b"nic/c".to_vec(), 4)]
        );
        Ok(())
    })
    .unwrap();
    let unknown = through(save, |v| v.subsections::<()>("nic", &[], &mut ()));
    assert_eq!(code(unknown), (Code::UnknownSubsection, "other/a".to_owned()));
}

#[test]
fn an_order_without_an_index_is_only_slower() {
    for spare in [0, 100, 1000, 1600, 10000] {
        let mut memory = vec![0; 100 * (Tree::NODE + 30) + spare];
        let mut tree = Tree::new(&mut memory).unwrap();
        build(&mut tree, |v| (0..100u8).try_for_each(|mut at| v.visit(&name(at), &mut at)));
        let (capacity, needed) = (tree.capacity(), tree.high_water());
        let mut small = vec![0; (needed + spare).min(capacity)];
        let mut tight = Tree::new(&mut small).unwrap();
        build(&mut tight, |v| (0..100u8).try_for_each(|mut at| v.visit(&name(at), &mut at)));
        let outcome = load_from(TreeDecoder::new(&mut tight), |v| {
            (0..100u8).rev().try_for_each(|at| {
                let mut value = 0u8;
                v.visit(&name(at), &mut value)?;
                assert_eq!(value, at);
                Ok(())
            })
        });
        let (_, searched) = outcome.unwrap();
        assert_eq!(searched > 4000, spare < 1600, "{spare}: {searched}");
    }
}

#[test]
fn scopes_with_indexes_nest() {
    let each = |v: &mut Visitor<'_>, from: u8| {
        (0..12u8).try_for_each(|at| v.visit(&name(at), &mut (from + at)))
    };
    let save = |v: &mut Visitor<'_>| {
        each(v, 0)?;
        v.structure("inner", |v| each(v, 50))?;
        v.visit("last", &mut 99u8)
    };
    let back = |v: &mut Visitor<'_>, from: u8, range: core::ops::Range<u8>| {
        range.rev().try_for_each(|at| {
            let mut value = 0u8;
            v.visit(&name(at), &mut value)?;
            assert_eq!(value, from + at);
            Ok(())
        })
    };
    let outcome = through(save, |v| {
        back(v, 0, 6..12)?;
        v.structure("inner", |v| back(v, 50, 0..12))?;
        v.visit("last", &mut 0u8)?;
        back(v, 0, 0..6)
    });
    outcome.unwrap();
}

#[test]
fn a_tree_may_be_loaded_again_and_a_failed_save_taken_back() {
    let mut memory = vec![0; 1 << 12];
    let mut tree = Tree::new(&mut memory).unwrap();
    let visit = |v: &mut Visitor<'_>| {
        v.visit("a", &mut 1u8)?;
        v.structure("s", |v| v.visit("b", &mut 2u8))
    };
    build(&mut tree, visit);
    let root = tree.root();
    let before: Vec<NodeId> = tree.children(root).unwrap().collect();
    let (mut builder, mut track) = (Builder::new(&mut tree), migcore::visit::Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    v.structure("t", |v| v.bytes("large", &mut [0; 5000])).unwrap_err();
    assert_eq!(track.report().unwrap().path.as_str(), "t.large");
    builder.discard();
    assert_eq!(tree.children(root).unwrap().collect::<Vec<_>>(), before);
    for _ in 0..3 {
        load_from(TreeDecoder::new(&mut tree), visit).unwrap();
    }
    assert_eq!(
        tree.insert(At::End(before[0]), b"", Marks::NONE, Value::Absent),
        Err(Code::InvalidArgument)
    );
    let kind = tree.value(tree.find(root, b"s.b").unwrap());
    assert_eq!(kind, Ok(Value::Scalar(Kind::U8, 2)));
    assert_eq!(tree.find(root, b"s.c"), Err(Code::Missing));
    let list = Value::List { extent: Extent::Fixed };
    assert!(tree.insert(At::Start(root), b"list", Marks::NONE, list).is_ok());
}
