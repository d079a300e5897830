//! Steps of a file of rules as steps of the library.

use migcore::codec::legacy::framing::CommandHead;
use migcore::compat::{
    After, DeviceName, Form, Item, NewDevice, Otherwise, Pattern, Place, Step, Wrapping,
};
use migcore::model::Value;
use migcore::visit::{Description, Extent, Kind, Versions};

use super::file::{self, Literal};
use super::item::{form, marks, Given, Leaf, Maker};
use super::schema;
use super::value::{bits, hex, kind, number};

type Result<T> = std::result::Result<T, String>;

/// The first items of a configuration.
const TYPE: &str = "type";
const MACHINE: &str = "machine";

impl<'a> Maker<'a> {
    /// The steps that a step of a file is, which are several if it has several items; and its name there.
    pub(super) fn step(&mut self, step: &'a file::Step) -> (&'static str, Result<Vec<Step<'a>>>) {
        let mut made: Vec<(&'static str, Result<Vec<Step<'a>>>)> = Vec::new();
        macro_rules! each {
            ($($member:ident as $name:literal => $make:expr;)*) => {
                $(if let Some(table) = &step.$member {
                    let make: fn(&mut Self, &'a _) -> Result<Vec<Step<'a>>> = $make;
                    made.push(($name, make(self, table)));
                })*
            };
        }
        each! {
            add as "add" => |maker, table| maker.add_items(table);
            drop as "drop" => |maker, table| maker.drop_items(table);
            rename as "rename" => |_, table| Ok(vec![rename(table)]);
            retype as "retype" => |_, table| retype(table);
            set as "set" => |maker, table| maker.set(table);
            map as "map" => |maker, table| maker.map(table);
            bits as "bits" => |_, table| self::bits_of(table);
            moves as "move" => |_, table| Ok(vec![moved(table)]);
            wrap as "wrap" => |maker, table| Ok(vec![Step::Wrap(maker.wrapping(table)?)]);
            unwrap as "unwrap" => |maker, table| Ok(vec![Step::Unwrap(maker.wrapping(table)?)]);
            split as "split" => |maker, table| maker.split(table);
            merge as "merge" => |maker, table| {
                let split = maker.split(table)?;
                Ok(split.iter().map(Step::inverse).collect())
            };
            rename_device as "rename-device" => |_, table: &'a file::RenameDevice| {
                let (from, to) = (device(&table.device)?, device(&table.to)?);
                Ok(vec![Step::RenameDevice { from, to }])
            };
            add_device as "add-device" => |maker, table| maker.add_device(table);
            drop_device as "drop-device" => |maker, table| {
                let added = maker.add_device(table)?;
                Ok(added.iter().map(Step::inverse).collect())
            };
            set_version as "set-version" => |_, table: &'a file::SetVersion| {
                let device = this_or(&table.device)?;
                Ok(vec![Step::SetVersion { device, from: table.from, to: table.to }])
            };
            open as "open" => |_, table: &'a file::Schema| {
                let inside = schema::named(table.schema.as_deref())?;
                Ok(vec![Step::Open { scope: &table.scope, name: &table.name, inside }])
            };
            close as "close" => |_, table: &'a file::Schema| {
                let inside = schema::named(table.schema.as_deref())?;
                Ok(vec![Step::Close { scope: &table.scope, name: &table.name, inside }])
            };
            add_command as "add-command" => |maker, table| maker.command(table);
            drop_command as "drop-command" => |maker, table| {
                let added = maker.command(table)?;
                Ok(added.iter().map(Step::inverse).collect())
            };
            footers as "footers" => |_, add: &'a bool| Ok(vec![Step::Footers { add: *add }]);
            configuration as "configuration" => |maker, table| Ok(vec![maker.configuration(table)]);
            refuse as "refuse" => |maker, table| maker.refusal(table);
        }
        match made.pop() {
            None => ("step", Err("it says nothing to do".to_owned())),
            Some(one) if made.is_empty() => one,
            Some((second, _)) => {
                let first = made.pop().map_or("", |(first, _)| first);
                ("step", Err(format!("`{first}` and `{second}` are two steps")))
            }
        }
    }

    fn add_items(&mut self, table: &'a file::Entry) -> Result<Vec<Step<'a>>> {
        let scope = table.scope.as_deref().unwrap_or_default();
        match (&table.kind, &table.items) {
            (None, Some(items)) if table.name.is_empty() => {
                self.several(scope, table.after.as_deref(), items)
            }
            (None, None) => {
                let place = place(scope, named(&table.name)?, table.after.as_deref());
                Ok(vec![Step::Add { place, items: &[] }])
            }
            _ => {
                let place = place(scope, named(&table.name)?, table.after.as_deref());
                Ok(vec![Step::Add { place, items: self.item(table)? }])
            }
        }
    }

    fn drop_items(&mut self, table: &'a file::Gone) -> Result<Vec<Step<'a>>> {
        let after = table.after.as_deref();
        match (&table.items, &table.default) {
            (Some(items), None) if table.name.is_empty() => {
                let added = self.several(&table.scope, after, items)?;
                Ok(added.iter().rev().map(Step::inverse).collect())
            }
            (None, default) => {
                let name = named(&table.name)?;
                let items = match default {
                    Some(default) if !default.name.is_empty() => {
                        return Err("the default has the name of the item".to_owned())
                    }
                    Some(default) => self.item_named(default, name)?,
                    None => &[],
                };
                Ok(vec![Step::Drop { place: place(&table.scope, name, after), items }])
            }
            _ => Err("it has a `name`, or `items`".to_owned()),
        }
    }

    /// Items that are new, each behind the one before.
    fn several(
        &mut self,
        scope: &'a str,
        after: Option<&'a str>,
        entries: &'a [file::Entry],
    ) -> Result<Vec<Step<'a>>> {
        let mut after = after;
        let mut steps = Vec::new();
        for entry in entries {
            if entry.scope.is_some() || entry.after.is_some() {
                return Err(format!("{:?}: `in` and `after` are of the whole step", entry.name));
            }
            let place = place(scope, named(&entry.name)?, after);
            steps.push(Step::Add { place, items: self.item(entry)? });
            after = Some(&entry.name);
        }
        Ok(steps)
    }

    fn set(&mut self, table: &'a file::Set) -> Result<Vec<Step<'a>>> {
        let mut value = |literal: &'a Option<Literal>| {
            let given = |literal| Given { value: Some(literal), text: None, count: None };
            let literal = literal.as_ref();
            literal
                .map(|literal| self.leaf(&table.kind, table.variable, given(literal)))
                .transpose()
        };
        let (from, to) = (value(&table.was)?, value(&table.value)?);
        if from.is_none() && to.is_none() {
            return Err("a `value` is missing".to_owned());
        }
        Ok(vec![Step::Set { scope: &table.scope, name: &table.name, from, to }])
    }

    fn map(&mut self, table: &'a file::Map) -> Result<Vec<Step<'a>>> {
        let said = table.kind.as_deref().unwrap_or("u64");
        let kind = kind(said).ok_or_else(|| format!("there is no type {said:?}"))?;
        let pair = |pair: &Vec<Literal>| match pair.as_slice() {
            [older, newer] => Ok((bits(kind, older)?, bits(kind, newer)?)),
            _ => Err("a pair is an older and a newer value".to_owned()),
        };
        let pairs: Vec<(u64, u64)> = table.pairs.iter().map(pair).collect::<Result<_>>()?;
        Ok(vec![Step::Map {
            scope: &table.scope,
            name: &table.name,
            pairs: self.arena.alloc_slice_copy(&pairs),
            turned: false,
            otherwise: match table.otherwise {
                file::Otherwise::Keep => Otherwise::Keep,
                file::Otherwise::Refuse => Otherwise::Refuse,
            },
        }])
    }

    fn wrapping(&mut self, table: &'a file::Wrap) -> Result<Wrapping<'a>> {
        let value = match (table.kind.as_deref().unwrap_or("subsection"), table.version) {
            ("subsection", Some(version)) if table.description.is_none() => {
                Value::Subsection { version }
            }
            ("struct", version) => Value::Struct(match (&table.description, version) {
                (Some(name), Some(version)) => {
                    Some(Description { name: name.as_bytes(), versions: Versions::only(version) })
                }
                (None, None) => None,
                _ => {
                    return Err(
                        "a struct has a `description` and a `version`, or neither".to_owned()
                    )
                }
            }),
            ("optional", None) if table.description.is_none() => Value::Optional { present: true },
            ("subsection", None) => return Err("a subsection has a `version`".to_owned()),
            (said, _) => return Err(format!("items are not wrapped so into a {said:?}")),
        };
        Ok(Wrapping {
            place: place(&table.scope, &table.name, table.after.as_deref()),
            value,
            marks: marks(&table.marks),
            items: self.names(&table.items),
            after: after(table.items_after.as_deref()),
        })
    }

    fn split(&mut self, table: &'a file::Split) -> Result<Vec<Step<'a>>> {
        if table.into.items.is_some() {
            return Err("the items of the new device are those of the old one".to_owned());
        }
        let into = new_device(&table.into, true)?;
        let items = self.names(&table.items);
        let after = after(table.items_after.as_deref());
        Ok(vec![Step::Split { device: this_or(&table.device)?, into, items, after }])
    }

    fn add_device(&mut self, table: &'a file::NewDevice) -> Result<Vec<Step<'a>>> {
        let device = new_device(table, table.items.is_some())?;
        let items = table.items.as_deref().map(|items| self.items(items)).transpose()?;
        Ok(vec![Step::AddDevice { device, items }])
    }

    fn command(&mut self, table: &'a file::Command) -> Result<Vec<Step<'a>>> {
        let data = self.arena.alloc_slice_copy(&hex(&table.data)?);
        let refused = || format!("command {} cannot have {} bytes", table.number, data.len());
        let length = u16::try_from(data.len()).map_err(|_| refused())?;
        // Of a command that nobody knows nothing is said.
        let head = CommandHead { number: table.number, length };
        if head.lengths().is_some() && head.check().is_err() {
            return Err(refused());
        }
        let after = match table.after.as_deref() {
            None => After::Start,
            some => after(some),
        };
        Ok(vec![Step::AddCommand { number: table.number, data, after }])
    }

    /// The section that tells the machine, behind the head of the stream.
    fn configuration(&mut self, table: &'a file::Configuration) -> Step<'a> {
        let name = "configuration";
        let items = [
            Item::new(name, Value::Struct(None)),
            Item::new(TYPE, Value::Scalar(Kind::U8, 7)).inside(1),
            Item::new(MACHINE, Value::Bytes(Extent::Variable, table.machine.as_bytes())).inside(1),
        ];
        let place = Place { scope: "qemu/0", name, after: After::Name("version") };
        let added = Step::Add { place, items: self.arena.alloc_slice_copy(&items) };
        match table.gone {
            true => added.inverse(),
            false => added,
        }
    }

    fn names(&self, names: &'a [String]) -> &'a [&'a str] {
        self.arena.alloc_slice_fill_iter(names.iter().map(String::as_str))
    }
}

fn named(name: &str) -> Result<&str> {
    match name {
        "" => Err("a `name` is missing".to_owned()),
        name => Ok(name),
    }
}

fn after(name: Option<&str>) -> After<'_> {
    match name {
        None => After::End,
        Some("") => After::Start,
        Some(name) => After::Name(name),
    }
}

fn place<'a>(scope: &'a str, name: &'a str, after: Option<&'a str>) -> Place<'a> {
    Place { scope, name, after: self::after(after) }
}

fn rename(table: &file::Rename) -> Step<'_> {
    Step::Rename { scope: &table.scope, from: &table.name, to: &table.to }
}

fn retype(table: &file::Retype) -> Result<Vec<Step<'_>>> {
    let form = |said: &str| -> Result<Form> {
        let (said, variable) = match said.strip_prefix("variable ") {
            Some(said) => (said, true),
            None => (said, false),
        };
        match form(said, variable)? {
            Leaf::Form(form) => Ok(form),
            Leaf::Text => Err("a text has no other type".to_owned()),
        }
    };
    let (from, to) = (form(&table.from)?, form(&table.to)?);
    Ok(vec![Step::Retype { scope: &table.scope, name: &table.name, from, to }])
}

fn moved(table: &file::Move) -> Step<'_> {
    let file::Move { from, to } = table;
    Step::Move {
        from: place(&from.scope, &from.name, from.after.as_deref()),
        to: place(&to.scope, &to.name, to.after.as_deref()),
    }
}

fn bits_of(table: &file::Bits) -> Result<Vec<Step<'_>>> {
    let value = |literal: &Option<Literal>| literal.as_ref().map(number).transpose();
    let (clear, set) = (value(&table.clear)?, value(&table.set)?);
    let (mask, from, to) = match (value(&table.mask)?, value(&table.value)?, clear.or(set)) {
        (Some(mask), to, None) => (mask, value(&table.was)?, to),
        (None, None, Some(_)) => {
            let (clear, set) = (clear.unwrap_or(0), set.unwrap_or(0));
            if clear & set != 0 {
                return Err("`clear` and `set` have bits in common".to_owned());
            }
            (clear | set, value(&table.was)?, Some(set))
        }
        _ => return Err("it has `clear` or `set`, or a `mask` and a `value`".to_owned()),
    };
    if from.is_none() && to.is_none() {
        return Err("a `value` is missing".to_owned());
    }
    if [from, to].into_iter().flatten().any(|bits| bits & !mask != 0) {
        return Err("a value has bits that the mask does not have".to_owned());
    }
    Ok(vec![Step::Bits { scope: &table.scope, name: &table.name, at: table.at, mask, from, to }])
}

