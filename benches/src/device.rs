//! W1, the device that all measurements carry.
//!
//! The layout is that of `struct w1_device` in `c/w1.h`, so C and Rust save and
//! load the very same memory; a test compares the sizes. What the fields mean is
//! of no matter here: they are a network card's, mixed as real ones are.

#![allow(missing_docs, reason = "the fields only carry values")]

/// Bytes of one device on the wire.
pub const WIRE_BYTES: usize = 1710;
/// Items visited per device: 40 scalars, two arrays, the MAC, 9 in the struct, 32 in the list.
pub const ITEMS: u32 = 84;

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eeprom {
    pub page: [u8; 256],
    pub command: u32,
    pub address: u32,
    pub data: u32,
    pub status: u32,
    pub timing: u32,
    pub lock: u32,
    pub checksum: u32,
    pub cycles: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ring {
    pub base: u64,
    pub length: u32,
    pub head: u16,
    pub tail: u16,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    pub control: u32,
    pub status: u32,
    pub interrupt_cause: u32,
    pub interrupt_mask: u32,
    pub link_state: u8,
    pub duplex: u8,
    pub phy_address: u16,
    pub phy_control: u16,
    pub enabled: bool,
    pub queue_weight: i32,
    pub interrupt_delay: i32,
    pub receive_base: u64,
    pub transmit_base: u64,
    pub receive_control: u32,
    pub receive_head: u32,
    pub receive_tail: u32,
    pub speed: u8,
    pub loopback: u8,
    pub interrupt_level: u8,
    pub promiscuous: bool,
    pub multicast: bool,
    pub transmit_control: u32,
    pub transmit_head: u32,
    pub transmit_tail: u32,
    pub phy_status: u16,
    pub vlan_tag: u16,
    pub receive_credit: i32,
    pub transmit_credit: i32,
    pub packets_in: u64,
    pub packets_out: u64,
    pub octets_in: u64,
    pub octets_out: u64,
    pub eeprom_state: u8,
    pub eeprom_opcode: u8,
    pub phy_page: u8,
    pub eeprom_in: u16,
    pub eeprom_out: u16,
    pub clock_offset: i32,
    pub temperature: i32,
    pub suspended: bool,
    pub statistics: [u32; 256],
    pub phy: [u16; 64],
    pub mac: [u8; 6],
    pub eeprom: Eeprom,
    pub rings: [Ring; 8],
}

impl Device {
    /// A device with nothing in it: what a load writes to.
    pub const EMPTY: Self = Self {
        control: 0,
        status: 0,
        interrupt_cause: 0,
        interrupt_mask: 0,
        link_state: 0,
        duplex: 0,
        phy_address: 0,
        phy_control: 0,
        enabled: false,
        queue_weight: 0,
        interrupt_delay: 0,
        receive_base: 0,
        transmit_base: 0,
        receive_control: 0,
        receive_head: 0,
        receive_tail: 0,
        speed: 0,
        loopback: 0,
        interrupt_level: 0,
        promiscuous: false,
        multicast: false,
        transmit_control: 0,
        transmit_head: 0,
        transmit_tail: 0,
        phy_status: 0,
        vlan_tag: 0,
        receive_credit: 0,
        transmit_credit: 0,
        packets_in: 0,
        packets_out: 0,
        octets_in: 0,
        octets_out: 0,
        eeprom_state: 0,
        eeprom_opcode: 0,
        phy_page: 0,
        eeprom_in: 0,
        eeprom_out: 0,
        clock_offset: 0,
        temperature: 0,
        suspended: false,
        statistics: [0; 256],
        phy: [0; 64],
        mac: [0; 6],
        eeprom: Eeprom {
            page: [0; 256],
            command: 0,
            address: 0,
            data: 0,
            status: 0,
            timing: 0,
            lock: 0,
            checksum: 0,
            cycles: 0,
        },
        rings: [Ring { base: 0, length: 0, head: 0, tail: 0 }; 8],
    };
}

/// `count` devices full of values, the same for the same arguments.
///
/// They are read with the hand-written reader from a xorshift stream, so every
/// field gets a value of its own without a list of them here.
pub fn samples(count: usize) -> Vec<Device> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = vec![0; count * WIRE_BYTES];
    for byte in &mut bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = state.to_be_bytes()[3];
    }
    let mut devices = vec![Device::EMPTY; count];
    assert!(crate::hand::load(&mut devices, &bytes));
    devices
}
