//! Fast loops of the caller's processor.
use migcore::io::{Kernels, Portable, Width};
/// stand-in
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_kernels {
    /// s
    pub size: usize,
    /// s
    pub crc32: Option<unsafe extern "C" fn(crc: u32, data: *const u8, length: usize) -> u32>,
    /// s
    pub swap16: Option<unsafe extern "C" fn(to: *mut u8, from: *const u8, length: usize)>,
    /// s
    pub swap32: Option<unsafe extern "C" fn(to: *mut u8, from: *const u8, length: usize)>,
    /// s
    pub swap64: Option<unsafe extern "C" fn(to: *mut u8, from: *const u8, length: usize)>,
}
pub(crate) struct CKernels(#[allow(dead_code)] *const migcore_kernels);
impl CKernels {
    pub(crate) unsafe fn new(p: *const migcore_kernels) -> Self {
        CKernels(p)
    }
}
impl Kernels for CKernels {
    fn copy_swapped(&self, width: Width, to: &mut [u8], from: &[u8]) {
        Portable.copy_swapped(width, to, from)
    }
}
