/*
 * The claim: a file that decides who has the machine, once both sides could run it. The source makes it before COMMIT.
 * Whoever removes it has the machine: the destination before it runs, or the source, which tries when it has heard that
 * the destination runs, or nothing. The file system lets one of them succeed, in whatever state the other one and the link
 * are.
 */
#ifndef VMM_CLAIM_H
#define VMM_CLAIM_H

#include <stdbool.h>

/* What tells a claim from others; the source draws it for each migration. */
#define CLAIM_NUMBER 16

/* The claim lies beside the socket. False, with words on stderr: it was not made. */
bool claim_make(const char *socket, unsigned char *number);

/* False: it is not there any more, or nobody can tell. Who asked must not run. */
bool claim_take(const char *socket, const unsigned char *number);

#endif
