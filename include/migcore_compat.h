/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_compat.h - rows of histories: what differs between the versions of devices and machines.
 *
 *     static const migcore_step to_2[] = {
 *         MIGCORE_STEP_RENAME(0, "", "lvl", "level"),
 *         MIGCORE_STEP_ADD(0, "", "speed", "level", nine),
 *         MIGCORE_STEP_END(),
 *     };
 *     static const migcore_compat_change changes[] = {
 *         MIGCORE_CHANGE(MIGCORE_NUMBERED(1), MIGCORE_NUMBERED(2), to_2),
 *         MIGCORE_CHANGE_END(),
 *     };
 *     static const migcore_history histories[] = {
 *         MIGCORE_HISTORY("uart", MIGCORE_NUMBERED(2), changes),
 *         MIGCORE_HISTORY_END(),
 *     };
 *     static const migcore_compat_table table = MIGCORE_COMPAT_TABLE(histories, NULL, MIGCORE_VERDICT_ALLOW, NULL, "me");
 *
 * where `static const migcore_step_item nine[] = { MIGCORE_VALUE_U32(0, "speed", 9), MIGCORE_VALUE_END() };`. The table is
 * given to migcore_compat_init, once, and what that makes to migcore_compat_run with each tree.
 *
 * `flags` are 0, MIGCORE_STEP_OPTIONAL, and what the text of a macro names. `scope` is a pattern, "" the device that the
 * history is of; `after` is the sibling that an item follows, NULL the last one, and NULL with MIGCORE_STEP_FIRST none.
 * Changes are written from the older to the newer version. docs/compat.md is the guide.
 */
#ifndef MIGCORE_COMPAT_H
#define MIGCORE_COMPAT_H

#include "migcore.h"

/* ---- versions, changes, histories */

/* A version that is a number, one with a tag, one that has a name alone. */
#define MIGCORE_NUMBERED(number) { number, NULL }
#define MIGCORE_TAGGED(number, tag) { number, tag }
#define MIGCORE_NAMED(name) { 0, name }

/* A change that goes back by the inverses of its steps, one that does not go back, one that has steps of its own back. */
#define MIGCORE_CHANGE(from, to, steps) { from, to, steps, NULL, MIGCORE_BACK_DERIVED, { 0, 0, 0 } }
#define MIGCORE_CHANGE_ONE_WAY(from, to, steps) { from, to, steps, NULL, MIGCORE_BACK_NONE, { 0, 0, 0 } }
#define MIGCORE_CHANGE_BACK_BY(from, to, steps, back) { from, to, steps, back, MIGCORE_BACK_STEPS, { 0, 0, 0 } }
#define MIGCORE_CHANGE_END() { { 0, NULL }, { 0, NULL }, NULL, NULL, MIGCORE_BACK_DERIVED, { 0, 0, 0 } }

/* The history of devices, by a pattern of their names, and that of the machine. */
#define MIGCORE_HISTORY(devices, newest, changes) { devices, newest, changes, { 0, 0 } }
#define MIGCORE_MACHINE_HISTORY(newest, changes) { NULL, newest, changes, { 0, 0 } }
#define MIGCORE_HISTORY_END() { NULL, { 0, NULL }, NULL, { 0, 0 } }

/* What is said of losses at `path` and below. */
#define MIGCORE_POLICY(path, verdict) { path, verdict, 0 }
#define MIGCORE_POLICY_END() { NULL, MIGCORE_VERDICT_IF_DEFAULT, 0 }

/* Code at the border; either function may be NULL. */
#define MIGCORE_FILTER(leaving, arriving, opaque) { leaving, arriving, opaque, { 0, 0 } }
#define MIGCORE_FILTER_END() { NULL, NULL, NULL, { 0, 0 } }

/* All of it. `policy` and `filters` may be NULL. */
#define MIGCORE_COMPAT_TABLE(histories, policy, otherwise, filters, writer) \
    { sizeof(migcore_compat_table), histories, policy, otherwise, filters, writer }

/* ---- items, in a table that ends with MIGCORE_VALUE_END(); the first is at depth 0 */

