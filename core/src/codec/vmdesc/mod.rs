//! The description that QEMU writes behind a stream, and the state of a section by it.
//!
//! QEMU's stream has neither names nor lengths; behind its end comes a text (JSON) that tells the fields of
//! each section with state of a device: names, types, sizes. [`Vmdesc`] is that text as data, read
//! ([`Vmdesc::parse`], or as much as there is of it with [`Vmdesc::parse_prefix`]) and written again byte for
//! byte (`to_string`). [`replay`] gives the fields of a section to any visitor that saves, as the device
//! itself would have: to a tree, to chunks, or to QEMU's bytes, which are then those that were read.
//!
//! # Contract
//!
//! A section fits its description, to the last byte, or it is a [`Misfit`] and nothing of it is to be
//! believed: the stream has no lengths, so one wrong size moves all that follows. [`fits`] looks, and gives
//! no value to anybody; after it, `replay` fails only if the visitor does. What the text does not describe,
//! types that only one device has above all, is a buffer marked [`OPAQUE`](crate::visit::Marks::OPAQUE).
//!
//! The caller opens the scope of the device, with its name, instance and version. Inside:
//!
//! | type | item |
//! |---|---|
//! | `bool`, `int8` .. `int64`, `uint8` .. `uint64`, each also with ` equal`; `int32 le` | scalar of that kind |
//! | `timer`; `CPU_Double_U`, `float64`; `fd` | i64; f64; u8 |
//! | `buffer`, `unused_buffer`, `pci config` | bytes of fixed length |
//! | `bitmap`; `pci irq state` | array of u64; of u32 |
//! | `capability` | string |
//! | `struct`, `vstruct`, `tmp` | struct with name and version of its description |
//! | `qtailq`, `qlist` | struct with a list `elements` of what is optional; the last is not there |
//! | `gtree` | the same behind a u32 `count`; in each element a `key` and a `value` |
//! | `nullptr`; another of one byte in the place of a pointer | null pointer |
//! | any other; a section of a handler | opaque bytes; the bytes `data` |
//!
//! `int64 equal` is QEMU's name for a u64. An array of scalars is one array; another array is a list, whose
//! elements hold the fields of their struct, or one item without a name. A struct in it has a scope of its
//! own only if it has subsections. Entries that are neighbours and have one name are one array.
//!
//! The text is not trusted: nesting is bounded, nothing is set aside for a number in it, and the work for a
//! section by its length.
//!
//! # Walk
//!
//! ```
//! use migcore::codec::legacy::Saver;
//! use migcore::codec::observe::{Event, Item, Observer};
//! use migcore::codec::vmdesc::{fits, replay, size_of, Vmdesc};
//! use migcore::visit::{Kind, Track, Visitor};
//!
//! let text = r#"{"page_size": 4096, "devices": [{"name": "uart", "instance_id": 0, "vmsd_name": "uart",
//!     "version": 2, "fields": [{"name": "level", "type": "uint16", "size": 2},
//!     {"name": "fifo", "array_len": 3, "type": "uint8", "size": 1}]}]}"#;
//! let vmdesc = Vmdesc::parse(text.as_bytes()).unwrap();
//! let uart = vmdesc.device("uart", 0).unwrap();
//! let section = [1, 2, 7, 8, 9];
//! assert_eq!(size_of(uart), Some(5));
//! assert_eq!(fits(uart, &section).unwrap().leaves, 4);
//!
//! let mut shown = Vec::new();
//! let mut observer = Observer::new(|item: Item<'_>| {
//!     shown.push(String::from_utf8_lossy(item.name).into_owned());
//!     if item.name == b"level" {
//!         assert_eq!(item.event, Event::Scalar(Kind::U16, 0x0102));
//!     }
//!     Ok(())
//! });
//! let mut track = Track::new();
//! replay(uart, &section, &mut Visitor::saving(&mut observer, &mut track), &mut ()).unwrap();
//! assert_eq!(shown, ["level", "fifo"]);
//!
//! let mut memory = [0; 5];
//! let mut saver = Saver::to_slice(&mut memory);
//! replay(uart, &section, &mut saver.visitor(), &mut ()).unwrap();
//! assert_eq!(saver.finish(), Ok(5));
//! assert_eq!(memory, section);
//!
//! let misfit = fits(uart, &section[..3]).unwrap_err();
//! assert_eq!(
//!     misfit.to_string(),
//!     "fifo: the section ends inside (bytes needed 3, there 1), at byte 2 of the section"
//! );
//! ```

mod description;
mod fit;
mod keys;
mod parse;
mod print;
mod shape;
mod sizes;
mod take;
mod walk;

pub use description::{Content, Description, Device, Field, Nested, Vmdesc};
pub use fit::{fits, Fit, Misfit, Unfit};
pub use parse::ParseError;
pub use sizes::size_of;
pub use walk::{replay, Notes};
