/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Stage 4: the visit function speaks migcore.h alone, and knows neither QEMUFile nor Error. It can be driven by any
 * visitor: the legacy wire here, an observer in demo.c, and whatever else will be one. The errors are looked at once, at
 * the end: after the first one every call returns it and does nothing. The pair of functions is gone: who owns the card
 * opens the scope of the device, and tells the version (owner.h).
 */
#include "nic_visit.h"

#include <errno.h>

static migcore_status wake_visit(migcore_visitor *v, void *opaque)
{
    NicState *s = opaque;
    size_t used = s->wake_used;

    migcore_visit_u16(v, "events", &s->wake_events);
    migcore_visit_varbytes(v, "pattern", s->wake_pattern, NIC_WAKE_BYTES, &used);
    if (migcore_is_loading(v)) {
        s->wake_used = used;
    }
    return migcore_get_status(v);
}

static const migcore_subsection subsections[] = {
    { .size = sizeof(migcore_subsection), .name = "nic/wake", .version = 1, .minimum_version = 1,
      .needed = nic_wake_needed, .visit = wake_visit },
};

static void ring_visit(migcore_visitor *v, const char *name, NicRing *ring)
{
    migcore_begin_struct(v, name);
    migcore_visit_u64(v, "base", &ring->base);
    migcore_visit_u32(v, "size", &ring->size);
    migcore_visit_u32(v, "head", &ring->head);
    migcore_visit_u32(v, "tail", &ring->tail);
    migcore_visit_bool(v, "enabled", &ring->enabled);
    migcore_end_struct(v);
}

static void dma_visit(migcore_visitor *v, NicDma *dma)
{
    migcore_begin_struct(v, "dma");
    migcore_visit_u8(v, "phase", &dma->phase);
    if (migcore_is_loading(v) && dma->phase >= NIC_DMA_PHASES) {
        migcore_fail(v, "phase", MIGCORE_REFUSED, -EINVAL);
    }
    migcore_visit_u64(v, "address", &dma->address);
    migcore_visit_u32(v, "remaining", &dma->remaining);
    migcore_visit_i32(v, "error", &dma->error);
    migcore_end_struct(v);
}

static void link_visit(migcore_visitor *v, NicState *s)
{
    uint8_t link_flags = nic_link_flags(s);

    migcore_visit_u8(v, "link_flags", &link_flags);
    if (migcore_is_loading(v)) {
        nic_set_link_flags(s, link_flags);
    }
}

static void fifo_and_timer_visit(migcore_visitor *v, NicState *s)
{
    size_t used = s->fifo_used;
    int64_t send_in = nic_send_in(s);

    migcore_visit_varbytes(v, "fifo", s->fifo, NIC_FIFO_BYTES, &used);
    migcore_visit_i64(v, "send_in", &send_in);
    if (migcore_is_loading(v)) {
        s->fifo_used = used;
        nic_set_send_in(s, send_in);
    }
}

migcore_status nic_visit(migcore_visitor *v, NicState *s)
{
    migcore_visit_u32(v, "control", &s->control);
    migcore_visit_u32(v, "status", &s->status);
    migcore_visit_u32(v, "irq_mask", &s->irq_mask);
    migcore_visit_u32(v, "irq_pending", &s->irq_pending);
    migcore_visit_bytes(v, "mac", s->mac, sizeof(s->mac));
    link_visit(v, s);
    migcore_visit_u16_array(v, "phy", s->phy, NIC_PHY_REGISTERS);
    migcore_visit_u32_array(v, "multicast", s->multicast, NIC_MULTICAST_WORDS);
    ring_visit(v, "receive", &s->rings[0]);
    ring_visit(v, "send", &s->rings[1]);
    dma_visit(v, &s->dma);
    fifo_and_timer_visit(v, s);
    migcore_visit_u64_array(v, "counters", s->counters, NIC_COUNTERS);
    migcore_visit_u16_since(v, "vlan_tag", &s->vlan_tag, 2, NIC_NO_VLAN);
    if (migcore_state_version(v) >= 2) {
        migcore_visit_u32_array(v, "moderation_us", s->moderation_us, 2);
    }
    migcore_visit_subsections(v, "nic", subsections, 1, s);
    if (migcore_is_loading(v) && migcore_get_status(v) == MIGCORE_OK) {
        nic_update_irq(s);
    }
    return migcore_get_status(v);
}
