/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Stage 3: one function saves and loads. The two that remain are the frame: what to do before a save and after a load.
 */
#include "stage.h"

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

static void ring_visit(Visitor *v, const char *name, NicRing *ring, Error **errp)
{
    visit_start_struct(v, name, NULL, 0, errp);
    visit_type_u64(v, "base", &ring->base, errp);
    visit_type_u32(v, "size", &ring->size, errp);
    visit_type_u32(v, "head", &ring->head, errp);
    visit_type_u32(v, "tail", &ring->tail, errp);
    visit_type_bool(v, "enabled", &ring->enabled, errp);
    visit_end_struct(v, NULL);
}

static void dma_visit(Visitor *v, NicDma *dma, Error **errp)
{
    visit_start_struct(v, "dma", NULL, 0, errp);
    visit_type_u8(v, "phase", &dma->phase, errp);
    if (visit_is_input(v) && dma->phase >= NIC_DMA_PHASES) {
        error_setg(errp, "nic: no DMA phase %u", dma->phase);
    }
    visit_type_u64(v, "address", &dma->address, errp);
    visit_type_u32(v, "remaining", &dma->remaining, errp);
    visit_type_s32(v, "error", &dma->error, errp);
    visit_end_struct(v, NULL);
}

/* The byte is worked out before the visit and taken apart after it; on a save, taking it apart changes nothing. */
static void link_visit(Visitor *v, NicState *s, Error **errp)
{
    uint8_t link_flags = nic_link_flags(s);

    visit_type_u8(v, "link_flags", &link_flags, errp);
    if (visit_is_input(v)) {
        nic_set_link_flags(s, link_flags);
    }
}

static void timer_visit(Visitor *v, NicState *s, Error **errp)
{
    int64_t send_in = nic_send_in(s);

    visit_type_s64(v, "send_in", &send_in, errp);
    if (visit_is_input(v)) {
        nic_set_send_in(s, send_in);
    }
}

/* A count that is visited on its own has to be checked before it is used; this one call reads, checks and uses it. */
static void fifo_visit(Visitor *v, NicState *s, Error **errp)
{
    size_t used = s->fifo_used;

    migcore_qemu_visit_varbytes(v, "fifo", s->fifo, NIC_FIFO_BYTES, &used, errp);
    if (visit_is_input(v)) {
        s->fifo_used = used;
    }
}

static void nic_visit(Visitor *v, NicState *s, int version_id, Error **errp)
{
    visit_type_u32(v, "control", &s->control, errp);
    visit_type_u32(v, "status", &s->status, errp);
    visit_type_u32(v, "irq_mask", &s->irq_mask, errp);
    visit_type_u32(v, "irq_pending", &s->irq_pending, errp);
    migcore_qemu_visit_bytes(v, "mac", s->mac, sizeof(s->mac), errp);
    link_visit(v, s, errp);
    migcore_qemu_visit_u16_array(v, "phy", s->phy, NIC_PHY_REGISTERS, errp);
    migcore_qemu_visit_u32_array(v, "multicast", s->multicast, NIC_MULTICAST_WORDS, errp);
    ring_visit(v, "receive", &s->rings[0], errp);
    ring_visit(v, "send", &s->rings[1], errp);
    dma_visit(v, &s->dma, errp);
    fifo_visit(v, s, errp);
    timer_visit(v, s, errp);
    migcore_qemu_visit_u64_array(v, "counters", s->counters, NIC_COUNTERS, errp);
    if (version_id >= 2) {
        visit_type_u16(v, "vlan_tag", &s->vlan_tag, errp);
        migcore_qemu_visit_u32_array(v, "moderation_us", s->moderation_us, 2, errp);
    } else if (visit_is_input(v)) {
        s->vlan_tag = NIC_NO_VLAN;
    }
    migcore_qemu_visit_subsections(v, "nic", subsections, 1, s, errp);
}

static void nic_save(QEMUFile *f, void *opaque)
{
    NicState *s = opaque;

    nic_visit(qemu_file_get_visitor(f), s, s->save_version, NULL);
}

static int nic_load(QEMUFile *f, void *opaque, int version_id)
{
    NicState *s = opaque;
    Error *err = NULL;

    if (version_id < 1 || version_id > NIC_VERSION) {
        return -EINVAL;
    }
    nic_visit(qemu_file_get_visitor(f), s, version_id, &err);
    if (err) {
        /* What a visit met is on the file: -EIO where the stream ends. A check of the card's own is in err alone. */
        int ret = qemu_file_get_error(f);

        error_report_err(err);
        return ret != 0 ? ret : -EINVAL;
    }
    nic_update_irq(s);
    return 0;
}

const NicStage NIC_STAGE(3) = { nic_save, nic_load };
