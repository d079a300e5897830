/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Visitors over the QEMUFile of a host program. The host here has a buffer of 16 bytes, so that everything crosses it, and
 * its functions have the types of the release that this file is compiled for (-DMIGCORE_QEMU_API=..., else the default).
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

/* -- The host, which knows nothing of migcore ---------------------------------------------------------------------- */

#define HOST_BUFFER 16

typedef struct QEMUFile {
    uint8_t store[256];
    size_t store_length;    /* written out, or there to be read */
    uint8_t buffer[HOST_BUFFER];
    size_t start, end;      /* of what is in the buffer */
    size_t taken;           /* read from the store */
    int error;
    int look_error;         /* set when a look goes beyond what there is */
} QEMUFile;

static void host_set(QEMUFile *f, int error)
{
    if (f->error == 0) {
        f->error = error;
    }
}

static void host_flush(QEMUFile *f)
{
    memcpy(f->store + f->store_length, f->buffer, f->end);
    f->store_length += f->end;
    f->end = 0;
}

static void host_put(QEMUFile *f, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (f->end == HOST_BUFFER) {
            host_flush(f);
        }
        f->buffer[f->end++] = data[i];
    }
}

static void host_fill(QEMUFile *f)
{
    memmove(f->buffer, f->buffer + f->start, f->end - f->start);
    f->end -= f->start;
    f->start = 0;
    while (f->end < HOST_BUFFER && f->taken < f->store_length) {
        f->buffer[f->end++] = f->store[f->taken++];
    }
}

/* At most a buffer at once: a caller that wants more calls again. */
static size_t host_get(QEMUFile *f, uint8_t *data, size_t size)
{
    size_t got;

    if (f->end - f->start < size) {
        host_fill(f);
    }
    got = f->end - f->start < size ? f->end - f->start : size;
    memcpy(data, f->buffer + f->start, got);
    f->start += got;
    if (got == 0 && size > 0) {
        host_set(f, -EIO);
    }
    return got;
}

static size_t host_look(QEMUFile *f, uint8_t **data, size_t size, size_t ahead)
{
    if (f->end - f->start < ahead + size) {
        host_fill(f);
    }
    if (f->end - f->start < ahead + size) {
        host_set(f, f->look_error);
    }
    if (f->end - f->start <= ahead) {
        return 0;
    }
    *data = f->buffer + f->start + ahead;
    return f->end - f->start - ahead < size ? f->end - f->start - ahead : size;
}

static void qemu_put_byte(QEMUFile *f, int value)
{
    uint8_t byte = (uint8_t)value;

    host_put(f, &byte, 1);
}

static void qemu_put_be32(QEMUFile *f, unsigned int value)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        qemu_put_byte(f, (int)(value >> shift));
    }
}

static int qemu_get_byte(QEMUFile *f)
{
    uint8_t byte = 0;

    (void)host_get(f, &byte, 1);
    return byte;
}

static unsigned int qemu_get_be32(QEMUFile *f)
{
    unsigned int value = 0;

    for (int i = 0; i < 4; i++) {
        value = value << 8 | (unsigned int)qemu_get_byte(f);
    }
    return value;
}

static QEMUFile host_output(void)
{
    QEMUFile f = { .error = 0 };

    return f;
}

static QEMUFile host_input(const uint8_t *bytes, size_t length)
{
    QEMUFile f = { .store_length = length };

    memcpy(f.store, bytes, length);
    return f;
}

/* -- Its functions in the types of the release --------------------------------------------------------------------- */

#define MIGCORE_QEMU_COEXIST 1 /* MIGCORE_QEMU_HOST_FILE */
#include "migcore_qemu.h"

static void host_write(QEMUFile *f, const uint8_t *data, migcore_qemu_size size)
{
    host_put(f, data, (size_t)size);
}

static migcore_qemu_size host_read(QEMUFile *f, uint8_t *data, migcore_qemu_size size)
{
    return (migcore_qemu_size)host_get(f, data, (size_t)size);
}

#if MIGCORE_QEMU_API < 204
static int host_peek(QEMUFile *f, uint8_t *data, int size, size_t ahead)
{
    uint8_t *place = NULL;
    size_t got = host_look(f, &place, (size_t)size, ahead);

    if (got > 0) {
        memcpy(data, place, got);
    }
    return (int)got;
}
#else
static migcore_qemu_size host_peek(QEMUFile *f, uint8_t **data, migcore_qemu_size size, size_t ahead)
{
    return (migcore_qemu_size)host_look(f, data, (size_t)size, ahead);
}
#endif

