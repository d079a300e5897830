//! What the rows of the caller say, put into memory as core has it.

use core::ffi::c_char;
use core::{ptr, str};

use migcore::compat::opaque::{self, Known};
use migcore::compat::{
    After, Compat, DeviceName, Edge, Filter, Form, History, Item, NewDevice, Of, Opens, Otherwise,
    Place, Policy, Required, Reverse, Step, Verdict, Version, Wrapping,
};
use migcore::error::MAX_DEPTH;
use migcore::model::Value;
use migcore::visit::{Description, Extent, Kind, Marks, Versions};
use migcore::Code;

use super::arena::Arena;
use super::hook::{hook, Running};
use super::rows::*;
use crate::memory::bytes;
use crate::observer::*;
use crate::scalar::migcore_kind;
use crate::text::of_row as text;

/// Why a table is refused.
#[derive(Clone, Copy)]
pub(super) struct Bad {
    pub(super) code: Code,
    /// The member, and what is wrong with it; empty where the code says all.
    pub(super) why: &'static str,
}

impl From<Code> for Bad {
    fn from(code: Code) -> Bad {
        // Of what is read for rows, only texts are refused so.
        let why = if code == Code::BadTable { "a text is not UTF-8" } else { "" };
        Bad { code, why }
    }
}

type Result<T> = core::result::Result<T, Bad>;

fn bad<T>(why: &'static str) -> Result<T> {
    Err(Bad { code: Code::BadTable, why })
}

/// Puts what a table says into memory. Without `running` only what that needs is counted.
///
/// # Safety
/// The rows are as their texts say, and stay as they are as long as the memory is used.
pub(super) unsafe fn table(
    arena: &mut Arena,
    table: &migcore_compat_table,
    running: Option<&'static Running>,
) -> Result<Compat<'static>> {
    // SAFETY: as the caller promises, also of the rows that these name.
    unsafe {
        let count = count(table.histories, |row| row.changes.is_null());
        let histories = arena.rows_of("history", count, |arena, at| {
            history(arena, &row(table.histories, at), running)
        })?;
        let count = self::count(table.policy, |row| row.path.is_null());
        let rules = arena.rows_of("policy row", count, |_, at| rule(&row(table.policy, at)))?;
        let ends = |row: &migcore_filter| row.leaving.is_none() && row.arriving.is_none();
        let count = self::count(table.filters, ends);
        let filters = arena.rows_of("filter", count, |arena, at| {
            filter(arena, &row(table.filters, at), running)
        })?;
        let policy = Policy { rules, otherwise: verdict(table.otherwise)? };
        Ok(Compat { histories, policy, filters, writer: text(table.writer)? })
    }
}

/// How many rows come before the one that ends them; none of NULL.
///
/// # Safety
/// `rows` is NULL or points to rows up to one that ends them.
unsafe fn count<T: Copy>(rows: *const T, ends: impl Fn(&T) -> bool) -> usize {
    if rows.is_null() {
        return 0;
    }
    let mut count = 0usize;
    // SAFETY: no row before this one ended them.
    while !ends(&unsafe { row(rows, count) }) {
        count = count.saturating_add(1);
    }
    count
}

/// A row, which need not be aligned.
///
/// # Safety
/// It is there.
unsafe fn row<T: Copy>(rows: *const T, at: usize) -> T {
    // SAFETY: as the caller promises.
    unsafe { rows.wrapping_add(at).read_unaligned() }
}

/// # Safety
/// As [`text`], of the tag.
unsafe fn version(version: &migcore_compat_version) -> Result<Version<'static>> {
    // SAFETY: as the caller promises.
    Ok(Version { number: version.number, tag: unsafe { text(version.tag) }? })
}

fn verdict(verdict: migcore_verdict) -> Result<Verdict> {
    match verdict {
        MIGCORE_VERDICT_IF_DEFAULT => Ok(Verdict::IfDefault),
        MIGCORE_VERDICT_ALLOW => Ok(Verdict::Allow),
        MIGCORE_VERDICT_REFUSE => Ok(Verdict::Refuse),
        _ => bad("the verdict is none of the constants"),
    }
}

/// # Safety
/// As [`text`], of the path.
unsafe fn rule(row: &migcore_policy_row) -> Result<(&'static str, Verdict)> {
    require(row.reserved == 0, "`reserved` is not 0")?;
    // SAFETY: as the caller promises.
    Ok((unsafe { text(row.path) }?, verdict(row.verdict)?))
}

