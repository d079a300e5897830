//! What the bus of a virtio device has: PCI, or registers in memory.

use super::walk::{Fit, Walk};
use crate::visit::Kind;

/// Bytes of configuration of a PCI device, and of one on PCI Express.
const CONVENTIONAL: usize = 256;
const EXPRESS: usize = 4096;

/// The lines that a PCI device may have.
const LINES: usize = 4;

/// In a PCI configuration: the status, of which a bit says that there are capabilities, and the place of the first.
const STATUS: usize = 6;
const HAS_CAPABILITIES: u8 = 0x10;
const FIRST_CAPABILITY: usize = 0x34;

/// The capability MSI-X. In the word behind its head are the vectors less one.
const MSIX: u8 = 0x11;
const MSIX_VECTORS: usize = 0x7ff;
const MSIX_ENTRY: usize = 16;

/// There is no room for more capabilities.
const MOST_CAPABILITIES: usize = 48;

/// What of the transport matters for the queues.
#[derive(Clone, Copy)]
pub(super) struct Transport {
    /// A queue has an alignment.
    pub(super) aligned: bool,
    /// A queue has an interrupt vector.
    pub(super) vectors: bool,
}

pub(super) fn transport(w: &mut Walk<'_>) -> Fit<Transport> {
    match w.either()? {
        false => pci(w),
        true => mmio(w),
    }
}

fn pci(w: &mut Walk<'_>) -> Fit<Transport> {
    let length = if w.either()? { EXPRESS } else { CONVENTIONAL };
    let mut config = 0..0;
    w.structure("pci", Some(("PCIDevice", 2)), |w| {
        w.constant("version_id", Kind::I32, 2)?;
        config = w.bytes("config", Some(length))?;
        w.flags("irq_state", LINES)
    })?;
    let Some(vectors) = vectors(w, config.start) else {
        return Ok(Transport { aligned: false, vectors: false });
    };
    w.structure("msix", None, |w| {
        w.bytes("table", vectors.checked_mul(MSIX_ENTRY))?;
        w.bytes("pba", Some(vectors.div_ceil(8))).map(|_| ())
    })?;
    w.u16("config_vector")?;
    Ok(Transport { aligned: false, vectors: true })
}

fn mmio(w: &mut Walk<'_>) -> Fit<Transport> {
    w.u32("host_features_sel")?;
    w.u32("guest_features_sel")?;
    w.u32("guest_page_shift")?;
    Ok(Transport { aligned: true, vectors: false })
}

/// How many vectors the configuration at this place tells of; `None` without the capability.
fn vectors(w: &Walk<'_>, config: usize) -> Option<usize> {
    let byte = |at: usize| w.byte(config.saturating_add(at));
    if byte(STATUS)? & HAS_CAPABILITIES == 0 {
        return None;
    }
    let mut at = usize::from(byte(FIRST_CAPABILITY)?);
    for _ in 0..MOST_CAPABILITIES {
        if at == 0 {
            return None;
        }
        if byte(at)? == MSIX {
            let control = [byte(at.saturating_add(2))?, byte(at.saturating_add(3))?];
            let last = usize::from(u16::from_le_bytes(control)) & MSIX_VECTORS;
            return Some(last.saturating_add(1));
        }
        at = usize::from(byte(at.saturating_add(1))?);
    }
    None
}
