//! Chunks: migcore's own wire, a stream that describes itself. `docs/format.md` has the bytes.

mod check;
mod chunks;
mod decoder;
mod encoder;
mod header;
mod kinds;
mod nesting;
mod receive;
mod rules;
mod settings;
mod shape;
mod store;
mod write;

pub use check::{check, Summary};
pub use chunks::{Chunk, Chunks};
pub use decoder::{ChunkDecoder, IndexEntry, Skipped, WINDOW};
pub use encoder::ChunkEncoder;
pub use header::{Header, Totals};
pub use kinds::ChunkType;
pub use receive::{Received, Receiver};
pub use rules::Limits;
pub use settings::{scratch_for, Settings, MAX_SLOTS};
pub use store::{SliceStore, Store, StreamStore};

/// The bytes that every stream begins with. As PNG's, they show a transfer that changes line ends or
/// the eighth bit.
pub const SIGNATURE: [u8; 8] = *b"\x89MIG\r\n\x1a\n";

/// The longest data of a chunk, in bytes.
pub const LONGEST_DATA: u32 = 0x7fff_ffff;
