//! What is of QEMU's stream as such: commands, and the footers of sections.

use super::sections::{is_footer, number_of};
use super::{Loss, Work};
use crate::compat::devices::{stream, Holders, Way};
use crate::compat::{After, On, Trail, What};
use crate::error::{Code, Result};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Extent, Kind, Marks};

/// What a command begins with.
const COMMAND: u64 = 8;

impl Work<'_, '_> {
    pub(super) fn add_command(
        &mut self,
        number: u16,
        data: &[u8],
        after: After<'_>,
    ) -> Result<u32> {
        let Some(stream) = self.begin_stream(b"command")? else { return Ok(0) };
        if self.command(stream, number, data)?.is_some() {
            return Err(Code::Occupied);
        }
        if self.found(What::Absence)?.is_some() {
            return Ok(0);
        }
        let at = match self.found(What::Order)? {
            Some(found) => self.known.cursors.place(self.tree, stream, found.at)?,
            None => self.declared_device(stream, after, None)?,
        };
        let length = u16::try_from(data.len()).map_err(|_| Code::TooLong)?;
        let command = self.tree.insert(at, b"command", Marks::NONE, Value::Struct(None))?;
        let (number, length) = (u64::from(number), u64::from(length));
        let items: [(&[u8], Value<'_>); 4] = [
            (b"type", Value::Scalar(Kind::U8, COMMAND)),
            (b"number", Value::Scalar(Kind::U16, number)),
            (b"length", Value::Scalar(Kind::U16, length)),
            (b"data", Value::Bytes(Extent::Fixed, data)),
        ];
        for (name, value) in items {
            self.tree.insert(At::End(command), name, Marks::NONE, value)?;
        }
        self.known.forget(self.tree)?;
        self.ledger.after(self.tree, command);
        Ok(1)
    }

    pub(super) fn drop_command(
        &mut self,
        number: u16,
        data: &[u8],
        after: After<'_>,
    ) -> Result<u32> {
        let Some(stream) = self.begin_stream(b"command")? else { return Ok(0) };
        let Some(command) = self.command(stream, number, data)? else {
            self.lose(&Loss::of(What::Absence))?;
            return Ok(0);
        };
        self.ledger.before(self.tree, command);
        if !self.device_stands(stream, command, after, None)? {
            let at = self.known.cursors.index_of(self.tree, stream, command)?;
            self.lose(&Loss { at, ..Loss::of(What::Order) })?;
        }
        self.known.forget(self.tree)?;
        self.tree.remove(command)?;
        Ok(1)
    }

    /// The command of this number with these data, which must be the only one.
    fn command(&self, stream: NodeId, number: u16, data: &[u8]) -> Result<Option<NodeId>> {
        let tree = &*self.tree;
        let mut alike =
            tree.children(stream)?.filter(|record| is_command(tree, *record, number, data));
        match (alike.next(), alike.next()) {
            (first, None) => Ok(first),
            _ => Err(Code::Occupied),
        }
    }

    pub(super) fn footers(&mut self, add: bool) -> Result<u32> {
        if self.begin_stream(b"footer")?.is_none() {
            return Ok(0);
        }
        self.known.forget(self.tree)?;
        let (all, footed) = self.count_footers()?;
        match (add, footed) {
            (true, 1..) => return Err(Code::Occupied),
            (false, 0) => {
                self.lose(&Loss::of(What::Absence))?;
                return Ok(0);
            }
            (false, _) if footed != all => return Err(Code::Missing),
            (true, _) if self.found(What::Absence)?.is_some() => return Ok(0),
            _ => {}
        }
        let mut holders = Holders::new(self.tree, Way::Forth);
        while let Some(record) = holders.next(self.tree) {
            let Some(number) = number_of(self.tree, record)? else { continue };
            match self.tree.child_by_name(record, b"footer", 0)? {
                None => self.end_record(record, number, true)?,
                Some(footer) => match is_footer(self.tree, footer, number)? {
                    true => self.tree.remove(footer)?,
                    false => return Err(Code::BadValue),
                },
            }
        }
        Ok(all)
    }

    /// How many records are of sections, and how many have footers.
    fn count_footers(&self) -> Result<(u32, u32)> {
        let (mut all, mut footed) = (0u32, 0u32);
        let mut holders = Holders::new(self.tree, Way::Forth);
        while let Some(record) = holders.next(self.tree) {
            if number_of(self.tree, record)?.is_none() {
                continue;
            }
            all = all.saturating_add(1);
            let has = self.tree.child_by_name(record, b"footer", 0)?.is_some();
            footed = footed.saturating_add(u32::from(has));
        }
        Ok((all, footed))
    }

    /// The stream, if the tree has one; the trail leads to items of this name in it.
    fn begin_stream(&mut self, name: &[u8]) -> Result<Option<NodeId>> {
        if self.on != On::Machine {
            return Err(Code::InvalidArgument);
        }
        self.trail = Trail::new();
        self.trail.enter(b"qemu", Some(0))?;
        self.trail.enter(name, None)?;
        Ok(stream(self.tree))
    }
}

fn is_command(tree: &Tree<'_>, record: NodeId, number: u16, data: &[u8]) -> bool {
    let Ok(mut children) = tree.children(record) else { return false };
    let mut is_next = |name: &[u8], value: Value<'_>| {
        children.next().is_some_and(|child| {
            tree.name(child) == Ok(name)
                && tree.value(child) == Ok(value)
                && tree.marks(child) == Ok(Marks::NONE)
        })
    };
    let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
    let fields = is_next(b"type", Value::Scalar(Kind::U8, COMMAND))
        && is_next(b"number", Value::Scalar(Kind::U16, u64::from(number)))
        && is_next(b"length", Value::Scalar(Kind::U16, length))
        && is_next(b"data", Value::Bytes(Extent::Fixed, data));
    fields
        && children.next().is_none()
        && tree.name(record) == Ok(b"command")
        && tree.marks(record) == Ok(Marks::NONE)
        && tree.value(record) == Ok(Value::Struct(None))
}
