//! A file that gets its name when it is complete.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use migcore::io::{Failure as Refused, Sink};
use tempfile::NamedTempFile;

use crate::failure::{Failure, Result};
use crate::input::{folder, Input, PIECE};

/// The most links that are followed, one behind the other: as many as the system does.
const MOST_LINKS: usize = 40;

/// What the names of files begin with that are not complete.
const PREFIX: &str = ".migcore-";

/// Where a command writes to. Dropped without [`complete`](Output::complete), it leaves nothing behind.
#[derive(Debug)]
pub struct Output {
    to: BufWriter<To>,
    path: PathBuf,
    force: bool,
}

#[derive(Debug)]
enum To {
    /// A file beside the one that it becomes.
    Beside(NamedTempFile),
    /// A file without a name, and the device or pipe that it is copied to; the standard output if there is none.
    Held(File, Option<File>),
}

impl Output {
    /// Writes to `path`, which must not be there without `force`; `-` is the standard output. What goes there, or
    /// to a device, a pipe or what else is open already (`/dev/stdout`, `/dev/fd/3`), is held in a file without a name
    /// first.
    ///
    /// # Errors
    /// [`Failure::Refused`] when the file is there, [`Failure::Io`].
    pub fn create(path: &Path, force: bool) -> Result<Self> {
        Output::with(path, force, false)
    }

    /// The same for what may be secret: only the owner can read the file.
    ///
    /// # Errors
    /// As [`create`](Output::create).
    pub fn create_private(path: &Path, force: bool) -> Result<Self> {
        Output::with(path, force, true)
    }

    fn with(path: &Path, force: bool, private: bool) -> Result<Self> {
        // A name of what is open leads to a file if that is one, and must not be replaced by another.
        let to = match (descriptor(path), path.metadata()) {
            _ if path == Path::new("-") => To::Held(unnamed(path)?, None),
            (Some(open), _) => To::Held(unnamed(path)?, Some(opened(path, &open)?)),
            (_, Ok(there)) if !there.is_file() => To::Held(unnamed(path)?, Some(special(path)?)),
            _ => To::Beside(hidden(path, force, private)?),
        };
        Ok(Output { to: BufWriter::with_capacity(PIECE, to), path: path.to_owned(), force })
    }

    /// What was written so far, to be read. Nothing may be written while it is.
    ///
    /// # Errors
    /// [`Failure::Io`].
    pub fn written(&mut self) -> Result<Input> {
        let flushed = self.to.flush();
        let file = flushed.and_then(|()| match self.to.get_ref() {
            To::Beside(file) => file.as_file().try_clone(),
            To::Held(file, _) => file.try_clone(),
        });
        file.and_then(|file| Input::of(file, &self.path)).map_err(Failure::writing(&self.path))
    }

    /// Gives the file its name, or copies it to where it goes.
    ///
    /// # Errors
    /// [`Failure::Io`]; [`Failure::Refused`] when somebody else made the file meanwhile.
    pub fn complete(self) -> Result<()> {
        let Output { to, path, force } = self;
        let to = to.into_inner().map_err(|error| Failure::writing(&path)(error.into_error()))?;
        let file = match to {
            To::Beside(file) => file,
            To::Held(file, target) => return copy(file, target).map_err(Failure::writing(&path)),
        };
        let named = match force {
            true => file.persist(&path),
            false => file.persist_noclobber(&path),
        };
        match named {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(there(&path)),
            Err(error) => Err(Failure::writing(&path)(error.error)),
        }
    }

    /// Whether completing it is no more than giving it its name.
    #[must_use]
    fn is_named(&self) -> bool {
        matches!(self.to.get_ref(), To::Beside(_))
    }

    /// The file itself, to be written at any place; `None` for what is no file.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        match self.to.get_ref() {
            To::Beside(file) => Some(file.as_file()),
            To::Held(..) => None,
        }
    }

    /// What it is called in messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Write for To {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            To::Beside(file) => file.write(bytes),
            To::Held(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            To::Beside(file) => file.flush(),
            To::Held(file, _) => file.flush(),
        }
    }
}

/// Completes two outputs, of which the first is not wanted without the second: where that fails, there is again what was
/// there before. Copies come first, since they cannot be taken back.
///
/// # Errors
/// As [`Output::complete`].
pub fn complete_both(first: Option<Output>, second: Option<Output>) -> Result<()> {
    let (named_first, copied_first) = by_name(first);
    let (named_second, copied_second) = by_name(second);
    for copied in [copied_second, copied_first].into_iter().flatten() {
        copied.complete()?;
    }
    let (first, second) = match (named_first, named_second) {
        (Some(first), Some(second)) => (first, second),
        (first, second) => return first.or(second).map_or(Ok(()), Output::complete),
    };
    let (path, force) = (first.path.clone(), first.force);
    let old = kept(&path);
    first.complete()?;
    second.complete().inspect_err(|_| {
        // What failed before is told.
        match old {
            // It is the only one left: better under another name than gone.
            Ok(old) => drop(old.persist(&path).map_err(|error| error.file.keep())),
            Err(error) if !force || error.kind() == io::ErrorKind::NotFound => {
                drop(std::fs::remove_file(&path));
            }
            // Not every file system has second names: then the old one is gone.
            Err(_) => {}
        }
    })
}

