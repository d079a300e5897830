//! The devices of the target `machine`: of different versions, one that may be missing, one with a scratch
//! instance, and each may refuse what its machine asks of it.

use super::input::Input;
use migcore::machine::{Device, Hooked, Machine, Slot};
use migcore::visit::{Marks, Subsection, Versions, Visit, Visitor};
use migcore::Result;

/// What a device is to its machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    pub name: &'static str,
    pub instance: u32,
    pub versions: Versions,
    oldest_reader: u32,
    marks: Marks,
    pub optional: bool,
    pub scratch: bool,
}

const PLAIN: Kind = Kind {
    name: "clock",
    instance: 0,
    versions: Versions { current: 3, minimum: 1 },
    oldest_reader: 1,
    marks: Marks::NONE,
    optional: false,
    scratch: false,
};

/// The devices of the machine that loads.
const KINDS: [Kind; 4] = [
    PLAIN,
    Kind { name: "nic", versions: Versions::only(2), oldest_reader: 2, scratch: true, ..PLAIN },
    Kind { name: "nic", instance: 1, optional: true, marks: Marks::ANCILLARY, ..PLAIN },
    Kind { name: "disk", instance: 7, versions: Versions { current: 5, minimum: 0 }, ..PLAIN },
];

/// What a device carries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    pub level: u32,
    table: [u16; 4],
    data: [u8; 12],
    length: usize,
    ring: [(u8, i16); 3],
    count: usize,
    timer: Option<u16>,
    extra: u8,
    alarm: u32,
}

/// The part of a state that is not always there.
const ALARM: [Subsection<State>; 1] = [Subsection {
    name: "part/alarm",
    version: 2,
    minimum_version: 1,
    marks: Marks::NONE,
    needed: |state| state.alarm != 0,
    visit: |state, v| v.visit("at", &mut state.alarm),
}];

impl State {
    fn new(input: &mut Input<'_>) -> Self {
        let mut state = State {
            level: input.small(),
            table: core::array::from_fn(|_| input.byte().into()),
            length: input.below(13),
            count: input.below(4),
            timer: input.once_in(2).then(|| input.byte().into()),
            extra: input.byte(),
            alarm: input.below(3) as u32,
            ..State::default()
        };
        state.data[..state.length].fill(input.byte());
        state.ring[..state.count].fill((input.byte(), input.byte().into()));
        state
    }

    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("level", &mut self.level)?;
        v.array("table", &mut self.table)?;
        v.varbytes("data", &mut self.data, &mut self.length)?;
        self.data[self.length..].fill(0);
        v.varlist("ring", self.ring.len(), &mut self.count, |v, at| {
            let (head, tail) = &mut self.ring[at];
            v.visit("head", head)?;
            v.visit_or("tail", tail, -1)
        })?;
        self.ring[self.count..].fill((0, 0));
        v.optional("timer", &mut self.timer, |v, timer| v.visit("expires", timer))?;
        v.visit_since("extra", &mut self.extra, 2, 7)?;
        if !v.is_loading() && v.version() >= 4 {
            v.mark(Marks::ANCILLARY)?;
            v.visit("hint", &mut 1u8)?;
        }
        v.subsections("part", &ALARM, self)
    }
}

/// What a device refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refusing {
    Nothing,
    PreSave,
    PostSave,
    PreLoad,
    PostLoad,
    LoadDone,
    OnRun,
    /// To load a level that is odd.
    Odd,
    /// To clear what a stream may lack.
    Reset,
}

/// What a hook says when it refuses.
pub const BY_HOOK: i32 = 7;

/// How far a device is saved or loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Idle,
    Begun,
    Visited,
}

/// A device in use.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub kind: Kind,
    pub state: State,
    stage: Stage,
    refusing: Refusing,
    /// How often a hook lets pass what it refuses then: once, or always.
    passes: usize,
    always: bool,
    /// How often it refused.
    refused: usize,
    /// How often a load did something with it.
    loads: usize,
}

impl Part {
    fn new(kind: Kind, input: &mut Input<'_>) -> Self {
        use Refusing::*;
        let all = [Nothing, PreSave, PostSave, PreLoad, PostLoad, LoadDone, OnRun, Odd, Reset];
        let refusing = *all.get(input.below(16)).unwrap_or(&Nothing);
        let (passes, always) = (input.below(4), input.once_in(2));
        let state = State::new(input);
        let stage = Stage::Idle;
        Part { kind, state, stage, refusing, passes, always, refused: 0, loads: 0 }
    }

    fn slot(&mut self) -> Slot<'_, Part> {
        let Kind { name, instance, versions, oldest_reader, marks, optional, .. } = self.kind;
        let slot = Slot::new(name, instance, versions, self);
        let slot = slot.oldest_reader(oldest_reader).marks(marks);
        if optional {
            slot.optional()
        } else {
            slot
        }
    }

    fn hook(&mut self, hook: Refusing) -> Hooked {
        if self.refusing != hook {
            return Ok(());
        }
        match self.passes.checked_sub(1) {
            Some(passes) => {
                self.passes = passes;
                Ok(())
            }
            None if self.always || self.refused == 0 => {
                self.refused += 1;
                Err(BY_HOOK)
            }
            None => Ok(()),
        }
    }
}

