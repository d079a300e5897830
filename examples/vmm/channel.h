/*
 * A Unix socket between the source and the destination of a migration. The source sends its machine as one stream of
 * chunks, the destination its manifest; everything else that the two say is a message, a short stream of its own:
 *
 *     source                                           destination
 *       compares it with its state                <--    its manifest: what it takes
 *       the machine: memory, pages again, devices -->    receives, checks, loads
 *                                                 <--    READY, or REFUSED with the error
 *       makes the claim (claim.h)
 *       COMMIT, with the number of the claim      -->    takes the claim
 *                                                 <--    RUNNING, and runs
 *
 * Nobody speaks out of turn, but for REFUSED, which may come at any time before COMMIT.
 */
#ifndef VMM_CHANNEL_H
#define VMM_CHANNEL_H

#include "claim.h"
#include <migcore.h>
#include <stdio.h>

struct channel {
    int fd;
    double deadline; /* reading and writing give up then */
    double idle;     /* if not 0, each read sets the deadline anew */
    FILE *copy;      /* gets all that is written, too; may be NULL */
};

/* False, with words on stderr. A listener takes one source; then the path is gone. */
bool channel_connect(struct channel *c, const char *path);
bool channel_listen(struct channel *c, const char *path);
void channel_close(struct channel *c);

double milliseconds(void); /* of a clock that nobody sets */
void channel_limit(struct channel *c, double milliseconds); /* from now on, for what follows */
#define LAST_WORDS 200.0                                    /* such a limit, for what is worth little waiting */

/* Whether the other side has said something, or is gone. */
bool channel_has_input(const struct channel *c);

/* Where a saver writes to, and a loader or receiver reads from. */
migcore_sink channel_sink(struct channel *c);
migcore_source channel_source(struct channel *c);

enum {
    MESSAGE_READY = 1, /* the machine is loaded, and can run */
    MESSAGE_REFUSED,   /* it is not, and never will be */
    MESSAGE_COMMIT,    /* whoever takes the claim has the machine */
    MESSAGE_RUNNING,   /* the destination has taken it */
};

struct message {
    uint32_t kind;
    uint64_t skipped;                  /* READY: chunks and devices that are not known there, and were left out */
    migcore_error error;               /* REFUSED: why, and where in the state and in the stream */
    unsigned char claim[CLAIM_NUMBER]; /* COMMIT, RUNNING */
};

/* False: the link is lost, the time is over, or the other side speaks another language. */
bool channel_say(struct channel *c, struct message *message, migcore_error *error);
bool channel_hear(struct channel *c, struct message *message, migcore_error *error);

/* Says nothing more, and lets the other side speak until it has read what was said to it: whoever closes a link with
 * unread bytes in it may take back its own last words. */
void channel_drain(struct channel *c);

#endif
