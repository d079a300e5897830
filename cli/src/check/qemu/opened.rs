//! Opaque fields of which the inside is known: virtio devices. What may be another value at the receiver is known of some
//! of their items; where the others are the receiver's, it reads the field.

use migcore::model::{Change, Difference, NodeId, Tree, Value};
use migcore::visit::Marks;

use super::known::Knows;
use super::sections::subsection;
use super::values::{configuration, EQUAL};
use super::Findings;
use crate::show::opened::open;

/// Items that a device takes as they come; behind a dot or a bracket all that is in there.
const FREE: [&str; 30] = [
    "pci.irq_state",
    "msix.",
    "config_vector",
    "status",
    "isr",
    "queue_sel",
    "config",
    "queues[",
    "net.mac",
    "net.tx_waiting",
    "net.mergeable_rx_bufs",
    "net.status",
    "net.promisc",
    "net.allmulti",
    "net.mac_table.",
    "net.vlans",
    "net.alluni",
    "net.nomulti",
    "net.nouni",
    "net.nobcast",
    "virtio/packed_virtqueues.vq[",
    "virtio/packed_virtqueues.other_queues",
    "virtio/device_endian.",
    "virtio/virtqueues.vq[",
    "virtio/virtqueues.other_queues",
    "virtio/ringsize.",
    "virtio/broken.",
    "virtio/extra_state.virtio_pci/modern_state.",
    "virtio/started.",
    "virtio/disabled.",
];

/// Flags of what the host can do: a device takes those that it has itself.
const AT_MOST: [&str; 2] = ["net.has_vnet_hdr", "net.has_ufo"];

/// The feature bits that a guest uses. A device takes those that it offers, of which its stream only tells those that its
/// own guest uses.
const FEATURES: [&str; 2] = ["guest_features", "virtio/64bit_features.guest_features"];

/// The subsection with all of them, which devices have that offer more than the lower half.
const WIDE: &str = "virtio/64bit_features";

const OFFER: &str = "give both devices the same features";

/// A field of one device on both sides.
#[derive(Clone, Copy)]
pub(super) struct Field<'f> {
    pub(super) device: &'f [u8],
    pub(super) name: &'f str,
    /// Where it is.
    pub(super) path: &'f str,
    pub(super) sent: &'f [u8],
    pub(super) ours: &'f [u8],
    /// Whether the receiver knows its subsections.
    pub(super) knows: Knows,
}

/// Compares what is inside of a field. Says why it cannot be opened, if so; that is empty where nobody knows its inside.
pub(super) fn compare(field: &Field<'_>, report: &mut Findings<'_>) -> Result<(), String> {
    let open = |bytes, show: &mut dyn FnMut(&Tree<'_>, NodeId)| {
        let opened = open(field.device, field.name.as_bytes(), Marks::OPAQUE, bytes, show);
        opened.unwrap_or_else(|| Err(String::new()))
    };
    let mut inner = Ok(());
    open(field.sent, &mut |one, left| {
        inner = open(field.ours, &mut |other, right| {
            // Where the configurations do not fit, nothing behind them is read.
            let mut refused = false;
            let mut told = |difference: Difference| {
                refused = refused || differs(field, (one, other), &difference, report);
            };
            // Both are there.
            let _ = one.diff(left, other, right, &mut told);
        });
    })?;
    inner.map_err(|why| format!("at the receiver: {why}"))
}

/// Tells what follows from a difference; whether all that comes behind it is not read.
fn differs(
    field: &Field<'_>,
    (one, other): (&Tree<'_>, &Tree<'_>),
    difference: &Difference,
    report: &mut Findings<'_>,
) -> bool {
    let at = match (difference.left, difference.right) {
        (Some(left), _) => one.path(left),
        (None, Some(right)) => other.path(right),
        (None, None) => return false,
    };
    let at = at.unwrap_or_default();
    let Some(inside) = at.as_str().strip_prefix(field.name) else { return false };
    let (inside, place) = (inside.trim_start_matches('.'), format!("{}{inside}", field.path));
    let values =
        difference.left.zip(difference.right).filter(|_| difference.change == Change::Value);
    let values = values.and_then(|(left, right)| one.value(left).ok().zip(other.value(right).ok()));
    match (difference.change, values) {
        (Change::Marks | Change::Moved, _) => {}
        (_, Some((Value::Bytes(_, sent), Value::Bytes(_, ours)))) if inside == "pci.config" => {
            return configuration(&place, sent, ours, report);
        }
        _ if is_free(inside) => {}
        (Change::Added, _) if is_subsection(other, difference.right) => {}
        (Change::Removed, _) if is_subsection(one, difference.left) => {
            let name = inside.rsplit('.').next().unwrap_or_default();
            let item = difference.left.and_then(|node| one.find(node, b"guest_features").ok());
            if let (WIDE, Some(Ok(Value::Scalar(_, sent)))) =
                (name, item.map(|item| one.value(item)))
            {
                // The lower half is an item of its own.
                features(sent & !u64::from(u32::MAX), place.clone(), report);
            }
            subsection(field.knows, place, report);
        }
        (_, Some((Value::Scalar(_, sent), Value::Scalar(_, ours))))
            if FEATURES.contains(&inside) =>
        {
            features(sent & !ours, place, report);
        }
        (_, Some((Value::Scalar(_, sent), Value::Scalar(_, ours))))
            if AT_MOST.contains(&inside) && sent <= ours => {}
        _ => {
            let text = "the receiver has another one, and what it takes only the device knows";
            report.open("opaque", place, text.to_owned(), EQUAL);
        }
    }
    false
}

/// Tells of the features that a guest uses, and that of the receiver does not.
fn features(bits: u64, place: String, report: &mut Findings<'_>) {
    if bits != 0 {
        let text = format!(
            "the guest uses the features {bits:#x}, and whether the receiver offers them is not known"
        );
        report.open("opaque", place, text, OFFER);
    }
}

fn is_free(inside: &str) -> bool {
    FREE.iter().any(|free| match free.ends_with(['.', '[']) {
        true => inside.starts_with(free),
        false => inside == *free,
    })
}

fn is_subsection(tree: &Tree<'_>, node: Option<NodeId>) -> bool {
    node.is_some_and(|node| matches!(tree.value(node), Ok(Value::Subsection { .. })))
}
