/*
 * A machine of two devices: saved to a file of chunks, and restored from it or not at all.
 *
 *     cc machine.c -o machine $(pkg-config --cflags --libs migcore)
 *     ./machine save state.mig      the machine runs a while, and is saved
 *     ./machine load state.mig      another program restores it
 *     ./machine show state.mig      says what is in the file, and knows no device
 */
#include <migcore.h>
#include <stdio.h>
#include <string.h>

struct ring {
    uint64_t address;
    uint16_t head, tail;
};

struct nic {
    uint32_t control;
    uint8_t mac[6];
    struct ring rings[2];
};

struct timer {
    uint32_t control, reload;
};

static const uint16_t RING_SIZE = 256;

/* Visit functions: the same for saving and loading, and for every format. */
static migcore_status visit_ring(migcore_visitor *v, struct ring *ring)
{
    migcore_visit_u64(v, "address", &ring->address);
    migcore_visit_u16(v, "head", &ring->head);
    migcore_visit_u16(v, "tail", &ring->tail);
    migcore_require(v, "head", ring->head < RING_SIZE); /* or a load ends here: no queue has such a state */
    return migcore_require(v, "tail", ring->tail < RING_SIZE);
}

static migcore_status visit_nic(migcore_visitor *v, void *opaque)
{
    struct nic *nic = opaque;

    migcore_visit_u32(v, "control", &nic->control);
    migcore_visit_bytes(v, "mac", nic->mac, sizeof nic->mac);
    migcore_begin_list(v, "rings", 2);
    for (int i = 0; i < 2; i++) {
        migcore_begin_element(v);
        visit_ring(v, &nic->rings[i]);
        migcore_end_element(v);
    }
    return migcore_end_list(v);
}

static migcore_status visit_timer(migcore_visitor *v, void *opaque)
{
    struct timer *timer = opaque;

    migcore_visit_u32(v, "control", &timer->control);
    return migcore_visit_u32(v, "reload", &timer->reload);
}

/* Effects on the outside world belong here: a load may still be taken back. */
static int32_t run_timer(void *opaque)
{
    const struct timer *timer = opaque;

    printf("the timer ticks on, from %u\n", (unsigned)timer->reload);
    return 0;
}

/* The machine: what there is, by name and instance, and the versions that can be read and are written. */
static struct nic nic, nic_scratch;
static struct timer timer, timer_scratch;
static migcore_device devices[] = {
    {
        .size = sizeof devices[0],
        .name = "nic",
        .version = 3,
        .minimum_version = 2,
        .visit = visit_nic,
        .opaque = &nic,
        .scratch = &nic_scratch, /* a load is tried on this one, before any device is touched */
    },
    {
        .size = sizeof devices[0],
        .name = "timer",
        .version = 1,
        .minimum_version = 1,
        .visit = visit_timer,
        .on_run = run_timer,
        .opaque = &timer,
        .scratch = &timer_scratch,
    },
};
static migcore_machine machine;

/* The file, whole: so it can be read twice, once to check it and once to load it. */
static unsigned char file[64 * 1024];

static int failed(const char *what, const migcore_error *error)
{
    char text[512];

    migcore_error_text(error, text, sizeof text);
    fprintf(stderr, "machine: %s: %s\n", what, text);
    return 1;
}

static int visit_failed(const char *what, migcore_visitor *v)
{
    migcore_error error = {.size = sizeof error};

    migcore_get_error(v, &error);
    return failed(what, &error);
}

static int save(const char *path)
{
    static unsigned char scratch[4096]; /* 256 bytes would do; with more there are fewer fragments */
    migcore_chunk_settings settings = {.size = sizeof settings, .machine = "demo", .writer = "machine.c"};
    migcore_chunk_saver saver;
    migcore_visitor *v = &saver.visitor;

    nic = (struct nic){0x41, {0x52, 0x54, 0, 0x12, 0x34, 0x56}, {{0xfe000, 3, 7}, {0xff000, 250, 2}}};
    timer = (struct timer){1, 1000};
    migcore_chunk_save_memory(&saver, sizeof saver, file, sizeof file, scratch, sizeof scratch, &settings, NULL);
    migcore_machine_save(&machine, v);
    if (migcore_finish(v) != MIGCORE_OK)
        return visit_failed("not saved", v);

    size_t length = (size_t)migcore_position(v);
    FILE *f = fopen(path, "wb");
    bool written = f && fwrite(file, 1, length, f) == length;
    if (!f || fclose(f) != 0 || !written) {
        perror(path);
        return 1;
    }
    printf("saved %zu bytes\n", length);
    return 0;
}

