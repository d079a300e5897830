//! One node as it lies in the block: a fixed number of words.

use zerocopy::{FromBytes, IntoBytes};

/// No node: the end of a list of siblings, the parent of the root.
pub(super) const NONE: u32 = u32::MAX;

/// The size of a node in the block.
pub(super) const NODE: usize = WORDS * 4;

const WORDS: usize = 12;

/// Where the form lies in a node, and where the flags.
pub(super) const FORM: usize = 28;
pub(super) const FLAGS: usize = FORM + 3;

/// What a node is; the first byte of its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// On the free list.
    Free,
    Root,
    Device,
    Struct,
    List,
    Element,
    Optional,
    Subsection,
    Scalar,
    Array,
    Bytes,
    Text,
    Absent,
    Raw,
}

impl Form {
    const ALL: [Form; 14] = [
        Form::Free,
        Form::Root,
        Form::Device,
        Form::Struct,
        Form::List,
        Form::Element,
        Form::Optional,
        Form::Subsection,
        Form::Scalar,
        Form::Array,
        Form::Bytes,
        Form::Text,
        Form::Absent,
        Form::Raw,
    ];

    fn of(number: u8) -> Form {
        Form::ALL.get(usize::from(number)).copied().unwrap_or(Form::Free)
    }

    #[allow(clippy::as_conversions, reason = "the discriminant is the number")]
    pub(super) fn number(self) -> u8 {
        self as u8
    }

    /// Whether it may have children.
    pub(super) fn is_scope(self) -> bool {
        matches!(
            self,
            Form::Root
                | Form::Device
                | Form::Struct
                | Form::List
                | Form::Element
                | Form::Optional
                | Form::Subsection
        )
    }

    /// Whether its value lies at the back of the block.
    pub(super) fn has_payload(self) -> bool {
        matches!(self, Form::Array | Form::Bytes | Form::Text | Form::Raw)
    }

    /// Whether it never has a name.
    pub(super) fn is_nameless(self) -> bool {
        matches!(self, Form::Root | Form::Element | Form::Raw)
    }

    /// Whether a reader asks for it by its name; subsections are found by the stream.
    pub(super) fn is_found_by_name(self) -> bool {
        !self.is_nameless() && self != Form::Subsection
    }
}

/// Was given to a reader.
pub(super) const READ: u8 = 1;
/// Was passed over by a reader that does not know it.
pub(super) const SKIPPED: u8 = 2;
/// Stands in a tree of carried items only to say where these come from.
pub(super) const AROUND: u8 = 4;
/// Holds something that is to be carried.
pub(super) const NEEDED: u8 = 8;
/// Was put back by the merge that is going on.
pub(super) const PLACED: u8 = 16;
/// Is the same as a scope around carried items.
pub(super) const MATCHED: u8 = 32;

/// Is recorded in the journal of the change that is open.
pub(super) const LOGGED: u8 = 64;
/// A reader asked whether it is there: it does without.
pub(super) const ASKED: u8 = 128;

/// A node by value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Grows whenever the node is removed, so that a handle of before is told apart. Never 0.
    pub(super) generation: u32,
    pub(super) parent: u32,
    /// The next sibling; the next free node of one that is free.
    pub(super) next: u32,
    pub(super) previous: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    /// The number of its name (see [`names`](super::names)).
    pub(super) name: u32,
    pub(super) form: Form,
    /// The number of a kind, and whether an extent is variable or something optional is there.
    pub(super) detail: u8,
    pub(super) marks: u8,
    pub(super) flags: u8,
    /// The numbers of the value. Of a payload: where it begins, its length, the room for it.
    pub(super) words: [u32; 4],
}

/// What stands where there is no node.
pub(super) const NO_NODE: Node = Node {
    generation: 0,
    parent: NONE,
    next: NONE,
    previous: NONE,
    first: NONE,
    last: NONE,
    name: 0,
    form: Form::Free,
    detail: 0,
    marks: 0,
    flags: 0,
    words: [0; 4],
};

impl Node {
    /// Reads a node from the first bytes of `bytes`.
    pub(super) fn read(bytes: &[u8]) -> Option<Node> {
        let (words, _) = <[u32; WORDS]>::read_from_prefix(bytes).ok()?;
        let [generation, parent, next, previous, first, last, name, tag, a, b, c, d] = words;
        let [form, detail, marks, flags] = tag.to_ne_bytes();
        let form = Form::of(form);
        let words = [a, b, c, d];
        Some(Node {
            generation,
            parent,
            next,
            previous,
            first,
            last,
            name,
            form,
            detail,
            marks,
            flags,
            words,
        })
    }

    /// Writes the node to the first bytes of `bytes`, if they are enough.
    pub(super) fn write(&self, bytes: &mut [u8]) {
        let tag = u32::from_ne_bytes([self.form.number(), self.detail, self.marks, self.flags]);
        let [a, b, c, d] = self.words;
        let Node { generation, parent, next, previous, first, last, name, .. } = *self;
        let words: [u32; WORDS] =
            [generation, parent, next, previous, first, last, name, tag, a, b, c, d];
        // The block has room for every node that was ever begun.
        let _ = words.write_to_prefix(bytes);
    }

    /// Whether a reader has not yet had it, nor passed over it.
    pub(super) fn is_unread(&self) -> bool {
        self.flags & (READ | SKIPPED) == 0
    }

    /// What tells apart items of one name: the instance of a device, which other items do not have.
    pub(super) fn instance(&self) -> Option<u32> {
        match (self.form, self.words) {
            (Form::Device, [instance, ..]) => Some(instance),
            _ => None,
        }
    }
}
