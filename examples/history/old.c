/*
 * The programs of releases 1 to 6, as they were.
 */
#include "old.h"

#include <string.h>

/* Release 1: a pair of functions that put and get bytes. */
struct nic_1 {
    uint8_t bytes[20];
};

static void put(uint8_t **to, uint32_t number, int width)
{
    while (width-- > 0)
        *(*to)++ = (uint8_t)(number >> 8 * width);
}

static uint32_t get(const uint8_t **from, int width)
{
    uint32_t number = 0;

    while (width-- > 0)
        number = number << 8 | *(*from)++;
    return number;
}

static migcore_status visit_nic_1(migcore_visitor *v, void *opaque)
{
    struct nic_1 *nic = opaque;

    if (migcore_is_loading(v))
        return migcore_get_raw(v, nic->bytes, sizeof nic->bytes, NULL);
    return migcore_put_raw(v, nic->bytes, sizeof nic->bytes);
}

static void set_1(void *opaque, const struct meaning *m)
{
    uint8_t *to = ((struct nic_1 *)opaque)->bytes;

    put(&to, m->control, 4);
    put(&to, m->head, 2);
    put(&to, m->tail, 2);
    put(&to, m->loopback ? 2 : m->enabled, 1);
    put(&to, m->features, 4);
    put(&to, m->debug, 4);
    put(&to, m->link, 1);
    put(&to, m->speed, 2);
}

static void mean_mode(struct meaning *m, uint32_t mode)
{
    m->enabled = mode != 0;
    m->loopback = mode == 2;
}

static void get_1(const void *opaque, struct meaning *m)
{
    const uint8_t *from = ((const struct nic_1 *)opaque)->bytes;

    m->control = get(&from, 4);
    m->head = (uint16_t)get(&from, 2);
    m->tail = (uint16_t)get(&from, 2);
    mean_mode(m, get(&from, 1));
    m->features = get(&from, 4);
    m->debug = get(&from, 4);
    m->link = get(&from, 1) != 0;
    m->speed = (uint16_t)get(&from, 2);
}

/* Release 2: the same as fields. */
migcore_status visit_nic_2(migcore_visitor *v, void *opaque)
{
    struct nic_2 *nic = opaque;

    migcore_visit_u32(v, "ctl", &nic->ctl);
    migcore_visit_u16(v, "rx_head", &nic->rx_head);
    migcore_visit_u16(v, "rx_tail", &nic->rx_tail);
    migcore_visit_u8(v, "mode", &nic->mode);
    migcore_visit_u32(v, "features", &nic->features);
    migcore_visit_u32(v, "debug", &nic->debug);
    migcore_visit_bool(v, "link", &nic->link);
    return migcore_visit_u16(v, "speed", &nic->speed);
}

static void set_2(void *opaque, const struct meaning *m)
{
    struct nic_2 *nic = opaque;

    nic->ctl = m->control;
    nic->features = m->features;
    nic->debug = m->debug;
    nic->rx_head = m->head;
    nic->rx_tail = m->tail;
    nic->speed = m->speed;
    nic->mode = m->loopback ? 2 : m->enabled;
    nic->link = m->link;
}

static void get_2(const void *opaque, struct meaning *m)
{
    const struct nic_2 *nic = opaque;

    m->control = nic->ctl;
    m->features = nic->features;
    m->debug = nic->debug;
    m->head = nic->rx_head;
    m->tail = nic->rx_tail;
    m->speed = nic->speed;
    m->link = nic->link;
    mean_mode(m, nic->mode);
}

/* Releases 3 to 6: a better name and wider numbers; without `debug`; modes as bits; the link on a chip of its own. */
struct nic_3 {
    uint32_t control, rx_head, rx_tail, features, debug;
    uint16_t speed;
    uint8_t mode;
    bool link;
};

static void visit_front(migcore_visitor *v, struct nic_3 *nic)
{
    migcore_visit_u32(v, "control", &nic->control);
    migcore_visit_u32(v, "rx_head", &nic->rx_head);
    migcore_visit_u32(v, "rx_tail", &nic->rx_tail);
    migcore_visit_u8(v, "mode", &nic->mode);
    migcore_visit_u32(v, "features", &nic->features);
}

