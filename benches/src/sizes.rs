//! How many bytes a device takes on a wire.

use migcore::io::Portable;

use crate::cbor;
use crate::chunk::{self, SCRATCH};
use crate::device::{samples, WIRE_BYTES};

/// Devices of W2.
const MANY: usize = 1000;

/// Room for a device on any wire.
const ROOM: usize = 4 << 10;

/// Bytes of one device of W1: what the table calls the wire, and how many.
///
/// A stream of chunks has a beginning and an end, and describes the first device; the second figure is for
/// one of many equal devices.
pub fn sizes() -> Vec<(&'static str, f64)> {
    vec![
        ("legacy", WIRE_BYTES as f64),
        ("chunks, one device", chunks(1)),
        ("chunks, one of 1000", chunks(MANY)),
        ("CBOR with names", in_cbor(MANY)),
    ]
}

fn chunks(count: usize) -> f64 {
    let (mut scratch, mut out) = (vec![0; SCRATCH], vec![0; count * ROOM]);
    let saved = chunk::save(&mut samples(count), Portable, &mut scratch, &mut out);
    saved.expect("the room is large enough") as f64 / count as f64
}

fn in_cbor(count: usize) -> f64 {
    let saved = cbor::save(&mut samples(count), &mut vec![0; count * ROOM]);
    saved.expect("the room is large enough") as f64 / count as f64
}

/// Prints the table.
pub fn print_sizes() {
    println!("bytes of W1");
    println!("  {:<22} {:>10} {:>10}", "wire", "bytes", "x legacy");
    for (wire, bytes) in sizes() {
        println!("  {wire:<22} {bytes:>10.1} {:>10.3}", bytes / WIRE_BYTES as f64);
    }
    println!();
}
