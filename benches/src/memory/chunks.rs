//! The memory of a machine as chunks, through the C interface.

use std::ffi::c_void;
use std::hint::black_box;
use std::mem::{size_of, MaybeUninit};
use std::ptr::{null, null_mut};

use migcore_ffi::chunk::receive::{
    migcore_chunk_receiver, migcore_chunk_receiver_feed, migcore_chunk_receiver_got,
    migcore_chunk_receiver_init, migcore_chunk_receiver_next, migcore_chunk_receiver_ram,
};
use migcore_ffi::chunk::save::{
    migcore_chunk_save_memory, migcore_chunk_save_stream, migcore_chunk_saver,
};
use migcore_ffi::io::migcore_sink;
use migcore_ffi::kernels::migcore_kernels;
use migcore_ffi::ram::save::{migcore_ram_declare, migcore_ram_save, migcore_ram_save_marked};
use migcore_ffi::ram::{migcore_ram, migcore_ram_block, migcore_ram_zeros};
use migcore_ffi::visitor::{migcore_finish, migcore_position};

use super::PAGE;

/// What a stream takes beside its pages, at most: of pages that are scattered each may be a run.
pub(super) fn room_for(size: usize) -> usize {
    size + size / 64 + (64 << 10)
}

/// How many of the bytes are 0.
pub(super) fn zeros(bytes: &[u8]) -> usize {
    // SAFETY: so many bytes are there.
    unsafe { migcore_ram_zeros(bytes.as_ptr().cast(), bytes.len()) }
}

/// Saves all pages, or those that are marked, and says how long the stream is.
pub(super) fn save(
    kernels: &migcore_kernels,
    memory: &[u8],
    marked: Option<&[u8]>,
    out: &mut [u8],
) -> usize {
    let mut saver = Box::new(MaybeUninit::<migcore_chunk_saver>::uninit());
    let (saver, size) = (saver.as_mut_ptr(), size_of::<migcore_chunk_saver>());
    let mut scratch = [0_u8; 256];
    let (to, scratch) = (out.as_mut_ptr().cast(), scratch.as_mut_ptr().cast());
    // SAFETY: what is borrowed lives until the end, and has the size that is told.
    unsafe {
        migcore_chunk_save_memory(saver, size, to, out.len(), scratch, 256, null(), kernels);
        save_pages(saver, memory, marked)
    }
}

/// Saves all pages to a sink that takes whatever comes.
pub(super) fn send(kernels: &migcore_kernels, memory: &[u8]) {
    unsafe extern "C" fn take(_: *mut c_void, data: *const c_void, length: usize) -> isize {
        black_box(data);
        length as isize
    }
    let sink = migcore_sink {
        size: size_of::<migcore_sink>(),
        write: Some(take),
        position: None,
        opaque: null_mut(),
    };
    let mut saver = Box::new(MaybeUninit::<migcore_chunk_saver>::uninit());
    let (saver, size) = (saver.as_mut_ptr(), size_of::<migcore_chunk_saver>());
    let mut scratch = [0_u8; 256];
    let mut buffer = [0_u8; 4096];
    let (buffer, scratch) = (buffer.as_mut_ptr().cast(), scratch.as_mut_ptr().cast());
    // SAFETY: as in `save`.
    unsafe {
        migcore_chunk_save_stream(saver, size, &sink, buffer, 4096, scratch, 256, null(), kernels);
        save_pages(saver, memory, None);
    }
}

/// # Safety
/// `saver` was just begun.
unsafe fn save_pages(
    saver: *mut migcore_chunk_saver,
    memory: &[u8],
    marked: Option<&[u8]>,
) -> usize {
    let mut block = block(memory.as_ptr().cast_mut(), memory.len());
    let ram = ram(&mut block);
    let (pages, count) = (memory.as_ptr().cast(), memory.len() / PAGE);
    // SAFETY: the block lives until the end, and has a bit for each page.
    unsafe {
        migcore_ram_declare(saver, &ram);
        match marked.map(<[u8]>::as_ptr) {
            None => migcore_ram_save(saver, &ram, 0, 0, pages, count, null_mut()),
            Some(bitmap) => migcore_ram_save_marked(saver, &ram, 0, 0, count, bitmap, null_mut()),
        };
        assert_eq!(migcore_finish(saver.cast()), 0, "a saver with room for all of it");
        migcore_position(saver.cast()) as usize
    }
}

