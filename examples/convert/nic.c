/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "nic.h"

#include <string.h>

void nic_reset(NicState *s)
{
    NicState fresh = { .save_version = s->save_version, .now = s->now, .vlan_tag = NIC_NO_VLAN };

    *s = fresh;
}

static void fill(uint8_t *bytes, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1103515245u + 12345u;
        bytes[i] = (uint8_t)(seed >> 16);
    }
}

void nic_make_busy(NicState *s)
{
    static const uint8_t mac[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
    NicRing receive = { 0x00000001fe000000u, 256, 17, 240, true };
    NicRing send = { 0x00000001fe010000u, 64, 3, 9, true };

    nic_reset(s);
    s->control = 0x80000203u;
    s->status = 0x00000043u;
    s->irq_mask = NIC_IRQ_RECEIVED | NIC_IRQ_SENT;
    s->irq_pending = NIC_IRQ_RECEIVED;
    memcpy(s->mac, mac, sizeof mac);
    s->link_up = true;
    s->promiscuous = true;
    for (unsigned i = 0; i < NIC_PHY_REGISTERS; i++) {
        s->phy[i] = (uint16_t)(0x7900u + i);
    }
    for (unsigned i = 0; i < NIC_MULTICAST_WORDS; i++) {
        s->multicast[i] = 0x01010101u << i;
    }
    s->rings[0] = receive;
    s->rings[1] = send;
    s->dma = (NicDma){ NIC_DMA_TRANSFER, 0x00000001fe020800u, 1460, -5 };
    s->fifo_used = 61;
    fill(s->fifo, s->fifo_used, 1);
    s->send_at = s->now + 250000;
    for (unsigned i = 0; i < NIC_COUNTERS; i++) {
        s->counters[i] = UINT64_C(0x100000000) * i + 4711;
    }
    s->vlan_tag = 42;
    s->moderation_us[0] = 100125;
    s->moderation_us[1] = 200250;
    s->wake_events = 0x8005;
    s->wake_used = 12;
    fill(s->wake_pattern, s->wake_used, 2);
    nic_update_irq(s);
}

void nic_update_irq(NicState *s)
{
    s->irq_line = (s->irq_pending & s->irq_mask) != 0;
}

uint8_t nic_link_flags(const NicState *s)
{
    return (uint8_t)(s->link_up | s->full_duplex << 1 | s->promiscuous << 2);
}

void nic_set_link_flags(NicState *s, uint8_t flags)
{
    s->link_up = flags & 1;
    s->full_duplex = flags >> 1 & 1;
    s->promiscuous = flags >> 2 & 1;
}

int64_t nic_send_in(const NicState *s)
{
    return (int64_t)((uint64_t)s->send_at - (uint64_t)s->now);
}

void nic_set_send_in(NicState *s, int64_t send_in)
{
    s->send_at = (int64_t)((uint64_t)s->now + (uint64_t)send_in);
}

bool nic_wake_needed(void *opaque)
{
    const NicState *s = opaque;

    return s->wake_used > 0;
}

static bool ring_equal(const NicRing *a, const NicRing *b)
{
    return a->base == b->base && a->size == b->size && a->head == b->head && a->tail == b->tail
        && a->enabled == b->enabled;
}

static bool dma_equal(const NicDma *a, const NicDma *b)
{
    return a->phase == b->phase && a->address == b->address && a->remaining == b->remaining && a->error == b->error;
}

#define SAME_ARRAY(member) (memcmp(a->member, b->member, sizeof a->member) == 0)

static bool registers_equal(const NicState *a, const NicState *b)
{
    return a->control == b->control && a->status == b->status && a->irq_mask == b->irq_mask
        && a->irq_pending == b->irq_pending && SAME_ARRAY(mac) && nic_link_flags(a) == nic_link_flags(b)
        && SAME_ARRAY(phy) && SAME_ARRAY(multicast) && SAME_ARRAY(counters) && a->irq_line == b->irq_line;
}

bool nic_equal(const NicState *a, const NicState *b)
{
    return registers_equal(a, b) && ring_equal(&a->rings[0], &b->rings[0]) && ring_equal(&a->rings[1], &b->rings[1])
        && dma_equal(&a->dma, &b->dma) && a->fifo_used == b->fifo_used
        && memcmp(a->fifo, b->fifo, a->fifo_used) == 0 && nic_send_in(a) == nic_send_in(b)
        && a->vlan_tag == b->vlan_tag && SAME_ARRAY(moderation_us) && a->wake_events == b->wake_events
        && a->wake_used == b->wake_used && memcmp(a->wake_pattern, b->wake_pattern, a->wake_used) == 0;
}
