//! The beginning of a scope that is kept until something of it is shown.

use migcore::visit::{Description, Extent, Marks, Scope, Versions};

use super::{Fact, Form, Line, Places};

/// A scope or group that the filter leaves out, unless something inside of it is let through.
#[derive(Debug)]
pub(super) enum Pending {
    Scope(PendingScope),
    Group(String, Vec<(String, KeptFact)>),
}

#[derive(Debug)]
pub(super) struct PendingScope {
    name: Vec<u8>,
    marks: Marks,
    hidden: bool,
    number: Option<u64>,
    oldest_reader: Option<u32>,
    places: Places,
    scope: Kept,
}

#[derive(Debug)]
pub(super) enum KeptFact {
    Text(String),
    Number(u64),
    Flag(bool),
}

/// A scope without references.
#[derive(Debug)]
enum Kept {
    Device(u32, Versions),
    Struct,
    Described(Vec<u8>, Versions),
    List(Extent, usize),
    Element,
    Optional(bool),
    Subsection(u32),
}

impl Pending {
    pub(super) fn scope(line: &Line<'_>, scope: &Scope<'_>) -> Self {
        let places = Places::new();
        line.places.get(|offset, type_name| places.place(offset, type_name));
        Pending::Scope(PendingScope {
            name: line.name.to_vec(),
            marks: line.marks,
            hidden: line.hidden,
            number: line.number,
            oldest_reader: line.oldest_reader,
            places,
            scope: Kept::of(scope),
        })
    }

    pub(super) fn group(what: &str, facts: &[(&str, Fact<'_>)]) -> Self {
        let kept = |(name, fact): &(&str, Fact<'_>)| ((*name).to_owned(), KeptFact::of(fact));
        Pending::Group(what.to_owned(), facts.iter().map(kept).collect())
    }

    pub(super) fn show(&self, form: &mut impl Form) {
        match self {
            Pending::Scope(scope) => scope.show(form),
            Pending::Group(what, facts) => {
                let facts = facts.iter().map(|(name, fact)| (name.as_str(), fact.fact()));
                form.begin_group(what, &facts.collect::<Vec<_>>());
            }
        }
    }
}

impl PendingScope {
    fn show(&self, form: &mut impl Form) {
        let line = Line {
            name: &self.name,
            marks: self.marks,
            hidden: self.hidden,
            number: self.number,
            oldest_reader: self.oldest_reader,
            places: &self.places,
        };
        form.open(&line, &self.scope.scope());
    }
}

impl KeptFact {
    fn of(fact: &Fact<'_>) -> Self {
        match fact {
            Fact::Text(text) => KeptFact::Text((*text).to_owned()),
            Fact::Number(number) => KeptFact::Number(*number),
            Fact::Flag(flag) => KeptFact::Flag(*flag),
        }
    }

    fn fact(&self) -> Fact<'_> {
        match self {
            KeptFact::Text(text) => Fact::Text(text),
            KeptFact::Number(number) => Fact::Number(*number),
            KeptFact::Flag(flag) => Fact::Flag(*flag),
        }
    }
}

impl Kept {
    fn of(scope: &Scope<'_>) -> Self {
        match *scope {
            Scope::Device { instance, versions } => Kept::Device(instance, versions),
            Scope::Struct(None) => Kept::Struct,
            Scope::Struct(Some(Description { name, versions })) => {
                Kept::Described(name.to_vec(), versions)
            }
            Scope::List { extent, count } => Kept::List(extent, count),
            Scope::Element => Kept::Element,
            Scope::Optional { present } => Kept::Optional(present),
            Scope::Subsection { version } => Kept::Subsection(version),
        }
    }

    fn scope(&self) -> Scope<'_> {
        match self {
            Kept::Device(instance, versions) => {
                Scope::Device { instance: *instance, versions: *versions }
            }
            Kept::Struct => Scope::Struct(None),
            Kept::Described(name, versions) => {
                Scope::Struct(Some(Description { name, versions: *versions }))
            }
            Kept::List(extent, count) => Scope::List { extent: *extent, count: *count },
            Kept::Element => Scope::Element,
            Kept::Optional(present) => Scope::Optional { present: *present },
            Kept::Subsection(version) => Scope::Subsection { version: *version },
        }
    }
}
