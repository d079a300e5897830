//! A stream as a file: opened, or spooled from the standard input; or put together of [`Pieces`] of one.

mod pieces;

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use migcore::codec::chunk::SIGNATURE;
use migcore::io::{Failure as Stopped, Source};

pub use pieces::Pieces;

use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// Bytes that are read at once, if no other number is asked for.
pub const PIECE: usize = 256 << 10;

/// What QEMU's streams begin with: `QEVM`.
const QEMU: [u8; 4] = *b"QEVM";

/// What a stream is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Chunks, migcore's own.
    Chunks,
    /// A stream of QEMU.
    Qemu,
    /// Something else.
    Unknown,
}

/// Where the bytes of a stream are.
#[derive(Debug)]
enum Bytes {
    File(File),
    Pieces(Pieces),
}

/// A file that is read in windows: nothing of its size is held in memory.
#[derive(Debug)]
pub struct Input {
    bytes: Rc<Bytes>,
    path: PathBuf,
    length: u64,
    progress: Rc<Progress>,
    /// Bytes that are read at once.
    piece: usize,
    /// What was read last, and where that begins in the file.
    held: Vec<u8>,
    start: u64,
}

impl Input {
    /// Opens a file; `-` is the standard input, which goes to a file without a name first.
    ///
    /// # Errors
    /// [`Failure::Io`].
    pub fn open(path: &Path) -> Result<Self> {
        let file = match path == Path::new("-") {
            true => spooled(),
            false => File::open(path).and_then(regular),
        };
        file.and_then(|file| Input::of(file, path)).map_err(Failure::reading(path))
    }

    /// Reads a file that is open; `path` is what it is called in messages.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of(file: File, path: &Path) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Input::with(Bytes::File(file), path, length))
    }

    /// Reads a stream that is in pieces. In messages it is called as the file is that they are of.
    #[must_use]
    pub fn of_pieces(pieces: Pieces) -> Self {
        let (path, length) = (pieces.path().to_owned(), pieces.length());
        Input::with(Bytes::Pieces(pieces), &path, length)
    }

    fn with(bytes: Bytes, path: &Path, length: u64) -> Self {
        Input {
            bytes: Rc::new(bytes),
            path: path.to_owned(),
            length,
            progress: Rc::new(Progress::new(length)),
            piece: PIECE,
            held: Vec::new(),
            start: 0,
        }
    }

    /// The same file with a window of its own, for a second reader.
    #[must_use]
    pub fn again(&self) -> Self {
        self.again_in(PIECE)
    }

    /// The same, read in pieces of so many bytes: few for who looks at little, here and there.
    #[must_use]
    pub fn again_in(&self, piece: usize) -> Self {
        Input {
            bytes: Rc::clone(&self.bytes),
            path: self.path.clone(),
            length: self.length,
            progress: Rc::clone(&self.progress),
            piece,
            held: Vec::new(),
            start: 0,
        }
    }

    /// What the file is called in messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How long it is, in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether this is the file at `path`, by whatever name.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        let Bytes::File(file) = &*self.bytes else { return false };
        match (file.metadata(), path.metadata()) {
            (Ok(own), Ok(there)) => is_same((&own, &self.path), (&there, path)),
            _ => false,
        }
    }

    /// The bytes from `offset` on: `wanted` of them or more, fewer only at the end of the file. They are
    /// read in pieces, of 256 KiB if no other size was asked for, or as many as are wanted, and held until others are
    /// needed.
    ///
    /// # Errors
    /// Those of the system.
    pub fn window(&mut self, offset: u64, wanted: usize) -> io::Result<&[u8]> {
        let behind = self.length.saturating_sub(offset);
        let wanted = wanted.min(usize::try_from(behind).unwrap_or(usize::MAX));
        if self.within(offset, wanted).is_none() {
            self.refill(offset, wanted)?;
        }
        Ok(self.within(offset, 0).unwrap_or_default())
    }

    /// Reads the next bytes from `offset` on into `out`, past the window, and says how many; 0 is the end.
    ///
    /// # Errors
    /// Those of the system.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        self.progress.at(offset);
        let mut file = match &*self.bytes {
            Bytes::File(file) => file,
            Bytes::Pieces(pieces) => return pieces.read_at(offset, out),
        };
        file.seek(SeekFrom::Start(offset))?;
        loop {
            match file.read(out) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }

    /// Fills `out` from `offset` on.
    ///
    /// # Errors
    /// Those of the system, and that the file ends before.
    pub fn read_exact_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut filled = 0usize;
        while let Some(room) = out.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.read_at(offset.saturating_add(told(filled)), room)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                got => filled = filled.saturating_add(got),
            }
        }
        Ok(())
    }

    /// Copies `length` bytes from `offset` on, or as many as there are, and says how many that were.
    ///
    /// # Errors
    /// Those of the system.
    pub fn copy_range(&self, offset: u64, length: u64, out: &mut dyn Write) -> io::Result<u64> {
        let mut piece = vec![0; PIECE];
        let mut done = 0u64;
        while done < length {
            let left = usize::try_from(length.saturating_sub(done)).unwrap_or(PIECE).min(PIECE);
            let room = piece.get_mut(..left).unwrap_or_default();
            let got = self.read_at(offset.saturating_add(done), room)?;
            if got == 0 {
                break;
            }
            out.write_all(room.get(..got).unwrap_or_default())?;
            done = done.saturating_add(told(got));
        }
        Ok(done)
    }

    /// What the stream is, by its first bytes.
    ///
    /// # Errors
    /// [`Failure::Io`].
    pub fn format(&mut self) -> Result<Format> {
        let path = self.path.clone();
        let start = self.window(0, SIGNATURE.len()).map_err(Failure::reading(&path))?;
        Ok(match start {
            start if start.starts_with(&SIGNATURE) => Format::Chunks,
            start if start.starts_with(&QEMU) => Format::Qemu,
            _ => Format::Unknown,
        })
    }

    /// The file from its beginning, as a source of a library reader.
    #[must_use]
    pub fn source(&self) -> FileSource {
        FileSource { input: self.again(), offset: 0 }
    }

    /// What is held from `offset` on, if that is `wanted` bytes at least.
    fn within(&self, offset: u64, wanted: usize) -> Option<&[u8]> {
        let skipped = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.held.get(skipped..).filter(|held| held.len() >= wanted)
    }

    fn refill(&mut self, offset: u64, wanted: usize) -> io::Result<()> {
        let mut held = std::mem::take(&mut self.held);
        // A large window is not kept for the small ones behind it.
        if held.capacity() > self.piece.saturating_mul(4) {
            held = Vec::new();
        }
        let behind = self.length.saturating_sub(offset);
        let piece = usize::try_from(behind).unwrap_or(self.piece).min(self.piece);
        held.resize(wanted.max(piece), 0);
        let mut filled = 0usize;
        while let Some(room) = held.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.read_at(offset.saturating_add(told(filled)), room)? {
                0 => break,
                got => filled = filled.saturating_add(got),
            }
        }
        held.truncate(filled);
        (self.held, self.start) = (held, offset);
        Ok(())
    }
}