#if MIGCORE_QEMU_API < 801
static int64_t host_position(QEMUFile *f)
#else
static uint64_t host_position(QEMUFile *f)
#endif
{
    return f->taken > 0 ? f->taken - (f->end - f->start) : f->store_length + f->end;
}

#if MIGCORE_QEMU_API < 100
#define TOLD(error) 1 /* all that the host can tell */
static int host_error(QEMUFile *f)
{
    return f->error != 0;
}

static void host_set_error(QEMUFile *f)
{
    host_set(f, -EIO);
}
#else
#define TOLD(error) (error)
static int host_error(QEMUFile *f)
{
    return f->error;
}

static void host_set_error(QEMUFile *f, int error)
{
    host_set(f, error);
}
#endif

static const migcore_qemu_host host = {
    .size = sizeof host,
    .write = host_write,
    .read = host_read,
    .peek = host_peek,
    .position = host_position,
    .get_error = host_error,
    .set_error = host_set_error,
};

static const migcore_qemu_host host_without_peek = {
    .size = sizeof host,
    .write = host_write,
    .read = host_read,
    .get_error = host_error,
    .set_error = host_set_error,
};

/* -- The tests ----------------------------------------------------------------------------------------------------- */

static const uint8_t mixed_bytes[] = {
    0x00, 0x00, 0x00, 0x01,                             /* put by the host */
    0x00, 0x02,                                         /* visited */
    0x00, 0x00, 0x00, 0x03,                             /* put */
    0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00,     /* visited: an array that crosses the host's buffer */
    0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00,
    0x05, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x04,                             /* put */
};

static void puts_and_visits_keep_their_order(void)
{
    QEMUFile f = host_output();
    migcore_qemu_foreign slot;
    migcore_qemu_visitor *v;
    uint16_t two = 2;
    uint32_t array[] = { 0x01000000, 0x02000000, 0x03000000, 0x04000000, 0x05000000 };

    CHECK_EQUAL(migcore_qemu_attach_save(&slot, &f, &host), MIGCORE_OK);
    v = qemu_file_get_visitor(&f);
    qemu_put_be32(&f, 1);
    CHECK(migcore_qemu_visit_u16(v, "two", &two, NULL));
    CHECK_EQUAL(f.store_length + f.end, 6); /* the visitor holds nothing back */
    CHECK_EQUAL(migcore_position(migcore_qemu_native(v)), 6);
    qemu_put_be32(&f, 3);
    CHECK(migcore_qemu_visit_u32_array(v, "array", array, 5, NULL));
    CHECK_EQUAL(f.store_length + f.end, 30);
    qemu_put_be32(&f, 4);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_OK);
    host_flush(&f);
    CHECK_BYTES(f.store, f.store_length, mixed_bytes);
}

static void gets_and_visits_keep_their_order(void)
{
    QEMUFile f = host_input(mixed_bytes, sizeof mixed_bytes);
    migcore_qemu_foreign slot;
    migcore_qemu_visitor *v;
    uint16_t two = 0;
    uint32_t array[5] = { 0 };

    CHECK_EQUAL(migcore_qemu_attach_load(&slot, &f, &host), MIGCORE_OK);
    v = qemu_file_get_visitor(&f);
    CHECK_EQUAL(qemu_get_be32(&f), 1);
    CHECK(migcore_qemu_visit_u16(v, "two", &two, NULL));
    CHECK_EQUAL(two, 2);
    CHECK_EQUAL(qemu_get_be32(&f), 3); /* nothing was read ahead */
    CHECK(migcore_qemu_visit_u32_array(v, "array", array, 5, NULL));
    CHECK_EQUAL(array[4], 0x05000000);
    CHECK_EQUAL(migcore_position(migcore_qemu_native(v)), 30);
    CHECK_EQUAL(qemu_get_be32(&f), 4);
    CHECK_EQUAL(f.error, 0);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_OK);
}

static void a_host_error_stops_visits(void)
{
    QEMUFile f = host_output();
    migcore_qemu_foreign slot;
    Error *err = NULL;
    uint32_t value = 1;

    migcore_qemu_attach_save(&slot, &f, &host);
    host_set(&f, -EPERM);
    CHECK(!migcore_qemu_visit_u32(qemu_file_get_visitor(&f), "value", &value, &err));
    CHECK(err != NULL);
    error_free(err);
    CHECK_EQUAL(f.end, 0);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_WRITE_FAILED);
    CHECK_EQUAL(f.error, -EPERM);

    f = host_input(mixed_bytes, sizeof mixed_bytes);
    migcore_qemu_attach_load(&slot, &f, &host);
    host_set(&f, -EPERM);
    CHECK(!migcore_qemu_visit_u32(qemu_file_get_visitor(&f), "value", &value, NULL));
    CHECK_EQUAL(value, 1);
    CHECK_EQUAL(f.taken, 0);
    migcore_qemu_detach(&slot);
}

