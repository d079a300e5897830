//! The configuration space of a PCI device: the bytes that a machine loads only if they are its own.

use super::item::quoted;
use super::part::{below, Part};
use super::shape::{Form, Shape};

/// Bytes of the head that a guest cannot write and a machine compares, each with what it is.
const HEAD: [(usize, u8, &str); 10] = [
    (0x00, 0xff, "the vendor"),
    (0x01, 0xff, "the vendor"),
    (0x02, 0xff, "the device"),
    (0x03, 0xff, "the device"),
    (0x06, 0x10, "whether there are capabilities"),
    (0x08, 0xff, "the revision"),
    (0x09, 0xff, "the class"),
    (0x0a, 0xff, "the class"),
    (0x0b, 0xff, "the class"),
    (0x0e, 0xff, "the type of the head"),
];

const CAPABILITIES: usize = 0x34;
const VENDOR: u8 = 0x09;
const MSI_X: u8 = 0x11;

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
    let mut step = |at: usize, mask: u8, what: &str| {
        let (Some(was), Some(value)) = (old.get(at), new.get(at)) else { return };
        let (was, value) = (was & mask, value & mask);
        if was == value {
            return;
        }
        let text = format!(
            "bits = {{ in = {}, name = {}, at = {at}, mask = {mask:#04x}, was = {was:#04x}, value = {value:#04x} }}",
            quoted(scope),
            quoted(&other.name)
        );
        let why = format!(
            "PCI configuration, {what}: a machine loads only its own. A driver that has seen the other value is not told."
        );
        part.step(text, why);
    };
    for (at, mask, what) in HEAD {
        step(at, mask, what);
    }
    let (left, right) = (capabilities(old), capabilities(new));
    if left == right {
        for (at, id) in &left {
            for (byte, mask) in fixed(*at, *id, old, new) {
                step(byte, mask, "a capability");
            }
        }
        return;
    }
    let text = format!(
        "PCI configuration: capabilities {} in the older form, {} in the newer one: a machine may load only its own",
        listed(&left),
        listed(&right)
    );
    part.leave(path, text);
}

/// The places and kinds of the capabilities.
fn capabilities(config: &[u8]) -> Vec<(usize, u8)> {
    let byte = |at: usize| config.get(at).copied().unwrap_or(0);
    let mut found: Vec<(usize, u8)> = Vec::new();
    if byte(0x06) & 0x10 == 0 {
        return found;
    }
    let mut at = usize::from(byte(CAPABILITIES) & 0xfc);
    // Each has four bytes at least, so there are no more; a chain may be a ring.
    while at >= 0x40 && found.len() < 48 && !found.iter().any(|(seen, _)| *seen == at) {
        found.push((at, byte(at)));
        at = usize::from(byte(at.saturating_add(1)) & 0xfc);
    }
    found
}

/// The bytes of a capability that no guest can write, as far as that is sure.
fn fixed(at: usize, id: u8, old: &[u8], new: &[u8]) -> Vec<(usize, u8)> {
    let byte = |config: &[u8], offset: usize| {
        at.checked_add(offset).and_then(|at| config.get(at)).copied().unwrap_or(0)
    };
    let all = |range: std::ops::Range<usize>| -> Vec<(usize, u8)> {
        range.map(|offset| (at.saturating_add(offset), 0xff)).collect()
    };
    match id {
        MSI_X => {
            let mut fixed = vec![(at.saturating_add(2), 0xff), (at.saturating_add(3), 0x07)];
            fixed.extend(all(4..12));
            fixed
        }
        // The one of type 5 is a window that the guest moves.
        VENDOR if byte(old, 3) != 5 && byte(new, 3) != 5 => {
            let length = byte(old, 2).min(byte(new, 2)).min(24);
            all(2..usize::from(length))
        }
        _ => Vec::new(),
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
