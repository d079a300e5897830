//! What each kind of virtio device has of its own, and all schemas.

use super::features;
use super::virtio::{virtio, Core};
use super::walk::{Fit, Known, Walk};
use super::Schema;
use crate::visit::Kind;

/// All schemas.
pub(super) static ALL: [Schema; 11] = [
    Schema {
        name: "opaque:virtio-net",
        device: "virtio-net",
        field: "virtio",
        inside: |w| virtio(w, net),
        features: features::NET,
    },
    Schema {
        name: "opaque:virtio-blk",
        device: "virtio-blk",
        field: "virtio",
        inside: |w| virtio(w, blk),
        features: features::BLK,
    },
    Schema {
        name: "opaque:virtio-console",
        device: "virtio-console",
        field: "virtio",
        inside: |w| virtio(w, console),
        features: features::CONSOLE,
    },
    Schema {
        name: "opaque:virtio-balloon",
        device: "virtio-balloon",
        field: "virtio",
        inside: |w| virtio(w, balloon),
        features: features::BALLOON,
    },
    plain("opaque:virtio-scsi", "virtio-scsi", features::SCSI),
    plain("opaque:virtio-rng", "virtio-rng", features::NONE),
    plain("opaque:virtio-input", "virtio-input", features::NONE),
    plain("opaque:virtio-gpu", "virtio-gpu", features::GPU),
    plain("opaque:virtio-9p", "virtio-9p", features::NONE),
    plain("opaque:vhost-vsock", "virtio-vhost_vsock", features::NONE),
    Schema {
        name: "opaque:virtio-gpu-scanouts",
        device: "virtio-gpu",
        field: "virtio-gpu",
        inside: gpu,
        features: features::NONE,
    },
];

/// A device without a part of its own.
const fn plain(name: &'static str, device: &'static str, features: features::Features) -> Schema {
    Schema { name, device, field: "virtio", inside: |w| virtio(w, |_, _| Ok(None)), features }
}

/// The filter of a network device: a bit for each VLAN.
const VLANS: usize = 4096 / 8;

const MAC: usize = 6;

/// Bit of the features: the driver may change offloads, so these are a part of the state.
const CTRL_GUEST_OFFLOADS: u64 = 1 << 2;

/// The largest key of receive-side scaling.
const RSS_KEY: usize = 40;

fn net(w: &mut Walk<'_>, core: Core) -> Fit<Option<bool>> {
    w.structure("net", Some(("virtio-net-device", 11)), |w| {
        w.bytes("mac", Some(MAC))?;
        w.u32("tx_waiting")?;
        w.u32("mergeable_rx_bufs")?;
        w.u16("status")?;
        w.u8("promisc")?;
        w.u8("allmulti")?;
        let macs = size(w.u32("mac_table.in_use")?);
        w.bytes("mac_table.macs", macs.checked_mul(MAC))?;
        w.bytes("vlans", Some(VLANS))?;
        w.at_most("has_vnet_hdr", Kind::U32, 1)?;
        w.u8("mac_table.multi_overflow")?;
        w.u8("mac_table.uni_overflow")?;
        w.u8("alluni")?;
        w.u8("nomulti")?;
        w.u8("nouni")?;
        w.u8("nobcast")?;
        w.at_most("has_ufo", Kind::U8, 1)?;
        if w.either()? {
            queue_pairs(w)?;
        }
        if core.features & CTRL_GUEST_OFFLOADS != 0 {
            w.u64("curr_guest_offloads")?;
        }
        w.subsections(NET_SUBSECTIONS, 0).map(|_| ())
    })?;
    Ok(None)
}

/// Of a device that may have more than one pair of queues: how many, how many are used, and what belongs to those
/// behind the first.
fn queue_pairs(w: &mut Walk<'_>) -> Fit {
    let most = w.u16("max_queue_pairs")?;
    let pairs = w.at_most("curr_queue_pairs", Kind::U16, most)?;
    if most < 2 || pairs == 0 {
        return Err(w.never());
    }
    w.array("more_tx_waiting", Kind::U32, size(pairs).saturating_sub(1)).map(|_| ())
}

const NET_SUBSECTIONS: &[Known] = &[("virtio-net-device/rss", |w, _| {
    w.bool("enabled")?;
    w.bool("redirect")?;
    w.bool("populate_hash")?;
    w.u32("hash_types")?;
    let entries = w.u16("indirections_len")?;
    w.u16("default_queue")?;
    w.bytes("key", Some(RSS_KEY))?;
    w.array("indirections_table", Kind::U16, size(entries)).map(|_| ())
})];

