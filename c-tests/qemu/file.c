/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * QEMUFile as a whole: sticky errors, looking ahead, streams with and without a buffer, files over other visitors.
 */
#include "migcore_qemu.h"
#include "check.h"

/* A store behind callbacks, which moves a few bytes at a time and can be told to fail. */
typedef struct Store {
    uint8_t bytes[4096];
    size_t used;        /* written, or there to be read */
    size_t at;          /* read so far */
    size_t piece;       /* most bytes that one call moves */
    size_t fail_at;     /* from this position on, calls give `failure` */
    ptrdiff_t failure;
    bool interrupted;   /* every other call is to be repeated */
    bool asked;
    unsigned calls;
    QEMUFile *reenter;  /* the file that is using this store: put into it from inside */
} Store;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_interrupted(Store *store)
{
    store->calls++;
    store->asked = store->interrupted && !store->asked;
    return store->asked;
}

static ptrdiff_t store_write(void *opaque, const void *data, size_t length)
{
    Store *store = opaque;
    size_t piece = least(length, store->piece);

    if (is_interrupted(store)) {
        return MIGCORE_IO_RETRY;
    }
    if (store->reenter != NULL) {
        qemu_put_byte(store->reenter, 1);
    }
    if (store->used + piece > store->fail_at) {
        return store->failure;
    }
    memcpy(store->bytes + store->used, data, piece);
    store->used += piece;
    return (ptrdiff_t)piece;
}

static ptrdiff_t store_read(void *opaque, void *data, size_t length)
{
    Store *store = opaque;
    size_t piece = least(least(length, store->piece), store->used - store->at);

    if (is_interrupted(store)) {
        return MIGCORE_IO_RETRY;
    }
    if (store->at + piece > store->fail_at) {
        return store->failure;
    }
    memcpy(data, store->bytes + store->at, piece);
    store->at += piece;
    return (ptrdiff_t)piece;
}

static ptrdiff_t store_peek(void *opaque, size_t ahead, void *data, size_t length)
{
    Store *store = opaque;
    size_t there = store->used - store->at;
    size_t piece = there > ahead ? least(length, there - ahead) : 0;

    memcpy(data, store->bytes + store->at + (piece > 0 ? ahead : 0), piece);
    return (ptrdiff_t)piece;
}

static Store new_store(size_t piece)
{
    Store store = { .piece = piece, .fail_at = sizeof store.bytes, .failure = -ECONNRESET };

    return store;
}

static migcore_sink sink_of(Store *store)
{
    migcore_sink sink = { .size = sizeof sink, .write = store_write, .opaque = store };

    return sink;
}

static migcore_source source_of(Store *store, bool can_peek)
{
    migcore_source source = { .size = sizeof source, .read = store_read, .opaque = store };

    source.peek = can_peek ? store_peek : NULL;
    return source;
}

/* -- Errors -------------------------------------------------------------------------------------------------------- */

static void reads_past_the_end_give_zeros(void)
{
    static const uint8_t three[] = { 0xaa, 0xbb, 0xcc };
    uint8_t rest[4] = { 1, 1, 1, 1 };
    uint64_t u64 = 1;
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, three, sizeof three);
    CHECK_EQUAL(qemu_get_byte(&f), 0xaa);
    CHECK_EQUAL(qemu_file_get_error(&f), 0);
    CHECK_EQUAL(qemu_get_be32(&f), 0xbbcc0000u); /* the bytes there are, then zeros */
    CHECK_EQUAL(qemu_file_get_error(&f), -EIO);
    CHECK_EQUAL(qemu_get_byte(&f), 0);
    qemu_get_be64s(&f, &u64);
    CHECK_EQUAL(u64, 0);
    CHECK_EQUAL(qemu_get_buffer(&f, rest, sizeof rest), 0);
    CHECK_EQUAL(rest[0], 1);
    CHECK_EQUAL(qemu_fclose(&f), -EIO);
}

