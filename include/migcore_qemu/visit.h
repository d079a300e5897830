/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/visit.h - visits with `Error **`. Included by migcore_qemu.h.
 *
 * A Visitor is a migcore_visitor under QEMU's name: the same address, so migcore_qemu_native() and
 * migcore_qemu_visitor_of() convert for nothing and a device may mix visit_* and migcore_visit_* calls.
 *
 * On save a visit only reads `*value`; on load it writes it, and leaves it alone when it fails. `name` may be NULL where
 * there is nothing to say, such as for an element of a list.
 *
 *     visit_type_*, visit_start_*     QEMU's names, in the argument order and with the result of MIGCORE_QEMU_API:
 *                                         up to 2.5    (v, value, name, errp)    void
 *                                         up to 5.0    (v, name, value, errp)    void
 *                                         from 5.1     (v, name, value, errp)    bool, true is success
 *     visit_type_u8 .. visit_type_i64  the same under short names, for every release
 *     migcore_qemu_visit_*            ours: (v, name, value, errp) and bool in every release, and what QEMU's visitors
 *     migcore_qemu_begin_*, end_*     lack: arrays, byte buffers, devices, lists of structs, subsections
 */
#ifndef MIGCORE_QEMU_VISIT_H
#define MIGCORE_QEMU_VISIT_H

#if MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_VISITOR
typedef migcore_visitor migcore_qemu_visitor;
#else
typedef struct Visitor Visitor;
struct Visitor {
    migcore_visitor head;
};
typedef Visitor migcore_qemu_visitor;
#endif

static inline migcore_visitor *migcore_qemu_native(migcore_qemu_visitor *v)
{
    return (migcore_visitor *)v;
}

static inline migcore_qemu_visitor *migcore_qemu_visitor_of(migcore_visitor *v)
{
    return (migcore_qemu_visitor *)v;
}

/* Out of the way of visits that succeed: tells the host's file, if there is one, and fills errp. */
__attribute__((cold))
static inline void migcore_qemu_priv_failed(migcore_visitor *v, migcore_status status, Error **errp)
{
    migcore_error report = { .size = sizeof report };
    char text[MIGCORE_QEMU_ERROR_TEXT];
    /* Not so where the call was refused without touching the visit: no visitor, BUSY. */
    bool reported = migcore_get_error(v, &report) == MIGCORE_OK && report.status == status;
    migcore_qemu_link *link = v != NULL ? migcore_qemu_priv_find(NULL, v) : NULL;

    if (link != NULL) {
        link->fail(link, migcore_qemu_errno(status, reported ? report.cause : 0));
    }
    if (errp != NULL && reported) {
        (void)migcore_error_text(&report, text, sizeof text);
        error_setg(errp, "%s", text);
    } else if (errp != NULL) {
        error_setg(errp, "%s", migcore_status_text(status));
    }
}

/* Turns the status of any migcore_* call on a visitor into QEMU's way: true, or false and an Error. */
static inline bool migcore_qemu_check(migcore_qemu_visitor *v, migcore_status status, Error **errp)
{
    if (__builtin_expect(status != MIGCORE_OK, 0)) {
        migcore_qemu_priv_failed(migcore_qemu_native(v), status, errp);
        return false;
    }
    return true;
}

/* An Error that is there already stays, and nothing more is visited; so one check at the end of a device is enough. */
static inline bool migcore_qemu_priv_may_go_on(Error **errp)
{
    return errp == NULL || *errp == NULL;
}

#define MIGCORE_QEMU_PRIV_TRY(v, errp, call) \
    return migcore_qemu_priv_may_go_on(errp) && migcore_qemu_check((v), (call), (errp))

/* Scalars and arrays of them, once per type. */
#define MIGCORE_QEMU_PRIV_OWN(suffix, type) \
    static inline bool migcore_qemu_visit_##suffix(migcore_qemu_visitor *v, const char *name, type *value, Error **errp) \
    { \
        MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_visit_##suffix(migcore_qemu_native(v), name, value)); \
    } \
    static inline bool migcore_qemu_visit_##suffix##_array(migcore_qemu_visitor *v, const char *name, type *values, \
                                                           size_t count, Error **errp) \
    { \
        MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_visit_##suffix##_array(migcore_qemu_native(v), name, values, count)); \
    }

