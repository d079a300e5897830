/* The state of a machine in a file, and what becomes of a state that has come, from wherever. */
#ifndef VMM_SNAPSHOT_H
#define VMM_SNAPSHOT_H

#include "machine.h"

/* Saves a machine that stands still. False, with words on stderr: what was at `path` is as it was. */
bool snapshot_save(struct machine *m, const char *path);

/* Restores a machine that has not run yet. False, with words on stderr: it must not run. */
bool snapshot_load(struct machine *m, const char *path);

/* Saves the devices, and what the machine keeps for others, to any wire. False, with words on stderr, or an error of `v`. */
bool devices_save(struct machine *m, migcore_visitor *v);

/*
 * Receives a machine from wherever, checks all of it, and loads it; or, without `load`, only finds out whether it could.
 * Writes to `skipped` how many chunks and devices are not known here. After an error the machine must not run: no device was
 * touched, but some of its memory may be written. So a machine that still lives is restored in two steps: without `load`
 * first, and then, with its memory set to 0, with it.
 */
migcore_status snapshot_receive(struct machine *m, const migcore_source *source, bool load, uint64_t *skipped,
                                migcore_error *error);

#endif
