//! Values that are others, or of another type.

use super::convert::{converted, element, put_element};
use super::words::{put_form, put_range};
use super::{Loss, Work};
use crate::compat::declare::item::{is_same, normal};
use crate::compat::{Form, Otherwise, What};
use crate::error::{Code, Fault, Path, Result};
use crate::model::{put_scalar, NodeId, Tree, Value};
use crate::visit::{Extent, Kind, Marks};

/// See [`Step::Map`](crate::compat::Step::Map).
pub(super) struct Map<'a> {
    pub(super) pairs: &'a [(u64, u64)],
    pub(super) turned: bool,
    pub(super) otherwise: Otherwise,
}

impl Map<'_> {
    fn forth(&self, kind: Kind, bits: u64) -> Option<u64> {
        self.look(kind, bits, self.turned)
    }

    fn back(&self, kind: Kind, bits: u64) -> Option<u64> {
        self.look(kind, bits, !self.turned)
    }

    fn look(&self, kind: Kind, bits: u64, turned: bool) -> Option<u64> {
        let ends = |&(older, newer): &(u64, u64)| {
            let (older, newer) = (normal(kind, older), normal(kind, newer));
            if turned {
                (newer, older)
            } else {
                (older, newer)
            }
        };
        let found = self.pairs.iter().map(ends).find(|(from, _)| *from == bits);
        match (found, self.otherwise) {
            (Some((_, to)), _) => Some(to),
            (None, Otherwise::Keep) => Some(bits),
            (None, Otherwise::Refuse) => None,
        }
    }
}

/// See [`Step::Bits`](crate::compat::Step::Bits).
pub(super) struct Bits {
    pub(super) at: u32,
    pub(super) mask: u64,
    pub(super) from: Option<u64>,
    pub(super) to: Option<u64>,
}

/// The least significant byte first: bits of buffers.
const EIGHT: usize = 8;

impl Work<'_, '_> {
    pub(super) fn set(
        &mut self,
        item: NodeId,
        from: Option<Value<'_>>,
        to: Option<Value<'_>>,
    ) -> Result<()> {
        self.check_not_opaque(item)?;
        let there = self.tree.value(item)?;
        if from.is_none() && to.is_none() {
            return Err(Code::InvalidArgument);
        }
        let mut values = [from, to].into_iter().flatten();
        if let Some(expected) = values.find(|value| !is_of_type(value, &there)) {
            return self.other_type(item, form_of(&expected));
        }
        // What the way back will put here, if nothing is lost.
        let expected = from.or(to).is_some_and(|value| is_same(&value, &there));
        if !expected {
            let (node, known) = (Some(item), from.is_some());
            self.lose_of(item, &Loss { node, known, ..Loss::of(What::Value) })?;
        }
        let mut lost = self.found(What::Value)?.and_then(|found| found.node);
        if let Some(node) = lost {
            let (tree, found) = (&*self.tree, self.tree.value(node)?);
            let there = tree.value(item)?;
            if !is_of_type(&found, &there) {
                return Err(Code::WrongType);
            }
            // Unless it is what the way there left here, it was written since, and counts.
            if !is_same(&from.unwrap_or(found), &there) {
                self.ledger.unfit();
                lost = None;
            }
        }
        self.changed(item, |tree| match (lost, to) {
            (Some(lost), _) => swap(tree, item, lost),
            (None, Some(to)) => tree.replace(item, to),
            (None, None) => Ok(()),
        })
    }

    pub(super) fn map(&mut self, item: NodeId, map: &Map<'_>) -> Result<()> {
        self.check_not_opaque(item)?;
        let lost = self.found(What::Value)?.and_then(|found| found.node);
        if let Some(lost) = lost {
            if is_mapped(self.tree, item, lost, map)? {
                return self.changed(item, |tree| swap(tree, item, lost));
            }
            self.ledger.unfit();
        }
        let mut exact = true;
        let mut refused = None;
        let (kind, elements) = elements(self.tree, item)?;
        for bits in elements {
            let new = map.forth(kind, bits);
            refused = refused.or(if new.is_none() { Some(bits) } else { None });
            exact &= new.is_some_and(|new| map.back(kind, new) == Some(bits));
        }
        if let Some(found) = refused {
            let hidden = self.tree.is_secret(item)?;
            *self.detail = Path::build(&mut |put| {
                put(b"no pair is for ");
                match hidden {
                    true => put(b"it"),
                    false => put_scalar(kind, found, put),
                }
            });
            if !hidden {
                self.fault = Fault { found, ..Fault::default() };
            }
            return Err(Code::ValueDiffers);
        }
        if !exact {
            self.lose_of(item, &Loss { node: Some(item), ..Loss::of(What::Value) })?;
        }
        self.changed(item, |tree| {
            rewrite(tree, item, &|_, bits| map.forth(kind, bits).unwrap_or(bits))
        })
    }

