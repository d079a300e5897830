//! The items of a device, compared with a shape that the receiver accepts.

use super::devices::{no_details, Details};
use super::{Answer, Detail, Finding, Reason, Report};
use crate::compat::manifest::{Entry, Known};
use crate::error::{Path, Result};
use crate::io::told;
use crate::model::{Change, Difference, NodeId, Tree, Value};
use crate::visit::{widen, Description, Extent, Kind, Marks};

/// A state and a shape, side by side.
pub(super) struct Shape<'a, 's, 'm> {
    state: &'a Tree<'s>,
    device: NodeId,
    manifest: &'a Tree<'m>,
    shape: NodeId,
    known: Known,
    blob: bool,
    /// The wire has names, so items may come in any order, be wider, be missing, and be skipped.
    named: bool,
    /// Where the two stand.
    around: Around,
}

/// Scopes of the two that are not alike, and in which differences mean something else. Differences come in order, so
/// the last ones are enough.
#[derive(Default)]
struct Around {
    /// A scope of another version in the state and in the shape: what is inside may be right.
    version: Option<(NodeId, NodeId)>,
    /// Optional in the state, of which the shape does not have the inside.
    untold: Option<NodeId>,
    /// Optional in the shape, of which the state does not have the inside.
    absent: Option<NodeId>,
    /// A list of the state of which it was told that it has more elements.
    longer: Option<NodeId>,
    /// A list of the shape of which it was told that the state has fewer elements.
    shorter: Option<NodeId>,
    /// How often it was looked for items of one name.
    looked: u32,
    /// From here on, items may be compared with others than the reader takes: what is refused is not certain.
    mixed: bool,
}

/// How often it is looked for items of one name in a device, each time through a whole scope.
const MOST_LOOKS: u32 = 1024;

/// What a difference comes to.
struct Verdict<'f> {
    answer: Answer,
    reason: Reason,
    details: Details<'f>,
}

impl<'f> Verdict<'f> {
    fn new(answer: Answer, reason: Reason) -> Self {
        Verdict { answer, reason, details: no_details() }
    }

    fn with(self, expected: Detail<'f>, found: Detail<'f>) -> Self {
        Verdict { details: (expected, found), ..self }
    }
}

impl<'a, 's, 'm> Shape<'a, 's, 'm> {
    pub(super) fn new(
        (state, device): (&'a Tree<'s>, NodeId),
        (manifest, shape): (&'a Tree<'m>, NodeId),
        entry: &Entry<'_, '_>,
        named: bool,
    ) -> Self {
        let (known, blob) = (entry.known, entry.blob);
        Shape { state, device, manifest, shape, known, blob, named, around: Around::default() }
    }

    /// Compares, and reports what differs and what is opaque.
    pub(super) fn compare(&mut self, memory: &mut [u8], report: Report<'_>) -> Result<()> {
        self.opaque(report)?;
        self.unknown(report)?;
        let (state, device, manifest, shape) = (self.state, self.device, self.manifest, self.shape);
        let mut done = Ok(());
        state.diff_with(device, manifest, shape, memory, &mut |difference| {
            if done.is_ok() {
                done = self.difference(&difference, report);
            }
        })?;
        done
    }

    /// What is opaque in the state cannot be told, whatever the receiver has.
    fn opaque(&self, report: Report<'_>) -> Result<()> {
        let (mut at, mut last_raw) = (self.device, None);
        loop {
            let raw = matches!(self.state.value(at)?, Value::Raw(_));
            // Raw bytes may come in many pieces.
            let told = raw && last_raw.is_some() && last_raw == self.state.previous_sibling(at)?;
            if raw {
                last_raw = Some(at);
            }
            if (raw && !told) || self.state.marks(at)?.contains(Marks::OPAQUE) {
                let verdict = Verdict::new(Answer::CannotTell, Reason::Opaque);
                self.tell(report, verdict, self.state.path(at)?);
            }
            match following(self.state, self.device, at)? {
                Some(next) => at = next,
                None => return Ok(()),
            }
        }
    }

