/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_vmstate/structs.h - fields with tables of their own, and what is no field.
 *
 * Part of migcore_vmstate.h. T is the type of what `table` describes.
 */
#ifndef MIGCORE_VMSTATE_STRUCTS_H
#define MIGCORE_VMSTATE_STRUCTS_H

#include "field.h"

/* ---- structs */

/* A T, visited by `table` at the version of that. */
#define MIGCORE_VMSTATE_STRUCT_(name, member, type, table, T, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_ONE_(type, member, T), 0, NULL, MIGCORE_VMSTATE_FLAG_STRUCT, \
                           &(table), version, 0, test)
#define MIGCORE_VMSTATE_STRUCT(member, type, table, T) \
    MIGCORE_VMSTATE_STRUCT_(#member, member, type, table, T, 0, NULL)
#define MIGCORE_VMSTATE_STRUCT_V(member, type, table, T, version) \
    MIGCORE_VMSTATE_STRUCT_(#member, member, type, table, T, version, NULL)
#define MIGCORE_VMSTATE_STRUCT_TEST(member, type, table, T, test) \
    MIGCORE_VMSTATE_STRUCT_(#member, member, type, table, T, 0, test)

/* The same at version `inner`. */
#define MIGCORE_VMSTATE_VSTRUCT_(name, member, type, table, T, inner, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_ONE_(type, member, T), 0, NULL, MIGCORE_VMSTATE_FLAG_VSTRUCT, \
                           &(table), version, inner, test)
#define MIGCORE_VMSTATE_VSTRUCT(member, type, table, T, inner) \
    MIGCORE_VMSTATE_VSTRUCT_(#member, member, type, table, T, inner, 0, NULL)
#define MIGCORE_VMSTATE_VSTRUCT_V(member, type, table, T, inner, version) \
    MIGCORE_VMSTATE_VSTRUCT_(#member, member, type, table, T, inner, version, NULL)
#define MIGCORE_VMSTATE_VSTRUCT_TEST(member, type, table, T, inner, test) \
    MIGCORE_VMSTATE_VSTRUCT_(#member, member, type, table, T, inner, 0, test)

/* The member is a `T *`, which must not be NULL. */
#define MIGCORE_VMSTATE_STRUCT_POINTER_(name, member, type, table, T, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_POINTS_(type, member, T), 0, NULL, \
                           MIGCORE_VMSTATE_FLAG_STRUCT | MIGCORE_VMSTATE_FLAG_POINTER, &(table), version, 0, test)
#define MIGCORE_VMSTATE_STRUCT_POINTER(member, type, table, T) \
    MIGCORE_VMSTATE_STRUCT_POINTER_(#member, member, type, table, T, 0, NULL)
#define MIGCORE_VMSTATE_STRUCT_POINTER_V(member, type, table, T, version) \
    MIGCORE_VMSTATE_STRUCT_POINTER_(#member, member, type, table, T, version, NULL)
#define MIGCORE_VMSTATE_STRUCT_POINTER_TEST(member, type, table, T, test) \
    MIGCORE_VMSTATE_STRUCT_POINTER_(#member, member, type, table, T, 0, test)

/* An array of `count`. */
#define MIGCORE_VMSTATE_STRUCT_ARRAY_(name, member, type, count, table, T, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_EXACTLY_(type, member, T, [count]), count, NULL, \
                           MIGCORE_VMSTATE_FLAG_STRUCT | MIGCORE_VMSTATE_FLAG_ARRAY, &(table), version, 0, test)
#define MIGCORE_VMSTATE_STRUCT_ARRAY(member, type, count, table, T) \
    MIGCORE_VMSTATE_STRUCT_ARRAY_(#member, member, type, count, table, T, 0, NULL)
#define MIGCORE_VMSTATE_STRUCT_ARRAY_V(member, type, count, table, T, version) \
    MIGCORE_VMSTATE_STRUCT_ARRAY_(#member, member, type, count, table, T, version, NULL)
#define MIGCORE_VMSTATE_STRUCT_ARRAY_TEST(member, type, count, table, T, test) \
    MIGCORE_VMSTATE_STRUCT_ARRAY_(#member, member, type, count, table, T, 0, test)

/* As many elements of an array as the member `count` says, which comes before. */
#define MIGCORE_VMSTATE_STRUCT_VARRAY_(name, member, type, count, table, T, version, test) \
    MIGCORE_VMSTATE_COUNTED_(name, MIGCORE_VMSTATE_ANY_(type, member, T), type, count, NULL, \
                             MIGCORE_VMSTATE_FLAG_STRUCT | MIGCORE_VMSTATE_FLAG_VARRAY, \
                             MIGCORE_VMSTATE_ROOM_(type, member, T), &(table), version, test)
#define MIGCORE_VMSTATE_STRUCT_VARRAY(member, type, count, table, T) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_(#member, member, type, count, table, T, 0, NULL)
#define MIGCORE_VMSTATE_STRUCT_VARRAY_V(member, type, count, table, T, version) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_(#member, member, type, count, table, T, version, NULL)
#define MIGCORE_VMSTATE_STRUCT_VARRAY_TEST(member, type, count, table, T, test) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_(#member, member, type, count, table, T, 0, test)

/* The member is a `T *` to as many. There must be room for them. */
#define MIGCORE_VMSTATE_STRUCT_VARRAY_POINTER_(name, member, type, count, table, T, version, test) \
    MIGCORE_VMSTATE_COUNTED_(name, MIGCORE_VMSTATE_POINTS_(type, member, T), type, count, NULL, \
                             MIGCORE_VMSTATE_FLAG_STRUCT | MIGCORE_VMSTATE_FLAG_VARRAY | MIGCORE_VMSTATE_FLAG_POINTER, \
                             0, &(table), version, test)
#define MIGCORE_VMSTATE_STRUCT_VARRAY_POINTER(member, type, count, table, T) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_POINTER_(#member, member, type, count, table, T, 0, NULL)
#define MIGCORE_VMSTATE_STRUCT_VARRAY_POINTER_V(member, type, count, table, T, version) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_POINTER_(#member, member, type, count, table, T, version, NULL)
#define MIGCORE_VMSTATE_STRUCT_VARRAY_POINTER_TEST(member, type, count, table, T, test) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_POINTER_(#member, member, type, count, table, T, 0, test)

/* The same, and a load allocates them. */
#define MIGCORE_VMSTATE_STRUCT_VARRAY_ALLOC_(name, member, type, count, table, T, version, test) \
    MIGCORE_VMSTATE_COUNTED_(name, MIGCORE_VMSTATE_POINTS_(type, member, T), type, count, NULL, \
                             MIGCORE_VMSTATE_FLAG_STRUCT | MIGCORE_VMSTATE_FLAG_VARRAY | MIGCORE_VMSTATE_FLAG_POINTER | \
                                 MIGCORE_VMSTATE_FLAG_ALLOC, \
                             0, &(table), version, test)
#define MIGCORE_VMSTATE_STRUCT_VARRAY_ALLOC(member, type, count, table, T) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_ALLOC_(#member, member, type, count, table, T, 0, NULL)
#define MIGCORE_VMSTATE_STRUCT_VARRAY_ALLOC_V(member, type, count, table, T, version) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_ALLOC_(#member, member, type, count, table, T, version, NULL)
#define MIGCORE_VMSTATE_STRUCT_VARRAY_ALLOC_TEST(member, type, count, table, T, test) \
    MIGCORE_VMSTATE_STRUCT_VARRAY_ALLOC_(#member, member, type, count, table, T, 0, test)

/* The member is an array of `count` `T *`. What is NULL is NULL on both sides. */
#define MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER_(name, member, type, count, table, T, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_POINTERS_(type, member, T, count), count, NULL, \
                           MIGCORE_VMSTATE_FLAG_STRUCT | MIGCORE_VMSTATE_FLAG_ARRAY | \
                               MIGCORE_VMSTATE_FLAG_ARRAY_OF_POINTER, \
                           &(table), version, 0, test)
#define MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER(member, type, count, table, T) \
    MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER_(#member, member, type, count, table, T, 0, NULL)
#define MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER_V(member, type, count, table, T, version) \
    MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER_(#member, member, type, count, table, T, version, NULL)
#define MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER_TEST(member, type, count, table, T, test) \
    MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER_(#member, member, type, count, table, T, 0, test)

/* The member is a `T **` to as many `T *` as the member `count` says, for which there must be room. Which are NULL is in
 * the stream, and a load allocates the others. */
#define MIGCORE_VMSTATE_ARRAY_OF_STRUCT_ALLOC_(name, member, type, count, table, T, version, test) \
    MIGCORE_VMSTATE_COUNTED_(name, MIGCORE_VMSTATE_POINTS_TO_POINTERS_(type, member, T), type, count, NULL, \
                             MIGCORE_VMSTATE_FLAG_STRUCT | MIGCORE_VMSTATE_FLAG_VARRAY | MIGCORE_VMSTATE_FLAG_POINTER | \
                                 MIGCORE_VMSTATE_FLAG_ARRAY_OF_POINTER | MIGCORE_VMSTATE_FLAG_AUTO_ALLOC, \
                             0, &(table), version, test)
#define MIGCORE_VMSTATE_ARRAY_OF_STRUCT_ALLOC(member, type, count, table, T) \
    MIGCORE_VMSTATE_ARRAY_OF_STRUCT_ALLOC_(#member, member, type, count, table, T, 0, NULL)
#define MIGCORE_VMSTATE_ARRAY_OF_STRUCT_ALLOC_V(member, type, count, table, T, version) \
    MIGCORE_VMSTATE_ARRAY_OF_STRUCT_ALLOC_(#member, member, type, count, table, T, version, NULL)
#define MIGCORE_VMSTATE_ARRAY_OF_STRUCT_ALLOC_TEST(member, type, count, table, T, test) \
    MIGCORE_VMSTATE_ARRAY_OF_STRUCT_ALLOC_(#member, member, type, count, table, T, 0, test)

/* A scratch object of type T, visited by `table`. It begins with a `type *parent`, which points to the object: hooks of
 * `table` compute the one from the other. */
#define MIGCORE_VMSTATE_TMP_(type, table, T, version, test) \
    MIGCORE_VMSTATE_FIXED_("tmp", MIGCORE_VMSTATE_SCRATCH_(type, T), 0, &migcore_vmstate_info_tmp, 0, &(table), \
                           version, 0, test)
#define MIGCORE_VMSTATE_TMP(type, table, T) MIGCORE_VMSTATE_TMP_(type, table, T, 0, NULL)
#define MIGCORE_VMSTATE_TMP_V(type, table, T, version) MIGCORE_VMSTATE_TMP_(type, table, T, version, NULL)
#define MIGCORE_VMSTATE_TMP_TEST(type, table, T, test) MIGCORE_VMSTATE_TMP_(type, table, T, 0, test)

/* ---- lists and trees; `version` is also that of the elements */

/* The head of a tail queue of T, linked by the member `link`: QTAILQ of QEMU, TAILQ of BSD. */
#define MIGCORE_VMSTATE_TAILQ(member, type, table, T, link, version) \
    MIGCORE_VMSTATE_LINKED_(#member, MIGCORE_VMSTATE_HEAD_(type, member, 2, T, link), T, offsetof(T, link), \
                            &migcore_vmstate_info_tailq, &(table), version)

/* The head of a list: QLIST of QEMU, LIST of BSD. */
#define MIGCORE_VMSTATE_LIST(member, type, table, T, link, version) \
    MIGCORE_VMSTATE_LINKED_(#member, MIGCORE_VMSTATE_HEAD_(type, member, 1, T, link), T, offsetof(T, link), \
                            &migcore_vmstate_info_list, &(table), version)

/* A pointer to a tree that the host knows, of keys K and values T; `tables` is an array: of a value, and of a key. */
#define MIGCORE_VMSTATE_TREE(member, type, tables, K, T, version) \
    MIGCORE_VMSTATE_LINKED_(#member, MIGCORE_VMSTATE_ROOT_(type, member), T, sizeof(K), &migcore_vmstate_info_tree, \
                            tables, version)

/* The same where the pointer to a key is the key. */
#define MIGCORE_VMSTATE_TREE_DIRECT(member, type, table, T, version) \
    MIGCORE_VMSTATE_LINKED_(#member, MIGCORE_VMSTATE_ROOT_(type, member), T, 0, &migcore_vmstate_info_tree, \
                            &(table), version)

/* ---- neither */

/* Nothing in the stream; `test` must say true, on save and on load. */
#define MIGCORE_VMSTATE_VALIDATE(name, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_NOWHERE_(0), 0, NULL, \
                           MIGCORE_VMSTATE_FLAG_ARRAY | MIGCORE_VMSTATE_FLAG_MUST_EXIST, NULL, 0, 0, test)

/* The end of the fields. */
#define MIGCORE_VMSTATE_END() \
    MIGCORE_VMSTATE_FIXED_(NULL, MIGCORE_VMSTATE_NOWHERE_(0), 0, NULL, MIGCORE_VMSTATE_FLAG_END, NULL, 0, 0, NULL)

#endif
