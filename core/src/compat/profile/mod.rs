//! Machine profiles: what devices were in older versions of a machine, as a table.
//!
//! A new property of a device has the new behaviour as its default. A row of the profile turns it off for the last
//! version of the machine that did not have it, and so for all older ones: a row holds up to and including its
//! version. Where rows for several versions say something of the same property, that for the oldest of them wins. It is
//! how QEMU's tables of compatibility work (`hw_compat`), and their rows can be taken over as they are.
//!
//! A machine of version V asks once, when it is made. What it is told lies in its devices from then on, where the code
//! that decides what is saved finds it: `needed` of a subsection, the test of a field, a pair of functions that puts and
//! gets. Both programs of a migration run one version of the machine, and so decide alike, whatever they know beyond it.
//!
//! ```
//! use migcore::codec::legacy;
//! use migcore::compat::profile::{release, Profile, Row};
//! use migcore::fields;
//! use migcore::vmstate::{Hook, If, Layout, On, StaticTable};
//! use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};
//!
//! // From the newest version to the oldest; the machine of today is 7.3.
//! static PROFILE: Profile<'_> = Profile::new(&[
//!     Row::flag(release(7, 2, 0), "nic", "saves-coalescing", false),
//!     Row::flag(release(7, 0, 0), "nic", "saves-index", true),
//! ]);
//!
//! #[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
//! #[repr(C)]
//! struct Nic {
//!     control: u32,
//!     index: u32,       // of no use since 7.1, but older machines have it in their streams
//!     coalescing: u32,  // new in 7.3
//!     saves_index: u8,  // these two are no state: the profile gives them
//!     saves_coalescing: u8,
//!     unused: [u8; 2],
//! }
//!
//! static NIC: Layout<Nic> = Layout::new(
//!     StaticTable::new(
//!         "nic",
//!         1,
//!         fields!(Nic { control, index.tested(&If::<Nic>(|nic, _| nic.saves_index != 0)) }),
//!     )
//!     .subsections(&[COALESCING.table()])
//!     // What a stream may leave out has its default before each load.
//!     .on(Hook::PreLoad, &On::<Nic>(|nic, _| { nic.coalescing = 100; Ok(()) })),
//! );
//!
//! static COALESCING: Layout<Nic> = Layout::new(
//!     StaticTable::new("nic/coalescing", 1, fields!(Nic { coalescing }))
//!         .needed(&If::<Nic>(|nic, _| nic.saves_coalescing != 0 && nic.coalescing != 100)),
//! );
//!
//! fn nic(machine: u32) -> migcore::Result<Nic> {
//!     let profile = PROFILE.at(machine);
//!     Ok(Nic {
//!         coalescing: 100,
//!         saves_index: profile.flag("nic", "saves-index", false)?.into(),
//!         saves_coalescing: profile.flag("nic", "saves-coalescing", true)?.into(),
//!         ..Nic::default()
//!     })
//! }
//!
//! fn saved(machine: u32) -> migcore::Result<u64> {
//!     let mut nic = Nic { control: 1, coalescing: 50, ..nic(machine)? };
//!     let mut bytes = [0; 64];
//!     let mut saver = legacy::Saver::to_slice(&mut bytes);
//!     let _ = NIC.visit(&mut nic, &mut saver.visitor());
//!     saver.finish().map_err(|report| report.code)
//! }
//!
//! assert_eq!(saved(release(7, 0, 0))?, 8); // control and index, as 7.0 had them
//! assert_eq!(saved(release(7, 2, 0))?, 4); // control
//! assert_eq!(saved(release(7, 3, 0))?, 4 + 1 + 1 + 14 + 4 + 4); // and a subsection
//! # Ok::<(), migcore::Code>(())
//! ```
//!
//! A profile can also fix what a machine version is [written as](AtVersion::wire), and which devices are a
//! [blob](AtVersion::is_blob) in it.

mod check;
mod row;
mod rows;

pub use check::check;
pub use row::{release, Row, Says, Setting, Wire};
pub use rows::{Rows, Table, MAX_TABLES};

use core::marker::PhantomData;

use crate::error::{Code, Report, Result};

/// A table of rows, from the newest machine version to the oldest. See the [module](self).
#[derive(Clone, Copy, Debug)]
pub struct Profile<'a> {
    rows: &'a [Row<'a>],
    below: Option<&'a Profile<'a>>,
}

impl<'a> Profile<'a> {
    /// A table of these rows.
    #[must_use]
    pub const fn new(rows: &'a [Row<'a>]) -> Self {
        Profile { rows, below: None }
    }

    /// The same on top of another table, as what is true for machines of one kind is on top of what is true for all.
    /// Of rows for one machine version those of the upper table win; one for an older version wins also from below.
    #[must_use]
    pub const fn on(self, below: &'a Profile<'a>) -> Self {
        Profile { rows: self.rows, below: Some(below) }
    }

    /// What it says for a version of the machine.
    #[must_use]
    pub const fn at(&'a self, machine: u32) -> AtVersion<'a, &'a Profile<'a>> {
        AtVersion { table: self, machine, rows: PhantomData }
    }

    /// Checks all rows: see [`check()`].
    ///
    /// # Errors
    /// As [`check()`].
    pub fn check(&self) -> core::result::Result<(), Report> {
        check(self)
    }
}

impl<'a> Table<'a> for &'a Profile<'a> {
    type Row = &'a Row<'a>;

    fn row(self, index: usize) -> Option<Self::Row> {
        self.rows.get(index)
    }

