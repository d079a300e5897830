//! A row that says a step.

use core::ffi::c_char;
use core::ptr;

use migcore::compat::opaque::{self, Known};
use migcore::compat::{
    After, DeviceName, Item, NewDevice, Opens, Otherwise, Place, Step, Wrapping,
};
use migcore::visit::Versions;

use super::super::arena::Arena;
use super::super::hook::{hook, Running};
use super::super::rows::*;
use super::item::{form, one};
use super::{bad, count, require, row, text, Bad, Result};
use crate::memory::bytes;

/// A step of which members are taken; what nobody took must be 0.
pub(super) struct Reading(migcore_step);

const NO_PLACE: migcore_step_place =
    migcore_step_place { scope: ptr::null(), name: ptr::null(), after: ptr::null() };
const NO_FORM: migcore_step_form = migcore_step_form { item_type: 0, kind: 0, variable: 0 };

fn is_set(form: migcore_step_form) -> bool {
    (form.item_type, form.kind, form.variable) != (0, 0, 0)
}

/// Takes a member, and leaves 0.
macro_rules! take {
    ($of:expr, $empty:expr) => {
        core::mem::replace(&mut $of, $empty)
    };
}

impl Reading {
    pub(super) fn new(mut row: migcore_step) -> Result<Self> {
        row.flags &= !MIGCORE_STEP_OPTIONAL;
        require(row.reserved == [0; 4], "`reserved` is not 0")?;
        Ok(Reading(row))
    }

