/*
 * What a destination says of itself before a machine is sent, its manifest, and what the source makes of it. The answer is
 * known before the guest stands still; what is not known so, such as what a device refuses by its values, the destination
 * finds when it checks the machine.
 */
#ifndef VMM_PREFLIGHT_H
#define VMM_PREFLIGHT_H

#include "tree.h"

/* Makes the manifest of a program with these options. False, with words on stderr. */
bool manifest_make(struct tree *t, const struct options *options);

/* What a machine is sent as. */
struct parcel {
    struct tree state; /* of the release that the destination is of */
    bool converted;    /* else the devices can go straight */
};

/* Whether the destination takes the machine as it is now: says so on stderr, after `when`. */
bool preflight(struct machine *m, const struct options *options, struct tree *manifest, const char *when,
               struct parcel *parcel);

#endif
