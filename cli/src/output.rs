//! A file that gets its name when it is complete.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::{Failure, Result};
use crate::input::PIECE;

/// Where a command writes to. Dropped without [`complete`](Output::complete), it leaves nothing behind.
#[derive(Debug)]
pub struct Output {
    to: BufWriter<To>,
    path: PathBuf,
    force: bool,
}

#[derive(Debug)]
enum To {
    File(NamedTempFile),
    /// A device or a pipe: it is written to as it is.
    Special(File),
    Standard(io::Stdout),
}

impl Output {
    /// Writes to `path`, which must not be there without `force`; `-` is the standard output.
    ///
    /// # Errors
    /// [`Failure::Refused`] when the file is there, [`Failure::Io`].
    pub fn create(path: &Path, force: bool) -> Result<Self> {
        let to = match path.metadata() {
            _ if path == Path::new("-") => To::Standard(io::stdout()),
            Ok(there) if !there.is_file() => To::Special(special(path)?),
            _ => To::File(hidden(path, force)?),
        };
        Ok(Output { to: BufWriter::with_capacity(PIECE, to), path: path.to_owned(), force })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`Failure::Io`]; [`Failure::Refused`] when somebody else made the file meanwhile.
    pub fn complete(self) -> Result<()> {
        let Output { to, path, force } = self;
        let to = to.into_inner().map_err(|error| Failure::writing(&path)(error.into_error()))?;
        let To::File(file) = to else { return Ok(()) };
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

    /// The file itself, to be written at any place; `None` for what is no file.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        match self.to.get_ref() {
            To::File(file) => Some(file.as_file()),
            To::Special(_) | To::Standard(_) => None,
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
            To::File(file) => file.write(bytes),
            To::Special(file) => file.write(bytes),
            To::Standard(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            To::File(file) => file.flush(),
            To::Special(file) => file.flush(),
            To::Standard(stdout) => stdout.flush(),
        }
    }
}

fn special(path: &Path) -> Result<File> {
    File::options().write(true).open(path).map_err(Failure::writing(path))
}

/// A file of another name beside `path`, with the rights that a new file has.
fn hidden(path: &Path, force: bool) -> Result<NamedTempFile> {
    if !force && path.symlink_metadata().is_ok() {
        return Err(there(path));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".migcore-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(Failure::writing(path))
}

fn there(path: &Path) -> Failure {
    Failure::Refused(format!("{} is there already; --force overwrites it", path.display()))
}