    /// Nor can what is opaque in the shape: a value that must be the receiver's, which its table does not tell.
    fn unknown(&self, report: Report<'_>) -> Result<()> {
        let mut next = Some(self.shape);
        while let Some(at) = next {
            let scalar = matches!(self.manifest.value(at)?, Value::Scalar(..));
            if scalar && self.manifest.marks(at)?.contains(Marks::OPAQUE) {
                let verdict = Verdict::new(Answer::CannotTell, Reason::ValueUnknown);
                self.tell(report, verdict, self.path_of_shape(at)?);
            }
            next = following(self.manifest, self.shape, at)?;
        }
        Ok(())
    }

    fn difference(&mut self, difference: &Difference, report: Report<'_>) -> Result<()> {
        match (difference.left, difference.right, difference.change) {
            (Some(sent), None, _) => self.only_sent(sent, report),
            (None, Some(read), _) => self.only_read(read, report),
            (Some(sent), Some(_), Change::Moved) if !self.named => self.moved(sent, report),
            (Some(sent), Some(read), Change::Marks) => self.described(sent, read, report),
            (Some(sent), Some(read), Change::Type) => self.types(sent, read, report),
            (Some(sent), Some(read), Change::Value) => {
                self.values(sent, read, difference.secret, report)
            }
            _ => Ok(()),
        }
    }

    /// An item in another place than the receiver's, on a wire that has no names.
    fn moved(&self, sent: NodeId, report: Report<'_>) -> Result<()> {
        // These have names on all wires.
        if matches!(self.state.value(sent)?, Value::Subsection { .. }) {
            return Ok(());
        }
        let verdict = self.mismatch(Reason::Order, Some(sent), None)?;
        self.tell(report, verdict, self.state.path(sent)?);
        Ok(())
    }

    /// Bytes that only the sender describes.
    fn described(&self, sent: NodeId, read: NodeId, report: Report<'_>) -> Result<()> {
        let opaque = self.is_opaque(read)? && !self.state.marks(sent)?.contains(Marks::OPAQUE);
        if opaque {
            let verdict = Verdict::new(Answer::CannotTell, Reason::Opaque);
            self.tell(report, verdict, self.state.path(sent)?);
        }
        Ok(())
    }

    /// Whether nobody describes what the receiver reads. Of a number the mark says something else.
    fn is_opaque(&self, read: NodeId) -> Result<bool> {
        let scalar = matches!(self.manifest.value(read)?, Value::Scalar(..));
        Ok(!scalar && self.manifest.marks(read)?.contains(Marks::OPAQUE))
    }

    /// An item that the receiver does not know.
    fn only_sent(&mut self, sent: NodeId, report: Report<'_>) -> Result<()> {
        let (parent, marks) = (self.state.parent(sent)?, self.state.marks(sent)?);
        if parent.is_some() && parent == self.around.untold {
            return Ok(());
        }
        let verdict = match self.state.value(sent)? {
            Value::Element => return self.more_elements(parent, report),
            // That was told.
            Value::Raw(_) if self.blob => return Ok(()),
            _ if self.named
                && marks.contains(Marks::ANCILLARY)
                && !self.is_repeated(self.state, sent)? =>
            {
                Verdict::new(Answer::Losses, Reason::Skipped)
            }
            // It may be what is described on the other side.
            _ if marks.contains(Marks::OPAQUE) => return Ok(()),
            Value::Subsection { version } => self
                .mismatch(Reason::UnknownSubsection, Some(sent), None)?
                .with(Detail::None, Detail::Number(version.into())),
            _ if self.is_repeated(self.state, sent)? => {
                Verdict::new(Answer::CannotTell, Reason::RepeatedItem)
            }
            value => self
                .mismatch(Reason::UnknownItem, Some(sent), None)?
                .with(Detail::None, type_of(&value)),
        };
        self.tell(report, verdict, self.state.path(sent)?);
        Ok(())
    }

    /// Whether another item of its scope has the name of this one. The comparison pairs items of one name otherwise
    /// than a reader where there are more on one side.
    fn is_repeated(&mut self, tree: &Tree<'_>, node: NodeId) -> Result<bool> {
        let Some(parent) = tree.parent(node)? else { return Ok(false) };
        self.around.looked = self.around.looked.saturating_add(1);
        if self.around.looked > MOST_LOOKS {
            self.around.mixed = true;
            return Ok(true);
        }
        let repeated = tree.child_by_name(parent, tree.name(node)?, 1)?.is_some();
        self.around.mixed |= repeated;
        Ok(repeated)
    }

