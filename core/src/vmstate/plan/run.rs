//! What is written of a run: its shape, its moves, its lists.

use super::moves::{Action, Group, Move, MOVE};
use crate::codec::chunk::ShapeWriter;
use crate::error::{MAX_DEPTH, MAX_NAME};
use crate::visit::{Elements, Ends, Extent, Kind, Member, Scope, ENDS};

/// A field is of no run: what it holds, or whether it is there, is known by the object only.
pub(super) struct NotFixed;

/// What goes on as far as a field can be in a run.
pub(super) type Fixed<R = ()> = Result<R, NotFixed>;

/// Records of one size, counted beyond the end of the memory for them.
struct Records<'m, const N: usize> {
    memory: &'m mut [[u8; N]],
    used: usize,
}

impl<const N: usize> Records<'_, N> {
    fn put(&mut self, record: [u8; N]) {
        self.set(self.used, record);
        self.used = self.used.saturating_add(1);
    }

    fn set(&mut self, at: usize, record: [u8; N]) {
        if let Some(place) = self.memory.get_mut(at) {
            *place = record;
        }
    }
}

impl Records<'_, ENDS> {
    /// Has the ends from this one on in each of `count` elements.
    fn repeat(&mut self, from: usize, each: u32, count: u32) {
        let used = self.used;
        for record in self.memory.get_mut(from..used).unwrap_or_default() {
            *record = Ends { each, count, ..Ends::from_bytes(*record) }.to_bytes();
        }
    }
}

/// How large a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// Bytes of values.
    pub(super) length: usize,
    pub(super) depth: usize,
    /// Bytes of the shape.
    pub(super) shape: usize,
    pub(super) moves: usize,
    pub(super) lists: usize,
    pub(super) ends: usize,
    /// Where in the object the values begin and end.
    pub(super) low: usize,
    pub(super) high: usize,
}

/// The list that is open.
struct Repeated {
    count: u32,
    stride: u32,
    /// The values before it, and the ends.
    before: usize,
    ends: usize,
}

/// The group of moves that is open: where its head stands, and of which elements it is.
struct Begun {
    at: usize,
    count: u32,
    stride: u32,
}

/// Writes a run, or measures it when there is no memory.
pub(super) struct RunWriter<'m> {
    shape: ShapeWriter<'m>,
    moves: Records<'m, MOVE>,
    lists: Records<'m, 8>,
    ends: Records<'m, ENDS>,
    measure: Measure,
    /// A move that may become longer.
    pending: Option<Move>,
    group: Option<Begun>,
    /// How many scopes are open, and how many objects.
    open: usize,
    objects: usize,
    list: Option<Repeated>,
}

impl<'m> RunWriter<'m> {
    pub(super) fn new(
        shape: &'m mut [u8],
        moves: &'m mut [[u8; MOVE]],
        lists: &'m mut [[u8; 8]],
        ends: &'m mut [[u8; ENDS]],
    ) -> Self {
        RunWriter {
            shape: ShapeWriter::new(shape),
            moves: Records { memory: moves, used: 0 },
            lists: Records { memory: lists, used: 0 },
            ends: Records { memory: ends, used: 0 },
            measure: Measure { low: usize::MAX, ..Measure::default() },
            pending: None,
            group: None,
            open: 0,
            objects: 0,
            list: None,
        }
    }

    /// Ends the run, and says how large it is.
    pub(super) fn finish(&mut self) -> Measure {
        self.end_group();
        Measure {
            shape: self.shape.length(),
            moves: self.moves.used,
            lists: self.lists.used,
            ends: self.ends.used,
            low: self.measure.low.min(self.measure.high),
            ..self.measure
        }
    }

    /// Scalars of a kind: one, or a fixed array.
    pub(super) fn scalars(
        &mut self,
        name: &[u8],
        kind: Kind,
        count: Option<u32>,
        offset: usize,
    ) -> Fixed {
        let (action, member) = (action_of(kind), count.map(|count| Member::Array(kind, count)));
        let width = kind.width().bytes();
        let length = length(count.unwrap_or(1))?.checked_mul(width).ok_or(NotFixed)?;
        self.value(name, &member.unwrap_or(Member::Scalar(kind)), action, (offset, length))
    }

    /// A buffer, of bytes that are in the object or not.
    pub(super) fn bytes(&mut self, name: &[u8], action: Action, span: (usize, usize)) -> Fixed {
        self.value(name, &Member::Bytes(number(span.1)?), action, span)
    }

    fn value(
        &mut self,
        name: &[u8],
        member: &Member<'_>,
        action: Action,
        (offset, length): (usize, usize),
    ) -> Fixed {
        check_name(name)?;
        self.shape.put(name, member);
        if action != Action::Nothing {
            self.span(offset, length)?;
        }
        let (offset, bytes) = (number(offset)?, number(length)?);
        self.add(Move { action, offset, length: bytes });
        self.measure.length = self.measure.length.saturating_add(length);
        Ok(())
    }

    /// Notes where in the object values lie. In a list, that of its elements is noted whole.
    fn span(&mut self, offset: usize, length: usize) -> Fixed {
        let end = offset.checked_add(length).ok_or(NotFixed)?;
        if self.list.is_none() {
            self.measure.low = self.measure.low.min(offset);
            self.measure.high = self.measure.high.max(end);
        }
        Ok(())
    }

