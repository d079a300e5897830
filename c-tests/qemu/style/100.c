/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * An interval timer as sources of QEMU 1.0 are written: pointers to timers, hooks without a result, subsections with their
 * `needed` beside them, an old loader, a period timer that still has a pair of functions.
 */
#include "hw.h"
#include "qemu-timer.h"

#include "style.h"

typedef struct Channel {
    uint32_t count;
    uint16_t latched;
    uint8_t mode;
    uint8_t bcd;
    QEMUTimer *irq_timer;
} Channel;

typedef struct IntervalState {
    Channel channels[3];
    uint32_t control;
    int32_t queued;
    uint8_t *queue;
    uint8_t queue_bytes[16];
    uint8_t scratch[6];
    bool masked;
    uint32_t mask;
    uint32_t cached;
} IntervalState;

static const VMStateDescription vmstate_channel = {
    .name = "interval channel",
    .version_id = 1,
    .minimum_version_id = 1,
    .minimum_version_id_old = 1,
    .fields      = (VMStateField []) {
        VMSTATE_UINT32(count, Channel),
        VMSTATE_UINT16(latched, Channel),
        VMSTATE_UINT8(mode, Channel),
        VMSTATE_UINT8(bcd, Channel),
        VMSTATE_TIMER(irq_timer, Channel),
        VMSTATE_END_OF_LIST()
    }
};

static bool interval_is_masked(void *opaque)
{
    IntervalState *s = opaque;

    return s->masked;
}

static const VMStateDescription vmstate_interval_mask = {
    .name = "interval/mask",
    .version_id = 1,
    .minimum_version_id = 1,
    .minimum_version_id_old = 1,
    .fields      = (VMStateField []) {
        VMSTATE_UINT32(mask, IntervalState),
        VMSTATE_END_OF_LIST()
    }
};

static void interval_pre_save(void *opaque)
{
    IntervalState *s = opaque;

    s->control = s->cached | 0x80000000;
}

static int interval_post_load(void *opaque, int version_id)
{
    IntervalState *s = opaque;

    s->cached = s->control & 0x7fffffff;
    return version_id < 2 ? -EINVAL : 0;
}

/* Version 1 had the control word alone. */
static int interval_load_old(QEMUFile *f, void *opaque, int version_id)
{
    IntervalState *s = opaque;

    if (version_id != 1) {
        return -EINVAL;
    }
    qemu_get_be32s(f, &s->control);
    s->cached = s->control;
    return 0;
}

static const VMStateDescription vmstate_interval = {
    .name = "interval",
    .version_id = 3,
    .minimum_version_id = 2,
    .minimum_version_id_old = 1,
    .load_state_old = interval_load_old,
    .pre_save = interval_pre_save,
    .post_load = interval_post_load,
    .fields      = (VMStateField []) {
        VMSTATE_UINT32(control, IntervalState),
        VMSTATE_STRUCT_ARRAY(channels, IntervalState, 3, 2, vmstate_channel, Channel),
        VMSTATE_INT32_V(queued, IntervalState, 3),
        VMSTATE_VBUFFER(queue, IntervalState, 3, NULL, 4, queued),
        VMSTATE_BUFFER_START_MIDDLE(scratch, IntervalState, 2),
        VMSTATE_UNUSED(2),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (VMStateSubsection []) {
        {
            .vmsd = &vmstate_interval_mask,
            .needed = interval_is_masked,
        } , {
            /* empty */
        }
    }
};

static void interval_save_timer(QEMUFile *f, void *opaque)
{
    IntervalState *s = opaque;

    qemu_put_timer(f, s->channels[0].irq_timer);
}

static int interval_load_timer(QEMUFile *f, void *opaque, int version_id)
{
    IntervalState *s = opaque;

    qemu_get_timer(f, s->channels[0].irq_timer);
    return version_id == 1 ? 0 : -EINVAL;
}

/* -- The check ----------------------------------------------------------------------------------------------------- */

static QEMUTimer timers[2][3];

static void reset(IntervalState *s, QEMUTimer *its_timers)
{
    memset(s, 0, sizeof *s);
    s->queue = s->queue_bytes;
    for (int i = 0; i < 3; i++) {
        s->channels[i].irq_timer = &its_timers[i];
    }
}

int main(void)
{
    IntervalState from, to;
    static const uint8_t old[] = { 0, 0, 0, 9, 0 };
    Memory m, back;

    reset(&from, timers[0]);
    reset(&to, timers[1]);
    from.cached = 0x1234;
    from.queued = 3;
    memcpy(from.queue_bytes, "....abc", 7);
    memcpy(from.scratch, "..wxyz", 6);
    from.masked = true;
    from.mask = 0xf0;
    for (int i = 0; i < 3; i++) {
        from.channels[i] = (Channel) { 100u + i, (uint16_t)i, 2, 1, &timers[0][i] };
        timers[0][i].expire_time = i - 1;
    }
    CHECK_EQUAL(memory_save(&m, &vmstate_interval, &from), 0);
    CHECK_EQUAL(m.length, 4 + 3 * 16 + 4 + 3 + 4 + 2 + 2 + 13 + 4 + 4);
    CHECK_EQUAL(memory_load(&back, &vmstate_interval, &to, 3, m.bytes, m.length + 1), 0);
    CHECK_EQUAL(to.cached, 0x1234);
    CHECK_EQUAL(to.mask, 0xf0);
    CHECK(memcmp(to.queue_bytes + 4, "abc", 3) == 0 && memcmp(to.scratch + 2, "wxyz", 4) == 0);
    CHECK_EQUAL(to.channels[2].count, 102);
    CHECK_EQUAL(timers[1][0].expire_time, -1);
    CHECK_EQUAL(timers[1][2].expire_time, 1);
    CHECK_EQUAL(memory_load(&back, &vmstate_interval, &to, 1, old, sizeof old), 0);
    CHECK_EQUAL(to.cached, 9);
    CHECK_EQUAL(memory_load(&back, &vmstate_interval, &to, 0, old, sizeof old), -EINVAL);
    handlers(&m, interval_save_timer, interval_load_timer, &from, &to);
    CHECK_EQUAL(timers[1][0].expire_time, timers[0][0].expire_time);
    return checks_report("style-100");
}
