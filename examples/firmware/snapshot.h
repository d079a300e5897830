/* Images of the controller in a piece of memory that stands for a flash page. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "can.h"

#define SNAPSHOT_CAPACITY 512u

struct snapshot {
    uint8_t bytes[SNAPSHOT_CAPACITY];
    size_t length;
};

/* Saves the controller; on failure the snapshot keeps its old length. */
migcore_status snapshot_save(struct snapshot *snapshot, struct can *can, migcore_error *error);

/* Loads the controller, all or nothing: on failure `can` is what it was. */
migcore_status snapshot_load(const struct snapshot *snapshot, struct can *can, migcore_error *error);

#endif