static void first_error_stays(void)
{
    QEMUFile f;
    uint8_t bytes[8];

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_be32(&f, 1);
    qemu_file_set_error(&f, 0);
    CHECK_EQUAL(qemu_file_get_error(&f), 0);
    qemu_file_set_error(&f, -EPERM);
    qemu_file_set_error(&f, -ENOENT);
    qemu_put_be32(&f, 2);
    CHECK_EQUAL(qemu_file_get_error(&f), -EPERM);
    CHECK_EQUAL(migcore_qemu_file_position(&f), 4);
    CHECK_EQUAL(qemu_fclose(&f), -EPERM);
}

static void a_file_error_stops_visits(void)
{
    QEMUFile f;
    Error *err = NULL;
    uint32_t value = 7;
    uint8_t bytes[8];

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_file_set_error(&f, -EPERM);
    CHECK(!visit_type_u32(qemu_file_get_visitor(&f), "value", &value, &err));
    CHECK(err != NULL);
    error_free(err);
    CHECK_EQUAL(migcore_qemu_file_position(&f), 0);
    CHECK_EQUAL(qemu_file_get_error(&f), -EPERM);
}

static void a_visit_error_stops_the_file(void)
{
    static const uint8_t two[] = { 1, 2 };
    QEMUFile f;
    uint32_t value = 7;

    migcore_qemu_file_init_load_memory(&f, two, sizeof two);
    CHECK(!visit_type_u32(qemu_file_get_visitor(&f), "value", &value, NULL));
    CHECK_EQUAL(value, 7);
    CHECK_EQUAL(qemu_file_get_error(&f), -EIO);
    CHECK_EQUAL(qemu_get_byte(&f), 0);
    qemu_file_set_error(&f, -EPERM);
    CHECK_EQUAL(qemu_file_get_error(&f), -EIO);
}

static void a_full_memory_is_no_space(void)
{
    QEMUFile f;
    uint8_t bytes[6] = { 0, 0, 0, 0, 9, 9 };

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_be32(&f, 1);
    qemu_put_be32(&f, 2);
    CHECK_EQUAL(qemu_file_get_error(&f), -ENOSPC);
    qemu_put_byte(&f, 3);
    CHECK_EQUAL(qemu_fclose(&f), -ENOSPC);
    CHECK_EQUAL(migcore_qemu_file_position(&f), 4);
    CHECK_EQUAL(bytes[4], 9);
}

static void the_wrong_direction_is_an_error(void)
{
    static const uint8_t some[4] = { 1, 2, 3, 4 };
    uint8_t bytes[4];
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, some, sizeof some);
    CHECK(!qemu_file_is_writable(&f));
    qemu_put_byte(&f, 1);
    CHECK_EQUAL(qemu_file_get_error(&f), -EINVAL);
    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    CHECK(qemu_file_is_writable(&f));
    CHECK_EQUAL(qemu_get_be32(&f), 0);
    CHECK_EQUAL(qemu_file_get_error(&f), -EINVAL);
}

static void counted_strings_have_a_limit(void)
{
    char text[258];
    uint8_t bytes[300];
    QEMUFile f;

    memset(text, 'x', sizeof text);
    text[255] = '\0';
    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_counted_string(&f, text);
    CHECK_EQUAL(qemu_file_get_error(&f), 0);
    CHECK_EQUAL(bytes[0], 255);
    CHECK_EQUAL(migcore_qemu_file_position(&f), 256);
    text[255] = 'x';
    text[256] = '\0';
    qemu_put_counted_string(&f, text);
    CHECK_EQUAL(qemu_file_get_error(&f), -EINVAL);
    CHECK_EQUAL(migcore_qemu_file_position(&f), 256);
}

static void error_objects(void)
{
    uint8_t bytes[8];
    QEMUFile f;
    Error *given = NULL, *found = NULL;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    CHECK_EQUAL(qemu_file_get_error_obj(&f, &found), 0);
    CHECK(found == NULL);
    error_setg(&given, "the cable is out");
    qemu_file_set_error_obj(&f, -EPIPE, given);
    CHECK_EQUAL(qemu_file_get_error_obj(&f, &found), -EPIPE);
    CHECK_TEXT(error_get_pretty(found), "the cable is out");
    error_free(found);
    CHECK_EQUAL(qemu_file_get_error_obj(&f, NULL), -EPIPE);
    CHECK_EQUAL(qemu_fclose(&f), -EPIPE);
    CHECK(f.error_object == NULL);
}