    pub(super) fn bits(&mut self, item: NodeId, bits: &Bits) -> Result<()> {
        let &Bits { at, mask, from, to } = bits;
        let there = bits_of(self.tree, item, at, mask)?;
        if from.is_none() && to.is_none() {
            return Err(Code::InvalidArgument);
        }
        if from.or(to).is_some_and(|value| value & mask != there) {
            let known = from.is_some();
            let node = Some(item);
            self.lose_of(item, &Loss { node, bits: there, known, ..Loss::of(What::Bits) })?;
        }
        let mut lost = self.found(What::Bits)?.map(|found| found.bits);
        // As for a value: what the way there left is still here.
        if lost.is_some_and(|lost| from.unwrap_or(lost) & mask != there) {
            self.ledger.unfit();
            lost = None;
        }
        let new = lost.or(to).map_or(there, |new| new & mask);
        self.changed(item, |tree| match new == there {
            true => Ok(()),
            false => put_bits(tree, item, at, mask, new),
        })
    }

    pub(super) fn retype(&mut self, item: NodeId, from: Form, to: Form) -> Result<()> {
        self.check_not_opaque(item)?;
        if form_of(&self.tree.value(item)?) != Some(from) {
            return self.other_type(item, Some(from));
        }
        self.check_fits(item, to)?;
        self.changed(item, |tree| match (from, to) {
            (Form::Bytes(_), Form::Bytes(_)) => copy_bytes(tree, item, to, 1),
            (Form::Bytes(_), Form::Array(kind, _)) => {
                copy_bytes(tree, item, to, kind.width().bytes())
            }
            (Form::Array(kind, _), Form::Bytes(_)) => {
                copy_bytes(tree, item, to, kind.width().bytes())
            }
            (Form::Bytes(_), Form::Scalar(_)) | (Form::Scalar(_), Form::Bytes(_)) => {
                Err(Code::WrongType)
            }
            (_, Form::Scalar(kind)) => {
                let (old, only) = only_element(tree, item)?;
                let bits = converted(old, kind, only).ok_or(Code::DoesNotFit)?;
                tree.replace(item, Value::Scalar(kind, bits))
            }
            (_, Form::Array(kind, extent)) => convert(tree, item, kind, extent),
        })
    }

    /// The item is not of the type that a step says.
    fn other_type(&mut self, item: NodeId, expected: Option<Form>) -> Result<()> {
        let found = form_of(&self.tree.value(item)?);
        *self.detail = Path::build(&mut |put| {
            put(b"expected ");
            put_form(expected, put);
            put(b", found ");
            put_form(found, put);
        });
        Err(Code::WrongType)
    }

    /// Checks that all numbers of an item fit another type.
    fn check_fits(&mut self, item: NodeId, to: Form) -> Result<()> {
        let (Form::Scalar(kind) | Form::Array(kind, _)) = to else { return Ok(()) };
        let Ok((from, mut elements)) = elements(self.tree, item) else { return Ok(()) };
        let Some(found) = elements.find(|bits| converted(from, kind, *bits).is_none()) else {
            return Ok(());
        };
        drop(elements);
        let hidden = self.tree.is_secret(item)?;
        *self.detail = Path::build(&mut |put| match hidden {
            true => put_range(kind, put),
            false => {
                put_scalar(from, found, put);
                put(b", ");
                put_range(kind, put);
            }
        });
        if !hidden {
            self.fault = Fault { found, ..Fault::default() };
        }
        Err(Code::DoesNotFit)
    }

