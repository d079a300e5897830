/* A machine moves to another process: migrate.c is where it leaves, receive.c where it arrives. */
#ifndef VMM_MIGRATE_H
#define VMM_MIGRATE_H

#include "machine.h"

enum handover {
    HANDOVER_NONE,    /* the machine is here as before, and goes on */
    HANDOVER_DONE,    /* it runs at the destination */
    HANDOVER_UNKNOWN, /* it is not here any more, and nobody has said that it runs */
};

/* Moves a machine that is running to `options->migrate`. */
enum handover migrate_to(struct machine *m, const struct options *options);

/* Waits for a machine at `options->subject`. True: it is here, and has been started. */
bool receive_from(struct machine *m, const struct options *options);

#endif
