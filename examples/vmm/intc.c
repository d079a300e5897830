/* The interrupt controller: a line that is up and enabled interrupts the processor, until it is claimed. */
#include "machine.h"

enum { LEVEL = 0, ENABLED = 4, CLAIM = 8 };

migcore_status intc_visit(migcore_visitor *v, void *opaque)
{
    struct intc *c = opaque;

    migcore_visit_u32(v, "enabled", &c->enabled);
    return migcore_visit_u32(v, "claimed", &c->claimed);
}

void intc_set(struct intc *c, unsigned line, bool level)
{
    c->level = (c->level & ~(1u << line)) | (uint32_t)level << line;
}

bool intc_pending(const struct intc *c)
{
    return (c->level & c->enabled & ~c->claimed) != 0;
}

/* The number of a line, 1 for the first, or 0 if there is none. */
static uint32_t claim(struct intc *c)
{
    for (unsigned line = 0; line < 32; line++) {
        if (c->level & c->enabled & ~c->claimed & 1u << line) {
            c->claimed |= 1u << line;
            return line + 1;
        }
    }
    return 0;
}

uint32_t intc_read(struct machine *m, uint32_t offset)
{
    switch (offset) {
    case LEVEL: return m->intc.level;
    case ENABLED: return m->intc.enabled;
    case CLAIM: return claim(&m->intc);
    default: return 0;
    }
}

void intc_write(struct machine *m, uint32_t offset, uint32_t value)
{
    if (offset == ENABLED)
        m->intc.enabled = value;
    if (offset == CLAIM && value >= 1 && value <= 32)
        m->intc.claimed &= ~(1u << (value - 1));
}
