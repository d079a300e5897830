//! Which bits of a PCI configuration must be the receiver's own: QEMU compares those that a device declares as fixed
//! and that no guest can write. Only the receiver knows which these are; what every device declares is known here.

use super::Answer;

/// Bytes of a configuration that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Which byte.
    pub(crate) at: usize,
    /// What follows from it.
    pub(crate) answer: Answer,
    /// The bits that must be equal.
    pub(crate) fixed: u8,
    pub(crate) sent: u8,
    pub(crate) ours: u8,
}

/// What is known of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Byte {
    /// The bits that must be equal.
    fixed: u8,
    /// Those of which it is not known.
    unknown: u8,
}

const FIXED: Byte = Byte { fixed: 0xff, unknown: 0 };
const FREE: Byte = Byte { fixed: 0, unknown: 0 };
const UNKNOWN: Byte = Byte { fixed: 0, unknown: 0xff };

/// The bit of the status that says that there are capabilities.
const HAS_CAPABILITIES: u8 = 0x10;

/// Places of a header.
const STATUS: usize = 0x06;
const HEADER_TYPE: usize = 0x0e;
pub(crate) const CAPABILITIES: usize = 0x34;
pub(crate) const HEADER: usize = 0x40;

/// The chips of boards: the i440FX with its PIIX3 and PIIX4, and the Q35 with its ICH9. Beyond header and capabilities
/// they have nothing that is fixed, and addresses of one size.
const CHIPS: [[u8; 4]; 10] = [
    [0x86, 0x80, 0x37, 0x12],
    [0x86, 0x80, 0x00, 0x70],
    [0x86, 0x80, 0x10, 0x70],
    [0x86, 0x80, 0x20, 0x70],
    [0x86, 0x80, 0x13, 0x71],
    [0x86, 0x80, 0xc0, 0x29],
    [0x86, 0x80, 0x18, 0x29],
    [0x86, 0x80, 0x22, 0x29],
    [0x86, 0x80, 0x30, 0x29],
    [0x86, 0x80, 0x34, 0x29],
];

/// Compares two configurations.
pub(crate) fn differences(sent: &[u8], ours: &[u8]) -> Vec<Difference> {
    if sent.len() != ours.len() {
        let (sent, ours) = (told(sent.len()), told(ours.len()));
        return vec![Difference { at: 0, answer: Answer::Refused, fixed: 0, sent, ours }];
    }
    let chip = ours.first_chunk().is_some_and(|id| CHIPS.contains(id));
    let bytes = known(ours, if chip { FREE } else { UNKNOWN });
    let mut found = Vec::new();
    let mut differ = |at: usize, byte: Byte| {
        let (one, other) = (at_byte(sent, at), at_byte(ours, at));
        let answer = match one ^ other {
            bits if bits & byte.fixed != 0 => Answer::Refused,
            bits if bits & byte.unknown != 0 => Answer::CannotTell,
            _ => return,
        };
        found.push(Difference { at, answer, fixed: byte.fixed, sent: one, ours: other });
    };
    for (at, byte) in bytes.iter().enumerate() {
        differ(at, *byte);
    }
    for address in addresses(ours) {
        for (at, Byte { fixed, unknown }) in address.bytes(sent, ours) {
            differ(at, Byte { fixed, unknown: if chip { 0 } else { unknown } });
        }
    }
    found.sort_by_key(|difference| difference.at);
    found
}

