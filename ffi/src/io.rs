//! Sinks and sources of the caller.

use core::ffi::c_void;

use migcore::io::{Failure, Sink, Source};

use migcore::Code;

/// What `write`, `read` and `peek` return when they were interrupted before they did anything (as
/// EINTR): they are called again, at most 1000 times in a row.
pub const MIGCORE_IO_RETRY: isize = -0x7fff;

/// Where a stream goes to. It is copied by the call that it is given to; `opaque` must stay valid as
/// long as the visitor is used. Callbacks return normally: no longjmp, no exception. They may not use
/// the visitor that called them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_sink {
    /// sizeof(migcore_sink)
    pub size: usize,
    /// Takes the first bytes of `data`, at least one, and returns how many. 0 is a failure,
    /// MIGCORE_IO_RETRY asks for another call, any other negative number is the sink's own error,
    /// which the report keeps as its cause.
    pub write: Option<
        unsafe extern "C" fn(opaque: *mut c_void, data: *const c_void, length: usize) -> isize,
    >,
    /// The position in the stream, for reports; NULL or a negative number: the library counts.
    pub position: Option<unsafe extern "C" fn(opaque: *mut c_void) -> i64>,
    /// Handed to the callbacks.
    pub opaque: *mut c_void,
}

/// Where a stream comes from. Lifetime and callbacks as in migcore_sink.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_source {
    /// sizeof(migcore_source)
    pub size: usize,
    /// Puts the next bytes of the stream into `data`, at least one, and returns how many. 0 is the
    /// end of the stream, MIGCORE_IO_RETRY asks for another call, any other negative number is the
    /// source's own error, which the report keeps as its cause.
    pub read: Option<
        unsafe extern "C" fn(opaque: *mut c_void, data: *mut c_void, length: usize) -> isize,
    >,
    /// Copies into `data` what follows the next `ahead` bytes of the stream, consuming nothing, and
    /// returns how many bytes that were; less than `length` is the end of the stream. May be NULL:
    /// then subsections can only be read through a buffer of at least MIGCORE_LOOK_AHEAD bytes.
    pub peek: Option<
        unsafe extern "C" fn(
            opaque: *mut c_void,
            ahead: usize,
            data: *mut c_void,
            length: usize,
        ) -> isize,
    >,
    /// The position in the stream, for reports; NULL or a negative number: the library counts.
    pub position: Option<unsafe extern "C" fn(opaque: *mut c_void) -> i64>,
    /// Handed to the callbacks.
    pub opaque: *mut c_void,
}

/// The buffer that a stream needs so that subsections can be found without a peek callback.
pub const MIGCORE_LOOK_AHEAD: usize = 257;

const _: () = assert!(MIGCORE_LOOK_AHEAD == migcore::codec::legacy::LOOK_AHEAD);

/// A sink that was checked when it was copied.
pub(crate) struct CSink(migcore_sink);

/// A source that was checked when it was copied.
pub(crate) struct CSource(migcore_source);

impl CSink {
    /// Copies a caller's sink.
    ///
    /// # Safety
    /// `sink` is NULL or points to a migcore_sink whose callbacks keep their contract.
    pub(crate) unsafe fn new(sink: *const migcore_sink) -> migcore::Result<Self> {
        // SAFETY: the caller promises NULL or a sink.
        let sink = unsafe { sized(sink) }?;
        if sink.write.is_none() {
            return Err(Code::NullPointer);
        }
        Ok(CSink(sink))
    }
}

impl CSource {
    /// Copies a caller's source.
    ///
    /// # Safety
    /// `source` is NULL or points to a migcore_source whose callbacks keep their contract.
    pub(crate) unsafe fn new(source: *const migcore_source) -> migcore::Result<Self> {
        // SAFETY: the caller promises NULL or a source.
        let source = unsafe { sized(source) }?;
        if source.read.is_none() {
            return Err(Code::NullPointer);
        }
        Ok(CSource(source))
    }
}

/// Copies a struct of the caller that begins with its size, if that is the one that this library knows.
///
/// # Safety
/// `given` is NULL or points to a `size_t` at least, and to as many bytes as that says.
pub(crate) unsafe fn sized<T: Copy>(given: *const T) -> migcore::Result<T> {
    // SAFETY: as the caller promises; it is as large as a `T` if this is found right.
    unsafe {
        check_sized(given)?;
        Ok(given.read_unaligned())
    }
}

/// Whether a struct of the caller is there, and says the size that this library knows. The size is read
/// alone: the rest may not be there, or not be written yet.
///
/// # Safety
/// `given` is NULL or points to a `size_t`.
pub(crate) unsafe fn check_sized<T>(given: *const T) -> migcore::Result<()> {
    if given.is_null() {
        return Err(Code::NullPointer);
    }
    // SAFETY: not null; the caller promises a size.
    match unsafe { given.cast::<usize>().read_unaligned() } == size_of::<T>() {
        true => Ok(()),
        false => Err(Code::BadSize),
    }
}

/// What a callback's return value means.
fn moved(returned: isize) -> Result<usize, Failure> {
    match usize::try_from(returned) {
        Ok(count) => Ok(count),
        Err(_) if returned == MIGCORE_IO_RETRY => Err(Failure::Retry),
        Err(_) => Err(Failure::Failed(i32::try_from(returned).unwrap_or(i32::MIN))),
    }
}

/// The position that a callback tells, if it does.
fn position(
    callback: Option<unsafe extern "C" fn(*mut c_void) -> i64>,
    opaque: *mut c_void,
) -> Option<u64> {
    // SAFETY: the caller promised a callback for this `opaque`.
    callback.and_then(|position| u64::try_from(unsafe { position(opaque) }).ok())
}

impl Sink for CSink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
        let write = self.0.write.ok_or(Failure::BadCallback)?;
        // SAFETY: the callback reads `bytes.len()` bytes, as its contract says.
        moved(unsafe { write(self.0.opaque, bytes.as_ptr().cast(), bytes.len()) })
    }

    fn position(&self) -> Option<u64> {
        position(self.0.position, self.0.opaque)
    }
}

impl Source for CSource {
    fn read(&mut self, out: &mut [u8]) -> Result<usize, Failure> {
        let read = self.0.read.ok_or(Failure::BadCallback)?;
        // SAFETY: the callback writes at most `out.len()` bytes, as its contract says.
        moved(unsafe { read(self.0.opaque, out.as_mut_ptr().cast(), out.len()) })
    }

    fn can_peek(&self) -> bool {
        self.0.peek.is_some()
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize, Failure> {
        let peek = self.0.peek.ok_or(Failure::BadCallback)?;
        // SAFETY: the callback writes at most `out.len()` bytes, as its contract says.
        moved(unsafe { peek(self.0.opaque, ahead, out.as_mut_ptr().cast(), out.len()) })
    }

    fn position(&self) -> Option<u64> {
        position(self.0.position, self.0.opaque)
    }
}
