//! The state of a machine, kept as chunks while another one is loaded.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr;

use migcore::error::{Fault, Path, Report};
use migcore::machine::{Machine, Undoing};
use migcore::{Code, Result};

use super::device::migcore_device;
use super::reach::CReach;
use crate::chunk::load::{migcore_chunk_load_checked, migcore_chunk_loader};
use crate::chunk::save::{
    migcore_chunk_save_memory, migcore_chunk_save_stream, migcore_chunk_saver,
};
use crate::io::migcore_sink;
use crate::kernels::migcore_kernels;
use crate::object::{migcore_visitor, reach, report_of};

/// Memory for the state that a machine has before another one is loaded.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_undo {
    /// sizeof(migcore_undo); the caller fills it in.
    pub size: usize,
    /// Holds the state.
    pub image: *mut c_void,
    /// How many bytes that are.
    pub image_size: usize,
    /// Scratch for writing it, as for migcore_chunk_save_memory.
    pub scratch: *mut c_void,
    /// How many bytes that are.
    pub scratch_size: usize,
    /// May be NULL.
    pub kernels: *const migcore_kernels,
}

/// The state in memory of the caller.
pub(super) struct Image {
    undo: migcore_undo,
    length: usize,
}

impl Image {
    /// # Safety
    /// The members of `undo` point to memory that nothing else uses while this value lives.
    pub(super) unsafe fn new(undo: migcore_undo) -> Self {
        Image { undo, length: 0 }
    }

    /// Saves the machine with a visitor that `begin` begins, and says how long its stream is.
    fn save_with(
        &self,
        machine: &mut Machine<'_, migcore_device>,
        begin: impl FnOnce(*mut migcore_chunk_saver, &migcore_undo) -> i32,
    ) -> core::result::Result<u64, Report> {
        let mut saver = MaybeUninit::<migcore_chunk_saver>::uninit();
        let v: *mut migcore_visitor = saver.as_mut_ptr().cast();
        // Why it could not begin is kept in the visitor, and found again below.
        begin(saver.as_mut_ptr(), &self.undo);
        // SAFETY: the visitor lives as long as this call, and stays where it is.
        let done = unsafe {
            let saved = machine.save_over(&mut CReach::new(v));
            saved.and_then(|()| reach(v, |v| v.finish()))
        };
        // SAFETY: as above.
        unsafe {
            match done.and_then(|()| reach(v, |v| Ok(v.position()))) {
                Ok(length) => Ok(length),
                Err(code) => Err(report_of(v, code)),
            }
        }
    }

    /// How long the image would be.
    fn measure(
        &self,
        machine: &mut Machine<'_, migcore_device>,
    ) -> core::result::Result<u64, Report> {
        let size = size_of::<migcore_sink>();
        let sink =
            migcore_sink { size, write: Some(count), position: None, opaque: ptr::null_mut() };
        self.save_with(machine, |saver, undo| {
            let migcore_undo { scratch, scratch_size, kernels, .. } = *undo;
            let size = size_of::<migcore_chunk_saver>();
            let settings = ptr::null();
            // SAFETY: storage of our own, a sink, no buffer; scratch and kernels as `new` was promised.
            unsafe {
                migcore_chunk_save_stream(
                    saver,
                    size,
                    &sink,
                    ptr::null_mut(),
                    0,
                    scratch,
                    scratch_size,
                    settings,
                    kernels,
                )
            }
        })
    }

    /// A visitor over the image, for as long as `call` takes.
    fn load_with<R>(&self, call: impl FnOnce(&mut CReach) -> Result<R>) -> Result<R> {
        let migcore_undo { image, kernels, .. } = self.undo;
        let mut loader = MaybeUninit::<migcore_chunk_loader>::uninit();
        let size = size_of::<migcore_chunk_loader>();
        // SAFETY: storage of our own, and the bytes that `save` wrote; kernels as `new` was promised. The
        // visitor lives as long as the call, and stays where it is.
        unsafe {
            let (none, limits) = (ptr::null_mut(), ptr::null());
            let loader = loader.as_mut_ptr();
            migcore_chunk_load_checked(loader, size, image, self.length, none, 0, limits, kernels);
            call(&mut CReach::new(loader.cast()))
        }
    }
}

impl Undoing<migcore_device> for Image {
    fn save(
        &mut self,
        machine: &mut Machine<'_, migcore_device>,
    ) -> core::result::Result<(), Report> {
        let saved = self.save_with(machine, |saver, undo| {
            let migcore_undo { image, image_size, scratch, scratch_size, kernels, .. } = *undo;
            let size = size_of::<migcore_chunk_saver>();
            let settings = ptr::null();
            // SAFETY: storage of our own; memory and kernels as `new` was promised.
            unsafe {
                migcore_chunk_save_memory(
                    saver,
                    size,
                    image,
                    image_size,
                    scratch,
                    scratch_size,
                    settings,
                    kernels,
                )
            }
        });
        match saved {
            Ok(length) => {
                self.length = usize::try_from(length).unwrap_or(usize::MAX);
                Ok(())
            }
            Err(report) if report.code == Code::NoSpace => {
                // If it is the scratch memory that is too small, this fails in the same way.
                let expected = self.measure(machine)?;
                let found = u64::try_from(self.undo.image_size).unwrap_or(u64::MAX);
                let fault = Fault { expected, found, ..Fault::default() };
                Err(Report { code: Code::NoSpace, fault, path: Path::new() })
            }
            Err(report) => Err(report),
        }
    }

    fn put_back(&mut self, machine: &mut Machine<'_, migcore_device>) -> Result<()> {
        let checked = self.load_with(|reach| machine.check_over(reach))?;
        self.load_with(|reach| machine.load_over(reach, &checked))
    }
}

/// A sink that counts what it is given, which the writer does.
unsafe extern "C" fn count(_opaque: *mut c_void, _data: *const c_void, length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX)
}
