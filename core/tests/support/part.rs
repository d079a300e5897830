//! A device that notes what is done with it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::cell::RefCell;
use std::rc::Rc;

use migcore::codec::chunk::{ChunkDecoder, Limits, Saver, Settings, SliceStore};
use migcore::error::Report;
use migcore::io::Portable;
use migcore::machine::{Checked, Device, Hooked, Machine, Slot};
use migcore::visit::{Versions, Visit, Visiting, Visitor};
use migcore::{Code, Result};

/// What was done, by all devices of a test.
pub type Log = Rc<RefCell<Vec<String>>>;

/// A device with a field, an array, and hooks that may refuse.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub name: &'static str,
    pub value: u32,
    pub table: [u8; 32],
    /// A value that the visit function refuses on load.
    pub forbidden: Option<u32>,
    /// The hook that refuses, with 7.
    pub refusing: &'static str,
    pub scratch: bool,
    pub log: Log,
}

impl Part {
    pub fn new(name: &'static str, value: u32, log: &Log) -> Self {
        let table = core::array::from_fn(|at| u8::try_from(at).unwrap() ^ name.as_bytes()[0]);
        Part { name, value, table, log: Rc::clone(log), ..Part::default() }
    }

    /// The same device before anything was loaded.
    pub fn blank(&self) -> Self {
        Part { value: 0, table: [0; 32], ..self.clone() }
    }

    pub fn state(&self) -> (u32, [u8; 32]) {
        (self.value, self.table)
    }

    fn hook(&self, hook: &str) -> Hooked {
        self.log.borrow_mut().push(format!("{}.{hook}", self.name));
        match hook.starts_with(self.refusing) && !self.refusing.is_empty() {
            true => Err(7),
            false => Ok(()),
        }
    }
}

impl Visit for Part {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        let verb = if v.is_loading() { "load" } else { "save" };
        self.log.borrow_mut().push(format!("{}.{verb}", self.name));
        v.visit("value", &mut self.value)?;
        if v.is_loading() && self.forbidden == Some(self.value) {
            return v.refuse("value", 5);
        }
        v.array("table", &mut self.table)
    }
}

impl Device for Part {
    fn pre_save(&mut self) -> Hooked {
        self.hook("pre_save")
    }

    fn post_save(&mut self) -> Hooked {
        self.hook("post_save")
    }

    fn pre_load(&mut self) -> Hooked {
        self.hook("pre_load")
    }

    fn post_load(&mut self, version: u32) -> Hooked {
        self.hook(&format!("post_load({version})"))
    }

    fn load_done(&mut self) -> Hooked {
        self.hook("load_done")
    }

    fn on_run(&mut self) -> Hooked {
        self.hook("on_run")
    }

    fn has_scratch(&self) -> bool {
        self.scratch
    }

    fn visit_scratch(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        Part { log: Log::default(), ..self.blank() }.visit(v)
    }
}

pub const VERSIONS: Versions = Versions { current: 3, minimum: 2 };

/// Three devices, none of them in the order of names.
pub fn parts(log: &Log) -> [Part; 3] {
    [Part::new("rtc", 0x0102_0304, log), Part::new("nic", 5, log), Part::new("apic", 6, log)]
}

pub fn blanks(parts: &[Part; 3]) -> [Part; 3] {
    parts.each_ref().map(Part::blank)
}

pub fn slots(parts: &mut [Part; 3]) -> [Slot<'_, Part>; 3] {
    parts.each_mut().map(|part| Slot::new(part.name, 0, VERSIONS, part))
}

pub fn states(parts: &[Part; 3]) -> [(u32, [u8; 32]); 3] {
    parts.each_ref().map(Part::state)
}

pub fn save<D: Device + ?Sized>(
    machine: &mut Machine<'_, Slot<'_, D>>,
) -> core::result::Result<Vec<u8>, Report> {
    let (mut memory, mut scratch) = (vec![0; 1 << 20], [0; 4096]);
    let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
    // An error stays in the visit.
    let _ = machine.save(&mut saver.visitor());
    let length = usize::try_from(saver.finish()?).unwrap();
    memory.truncate(length);
    Ok(memory)
}

/// Runs `pass` over a stream in memory.
pub fn over<R>(
    bytes: &[u8],
    pass: impl FnOnce(&mut Visitor<'_>) -> Result<R>,
) -> core::result::Result<R, Report> {
    let store = SliceStore::new(bytes, Limits::default(), Portable);
    let mut visiting = Visiting::new(ChunkDecoder::new(store));
    let done = pass(&mut visiting.loader());
    done.map_err(|code| visiting.report_of(code))
}

pub fn check<D: Device + ?Sized>(
    machine: &mut Machine<'_, Slot<'_, D>>,
    bytes: &[u8],
) -> core::result::Result<Checked, Report> {
    over(bytes, |v| machine.check(v))
}

pub fn load<D: Device + ?Sized>(
    machine: &mut Machine<'_, Slot<'_, D>>,
    bytes: &[u8],
) -> core::result::Result<(), Report> {
    let checked = check(machine, bytes)?;
    over(bytes, |v| machine.load(v, &checked))
}

/// The code and the path of an error.
pub fn fault<R: std::fmt::Debug>(result: core::result::Result<R, Report>) -> (Code, String) {
    let report = result.expect_err("an error");
    (report.code, report.path.as_str().to_owned())
}
