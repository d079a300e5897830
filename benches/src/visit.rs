//! W1 through the library in Rust: one visit function for both directions.

use migcore::codec::legacy::{Loader, Saver};
use migcore::error::Report;
use migcore::visit::{Versions, Visit, Visitor};
use migcore::Result;

use crate::device::{Device, Eeprom, Ring};

impl Visit for Device {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        registers(self, v)?;
        counters(self, v)?;
        v.array("statistics", &mut self.statistics)?;
        v.array("phy", &mut self.phy)?;
        v.bytes("mac", &mut self.mac)?;
        v.structure("eeprom", |v| eeprom(&mut self.eeprom, v))?;
        v.list("rings", self.rings.len(), |v, index| ring(&mut self.rings[index], v))
    }
}

fn registers(d: &mut Device, v: &mut Visitor<'_>) -> Result<()> {
    v.visit("control", &mut d.control)?;
    v.visit("status", &mut d.status)?;
    v.visit("interrupt_cause", &mut d.interrupt_cause)?;
    v.visit("interrupt_mask", &mut d.interrupt_mask)?;
    v.visit("link_state", &mut d.link_state)?;
    v.visit("duplex", &mut d.duplex)?;
    v.visit("phy_address", &mut d.phy_address)?;
    v.visit("phy_control", &mut d.phy_control)?;
    v.visit("enabled", &mut d.enabled)?;
    v.visit("queue_weight", &mut d.queue_weight)?;
    v.visit("interrupt_delay", &mut d.interrupt_delay)?;
    v.visit("receive_base", &mut d.receive_base)?;
    v.visit("transmit_base", &mut d.transmit_base)?;
    v.visit("receive_control", &mut d.receive_control)?;
    v.visit("receive_head", &mut d.receive_head)?;
    v.visit("receive_tail", &mut d.receive_tail)?;
    v.visit("speed", &mut d.speed)?;
    v.visit("loopback", &mut d.loopback)?;
    v.visit("interrupt_level", &mut d.interrupt_level)?;
    v.visit("promiscuous", &mut d.promiscuous)?;
    v.visit("multicast", &mut d.multicast)?;
    v.visit("transmit_control", &mut d.transmit_control)?;
    v.visit("transmit_head", &mut d.transmit_head)?;
    v.visit("transmit_tail", &mut d.transmit_tail)
}

fn counters(d: &mut Device, v: &mut Visitor<'_>) -> Result<()> {
    v.visit("phy_status", &mut d.phy_status)?;
    v.visit("vlan_tag", &mut d.vlan_tag)?;
    v.visit("receive_credit", &mut d.receive_credit)?;
    v.visit("transmit_credit", &mut d.transmit_credit)?;
    v.visit("packets_in", &mut d.packets_in)?;
    v.visit("packets_out", &mut d.packets_out)?;
    v.visit("octets_in", &mut d.octets_in)?;
    v.visit("octets_out", &mut d.octets_out)?;
    v.visit("eeprom_state", &mut d.eeprom_state)?;
    v.visit("eeprom_opcode", &mut d.eeprom_opcode)?;
    v.visit("phy_page", &mut d.phy_page)?;
    v.visit("eeprom_in", &mut d.eeprom_in)?;
    v.visit("eeprom_out", &mut d.eeprom_out)?;
    v.visit("clock_offset", &mut d.clock_offset)?;
    v.visit("temperature", &mut d.temperature)?;
    v.visit("suspended", &mut d.suspended)
}

fn eeprom(e: &mut Eeprom, v: &mut Visitor<'_>) -> Result<()> {
    v.bytes("page", &mut e.page)?;
    v.visit("command", &mut e.command)?;
    v.visit("address", &mut e.address)?;
    v.visit("data", &mut e.data)?;
    v.visit("status", &mut e.status)?;
    v.visit("timing", &mut e.timing)?;
    v.visit("lock", &mut e.lock)?;
    v.visit("checksum", &mut e.checksum)?;
    v.visit("cycles", &mut e.cycles)
}

fn ring(r: &mut Ring, v: &mut Visitor<'_>) -> Result<()> {
    v.visit("base", &mut r.base)?;
    v.visit("length", &mut r.length)?;
    v.visit("head", &mut r.head)?;
    v.visit("tail", &mut r.tail)
}

/// Saves all `devices` into one stream.
///
/// # Errors
/// When `out` is too short.
pub fn save(devices: &mut [Device], out: &mut [u8]) -> core::result::Result<u64, Report> {
    let mut saver = Saver::to_slice(out);
    // After an error the visitor does nothing and `finish` tells, so the results here say no more.
    let _ = visit_all(devices, &mut saver.visitor());
    saver.finish()
}

/// Loads all `devices` from one stream.
///
/// # Errors
/// When `bytes` end too early.
pub fn load(devices: &mut [Device], bytes: &[u8]) -> core::result::Result<u64, Report> {
    let mut loader = Loader::from_slice(bytes);
    let _ = visit_all(devices, &mut loader.visitor());
    loader.finish()
}

/// Visits all `devices`, one after the other.
///
/// # Errors
/// Those of the visitor.
pub fn visit_all(devices: &mut [Device], v: &mut Visitor<'_>) -> Result<()> {
    (0..).zip(devices).try_for_each(|(instance, device)| {
        v.device("nic", instance, Versions::only(1), |v| device.visit(v))
    })
}

/// Saves 64 u32 fields.
///
/// # Errors
/// When `out` is too short.
pub fn save_scalars(values: &mut [u32; 64], out: &mut [u8]) -> core::result::Result<u64, Report> {
    let mut saver = Saver::to_slice(out);
    let _ = visit_scalars(values, &mut saver.visitor());
    saver.finish()
}

/// Loads 64 u32 fields.
///
/// # Errors
/// When `bytes` end too early.
pub fn load_scalars(values: &mut [u32; 64], bytes: &[u8]) -> core::result::Result<u64, Report> {
    let mut loader = Loader::from_slice(bytes);
    let _ = visit_scalars(values, &mut loader.visitor());
    loader.finish()
}

/// Visits 64 u32 fields.
///
/// # Errors
/// Those of the visitor.
pub fn visit_scalars(values: &mut [u32; 64], v: &mut Visitor<'_>) -> Result<()> {
    for quad in values.chunks_exact_mut(4) {
        let [first, second, third, fourth] = quad else { continue };
        v.visit("first", first)?;
        v.visit("second", second)?;
        v.visit("third", third)?;
        v.visit("fourth", fourth)?;
    }
    Ok(())
}
