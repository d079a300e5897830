/*
 * W1 through the library: one visit function for both directions and both
 * wires, a call per field, errors looked at once at the end, as a converted
 * device would do it.
 */
#include "migcore.h"
#include "w1.h"

static void visit_registers(migcore_visitor *v, struct w1_device *d)
{
    migcore_visit_u32(v, "control", &d->control);
    migcore_visit_u32(v, "status", &d->status);
    migcore_visit_u32(v, "interrupt_cause", &d->interrupt_cause);
    migcore_visit_u32(v, "interrupt_mask", &d->interrupt_mask);
    migcore_visit_u8(v, "link_state", &d->link_state);
    migcore_visit_u8(v, "duplex", &d->duplex);
    migcore_visit_u16(v, "phy_address", &d->phy_address);
    migcore_visit_u16(v, "phy_control", &d->phy_control);
    migcore_visit_bool(v, "enabled", &d->enabled);
    migcore_visit_i32(v, "queue_weight", &d->queue_weight);
    migcore_visit_i32(v, "interrupt_delay", &d->interrupt_delay);
    migcore_visit_u64(v, "receive_base", &d->receive_base);
    migcore_visit_u64(v, "transmit_base", &d->transmit_base);
    migcore_visit_u32(v, "receive_control", &d->receive_control);
    migcore_visit_u32(v, "receive_head", &d->receive_head);
    migcore_visit_u32(v, "receive_tail", &d->receive_tail);
    migcore_visit_u8(v, "speed", &d->speed);
    migcore_visit_u8(v, "loopback", &d->loopback);
    migcore_visit_u8(v, "interrupt_level", &d->interrupt_level);
    migcore_visit_bool(v, "promiscuous", &d->promiscuous);
    migcore_visit_bool(v, "multicast", &d->multicast);
    migcore_visit_u32(v, "transmit_control", &d->transmit_control);
    migcore_visit_u32(v, "transmit_head", &d->transmit_head);
    migcore_visit_u32(v, "transmit_tail", &d->transmit_tail);
}

static void visit_counters(migcore_visitor *v, struct w1_device *d)
{
    migcore_visit_u16(v, "phy_status", &d->phy_status);
    migcore_visit_u16(v, "vlan_tag", &d->vlan_tag);
    migcore_visit_i32(v, "receive_credit", &d->receive_credit);
    migcore_visit_i32(v, "transmit_credit", &d->transmit_credit);
    migcore_visit_u64(v, "packets_in", &d->packets_in);
    migcore_visit_u64(v, "packets_out", &d->packets_out);
    migcore_visit_u64(v, "octets_in", &d->octets_in);
    migcore_visit_u64(v, "octets_out", &d->octets_out);
    migcore_visit_u8(v, "eeprom_state", &d->eeprom_state);
    migcore_visit_u8(v, "eeprom_opcode", &d->eeprom_opcode);
    migcore_visit_u8(v, "phy_page", &d->phy_page);
    migcore_visit_u16(v, "eeprom_in", &d->eeprom_in);
    migcore_visit_u16(v, "eeprom_out", &d->eeprom_out);
    migcore_visit_i32(v, "clock_offset", &d->clock_offset);
    migcore_visit_i32(v, "temperature", &d->temperature);
    migcore_visit_bool(v, "suspended", &d->suspended);
}

static void visit_eeprom(migcore_visitor *v, struct w1_eeprom *e)
{
    migcore_begin_struct(v, "eeprom");
    migcore_visit_bytes(v, "page", e->page, sizeof e->page);
    migcore_visit_u32(v, "command", &e->command);
    migcore_visit_u32(v, "address", &e->address);
    migcore_visit_u32(v, "data", &e->data);
    migcore_visit_u32(v, "status", &e->status);
    migcore_visit_u32(v, "timing", &e->timing);
    migcore_visit_u32(v, "lock", &e->lock);
    migcore_visit_u32(v, "checksum", &e->checksum);
    migcore_visit_u32(v, "cycles", &e->cycles);
    migcore_end_struct(v);
}

