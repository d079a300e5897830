//! What a walk needs of the program whose objects it visits: memory, code, and the visitor.

use super::{Hook, Table};
use crate::codec::describe::Describer;
use crate::error::{Code, Result};
use crate::io::json::Text;
use crate::visit::Visitor;

/// How much memory one visit may ask for, unless the host says otherwise.
pub const ALLOCATION: usize = 16 << 20;

/// Memory that holds objects.
///
/// The walk asks for bytes in the machine's order, for the time of one item. A save only reads. The error of a
/// place that is not in the memory is [`Code::BadTable`].
pub trait Memory {
    /// A place in the memory.
    type Place: Copy + PartialEq;

    /// The size of a pointer in an object.
    const POINTER: usize;

    /// The size of a word of bitmaps: that of C's `unsigned long`, 4 or 8.
    const LONG: usize;

    /// The place this many bytes behind another, in the same object.
    fn at(&self, place: Self::Place, offset: usize) -> Result<Self::Place>;

    /// Where the pointer leads that lies at `place`; `None` for null.
    fn follow(&self, place: Self::Place) -> Result<Option<Self::Place>>;

    /// Stores a pointer at `place`.
    fn point(&mut self, place: Self::Place, to: Option<Self::Place>) -> Result<()>;

    /// The bytes at `place`, to be read.
    fn bytes(&self, place: Self::Place, length: usize) -> Result<&[u8]>;

    /// The bytes at `place`, to be written.
    fn bytes_mut(&mut self, place: Self::Place, length: usize) -> Result<&mut [u8]>;

    /// Whether there are so many bytes at `place`. A memory that has no bounds to look at says yes.
    fn holds(&self, place: Self::Place, length: usize) -> bool {
        self.bytes(place, length).is_ok()
    }
}

/// A place in the memory of a host.
pub type PlaceOf<H> = <<H as Host>::Memory as Memory>::Place;

/// The program whose objects a walk visits.
///
/// Code of the device may use the visitor on its own: the walk never holds it while it calls one of these.
/// A code that they return becomes the error of the visit, at the field where the walk is.
pub trait Host: Sized {
    /// The tables of this program.
    type Table: Table;

    /// The memory of its objects.
    type Memory: Memory;

