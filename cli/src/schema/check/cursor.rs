//! The fields of a description in their order, also those inside of structs that only one side has.

use crate::schema::model::{Count, Description, Field};

/// How many structs around a field are seen through.
const MOST_WRAPS: usize = 8;

/// A place among the fields of a description.
#[derive(Clone)]
pub(super) struct Cursor<'s> {
    levels: Vec<Level<'s>>,
}

#[derive(Clone)]
struct Level<'s> {
    fields: &'s [Field],
    /// At which version the fields of this level are saved or loaded.
    version: Option<i64>,
}

impl<'s> Cursor<'s> {
    /// Before the first field.
    pub(super) fn new(fields: &'s [Field], version: Option<i64>) -> Self {
        Cursor { levels: vec![Level { fields, version }] }
    }

    /// The next field.
    pub(super) fn peek(&self) -> Option<&'s Field> {
        self.rest().first()
    }

    /// The fields from the next one on that lie beside it.
    pub(super) fn rest(&self) -> &'s [Field] {
        self.levels.last().map(|level| level.fields).unwrap_or_default()
    }

    /// Whether the next field is one of a struct that was entered.
    pub(super) fn is_inside(&self) -> bool {
        self.levels.len() > 1
    }

    /// At which version the next field is saved or loaded.
    pub(super) fn version(&self) -> Option<i64> {
        self.levels.last().and_then(|level| level.version)
    }

    /// Steps over the next field, and out of structs that end with it.
    pub(super) fn advance(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.fields = level.fields.get(1..).unwrap_or_default();
        }
        while self.is_inside() && self.rest().is_empty() {
            self.levels.pop();
        }
    }

    /// Enters the next field, a struct, and stands before its first field.
    pub(super) fn enter(&mut self, inside: &'s Description) {
        // What follows the struct comes when its fields are used up.
        if let Some(level) = self.levels.last_mut() {
            level.fields = level.fields.get(1..).unwrap_or_default();
        }
        let (fields, version) = (inside.fields(), inside.versions.current);
        self.levels.push(Level { fields, version });
    }
}

/// What is to be entered of `struct`, one in the other, until a field comes that is the same as `field`: fields that
/// were put into a struct have the same bytes as before.
pub(super) fn wraps<'s>(outer: &'s Field, field: &Field) -> Option<Vec<&'s Description>> {
    let (mut entered, mut outer) = (Vec::new(), outer);
    while entered.len() < MOST_WRAPS {
        // An array of structs is no wrap, and subsections are more than the fields.
        let inside = outer.description.as_deref().filter(|inside| {
            matches!(outer.count, Count::Unknown | Count::One) && inside.subsections().is_empty()
        })?;
        outer = inside.fields().first()?;
        entered.push(inside);
        if is_same(outer, field) {
            return Some(entered);
        }
    }
    None
}

/// Whether two fields are the same by their names. In the description of a stream the number stands behind a name
/// that several fields have.
pub(super) fn is_same(one: &Field, other: &Field) -> bool {
    one.name == other.name || is_numbered(one, other) || is_numbered(other, one)
}

fn is_numbered(numbered: &Field, plain: &Field) -> bool {
    let rest = numbered.name.strip_prefix(plain.name.as_str());
    let number = rest.and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
    number.is_some_and(|number| number.parse() == Ok(plain.rank))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, rank: u64) -> Field {
        Field { name: name.to_owned(), rank, ..Field::default() }
    }

    fn structure(name: &str, fields: Vec<Field>) -> Field {
        let inside = Description { fields: Some(fields), ..Description::default() };
        Field { description: Some(Box::new(inside)), ..named(name, 0) }
    }

    #[test]
    fn a_number_behind_a_name_is_that_of_the_field() {
        assert!(is_same(&named("a", 0), &named("a", 1)));
        assert!(is_same(&named("a[1]", 0), &named("a", 1)));
        assert!(is_same(&named("a", 1), &named("a[1]", 0)));
        assert!(!is_same(&named("a[1]", 0), &named("a", 0)));
        assert!(!is_same(&named("ab", 0), &named("a", 0)));
        assert!(is_same(&named("a[b]", 0), &named("a[b]", 0)));
    }

    #[test]
    fn structs_are_entered_and_left() {
        let fields = [
            structure("s", vec![structure("t", vec![named("a", 0), named("b", 0)])]),
            named("c", 0),
        ];
        let mut cursor = Cursor::new(&fields, None);
        let entered = wraps(&fields[0], &named("a", 0));
        assert!(wraps(&fields[0], &named("b", 0)).is_none());
        entered.into_iter().flatten().for_each(|inside| cursor.enter(inside));
        let mut seen = Vec::new();
        while let Some(field) = cursor.peek() {
            seen.push((field.name.as_str(), cursor.is_inside()));
            cursor.advance();
        }
        assert_eq!(seen, [("a", true), ("b", true), ("c", false)]);
    }

    #[test]
    fn an_array_of_structs_or_one_with_subsections_is_no_wrap() {
        let field = structure("s", vec![named("a", 0)]);
        assert!(wraps(&field, &named("a", 0)).is_some());
        assert!(wraps(&Field { count: Count::Of(2), ..field.clone() }, &named("a", 0)).is_none());
        let mut more = field;
        let inside = more.description.as_mut().into_iter();
        inside.for_each(|inside| inside.subsections = Some(vec![Description::default()]));
        assert!(wraps(&more, &named("a", 0)).is_none());
    }
}
