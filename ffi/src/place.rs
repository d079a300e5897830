//! Names and places in memory of the caller.

use core::ffi::{c_char, CStr};

use migcore::visit::{Count, Name, Place};

/// A scalar in memory of the caller, aligned or not.
pub(crate) struct Raw<T>(*mut T);

impl<T> Raw<T> {
    /// `None` for NULL.
    ///
    /// # Safety
    /// `place` is NULL or points to a `T` that stays where it is while this value lives; on load it
    /// is writable.
    #[inline]
    pub(crate) unsafe fn new(place: *mut T) -> Option<Self> {
        (!place.is_null()).then_some(Raw(place))
    }
}

/// [`Place`] for the numbers, any pattern of which is a value.
macro_rules! place {
    ($($type:ty)*) => {
        $(impl Place for Raw<$type> {
            type Value = $type;

            #[inline]
            fn load(&self) -> $type {
                // SAFETY: `new` was promised a value there.
                unsafe { self.0.read_unaligned() }
            }

            #[inline]
            fn store(&mut self, value: $type) {
                // SAFETY: `new` was promised a writable place.
                unsafe { self.0.write_unaligned(value) }
            }
        })*
    };
}

place!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);

impl Place for Raw<bool> {
    type Value = bool;

    /// C code may hold any byte in a flag that it cleared or copied: it is read as a byte.
    #[inline]
    fn load(&self) -> bool {
        // SAFETY: `new` was promised a byte there.
        unsafe { self.0.cast::<u8>().read() != 0 }
    }

    #[inline]
    fn store(&mut self, value: bool) {
        // SAFETY: `new` was promised a writable place.
        unsafe { self.0.write(value) }
    }
}

impl Count for Raw<usize> {
    fn load(&self) -> usize {
        // SAFETY: `new` was promised a value there.
        unsafe { self.0.read_unaligned() }
    }

    fn store(&mut self, count: usize) {
        // SAFETY: `new` was promised a writable place.
        unsafe { self.0.write_unaligned(count) }
    }
}

/// A name of the caller, read only when somebody wants it.
#[derive(Clone, Copy)]
pub(crate) struct CName(*const c_char);

impl CName {
    /// # Safety
    /// `name` is NULL or a C string that stays as it is while this value lives.
    #[inline]
    pub(crate) unsafe fn new(name: *const c_char) -> Self {
        CName(name)
    }
}

impl Name for CName {
    fn bytes(&self) -> &[u8] {
        if self.0.is_null() {
            return &[];
        }
        // SAFETY: `new` was promised a C string.
        unsafe { CStr::from_ptr(self.0) }.to_bytes()
    }
}

/// Copies a name to an array that has room for it and its NUL.
pub(crate) fn copy_name(name: &[u8], to: &mut [c_char]) {
    let ended = name.iter().copied().chain([0]);
    to.iter_mut().zip(ended).for_each(|(to, byte)| *to = c_char::from_ne_bytes([byte]));
}
