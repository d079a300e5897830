//! Any stream for a machine: it is checked, loaded, and loaded with an undo, from memory and from a source in
//! pieces. All of a state is loaded or nothing, or the machine is dirty and says so; and both ways agree.

use super::board::{Board, Part, BY_HOOK};
use super::input::Input;
use super::reading::{digest, is_of_the_stream, replay, LIMITS};
use super::streams::{save, streams, Streams, Way, ROOM};
use super::told::Told;
use migcore::codec::chunk::SliceStore;
use migcore::error::Report;
use migcore::io::Portable;
use migcore::machine::{Checked, Machine, Slot, Undo};
use migcore::model::{Builder, Tree, TreeDecoder};
use migcore::visit::{Visiting, Visitor};
use migcore::{Code, Result};

/// Scratch memory for saving a whole machine.
const SCRATCH: usize = 512;

/// What came of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// What a check of the stream said.
    pub checked: core::result::Result<Checked, Report>,
    /// A load, and one with an undo, of a stream that is right.
    pub loaded: Option<[Loaded; 2]>,
}

/// How a load ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    pub done: core::result::Result<(), Report>,
    pub after: Board,
}

/// The first bytes are the machine and how it is loaded, the rest is the stream.
pub fn run(data: &[u8]) {
    reached(data);
}

/// The same, with what came of it.
pub fn reached(data: &[u8]) -> Reached {
    let mut input = Input::new(data);
    let board = Board::new(&mut input);
    let pieces = Way::Pieces(1 + usize::from(input.byte()), input.below(65));
    let image = input.byte();
    let streams = streams(&mut input);
    let by_slice = load_all(&board, Way::Slice, image, &streams);
    let by_pieces = load_all(&board, pieces, image, &streams);
    // A source that is read once may be unable to find what a device wants, and on its way looks at values that a
    // search in memory passes over and finds wrong later.
    let same = by_slice == by_pieces;
    let unable = by_slice.is_unable() || by_pieces.is_unable();
    let sooner = by_pieces.has_wrong_value() && by_slice.error().is_some();
    let known = streams.whole && streams.checked == streams.loaded;
    assert!(same || !known && (unable || sooner), "{by_slice:?} {by_pieces:?}");
    by_slice.is_due(&board, &streams.checked);
    by_slice
}

impl Reached {
    /// What a check said, and what was loaded, is what a tree of the stream tells.
    fn is_due(&self, board: &Board, bytes: &[u8]) {
        let mut told = None;
        let store = SliceStore::new(bytes, LIMITS, Portable);
        let replayed = replay(store, |tree| told = Some(Told::new(tree)));
        let Some(told) = told.filter(|_| replayed.is_ok()) else { return };
        match (&self.checked, told.fits(board)) {
            (Err(report), _) if is_unable(report) || board.has_scratch(report.path.as_str()) => {}
            (Err(report), due) => assert_eq!(Err(report.code), due),
            (Ok(Checked { devices, skipped, unproven, .. }), due) => {
                assert_eq!(Ok([*devices, *skipped, *unproven]), due);
            }
        }
        if let Some([Loaded { done: Ok(()), after }, _]) = &self.loaded {
            told.is_in(after);
        }
    }

    /// Whether something failed that another way of reading might do.
    fn is_unable(&self) -> bool {
        self.error().is_some_and(is_unable)
    }

    fn has_wrong_value(&self) -> bool {
        self.error().is_some_and(|report| [Code::BadText, Code::BadValue].contains(&report.code))
    }

    /// The error of the check or of the load without an undo.
    fn error(&self) -> Option<&Report> {
        let loaded = self.loaded.as_ref().and_then(|[plain, _]| plain.done.as_ref().err());
        self.checked.as_ref().err().or(loaded)
    }
}

fn is_unable(report: &Report) -> bool {
    [Code::NeedsIndex, Code::TooMuchWork, Code::NoSpace].contains(&report.code)
}

fn load_all(board: &Board, way: Way, image: u8, streams: &Streams) -> Reached {
    let checked = match check(board, way, &streams.checked) {
        Ok(checked) => checked,
        Err(report) => return Reached { checked: Err(report), loaded: None },
    };
    let loading = Loading { board, way, streams, checked };
    let plain = loading.load();
    let atomic = loading.load_atomic(&plain, image);
    Reached { checked: Ok(checked), loaded: Some([plain, atomic]) }
}

