/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The calls that begin a visitor: storage, sizes, what they borrow. One that refuses makes an object that returns its
 * code from every call.
 */
#include "calls.h"
#include "sections.h"
#include "stream.h"

#include <stdlib.h>

/* Arguments of all of them, good ones to begin with. */
struct arguments {
    void *storage;
    size_t size;
    uint8_t memory[16];
    void *bytes;
    size_t capacity;
    migcore_sink sink, *sink_given;
    migcore_source source, *source_given;
    migcore_observe observe;
    const migcore_kernels *kernels;
    /* Of chunks: scratch of a saver, memory of a loader; and the index. */
    uint8_t scratch[MIGCORE_CHUNK_SCRATCH];
    void *scratch_given, *index;
    size_t scratch_size, index_size;
};

static migcore_status observe_nothing(void *opaque, const migcore_item *item)
{
    (void)opaque;
    (void)item;
    return MIGCORE_OK;
}

static migcore_status begin_save_memory(const struct arguments *a)
{
    return migcore_legacy_save_memory((migcore_legacy *)a->storage, a->size, a->bytes, a->capacity,
                                      a->kernels);
}

static migcore_status begin_save_stream(const struct arguments *a)
{
    return migcore_legacy_save_stream((migcore_legacy *)a->storage, a->size, a->sink_given, a->bytes, a->capacity,
                                      a->kernels);
}

static migcore_status begin_load_memory(const struct arguments *a)
{
    return migcore_legacy_load_memory((migcore_legacy *)a->storage, a->size, a->bytes, a->capacity,
                                      a->kernels);
}

static migcore_status begin_load_stream(const struct arguments *a)
{
    return migcore_legacy_load_stream((migcore_legacy *)a->storage, a->size, a->source_given, a->bytes, a->capacity,
                                      a->kernels);
}

static migcore_status begin_observer(const struct arguments *a)
{
    return migcore_observer_init((migcore_observer *)a->storage, a->size, a->observe, NULL);
}

static migcore_status begin_chunk_save_memory(const struct arguments *a)
{
    return migcore_chunk_save_memory((migcore_chunk_saver *)a->storage, a->size, a->bytes, a->capacity,
                                     a->scratch_given, a->scratch_size, NULL, a->kernels);
}

static migcore_status begin_chunk_save_stream(const struct arguments *a)
{
    return migcore_chunk_save_stream((migcore_chunk_saver *)a->storage, a->size, a->sink_given, a->bytes, a->capacity,
                                     a->scratch_given, a->scratch_size, NULL, a->kernels);
}

static migcore_status begin_chunk_load_memory(const struct arguments *a)
{
    return migcore_chunk_load_memory((migcore_chunk_loader *)a->storage, a->size, a->bytes, a->capacity, a->index,
                                     a->index_size, NULL, a->kernels);
}

static migcore_status begin_chunk_load_checked(const struct arguments *a)
{
    return migcore_chunk_load_checked((migcore_chunk_loader *)a->storage, a->size, a->bytes, a->capacity, a->index,
                                      a->index_size, NULL, a->kernels);
}

static migcore_status begin_chunk_load_stream(const struct arguments *a)
{
    return migcore_chunk_load_stream((migcore_chunk_loader *)a->storage, a->size, a->source_given, a->bytes,
                                     a->capacity, a->scratch_given, a->scratch_size, a->index, a->index_size, NULL,
                                     a->kernels);
}

static const struct way {
    const char *name;
    migcore_status (*begin)(const struct arguments *);
    size_t size;
    bool borrows, sinks, sources, loads, chunks;
} ways[] = {
    { "save_memory", begin_save_memory, sizeof(migcore_legacy), true, false, false, false, false },
    { "save_stream", begin_save_stream, sizeof(migcore_legacy), true, true, false, false, false },
    { "load_memory", begin_load_memory, sizeof(migcore_legacy), true, false, false, true, false },
    { "load_stream", begin_load_stream, sizeof(migcore_legacy), true, false, true, true, false },
    { "observer", begin_observer, sizeof(migcore_observer), false, false, false, false, false },
    { "chunk_save_memory", begin_chunk_save_memory, sizeof(migcore_chunk_saver), true, false, false, false, true },
    { "chunk_save_stream", begin_chunk_save_stream, sizeof(migcore_chunk_saver), true, true, false, false, true },
    { "chunk_load_memory", begin_chunk_load_memory, sizeof(migcore_chunk_loader), true, false, false, true, true },
    { "chunk_load_checked", begin_chunk_load_checked, sizeof(migcore_chunk_loader), true, false, false, true, true },
    { "chunk_load_stream", begin_chunk_load_stream, sizeof(migcore_chunk_loader), true, false, true, true, true },
};

