//! What a state consists of, with its values where they are known: plain data that both sides are compared as.

use migcore::visit::{Kind, Marks};

use crate::blocks::Block;

/// One of the two that are compared.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// The name of the machine, where it is told.
    pub machine: Option<String>,
    /// The whole stream, where it is one of QEMU.
    pub stream: Option<Stream>,
    /// The devices in their order.
    pub devices: Vec<Device>,
    /// Whether values are known: it is a stream.
    pub valued: bool,
    /// Whether devices are types, found by their descriptions: it is a dump of tables.
    pub types: bool,
}

/// What is around the devices in a stream of QEMU.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// What the configuration has; `None` where there is none.
    pub configuration: Option<Vec<Shape>>,
    /// The commands, each with the device that it stands behind.
    pub commands: Vec<Command>,
    /// Whether sections have footers.
    pub footers: bool,
    /// The blocks of memory.
    pub blocks: Vec<Block>,
}

/// A command of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it is.
    pub number: u64,
    /// What it says.
    pub data: Vec<u8>,
    /// The device that stands before it, as `NAME/INSTANCE`.
    pub after: Option<String>,
}

/// A device.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Tells those of one name apart.
    pub instance: u32,
    /// The name of its description; empty where it has none.
    pub described: String,
    /// The version that is saved, the oldest that is loaded, and the oldest reader.
    pub versions: [u32; 3],
    /// Whether it is sent while the guest runs, as its memory is: no description has it.
    pub live: bool,
    /// What is inside; `None` where nothing is known.
    pub inside: Option<Vec<Shape>>,
}

impl Device {
    /// `NAME/INSTANCE`, as a pattern that names it.
    #[must_use]
    pub fn pattern(&self) -> String {
        format!("{}/{}", escaped(&self.name), self.instance)
    }

    /// The name behind its place.
    #[must_use]
    pub fn tail(&self) -> Option<&str> {
        self.name.rsplit_once('/').map(|(_, tail)| tail)
    }

    /// Whether something in it is known by its bytes alone.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.inside.as_ref().is_none_or(|inside| inside.iter().any(Shape::is_opaque))
    }
}

/// An item.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// What it is, with its value.
    pub form: Form,
    /// QEMU's name of its type, where it has one.
    pub kind: String,
    /// How it is marked.
    pub marks: Marks,
    /// Whether a scope around it is a secret.
    pub in_secret: bool,
    /// Whether its type is a guess, from its size in memory.
    pub guessed: bool,
    /// Whether it may be an array, and that one empty.
    pub maybe: bool,
    /// Whether code of the device decides whether it is there.
    pub conditional: bool,
    /// The version from which on it is there.
    pub since: Option<i64>,
    /// Of a list: the name and version of the description of its elements, where QEMU gives them.
    pub elements: Option<(String, u32)>,
    /// What is inside.
    pub inside: Vec<Shape>,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A scalar as bits.
    Scalar(Kind, u64),
    /// An array: its elements as bits.
    Array(Kind, bool, Vec<u64>),
    /// Bytes.
    Bytes(bool, Vec<u8>),
    /// A text.
    Text(String),
    /// A null pointer.
    Absent,
    /// A struct, with the name and version of its description.
    Struct(Option<(String, u32)>),
    /// A list of elements, and whether their number is part of the state.
    List(bool),
    /// One of them.
    Element,
    /// What may be there.
    Optional(bool),
    /// A subsection of a version.
    Subsection(u32),
    /// So many bytes of which nothing is known.
    Raw(usize),
}

impl Shape {
    /// An item of this name and form.
    #[must_use]
    pub fn new(name: &str, form: Form) -> Shape {
        Shape {
            name: name.to_owned(),
            form,
            kind: String::new(),
            marks: Marks::NONE,
            in_secret: false,
            guessed: false,
            maybe: false,
            conditional: false,
            since: None,
            elements: None,
            inside: Vec::new(),
        }
    }

