/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Every call of a visit that returns a status, with good arguments: for tests of what holds for all of them.
 */
#ifndef CALLS_H
#define CALLS_H

#include "kinds.h"
#include "migcore.h"

/* What the calls read and write. */
struct place {
#define PLACE(name, type, constant) \
    type one_##name; \
    type some_##name[3];
    EACH_KIND(PLACE)
#undef PLACE
    uint8_t bytes[8];
    char text[8];
    size_t count, list_count;
    bool present, found, has, more;
    migcore_device_head head;
    char name[256];
    uint32_t version;
    /* How often a callback of the subsection table ran. */
    unsigned called;
};

enum {
    CALL_SAVES = 1,
    CALL_LOADS = 2,
    CALL_BOTH = 3
};

struct call {
    const char *name;
    migcore_status (*run)(migcore_visitor *v, struct place *place);
    /* The directions that it belongs to. */
    int directions;
};

extern const struct call calls[];
extern const size_t call_count;

/* Values that may be saved; counts that are in range. */
void place_init(struct place *place);
/* What a call leaves there that is refused by a visitor of this direction. */
void place_refuse(struct place *place, const struct call *call, bool loading);

#endif
