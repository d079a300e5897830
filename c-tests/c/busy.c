/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Callbacks that use the visitor that called them: MIGCORE_BUSY, and the visit goes on unharmed.
 */
#include "calls.h"
#include "sections.h"
#include "stream.h"

/* What every callback does while it is called. */
struct intruder {
    migcore_visitor *v;
    unsigned tried;
};

static void intrude(void *opaque)
{
    struct intruder *intruder = (struct intruder *)opaque;
    migcore_error error;
    size_t i;

    intruder->tried++;
    for (i = 0; i < call_count; i++) {
        struct place place, untouched;

        place_init(&place);
        place_init(&untouched);
        place_refuse(&untouched, &calls[i], false);
        CHECK_STATUS(calls[i].run(intruder->v, &place), MIGCORE_BUSY);
        CHECK(memcmp(&place, &untouched, sizeof place) == 0);
    }
    error.size = sizeof error;
    CHECK_STATUS(migcore_get_error(intruder->v, &error), MIGCORE_BUSY);
    CHECK_EQUAL(migcore_position(intruder->v), 0);
    CHECK_EQUAL(migcore_state_version(intruder->v), 0);
}

static int64_t intruding_position(void *opaque)
{
    struct stream *stream = (struct stream *)opaque;

    if (stream->hook != NULL) {
        stream->hook(stream->hook_opaque);
    }
    return stream_position(opaque);
}

static migcore_status a_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u32(v, "a", (uint32_t *)opaque);
}

static const migcore_subsection table[] = {
    { sizeof(migcore_subsection), "n/a", 1, 1, 0, NULL, a_visit },
};

static const uint8_t expected[] = {
    0x00, 0x01,                                     /* value */
    5, 3, 'n', '/', 'a', 0, 0, 0, 1, 0, 0, 0, 0x22, /* a */
    0xaa,                                           /* raw */
};

static migcore_status visit(migcore_visitor *v, uint16_t *value, uint32_t *a)
{
    uint8_t raw = 0xaa;

    CHECK_OK(migcore_visit_u16(v, "value", value));
    CHECK_OK(migcore_visit_subsections(v, "n", table, 1, a));
    if (migcore_is_loading(v)) {
        CHECK_OK(migcore_get_raw(v, &raw, 1, NULL));
        CHECK_EQUAL(raw, 0xaa);
    } else {
        CHECK_OK(migcore_put_raw(v, &raw, 1));
    }
    CHECK_OK(migcore_flush(v));
    return migcore_finish(v);
}

static void write_and_position_intrude(void)
{
    uint8_t bytes[64], buffer[8];
    size_t capacity;

    for (capacity = 0; capacity <= sizeof buffer; capacity += sizeof buffer) {
        migcore_legacy legacy;
        struct intruder intruder = { &legacy.visitor, 0 };
        struct stream stream;
        migcore_sink sink;
        uint16_t value = 1;
        uint32_t a = 0x22;

        memset(&stream, 0, sizeof stream);
        stream.bytes = bytes;
        stream.capacity = sizeof bytes;
        sink = stream_sink(&stream);
        sink.position = intruding_position;
        CHECK_OK(migcore_legacy_save_stream(&legacy, sizeof legacy, &sink, capacity == 0 ? NULL : buffer, capacity,
                                            NULL));
        stream.hook = intrude;
        stream.hook_opaque = &intruder;
        CHECK_OK(visit(&legacy.visitor, &value, &a));
        CHECK_EQUAL(migcore_position(&legacy.visitor), sizeof expected);
        CHECK_BYTES(bytes, stream.length, expected);
        CHECK(intruder.tried > stream.moves.made);
    }
}

static void read_peek_and_position_intrude(void)
{
    uint8_t bytes[sizeof expected], buffer[8];
    size_t capacity;

    for (capacity = 0; capacity <= sizeof buffer; capacity += sizeof buffer) {
        migcore_legacy legacy;
        struct intruder intruder = { &legacy.visitor, 0 };
        struct stream stream;
        migcore_source source;
        uint16_t value = 0;
        uint32_t a = 0;

        memset(&stream, 0, sizeof stream);
        memcpy(bytes, expected, sizeof bytes);
        stream.bytes = bytes;
        stream.length = sizeof bytes;
        source = stream_source(&stream, true);
        source.position = intruding_position;
        CHECK_OK(migcore_legacy_load_stream(&legacy, sizeof legacy, &source, capacity == 0 ? NULL : buffer, capacity,
                                            NULL));
        stream.hook = intrude;
        stream.hook_opaque = &intruder;
        CHECK_OK(visit(&legacy.visitor, &value, &a));
        CHECK(value == 1 && a == 0x22);
        CHECK(stream.moves.made > 0 && (stream.peeks.made > 0) == (capacity == 0));
        CHECK(intruder.tried >= stream.moves.made + stream.peeks.made);
    }
}

static migcore_status observing(void *opaque, const migcore_item *item)
{
    CHECK_EQUAL(item->size, sizeof *item);
    intrude(opaque);
    return MIGCORE_OK;
}

static void observe_intrudes(void)
{
    migcore_observer observer;
    struct intruder intruder = { &observer.visitor, 0 };
    uint16_t value = 1;
    uint32_t a = 0x22;

    CHECK_OK(migcore_observer_init(&observer, sizeof observer, observing, &intruder));
    CHECK_OK(visit(&observer.visitor, &value, &a));
    CHECK_EQUAL(intruder.tried, 5);
    CHECK_EQUAL(migcore_position(&observer.visitor), 5);
}

static bool asking(void *opaque)
{
    CHECK_OK(migcore_get_status((migcore_visitor *)opaque));
    CHECK_EQUAL(migcore_position((migcore_visitor *)opaque), 0);
    return true;
}

static migcore_status part(migcore_visitor *v, void *opaque)
{
    CHECK(v == (migcore_visitor *)opaque);
    return migcore_visit_subsections(v, "n/a", NULL, 0, NULL);
}

/* The callbacks of a table are part of the visit: they may use it. */
static void tables_may_use_the_visitor(void)
{
    static const migcore_subsection parts[] = { { sizeof(migcore_subsection), "n/a", 1, 1, 0, asking, part } };
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(migcore_visit_subsections(v, "n", parts, 1, v));
    CHECK_OK(migcore_finish(v));
}

void test_busy(void)
{
    write_and_position_intrude();
    read_peek_and_position_intrude();
    observe_intrudes();
    tables_may_use_the_visitor();
}
