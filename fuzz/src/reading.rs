//! What the targets that read chunks share: limits, a source that gives pieces, replays into trees.

use migcore::codec::chunk::{ChunkDecoder, Limits, Store};
use migcore::error::Fault;
use migcore::io::{Failure, Source};
use migcore::model::{Builder, DigestOptions, Tree};
use migcore::visit::{Decoder, Track, Visitor};
use migcore::Code;

/// What readers accept, so small that any input is done with in no time.
pub const LIMITS: Limits =
    Limits { slots: 8, shape: 1 << 11, chunk: 1 << 13, work: 1000, memory: false };

/// Memory for what a header of these limits may ask for, if it asks for fragments no longer than chunks.
pub const MEMORY: usize = 8 * (1 << 11) + (1 << 13);

/// Room for the tree of any stream that these limits let pass.
const TREE: usize = 1 << 17;

/// Room for the arrays of a replay.
const SCRATCH: usize = 1 << 14;

/// A source that gives at most `step` bytes at a time.
pub struct Pieces<'b> {
    pub bytes: &'b [u8],
    pub step: usize,
}

impl Source for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        let length = out.len().min(self.step).min(self.bytes.len());
        out[..length].copy_from_slice(&self.bytes[..length]);
        self.bytes = &self.bytes[length..];
        Ok(length)
    }
}

/// What became of a replay: the number of devices and the digest of their tree, or what was wrong.
pub type Replayed = core::result::Result<(u64, [u8; 32]), (Code, Fault)>;

/// Gives all devices of a stream to a tree, which is shown when they were right.
pub fn replay<S: Store>(store: S, show: impl FnOnce(&mut Tree<'_>)) -> Replayed {
    let (mut memory, mut scratch) = (vec![0; TREE], vec![0; SCRATCH]);
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut decoder = ChunkDecoder::new(store);
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let done = decoder.replay_all(&mut Visitor::saving(&mut builder, &mut track), &mut scratch);
    match done {
        Ok(devices) => {
            let digest = digest(&tree);
            show(&mut tree);
            Ok((devices, digest))
        }
        Err(code) => Err((code, decoder.fault())),
    }
}

/// The digest of a whole tree.
pub fn digest(tree: &Tree<'_>) -> [u8; 32] {
    tree.digest(tree.root(), DigestOptions::default()).unwrap()
}

/// Whether a check should have found this.
pub fn is_of_the_stream(code: Code) -> bool {
    let codes = [
        Code::BadSignature,
        Code::BadCrc,
        Code::UnknownChunk,
        Code::BadOrder,
        Code::BadShape,
        Code::UnknownFormat,
    ];
    codes.contains(&code)
}