/// Checks the patterns of a step.
pub(super) fn check(step: &Step<'_>) -> Result<()> {
    let scopes = match step {
        Step::Rename { scope, .. }
        | Step::Retype { scope, .. }
        | Step::Set { scope, .. }
        | Step::Map { scope, .. }
        | Step::Bits { scope, .. }
        | Step::Open { scope, .. }
        | Step::Close { scope, .. } => [*scope, ""],
        Step::Add { place, .. } | Step::Drop { place, .. } => [place.scope, ""],
        Step::Wrap(wrapping) | Step::Unwrap(wrapping) => [wrapping.place.scope, ""],
        Step::Move { from, to } => [from.scope, to.scope],
        _ => ["", ""],
    };
    scopes.into_iter().try_for_each(pattern)
}

/// Checks a pattern.
pub(super) fn pattern(text: &str) -> Result<()> {
    match Pattern::new(text) {
        Ok(_) => Ok(()),
        Err(code) => Err(format!("{text:?} is no pattern: {}", code.text())),
    }
}

/// A device by its name and instance, `nic/0`; any instance is `nic/*`.
pub(super) fn device(text: &str) -> Result<DeviceName<'_>> {
    let wrong = || format!("{text:?} is no device with its instance, such as \"nic/0\"");
    let (name, instance) = text.rsplit_once('/').ok_or_else(wrong)?;
    let instance = match instance {
        "*" => None,
        number => Some(number.parse().map_err(|_| wrong())?),
    };
    match name {
        "" => Err(wrong()),
        name if name.matches('*').count() > 1 => Err(format!("{text:?} has more than one star")),
        name => Ok(DeviceName { name, instance }),
    }
}

fn this_or(text: &str) -> Result<DeviceName<'_>> {
    match text {
        "" => Ok(DeviceName::THIS),
        text => device(text),
    }
}

fn new_device(table: &file::NewDevice, needed: bool) -> Result<NewDevice<'_>> {
    let current = match table.version {
        Some(version) => version,
        None if needed => return Err("a `version` is missing".to_owned()),
        None => 0,
    };
    let minimum = table.minimum.unwrap_or(current);
    if minimum > current {
        return Err("the `minimum` is above the `version`".to_owned());
    }
    Ok(NewDevice {
        name: device(&table.device)?,
        versions: Versions { current, minimum },
        oldest_reader: table.oldest_reader.unwrap_or(current),
        after: after(table.after.as_deref()),
    })
}
