/* The state of a machine in a file, and what a machine does with a state that has come, from wherever. */
#ifndef VMM_SNAPSHOT_H
#define VMM_SNAPSHOT_H

#include "machine.h"

/* The most that the state of the devices takes as a stream. */
#define STATE_SIZE (8u << 20)

/* Saves a machine that does not run. False, with words on stderr: there is no such file, or it is as it was. */
bool snapshot_save(struct machine *m, const char *path);

/* Restores a machine that has not run yet. False, with words on stderr: it must not run. */
bool snapshot_load(struct machine *m, const char *path);

/* Checks a stream that a receiver has found right, down to the last value, and changes nothing. */
migcore_status snapshot_check(struct machine *m, const void *bytes, size_t length, migcore_checked *checked,
                              migcore_error *error);

/* Checks, and then loads. MIGCORE_DIRTY, or any other error: the machine must not run. */
migcore_status snapshot_accept(struct machine *m, const void *bytes, size_t length, migcore_checked *checked,
                               migcore_error *error);

#endif
