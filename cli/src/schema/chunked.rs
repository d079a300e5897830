//! What a stream of chunks says of its devices, from the items as they come.

use migcore::codec::observe::{Event, Item};
use migcore::visit::{Extent, Kind, Marks, Scope};

use super::merge::merge;
use super::model::{ranked, Count, Description, Device, Exists, Field, State, Versions};

/// Collects the devices of a stream. A visitor bounds how deep they nest.
#[derive(Default)]
pub(super) struct Collector {
    /// The devices that came.
    pub(super) devices: Vec<Device>,
    open: Vec<Open>,
}

/// A scope that is open.
struct Open {
    name: String,
    ancillary: bool,
    what: What,
    inside: Description,
    /// What stands for all elements of a list.
    element: Option<Description>,
}

#[derive(Clone, Copy)]
enum What {
    Device(u32),
    Struct,
    List(Count),
    Element,
    Optional,
    Subsection,
}

impl Collector {
    /// Takes the next item.
    pub(super) fn item(&mut self, item: &Item<'_>) {
        match item.event {
            Event::Begin(scope) => self.open.push(Open::new(item, scope)),
            Event::End(_) => self.end(),
            _ => self.add(leaf(item)),
        }
    }

    fn add(&mut self, field: Field) {
        if let Some(open) = self.open.last_mut() {
            open.inside.fields.get_or_insert_default().push(field);
        }
    }

    fn end(&mut self) {
        let Some(Open { name, ancillary, what, mut inside, element }) = self.open.pop() else {
            return;
        };
        inside.fields = Some(ranked(inside.fields.unwrap_or_default()));
        match what {
            What::Device(instance) if self.open.is_empty() => self.devices.push(Device {
                name,
                instance: Some(instance),
                versions: inside.versions,
                ancillary,
                state: State::Described(inside),
            }),
            What::Element => self.element(inside),
            What::Subsection => self.subsection(Description { name, ancillary, ..inside }),
            What::List(count) => self.add(list(name, ancillary, count, element)),
            What::Struct => self.add(structure(name, ancillary, inside)),
            What::Optional => self.add(scope(name, ancillary, "optional", inside)),
            What::Device(_) => self.add(scope(name, ancillary, "device", inside)),
        }
    }

    fn element(&mut self, inside: Description) {
        let Some(list) = self.open.last_mut() else { return };
        let inside = whole(inside);
        list.element = Some(match list.element.take() {
            Some(before) => merge(before, inside),
            None => inside,
        });
    }

    fn subsection(&mut self, subsection: Description) {
        if let Some(open) = self.open.last_mut() {
            open.inside.subsections.get_or_insert_default().push(subsection);
        }
    }
}

impl Open {
    fn new(item: &Item<'_>, scope: Scope<'_>) -> Open {
        let name = text(item.name);
        let (what, described, versions) = match scope {
            Scope::Device { instance, versions } => {
                (What::Device(instance), name.clone(), Versions::sent(versions.current))
            }
            Scope::Struct(None) => (What::Struct, String::new(), Versions::default()),
            Scope::Struct(Some(of)) => {
                (What::Struct, text(of.name), Versions::sent(of.versions.current))
            }
            Scope::List { extent, count } => {
                (What::List(counted(extent, count)), String::new(), Versions::default())
            }
            Scope::Element => (What::Element, String::new(), Versions::default()),
            Scope::Optional { .. } => (What::Optional, String::new(), Versions::default()),
            Scope::Subsection { version } => {
                (What::Subsection, name.clone(), Versions::sent(version))
            }
        };
        let inside = Description { name: described, versions, ..Description::default() };
        Open { name, ancillary: is_ancillary(item), what, inside, element: None }
    }
}

/// A struct without a name that is all of an element stands for the element.
fn whole(element: Description) -> Description {
    match element.fields() {
        [Field { name, description: Some(inside), .. }] if name.is_empty() => (**inside).clone(),
        _ => element,
    }
}

/// An array of something that is no scalar: an item without a name is all of an element, or there is a struct.
fn list(name: String, ancillary: bool, count: Count, element: Option<Description>) -> Field {
    let element = element.unwrap_or_default();
    match element.fields() {
        [only] if only.name.is_empty() && only.description.is_none() => {
            Field { name, ancillary, count, rank: 0, ..only.clone() }
        }
        _ => Field { count, ..scope(name, ancillary, "list", element) },
    }
}

/// A struct, or the queue that a description of QEMU gives as one.
fn structure(name: String, ancillary: bool, inside: Description) -> Field {
    match queued(&inside) {
        Some(element) => {
            Field { count: Count::Variable, ..scope(name, ancillary, "qtailq", element.clone()) }
        }
        None => scope(name, ancillary, "struct", inside),
    }
}

/// What the elements of a queue are: a list of what is optional, the last of which is not there.
fn queued(inside: &Description) -> Option<&Description> {
    let [list] = inside.fields() else { return None };
    let [optional] = list.description.as_ref().filter(|_| list.name == "elements")?.fields() else {
        return None;
    };
    let there = optional.kind.as_deref() == Some("optional") && optional.name.is_empty();
    optional.description.as_deref().filter(|_| there)
}

fn scope(name: String, ancillary: bool, kind: &str, inside: Description) -> Field {
    let description = Some(Box::new(inside));
    Field { count: Count::One, description, ..sent(name, ancillary, kind) }
}

fn sent(name: String, ancillary: bool, kind: &str) -> Field {
    Field { name, ancillary, kind: Some(kind.to_owned()), exists: Exists::Sent, ..Field::default() }
}

fn leaf(item: &Item<'_>) -> Field {
    let field = |kind: &str| sent(text(item.name), is_ancillary(item), kind);
    let width = |kind: Kind| u64::try_from(kind.width().bytes()).ok();
    match item.event {
        Event::Scalar(kind, _) => {
            Field { size: width(kind), count: Count::One, ..field(kind.text()) }
        }
        Event::Array(kind, extent, bytes) => {
            let count = counted(extent, kind.width().elements_in(bytes.len()));
            Field { size: width(kind), count, ..field(kind.text()) }
        }
        Event::Bytes(Extent::Fixed, bytes) => {
            let size = u64::try_from(bytes.len()).ok();
            Field { size, count: Count::One, ..field("bytes") }
        }
        Event::Bytes(Extent::Variable, _) => {
            Field { size: Some(1), count: Count::Variable, ..field("bytes") }
        }
        Event::Text(_) => Field { size: Some(1), count: Count::Variable, ..field("text") },
        Event::Raw(_) => Field { count: Count::One, ..field("raw") },
        Event::Absent | Event::Begin(_) | Event::End(_) => {
            Field { count: Count::One, ..field("null") }
        }
    }
}

fn counted(extent: Extent, count: usize) -> Count {
    match extent {
        Extent::Fixed => u64::try_from(count).map_or(Count::Unknown, Count::Of),
        Extent::Variable => Count::Variable,
    }
}

fn is_ancillary(item: &Item<'_>) -> bool {
    item.marks.contains(Marks::ANCILLARY)
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
