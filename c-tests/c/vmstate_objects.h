/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The objects of the vectors, with their tables: what is called NAME_fill makes one with values, NAME_blank one to load
 * into. NAME_same compares what is in a state, and NAME_drop frees what an object has.
 */
#ifndef VMSTATE_OBJECTS_H
#define VMSTATE_OBJECTS_H

#include "vmstate.h"

#define OBJECT(name) \
    extern const migcore_vmstate name##_table; \
    void name##_fill(void *object); \
    void name##_blank(void *object); \
    bool name##_same(const void *a, const void *b); \
    void name##_drop(void *object)

/* A function that leaves its object as it is. */
#define NOTHING_TO_DO(name) \
    void name(void *object) \
    { \
        (void)object; \
    }

typedef struct primitive {
    bool b_1, b_2;
    uint8_t u8_1;
    uint16_t u16_1;
    uint32_t u32_1;
    uint64_t u64_1;
    int8_t i8_1, i8_2;
    int16_t i16_1, i16_2;
    int32_t i32_1, i32_2;
    int64_t i64_1, i64_2;
} primitive;
OBJECT(primitive);

typedef struct array {
    uint16_t u16_1[3];
} array;
OBJECT(array);

typedef struct letters {
    uint32_t a, b, c;
    uint64_t d;
    uint32_t e;
    uint64_t f;
    bool skip_c_e;
} letters;
OBJECT(letters);
/* The same fields: from a version on, or where a test says so. */
extern const migcore_vmstate versioned_table, skipping_table;
void letters_of_version_1(void *object);
void letters_of_version_2(void *object);
void letters_skipped(void *object);
void letters_skipping(void *object);
void letters_fill_skipping(void *object);

struct tst {
    int32_t i;
};
/* Pointers to the values behind them, or NULL. */
typedef struct pointers {
    struct tst *ar[4];
    int32_t *numbers[4];
    struct tst values[4];
} pointers;
OBJECT(pointers);
extern const migcore_vmstate structs_table, numbers_table;
void pointers_fill_null(void *object);
void pointers_blank_null(void *object);

struct q_element {
    bool b;
    struct {
        struct q_element *next, **previous;
    } link;
    uint8_t u8;
};
typedef struct queue {
    int16_t i16;
    struct {
        struct q_element *first, **last;
    } q;
    int32_t i32;
} queue;
OBJECT(queue);

struct interval {
    uint64_t low, high;
};
struct mapping {
    uint64_t phys_addr;
    uint32_t flags;
};
typedef struct domain {
    int32_t id;
    struct vm_tree *mappings;
    /* Tells it from what else is in trees by its size. */
    uint64_t spare;
} domain;
OBJECT(domain);

typedef struct iommu {
    int32_t id;
    struct vm_tree *domains;
} iommu;
OBJECT(iommu);

struct list_element {
    uint32_t id;
    struct {
        struct list_element *next, **previous;
    } link;
};
typedef struct container {
    uint32_t id;
    struct {
        struct list_element *first;
    } list;
} container;
OBJECT(container);

typedef struct with_tmp {
    uint32_t a, b;
    uint64_t d, f;
} with_tmp;
OBJECT(with_tmp);

typedef struct parts {
    uint32_t v;
    bool has_a, has_b;
    uint16_t x;
    uint8_t y, z;
} parts;
OBJECT(parts);
void parts_none(void *object);
void parts_a(void *object);
void parts_all(void *object);

typedef struct misc {
    uint8_t n;
    uint16_t arr[4];
    uint32_t len;
    uint8_t buf[5];
    int32_t nbits;
    unsigned long bm[128 / (8 * sizeof(unsigned long))];
    int64_t t;
    double cd;
} misc;
OBJECT(misc);

struct vs {
    uint8_t p, q;
};
typedef struct outer {
    struct vs s1, s2;
} outer;
OBJECT(outer);

#endif
