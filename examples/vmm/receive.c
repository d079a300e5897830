#include "migrate.h"
#include <stdio.h>

int receive_from(const struct options *options)
{
    fprintf(stderr, "vmm: %s: machines do not arrive\n", options->subject);
    return 1;
}