    /// Runs `call` on the visitor and the memory.
    ///
    /// # Errors
    /// Those of `call`; or why the visitor cannot be reached.
    fn with<R>(
        &mut self,
        call: impl FnOnce(&mut Visitor<'_>, &mut Self::Memory) -> Result<R>,
    ) -> Result<R>;

    /// The memory alone.
    fn memory(&mut self) -> &mut Self::Memory;

    /// Asks the test of the field at `index`, which is [tested](super::Field::tested).
    ///
    /// # Errors
    /// Those of the code that is asked.
    fn exists(
        &mut self,
        table: Self::Table,
        index: usize,
        object: PlaceOf<Self>,
        version: u32,
    ) -> Result<bool>;

    /// Whether a subsection is needed in the stream. Not asked on load.
    ///
    /// # Errors
    /// Those of the code that is asked.
    fn needed(&mut self, table: Self::Table, object: PlaceOf<Self>) -> Result<bool>;

    /// Runs a hook of the table, if it has it.
    ///
    /// # Errors
    /// Those of the hook; a number of the device's own is a [`Failure::Device`].
    fn hook(
        &mut self,
        table: Self::Table,
        hook: Hook,
        object: PlaceOf<Self>,
        version: u32,
    ) -> core::result::Result<(), Failure>;

    /// Lets the device visit an element of the field at `index`, which is [`What::Custom`](super::What::Custom),
    /// in a scope that is open. It is at `place`, null only where it has no size.
    ///
    /// # Errors
    /// As [`hook`](Host::hook).
    fn custom(
        &mut self,
        table: Self::Table,
        index: usize,
        place: Option<PlaceOf<Self>>,
        size: usize,
    ) -> core::result::Result<(), Failure>;

    /// The same of a load where the scope is a buffer of the stream, whose bytes are those of the legacy wire: the device
    /// visits over these, as by [`visit_raw`](crate::codec::legacy::visit_raw).
    ///
    /// # Errors
    /// As [`hook`](Host::hook); [`Code::WrongType`] of a host that does not know of such.
    fn custom_bytes(
        &mut self,
        table: Self::Table,
        index: usize,
        place: Option<PlaceOf<Self>>,
        size: usize,
    ) -> core::result::Result<(), Failure> {
        let _ = (table, index, place, size);
        Err(Failure::Code(Code::WrongType))
    }

    /// Makes memory of this many bytes, all 0.
    ///
    /// # Errors
    /// [`Code::NoSpace`].
    fn allocate(&mut self, bytes: usize) -> Result<PlaceOf<Self>> {
        let _ = bytes;
        Err(Code::NoSpace)
    }

    /// Takes back memory that [`allocate`](Host::allocate) gave and that nothing points to.
    fn release(&mut self, place: PlaceOf<Self>, bytes: usize) {
        let _ = (place, bytes);
    }

    /// How many bytes one visit may ask for.
    fn allocation_limit(&self) -> usize {
        ALLOCATION
    }

    /// The expiry of the timer at `place`; -1 when it is not armed.
    ///
    /// # Errors
    /// Those of the memory.
    fn timer(&mut self, place: PlaceOf<Self>) -> Result<i64> {
        let bytes = self.memory().bytes(place, size_of::<i64>())?;
        bytes.first_chunk().map(|bytes| i64::from_ne_bytes(*bytes)).ok_or(Code::BadTable)
    }

    /// Sets the timer at `place`; -1 stops it.
    ///
    /// # Errors
    /// Those of the memory.
    fn set_timer(&mut self, place: PlaceOf<Self>, expiry: i64) -> Result<()> {
        let bytes = self.memory().bytes_mut(place, size_of::<i64>())?;
        crate::io::copy(bytes, &expiry.to_ne_bytes());
        Ok(())
    }

    /// How many nodes the tree of the field at `index` has; the field is at `place`.
    ///
    /// # Errors
    /// [`Code::Unsupported`]; [`Code::NullPointer`] where there is no tree.
    fn nodes(&mut self, table: Self::Table, index: usize, place: PlaceOf<Self>) -> Result<usize> {
        let _ = (table, index, place);
        Err(Code::Unsupported)
    }

    /// Gives each node of the tree to `visit`, in order, until that fails.
    ///
    /// # Errors
    /// Those of `visit`, and of [`nodes`](Host::nodes).
    fn each_node(
        &mut self,
        table: Self::Table,
        index: usize,
        place: PlaceOf<Self>,
        visit: &mut NodeVisit<'_, Self>,
    ) -> Result<()> {
        let _ = (table, index, place, visit);
        Err(Code::Unsupported)
    }

    /// Puts a node into the tree, which then has the memory of key and value.
    ///
    /// # Errors
    /// As [`nodes`](Host::nodes); a number of the host's own is a [`Failure::Device`]. Then the memory is still the
    /// walk's.
    fn insert_node(
        &mut self,
        table: Self::Table,
        index: usize,
        place: PlaceOf<Self>,
        key: Key<PlaceOf<Self>>,
        value: PlaceOf<Self>,
    ) -> core::result::Result<(), Failure> {
        let _ = (table, index, place, key, value);
        Err(Failure::Code(Code::Unsupported))
    }

    /// Lets a save tell what it does, where somebody wants to know.
    fn describe<R>(&mut self, call: impl FnOnce(&mut Describer<dyn Text + '_>) -> R) -> Option<R> {
        let _ = call;
        None
    }
}

/// Why code of a device failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// An error of the visit, or one that becomes it.
    Code(Code),
    /// The device's own number: [`Code::Refused`] with that cause. One above 0 of [`Hook::PostLoad`] is an error
    /// only in subsections and in the elements of lists and trees, and one of a custom load is none: as in QEMU.
    Device(i32),
}

/// What [`Host::each_node`] calls with the host, the key and the value.
pub type NodeVisit<'v, H> = dyn FnMut(&mut H, Key<PlaceOf<H>>, PlaceOf<H>) -> Result<()> + 'v;

/// The key of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<P> {
    /// The key is the pointer itself: a number.
    Direct(u64),
    /// The key is an object.
    At(P),
}
