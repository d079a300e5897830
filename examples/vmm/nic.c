/*
 * A network card whose cable leads back to itself. Guest memory has two rings of descriptors, which name the packets to
 * send and the buffers for those that arrive. In between packets are on the cable, and part of the state.
 */
#include "machine.h"
#include <string.h>

#define DELAY 10000     /* of a packet, */
#define DELAY_OF_BYTE 8 /* and as much for each of its bytes */

enum { CONTROL, CAUSE, MASK, SENT, RECEIVED, DROPPED, FILTER = 128 }; /* registers */
enum { RINGS = 0x400, RING = 0x20 };                                  /* behind them, at these addresses */
enum { BASE = 0, SIZE = 4, HEAD = 8, TAIL = 12, ENABLE = 16 };
enum { CAUSE_SENT = 1, CAUSE_RECEIVED = 2 };
enum { SEND, RECEIVE };

/* A descriptor: address, length, flags, sum. */
enum { DESCRIPTOR = 16, FLAG_SUM = 1, FLAG_DONE = 2 };

/* A ring that is off has no more to say than that. */
static void visit_ring(migcore_visitor *v, struct nic_ring *r)
{
    migcore_visit_bool(v, "enabled", &r->enabled);
    if (!r->enabled)
        return;
    migcore_visit_u32(v, "base", &r->base);
    migcore_visit_u16(v, "size", &r->size);
    require(v, "size", r->size >= 1 && r->size <= NIC_RING);
    migcore_visit_u16(v, "head", &r->head);
    require(v, "head", r->head < r->size);
    migcore_visit_u16(v, "tail", &r->tail);
    require(v, "tail", r->tail < r->size);
}

static void visit_packet(migcore_visitor *v, struct nic_packet *p)
{
    migcore_visit_u64(v, "due", &p->due);
    migcore_visit_varbytes(v, "data", p->data, sizeof p->data, &p->length);
    require(v, "data", p->length > 0);
    migcore_visit_bool(v, "summed", &p->summed);
    if (p->summed)
        migcore_visit_u32(v, "sum", &p->sum);
}

migcore_status nic_visit(migcore_visitor *v, void *opaque)
{
    struct nic *n = opaque;

    migcore_visit_u32_array(v, "registers", n->registers, NIC_REGISTERS);
    migcore_begin_list(v, "rings", 2);
    for (int i = 0; i < 2; i++) {
        migcore_begin_element(v);
        visit_ring(v, &n->rings[i]);
        migcore_end_element(v);
    }
    migcore_end_list(v);
    migcore_begin_varlist(v, "packets", NIC_FLYING, &n->flying);
    for (size_t i = 0; i < n->flying; i++) {
        migcore_begin_element(v);
        visit_packet(v, &n->packets[i]);
        migcore_end_element(v);
    }
    return migcore_end_list(v);
}

static void update(struct nic *n)
{
    intc_set(&n->machine->intc, LINE_NIC, (n->registers[CAUSE] & n->registers[MASK]) != 0);
}

int32_t nic_load_done(void *opaque)
{
    update(opaque);
    return 0;
}

/* The descriptor at the head of a ring, if the guest has put one there. */
static uint8_t *next_descriptor(struct nic *n, const struct nic_ring *r)
{
    if (!(n->registers[CONTROL] & 1) || !r->enabled || r->head == r->tail)
        return NULL;
    return memory_to_write(n->machine, r->base + r->head * DESCRIPTOR, DESCRIPTOR);
}

static void finish_descriptor(struct nic *n, struct nic_ring *r, uint8_t *descriptor, uint32_t cause)
{
    put_le32(descriptor + 8, get_le32(descriptor + 8) | FLAG_DONE);
    r->head = (uint16_t)((r->head + 1) % r->size);
    n->registers[CAUSE] |= cause;
}

static uint32_t sum_of(const uint8_t *data, size_t length)
{
    uint32_t sum = 1;

    for (size_t i = 0; i < length; i++)
        sum = sum * 31 + data[i];
    return sum;
}