/// Whether two paths are one file, by whatever names; it need not be there yet. Standard input and output, devices and
/// pipes are no files.
#[must_use]
pub fn is_same_file(left: &Path, right: &Path) -> bool {
    if [left, right].contains(&Path::new("-")) {
        return false;
    }
    match (left.metadata(), right.metadata()) {
        (Ok(own), Ok(there)) => own.is_file() && is_same((&own, left), (&there, right)),
        (Err(_), Err(_)) => place(left).is_some_and(|own| place(right) == Some(own)),
        _ => false,
    }
}

/// Where a file would be made.
fn place(path: &Path) -> Option<PathBuf> {
    Some(folder(path).canonicalize().ok()?.join(path.file_name()?))
}

/// The folder that a file is in, or would be made in.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// What is in a file of at most `most` bytes; `None` if there are more.
///
/// # Errors
/// [`Failure::Io`].
pub fn whole(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(Failure::reading(path))?;
    Ok(Some(bytes).filter(|bytes| told(bytes.len()) <= most))
}

#[cfg(unix)]
fn is_same(left: (&Metadata, &Path), right: (&Metadata, &Path)) -> bool {
    use std::os::unix::fs::MetadataExt;
    (left.0.dev(), left.0.ino()) == (right.0.dev(), right.0.ino())
}

#[cfg(not(unix))]
fn is_same(left: (&Metadata, &Path), right: (&Metadata, &Path)) -> bool {
    matches!((left.1.canonicalize(), right.1.canonicalize()), (Ok(left), Ok(right)) if left == right)
}

/// Gives a file to a library reader, from one end to the other.
#[derive(Debug)]
pub struct FileSource {
    input: Input,
    offset: u64,
}

impl Source for FileSource {
    fn read(&mut self, out: &mut [u8]) -> std::result::Result<usize, Stopped> {
        match self.input.read_at(self.offset, out) {
            Ok(got) => {
                self.offset = self.offset.saturating_add(told(got));
                Ok(got)
            }
            Err(error) => Err(Stopped::Failed(error.raw_os_error().unwrap_or(0))),
        }
    }
}

/// The standard input as a file. It has no name, so nothing is left of it.
fn spooled() -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut io::stdin().lock(), &mut file)?;
    Ok(file)
}

/// A file that can be read from any place. A pipe is spooled.
fn regular(mut file: File) -> io::Result<File> {
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    if kind.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    let mut copy = tempfile::tempfile()?;
    io::copy(&mut file, &mut copy)?;
    Ok(copy)
}

/// A length as a position.
pub(crate) fn told(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