MIGCORE_QEMU_PRIV_OWN(bool, bool)
MIGCORE_QEMU_PRIV_OWN(u8, uint8_t)
MIGCORE_QEMU_PRIV_OWN(u16, uint16_t)
MIGCORE_QEMU_PRIV_OWN(u32, uint32_t)
MIGCORE_QEMU_PRIV_OWN(u64, uint64_t)
MIGCORE_QEMU_PRIV_OWN(i8, int8_t)
MIGCORE_QEMU_PRIV_OWN(i16, int16_t)
MIGCORE_QEMU_PRIV_OWN(i32, int32_t)
MIGCORE_QEMU_PRIV_OWN(i64, int64_t)
MIGCORE_QEMU_PRIV_OWN(f64, double)

/* Exactly `length` bytes, as qemu_put_buffer and qemu_get_buffer move them. */
static inline bool migcore_qemu_visit_bytes(migcore_qemu_visitor *v, const char *name, void *data, size_t length,
                                            Error **errp)
{
    MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_visit_bytes(migcore_qemu_native(v), name, data, length));
}

/* A be32 length, then that many bytes; a stream that says more than `capacity` is an error. */
static inline bool migcore_qemu_visit_varbytes(migcore_qemu_visitor *v, const char *name, void *data, size_t capacity,
                                               size_t *length, Error **errp)
{
    MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_visit_varbytes(migcore_qemu_native(v), name, data, capacity, length));
}

/* A counted string: a byte with the length, then the text; `capacity` counts the NUL that is added on load. */
static inline bool migcore_qemu_visit_string(migcore_qemu_visitor *v, const char *name, char *text, size_t capacity,
                                             Error **errp)
{
    MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_visit_string(migcore_qemu_native(v), name, text, capacity));
}

/* A device: its owner opens it, and the device visits what is inside. See migcore_begin_device(), and before it
   migcore_set_state_version(), for what the framing of a section says. */
static inline bool migcore_qemu_begin_device(migcore_qemu_visitor *v, const char *name, uint32_t instance,
                                             uint32_t version, uint32_t minimum_version, Error **errp)
{
    MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_begin_device(migcore_qemu_native(v), name, instance, version,
                                                        minimum_version));
}

/* What may be there or not: a bool, and items up to the end only if it is true. On load `*present` is false after an
   error. The end comes in any case. */
static inline bool migcore_qemu_begin_optional(migcore_qemu_visitor *v, const char *name, bool *present, Error **errp)
{
    MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_begin_optional(migcore_qemu_native(v), name, present));
}

/* Structs, and lists of `count` structs: begin_list, for each (begin_element, visits, end_element), end_list. */
static inline bool migcore_qemu_begin_struct(migcore_qemu_visitor *v, const char *name, Error **errp)
{
    MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_begin_struct(migcore_qemu_native(v), name));
}

static inline bool migcore_qemu_begin_list(migcore_qemu_visitor *v, const char *name, size_t count, Error **errp)
{
    MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_begin_list(migcore_qemu_native(v), name, count));
}

#define MIGCORE_QEMU_PRIV_SCOPE(verb) \
    static inline bool migcore_qemu_##verb(migcore_qemu_visitor *v, Error **errp) \
    { \
        MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_##verb(migcore_qemu_native(v))); \
    }

MIGCORE_QEMU_PRIV_SCOPE(end_device)
MIGCORE_QEMU_PRIV_SCOPE(end_optional)
MIGCORE_QEMU_PRIV_SCOPE(end_struct)
MIGCORE_QEMU_PRIV_SCOPE(begin_element)
MIGCORE_QEMU_PRIV_SCOPE(end_element)
MIGCORE_QEMU_PRIV_SCOPE(end_list)

