//! Streams made by hand, of which a rule says whether they are right.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use crate::chunks::*;
use crate::{second, shown};
use migcore::visit::Kind;
use migcore::Result;

/// Checks what the library and the second reader say of streams: whether they are right.
pub fn all(streams: Vec<(&str, Vec<u8>, bool)>) {
    let read = |(what, bytes, right): (&str, Vec<u8>, bool)| {
        let read: Result<String> = shown::read(&bytes);
        assert_eq!(read.is_ok(), right, "{what}: {read:?}");
        (bytes, read)
    };
    second::agrees(&streams.into_iter().map(read).collect::<Vec<_>>());
}

pub fn u8s() -> Vec<u8> {
    op::scalar(Kind::U8, "x")
}

pub fn element() -> Vec<Vec<u8>> {
    vec![op::element(), u8s(), op::end()]
}

/// A stream with a shape that nothing uses.
pub fn unused(shape: &[Vec<u8>]) -> Vec<u8> {
    Assembler::new().shape(0, shape).end()
}

pub fn simple(shape: &[Vec<u8>], values: &[u8]) -> Vec<u8> {
    Assembler::new().shape(0, shape).device(0, "d", 0, values).end()
}

/// A device in two fragments.
pub fn two(shape: &[Vec<u8>], values: &[u8], shape1: &[Vec<u8>], values1: &[u8]) -> Vec<u8> {
    let first = Assembler::new().shape(0, shape).first(0, "d", values);
    first.shape(1, shape1).fragment(1, 1 | LAST, values1).end()
}
