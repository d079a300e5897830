/* The interrupt controller: a line that is up and enabled interrupts the processor, until it is claimed. */
#include "machine.h"

migcore_status intc_visit(migcore_visitor *v, void *opaque)
{
    struct intc *c = opaque;

#if RELEASE >= 2
    migcore_begin_struct(v, "lines");
#endif
    migcore_visit_u32(v, "enabled", &c->enabled);
    migcore_visit_u32(v, "claimed", &c->claimed);
#if RELEASE >= 2
    migcore_end_struct(v);
#endif
    return migcore_get_status(v);
}

void intc_set(struct intc *c, unsigned line, bool level)
{
    c->level = (c->level & ~(1u << line)) | (uint32_t)level << line;
}

bool intc_pending(const struct intc *c)
{
    return (c->level & c->enabled & ~c->claimed) != 0;
}

static uint32_t claim(struct intc *c)
{
    uint32_t pending = c->level & c->enabled & ~c->claimed;

    c->claimed |= pending & -pending; /* the lowest bit */
    return pending ? (uint32_t)__builtin_ctz(pending) : LINE_NONE;
}

uint32_t intc_read(struct machine *m, uint32_t offset)
{
    switch (offset) {
    case INTC_ENABLED: return m->intc.enabled;
    case INTC_CLAIM: return claim(&m->intc);
    default: return 0;
    }
}

void intc_write(struct machine *m, uint32_t offset, uint32_t value)
{
    if (offset == INTC_ENABLED)
        m->intc.enabled = value;
    if (offset == INTC_CLAIM && value <= LINE_BLK)
        m->intc.claimed &= ~(1u << value);
}
