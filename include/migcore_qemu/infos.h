/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/infos.h - the vmstate_info_* objects. Included by migcore_qemu.h.
 *
 * Each source file has its own, with functions of the release that it is compiled for. What they are in a table, the
 * library knows by their kind; the functions are for device code that calls them:
 *
 *     vmstate_info_uint32.put(f, &s->control, sizeof s->control, NULL, NULL);
 *
 * They save or load what a table with this one field would. `field` may be NULL for plain values.
 *
 * vmstate_info_int32_le does in every release what it does since 2.1. vmstate_info_fd and vmstate_info_g_byte_array
 * answer -ENOTSUP: what they move does not fit through a QEMUFile of ours, or is not known here.
 */
#ifndef MIGCORE_QEMU_INFOS_H
#define MIGCORE_QEMU_INFOS_H

static inline bool migcore_qemu_priv_always(void *opaque, int version_id)
{
    (void)opaque;
    (void)version_id;
    return true;
}

/* A value of a kind that the library knows, as the only field of a table. That has no name: who calls has told of the
   field, and a description gets what is inside of it. */
static inline int migcore_qemu_priv_one(QEMUFile *f, void *pv, size_t size, const VMStateField *field,
                                        const VMStateInfo *info, MIGCORE_QEMU_PRIV_JSON *json, Error **errp)
{
    VMStateField fields[2] = { { .name = info->name, .info = info }, { .name = NULL } };
    VMStateDescription vmsd = { .name = "", .fields = fields };

    if (field != NULL) {
        fields[0] = *field;
        fields[0].info = info;
        fields[0].offset = 0;
    }
    fields[0].size = size;
    fields[0].flags = VMS_SINGLE;
    fields[0].field_exists = migcore_qemu_priv_always;
    if (pv == NULL && (info->migcore_kind == MIGCORE_VMSTATE_KIND_UNUSED ||
                       info->migcore_kind == MIGCORE_VMSTATE_KIND_NULLPTR)) {
        pv = fields; /* which have no place: any object will do */
    }
    return migcore_qemu_priv_walk_as(f, info->name, &vmsd, pv, 0, migcore_qemu_json_vmdesc(json), errp);
}

static inline int migcore_qemu_priv_none(QEMUFile *f, void *pv, size_t size, const VMStateField *field,
                                         const VMStateInfo *info, MIGCORE_QEMU_PRIV_JSON *json, Error **errp)
{
    (void)f;
    (void)pv;
    (void)size;
    (void)field;
    (void)json;
    error_setg(errp, "%s: not through this file", info->name);
    return -ENOTSUP;
}

