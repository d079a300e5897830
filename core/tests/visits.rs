//! What a visit promises whatever the wire: scopes, versions, the first error and its path.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::codec::chunk;
use migcore::codec::legacy::{self, Loader, Saver};
use migcore::codec::observe::{Event, Item, Observer, Refusal};
use migcore::error::{Report, MAX_DEPTH};
use migcore::model::{Builder, Tree};
use migcore::visit::{
    Description, Extent, Kind, Marks, Scope, ScopeKind, Versions, Visit, Visiting, Visitor, NEWEST,
};
use migcore::{Code, Result};

fn saved(visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> core::result::Result<u64, Report> {
    let mut memory = [0; 4096];
    let mut saver = Saver::to_slice(&mut memory);
    let _ = visit(&mut saver.visitor());
    saver.finish()
}

fn loaded(
    bytes: &[u8],
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> core::result::Result<u64, Report> {
    let mut loader = Loader::from_slice(bytes);
    let _ = visit(&mut loader.visitor());
    loader.finish()
}

#[test]
fn the_path_names_devices_lists_and_fields() {
    let report = loaded(&[0; 9], |v| {
        v.device("nic", 3, Versions::only(1), |v| {
            v.structure("queues", |v| v.list("rx_ring", 8, |v, _| v.visit("head", &mut 0u32)))
        })
    })
    .unwrap_err();
    assert_eq!(report.path.as_str(), "nic/3.queues.rx_ring[2].head");
    assert_eq!((report.code, report.fault.offset), (Code::Truncated, 8));
    assert_eq!((report.fault.expected, report.fault.found), (4, 1));
}

#[test]
fn a_path_that_is_too_long_shows_that() {
    fn nested(v: &mut Visitor<'_>, depth: usize) -> Result<()> {
        match depth {
            0 => v.visit("field", &mut 0u8),
            _ => v.structure("a_name_of_twenty_two_b", |v| nested(v, depth - 1)),
        }
    }
    let report =
        loaded(&[], |v| v.device("deep", 0, Versions::only(1), |v| nested(v, 12))).unwrap_err();
    let path = report.path.as_str();
    assert!(path.starts_with("deep/0.a_name") && path.ends_with(".field"), "{path}");
    assert!(path.contains("..."), "{path}");
}

#[test]
fn the_first_error_stays_and_nothing_is_done_after_it() {
    let mut memory = [0xee; 8];
    let mut saver = Saver::to_slice(&mut memory);
    let mut v = saver.visitor();
    assert_eq!(v.visit("first", &mut 1u32), Ok(()));
    assert_eq!(v.bytes("second", &mut [0; 5]), Err(Code::NoSpace));
    assert_eq!(v.visit("third", &mut 1u8), Err(Code::NoSpace));
    assert_eq!(v.refuse::<()>("fourth", 9), Err(Code::NoSpace));
    assert_eq!(v.end(ScopeKind::List), Err(Code::NoSpace));
    assert_eq!((v.position(), v.finish()), (4, Err(Code::NoSpace)));
    let report = saver.finish().unwrap_err();
    assert_eq!((report.path.as_str(), report.fault.offset), ("second", 4));
    assert_eq!(memory, [0, 0, 0, 1, 0xee, 0xee, 0xee, 0xee]);
}

#[test]
fn a_failed_load_stores_nothing() {
    let mut value = 0x1234u16;
    let mut text = heapless::String::<4>::try_from("old").unwrap();
    let report = loaded(&[7], |v| v.visit("value", &mut value)).unwrap_err();
    assert_eq!((report.code, value), (Code::Truncated, 0x1234));
    let report = loaded(b"\x05hello", |v| v.text("text", &mut text)).unwrap_err();
    assert_eq!((report.code, text.as_str()), (Code::TooMany, "old"));
    assert_eq!((report.fault.expected, report.fault.found), (4, 5));
    let report = loaded(b"\x02\xff\xfe", |v| v.text("text", &mut text)).unwrap_err();
    assert_eq!((report.code, text.as_str()), (Code::BadText, "old"));
    let report = loaded(b"\x31", |v| v.absent("next")).unwrap_err();
    assert_eq!((report.code, report.fault.found), (Code::BadValue, 0x31));
}

#[test]
fn scopes_nest_to_the_limit_and_must_match() {
    fn nested(v: &mut Visitor<'_>, depth: usize) -> Result<()> {
        match depth {
            0 => Ok(()),
            _ => v.structure("s", |v| nested(v, depth - 1)),
        }
    }
    assert_eq!(saved(|v| nested(v, MAX_DEPTH)), Ok(0));
    assert_eq!(saved(|v| nested(v, MAX_DEPTH + 1)).unwrap_err().code, Code::TooDeep);

    let unbalanced = |visit: fn(&mut Visitor<'_>) -> Result<()>| saved(visit).unwrap_err().code;
    assert_eq!(unbalanced(|v| v.end(ScopeKind::Struct)), Code::Unbalanced);
    assert_eq!(unbalanced(|v| v.begin(&"s", Scope::Struct(None))), Code::Unbalanced);
    assert_eq!(unbalanced(|v| v.begin_element()), Code::Unbalanced);
    assert_eq!(
        unbalanced(|v| {
            v.begin(&"l", Scope::List { extent: Extent::Fixed, count: 1 })?;
            v.begin_element()?;
            v.end(ScopeKind::List)
        }),
        Code::Unbalanced
    );
}

#[test]
fn names_have_a_limit_where_they_are_measured() {
    let name = "n".repeat(256);
    assert_eq!(saved(|v| v.structure(&name[1..], |_| Ok(()))), Ok(0));
    let report = saved(|v| v.structure(&name, |_| Ok(()))).unwrap_err();
    assert_eq!(report.code, Code::NameTooLong);
}

struct Versioned {
    old: u8,
    new: u16,
}

impl Visit for Versioned {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("old", &mut self.old)?;
        v.visit_since("new", &mut self.new, 3, 0xaaaa)
    }
}

#[test]
fn a_field_exists_from_its_version_on() {
    let mut device = Versioned { old: 1, new: 0x0203 };
    let mut memory = [0; 8];
    assert_eq!(legacy::save("d", 2, &mut device, &mut memory), Ok(1));
    assert_eq!(device.new, 0x0203, "saving an old version changes nothing");
    assert_eq!(legacy::load("d", 2, &mut device, &[7]), Ok(1));
    assert_eq!((device.old, device.new), (7, 0xaaaa));
    assert_eq!(legacy::load("d", 3, &mut device, &[8, 1, 2]), Ok(3));
    assert_eq!((device.old, device.new), (8, 0x0102));
}

#[test]
fn versions_belong_to_their_scope() {
    let ptimer = Description { name: b"ptimer", versions: Versions { current: 4, minimum: 2 } };
    let mut seen = Vec::new();
    saved(|v| {
        seen.push(v.version());
        v.device("d", 0, Versions::only(9), |v| {
            seen.push(v.version());
            v.structure("plain", |v| {
                seen.push(v.version());
                Ok(())
            })?;
            v.versioned("timer", ptimer, |v| {
                seen.push(v.version());
                Ok(())
            })?;
            seen.push(v.version());
            Ok(())
        })?;
        seen.push(v.version());
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, [NEWEST, 9, 9, 4, 9, NEWEST]);
}

#[test]
fn a_device_can_refuse_what_it_loaded() {
    let report = loaded(&[200], |v| {
        v.device("fifo", 1, Versions::only(1), |v| {
            let mut level = 0u8;
            v.visit("level", &mut level)?;
            if level > 16 {
                return v.refuse("level", -22);
            }
            Ok(())
        })
    })
    .unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Refused, "fifo/1.level"));
    assert_eq!((report.fault.cause, report.fault.offset), (-22, 1));
}

#[test]
fn what_a_device_requires_counts_on_load() {
    let visit = |v: &mut Visitor<'_>, level: &mut u8| {
        v.device("fifo", 1, Versions::only(1), |v| {
            v.visit("level", level)?;
            let good = *level <= 16;
            v.require("level", good)
        })
    };
    assert!(loaded(&[16], |v| visit(v, &mut 0)).is_ok());
    let report = loaded(&[17], |v| visit(v, &mut 0)).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Refused, "fifo/1.level"));
    assert_eq!((report.fault.cause, report.fault.offset), (0, 1));
    assert!(saved(|v| visit(v, &mut 17)).is_ok());
}