    fn check_not_opaque(&self, item: NodeId) -> Result<()> {
        match self.tree.marks(item)?.contains(Marks::OPAQUE) {
            true => Err(Code::InvalidArgument),
            false => Ok(()),
        }
    }
}

/// Takes the value of a node that nobody needs any more, if it is of the same type.
fn swap(tree: &mut Tree<'_>, item: NodeId, lost: NodeId) -> Result<()> {
    match is_of_type(&tree.value(lost)?, &tree.value(item)?) {
        true => tree.swap_values(item, lost),
        false => Err(Code::WrongType),
    }
}

/// Whether a value may stand in the place of another: what is of a fixed length keeps that.
fn is_of_type(value: &Value<'_>, there: &Value<'_>) -> bool {
    let same_length = |extent: &Extent, new: &[u8], old: &[u8]| {
        *extent == Extent::Variable || new.len() == old.len()
    };
    match (value, there) {
        (Value::Scalar(kind, _), Value::Scalar(old, _)) => kind == old,
        (Value::Array(kind, extent, new), Value::Array(old, old_extent, there)) => {
            kind == old && extent == old_extent && same_length(extent, new, there)
        }
        (Value::Bytes(extent, new), Value::Bytes(old_extent, there)) => {
            extent == old_extent && same_length(extent, new, there)
        }
        (Value::Text(_), Value::Text(_)) => true,
        _ => false,
    }
}

fn form_of(value: &Value<'_>) -> Option<Form> {
    match *value {
        Value::Scalar(kind, _) => Some(Form::Scalar(kind)),
        Value::Array(kind, extent, _) => Some(Form::Array(kind, extent)),
        Value::Bytes(extent, _) => Some(Form::Bytes(extent)),
        _ => None,
    }
}

/// The values of a scalar or an array, as bits.
fn elements<'t>(
    tree: &'t Tree<'_>,
    item: NodeId,
) -> Result<(Kind, impl Iterator<Item = u64> + 't)> {
    let (kind, scalar, array) = match tree.value(item)? {
        Value::Scalar(kind, bits) => (kind, Some(bits), &[][..]),
        Value::Array(kind, _, elements) => (kind, None, elements),
        _ => return Err(Code::WrongType),
    };
    let array = elements_of(array, kind.width().bytes());
    Ok((kind, scalar.into_iter().chain(array)))
}

/// The bits of elements of so many bytes. Chunks would be divided by their width, of which not every optimiser
/// knows that it is not 0.
fn elements_of(bytes: &[u8], width: usize) -> impl Iterator<Item = u64> + '_ {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (first, after) = rest.split_at_checked(width.max(1))?;
        rest = after;
        Some(element(first))
    })
}

fn places_of(bytes: &mut [u8], width: usize) -> impl Iterator<Item = &mut [u8]> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (first, after) = core::mem::take(&mut rest).split_at_mut_checked(width.max(1))?;
        rest = after;
        Some(first)
    })
}

/// The value of a scalar, or of an array of one element.
fn only_element(tree: &Tree<'_>, item: NodeId) -> Result<(Kind, u64)> {
    let (kind, mut elements) = elements(tree, item)?;
    match (elements.next(), elements.next()) {
        (Some(only), None) => Ok((kind, only)),
        _ => Err(Code::WrongType),
    }
}

/// Gives the values of a scalar or an array other bits, by their number and the old ones.
fn rewrite(tree: &mut Tree<'_>, item: NodeId, new: &dyn Fn(usize, u64) -> u64) -> Result<()> {
    let (kind, extent, length) = match tree.value(item)? {
        Value::Scalar(kind, bits) => {
            return tree.replace(item, Value::Scalar(kind, new(0, bits)));
        }
        Value::Array(kind, extent, elements) => (kind, extent, elements.len()),
        _ => return Err(Code::WrongType),
    };
    let width = kind.width().bytes();
    tree.rewrite(item, Value::Array(kind, extent, &[]), length, &mut |old, places| {
        let pairs = places_of(places, width).zip(elements_of(old, width));
        for (number, (place, old)) in pairs.enumerate() {
            put_element(place, new(number, old));
        }
    })
}

