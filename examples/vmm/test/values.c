/* States that no machine has, in streams that are otherwise right: each is refused by its name, and nothing changes. */
#include "../snapshot.h"
#include <stdio.h>
#include <string.h>

#define SET(field, value) {offsetof(struct machine, field), sizeof(((struct machine *)NULL)->field), value}

static const struct {
    const char *path;
    struct {
        size_t offset, size;
        uint64_t value;
    } set[4];
} cases[] = {
    {"", {{0, 0, 0}}}, /* nothing is wrong here */
    {"cpu/0.x", {SET(cpu.x[0], 1)}},
    {"cpu/0.pc", {SET(cpu.pc, RAM_BASE + 2)}},
    {"cpu/0.mtvec", {SET(cpu.mtvec, 1)}},
    {"cpu/0.mepc", {SET(cpu.mepc, 3)}},
    {"cpu/0.cycle", {SET(cpu.cycle, LATEST)}},
    {"timer/0.mode", {SET(timer.mode, 3)}},
    {"timer/0.period", {SET(timer.mode, TIMER_MODE_PERIODIC), SET(timer.period, 0)}},
    {"nic/0.rings[0].size", {SET(nic.rings[0].enabled, 1), SET(nic.rings[0].size, 0)}},
    {"nic/0.rings[1].size", {SET(nic.rings[1].enabled, 1), SET(nic.rings[1].size, 65)}},
    {"nic/0.rings[1].head", {SET(nic.rings[1].enabled, 1), SET(nic.rings[1].size, 4), SET(nic.rings[1].head, 4)}},
    {"nic/0.rings[0].tail", {SET(nic.rings[0].enabled, 1), SET(nic.rings[0].size, 4), SET(nic.rings[0].tail, 9)}},
    {"nic/0.packets[1].data", {SET(nic.flying, 2), SET(nic.packets[0].length, 1), SET(nic.packets[1].length, 0)}},
    {"blk/0.sectors", {SET(blk.sectors, 8)}},
    {"blk/0.queue[3].kind", {SET(blk.queue[3].kind, 4)}},
    {"blk/0.queue[7].count", {SET(blk.queue[7].kind, BLK_READ)}},
    {"rng/0.state", {SET(rng.state, 0)}},
};

static struct machine source, target, before;
static uint8_t stream[STATE_SIZE];

static size_t save(struct machine *m)
{
    uint8_t scratch[4096];
    migcore_chunk_saver saver;

    migcore_chunk_save_memory(&saver, sizeof saver, stream, sizeof stream, scratch, sizeof scratch, NULL, NULL);
    migcore_machine_save(&m->state, &saver.visitor);
    return migcore_finish(&saver.visitor) == MIGCORE_OK ? (size_t)migcore_position(&saver.visitor) : 0;
}

static bool as_expected(const char *path)
{
    migcore_checked checked = {.size = sizeof checked};
    migcore_error error = {.size = sizeof error};
    migcore_status status = snapshot_accept(&target, stream, save(&source), &checked, &error);

    if (strcmp(error.path, path) != 0)
        printf("%s: refused at '%s'\n", path, error.path);
    if (path[0] == '\0') /* and all that could be checked was */
        return status == MIGCORE_OK && checked.devices == DEVICES && checked.unproven == 0;
    return strcmp(error.path, path) == 0 && memcmp(&target, &before, offsetof(struct machine, result)) == 0;
}

int main(void)
{
    const struct options options = {0};
    size_t count = sizeof cases / sizeof cases[0], failed = 0;

    for (size_t i = 0; i < count; i++) {
        if (!machine_init(&source, &options) || !machine_init(&target, &options))
            return 1;
        for (size_t j = 0; j < 4 && cases[i].set[j].size > 0; j++)
            memcpy((char *)&source + cases[i].set[j].offset, &cases[i].set[j].value, cases[i].set[j].size);
        before = target;
        failed += !as_expected(cases[i].path);
        machine_free(&source);
        machine_free(&target);
    }
    printf("%zu states, all but one such that no machine has it: %zu judged wrong\n", count, failed);
    return failed != 0;
}
