//! W1 by hand in Rust: the floor for code that still converts byte order.
//!
//! A device's bytes are one array, so the position is a constant after inlining
//! and no check is left in the way of the stores.

use crate::device::{Device, Eeprom, Ring, WIRE_BYTES};

/// Writes `devices` one after another; false when `out` is too short.
pub fn save(devices: &[Device], out: &mut [u8]) -> bool {
    if out.len() / WIRE_BYTES < devices.len() {
        return false;
    }
    for (device, place) in devices.iter().zip(out.chunks_exact_mut(WIRE_BYTES)) {
        let Ok(out) = place.try_into() else { return false };
        Writer { out, at: 0 }.device(device);
    }
    true
}

/// Reads `devices` one after another; false when `bytes` is too short.
pub fn load(devices: &mut [Device], bytes: &[u8]) -> bool {
    if bytes.len() / WIRE_BYTES < devices.len() {
        return false;
    }
    for (device, place) in devices.iter_mut().zip(bytes.chunks_exact(WIRE_BYTES)) {
        let Ok(bytes) = place.try_into() else { return false };
        Reader { bytes, at: 0 }.device(device);
    }
    true
}

struct Writer<'a> {
    out: &'a mut [u8; WIRE_BYTES],
    at: usize,
}

impl Writer<'_> {
    #[inline(always)]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.out[self.at..self.at + N].copy_from_slice(&bytes);
        self.at += N;
    }

    #[inline(always)]
    fn device(&mut self, d: &Device) {
        self.registers(d);
        self.counters(d);
        for value in &d.statistics {
            self.put(value.to_be_bytes());
        }
        for value in &d.phy {
            self.put(value.to_be_bytes());
        }
        self.put(d.mac);
        self.eeprom(&d.eeprom);
        for ring in &d.rings {
            self.ring(ring);
        }
    }

    #[inline(always)]
    fn registers(&mut self, d: &Device) {
        self.put(d.control.to_be_bytes());
        self.put(d.status.to_be_bytes());
        self.put(d.interrupt_cause.to_be_bytes());
        self.put(d.interrupt_mask.to_be_bytes());
        self.put(d.link_state.to_be_bytes());
        self.put(d.duplex.to_be_bytes());
        self.put(d.phy_address.to_be_bytes());
        self.put(d.phy_control.to_be_bytes());
        self.put([u8::from(d.enabled)]);
        self.put(d.queue_weight.to_be_bytes());
        self.put(d.interrupt_delay.to_be_bytes());
        self.put(d.receive_base.to_be_bytes());
        self.put(d.transmit_base.to_be_bytes());
        self.put(d.receive_control.to_be_bytes());
        self.put(d.receive_head.to_be_bytes());
        self.put(d.receive_tail.to_be_bytes());
        self.put(d.speed.to_be_bytes());
        self.put(d.loopback.to_be_bytes());
        self.put(d.interrupt_level.to_be_bytes());
        self.put([u8::from(d.promiscuous)]);
        self.put([u8::from(d.multicast)]);
        self.put(d.transmit_control.to_be_bytes());
        self.put(d.transmit_head.to_be_bytes());
        self.put(d.transmit_tail.to_be_bytes());
    }

    #[inline(always)]
    fn counters(&mut self, d: &Device) {
        self.put(d.phy_status.to_be_bytes());
        self.put(d.vlan_tag.to_be_bytes());
        self.put(d.receive_credit.to_be_bytes());
        self.put(d.transmit_credit.to_be_bytes());
        self.put(d.packets_in.to_be_bytes());
        self.put(d.packets_out.to_be_bytes());
        self.put(d.octets_in.to_be_bytes());
        self.put(d.octets_out.to_be_bytes());
        self.put(d.eeprom_state.to_be_bytes());
        self.put(d.eeprom_opcode.to_be_bytes());
        self.put(d.phy_page.to_be_bytes());
        self.put(d.eeprom_in.to_be_bytes());
        self.put(d.eeprom_out.to_be_bytes());
        self.put(d.clock_offset.to_be_bytes());
        self.put(d.temperature.to_be_bytes());
        self.put([u8::from(d.suspended)]);
    }

    #[inline(always)]
    fn eeprom(&mut self, e: &Eeprom) {
        self.put(e.page);
        self.put(e.command.to_be_bytes());
        self.put(e.address.to_be_bytes());
        self.put(e.data.to_be_bytes());
        self.put(e.status.to_be_bytes());
        self.put(e.timing.to_be_bytes());
        self.put(e.lock.to_be_bytes());
        self.put(e.checksum.to_be_bytes());
        self.put(e.cycles.to_be_bytes());
    }

    #[inline(always)]
    fn ring(&mut self, r: &Ring) {
        self.put(r.base.to_be_bytes());
        self.put(r.length.to_be_bytes());
        self.put(r.head.to_be_bytes());
        self.put(r.tail.to_be_bytes());
    }
}

