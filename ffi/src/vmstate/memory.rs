//! Objects of the caller.

use core::ffi::c_ulong;

use migcore::vmstate::Memory;
use migcore::{Code, Result};

use crate::memory::{bytes, bytes_mut, LARGEST};

/// A place in an object of the caller.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct CPlace(*mut u8);

impl CPlace {
    /// `None` for NULL.
    pub(super) fn new<T>(place: *mut T) -> Option<Self> {
        (!place.is_null()).then_some(CPlace(place.cast()))
    }

    pub(super) fn as_ptr<T>(self) -> *mut T {
        self.0.cast()
    }
}

/// The memory of the caller. Its methods trust the tables: whoever makes one promises that what these say of the
/// objects is so, and that nothing else uses the objects meanwhile.
pub(crate) struct CMemory(());

impl CMemory {
    /// # Safety
    /// The places that are asked for are those that tables say, of objects that are as the tables say; nothing else
    /// uses them while this value is used, but for the code of the device that is called meanwhile.
    pub(super) unsafe fn new() -> Self {
        CMemory(())
    }
}

impl Memory for CMemory {
    type Place = CPlace;

    const POINTER: usize = size_of::<*const ()>();

    const LONG: usize = size_of::<c_ulong>();

    fn at(&self, place: CPlace, offset: usize) -> Result<CPlace> {
        let possible = offset <= LARGEST && place.0.addr().checked_add(offset).is_some();
        possible.then(|| CPlace(place.0.wrapping_add(offset))).ok_or(Code::BadTable)
    }

    fn follow(&self, place: CPlace) -> Result<Option<CPlace>> {
        // SAFETY: `new` was promised that there is a pointer where a table says so.
        Ok(CPlace::new(unsafe { place.as_ptr::<*mut u8>().read_unaligned() }))
    }

    fn point(&mut self, place: CPlace, to: Option<CPlace>) -> Result<()> {
        let to = to.map_or(core::ptr::null_mut(), CPlace::as_ptr::<u8>);
        // SAFETY: as in `follow`.
        unsafe { place.as_ptr::<*mut u8>().write_unaligned(to) };
        Ok(())
    }

    fn bytes(&self, place: CPlace, length: usize) -> Result<&[u8]> {
        // SAFETY: `new` was promised that an object is there for as long as `self` is borrowed.
        unsafe { bytes(place.as_ptr(), length) }
    }

    fn bytes_mut(&mut self, place: CPlace, length: usize) -> Result<&mut [u8]> {
        // SAFETY: as in `bytes`; one is lent at a time.
        unsafe { bytes_mut(place.as_ptr(), length) }
    }

    /// Nothing is lent: between the members of a run there may be others, which somebody uses.
    fn holds(&self, _: CPlace, _: usize) -> bool {
        true
    }
}
