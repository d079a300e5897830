/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "walk.h"

#include "check.h"
#include "kinds.h"

#include <stdio.h>
#include <stdlib.h>

#define KINDS 11

/* What a scalar has that the stream has not. */
#define OTHERWISE 1

size_t walk_width(unsigned kind)
{
    static const uint8_t widths[KINDS + 1] = { 0, 1, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8 };

    return widths[kind];
}

/* ---- making */

struct maker {
    struct walk *walk;
    uint8_t *block;
    uint32_t random;
    /* Open scopes, innermost last, with the version around each and how many elements are to come. */
    struct {
        enum walk_type type;
        uint32_t outer_version;
        size_t elements;
        bool absent;
        unsigned owner;
    } scopes[MIGCORE_MAX_DEPTH * 2];
    size_t depth, counted_depth;
    uint32_t version;
    unsigned owners;
    bool for_chunks;
};

static size_t room(struct maker *m, size_t size)
{
    size_t at = m->walk->block_used + random_below(&m->random, 4);

    if (at + size > WALK_BLOCK) {
        abort();
    }
    m->walk->block_used = at + size;
    return at;
}

static void put_count(struct maker *m, struct walk_step *step)
{
    step->count_at = room(m, sizeof(size_t));
    memcpy(m->block + step->count_at, &step->count, sizeof(size_t));
}

static struct walk_step *add(struct maker *m, enum walk_type type)
{
    struct walk_step *step = &m->walk->steps[m->walk->step_count++];

    if (m->walk->step_count > WALK_STEPS) {
        abort();
    }
    memset(step, 0, sizeof *step);
    step->type = type;
    return step;
}

static unsigned some_kind(struct maker *m)
{
    return 1 + random_below(&m->random, KINDS);
}

/* Now and then many. */
static size_t some_count(struct maker *m)
{
    return random_below(&m->random, random_below(&m->random, 8) == 0 ? 100 : 6);
}

static void add_scalar(struct maker *m, enum walk_type type)
{
    struct walk_step *step = add(m, type);

    step->kind = some_kind(m);
    step->at = room(m, walk_width(step->kind));
    step->version = m->version + random_below(&m->random, 3) - (m->version == 0 ? 0 : 1);
    step->count = type != WALK_SINCE || step->version <= m->version;
}

static void add_array(struct maker *m, bool counted)
{
    struct walk_step *step = add(m, counted ? WALK_VARRAY : WALK_ARRAY);

    step->kind = some_kind(m);
    step->count = some_count(m);
    step->capacity = step->count + (counted ? random_below(&m->random, 3) : 0);
    step->at = room(m, step->capacity * walk_width(step->kind));
    if (counted) {
        put_count(m, step);
    }
}

static void add_bytes(struct maker *m, enum walk_type type)
{
    struct walk_step *step = add(m, type);

    step->kind = MIGCORE_KIND_U8;
    step->count = some_count(m) * 3;
    step->capacity = step->count + (type == WALK_VARBYTES ? random_below(&m->random, 3) : 0);
    step->at = room(m, step->capacity);
    if (type == WALK_VARBYTES) {
        put_count(m, step);
    }
}