fn filter(
    arena: &mut Arena,
    row: &migcore_filter,
    running: Option<&'static Running>,
) -> Result<Filter<'static>> {
    require(row.reserved == [0; 2], "`reserved` is not 0")?;
    let leaving = hook(arena, row.leaving, row.opaque, running)?;
    Ok(Filter { leaving, arriving: hook(arena, row.arriving, row.opaque, running)? })
}

/// # Safety
/// As [`table`], of the rows that it names.
unsafe fn history(
    arena: &mut Arena,
    history: &migcore_history,
    running: Option<&'static Running>,
) -> Result<History<'static>> {
    require(history.reserved == [0; 2], "`reserved` is not 0")?;
    // SAFETY: as the caller promises.
    unsafe {
        let of = match history.devices.is_null() {
            true => Of::Machine,
            false => Of::Devices(text(history.devices)?),
        };
        let edges = changes(arena, history.changes, running)?;
        check_once(arena, history.changes)?;
        Ok(History { of, newest: version(&history.newest)?, edges })
    }
}

/// Checks that no change has the ends of one before it, which would always be gone instead. One that leads only one way
/// leaves the other to a second.
///
/// # Safety
/// As [`table`], of these rows.
unsafe fn check_once(arena: &mut Arena, rows: *const migcore_compat_change) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        for at in 0..count(rows, |row| row.steps.is_null()) {
            let late = row(rows, at);
            let ends = (version(&late.from)?, version(&late.to)?);
            for before in 0..at {
                let early = row(rows, before);
                let same = (version(&early.from)?, version(&early.to)?) == ends;
                if same && early.back != MIGCORE_BACK_NONE && leads_up(&early) {
                    arena.enter("change", at);
                    return bad("an earlier change leads between the same versions");
                }
            }
        }
        Ok(())
    }
}

/// Whether a change has all steps to the newer version.
///
/// # Safety
/// As [`steps`].
unsafe fn leads_up(change: &migcore_compat_change) -> bool {
    // SAFETY: as the caller promises.
    unsafe {
        let count = count(change.steps, |row| row.kind == MIGCORE_STEP_KIND_END);
        !(0..count).any(|at| {
            let step = row(change.steps, at);
            step.kind == MIGCORE_STEP_KIND_CALL && step.up.is_none()
        })
    }
}

/// Puts the changes that rows say into memory.
///
/// # Safety
/// As [`table`], of these rows.
pub(super) unsafe fn changes(
    arena: &mut Arena,
    rows: *const migcore_compat_change,
    running: Option<&'static Running>,
) -> Result<&'static [Edge<'static>]> {
    // SAFETY: as the caller promises.
    unsafe {
        let count = count(rows, |row| row.steps.is_null());
        arena.rows_of("change", count, |arena, at| change(arena, &row(rows, at), running))
    }
}

/// # Safety
/// As [`table`], of the rows that it names.
unsafe fn change(
    arena: &mut Arena,
    change: &migcore_compat_change,
    running: Option<&'static Running>,
) -> Result<Edge<'static>> {
    require(change.reserved == [0; 3], "`reserved` is not 0")?;
    let own = (change.back == MIGCORE_BACK_STEPS) != change.back_steps.is_null();
    require(own, "`back_steps` is for MIGCORE_BACK_STEPS, which needs it")?;
    // SAFETY: as the caller promises.
    unsafe {
        let reverse = match change.back {
            MIGCORE_BACK_DERIVED => Reverse::Derived,
            MIGCORE_BACK_NONE => Reverse::None,
            MIGCORE_BACK_STEPS => {
                Reverse::Steps(steps(arena, ("step back", change.back_steps), running)?)
            }
            _ => return bad("`back` is none of the constants"),
        };
        Ok(Edge {
            from: version(&change.from)?,
            to: version(&change.to)?,
            steps: steps(arena, ("step", change.steps), running)?,
            reverse,
            required: required(arena, change.steps)?,
        })
    }
}

/// # Safety
/// As [`table`], of these rows.
unsafe fn steps(
    arena: &mut Arena,
    (what, rows): (&'static str, *const migcore_step),
    running: Option<&'static Running>,
) -> Result<&'static [Step<'static>]> {
    // SAFETY: as the caller promises.
    unsafe {
        let count = count(rows, |row| row.kind == MIGCORE_STEP_KIND_END);
        arena.rows_of(what, count, |arena, at| Reading::new(row(rows, at))?.step(arena, running))
    }
}

