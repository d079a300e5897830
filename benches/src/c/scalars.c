#include "scalars.h"

#include "bare.h"
#include "migcore.h"

/* A call of its own per field, as in a device; a loop would keep arguments in registers. */
#define VISIT4(u32, v, x, i)           \
    u32((v), "first", &(x)[i]);        \
    u32((v), "second", &(x)[(i) + 1]); \
    u32((v), "third", &(x)[(i) + 2]);  \
    u32((v), "fourth", &(x)[(i) + 3])

#define VISIT16(u32, v, x, i)      \
    VISIT4(u32, v, x, (i));        \
    VISIT4(u32, v, x, (i) + 4);    \
    VISIT4(u32, v, x, (i) + 8);    \
    VISIT4(u32, v, x, (i) + 12)

static int visit_bare(struct bare *v, uint32_t *x)
{
    VISIT16(bare_visit_u32, v, x, 0);
    VISIT16(bare_visit_u32, v, x, 16);
    VISIT16(bare_visit_u32, v, x, 32);
    VISIT16(bare_visit_u32, v, x, 48);
    return bare_finish(v);
}

static int visit_migcore(migcore_visitor *v, uint32_t *x)
{
    VISIT16(migcore_visit_u32, v, x, 0);
    VISIT16(migcore_visit_u32, v, x, 16);
    VISIT16(migcore_visit_u32, v, x, 32);
    VISIT16(migcore_visit_u32, v, x, 48);
    return migcore_finish(v);
}

int scalars_save_bare(const uint32_t *values, uint8_t *out, size_t capacity)
{
    struct bare v;

    bare_save_memory(&v, out, capacity);
    return visit_bare(&v, (uint32_t *)values); /* saving only reads */
}

int scalars_load_bare(uint32_t *values, const uint8_t *in, size_t length)
{
    struct bare v;

    bare_load_memory(&v, in, length);
    return visit_bare(&v, values);
}

int scalars_save_migcore(const uint32_t *values, uint8_t *out, size_t capacity)
{
    migcore_legacy codec;

    migcore_legacy_save_memory(&codec, sizeof codec, out, capacity, NULL);
    return visit_migcore(&codec.visitor, (uint32_t *)values); /* saving only reads */
}

int scalars_load_migcore(uint32_t *values, const uint8_t *in, size_t length)
{
    migcore_legacy codec;

    migcore_legacy_load_memory(&codec, sizeof codec, in, length, NULL);
    return visit_migcore(&codec.visitor, values);
}
