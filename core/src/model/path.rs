//! Nodes as text, and text as nodes: `nic/0.rx_ring[3].head`.

use super::node::{Form, NONE};
use super::tree::{NodeId, Tree};
use crate::error::{put_number, Code, Path, Put, Result, MAX_DEPTH};

/// The nodes from the root to the deepest item.
const STEPS: usize = 2 * MAX_DEPTH + 2;

impl Tree<'_> {
    /// The node at a path below `scope`, as it stands in errors: names with dots between them, a slash
    /// and the instance after a device, the number of an element, from 0, in brackets. Of several items
    /// of one name it is the first. Names may have dots and slashes of their own: where several
    /// items fit, the one with the longest name counts.
    ///
    /// # Errors
    /// [`Code::Missing`] when there is none; [`Code::StaleHandle`].
    pub fn find(&self, scope: NodeId, path: &[u8]) -> Result<NodeId> {
        let (mut at, mut rest) = (self.check(scope)?, path);
        while !rest.is_empty() {
            (at, rest) = match rest.strip_prefix(b"[") {
                Some(number) => self.element_at(at, number)?,
                None => self.child_at(at, rest.strip_prefix(b".").unwrap_or(rest))?,
            };
        }
        Ok(self.id(at))
    }

    /// The path of a node, shortened in the middle if it is too long.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn path(&self, node: NodeId) -> Result<Path> {
        let index = self.check(node)?;
        Ok(self.path_of(index))
    }

    pub(super) fn path_of(&self, index: u32) -> Path {
        Path::build(&mut |put| self.put_path(index, put))
    }

    fn put_path(&self, index: u32, put: Put<'_>) {
        let mut steps = heapless::Vec::<u32, STEPS>::new();
        let mut at = index;
        // The tree is never deeper: each step up is one of these.
        while at != NONE && steps.push(at).is_ok() {
            at = self.node(at).parent;
        }
        let mut begun = false;
        for &step in steps.iter().rev() {
            begun |= self.put_step(step, begun, put);
        }
    }

    /// Puts the part of one node; says whether there was anything to put.
    fn put_step(&self, index: u32, dotted: bool, put: Put<'_>) -> bool {
        let (node, name) = (self.node(index), self.name_at(index));
        if node.form == Form::Element {
            put(b"[");
            put_number(self.element_number(index), put);
            put(b"]");
            return true;
        }
        if dotted && !name.is_empty() {
            put(b".");
        }
        put(name);
        if let Some(instance) = node.instance() {
            put(b"/");
            put_number(u64::from(instance), put);
        }
        !name.is_empty() || node.form == Form::Device
    }

    /// How many elements stand before this one.
    fn element_number(&self, index: u32) -> u64 {
        let (mut number, mut at) = (0u64, self.node(index).previous);
        while at != NONE {
            let node = self.node(at);
            number = number.saturating_add(u64::from(node.form == Form::Element));
            at = node.previous;
        }
        number
    }

    /// The element whose number and closing bracket `text` begins with, and the text after it.
    fn element_at<'p>(&self, list: u32, text: &'p [u8]) -> Result<(u32, &'p [u8])> {
        let (number, rest) = leading_number(text).ok_or(Code::Missing)?;
        let rest = rest.strip_prefix(b"]").ok_or(Code::Missing)?;
        let mut left = number;
        let mut at = self.node(list).first;
        while at != NONE {
            let node = self.node(at);
            match (node.form, left) {
                (Form::Element, 0) => return Ok((at, rest)),
                (Form::Element, _) => left = left.wrapping_sub(1),
                _ => {}
            }
            at = node.next;
        }
        Err(Code::Missing)
    }

    /// The child with the longest name that `text` begins with, and the text after it.
    fn child_at<'p>(&self, scope: u32, text: &'p [u8]) -> Result<(u32, &'p [u8])> {
        let mut best = None;
        let mut at = self.node(scope).first;
        while at != NONE {
            if let Some(rest) = self.after_name(at, text) {
                if best.is_none_or(|(_, found): (u32, &[u8])| rest.len() < found.len()) {
                    best = Some((at, rest));
                }
            }
            at = self.node(at).next;
        }
        best.ok_or(Code::Missing)
    }

    /// What follows the name of a node in a path that begins with it.
    fn after_name<'p>(&self, index: u32, text: &'p [u8]) -> Option<&'p [u8]> {
        let (node, name) = (self.node(index), self.name_at(index));
        let rest = text.strip_prefix(name).filter(|_| !name.is_empty())?;
        let rest = match node.instance() {
            Some(instance) => {
                let (found, rest) = leading_number(rest.strip_prefix(b"/")?)?;
                (found == instance).then_some(rest)?
            }
            None => rest,
        };
        rest.first().is_none_or(|next| matches!(next, b'.' | b'[')).then_some(rest)
    }
}

/// The decimal number at the start of a text, and the text after it.
fn leading_number(text: &[u8]) -> Option<(u32, &[u8])> {
    let (mut number, mut rest) = (None, text);
    while let Some((digit @ b'0'..=b'9', others)) = rest.split_first() {
        let digit = u32::from(digit.wrapping_sub(b'0'));
        number = Some(number.unwrap_or(0u32).checked_mul(10)?.checked_add(digit)?);
        rest = others;
    }
    number.map(|number| (number, rest))
}
