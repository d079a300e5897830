//! The entries of one device, from its items; what was said of them before where that still holds.

use std::collections::{HashMap, VecDeque};

use migcore::codec::vmdesc::{size_of, Content, Description, Device, Field, Nested};
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{Extent, Kind, Marks};

use super::{part, Proof};
use crate::input::told;
use crate::schema::kinds::{class, Class, UNNAMED};
use crate::transform::encode;
use crate::transform::load::Origins;

/// Arrays that are one entry, which says their bytes.
const WHOLE_ARRAYS: [&str; 2] = ["bitmap", "pci irq state"];

/// Structs whose inside lies among the keys of their entry.
const INLINE: [&str; 2] = ["vstruct", "tmp"];

/// What describes a device. `None` of its calls says that QEMU's descriptions cannot tell such an item.
pub(in crate::transform) struct Describing<'d, 't> {
    pub(super) tree: &'d Tree<'t>,
    pub(super) origins: &'d Origins,
    pub(super) proof: &'d mut Proof,
}

impl<'d> Describing<'d, '_> {
    /// What is said of a device of this version.
    pub(super) fn device(
        &mut self,
        node: NodeId,
        name: &str,
        version: u32,
        old: Option<&Device>,
    ) -> Option<Content> {
        let old = match old.map(|old| &old.content) {
            Some(Content::Described(old)) => Some(old),
            Some(Content::Handler { .. }) => return None,
            None => None,
        };
        // The path of a device is no part of what it is.
        let last = name.rsplit('/').next().unwrap_or(name);
        let name = old.map_or(last, |old| &old.name).to_owned();
        self.description(node, name, version, old).map(Content::Described)
    }

    /// The fields and subsections in a scope.
    pub(super) fn description(
        &mut self,
        scope: NodeId,
        name: String,
        version: u32,
        old: Option<&Description>,
    ) -> Option<Description> {
        let mut runs = Runs::new(old);
        let (mut fields, mut subsections) = (Vec::new(), Vec::new());
        let mut child = self.tree.first_child(scope).ok()?;
        while let Some(node) = child {
            let name = self.name(node)?;
            if let Ok(Value::Subsection { version }) = self.tree.value(node) {
                let before = part(old, &name);
                subsections.push(self.description(node, name, version, before)?);
            } else {
                let before = runs.take(&name);
                fields.extend(self.field(node, name, before)?);
            }
            child = self.tree.next_sibling(node).ok()?;
        }
        let said = old.is_some_and(|old| old.subsections.is_some());
        let subsections = (said || !subsections.is_empty()).then_some(subsections);
        Some(Description { name, version, fields, subsections })
    }

    /// The entries of an item.
    pub(super) fn field(
        &mut self,
        node: NodeId,
        name: String,
        old: &[Field],
    ) -> Option<Vec<Field>> {
        if !old.is_empty() && self.proof.describes(self.tree, node, old) {
            return Some(old.to_vec());
        }
        let said = self.kind(node, old);
        let plain = |kind: &str, nested: Nested, size: usize| Field {
            name: name.clone(),
            array_len: None,
            index: None,
            kind: kind.to_owned(),
            nested,
            size: told(size),
        };
        let field = match self.tree.value(node).ok()? {
            Value::Scalar(kind, _) => {
                plain(said.unwrap_or(type_of(kind)?), Nested::None, kind.width().bytes())
            }
            Value::Array(_, Extent::Fixed, bytes) if said.is_some_and(is_whole_array) => {
                plain(said?, Nested::None, bytes.len())
            }
            Value::Array(kind, Extent::Fixed, bytes) => {
                let width = kind.width();
                let array_len = Some(told(width.elements_in(bytes.len())));
                let kind = said.unwrap_or(type_of(kind)?);
                Field { array_len, ..plain(kind, Nested::None, width.bytes()) }
            }
            Value::Bytes(Extent::Fixed, bytes) => {
                plain(self.bytes(node, said), Nested::None, bytes.len())
            }
            Value::Text(text) => plain("capability", Nested::None, text.len().saturating_add(1)),
            Value::Absent => match said {
                Some("struct") => plain("struct", Nested::Struct(None), 1),
                said => plain(said.unwrap_or("nullptr"), Nested::None, 1),
            },
            Value::Struct(Some(description)) => {
                let version = description.versions.current;
                let named = String::from_utf8(description.name.to_vec()).ok()?;
                let before = old.first().and_then(inside);
                let inside = self.description(node, named, version, before)?;
                let size = size(&inside)?;
                let kind = said.unwrap_or("struct");
                let nested = match INLINE.contains(&kind) {
                    true => Nested::Inline(vec![inside]),
                    false => Nested::Struct(Some(Box::new(inside))),
                };
                Field { size, ..plain(kind, nested, 0) }
            }
            Value::Struct(None) => {
                let length = encode::whole(self.tree, node).ok()?.len();
                let kind = said?;
                let nested = Nested::Inline(self.chain(node, &name, old.first())?);
                plain(kind, nested, length)
            }
            Value::List { extent: Extent::Fixed } => return self.list(node, &name, old),
            _ => return None,
        };
        Some(vec![field])
    }

    /// The entries of a list: one for all elements if they are alike, and were before, or one for each.
    fn list(&mut self, list: NodeId, name: &str, old: &[Field]) -> Option<Vec<Field>> {
        let mut fields: Vec<Field> = Vec::new();
        let mut child = self.tree.first_child(list).ok()?;
        while let Some(element) = child {
            let before = old.get(fields.len()).or(old.last());
            fields.push(self.element(element, name, before)?);
            child = self.tree.next_sibling(element).ok()?;
        }
        let together = matches!(old, [] | [Field { array_len: Some(_), .. }]);
        let count = told(fields.len());
        if together && fields.windows(2).all(|pair| matches!(pair, [one, next] if one == next)) {
            fields.truncate(1);
            fields.iter_mut().for_each(|all| all.array_len = Some(count));
        } else {
            (0..).zip(&mut fields).for_each(|(index, field)| field.index = Some(index));
        }
        Some(fields)
    }

    /// The entry of an element, which holds the fields of a struct, or one item without a name.
    fn element(&mut self, element: NodeId, name: &str, old: Option<&Field>) -> Option<Field> {
        let alone = match old {
            Some(old) => Field { array_len: None, index: None, ..old.clone() },
            None => new(name),
        };
        let first = self.tree.first_child(element).ok()?;
        if let Some(only) = first.filter(|first| self.tree.name(*first).is_ok_and(<[u8]>::is_empty))
        {
            let before = std::slice::from_ref(&alone);
            let mut fields = self.field(only, name.to_owned(), before)?;
            return if fields.len() == 1 { fields.pop() } else { None };
        }
        let before = inside(&alone);
        let named = before.map_or(name, |before| &before.name).to_owned();
        let version = before.map_or(1, |before| before.version);
        let inside = self.description(element, named, version, before)?;
        let size = size(&inside)?;
        let nested = match INLINE.contains(&alone.kind.as_str()) {
            true => Nested::Inline(vec![inside]),
            false => Nested::Struct(Some(Box::new(inside))),
        };
        Some(Field { nested, size, ..alone })
    }

    pub(super) fn name(&self, node: NodeId) -> Option<String> {
        String::from_utf8(self.tree.name(node).ok()?.to_vec()).ok()
    }

    /// QEMU's type of an item, if that is known and still is the type.
    fn kind<'k>(&self, node: NodeId, old: &'k [Field]) -> Option<&'k str>
    where
        'd: 'k,
    {
        let origins: &'d Origins = self.origins;
        let said = match origins.kind(node) {
            "" => old.first().map(|field| field.kind.as_str()),
            kind => Some(kind),
        };
        said.filter(|kind| may_be(kind, self.tree.value(node).ok()))
    }

    /// The type of bytes. Whoever reads the description must see of those whose inside nobody describes that this is so,
    /// also if their own type is not known any more: they were lost and came back, or came with a rule.
    fn bytes<'k>(&self, node: NodeId, said: Option<&'k str>) -> &'k str {
        match self.tree.marks(node).is_ok_and(|marks| marks.contains(Marks::OPAQUE)) {
            true => said.filter(|kind| class(kind) == Class::Private).unwrap_or(UNNAMED),
            false => said.unwrap_or("buffer"),
        }
    }
}

