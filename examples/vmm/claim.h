/*
 * The claim: a file that decides who has the machine, once both sides could run it. The source makes it before COMMIT.
 * Whoever removes it has the machine: the destination before it runs, or the source when it does not hear of the
 * destination any more. The file system lets one of them succeed, in whatever state the other one and the link are.
 */
#ifndef VMM_CLAIM_H
#define VMM_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

/* Drawn by the source for each migration. */
struct claim_number {
    uint8_t bytes[16];
};

enum claim {
    CLAIM_TAKEN,   /* it is ours */
    CLAIM_GONE,    /* it is the other one's */
    CLAIM_UNKNOWN, /* the file system fails, so nobody can tell: who asked must not run */
};

/* The claim lies beside the socket. Both say on stderr what fails. */
bool claim_make(const char *socket, struct claim_number *number);
enum claim claim_take(const char *socket, const struct claim_number *number);

#endif
