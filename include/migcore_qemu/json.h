/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/json.h - the writer with which a field describes itself. Included by migcore_qemu.h.
 *
 * JSONWriter from 6.0 on, QJSON from 2.3 to 5.2: QEMU's names over a migcore_vmdesc, its own or another. So what a table
 * is saved with tells the fields of the table, and an info or a device adds keys of its own to what is open.
 *
 * json_writer_new and qjson_new need MIGCORE_QEMU_MALLOC(bytes), and MIGCORE_QEMU_FREE(memory) if that is not for free().
 * migcore_qemu_json_init makes the same over memory of the caller; that writer stays where it is. A text that could not be written whole is NULL,
 * and so is one that goes to a sink.
 */
#ifndef MIGCORE_QEMU_JSON_H
#define MIGCORE_QEMU_JSON_H

#if MIGCORE_QEMU_API >= 600
#define MIGCORE_QEMU_PRIV_JSON JSONWriter
#else
#define MIGCORE_QEMU_PRIV_JSON QJSON
#endif

typedef struct MIGCORE_QEMU_PRIV_JSON MIGCORE_QEMU_PRIV_JSON;
struct MIGCORE_QEMU_PRIV_JSON {
    migcore_vmdesc *to;    /* what it writes to: the next member, or a description that is elsewhere */
    migcore_vmdesc vmdesc;
    bool made;             /* by json_writer_new: */
    char *text;            /* its text, in memory that grows */
    size_t length, capacity;
};

/* What a writer writes to, for migcore_vmstate_host.description and the calls of migcore.h; NULL for NULL. */
static inline migcore_vmdesc *migcore_qemu_json_vmdesc(MIGCORE_QEMU_PRIV_JSON *writer)
{
    return writer != NULL ? writer->to : NULL;
}

/* Makes `writer` one that writes to a description of the program, and returns it: what an info gets. NULL where there is no
   description, or nothing is to be told. */
static inline MIGCORE_QEMU_PRIV_JSON *migcore_qemu_json_over(MIGCORE_QEMU_PRIV_JSON *writer, migcore_vmdesc *description)
{
    writer->to = description;
    writer->made = false;
    writer->text = NULL;
    return description == NULL || migcore_vmdesc_is_muted(description) ? NULL : writer;
}

/* A writer over memory of the caller, which must have room for a NUL behind the text. */
static inline migcore_status migcore_qemu_json_init(MIGCORE_QEMU_PRIV_JSON *writer, bool pretty, char *memory,
                                                    size_t capacity)
{
    memset(writer, 0, sizeof *writer);
    writer->to = &writer->vmdesc;
    return migcore_vmdesc_init(&writer->vmdesc, sizeof writer->vmdesc, memory, capacity, MIGCORE_QEMU_API, pretty);
}

/* The text, and its length where `length` is not NULL; NULL if it is not whole. What memory of the caller would need is
   told nevertheless. */
static inline const char *migcore_qemu_json_text(MIGCORE_QEMU_PRIV_JSON *writer, size_t *length)
{
    const char *text = NULL;
    migcore_status status = migcore_vmdesc_finish(writer->to, &text, length);

    return status == MIGCORE_OK && writer->text != NULL ? writer->text : text;
}

#ifdef MIGCORE_QEMU_MALLOC
#ifdef MIGCORE_QEMU_FREE
#define MIGCORE_QEMU_PRIV_JSON_FREE(memory) MIGCORE_QEMU_FREE(memory)
#else
#define MIGCORE_QEMU_PRIV_JSON_FREE(memory) free(memory)
#endif

/* A sink that keeps all, with a NUL behind it. */
static inline ptrdiff_t migcore_qemu_priv_json_grow(void *opaque, const void *data, size_t length)
{
    MIGCORE_QEMU_PRIV_JSON *writer = (MIGCORE_QEMU_PRIV_JSON *)opaque;
    size_t needed = writer->length + length + 1;

    if (needed > writer->capacity) {
        char *text = (char *)MIGCORE_QEMU_MALLOC(2 * needed);

        if (text == NULL) {
            return -ENOMEM;
        }
        if (writer->text != NULL) {
            memcpy(text, writer->text, writer->length);
            MIGCORE_QEMU_PRIV_JSON_FREE(writer->text);
        }
        writer->text = text;
        writer->capacity = 2 * needed;
    }
    memcpy(writer->text + writer->length, data, length);
    writer->length += length;
    writer->text[writer->length] = '\0';
    return (ptrdiff_t)length;
}

/* NULL when there is no memory. */
static inline MIGCORE_QEMU_PRIV_JSON *migcore_qemu_priv_json_new(bool pretty)
{
    MIGCORE_QEMU_PRIV_JSON *writer = (MIGCORE_QEMU_PRIV_JSON *)MIGCORE_QEMU_MALLOC(sizeof *writer);
    migcore_sink sink = { .size = sizeof sink, .write = migcore_qemu_priv_json_grow, .opaque = writer };

    if (writer != NULL) {
        memset(writer, 0, sizeof *writer);
        writer->to = &writer->vmdesc;
        writer->made = true;
        migcore_vmdesc_init_sink(&writer->vmdesc, sizeof writer->vmdesc, &sink, MIGCORE_QEMU_API, pretty);
    }
    return writer;
}

