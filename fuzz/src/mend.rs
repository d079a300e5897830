//! Makes a stream of chunks of any bytes: signature, lengths, CRCs and totals are put right, so that an input
//! gets past them to what they guard.

use migcore::io::{Kernels, Portable};

const SIGNATURE: [u8; 8] = *b"\x89MIG\r\n\x1a\n";

/// The chunks of these bytes, up to the first end chunk, with an end chunk that fits them.
pub fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut stream = Stream { bytes: SIGNATURE.to_vec(), count: 0, crcs: 0 };
    let mut rest = bytes.strip_prefix(&SIGNATURE).unwrap_or(bytes);
    while let Some((head, behind)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = *head;
        if kind == *b"MEND" {
            break;
        }
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let data = &behind[..length.min(behind.len())];
        stream.chunk(kind, data);
        rest = behind.get(data.len() + 4..).unwrap_or_default();
    }
    stream.end()
}

/// A stream as it is written.
pub struct Stream {
    bytes: Vec<u8>,
    count: u32,
    crcs: u32,
}

impl Stream {
    /// Puts a chunk.
    fn chunk(&mut self, kind: [u8; 4], data: &[u8]) {
        let crc = Portable.crc32(Portable.crc32(0, &kind), data).to_be_bytes();
        self.bytes.extend((data.len() as u32).to_be_bytes());
        self.bytes.extend(kind);
        self.bytes.extend(data);
        self.bytes.extend(crc);
        self.crcs = Portable.crc32(self.crcs, &crc);
        self.count += 1;
    }

    fn end(mut self) -> Vec<u8> {
        let totals = [self.count.to_be_bytes(), self.crcs.to_be_bytes()].concat();
        self.chunk(*b"MEND", &totals);
        self.bytes
    }
}