    fn read(row: Self::Row) -> Result<Row<'a>> {
        Ok(*row)
    }

    fn below(self) -> Result<Option<Self>> {
        Ok(self.below)
    }
}

/// What a profile says for one version of a machine. Each question goes over the rows that hold for it: it is asked
/// when a machine is made, and not when one is saved.
///
/// Each fails with [`Code::BadTable`] for a table that makes no sense, and [`Code::TooMany`] for more than [`MAX_TABLES`]
/// on top of each other.
#[derive(Clone, Copy, Debug)]
pub struct AtVersion<'a, T> {
    table: T,
    machine: u32,
    rows: PhantomData<&'a [Row<'a>]>,
}

impl<'a, T: Table<'a>> AtVersion<'a, T> {
    /// What the table at hand says for a version of the machine.
    pub fn new(table: T, machine: u32) -> Self {
        AtVersion { table, machine, rows: PhantomData }
    }

    /// The rows that hold, in the order in which they apply: what comes later overrides what came before. For a
    /// program that gives the properties of a type also to the types that are made of it.
    ///
    /// # Errors
    /// See the [type](AtVersion).
    pub fn rows(self) -> Result<Rows<'a, T>> {
        Rows::new(self.table, self.machine)
    }

    /// The value of a property of a device, if a row says something of it.
    ///
    /// # Errors
    /// See the [type](AtVersion).
    pub fn get(self, device: &str, name: &str) -> Result<Option<Setting<'a>>> {
        Ok(self.get_row(device, name)?.map(|(_, value)| value))
    }

    /// The same, and the row where it lies.
    ///
    /// # Errors
    /// See the [type](AtVersion).
    pub fn get_row(self, device: &str, name: &str) -> Result<Option<(T::Row, Setting<'a>)>> {
        self.last(|place, says| match says {
            Says::Property { device: of, name: property, value, .. } => {
                (of == device && property == name).then_some((place, value))
            }
            _ => None,
        })
    }

    /// The same of a property that is on or off; `default` where no row says something of it.
    ///
    /// # Errors
    /// [`Code::WrongType`] for another kind of value; see the [type](AtVersion).
    pub fn flag(self, device: &str, name: &str, default: bool) -> Result<bool> {
        match self.get(device, name)? {
            None => Ok(default),
            Some(Setting::Flag(value)) => Ok(value),
            Some(_) => Err(Code::WrongType),
        }
    }

    /// The same of a property that is a number.
    ///
    /// # Errors
    /// As [`flag`](AtVersion::flag).
    pub fn number(self, device: &str, name: &str, default: u64) -> Result<u64> {
        match self.get(device, name)? {
            None => Ok(default),
            Some(Setting::Number(value)) => Ok(value),
            Some(_) => Err(Code::WrongType),
        }
    }

    /// The same of a property that is a text.
    ///
    /// # Errors
    /// As [`flag`](AtVersion::flag).
    pub fn text(self, device: &str, name: &str, default: &'a str) -> Result<&'a str> {
        match self.get(device, name)? {
            None => Ok(default),
            Some(Setting::Text(value)) => Ok(value),
            Some(_) => Err(Code::WrongType),
        }
    }

    /// Gives the properties of a device to `set`, in the order in which they apply; one may come several times, and
    /// the last counts. `set` says [`Code::Missing`] for a property that the device does not have, which is no error if
    /// the row is [optional](Says::Property).
    ///
    /// # Errors
    /// Those of `set`; see the [type](AtVersion).
    pub fn apply(
        self,
        device: &str,
        mut set: impl FnMut(&'a str, Setting<'a>) -> Result<()>,
    ) -> Result<()> {
        self.apply_rows(device, |_, name, value| set(name, value))
    }

    /// The same; `set` also gets each row where it lies.
    ///
    /// # Errors
    /// As [`apply`](AtVersion::apply).
    pub fn apply_rows(
        self,
        device: &str,
        mut set: impl FnMut(T::Row, &'a str, Setting<'a>) -> Result<()>,
    ) -> Result<()> {
        let mut rows = self.rows()?;
        while let Some((place, row)) = rows.step()? {
            let Says::Property { device: of, name, value, optional } = row.says else { continue };
            if of != device {
                continue;
            }
            match set(place, name, value) {
                Err(Code::Missing) if optional => {}
                done => done?,
            }
        }
        Ok(())
    }

    /// Whether a device is in the stream as bytes without names. Where no row says so, it is not.
    ///
    /// # Errors
    /// See the [type](AtVersion).
    pub fn is_blob(self, device: &str) -> Result<bool> {
        let stays = self.last(|_, says| match says {
            Says::Blob { device: of, stays } => (of == device).then_some(stays),
            _ => None,
        })?;
        Ok(stays.unwrap_or(false))
    }

    /// What the machine is written as: chunks, where no row says otherwise.
    ///
    /// # Errors
    /// See the [type](AtVersion).
    pub fn wire(self) -> Result<Wire> {
        let wire = self.last(|_, says| match says {
            Says::Wire(wire) => Some(wire),
            _ => None,
        })?;
        Ok(wire.unwrap_or(Wire::Chunk))
    }

    /// What the last row says of which `pick` takes something.
    fn last<V>(self, pick: impl Fn(T::Row, Says<'a>) -> Option<V>) -> Result<Option<V>> {
        let (mut rows, mut last) = (self.rows()?, None);
        while let Some((place, row)) = rows.step()? {
            last = pick(place, row.says).or(last);
        }
        Ok(last)
    }
}
