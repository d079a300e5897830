//! The C interface as a list of its parts, read from Rust source: that of the ffi crate, or that
//! which bindgen makes of the header. So the two can be compared, and recorded.

use std::collections::BTreeMap;
use std::fmt;

use syn::{Attribute, Expr, Item, ItemConst, ItemFn, ItemStruct, Lit, Stmt, Visibility};

use crate::spell::{signature_of, type_of, value_of, Constants};

/// Everything that a C program can see.
#[derive(Debug, Default)]
pub struct Interface {
    /// Constants and their values.
    pub constants: Constants,
    /// Names of types, and what they stand for.
    pub types: BTreeMap<String, String>,
    /// Structs.
    pub structs: BTreeMap<String, Struct>,
    /// Functions and their signatures.
    pub functions: BTreeMap<String, String>,
}

/// A struct of the interface.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Struct {
    /// Names and types of its members, in order.
    pub members: Vec<(String, String)>,
    /// Size, alignment and offsets by member; only what bindgen makes has them.
    pub layout: BTreeMap<String, u64>,
}

/// The keys of a struct's own numbers in [`Struct::layout`].
pub const SIZE: &str = "(size)";
/// See [`SIZE`].
pub const ALIGNMENT: &str = "(alignment)";

impl Interface {
    /// Reads a source.
    ///
    /// # Errors
    /// What does not parse, or is in no C interface.
    pub fn read(source: &str) -> Result<Interface, String> {
        let file = syn::parse_file(source).map_err(|error| error.to_string())?;
        let mut interface = Interface::default();
        // Constants first: lengths of arrays are spelled with them.
        interface.each(&file.items, &mut |interface, item| interface.constant(item))?;
        interface.each(&file.items, &mut |interface, item| interface.part(item))?;
        Ok(interface)
    }

    fn each(
        &mut self,
        items: &[Item],
        take: &mut dyn FnMut(&mut Interface, &Item) -> Result<(), String>,
    ) -> Result<(), String> {
        for item in items {
            if let Item::Mod(module) = item {
                let inside = module.content.as_ref().map(|(_, inside)| inside.as_slice());
                self.each(inside.unwrap_or_default(), take)?;
            }
            take(self, item)?;
        }
        Ok(())
    }

    fn constant(&mut self, item: &Item) -> Result<(), String> {
        let Item::Const(constant) = item else { return Ok(()) };
        let name = constant.ident.to_string();
        if name.starts_with("MIGCORE_") && is_public(&constant.vis) {
            let value = value_of(&constant.expr, &self.constants)?;
            self.constants.insert(name, value);
        }
        Ok(())
    }

    fn part(&mut self, item: &Item) -> Result<(), String> {
        match item {
            Item::Fn(function) => self.exported(function),
            Item::ForeignMod(foreign) => foreign.items.iter().try_for_each(|item| match item {
                syn::ForeignItem::Fn(function) if is_public(&function.vis) => {
                    self.function(&function.sig)
                }
                _ => Ok(()),
            }),
            Item::Struct(item) => self.structure(item),
            Item::Type(item) if is_public(&item.vis) && is_ours(&item.ident) => {
                let stands_for = type_of(&item.ty, &self.constants)?;
                self.types.insert(item.ident.to_string(), stands_for);
                Ok(())
            }
            Item::Const(item) if item.ident == "_" => self.layout(item),
            _ => Ok(()),
        }
    }

    fn exported(&mut self, function: &ItemFn) -> Result<(), String> {
        if has(&function.attrs, "no_mangle") {
            self.function(&function.sig)?;
        }
        Ok(())
    }

    fn function(&mut self, signature: &syn::Signature) -> Result<(), String> {
        let spelled = signature_of(signature, &self.constants)?;
        self.functions.insert(signature.ident.to_string(), spelled);
        Ok(())
    }

    /// A struct that C sees whole; one that it only has pointers to has no layout of C.
    fn structure(&mut self, item: &ItemStruct) -> Result<(), String> {
        let stands_for_none =
            |field: &syn::Field| field.ident.as_ref().is_some_and(|it| it == "_unused");
        let is_opaque = item.fields.iter().any(stands_for_none);
        if !is_ours(&item.ident) || !has(&item.attrs, "repr") || is_opaque {
            return Ok(());
        }
        let mut members = Vec::new();
        for field in &item.fields {
            let name = field.ident.as_ref().ok_or("a member without a name")?;
            members.push((name.to_string(), type_of(&field.ty, &self.constants)?));
        }
        self.structs.entry(item.ident.to_string()).or_default().members = members;
        Ok(())
    }

    /// What bindgen says of layouts: `["Size of T"][size_of::<T>() - 8usize];` and the like.
    fn layout(&mut self, item: &ItemConst) -> Result<(), String> {
        let Expr::Block(block) = &*item.expr else { return Ok(()) };
        for statement in &block.block.stmts {
            let Stmt::Expr(Expr::Index(index), _) = statement else { continue };
            let (Expr::Array(text), Expr::Binary(pair)) = (&*index.expr, &*index.index) else {
                continue;
            };
            let Some(Expr::Lit(text)) = text.elems.first() else { continue };
            let Lit::Str(text) = &text.lit else { continue };
            let number = value_of(&pair.right, &self.constants)?;
            self.number(&text.value(), u64::try_from(number).map_err(|error| error.to_string())?)?;
        }
        Ok(())
    }

    fn number(&mut self, text: &str, number: u64) -> Result<(), String> {
        let (name, key) = if let Some(name) = text.strip_prefix("Size of ") {
            (name, SIZE)
        } else if let Some(name) = text.strip_prefix("Alignment of ") {
            (name, ALIGNMENT)
        } else {
            let member = text.strip_prefix("Offset of field: ").and_then(|it| it.split_once("::"));
            member.ok_or_else(|| format!("not understood: {text}"))?
        };
        let layout = &mut self.structs.entry(name.into()).or_default().layout;
        layout.insert(key.into(), number);
        Ok(())
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_ours(name: &syn::Ident) -> bool {
    name.to_string().starts_with("migcore_")
}

/// Whether there is an attribute of this name, also as `unsafe(name)`.
fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| {
        let inner = || attribute.parse_args::<syn::Path>().is_ok_and(|inner| inner.is_ident(name));
        attribute.path().is_ident(name) || (attribute.path().is_ident("unsafe") && inner())
    })
}

/// The interface as a text of which each line is one fact, in an order that does not change when
/// things are moved in the source.
impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.constants {
            writeln!(f, "constant {name} = {value}")?;
        }
        for (name, stands_for) in &self.types {
            writeln!(f, "type {name} = {stands_for}")?;
        }
        for (name, part) in &self.structs {
            let number = |key: &str| part.layout.get(key).copied().unwrap_or_default();
            writeln!(f, "struct {name}: size {}, alignment {}", number(SIZE), number(ALIGNMENT))?;
            for (member, spelled) in &part.members {
                writeln!(f, "    {:>4} {member}: {spelled}", number(member))?;
            }
        }
        for (name, signature) in &self.functions {
            writeln!(f, "function {name}{signature}")?;
        }
        Ok(())
    }
}
