/* Random numbers. The device table marks the state as ancillary: who does not know it may go on without. */
#include "machine.h"

migcore_status rng_visit(migcore_visitor *v, void *opaque)
{
    struct rng *r = opaque;

    migcore_visit_u64(v, "state", &r->state);
    migcore_require(v, "state", r->state != 0); /* it would give nothing but zeros */
    return migcore_get_status(v);
}

uint32_t rng_read(struct machine *m, uint32_t offset)
{
    uint64_t *state = &m->rng.state;

    (void)offset;
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 32);
}