/* The functions of one info, of each signature that there was. */
#if MIGCORE_QEMU_API >= 209
#define MIGCORE_QEMU_PRIV_GET_PUT(name, move) \
    static inline int migcore_qemu_priv_get##name(MIGCORE_QEMU_PRIV_GET) \
    { \
        return move(f, pv, size, field, &vmstate_info##name, NULL, NULL); \
    } \
    static inline int migcore_qemu_priv_put##name(MIGCORE_QEMU_PRIV_PUT) \
    { \
        return move(f, pv, size, field, &vmstate_info##name, vmdesc, NULL); \
    }
#else
#define MIGCORE_QEMU_PRIV_GET_PUT(name, move) \
    static inline int migcore_qemu_priv_get##name(MIGCORE_QEMU_PRIV_GET) \
    { \
        return move(f, pv, size, NULL, &vmstate_info##name, NULL, NULL); \
    } \
    static inline void migcore_qemu_priv_put##name(MIGCORE_QEMU_PRIV_PUT) \
    { \
        (void)move(f, pv, size, NULL, &vmstate_info##name, NULL, NULL); \
    }
#endif

#if MIGCORE_QEMU_API >= 1100
#define MIGCORE_QEMU_PRIV_FUNCTIONS(name, move) \
    MIGCORE_QEMU_PRIV_GET_PUT(name, move) \
    static inline bool migcore_qemu_priv_load##name(MIGCORE_QEMU_PRIV_GET, Error **errp) \
    { \
        return move(f, pv, size, field, &vmstate_info##name, NULL, errp) >= 0; \
    } \
    static inline bool migcore_qemu_priv_save##name(MIGCORE_QEMU_PRIV_PUT, Error **errp) \
    { \
        return move(f, pv, size, field, &vmstate_info##name, vmdesc, errp) >= 0; \
    }
#define MIGCORE_QEMU_PRIV_MEMBERS(name) \
    .get = migcore_qemu_priv_get##name, .put = migcore_qemu_priv_put##name, \
    .load = migcore_qemu_priv_load##name, .save = migcore_qemu_priv_save##name
#else
#define MIGCORE_QEMU_PRIV_FUNCTIONS(name, move) MIGCORE_QEMU_PRIV_GET_PUT(name, move)
#define MIGCORE_QEMU_PRIV_MEMBERS(name) .get = migcore_qemu_priv_get##name, .put = migcore_qemu_priv_put##name
#endif

/* `_##info` at once: `bool` may be a macro. */
#define MIGCORE_QEMU_PRIV_INFO(info, text, kind_of) \
    MIGCORE_QEMU_PRIV_OBJECT(_##info, text, kind_of, migcore_qemu_priv_one)
#define MIGCORE_QEMU_PRIV_OBJECT(info, text, kind_of, move) \
    static const VMStateInfo vmstate_info##info; \
    MIGCORE_QEMU_PRIV_FUNCTIONS(info, move) \
    static const VMStateInfo vmstate_info##info __attribute__((unused)) = { \
        .name = text, .migcore_kind = MIGCORE_VMSTATE_KIND_##kind_of, MIGCORE_QEMU_PRIV_MEMBERS(info) \
    };

#if MIGCORE_QEMU_API >= 14
MIGCORE_QEMU_PRIV_INFO(bool, "bool", BOOL)
#endif
MIGCORE_QEMU_PRIV_INFO(int8, "int8", I8)
MIGCORE_QEMU_PRIV_INFO(int16, "int16", I16)
MIGCORE_QEMU_PRIV_INFO(int32, "int32", I32)
MIGCORE_QEMU_PRIV_INFO(int64, "int64", I64)
MIGCORE_QEMU_PRIV_INFO(uint8, "uint8", U8)
MIGCORE_QEMU_PRIV_INFO(uint16, "uint16", U16)
MIGCORE_QEMU_PRIV_INFO(uint32, "uint32", U32)
MIGCORE_QEMU_PRIV_INFO(uint64, "uint64", U64)
MIGCORE_QEMU_PRIV_INFO(uint8_equal, "uint8 equal", U8_EQUAL)
MIGCORE_QEMU_PRIV_INFO(uint16_equal, "uint16 equal", U16_EQUAL)
MIGCORE_QEMU_PRIV_INFO(int32_equal, "int32 equal", I32_EQUAL)
#if MIGCORE_QEMU_API >= 15
MIGCORE_QEMU_PRIV_INFO(uint32_equal, "uint32 equal", U32_EQUAL)
#endif
#if MIGCORE_QEMU_API >= 105
MIGCORE_QEMU_PRIV_INFO(uint64_equal, "int64 equal", U64_EQUAL)
#endif
#if MIGCORE_QEMU_API >= 201
MIGCORE_QEMU_PRIV_INFO(int32_le, "int32 le", I32_LE)
#else
MIGCORE_QEMU_PRIV_INFO(int32_le, "int32 equal", I32_LE)
#endif
#if MIGCORE_QEMU_API >= 206
MIGCORE_QEMU_PRIV_INFO(cpudouble, "CPU_Double_U", CPU_DOUBLE)
#endif
#if MIGCORE_QEMU_API >= 105 && MIGCORE_QEMU_API < 502
MIGCORE_QEMU_PRIV_INFO(float64, "float64", F64)
#endif
MIGCORE_QEMU_PRIV_INFO(timer, "timer", TIMER)
MIGCORE_QEMU_PRIV_INFO(buffer, "buffer", BUFFER)
MIGCORE_QEMU_PRIV_INFO(unused_buffer, "unused_buffer", UNUSED)
#if MIGCORE_QEMU_API >= 103
MIGCORE_QEMU_PRIV_INFO(bitmap, "bitmap", BITMAP)
#endif
#if MIGCORE_QEMU_API >= 209
MIGCORE_QEMU_PRIV_INFO(tmp, "tmp", TMP)
MIGCORE_QEMU_PRIV_INFO(qtailq, "qtailq", TAILQ)
#endif
#if MIGCORE_QEMU_API >= 500
MIGCORE_QEMU_PRIV_INFO(qlist, "qlist", LIST)
#endif
#if MIGCORE_QEMU_API >= 402
MIGCORE_QEMU_PRIV_INFO(gtree, "gtree", TREE)
#endif
#if MIGCORE_QEMU_API >= 1100
MIGCORE_QEMU_PRIV_INFO(ptr_marker, "ptr_marker", NULLPTR)
#elif MIGCORE_QEMU_API >= 1000
MIGCORE_QEMU_PRIV_INFO(nullptr, "nullptr", NULLPTR)
#elif MIGCORE_QEMU_API >= 209
MIGCORE_QEMU_PRIV_INFO(nullptr, "uint64", NULLPTR)
#endif
/* Bytes that begin `start` behind what a member points to, which is the library's to know in no kind of its own. */
#if MIGCORE_QEMU_API < 209
static inline migcore_status migcore_qemu_priv_visit_sub_buffer(migcore_visitor *v, void *place, size_t size,
                                                                const migcore_vmstate_field *field)
{
    return migcore_visit_bytes(v, "bytes", (uint8_t *)place + field->start, size);
}

static const VMStateInfo migcore_qemu_info_sub_buffer __attribute__((unused)) = {
    .name = "buffer",
    .migcore_visit = migcore_qemu_priv_visit_sub_buffer,
};
#endif

#if MIGCORE_QEMU_API >= 1000
MIGCORE_QEMU_PRIV_OBJECT(_fd, "fd", FD, migcore_qemu_priv_none)
#endif
#if MIGCORE_QEMU_API >= 1100
MIGCORE_QEMU_PRIV_OBJECT(_g_byte_array, "GByteArray", CUSTOM, migcore_qemu_priv_none)
#endif

#endif /* MIGCORE_QEMU_INFOS_H */
