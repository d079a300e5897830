/*
 * The first program of the README: a timer is saved, wiped, loaded, and a damaged copy refused.
 *
 *     cc first.c -o first $(pkg-config --cflags --libs migcore)
 */
#include <migcore.h>
#include <stdio.h>
#include <string.h>

struct timer {
    uint32_t control;
    uint16_t reload;
    bool armed; /* since version 2 */
    uint64_t counters[4];
};

/* One function saves and loads, any number of timers. Errors are sticky: nothing is done after the first. */
static void timer_visit(migcore_visitor *v, struct timer *t)
{
    migcore_visit_u32(v, "control", &t->control);
    migcore_visit_u16(v, "reload", &t->reload);
    migcore_visit_bool_since(v, "armed", &t->armed, 2, false);
    migcore_visit_u64_array(v, "counters", t->counters, 4);
}

/* Whoever has the devices names them: timer 0, whose state is of version 2, or 1 in old streams. */
static migcore_status machine_visit(migcore_visitor *v, struct timer *t)
{
    migcore_begin_device(v, "timer", 0, 2, 1);
    timer_visit(v, t);
    migcore_end_device(v);
    return migcore_finish(v); /* the first error of all of this */
}

int main(void)
{
    struct timer timer = {0x80000001, 1000, true, {1, 2, 3, 4}};
    unsigned char bytes[64];
    migcore_legacy legacy; /* storage; nothing is allocated, nothing needs to be freed */
    migcore_visitor *v = &legacy.visitor;

    migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL);
    if (machine_visit(v, &timer) != MIGCORE_OK)
        return 1;
    size_t length = (size_t)migcore_position(v);
    printf("saved %zu bytes\n", length);

    memset(&timer, 0, sizeof timer);
    migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, length, NULL);
    if (machine_visit(v, &timer) != MIGCORE_OK)
        return 1;
    printf("loaded: control 0x%x, reload %u, armed %d, last counter %u\n", (unsigned)timer.control,
           timer.reload, timer.armed, (unsigned)timer.counters[3]);

    migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, length - 1, NULL);
    if (machine_visit(v, &timer) == MIGCORE_OK)
        return 1;
    migcore_error error = {.size = sizeof error};
    char text[256];
    migcore_get_error(v, &error);
    migcore_error_text(&error, text, sizeof text);
    printf("cut short: %s\n", text);
    return 0;
}