/* All subsections of the description `owner`, written if needed and read in the stream's order; see migcore.h. */
static inline bool migcore_qemu_visit_subsections(migcore_qemu_visitor *v, const char *owner,
                                                  const migcore_subsection *table, size_t count, void *opaque,
                                                  Error **errp)
{
    MIGCORE_QEMU_PRIV_TRY(v, errp, migcore_visit_subsections(migcore_qemu_native(v), owner, table, count, opaque));
}

#if !(MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_VISITOR)

#if MIGCORE_QEMU_API >= 501
#define MIGCORE_QEMU_PRIV_RESULT bool
#define MIGCORE_QEMU_PRIV_RETURN return
#else
#define MIGCORE_QEMU_PRIV_RESULT void
#define MIGCORE_QEMU_PRIV_RETURN (void)
#endif

#if MIGCORE_QEMU_API >= 206
#define MIGCORE_QEMU_PRIV_TYPED(name, suffix, type) \
    static inline MIGCORE_QEMU_PRIV_RESULT visit_type_##name(Visitor *v, const char *field, type *value, Error **errp) \
    { \
        MIGCORE_QEMU_PRIV_RETURN migcore_qemu_visit_##suffix(v, field, value, errp); \
    }
#else
#define MIGCORE_QEMU_PRIV_TYPED(name, suffix, type) \
    static inline MIGCORE_QEMU_PRIV_RESULT visit_type_##name(Visitor *v, type *value, const char *field, Error **errp) \
    { \
        MIGCORE_QEMU_PRIV_RETURN migcore_qemu_visit_##suffix(v, field, value, errp); \
    }
#endif

MIGCORE_QEMU_PRIV_TYPED(bool, bool, bool)
MIGCORE_QEMU_PRIV_TYPED(uint8, u8, uint8_t)
MIGCORE_QEMU_PRIV_TYPED(uint16, u16, uint16_t)
MIGCORE_QEMU_PRIV_TYPED(uint32, u32, uint32_t)
MIGCORE_QEMU_PRIV_TYPED(uint64, u64, uint64_t)
MIGCORE_QEMU_PRIV_TYPED(int8, i8, int8_t)
MIGCORE_QEMU_PRIV_TYPED(int16, i16, int16_t)
MIGCORE_QEMU_PRIV_TYPED(int32, i32, int32_t)
MIGCORE_QEMU_PRIV_TYPED(int64, i64, int64_t)
MIGCORE_QEMU_PRIV_TYPED(int, i64, int64_t)
MIGCORE_QEMU_PRIV_TYPED(size, u64, uint64_t)
MIGCORE_QEMU_PRIV_TYPED(number, f64, double)

MIGCORE_QEMU_PRIV_TYPED(u8, u8, uint8_t)
MIGCORE_QEMU_PRIV_TYPED(u16, u16, uint16_t)
MIGCORE_QEMU_PRIV_TYPED(u32, u32, uint32_t)
MIGCORE_QEMU_PRIV_TYPED(u64, u64, uint64_t)
MIGCORE_QEMU_PRIV_TYPED(i8, i8, int8_t)
MIGCORE_QEMU_PRIV_TYPED(i16, i16, int16_t)
MIGCORE_QEMU_PRIV_TYPED(i32, i32, int32_t)
MIGCORE_QEMU_PRIV_TYPED(i64, i64, int64_t)
MIGCORE_QEMU_PRIV_TYPED(s8, i8, int8_t)
MIGCORE_QEMU_PRIV_TYPED(s16, i16, int16_t)
MIGCORE_QEMU_PRIV_TYPED(s32, i32, int32_t)
MIGCORE_QEMU_PRIV_TYPED(s64, i64, int64_t)

