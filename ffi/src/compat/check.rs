//! The tests that a history has by itself, for programs in C.

use core::ffi::{c_char, c_void};

use migcore::compat::{self, Checked, Finding, Random, States, Version, Wrong, MAX_VERSIONS};
use migcore::io::json::Line;
use migcore::model::Tree;
use migcore::{Code, Result};

use super::arena::{room, Room};
use super::run::{migcore_compat, with_histories};
use super::told::{migcore_told_version, told};
use crate::io::{check_sized, sized};
use crate::status::{migcore_status, refusal, status, MIGCORE_OK};
use crate::tree::storage::{migcore_tree, while_returned, MIGCORE_TREE_NODE};

/// The next pseudo-random number of a row that `*state` begins: any number does. It is the same each time.
#[no_mangle]
pub unsafe extern "C" fn migcore_random(state: *mut u64) -> u64 {
    if state.is_null() {
        return 0;
    }
    // SAFETY: not null, and the caller promises a number.
    unsafe {
        let mut random = Random::new(state.read_unaligned());
        let number = random.number();
        state.write_unaligned(random.state());
        number
    }
}

/// Something that is wrong with a history. Texts are no C strings, and are there while the function runs that is told.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_finding {
    /// sizeof(migcore_compat_finding)
    pub size: usize,
    /// The versions that the state went through.
    pub stops: *const migcore_told_version,
    /// How many.
    pub count: usize,
    /// What is wrong, and where.
    pub text: *const c_char,
    /// The bytes of that.
    pub text_length: usize,
    /// The number of the state, from 0: with the seed it is the same again.
    pub number: u32,
    /// Why a run failed, or a state was not loaded; MIGCORE_MISSING for a change that no state went, from the first stop to
    /// the second; MIGCORE_OK for a state that did not come back as it was.
    pub status: migcore_status,
}

/// Makes states, and takes them back: what a test knows of a device. A visitor over the tree is ended before a function
/// returns. Of a status that is none of the library it makes MIGCORE_REFUSED.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_states {
    /// sizeof(migcore_compat_states)
    pub size: usize,
    /// Given to the functions.
    pub opaque: *mut c_void,
    /// Saves a random state of a version into an empty tree, of numbers that migcore_random makes of `seed`. It leaves the
    /// tree empty for versions that this program cannot save: their states are made of those of the newest version, which
    /// it must save. Another status than MIGCORE_OK ends the check.
    pub save: Option<
        unsafe extern "C" fn(
            opaque: *mut c_void,
            tree: *mut migcore_tree,
            version: *const migcore_told_version,
            seed: u64,
        ) -> migcore_status,
    >,
    /// Loads what is to be a state of a version, if this program can; another status than MIGCORE_OK says that it is none.
    /// NULL: nothing is loaded.
    pub load: Option<
        unsafe extern "C" fn(
            opaque: *mut c_void,
            tree: *mut migcore_tree,
            version: *const migcore_told_version,
        ) -> migcore_status,
    >,
    /// Is told of all that is wrong. May be NULL.
    pub found:
        Option<unsafe extern "C" fn(opaque: *mut c_void, finding: *const migcore_compat_finding)>,
    /// Any number: of the same come the same states.
    pub seed: u64,
    /// How many states of each version.
    pub cases: u32,
}

/// What a check did.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_checked {
    /// sizeof(migcore_compat_checked); the caller fills it in.
    pub size: usize,
    /// Journeys that ended with the state that they began with.
    pub equal: u64,
    /// Journeys that came back in another way than they went, so that nothing says what the state should be: of them only
    /// that each stop is reached is checked.
    pub around: u64,
    /// Journeys that some change without a way back prevents.
    pub unreachable: u64,
    /// What is wrong.
    pub findings: u64,
    /// Changes of the history that no state went: what is checked says nothing of them.
    pub unused: u64,
}

/// Checks a history, that of number `history` in the table, on random states of each version: from every version to every
/// other and back, and over every third one. All losses are allowed, and are with the state when it goes back: so it must
/// come back as it was. What is wrong is told, counted, and no error of this call. A change that no state went is wrong
/// too, as if the pattern of the history is that of no device; where some versions cannot be reached it is only counted.
///
/// Values must fit each version that a state comes to: where an older one has a smaller type, `save` makes only numbers that
/// it can hold, such as migcore_random(&seed) % 65536; else that run is told as MIGCORE_DOES_NOT_FIT.
///
/// `memory` is for two states, what they lose, and a change: ten times the largest state is enough, and 1 KB beside. It may
/// be used for something else afterwards.
///
/// MIGCORE_NO_SPACE; MIGCORE_TOO_MANY for a history of more than 64 versions; MIGCORE_INVALID_ARGUMENT if there is no such
/// history, or its newest version cannot be saved; what `save` returns; MIGCORE_BUSY while a run is at work;
/// MIGCORE_UNBALANCED if code of the caller left a visitor over the tree, which is in `memory`.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_check(
    compat: *mut migcore_compat,
    history: usize,
    states: *const migcore_compat_states,
    memory: *mut c_void,
    capacity: usize,
    checked: *mut migcore_compat_checked,
) -> migcore_status {
    // SAFETY: the caller promises NULL or an object of each kind, and `capacity` bytes of memory that nothing else uses.
    unsafe {
        status(check_sized(checked).and_then(|()| {
            let states = sized(states)?;
            let save = states.save.ok_or(Code::NullPointer)?;
            let Room { storage, spare, memory } = room(memory, capacity)?;
            let mut functions = Functions { save, states, storage, spare, left: false };
            let done = with_histories(compat, storage, |compat| {
                let history = compat.histories.get(history).ok_or(Code::InvalidArgument)?;
                let seeds = (states.seed, states.cases);
                let mut found = |finding: &Finding<'_>| tell_found(&states, finding);
                compat::check(history, &mut functions, seeds, memory, &mut found)
            });
            if functions.left {
                return Err(Code::Unbalanced);
            }
            checked.write_unaligned(of_checked(done?));
            Ok(())
        }))
    }
}