impl Visit for Part {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        assert_eq!(self.stage, Stage::Begun);
        self.stage = Stage::Visited;
        self.loads += usize::from(v.is_loading());
        self.state.visit(v)?;
        if v.is_loading() && self.refusing == Refusing::Odd && self.state.level % 2 == 1 {
            self.refused += 1;
            return v.refuse("level", 1);
        }
        Ok(())
    }
}

impl Device for Part {
    fn pre_save(&mut self) -> Hooked {
        self.stage = Stage::Begun;
        self.hook(Refusing::PreSave)
    }

    fn post_save(&mut self) -> Hooked {
        assert_ne!(core::mem::replace(&mut self.stage, Stage::Idle), Stage::Idle);
        self.hook(Refusing::PostSave)
    }

    fn pre_load(&mut self) -> Hooked {
        self.stage = Stage::Begun;
        self.loads += 1;
        self.hook(Refusing::PreLoad)?;
        // What stands for the subsection where there is none.
        if self.refusing != Refusing::Reset {
            self.state.alarm = 0;
        }
        Ok(())
    }

    fn post_load(&mut self, version: u32) -> Hooked {
        assert!(self.kind.versions.contains(version));
        assert_eq!(core::mem::replace(&mut self.stage, Stage::Idle), Stage::Visited);
        self.loads += 1;
        self.hook(Refusing::PostLoad)
    }

    fn load_done(&mut self) -> Hooked {
        assert_eq!(self.stage, Stage::Idle);
        self.loads += 1;
        self.hook(Refusing::LoadDone)
    }

    fn on_run(&mut self) -> Hooked {
        self.hook(Refusing::OnRun)
    }

    fn has_scratch(&self) -> bool {
        self.kind.scratch
    }

    fn visit_scratch(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        let mut fresh = Part { state: State::default(), stage: Stage::Begun, ..self.clone() };
        let done = fresh.visit(v);
        self.refused = fresh.refused;
        done
    }
}

/// All devices of a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    pub parts: Vec<Part>,
    dirty: bool,
}

impl Board {
    /// A machine in use.
    pub fn new(input: &mut Input<'_>) -> Self {
        let mut parts: Vec<Part> = KINDS.into_iter().map(|kind| Part::new(kind, input)).collect();
        parts.rotate_left(input.below(KINDS.len()));
        Board { parts, dirty: false }
    }

    /// One of another program: it may lack devices, have one more, and be of other versions.
    pub fn another(input: &mut Input<'_>) -> Self {
        let more = Kind { name: "usb", ..PLAIN };
        let mut parts = Vec::new();
        for kind in KINDS.into_iter().chain([more]) {
            let there = !input.once_in(8) && kind.name != more.name;
            if there || kind.name == more.name && input.once_in(4) {
                let kind = changed(kind, input);
                parts.push(Part { kind, refusing: Refusing::Nothing, ..Part::new(kind, input) });
            }
        }
        let first = input.below(parts.len().max(1));
        parts.rotate_left(first);
        Board { parts, dirty: false }
    }

    /// One of the same devices, in which no state was loaded and nothing is refused.
    pub fn blank(&self) -> Self {
        let blank = |part: &Part| Part { state: State::default(), ..part.clone() };
        Board { parts: self.parts.iter().map(blank).collect(), dirty: false }.willing()
    }

    /// The same machine, which refuses nothing.
    pub fn willing(mut self) -> Self {
        self.parts.iter_mut().for_each(|part| part.refusing = Refusing::Nothing);
        self
    }

    /// Does something with the machine.
    pub fn with<R>(&mut self, run: impl FnOnce(&mut Machine<'_, Slot<'_, Part>>) -> R) -> R {
        let mut slots: Vec<_> = self.parts.iter_mut().map(Part::slot).collect();
        Machine::new(&mut slots).unwrap();
        let mut machine = Machine::resume(&mut slots, self.dirty);
        let done = run(&mut machine);
        self.dirty = machine.is_dirty();
        done
    }

    /// Whether a load failed half-way.
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// The states of the devices.
    pub fn states(&self) -> Vec<State> {
        self.parts.iter().map(|part| part.state).collect()
    }

    /// How often a load did something with a device.
    pub fn loads(&self) -> usize {
        self.parts.iter().map(|part| part.loads).sum()
    }

    /// How often devices refused something.
    pub fn refused(&self) -> usize {
        self.parts.iter().map(|part| part.refused).sum()
    }

    /// Whether a device keeps what a stream lacks.
    pub fn keeps(&self) -> bool {
        self.parts.iter().any(|part| part.refusing == Refusing::Reset)
    }

    /// Whether this is the path of a device that has a scratch instance, or of what is in one.
    pub fn has_scratch(&self, path: &str) -> bool {
        self.parts.iter().any(|Part { kind, .. }| {
            kind.scratch && path.starts_with(&format!("{}/{}", kind.name, kind.instance))
        })
    }
}

fn changed(kind: Kind, input: &mut Input<'_>) -> Kind {
    let current = if input.once_in(2) { input.below(8) as u32 } else { kind.versions.current };
    let oldest_reader = if input.once_in(2) { input.below(8) as u32 } else { 1 };
    let marks = if input.once_in(4) { Marks::ANCILLARY } else { kind.marks };
    Kind {
        versions: Versions::only(current),
        oldest_reader: oldest_reader.min(current),
        marks,
        ..kind
    }
}
