/* W1 through the byte-at-a-time buffered file, as emulator code does it today. */
#include "buffered_file.h"
#include "w1.h"

/* Static, as such files outlive one device: its 32 KiB are not set up per save. */
static struct buffered_file file;

static void save_registers(const struct w1_device *d, struct buffered_file *f)
{
    buffered_put_be32(f, d->control);
    buffered_put_be32(f, d->status);
    buffered_put_be32(f, d->interrupt_cause);
    buffered_put_be32(f, d->interrupt_mask);
    buffered_put_byte(f, d->link_state);
    buffered_put_byte(f, d->duplex);
    buffered_put_be16(f, d->phy_address);
    buffered_put_be16(f, d->phy_control);
    buffered_put_byte(f, d->enabled);
    buffered_put_be32(f, (uint32_t)d->queue_weight);
    buffered_put_be32(f, (uint32_t)d->interrupt_delay);
    buffered_put_be64(f, d->receive_base);
    buffered_put_be64(f, d->transmit_base);
    buffered_put_be32(f, d->receive_control);
    buffered_put_be32(f, d->receive_head);
    buffered_put_be32(f, d->receive_tail);
    buffered_put_byte(f, d->speed);
    buffered_put_byte(f, d->loopback);
    buffered_put_byte(f, d->interrupt_level);
    buffered_put_byte(f, d->promiscuous);
    buffered_put_byte(f, d->multicast);
    buffered_put_be32(f, d->transmit_control);
    buffered_put_be32(f, d->transmit_head);
    buffered_put_be32(f, d->transmit_tail);
}

static void save_counters(const struct w1_device *d, struct buffered_file *f)
{
    buffered_put_be16(f, d->phy_status);
    buffered_put_be16(f, d->vlan_tag);
    buffered_put_be32(f, (uint32_t)d->receive_credit);
    buffered_put_be32(f, (uint32_t)d->transmit_credit);
    buffered_put_be64(f, d->packets_in);
    buffered_put_be64(f, d->packets_out);
    buffered_put_be64(f, d->octets_in);
    buffered_put_be64(f, d->octets_out);
    buffered_put_byte(f, d->eeprom_state);
    buffered_put_byte(f, d->eeprom_opcode);
    buffered_put_byte(f, d->phy_page);
    buffered_put_be16(f, d->eeprom_in);
    buffered_put_be16(f, d->eeprom_out);
    buffered_put_be32(f, (uint32_t)d->clock_offset);
    buffered_put_be32(f, (uint32_t)d->temperature);
    buffered_put_byte(f, d->suspended);
}

static void save_eeprom(const struct w1_eeprom *e, struct buffered_file *f)
{
    buffered_put_bytes(f, e->page, sizeof e->page);
    buffered_put_be32(f, e->command);
    buffered_put_be32(f, e->address);
    buffered_put_be32(f, e->data);
    buffered_put_be32(f, e->status);
    buffered_put_be32(f, e->timing);
    buffered_put_be32(f, e->lock);
    buffered_put_be32(f, e->checksum);
    buffered_put_be32(f, e->cycles);
}

static void save_ring(const struct w1_ring *r, struct buffered_file *f)
{
    buffered_put_be64(f, r->base);
    buffered_put_be32(f, r->length);
    buffered_put_be16(f, r->head);
    buffered_put_be16(f, r->tail);
}

static void save_device(const struct w1_device *d, struct buffered_file *f)
{
    save_registers(d, f);
    save_counters(d, f);
    for (size_t i = 0; i < W1_STATISTICS; i++) {
        buffered_put_be32(f, d->statistics[i]);
    }
    for (size_t i = 0; i < W1_PHY_REGISTERS; i++) {
        buffered_put_be16(f, d->phy[i]);
    }
    buffered_put_bytes(f, d->mac, sizeof d->mac);
    save_eeprom(&d->eeprom, f);
    for (size_t i = 0; i < W1_RINGS; i++) {
        save_ring(&d->rings[i], f);
    }
}

int w1_save_buffered(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity)
{
    buffered_file_write_to(&file, out, capacity);
    for (size_t i = 0; i < count; i++) {
        save_device(&devices[i], &file);
    }
    return buffered_file_flush(&file);
}