static void error_objects_tell_what_the_visitor_met(void)
{
    static const uint8_t one[] = { 1 };
    QEMUFile f;
    Error *found = NULL;

    migcore_qemu_file_init_load_memory(&f, one, sizeof one);
    (void)qemu_get_be16(&f);
    CHECK_EQUAL(qemu_file_get_error_obj(&f, &found), -EIO);
    CHECK(strstr(error_get_pretty(found), "stream ends") != NULL);
    error_free(found);
}

static migcore_status refuse(migcore_visitor *v, void *opaque)
{
    (void)v;
    return *(migcore_status *)opaque;
}

static const migcore_subsection refusing[] = {
    { .size = sizeof(migcore_subsection), .name = "d/x", .version = 1, .minimum_version = 1, .visit = refuse },
};

/* A device may give any number for its failure; the file's error is negative. */
static void errors_of_a_file_are_negative(void)
{
    static const migcore_status returned[] = { MIGCORE_REFUSED, MIGCORE_BAD_VALUE, 7, -ERANGE };
    uint8_t bytes[32];
    QEMUFile f;

    for (int i = 0; i < 4; i++) {
        migcore_status status = returned[i];
        Error *err = NULL;

        migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
        CHECK(!migcore_qemu_visit_subsections(qemu_file_get_visitor(&f), "d", refusing, 1, &status, &err));
        CHECK(err != NULL);
        error_free(err);
        CHECK_EQUAL(qemu_file_get_error(&f), status < 0 ? status : -EINVAL);
        CHECK_EQUAL(qemu_fclose(&f), status < 0 ? status : -EINVAL);
    }
    for (int cause = -1; cause <= 1; cause++) {
        migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
        migcore_fail(migcore_qemu_native(qemu_file_get_visitor(&f)), "x", MIGCORE_BAD_VALUE, cause * ERANGE);
        CHECK_EQUAL(qemu_fclose(&f), cause < 0 ? -ERANGE : -EINVAL);
    }
    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_file_set_error(&f, EPERM);
    CHECK_EQUAL(qemu_file_get_error(&f), -EPERM);
    CHECK_EQUAL(qemu_fclose(&f), -EPERM);
    for (migcore_status status = 0; status < 700; status++) {
        CHECK(status == 0 ? migcore_qemu_errno(0, -1) == 0 : migcore_qemu_errno(status, 1) < 0);
    }
}

/* -- Looking ahead ------------------------------------------------------------------------------------------------- */

static void peeks(QEMUFile *f)
{
    uint8_t *place = NULL;

    CHECK_EQUAL(qemu_peek_byte(f, 0), 'a');
    CHECK_EQUAL(qemu_peek_byte(f, 3), 'd');
    CHECK_EQUAL(qemu_peek_byte(f, 6), 0); /* past the end: 0, and no error yet */
    CHECK_EQUAL(qemu_peek_buffer(f, &place, 3, 1), 3);
    CHECK(memcmp(place, "bcd", 3) == 0);
    CHECK_EQUAL(qemu_peek_buffer(f, &place, 10, 4), 2);
    CHECK(memcmp(place, "ef", 2) == 0);
    CHECK_EQUAL(qemu_file_total_transferred(f), 0);
    qemu_file_skip(f, 2);
    CHECK_EQUAL(qemu_file_total_transferred(f), 2);
    CHECK_EQUAL(qemu_get_byte(f), 'c');
    CHECK_EQUAL(qemu_peek_byte(f, 0), 'd');
    CHECK_EQUAL(qemu_file_get_error(f), 0);
    qemu_file_skip(f, 4);
    CHECK_EQUAL(qemu_file_get_error(f), -EIO);
    CHECK_EQUAL(qemu_peek_byte(f, 0), 0);
}