/* Of all storages the largest is that of a loader of chunks. */
#define LARGEST sizeof(migcore_chunk_loader)

/* What a C compiler aligns all storages to. */
struct after_a_char {
    char c;
    migcore_legacy legacy;
};

#define ALIGNMENT offsetof(struct after_a_char, legacy)

static struct stream no_stream;
/* Room for an object at an odd address. */
static uint64_t storage[LARGEST / 8 + 2];

static void good_arguments(struct arguments *a, const struct way *way)
{
    memset(a, 0, sizeof *a);
    a->storage = storage;
    a->size = way->size;
    a->bytes = a->memory;
    a->capacity = sizeof a->memory;
    a->sink = stream_sink(&no_stream);
    a->sink_given = &a->sink;
    a->source = stream_source(&no_stream, true);
    a->source_given = &a->source;
    a->observe = observe_nothing;
    a->scratch_given = a->scratch;
    a->scratch_size = sizeof a->scratch;
    memset(storage, 0x5a, sizeof storage);
}

/* Every call returns `status`, and does nothing. */
static void every_call_refuses(const struct way *way, migcore_visitor *v, migcore_status status)
{
    migcore_error error;
    size_t i;

    for (i = 0; i < call_count; i++) {
        struct place place, untouched;

        place_init(&place);
        place_init(&untouched);
        place_refuse(&untouched, &calls[i], way->loads);
        check_at(__FILE__, __LINE__, calls[i].run(v, &place) == status, calls[i].name);
        check_at(__FILE__, __LINE__, memcmp(&place, &untouched, sizeof place) == 0, calls[i].name);
    }
    error.size = sizeof error;
    CHECK_STATUS(migcore_get_error(v, &error), status);
    CHECK_EQUAL(migcore_position(v), 0);
    CHECK_EQUAL(migcore_state_version(v), 0);
    CHECK_STATUS(migcore_finish(v), status);
}

/* Of the storage, no more than the head is written, and that only where it lies in the storage. */
static void refused(const struct way *way, const struct arguments *a, migcore_status status, const char *why)
{
    const uint8_t *bytes = (const uint8_t *)storage;
    bool head = a->storage == storage && a->size >= sizeof(migcore_visitor);
    size_t i;

    check_case("%s, %s", way->name, why);
    CHECK_STATUS(way->begin(a), status);
    for (i = head ? sizeof(migcore_visitor) : 0; i < sizeof storage; i++) {
        if (bytes[i] != 0x5a) {
            CHECK(!"the storage was written to");
            break;
        }
    }
    if (head) {
        every_call_refuses(way, (migcore_visitor *)a->storage, status);
    }
}

static void storage_is_checked(const struct way *way)
{
    static const size_t wrong[] = { 0, 1, sizeof(migcore_visitor) - 1, sizeof(migcore_visitor), 100, SIZE_MAX };
    struct arguments a;
    size_t i;

    good_arguments(&a, way);
    a.storage = NULL;
    refused(way, &a, MIGCORE_NULL_POINTER, "no storage");
    good_arguments(&a, way);
    for (i = 0; i < COUNT_OF(wrong); i++) {
        good_arguments(&a, way);
        a.size = wrong[i];
        refused(way, &a, MIGCORE_BAD_SIZE, "wrong size");
    }
    good_arguments(&a, way);
    a.size = way->size - 1;
    refused(way, &a, MIGCORE_BAD_SIZE, "a byte less");
    good_arguments(&a, way);
    a.size = way->size + 1;
    refused(way, &a, MIGCORE_BAD_SIZE, "a byte more");
    for (i = 1; i < ALIGNMENT; i++) {
        good_arguments(&a, way);
        a.storage = (uint8_t *)storage + i;
        refused(way, &a, MIGCORE_MISALIGNED, "misaligned storage");
    }
}

static void borrowed_memory_is_checked(const struct way *way)
{
    struct arguments a;

    good_arguments(&a, way);
    a.bytes = NULL;
    refused(way, &a, MIGCORE_NULL_POINTER, "NULL with a length");
    good_arguments(&a, way);
    a.capacity = SIZE_MAX;
    refused(way, &a, MIGCORE_INVALID_ARGUMENT, "impossible length");
    good_arguments(&a, way);
    a.bytes = NULL;
    a.capacity = 0;
    check_case("%s, NULL and 0", way->name);
    CHECK_OK(way->begin(&a));
}