    fn tell(&self, report: Report<'_>, verdict: Verdict<'_>, path: Path) {
        let Verdict { answer, reason, details: (expected, found) } = verdict;
        let answer = match answer {
            Answer::Refused if self.around.mixed => Answer::CannotTell,
            answer => answer,
        };
        report(&Finding { answer, reason, path, expected, found });
    }

    /// More elements of a list than the shape has.
    fn more_elements(&mut self, list: Option<NodeId>, report: Report<'_>) -> Result<()> {
        let Some(list) = list.filter(|list| self.around.longer != Some(*list)) else {
            return Ok(());
        };
        self.around.longer = Some(list);
        let count = Detail::Number(told(self.state.count(list)?));
        let verdict = match self.state.value(list)? {
            Value::List { extent: Extent::Fixed } => {
                self.mismatch(Reason::WrongCount, Some(list), None)?
            }
            _ => Verdict::new(Answer::CannotTell, Reason::Room),
        };
        self.tell(report, verdict.with(Detail::None, count), self.state.path(list)?);
        Ok(())
    }

    /// An item that the state does not have.
    fn only_read(&mut self, read: NodeId, report: Report<'_>) -> Result<()> {
        let (parent, marks) = (self.manifest.parent(read)?, self.manifest.marks(read)?);
        let Some(parent) = parent.filter(|parent| self.around.absent != Some(*parent)) else {
            return Ok(());
        };
        let verdict = match self.manifest.value(read)? {
            Value::Element => return self.fewer_elements(parent, report),
            // Subsections are found by the stream.
            Value::Subsection { .. } => return Ok(()),
            _ if self.is_repeated(self.manifest, read)? => {
                Verdict::new(Answer::CannotTell, Reason::RepeatedItem)
            }
            _ if self.named && marks.contains(Marks::ANCILLARY) => return Ok(()),
            value => self
                .mismatch(Reason::MissingItem, None, Some(read))?
                .with(type_of(&value), Detail::None),
        };
        self.tell(report, verdict, self.path_of_shape(read)?);
        Ok(())
    }

    /// Fewer elements of a list than the shape has.
    fn fewer_elements(&mut self, list: NodeId, report: Report<'_>) -> Result<()> {
        let fixed = matches!(self.manifest.value(list)?, Value::List { extent: Extent::Fixed });
        if !fixed || self.around.shorter == Some(list) {
            return Ok(());
        }
        self.around.shorter = Some(list);
        let count = Detail::Number(told(self.manifest.count(list)?));
        let verdict = match self.manifest.marks(list)?.contains(Marks::ANCILLARY) {
            true => Verdict::new(Answer::CannotTell, Reason::Room),
            false => self.mismatch(Reason::WrongCount, None, Some(list))?,
        };
        self.tell(report, verdict.with(count, Detail::None), self.path_of_shape(list)?);
        Ok(())
    }

    /// An item of another type than the receiver's.
    fn types(&mut self, sent: NodeId, read: NodeId, report: Report<'_>) -> Result<()> {
        let (have, take) = (self.state.value(sent)?, self.manifest.value(read)?);
        let fits = match (have, take) {
            (Value::Scalar(from, _), Value::Scalar(to, _)) if !self.fits(from, to) => false,
            (Value::Scalar(from, bits), Value::Scalar(to, wanted)) => match widen(from, to, bits) {
                Some(bits) if self.is_bound(read)? && bits != wanted => {
                    return self.value_differs(sent, no_details(), report);
                }
                found => found.is_some(),
            },
            (Value::Array(from, extent, _), Value::Array(to, other, _)) => {
                if extent == other && self.fits(from, to) && widen(from, to, 0).is_some() {
                    return self.lengths(sent, read, report);
                }
                false
            }
            _ => false,
        };
        // What is opaque was told.
        if fits || self.state.marks(sent)?.contains(Marks::OPAQUE) || self.is_opaque(read)? {
            return Ok(());
        }
        let verdict = match self.is_of_other_version(Some(sent), None)? {
            true => Verdict::new(Answer::CannotTell, Reason::OtherVersion),
            false => Verdict::new(Answer::Refused, Reason::WrongType),
        };
        let verdict = verdict.with(type_of(&take), type_of(&have));
        self.tell(report, verdict, self.state.path(sent)?);
        Ok(())
    }