#define MIGCORE_VALUE_BOOL(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_BOOL, (value) ? 1 : 0)
#define MIGCORE_VALUE_U8(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_U8, value)
#define MIGCORE_VALUE_U16(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_U16, value)
#define MIGCORE_VALUE_U32(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_U32, value)
#define MIGCORE_VALUE_U64(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_U64, value)
#define MIGCORE_VALUE_I8(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_I8, value)
#define MIGCORE_VALUE_I16(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_I16, value)
#define MIGCORE_VALUE_I32(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_I32, value)
#define MIGCORE_VALUE_I64(depth, name, value) MIGCORE_VALUE_SCALAR(depth, name, MIGCORE_KIND_I64, value)
/* A scalar of any kind, as bits. */
#define MIGCORE_VALUE_SCALAR(depth, name, kind, bits) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_SCALAR, kind, depth, 0, 0, 0, name, (uint64_t)(bits), NULL, 0)
/* An array, whose elements are a C array; bytes; a text, as a literal. */
#define MIGCORE_VALUE_ARRAY(depth, name, kind, elements) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_ARRAY, kind, depth, 0, 0, 0, name, 0, elements, sizeof(elements))
#define MIGCORE_VALUE_BYTES(depth, name, data, length) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_BYTES, 0, depth, 0, 0, 0, name, 0, data, length)
#define MIGCORE_VALUE_TEXT(depth, name, literal) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_STRING, 0, depth, 0, 0, 0, name, 0, literal, sizeof(literal) - 1)
#define MIGCORE_VALUE_ABSENT(depth, name) MIGCORE_VALUE_ROW(MIGCORE_ITEM_ABSENT, 0, depth, 0, 0, 0, name, 0, NULL, 0)
/* Scopes; what is inside follows, one deeper. `description` is a literal. */
#define MIGCORE_VALUE_STRUCT(depth, name) MIGCORE_VALUE_ROW(MIGCORE_ITEM_BEGIN_STRUCT, 0, depth, 0, 0, 0, name, 0, NULL, 0)
#define MIGCORE_VALUE_DESCRIBED(depth, name, description, version) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_BEGIN_STRUCT, 0, depth, 0, version, 0, name, 0, description, sizeof(description) - 1)
#define MIGCORE_VALUE_SUBSECTION(depth, name, version) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_BEGIN_SUBSECTION, 0, depth, 0, version, 0, name, 0, NULL, 0)
#define MIGCORE_VALUE_OPTIONAL(depth, name, present) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_BEGIN_OPTIONAL, 0, depth, 0, 0, 0, name, (present) ? 1 : 0, NULL, 0)
#define MIGCORE_VALUE_LIST(depth, name, variable) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_BEGIN_LIST, 0, depth, 0, 0, (variable) ? 1 : 0, name, 0, NULL, 0)
#define MIGCORE_VALUE_ELEMENT(depth) MIGCORE_VALUE_ROW(MIGCORE_ITEM_BEGIN_ELEMENT, 0, depth, 0, 0, 0, NULL, 0, NULL, 0)
/* A scalar with marks, such as MIGCORE_MARK_ANCILLARY for one that a receiver which does not know it may skip. */
#define MIGCORE_VALUE_MARKED(depth, name, kind, bits, marks) \
    MIGCORE_VALUE_ROW(MIGCORE_ITEM_SCALAR, kind, depth, marks, 0, 0, name, (uint64_t)(bits), NULL, 0)
#define MIGCORE_VALUE_END() MIGCORE_VALUE_ROW(0, 0, 0, 0, 0, 0, NULL, 0, NULL, 0)
/* Any item, member by member. */
#define MIGCORE_VALUE_ROW(item_type, kind, depth, marks, version, variable, name, bits, data, length) \
    { item_type, kind, depth, marks, version, variable, name, bits, data, length, { 0, 0 } }

/* ---- steps */

#define MIGCORE_STEP_RENAME(flags, scope, from, to) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_RENAME, flags, scope, from, NULL, NULL, to, NULL, NULL, NULL, NULL)
/* `items` is the item with its inside, or NULL. MIGCORE_STEP_FIRST. */
#define MIGCORE_STEP_ADD(flags, scope, name, after, items) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_ADD, flags, scope, name, after, NULL, NULL, NULL, items, NULL, NULL)
#define MIGCORE_STEP_DROP(flags, scope, name, after, items) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_DROP, flags, scope, name, after, NULL, NULL, NULL, items, NULL, NULL)
/* `from` and `to` are tables of one item each; NULL stands for any value. */
#define MIGCORE_STEP_SET(flags, scope, name, from, to) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_SET, flags, scope, name, NULL, NULL, NULL, NULL, from, to, NULL)
/* MIGCORE_STEP_FIRST, MIGCORE_STEP_TO_FIRST. */
#define MIGCORE_STEP_MOVE(flags, scope, name, after, to_scope, to_name, to_after) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_MOVE, flags, scope, name, after, to_scope, to_name, to_after, NULL, NULL, NULL)
/* `with` is the new scope, `names` the items in it, up to NULL; `was_after` is what the first of them followed.
 * MIGCORE_STEP_FIRST is of `after`, MIGCORE_STEP_TO_FIRST of `was_after`. Where the scope comes to stand where the items
 * stood, at the start or the end, `was_after` is `name`: with both flags, or NULL twice, their places are noted each time. */
