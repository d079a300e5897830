/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * In the forms of 1.0: a hook without a result, an info without a field, subsections with their `needed` beside them.
 */
#define MIGCORE_QEMU_API 100
#include "migcore_qemu.h"
#include "mixed.h"

static void old_part_pre_save(void *opaque)
{
    OldPart *s = opaque;

    s->doubled = 2 * s->value;
}

static int get_doubled(QEMUFile *f, void *pv, size_t size)
{
    *(uint32_t *)pv = qemu_get_be32(f);
    return size == sizeof(uint32_t) ? 0 : -EINVAL;
}

static void put_doubled(QEMUFile *f, void *pv, size_t size)
{
    qemu_put_be32(f, size == sizeof(uint32_t) ? *(uint32_t *)pv : 0);
}

static const VMStateInfo info_doubled = { .name = "doubled", .get = get_doubled, .put = put_doubled };

static int old_part_post_load(void *opaque, int version_id)
{
    OldPart *s = opaque;

    s->value = s->doubled / 2;
    return version_id == 1 ? 0 : -EINVAL;
}

static bool old_part_has_more(void *opaque)
{
    OldPart *s = opaque;

    return s->has_more;
}

static const VMStateDescription vmstate_old_more = {
    .name = "old part/more",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(more, OldPart),
        VMSTATE_END_OF_LIST()
    }
};

const VMStateDescription vmstate_old_part = {
    .name = "old part",
    .version_id = 1,
    .minimum_version_id = 1,
    .minimum_version_id_old = 1,
    .pre_save = old_part_pre_save,
    .post_load = old_part_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_SINGLE(doubled, OldPart, 0, info_doubled, uint32_t),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (VMStateSubsection[]) {
        { .vmsd = &vmstate_old_more, .needed = old_part_has_more },
        { .vmsd = NULL }
    }
};
