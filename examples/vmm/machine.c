/* The machine as a whole: what it is made of, how its state is found, and how it runs. */
#include "machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_INPUT "What is typed comes one byte at a time, and takes as long as most of the work."

bool complain(const char *what, const migcore_error *error)
{
    char text[512];

    migcore_error_text(error, text, sizeof text);
    fprintf(stderr, "vmm: %s: %s", what, text);
    if (error->cause < 0 && error->cause > -4096) /* callbacks return -errno; what comes from elsewhere may be anything */
        fprintf(stderr, ": %s", strerror(-error->cause));
    fputc('\n', stderr);
    return false;
}

bool complain_of_visit(const char *what, migcore_visitor *v)
{
    migcore_error error = {.size = sizeof error};

    migcore_get_error(v, &error);
    return complain(what, &error);
}

/* An effect on the outside world: not before the machine is the one that runs. */
static int32_t announce(void *opaque)
{
    const struct cpu *c = opaque;

    fprintf(stderr, "vmm: the guest runs here from instruction %llu on\n", (unsigned long long)c->cycle);
    return 0;
}

/*
 * The devices by name, in the order in which they are saved. Versions are those of their states: 1, unless a release has
 * changed it. A program reads no version but its own; the others are for histories. A device that the program does not know
 * is one that does not stand here.
 */
static bool register_devices(struct machine *m, const char *without)
{
    const migcore_device table[DEVICES] = {
        {.name = "cpu", .visit = cpu_visit, .opaque = &m->cpu, .on_run = announce},
        {.name = "intc", .version = RELEASE, .visit = intc_visit, .opaque = &m->intc},
        {.name = "uart", .version = RELEASE, .visit = uart_visit, .opaque = &m->uart},
        {.name = "timer", .version = RELEASE, .visit = timer_visit, .opaque = &m->timer},
        {.name = "nic", .visit = nic_visit, .opaque = &m->nic},
        {.name = "blk", .visit = blk_visit, .opaque = &m->blk},
        {.name = "rng", .visit = rng_visit, .opaque = &m->rng, .marks = MIGCORE_MARK_ANCILLARY,
         .flags = MIGCORE_DEVICE_OPTIONAL},
        {.name = "rtc", .visit = rtc_visit, .opaque = &m->rtc},
    };
    migcore_error error = {.size = sizeof error};
    size_t count = 0;

    for (int i = 0; i < DEVICES; i++) {
        if (without != NULL && strcmp(table[i].name, without) == 0)
            continue;
        m->devices[count] = table[i];
        m->devices[count].size = sizeof m->devices[count];
        if (m->devices[count].version == 0)
            m->devices[count].version = 1;
        m->devices[count].minimum_version = m->devices[count].version;
        /* the same member of the machine that never runs */
        m->devices[count++].scratch = (char *)m->scratch + ((char *)table[i].opaque - (char *)m);
    }
    if (migcore_machine_init(&m->state, sizeof m->state, m->devices, count, &error) != MIGCORE_OK)
        return complain("no machine", &error);
    return true;
}

bool machine_init(struct machine *m, const struct options *options)
{
    const char *input = options->input ? options->input : DEFAULT_INPUT;

    memset(m, 0, sizeof *m);
    m->cpu.pc = RAM_BASE;
    m->blk.file = -1;
    m->rng.state = 0x9e3779b97f4a7c15;
    m->uart.line_length = strnlen(input, sizeof m->uart.line - 1);
    memcpy(m->uart.line, input, m->uart.line_length);
    m->uart.line[m->uart.line_length++] = '\n';
    m->memory = calloc(1, RAM_SIZE);
    m->scratch = malloc(sizeof *m);
    if (m->memory == NULL || m->scratch == NULL) {
        perror("vmm");
        return false;
    }
    m->block = (migcore_ram_block){.size = sizeof m->block, .name = "ram", .memory = m->memory, .length = RAM_SIZE};
    m->ram = (migcore_ram){.size = sizeof m->ram, .blocks = &m->block, .count = 1, .page_size = RAM_PAGE};
    migcore_kernels_detect(&m->kernels, sizeof m->kernels);
    migcore_tree_init(&m->kept, sizeof m->kept, m->kept_memory, sizeof m->kept_memory);
    if ((options->disk != NULL && !blk_open(&m->blk, options->disk)) || !register_devices(m, options->without))
        return false;
    *m->scratch = *m; /* the size of the disk, say: a load compares with it */
    return true;
}

void machine_free(struct machine *m)
{
    if (m->blk.file >= 0)
        close(m->blk.file);
    free(m->scratch);
    free(m->memory);
}

bool machine_load_guest(struct machine *m, const char *path)
{
    FILE *f = fopen(path, "rb");
    bool read = f != NULL && fread(memory_to_write(m, RAM_BASE, RAM_SIZE), 1, RAM_SIZE, f) > 0;

    if (!read)
        perror(path);
    if (f != NULL)
        fclose(f);
    return read;
}

/* From here on the machine has effects: it is this one that runs. */
bool machine_start(struct machine *m)
{
    migcore_error error = {.size = sizeof error};

    if (migcore_machine_run(&m->state, &error) != MIGCORE_OK)
        return complain("not started", &error);
    return true;
}

/* Does what is due, and returns when something is due again. */
static uint64_t tick(struct machine *m)
{
    uint64_t (*const ticks[])(struct machine *) = {uart_tick, timer_tick, nic_tick, blk_tick};
    uint64_t next = NEVER;

    for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++) {
        uint64_t due = ticks[i](m);

        next = due < next ? due : next;
    }
    return next;
}

enum machine_state machine_run(struct machine *m, uint64_t instructions)
{
    uint64_t end = m->cpu.cycle + instructions;

    while (m->result == MACHINE_RUNS && m->cpu.cycle < end) {
        uint64_t next = tick(m);

        cpu_run(m, next < end ? next : end);
    }
    if (fflush(stdout) != 0) {
        perror("vmm: stdout");
        m->result = MACHINE_FAILED;
    }
    return m->result;
}

int machine_run_to_end(struct machine *m)
{
    while (machine_run(m, 1000000) == MACHINE_RUNS) {
    }
    if (m->result == MACHINE_FAILED)
        fprintf(stderr, "vmm: the guest failed\n");
    return m->result == MACHINE_FINISHED ? 0 : 1;
}
