/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A random number generator as sources of QEMU 10.2 are written: hooks and calls on tables that tell their error in words.
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "migration/qemu-file-types.h"
#include "qapi/error.h"
#include "qobject/json-writer.h"

#include "style.h"

typedef struct RngSeed {
    uint64_t words[4];
} RngSeed;

typedef struct RngState {
    uint32_t control;
    RngSeed *seed;
    uint32_t **queues;
    uint32_t num_queues;
    uint32_t limit;
    bool saved;
} RngState;

static bool rng_seed_pre_load(void *opaque, Error **errp)
{
    RngSeed *s = opaque;

    if (s->words[0] != 0) {
        error_setg(errp, "the seed is in use");
        return false;
    }
    return true;
}

static const VMStateDescription vmstate_rng_seed = {
    .name = "rng/seed",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_load_errp = rng_seed_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64_ARRAY(words, RngSeed, 4),
        VMSTATE_END_OF_LIST()
    }
};

static bool rng_pre_save(void *opaque, Error **errp)
{
    RngState *s = opaque;

    if (s->control == 0) {
        error_setg(errp, "rng: not started");
        return false;
    }
    return true;
}

static int rng_post_save(void *opaque)
{
    RngState *s = opaque;

    s->saved = true;
    return 0;
}

static bool rng_post_load(void *opaque, int version_id, Error **errp)
{
    RngState *s = opaque;

    if (s->control > s->limit) {
        error_setg(errp, "rng: %u is above %u in version %d", s->control, s->limit, version_id);
        return false;
    }
    return true;
}

static const VMStateDescription vmstate_rng = {
    .name = "rng",
    .version_id = 4,
    .minimum_version_id = 3,
    .priority = MIG_PRI_APIC,
    .pre_save_errp = rng_pre_save,
    .post_save = rng_post_save,
    .post_load_errp = rng_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(control, RngState),
        VMSTATE_STRUCT_POINTER(seed, RngState, vmstate_rng_seed, RngSeed),
        VMSTATE_UINT32_EQUAL_V(num_queues, RngState, 4, "as many queues"),
        VMSTATE_VARRAY_OF_POINTER_UINT32(queues, RngState, num_queues, 4, vmstate_info_uint32, uint32_t *),
        VMSTATE_END_OF_LIST()
    }
};

/* -- The check ----------------------------------------------------------------------------------------------------- */

static int load(Memory *m, RngState *s, int version, Error **errp)
{
    Memory back;

    migcore_qemu_file_init_load_memory(&back.file, m->bytes, m->length + 1);
    return vmstate_load_state(&back.file, &vmstate_rng, s, version, errp);
}

static void refused(int ret, Error **err, const char *text)
{
    CHECK_EQUAL(ret, -EINVAL);
    CHECK(*err != NULL && strstr(error_get_pretty(*err), text) != NULL);
    error_free(*err);
    *err = NULL;
}

int main(void)
{
    RngSeed seeds[2] = { { { 1, 2, 3, 4 } } };
    uint32_t numbers[4] = { 10, 20 };
    uint32_t *queues[2][2] = { { &numbers[0], &numbers[1] }, { &numbers[2], &numbers[3] } };
    RngState from = { .control = 5, .seed = &seeds[0], .queues = queues[0], .num_queues = 2, .limit = 9 };
    RngState to = { .seed = &seeds[1], .queues = queues[1], .num_queues = 2, .limit = 9 };
    Error *err = NULL;
    Memory m;

    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
    CHECK_EQUAL(vmstate_save_state(&m.file, &vmstate_rng, &from, NULL, &err), 0);
    CHECK(err == NULL && from.saved);
    m.length = (size_t)migcore_qemu_file_position(&m.file);
    CHECK_EQUAL(m.length, 4 + 32 + 4 + 8);
    CHECK_EQUAL(load(&m, &to, 4, &err), 0);
    CHECK(err == NULL && to.control == 5 && seeds[1].words[3] == 4 && numbers[3] == 20);
    refused(load(&m, &to, 4, &err), &err, "the seed is in use");
    seeds[1].words[0] = 0;
    to.limit = 4;
    refused(load(&m, &to, 4, &err), &err, "rng: 5 is above 4 in version 4");
    refused(load(&m, &to, 5, &err), &err, "version");
    from.control = 0;
    from.saved = false;
    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
    refused(vmstate_save_state(&m.file, &vmstate_rng, &from, NULL, &err), &err, "not started");
    CHECK(!from.saved);
    CHECK_EQUAL(migcore_qemu_file_position(&m.file), 0);
    return checks_report("style-1002");
}
