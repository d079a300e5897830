/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Compiled once per combination (-DMIGCORE_QEMU_COEXIST=...): what the host has of its own is left out, and what remains
 * works with the host's. What the host has is deliberately unlike ours, so that a mixture does not compile.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#if MIGCORE_QEMU_COEXIST & 1
typedef struct HostFile {
    uint8_t bytes[64];
    size_t length;
    int error;
} QEMUFile;

static void qemu_put_buffer(QEMUFile *f, const uint8_t *data, size_t size)
{
    memcpy(f->bytes + f->length, data, size);
    f->length += size;
}

static void qemu_put_be32(QEMUFile *f, unsigned int value)
{
    uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };

    qemu_put_buffer(f, bytes, 4);
}

static int qemu_file_get_error(QEMUFile *f)
{
    return f->error;
}

static void qemu_file_set_error(QEMUFile *f, int error)
{
    f->error = error;
}
#endif

#if MIGCORE_QEMU_COEXIST & 2
/* On the heap, unlike ours; the text comes first. */
typedef struct Error {
    char *text;
} Error;

static inline void error_set_host(Error **errp, const char *format, ...)
{
    va_list arguments;
    char text[300];

    if (errp == NULL) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    *errp = malloc(sizeof **errp);
    (*errp)->text = strdup(text);
}

#define error_setg(errp, ...) error_set_host((errp), __VA_ARGS__)
#define error_setg_errno(errp, number, ...) ((void)(number), error_set_host((errp), __VA_ARGS__))

static inline const char *error_get_pretty(const Error *error)
{
    return error->text;
}

static inline void error_free(Error *error)
{
    if (error != NULL) {
        free(error->text);
        free(error);
    }
}

#if !(MIGCORE_QEMU_COEXIST & 8) /* only our tables hand an Error on */
static inline void error_propagate(Error **errp, Error *error)
{
    if (error != NULL && errp != NULL) {
        *errp = error;
    } else {
        error_free(error);
    }
}
#endif

#if !(MIGCORE_QEMU_COEXIST & 1) /* only our QEMUFile reports */
static inline void error_report_err(Error *error)
{
    fprintf(stderr, "%s\n", error->text);
    error_free(error);
}
#endif
#endif

#if MIGCORE_QEMU_COEXIST & 4
/* QEMU's own visitors, which have nothing to do with migration. */
struct Error;

typedef struct Visitor {
    int calls;
} Visitor;

static bool visit_type_uint32(Visitor *v, const char *name, uint32_t *value, struct Error **errp)
{
    (void)name;
    (void)value;
    (void)errp;
    v->calls++;
    return true;
}

static void visit_end_struct(Visitor *v, void **object)
{
    (void)object;
    v->calls++;
}
#endif

#if MIGCORE_QEMU_COEXIST & 8
/* Tables of the host's own. */
typedef struct VMStateDescription {
    char name[20];
} VMStateDescription;

#define VMSTATE_END_OF_LIST() 5
#endif

#if MIGCORE_QEMU_COEXIST & 16
/* Timers that count in another unit. */
typedef struct QEMUTimer {
    bool armed;
    int64_t microseconds;
} QEMUTimer;

static inline void host_timer_set(QEMUTimer *timer, int64_t expiry)
{
    timer->armed = expiry != -1;
    timer->microseconds = expiry / 1000;
}

#define MIGCORE_QEMU_TIMER_GET(timer) ((timer)->armed ? (timer)->microseconds * 1000 : -1)
#define MIGCORE_QEMU_TIMER_SET(timer, expiry) host_timer_set((timer), (expiry))
#endif

#include "migcore_qemu.h"

static const uint8_t expected[] = {
    0x00, 0x00, 0x00, 0x01,     /* put */
    0x00, 0x00, 0x00, 0x02,     /* visited */
    0x00, 0x00, 0x00, 0x03,     /* by a table, if that is ours */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x13, 0x88,
};

#if MIGCORE_QEMU_COEXIST & 8
static void rest_save(QEMUFile *f)
{
    uint64_t expiry = 5000;

    qemu_put_be32(f, 3);
    CHECK(migcore_qemu_visit_u64(qemu_file_get_visitor(f), "expiry", &expiry, NULL));
    CHECK_EQUAL(sizeof(VMStateDescription) + VMSTATE_END_OF_LIST(), 25);
}
#else
typedef struct Rest {
    uint32_t three;
    QEMUTimer timer;
} Rest;

static const VMStateDescription vmstate_rest = {
    .name = "rest",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(three, Rest),
        VMSTATE_TIMER(timer, Rest),
        VMSTATE_END_OF_LIST()
    }
};

static void rest_save(QEMUFile *f)
{
    Rest rest = { .three = 3 };

    MIGCORE_QEMU_TIMER_SET(&rest.timer, 5000);
    CHECK_EQUAL(vmstate_save_state(f, &vmstate_rest, &rest, NULL), 0);
}
#endif

/* The device: half converted. */
static void device_save(QEMUFile *f)
{
    uint32_t two = 2;

    qemu_put_be32(f, 1);
    CHECK(migcore_qemu_visit_u32(qemu_file_get_visitor(f), "two", &two, NULL));
    rest_save(f);
}

/* A visit that the visitor refuses: an Error of whoever defines it. */
static void device_fails(QEMUFile *f)
{
    migcore_qemu_visitor *v = qemu_file_get_visitor(f);
    Error *err = NULL;
    uint32_t value = 4;

    migcore_fail(migcore_qemu_native(v), "ring", MIGCORE_REFUSED, -ERANGE);
    CHECK(!migcore_qemu_visit_u32(v, "value", &value, &err));
    CHECK(err != NULL && strstr(error_get_pretty(err), "ring") != NULL);
    error_free(err);
    CHECK_EQUAL(qemu_file_get_error(f), -ERANGE);
}

#if MIGCORE_QEMU_COEXIST & 1
static const migcore_qemu_host host = {
    .size = sizeof host,
    .write = qemu_put_buffer,
    .get_error = qemu_file_get_error,
    .set_error = qemu_file_set_error,
};

static void run(void)
{
    QEMUFile f = { .length = 0 };
    migcore_qemu_foreign slot;

    CHECK_EQUAL(migcore_qemu_attach_save(&slot, &f, &host), MIGCORE_OK);
    device_save(&f);
    device_fails(&f);
    CHECK_EQUAL(migcore_qemu_detach(&slot), MIGCORE_REFUSED);
    CHECK_BYTES(f.bytes, f.length, expected);
}
#else
static void run(void)
{
    uint8_t bytes[64];
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    device_save(&f);
    device_fails(&f);
    CHECK_EQUAL(qemu_fclose(&f), -ERANGE);
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), expected);
}
#endif

int main(void)
{
    char name[40];

    run();
#if MIGCORE_QEMU_COEXIST & 4
    Visitor v = { 0 };
    uint32_t value = 0;

    CHECK(visit_type_uint32(&v, "value", &value, NULL));
    visit_end_struct(&v, NULL);
    CHECK_EQUAL(v.calls, 2);
#endif
#if MIGCORE_QEMU_COEXIST & 16
    QEMUTimer timer;

    MIGCORE_QEMU_TIMER_SET(&timer, 7000);
    CHECK_EQUAL(MIGCORE_QEMU_TIMER_GET(&timer), 7000);
#endif
    snprintf(name, sizeof name, "qemu/coexist %d", MIGCORE_QEMU_COEXIST);
    return checks_report(name);
}