static void a_visit_error_is_put_on_the_host(void)
{
    static const uint8_t length_5[] = { 0, 0, 0, 5, 1, 2, 3, 4, 5 };
    QEMUFile f = host_input(length_5, sizeof length_5);
    migcore_qemu_foreign slot;
    uint8_t place[4];
    size_t used = 0;

    migcore_qemu_attach_load(&slot, &f, &host);
    CHECK(!migcore_qemu_visit_varbytes(qemu_file_get_visitor(&f), "fifo", place, sizeof place, &used, NULL));
    CHECK_EQUAL(host_error(&f), TOLD(-EINVAL));
    migcore_qemu_detach(&slot);

    f = host_input(length_5, 3); /* ends too early: the host says -EIO itself */
    migcore_qemu_attach_load(&slot, &f, &host);
    CHECK(!migcore_qemu_visit_varbytes(qemu_file_get_visitor(&f), "fifo", place, sizeof place, &used, NULL));
    CHECK_EQUAL(host_error(&f), TOLD(-EIO));
    migcore_qemu_detach(&slot);
}

/* Calls of migcore.h do not know the host: their status has to pass through migcore_qemu_check() once. */
static void a_native_error_is_put_on_the_host_by_check(void)
{
    QEMUFile f = host_input(mixed_bytes, 2);
    migcore_qemu_foreign slot;
    migcore_qemu_visitor *v;

    migcore_qemu_attach_load(&slot, &f, &host_without_peek);
    v = qemu_file_get_visitor(&f);
    CHECK_EQUAL(migcore_fail(migcore_qemu_native(v), "phase", MIGCORE_REFUSED, -ERANGE), MIGCORE_REFUSED);
    CHECK_EQUAL(host_error(&f), 0);
    CHECK(!migcore_qemu_check(v, migcore_get_status(migcore_qemu_native(v)), NULL));
    CHECK_EQUAL(host_error(&f), TOLD(-ERANGE));
    migcore_qemu_detach(&slot);
}

static void detaching_tells_the_host_what_was_left_open(void)
{
    QEMUFile f = host_output();
    migcore_qemu_foreign slot;

    migcore_qemu_attach_save(&slot, &f, &host);
    CHECK(migcore_qemu_begin_struct(qemu_file_get_visitor(&f), "open", NULL));
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_UNBALANCED);
    CHECK_EQUAL(host_error(&f), TOLD(-EINVAL));
}

/* A native failure that nobody handed to migcore_qemu_check(). */
static void detaching_tells_the_host_what_nobody_told_it(void)
{
    QEMUFile f = host_output();
    migcore_qemu_foreign slot;

    migcore_qemu_attach_save(&slot, &f, &host);
    migcore_fail(migcore_qemu_native(qemu_file_get_visitor(&f)), "phase", MIGCORE_REFUSED, -ERANGE);
    CHECK_EQUAL(host_error(&f), 0);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_REFUSED);
    CHECK_EQUAL(host_error(&f), TOLD(-ERANGE));
}

/* An error that no visit met: of the host's own puts and gets. */
static void detaching_tells_the_error_of_the_host(void)
{
    QEMUFile f = host_output();
    migcore_qemu_foreign slot;

    migcore_qemu_attach_save(&slot, &f, &host);
    host_set(&f, -EPERM);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_WRITE_FAILED);
    CHECK_EQUAL(f.error, -EPERM);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_INVALID_ARGUMENT);

    f = host_input(mixed_bytes, 2);
    migcore_qemu_attach_load(&slot, &f, &host);
    (void)qemu_get_be32(&f);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_READ_FAILED);
    CHECK_EQUAL(f.error, -EIO);
}

/* What a device gives as its cause may be any number; a host gets a negative one. */
static void the_host_is_given_negative_numbers(void)
{
    QEMUFile f = host_output();
    migcore_qemu_foreign slot;
    migcore_qemu_visitor *v;

    migcore_qemu_attach_save(&slot, &f, &host);
    v = qemu_file_get_visitor(&f);
    CHECK(!migcore_qemu_check(v, migcore_fail(migcore_qemu_native(v), "phase", MIGCORE_REFUSED, 5), NULL));
    CHECK_EQUAL(host_error(&f), TOLD(-EINVAL));
    migcore_qemu_detach(&slot);
}