/// Checks a stream, which changes nothing.
fn check(board: &Board, way: Way, bytes: &[u8]) -> core::result::Result<Checked, Report> {
    let mut after = board.clone();
    let checked = way.over(bytes, |v| after.with(|machine| machine.check(v)));
    assert_untouched(board, &after);
    assert!(checked.is_err() || after.refused() == board.refused());
    checked
}

fn assert_untouched(before: &Board, after: &Board) {
    assert_eq!(after.states(), before.states());
    assert_eq!((after.loads(), after.is_dirty()), (before.loads(), before.is_dirty()));
}

/// A stream that was checked.
struct Loading<'l> {
    board: &'l Board,
    way: Way,
    streams: &'l Streams,
    checked: Checked,
}

impl Loading<'_> {
    fn load(&self) -> Loaded {
        let mut after = self.board.clone();
        let done = self.over(&mut after, |machine, v| machine.load(v, &self.checked));
        match (&done, after.is_dirty()) {
            (Ok(()), dirty) => {
                assert!(!dirty && self.streams.checked == self.streams.loaded);
                assert_eq!(after.refused(), self.board.refused());
                // Before, the visit, and behind it; and of each device when all are loaded.
                let steps = 3 * self.checked.devices as usize + self.board.parts.len();
                assert_eq!(after.loads(), self.board.loads() + steps);
                goes_on(&after);
            }
            (Err(_), false) => assert_untouched(self.board, &after),
            (Err(report), true) => self.is_explained(report, &after),
        }
        if after.is_dirty() {
            self.needs_reset(&after);
        }
        Loaded { done, after }
    }

    /// A load has begun. A stream that is right is refused by devices alone: by their hooks, and by what those
    /// without a scratch instance ask for or do with a value.
    fn is_explained(&self, report: &Report, after: &Board) {
        assert!(after.loads() > self.board.loads());
        if self.streams.checked == self.streams.loaded {
            assert!(!is_of_the_stream(report.code), "{report} after a check");
            let by_hook = report.fault.cause == BY_HOOK;
            let had_scratch = after.has_scratch(report.path.as_str());
            assert!(
                by_hook || !had_scratch || is_unable(report),
                "{report} after a scratch instance"
            );
        }
    }

    /// With an image for the undo that has room, or too little, as `choice` says.
    fn load_atomic(&self, plain: &Loaded, choice: u8) -> Loaded {
        let (mut after, kept) = (self.board.clone(), self.kept());
        let needed = kept.as_ref().map_or(ROOM, Vec::len);
        let room = match choice % 8 {
            6 => needed - 1,
            7 => usize::from(choice),
            _ => needed,
        };
        let (mut image, mut scratch, mut failure) = (vec![0; room], [0; SCRATCH], None);
        let undo = undo(&mut image, &mut scratch, &mut failure);
        let done = self.over(&mut after, |machine, v| machine.load_atomic(v, &self.checked, undo));
        if kept.is_ok() && room >= needed {
            self.is_undone(&done, &after, plain);
        } else {
            // The load did not begin.
            assert_untouched(self.board, &after);
            is_not_kept(&done.clone().unwrap_err(), kept.err(), needed, room);
        }
        // Why it is dirty: a device refused what puts its state back, or kept what the load had brought.
        assert_eq!(after.is_dirty(), failure.is_some());
        if let Some(failure) = failure {
            let kept = failure.code == Code::Dirty && after.keeps();
            assert!(kept || after.refused() > plain.after.refused(), "{failure}");
        }
        Loaded { done, after }
    }

    /// The image of the present state, if that can be saved and would be loaded.
    fn kept(&self) -> core::result::Result<Vec<u8>, Report> {
        let mut board = self.board.clone();
        let image = save(&mut board, SCRATCH)?;
        Way::Slice.over(&image, |v| board.with(|machine| machine.check(v)))?;
        Ok(image)
    }

    /// The load ended as one without an undo, but that what it did was put back.
    fn is_undone(&self, done: &core::result::Result<(), Report>, after: &Board, plain: &Loaded) {
        assert_eq!(*done, plain.done);
        assert!(plain.after.is_dirty() || !after.is_dirty());
        match (done, after.is_dirty()) {
            (Ok(()), _) => assert_eq!(after.states(), plain.after.states()),
            (Err(_), false) => assert_eq!(after.states(), self.board.states()),
            (Err(_), true) => self.needs_reset(after),
        }
    }

    /// A dirty machine does nothing before a reset.
    fn needs_reset(&self, dirty: &Board) {
        let mut after = dirty.clone();
        let code = |done: core::result::Result<(), Report>| done.err().map(|report| report.code);
        let (mut image, mut scratch, mut failure) = (vec![0; ROOM], [0; SCRATCH], None);
        let undo = undo(&mut image, &mut scratch, &mut failure);
        for refused in [
            code(save(&mut after, SCRATCH).map(|_| ())),
            code(after.with(|machine| machine.run())),
            code(self.over(&mut after, |machine, v| machine.load(v, &self.checked))),
            code(self.over(&mut after, |machine, v| machine.load_atomic(v, &self.checked, undo))),
        ] {
            assert_eq!(refused, Some(Code::Dirty));
        }
        assert_untouched(dirty, &after);
        after.with(|machine| machine.reset_done());
        assert_ne!(code(after.with(|machine| machine.run())), Some(Code::Dirty));
    }

    fn over(
        &self,
        board: &mut Board,
        pass: impl FnOnce(&mut Machine<'_, Slot<'_, Part>>, &mut Visitor<'_>) -> Result<()>,
    ) -> core::result::Result<(), Report> {
        self.way.over(&self.streams.loaded, |v| board.with(|machine| pass(machine, v)))
    }
}

