/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Stage 1: the first calls are visits, the others are as they were. Both write into the same bytes, so nobody outside
 * notices, and the conversion can stop here for a year.
 */
#include "stage.h"

static void ring_save(QEMUFile *f, NicRing *ring)
{
    qemu_put_be64(f, ring->base);
    qemu_put_be32(f, ring->size);
    qemu_put_be32(f, ring->head);
    qemu_put_be32(f, ring->tail);
    qemu_put_byte(f, ring->enabled);
}

static void wake_save(QEMUFile *f, NicState *s)
{
    if (!nic_wake_needed(s)) {
        return;
    }
    qemu_put_byte(f, 5);
    qemu_put_counted_string(f, "nic/wake");
    qemu_put_be32(f, 1);
    qemu_put_be16(f, s->wake_events);
    qemu_put_be32(f, s->wake_used);
    qemu_put_buffer(f, s->wake_pattern, s->wake_used);
}

static void nic_save(QEMUFile *f, void *opaque)
{
    NicState *s = opaque;
    Visitor *v = qemu_file_get_visitor(f);
    int i;

    visit_type_u32(v, "control", &s->control, NULL);
    visit_type_u32(v, "status", &s->status, NULL);
    visit_type_u32(v, "irq_mask", &s->irq_mask, NULL);
    visit_type_u32(v, "irq_pending", &s->irq_pending, NULL);
    qemu_put_buffer(f, s->mac, sizeof(s->mac));
    qemu_put_byte(f, nic_link_flags(s));
    for (i = 0; i < NIC_PHY_REGISTERS; i++) {
        qemu_put_be16(f, s->phy[i]);
    }
    for (i = 0; i < NIC_MULTICAST_WORDS; i++) {
        qemu_put_be32s(f, &s->multicast[i]);
    }
    for (i = 0; i < 2; i++) {
        ring_save(f, &s->rings[i]);
    }
    qemu_put_byte(f, s->dma.phase);
    qemu_put_be64(f, s->dma.address);
    qemu_put_be32(f, s->dma.remaining);
    qemu_put_sbe32(f, s->dma.error);
    qemu_put_be32(f, s->fifo_used);
    qemu_put_buffer(f, s->fifo, s->fifo_used);
    qemu_put_be64(f, nic_send_in(s));
    for (i = 0; i < NIC_COUNTERS; i++) {
        qemu_put_be64(f, s->counters[i]);
    }
    if (s->save_version >= 2) {
        qemu_put_be16(f, s->vlan_tag);
        qemu_put_be32(f, s->moderation_us[0]);
        qemu_put_be32(f, s->moderation_us[1]);
    }
    wake_save(f, s);
}

static void ring_load(QEMUFile *f, NicRing *ring)
{
    ring->base = qemu_get_be64(f);
    ring->size = qemu_get_be32(f);
    ring->head = qemu_get_be32(f);
    ring->tail = qemu_get_be32(f);
    ring->enabled = qemu_get_byte(f);
}

/* A subsection begins with byte 5 and its name; what else comes next belongs to somebody else and must stay unread. */
static int wake_load(QEMUFile *f, NicState *s)
{
    static const char name[] = "nic/wake";
    uint8_t *found;

    if (qemu_peek_byte(f, 0) != 5) {
        return 0;
    }
    if (qemu_peek_byte(f, 1) != (int)strlen(name) || qemu_peek_buffer(f, &found, strlen(name), 2) != strlen(name)
        || memcmp(found, name, strlen(name)) != 0) {
        return 0;
    }
    qemu_file_skip(f, 2 + strlen(name));
    if (qemu_get_be32(f) != 1) {
        return qemu_file_get_error(f) ?: -EINVAL; /* a stream that ends has version 0 here */
    }
    s->wake_events = qemu_get_be16(f);
    s->wake_used = qemu_get_be32(f);
    if (s->wake_used > NIC_WAKE_BYTES) {
        return -EINVAL;
    }
    qemu_get_buffer(f, s->wake_pattern, s->wake_used);
    return 0;
}

static int nic_load(QEMUFile *f, void *opaque, int version_id)
{
    NicState *s = opaque;
    Visitor *v = qemu_file_get_visitor(f);
    int i, ret;

    if (version_id < 1 || version_id > NIC_VERSION) {
        return -EINVAL;
    }
    visit_type_u32(v, "control", &s->control, NULL);
    visit_type_u32(v, "status", &s->status, NULL);
    visit_type_u32(v, "irq_mask", &s->irq_mask, NULL);
    visit_type_u32(v, "irq_pending", &s->irq_pending, NULL);
    qemu_get_buffer(f, s->mac, sizeof(s->mac));
    nic_set_link_flags(s, qemu_get_byte(f));
    for (i = 0; i < NIC_PHY_REGISTERS; i++) {
        s->phy[i] = qemu_get_be16(f);
    }
    for (i = 0; i < NIC_MULTICAST_WORDS; i++) {
        qemu_get_be32s(f, &s->multicast[i]);
    }
    for (i = 0; i < 2; i++) {
        ring_load(f, &s->rings[i]);
    }
    s->dma.phase = qemu_get_byte(f);
    s->dma.address = qemu_get_be64(f);
    s->dma.remaining = qemu_get_be32(f);
    s->dma.error = qemu_get_sbe32(f);
    if (s->dma.phase >= NIC_DMA_PHASES) {
        return -EINVAL;
    }
    s->fifo_used = qemu_get_be32(f);
    if (s->fifo_used > NIC_FIFO_BYTES) {
        return -EINVAL;
    }
    qemu_get_buffer(f, s->fifo, s->fifo_used);
    nic_set_send_in(s, qemu_get_be64(f));
    for (i = 0; i < NIC_COUNTERS; i++) {
        s->counters[i] = qemu_get_be64(f);
    }
    if (version_id >= 2) {
        s->vlan_tag = qemu_get_be16(f);
        s->moderation_us[0] = qemu_get_be32(f);
        s->moderation_us[1] = qemu_get_be32(f);
    } else {
        s->vlan_tag = NIC_NO_VLAN;
    }
    ret = wake_load(f, s);
    if (ret == 0) {
        ret = qemu_file_get_error(f);
    }
    if (ret == 0) {
        nic_update_irq(s);
    }
    return ret;
}

const NicStage NIC_STAGE(1) = { nic_save, nic_load };
