/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Stage 2: every call is a visit, and every field has a name. Save and load are still two functions; side by side they
 * show what is the same (nearly all) and what is not: values that are worked out, checks, what follows a load.
 */
#include "stage.h"

/* Subsections are visited through a table: it knows the marker byte, the name and when to stop, so the peeking is gone.
   The table is good for both directions, so this part is merged already. */
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

static void ring_save(Visitor *v, NicRing *ring)
{
    visit_type_u64(v, "base", &ring->base, NULL);
    visit_type_u32(v, "size", &ring->size, NULL);
    visit_type_u32(v, "head", &ring->head, NULL);
    visit_type_u32(v, "tail", &ring->tail, NULL);
    visit_type_bool(v, "enabled", &ring->enabled, NULL);
}

static void nic_save(QEMUFile *f, void *opaque)
{
    NicState *s = opaque;
    Visitor *v = qemu_file_get_visitor(f);
    uint8_t link_flags = nic_link_flags(s);
    int64_t send_in = nic_send_in(s);

    visit_type_u32(v, "control", &s->control, NULL);
    visit_type_u32(v, "status", &s->status, NULL);
    visit_type_u32(v, "irq_mask", &s->irq_mask, NULL);
    visit_type_u32(v, "irq_pending", &s->irq_pending, NULL);
    migcore_qemu_visit_bytes(v, "mac", s->mac, sizeof(s->mac), NULL);
    visit_type_u8(v, "link_flags", &link_flags, NULL);
    migcore_qemu_visit_u16_array(v, "phy", s->phy, NIC_PHY_REGISTERS, NULL);
    migcore_qemu_visit_u32_array(v, "multicast", s->multicast, NIC_MULTICAST_WORDS, NULL);
    ring_save(v, &s->rings[0]);
    ring_save(v, &s->rings[1]);
    visit_type_u8(v, "dma_phase", &s->dma.phase, NULL);
    visit_type_u64(v, "dma_address", &s->dma.address, NULL);
    visit_type_u32(v, "dma_remaining", &s->dma.remaining, NULL);
    visit_type_s32(v, "dma_error", &s->dma.error, NULL);
    visit_type_u32(v, "fifo_used", &s->fifo_used, NULL);
    migcore_qemu_visit_bytes(v, "fifo", s->fifo, s->fifo_used, NULL);
    visit_type_s64(v, "send_in", &send_in, NULL);
    migcore_qemu_visit_u64_array(v, "counters", s->counters, NIC_COUNTERS, NULL);
    if (s->save_version >= 2) {
        visit_type_u16(v, "vlan_tag", &s->vlan_tag, NULL);
        migcore_qemu_visit_u32_array(v, "moderation_us", s->moderation_us, 2, NULL);
    }
    migcore_qemu_visit_subsections(v, "nic", subsections, 1, s, NULL);
}

static void ring_load(Visitor *v, NicRing *ring)
{
    visit_type_u64(v, "base", &ring->base, NULL);
    visit_type_u32(v, "size", &ring->size, NULL);
    visit_type_u32(v, "head", &ring->head, NULL);
    visit_type_u32(v, "tail", &ring->tail, NULL);
    visit_type_bool(v, "enabled", &ring->enabled, NULL);
}

static int nic_load(QEMUFile *f, void *opaque, int version_id)
{
    NicState *s = opaque;
    Visitor *v = qemu_file_get_visitor(f);
    uint8_t link_flags = nic_link_flags(s);
    int64_t send_in = nic_send_in(s);
    int ret;

    if (version_id < 1 || version_id > NIC_VERSION) {
        return -EINVAL;
    }
    visit_type_u32(v, "control", &s->control, NULL);
    visit_type_u32(v, "status", &s->status, NULL);
    visit_type_u32(v, "irq_mask", &s->irq_mask, NULL);
    visit_type_u32(v, "irq_pending", &s->irq_pending, NULL);
    migcore_qemu_visit_bytes(v, "mac", s->mac, sizeof(s->mac), NULL);
    visit_type_u8(v, "link_flags", &link_flags, NULL);
    nic_set_link_flags(s, link_flags);
    migcore_qemu_visit_u16_array(v, "phy", s->phy, NIC_PHY_REGISTERS, NULL);
    migcore_qemu_visit_u32_array(v, "multicast", s->multicast, NIC_MULTICAST_WORDS, NULL);
    ring_load(v, &s->rings[0]);
    ring_load(v, &s->rings[1]);
    visit_type_u8(v, "dma_phase", &s->dma.phase, NULL);
    visit_type_u64(v, "dma_address", &s->dma.address, NULL);
    visit_type_u32(v, "dma_remaining", &s->dma.remaining, NULL);
    visit_type_s32(v, "dma_error", &s->dma.error, NULL);
    visit_type_u32(v, "fifo_used", &s->fifo_used, NULL);
    if (s->dma.phase >= NIC_DMA_PHASES || s->fifo_used > NIC_FIFO_BYTES) {
        return -EINVAL;
    }
    migcore_qemu_visit_bytes(v, "fifo", s->fifo, s->fifo_used, NULL);
    visit_type_s64(v, "send_in", &send_in, NULL);
    nic_set_send_in(s, send_in);
    migcore_qemu_visit_u64_array(v, "counters", s->counters, NIC_COUNTERS, NULL);
    if (version_id >= 2) {
        visit_type_u16(v, "vlan_tag", &s->vlan_tag, NULL);
        migcore_qemu_visit_u32_array(v, "moderation_us", s->moderation_us, 2, NULL);
    } else {
        s->vlan_tag = NIC_NO_VLAN;
    }
    migcore_qemu_visit_subsections(v, "nic", subsections, 1, s, NULL);
    ret = qemu_file_get_error(f);
    if (ret == 0) {
        nic_update_irq(s);
    }
    return ret;
}

const NicStage NIC_STAGE(2) = { nic_save, nic_load };