/* From the ring onto the cable, as far as there is room. */
static void send(struct nic *n)
{
    struct nic_ring *r = &n->rings[SEND];
    uint8_t *descriptor;

    while (n->flying < NIC_FLYING && (descriptor = next_descriptor(n, r)) != NULL) {
        struct nic_packet *p = &n->packets[n->flying];
        uint32_t length = get_le32(descriptor + 4);
        const uint8_t *data = memory_at(n->machine, get_le32(descriptor), length);

        if (data != NULL && length > 0 && length <= NIC_PACKET) {
            memcpy(p->data, data, length);
            p->length = length;
            p->due = n->machine->cpu.cycle + DELAY + length * DELAY_OF_BYTE;
            p->summed = get_le32(descriptor + 8) & FLAG_SUM;
            p->sum = p->summed ? sum_of(p->data, p->length) : 0;
            n->flying++;
            n->registers[SENT]++;
        }
        finish_descriptor(n, r, descriptor, CAUSE_SENT);
    }
}

/* From the cable into the next buffer of the guest. Its first byte chooses the filter that lets it pass. */
static void receive(struct nic *n, const struct nic_packet *p)
{
    uint8_t *descriptor = next_descriptor(n, &n->rings[RECEIVE]), *data = NULL;

    if (descriptor != NULL && n->registers[FILTER + p->data[0] % 128] != 0)
        data = memory_to_write(n->machine, get_le32(descriptor), (uint32_t)p->length);
    if (data == NULL) {
        n->registers[DROPPED]++;
        return;
    }
    memcpy(data, p->data, p->length);
    put_le32(descriptor + 4, (uint32_t)p->length);
    put_le32(descriptor + 8, p->summed ? FLAG_SUM : 0);
    put_le32(descriptor + 12, p->summed ? p->sum : n->registers[FILTER + p->data[0] % 128]);
    finish_descriptor(n, &n->rings[RECEIVE], descriptor, CAUSE_RECEIVED);
    n->registers[RECEIVED]++;
}

uint64_t nic_tick(struct nic *n)
{
    while (n->flying > 0 && n->machine->cpu.cycle >= n->packets[0].due) {
        receive(n, &n->packets[0]);
        memmove(&n->packets[0], &n->packets[1], --n->flying * sizeof n->packets[0]);
    }
    send(n);
    update(n);
    return n->flying > 0 ? n->packets[0].due : NEVER;
}

uint32_t nic_read(struct machine *m, uint32_t offset)
{
    const struct nic_ring *r = &m->nic.rings[offset / RING % 2];

    if (offset < RINGS)
        return m->nic.registers[offset / 4];
    if (offset >= RINGS + 2 * RING)
        return 0;
    switch (offset % RING) {
    case BASE: return r->base;
    case SIZE: return r->size;
    case HEAD: return r->head;
    case TAIL: return r->tail;
    case ENABLE: return r->enabled;
    default: return 0;
    }
}

static void write_ring(struct nic_ring *r, uint32_t offset, uint32_t value)
{
    if (offset == ENABLE) {
        r->enabled = value != 0 && r->size >= 1 && r->size <= NIC_RING;
        r->head = r->tail = 0;
    } else if (offset == TAIL && r->enabled) {
        r->tail = (uint16_t)(value % r->size);
    } else if (offset == BASE && !r->enabled) {
        r->base = value;
    } else if (offset == SIZE && !r->enabled) {
        r->size = (uint16_t)value;
    }
}

void nic_write(struct machine *m, uint32_t offset, uint32_t value)
{
    if (offset == CAUSE * 4)
        m->nic.registers[CAUSE] &= ~value;
    else if (offset < RINGS)
        m->nic.registers[offset / 4] = value;
    else if (offset < RINGS + 2 * RING)
        write_ring(&m->nic.rings[offset / RING % 2], offset % RING, value);
}
