/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "machine.h"

#include "check.h"

#include <stdlib.h>

#define WIPED 0xa5

static void fill_bytes(uint32_t *random, void *data, size_t length)
{
    uint8_t *bytes = (uint8_t *)data;

    while (length-- > 0) {
        *bytes++ = (uint8_t)random_next(random);
    }
}

void machine_fill(struct machine *m, uint32_t seed)
{
    uint32_t random = seed * 2 + 1;
    size_t i, k;

    machine_wipe(m);
    for (i = 0; i < COUNT_OF(m->cpus); i++) {
        fill_bytes(&random, m->cpus[i].regs, sizeof m->cpus[i].regs);
        fill_bytes(&random, m->cpus[i].fpu, sizeof m->cpus[i].fpu);
        m->cpus[i].flags = random_next(&random);
        m->cpus[i].halted = i == 1;
        memcpy(m->cpus[i].mode, "real", 5);
    }
    for (i = 0; i < COUNT_OF(m->disks); i++) {
        struct disk *disk = &m->disks[i];

        disk->used = sizeof disk->buffer - 7 * i;
        fill_bytes(&random, disk->buffer, disk->used);
        disk->queued = COUNT_OF(disk->queue) - i;
        for (k = 0; k < disk->queued; k++) {
            disk->queue[k].sector = random_next(&random);
            disk->queue[k].count = (uint16_t)random_next(&random);
        }
        disk->has_error = i == 0;
        if (disk->has_error) {
            disk->error = (uint16_t)random_next(&random);
        }
        disk->expiry = -(int64_t)random_next(&random);
    }
    fill_bytes(&random, m->table, sizeof m->table);
    m->statistics = random_next(&random);
}

bool machine_same(const struct machine *a, const struct machine *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

void machine_wipe(struct machine *m)
{
    memset(m, WIPED, sizeof *m);
}

bool machine_is_untouched(const struct machine *m)
{
    const uint8_t *bytes = (const uint8_t *)m;
    size_t i;

    for (i = 0; i < sizeof *m && bytes[i] == WIPED; i++) {
    }
    return i == sizeof *m;
}

bool machine_is_part_of(const struct machine *m, const struct machine *source)
{
    const uint8_t *bytes = (const uint8_t *)m, *good = (const uint8_t *)source;
    size_t i;

    for (i = 0; i < sizeof *m && (bytes[i] == WIPED || bytes[i] == good[i]); i++) {
    }
    return i == sizeof *m;
}

static void cpu_visit(migcore_visitor *v, struct cpu *s)
{
    migcore_visit_u64_array(v, "regs", s->regs, COUNT_OF(s->regs));
    migcore_visit_f64_array(v, "fpu", s->fpu, COUNT_OF(s->fpu));
    migcore_visit_u32(v, "flags", &s->flags);
    migcore_visit_bool(v, "halted", &s->halted);
    migcore_visit_string(v, "mode", s->mode, sizeof s->mode);
}

static migcore_status timer_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_i64(v, "expiry", &((struct disk *)opaque)->expiry);
}

static void queue_visit(migcore_visitor *v, struct disk *s)
{
    size_t i, count = s->queued;

    migcore_begin_varlist(v, "queue", COUNT_OF(s->queue), &count);
    for (i = 0; i < count; i++) {
        migcore_begin_element(v);
        migcore_visit_u32(v, "sector", &s->queue[i].sector);
        migcore_visit_u16(v, "count", &s->queue[i].count);
        migcore_end_element(v);
    }
    /* The count that a failed load tells is 0. */
    if (migcore_end_list(v) == MIGCORE_OK) {
        s->queued = count;
    }
}

static void disk_visit(migcore_visitor *v, struct disk *s)
{
    static const migcore_subsection table[] = {
        { sizeof(migcore_subsection), "disk/timer", 1, 1, 0, NULL, timer_visit },
    };
    bool has_error = !migcore_is_loading(v) && s->has_error;

    migcore_visit_varbytes(v, "buffer", s->buffer, sizeof s->buffer, &s->used);
    queue_visit(v, s);
    migcore_begin_optional(v, "error", &has_error);
    if (has_error) {
        migcore_visit_u16(v, "code", &s->error);
    }
    if (migcore_end_optional(v) == MIGCORE_OK) {
        s->has_error = has_error;
    }
    migcore_visit_subsections(v, "disk", table, COUNT_OF(table), s);
}

migcore_status machine_visit(migcore_visitor *v, struct machine *m)
{
    uint32_t i;

    for (i = 0; i < COUNT_OF(m->cpus); i++) {
        migcore_begin_device(v, "cpu", i, 3, 2);
        cpu_visit(v, &m->cpus[i]);
        migcore_end_device(v);
    }
    for (i = 0; i < COUNT_OF(m->disks); i++) {
        migcore_begin_device(v, "disk", i, 1, 1);
        disk_visit(v, &m->disks[i]);
        migcore_end_device(v);
    }
    migcore_begin_device(v, "table", 0, 1, 1);
    migcore_visit_u32_array(v, "entries", m->table, COUNT_OF(m->table));
    migcore_end_device(v);
    if (!migcore_is_loading(v)) {
        migcore_mark(v, MIGCORE_MARK_ANCILLARY);
    }
    migcore_begin_device(v, "statistics", 0, 1, 1);
    migcore_visit_u32(v, "reads", &m->statistics);
    migcore_end_device(v);
    return migcore_finish(v);
}