static void add_string(struct maker *m)
{
    static const char *const letters[] = { "a", "Z", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x7f" };
    struct walk_step *step = add(m, WALK_STRING);
    char text[256];
    size_t wanted = some_count(m);

    text[0] = '\0';
    while (wanted-- > 0 && strlen(text) < 250) {
        strcat(text, letters[random_below(&m->random, COUNT_OF(letters))]);
    }
    step->count = strlen(text) + 1;
    step->capacity = step->count + random_below(&m->random, 9);
    step->at = room(m, step->capacity);
    memcpy(m->block + step->at, text, step->count);
}

static void add_leaf(struct maker *m)
{
    switch (random_below(&m->random, 12)) {
    case 0:
        add_array(m, false);
        break;
    case 1:
        add_array(m, true);
        break;
    case 2:
        add_bytes(m, WALK_BYTES);
        break;
    case 3:
        add_bytes(m, WALK_VARBYTES);
        break;
    case 4:
        add_bytes(m, WALK_RAW);
        break;
    case 5:
        add_string(m);
        break;
    case 6:
        add(m, WALK_ABSENT);
        break;
    case 7:
        add(m, WALK_MARK);
        if (m->for_chunks) {
            add_scalar(m, WALK_SCALAR);
        }
        break;
    case 8:
        add_scalar(m, WALK_SINCE);
        break;
    case 9:
        add_scalar(m, WALK_OR);
        break;
    default:
        add_scalar(m, WALK_SCALAR);
    }
}

static struct walk_step *open_scope(struct maker *m, enum walk_type type, size_t elements)
{
    struct walk_step *step = add(m, type);

    m->scopes[m->depth].type = type;
    m->scopes[m->depth].outer_version = m->version;
    m->scopes[m->depth].elements = elements;
    m->scopes[m->depth].absent = false;
    m->scopes[m->depth].owner = m->owners++;
    m->depth++;
    m->counted_depth += type != WALK_BEGIN_ELEMENT;
    step->owner = m->owners - 1;
    step->count = elements;
    step->version = m->version;
    return step;
}

/* Of the outermost devices, some have a version that the framing tells. */
static void open_device(struct maker *m)
{
    uint32_t version = random_below(&m->random, 9), framed = version;
    struct walk_step *step;

    if (m->depth == 0 && version > 1 && random_below(&m->random, 2) == 0) {
        framed = version / 2 + random_below(&m->random, version - version / 2 + 1);
        add(m, WALK_SET_VERSION)->version = framed;
    }
    step = open_scope(m, WALK_BEGIN_DEVICE, 0);
    step->version = version;
    m->version = framed;
}

static void open_some_scope(struct maker *m)
{
    struct walk_step *step;

    switch (random_below(&m->random, 6)) {
    case 0:
        open_device(m);
        break;
    case 1:
        open_scope(m, WALK_BEGIN_STRUCT, 0);
        break;
    case 2:
        step = open_scope(m, WALK_BEGIN_VERSIONED, 0);
        step->version = m->version = random_below(&m->random, 9);
        break;
    case 3:
        open_scope(m, WALK_BEGIN_LIST, random_below(&m->random, 4));
        break;
    case 4:
        step = open_scope(m, WALK_BEGIN_OPTIONAL, 0);
        step->count_at = room(m, 1);
        m->block[step->count_at] = (uint8_t)random_below(&m->random, 3);
        step->count = m->block[step->count_at] != 0;
        m->scopes[m->depth - 1].absent = step->count == 0;
        break;
    default:
        step = open_scope(m, WALK_BEGIN_VARLIST, random_below(&m->random, 4));
        step->capacity = step->count + random_below(&m->random, 3);
        put_count(m, step);
    }
}

/* Subsections stand at the end of a scope; on load, after the last one it is asked for more. */
static void add_subsections(struct maker *m, unsigned owner)
{
    unsigned part, parts = random_below(&m->random, 3);
    struct walk_step *step;

    m->walk->has_subsections = true;
    for (part = 0; part < parts && m->counted_depth < MIGCORE_MAX_DEPTH; part++) {
        step = open_scope(m, WALK_BEGIN_SUBSECTION, 0);
        step->owner = owner;
        step->part = part;
        step->version = m->version = random_below(&m->random, 256);
        add_leaf(m);
        m->version = m->scopes[--m->depth].outer_version;
        m->counted_depth--;
        add(m, WALK_END)->ends = WALK_BEGIN_SUBSECTION;
    }
    add(m, WALK_NO_SUBSECTION)->owner = owner;
}

static void close_scope(struct maker *m)
{
    enum walk_type type = m->scopes[m->depth - 1].type;

    if ((type == WALK_BEGIN_DEVICE || type == WALK_BEGIN_VERSIONED) && random_below(&m->random, 3) == 0) {
        add_subsections(m, m->scopes[m->depth - 1].owner);
    }
    m->depth--;
    m->counted_depth -= type != WALK_BEGIN_ELEMENT;
    m->version = m->scopes[m->depth].outer_version;
    add(m, WALK_END)->ends = type;
}

/* In a list there are only elements, and nothing in what is not there. */
static void add_step(struct maker *m)
{
    enum walk_type inside = m->depth == 0 ? WALK_BEGIN_STRUCT : m->scopes[m->depth - 1].type;

    if (inside == WALK_BEGIN_LIST || inside == WALK_BEGIN_VARLIST) {
        if (m->scopes[m->depth - 1].elements == 0) {
            close_scope(m);
        } else {
            m->scopes[m->depth - 1].elements--;
            open_scope(m, WALK_BEGIN_ELEMENT, 0);
        }
    } else if (m->depth > 0 && m->scopes[m->depth - 1].absent) {
        close_scope(m);
    } else if (m->depth == 0 && m->for_chunks) {
        open_device(m);
    } else if (random_below(&m->random, 4) == 0 && m->counted_depth < MIGCORE_MAX_DEPTH) {
        open_some_scope(m);
    } else if (random_below(&m->random, 4) == 0 && m->depth > 0) {
        close_scope(m);
    } else {
        add_leaf(m);
    }
}

void walk_make(struct walk *walk, uint8_t *block, uint32_t seed, bool for_chunks)
{
    struct maker maker;
    size_t i, wanted;

    memset(&maker, 0, sizeof maker);
    memset(walk, 0, sizeof *walk);
    maker.version = MIGCORE_NEWEST;
    maker.walk = walk;
    maker.for_chunks = for_chunks;
    maker.block = block;
    maker.random = seed * 2654435761u + 1;
    maker.random += maker.random == 0;
    for (i = 0; i < WALK_BLOCK; i++) {
        block[i] = (uint8_t)random_next(&maker.random);
    }
    wanted = 1 + random_below(&maker.random, 60);
    while (walk->step_count < wanted && walk->block_used < WALK_BLOCK / 2) {
        add_step(&maker);
    }
    while (maker.depth > 0) {
        if (maker.scopes[maker.depth - 1].elements > 0) {
            add_step(&maker);
        } else {
            close_scope(&maker);
        }
    }
}

/* ---- running */

struct runner {
    uint8_t *block;
    struct channel *channel;
    bool moving;
};

static migcore_visitor *visitor(const struct runner *r)
{
    return r->moving ? channel_move(r->channel) : channel_visitor(r->channel);
}

#define RUN_KIND(name, type, constant) \
    case MIGCORE_KIND_##constant: \
        return how == WALK_SINCE   ? migcore_visit_##name##_since(v, "f", (type *)at, step->version, (type)OTHERWISE) \
               : how == WALK_OR    ? migcore_visit_##name##_or(v, "f", (type *)at, (type)OTHERWISE) \
               : how == WALK_ARRAY ? migcore_visit_##name##_array(v, "f", (type *)at, step->count) \
               : how == WALK_VARRAY \
                   ? migcore_visit_##name##_varray(v, "f", (type *)at, step->capacity, (size_t *)count_at) \
                   : migcore_visit_##name(v, "f", (type *)at);

static migcore_status run_kind(const struct runner *r, const struct walk_step *step, enum walk_type how)
{
    migcore_visitor *v = visitor(r);
    void *at = r->block + step->at, *count_at = r->block + step->count_at;

    switch (step->kind) {
        EACH_KIND(RUN_KIND)
    }
    return MIGCORE_INVALID_ARGUMENT;
}

static migcore_status run_raw(const struct runner *r, const struct walk_step *step)
{
    void *at = r->block + step->at;

    if (migcore_is_loading(channel_visitor(r->channel))) {
        return migcore_get_raw(visitor(r), at, step->count, NULL);
    }
    return migcore_put_raw(visitor(r), at, step->count);
}

static void name_owner(char *name, unsigned owner)
{
    sprintf(name, "description %u", owner);
}

static migcore_status run_subsection(const struct runner *r, const struct walk_step *step)
{
    char owner[40], expected[60], name[256];
    uint32_t version = 0;
    bool found = false;
    migcore_status status;

    name_owner(owner, step->owner);
    sprintf(expected, "%s/%u", owner, step->part);
    if (!migcore_is_loading(channel_visitor(r->channel))) {
        return step->type == WALK_NO_SUBSECTION ? MIGCORE_OK
                                                : migcore_begin_subsection(visitor(r), expected, step->version);
    }
    status = migcore_next_subsection(visitor(r), owner, name, sizeof name, &version, &found);
    if (status == MIGCORE_OK) {
        CHECK_EQUAL(found, step->type == WALK_BEGIN_SUBSECTION);
        if (found) {
            CHECK_TEXT(name, expected);
            CHECK_EQUAL(version, step->version);
        }
    }
    return status;
}

static migcore_status run_begin(const struct runner *r, const struct walk_step *step)
{
    char description[40];

    name_owner(description, step->owner);
    switch (step->type) {
    case WALK_BEGIN_DEVICE:
        return migcore_begin_device(visitor(r), description, step->owner, step->version, step->version / 2);
    case WALK_BEGIN_STRUCT:
        return migcore_begin_struct(visitor(r), "s");
    case WALK_BEGIN_VERSIONED:
        return migcore_begin_versioned_struct(visitor(r), "s", description, step->version, 0);
    case WALK_BEGIN_OPTIONAL:
        return migcore_begin_optional(visitor(r), "o", (bool *)(void *)(r->block + step->count_at));
    case WALK_BEGIN_LIST:
        return migcore_begin_list(visitor(r), "l", step->count);
    case WALK_BEGIN_VARLIST:
        return migcore_begin_varlist(visitor(r), "l", step->capacity, (size_t *)(void *)(r->block + step->count_at));
    case WALK_BEGIN_ELEMENT:
        return migcore_begin_element(visitor(r));
    default:
        return run_subsection(r, step);
    }
}

static migcore_status run_end(const struct runner *r, const struct walk_step *step)
{
    switch (step->ends) {
    case WALK_BEGIN_DEVICE:
        return migcore_end_device(visitor(r));
    case WALK_BEGIN_LIST:
    case WALK_BEGIN_VARLIST:
        return migcore_end_list(visitor(r));
    case WALK_BEGIN_OPTIONAL:
        return migcore_end_optional(visitor(r));
    case WALK_BEGIN_ELEMENT:
        return migcore_end_element(visitor(r));
    case WALK_BEGIN_SUBSECTION:
        return migcore_end_subsection(visitor(r));
    default:
        return migcore_end_struct(visitor(r));
    }
}

static migcore_status run_step(const struct runner *r, const struct walk_step *step)
{
    char *at = (char *)(r->block + step->at);

    switch (step->type) {
    case WALK_SCALAR:
    case WALK_SINCE:
    case WALK_OR:
    case WALK_ARRAY:
    case WALK_VARRAY:
        return run_kind(r, step, step->type);
    case WALK_BYTES:
        return migcore_visit_bytes(visitor(r), "f", at, step->count);
    case WALK_VARBYTES:
        return migcore_visit_varbytes(visitor(r), "f", at, step->capacity,
                                      (size_t *)(void *)(r->block + step->count_at));
    case WALK_STRING:
        return migcore_visit_string(visitor(r), "f", at, step->capacity);
    case WALK_ABSENT:
        return migcore_visit_absent(visitor(r), "f");
    case WALK_RAW:
        return run_raw(r, step);
    case WALK_SET_VERSION:
        return migcore_set_state_version(visitor(r), step->version);
    case WALK_MARK:
        return migcore_mark(visitor(r), MIGCORE_MARK_VOLATILE);
    case WALK_END:
        return run_end(r, step);
    default:
        return run_begin(r, step);
    }
}

migcore_status walk_run(const struct walk *walk, uint8_t *block, struct channel *channel, bool moving)
{
    struct runner runner;
    size_t i;

    runner.block = block;
    runner.channel = channel;
    runner.moving = moving;
    for (i = 0; i < walk->step_count; i++) {
        migcore_status status = run_step(&runner, &walk->steps[i]);

        if (status != MIGCORE_OK) {
            CHECK_STATUS(migcore_get_status(visitor(&runner)), status);
            return migcore_finish(visitor(&runner));
        }
    }
    return migcore_finish(visitor(&runner));
}

/* ---- comparing */

/* The bytes that a load must give, in place of those that were saved. */
static void expect_values(const struct walk_step *step, const uint8_t *saved, uint8_t *expected)
{
    size_t i, length = step->count * walk_width(step->kind);

    for (i = 0; i < length; i++) {
        uint8_t byte = saved[step->at + i];

        expected[step->at + i] = step->kind == MIGCORE_KIND_BOOL ? byte != 0 : byte;
    }
}

static void expect_otherwise(const struct walk_step *step, uint8_t *expected)
{
#define OTHERWISE_OF(name, type, constant) \
    if (step->kind == MIGCORE_KIND_##constant) { \
        type value = (type)OTHERWISE; \
        memcpy(expected + step->at, &value, sizeof value); \
    }
    EACH_KIND(OTHERWISE_OF)
}

static void expect_step(const struct walk_step *step, const uint8_t *saved, uint8_t *expected)
{
    switch (step->type) {
    case WALK_SINCE:
        if (step->count == 0) {
            expect_otherwise(step, expected);
            break;
        }
        expect_values(step, saved, expected);
        break;
    case WALK_VARRAY:
    case WALK_VARBYTES:
    case WALK_BEGIN_VARLIST:
        memcpy(expected + step->count_at, &step->count, sizeof step->count);
        expect_values(step, saved, expected);
        break;
    case WALK_STRING:
        memcpy(expected + step->at, saved + step->at, step->count);
        break;
    case WALK_BEGIN_OPTIONAL:
        expected[step->count_at] = (uint8_t)step->count;
        break;
    default:
        /* Of steps without values the width is 0. */
        expect_values(step, saved, expected);
    }
}

void walk_compare(const struct walk *walk, const uint8_t *saved, const uint8_t *loaded, uint8_t before)
{
    static uint8_t expected[WALK_BLOCK];
    size_t i;

    memset(expected, before, sizeof expected);
    for (i = 0; i < walk->step_count; i++) {
        expect_step(&walk->steps[i], saved, expected);
    }
    CHECK_MEMORY(loaded, WALK_BLOCK, expected, WALK_BLOCK);
}
