/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rich.h"

#include "check.h"
#include "stream.h"

#include <stdlib.h>

static void *block(size_t size)
{
    void *block = calloc(1, size);

    if (block == NULL) {
        abort();
    }
    return block;
}

struct rich *rich_new(void)
{
    struct rich *s = (struct rich *)block(sizeof *s);
    size_t i;

    s->lines = (bool *)block(RICH_LINES * sizeof *s->lines);
    s->wide = (uint64_t *)block(RICH_WIDE * sizeof *s->wide);
    s->queue = (uint32_t *)block(RICH_QUEUE * sizeof *s->queue);
    s->mac = (uint8_t *)block(6);
    s->packet = (uint8_t *)block(RICH_PACKET);
    s->label = (char *)block(RICH_LABEL);
    s->ports = (struct rich_port *)block(RICH_PORTS * sizeof *s->ports);
    s->raw = (uint8_t *)block(RICH_RAW);
    for (i = 0; i < RICH_RINGS; i++) {
        s->rings[i].data = (uint8_t *)block(3);
    }
    return s;
}

void rich_free(struct rich *s)
{
    size_t i;

    for (i = 0; i < RICH_RINGS; i++) {
        free(s->rings[i].data);
    }
    free(s->raw);
    free(s->ports);
    free(s->label);
    free(s->packet);
    free(s->mac);
    free(s->queue);
    free(s->wide);
    free(s->lines);
    free(s);
}

static void fill_bytes(uint32_t *random, void *data, size_t length)
{
    uint8_t *bytes = (uint8_t *)data;

    while (length-- > 0) {
        *bytes++ = (uint8_t)random_next(random);
    }
}

static void fill_arrays(struct rich *s, uint32_t *random, bool everything)
{
    size_t i;

    for (i = 0; i < RICH_LINES; i++) {
        s->lines[i] = random_below(random, 2) != 0;
    }
    fill_bytes(random, s->wide, RICH_WIDE * sizeof *s->wide);
    fill_bytes(random, s->mac, 6);
    fill_bytes(random, s->raw, RICH_RAW);
    s->queue_count = everything ? RICH_QUEUE : random_below(random, RICH_QUEUE + 1);
    fill_bytes(random, s->queue, s->queue_count * sizeof *s->queue);
    s->packet_length = everything ? RICH_PACKET : random_below(random, RICH_PACKET + 1);
    fill_bytes(random, s->packet, s->packet_length);
    s->port_count = everything ? RICH_PORTS : random_below(random, RICH_PORTS + 1);
    for (i = 0; i < s->port_count; i++) {
        s->ports[i].id = random_next(random);
        s->ports[i].up = random_below(random, 2) != 0;
    }
    for (i = 0; i < RICH_RINGS; i++) {
        s->rings[i].head = (uint16_t)random_next(random);
        s->rings[i].tail = (uint16_t)random_next(random);
        fill_bytes(random, s->rings[i].data, 3);
    }
    memset(s->label, 0, RICH_LABEL);
    memcpy(s->label, "port \xe2\x82\xac 5 of nine", everything ? RICH_LABEL - 1 : random_below(random, 6));
}

void rich_fill(struct rich *s, uint32_t seed, bool everything)
{
    uint32_t random = seed * 2 + 1;

#define FILL(name, type, constant) fill_bytes(&random, &s->one_##name, sizeof s->one_##name);
    EACH_NUMBER(FILL)
    s->one_bool = random_below(&random, 2) != 0;
    fill_arrays(s, &random, everything);
    s->has_irq = everything || random_below(&random, 2) != 0;
    s->irq = s->has_irq ? (uint8_t)random_next(&random) : 0;
    s->since = (uint16_t)random_next(&random);
    s->has_timer = everything || random_below(&random, 2) != 0;
    s->has_edge = s->has_timer && (everything || random_below(&random, 2) != 0);
    s->has_statistics = everything || random_below(&random, 2) != 0;
    s->expiry = s->has_timer ? (int64_t)random_next(&random) - 77 : 0;
    s->edge = s->has_edge ? (uint8_t)random_next(&random) : 0;
    s->average = s->has_statistics ? 1.0 / (1 + random_below(&random, 100)) : 0;
}

static bool same_arrays(const struct rich *a, const struct rich *b)
{
    size_t i;

    for (i = 0; i < RICH_RINGS; i++) {
        if (a->rings[i].head != b->rings[i].head || a->rings[i].tail != b->rings[i].tail ||
            memcmp(a->rings[i].data, b->rings[i].data, 3) != 0) {
            return false;
        }
    }
    for (i = 0; i < a->port_count && i < b->port_count; i++) {
        if (a->ports[i].id != b->ports[i].id || a->ports[i].up != b->ports[i].up) {
            return false;
        }
    }
    return a->port_count == b->port_count && a->queue_count == b->queue_count &&
           a->packet_length == b->packet_length && memcmp(a->lines, b->lines, RICH_LINES * sizeof *a->lines) == 0 &&
           memcmp(a->wide, b->wide, RICH_WIDE * sizeof *a->wide) == 0 &&
           memcmp(a->queue, b->queue, a->queue_count * sizeof *a->queue) == 0 && memcmp(a->mac, b->mac, 6) == 0 &&
           memcmp(a->packet, b->packet, a->packet_length) == 0 && strcmp(a->label, b->label) == 0 &&
           memcmp(a->raw, b->raw, RICH_RAW) == 0;
}