/* -- Subsections --------------------------------------------------------------------------------------------------- */

static migcore_status visit_part(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u16(v, "part", opaque);
}

static const migcore_subsection parts[] = {
    { .size = sizeof(migcore_subsection), .name = "d/p", .version = 1, .minimum_version = 1, .visit = visit_part },
};

static const uint8_t part_bytes[] = {
    0x05, 3, 'd', '/', 'p', 0, 0, 0, 1,     /* marker, name, version */
    0x12, 0x34,                             /* part */
    0x05, 0x77,                             /* the host's own, although it begins like a marker */
};

static void subsections_are_found_by_peeking(void)
{
    QEMUFile f = host_input(part_bytes, sizeof part_bytes);
    migcore_qemu_foreign slot;
    uint16_t part = 0;

    migcore_qemu_attach_load(&slot, &f, &host);
    CHECK(migcore_qemu_visit_subsections(qemu_file_get_visitor(&f), "d", parts, 1, &part, NULL));
    CHECK_EQUAL(part, 0x1234);
    CHECK_EQUAL(qemu_get_byte(&f), 0x05);
    CHECK_EQUAL(qemu_get_byte(&f), 0x77);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_OK);
}

/* The stream ends before or in what tells that a subsection follows: there is none, unless the host says why it ended. */
static void a_peek_that_fails_is_no_end_of_the_stream(void)
{
    for (size_t length = 0; length < 5; length++) {
        QEMUFile f = host_input(part_bytes, length);
        migcore_qemu_foreign slot;
        uint16_t part = 0;
        Error *err = NULL;

        migcore_qemu_attach_load(&slot, &f, &host);
        CHECK(migcore_qemu_visit_subsections(qemu_file_get_visitor(&f), "d", parts, 1, &part, NULL));
        CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_OK);
        CHECK_EQUAL(f.taken - (f.end - f.start), 0); /* nothing is consumed */

        f = host_input(part_bytes, length);
        f.look_error = -ECONNRESET;
        migcore_qemu_attach_load(&slot, &f, &host);
        CHECK(!migcore_qemu_visit_subsections(qemu_file_get_visitor(&f), "d", parts, 1, &part, &err));
        CHECK(err != NULL);
        error_free(err);
        CHECK_EQUAL(migcore_qemu_visitor_errno(&slot.legacy.visitor), MIGCORE_QEMU_API < 100 ? -EIO : -ECONNRESET);
        CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_READ_FAILED);
        CHECK_EQUAL(host_error(&f), TOLD(-ECONNRESET));
        CHECK_EQUAL(part, 0);
    }
}

static void without_peek_subsections_are_refused(void)
{
    QEMUFile f = host_input(part_bytes, sizeof part_bytes);
    migcore_qemu_foreign slot;
    Error *err = NULL;
    uint16_t part = 0;

    migcore_qemu_attach_load(&slot, &f, &host_without_peek);
    CHECK(!migcore_qemu_visit_subsections(qemu_file_get_visitor(&f), "d", parts, 1, &part, &err));
    CHECK(err != NULL);
    error_free(err);
    CHECK_EQUAL(host_error(&f), TOLD(-ENOTSUP));
    CHECK_EQUAL(f.taken, 0); /* nothing was guessed at */
    migcore_qemu_detach(&slot);
}

/* -- The list ------------------------------------------------------------------------------------------------------ */

static void files_find_their_own_visitors(void)
{
    QEMUFile f[3] = { host_output(), host_output(), host_output() };
    migcore_qemu_foreign slot[3];
    uint8_t value[3] = { 10, 11, 12 };

    for (int i = 0; i < 3; i++) {
        CHECK(qemu_file_get_visitor(&f[i]) == NULL);
        CHECK_EQUAL(migcore_qemu_attach_save(&slot[i], &f[i], &host), MIGCORE_OK);
    }
    for (int i = 0; i < 3; i++) {
        CHECK(migcore_qemu_visit_u8(qemu_file_get_visitor(&f[i]), "value", &value[i], NULL));
    }
    CHECK_EQUAL(migcore_qemu_detach(&slot[1]), MIGCORE_OK); /* from the middle */
    CHECK(qemu_file_get_visitor(&f[1]) == NULL);
    CHECK(qemu_file_get_visitor(&f[0]) == migcore_qemu_visitor_of(&slot[0].legacy.visitor));
    CHECK(qemu_file_get_visitor(&f[2]) == migcore_qemu_visitor_of(&slot[2].legacy.visitor));
    CHECK_EQUAL(migcore_qemu_detach(&slot[0]), MIGCORE_OK);
    CHECK_EQUAL(migcore_qemu_detach(&slot[2]), MIGCORE_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(f[i].end, 1);
        CHECK_EQUAL(f[i].buffer[0], 10 + i);
    }
    CHECK(migcore_qemu_files.first == NULL);
}

