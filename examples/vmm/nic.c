/*
 * A network card whose cable leads back to itself. Guest memory has two rings of descriptors, which name the packets to
 * send and the buffers for those that arrive. In between packets are on the cable, and part of the state.
 */
#include "machine.h"
#include <string.h>

#define DELAY 10000     /* of a packet, */
#define DELAY_OF_BYTE 8 /* and as much for each of its bytes */

#define RING_MOST 64

/* A ring that is off has no head and no tail, and the guest may not have come to its size yet. */
static void visit_ring(migcore_visitor *v, struct nic_ring *r)
{
    migcore_visit_u32(v, "base", &r->base);
    migcore_visit_u16(v, "size", &r->size);
    migcore_visit_bool(v, "enabled", &r->enabled);
    if (!r->enabled)
        return;
    migcore_require(v, "size", r->size >= 1 && r->size <= RING_MOST);
    migcore_visit_u16(v, "head", &r->head);
    migcore_require(v, "head", r->head < r->size);
    migcore_visit_u16(v, "tail", &r->tail);
    migcore_require(v, "tail", r->tail < r->size);
}

static void visit_packet(migcore_visitor *v, struct nic_packet *p)
{
    migcore_visit_u64(v, "due", &p->due);
    migcore_visit_varbytes(v, "data", p->data, sizeof p->data, &p->length);
    migcore_require(v, "data", p->length > 0);
    migcore_visit_bool(v, "summed", &p->summed);
    if (p->summed)
        migcore_visit_u32(v, "sum", &p->sum);
}

migcore_status nic_visit(migcore_visitor *v, void *opaque)
{
    struct nic *n = opaque;

    migcore_visit_u32_array(v, "registers", n->registers, 256);
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

/* A register by the offset that the guest knows it by. */
static uint32_t *at(struct nic *n, uint32_t offset)
{
    return &n->registers[offset / 4];
}

/* The descriptor at the head of a ring, if the guest has put one there. */
static uint8_t *next_descriptor(struct machine *m, const struct nic_ring *r)
{
    if (!(*at(&m->nic, NIC_CONTROL) & 1) || !r->enabled || r->head == r->tail)
        return NULL;
    return memory_to_write(m, r->base + r->head * (uint32_t)DESCRIPTOR_SIZE, DESCRIPTOR_SIZE);
}

static void finish_descriptor(struct nic *n, struct nic_ring *r, uint8_t *descriptor, uint32_t flags, uint32_t cause)
{
    put_le32(descriptor + DESCRIPTOR_FLAGS, flags | FLAG_DONE);
    r->head = (uint16_t)((r->head + 1) % r->size);
    *at(n, NIC_CAUSE) |= cause;
}

static uint32_t sum_of(const uint8_t *data, size_t length)
{
    uint32_t sum = 1;

    for (size_t i = 0; i < length; i++)
        sum = sum * 31 + data[i];
    return sum;
}

/* From the ring onto the cable, as far as there is room. */
static void send(struct machine *m)
{
    struct nic *n = &m->nic;
    uint8_t *descriptor;

    while (n->flying < NIC_FLYING && (descriptor = next_descriptor(m, &n->rings[0])) != NULL) {
        struct nic_packet *p = &n->packets[n->flying];
        uint32_t length = get_le32(descriptor + DESCRIPTOR_LENGTH), flags = get_le32(descriptor + DESCRIPTOR_FLAGS);
        const uint8_t *data = memory_at(m, get_le32(descriptor + DESCRIPTOR_ADDRESS), length);

        if (data != NULL && length > 0 && length <= sizeof p->data) {
            memcpy(p->data, data, length);
            p->length = length;
            p->due = m->cpu.cycle + DELAY + length * DELAY_OF_BYTE;
            p->summed = flags & FLAG_SUM;
            p->sum = sum_of(data, length);
            n->flying++;
        }
        finish_descriptor(n, &n->rings[0], descriptor, flags, CAUSE_SENT);
    }
}

/* From the cable into the next buffer of the guest. Its first byte chooses the filter that lets it pass. */
static void receive(struct machine *m, const struct nic_packet *p)
{
    struct nic *n = &m->nic;
    uint32_t filter = *at(n, NIC_FILTER + p->data[0] % 128 * 4);
    uint8_t *descriptor = next_descriptor(m, &n->rings[1]), *data = NULL;

    if (descriptor != NULL && filter != 0)
        data = memory_to_write(m, get_le32(descriptor + DESCRIPTOR_ADDRESS), (uint32_t)p->length);
    if (data == NULL)
        return;
    memcpy(data, p->data, p->length);
    put_le32(descriptor + DESCRIPTOR_LENGTH, (uint32_t)p->length);
    put_le32(descriptor + DESCRIPTOR_SUM, p->summed ? p->sum : filter);
    finish_descriptor(n, &n->rings[1], descriptor, p->summed ? FLAG_SUM : 0, CAUSE_RECEIVED);
}

uint64_t nic_tick(struct machine *m)
{
    struct nic *n = &m->nic;

    while (n->flying > 0 && m->cpu.cycle >= n->packets[0].due) {
        receive(m, &n->packets[0]);
        memmove(&n->packets[0], &n->packets[1], --n->flying * sizeof n->packets[0]);
    }
    send(m);
    intc_set(&m->intc, LINE_NIC, (*at(n, NIC_CAUSE) & *at(n, NIC_MASK)) != 0);
    return n->flying > 0 ? n->packets[0].due : NEVER;
}

uint32_t nic_read(struct machine *m, uint32_t offset)
{
    if (offset < NIC_SEND)
        return *at(&m->nic, offset);
    switch (offset) { /* the others are to be written */
    case NIC_SEND + RING_HEAD: return m->nic.rings[0].head;
    case NIC_SEND + RING_TAIL: return m->nic.rings[0].tail;
    case NIC_RECEIVE + RING_HEAD: return m->nic.rings[1].head;
    case NIC_RECEIVE + RING_TAIL: return m->nic.rings[1].tail;
    default: return 0;
    }
}

static void write_ring(struct nic_ring *r, uint32_t offset, uint32_t value)
{
    if (offset == RING_ENABLE) {
        r->enabled = value != 0 && r->size >= 1 && r->size <= RING_MOST;
        r->head = r->tail = 0;
    } else if (offset == RING_TAIL && r->enabled) {
        r->tail = (uint16_t)(value % r->size);
    } else if (offset == RING_BASE && !r->enabled) {
        r->base = value;
    } else if (offset == RING_SIZE && !r->enabled) {
        r->size = (uint16_t)value;
    }
}

void nic_write(struct machine *m, uint32_t offset, uint32_t value)
{
    if (offset == NIC_CAUSE)
        *at(&m->nic, NIC_CAUSE) &= ~value; /* a bit that is written is cleared */
    else if (offset < NIC_SEND)
        *at(&m->nic, offset) = value;
    else if (offset < NIC_RECEIVE)
        write_ring(&m->nic.rings[0], offset - NIC_SEND, value);
    else
        write_ring(&m->nic.rings[1], offset - NIC_RECEIVE, value);
}
