/*
 * A Unix socket between the source and the destination of a migration. The source sends the state of its
 * machine as one stream of chunks; everything else that the two say is a message, a short stream of its own:
 *
 *     source                                            destination
 *       the machine: memory, pages again, devices  --->   receives, checks, loads
 *                                                  <---  READY, or REFUSED with the reason
 *       makes the claim (claim.h)
 *       COMMIT, with the claim's number            --->   takes the claim
 *                                                  <---  RUNNING, and runs
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
    int64_t deadline; /* when reading and writing give up, of the monotonic clock, in milliseconds */
    FILE *copy;       /* gets all that is written, too; may be NULL */
};

/* The socket at `path`. Both say on stderr what is wrong. A listener takes one source, then the path is gone. */
bool channel_connect(struct channel *c, const char *path);
bool channel_listen(struct channel *c, const char *path);
void channel_close(struct channel *c);

/* What follows must be done in so many milliseconds from now on. */
void channel_limit(struct channel *c, unsigned milliseconds);
enum { LAST_WORDS = 200 }; /* for what is worth little waiting */

/* Whether the other side has said something, or is gone. */
bool channel_has_input(const struct channel *c);

/* Where a saver writes to, and a loader or receiver reads from. */
migcore_sink channel_sink(struct channel *c);
migcore_source channel_source(struct channel *c);

/* Says nothing more, and lets the other side speak until it has read what was said to it. */
void channel_drain(struct channel *c);

enum message_kind {
    MESSAGE_READY = 1, /* the state is loaded, and can run */
    MESSAGE_REFUSED,   /* it is not, and never will be */
    MESSAGE_COMMIT,    /* whoever takes the claim has the machine */
    MESSAGE_RUNNING,   /* the destination has taken it */
};

struct message {
    uint32_t kind;
    uint64_t skipped;          /* READY: chunks and devices that nobody knew there, and that may be left out */
    struct claim_number claim; /* COMMIT, RUNNING */
    migcore_error error;       /* REFUSED: why, and where in the state and in the stream */
};

/* False: the link is lost, the limit is over, or the other side speaks another language. */
bool channel_say(struct channel *c, struct message *message, migcore_error *error);
bool channel_hear(struct channel *c, struct message *message, migcore_error *error);

#endif
