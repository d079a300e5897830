//! What a step that found nothing had looked for.

use crate::compat::declare::step::{On, Step};
use crate::compat::path::sites::Sites;
use crate::compat::{Effort, Trail};
use crate::error::{put_number, Path, Result};
use crate::model::Tree;

/// The path of what a step that touched nothing looked for, in which `*` is as the step has it: its scope, if that is not
/// there, else its item.
pub(crate) fn path(tree: &Tree<'_>, on: On, step: &Step<'_>) -> Result<Path> {
    let (mut device, mut effort) = (Trail::new(), Effort::new());
    if let On::Device(_) = on {
        Sites::new(tree, on, "")?.next(tree, &mut device, &mut effort)?;
    }
    let (scope, name) = match sought(step) {
        Sought::Item(scope, name) => match is_there(tree, on, scope, &mut effort)? {
            true => (scope, Some((name, None))),
            false => (scope, None),
        },
        Sought::Device(name, instance) => (name, Some(("", instance))),
        Sought::Nothing => ("", None),
    };
    Ok(Path::build(&mut |put| {
        let mut some = false;
        for part in [device.whole(), scope.as_bytes()] {
            if !part.is_empty() {
                put(if some && !part.starts_with(b"[") { b"." } else { b"" });
                put(part);
                some = true;
            }
        }
        match name {
            Some(("", Some(instance))) => {
                put(b"/");
                put_number(u64::from(instance), put);
            }
            Some(("", None)) | None => {}
            Some((name, _)) => {
                put(if some { b"." } else { b"" });
                put(name.as_bytes());
            }
        }
    }))
}

/// Whether a scope is there.
fn is_there(tree: &Tree<'_>, on: On, scope: &str, effort: &mut Effort) -> Result<bool> {
    Ok(Sites::new(tree, on, scope)?.next(tree, &mut Trail::new(), effort)?.is_some())
}

enum Sought<'a> {
    /// An item of a scope.
    Item(&'a str, &'a str),
    Device(&'a str, Option<u32>),
    Nothing,
}

fn sought<'a>(step: &Step<'a>) -> Sought<'a> {
    match *step {
        Step::Rename { scope, from: name, .. }
        | Step::Retype { scope, name, .. }
        | Step::Set { scope, name, .. }
        | Step::Map { scope, name, .. }
        | Step::Bits { scope, name, .. }
        | Step::Open { scope, name, .. }
        | Step::Close { scope, name, .. } => Sought::Item(scope, name),
        Step::Add { place, .. } | Step::Drop { place, .. } | Step::Move { from: place, .. } => {
            Sought::Item(place.scope, place.name)
        }
        Step::Wrap(wrapping) => {
            Sought::Item(wrapping.place.scope, wrapping.items.first().copied().unwrap_or_default())
        }
        Step::Unwrap(wrapping) => Sought::Item(wrapping.place.scope, wrapping.place.name),
        Step::Merge { into, .. } => Sought::Device(into.name.name, into.name.instance),
        Step::Split { device, .. }
        | Step::RenameDevice { from: device, .. }
        | Step::SetVersion { device, .. } => Sought::Device(device.name, device.instance),
        Step::AddDevice { device, .. } | Step::DropDevice { device, .. } => {
            Sought::Device(device.name.name, device.name.instance)
        }
        Step::AddCommand { .. }
        | Step::DropCommand { .. }
        | Step::Footers { .. }
        | Step::Call { .. } => Sought::Nothing,
    }
}
