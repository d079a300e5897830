/* The state of a machine in a file, and what becomes of a state that has come, from wherever. */
#ifndef VMM_SNAPSHOT_H
#define VMM_SNAPSHOT_H

#include "machine.h"

/* The most that a receiver must keep of a stream: all of it but memory. */
#define STATE_SIZE (64u << 10)

/* Saves a machine that stands still. False, with words on stderr: what was at `path` is as it was. */
bool snapshot_save(struct machine *m, const char *path);

/* Restores a machine that has not run yet. False, with words on stderr: it must not run. */
bool snapshot_load(struct machine *m, const char *path);

/*
 * Checks what a receiver has collected, down to the last value; then loads it, memory being there already. After an error
 * the machine must not run.
 */
migcore_status snapshot_accept(struct machine *m, const void *bytes, size_t length, migcore_checked *checked,
                               migcore_error *error);

#endif
