//! The description in the caller's storage, and its text.

use core::ffi::{c_char, c_void};
use core::ptr;

use migcore::codec::describe::Describer;
use migcore::io::json::{Json, Line, Style, Text};
use migcore::io::{StreamWriter, Writer};
use migcore::visit::Name;
use migcore::{Code, Result};

use crate::io::{migcore_sink, CSink};
use crate::memory::bytes_mut;
use crate::object::check_storage;
use crate::place::CName;
use crate::status::{
    migcore_status, status, MIGCORE_BAD_OBJECT, MIGCORE_BUSY, MIGCORE_NULL_POINTER, MIGCORE_OK,
};

/// Storage for a description as QEMU writes it behind a stream, made while the devices are saved: a JSON text in
/// memory of the caller, or on its way to a sink. Whoever saves by tables with it as migcore_vmstate_host.description
/// tells it the fields; what begins and ends devices, or describes itself, uses the calls below.
///
/// The calls return the first thing that could not be, which stops the text, so that it is enough to look at
/// what migcore_vmdesc_finish says. Memory that is too small does not: then that call tells how much is needed. A
/// description may be moved in memory between two calls and needs no destructor.
#[repr(C)]
pub struct migcore_vmdesc {
    state: u32,
    failure: migcore_status,
    reserved: [u64; 26],
}

/// A description as it lies in the caller's storage.
#[repr(C)]
struct Stored {
    state: u32,
    failure: migcore_status,
    describer: Describer<Output>,
}

/// State words of a description that may be called, that is in a call, and that could not be begun.
const READY: u32 = 0x6d69_6776;
const BUSY: u32 = 0x6d69_6777;
const FAILED: u32 = 0x6d69_6779;

/// Where the text goes.
pub(crate) enum Output {
    Memory(Line<'static>),
    Sink(Sent),
}

/// A text on its way to a sink.
pub(crate) struct Sent {
    writer: StreamWriter<'static, CSink>,
    length: usize,
    done: Result<()>,
}

impl Text for Output {
    fn put(&mut self, piece: &[u8]) {
        match self {
            Output::Memory(line) => line.put(piece),
            Output::Sink(sent) => {
                sent.length = sent.length.saturating_add(piece.len());
                sent.done = sent.done.and_then(|()| sent.writer.put_slice(piece));
            }
        }
    }
}

/// Begins a description in `memory`, which it borrows as long as it is used. `size` is sizeof(migcore_vmdesc),
/// `release` the QEMU whose text it is: 702 for 7.2, 1000 for 10.0. Otherwise than before, from 10.0 on null
/// pointers in arrays are told apart. `pretty` puts each value on a line of its own, which QEMU does not.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_init(
    description: *mut migcore_vmdesc,
    size: usize,
    memory: *mut c_char,
    capacity: usize,
    release: u32,
    pretty: bool,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, and `capacity` bytes lent to it alone.
    unsafe {
        let memory = bytes_mut(memory.cast::<c_void>(), capacity);
        let output = memory.map(|memory| Output::Memory(Line::new(memory)));
        begin(description, size, output, release, pretty)
    }
}

/// Begins a description that goes to a sink, piece by piece. Otherwise as migcore_vmdesc_init.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_init_sink(
    description: *mut migcore_vmdesc,
    size: usize,
    sink: *const migcore_sink,
    release: u32,
    pretty: bool,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, and NULL or a sink.
    unsafe {
        let output = CSink::new(sink).map(|sink| {
            let writer = StreamWriter::new(sink, &mut []);
            Output::Sink(Sent { writer, length: 0, done: Ok(()) })
        });
        begin(description, size, output, release, pretty)
    }
}

/// Checks that the outermost value was written whole: MIGCORE_UNBALANCED if it was not. Gives the text, which ends
/// with a NUL, and how long it is without that. The memory must be larger than that: if it is not, `*length` tells,
/// and the status is MIGCORE_NO_SPACE. A sink has its text already: `*text` is NULL then. Both may be NULL.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_finish(
    description: *mut migcore_vmdesc,
    text: *mut *const c_char,
    length: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or places for the results.
    unsafe {
        let (mut start, mut whole) = (ptr::null(), 0);
        let done = change(description, |to| finish(to, &mut start, &mut whole));
        if !text.is_null() {
            text.write_unaligned(start);
        }
        if !length.is_null() {
            length.write_unaligned(whole);
        }
        done.map_or_else(|refused| refused, status)
    }
}

/// The text and its length, as far as there is one.
fn finish(
    describer: &mut Describer<Output>,
    text: &mut *const c_char,
    length: &mut usize,
) -> Result<()> {
    describer.json().finish()?;
    check(describer)?;
    match describer.json_mut().text_mut() {
        Output::Memory(line) => {
            *length = line.end();
            let memory = line.memory();
            match *length < memory.len() {
                true => *text = memory.as_ptr().cast(),
                false => return Err(Code::NoSpace),
            }
        }
        Output::Sink(sent) => *length = sent.length,
    }
    Ok(())
}

