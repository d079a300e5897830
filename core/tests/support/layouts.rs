//! Objects of Rust structs, saved and loaded by their tables.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::as_conversions,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::codec::legacy::{Loader, Saver};
use migcore::error::Report;
use migcore::vmstate::{Block, Layout};
use zerocopy::{FromBytes, IntoBytes};

/// The bytes of an object without pointers.
pub fn save<T: FromBytes + IntoBytes>(
    layout: &'static Layout<T>,
    object: &mut T,
) -> Result<Vec<u8>, Report> {
    let mut bytes = vec![0; 1 << 16];
    let mut saver = Saver::to_slice(&mut bytes);
    let _ = layout.visit(object, &mut saver.visitor());
    let length = saver.finish()? as usize;
    bytes.truncate(length);
    Ok(bytes)
}

/// Loads an object without pointers, of this version or the current one, and gives what went wrong as text.
pub fn load<T: FromBytes + IntoBytes>(
    layout: &'static Layout<T>,
    object: &mut T,
    version: Option<u32>,
    bytes: &[u8],
) -> Result<u64, String> {
    let mut loader = Loader::from_slice(bytes);
    let mut v = loader.visitor();
    version.map_or(Ok(()), |version| v.set_version(version)).unwrap();
    let _ = layout.visit(object, &mut v);
    loader.finish().map_err(|report| report.to_string())
}

/// The bytes of an object in a block.
pub fn save_in<T>(
    layout: &'static Layout<T>,
    block: &mut Block<'_>,
    place: usize,
) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; 1 << 16];
    let mut saver = Saver::to_slice(&mut bytes);
    let _ = layout.visit_in(block, place, &mut saver.visitor());
    let length = saver.finish().map_err(|report| report.to_string())? as usize;
    bytes.truncate(length);
    Ok(bytes)
}

/// Loads an object in a block.
pub fn load_in<T>(
    layout: &'static Layout<T>,
    block: &mut Block<'_>,
    place: usize,
    bytes: &[u8],
) -> Result<u64, String> {
    let mut loader = Loader::from_slice(bytes);
    let _ = layout.visit_in(block, place, &mut loader.visitor());
    loader.finish().map_err(|report| report.to_string())
}