static void peeks_in_memory(void)
{
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, "abcdef", 6);
    peeks(&f);
}

static void peeks_in_a_stream(void)
{
    QEMUFile f;
    uint8_t buffer[64];

    for (int buffered = 0; buffered < 2; buffered++) {
        Store store = new_store(1);
        migcore_source source = source_of(&store, !buffered);

        memcpy(store.bytes, "abcdef", store.used = 6);
        CHECK_EQUAL(migcore_qemu_file_init_load_stream(&f, &source, buffered ? buffer : NULL, buffered ? 64 : 0),
                    MIGCORE_OK);
        peeks(&f);
    }
}

static void peeks_need_a_buffer_or_a_source_that_can(void)
{
    Store store = new_store(8);
    migcore_source source = source_of(&store, false);
    QEMUFile f;

    memcpy(store.bytes, "abcdef", store.used = 6);
    migcore_qemu_file_init_load_stream(&f, &source, NULL, 0);
    CHECK_EQUAL(qemu_get_byte(&f), 'a');
    CHECK_EQUAL(store.at, 1); /* nothing is read ahead */
    CHECK_EQUAL(qemu_peek_byte(&f, 0), 0);
    CHECK_EQUAL(qemu_file_get_error(&f), -ENOTSUP);
}

static void peeks_have_a_limit(void)
{
    uint8_t bytes[MIGCORE_QEMU_PEEK + 2];
    uint8_t *place;
    QEMUFile f;

    memset(bytes, 3, sizeof bytes);
    migcore_qemu_file_init_load_memory(&f, bytes, sizeof bytes);
    CHECK_EQUAL(qemu_peek_buffer(&f, &place, MIGCORE_QEMU_PEEK, 1), MIGCORE_QEMU_PEEK);
    CHECK_EQUAL(place[MIGCORE_QEMU_PEEK - 1], 3);
    CHECK_EQUAL(qemu_peek_buffer(&f, &place, MIGCORE_QEMU_PEEK + 1, 0), 0);
    CHECK_EQUAL(qemu_file_get_error(&f), -ENOBUFS);
}

static void buffers_in_place(void)
{
    uint8_t own[3] = { 0, 0, 0 };
    uint8_t *place = own;
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, "abcd", 4);
    CHECK_EQUAL(qemu_get_buffer_in_place(&f, &place, 3), 3);
    CHECK(memcmp(place, "abc", 3) == 0);
    CHECK_EQUAL(qemu_get_byte(&f), 'd');
}

/* -- Streams ------------------------------------------------------------------------------------------------------- */

static void write_some(QEMUFile *f)
{
    uint16_t two = 2;
    uint32_t values[100];

    for (uint32_t i = 0; i < 100; i++) {
        values[i] = i * 0x01010101u;
    }
    qemu_put_be32(f, 1);
    visit_type_u16(qemu_file_get_visitor(f), "two", &two, NULL);
    qemu_put_buffer(f, (const uint8_t *)"three", 5);
    migcore_qemu_visit_u32_array(qemu_file_get_visitor(f), "values", values, 100, NULL);
    qemu_put_byte(f, 4);
}

static void streams_are_the_same_in_any_pieces(void)
{
    uint8_t bytes[1000], buffer[64];
    QEMUFile f;
    size_t length;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    write_some(&f);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    length = (size_t)migcore_qemu_file_position(&f);
    CHECK_EQUAL(length, 4 + 2 + 5 + 400 + 1);
    for (size_t piece = 1; piece <= 7; piece++) {
        for (int buffered = 0; buffered < 2; buffered++) {
            Store store = new_store(piece);
            migcore_sink sink = sink_of(&store);

            store.interrupted = piece % 2 == 0;
            migcore_qemu_file_init_save_stream(&f, &sink, buffered ? buffer : NULL, buffered ? sizeof buffer : 0);
            write_some(&f);
            CHECK_EQUAL(qemu_file_total_transferred(&f), length);
            CHECK_EQUAL(qemu_fclose(&f), 0);
            CHECK_EQUAL(store.used, length);
            CHECK(memcmp(store.bytes, bytes, length) == 0);
        }
    }
}