/// Begins a description, or makes it one that returns the code of why it cannot be from every call.
///
/// # Safety
/// `description` is NULL or points to `size` writable bytes that nothing else refers to.
unsafe fn begin(
    description: *mut migcore_vmdesc,
    size: usize,
    output: Result<Output>,
    release: u32,
    pretty: bool,
) -> migcore_status {
    const {
        assert!(size_of::<Stored>() <= size_of::<migcore_vmdesc>());
        assert!(align_of::<Stored>() <= align_of::<migcore_vmdesc>());
    }
    match check_storage(description, size).and(output) {
        Ok(output) => {
            let style = if pretty { Style::Pretty } else { Style::Line };
            let describer = Describer::new(Json::new(output, style), release);
            let stored = Stored { state: READY, failure: MIGCORE_OK, describer };
            // SAFETY: as large and as aligned as that, as just checked; the caller's alone.
            unsafe { description.cast::<Stored>().write(stored) };
            MIGCORE_OK
        }
        Err(code) => {
            // SAFETY: as the caller promises.
            unsafe { begin_failed(description, size, code) };
            code.number()
        }
    }
}

/// Makes a description of storage that returns `code` from every call, if there is room for its head.
///
/// # Safety
/// As [`begin`].
unsafe fn begin_failed(description: *mut migcore_vmdesc, size: usize, code: Code) {
    let head = size_of::<(u32, migcore_status)>();
    if !description.is_null() && description.is_aligned() && size >= head {
        // SAFETY: not null, aligned, and there is room for these two.
        unsafe {
            (*description).state = FAILED;
            (*description).failure = code.number();
        }
    }
}

/// Runs `call` on a description that is ready, which is busy meanwhile: a sink might come back to it.
///
/// # Safety
/// `description` is NULL or points to a migcore_vmdesc.
pub(crate) unsafe fn change<R>(
    description: *mut migcore_vmdesc,
    call: impl FnOnce(&mut Describer<Output>) -> R,
) -> core::result::Result<R, migcore_status> {
    if description.is_null() {
        return Err(MIGCORE_NULL_POINTER);
    }
    // SAFETY: not null, and the caller promises a description.
    let (state, failure) = unsafe { ((*description).state, (*description).failure) };
    match state {
        READY => {}
        BUSY => return Err(MIGCORE_BUSY),
        FAILED => return Err(failure),
        _ => return Err(MIGCORE_BAD_OBJECT),
    }
    let stored = description.cast::<Stored>();
    // SAFETY: a description that is ready; the word is never referred to, only read and written.
    unsafe { (*stored).state = BUSY };
    // SAFETY: busy, so nothing else makes a reference to its inside before this one is gone.
    let done = call(unsafe { &mut (*stored).describer });
    // SAFETY: as above.
    unsafe { (*stored).state = READY };
    Ok(done)
}

/// Runs `call` on a description for what is saved by a table, if there is one that is ready.
///
/// # Safety
/// As [`change`].
pub(crate) unsafe fn describe<R>(
    description: *mut migcore_vmdesc,
    call: impl FnOnce(&mut Describer<dyn Text + '_>) -> R,
) -> Option<R> {
    // SAFETY: as the caller promises.
    unsafe { change(description, |describer| call(describer)) }.ok()
}

/// Tells something, and says whether all could be told so far.
///
/// # Safety
/// As [`change`].
pub(super) unsafe fn tell(
    description: *mut migcore_vmdesc,
    call: impl FnOnce(&mut Describer<Output>),
) -> migcore_status {
    let told = |describer: &mut Describer<Output>| {
        call(describer);
        check(describer)
    };
    // SAFETY: as the caller promises.
    unsafe { change(description, told) }.map_or_else(|refused| refused, status)
}

/// [`tell`] with a text of the caller, which may not be NULL.
///
/// # Safety
/// As [`change`]; `text` is NULL or a C string.
pub(super) unsafe fn tell_text(
    description: *mut migcore_vmdesc,
    text: *const c_char,
    call: impl FnOnce(&mut Describer<Output>, &[u8]),
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let name = CName::new(text);
        tell(description, |to| match text.is_null() {
            true => to.json_mut().fail(Code::NullPointer),
            false => call(to, name.bytes()),
        })
    }
}

/// Writes JSON under a key of the caller; nothing while the description is muted.
///
/// # Safety
/// As [`change`]; `key` is NULL or a C string.
pub(super) unsafe fn write(
    description: *mut migcore_vmdesc,
    key: *const c_char,
    call: impl FnOnce(&mut Json<Output>, &[u8]),
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let key = CName::new(key);
        tell(description, |to| to.write(|json| call(json, key.bytes())))
    }
}

/// [`write`] with a text of the caller, which may not be NULL.
///
/// # Safety
/// As [`tell_text`]; `key` is NULL or a C string.
pub(super) unsafe fn write_text(
    description: *mut migcore_vmdesc,
    key: *const c_char,
    text: *const c_char,
    call: impl FnOnce(&mut Json<Output>, &[u8], &[u8]),
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let key = CName::new(key);
        tell_text(description, text, |to, text| to.write(|json| call(json, key.bytes(), text)))
    }
}

/// The first thing that could not be, of the text or of its sink.
fn check(describer: &Describer<Output>) -> Result<()> {
    let json = describer.json();
    json.check()?;
    match json.text() {
        Output::Sink(sent) => sent.done,
        Output::Memory(_) => Ok(()),
    }
}