/// Whether an item is what the inverse of a map makes of what was lost.
fn is_mapped(tree: &Tree<'_>, item: NodeId, lost: NodeId, map: &Map<'_>) -> Result<bool> {
    if !is_of_type(&tree.value(lost)?, &tree.value(item)?) {
        return Ok(false);
    }
    let ((kind, there), (_, lost)) = (elements(tree, item)?, elements(tree, lost)?);
    Ok(there.map(Some).eq(lost.map(|bits| map.back(kind, bits))))
}

/// The bits of an item under a mask.
fn bits_of(tree: &Tree<'_>, item: NodeId, at: u32, mask: u64) -> Result<u64> {
    let at = usize::try_from(at).map_err(|_| Code::InvalidArgument)?;
    let (bits, there) = match tree.value(item)? {
        Value::Bytes(_, data) => {
            let data = data.get(at..).ok_or(Code::InvalidArgument)?;
            let mut bytes = [0; EIGHT];
            let mut there = [0; EIGHT];
            for ((byte, there), data) in bytes.iter_mut().zip(&mut there).zip(data) {
                (*byte, *there) = (*data, u8::MAX);
            }
            (u64::from_le_bytes(bytes), u64::from_le_bytes(there))
        }
        Value::Scalar(..) | Value::Array(..) => {
            let (kind, mut elements) = elements(tree, item)?;
            (elements.nth(at).ok_or(Code::InvalidArgument)?, normal(kind, u64::MAX))
        }
        _ => return Err(Code::WrongType),
    };
    match mask & !there {
        0 => Ok(bits & mask),
        _ => Err(Code::InvalidArgument),
    }
}

fn put_bits(tree: &mut Tree<'_>, item: NodeId, at: u32, mask: u64, new: u64) -> Result<()> {
    let at = usize::try_from(at).map_err(|_| Code::InvalidArgument)?;
    let Value::Bytes(extent, data) = tree.value(item)? else {
        return rewrite(tree, item, &|number, old| match number == at {
            true => old & !mask | new,
            false => old,
        });
    };
    let length = data.len();
    tree.rewrite(item, Value::Bytes(extent, &[]), length, &mut |old, places| {
        crate::io::copy(places, old);
        let masked = mask.to_le_bytes().into_iter().zip(new.to_le_bytes());
        let places = places.get_mut(at..).unwrap_or_default();
        for (place, (mask, new)) in places.iter_mut().zip(masked) {
            *place = *place & !mask | new;
        }
    })
}

/// Makes an array of the elements of another, or of a scalar: all of them fit.
fn convert(tree: &mut Tree<'_>, item: NodeId, to: Kind, extent: Extent) -> Result<()> {
    let (from, old) = elements(tree, item)?;
    let count = old.count();
    let scalar = match tree.value(item)? {
        Value::Scalar(_, bits) => Some(bits),
        _ => None,
    };
    let (width, length) = (to.width().bytes(), count.saturating_mul(to.width().bytes()));
    tree.rewrite(item, Value::Array(to, extent, &[]), length, &mut |old, places| {
        let old = elements_of(old, from.width().bytes());
        for (place, old) in places_of(places, width).zip(scalar.into_iter().chain(old)) {
            put_element(place, converted(from, to, old).unwrap_or(old));
        }
    })
}

/// Makes an array of a buffer or the reverse: elements of so many bytes, of which a buffer has the most significant
/// first.
fn copy_bytes(tree: &mut Tree<'_>, item: NodeId, to: Form, width: usize) -> Result<()> {
    let (length, flags) = match tree.value(item)? {
        Value::Array(_, _, data) => (data.len(), true),
        Value::Bytes(_, data) => (data.len(), data.iter().all(|byte| *byte <= 1)),
        _ => return Err(Code::WrongType),
    };
    let value = match to {
        Form::Array(Kind::Bool, _) if !flags => return Err(Code::WrongType),
        Form::Array(kind, _) if !kind.width().divides(length) => return Err(Code::WrongType),
        Form::Array(kind, extent) => Value::Array(kind, extent, &[]),
        Form::Bytes(extent) => Value::Bytes(extent, &[]),
        Form::Scalar(_) => return Err(Code::WrongType),
    };
    tree.rewrite(item, value, length, &mut |old, places| {
        crate::io::copy(places, old);
        if cfg!(target_endian = "little") {
            places_of(places, width).for_each(<[u8]>::reverse);
        }
    })
}
