/* Images of the CAN FD controller as chunks: they describe and check themselves, and are read where they
 * are. */
#ifndef CHUNKS_H
#define CHUNKS_H

#include <stddef.h>
#include <stdint.h>

#include "fdcan.h"

#define CHUNKS_CAPACITY 4096u

/* A piece of memory that stands for some flash pages. */
struct chunks {
    uint8_t bytes[CHUNKS_CAPACITY];
    size_t length;
};

/* Saves the controller in fragments of at most `fragment_limit` bytes, 0: as the scratch memory allows; on
 * failure the image keeps its old length. */
migcore_status chunks_save(struct chunks *chunks, struct fdcan *fdcan, uint32_t fragment_limit,
                           migcore_error *error);

/* Checks all of an image, and touches no controller. */
migcore_status chunks_check(const struct chunks *chunks, migcore_error *error);

/* Loads the controller from an image that was checked. What can still fail is that it is the image of
 * another device or of another version of it: then the controller must be reset. */
migcore_status chunks_load(const struct chunks *chunks, struct fdcan *fdcan, migcore_error *error);

#endif
