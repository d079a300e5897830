/*
 * W1 by hand: big-endian stores and loads at a moving pointer.
 *
 * One check covers the whole device, there is no error path per field and
 * nothing is named: the floor for code that still converts byte order.
 */
#include "w1.h"

#include <string.h>

static inline uint8_t *put8(uint8_t *at, uint8_t value)
{
    *at = value;
    return at + 1;
}

static inline uint8_t *put16(uint8_t *at, uint16_t value)
{
    value = __builtin_bswap16(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static inline uint8_t *put32(uint8_t *at, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static inline uint8_t *put64(uint8_t *at, uint64_t value)
{
    value = __builtin_bswap64(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static inline uint8_t *put_bytes(uint8_t *at, const void *data, size_t length)
{
    memcpy(at, data, length);
    return at + length;
}

static inline uint8_t get8(const uint8_t **at)
{
    return *(*at)++;
}

static inline uint16_t get16(const uint8_t **at)
{
    uint16_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return __builtin_bswap16(value);
}

static inline uint32_t get32(const uint8_t **at)
{
    uint32_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return __builtin_bswap32(value);
}

static inline uint64_t get64(const uint8_t **at)
{
    uint64_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return __builtin_bswap64(value);
}

static inline void get_bytes(const uint8_t **at, void *data, size_t length)
{
    memcpy(data, *at, length);
    *at += length;
}

static uint8_t *save_registers(const struct w1_device *d, uint8_t *at)
{
    at = put32(at, d->control);
    at = put32(at, d->status);
    at = put32(at, d->interrupt_cause);
    at = put32(at, d->interrupt_mask);
    at = put8(at, d->link_state);
    at = put8(at, d->duplex);
    at = put16(at, d->phy_address);
    at = put16(at, d->phy_control);
    at = put8(at, d->enabled);
    at = put32(at, (uint32_t)d->queue_weight);
    at = put32(at, (uint32_t)d->interrupt_delay);
    at = put64(at, d->receive_base);
    at = put64(at, d->transmit_base);
    at = put32(at, d->receive_control);
    at = put32(at, d->receive_head);
    at = put32(at, d->receive_tail);
    at = put8(at, d->speed);
    at = put8(at, d->loopback);
    at = put8(at, d->interrupt_level);
    at = put8(at, d->promiscuous);
    at = put8(at, d->multicast);
    at = put32(at, d->transmit_control);
    at = put32(at, d->transmit_head);
    at = put32(at, d->transmit_tail);
    return at;
}

static uint8_t *save_counters(const struct w1_device *d, uint8_t *at)
{
    at = put16(at, d->phy_status);
    at = put16(at, d->vlan_tag);
    at = put32(at, (uint32_t)d->receive_credit);
    at = put32(at, (uint32_t)d->transmit_credit);
    at = put64(at, d->packets_in);
    at = put64(at, d->packets_out);
    at = put64(at, d->octets_in);
    at = put64(at, d->octets_out);
    at = put8(at, d->eeprom_state);
    at = put8(at, d->eeprom_opcode);
    at = put8(at, d->phy_page);
    at = put16(at, d->eeprom_in);
    at = put16(at, d->eeprom_out);
    at = put32(at, (uint32_t)d->clock_offset);
    at = put32(at, (uint32_t)d->temperature);
    at = put8(at, d->suspended);
    return at;
}

static uint8_t *save_eeprom(const struct w1_eeprom *e, uint8_t *at)
{
    at = put_bytes(at, e->page, sizeof e->page);
    at = put32(at, e->command);
    at = put32(at, e->address);
    at = put32(at, e->data);
    at = put32(at, e->status);
    at = put32(at, e->timing);
    at = put32(at, e->lock);
    at = put32(at, e->checksum);
    at = put32(at, e->cycles);
    return at;
}

static uint8_t *save_ring(const struct w1_ring *r, uint8_t *at)
{
    at = put64(at, r->base);
    at = put32(at, r->length);
    at = put16(at, r->head);
    at = put16(at, r->tail);
    return at;
}

static uint8_t *save_device(const struct w1_device *d, uint8_t *at)
{
    at = save_registers(d, at);
    at = save_counters(d, at);
    for (size_t i = 0; i < W1_STATISTICS; i++) {
        at = put32(at, d->statistics[i]);
    }
    for (size_t i = 0; i < W1_PHY_REGISTERS; i++) {
        at = put16(at, d->phy[i]);
    }
    at = put_bytes(at, d->mac, sizeof d->mac);
    at = save_eeprom(&d->eeprom, at);
    for (size_t i = 0; i < W1_RINGS; i++) {
        at = save_ring(&d->rings[i], at);
    }
    return at;
}

int w1_save_hand(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity)
{
    if (capacity / W1_WIRE_BYTES < count) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        out = save_device(&devices[i], out);
    }
    return 0;
}

static void load_registers(struct w1_device *d, const uint8_t **at)
{
    d->control = get32(at);
    d->status = get32(at);
    d->interrupt_cause = get32(at);
    d->interrupt_mask = get32(at);
    d->link_state = get8(at);
    d->duplex = get8(at);
    d->phy_address = get16(at);
    d->phy_control = get16(at);
    d->enabled = get8(at) != 0;
    d->queue_weight = (int32_t)get32(at);
    d->interrupt_delay = (int32_t)get32(at);
    d->receive_base = get64(at);
    d->transmit_base = get64(at);
    d->receive_control = get32(at);
    d->receive_head = get32(at);
    d->receive_tail = get32(at);
    d->speed = get8(at);
    d->loopback = get8(at);
    d->interrupt_level = get8(at);
    d->promiscuous = get8(at) != 0;
    d->multicast = get8(at) != 0;
    d->transmit_control = get32(at);
    d->transmit_head = get32(at);
    d->transmit_tail = get32(at);
}

static void load_counters(struct w1_device *d, const uint8_t **at)
{
    d->phy_status = get16(at);
    d->vlan_tag = get16(at);
    d->receive_credit = (int32_t)get32(at);
    d->transmit_credit = (int32_t)get32(at);
    d->packets_in = get64(at);
    d->packets_out = get64(at);
    d->octets_in = get64(at);
    d->octets_out = get64(at);
    d->eeprom_state = get8(at);
    d->eeprom_opcode = get8(at);
    d->phy_page = get8(at);
    d->eeprom_in = get16(at);
    d->eeprom_out = get16(at);
    d->clock_offset = (int32_t)get32(at);
    d->temperature = (int32_t)get32(at);
    d->suspended = get8(at) != 0;
}

static void load_eeprom(struct w1_eeprom *e, const uint8_t **at)
{
    get_bytes(at, e->page, sizeof e->page);
    e->command = get32(at);
    e->address = get32(at);
    e->data = get32(at);
    e->status = get32(at);
    e->timing = get32(at);
    e->lock = get32(at);
    e->checksum = get32(at);
    e->cycles = get32(at);
}

static void load_ring(struct w1_ring *r, const uint8_t **at)
{
    r->base = get64(at);
    r->length = get32(at);
    r->head = get16(at);
    r->tail = get16(at);
}

static void load_device(struct w1_device *d, const uint8_t **at)
{
    load_registers(d, at);
    load_counters(d, at);
    for (size_t i = 0; i < W1_STATISTICS; i++) {
        d->statistics[i] = get32(at);
    }
    for (size_t i = 0; i < W1_PHY_REGISTERS; i++) {
        d->phy[i] = get16(at);
    }
    get_bytes(at, d->mac, sizeof d->mac);
    load_eeprom(&d->eeprom, at);
    for (size_t i = 0; i < W1_RINGS; i++) {
        load_ring(&d->rings[i], at);
    }
}

int w1_load_hand(struct w1_device *devices, size_t count, const uint8_t *in, size_t length)
{
    if (length / W1_WIRE_BYTES < count) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        load_device(&devices[i], &in);
    }
    return 0;
}

size_t w1_size(void)
{
    return sizeof(struct w1_device);
}
