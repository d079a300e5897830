//! The configuration space of a PCI device: the bytes that a machine loads only if they are its own.

use super::item::quoted;
use super::part::{below, Part};
use super::shape::{Form, Shape};
use crate::check::answer::Answer;
use crate::check::qemu::pci::{capabilities, differences, CAPABILITIES, HEADER};

/// What stands in the head, up to where each part ends.
const HEAD: [(usize, &str); 8] = [
    (0x02, "the vendor"),
    (0x04, "the device"),
    (0x08, "whether there are capabilities"),
    (0x09, "the revision"),
    (0x0c, "the class"),
    (0x0f, "the type of the head"),
    // Of what kind an address is, is no value that can be changed.
    (CAPABILITIES, ""),
    (HEADER, "where the capabilities begin"),
];

/// Suggests what makes one configuration space loadable as the other.
pub(super) fn config(scope: &str, one: &Shape, other: &Shape, part: &mut Part) {
    let path = below(scope, &other.name);
    let (Form::Bytes(_, old), Form::Bytes(_, new)) = (&one.form, &other.form) else { return };
    if old.len() != new.len() {
        let text = format!(
            "PCI configuration: {} bytes in the older form, {} in the newer one",
            old.len(),
            new.len()
        );
        return part.leave(path, text);
    }
    let (left, right) = (capabilities(old), capabilities(new));
    if left != right {
        let text = format!(
            "PCI configuration: capabilities {} in the older form, {} in the newer one: a machine may load only its own",
            listed(&left),
            listed(&right)
        );
        part.leave(path.clone(), text);
    }
    let fixed = differences(old, new).into_iter().filter(|found| found.answer == Answer::Refused);
    for found in fixed {
        let (at, mask) = (found.at, found.fixed);
        let what = HEAD.iter().find(|(end, _)| at < *end).map_or("a capability", |(_, what)| what);
        if what.is_empty() {
            let text = format!(
                "PCI configuration, byte {at:#x}: another kind of address, and a machine loads only its own"
            );
            part.leave(path.clone(), text);
            continue;
        }
        // With other capabilities it is not one byte that differs.
        if left != right && at >= CAPABILITIES {
            continue;
        }
        let (was, value) = (found.sent & mask, found.ours & mask);
        let text = format!(
            "bits = {{ in = {}, name = {}, at = {at}, mask = {mask:#04x}, was = {was:#04x}, value = {value:#04x} }}",
            quoted(scope),
            quoted(&other.name)
        );
        let why = format!(
            "PCI configuration, {what}: a machine loads only its own. A driver that has seen the other value is not told."
        );
        part.step(text, why);
    }
}

fn listed(capabilities: &[(usize, u8)]) -> String {
    let all: Vec<String> =
        capabilities.iter().map(|(at, id)| format!("{id:#04x} at {at:#04x}")).collect();
    match all.is_empty() {
        true => "none".to_owned(),
        false => all.join(", "),
    }
}