fn told(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

fn at_byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// What is known of each byte, by the receiver's configuration; addresses are looked at by themselves.
fn known(ours: &[u8], others: Byte) -> Vec<Byte> {
    let mut bytes = vec![UNKNOWN; ours.len()];
    let mut set = |at: usize, length: usize, byte: Byte| {
        for place in bytes.iter_mut().skip(at).take(length) {
            *place = byte;
        }
    };
    set(HEADER, ours.len().saturating_sub(HEADER), others);
    set(0x00, 4, FIXED);
    // The command, the status, and what a guest programs.
    set(0x04, 4, FREE);
    set(STATUS, 1, Byte { fixed: HAS_CAPABILITIES, unknown: 0 });
    set(0x08, 4, FIXED);
    set(0x0c, 2, FREE);
    set(HEADER_TYPE, 1, FIXED);
    set(0x0f, 1, FREE);
    set(CAPABILITIES, 1, FIXED);
    set(0x3c, 1, FREE);
    match at_byte(ours, HEADER_TYPE) & 0x7f {
        0 => {
            set(0x10, 24, FREE);
            set(0x30, 4, FREE);
        }
        1 => {
            let windows = Byte { fixed: 0x0f, unknown: 0 };
            set(0x10, 8, FREE);
            set(0x18, 0x34 - 0x18, FREE);
            // Of windows the kind is fixed, and where they are is not.
            for at in [0x1c, 0x1d, 0x24, 0x26] {
                set(at, 1, windows);
            }
            set(0x38, 4, FREE);
            set(0x3e, 2, FREE);
        }
        _ => {}
    }
    for (at, id) in capabilities(ours) {
        set(at, 2, FIXED);
        capability(ours, at, id, &mut set);
    }
    bytes
}

/// The places and kinds of the capabilities of a configuration.
pub(crate) fn capabilities(config: &[u8]) -> Vec<(usize, u8)> {
    let mut found: Vec<(usize, u8)> = Vec::new();
    if at_byte(config, STATUS) & HAS_CAPABILITIES == 0 {
        return found;
    }
    let mut at = usize::from(at_byte(config, CAPABILITIES) & 0xfc);
    // A chain has no more members than there is room for, and may be a ring.
    while at >= HEADER && found.len() < 48 && !found.iter().any(|(seen, _)| *seen == at) {
        found.push((at, at_byte(config, at)));
        at = usize::from(at_byte(config, at.saturating_add(1)) & 0xfc);
    }
    found
}

/// Says what is known of a capability of this kind.
fn capability(ours: &[u8], at: usize, id: u8, set: &mut dyn FnMut(usize, usize, Byte)) {
    let place = |offset: usize| at.saturating_add(offset);
    match id {
        // Power management: the state and the events are a guest's.
        0x01 => {
            set(place(2), 2, FIXED);
            set(place(4), 1, Byte { fixed: 0, unknown: 0xfc });
            set(place(5), 1, Byte { fixed: 0, unknown: 0x7e });
        }
        // MSI: enabled, how many, address, data and masks are a guest's.
        0x05 => {
            let (wide, masks) =
                (at_byte(ours, place(2)) & 0x80 != 0, at_byte(ours, place(3)) & 1 != 0);
            set(place(2), 1, Byte { fixed: 0x8e, unknown: 0 });
            set(place(3), 1, FIXED);
            let (address, data, masked) = if wide { (8, 12, 16) } else { (4, 8, 12) };
            set(place(4), address, FREE);
            set(place(data), 2, FREE);
            if masks {
                set(place(masked), 4, FREE);
            }
        }
        // What a vendor defines. All of virtio's but the window into its registers is fixed.
        0x09 if at_byte(ours, 0) == 0xf4 && at_byte(ours, 1) == 0x1a => {
            let length = usize::from(at_byte(ours, place(2))).max(4);
            match at_byte(ours, place(3)) {
                5 => {
                    set(place(2), 2, FIXED);
                    set(place(4), length.saturating_sub(4), FREE);
                }
                _ => set(place(2), length.saturating_sub(2), FIXED),
            }
        }
        0x0d => set(place(2), 6, FIXED),
        // PCI Express: what it can do is fixed, and what it is told to do and says is not.
        0x10 => {
            set(place(2), 6, FIXED);
            set(place(8), 4, FREE);
            set(place(0x0c), 4, FIXED);
            set(place(0x10), 2, FREE);
            set(place(0x14), 4, FIXED);
            set(place(0x24), 4, FIXED);
            set(place(0x28), 2, FREE);
        }
        // MSI-X: enabled and masked are a guest's.
        0x11 => {
            set(place(2), 10, FIXED);
            set(place(3), 1, Byte { fixed: 0x3f, unknown: 0 });
        }
        _ => {}
    }
}

/// An address that a device is given by its guest.
#[derive(Clone, Copy)]
struct Address {
    at: usize,
    bytes: usize,
    /// The bits that say what is at the address.
    kind: u64,
}

/// The addresses in a header.
fn addresses(ours: &[u8]) -> Vec<Address> {
    let (number, rom) = match at_byte(ours, HEADER_TYPE) & 0x7f {
        0 => (6usize, 0x30),
        1 => (2, 0x38),
        _ => return Vec::new(),
    };
    // The lowest bit of that of a ROM turns it on.
    let mut found = vec![Address { at: rom, bytes: 4, kind: 0 }];
    let mut index = 0usize;
    while index < number {
        let at = 0x10usize.saturating_add(index.saturating_mul(4));
        let low = at_byte(ours, at);
        let (bytes, kind) = match (low & 1, low & 6) {
            (1, _) => (4, 3),
            (_, 4) => (8, 15),
            _ => (4, 15),
        };
        found.push(Address { at, bytes, kind });
        index = index.saturating_add(if bytes == 8 { 2 } else { 1 });
    }
    found
}

impl Address {
    fn read(self, configuration: &[u8]) -> u64 {
        let bytes = configuration.get(self.at..).and_then(|rest| rest.get(..self.bytes));
        let bytes = bytes.unwrap_or_default();
        bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    /// What is known of its bytes. The kind is fixed. The bits below the size of what is there are 0 and cannot be
    /// written; how large that is at the receiver is not known, but no larger than the lowest bit of its address.
    fn bytes(self, sent: &[u8], ours: &[u8]) -> Vec<(usize, Byte)> {
        let low = if self.kind == 0 { 1 } else { self.kind };
        let (one, other) = (self.read(sent), self.read(ours));
        let address = other & !low;
        let below = match address {
            0 => u64::MAX,
            _ => (1u64 << address.trailing_zeros()).wrapping_sub(1),
        };
        // Where nothing is at the receiver, nothing may be set; what has an address has a size.
        let unknown = if (one ^ other) & !low & below == 0 { 0 } else { below & !low };
        let byte = |index: usize, bits: u64| bits.to_le_bytes().get(index).copied().unwrap_or(0);
        (0..self.bytes)
            .map(|index| {
                let at = self.at.saturating_add(index);
                (at, Byte { fixed: byte(index, self.kind), unknown: byte(index, unknown) })
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test may panic: that is how it fails"
)]
mod tests {
    use super::*;

    /// A device with a 64-bit address, power management, MSI and MSI-X.
    fn configuration() -> Vec<u8> {
        let mut bytes = vec![0; 256];
        let mut put = |at: usize, data: &[u8]| bytes[at..at + data.len()].copy_from_slice(data);
        put(0, &[0x36, 0x1b, 0x10, 0x00, 7, 1, 0x10, 0, 5, 0, 0, 3]);
        put(0x10, &[0x0c, 0, 0, 0xfe, 0, 0, 0, 0]);
        put(0x18, &[0x41, 0xc0, 0, 0]);
        put(CAPABILITIES, &[0x40]);
        put(0x40, &[1, 0x50]);
        put(0x50, &[5, 0x70, 0x80, 0]);
        put(0x70, &[0x11, 0, 2, 0x80, 1, 0, 0, 0, 1, 8, 0, 0]);
        bytes
    }

    fn found(change: &[(usize, u8)]) -> Vec<(usize, Answer)> {
        let ours = configuration();
        let mut sent = ours.clone();
        change.iter().for_each(|(at, byte)| sent[*at] = *byte);
        differences(&sent, &ours).iter().map(|found| (found.at, found.answer)).collect()
    }

    #[test]
    fn what_a_device_is_must_be_the_same() {
        for (at, byte) in
            [(0, 0x35), (8, 4), (0xa, 1), (0xe, 0x80), (0x34, 0x50), (0x41, 0), (0x72, 3)]
        {
            assert_eq!(found(&[(at, byte)]), [(at, Answer::Refused)], "{at:#x}");
        }
    }

    #[test]
    fn what_a_guest_writes_may_be_anything() {
        let free =
            [(4, 0), (7, 0x21), (0x0c, 8), (0x3c, 11), (0x52, 0x81), (0x54, 0x10), (0x73, 0)];
        assert_eq!(found(&free), []);
    }

    #[test]
    fn what_only_the_device_knows_cannot_be_told() {
        for at in [0x2c, 0x3d, 0x45, 0x90] {
            assert_eq!(found(&[(at, 0x7e)]), [(at, Answer::CannotTell)], "{at:#x}");
        }
    }

    #[test]
    fn of_the_chips_of_a_board_the_registers_are_free() {
        let mut ours = configuration();
        ours[..4].copy_from_slice(&[0x86, 0x80, 0xc0, 0x29]);
        let mut sent = ours.clone();
        (sent[0x90], sent[0x12]) = (0x7e, 0x80);
        assert_eq!(differences(&sent, &ours), []);
        sent[0x72] = 9;
        assert_eq!(differences(&sent, &ours).len(), 1);
    }

    #[test]
    fn an_address_may_be_another_one_of_the_same_size() {
        assert_eq!(found(&[(0x13, 0xfc)]), []);
        assert_eq!(found(&[(0x14, 1)]), []);
        assert_eq!(found(&[(0x18, 0x81)]), []);
        assert_eq!(found(&[(0x10, 0x04)]), [(0x10, Answer::Refused)]);
        assert_eq!(found(&[(0x18, 0x40)]), [(0x18, Answer::Refused)]);
        // Below what the receiver's own address is a multiple of, its size may begin.
        assert_eq!(found(&[(0x12, 0x80)]), [(0x12, Answer::CannotTell)]);
        assert_eq!(found(&[(0x18, 0x61)]), [(0x18, Answer::CannotTell)]);
    }

    #[test]
    fn another_size_is_another_configuration() {
        let found = differences(&[0; 256], &[0; 4096]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].answer, Answer::Refused);
    }
}