/* The other memory that visitors over chunks borrow. */
static void scratch_and_index_are_checked(const struct way *way)
{
    struct arguments a;

    if (!way->loads || way->sources) {
        good_arguments(&a, way);
        a.scratch_given = NULL;
        refused(way, &a, MIGCORE_NULL_POINTER, "NULL with a size of scratch");
        good_arguments(&a, way);
        a.scratch_size = SIZE_MAX;
        refused(way, &a, MIGCORE_INVALID_ARGUMENT, "impossible size of scratch");
    }
    if (way->loads) {
        good_arguments(&a, way);
        a.index_size = 1;
        refused(way, &a, MIGCORE_NULL_POINTER, "NULL with a size of index");
        good_arguments(&a, way);
        a.index = a.scratch;
        a.index_size = SIZE_MAX;
        refused(way, &a, MIGCORE_INVALID_ARGUMENT, "impossible size of index");
    }
}

static void callbacks_are_checked(const struct way *way)
{
    struct arguments a;

    good_arguments(&a, way);
    a.sink_given = NULL;
    a.source_given = NULL;
    refused(way, &a, MIGCORE_NULL_POINTER, "no sink or source");
    good_arguments(&a, way);
    a.sink.size--;
    a.source.size++;
    refused(way, &a, MIGCORE_BAD_SIZE, "sink or source of another release");
    good_arguments(&a, way);
    a.sink.size = 0;
    a.source.size = 0;
    refused(way, &a, MIGCORE_BAD_SIZE, "sink or source of no size");
    good_arguments(&a, way);
    a.sink.write = NULL;
    a.source.read = NULL;
    refused(way, &a, MIGCORE_NULL_POINTER, "no write or read");
}

static void kernels_are_checked(const struct way *way)
{
    static const size_t wrong[] = { 0, 8, sizeof(migcore_kernels) - 1, sizeof(migcore_kernels) + 1, SIZE_MAX };
    static uint64_t room[sizeof(migcore_kernels) / 8 + 2];
    migcore_kernels kernels;
    struct arguments a;
    size_t i;

    memset(&kernels, 0, sizeof kernels);
    for (i = 0; i < COUNT_OF(wrong); i++) {
        good_arguments(&a, way);
        kernels.size = wrong[i];
        a.kernels = &kernels;
        refused(way, &a, MIGCORE_BAD_SIZE, "kernels of another release");
    }
    kernels.size = sizeof kernels;
    for (i = 1; i < sizeof(void *); i++) {
        good_arguments(&a, way);
        memcpy((uint8_t *)room + i, &kernels, sizeof kernels);
        a.kernels = (const migcore_kernels *)(const void *)((uint8_t *)room + i);
        refused(way, &a, MIGCORE_MISALIGNED, "misaligned kernels");
    }
    good_arguments(&a, way);
    a.kernels = &kernels;
    CHECK_OK(way->begin(&a));
}

/* Of a struct of another release no more is read than its size, which may be all that there is. */
static void short_structs_are_not_read_on(const struct way *way)
{
    size_t *block = (size_t *)malloc(sizeof *block);
    struct arguments a;

    *block = sizeof *block;
    good_arguments(&a, way);
    a.kernels = (const migcore_kernels *)(const void *)block;
    refused(way, &a, MIGCORE_BAD_SIZE, "kernels that are a size only");
    if (way->sinks || way->sources) {
        good_arguments(&a, way);
        a.sink_given = (migcore_sink *)(void *)block;
        a.source_given = (migcore_source *)(void *)block;
        refused(way, &a, MIGCORE_BAD_SIZE, "a sink or source that is a size only");
    }
    free(block);
}

/* A caller who checks once, at the end, and whose storage held another visitor before: that one is not gone on with. What
 * it had borrowed is freed, so that a tool that checks memory sees each use of it. */