#ifdef MIGCORE_QEMU_MALLOC
/* A text of at most 255 bytes. On load `*text` is new memory; what it pointed to before is not freed, as in QEMU. */
static inline bool migcore_qemu_visit_str(Visitor *v, const char *name, char **text, Error **errp)
{
    char buffer[256] = "";
    size_t size;

    if (!migcore_is_loading(migcore_qemu_native(v))) {
        /* The visitor only reads on save; NULL travels as an empty text. */
        char *saved = *text != NULL ? *text : buffer;
        return migcore_qemu_visit_string(v, name, saved, strlen(saved) + 1, errp);
    }
    if (!migcore_qemu_visit_string(v, name, buffer, sizeof buffer, errp)) {
        return false;
    }
    size = strlen(buffer) + 1;
    *text = (char *)MIGCORE_QEMU_MALLOC(size);
    if (*text == NULL) {
        return migcore_qemu_check(v, migcore_fail(migcore_qemu_native(v), name, MIGCORE_REFUSED, -ENOMEM), errp);
    }
    memcpy(*text, buffer, size);
    return true;
}

MIGCORE_QEMU_PRIV_TYPED(str, str, char *)
#endif

/* `object` is where QEMU's input visitors would put a struct that they allocate. Ours load in place: it may be NULL, or
   point to the struct that there is; asking for an allocation is an error. */
static inline bool migcore_qemu_priv_start_struct(Visitor *v, const char *name, void **object, Error **errp)
{
    if (object != NULL && *object == NULL && migcore_is_loading(migcore_qemu_native(v))) {
        return migcore_qemu_check(v, migcore_fail(migcore_qemu_native(v), name, MIGCORE_UNSUPPORTED, 0), errp);
    }
    return migcore_qemu_begin_struct(v, name, errp);
}

#if MIGCORE_QEMU_API >= 206
static inline MIGCORE_QEMU_PRIV_RESULT visit_start_struct(Visitor *v, const char *name, void **object, size_t size,
                                                          Error **errp)
#else
static inline MIGCORE_QEMU_PRIV_RESULT visit_start_struct(Visitor *v, void **object, const char *kind, const char *name,
                                                          size_t size, Error **errp)
#endif
{
    (void)size;
#if MIGCORE_QEMU_API < 206
    (void)kind;
#endif
    MIGCORE_QEMU_PRIV_RETURN migcore_qemu_priv_start_struct(v, name, object, errp);
}

#if MIGCORE_QEMU_API >= 207
static inline MIGCORE_QEMU_PRIV_RESULT visit_check_struct(Visitor *v, Error **errp)
{
    MIGCORE_QEMU_PRIV_RETURN migcore_qemu_check(v, migcore_get_status(migcore_qemu_native(v)), errp);
}

/* Without errp: what is wrong at the end stays in the visitor, and the next visit or the file tells. */
static inline void visit_end_struct(Visitor *v, void **object)
{
    (void)object;
    (void)migcore_qemu_end_struct(v, NULL);
}
#else
static inline void visit_end_struct(Visitor *v, Error **errp)
{
    (void)migcore_qemu_end_struct(v, errp);
}
#endif

/* A bool that says whether a member follows. From 2.1 on nothing ends it, so the member stands beside it, not inside. */
#if MIGCORE_QEMU_API >= 201
static inline bool migcore_qemu_priv_optional(Visitor *v, const char *name, bool *present, Error **errp)
{
    return migcore_qemu_begin_optional(v, name, present, errp) && migcore_qemu_end_optional(v, errp);
}
#endif

#if MIGCORE_QEMU_API >= 206
static inline bool visit_optional(Visitor *v, const char *name, bool *present)
{
    return migcore_qemu_priv_optional(v, name, present, NULL) && *present;
}
#elif MIGCORE_QEMU_API >= 201
static inline void visit_optional(Visitor *v, bool *present, const char *name, Error **errp)
{
    (void)migcore_qemu_priv_optional(v, name, present, errp);
}
#else
static inline void visit_start_optional(Visitor *v, bool *present, const char *name, Error **errp)
{
    (void)migcore_qemu_begin_optional(v, name, present, errp);
}

static inline void visit_end_optional(Visitor *v, Error **errp)
{
    (void)migcore_qemu_end_optional(v, errp);
}
#endif

static inline bool visit_is_input(Visitor *v)
{
    return migcore_is_loading(migcore_qemu_native(v));
}

#endif /* Visitor of our own */

#endif /* MIGCORE_QEMU_VISIT_H */