/// An output that gets a name, or one that is copied.
fn by_name(output: Option<Output>) -> (Option<Output>, Option<Output>) {
    match output {
        Some(output) if output.is_named() => (Some(output), None),
        output => (None, output),
    }
}

/// A second name of the file that is there, under which it stays when it is replaced; dropped, it is gone.
fn kept(path: &Path) -> io::Result<NamedTempFile<()>> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).make_in(folder(path), |second| std::fs::hard_link(path, second))
}

/// Copies what was held to where it goes.
fn copy(mut held: File, target: Option<File>) -> io::Result<()> {
    held.rewind()?;
    match target {
        Some(mut target) => io::copy(&mut held, &mut target)?,
        None => io::copy(&mut held, &mut io::stdout())?,
    };
    io::stdout().flush()
}

fn unnamed(path: &Path) -> Result<File> {
    tempfile::tempfile().map_err(Failure::writing(path))
}

fn special(path: &Path) -> Result<File> {
    File::options().write(true).open(path).map_err(Failure::writing(path))
}

/// What is open already. That of another number than the outputs of this program can only be opened once more, which begins
/// at the start of a file: what is there is kept.
fn opened(path: &Path, open: &Path) -> Result<File> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let again = |fd: std::os::fd::BorrowedFd<'_>| {
            fd.try_clone_to_owned().map(File::from).map_err(Failure::writing(path))
        };
        if own("1").as_deref() == Some(open) {
            return again(io::stdout().as_fd());
        }
        if own("2").as_deref() == Some(open) {
            return again(io::stderr().as_fd());
        }
    }
    let is_file = open.metadata().is_ok_and(|there| there.is_file());
    let file = File::options().write(true).append(is_file).open(open);
    file.map_err(Failure::writing(path))
}

/// What `path` is called among what processes have open, if that is where its links lead.
fn descriptor(path: &Path) -> Option<PathBuf> {
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = folder(&at).canonicalize().ok()?;
        let name = folder.join(at.file_name()?);
        if folder.starts_with("/proc") && folder.ends_with("fd") {
            return Some(name);
        }
        at = folder.join(name.read_link().ok()?);
    }
    None
}

/// What this program has open under a number.
fn own(number: &str) -> Option<PathBuf> {
    Some(Path::new("/proc/self/fd").canonicalize().ok()?.join(number))
}

/// Whether a path is the standard output.
#[must_use]
pub fn is_stdout(path: &Path) -> bool {
    let is_name = ["-", "/dev/stdout", "/dev/fd/1"].into_iter().any(|name| path == Path::new(name));
    is_name || descriptor(path).is_some_and(|open| own("1") == Some(open))
}

/// A file of another name beside `path`, with the rights of what is there, or else those that a new file has; a private one
/// is for its owner alone.
fn hidden(path: &Path, force: bool, private: bool) -> Result<NamedTempFile> {
    if !force && path.symlink_metadata().is_ok() {
        return Err(there(path));
    }
    let folder = folder(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    // The rights of the file that it replaces, which may be fewer.
    let replaced = path.metadata().ok().filter(|_| force && !private);
    #[cfg(unix)]
    if replaced.is_none() && !private {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let made = folder.metadata().and_then(|_| builder.tempfile_in(folder));
    let made = made.and_then(|file| match replaced {
        Some(replaced) => file.as_file().set_permissions(replaced.permissions()).map(|()| file),
        None => Ok(file),
    });
    made.map_err(Failure::writing(path))
}

fn there(path: &Path) -> Failure {
    Failure::Refused(format!("{} is there already; --force overwrites it", path.display()))
}

/// A file as the library writes to it; keeps what the system said.
#[derive(Debug)]
pub struct Pipe<W> {
    to: W,
    /// Why writing failed.
    pub failure: Option<io::Error>,
}

impl<W: Write> Pipe<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> Self {
        Pipe { to, failure: None }
    }
}

impl<W: Write> Sink for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> std::result::Result<usize, Refused> {
        match self.to.write_all(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                let cause = error.raw_os_error().unwrap_or(0);
                self.failure = Some(error);
                Err(Refused::Failed(cause))
            }
        }
    }
}
