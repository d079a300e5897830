/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_vmstate.h - devices described by tables of their fields.
 *
 *     static const migcore_vmstate_field timer_fields[] = {
 *         MIGCORE_VMSTATE_U32(control, struct timer),
 *         MIGCORE_VMSTATE_U16_ARRAY(reload, struct timer, 4),
 *         MIGCORE_VMSTATE_BOOL_V(armed, struct timer, 2),
 *         MIGCORE_VMSTATE_END(),
 *     };
 *     static const migcore_vmstate timer_table = MIGCORE_VMSTATE_TABLE("timer", 2, 1, timer_fields);
 *
 *     migcore_visit_vmstate(v, &timer_table, &timer, NULL);
 *
 * The bytes on the legacy wire are those of QEMU's tables of the same fields. docs/vmstate.md is the guide.
 *
 * A macro makes a field of the member `member` of the struct `type`. It does not compile when the member is of another
 * type than the macro is for. Most have three forms:
 *
 *     NAME(...)                 the field is there in every version
 *     NAME_V(..., version)      it is there from this version on; loaded from an older one, the object keeps its value
 *     NAME_TEST(..., test)      `bool test(void *object, int version)` says whether it is there
 *
 *     part                            what it has
 *     migcore_vmstate/values.h        U32, BOOL, U32_EQUAL, TIMER, CUSTOM, POINTER, ...
 *     migcore_vmstate/arrays.h        U32_ARRAY, ARRAY, VARRAY, VARRAY_ALLOC, BUFFER, VBUFFER, BITMAP, UNUSED, ...
 *     migcore_vmstate/structs.h       STRUCT, STRUCT_ARRAY, STRUCT_VARRAY, STRUCT_POINTER, TMP, TAILQ, LIST, TREE,
 *                                     VALIDATE, END, ...
 *     migcore_vmstate/infos.h         migcore_vmstate_info_u32, ..., for macros that take an `info`
 *
 * An `info` or a `table` is named without `&`. Fields are in the stream in the order of the table, so that a member which
 * says how many or how long comes before what it counts. The numbers of a stream are not trusted: an array inside of the
 * object is not overrun, and what is allocated has a limit. Where the object has a pointer, only the device knows how
 * much is behind it.
 */
#ifndef MIGCORE_VMSTATE_H
#define MIGCORE_VMSTATE_H

#include "migcore_vmstate/arrays.h"
#include "migcore_vmstate/structs.h"
#include "migcore_vmstate/values.h"

/* A table, of which most members are 0. In C it may as well be written with the names of its members. */
#define MIGCORE_VMSTATE_TABLE(name, version, minimum, fields) \
    MIGCORE_VMSTATE_TABLE_WITH(name, version, minimum, fields, NULL, NULL, NULL, NULL, NULL, NULL, 0)

/* A table with hooks, subsections (an array of pointers to tables that ends with NULL), and, of a subsection, `needed`
 * and MIGCORE_MARK_ constants. What is not there is NULL or 0. */
#define MIGCORE_VMSTATE_TABLE_WITH(name, version, minimum, fields, pre_load, post_load, pre_save, post_save, needed, \
                                   subsections, marks) \
    { name, 0, false, version, minimum, 0, 0, NULL, pre_load, NULL, post_load, NULL, pre_save, NULL, NULL, post_save, \
      NULL, needed, NULL, fields, subsections, NULL, marks, { 0, 0, 0, 0 } }

#endif