    /// Whether it, or something inside, is known by its bytes alone.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.is_blob() || self.inside.iter().any(Shape::is_opaque)
    }

    /// Whether it is known by its bytes alone.
    #[must_use]
    pub fn is_blob(&self) -> bool {
        self.marks.contains(Marks::OPAQUE) || matches!(self.form, Form::Raw(_))
    }

    /// Whether it, or something inside, is a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.is_hidden() || self.inside.iter().any(Shape::is_secret)
    }

    /// Whether it is a secret whole: by its own mark, or that of a scope around it.
    fn is_hidden(&self) -> bool {
        self.in_secret || self.marks.contains(Marks::SECRET)
    }

    /// What in it is not 0, or a secret, with its path.
    pub fn loud<'s>(&'s self, path: &str, found: &mut Vec<(String, &'s Shape)>) {
        if self.is_hidden() || self.inside.is_empty() && !self.is_zero() {
            return found.push((path.to_owned(), self));
        }
        for (number, inside) in self.inside.iter().enumerate() {
            let path = match (&inside.form, path) {
                (Form::Element, path) => format!("{path}[{number}]"),
                (_, "") => inside.name.clone(),
                (_, path) => format!("{path}.{}", inside.name),
            };
            inside.loud(&path, found);
        }
    }

    /// Whether all that it says is 0, empty or not there. Of a secret even that is not told.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        let here = match &self.form {
            _ if self.is_hidden() => false,
            Form::Scalar(_, bits) => *bits == 0,
            Form::Array(_, _, values) => values.iter().all(|bits| *bits == 0),
            Form::Bytes(_, bytes) => bytes.iter().all(|byte| *byte == 0),
            Form::Text(text) => text.is_empty(),
            Form::Raw(_) => false,
            _ => true,
        };
        here && self.inside.iter().all(Shape::is_zero)
    }

    /// The same without values. Lists have no description of their elements either: items that are compared with these
    /// have none.
    #[must_use]
    pub fn zeroed(&self) -> Shape {
        let form = match &self.form {
            Form::Scalar(kind, _) => Form::Scalar(*kind, 0),
            Form::Array(kind, true, _) => Form::Array(*kind, true, Vec::new()),
            Form::Array(kind, false, values) => Form::Array(*kind, false, vec![0; values.len()]),
            Form::Bytes(true, _) => Form::Bytes(true, Vec::new()),
            Form::Bytes(false, bytes) => Form::Bytes(false, vec![0; bytes.len()]),
            Form::Text(_) => Form::Text(String::new()),
            Form::Optional(_) => Form::Optional(false),
            form => form.clone(),
        };
        let inside = match &form {
            Form::Optional(false) | Form::List(true) => Vec::new(),
            _ => self.inside.iter().map(Shape::zeroed).collect(),
        };
        Shape { form, inside, elements: None, ..self.clone() }
    }

    /// The same without the values of secrets.
    #[must_use]
    pub fn public(&self) -> Shape {
        match self.is_hidden() {
            true => self.zeroed(),
            false => {
                let inside = self.inside.iter().map(Shape::public).collect();
                Shape { inside, ..self.clone() }
            }
        }
    }

    /// Whether it is a subsection.
    #[must_use]
    pub fn is_subsection(&self) -> bool {
        matches!(self.form, Form::Subsection(_))
    }

    /// How many bytes it has.
    #[must_use]
    pub fn length(&self) -> usize {
        match &self.form {
            Form::Scalar(kind, _) => kind.width().bytes(),
            Form::Array(kind, _, values) => kind.width().bytes().saturating_mul(values.len()),
            Form::Bytes(_, bytes) => bytes.len(),
            Form::Text(text) => text.len(),
            Form::Raw(length) => *length,
            _ => self.inside.iter().map(Shape::length).fold(0, usize::saturating_add),
        }
    }

    /// Whether it has the types of another one, whatever the values are.
    #[must_use]
    pub fn is_like(&self, other: &Shape) -> bool {
        if self.guessed || other.guessed {
            return true;
        }
        let alike = match (&self.form, &other.form) {
            (Form::Scalar(one, _), Form::Scalar(other, _)) => one == other,
            (Form::Array(one, one_variable, left), Form::Array(other, variable, right)) => {
                one == other && one_variable == variable && (*variable || left.len() == right.len())
            }
            (Form::Bytes(one, left), Form::Bytes(other, right)) => {
                one == other && (*other || left.len() == right.len())
            }
            (Form::List(one), Form::List(other)) => one == other,
            (Form::Raw(_), Form::Raw(_))
            | (Form::Text(_), Form::Text(_))
            | (Form::Element, Form::Element)
            | (Form::Absent, Form::Absent)
            | (Form::Optional(_), Form::Optional(_)) => true,
            (one, other) => one == other,
        };
        let variable = matches!(self.form, Form::List(true) | Form::Optional(_));
        let pairs = || self.inside.iter().zip(&other.inside);
        alike
            && (variable || self.inside.len() == other.inside.len())
            && pairs().all(|(one, other)| one.name == other.name && one.is_like(other))
    }
}

/// A name with its stars as what they are.
#[must_use]
pub fn escaped(name: &str) -> String {
    name.replace('*', "\\*")
}
