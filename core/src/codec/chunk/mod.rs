//! Chunks: migcore's own wire, a stream that describes itself. `docs/format.md` has the bytes.
//!
//! | chunk | holds |
//! |---|---|
//! | `MHDR` | what a reader must know to read the stream at all |
//! | `MSHP` | a shape: names, types, fixed counts, marks and scopes of items, sent once for all states of that shape |
//! | `MDEV`, `mDEV`, `mDEv` | a fragment of a device: its shape's number, then values and variable counts, packed |
//! | `MBLK`, `MRAM` | the blocks of the machine's memory, and pages of them |
//! | `MEND` | the number of chunks, and a CRC over their CRCs |
//!
//! A **writer** ([`ChunkEncoder`]) learns the shape of a device while it is visited, in scratch memory of
//! the caller: 256 bytes are enough for devices of any size, if names are short ([`scratch_for`]). What
//! does not fit goes out in several fragments. Over a sink, every chunk is written piece by piece: give
//! the sink a buffer.
//!
//! A **reader** ([`ChunkDecoder`]) gives items by name, in any order, straight from a stream in memory
//! ([`SliceStore`]), or from one that is read once ([`StreamStore`]). Each chunk is checked before
//! anything of it is given, but what follows is not: who must not be left with half a state checks the
//! whole stream first: with [`check`], or lets a [`Machine`](crate::machine::Machine) do it. One that comes in
//! pieces is first collected by a [`Receiver`], which checks the chunks and the shapes, but not whether the
//! values fit them. [`ChunkDecoder::replay_all`] gives all of a stream to another wire or to a tree, without
//! the devices.
//!
//! **Memory** ([`ram`](crate::ram)) goes along between the devices, as often as it changes: [`Saver::blocks`], then
//! [`Saver::pages`] and [`Saver::marked`]. A [`Receiver::with_memory`] puts the pages where they belong; what it keeps
//! is a stream without them, for which the above holds. A program that takes the memory of a stream in some other way
//! reads its devices with [`Limits::memory`].
//!
//! **Chunks of unknown types** are errors if they are critical; else a visit of devices skips and counts them.
//! Those that are also safe to copy are not lost on a replay: in a tree they are items of the root, and a
//! writer makes the same chunks of these. So they go through a program that loads from a tree, and
//! [carries](crate::model::TreeDecoder::carry) what it does not know to its next save.
//!
//! ```
//! use migcore::codec::chunk::{Loader, Saver, Settings};
//! use migcore::visit::{Versions, Visitor};
//!
//! fn save(v: &mut Visitor<'_>) -> migcore::Result<()> {
//!     v.device("uart", 0, Versions::only(1), |v| {
//!         v.visit("level", &mut 0x0102u16)?;
//!         v.visit("parity", &mut true)
//!     })
//! }
//!
//! // A later version reads fields in another order, has a wider one, and one that is new.
//! fn load(v: &mut Visitor<'_>) -> migcore::Result<(bool, u32, u8)> {
//!     let (mut parity, mut level, mut stop_bits) = (false, 0, 0);
//!     v.device("uart", 0, Versions { current: 2, minimum: 1 }, |v| {
//!         v.visit("parity", &mut parity)?;
//!         v.visit("level", &mut level)?;
//!         v.visit_or("stop_bits", &mut stop_bits, 1)
//!     })?;
//!     Ok((parity, level, stop_bits))
//! }
//!
//! let (mut memory, mut scratch) = ([0; 256], [0; 256]);
//! let settings = Settings { machine: "board", writer: "demo 1.0", ..Settings::default() };
//! let mut saver = Saver::to_slice(&mut memory, &settings, &mut scratch)?;
//! // An error stays in the visit, and `finish` returns the whole report of it.
//! let _ = save(&mut saver.visitor());
//! let length = saver.finish()? as usize;
//!
//! let mut loader = Loader::from_slice(&memory[..length]);
//! assert_eq!(load(&mut loader.visitor()), Ok((true, 0x0102, 1)));
//! loader.finish()?;
//!
//! memory[40] ^= 1;
//! let mut loader = Loader::from_slice(&memory[..length]);
//! let _ = load(&mut loader.visitor());
//! let report = loader.finish().unwrap_err();
//! assert!(report.to_string().contains("the stream is damaged: a checksum differs"));
//! # Ok::<(), migcore::Report>(())
//! ```

mod check;
mod chunks;
mod decoder;
mod encoder;
mod ends;
mod header;
mod kinds;
mod memory;
mod nesting;
mod packed;
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
pub use ends::{Loader, Saver};
pub use header::{Header, Totals};
pub use kinds::ChunkType;
pub use memory::{BlockHeads, BlockList, PagesHead, RunReader, MAX_RUNS};
pub use packed::ShapeWriter;
pub use receive::{Received, Receiver};
pub use rules::Limits;
pub use settings::{scratch_for, Settings, MAX_ALIGNMENT, MAX_SLOTS};
pub use store::{SliceStore, Store, StreamStore};

/// The bytes that every stream begins with. As PNG's, they show a transfer that changes line ends or
/// the eighth bit.
pub const SIGNATURE: [u8; 8] = *b"\x89MIG\r\n\x1a\n";

/// The longest data of a chunk, in bytes.
pub const LONGEST_DATA: u32 = 0x7fff_ffff;