    /// Adds a move, or makes the one before longer.
    fn add(&mut self, next: Move) {
        if next.length == 0 {
            return;
        }
        if let Some(last) = &mut self.pending {
            let follows = last.offset.checked_add(last.length) == Some(next.offset);
            let sum = last.length.checked_add(next.length);
            if let Some(sum) = sum.filter(|_| follows && last.action == next.action) {
                last.length = sum;
                return;
            }
        }
        self.settle();
        self.pending = Some(next);
    }

    /// Puts the move that could have become longer. Out of lists, it may be the first of a group.
    fn settle(&mut self) {
        if let Some(last) = self.pending.take() {
            if self.group.is_none() {
                self.begin_group(1, 0);
            }
            self.put(last);
        }
    }

    fn put(&mut self, one: Move) {
        let Some((action, length)) = one.few() else { return self.moves.put(one.to_bytes()) };
        let (mut offset, end) = (one.offset, one.offset.saturating_add(one.length));
        while offset < end {
            self.moves.put(Move { action, offset, length }.to_bytes());
            offset = offset.saturating_add(length);
        }
    }

    fn begin_group(&mut self, count: u32, stride: u32) {
        self.group = Some(Begun { at: self.moves.used, count, stride });
        self.moves.put([0; MOVE]);
    }

    /// Ends the group, if there is one. One without moves is none.
    fn end_group(&mut self) {
        self.settle();
        let Some(Begun { at, count, stride }) = self.group.take() else { return };
        match self.moves.used.saturating_sub(at).saturating_sub(1) {
            0 => self.moves.used = at,
            moves => {
                let moves = u32::try_from(moves).unwrap_or(u32::MAX);
                self.moves.set(at, Group { count, stride, moves }.to_bytes());
            }
        }
    }

    /// A struct begins.
    pub(super) fn begin(&mut self, name: &[u8], scope: Scope<'_>) -> Fixed {
        check_name(name)?;
        self.open = self.open.saturating_add(1);
        if self.open > MAX_DEPTH {
            return Err(NotFixed);
        }
        self.measure.depth = self.measure.depth.max(self.open);
        self.shape.put(name, &Member::Begin(scope));
        Ok(())
    }

    /// The fields of an object end, where a reader looks for subsections.
    pub(super) fn end_fields(&mut self, description: &[u8]) -> Fixed {
        self.objects = self.objects.saturating_sub(1);
        let at = number(self.measure.length)?;
        let owner = Ends::owner(description);
        self.ends.put(Ends { at, each: 0, count: 1, owner }.to_bytes());
        Ok(())
    }

    /// The fields of an object begin: tables that hold each other would have no end.
    pub(super) fn go_deeper(&mut self) -> Fixed {
        self.objects = self.objects.saturating_add(1);
        match self.objects <= MAX_DEPTH {
            true => Ok(()),
            false => Err(NotFixed),
        }
    }

    /// What began ends.
    pub(super) fn end(&mut self) {
        self.open = self.open.saturating_sub(1);
        self.shape.put(&[], &Member::End);
    }

    /// A list of `count` elements begins, more than one, that are `stride` bytes apart from `offset` on; its
    /// first element does.
    pub(super) fn begin_list(
        &mut self,
        name: &[u8],
        count: u32,
        offset: usize,
        stride: usize,
    ) -> Fixed {
        if self.list.is_some() {
            return Err(NotFixed);
        }
        let whole = stride.checked_mul(length(count)?).ok_or(NotFixed)?;
        self.begin(name, Scope::List { extent: Extent::Fixed, count: length(count)? })?;
        self.shape.put(&[], &Member::Begin(Scope::Element));
        self.span(offset, whole)?;
        self.end_group();
        let (at, stride) = (number(self.measure.length)?, number(stride)?);
        self.lists.put(Elements { at, count }.to_bytes());
        let (before, ends) = (self.measure.length, self.ends.used);
        self.list = Some(Repeated { count, stride, before, ends });
        self.begin_group(count, stride);
        Ok(())
    }

    /// The first element ends, and with it the list: the others are the same.
    pub(super) fn end_list(&mut self) -> Fixed {
        self.shape.put(&[], &Member::End);
        self.end();
        let Some(Repeated { count, stride, before, ends }) = self.list.take() else {
            return Err(NotFixed);
        };
        let each = self.measure.length.saturating_sub(before);
        self.ends.repeat(ends, number(each)?, count);
        let all = each.checked_mul(length(count)?).ok_or(NotFixed)?;
        self.measure.length = before.checked_add(all).ok_or(NotFixed)?;
        match (&mut self.pending, &mut self.group) {
            // Elements that are one piece each, without a gap, are one piece.
            (Some(one), Some(group))
                if one.length == stride && self.moves.used == group.at.saturating_add(1) =>
            {
                (one.length, group.count) = (number(all)?, 1);
            }
            _ => self.end_group(),
        }
        Ok(())
    }
}

fn action_of(kind: Kind) -> Action {
    match (kind, kind.width().bytes()) {
        (Kind::Bool, _) => Action::Flags,
        (_, 2) => Action::Twos,
        (_, 4) => Action::Fours,
        (_, 8) => Action::Eights,
        _ => Action::Bytes,
    }
}

/// A name that the walk would refuse is for the walk.
pub(super) fn check_name(name: &[u8]) -> Fixed {
    match name.len() <= MAX_NAME && !name.contains(&0) {
        true => Ok(()),
        false => Err(NotFixed),
    }
}

pub(super) fn number(size: usize) -> Fixed<u32> {
    u32::try_from(size).map_err(|_| NotFixed)
}

fn length(number: u32) -> Fixed<usize> {
    usize::try_from(number).map_err(|_| NotFixed)
}