#define MIGCORE_STEP_WRAP(flags, scope, name, after, with, names, was_after) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_WRAP, flags, scope, name, after, NULL, NULL, was_after, with, NULL, names)
#define MIGCORE_STEP_UNWRAP(flags, scope, name, after, with, names, now_after) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_UNWRAP, flags, scope, name, after, NULL, NULL, now_after, with, NULL, names)

/* A scalar of one MIGCORE_KIND_ becomes one of another; other types: MIGCORE_STEP_ROW. */
#define MIGCORE_STEP_RETYPE(flags, scope, name, kind, to_kind) \
    MIGCORE_STEP_ROW(MIGCORE_STEP_KIND_RETYPE, flags, scope, name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, \
                     0, 0, 0, MIGCORE_ITEM_SCALAR, kind, 0, MIGCORE_ITEM_SCALAR, to_kind, 0, 0, 0, 0, 0, 0, 0, 0, NULL, \
                     NULL, NULL, NULL)
/* `pairs` is a C array. MIGCORE_STEP_KEEP. */
#define MIGCORE_STEP_MAP(flags, scope, name, pairs) \
    MIGCORE_STEP_ROW(MIGCORE_STEP_KIND_MAP, flags, scope, name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, pairs, NULL, \
                     sizeof(pairs) / sizeof((pairs)[0]), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, \
                     NULL)
/* The bits of `mask`, in the bytes of a buffer from `at` on, in the element `at` of an array, in a scalar. Bits that
 * are cleared, whatever they were before. */
#define MIGCORE_STEP_BITS(flags, scope, name, at, mask, from, to) \
    MIGCORE_STEP_ROW(MIGCORE_STEP_KIND_BITS, flags, scope, name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, \
                     mask, from, to, 0, 0, 0, 0, 0, 0, at, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL)
#define MIGCORE_STEP_CLEAR(flags, scope, name, at, mask) \
    MIGCORE_STEP_BITS((flags) | MIGCORE_STEP_ANY, scope, name, at, mask, 0, 0)
/* The other way: what an older version does not know is cleared on the way to it. */
#define MIGCORE_STEP_ALLOW(flags, scope, name, at, mask) \
    MIGCORE_STEP_BITS((flags) | MIGCORE_STEP_TO_ANY, scope, name, at, mask, 0, 0)

/* An opaque field; `schema` is a name, or NULL: the one that there is for each device. */
#define MIGCORE_STEP_OPEN(flags, scope, name, schema) \
    MIGCORE_STEP_OPAQUE(MIGCORE_STEP_KIND_OPEN, flags, scope, name, schema)
#define MIGCORE_STEP_CLOSE(flags, scope, name, schema) \
    MIGCORE_STEP_OPAQUE(MIGCORE_STEP_KIND_CLOSE, flags, scope, name, schema)

/* Code; one of the functions may be NULL. */
#define MIGCORE_STEP_CALL(flags, up, down, opaque) \
    MIGCORE_STEP_ROW(MIGCORE_STEP_KIND_CALL, flags, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, \
                     0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, up, down, opaque)

/* Devices, in the history of the machine: name and instance, which may be MIGCORE_INSTANCE_ANY. */
#define MIGCORE_STEP_RENAME_DEVICE(flags, from, instance, to, to_instance) \
    MIGCORE_STEP_DEVICES(MIGCORE_STEP_KIND_RENAME_DEVICE, flags, from, NULL, instance, to, NULL, to_instance, 0, 0, 0, 0, \
                         NULL, NULL)
#define MIGCORE_STEP_SET_VERSION(flags, device, instance, from, to) \
    MIGCORE_STEP_DEVICES(MIGCORE_STEP_KIND_SET_VERSION, flags, device, NULL, instance, NULL, NULL, 0, from, to, 0, 0, NULL, \
                         NULL)
