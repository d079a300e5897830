//! What a walk is made of: its state, its way to the visitor, and memory that it asks for.

use super::entry::Entries;
use super::fresh::Fresh;
use super::name::{Described, ItemName};
use super::{Amount, Failure, Hook, Host, Memory, Number, PlaceOf, Table};
use crate::error::{Code, Fault, Result};
use crate::io::told;
use crate::visit::{Name, Visitor};

/// How many elements of a load may go by without a byte of the stream: a count that a stream tells may be
/// anything, and elements may be empty.
const IDLE_ELEMENTS: u32 = 1 << 16;

/// A walk over objects of one host.
pub(super) struct Walk<'h, H: Host> {
    pub(super) host: &'h mut H,
    pub(super) state: State,
    pub(super) fresh: Fresh<PlaceOf<H>>,
}

/// What a walk remembers.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) loading: bool,
    /// Somebody wants to be told what is saved.
    pub(super) describing: bool,
    /// How many bytes may still be asked for.
    memory_left: usize,
    /// How many elements may still go by without a byte.
    idle_left: u32,
}

/// A field of an object, with what its elements need to know of it.
pub(super) struct Here<'a, H: Host> {
    pub(super) described: &'a Described<H::Table>,
    pub(super) index: usize,
    pub(super) field: &'a super::Field<H::Table>,
    pub(super) object: PlaceOf<H>,
    /// The table of its elements, if these are objects.
    pub(super) inner: Option<&'a Described<H::Table>>,
    /// How its elements are told to who describes the save.
    pub(super) entries: Option<Entries>,
}

impl<'a, H: Host> Here<'a, H> {
    pub(super) fn table(&self) -> H::Table {
        self.described.table
    }

    pub(super) fn name(&self) -> ItemName<'a, H::Table> {
        ItemName::Field(self.described, self.index, self.field.name)
    }
}

impl<'h, H: Host> Walk<'h, H> {
    pub(super) fn new(host: &'h mut H) -> Result<Self> {
        let loading = host.with(|v, _| v.check().map(|()| v.is_loading()))?;
        let describing = !loading && host.describe(|to| !to.is_muted()).unwrap_or(false);
        let memory_left = host.allocation_limit();
        let state = State { loading, describing, memory_left, idle_left: IDLE_ELEMENTS };
        Ok(Walk { host, state, fresh: Fresh::new() })
    }