/* Three steps: receive, check, load. Until the check is done, no device was touched. */
static int load(const unsigned char *bytes, size_t length)
{
    migcore_chunk_loader loader;
    migcore_visitor *v = &loader.visitor;
    migcore_checked checked = {.size = sizeof checked};
    migcore_error error = {.size = sizeof error};

    migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL);
    if (migcore_machine_check(&machine, v, &checked) != MIGCORE_OK)
        return visit_failed("refused, nothing was changed", v);
    if (checked.unproven != 0)
        return fputs("machine: a device without a scratch instance\n", stderr), 1;

    migcore_chunk_load_checked(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL);
    if (migcore_machine_load(&machine, v, &checked) != MIGCORE_OK)
        return visit_failed("failed half-way, the machine needs a reset", v);
    if (migcore_machine_run(&machine, &error) != MIGCORE_OK)
        return failed("not started", &error);
    printf("loaded %u devices: nic control 0x%x, ring 1 at 0x%llx\n", (unsigned)checked.devices,
           (unsigned)nic.control, (unsigned long long)nic.rings[1].address);
    return 0;
}

static migcore_status show_item(void *opaque, const migcore_item *item)
{
    int *depth = opaque;

    if (item->item_type == MIGCORE_ITEM_END) {
        --*depth;
        return MIGCORE_OK;
    }
    printf("%*s%.*s", 2 * *depth, "", item->name_length ? (int)item->name_length : 1,
           item->name_length ? item->name : "-");
    switch (item->item_type) {
    case MIGCORE_ITEM_SCALAR:
        printf(" = 0x%llx", (unsigned long long)item->bits);
        break;
    case MIGCORE_ITEM_ARRAY:
    case MIGCORE_ITEM_BYTES:
    case MIGCORE_ITEM_STRING:
    case MIGCORE_ITEM_RAW:
        printf(": %zu bytes", item->length);
        break;
    case MIGCORE_ITEM_ABSENT:
        break;
    case MIGCORE_ITEM_BEGIN_DEVICE:
        printf("/%u, version %u", (unsigned)item->instance, (unsigned)item->version);
        ++*depth;
        break;
    default:
        ++*depth;
    }
    printf("\n");
    return MIGCORE_OK;
}

/* No device is needed to read a stream: it says what is in it. */
static int show(const unsigned char *bytes, size_t length)
{
    unsigned char scratch[256];
    migcore_chunk_loader loader;
    migcore_observer observer;
    int depth = 0;

    migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL);
    migcore_observer_init(&observer, sizeof observer, show_item, &depth);
    if (migcore_chunk_replay_all(&loader, &observer.visitor, scratch, sizeof scratch, NULL) != MIGCORE_OK)
        return visit_failed("not shown", &loader.visitor);
    return 0;
}

int main(int count, char **arguments)
{
    migcore_error error = {.size = sizeof error};

    if (count != 3) {
        fprintf(stderr, "usage: machine save|load|show FILE\n");
        return 2;
    }
    if (migcore_machine_init(&machine, sizeof machine, devices, 2, &error) != MIGCORE_OK)
        return failed("no machine", &error);
    if (strcmp(arguments[1], "save") == 0)
        return save(arguments[2]);

    FILE *f = fopen(arguments[2], "rb");
    if (!f) {
        perror(arguments[2]);
        return 1;
    }
    size_t length = fread(file, 1, sizeof file, f);
    fclose(f);
    return strcmp(arguments[1], "show") == 0 ? show(file, length) : load(file, length);
}