/* `version` is that of the device, and the oldest that reads it and that its program reads. */
#define MIGCORE_STEP_ADD_DEVICE(flags, device, instance, version, after, items) \
    MIGCORE_STEP_DEVICES(MIGCORE_STEP_KIND_ADD_DEVICE, flags, device, after, instance, NULL, NULL, 0, version, 0, version, \
                         version, items, NULL)
#define MIGCORE_STEP_DROP_DEVICE(flags, device, instance, version, after, items) \
    MIGCORE_STEP_DEVICES(MIGCORE_STEP_KIND_DROP_DEVICE, flags, device, after, instance, NULL, NULL, 0, version, 0, version, \
                         version, items, NULL)
/* The items `names` of `device`, of which the first followed `was_after`, are those of the device `into`. */
#define MIGCORE_STEP_SPLIT(flags, device, instance, into, into_instance, version, after, names, was_after) \
    MIGCORE_STEP_DEVICES(MIGCORE_STEP_KIND_SPLIT, flags, device, was_after, instance, into, after, into_instance, version, 0, \
                         version, version, NULL, names)
#define MIGCORE_STEP_MERGE(flags, device, instance, from, from_instance, version, after, names, now_after) \
    MIGCORE_STEP_DEVICES(MIGCORE_STEP_KIND_MERGE, flags, device, now_after, instance, from, after, from_instance, version, 0, \
                         version, version, NULL, names)

/* What only a QEMU stream has: commands, footers. */
#define MIGCORE_STEP_ADD_COMMAND(flags, number, data, length, after) \
    MIGCORE_STEP_COMMAND(MIGCORE_STEP_KIND_ADD_COMMAND, flags, number, data, length, after)
#define MIGCORE_STEP_DROP_COMMAND(flags, number, data, length, after) \
    MIGCORE_STEP_COMMAND(MIGCORE_STEP_KIND_DROP_COMMAND, flags, number, data, length, after)
#define MIGCORE_STEP_ADD_FOOTERS(flags) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_ADD_FOOTERS, flags, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
#define MIGCORE_STEP_DROP_FOOTERS(flags) \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_DROP_FOOTERS, flags, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)

/* After the last step. */
#define MIGCORE_STEP_END() \
    MIGCORE_STEP_PLACES(MIGCORE_STEP_KIND_END, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)

/* ---- what the macros above are made of */

#define MIGCORE_STEP_PLACES(kind, flags, scope, name, after, to_scope, to_name, to_after, items, to_items, names) \
    MIGCORE_STEP_ROW(kind, flags, scope, name, after, to_scope, to_name, to_after, items, to_items, names, NULL, NULL, 0, 0, \
                     0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL)
#define MIGCORE_STEP_OPAQUE(kind, flags, scope, name, schema) \
    MIGCORE_STEP_ROW(kind, flags, scope, name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, \
                     0, 0, 0, 0, 0, 0, 0, 0, 0, schema, NULL, NULL, NULL)
#define MIGCORE_STEP_COMMAND(kind, flags, number, data, length, after) \
    MIGCORE_STEP_ROW(kind, flags, NULL, NULL, after, NULL, NULL, NULL, NULL, NULL, NULL, NULL, data, length, 0, 0, 0, 0, 0, \
                     0, 0, 0, 0, number, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL)
#define MIGCORE_STEP_DEVICES(kind, flags, name, after, instance, to_name, to_after, to_instance, version, to_version, minimum, \
                             oldest_reader, items, names) \
    MIGCORE_STEP_ROW(kind, flags, NULL, name, after, NULL, to_name, to_after, items, NULL, names, NULL, NULL, 0, 0, 0, 0, 0, \
                     0, 0, 0, 0, 0, 0, instance, to_instance, version, to_version, minimum, oldest_reader, NULL, NULL, NULL, \
                     NULL)

/* Any step, member by member. */
#define MIGCORE_STEP_ROW(kind, flags, scope, name, after, to_scope, to_name, to_after, items, to_items, names, pairs, data, \
                         count, mask, bits, to_bits, from_type, from_kind, from_variable, to_type, to_kind, to_variable, at, \
                         instance, to_instance, version, to_version, minimum, oldest_reader, schema, up, down, opaque) \
    { kind, flags, { scope, name, after }, { to_scope, to_name, to_after }, items, to_items, names, pairs, data, count, mask, \
      bits, to_bits, { from_type, from_kind, from_variable }, { to_type, to_kind, to_variable }, at, instance, to_instance, \
      version, to_version, minimum, oldest_reader, schema, up, down, opaque, { 0, 0, 0, 0 } }

#endif
