//! A struct in a struct with subsections, whose hooks say that they were called, and fail where they are told to.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::indexing_slicing,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::cell::RefCell;

use migcore::fields;
use migcore::vmstate::{Hook, If, Layout, On, StaticTable};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

thread_local! {
    /// What the hooks were called for, in order.
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub fn log(what: &str) {
    LOG.with_borrow_mut(|log| log.push(what.to_owned()));
}

/// What was logged since it was last asked for.
pub fn logged() -> String {
    LOG.take().join(" ")
}

/// Ends a test with a failure of a hook: the number is in a member.
fn answer(number: i32) -> Result<(), i32> {
    match number {
        0 => Ok(()),
        number => Err(number),
    }
}

#[derive(Default, Debug, PartialEq, Clone, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub struct Inner {
    pub x: u16,
    pub y: u16,
}

#[derive(Default, Debug, PartialEq, Clone, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub struct Outer {
    pub a: u32,
    /// What the hooks answer: pre_load, post_load, pre_save, post_save, post_load of the subsection.
    pub answers: [i32; 5],
    pub inner: Inner,
    /// Whether the subsections are needed.
    pub needed: [u8; 2],
    pub extra: [u8; 2],
}

pub static INNER: Layout<Inner> = Layout::new(
    StaticTable::new("inner", 2, fields!(Inner { x, y.since(2) }))
        .minimum(1)
        .on(
            Hook::PreLoad,
            &On::<Inner>(|_, version| {
                log(&format!("pre_load:inner@{version}"));
                Ok(())
            }),
        )
        .on(
            Hook::PostLoad,
            &On::<Inner>(|_, _| {
                log("post_load:inner");
                Ok(())
            }),
        )
        .on(
            Hook::PreSave,
            &On::<Inner>(|_, _| {
                log("pre_save:inner");
                Ok(())
            }),
        )
        .on(
            Hook::PostSave,
            &On::<Inner>(|_, _| {
                log("post_save:inner");
                Ok(())
            }),
        ),
);

static FIRST: Layout<Outer> = Layout::new(
    StaticTable::new("outer/first", 3, fields!(Outer { extra }))
        .minimum(2)
        .needed(&If::<Outer>(|outer, _| {
            log("needed:first");
            outer.needed[0] != 0
        }))
        .on(
            Hook::PostLoad,
            &On::<Outer>(|outer, version| {
                log(&format!("post_load:first@{version}"));
                answer(outer.answers[4])
            }),
        ),
);

static SECOND: Layout<Outer> = Layout::new(
    StaticTable::new("outer/second", 1, fields!(Outer { needed }))
        .needed(&If::<Outer>(|outer, _| outer.needed[1] != 0)),
);

pub static OUTER: Layout<Outer> = Layout::new(
    StaticTable::new("outer", 4, fields!(Outer { a, inner: structs(&INNER) }))
        .minimum(2)
        .subsections(&[FIRST.table(), SECOND.table()])
        .load_old(
            1,
            &On::<Outer>(|outer, version| {
                outer.a = version;
                log("old");
                Ok(())
            }),
        )
        .on(
            Hook::PreLoad,
            &On::<Outer>(|outer, version| {
                log(&format!("pre_load:outer@{version}"));
                answer(outer.answers[0])
            }),
        )
        .on(
            Hook::PostLoad,
            &On::<Outer>(|outer, _| {
                log("post_load:outer");
                answer(outer.answers[1])
            }),
        )
        .on(
            Hook::PreSave,
            &On::<Outer>(|outer, _| {
                log("pre_save:outer");
                answer(outer.answers[2])
            }),
        )
        .on(
            Hook::PostSave,
            &On::<Outer>(|outer, _| {
                log("post_save:outer");
                answer(outer.answers[3])
            }),
        ),
);

pub fn outer(needed: [u8; 2]) -> Outer {
    Outer { a: 7, inner: Inner { x: 1, y: 2 }, needed, extra: [3, 4], ..Outer::default() }
}