static void a_buffer_holds_back_until_flush(void)
{
    Store store = new_store(64);
    migcore_sink sink = sink_of(&store);
    uint8_t buffer[64];
    QEMUFile f;

    migcore_qemu_file_init_save_stream(&f, &sink, buffer, sizeof buffer);
    qemu_put_be32(&f, 1);
    CHECK_EQUAL(store.used, 0);
    qemu_fflush(&f);
    CHECK_EQUAL(store.used, 4);
    migcore_qemu_file_init_save_stream(&f, &sink, NULL, 0);
    qemu_put_be32(&f, 1);
    CHECK_EQUAL(store.used, 8);
}

static void a_failing_sink_gives_its_own_error(void)
{
    Store store = new_store(64);
    migcore_sink sink = sink_of(&store);
    QEMUFile f;

    store.fail_at = 6;
    migcore_qemu_file_init_save_stream(&f, &sink, NULL, 0);
    qemu_put_be32(&f, 1);
    CHECK_EQUAL(qemu_file_get_error(&f), 0);
    qemu_put_be32(&f, 2);
    CHECK_EQUAL(qemu_file_get_error(&f), -ECONNRESET);
    CHECK_EQUAL(store.calls, 2);
    qemu_put_be32(&f, 3);
    CHECK_EQUAL(store.calls, 2);
    CHECK_EQUAL(qemu_fclose(&f), -ECONNRESET);
}

static void a_failing_source_gives_its_own_error(void)
{
    Store store = new_store(64);
    migcore_source source = source_of(&store, false);
    QEMUFile f;

    store.used = 8;
    store.fail_at = 6;
    migcore_qemu_file_init_load_stream(&f, &source, NULL, 0);
    (void)qemu_get_be32(&f);
    CHECK_EQUAL(qemu_file_get_error(&f), 0);
    CHECK_EQUAL(qemu_get_be32(&f), 0);
    CHECK_EQUAL(qemu_file_get_error(&f), -ECONNRESET);
}

static void a_file_entered_from_its_own_callback_is_busy(void)
{
    Store store = new_store(64);
    migcore_sink sink = sink_of(&store);
    uint16_t three = 3;
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_save_stream(&f, &sink, NULL, 0);
    store.reenter = &f;
    qemu_put_be32(&f, 1);
    CHECK_EQUAL(store.used, 4);
    CHECK_EQUAL(qemu_file_get_error(&f), -EBUSY);
    store.reenter = NULL;
    qemu_put_be32(&f, 2); /* the file has ended, the visitor was not told */
    CHECK_EQUAL(store.used, 4);
    CHECK(visit_type_u16(qemu_file_get_visitor(&f), "three", &three, NULL));
    CHECK_EQUAL(store.used, 6);
    CHECK_EQUAL(qemu_file_get_error_obj(&f, &err), -EBUSY);
    CHECK(err != NULL && strstr(error_get_pretty(err), strerror(EBUSY)) != NULL);
    error_free(err);
    CHECK_EQUAL(qemu_fclose(&f), -EBUSY);
}

/* -- A file over another visitor ----------------------------------------------------------------------------------- */