    /// # Safety
    /// As [`table`], of all that the row names.
    pub(super) unsafe fn step(
        mut self,
        arena: &mut Arena,
        running: Option<&'static Running>,
    ) -> Result<Step<'static>> {
        // SAFETY: as the caller promises.
        let step = unsafe { self.read(arena, running) }?;
        self.end()?;
        Ok(step)
    }

    /// # Safety
    /// As [`step`](Reading::step).
    unsafe fn read(
        &mut self,
        arena: &mut Arena,
        running: Option<&'static Running>,
    ) -> Result<Step<'static>> {
        // SAFETY: as the caller promises.
        unsafe {
            Ok(match self.0.kind {
                MIGCORE_STEP_KIND_RENAME => {
                    let (scope, from) = self.item()?;
                    Step::Rename { scope, from, to: text(take!(self.0.to.name, ptr::null()))? }
                }
                MIGCORE_STEP_KIND_ADD => {
                    let (place, items) = self.one_item(arena)?;
                    Step::Add { place, items }
                }
                MIGCORE_STEP_KIND_DROP => {
                    let (place, items) = self.one_item(arena)?;
                    Step::Drop { place, items }
                }
                MIGCORE_STEP_KIND_RETYPE => {
                    let (scope, name) = self.item()?;
                    let from = form(take!(self.0.form, NO_FORM))?;
                    Step::Retype { scope, name, from, to: form(take!(self.0.to_form, NO_FORM))? }
                }
                MIGCORE_STEP_KIND_SET => {
                    let (scope, name) = self.item()?;
                    let from = one(take!(self.0.items, ptr::null()))?;
                    Step::Set { scope, name, from, to: one(take!(self.0.to_items, ptr::null()))? }
                }
                MIGCORE_STEP_KIND_MAP => self.map(arena)?,
                MIGCORE_STEP_KIND_BITS => self.bits()?,
                MIGCORE_STEP_KIND_MOVE => {
                    Step::Move { from: self.place()?, to: self.newer_place()? }
                }
                MIGCORE_STEP_KIND_WRAP => Step::Wrap(self.wrapping(arena)?),
                MIGCORE_STEP_KIND_UNWRAP => Step::Unwrap(self.wrapping(arena)?),
                MIGCORE_STEP_KIND_SPLIT | MIGCORE_STEP_KIND_MERGE => self.halves(arena)?,
                MIGCORE_STEP_KIND_RENAME_DEVICE => {
                    Step::RenameDevice { from: self.device()?, to: self.newer_device()? }
                }
                MIGCORE_STEP_KIND_ADD_DEVICE => {
                    let after = self.after()?;
                    let device = self.new_device(Self::device, after)?;
                    Step::AddDevice { device, items: self.items(arena)? }
                }
                MIGCORE_STEP_KIND_DROP_DEVICE => {
                    let after = self.after()?;
                    let device = self.new_device(Self::device, after)?;
                    Step::DropDevice { device, items: self.items(arena)? }
                }
                MIGCORE_STEP_KIND_SET_VERSION => {
                    let (from, to) = (take!(self.0.version, 0), take!(self.0.to_version, 0));
                    Step::SetVersion { device: self.device()?, from, to }
                }
                MIGCORE_STEP_KIND_OPEN => {
                    let (scope, name) = self.item()?;
                    Step::Open { scope, name, inside: self.schema()? }
                }
                MIGCORE_STEP_KIND_CLOSE => {
                    let (scope, name) = self.item()?;
                    Step::Close { scope, name, inside: self.schema()? }
                }
                MIGCORE_STEP_KIND_ADD_COMMAND | MIGCORE_STEP_KIND_DROP_COMMAND => self.command()?,
                MIGCORE_STEP_KIND_ADD_FOOTERS => Step::Footers { add: true },
                MIGCORE_STEP_KIND_DROP_FOOTERS => Step::Footers { add: false },
                MIGCORE_STEP_KIND_CALL => {
                    let opaque = take!(self.0.opaque, ptr::null_mut());
                    let (up, down) = (self.0.up.take(), self.0.down.take());
                    require(up.is_some() || down.is_some(), "neither `up` nor `down` is set")?;
                    let up = hook(arena, up, opaque, running)?;
                    Step::Call { up, down: hook(arena, down, opaque, running)? }
                }
                _ => return bad("`kind` is none of the constants"),
            })
        }
    }

    /// Whether all that is left is 0.
    fn end(&self) -> Result<()> {
        let row = &self.0;
        let members = [
            (!row.place.scope.is_null(), "`place.scope` is not for this kind of step"),
            (!row.place.name.is_null(), "`place.name` is not for this kind of step"),
            (!row.place.after.is_null(), "`place.after` is not for this kind of step"),
            (!row.to.scope.is_null(), "`to.scope` is not for this kind of step"),
            (!row.to.name.is_null(), "`to.name` is not for this kind of step"),
            (!row.to.after.is_null(), "`to.after` is not for this kind of step"),
            (!row.schema.is_null(), "`schema` is not for this kind of step"),
            (!row.items.is_null(), "`items` is not for this kind of step"),
            (!row.to_items.is_null(), "`to_items` is not for this kind of step"),
            (!row.names.is_null(), "`names` is not for this kind of step"),
            (!row.pairs.is_null(), "`pairs` is not for this kind of step"),
            (!row.data.is_null(), "`data` is not for this kind of step"),
            (!row.opaque.is_null(), "`opaque` is not for this kind of step"),
            (row.flags != 0, "a flag in `flags` is not for this kind of step"),
            (row.at != 0, "`at` is not for this kind of step"),
            (row.instance != 0, "`instance` is not for this kind of step"),
            (row.to_instance != 0, "`to_instance` is not for this kind of step"),
            (row.version != 0, "`version` is not for this kind of step"),
            (row.to_version != 0, "`to_version` is not for this kind of step"),
            (row.minimum != 0, "`minimum` is not for this kind of step"),
            (row.oldest_reader != 0, "`oldest_reader` is not for this kind of step"),
            (row.mask != 0, "`mask` is not for this kind of step"),
            (row.bits != 0, "`bits` is not for this kind of step"),
            (row.to_bits != 0, "`to_bits` is not for this kind of step"),
            (row.count != 0, "`count` is not for this kind of step"),
            (is_set(row.form), "`form` is not for this kind of step"),
            (is_set(row.to_form), "`to_form` is not for this kind of step"),
            (row.up.is_some(), "`up` is not for this kind of step"),
            (row.down.is_some(), "`down` is not for this kind of step"),
        ];
        members.into_iter().try_for_each(|(set, why)| require(!set, why))
    }

    fn flag(&mut self, flag: u32) -> bool {
        let set = self.0.flags & flag != 0;
        self.0.flags &= !flag;
        set
    }

    /// The scope and the name of an item.
    ///
    /// # Safety
    /// As [`step`](Reading::step), as those below.
    unsafe fn item(&mut self) -> Result<(&'static str, &'static str)> {
        // SAFETY: as the caller promises.
        unsafe {
            let scope = text(take!(self.0.place.scope, ptr::null()))?;
            Ok((scope, text(take!(self.0.place.name, ptr::null()))?))
        }
    }

    unsafe fn after(&mut self) -> Result<After<'static>> {
        let (after, first) =
            (take!(self.0.place.after, ptr::null()), self.flag(MIGCORE_STEP_FIRST));
        // SAFETY: as the caller promises.
        unsafe { follows(after, first) }
    }

    unsafe fn newer_after(&mut self) -> Result<After<'static>> {
        let (after, first) =
            (take!(self.0.to.after, ptr::null()), self.flag(MIGCORE_STEP_TO_FIRST));
        // SAFETY: as the caller promises.
        unsafe { follows(after, first) }
    }

    unsafe fn place(&mut self) -> Result<Place<'static>> {
        // SAFETY: as the caller promises.
        unsafe {
            let (scope, name) = self.item()?;
            Ok(Place { scope, name, after: self.after()? })
        }
    }

    unsafe fn newer_place(&mut self) -> Result<Place<'static>> {
        // SAFETY: as the caller promises.
        unsafe {
            let after = self.newer_after()?;
            let migcore_step_place { scope, name, .. } = take!(self.0.to, NO_PLACE);
            Ok(Place { scope: text(scope)?, name: text(name)?, after })
        }
    }

    /// A table of items; `None` of NULL.
    unsafe fn items(&mut self, arena: &mut Arena) -> Result<Option<&'static [Item<'static>]>> {
        let rows = take!(self.0.items, ptr::null());
        if rows.is_null() {
            return Ok(None);
        }
        // SAFETY: as the caller promises.
        unsafe {
            let count = count(rows, |row| row.item_type == 0);
            let items = arena.rows_of("item", count, |_, at| row(rows, at).item())?;
            Ok(Some(items))
        }
    }

    /// A place, and the item that stands there.
    unsafe fn one_item(
        &mut self,
        arena: &mut Arena,
    ) -> Result<(Place<'static>, &'static [Item<'static>])> {
        // SAFETY: as the caller promises.
        unsafe {
            let first = self.0.items;
            let named = !first.is_null() && row(first, 0).item_type != 0;
            let name = if named { text(row(first, 0).name)? } else { "" };
            let (place, items) = (self.place()?, self.items(arena)?.unwrap_or(&[]));
            let same = !named || name == place.name;
            require(same, "the first of `items` has another name than `place.name`")?;
            Ok((place, items))
        }
    }

    unsafe fn names(&mut self, arena: &mut Arena) -> Result<&'static [&'static str]> {
        let rows = take!(self.0.names, ptr::null());
        // SAFETY: as the caller promises.
        unsafe { arena.slice(count(rows, |row| row.is_null()), |_, at| Ok(text(row(rows, at))?)) }
    }

    unsafe fn map(&mut self, arena: &mut Arena) -> Result<Step<'static>> {
        let otherwise = match self.flag(MIGCORE_STEP_KEEP) {
            true => Otherwise::Keep,
            false => Otherwise::Refuse,
        };
        let (rows, count) = (take!(self.0.pairs, ptr::null()), take!(self.0.count, 0));
        require(!rows.is_null() || count == 0, "`pairs` is NULL")?;
        // SAFETY: as the caller promises.
        unsafe {
            let (scope, name) = self.item()?;
            let pairs = arena.slice(count, |_, at| {
                let migcore_step_pair { from, to } = row(rows, at);
                Ok::<(u64, u64), Bad>((from, to))
            })?;
            Ok(Step::Map { scope, name, pairs, turned: false, otherwise })
        }
    }

    unsafe fn bits(&mut self) -> Result<Step<'static>> {
        let (any, to_any) = (self.flag(MIGCORE_STEP_ANY), self.flag(MIGCORE_STEP_TO_ANY));
        let from = if any { None } else { Some(take!(self.0.bits, 0)) };
        let to = if to_any { None } else { Some(take!(self.0.to_bits, 0)) };
        let (at, mask) = (take!(self.0.at, 0), take!(self.0.mask, 0));
        // SAFETY: as the caller promises.
        let (scope, name) = unsafe { self.item() }?;
        Ok(Step::Bits { scope, name, at, mask, from, to })
    }

    unsafe fn wrapping(&mut self, arena: &mut Arena) -> Result<Wrapping<'static>> {
        // SAFETY: as the caller promises.
        unsafe {
            let row = take!(self.0.items, ptr::null());
            require(!row.is_null(), "`items` is NULL")?;
            let Item { marks, value, .. } = self::row(row, 0).item()?;
            let items = self.names(arena)?;
            Ok(Wrapping { place: self.place()?, value, marks, items, after: self.newer_after()? })
        }
    }

    unsafe fn device(&mut self) -> Result<DeviceName<'static>> {
        let (name, instance) = (take!(self.0.place.name, ptr::null()), take!(self.0.instance, 0));
        // SAFETY: as the caller promises.
        unsafe { device(name, instance) }
    }

    unsafe fn newer_device(&mut self) -> Result<DeviceName<'static>> {
        let (name, instance) = (take!(self.0.to.name, ptr::null()), take!(self.0.to_instance, 0));
        // SAFETY: as the caller promises.
        unsafe { device(name, instance) }
    }

    unsafe fn new_device(
        &mut self,
        name: unsafe fn(&mut Self) -> Result<DeviceName<'static>>,
        after: After<'static>,
    ) -> Result<NewDevice<'static>> {
        let versions =
            Versions { current: take!(self.0.version, 0), minimum: take!(self.0.minimum, 0) };
        let oldest_reader = take!(self.0.oldest_reader, 0);
        // SAFETY: as the caller promises.
        Ok(NewDevice { name: unsafe { name(self) }?, versions, oldest_reader, after })
    }

    unsafe fn halves(&mut self, arena: &mut Arena) -> Result<Step<'static>> {
        // SAFETY: as the caller promises.
        unsafe {
            let (device, after, to_after) = (self.device()?, self.after()?, self.newer_after()?);
            let (into, items) =
                (self.new_device(Self::newer_device, to_after)?, self.names(arena)?);
            Ok(match self.0.kind {
                MIGCORE_STEP_KIND_SPLIT => Step::Split { device, into, items, after },
                _ => Step::Merge { device, into, items, after },
            })
        }
    }

    unsafe fn schema(&mut self) -> Result<&'static dyn Opens> {
        let name = take!(self.0.schema, ptr::null());
        if name.is_null() {
            return Ok(&Known);
        }
        // SAFETY: as the caller promises.
        let schema = opaque::named(unsafe { text(name) }?.as_bytes());
        match schema {
            Some(schema) => Ok(schema),
            None => bad("no schema has the name in `schema`"),
        }
    }

    unsafe fn command(&mut self) -> Result<Step<'static>> {
        let number = u16::try_from(take!(self.0.at, 0));
        let Ok(number) = number else { return bad("`at` is no number of a command") };
        let (data, length) = (take!(self.0.data, ptr::null()), take!(self.0.count, 0));
        // SAFETY: as the caller promises.
        let (data, after) = unsafe { (bytes(data, length)?, self.after()?) };
        Ok(match self.0.kind {
            MIGCORE_STEP_KIND_ADD_COMMAND => Step::AddCommand { number, data, after },
            _ => Step::DropCommand { number, data, after },
        })
    }
}

/// # Safety
/// As [`text`].
unsafe fn follows(after: *const c_char, first: bool) -> Result<After<'static>> {
    require(!first || after.is_null(), "`after` is set beside the flag for the first place")?;
    Ok(match (first, after.is_null()) {
        (true, _) => After::Start,
        (false, true) => After::End,
        // SAFETY: as the caller promises.
        (false, false) => After::Name(unsafe { text(after) }?),
    })
}

/// # Safety
/// As [`text`].
unsafe fn device(name: *const c_char, instance: u32) -> Result<DeviceName<'static>> {
    // SAFETY: as the caller promises.
    let name = unsafe { text(name) }?;
    let named = !name.is_empty() && instance != MIGCORE_INSTANCE_ANY;
    Ok(DeviceName { name, instance: named.then_some(instance) })
}