static inline void migcore_qemu_priv_json_free(MIGCORE_QEMU_PRIV_JSON *writer)
{
    if (writer != NULL && writer->made) {
        if (writer->text != NULL) {
            MIGCORE_QEMU_PRIV_JSON_FREE(writer->text);
        }
        MIGCORE_QEMU_PRIV_JSON_FREE(writer);
    }
}
#endif

#if MIGCORE_QEMU_API >= 600

#ifdef MIGCORE_QEMU_MALLOC
static inline JSONWriter *json_writer_new(bool pretty)
{
    return migcore_qemu_priv_json_new(pretty);
}

static inline void json_writer_free(JSONWriter *writer)
{
    migcore_qemu_priv_json_free(writer);
}

#ifdef MIGCORE_QEMU_GLIB
static inline GString *json_writer_get_and_free(JSONWriter *writer)
{
    GString *text = g_string_new(migcore_qemu_json_text(writer, NULL));

    migcore_qemu_priv_json_free(writer);
    return text;
}
#endif
#endif

static inline const char *json_writer_get(JSONWriter *writer)
{
    return migcore_qemu_json_text(writer, NULL);
}

static inline void json_writer_start_object(JSONWriter *writer, const char *name)
{
    migcore_vmdesc_begin_object(writer->to, name);
}

static inline void json_writer_end_object(JSONWriter *writer)
{
    migcore_vmdesc_end_object(writer->to);
}

static inline void json_writer_start_array(JSONWriter *writer, const char *name)
{
    migcore_vmdesc_begin_array(writer->to, name);
}

static inline void json_writer_end_array(JSONWriter *writer)
{
    migcore_vmdesc_end_array(writer->to);
}

static inline void json_writer_bool(JSONWriter *writer, const char *name, bool val)
{
    migcore_vmdesc_boolean(writer->to, name, val);
}

static inline void json_writer_null(JSONWriter *writer, const char *name)
{
    migcore_vmdesc_null(writer->to, name);
}

static inline void json_writer_int64(JSONWriter *writer, const char *name, int64_t val)
{
    migcore_vmdesc_signed(writer->to, name, val);
}

static inline void json_writer_uint64(JSONWriter *writer, const char *name, uint64_t val)
{
    migcore_vmdesc_unsigned(writer->to, name, val);
}

/* What JSON cannot write, an infinity, is null. */
static inline void json_writer_double(JSONWriter *writer, const char *name, double val)
{
    char text[40], *point;

    if (!(val - val == 0)) {
        migcore_vmdesc_null(writer->to, name);
        return;
    }
    snprintf(text, sizeof text, "%.17g", val);
    point = text + strspn(text, "-0123456789");
    if (*point != '\0' && *point != 'e') {
        *point = '.'; /* the locale's may be another */
    }
    migcore_vmdesc_number(writer->to, name, text);
}

static inline void json_writer_str(JSONWriter *writer, const char *name, const char *str)
{
    migcore_vmdesc_string(writer->to, name, str);
}

#elif MIGCORE_QEMU_API >= 203

#ifdef MIGCORE_QEMU_MALLOC
/* Opens the outermost object. */
static inline QJSON *qjson_new(void)
{
    QJSON *json = migcore_qemu_priv_json_new(false);

    if (json != NULL) {
        migcore_vmdesc_begin_object(json->to, NULL);
    }
    return json;
}

static inline void qjson_destroy(QJSON *json)
{
    migcore_qemu_priv_json_free(json);
}
#endif

/* Closes the outermost object. */
static inline void qjson_finish(QJSON *json)
{
    migcore_vmdesc_end_object(json->to);
}

static inline const char *qjson_get_str(QJSON *json)
{
    return migcore_qemu_json_text(json, NULL);
}

static inline void json_start_object(QJSON *json, const char *name)
{
    migcore_vmdesc_begin_object(json->to, name);
}

static inline void json_end_object(QJSON *json)
{
    migcore_vmdesc_end_object(json->to);
}

static inline void json_start_array(QJSON *json, const char *name)
{
    migcore_vmdesc_begin_array(json->to, name);
}

static inline void json_end_array(QJSON *json)
{
    migcore_vmdesc_end_array(json->to);
}

static inline void json_prop_int(QJSON *json, const char *name, int64_t val)
{
    migcore_vmdesc_signed(json->to, name, val);
}

static inline void json_prop_str(QJSON *json, const char *name, const char *str)
{
    migcore_vmdesc_string(json->to, name, str);
}

#endif

#endif /* MIGCORE_QEMU_JSON_H */