static void a_file_over_another_visitor(void)
{
    static const uint8_t expected[] = {
        0, 0, 0, 1,     /* put through the file */
        0, 2,           /* visited */
    };
    migcore_legacy legacy;
    uint8_t bytes[16];
    uint16_t two = 2;
    QEMUFile f;

    CHECK_EQUAL(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL), MIGCORE_OK);
    CHECK_EQUAL(migcore_qemu_file_init_visitor(&f, &legacy.visitor), MIGCORE_OK);
    qemu_put_be32(&f, 1);
    CHECK(migcore_qemu_native(qemu_file_get_visitor(&f)) == &legacy.visitor);
    CHECK_EQUAL(migcore_visit_u16(&legacy.visitor, "two", &two), MIGCORE_OK);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK_BYTES(bytes, migcore_position(&legacy.visitor), expected);
    CHECK_EQUAL(migcore_qemu_file_init_visitor(&f, NULL), MIGCORE_NULL_POINTER);
    qemu_put_be32(&f, 1);
    CHECK_EQUAL(qemu_file_get_error(&f), -EINVAL);
    CHECK_EQUAL(migcore_qemu_file_init_save_memory(&f, NULL, 4), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(qemu_fclose(&f), -EINVAL);
}

/* -- A pair of functions as a visit -------------------------------------------------------------------------------- */

struct clock {
    uint32_t base;
    int version; /* that the load was told */
    int answer;  /* of the load */
};

static void clock_save(QEMUFile *f, void *opaque)
{
    const struct clock *clock = opaque;

    qemu_put_be32(f, clock->base);
    if (clock->answer != 0) {
        qemu_file_set_error(f, clock->answer);
    }
}

static int clock_load(QEMUFile *f, void *opaque, int version_id)
{
    struct clock *clock = opaque;

    clock->base = qemu_get_be32(f);
    clock->version = version_id;
    return clock->answer;
}

static migcore_status clock_visit(migcore_visitor *v, void *opaque)
{
    migcore_begin_device(v, "clock", 0, 3, 2);
    migcore_qemu_visit_handlers(v, clock_save, clock_load, opaque);
    migcore_end_device(v);
    return migcore_finish(v);
}

static void a_pair_of_functions_is_a_visit(void)
{
    struct clock clock = { 0x01020304, 0, 0 };
    unsigned char bytes[512], scratch[MIGCORE_CHUNK_SCRATCH];
    migcore_chunk_saver saver;
    migcore_chunk_loader loader;
    migcore_error error = { .size = sizeof error };
    size_t length;

    CHECK_EQUAL(migcore_qemu_visit_handlers(NULL, clock_save, clock_load, &clock), MIGCORE_NULL_POINTER);
    migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch, NULL, NULL);
    CHECK_EQUAL(clock_visit(&saver.visitor, &clock), MIGCORE_OK);
    length = (size_t)migcore_position(&saver.visitor);

    clock.base = 0;
    migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL);
    CHECK_EQUAL(clock_visit(&loader.visitor, &clock), MIGCORE_OK);
    CHECK(clock.base == 0x01020304 && clock.version == 3);

    /* What they say of a failure is the visit's. */
    clock.answer = -ENXIO;
    migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL);
    CHECK_EQUAL(clock_visit(&loader.visitor, &clock), MIGCORE_REFUSED);
    CHECK_EQUAL(migcore_get_error(&loader.visitor, &error), MIGCORE_OK);
    CHECK(error.cause == -ENXIO && strcmp(error.path, "clock/0") == 0);
    migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch, NULL, NULL);
    CHECK_EQUAL(clock_visit(&saver.visitor, &clock), MIGCORE_REFUSED);
}

int main(void)
{
    reads_past_the_end_give_zeros();
    first_error_stays();
    a_file_error_stops_visits();
    a_visit_error_stops_the_file();
    a_full_memory_is_no_space();
    the_wrong_direction_is_an_error();
    counted_strings_have_a_limit();
    error_objects();
    error_objects_tell_what_the_visitor_met();
    errors_of_a_file_are_negative();
    peeks_in_memory();
    peeks_in_a_stream();
    peeks_need_a_buffer_or_a_source_that_can();
    peeks_have_a_limit();
    buffers_in_place();
    streams_are_the_same_in_any_pieces();
    a_buffer_holds_back_until_flush();
    a_failing_sink_gives_its_own_error();
    a_failing_source_gives_its_own_error();
    a_file_entered_from_its_own_callback_is_busy();
    a_file_over_another_visitor();
    a_pair_of_functions_is_a_visit();
    return checks_report("qemu/file");
}
