#include "bare.h"

#include <string.h>

#define READY 0x62617265u

struct bare_operations {
    int (*u32)(struct bare *v, uint32_t *value);
};

static int refuse(struct bare *v)
{
    if (v != NULL) {
        v->error = 1;
        v->state = 0;
    }
    return 1;
}

/* The place of the next 4 bytes, or NULL when there is no room or no value. */
static inline uint8_t *next(struct bare *v, const uint32_t *value)
{
    uint8_t *at = v->at;

    if (value == NULL || v->left < sizeof *value) {
        refuse(v);
        return NULL;
    }
    v->at = at + sizeof *value;
    v->left -= sizeof *value;
    return at;
}

static int save_u32(struct bare *v, uint32_t *value)
{
    uint8_t *at = next(v, value);
    uint32_t held;

    if (at == NULL) {
        return 1;
    }
    memcpy(&held, value, sizeof held);
    held = __builtin_bswap32(held);
    memcpy(at, &held, sizeof held);
    return 0;
}

static int load_u32(struct bare *v, uint32_t *value)
{
    const uint8_t *at = next(v, value);
    uint32_t held;

    if (at == NULL) {
        return 1;
    }
    memcpy(&held, at, sizeof held);
    held = __builtin_bswap32(held);
    memcpy(value, &held, sizeof held);
    return 0;
}

static const struct bare_operations saving = { save_u32 };
static const struct bare_operations loading = { load_u32 };

void bare_save_memory(struct bare *v, uint8_t *out, size_t capacity)
{
    *v = (struct bare){ READY, 0, &saving, out, capacity };
}

void bare_load_memory(struct bare *v, const uint8_t *in, size_t length)
{
    /* The loading table only reads there. */
    *v = (struct bare){ READY, 0, &loading, (uint8_t *)in, length };
}

int bare_visit_u32(struct bare *v, const char *name, uint32_t *value)
{
    (void)name;
    if (v == NULL || v->state != READY) {
        return refuse(v);
    }
    return v->operations->u32(v, value);
}

int bare_finish(struct bare *v)
{
    return v->error;
}