/// Which steps of a change must find something: all but those that need not.
///
/// # Safety
/// As [`steps`].
unsafe fn required(arena: &mut Arena, rows: *const migcore_step) -> Result<Required<'static>> {
    // SAFETY: as the caller promises.
    unsafe {
        let count = count(rows, |row| row.kind == MIGCORE_STEP_KIND_END);
        let optional = |at: &usize| row(rows, *at).flags & MIGCORE_STEP_OPTIONAL != 0;
        let mut next = (0..count).filter(optional);
        let but = arena
            .slice((0..count).filter(optional).count(), |_, _| next.next().ok_or(Code::BadTable))?;
        Ok(Required::But(but))
    }
}

fn require(right: bool, why: &'static str) -> Result<()> {
    match right {
        true => Ok(()),
        false => bad(why),
    }
}

/// A step of which members are taken; what nobody took must be 0.
struct Reading(migcore_step);

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
    fn new(mut row: migcore_step) -> Result<Self> {
        row.flags &= !MIGCORE_STEP_OPTIONAL;
        require(row.reserved == [0; 4], "`reserved` is not 0")?;
        Ok(Reading(row))
    }

    /// # Safety
    /// As [`table`], of all that the row names.
    unsafe fn step(
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

/// The value of a table of one item; `None` of NULL.
///
/// # Safety
/// `row` is NULL or points to an item that is as its text says.
unsafe fn one(row: *const migcore_step_item) -> Result<Option<Value<'static>>> {
    if row.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    unsafe { self::row(row, 0).value() }.map(Some)
}

fn form(form: migcore_step_form) -> Result<Form> {
    let extent = extent(form.variable)?;
    match form.item_type {
        MIGCORE_ITEM_SCALAR if form.variable == 0 => Ok(Form::Scalar(kind(form.kind)?)),
        MIGCORE_ITEM_ARRAY => Ok(Form::Array(kind(form.kind)?, extent)),
        MIGCORE_ITEM_BYTES if form.kind == 0 => Ok(Form::Bytes(extent)),
        _ => bad("a type is none that a value can have"),
    }
}

fn kind(kind: migcore_kind) -> Result<Kind> {
    let index = usize::try_from(kind).unwrap_or(usize::MAX).wrapping_sub(1);
    Kind::ALL.get(index).copied().map_or_else(|| bad("a kind is none of the constants"), Ok)
}

fn extent(variable: u32) -> Result<Extent> {
    match variable {
        0 => Ok(Extent::Fixed),
        1 => Ok(Extent::Variable),
        _ => bad("`variable` is neither 0 nor 1"),
    }
}

impl migcore_step_item {
    /// # Safety
    /// Its name and data are as its text says, and stay as they are.
    unsafe fn item(&self) -> Result<Item<'static>> {
        require(self.reserved == [0; 2], "`reserved` is not 0")?;
        let depth = u8::try_from(self.depth).unwrap_or(u8::MAX);
        require(usize::from(depth) <= 2 * MAX_DEPTH, "`depth` is too great")?;
        let Some(marks) = Marks::from_bits(self.marks) else {
            return bad("`marks` has a bit that is none of the constants");
        };
        // SAFETY: as the caller promises.
        let (name, value) = unsafe { (text(self.name)?, self.value()?) };
        Ok(Item { depth, name: name.as_bytes(), marks, value })
    }

    /// # Safety
    /// As [`item`](migcore_step_item::item).
    unsafe fn value(&self) -> Result<Value<'static>> {
        // SAFETY: as the caller promises.
        let data = unsafe { bytes(self.data, self.length) }?;
        let extent = extent(self.variable)?;
        let utf8 = || str::from_utf8(data).or_else(|_| bad("a text is not UTF-8"));
        let versions = Versions::only(self.version);
        let described = !data.is_empty() || self.version != 0;
        let description = described.then_some(Description { name: data, versions });
        Ok(match self.item_type {
            MIGCORE_ITEM_SCALAR => Value::Scalar(kind(self.kind)?, self.bits),
            MIGCORE_ITEM_ARRAY => Value::Array(kind(self.kind)?, extent, data),
            MIGCORE_ITEM_BYTES => Value::Bytes(extent, data),
            MIGCORE_ITEM_STRING => Value::Text(utf8()?),
            MIGCORE_ITEM_ABSENT => Value::Absent,
            MIGCORE_ITEM_BEGIN_STRUCT => Value::Struct(description),
            MIGCORE_ITEM_BEGIN_LIST => Value::List { extent },
            MIGCORE_ITEM_BEGIN_ELEMENT => Value::Element,
            MIGCORE_ITEM_BEGIN_OPTIONAL => Value::Optional { present: self.bits != 0 },
            MIGCORE_ITEM_BEGIN_SUBSECTION => Value::Subsection { version: self.version },
            _ => return bad("`item_type` is none that a step can make"),
        })
    }
}
