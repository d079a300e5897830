//! A whole stream as one device: `docs/format.md` has the layout.

use std::io;

use migcore::codec::legacy::framing::{commands, CommandHead};
use migcore::codec::vmdesc::{replay, Notes};
use migcore::visit::{Extent, Scope, ScopeKind, Versions, Visitor};
use migcore::Code;

use super::item::{Content, Item, Payload, Section};
use super::scan::Scanner;
use crate::input::{told, Input};

/// The name of the device that a stream is.
pub const NAME: &str = "qemu";

/// The version of its layout.
pub const VERSION: u32 = 1;

/// Bytes without a name that are given at once.
const PIECE: usize = 64 << 10;

/// Who is told what comes, before the visitor is given it.
pub trait Watch {
    /// This item comes.
    fn item(&mut self, item: &Item) {
        let _ = item;
    }

    /// A value or a scope comes, which lies at this place of the stream; `kind` is QEMU's name of its type.
    fn place(&mut self, offset: u64, kind: &str, length: u64) {
        let _ = (offset, kind, length);
    }

    /// Bytes without a name come, which lie at this place of the stream. Who keeps them where they are says yes, and the
    /// visitor is given one byte in place of all.
    fn keeps(&mut self, offset: u64, length: u64) -> bool {
        let _ = (offset, length);
        false
    }
}

impl Watch for () {}

/// Why a visit of a stream ended before its end.
#[derive(Debug)]
pub enum Stopped {
    /// The stream cannot be read.
    Io(io::Error),
    /// The visitor returned this; its report tells more.
    Visitor(Code),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Stopped::Io(error)
    }
}

impl From<Code> for Stopped {
    fn from(code: Code) -> Self {
        Stopped::Visitor(code)
    }
}

type Result = std::result::Result<(), Stopped>;

/// Gives a whole stream to a visitor that saves. Every byte of the stream is given, that of damage too.
///
/// # Errors
/// Those of the system and of the visitor. Damage is none: `watch` is told.
pub fn visit(scanner: &mut Scanner, visitor: &mut Visitor<'_>, watch: &mut dyn Watch) -> Result {
    let bytes = scanner.input().again();
    let mut visit = Visit { scanner, visitor, watch, bytes };
    let device = Scope::Device { instance: 0, versions: Versions::only(VERSION) };
    visit.visitor.begin(&NAME, device)?;
    visit.items()?;
    visit.visitor.end(ScopeKind::Device)?;
    Ok(())
}

struct Visit<'a, 'v> {
    scanner: &'a mut Scanner,
    visitor: &'a mut Visitor<'v>,
    watch: &'a mut dyn Watch,
    /// The stream, for what is copied as it is.
    bytes: Input,
}

impl Visit<'_, '_> {
    fn items(&mut self) -> Result {
        while let Some(item) = self.scanner.next_item()? {
            self.watch.item(&item);
            self.item(&item)?;
        }
        Ok(())
    }

    fn item(&mut self, item: &Item) -> Result {
        let at = item.offset;
        match &item.content {
            Content::Header => {
                self.u32(at, "magic")?;
                self.u32(at.saturating_add(4), "version")
            }
            Content::Configuration { configuration, exact: true } => {
                self.watch.place(at, "configuration", item.length);
                Ok(configuration.visit(self.visitor)?)
            }
            Content::Configuration { exact: false, .. } => self.raw_struct("configuration", item),
            Content::Section(section) => self.section(at, section),
            Content::Command(head) => {
                self.command(at, *head)?;
                self.end()
            }
            Content::Package { .. } => {
                self.command(at, CommandHead { number: commands::PACKAGED, length: 4 })?;
                self.begin(item.end(), "package")
            }
            Content::PackageEnd => {
                self.end()?;
                self.end()
            }
            Content::End => self.u8(at, "eof"),
            Content::Description => self.description(item),
            Content::Trailing => self.pieces("trailing", item),
            Content::Damage(_) if item.length == 0 => Ok(()),
            Content::Damage(_) => self.raw_struct("damaged", item),
        }
    }

    fn section(&mut self, at: u64, section: &Section) -> Result {
        self.begin(at, section.kind.text())?;
        self.u8(at, "type")?;
        self.u32(at.saturating_add(1), "id")?;
        if section.kind.is_named() {
            let (named, versions) = (&section.named, Versions::only(section.named.version));
            self.watch.place(at.saturating_add(5), "", section.length);
            let device = Scope::Device { instance: named.instance, versions };
            self.visitor.begin(&named.name.as_slice(), device)?;
            self.payload(section)?;
            self.visitor.end(ScopeKind::Device)?;
        } else {
            self.payload(section)?;
        }
        if section.footer {
            let footer = section.start.saturating_add(section.length);
            self.begin(footer, "footer")?;
            self.u8(footer, "type")?;
            self.u32(footer.saturating_add(1), "id")?;
            self.end()?;
        }
        self.end()
    }