/// A receiver into `memory`, and the bytes that it borrows.
struct Receiver<'m> {
    storage: Box<MaybeUninit<migcore_chunk_receiver>>,
    _buffer: Box<[u8; 4096]>,
    _block: Box<migcore_ram_block>,
    _memory: &'m mut [u8],
}

impl<'m> Receiver<'m> {
    fn new(kernels: &'m migcore_kernels, memory: &'m mut [u8]) -> Self {
        let mut storage = Box::new(MaybeUninit::<migcore_chunk_receiver>::uninit());
        let mut buffer = Box::new([0_u8; 4096]);
        let mut block = Box::new(block(memory.as_mut_ptr(), memory.len()));
        let ram = ram(&mut block);
        // SAFETY: what is borrowed lives as long as the receiver, and has the size that is told.
        unsafe {
            let size = size_of::<migcore_chunk_receiver>();
            let place = storage.as_mut_ptr();
            let bytes = buffer.as_mut_ptr().cast::<c_void>();
            let begun = migcore_chunk_receiver_init(place, size, bytes, 4096, null(), kernels);
            assert_eq!(begun, 0, "a receiver in storage of the right size");
            assert_eq!(migcore_chunk_receiver_ram(place, &ram), 0, "the memory of a machine");
        }
        Receiver { storage, _buffer: buffer, _block: block, _memory: memory }
    }
}

/// Receives a stream from memory, all at once.
pub(super) fn feed(kernels: &migcore_kernels, stream: &[u8], memory: &mut [u8]) {
    let mut receiver = Receiver::new(kernels, memory);
    let (mut consumed, mut done) = (0, false);
    // SAFETY: so many bytes are there.
    let end = unsafe {
        let (place, bytes) = (receiver.storage.as_mut_ptr(), stream.as_ptr().cast());
        migcore_chunk_receiver_feed(place, bytes, stream.len(), &mut consumed, &mut done)
    };
    assert!(end == 0 && done && consumed == stream.len(), "the stream is right");
}

/// Receives a stream as from a socket, which copies up to `piece` bytes at a time to their place.
pub(super) fn read(kernels: &migcore_kernels, mut stream: &[u8], piece: usize, memory: &mut [u8]) {
    let mut receiver = Receiver::new(kernels, memory);
    let receiver = receiver.storage.as_mut_ptr();
    let (mut place, mut room, mut done) = (null_mut(), 0, false);
    while !done {
        // SAFETY: there is room for so many bytes, which do not lie in the stream.
        unsafe {
            assert_eq!(migcore_chunk_receiver_next(receiver, &mut place, &mut room), 0, "a place");
            let length = room.min(piece).min(stream.len());
            place.cast::<u8>().copy_from_nonoverlapping(stream.as_ptr(), length);
            stream = &stream[length..];
            let got = migcore_chunk_receiver_got(receiver, length, &mut done);
            assert_eq!(got, 0, "the stream is right");
        }
    }
}

fn block(memory: *mut u8, length: usize) -> migcore_ram_block {
    migcore_ram_block {
        size: size_of::<migcore_ram_block>(),
        name: c"ram".as_ptr(),
        memory: memory.cast(),
        length: length as u64,
        reserved: [0; 2],
    }
}

fn ram(block: &mut migcore_ram_block) -> migcore_ram {
    migcore_ram {
        size: size_of::<migcore_ram>(),
        blocks: block,
        count: 1,
        page_size: PAGE as u32,
        zero: None,
        opaque: std::ptr::null_mut(),
    }
}
