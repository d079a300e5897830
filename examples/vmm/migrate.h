/* A machine moves to another process: migrate.c is where it leaves, receive.c where it arrives. */
#ifndef VMM_MIGRATE_H
#define VMM_MIGRATE_H

#include "machine.h"

/* Moves a machine that is running to `options->migrate`. True: it runs there; false: it is still here, and goes on. */
bool migrate_to(struct machine *m, const struct options *options);

/* Waits for a machine at `options->subject`, and runs it to its end. Returns the exit code of the program. */
int receive_from(const struct options *options);

#endif
