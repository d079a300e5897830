/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "vmstate_dev.h"

int dev_note(void *object, char what)
{
    struct dev *s = (struct dev *)object;
    size_t length = strlen(s->log);

    if (length + 1 < sizeof s->log) {
        s->log[length] = what;
        s->log[length + 1] = '\0';
    }
    return s->refuse == what ? s->with : 0;
}

static int pre_load(void *object)
{
    return dev_note(object, 'l');
}

static int post_load(void *object, int version)
{
    CHECK_EQUAL(version, 2);
    return dev_note(object, 'L');
}

static int pre_save(void *object)
{
    return dev_note(object, 's');
}

static int post_save(void *object)
{
    return dev_note(object, 'S');
}

static int part_loaded(void *object, int version)
{
    CHECK_EQUAL(version, 1);
    return dev_note(object, 'P');
}

static bool part_needed(void *object)
{
    dev_note(object, 'n');
    return ((struct dev *)object)->needed;
}

static bool a_is_good(void *object, int version)
{
    CHECK(version == 1 || version == 2);
    dev_note(object, 't');
    return ((struct dev *)object)->a != 13;
}

static const migcore_vmstate_field part_fields[] = { MIGCORE_VMSTATE_U8(part, struct dev), MIGCORE_VMSTATE_END() };
const migcore_vmstate part_table = MIGCORE_VMSTATE_TABLE_WITH("dev/part", 1, 1, part_fields, NULL, part_loaded, NULL,
                                                              NULL, part_needed, NULL, 0);
const migcore_vmstate *const dev_parts[2] = { &part_table, NULL };

static const migcore_vmstate_field dev_fields[] = {
    MIGCORE_VMSTATE_U32(a, struct dev),
    MIGCORE_VMSTATE_VALIDATE("a is good", a_is_good),
    MIGCORE_VMSTATE_U32_V(b, struct dev, 2),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate dev_table = MIGCORE_VMSTATE_TABLE_WITH("dev", 2, 1, dev_fields, pre_load, post_load, pre_save,
                                                             post_save, NULL, dev_parts, 0);

const uint8_t dev_bytes[DEV_LENGTH] = {
    0, 0, 0, 1, 0, 0, 0, 2, 5, 8, 'd', 'e', 'v', '/', 'p', 'a', 'r', 't', 0, 0, 0, 1, 3,
};

void dev_init(struct dev *s)
{
    memset(s, 0, sizeof *s);
    s->a = 1;
    s->b = 2;
    s->part = 3;
    s->needed = true;
    s->with = -22;
}