fn of_checked(checked: Checked) -> migcore_compat_checked {
    let Checked { equal, around, unreachable, findings, unused } = checked;
    let size = size_of::<migcore_compat_checked>();
    migcore_compat_checked { size, equal, around, unreachable, findings, unused }
}

/// The functions of the caller, and where they find the tree.
struct Functions {
    save: unsafe extern "C" fn(
        *mut c_void,
        *mut migcore_tree,
        *const migcore_told_version,
        u64,
    ) -> migcore_status,
    states: migcore_compat_states,
    storage: *mut migcore_tree,
    /// Memory for what stands in for the tree where the caller has it.
    spare: *mut [u8; MIGCORE_TREE_NODE],
    /// A visitor was left over the tree: no other is given to the caller.
    left: bool,
}

impl Functions {
    /// Runs a function of the caller while it has the tree.
    fn with(&mut self, tree: &mut Tree<'_>, call: impl FnOnce() -> migcore_status) -> Result<()> {
        if self.left {
            return Err(Code::Unbalanced);
        }
        // SAFETY: nothing refers to the spare memory but what stands in for the tree, in one call at a time. The storage is
        // made for trees of this memory.
        let done = unsafe { while_returned(self.storage, tree, &mut *self.spare, call) };
        self.left = done == Err(Code::Unbalanced);
        match done? {
            MIGCORE_OK => Ok(()),
            other => Err(refusal(other).0),
        }
    }
}

impl States for Functions {
    fn save(
        &mut self,
        tree: &mut Tree<'_>,
        version: Version<'_>,
        random: &mut Random,
    ) -> Result<bool> {
        let (save, opaque, storage) = (self.save, self.states.opaque, self.storage);
        let seed = random.number();
        let version = told(&version);
        // SAFETY: the caller promises a function for this `opaque`; the row lives until it returns.
        self.with(tree, || unsafe { save(opaque, storage, &raw const version, seed) })?;
        Ok(tree.first_child(tree.root())?.is_some())
    }

    fn load(&mut self, tree: &mut Tree<'_>, version: Version<'_>) -> Result<()> {
        let Some(load) = self.states.load else { return Ok(()) };
        let (opaque, storage) = (self.states.opaque, self.storage);
        let version = told(&version);
        // SAFETY: as above.
        self.with(tree, || unsafe { load(opaque, storage, &raw const version) })
    }
}

/// Tells the caller what is wrong.
fn tell_found(states: &migcore_compat_states, finding: &Finding<'_>) {
    let Some(found) = states.found else { return };
    let nothing = told(&Version::new(0));
    let mut stops = [nothing; MAX_VERSIONS];
    let mut count = 0usize;
    for (place, stop) in stops.iter_mut().zip(finding.stops) {
        *place = told(stop);
        count = count.saturating_add(1);
    }
    let mut text = [0; 512];
    let mut line = Line::new(&mut text);
    let status = match &finding.wrong {
        Wrong::Failed(failed) => {
            failed.put(&mut |part| line.put(part));
            failed.code().number()
        }
        Wrong::Unused => {
            line.put(b"no state went this change: no device fits the pattern, or another change comes before it");
            Code::Missing.number()
        }
        Wrong::NotLoaded(code) => {
            line.put(code.text().as_bytes());
            code.number()
        }
        Wrong::Differs { difference, before, after } => {
            // Handles of these trees, so it cannot fail.
            let _ = difference.put(before, after, &mut |part| line.put(part));
            MIGCORE_OK
        }
    };
    let length = line.end().min(text.len().saturating_sub(1));
    let finding = migcore_compat_finding {
        size: size_of::<migcore_compat_finding>(),
        stops: stops.as_ptr(),
        count,
        text: text.as_ptr().cast(),
        text_length: length,
        number: finding.case,
        status,
    };
    // SAFETY: the caller promises a function for this `opaque`; what it is told lives until it returns.
    unsafe { found(states.opaque, &raw const finding) };
}
