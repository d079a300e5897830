//! Makes a plan: finds the fields that can be in runs.

use super::block::{BlockWriter, Head, StepHead};
use super::moves::Action;
use super::run::{check_name, number, Fixed, Measure, NotFixed, RunWriter};
use crate::error::{Code, Fault, Path, Report, Result};
use crate::io::told;
use crate::visit::{Description, Name, Scope, Versions};
use crate::vmstate::array::BOUNCE;
use crate::vmstate::name::{Described, ItemName};
use crate::vmstate::{Amount, Field, Table, What};

/// So many bytes of values are enough for a run: a fragment of chunks holds it with others. A field that has more is
/// a run of its own, unless it is one piece anyway.
const LONGEST: usize = 4096;

/// A table, at the version that a plan is for.
struct Planned<T> {
    described: Described<T>,
    version: u32,
}

/// Writes the plan of a table at a version to `memory`, and says how many bytes it takes.
pub(super) fn compile<T: Table>(
    table: T,
    version: u32,
    memory: &mut [u8],
) -> core::result::Result<usize, Report> {
    let room = memory.len();
    let planned = Planned { described: Described::new(table), version };
    let used = planned.write(&mut BlockWriter::new(memory)).map_err(|code| bare(code, 0, 0))?;
    match used <= room {
        true => Ok(used),
        false => Err(bare(Code::NoSpace, used, room)),
    }
}

fn bare(code: Code, expected: usize, found: usize) -> Report {
    let fault = Fault { expected: told(expected), found: told(found), ..Fault::default() };
    Report { code, fault, path: Path::new() }
}

impl<T: Table> Planned<T> {
    fn write(&self, block: &mut BlockWriter<'_>) -> Result<usize> {
        block.skip_head();
        let mut first = 0usize;
        loop {
            let packed = self.run_from(first)?;
            let fields = if packed > 0 { packed } else { self.walked_from(first)? };
            if fields == 0 {
                break;
            }
            let end = first.saturating_add(fields);
            self.step(block, first, end, packed > 0)?;
            first = end;
        }
        let fields = u32::try_from(first).map_err(|_| Code::BadTable)?;
        Ok(block.finish(&Head { version: self.version, fields }))
    }

    /// How many fields from this one on are a run.
    fn run_from(&self, first: usize) -> Result<usize> {
        let (mut whole, mut fields) = (0usize, 0usize);
        while let Some(field) = self.described.table.field(first.saturating_add(fields))? {
            let Ok(one) = self.measure(first.saturating_add(fields), &field) else { break };
            let sum = whole.saturating_add(one.length);
            let more = sum > LONGEST && (whole > 0 || is_one_piece(&one));
            if more {
                break;
            }
            whole = sum;
            fields = fields.saturating_add(1);
        }
        Ok(fields)
    }

    /// How many fields from this one on are to be walked.
    fn walked_from(&self, first: usize) -> Result<usize> {
        let mut fields = 0usize;
        while self.described.table.field(first.saturating_add(fields))?.is_some() {
            if self.run_from(first.saturating_add(fields))? > 0 {
                break;
            }
            fields = fields.saturating_add(1);
        }
        Ok(fields)
    }

    fn measure(&self, index: usize, field: &Field<T>) -> Fixed<Measure> {
        let mut run = RunWriter::new(&mut [], &mut [], &mut [], &mut []);
        self.member(&mut run, index, field, 0)?;
        Ok(run.finish())
    }

    fn step(
        &self,
        block: &mut BlockWriter<'_>,
        first: usize,
        end: usize,
        is_run: bool,
    ) -> Result<()> {
        let bad = |NotFixed| Code::BadTable;
        let mut head = StepHead::walked(
            number(first).map_err(bad)?,
            number(end.saturating_sub(first)).map_err(bad)?,
        );
        if !is_run {
            block.step(&head);
            return Ok(());
        }
        let mut measured = RunWriter::new(&mut [], &mut [], &mut [], &mut []);
        self.members(&mut measured, first, end)?;
        head.measure(&measured.finish()).map_err(bad)?;
        if let Some(places) = block.step(&head) {
            let (shape, moves, lists, ends) = places;
            let mut run = RunWriter::new(shape, moves, lists, ends);
            self.members(&mut run, first, end)?;
            run.finish();
        }
        Ok(())
    }

