//! What the rows of the caller say, put into memory as core has it.

mod item;
mod step;

use core::str;

use migcore::compat::{
    Compat, Edge, Filter, History, Of, Policy, Required, Reverse, Step, Verdict, Version,
};
use migcore::Code;

use self::step::Reading;
use super::arena::Arena;
use super::hook::{hook, Running};
use super::rows::*;
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

/// The same, of a table whose changes each have a way of their own.
///
/// # Safety
/// As [`table`].
pub(super) unsafe fn table_of_routes(
    arena: &mut Arena,
    rows: &migcore_compat_table,
    running: Option<&'static Running>,
) -> Result<Compat<'static>> {
    // SAFETY: as the caller promises, also of the rows that these name.
    unsafe {
        let made = table(arena, rows, running)?;
        for at in 0..count(rows.histories, |row| row.changes.is_null()) {
            if let Some(change) = never_gone(row(rows.histories, at).changes)? {
                arena.enter("history", at);
                arena.enter("change", change);
                return bad("earlier changes lead between the same versions");
            }
        }
        Ok(made)
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
        Ok(History { of, newest: version(&history.newest)?, edges })
    }
}

/// Finds a change that would never be gone, since those before it lead every way that it leads between the same versions.
/// Those without versions are on no route.
///
/// # Safety
/// As [`table`], of these rows.
unsafe fn never_gone(rows: *const migcore_compat_change) -> Result<Option<usize>> {
    // SAFETY: as the caller promises.
    unsafe {
        for at in 0..count(rows, |row| row.steps.is_null()) {
            let late = row(rows, at);
            let ends = (version(&late.from)?, version(&late.to)?);
            let (mut up, mut down, mut first) = (leads_up(&late), leads_down(&late), true);
            for before in 0..at {
                let early = row(rows, before);
                if (version(&early.from)?, version(&early.to)?) == ends {
                    first = false;
                    up = up && !leads_up(&early);
                    down = down && !leads_down(&early);
                }
            }
            if ends.0 != ends.1 && !first && !up && !down {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

/// Whether a change can be gone to the newer version, as core says it of the edge: where only the memory is counted, the
/// code of an edge is not there.
///
/// # Safety
/// As [`steps`].
unsafe fn leads_up(change: &migcore_compat_change) -> bool {
    // SAFETY: as the caller promises.
    unsafe { calls(change.steps).all(|call| call.up.is_some()) }
}

/// Whether a change can be gone back to the older version.
///
/// # Safety
/// As [`steps`].
unsafe fn leads_down(change: &migcore_compat_change) -> bool {
    // SAFETY: as the caller promises.
    unsafe {
        match change.back {
            MIGCORE_BACK_NONE => false,
            MIGCORE_BACK_STEPS => calls(change.back_steps).all(|call| call.up.is_some()),
            _ => calls(change.steps).all(|call| call.down.is_some()),
        }
    }
}

/// The steps that are code.
///
/// # Safety
/// As [`steps`], as long as what comes is used.
unsafe fn calls(rows: *const migcore_step) -> impl Iterator<Item = migcore_step> {
    // SAFETY: as the caller promises.
    let count = unsafe { count_steps(rows) };
    // SAFETY: it is there, before the one that ends them.
    let steps = (0..count).map(move |at| unsafe { row(rows, at) });
    steps.filter(|step| step.kind == MIGCORE_STEP_KIND_CALL)
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
        let count = count_steps(rows);
        arena.rows_of(what, count, |arena, at| Reading::new(row(rows, at))?.step(arena, running))
    }
}

/// # Safety
/// As [`steps`].
unsafe fn count_steps(rows: *const migcore_step) -> usize {
    // SAFETY: as the caller promises.
    unsafe { count(rows, |row| row.kind == MIGCORE_STEP_KIND_END) }
}

/// Which steps of a change must find something: all but those that need not.
///
/// # Safety
/// As [`steps`].
unsafe fn required(arena: &mut Arena, rows: *const migcore_step) -> Result<Required<'static>> {
    // SAFETY: as the caller promises.
    unsafe {
        let count = count_steps(rows);
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