static migcore_status visit_link(migcore_visitor *v, struct nic_3 *nic)
{
    migcore_visit_bool(v, "link", &nic->link);
    return migcore_visit_u16(v, "speed", &nic->speed);
}

static migcore_status visit_nic_3(migcore_visitor *v, void *opaque)
{
    struct nic_3 *nic = opaque;

    visit_front(v, nic);
    migcore_visit_u32(v, "debug", &nic->debug);
    return visit_link(v, nic);
}

static migcore_status visit_nic_4(migcore_visitor *v, void *opaque)
{
    visit_front(v, opaque);
    return visit_link(v, opaque);
}

static migcore_status visit_nic_6(migcore_visitor *v, void *opaque)
{
    visit_front(v, opaque);
    migcore_end_device(v);
    migcore_begin_device(v, "phy", 0, 1, 1);
    return visit_link(v, opaque);
}

static void set_3(void *opaque, const struct meaning *m)
{
    struct nic_3 *nic = opaque;

    nic->control = m->control;
    nic->rx_head = m->head;
    nic->rx_tail = m->tail;
    nic->features = m->features;
    nic->debug = m->debug;
    nic->speed = m->speed;
    nic->mode = m->loopback ? 2 : m->enabled;
    nic->link = m->link;
}

static void get_3(const void *opaque, struct meaning *m)
{
    const struct nic_3 *nic = opaque;

    m->control = nic->control;
    m->head = (uint16_t)nic->rx_head;
    m->tail = (uint16_t)nic->rx_tail;
    m->features = nic->features;
    m->debug = nic->debug;
    m->speed = nic->speed;
    m->link = nic->link;
    mean_mode(m, nic->mode);
}

static void set_5(void *opaque, const struct meaning *m)
{
    struct nic_3 *nic = opaque;

    set_3(nic, m);
    nic->mode = (uint8_t)(m->enabled | m->loopback << 1);
}

static void get_5(const void *opaque, struct meaning *m)
{
    const struct nic_3 *nic = opaque;

    get_3(nic, m);
    m->enabled = nic->mode & 1;
    m->loopback = (nic->mode & 2) != 0;
}

/* A program: how it visits its state, and how that is read. */
static const struct program {
    migcore_visit_function visit;
    void (*set)(void *nic, const struct meaning *meaning);
    void (*get)(const void *nic, struct meaning *meaning);
} programs[] = {
    { visit_nic_1, set_1, get_1 }, { visit_nic_2, set_2, get_2 }, { visit_nic_3, set_3, get_3 },
    { visit_nic_4, set_3, get_3 }, { visit_nic_4, set_5, get_5 }, { visit_nic_6, set_5, get_5 },
};

union any_nic {
    struct nic_1 first;
    struct nic_2 second;
    struct nic_3 third;
};

static migcore_status visit(migcore_visitor *v, unsigned release, union any_nic *nic, uint32_t *ticks)
{
    migcore_begin_device(v, "nic", 0, release, release);
    programs[release - 1].visit(v, nic);
    migcore_end_device(v);
    migcore_begin_device(v, "timer", 0, 1, 1);
    migcore_visit_u32(v, "ticks", ticks);
    migcore_end_device(v);
    return migcore_finish(v);
}

migcore_status old_save(migcore_tree *tree, unsigned release, const struct meaning *meaning)
{
    migcore_tree_saver saver;
    union any_nic nic;
    uint32_t ticks = meaning->ticks;

    memset(&nic, 0, sizeof nic);
    programs[release - 1].set(&nic, meaning);
    migcore_tree_save(&saver, sizeof saver, tree, MIGCORE_ROOT);
    return visit(&saver.visitor, release, &nic, &ticks);
}

migcore_status old_load(migcore_tree *tree, unsigned release, struct meaning *meaning)
{
    migcore_tree_loader loader;
    union any_nic nic;
    migcore_status status;

    memset(meaning, 0, sizeof *meaning);
    memset(&nic, 0, sizeof nic);
    meaning->coalescing = COALESCING;
    migcore_tree_load(&loader, sizeof loader, tree, MIGCORE_ROOT);
    status = visit(&loader.visitor, release, &nic, &meaning->ticks);
    if (status == MIGCORE_OK)
        programs[release - 1].get(&nic, meaning);
    return status;
}