    fn members(&self, run: &mut RunWriter<'_>, first: usize, end: usize) -> Result<()> {
        for index in first..end {
            let Some(field) = self.described.table.field(index)? else { break };
            // It was found to be one.
            let _ = self.member(run, index, &field, 0);
        }
        Ok(())
    }

    /// Writes a field of an object that lies `base` bytes into the outermost one.
    fn member(
        &self,
        run: &mut RunWriter<'_>,
        index: usize,
        field: &Field<T>,
        base: usize,
    ) -> Fixed {
        let by_object = field.pointer || field.pointers || field.each_allocated || field.tested;
        if by_object || field.must_exist {
            return Err(NotFixed);
        }
        let (Amount::Fixed(count), Amount::Fixed(size)) = (field.count, field.size) else {
            return Err(NotFixed);
        };
        if field.since > self.version || count == 0 {
            return Ok(());
        }
        let offset = base.checked_add(field.offset).ok_or(NotFixed)?;
        let name = ItemName::Field(&self.described, index, field.name).lazy();
        let elements = Elements { count: number(count)?, size, offset };
        self.form(run, name.bytes(), field.what, &elements)
    }

    fn form(
        &self,
        run: &mut RunWriter<'_>,
        name: &[u8],
        what: What<T>,
        elements: &Elements,
    ) -> Fixed {
        let Elements { count, size, offset } = *elements;
        if let What::Scalar(kind) = what {
            if size != kind.width().bytes() {
                return Err(NotFixed);
            }
            return run.scalars(name, kind, (count > 1).then_some(count), offset);
        }
        if count == 1 {
            return self.element(run, Some(name), what, elements);
        }
        run.begin_list(name, count, offset, size)?;
        self.element(run, None, what, elements)?;
        run.end_list()
    }

    /// What is no scalar: one, or the first of a list.
    fn element(
        &self,
        run: &mut RunWriter<'_>,
        name: Option<&[u8]>,
        what: What<T>,
        elements: &Elements,
    ) -> Fixed {
        let Elements { size, offset, .. } = *elements;
        let text = name.unwrap_or_default();
        match what {
            What::Buffer if size > 0 => run.bytes(text, Action::Bytes, (offset, size)),
            // For more the walk asks the host for memory, which may refuse it.
            What::Unused if size > 0 && size <= BOUNCE => {
                run.bytes(text, Action::Nothing, (offset, size))
            }
            What::Struct(table) => object(run, name, table, offset),
            _ => Err(NotFixed),
        }
    }
}

/// How many elements there are, how large they are, and where the first lies in the outermost object.
struct Elements {
    count: u32,
    size: usize,
    offset: usize,
}

/// An object of another table; an element of a list, which has no name, needs no scope beside that.
fn object<T: Table>(
    run: &mut RunWriter<'_>,
    name: Option<&[u8]>,
    table: T,
    offset: usize,
) -> Fixed {
    let head = table.head();
    let versions = Versions { current: head.version, minimum: head.minimum };
    if table.has_code() || table.subsection(0).is_some() || versions.minimum > versions.current {
        return Err(NotFixed);
    }
    let inner = Planned { described: Described::new(table), version: head.version };
    let Some(name) = name else { return inner.fields(run, offset) };
    let description = Description { name: head.name.bytes(), versions };
    check_name(description.name)?;
    run.begin(name, Scope::Struct(Some(description)))?;
    inner.fields(run, offset)?;
    run.end();
    Ok(())
}

impl<T: Table> Planned<T> {
    /// All fields of an object.
    fn fields(&self, run: &mut RunWriter<'_>, base: usize) -> Fixed {
        run.go_deeper()?;
        let mut index = 0usize;
        while let Some(field) = self.described.table.field(index).map_err(|_| NotFixed)? {
            self.member(run, index, &field, base)?;
            index = index.saturating_add(1);
        }
        run.end_fields(self.described.table.head().name.bytes())
    }
}

/// Whether it is nothing but one array or buffer, which is one call in the walk too.
fn is_one_piece(measure: &Measure) -> bool {
    // The group of it, and its one move.
    measure.moves == 2 && measure.depth == 0
}