    fn payload(&mut self, section: &Section) -> Result {
        let Payload::Described(described) = &section.payload else {
            return self.raw(section.start, section.length);
        };
        let Some(description) = self.scanner.vmdesc().cloned() else { return Ok(()) };
        let Some(device) = description.devices.get(described.device) else { return Ok(()) };
        let mut places = Places { watch: self.watch, start: section.start };
        let bytes = self.scanner.payload();
        match replay(device, bytes, self.visitor, &mut places) {
            Ok(()) => Ok(()),
            // The same walk went through before, so only the visitor can have refused.
            Err(_) => Err(Stopped::Visitor(match self.visitor.check() {
                Err(code) => code,
                Ok(()) => Code::BadValue,
            })),
        }
    }

    /// A command without its end, behind which its package may come.
    fn command(&mut self, at: u64, head: CommandHead) -> Result {
        self.begin(at, "command")?;
        self.u8(at, "type")?;
        self.u16(at.saturating_add(1), "number")?;
        self.u16(at.saturating_add(3), "length")?;
        let data = at.saturating_add(5);
        self.watch.place(data, "buffer", u64::from(head.length));
        let window = self.bytes.window(data, usize::from(head.length))?;
        let window = window.get(..usize::from(head.length).min(window.len())).unwrap_or_default();
        Ok(self.visitor.save_bytes(&"data", Extent::Fixed, window)?)
    }

    fn description(&mut self, item: &Item) -> Result {
        self.begin(item.offset, "description")?;
        self.u8(item.offset, "type")?;
        let (text, length) = (item.offset.saturating_add(5), item.length.saturating_sub(5));
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        self.watch.place(text.saturating_sub(4), "buffer", length);
        let window = self.bytes.window(text, wanted)?;
        let window = window.get(..wanted.min(window.len())).unwrap_or_default();
        self.visitor.save_bytes(&"text", Extent::Variable, window)?;
        self.end()
    }

    /// Bytes with a name, which may be more than are held: as one buffer a piece.
    fn pieces(&mut self, name: &str, item: &Item) -> Result {
        let mut at = item.offset;
        while at < item.end() {
            self.watch.place(at, "buffer", item.end().saturating_sub(at));
            let piece = piece(&mut self.bytes, at, item.end())?;
            if piece.is_empty() {
                break;
            }
            self.visitor.save_bytes(&name, Extent::Fixed, piece)?;
            at = at.saturating_add(told(piece.len()));
        }
        Ok(())
    }

    fn raw_struct(&mut self, name: &str, item: &Item) -> Result {
        self.begin(item.offset, name)?;
        self.raw(item.offset, item.length)?;
        self.end()
    }

    /// Copies bytes as they are.
    fn raw(&mut self, start: u64, length: u64) -> Result {
        if length > 0 && self.watch.keeps(start, length) {
            return Ok(self.visitor.put_raw(&[0])?);
        }
        let (mut at, end) = (start, start.saturating_add(length));
        while at < end {
            self.watch.place(at, "", end.saturating_sub(at));
            let piece = piece(&mut self.bytes, at, end)?;
            if piece.is_empty() {
                break;
            }
            self.visitor.put_raw(piece)?;
            at = at.saturating_add(told(piece.len()));
        }
        Ok(())
    }

    fn begin(&mut self, at: u64, name: &str) -> Result {
        self.watch.place(at, "", 0);
        Ok(self.visitor.begin(&name, Scope::Struct(None))?)
    }

    fn end(&mut self) -> Result {
        Ok(self.visitor.end(ScopeKind::Struct)?)
    }

    fn u8(&mut self, at: u64, name: &str) -> Result {
        self.watch.place(at, "uint8", 1);
        let mut value = u8::from_be_bytes(self.take(at)?);
        Ok(self.visitor.visit(name, &mut value)?)
    }

    fn u16(&mut self, at: u64, name: &str) -> Result {
        self.watch.place(at, "uint16", 2);
        let mut value = u16::from_be_bytes(self.take(at)?);
        Ok(self.visitor.visit(name, &mut value)?)
    }

    fn u32(&mut self, at: u64, name: &str) -> Result {
        self.watch.place(at, "uint32", 4);
        let mut value = u32::from_be_bytes(self.take(at)?);
        Ok(self.visitor.visit(name, &mut value)?)
    }

    /// The bytes at `at`; the scanner saw that they are there.
    fn take<const N: usize>(&mut self, at: u64) -> io::Result<[u8; N]> {
        let bytes = self.bytes.window(at, N)?.first_chunk().copied();
        bytes.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }
}

/// The next bytes from `at` on, at most to `end`.
pub(super) fn piece(bytes: &mut Input, at: u64, end: u64) -> io::Result<&[u8]> {
    let left = usize::try_from(end.saturating_sub(at)).unwrap_or(PIECE).min(PIECE);
    let window = bytes.window(at, left)?;
    Ok(window.get(..left.min(window.len())).unwrap_or_default())
}

/// Places in a payload as places in the stream.
struct Places<'a> {
    watch: &'a mut dyn Watch,
    start: u64,
}

impl Notes for Places<'_> {
    fn item(&mut self, offset: usize, kind: &str, length: usize) {
        self.watch.place(self.start.saturating_add(told(offset)), kind, told(length));
    }
}
