//! W1 as a tree in memory: built, replayed, summed up.

use migcore::io::Kernels;
use migcore::model::{Builder, DigestOptions, Tree, TreeDecoder};
use migcore::visit::{Track, Visitor};
use migcore::Result;

use crate::chunk;
use crate::device::Device;
use crate::visit::visit_all;

/// Memory for the tree of one device.
pub const MEMORY: usize = 16 << 10;

/// Saves all `devices` into a tree in `memory`.
///
/// # Errors
/// When the memory is too small.
pub fn build<'m>(devices: &mut [Device], memory: &'m mut [u8]) -> Result<Tree<'m>> {
    let mut tree = Tree::new(memory)?;
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    visit_all(devices, &mut Visitor::saving(&mut builder, &mut track))?;
    Ok(tree)
}

/// Replays a tree as chunks, and says how long the stream is.
///
/// # Errors
/// When `out` is too short.
pub fn replay<K: Kernels>(
    tree: &Tree<'_>,
    kernels: K,
    scratch: &mut [u8],
    out: &mut [u8],
) -> Result<u64> {
    chunk::save_with(kernels, scratch, out, |v| tree.replay(tree.root(), v))
}

/// Loads all `devices` from a tree.
///
/// # Errors
/// When they are not in it.
pub fn load(devices: &mut [Device], tree: &mut Tree<'_>) -> Result<()> {
    let (mut decoder, mut track) = (TreeDecoder::new(tree), Track::new());
    visit_all(devices, &mut Visitor::loading(&mut decoder, &mut track))
}

/// The digest of a whole tree.
///
/// # Errors
/// None: the root is always there.
pub fn digest(tree: &Tree<'_>) -> Result<[u8; 32]> {
    tree.digest(tree.root(), DigestOptions::default())
}