fn blk(w: &mut Walk<'_>, _core: Core) -> Fit<Option<bool>> {
    let mut form = None;
    w.chain("requests", "request", |w| {
        let (numbered, packed) = match form {
            Some(form) => form,
            None => (w.either()?, w.either()?),
        };
        form = Some((numbered, packed));
        // Where there is more than one queue.
        if numbered {
            w.u32("queue")?;
        }
        element(w, packed)
    })?;
    Ok(form.map(|(_, packed)| packed))
}

/// What a program has in its memory of a request that it took from a queue, as it lies there: three counts, and
/// for each of 1024 parts in either direction an address, a pointer and a length.
const ELEMENT: usize = 16 + 2 * 1024 * (8 + 8 + 8);

/// A request; of a packed queue with the number of its descriptors.
fn element(w: &mut Walk<'_>, packed: bool) -> Fit {
    w.opaque("element", ELEMENT)?;
    if packed {
        w.u32("ndescs")?;
    }
    Ok(())
}

/// More ports no console has.
const PORTS: u64 = 511;

fn console(w: &mut Walk<'_>, _core: Core) -> Fit<Option<bool>> {
    let mut form = None;
    w.structure("console", None, |w| {
        w.u16("cols")?;
        w.u16("rows")?;
        let most = w.at_most("max_nr_ports", Kind::U32, PORTS)?;
        w.array("ports_map", Kind::U32, size(most).div_ceil(32))?;
        w.counted_list("ports", size(most), |w| {
            w.u32("id")?;
            w.at_most("guest_connected", Kind::U8, 1)?;
            w.at_most("host_connected", Kind::U8, 1)?;
            if w.at_most("elem_popped", Kind::U32, 1)? == 0 {
                return Ok(());
            }
            w.u32("iov_idx")?;
            w.u64("iov_offset")?;
            let packed = match form {
                Some(form) => form,
                None => w.either()?,
            };
            form = Some(packed);
            element(w, packed)
        })
        .map(|_| ())
    })?;
    Ok(form)
}

fn balloon(w: &mut Walk<'_>, _core: Core) -> Fit<Option<bool>> {
    w.structure("balloon", Some(("virtio-balloon-device", 1)), |w| {
        w.u32("num_pages")?;
        w.u32("actual")?;
        w.subsections(BALLOON_SUBSECTIONS, 0).map(|_| ())
    })?;
    Ok(None)
}

const BALLOON_SUBSECTIONS: &[Known] = &[
    ("virtio-balloon-device/free-page-report", |w, _| {
        w.u32("free_page_hint_cmd_id")?;
        w.u32("free_page_hint_status").map(|_| ())
    }),
    ("virtio-balloon-device/page-poison", |w, _| w.u32("poison_val").map(|_| ())),
];

/// More displays no card has.
const SCANOUTS: u64 = 16;

/// Bytes of a pixel, in all formats of the specification.
const PIXEL: u64 = 4;

/// What a card has beside: its images, up to one with the number 0, and its displays. Since QEMU 8.2 a display tells
/// six numbers more.
fn gpu(w: &mut Walk<'_>) -> Fit {
    w.until_zero("resources", "resource_id", "resources_end", |w| {
        let width = w.u32("width")?;
        let height = w.u32("height")?;
        w.u32("format")?;
        let parts = size(w.u32("iov_cnt")?);
        w.list("iov", parts, |w| {
            w.u64("addr")?;
            w.u32("len").map(|_| ())
        })?;
        let pixels = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(PIXEL));
        w.bytes("pixels", pixels.map(size)).map(|_| ())
    })?;
    w.scalar("enable", Kind::I32)?;
    let count = w.at_most("max_outputs", Kind::U32, SCANOUTS)?;
    let framed = w.either()?;
    w.list("scanouts", size(count), |w| {
        for name in ["resource_id", "width", "height"] {
            w.u32(name)?;
        }
        w.scalar("x", Kind::I32)?;
        w.scalar("y", Kind::I32)?;
        let frame: &[_] = if framed { &FRAME } else { &[] };
        CURSOR.iter().chain(frame).try_for_each(|name| w.u32(name).map(|_| ()))
    })
}

const CURSOR: [&str; 5] =
    ["cursor.resource_id", "cursor.hot_x", "cursor.hot_y", "cursor.pos.x", "cursor.pos.y"];

const FRAME: [&str; 6] =
    ["fb.format", "fb.bytes_pp", "fb.width", "fb.height", "fb.stride", "fb.offset"];

/// A number as a size; what is too large for one is longer than any field.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