static void an_object_of_before_is_gone(const struct way *before, const struct way *way)
{
    struct arguments a, b;
    struct stream *stream = (struct stream *)calloc(1, sizeof *stream);
    migcore_visitor *v;
    uint32_t value = 0x11223344;
    migcore_status begun;

    check_case("%s, then %s", before->name, way->name);
    good_arguments(&a, before);
    a.capacity = 64;
    a.bytes = calloc(1, a.capacity);
    a.storage = malloc(LARGEST);
    stream->capacity = stream->length = 64;
    stream->bytes = (uint8_t *)calloc(1, stream->length);
    a.sink.opaque = stream;
    a.source.opaque = stream;
    CHECK_OK(before->begin(&a));
    v = (migcore_visitor *)a.storage;
    /* For chunks there is nothing to load. */
    begun = before->chunks && before->loads ? MIGCORE_BAD_SIGNATURE : MIGCORE_OK;
    CHECK_STATUS(migcore_begin_device(v, "d", 0, 1, 1), begun);
    CHECK_STATUS(migcore_visit_u32(v, "value", &value), begun);
    value = 0x11223344;
    free(a.bytes);
    free(stream->bytes);
    free(stream);
    good_arguments(&b, way);
    b.storage = a.storage;
    b.bytes = NULL;
    b.observe = NULL;
    CHECK_STATUS(way->begin(&b), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_begin_device(v, "d", 0, 1, 1), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_visit_u32(v, "value", &value), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_end_device(v), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_finish(v), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(value, 0x11223344);
    every_call_refuses(way, v, MIGCORE_NULL_POINTER);
    /* It can be begun again. */
    good_arguments(&b, way);
    b.storage = a.storage;
    CHECK_OK(way->begin(&b));
    CHECK_OK(migcore_get_status(v));
    CHECK(migcore_finish(v) == MIGCORE_OK || way->chunks);
    free(a.storage);
}

static void the_observer_needs_its_callback(void)
{
    struct arguments a;

    good_arguments(&a, &ways[4]);
    a.observe = NULL;
    refused(&ways[4], &a, MIGCORE_NULL_POINTER, "no observe");
}

/* Storage is only as large and as aligned as its type says; an object can begin again where one was. */
static void storage_of_just_the_size(const struct way *way)
{
    struct arguments a;
    int again;

    good_arguments(&a, way);
    a.storage = malloc(way->size);
    check_case("%s, again", way->name);
    for (again = 0; again < 3; again++) {
        CHECK_OK(way->begin(&a));
        CHECK_OK(migcore_get_status((migcore_visitor *)a.storage));
        CHECK_EQUAL(migcore_position((migcore_visitor *)a.storage), 0);
        CHECK_STATUS(migcore_end_device((migcore_visitor *)a.storage), MIGCORE_UNBALANCED);
    }
    free(a.storage);
}

/* The sink is copied: what the caller does with its own afterwards does not matter. */
static void sinks_and_sources_are_copied(void)
{
    static const uint8_t one[1] = { 7 };
    struct stream stream;
    uint8_t bytes[1], value = 7;
    migcore_legacy legacy;
    migcore_sink sink;
    migcore_source source;

    memset(&stream, 0, sizeof stream);
    stream.bytes = bytes;
    stream.capacity = sizeof bytes;
    sink = stream_sink(&stream);
    CHECK_OK(migcore_legacy_save_stream(&legacy, sizeof legacy, &sink, NULL, 0, NULL));
    memset(&sink, 0, sizeof sink);
    CHECK_OK(migcore_visit_u8(&legacy.visitor, "value", &value));
    CHECK_BYTES(bytes, stream.length, one);
    source = stream_source(&stream, false);
    CHECK_OK(migcore_legacy_load_stream(&legacy, sizeof legacy, &source, NULL, 0, NULL));
    memset(&source, 0, sizeof source);
    value = 0;
    CHECK_OK(migcore_visit_u8(&legacy.visitor, "value", &value));
    CHECK_EQUAL(value, 7);
}

void test_begin(void)
{
    size_t i, k;

    for (i = 0; i < COUNT_OF(ways); i++) {
        storage_is_checked(&ways[i]);
        if (ways[i].borrows) {
            borrowed_memory_is_checked(&ways[i]);
            kernels_are_checked(&ways[i]);
            short_structs_are_not_read_on(&ways[i]);
        }
        for (k = 0; k < COUNT_OF(ways); k++) {
            an_object_of_before_is_gone(&ways[k], &ways[i]);
        }
        if (ways[i].chunks) {
            scratch_and_index_are_checked(&ways[i]);
        }
        if (ways[i].sinks || ways[i].sources) {
            callbacks_are_checked(&ways[i]);
        }
        storage_of_just_the_size(&ways[i]);
    }
    the_observer_needs_its_callback();
    check_case("%s", "");
    sinks_and_sources_are_copied();
}