struct Reader<'a> {
    bytes: &'a [u8; WIRE_BYTES],
    at: usize,
}

impl Reader<'_> {
    #[inline(always)]
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.bytes[self.at..self.at + N]);
        self.at += N;
        bytes
    }

    #[inline(always)]
    fn device(&mut self, d: &mut Device) {
        self.registers(d);
        self.counters(d);
        for value in &mut d.statistics {
            *value = u32::from_be_bytes(self.take());
        }
        for value in &mut d.phy {
            *value = u16::from_be_bytes(self.take());
        }
        d.mac = self.take();
        self.eeprom(&mut d.eeprom);
        for ring in &mut d.rings {
            self.ring(ring);
        }
    }

    #[inline(always)]
    fn registers(&mut self, d: &mut Device) {
        d.control = u32::from_be_bytes(self.take());
        d.status = u32::from_be_bytes(self.take());
        d.interrupt_cause = u32::from_be_bytes(self.take());
        d.interrupt_mask = u32::from_be_bytes(self.take());
        d.link_state = u8::from_be_bytes(self.take());
        d.duplex = u8::from_be_bytes(self.take());
        d.phy_address = u16::from_be_bytes(self.take());
        d.phy_control = u16::from_be_bytes(self.take());
        d.enabled = self.take::<1>() != [0];
        d.queue_weight = i32::from_be_bytes(self.take());
        d.interrupt_delay = i32::from_be_bytes(self.take());
        d.receive_base = u64::from_be_bytes(self.take());
        d.transmit_base = u64::from_be_bytes(self.take());
        d.receive_control = u32::from_be_bytes(self.take());
        d.receive_head = u32::from_be_bytes(self.take());
        d.receive_tail = u32::from_be_bytes(self.take());
        d.speed = u8::from_be_bytes(self.take());
        d.loopback = u8::from_be_bytes(self.take());
        d.interrupt_level = u8::from_be_bytes(self.take());
        d.promiscuous = self.take::<1>() != [0];
        d.multicast = self.take::<1>() != [0];
        d.transmit_control = u32::from_be_bytes(self.take());
        d.transmit_head = u32::from_be_bytes(self.take());
        d.transmit_tail = u32::from_be_bytes(self.take());
    }

    #[inline(always)]
    fn counters(&mut self, d: &mut Device) {
        d.phy_status = u16::from_be_bytes(self.take());
        d.vlan_tag = u16::from_be_bytes(self.take());
        d.receive_credit = i32::from_be_bytes(self.take());
        d.transmit_credit = i32::from_be_bytes(self.take());
        d.packets_in = u64::from_be_bytes(self.take());
        d.packets_out = u64::from_be_bytes(self.take());
        d.octets_in = u64::from_be_bytes(self.take());
        d.octets_out = u64::from_be_bytes(self.take());
        d.eeprom_state = u8::from_be_bytes(self.take());
        d.eeprom_opcode = u8::from_be_bytes(self.take());
        d.phy_page = u8::from_be_bytes(self.take());
        d.eeprom_in = u16::from_be_bytes(self.take());
        d.eeprom_out = u16::from_be_bytes(self.take());
        d.clock_offset = i32::from_be_bytes(self.take());
        d.temperature = i32::from_be_bytes(self.take());
        d.suspended = self.take::<1>() != [0];
    }

    #[inline(always)]
    fn eeprom(&mut self, e: &mut Eeprom) {
        e.page = self.take();
        e.command = u32::from_be_bytes(self.take());
        e.address = u32::from_be_bytes(self.take());
        e.data = u32::from_be_bytes(self.take());
        e.status = u32::from_be_bytes(self.take());
        e.timing = u32::from_be_bytes(self.take());
        e.lock = u32::from_be_bytes(self.take());
        e.checksum = u32::from_be_bytes(self.take());
        e.cycles = u32::from_be_bytes(self.take());
    }

    #[inline(always)]
    fn ring(&mut self, r: &mut Ring) {
        r.base = u64::from_be_bytes(self.take());
        r.length = u32::from_be_bytes(self.take());
        r.head = u16::from_be_bytes(self.take());
        r.tail = u16::from_be_bytes(self.take());
    }
}
