//! The state of a machine, kept as chunks while another one is loaded: how C saves and loads it.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr;

use migcore::error::Report;
use migcore::machine::{Checked, Machine, Target, Undoing};
use migcore::{Code, Result};

use super::device::migcore_device;
use super::reach::CReach;
use crate::chunk::load::{migcore_chunk_load_checked, migcore_chunk_loader};
use crate::chunk::save::{
    migcore_chunk_save_memory, migcore_chunk_save_stream, migcore_chunk_saver,
};
use crate::error::{fill, migcore_error};
use crate::io::migcore_sink;
use crate::kernels::migcore_kernels;
use crate::object::{migcore_visitor, reach, report_of};
use crate::status::MIGCORE_OK;

/// What a step comes to.
type Done<R> = core::result::Result<R, Report>;

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
    /// Is told why the state could not be put back, if that was tried and failed, else MIGCORE_OK; may be NULL.
    /// MIGCORE_DIRTY with two fingerprints says that it was put back, and is another one than before.
    pub error: *mut migcore_error,
}

/// The state in memory of the caller.
pub(super) struct Image(migcore_undo);

impl Image {
    /// # Safety
    /// The members of `undo` point to memory that nothing else uses while this value lives.
    pub(super) unsafe fn new(undo: migcore_undo) -> Result<Self> {
        if undo.error.is_null() {
            return Ok(Image(undo));
        }
        // SAFETY: the caller promises a report.
        match unsafe { fill(undo.error, None) } {
            MIGCORE_OK => Ok(Image(undo)),
            refused => Err(Code::from_number(refused).unwrap_or(Code::InvalidArgument)),
        }
    }

    /// Begins a saver into the image.
    fn to_image(&self, saver: *mut migcore_chunk_saver) {
        let migcore_undo { image, image_size, scratch, scratch_size, kernels, .. } = self.0;
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
            );
        }
    }

    /// Begins a saver that keeps nothing.
    fn to_nowhere(&self, saver: *mut migcore_chunk_saver) {
        let migcore_undo { scratch, scratch_size, kernels, .. } = self.0;
        let (none, settings) = (ptr::null_mut(), ptr::null());
        let size = size_of::<migcore_sink>();
        let sink = migcore_sink { size, write: Some(count), position: None, opaque: none };
        let size = size_of::<migcore_chunk_saver>();
        // SAFETY: storage of our own, a sink, no buffer; scratch and kernels as `new` was promised.
        unsafe {
            migcore_chunk_save_stream(
                saver,
                size,
                &sink,
                none,
                0,
                scratch,
                scratch_size,
                settings,
                kernels,
            );
        }
    }

    /// Runs `call` on a visitor over the image, of which this is the length.
    fn load_with<R>(&self, length: u64, call: impl FnOnce(&mut CReach) -> Result<R>) -> Done<R> {
        let migcore_undo { image, kernels, .. } = self.0;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let mut loader = MaybeUninit::<migcore_chunk_loader>::uninit();
        let size = size_of::<migcore_chunk_loader>();
        // SAFETY: storage of our own, and the bytes that `save` wrote; kernels as `new` was promised. The
        // visitor lives as long as the call, and stays where it is.
        unsafe {
            let (none, limits) = (ptr::null_mut(), ptr::null());
            let loader = loader.as_mut_ptr();
            migcore_chunk_load_checked(loader, size, image, length, none, 0, limits, kernels);
            let v = loader.cast();
            call(&mut CReach::new(v)).map_err(|code| report_of(v, code))
        }
    }
}

impl Undoing<migcore_device> for Image {
    fn room(&self) -> u64 {
        u64::try_from(self.0.image_size).unwrap_or(u64::MAX)
    }

    fn save(
        &mut self,
        machine: &mut Machine<'_, migcore_device>,
        target: Target,
    ) -> Done<(u64, u64)> {
        let mut saver = MaybeUninit::<migcore_chunk_saver>::uninit();
        // Why a saver could not begin is kept in it, and found again below.
        match target {
            Target::Image => self.to_image(saver.as_mut_ptr()),
            Target::Nowhere => self.to_nowhere(saver.as_mut_ptr()),
        }
        let v: *mut migcore_visitor = saver.as_mut_ptr().cast();
        // SAFETY: the visitor lives as long as this call, and stays where it is.
        unsafe {
            let done = machine.save_over(&mut CReach::new(v));
            let done = done
                .and_then(|()| reach(v, |v| v.finish().map(|()| (v.position(), v.fingerprint()))));
            done.map_err(|code| report_of(v, code))
        }
    }

    fn check(&mut self, machine: &mut Machine<'_, migcore_device>, length: u64) -> Done<Checked> {
        self.load_with(length, |reach| machine.check_over(reach))
    }

    fn load(
        &mut self,
        machine: &mut Machine<'_, migcore_device>,
        length: u64,
        checked: &Checked,
    ) -> Done<()> {
        self.load_with(length, |reach| machine.load_over(reach, checked))
    }

    fn failed(&mut self, report: Report) {
        if !self.0.error.is_null() {
            // SAFETY: not null; `new` was promised a report, and found it right.
            unsafe { fill(self.0.error, Some(&report)) };
        }
    }
}

/// A sink that counts what it is given, which the writer does.
unsafe extern "C" fn count(_opaque: *mut c_void, _data: *const c_void, length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX)
}
