/*
 * What a board means to its guest, and the programs of all releases, each with a struct and a visit function of its own.
 */
#ifndef OLD_H
#define OLD_H

#include <migcore.h>

#define NEWEST 7
#define COALESCING 100        /* of a card that cannot say how many packets it waits for */
#define FEATURE_OFFLOAD 0x20u /* what release 5 brought */

/* The state, whatever form a release gives it. */
struct meaning {
    uint32_t control, features, debug, coalescing, ticks;
    uint16_t head, tail, speed;
    bool enabled, loopback, link;
};

/* The card of release 2: it is also what the bytes of release 1 hold. */
struct nic_2 {
    uint32_t ctl, features, debug;
    uint16_t rx_head, rx_tail, speed;
    uint8_t mode;
    bool link;
};

migcore_status visit_nic_2(migcore_visitor *v, void *opaque);

/* The program of a release saves this state, or loads one. */
migcore_status old_save(migcore_tree *tree, unsigned release, const struct meaning *meaning);
migcore_status old_load(migcore_tree *tree, unsigned release, struct meaning *meaning);

#endif
