/* A timer that fires once, or again and again. */
#include "machine.h"

#define SHORTEST 100

enum { STATUS = 0, ONE_SHOT = 4, PERIODIC = 8, OVERRUNS = 12 };

/* What there is to save depends on the mode. */
migcore_status timer_visit(migcore_visitor *v, void *opaque)
{
    struct timer *t = opaque;

    migcore_visit_u8(v, "mode", &t->mode);
    require(v, "mode", t->mode <= TIMER_PERIODIC);
    migcore_visit_bool(v, "fired", &t->fired);
    if (t->mode != TIMER_OFF)
        migcore_visit_u64(v, "expires", &t->expires);
    if (t->mode == TIMER_PERIODIC) {
        migcore_visit_u32(v, "period", &t->period);
        require(v, "period", t->period >= SHORTEST);
        migcore_visit_u32(v, "overruns", &t->overruns);
    }
    return migcore_get_status(v);
}

int32_t timer_load_done(void *opaque)
{
    struct timer *t = opaque;

    intc_set(&t->machine->intc, LINE_TIMER, t->fired);
    return 0;
}

uint64_t timer_tick(struct timer *t)
{
    uint64_t now = t->machine->cpu.cycle;

    if (t->mode != TIMER_OFF && now >= t->expires) {
        if (t->mode == TIMER_PERIODIC) {
            uint64_t times = (now - t->expires) / t->period + 1;

            t->overruns += (uint32_t)times - !t->fired;
            t->expires += times * t->period;
        } else {
            t->mode = TIMER_OFF;
        }
        t->fired = true;
    }
    intc_set(&t->machine->intc, LINE_TIMER, t->fired);
    return t->mode == TIMER_OFF ? NEVER : t->expires;
}

uint32_t timer_read(struct machine *m, uint32_t offset)
{
    switch (offset) {
    case STATUS: return m->timer.fired;
    case PERIODIC: return m->timer.mode == TIMER_PERIODIC ? m->timer.period : 0;
    case OVERRUNS: return m->timer.mode == TIMER_PERIODIC ? m->timer.overruns : 0;
    default: return 0;
    }
}

static void start(struct machine *m, uint8_t mode, uint32_t after)
{
    m->timer.mode = after ? mode : TIMER_OFF;
    m->timer.period = after < SHORTEST ? SHORTEST : after;
    m->timer.expires = m->cpu.cycle + m->timer.period;
    m->timer.overruns = 0;
}

void timer_write(struct machine *m, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case STATUS: m->timer.fired = false; break; /* whatever is written */
    case ONE_SHOT: start(m, TIMER_ONE_SHOT, value); break;
    case PERIODIC: start(m, TIMER_PERIODIC, value); break;
    }
}
