/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * An object with members of many types; FIELD is a field of one of them.
 */
#include "migcore_vmstate.h"

struct inner {
    uint32_t a;
};
struct element {
    struct {
        struct element *next, **previous;
    } link;
    uint32_t plain;
};
struct object {
    bool flag;
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
    float f32;
    double f64;
    uint16_t u16s[4];
    uint16_t grid[2][3];
    uint32_t *to_u32, *to_u32s[4];
    uint8_t bytes[8];
    void *memory;
    unsigned long bits[2], *to_bits;
    struct inner inner, inners[2], *to_inner, *to_inners[2], **to_to_inner;
    struct {
        struct element *first, **last;
    } queue;
    struct {
        struct element *first;
    } list;
};
struct scratch {
    struct object *parent;
    uint32_t value;
};
struct late {
    uint32_t value;
    struct object *parent;
};
struct foreign {
    struct inner *parent;
};

extern const migcore_vmstate table;
extern const migcore_vmstate tables[2];
bool test(void *object, int version);


extern const migcore_vmstate_field fields[];
const migcore_vmstate_field fields[] = { FIELD, MIGCORE_VMSTATE_END() };
