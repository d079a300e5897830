/* The devices as a tree: for what does not go straight from them into a stream, or from a stream into them. */
#ifndef VMM_TREE_H
#define VMM_TREE_H

#include "machine.h"

struct tree {
    migcore_tree tree;
    uint8_t memory[128 * 1024];
};

/* All of these return false after an error, with its report. They begin a tree anew, whatever it held. */

/* The devices of a machine, and what it keeps for others. */
bool tree_of_machine(struct tree *t, struct machine *m, migcore_error *error);

/* What a stream of chunks holds: one that was collected, or one that comes from a source, read to its end and no further. */
bool tree_of_received(struct tree *t, const migcore_chunk_receiver *receiver, migcore_error *error);
bool tree_of_source(struct tree *t, const migcore_source *source, migcore_error *error);

/* Sends it as a stream of its own. */
bool tree_send(struct tree *t, const migcore_sink *sink, migcore_error *error);

/*
 * Checks the tree for a machine and, with `load`, loads it; no device is touched before all was found right. What is not
 * known here, and may be copied, the machine then keeps for whoever gets it next. Writes how much is not known.
 */
bool tree_accept(struct tree *t, struct machine *m, bool load, uint64_t *skipped, migcore_error *error);

#endif