    /// Whether the wire lets numbers of one width become those of another.
    fn fits(&self, from: Kind, to: Kind) -> bool {
        self.named || from.width() == to.width()
    }

    /// An item of the receiver's type with another value than the shape's: 0, where the value does not matter.
    fn values(
        &mut self,
        sent: NodeId,
        read: NodeId,
        secret: bool,
        report: Report<'_>,
    ) -> Result<()> {
        let (have, take) = (self.state.value(sent)?, self.manifest.value(read)?);
        match (have, take) {
            (Value::Scalar(_, found), Value::Scalar(_, expected)) if self.is_bound(read)? => {
                let details = match secret {
                    true => no_details(),
                    false => (Detail::Number(expected), Detail::Number(found)),
                };
                self.value_differs(sent, details, report)
            }
            (Value::Array(..) | Value::Bytes(..) | Value::Text(_), _) => {
                self.lengths(sent, read, report)
            }
            (Value::Optional { present: true }, _) => {
                self.around.untold = Some(sent);
                let verdict = Verdict::new(Answer::CannotTell, Reason::NotThere);
                self.tell(report, verdict, self.state.path(sent)?);
                Ok(())
            }
            (Value::Optional { present: false }, _) => {
                self.around.absent = Some(read);
                Ok(())
            }
            (Value::Struct(Some(one)), Value::Struct(Some(other))) => {
                self.structs(sent, read, (one, other), report)
            }
            (Value::Subsection { version: one }, Value::Subsection { version: other }) => {
                self.scope_version((sent, read), (one, other), report)
            }
            _ => Ok(()),
        }
    }

    fn structs(
        &mut self,
        sent: NodeId,
        read: NodeId,
        (one, other): (Description<'_>, Description<'_>),
        report: Report<'_>,
    ) -> Result<()> {
        if one.name != other.name {
            let text = |name| core::str::from_utf8(name).map_or(Detail::None, Detail::Text);
            let verdict = Verdict::new(Answer::Refused, Reason::WrongType);
            let verdict = verdict.with(text(other.name), text(one.name));
            self.tell(report, verdict, self.state.path(sent)?);
            return Ok(());
        }
        let versions = (one.versions.current, other.versions.current);
        self.scope_version((sent, read), versions, report)
    }

    /// A struct or subsection of another version than the shape's.
    fn scope_version(
        &mut self,
        (sent, read): (NodeId, NodeId),
        (found, newest): (u32, u32),
        report: Report<'_>,
    ) -> Result<()> {
        let inside = self.is_of_other_version(Some(sent), None)?;
        let verdict = match found > newest && !inside {
            true => Verdict::new(Answer::Refused, Reason::TooNew),
            false => Verdict::new(Answer::CannotTell, Reason::OtherVersion),
        };
        let verdict = verdict.with(Detail::Number(newest.into()), Detail::Number(found.into()));
        self.tell(report, verdict, self.state.path(sent)?);
        if !inside {
            self.around.version = Some((sent, read));
        }
        Ok(())
    }

    /// Elements or bytes of which the number may differ.
    fn lengths(&mut self, sent: NodeId, read: NodeId, report: Report<'_>) -> Result<()> {
        let (have, take) = (self.state.value(sent)?, self.manifest.value(read)?);
        let (found, expected) = (length(&have), length(&take));
        let marks = self.manifest.marks(read)?;
        if self.is_bound(read)? && have != take {
            return self.value_differs(sent, no_details(), report);
        }
        let verdict = match extent(&have) {
            Extent::Variable if found <= expected => return Ok(()),
            Extent::Fixed if found == expected => return Ok(()),
            Extent::Fixed if !marks.contains(Marks::ANCILLARY) => {
                self.mismatch(Reason::WrongCount, Some(sent), None)?
            }
            _ => Verdict::new(Answer::CannotTell, Reason::Room),
        };
        let count = |count: usize| Detail::Number(told(count));
        self.tell(report, verdict.with(count(expected), count(found)), self.state.path(sent)?);
        Ok(())
    }

