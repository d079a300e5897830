/* What was before this release. Only the newer of two programs knows of both, so it does the work in both directions. */
#ifndef VMM_HISTORY_H
#define VMM_HISTORY_H

#include "tree.h"
#include <stdio.h>

#if RELEASE >= 2

/*
 * Makes of a state of this release one that a program of `release` reads, and writes what is lost or what is in the way to
 * `findings`. With `lossless` nothing may be lost. Returns a MIGCORE_ANSWER_ constant; after MIGCORE_ANSWER_REFUSED the
 * tree is as it was.
 */
uint32_t history_down(struct tree *t, uint32_t release, bool lossless, FILE *findings);

/* Makes of a state of whatever release one of this, with all that was lost on the way down and has come along. */
bool history_up(struct tree *t, migcore_error *error);

/*
 * For a manifest: puts the devices as older releases have them behind those of a machine, and says with the callback that
 * they are taken.
 */
bool history_add_older(struct tree *t, migcore_error *error);
migcore_status history_accept(void *opaque, const char *name, uint32_t instance, migcore_accepts *accepts);

/* Says in a manifest which versions the steps lead on from. */
bool history_add_routes(struct tree *t, migcore_node manifest, migcore_error *error);

#else /* the first release has nothing behind it */

static inline uint32_t history_down(struct tree *t, uint32_t release, bool lossless, FILE *findings)
{
    (void)t, (void)release, (void)lossless, (void)findings;
    return MIGCORE_ANSWER_LOADS;
}

static inline bool history_up(struct tree *t, migcore_error *error)
{
    (void)t, (void)error;
    return true;
}

static inline bool history_add_older(struct tree *t, migcore_error *error)
{
    (void)t, (void)error;
    return true;
}

static inline bool history_add_routes(struct tree *t, migcore_node manifest, migcore_error *error)
{
    (void)t, (void)manifest, (void)error;
    return true;
}

#define history_accept NULL

#endif
#endif