    /// Runs `call`; an error of it is one of the visit, at an item `name` of the innermost scope.
    #[inline]
    pub(super) fn run<R>(
        &mut self,
        name: &dyn Name,
        call: impl FnOnce(&mut Visitor<'_>, &mut H::Memory) -> Result<R>,
    ) -> Result<R> {
        self.host.with(|v, memory| match call(v, memory) {
            Ok(done) => Ok(done),
            Err(code) => Err(v.fail_as(code, 0, name)),
        })
    }

    /// Runs `call` on the visitor, which notes its errors by itself.
    #[inline]
    pub(super) fn visit<R>(
        &mut self,
        call: impl FnOnce(&mut Visitor<'_>) -> Result<R>,
    ) -> Result<R> {
        self.host.with(|v, _| call(v))
    }

    /// Makes an error that one of the visit, unless there is one.
    #[inline]
    pub(super) fn noted<R>(&mut self, done: Result<R>, name: &dyn Name) -> Result<R> {
        match done {
            Ok(done) => Ok(done),
            Err(code) => Err(self.note(code, name)),
        }
    }

    #[cold]
    fn note(&mut self, code: Code, name: &dyn Name) -> Code {
        let noted: Result<()> = self.visit(|v| Err(v.fail_as(code, 0, name)));
        noted.err().unwrap_or(code)
    }

    /// Makes an error with two numbers that of the visit, at an item of the innermost scope.
    #[cold]
    pub(super) fn fail<R>(
        &mut self,
        code: Code,
        expected: usize,
        found: u64,
        name: ItemName<'_, H::Table>,
    ) -> Result<R> {
        self.visit(|v| {
            let offset = v.position();
            let fault = Fault { offset, expected: told(expected), found, cause: 0 };
            Err(v.fail_with(code, fault, &name.lazy()))
        })
    }

    /// The failure of code of the device, as an error of the visit. A number above 0 is one only if `strict`.
    pub(super) fn settle(
        &mut self,
        done: core::result::Result<(), Failure>,
        strict: bool,
    ) -> Result<()> {
        match done {
            Err(Failure::Code(code)) => Err(self.note(code, &"")),
            Err(Failure::Device(cause)) if strict || cause < 0 => self.visit(|v| {
                let fault = Fault { offset: v.position(), cause, ..Fault::default() };
                Err(v.fail_with(Code::Refused, fault, &""))
            }),
            // The device may have used the visitor by itself.
            _ => self.visit(|v| v.check()),
        }
    }

    pub(super) fn hook(
        &mut self,
        table: H::Table,
        hook: Hook,
        object: PlaceOf<H>,
        version: u32,
        strict: bool,
    ) -> Result<()> {
        if !table.has_code() {
            return Ok(());
        }
        let done = self.host.hook(table, hook, object, version);
        self.settle(done, strict || hook != Hook::PostLoad)
    }

    pub(super) fn position(&mut self) -> Result<u64> {
        self.visit(|v| Ok(v.position()))
    }

    /// Begins an element of a list, and says where in the stream.
    pub(super) fn begin_element(&mut self) -> Result<u64> {
        self.visit(|v| v.begin_element().map(|()| v.position()))
    }

    /// Ends an element that began at `start`. One of which nothing came is counted.
    pub(super) fn end_element(&mut self, start: u64) -> Result<()> {
        let idle = self.state.loading && self.position()? == start;
        match (idle, self.state.idle_left.checked_sub(1)) {
            (false, _) => {}
            (true, Some(left)) => self.state.idle_left = left,
            (true, None) => return self.noted(Err(Code::TooMuchWork), &""),
        }
        self.visit(|v| v.end_element())
    }

    /// How many bytes may still be asked for.
    pub(super) fn memory_left(&self) -> usize {
        self.state.memory_left
    }

    /// Memory of this many bytes, at least one, all 0, for an item of this name.
    pub(super) fn allocate(
        &mut self,
        name: ItemName<'_, H::Table>,
        bytes: usize,
    ) -> Result<PlaceOf<H>> {
        if bytes == 0 {
            return self.noted(Err(Code::BadTable), &name.lazy());
        }
        let Some(left) = self.state.memory_left.checked_sub(bytes) else {
            return self.fail(Code::TooMuchMemory, self.state.memory_left, told(bytes), name);
        };
        let place = self.host.allocate(bytes)?;
        self.state.memory_left = left;
        Ok(place)
    }

    /// Gives back memory that nothing points to.
    pub(super) fn release(&mut self, place: PlaceOf<H>, bytes: usize) {
        self.host.release(place, bytes);
        self.state.memory_left = self.state.memory_left.saturating_add(bytes);
    }

    /// How many there are of what an object counts.
    pub(super) fn amount(&mut self, here: &Here<'_, H>, amount: Amount) -> Result<usize> {
        let (offset, number, times, capacity) = match amount {
            Amount::Fixed(amount) => return Ok(amount),
            Amount::Member { offset, number, times, capacity } => (offset, number, times, capacity),
        };
        let memory = self.host.memory();
        let told = number.read(memory, memory.at(here.object, offset)?)?;
        let most = capacity.unwrap_or(number.most());
        // As memory to be made this is no amount, and QEMU does not survive it.
        let made = self.state.loading && here.field.allocated;
        if number.is_negative(told) && !made {
            return Ok(0);
        }
        let amount = usize::try_from(told).ok().and_then(|told| told.checked_mul(times));
        match amount {
            Some(amount) if amount <= most => Ok(amount),
            _ => {
                let code = match self.state.loading {
                    true => Code::TooMany,
                    false => Code::InvalidArgument,
                };
                self.fail(code, most, told, here.name())
            }
        }
    }
}

impl Number {
    /// The bits of the number at `place`.
    fn read<M: Memory>(self, memory: &M, place: M::Place) -> Result<u64> {
        let bytes = |width| memory.bytes(place, width);
        let number = match self {
            Number::U8 => bytes(1)?.first().map(|byte| u64::from(*byte)),
            Number::U16 => bytes(2)?.first_chunk().map(|two| u64::from(u16::from_ne_bytes(*two))),
            Number::U32 | Number::I32 => {
                bytes(4)?.first_chunk().map(|four| u64::from(u32::from_ne_bytes(*four)))
            }
            Number::U64 => bytes(8)?.first_chunk().map(|eight| u64::from_ne_bytes(*eight)),
        };
        number.ok_or(Code::BadTable)
    }

    /// Whether these bits are those of a number below 0: of nothing at all.
    fn is_negative(self, bits: u64) -> bool {
        matches!(self, Number::I32) && bits > 0x7fff_ffff
    }

    /// The largest amount that may come of it: QEMU computes with an `int`.
    fn most(self) -> usize {
        match self {
            Number::I32 => 0x7fff_ffff,
            _ => usize::MAX >> 1,
        }
    }
}
