/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/file.h - QEMUFile, and the put and get calls. Included by migcore_qemu.h.
 *
 * A QEMUFile is a variable of the caller, made by one migcore_qemu_file_init_* call. It holds no pointer into itself and
 * owns nothing but an Error that qemu_file_set_error_obj() may have given it, so qemu_fclose() is needed for its answer,
 * not for freeing. It belongs to one thread at a time.
 *
 * Puts and gets go through the file's visitor, as raw bytes without a name; visits in between continue in the same bytes.
 * The visitor writes QEMU's bytes, unless the file was made over another visitor.
 *
 * Where QEMU's calls stop the program, these set the file's error: reading a file that writes (-EINVAL), a counted string
 * over 255 bytes (-EINVAL), a peek over MIGCORE_QEMU_PEEK bytes (-ENOBUFS). A peek past the end gives 0 and sets no error
 * (QEMU's sets -EIO): only a read misses the bytes. The first error stays, also where releases before 2.0 overwrote it. A
 * positive number that is set as an error is taken for its negative.
 *
 * A callback of a stream that puts into or gets from the file that called it is refused with -EBUSY, which is then the
 * file's error: no put or get does anything any more, and qemu_fclose() tells. The visitor itself is not told, as it cannot
 * be while it is at work; visits alone go on, into a stream that is spoilt.
 */
#ifndef MIGCORE_QEMU_FILE_H
#define MIGCORE_QEMU_FILE_H

typedef struct QEMUFile QEMUFile;
struct QEMUFile {
    migcore_legacy legacy;
    migcore_visitor *other;   /* the visitor, where it is not `legacy` */
    int error;                /* first error that the visitor does not know of, 0: none */
    Error *error_object;
    uint8_t peeked[MIGCORE_QEMU_PEEK];
};

static inline migcore_visitor *migcore_qemu_priv_visitor(QEMUFile *f)
{
    return f->other != NULL ? f->other : &f->legacy.visitor;
}

/* The visitor that continues where the last put or get stopped. */
static inline migcore_qemu_visitor *qemu_file_get_visitor(QEMUFile *f)
{
    return migcore_qemu_visitor_of(migcore_qemu_priv_visitor(f));
}

/* -- Making a file ------------------------------------------------------------------------------------------------- */

/* Until its visitor is made, a file answers every call with an error: the head is no visitor's. */
static inline void migcore_qemu_priv_init(QEMUFile *f, migcore_visitor *other)
{
    memset(&f->legacy.visitor, 0, sizeof f->legacy.visitor);
    f->other = other;
    f->error = 0;
    f->error_object = NULL;
}

/* Writes into `bytes`; more than `capacity` is -ENOSPC. migcore_qemu_file_position() tells how many were written. */
static inline migcore_status migcore_qemu_file_init_save_memory(QEMUFile *f, void *bytes, size_t capacity)
{
    migcore_qemu_priv_init(f, NULL);
    return migcore_legacy_save_memory(&f->legacy, sizeof f->legacy, bytes, capacity, NULL);
}

/* Reads from `bytes`, which stay the caller's and must stay as they are while the file is read. */
static inline migcore_status migcore_qemu_file_init_load_memory(QEMUFile *f, const void *bytes, size_t length)
{
    migcore_qemu_priv_init(f, NULL);
    return migcore_legacy_load_memory(&f->legacy, sizeof f->legacy, bytes, length, NULL);
}

/* Writes to a callback, through `buffer` (NULL and 0: nothing is held back). */
static inline migcore_status migcore_qemu_file_init_save_stream(QEMUFile *f, const migcore_sink *sink, void *buffer,
                                                                size_t capacity)
{
    migcore_qemu_priv_init(f, NULL);
    return migcore_legacy_save_stream(&f->legacy, sizeof f->legacy, sink, buffer, capacity, NULL);
}

/* Reads from a callback, through `buffer` (NULL and 0: nothing is read ahead, and only a source with `peek` can peek). */
static inline migcore_status migcore_qemu_file_init_load_stream(QEMUFile *f, const migcore_source *source, void *buffer,
                                                                size_t capacity)
{
    migcore_qemu_priv_init(f, NULL);
    return migcore_legacy_load_stream(&f->legacy, sizeof f->legacy, source, buffer, capacity, NULL);
}

/* Over a visitor of any kind, which must outlive the file. What is put or got is then unnamed bytes to that visitor. */
static inline migcore_status migcore_qemu_file_init_visitor(QEMUFile *f, migcore_visitor *visitor)
{
    migcore_qemu_priv_init(f, visitor);
    return visitor == NULL ? MIGCORE_NULL_POINTER : migcore_get_status(visitor);
}

/* Bytes written or read so far, in every release. */
static inline uint64_t migcore_qemu_file_position(QEMUFile *f)
{
    return migcore_position(migcore_qemu_priv_visitor(f));
}

/* -- Errors -------------------------------------------------------------------------------------------------------- */

/* The first error, of the file or of its visitor, as a negative errno; 0: none. */
static inline int migcore_qemu_priv_error(QEMUFile *f)
{
    return f->error != 0 ? f->error : migcore_qemu_visitor_errno(migcore_qemu_priv_visitor(f));
}

/* The visitor is told too, so that visits stop. */
static inline void migcore_qemu_priv_set_error(QEMUFile *f, int error)
{
    if (error != 0 && migcore_qemu_priv_error(f) == 0) {
        f->error = error > 0 ? -error : error;
        (void)migcore_fail(migcore_qemu_priv_visitor(f), NULL, MIGCORE_REFUSED, f->error);
    }
}

/* A put or get that the visitor turned down; the visitor keeps most such errors itself, but not BUSY. */
__attribute__((cold))
static inline void migcore_qemu_priv_refused(QEMUFile *f, migcore_status status)
{
    int error = migcore_qemu_visitor_errno(migcore_qemu_priv_visitor(f));

    if (f->error == 0) {
        f->error = error != 0 ? error : migcore_qemu_errno(status, 0);
    }
}

#if MIGCORE_QEMU_API >= 100
static inline int qemu_file_get_error(QEMUFile *f)
{
    return migcore_qemu_priv_error(f);
}

static inline void qemu_file_set_error(QEMUFile *f, int error)
{
    migcore_qemu_priv_set_error(f, error);
}
#else
static inline int qemu_file_has_error(QEMUFile *f)
{
    return migcore_qemu_priv_error(f) != 0;
}

static inline void qemu_file_set_error(QEMUFile *f)
{
    migcore_qemu_priv_set_error(f, -EIO);
}
#endif

#if MIGCORE_QEMU_API >= 402
/* Takes the Error over. Only the first error of a file is kept; a later one is reported. */
static inline void qemu_file_set_error_obj(QEMUFile *f, int error, Error *object)
{
    if (error != 0 && migcore_qemu_priv_error(f) == 0) {
        migcore_qemu_priv_set_error(f, error);
        f->error_object = object;
    } else if (object != NULL) {
        error_report_err(object);
    }
}

/* The error, and in *errp a copy of the Error it came with or the visitor's own words. */
static inline int qemu_file_get_error_obj(QEMUFile *f, Error **errp)
{
    migcore_error report = { .size = sizeof report };
    char text[MIGCORE_QEMU_ERROR_TEXT];
    int error = migcore_qemu_priv_error(f);

    if (error == 0 || errp == NULL) {
        return error;
    }
    if (f->error_object != NULL) {
        error_setg(errp, "%s", error_get_pretty(f->error_object));
    } else if (migcore_get_error(migcore_qemu_priv_visitor(f), &report) == MIGCORE_OK && report.status != MIGCORE_OK) {
        (void)migcore_error_text(&report, text, sizeof text);
        error_setg(errp, "%s", text);
    } else {
        error_setg_errno(errp, (int)-(unsigned)error, "error of the migration file");
    }
    return error;
}
#endif

/* -- Bytes --------------------------------------------------------------------------------------------------------- */

static inline void migcore_qemu_priv_put(QEMUFile *f, const void *data, size_t length)
{
    if (f->error == 0) {
        migcore_status status = migcore_put_raw(migcore_qemu_priv_visitor(f), data, length);

        if (__builtin_expect(status != MIGCORE_OK, 0)) {
            migcore_qemu_priv_refused(f, status);
        }
    }
}

/* The number of bytes got; fewer than `length` only with an error. */
static inline size_t migcore_qemu_priv_get(QEMUFile *f, void *data, size_t length)
{
    size_t got = 0;

    if (f->error == 0) {
        migcore_status status = migcore_get_raw(migcore_qemu_priv_visitor(f), data, length, &got);

        if (__builtin_expect(status != MIGCORE_OK, 0)) {
            migcore_qemu_priv_refused(f, status);
        }
    }
    return got;
}

/* A number of `length` bytes, most significant first. Bytes that are missing at the end count as 0. */
static inline uint64_t migcore_qemu_priv_get_be(QEMUFile *f, size_t length)
{
    uint8_t bytes[8] = { 0 };
    size_t got = migcore_qemu_priv_get(f, bytes, length);
    uint64_t value = 0;

    for (size_t i = 0; i < length; i++) {
        value = value << 8 | (i < got ? bytes[i] : 0);
    }
    return value;
}

static inline void migcore_qemu_priv_put_be(QEMUFile *f, uint64_t value, size_t length)
{
    uint8_t bytes[8];

    for (size_t i = length; i-- > 0; value >>= 8) {
        bytes[i] = (uint8_t)value;
    }
    migcore_qemu_priv_put(f, bytes, length);
}

static inline void qemu_put_buffer(QEMUFile *f, const uint8_t *data, migcore_qemu_size size)
{
    if (size > 0) {
        migcore_qemu_priv_put(f, data, (size_t)size);
    }
}

static inline migcore_qemu_size qemu_get_buffer(QEMUFile *f, uint8_t *data, migcore_qemu_size size)
{
    return size > 0 ? (migcore_qemu_size)migcore_qemu_priv_get(f, data, (size_t)size) : 0;
}

/* -- Numbers ------------------------------------------------------------------------------------------------------- */

#define MIGCORE_QEMU_PRIV_NUMBER(name, type, length) \
    static inline void qemu_put_##name(QEMUFile *f, type value) \
    { \
        migcore_qemu_priv_put_be(f, (uint64_t)value, length); \
    } \
    static inline type qemu_get_##name(QEMUFile *f) \
    { \
        return (type)migcore_qemu_priv_get_be(f, length); \
    }

MIGCORE_QEMU_PRIV_NUMBER(byte, int, 1)
MIGCORE_QEMU_PRIV_NUMBER(be16, unsigned int, 2)
MIGCORE_QEMU_PRIV_NUMBER(be32, unsigned int, 4)
MIGCORE_QEMU_PRIV_NUMBER(be64, uint64_t, 8)
/* As in QEMU, a signed 16-bit get does not extend the sign: what device code stores into an int16_t comes out right. */
MIGCORE_QEMU_PRIV_NUMBER(sbe16, int, 2)
MIGCORE_QEMU_PRIV_NUMBER(sbe32, int, 4)
MIGCORE_QEMU_PRIV_NUMBER(sbe64, int64_t, 8)

#define qemu_put_sbyte qemu_put_byte
#define qemu_get_sbyte qemu_get_byte

#if MIGCORE_QEMU_API < 210
MIGCORE_QEMU_PRIV_NUMBER(ubyte, unsigned int, 1)

static inline void qemu_put_sbuffer(QEMUFile *f, const int8_t *data, migcore_qemu_size size)
{
    qemu_put_buffer(f, (const uint8_t *)data, size);
}

static inline size_t qemu_get_sbuffer(QEMUFile *f, int8_t *data, int size)
{
    return size > 0 ? migcore_qemu_priv_get(f, data, (size_t)size) : 0;
}
#endif

/* The forms that take the place of the value. */
#define MIGCORE_QEMU_PRIV_PLACE(name, type, length) \
    static inline void qemu_put_##name(QEMUFile *f, const type *place) \
    { \
        migcore_qemu_priv_put_be(f, (uint64_t)*place, length); \
    } \
    static inline void qemu_get_##name(QEMUFile *f, type *place) \
    { \
        *place = (type)migcore_qemu_priv_get_be(f, length); \
    }

MIGCORE_QEMU_PRIV_PLACE(8s, uint8_t, 1)
MIGCORE_QEMU_PRIV_PLACE(be16s, uint16_t, 2)
MIGCORE_QEMU_PRIV_PLACE(be32s, uint32_t, 4)
MIGCORE_QEMU_PRIV_PLACE(be64s, uint64_t, 8)
MIGCORE_QEMU_PRIV_PLACE(s8s, int8_t, 1)
MIGCORE_QEMU_PRIV_PLACE(sbe16s, int16_t, 2)
MIGCORE_QEMU_PRIV_PLACE(sbe32s, int32_t, 4)
MIGCORE_QEMU_PRIV_PLACE(sbe64s, int64_t, 8)

#ifdef MIGCORE_QEMU_TARGET_LONG_BITS
#if MIGCORE_QEMU_TARGET_LONG_BITS == 64
#define qemu_put_betl qemu_put_be64
#define qemu_get_betl qemu_get_be64
#define qemu_put_betls qemu_put_be64s
#define qemu_get_betls qemu_get_be64s
#define qemu_put_sbetl qemu_put_sbe64
#define qemu_get_sbetl qemu_get_sbe64
#define qemu_put_sbetls qemu_put_sbe64s
#define qemu_get_sbetls qemu_get_sbe64s
#elif MIGCORE_QEMU_TARGET_LONG_BITS == 32
#define qemu_put_betl qemu_put_be32
#define qemu_get_betl qemu_get_be32
#define qemu_put_betls qemu_put_be32s
#define qemu_get_betls qemu_get_be32s
#define qemu_put_sbetl qemu_put_sbe32
#define qemu_get_sbetl qemu_get_sbe32
#define qemu_put_sbetls qemu_put_sbe32s
#define qemu_get_sbetls qemu_get_sbe32s
#else
#error "MIGCORE_QEMU_TARGET_LONG_BITS is 32 or 64"
#endif
#endif

/* A length byte, then the text without its NUL. */
#if MIGCORE_QEMU_API >= 212
static inline void qemu_put_counted_string(QEMUFile *f, const char *text)
{
    size_t length = strlen(text);

    if (length > 255) {
        migcore_qemu_priv_set_error(f, -EINVAL);
        return;
    }
    qemu_put_byte(f, (int)length);
    migcore_qemu_priv_put(f, text, length);
}
#endif

#if MIGCORE_QEMU_API >= 204
/* The length, or 0 where the stream ends too early; `text` ends in NUL either way. */
static inline size_t qemu_get_counted_string(QEMUFile *f, char text[256])
{
    size_t length = (size_t)qemu_get_byte(f);
    size_t got = migcore_qemu_priv_get(f, text, length);

    text[got] = '\0';
    return got == length ? got : 0;
}
#endif

/* -- Looking ahead ------------------------------------------------------------------------------------------------- */

/* Copies up to `length` bytes that begin `ahead` bytes from here; fewer at the end of the stream, 0 after an error. */
static inline size_t migcore_qemu_priv_peek(QEMUFile *f, void *data, size_t length, size_t ahead)
{
    size_t got = 0;

    if (f->error == 0) {
        migcore_status status = migcore_peek_raw(migcore_qemu_priv_visitor(f), ahead, data, length, &got);

        if (__builtin_expect(status != MIGCORE_OK, 0)) {
            migcore_qemu_priv_refused(f, status);
        }
    }
    return got;
}

#if MIGCORE_QEMU_API >= 200
static inline int qemu_peek_byte(QEMUFile *f, int ahead)
{
    uint8_t byte = 0;

    return migcore_qemu_priv_peek(f, &byte, 1, (size_t)ahead) == 1 ? byte : 0;
}

static inline void qemu_file_skip(QEMUFile *f, int size)
{
    uint8_t dropped[64];

    while (size > 0 && f->error == 0) {
        size_t piece = (size_t)size < sizeof dropped ? (size_t)size : sizeof dropped;

        (void)migcore_qemu_priv_get(f, dropped, piece);
        size -= (int)piece;
    }
}

#if MIGCORE_QEMU_API < 204
static inline int qemu_peek_buffer(QEMUFile *f, uint8_t *data, int size, size_t ahead)
{
    return size > 0 ? (int)migcore_qemu_priv_peek(f, data, (size_t)size, ahead) : 0;
}
#else
/* *data becomes a place inside the file, good until the next peek. */
static inline migcore_qemu_size qemu_peek_buffer(QEMUFile *f, uint8_t **data, migcore_qemu_size size, size_t ahead)
{
    *data = f->peeked;
    if (size > 0 && (size_t)size > sizeof f->peeked) {
        migcore_qemu_priv_set_error(f, -ENOBUFS);
        return 0;
    }
    return size > 0 ? (migcore_qemu_size)migcore_qemu_priv_peek(f, f->peeked, (size_t)size, ahead) : 0;
}
#endif
#endif

#if MIGCORE_QEMU_API >= 205
/* QEMU may answer with a pointer into its own buffer; this one always copies to the buffer that *data already is. */
static inline size_t qemu_get_buffer_in_place(QEMUFile *f, uint8_t **data, size_t size)
{
    return qemu_get_buffer(f, *data, size);
}
#endif

/* -- Position and life --------------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API < 702
static inline int64_t qemu_ftell(QEMUFile *f)
{
    return (int64_t)migcore_qemu_file_position(f);
}
#elif MIGCORE_QEMU_API < 801
static inline int64_t qemu_file_total_transferred(QEMUFile *f)
{
    return (int64_t)migcore_qemu_file_position(f);
}
#else
static inline uint64_t qemu_file_transferred(QEMUFile *f)
{
    return migcore_qemu_file_position(f);
}
#endif

#if MIGCORE_QEMU_API >= 203 && MIGCORE_QEMU_API < 702
static inline int64_t qemu_ftell_fast(QEMUFile *f)
{
    return qemu_ftell(f);
}
#endif

#if MIGCORE_QEMU_API >= 202 && MIGCORE_QEMU_API < 801
static inline bool qemu_file_is_writable(QEMUFile *f)
{
    return !migcore_is_loading(migcore_qemu_priv_visitor(f));
}
#endif

static inline int migcore_qemu_priv_flush(QEMUFile *f)
{
    migcore_visitor *v = migcore_qemu_priv_visitor(f);

    if (f->error == 0 && !migcore_is_loading(v)) {
        migcore_status status = migcore_flush(v);

        if (status != MIGCORE_OK) {
            migcore_qemu_priv_refused(f, status);
        }
    }
    return migcore_qemu_priv_error(f);
}

#if MIGCORE_QEMU_API >= 802
static inline int qemu_fflush(QEMUFile *f)
{
    return migcore_qemu_priv_flush(f);
}
#else
static inline void qemu_fflush(QEMUFile *f)
{
    (void)migcore_qemu_priv_flush(f);
}
#endif

/* Writes what is held back and gives the file's error, 0 if it never had one. A visitor of the caller is not finished. */
static inline int qemu_fclose(QEMUFile *f)
{
    int error = migcore_qemu_priv_flush(f);

    if (error == 0 && f->other == NULL) {
        error = migcore_qemu_errno(migcore_finish(&f->legacy.visitor), 0);
    }
    error_free(f->error_object);
    f->error_object = NULL;
    return error;
}

/* The visit of a device that still has a pair of functions, as they were given to register_savevm: over any visitor, and so
 * in the table of a migcore_machine. What they put is raw bytes in the state of the device. `load` gets the version of the
 * state; a result that is not 0 is a refusal, with that number as its cause. */
static inline migcore_status migcore_qemu_visit_handlers(migcore_visitor *v, void (*save)(QEMUFile *f, void *opaque),
                                                         int (*load)(QEMUFile *f, void *opaque, int version_id),
                                                         void *opaque)
{
    QEMUFile f;
    int error = 0;

    if (migcore_qemu_file_init_visitor(&f, v) != MIGCORE_OK) {
        return migcore_get_status(v);
    }
    if (migcore_is_loading(v)) {
        error = load(&f, opaque, (int)migcore_state_version(v));
    } else {
        save(&f, opaque);
    }
    migcore_qemu_priv_set_error(&f, error);
    error_free(f.error_object);
    return migcore_get_status(v);
}

#endif /* MIGCORE_QEMU_FILE_H */