size_t machine_save(const struct machine *m, uint8_t *bytes, size_t capacity)
{
    static uint8_t scratch[700];
    static migcore_chunk_saver saver;
    struct machine copy = *m;

    CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, bytes, capacity, scratch, sizeof scratch, NULL, NULL));
    CHECK_OK(machine_visit(&saver.visitor, &copy));
    CHECK(machine_same(m, &copy));
    return (size_t)migcore_position(&saver.visitor);
}

bool way_checks_first(enum way way)
{
    return way == WAY_CHECKED || way == WAY_RECEIVED;
}

static migcore_status visit_loaded(migcore_chunk_loader *loader, struct machine *m, migcore_error *error)
{
    machine_visit(&loader->visitor, m);
    migcore_expect_end(&loader->visitor);
    CHECK_OK(migcore_get_error(&loader->visitor, error));
    return error->status;
}

static migcore_status load_stream(const uint8_t *bytes, size_t length, struct machine *m, uint32_t *random,
                                  migcore_error *error)
{
    static migcore_chunk_loader loader;
    static uint8_t memory[MACHINE_MEMORY], buffer[50];
    size_t buffered = random_below(random, 2) == 0 ? 0 : sizeof buffer;
    struct stream stream;
    migcore_source source;

    memset(&stream, 0, sizeof stream);
    stream.bytes = (uint8_t *)malloc(length == 0 ? 1 : length);
    memcpy(stream.bytes, bytes, length);
    stream.length = stream.capacity = length;
    stream.random = random_below(random, 3) == 0 ? random_next(random) : 0;
    source = stream_source(&stream, false);
    CHECK_OK(migcore_chunk_load_stream(&loader, sizeof loader, &source, buffered == 0 ? NULL : buffer, buffered, memory,
                                       sizeof memory, NULL, 0, NULL, NULL));
    visit_loaded(&loader, m, error);
    free(stream.bytes);
    return error->status;
}

/* In pieces of any length; what follows the stream is not taken. */
static migcore_status receive(migcore_chunk_receiver *receiver, const uint8_t *bytes, size_t length, uint32_t *random)
{
    size_t at = 0, consumed;
    bool done = false;
    migcore_status status = MIGCORE_OK;

    while (status == MIGCORE_OK && !done && at < length) {
        size_t piece = 1 + random_below(random, random_below(random, 2) == 0 ? 9 : 3000);

        piece = piece < length - at ? piece : length - at;
        status = migcore_chunk_receiver_feed(receiver, bytes + at, piece, &consumed, &done);
        CHECK(consumed <= piece && (done || status != MIGCORE_OK || consumed == piece));
        at += consumed;
    }
    return status == MIGCORE_OK && at < length ? MIGCORE_UNCONSUMED : status;
}

static migcore_status load_received(const uint8_t *bytes, size_t length, struct machine *m, uint32_t *random,
                                    migcore_error *error)
{
    static migcore_chunk_loader loader;
    static migcore_chunk_receiver receiver;
    static uint8_t memory[MACHINE_LONGEST];
    const void *received;
    size_t received_length;
    migcore_status status;

    CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, memory, sizeof memory, NULL, NULL));
    status = receive(&receiver, bytes, length, random);
    if (status == MIGCORE_OK) {
        status = migcore_chunk_receiver_bytes(&receiver, &received, &received_length);
    }
    if (status != MIGCORE_OK) {
        CHECK_OK(migcore_chunk_receiver_error(&receiver, error));
        error->status = status;
        return status;
    }
    CHECK_MEMORY(received, received_length, bytes, length);
    /* That the values are right, a receiver does not know. */
    status = migcore_chunk_check(received, received_length, NULL, NULL, NULL, error);
    if (status == MIGCORE_OK) {
        CHECK_OK(migcore_chunk_load_checked(&loader, sizeof loader, received, received_length, NULL, 0, NULL, NULL));
        status = visit_loaded(&loader, m, error);
    }
    return status;
}

migcore_status machine_load(enum way way, const uint8_t *bytes, size_t length, struct machine *m, uint32_t *random,
                            migcore_error *error)
{
    static migcore_chunk_loader loader;
    migcore_chunk_summary summary;

    machine_wipe(m);
    error->size = sizeof *error;
    switch (way) {
    case WAY_MEMORY:
        CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL));
        return visit_loaded(&loader, m, error);
    case WAY_STREAM:
        return load_stream(bytes, length, m, random, error);
    case WAY_CHECKED:
        summary.size = sizeof summary;
        if (migcore_chunk_check(bytes, length, NULL, NULL, &summary, error) != MIGCORE_OK) {
            return error->status;
        }
        if (summary.length != length) {
            return MIGCORE_UNCONSUMED;
        }
        CHECK_OK(migcore_chunk_load_checked(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL));
        return visit_loaded(&loader, m, error);
    default:
        return load_received(bytes, length, m, random, error);
    }
}
