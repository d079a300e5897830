/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A DMA engine as sources of the newest QEMU are written: counts of any width, elements that a load allocates, infos with
 * load and save, no hints.
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qobject/json-writer.h"

#include "style.h"

typedef struct DmaJob {
    uint64_t address;
    uint16_t length;
} DmaJob;

typedef struct DmaState {
    uint16_t id;
    uint8_t num_jobs;
    DmaJob **jobs;
    uint64_t num_bytes;
    uint8_t *bytes;
    uint16_t num_words;
    uint16_t words[4];
    int posts;
    double rate;
} DmaState;

static const VMStateDescription vmstate_dma_job = {
    .name = "dma/job",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(address, DmaJob),
        VMSTATE_UINT16(length, DmaJob),
        VMSTATE_END_OF_LIST()
    }
};

/* A rate travels as a whole number of bytes. */
static bool save_rate(QEMUFile *f, void *pv, size_t size, const VMStateField *field, JSONWriter *vmdesc, Error **errp)
{
    double rate = *(double *)pv;

    (void)vmdesc;
    g_assert(size == sizeof rate);
    if (rate < 0) {
        error_setg(errp, "%s is %g", field->name, rate);
        return false;
    }
    qemu_put_be64(f, (uint64_t)rate);
    return true;
}

static bool load_rate(QEMUFile *f, void *pv, size_t size, const VMStateField *field, Error **errp)
{
    uint64_t rate = qemu_get_be64(f);

    g_assert(size == sizeof(double));
    if (rate > 1000000) {
        error_setg(errp, "%s is %" PRIu64, field->name, rate);
        return false;
    }
    *(double *)pv = (double)rate;
    return true;
}

static const VMStateInfo vmstate_info_rate = {
    .name = "rate",
    .load = load_rate,
    .save = save_rate,
};

static void dma_post_save(void *opaque)
{
    DmaState *s = opaque;

    s->posts++;
}

static const VMStateDescription vmstate_dma = {
    .name = "dma",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_save = dma_post_save,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT16_EQUAL(id, DmaState),
        VMSTATE_UINT8(num_jobs, DmaState),
        VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_UINT8_ALLOC(jobs, DmaState, num_jobs, 0, vmstate_dma_job, DmaJob),
        VMSTATE_UINT64(num_bytes, DmaState),
        VMSTATE_VBUFFER_ALLOC(bytes, DmaState, 0, NULL, num_bytes),
        VMSTATE_UINT16(num_words, DmaState),
        VMSTATE_VARRAY_UINT16_UNSAFE(words, DmaState, num_words, 0, vmstate_info_uint16, uint16_t),
        VMSTATE_SINGLE(rate, DmaState, 0, vmstate_info_rate, double),
        VMSTATE_END_OF_LIST()
    }
};

/* -- The check ----------------------------------------------------------------------------------------------------- */

static void drop(DmaState *s)
{
    for (unsigned i = 0; i < s->num_jobs; i++) {
        g_free(s->jobs[i]);
        s->jobs[i] = NULL;
    }
    g_free(s->bytes);
}

int main(void)
{
    DmaJob job = { 0x1000, 64 };
    DmaJob *jobs[] = { &job, NULL, &job }, *to_jobs[3] = { NULL };
    uint8_t bytes[] = "some bytes";
    DmaState from = { .id = 9, .num_jobs = 3, .jobs = jobs, .num_bytes = sizeof bytes, .bytes = bytes, .num_words = 2,
                      .words = { 5, 6 }, .rate = 250 };
    DmaState to = { .id = 9, .jobs = to_jobs };
    Error *err = NULL;
    Memory m, back;

    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
    CHECK(vmstate_save_vmsd(&m.file, &vmstate_dma, &from, NULL, &err));
    CHECK_EQUAL(from.posts, 1);
    m.length = (size_t)migcore_qemu_file_position(&m.file);
    CHECK_EQUAL(m.length, 2 + 1 + (1 + 10 + 1 + 1 + 10) + 8 + sizeof bytes + 2 + 4 + 8);
    CHECK_EQUAL(m.bytes[3], VMS_MARKER_PTR_VALID);
    CHECK_EQUAL(m.bytes[14], VMS_MARKER_PTR_NULL);
    migcore_qemu_file_init_load_memory(&back.file, m.bytes, m.length + 1);
    CHECK(vmstate_load_vmsd(&back.file, &vmstate_dma, &to, 1, &err));
    CHECK(to.num_jobs == 3 && to.jobs[0]->length == 64 && to.jobs[1] == NULL && to.jobs[2]->address == 0x1000);
    CHECK(to.num_bytes == sizeof bytes && memcmp(to.bytes, bytes, sizeof bytes) == 0 && to.words[1] == 6);
    CHECK(to.rate > 249 && to.rate < 251 && err == NULL);
    drop(&to);
    /* What the info refuses, in its own words. */
    to = (DmaState) { .id = 9, .jobs = to_jobs };
    m.bytes[m.length - 8] = 1;
    migcore_qemu_file_init_load_memory(&back.file, m.bytes, m.length + 1);
    CHECK(!vmstate_load_vmsd(&back.file, &vmstate_dma, &to, 1, &err));
    CHECK(err != NULL && strstr(error_get_pretty(err), "rate is 72057594037928186") != NULL);
    error_free(err);
    err = NULL;
    drop(&to);
    from.rate = -1;
    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
    CHECK(vmstate_save_state(&m.file, &vmstate_dma, &from, NULL, &err) == -EINVAL);
    CHECK_TEXT(error_get_pretty(err), "rate is -1");
    error_free(err);
    return checks_report("style-1100");
}
