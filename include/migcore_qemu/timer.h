/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/timer.h - QEMUTimer. Included by migcore_qemu.h.
 *
 * A timer of ours is what a stream has of one: when it expires, in nanoseconds of its clock, or -1. Nothing calls it when
 * that time comes, and there are no functions that make or arm one: whose clock it is, only the program knows. A program
 * with timers of its own has MIGCORE_QEMU_HOST_TIMER in MIGCORE_QEMU_COEXIST, and says how to read and to arm one:
 *
 *     #define MIGCORE_QEMU_TIMER_GET(timer) ((timer)->expire_time)                            -1: not armed
 *     #define MIGCORE_QEMU_TIMER_SET(timer, expiry) host_timer_arm((timer), (expiry))         -1: disarm it
 *
 * The same in the whole program: who walks a table reads the timers of all.
 */
#ifndef MIGCORE_QEMU_TIMER_H
#define MIGCORE_QEMU_TIMER_H

#if !(MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_TIMER)
/* All zeros is a timer that expires at 0: set -1 first. */
typedef struct QEMUTimer {
    int64_t expire_time; /* nanoseconds, -1: not armed */
} QEMUTimer;

#define MIGCORE_QEMU_TIMER_GET(timer) ((timer)->expire_time)
#define MIGCORE_QEMU_TIMER_SET(timer, expiry) ((void)((timer)->expire_time = (expiry)))
#elif !defined(MIGCORE_QEMU_TIMER_GET) || !defined(MIGCORE_QEMU_TIMER_SET)
#error "MIGCORE_QEMU_HOST_TIMER needs MIGCORE_QEMU_TIMER_GET(timer) and MIGCORE_QEMU_TIMER_SET(timer, expiry)"
#endif

static inline int64_t migcore_qemu_priv_timer_get(void *opaque, const void *timer)
{
    (void)opaque;
    return MIGCORE_QEMU_TIMER_GET((QEMUTimer *)(uintptr_t)timer);
}

static inline void migcore_qemu_priv_timer_set(void *opaque, void *timer, int64_t expiry)
{
    (void)opaque;
    MIGCORE_QEMU_TIMER_SET((QEMUTimer *)timer, expiry);
}

/* A timer in a stream of puts and gets. Between 1.0 and 7.2 the names changed: both are there. */
#define MIGCORE_QEMU_PRIV_TIMER(put, get) \
    static inline void put(QEMUFile *f, QEMUTimer *timer) \
    { \
        qemu_put_be64(f, (uint64_t)MIGCORE_QEMU_TIMER_GET(timer)); \
    } \
    static inline void get(QEMUFile *f, QEMUTimer *timer) \
    { \
        int64_t expiry = (int64_t)qemu_get_be64(f); \
        if (migcore_qemu_priv_error(f) == 0) { \
            MIGCORE_QEMU_TIMER_SET(timer, expiry); \
        } \
    }

#if !(MIGCORE_QEMU_COEXIST & (MIGCORE_QEMU_HOST_TIMER | MIGCORE_QEMU_HOST_FILE))
#if MIGCORE_QEMU_API < 702
MIGCORE_QEMU_PRIV_TIMER(qemu_put_timer, qemu_get_timer)
#endif
#if MIGCORE_QEMU_API > 100
MIGCORE_QEMU_PRIV_TIMER(timer_put, timer_get)
#endif
#endif

#endif /* MIGCORE_QEMU_TIMER_H */