static void visit_ring(migcore_visitor *v, struct w1_ring *r)
{
    migcore_begin_element(v);
    migcore_visit_u64(v, "base", &r->base);
    migcore_visit_u32(v, "length", &r->length);
    migcore_visit_u16(v, "head", &r->head);
    migcore_visit_u16(v, "tail", &r->tail);
    migcore_end_element(v);
}

static void visit_device(migcore_visitor *v, struct w1_device *d)
{
    visit_registers(v, d);
    visit_counters(v, d);
    migcore_visit_u32_array(v, "statistics", d->statistics, W1_STATISTICS);
    migcore_visit_u16_array(v, "phy", d->phy, W1_PHY_REGISTERS);
    migcore_visit_bytes(v, "mac", d->mac, sizeof d->mac);
    visit_eeprom(v, &d->eeprom);
    migcore_begin_list(v, "rings", W1_RINGS);
    for (size_t i = 0; i < W1_RINGS; i++) {
        visit_ring(v, &d->rings[i]);
    }
    migcore_end_list(v);
}

static int visit_all(migcore_visitor *v, struct w1_device *devices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        migcore_begin_device(v, "nic", (uint32_t)i, 1, 1);
        visit_device(v, &devices[i]);
        migcore_end_device(v);
    }
    return migcore_finish(v);
}

static int save(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity,
                const migcore_kernels *kernels)
{
    migcore_legacy codec;

    migcore_legacy_save_memory(&codec, sizeof codec, out, capacity, kernels);
    /* Saving only reads the device: the cast loses nothing. */
    return visit_all(&codec.visitor, (struct w1_device *)devices, count);
}

static int load(struct w1_device *devices, size_t count, const uint8_t *in, size_t length,
                const migcore_kernels *kernels)
{
    migcore_legacy codec;

    migcore_legacy_load_memory(&codec, sizeof codec, in, length, kernels);
    return visit_all(&codec.visitor, devices, count);
}

int w1_save_migcore(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity)
{
    return save(devices, count, out, capacity, NULL);
}

int w1_load_migcore(struct w1_device *devices, size_t count, const uint8_t *in, size_t length)
{
    return load(devices, count, in, length, NULL);
}

static migcore_kernels detected;

int w1_kernels_detect(void)
{
    return migcore_kernels_detect(&detected, sizeof detected);
}

int w1_save_kernels(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity)
{
    return save(devices, count, out, capacity, &detected);
}

int w1_load_kernels(struct w1_device *devices, size_t count, const uint8_t *in, size_t length)
{
    return load(devices, count, in, length, &detected);
}

static int save_chunks(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity,
                       const migcore_kernels *kernels)
{
    migcore_chunk_saver saver;
    uint8_t scratch[W1_CHUNK_SCRATCH];

    migcore_chunk_save_memory(&saver, sizeof saver, out, capacity, scratch, sizeof scratch, NULL,
                              kernels);
    /* As above. */
    return visit_all(&saver.visitor, (struct w1_device *)devices, count);
}

static int load_chunks(struct w1_device *devices, size_t count, const uint8_t *in, size_t length,
                       const migcore_kernels *kernels)
{
    migcore_chunk_loader loader;

    migcore_chunk_load_memory(&loader, sizeof loader, in, length, NULL, 0, NULL, kernels);
    return visit_all(&loader.visitor, devices, count);
}

int w1_save_chunks(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity)
{
    return save_chunks(devices, count, out, capacity, NULL);
}

int w1_load_chunks(struct w1_device *devices, size_t count, const uint8_t *in, size_t length)
{
    return load_chunks(devices, count, in, length, NULL);
}

int w1_save_chunks_kernels(const struct w1_device *devices, size_t count, uint8_t *out,
                           size_t capacity)
{
    return save_chunks(devices, count, out, capacity, &detected);
}

int w1_load_chunks_kernels(struct w1_device *devices, size_t count, const uint8_t *in,
                           size_t length)
{
    return load_chunks(devices, count, in, length, &detected);
}