    fn value_differs(&self, sent: NodeId, details: Details<'_>, report: Report<'_>) -> Result<()> {
        let (answer, reason) = (Answer::Refused, Reason::ValueDiffers);
        self.tell(report, Verdict { answer, reason, details }, self.state.path(sent)?);
        Ok(())
    }

    /// Whether the receiver takes only the value that stands in the shape.
    fn is_bound(&self, read: NodeId) -> Result<bool> {
        Ok(self.manifest.marks(read)?.contains(Marks::VOLATILE))
    }

    /// Something that only one side has. Where not all is known that the receiver accepts, it cannot be told.
    fn mismatch(
        &self,
        reason: Reason,
        sent: Option<NodeId>,
        read: Option<NodeId>,
    ) -> Result<Verdict<'static>> {
        let certain = self.known == Known::All && !self.is_of_other_version(sent, read)?;
        Ok(Verdict::new(if certain { Answer::Refused } else { Answer::CannotTell }, reason))
    }

    /// Whether an item of one side lies in a scope whose version is not that of the shape.
    fn is_of_other_version(&self, sent: Option<NodeId>, read: Option<NodeId>) -> Result<bool> {
        let Some((state, shape)) = self.around.version else { return Ok(false) };
        match (sent, read) {
            (Some(sent), _) => is_within(self.state, sent, state),
            (None, Some(read)) => is_within(self.manifest, read, shape),
            (None, None) => Ok(false),
        }
    }

    /// The path that an item of the shape would have in the state.
    fn path_of_shape(&self, read: NodeId) -> Result<Path> {
        let (device, shape) = (self.state.path(self.device)?, self.manifest.path(self.shape)?);
        let path = self.manifest.path(read)?;
        let inside = path.as_str().strip_prefix(shape.as_str());
        Ok(Path::build(&mut |put| {
            put(device.as_str().as_bytes());
            // A path that was shortened keeps its end.
            put(inside.unwrap_or(path.as_str()).as_bytes());
        }))
    }
}

/// The node after this one inside of `top`, from outside in.
fn following(tree: &Tree<'_>, top: NodeId, node: NodeId) -> Result<Option<NodeId>> {
    if let Some(child) = tree.first_child(node)? {
        return Ok(Some(child));
    }
    let mut at = node;
    while at != top {
        if let Some(next) = tree.next_sibling(at)? {
            return Ok(Some(next));
        }
        let Some(parent) = tree.parent(at)? else { return Ok(None) };
        at = parent;
    }
    Ok(None)
}

/// Whether a node lies in a scope; no tree is deep.
fn is_within(tree: &Tree<'_>, node: NodeId, scope: NodeId) -> Result<bool> {
    let mut at = Some(node);
    while let Some(inner) = at {
        if inner == scope {
            return Ok(true);
        }
        at = tree.parent(inner)?;
    }
    Ok(false)
}

fn length(value: &Value<'_>) -> usize {
    match value {
        Value::Array(kind, _, bytes) => kind.width().elements_in(bytes.len()),
        Value::Bytes(_, bytes) => bytes.len(),
        Value::Text(text) => text.len(),
        _ => 0,
    }
}

/// A text has the length that it has.
fn extent(value: &Value<'_>) -> Extent {
    match value {
        Value::Array(_, extent, _) | Value::Bytes(extent, _) => *extent,
        _ => Extent::Variable,
    }
}

/// The type of an item in words.
fn type_of(value: &Value<'_>) -> Detail<'static> {
    match value {
        Value::Scalar(kind, _) => Detail::Kind(*kind),
        Value::Array(kind, ..) => Detail::Array(*kind),
        Value::Bytes(..) => Detail::Text("bytes"),
        Value::Text(_) => Detail::Text("text"),
        Value::Struct(_) => Detail::Text("struct"),
        Value::List { .. } => Detail::Text("list"),
        Value::Optional { .. } => Detail::Text("optional"),
        Value::Absent => Detail::Text("null pointer"),
        Value::Raw(_) => Detail::Text("raw bytes"),
        Value::Device { .. } => Detail::Text("device"),
        Value::Subsection { .. } => Detail::Text("subsection"),
        Value::Root | Value::Element => Detail::None,
    }
}