/// An image could not be made: a device objected, or there was no room for it.
fn is_not_kept(found: &Report, due: Option<Report>, needed: usize, room: usize) {
    match due {
        Some(due) if room >= needed => assert_eq!(found.code, due.code),
        // A device may let pass the first save, and not the one that measures.
        _ if found.code == Code::Refused => {}
        due => {
            assert_eq!((found.code, found.fault.found), (Code::NoSpace, room as u64));
            assert!(due.is_some() || found.fault.expected == needed as u64);
        }
    }
}

fn undo<'u>(
    image: &'u mut [u8],
    scratch: &'u mut [u8],
    failure: &'u mut Option<Report>,
) -> Undo<'u, Portable> {
    Undo { image, scratch, kernels: Portable, failure }
}

/// A machine that was loaded runs, if no device refuses that, and what it saves is its state: for another
/// machine, over chunks and over a tree.
fn goes_on(loaded: &Board) {
    if let Err(report) = loaded.clone().with(|machine| machine.run()) {
        assert_eq!(report.code, Code::Refused);
    }
    let mut source = loaded.clone().willing();
    let bytes = save(&mut source, SCRATCH).unwrap();
    let replayed = replay(SliceStore::new(&bytes, LIMITS, Portable), |tree| {
        assert_eq!(from_tree(loaded.blank(), tree).states(), loaded.states());
    });
    assert_eq!(replayed.map(|(_, digest)| digest), Ok(digest_of(&mut source)));

    let mut other = loaded.blank();
    let checked = Way::Slice.over(&bytes, |v| other.with(|machine| machine.check(v))).unwrap();
    Way::Slice.over(&bytes, |v| other.with(|machine| machine.load(v, &checked))).unwrap();
    assert_eq!(other.states(), loaded.states());
    assert_eq!(digest_of(&mut other), digest_of(&mut source));
}

/// The digest of what a machine saves, without a wire between.
fn digest_of(board: &mut Board) -> [u8; 32] {
    let mut memory = vec![0; 2 * ROOM];
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    board.with(|machine| machine.save(&mut visiting.saver())).unwrap();
    digest(&tree)
}

fn from_tree(mut board: Board, tree: &mut Tree<'_>) -> Board {
    let mut visiting = Visiting::new(TreeDecoder::new(tree));
    let checked = board.with(|machine| machine.check(&mut visiting.loader())).unwrap();
    let mut visiting = Visiting::new(TreeDecoder::new(tree));
    board.with(|machine| machine.load(&mut visiting.loader(), &checked)).unwrap();
    board
}
