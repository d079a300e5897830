/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What QEMU's names lack: a count and that many structs, a count and that many numbers, floats, fields with a version. Calls
 * of migcore.h stand between those of QEMU, on the same visitor, and one check at the end puts their error on the file.
 */
#include "stage.h"
#include "mixed.h"

#define DISK_VERSION 2
#define DISK_REQUESTS 8
#define DISK_SAMPLES 4
#define DISK_TIMEOUT 30

typedef struct Disk {
    uint32_t control;
    size_t request_count;
    struct {
        uint64_t sector;
        uint16_t length;
    } requests[DISK_REQUESTS];
    uint32_t sample_count;
    uint32_t samples[DISK_SAMPLES];
    float gain;
    uint32_t timeout;   /* since version 2 */
} Disk;

/* The old code, whose bytes are to stay. */
static void disk_put(QEMUFile *f, const Disk *s, int version)
{
    uint32_t gain;

    qemu_put_be32(f, s->control);
    qemu_put_be32(f, s->request_count);
    for (size_t i = 0; i < s->request_count; i++) {
        qemu_put_be64(f, s->requests[i].sector);
        qemu_put_be16(f, s->requests[i].length);
    }
    qemu_put_be32(f, s->sample_count);
    for (size_t i = 0; i < s->sample_count; i++) {
        qemu_put_be32(f, s->samples[i]);
    }
    memcpy(&gain, &s->gain, sizeof gain);
    qemu_put_be32(f, gain);
    if (version >= 2) {
        qemu_put_be32(f, s->timeout);
    }
}

static void requests_visit(Visitor *v, Disk *s, Error **errp)
{
    migcore_visitor *native = migcore_qemu_native(v);

    migcore_begin_varlist(native, "requests", DISK_REQUESTS, &s->request_count);
    for (size_t i = 0; i < s->request_count; i++) {
        migcore_begin_element(native);
        visit_type_u64(v, "sector", &s->requests[i].sector, errp);
        visit_type_u16(v, "length", &s->requests[i].length, errp);
        migcore_end_element(native);
    }
    migcore_end_list(native);
}

static void disk_visit(Visitor *v, Disk *s, Error **errp)
{
    migcore_visitor *native = migcore_qemu_native(v);
    size_t samples = s->sample_count;

    visit_type_u32(v, "control", &s->control, errp);
    requests_visit(v, s, errp);
    migcore_visit_u32_varray(native, "samples", s->samples, DISK_SAMPLES, &samples);
    s->sample_count = (uint32_t)samples;
    migcore_visit_f32(native, "gain", &s->gain);
    migcore_visit_u32_since(native, "timeout", &s->timeout, 2, DISK_TIMEOUT);
    migcore_qemu_check(v, migcore_get_status(native), errp);
}

/* The owner's part, as in owner.h; _since asks the version that is told here. */
static int disk_run(QEMUFile *f, Disk *s, int version)
{
    Visitor *v = qemu_file_get_visitor(f);

    migcore_set_state_version(migcore_qemu_native(v), version);
    migcore_qemu_begin_device(v, "disk", 0, DISK_VERSION, 1, NULL);
    disk_visit(v, s, NULL);
    migcore_qemu_end_device(v, NULL);
    return qemu_file_get_error(f);
}

static bool same_disk(const Disk *a, const Disk *b)
{
    bool same = a->control == b->control && a->request_count == b->request_count && a->sample_count == b->sample_count
                && a->gain == b->gain && a->timeout == b->timeout
                && memcmp(a->samples, b->samples, a->sample_count * sizeof a->samples[0]) == 0;

    for (size_t i = 0; same && i < a->request_count; i++) {
        same = a->requests[i].sector == b->requests[i].sector && a->requests[i].length == b->requests[i].length;
    }
    return same;
}

static int load(Disk *s, int version, const uint8_t *bytes, size_t length)
{
    QEMUFile file;
    int error;

    migcore_qemu_file_init_load_memory(&file, bytes, length);
    error = disk_run(&file, s, version);
    qemu_fclose(&file);
    return error;
}

static int failures_of_version(int version)
{
    Disk disk = { 0x01020304, 3, { { 0x1112131415161718, 0x2122 }, { 7, 8 }, { 9, 10 } }, 2, { 0x31323334, 5 }, -1.25f,
                  version >= 2 ? 0x41424344 : DISK_TIMEOUT };
    uint8_t old[128], now[128];
    QEMUFile file;
    size_t length;
    Disk loaded = { .request_count = 0 };
    int failed = 0;

    migcore_qemu_file_init_save_memory(&file, old, sizeof old);
    disk_put(&file, &disk, version);
    length = (size_t)migcore_qemu_file_position(&file);
    failed += qemu_fclose(&file) != 0;
    migcore_qemu_file_init_save_memory(&file, now, sizeof now);
    failed += disk_run(&file, &disk, version) != 0;
    failed += migcore_qemu_file_position(&file) != length || memcmp(old, now, length) != 0;
    failed += qemu_fclose(&file) != 0;

    failed += load(&loaded, version, old, length) != 0 || !same_disk(&loaded, &disk);
    for (size_t cut = 0; cut < length; cut++) {
        failed += load(&loaded, version, old, cut) != -EIO;
    }
    old[7] = DISK_REQUESTS + 1;
    failed += load(&loaded, version, old, length) != -EINVAL || loaded.request_count != 0;
    return failed;
}

int mixed_failures(void)
{
    return failures_of_version(1) + failures_of_version(2);
}