static void load_registers(struct w1_device *d, struct buffered_file *f)
{
    d->control = buffered_get_be32(f);
    d->status = buffered_get_be32(f);
    d->interrupt_cause = buffered_get_be32(f);
    d->interrupt_mask = buffered_get_be32(f);
    d->link_state = buffered_get_byte(f);
    d->duplex = buffered_get_byte(f);
    d->phy_address = buffered_get_be16(f);
    d->phy_control = buffered_get_be16(f);
    d->enabled = buffered_get_byte(f) != 0;
    d->queue_weight = (int32_t)buffered_get_be32(f);
    d->interrupt_delay = (int32_t)buffered_get_be32(f);
    d->receive_base = buffered_get_be64(f);
    d->transmit_base = buffered_get_be64(f);
    d->receive_control = buffered_get_be32(f);
    d->receive_head = buffered_get_be32(f);
    d->receive_tail = buffered_get_be32(f);
    d->speed = buffered_get_byte(f);
    d->loopback = buffered_get_byte(f);
    d->interrupt_level = buffered_get_byte(f);
    d->promiscuous = buffered_get_byte(f) != 0;
    d->multicast = buffered_get_byte(f) != 0;
    d->transmit_control = buffered_get_be32(f);
    d->transmit_head = buffered_get_be32(f);
    d->transmit_tail = buffered_get_be32(f);
}

static void load_counters(struct w1_device *d, struct buffered_file *f)
{
    d->phy_status = buffered_get_be16(f);
    d->vlan_tag = buffered_get_be16(f);
    d->receive_credit = (int32_t)buffered_get_be32(f);
    d->transmit_credit = (int32_t)buffered_get_be32(f);
    d->packets_in = buffered_get_be64(f);
    d->packets_out = buffered_get_be64(f);
    d->octets_in = buffered_get_be64(f);
    d->octets_out = buffered_get_be64(f);
    d->eeprom_state = buffered_get_byte(f);
    d->eeprom_opcode = buffered_get_byte(f);
    d->phy_page = buffered_get_byte(f);
    d->eeprom_in = buffered_get_be16(f);
    d->eeprom_out = buffered_get_be16(f);
    d->clock_offset = (int32_t)buffered_get_be32(f);
    d->temperature = (int32_t)buffered_get_be32(f);
    d->suspended = buffered_get_byte(f) != 0;
}

static void load_eeprom(struct w1_eeprom *e, struct buffered_file *f)
{
    buffered_get_bytes(f, e->page, sizeof e->page);
    e->command = buffered_get_be32(f);
    e->address = buffered_get_be32(f);
    e->data = buffered_get_be32(f);
    e->status = buffered_get_be32(f);
    e->timing = buffered_get_be32(f);
    e->lock = buffered_get_be32(f);
    e->checksum = buffered_get_be32(f);
    e->cycles = buffered_get_be32(f);
}

static void load_ring(struct w1_ring *r, struct buffered_file *f)
{
    r->base = buffered_get_be64(f);
    r->length = buffered_get_be32(f);
    r->head = buffered_get_be16(f);
    r->tail = buffered_get_be16(f);
}

static void load_device(struct w1_device *d, struct buffered_file *f)
{
    load_registers(d, f);
    load_counters(d, f);
    for (size_t i = 0; i < W1_STATISTICS; i++) {
        d->statistics[i] = buffered_get_be32(f);
    }
    for (size_t i = 0; i < W1_PHY_REGISTERS; i++) {
        d->phy[i] = buffered_get_be16(f);
    }
    buffered_get_bytes(f, d->mac, sizeof d->mac);
    load_eeprom(&d->eeprom, f);
    for (size_t i = 0; i < W1_RINGS; i++) {
        load_ring(&d->rings[i], f);
    }
}

int w1_load_buffered(struct w1_device *devices, size_t count, const uint8_t *in, size_t length)
{
    buffered_file_read_from(&file, in, length);
    for (size_t i = 0; i < count; i++) {
        load_device(&devices[i], &file);
    }
    return buffered_file_error(&file);
}