static void a_file_has_one_visitor_and_a_slot_one_file(void)
{
    QEMUFile f = host_output(), other = host_output();
    migcore_qemu_foreign slot, second;

    CHECK_EQUAL(migcore_qemu_attach_save(&slot, &f, &host), MIGCORE_OK);
    CHECK_EQUAL(migcore_qemu_attach_save(&second, &f, &host), MIGCORE_BUSY);
    CHECK_EQUAL(migcore_qemu_attach_load(&second, &f, &host), MIGCORE_BUSY);
    CHECK_EQUAL(migcore_qemu_attach_save(&slot, &other, &host), MIGCORE_BUSY);
    CHECK(qemu_file_get_visitor(&other) == NULL);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_OK);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(migcore_qemu_attach_load(&slot, &f, &host), MIGCORE_OK); /* again, the other way */
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_OK);
}

static void wrong_arguments_are_refused(void)
{
    QEMUFile f = host_output();
    migcore_qemu_foreign slot;
    migcore_qemu_host wrong = host;

    CHECK(qemu_file_get_visitor(NULL) == NULL);
    CHECK_EQUAL(migcore_qemu_detach(NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(migcore_qemu_attach_save(NULL, &f, &host), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_qemu_attach_save(&slot, NULL, &host), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_qemu_attach_load(&slot, &f, NULL), MIGCORE_NULL_POINTER);
    wrong.write = NULL;
    CHECK_EQUAL(migcore_qemu_attach_save(&slot, &f, &wrong), MIGCORE_NULL_POINTER);
    wrong.read = NULL;
    CHECK_EQUAL(migcore_qemu_attach_load(&slot, &f, &wrong), MIGCORE_NULL_POINTER);
    wrong = host;
    wrong.set_error = NULL;
    CHECK_EQUAL(migcore_qemu_attach_save(&slot, &f, &wrong), MIGCORE_NULL_POINTER);
    wrong = host;
    wrong.size = 1;
    CHECK_EQUAL(migcore_qemu_attach_save(&slot, &f, &wrong), MIGCORE_BAD_SIZE);
    CHECK(migcore_qemu_files.first == NULL);
}

/* Many threads, each with a file of its own: the list is theirs together. */
static void *attach_often(void *argument)
{
    long wrong = 0;

    (void)argument;
    for (int round = 0; round < 2000; round++) {
        QEMUFile f = host_output();
        migcore_qemu_foreign slot;
        uint8_t value = (uint8_t)round;

        wrong += migcore_qemu_attach_save(&slot, &f, &host) != MIGCORE_OK;
        wrong += !migcore_qemu_visit_u8(qemu_file_get_visitor(&f), "value", &value, NULL);
        wrong += migcore_qemu_detach(&slot) != MIGCORE_OK;
        wrong += f.end != 1 || f.buffer[0] != value;
    }
    return (void *)wrong;
}

static void threads_share_the_list(void)
{
    pthread_t thread[4];

    for (int i = 0; i < 4; i++) {
        CHECK_EQUAL(pthread_create(&thread[i], NULL, attach_often, NULL), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *wrong = NULL;

        pthread_join(thread[i], &wrong);
        CHECK(wrong == NULL);
    }
    CHECK(migcore_qemu_files.first == NULL);
}

int main(void)
{
    char name[40];

    puts_and_visits_keep_their_order();
    gets_and_visits_keep_their_order();
    a_host_error_stops_visits();
    a_visit_error_is_put_on_the_host();
    a_native_error_is_put_on_the_host_by_check();
    detaching_tells_the_host_what_was_left_open();
    detaching_tells_the_host_what_nobody_told_it();
    detaching_tells_the_error_of_the_host();
    the_host_is_given_negative_numbers();
    subsections_are_found_by_peeking();
    a_peek_that_fails_is_no_end_of_the_stream();
    without_peek_subsections_are_refused();
    files_find_their_own_visitors();
    a_file_has_one_visitor_and_a_slot_one_file();
    wrong_arguments_are_refused();
    threads_share_the_list();
    snprintf(name, sizeof name, "qemu/foreign %d.%d", MIGCORE_QEMU_API / 100, MIGCORE_QEMU_API % 100);
    return checks_report(name);
}