#[test]
fn an_error_of_the_device_s_own_is_not_lost() {
    struct Stubborn;
    impl Visit for Stubborn {
        fn visit(&mut self, _: &mut Visitor<'_>) -> Result<()> {
            Err(Code::Unsupported)
        }
    }
    let report = legacy::load("d", 1, &mut Stubborn, &[]).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Unsupported, "d/0"));
    let report = legacy::save("d", 1, &mut Stubborn, &mut []).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Unsupported, "d/0"));
    let report = saved(|v| {
        let _ = v.structure("a", |_| Err(Code::Refused));
        assert_eq!(v.visit("after", &mut 1u8), Err(Code::Refused));
        Ok(())
    });
    assert_eq!(report.unwrap_err().path.as_str(), "a");
}

#[test]
fn a_device_has_the_version_of_the_stream_if_it_is_known() {
    let known = Versions { current: 3, minimum: 2 };
    let version_of = |framed: Option<u32>| {
        let mut seen = 0;
        let done = loaded(&[], |v| {
            if let Some(version) = framed {
                v.set_version(version)?;
            }
            v.device("d", 0, known, |v| {
                seen = v.version();
                Ok(())
            })
        });
        done.map(|_| seen).map_err(|report| (report.code, report.fault.expected))
    };
    assert_eq!(version_of(None), Ok(3), "no framing: the current one");
    assert_eq!(version_of(Some(2)), Ok(2));
    assert_eq!(version_of(Some(3)), Ok(3));
    assert_eq!(version_of(Some(1)), Err((Code::TooOld, 2)));
    assert_eq!(version_of(Some(0)), Err((Code::TooOld, 2)));
    assert_eq!(version_of(Some(4)), Err((Code::TooNew, 3)));
    let mut seen = Vec::new();
    saved(|v| {
        v.set_version(2)?;
        for _ in 0..2 {
            v.device("d", 0, known, |v| {
                seen.push(v.version());
                Ok(())
            })?;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, [2, 3], "what the framing said was of one device");
}

#[test]
fn a_device_in_a_device_has_versions_of_its_own() {
    let mut seen = Vec::new();
    saved(|v| {
        v.set_version(3)?;
        v.device("bus", 0, Versions { current: 4, minimum: 1 }, |v| {
            seen.push(v.version());
            v.device("child", 0, Versions { current: 5, minimum: 5 }, |v| {
                seen.push(v.version());
                assert_eq!(v.set_version(1), Err(Code::InvalidArgument));
                Ok(())
            })
        })
    })
    .unwrap_err();
    saved(|v| {
        v.device("bus", 0, Versions::only(4), |v| {
            v.device("child", 0, Versions::only(5), |_| Ok(()))?;
            seen.push(v.version());
            Ok(())
        })
    })
    .unwrap();
    assert_eq!(seen, [3, 5, 4]);
}

#[test]
fn the_version_of_the_framing_is_not_that_of_a_struct() {
    let ptimer = Description { name: b"ptimer", versions: Versions { current: 2, minimum: 1 } };
    let mut seen = 0;
    saved(|v| {
        v.set_version(7)?;
        v.versioned("timer", ptimer, |v| {
            seen = v.version();
            Ok(())
        })
    })
    .unwrap();
    assert_eq!(seen, 2);
}

#[test]
fn an_open_scope_is_an_error_at_the_end_of_a_load_too() {
    let report = loaded(&[], |v| v.begin(&"s", Scope::Struct(None))).unwrap_err();
    assert_eq!(report.code, Code::Unbalanced);
}

#[test]
fn scopes_whose_load_tells_something_are_not_opened_blindly() {
    let subsection = Scope::Subsection { version: 1 };
    let list = Scope::List { extent: Extent::Variable, count: 1 };
    for scope in [subsection, list, Scope::Optional { present: true }] {
        let report = loaded(&[5; 9], |v| v.begin(&"s", scope)).unwrap_err();
        assert_eq!((report.code, report.fault.offset), (Code::WrongDirection, 0));
    }
}

#[test]
fn where_nobody_told_a_version_nothing_is_left_out() {
    let mut field = 5u8;
    assert_eq!(saved(|v| v.visit_since("field", &mut field, 2, 0)), Ok(1));
    assert_eq!(loaded(&[7], |v| v.visit_since("field", &mut field, 2, 0)), Ok(1));
    assert_eq!(field, 7);
}

#[test]
fn versions_that_exclude_each_other_are_the_caller_s_fault() {
    let report = saved(|v| v.device("d", 0, Versions { current: 1, minimum: 2 }, |_| Ok(())));
    assert_eq!(report.unwrap_err().code, Code::InvalidArgument);
}

#[test]
fn the_end_of_the_stream_can_be_asked_for() {
    let visit = |v: &mut Visitor<'_>| {
        v.visit("a", &mut 0u8)?;
        v.expect_end()
    };
    assert_eq!(saved(visit), Ok(1));
    assert_eq!(loaded(&[1], visit), Ok(1));
    let report = loaded(&[1, 2], visit).unwrap_err();
    assert_eq!((report.code, report.fault.offset), (Code::Unconsumed, 1));
}

#[test]
fn calls_of_the_other_direction_are_refused() {
    assert_eq!(
        saved(|v| v.get_raw(&mut [0; 1]).map(|_| ())).unwrap_err().code,
        Code::WrongDirection
    );
    assert_eq!(loaded(&[1], |v| v.put_raw(&[0])).unwrap_err().code, Code::WrongDirection);
}

#[test]
fn raw_bytes_go_between_visits_without_a_trace() {
    let mut memory = [0; 8];
    let mut saver = Saver::to_slice(&mut memory);
    let mut v = saver.visitor();
    v.visit("a", &mut 1u8).unwrap();
    v.put_raw(&[2, 3]).unwrap();
    v.visit("b", &mut 4u8).unwrap();
    assert_eq!(saver.finish(), Ok(4));
    let mut loader = Loader::from_slice(&memory[..4]);
    let mut v = loader.visitor();
    let (mut ahead, mut raw, mut last) = ([0; 2], [0; 3], [0; 3]);
    assert_eq!(v.peek_raw(1, &mut ahead), Ok(2));
    assert_eq!(v.get_raw(&mut raw), Ok(3));
    assert_eq!((ahead, raw), ([2, 3], [1, 2, 3]));
    assert_eq!(v.get_raw(&mut last), Ok(1), "what there was is given");
    assert_eq!(v.get_raw(&mut last), Err(Code::Truncated), "and the end is an error after it");
    let report = loader.finish().unwrap_err();
    assert_eq!((report.fault.offset, report.fault.found), (3, 1));
}

/// What an observer sees, as text.
fn shown(visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Vec<String> {
    let mut lines = Vec::new();
    let observer = Observer::new(|Item { name, marks, event }: Item<'_>| {
        lines.push(format!("{} {} {event:?}", String::from_utf8_lossy(name), marks.bits()));
        Ok(())
    });
    let mut visiting = Visiting::new(observer);
    visit(&mut visiting.saver()).unwrap();
    visiting.saver().finish().unwrap();
    drop(visiting);
    lines
}

#[test]
fn an_observer_sees_names_types_values_marks_and_scopes() {
    let versions = Versions { current: 2, minimum: 1 };
    let lines = shown(|v| {
        v.device("d", 0, versions, |v| {
            v.mark(Marks::SECRET | Marks::VOLATILE)?;
            v.visit("key", &mut -2i16)?;
            v.array("regs", &mut [1u8, 2])?;
            v.optional("irq", &mut Some(3u8), |v, irq| v.visit("line", irq))?;
            v.optional("dma", &mut None::<u8>, |v, irq| v.visit("line", irq))
        })
    });
    let scalar = Event::Scalar(Kind::I16, 0xfffe);
    assert_eq!(
        lines,
        [
            format!("d 0 {:?}", Event::Begin(Scope::Device { instance: 0, versions })),
            format!("key 6 {scalar:?}"),
            format!("regs 0 {:?}", Event::Array(Kind::U8, Extent::Fixed, &[1, 2])),
            format!("irq 0 {:?}", Event::Begin(Scope::Optional { present: true })),
            format!("line 0 {:?}", Event::Scalar(Kind::U8, 3)),
            format!(" 0 {:?}", Event::End(ScopeKind::Optional)),
            format!("dma 0 {:?}", Event::Begin(Scope::Optional { present: false })),
            format!(" 0 {:?}", Event::End(ScopeKind::Optional)),
            format!(" 0 {:?}", Event::End(ScopeKind::Device)),
        ]
    );
}

#[test]
fn marks_of_an_item_that_is_left_out_are_left_out_with_it() {
    let lines = shown(|v| {
        v.set_version(1)?;
        v.mark(Marks::ANCILLARY | Marks::SECRET)?;
        v.visit_since("new", &mut 1u8, 2, 0)?;
        v.visit("pending", &mut 2u8)
    });
    assert_eq!(lines, [format!("pending 0 {:?}", Event::Scalar(Kind::U8, 2))]);
}

#[test]
fn marks_without_an_item_are_an_error() {
    let visits: [fn(&mut Visitor<'_>) -> Result<()>; 4] = [
        |v| v.mark(Marks::SECRET),
        |v| v.mark(Marks::SECRET).and_then(|()| v.put_raw(b"raw")),
        |v| v.mark(Marks::SECRET).and_then(|()| v.put_raw(b"")),
        |v| {
            v.begin(&"l", Scope::List { extent: Extent::Fixed, count: 1 })?;
            v.mark(Marks::SECRET)?;
            v.begin_element()
        },
    ];
    for visit in visits {
        let device = |v: &mut Visitor<'_>| v.device("d", 0, Versions::only(1), visit);
        let mut visiting = Visiting::new(Observer::new(|_: Item<'_>| Ok(())));
        assert_eq!(device(&mut visiting.saver()), Err(Code::InvalidArgument));
        let (mut memory, mut scratch) = ([0; 1024], [0; 256]);
        let mut tree = Tree::new(&mut memory).unwrap();
        assert_eq!(
            device(&mut Visiting::new(Builder::new(&mut tree)).saver()),
            Err(Code::InvalidArgument)
        );
        let mut stream = [0; 256];
        let settings = chunk::Settings::default();
        let mut saver = chunk::Saver::to_slice(&mut stream, &settings, &mut scratch).unwrap();
        assert_eq!(device(&mut saver.visitor()), Err(Code::InvalidArgument));
    }
}

#[test]
fn an_observer_that_refuses_ends_the_visit() {
    let mut visiting = Visiting::new(Observer::new(|item: Item<'_>| match item.name {
        b"second" => Err(Refusal { code: Code::Refused, cause: -5 }),
        _ => Ok(()),
    }));
    let mut v = visiting.saver();
    assert_eq!(v.visit("first", &mut 1u8), Ok(()));
    assert_eq!(v.visit("second", &mut 1u8), Err(Code::Refused));
    assert_eq!(v.visit("third", &mut 1u8), Err(Code::Refused));
    let report = visiting.report().unwrap();
    assert_eq!((report.path.as_str(), report.fault.cause), ("second", -5));
}