bool rich_same(const struct rich *a, const struct rich *b)
{
#define SAME(name, type, constant) \
    if (memcmp(&a->one_##name, &b->one_##name, sizeof a->one_##name) != 0) { \
        return false; \
    }
    EACH_KIND(SAME)
    return same_arrays(a, b) && a->has_irq == b->has_irq && a->irq == b->irq && a->since == b->since &&
           a->has_timer == b->has_timer && a->has_edge == b->has_edge && a->has_statistics == b->has_statistics &&
           a->expiry == b->expiry && a->edge == b->edge && memcmp(&a->average, &b->average, sizeof a->average) == 0;
}

struct rich_part rich_parts[3];

/* Called in a part: its head is behind. */
static void note_part(migcore_visitor *v, size_t index, const char *name)
{
    if (!migcore_is_loading(v)) {
        rich_parts[index].name_length = strlen(name);
        rich_parts[index].begin = (size_t)migcore_position(v) - 6 - strlen(name);
    }
}

static bool edge_needed(void *opaque)
{
    return ((struct rich *)opaque)->has_edge;
}

static migcore_status edge_visit(migcore_visitor *v, void *opaque)
{
    struct rich *s = (struct rich *)opaque;

    note_part(v, 1, "rich/timer/edge");
    s->has_edge = true;
    return migcore_visit_u8(v, "edge", &s->edge);
}

static const migcore_subsection timer_table[] = {
    { sizeof(migcore_subsection), "rich/timer/edge", 1, 1, 0, edge_needed, edge_visit },
};

static bool timer_needed(void *opaque)
{
    return ((struct rich *)opaque)->has_timer;
}

static migcore_status timer_visit(migcore_visitor *v, void *opaque)
{
    struct rich *s = (struct rich *)opaque;

    note_part(v, 0, "rich/timer");
    s->has_timer = true;
    migcore_visit_i64(v, "expiry", &s->expiry);
    return migcore_visit_subsections(v, "rich/timer", timer_table, 1, s);
}

static bool statistics_needed(void *opaque)
{
    return ((struct rich *)opaque)->has_statistics;
}

static migcore_status statistics_visit(migcore_visitor *v, void *opaque)
{
    struct rich *s = (struct rich *)opaque;

    note_part(v, 2, "rich/statistics");
    s->has_statistics = true;
    return migcore_visit_f64(v, "average", &s->average);
}

static const migcore_subsection table[] = {
    { sizeof(migcore_subsection), "rich/timer", 2, 1, 0, timer_needed, timer_visit },
    { sizeof(migcore_subsection), "rich/statistics", 1, 1, MIGCORE_MARK_ANCILLARY, statistics_needed, statistics_visit },
};

static void visit_arrays(migcore_visitor *v, struct rich *s)
{
    migcore_visit_bool_array(v, "lines", s->lines, RICH_LINES);
    migcore_visit_u64_array(v, "wide", s->wide, RICH_WIDE);
    migcore_visit_u32_varray(v, "queue", s->queue, RICH_QUEUE, &s->queue_count);
    migcore_visit_bytes(v, "mac", s->mac, 6);
    migcore_visit_varbytes(v, "packet", s->packet, RICH_PACKET, &s->packet_length);
    migcore_visit_string(v, "label", s->label, RICH_LABEL);
    if (migcore_is_loading(v)) {
        migcore_get_raw(v, s->raw, RICH_RAW, NULL);
    } else {
        migcore_put_raw(v, s->raw, RICH_RAW);
    }
}

static void visit_lists(migcore_visitor *v, struct rich *s)
{
    size_t i;

    migcore_begin_list(v, "rings", RICH_RINGS);
    for (i = 0; i < RICH_RINGS; i++) {
        migcore_begin_element(v);
        migcore_visit_u16(v, "head", &s->rings[i].head);
        migcore_visit_u16(v, "tail", &s->rings[i].tail);
        migcore_visit_bytes(v, "data", s->rings[i].data, 3);
        migcore_end_element(v);
    }
    migcore_end_list(v);
    migcore_begin_varlist(v, "ports", RICH_PORTS, &s->port_count);
    for (i = 0; i < s->port_count; i++) {
        migcore_begin_element(v);
        migcore_visit_u32(v, "id", &s->ports[i].id);
        migcore_visit_bool(v, "up", &s->ports[i].up);
        migcore_end_element(v);
    }
    migcore_end_list(v);
}

migcore_status rich_visit_one(migcore_visitor *v, struct rich *s, uint32_t instance)
{
    migcore_begin_device(v, "rich", instance, RICH_VERSION, 1);
#define VISIT(name, type, constant) migcore_visit_##name(v, #name, &s->one_##name);
    EACH_KIND(VISIT)
    visit_arrays(v, s);
    migcore_begin_optional(v, "irq", &s->has_irq);
    if (s->has_irq) {
        migcore_visit_u8(v, "line", &s->irq);
    }
    migcore_end_optional(v);
    migcore_visit_absent(v, "backend");
    migcore_begin_versioned_struct(v, "core", "rich_core", 4, 2);
    migcore_visit_u16_since(v, "since", &s->since, 4, 0);
    migcore_end_struct(v);
    visit_lists(v, s);
    migcore_visit_subsections(v, "rich", table, COUNT_OF(table), s);
    return migcore_end_device(v);
}

migcore_status rich_visit(migcore_visitor *v, struct rich *s)
{
    rich_visit_one(v, s, 0);
    return migcore_finish(v);
}
