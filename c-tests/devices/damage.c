/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Sections that were cut or altered: a load says so or not, and what comes of it can be saved or is refused.
 */
#include "run.h"

#define CUTS 12
#define FLIPS 24
#define SUBSECTION 0x05     /* the byte that one begins with */

/* Numbers that are the same in every run. */
static uint32_t next_number(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Loads what is there into an object, and saves that if it went well. */
static int load_and_save(const Section *section, const uint8_t *bytes, size_t length, size_t *used)
{
    const VMStateDescription *vmsd = section->device->vmsd;
    void *object = object_new(section);
    int result = load_legacy(vmsd, object, section->version, bytes, length, used);

    if (result == 0) {
        Bytes out = { memory_of(length + 64), length + 64 };

        (void)save_legacy(vmsd, object, NULL, &out);
        free(out.data);
    }
    object_free(section, object);
    return result;
}

/* What is cut is refused, but in the name of a subsection, which then is left for others, or just before one. */
static bool cut(const Section *section, size_t length)
{
    uint8_t *bytes = memory_of(length);
    const uint8_t *rest;
    size_t used;
    int result;

    memcpy(bytes, section->payload.data, length);
    result = load_and_save(section, bytes, length, &used);
    free(bytes);
    rest = section->payload.data + used;
    return result < 0 || (used < section->payload.length && *rest == SUBSECTION) ||
           wrong(section, "cut to %zu of %zu bytes: %d", length, section->payload.length, result);
}

static void flip(const Section *section, uint32_t bit)
{
    size_t length = section->payload.length;
    uint8_t *bytes = memory_of(length);
    size_t used;

    memcpy(bytes, section->payload.data, length);
    bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    (void)load_and_save(section, bytes, length, &used);
    free(bytes);
}

/* The first cut takes all bytes, the last one of them. */
bool check_damage(const Section *section)
{
    size_t length = section->payload.length;
    uint32_t state = (uint32_t)length;
    bool held = true;

    for (unsigned i = 0; i < CUTS; i++) {
        held &= cut(section, i + 1 < CUTS ? length * i / CUTS : length - 1);
    }
    for (unsigned i = 0; i < FLIPS; i++) {
        flip(section, next_number(&state) % (uint32_t)(length * 8));
    }
    return held;
}
