/* A timer that fires once, or again and again. */
#include "machine.h"

#define SHORTEST 100

/* What there is to save depends on the mode. */
migcore_status timer_visit(migcore_visitor *v, void *opaque)
{
    struct timer *t = opaque;

    migcore_visit_u8(v, "mode", &t->mode);
    migcore_require(v, "mode", t->mode <= TIMER_MODE_PERIODIC);
    migcore_visit_bool(v, "fired", &t->fired);
    if (t->mode != TIMER_MODE_OFF)
        migcore_visit_u64(v, "expires", &t->expires);
    if (t->mode == TIMER_MODE_PERIODIC) {
        migcore_visit_u32(v, "period", &t->period);
        migcore_require(v, "period", t->period >= SHORTEST);
#if RELEASE >= 2
        migcore_visit_u64(v, "missed", &t->missed);
#else
        migcore_visit_u32(v, "overruns", &t->missed);
#endif
    }
    return migcore_get_status(v);
}

uint64_t timer_tick(struct machine *m)
{
    struct timer *t = &m->timer;

    if (t->mode == TIMER_MODE_PERIODIC && m->cpu.cycle >= t->expires) {
        uint64_t times = (m->cpu.cycle - t->expires) / t->period + 1;

        t->missed += (uint32_t)times - !t->fired;
        t->expires += times * t->period;
        t->fired = true;
    } else if (t->mode == TIMER_MODE_ONCE && m->cpu.cycle >= t->expires) {
        t->mode = TIMER_MODE_OFF;
        t->fired = true;
    }
    intc_set(&m->intc, LINE_TIMER, t->fired);
    return t->mode == TIMER_MODE_OFF ? NEVER : t->expires;
}

uint32_t timer_read(struct machine *m, uint32_t offset)
{
    switch (offset) {
    case TIMER_STATUS: return m->timer.fired;
    case TIMER_PERIODIC: return m->timer.mode == TIMER_MODE_PERIODIC ? m->timer.period : 0;
    case TIMER_OVERRUNS: return m->timer.mode == TIMER_MODE_PERIODIC ? (uint32_t)m->timer.missed : 0;
    default: return 0;
    }
}

void timer_write(struct machine *m, uint32_t offset, uint32_t value)
{
    struct timer *t = &m->timer;

    if (offset == TIMER_STATUS) {
        t->fired = false; /* whatever is written */
    } else if (offset == TIMER_ONCE || offset == TIMER_PERIODIC) {
        t->mode = value == 0 ? TIMER_MODE_OFF : offset == TIMER_ONCE ? TIMER_MODE_ONCE : TIMER_MODE_PERIODIC;
        t->period = value < SHORTEST ? SHORTEST : value;
        t->expires = m->cpu.cycle + t->period;
        t->missed = 0;
    }
}
