//! Real streams of QEMU: each described section fits its description and comes back as it was.
//!
//! `MIGCORE_QEMU_STREAMS` may name a folder with more of them: `*.bin`, with the description at the end or
//! beside them in `*.vmdesc.json`; each perhaps with `.xz`, for which `xz` must be there.

#![cfg(feature = "alloc")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/described.rs"]
mod described;
#[path = "support/sections.rs"]
mod sections;
#[path = "support/wire.rs"]
mod wire;

use std::path::Path;

use described::{bytes_of, through_chunks};
use migcore::codec::vmdesc::{fits, size_of, Content, Device, Misfit};

#[test]
fn sections_of_real_streams_come_back_byte_for_byte() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/qemu");
    assert_eq!(folder(&own), Seen { streams: 1, sections: 17, leaves: 518 });
    if let Some(more) = std::env::var_os("MIGCORE_QEMU_STREAMS") {
        let seen = folder(Path::new(&more));
        println!("{seen:?}");
        assert!(seen.sections > 0, "{seen:?}");
    }
}

/// What was compared.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    streams: usize,
    sections: usize,
    leaves: u64,
}

fn folder(folder: &Path) -> Seen {
    let mut seen = Seen::default();
    for described in sections::streams(folder) {
        let (path, text) = (&described.path, &described.text);
        // QEMU's own text has blanks; those beside a stream are packed.
        let blank = text.windows(2).any(|two| two == b": ");
        assert!(!blank || described.vmdesc.to_string().as_bytes() == *text, "{path:?}");
        seen.streams += 1;
        for (device, rest) in described.sections() {
            match section(device, rest) {
                Ok(leaves) => seen.leaves += leaves,
                // Its last element but two is none of the null pointers that stand for all of them.
                Err(misfit) if device.name == "s390_css" => assert_eq!(misfit.at, "css[254]"),
                Err(misfit) => panic!("{path:?}: {}: {misfit}", device.name),
            }
            seen.sections += 1;
        }
    }
    seen
}

fn section(device: &Device, rest: &[u8]) -> Result<u64, Misfit> {
    // A handler's version is not described.
    let skipped = if matches!(device.content, Content::Handler { .. }) { 4 } else { 0 };
    let size = usize::try_from(size_of(device).unwrap()).unwrap();
    let payload = &rest[skipped..skipped + size];
    let fit = fits(device, payload)?;
    assert_eq!(bytes_of(device, payload)?, payload, "{}", device.name);
    assert_eq!(through_chunks(device, payload), payload, "{}", device.name);
    let told = fit.described_bytes + fit.opaque_bytes;
    assert_eq!(usize::try_from(told).unwrap(), size, "{}", device.name);
    assert!(matches!(rest[skipped + size], 0x7e | 4 | 2 | 3 | 0), "{}", device.name);
    Ok(fit.leaves)
}
