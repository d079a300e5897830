/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Random walks: programs of visits over a block of memory, made from a random number.
 */
#ifndef WALK_H
#define WALK_H

#include "stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum walk_type {
    WALK_SCALAR,
    WALK_SINCE,
    WALK_OR,
    WALK_ARRAY,
    WALK_VARRAY,
    WALK_BYTES,
    WALK_VARBYTES,
    WALK_STRING,
    WALK_ABSENT,
    WALK_RAW,
    WALK_MARK,
    WALK_SET_VERSION,
    WALK_BEGIN_DEVICE,
    WALK_BEGIN_STRUCT,
    WALK_BEGIN_VERSIONED,
    WALK_BEGIN_OPTIONAL,
    WALK_BEGIN_LIST,
    WALK_BEGIN_VARLIST,
    WALK_BEGIN_ELEMENT,
    WALK_BEGIN_SUBSECTION,
    WALK_NO_SUBSECTION,
    WALK_END
};

/* One call. Places are offsets into the block, at any alignment. */
struct walk_step {
    enum walk_type type;
    /* A MIGCORE_KIND_ constant. */
    unsigned kind;
    size_t at, count, capacity, count_at;
    uint32_t version;
    /* Of a WALK_END: what it ends. */
    enum walk_type ends;
    /* Of a subsection: its owner's number; its own, after that. */
    unsigned owner, part;
};

enum {
    WALK_STEPS = 600,
    WALK_BLOCK = 16384
};

struct walk {
    struct walk_step steps[WALK_STEPS];
    size_t step_count, block_used;
    bool has_subsections;
};

/* A program, and the state that it starts from. `for_chunks`: all items lie in devices, and every mark is one of an item. */
void walk_make(struct walk *walk, uint8_t *block, uint32_t seed, bool for_chunks);
/* Runs it, and finishes the visit. `moving`: the object is moved before every call. */
migcore_status walk_run(const struct walk *walk, uint8_t *block, struct channel *channel, bool moving);
/* Checks that `loaded`, which held `before` in each byte, has what `saved` has where the program visits, and only there. */
void walk_compare(const struct walk *walk, const uint8_t *saved, const uint8_t *loaded, uint8_t before);

size_t walk_width(unsigned kind);

#endif
