#include "migrate.h"
#include <stdio.h>

bool migrate_to(struct machine *m, const struct options *options)
{
    (void)m;
    fprintf(stderr, "vmm: %s: machines do not move\n", options->migrate);
    return false;
}
