//! What all virtio devices have.

use super::transport::{transport, Transport};
use super::walk::{Fit, Known, Walk};
use crate::visit::Kind;

/// The queues that a device may have: tables have an entry for each.
const QUEUES: usize = 1024;

/// What of the device matters for its own part.
#[derive(Clone, Copy)]
pub(super) struct Core {
    /// The feature bits from 0 to 31 that driver and device agreed on.
    pub(super) features: u64,
}

/// A device whose own part is `part`, which says whether its requests are those of packed queues, if it has some.
pub(super) fn virtio(
    w: &mut Walk<'_>,
    part: impl FnOnce(&mut Walk<'_>, Core) -> Fit<Option<bool>>,
) -> Fit {
    let transport = transport(w)?;
    w.u8("status")?;
    w.u8("isr")?;
    w.u16("queue_sel")?;
    let features = w.u32("guest_features")?;
    w.counted("config")?;
    let queues = w.counted_list("queues", QUEUES, |w| queue(w, transport))?;
    let requests = part(w, Core { features })?;
    let packed = w.subsections(SUBSECTIONS, queues)?;
    match requests {
        Some(requests) if requests != packed => Err(w.never()),
        _ => Ok(()),
    }
}

fn queue(w: &mut Walk<'_>, transport: Transport) -> Fit {
    w.u32("num")?;
    if transport.aligned {
        w.u32("align")?;
    }
    w.u64("desc")?;
    w.u16("last_avail_idx")?;
    if transport.vectors {
        w.u16("vector")?;
    }
    Ok(())
}

/// That of packed queues is the first.
const SUBSECTIONS: &[Known] = &[
    ("virtio/packed_virtqueues", |w, queues| {
        table(w, "vq", queues, 10, |w| {
            w.u16("last_avail_idx")?;
            w.bool("last_avail_wrap_counter")?;
            w.u16("used_idx")?;
            w.bool("used_wrap_counter")?;
            w.u32("inuse").map(|_| ())
        })
    }),
    ("virtio/device_endian", |w, _| w.u8("device_endian").map(|_| ())),
    ("virtio/64bit_features", |w, _| w.u64("guest_features").map(|_| ())),
    ("virtio/virtqueues", |w, queues| {
        table(w, "vq", queues, 16, |w| {
            w.u64("avail")?;
            w.u64("used").map(|_| ())
        })
    }),
    ("virtio/ringsize", |w, queues| {
        table(w, "vq", queues, 4, |w| w.u32("num_default").map(|_| ()))
    }),
    ("virtio/broken", |w, _| w.bool("broken").map(|_| ())),
    ("virtio/extra_state", |w, queues| w.subsections(EXTRA_STATE, queues).map(|_| ())),
    ("virtio/started", |w, _| w.bool("started").map(|_| ())),
    ("virtio/disabled", |w, _| w.bool("disabled").map(|_| ())),
];

/// What the transports have beside, by the rules of version 1 of the specification.
const EXTRA_STATE: &[Known] = &[
    ("virtio_pci/modern_state", |w, queues| {
        w.u32("dfselect")?;
        w.u32("gfselect")?;
        w.array("guest_features", Kind::U32, 2)?;
        table(w, "vqs", queues, 28, |w| {
            w.u16("num")?;
            w.bytes("unused", Some(1))?;
            rings(w)
        })
    }),
    ("virtio_mmio/state", |w, queues| {
        w.array("guest_features", Kind::U32, 2)?;
        table(w, "vqs", queues, 27, |w| {
            w.u16("num")?;
            rings(w)
        })
    }),
];

/// The places of the parts of a ring, each in two halves, the low one first.
fn rings(w: &mut Walk<'_>) -> Fit {
    w.bool("enabled")?;
    w.array("desc", Kind::U32, 2)?;
    w.array("avail", Kind::U32, 2)?;
    w.array("used", Kind::U32, 2).map(|_| ())
}

/// A table with an entry of so many bytes for each queue that could be: a list of those that are, and a buffer of
/// the rest.
fn table(
    w: &mut Walk<'_>,
    name: &'static str,
    queues: usize,
    size: usize,
    each: impl FnMut(&mut Walk<'_>) -> Fit,
) -> Fit {
    w.list(name, queues, each)?;
    w.bytes("other_queues", QUEUES.saturating_sub(queues).checked_mul(size)).map(|_| ())
}
