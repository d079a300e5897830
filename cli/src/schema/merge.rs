//! The elements of an array may differ: fields and subsections that only some of them have.

use super::model::{ranked, Count, Description, Exists, Field};

/// The same field or subsection is looked for so far ahead: elements differ in few of them.
const AHEAD: usize = 64;

/// What stands for both elements.
pub(super) fn merge(one: Description, other: Description) -> Description {
    if one == other {
        return one;
    }
    Description {
        name: one.name,
        versions: one.versions,
        ancillary: one.ancillary,
        fields: both(one.fields, other.fields, merge_fields),
        subsections: both(one.subsections, other.subsections, merge_subsections),
    }
}

fn both<T>(one: Option<T>, other: Option<T>, merge: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(merge(one, other)),
        (one, other) => one.or(other),
    }
}

/// Fields in an order that holds for both; those that only one has exist under a condition.
fn merge_fields(one: Vec<Field>, other: Vec<Field>) -> Vec<Field> {
    let mut merged = Vec::new();
    let mut left = one.into_iter().collect::<std::collections::VecDeque<_>>();
    for field in other {
        match left.iter().take(AHEAD).position(|of| of.name == field.name) {
            Some(at) => {
                let before: Vec<Field> = left.drain(..at).collect();
                merged.extend(before.into_iter().map(conditional));
                let same = left.pop_front();
                merged.extend(same.map(|same| merge_field(same, field)));
            }
            None => merged.push(conditional(field)),
        }
    }
    merged.extend(left.into_iter().map(conditional));
    ranked(merged.into_iter().map(|field| Field { rank: 0, ..field }).collect())
}

fn conditional(field: Field) -> Field {
    Field { exists: Exists::Condition, ..field }
}

fn merge_field(one: Field, other: Field) -> Field {
    let count = match one.count == other.count {
        true => one.count,
        false => Count::Variable,
    };
    let exists = match one.exists == other.exists {
        true => one.exists,
        false => Exists::Condition,
    };
    let size = one.size.filter(|size| other.size == Some(*size));
    let description =
        both(one.description, other.description, |one, other| Box::new(merge(*one, *other)));
    Field { count, exists, size, description, ..one }
}

fn merge_subsections(mut one: Vec<Description>, other: Vec<Description>) -> Vec<Description> {
    for subsection in other {
        match one.iter_mut().take(AHEAD).find(|of| of.name == subsection.name) {
            Some(same) => *same = merge(std::mem::take(same), subsection),
            None => one.push(subsection),
        }
    }
    one
}