/// The entry of an element of which nothing was said.
fn new(name: &str) -> Field {
    let (name, kind) = (name.to_owned(), "struct".to_owned());
    Field { name, array_len: None, index: None, kind, nested: Nested::None, size: 0 }
}

/// The description in an entry, if there is one.
pub(super) fn inside(field: &Field) -> Option<&Description> {
    match &field.nested {
        Nested::Struct(inside) => inside.as_deref(),
        Nested::Inline(inside) => inside.first(),
        Nested::None => None,
    }
}

pub(super) fn size(inside: &Description) -> Option<u64> {
    let content = Content::Described(inside.clone());
    size_of(&Device { name: String::new(), instance: 0, content })
}

fn is_whole_array(kind: &str) -> bool {
    WHOLE_ARRAYS.contains(&kind)
}

/// QEMU's type of a scalar.
fn type_of(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Bool => "bool",
        Kind::U8 => "uint8",
        Kind::U16 => "uint16",
        Kind::U32 => "uint32",
        Kind::U64 => "uint64",
        Kind::I8 => "int8",
        Kind::I16 => "int16",
        Kind::I32 => "int32",
        Kind::I64 => "int64",
        Kind::F64 => "float64",
        Kind::F32 => return None,
    })
}

/// Whether an item of this value may be of a type of QEMU.
fn may_be(said: &str, value: Option<Value<'_>>) -> bool {
    let scalar = |kind: Kind| match said {
        "timer" => kind == Kind::I64,
        "CPU_Double_U" => kind == Kind::F64,
        "fd" => kind == Kind::U8,
        "int64 equal" => kind == Kind::U64,
        "int32 le" => kind == Kind::I32,
        "bitmap" => kind == Kind::U64,
        "pci irq state" => kind == Kind::U32,
        said => {
            type_of(kind).is_some_and(|plain| said.strip_suffix(" equal").unwrap_or(said) == plain)
        }
    };
    match value {
        Some(Value::Scalar(kind, _)) => !is_whole_array(said) && scalar(kind),
        Some(Value::Array(kind, ..)) => scalar(kind),
        // The rest shows in what comes of it.
        _ => true,
    }
}

/// The entries of a description, in runs of one name, each taken once.
struct Runs<'d>(HashMap<&'d str, VecDeque<&'d [Field]>>);

impl<'d> Runs<'d> {
    fn new(old: Option<&'d Description>) -> Self {
        let fields = old.map_or(&[][..], |old| &old.fields);
        let mut runs: HashMap<_, VecDeque<_>> = HashMap::new();
        for run in fields.chunk_by(|one, next| one.name == next.name) {
            if let Some(first) = run.first() {
                runs.entry(first.name.as_str()).or_default().push_back(run);
            }
        }
        Runs(runs)
    }

    /// The next run of this name.
    fn take(&mut self, name: &str) -> &'d [Field] {
        self.0.get_mut(name).and_then(VecDeque::pop_front).unwrap_or_default()
    }
}
