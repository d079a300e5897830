//! Items that one side has in one, and the other in several, or as another type: on the wire they are the same bytes.

use super::part::{below, Part};
use super::shape::{Form, Shape};
use super::siblings::can_stay;

/// The most items that one is divided into.
const MOST_PARTS: usize = 16;

/// How far the same name is looked for on the other side.
const MOST_AHEAD: usize = 64;

/// Both sides with those items of the older one that are the same bytes as the newer one's, if there are any: no step
/// is needed for them.
pub(super) fn joined(
    scope: &str,
    old: &[Shape],
    new: &[Shape],
    part: &mut Part,
) -> Option<(Vec<Shape>, Vec<Shape>)> {
    let mut joined = Vec::new();
    let (mut left, mut right) = (old, new);
    let mut found = false;
    while let [one, ..] = left {
        let at = right.iter().take(MOST_AHEAD).position(|other| other.name == one.name);
        let Some((before, there)) = at.and_then(|at| right.split_at_checked(at)) else {
            left = left.get(1..).unwrap_or_default();
            continue;
        };
        joined.extend_from_slice(before);
        let (taken, given) = same(left, there).unwrap_or((1, 1));
        let is_same =
            (taken, given) != (1, 1) || there.first().is_some_and(|other| recast(one, other));
        let (mine, theirs) = (left.get(..taken), there.get(..given));
        joined.extend_from_slice(if is_same { mine } else { theirs }.unwrap_or_default());
        if is_same {
            found = true;
            let text = "the same bytes in other fields, or of another type: it is loaded as it is";
            part.know(below(scope, &one.name), text);
        }
        (left, right) =
            (left.get(taken..).unwrap_or_default(), there.get(given..).unwrap_or_default());
    }
    joined.extend_from_slice(right);
    found.then(|| (old.to_vec(), joined))
}

/// How many items of each side, the first of which have one name, are the same bytes; both go on alike behind them.
fn same(left: &[Shape], right: &[Shape]) -> Option<(usize, usize)> {
    let (mine, theirs) = (plain(left.first()?)?, plain(right.first()?)?);
    let (taken, given) = match mine < theirs {
        true => (divided(left, theirs)?, 1),
        false if mine > theirs => (1, divided(right, mine)?),
        false => return None,
    };
    let goes_on = match (left.get(taken), right.get(given)) {
        (None, None) => true,
        (Some(one), Some(other)) => one.name == other.name,
        _ => false,
    };
    goes_on.then_some((taken, given))
}

/// How many items, from the first on, have so many bytes.
fn divided(all: &[Shape], whole: usize) -> Option<usize> {
    let mut sum = 0usize;
    for (before, shape) in all.iter().take(MOST_PARTS).enumerate() {
        sum = sum.checked_add(plain(shape)?)?;
        if sum >= whole {
            return (sum == whole).then(|| before.saturating_add(1));
        }
    }
    None
}

/// Whether no step makes one of the other, and both have the same bytes.
fn recast(one: &Shape, other: &Shape) -> bool {
    !can_stay(one, other) && plain(one).is_some() && plain(one) == plain(other)
}

/// The bytes of an item that is nothing but bytes or numbers, and always as many.
fn plain(shape: &Shape) -> Option<usize> {
    let is_plain =
        matches!(shape.form, Form::Scalar(..) | Form::Array(_, false, _) | Form::Bytes(false, _));
    (is_plain && !shape.guessed && !shape.is_blob() && !shape.maybe).then(|| shape.length())
}
