/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_vmstate/field.h - what the macros of fields are made of.
 *
 * Part of migcore_vmstate.h. The names that end with an underscore are its own.
 */
#ifndef MIGCORE_VMSTATE_FIELD_H
#define MIGCORE_VMSTATE_FIELD_H

#include "../migcore.h"
#include "check.h"
#include "infos.h"

/* ---- where a field lies, and how large an element is */

#define MIGCORE_VMSTATE_ONE_(type, member, T) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_(type, member, T)), sizeof(T)
#define MIGCORE_VMSTATE_POINTS_(type, member, T) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_(type, member, T *)), sizeof(T)
#define MIGCORE_VMSTATE_POINTS_TO_POINTERS_(type, member, T) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_(type, member, T **)), sizeof(T)
#define MIGCORE_VMSTATE_EXACTLY_(type, member, T, dimensions) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_ARRAY_(type, member, T, dimensions)), sizeof(T)
#define MIGCORE_VMSTATE_POINTERS_(type, member, T, count) MIGCORE_VMSTATE_EXACTLY_(type, member, T *, [count])
#define MIGCORE_VMSTATE_ANY_(type, member, T) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_ROOM_(type, member, T)), sizeof(T)
#define MIGCORE_VMSTATE_PART_(type, member, T, first, count) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_ROOM_(type, member, T) && \
                                          (first) + (count) <= MIGCORE_VMSTATE_ROOM_(type, member, T)) + \
        (first) * sizeof(T), sizeof(T)
#define MIGCORE_VMSTATE_WHOLE_(type, member) \
    MIGCORE_VMSTATE_BYTES_(type, member), MIGCORE_VMSTATE_ROOM_(type, member, char)
#define MIGCORE_VMSTATE_SLICE_(type, member, first, length) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_BYTES_(type, member) && \
                                          (first) + (length) <= MIGCORE_VMSTATE_ROOM_(type, member, char)) + (first), \
        length
#define MIGCORE_VMSTATE_SCRATCH_(type, T) \
    MIGCORE_VMSTATE_REQUIRE_(MIGCORE_VMSTATE_HAS_(T, parent, type *) && offsetof(T, parent) == 0), sizeof(T)
#define MIGCORE_VMSTATE_NOWHERE_(size) 0, size

/* ---- where it lies, for one whose size is elsewhere */

#define MIGCORE_VMSTATE_BYTES_(type, member) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_BYTES_(type, member))
#define MIGCORE_VMSTATE_LEADS_(type, member) \
    MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_LEADS_TO_BYTES_(type, member))
#define MIGCORE_VMSTATE_ROOT_(type, member) \
    MIGCORE_VMSTATE_AT_(type, member, sizeof(MIGCORE_VMSTATE_MEMBER_(type, member)) == sizeof(void *))
#define MIGCORE_VMSTATE_HEAD_(type, member, pointers, T, link) \
    MIGCORE_VMSTATE_AT_(type, member, \
                        sizeof(MIGCORE_VMSTATE_MEMBER_(type, member)) == (pointers) * sizeof(void *) && \
                            sizeof(MIGCORE_VMSTATE_MEMBER_(T, link)) == 2 * sizeof(void *))

/* ---- a number in the object: where it lies, and how wide it is */

#define MIGCORE_VMSTATE_NUMBER_(type, member) \
    offsetof(type, member) + MIGCORE_VMSTATE_REQUIRE_(MIGCORE_VMSTATE_COUNTS_(type, member)), \
        sizeof(MIGCORE_VMSTATE_MEMBER_(type, member))

/* ---- fields: all members of a migcore_vmstate_field, in their order */

#define MIGCORE_VMSTATE_FIXED_(name, place, count, info, flags, table, version, inner, test) \
    { name, NULL, place, 0, count, 0, 0, 0, 0, info, flags, 0, table, version, inner, test, { 0, 0 } }
#define MIGCORE_VMSTATE_COUNTED_(name, place, type, count, info, flags, limit, table, version, test) \
    { name, NULL, place, 0, 0, MIGCORE_VMSTATE_NUMBER_(type, count), 0, 0, info, flags, limit, table, version, 0, test, \
      { 0, 0 } }
#define MIGCORE_VMSTATE_SIZED_(name, offset, type, length, info, flags, limit, version, test) \
    { name, NULL, offset, 0, 0, 0, 0, 0, MIGCORE_VMSTATE_NUMBER_(type, length), info, flags, limit, NULL, version, 0, \
      test, { 0, 0 } }
#define MIGCORE_VMSTATE_LINKED_(name, offset, T, start, info, table, version) \
    { name, NULL, offset, sizeof(T), start, 0, 0, 0, 0, 0, info, 0, 0, table, version, 0, NULL, { 0, 0 } }
#define MIGCORE_VMSTATE_VALUE_(name, hint, member, type, T, info, version, test) \
    { name, hint, MIGCORE_VMSTATE_ONE_(type, member, T), 0, 0, 0, 0, 0, 0, &(info), MIGCORE_VMSTATE_FLAG_SINGLE, 0, \
      NULL, version, 0, test, { 0, 0 } }
#define MIGCORE_VMSTATE_ROW_(name, member, type, dimensions, count, T, info, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_EXACTLY_(type, member, T, dimensions), count, &(info), \
                           MIGCORE_VMSTATE_FLAG_ARRAY, NULL, version, 0, test)

#endif
