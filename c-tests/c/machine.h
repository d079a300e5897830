/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A machine of several devices in one struct, its chunks, and every way to load them.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "migcore.h"
#include "stream.h"

struct cpu {
    uint64_t regs[24];
    double fpu[4];
    uint32_t flags;
    bool halted;
    char mode[12];
};

struct disk {
    uint8_t buffer[1400];
    size_t used;
    struct {
        uint32_t sector;
        uint16_t count;
    } queue[6];
    size_t queued;
    bool has_error;
    uint16_t error;
    int64_t expiry;
};

struct machine {
    struct cpu cpus[2];
    struct disk disks[2];
    uint32_t table[200];
    uint32_t statistics;
};

enum {
    MACHINE_DEVICES = 6,
    MACHINE_LONGEST = 16384,
    /* What a loader over a stream needs for it. */
    MACHINE_MEMORY = 8192
};

/* Values from a random number; everything is there. */
void machine_fill(struct machine *m, uint32_t seed);
bool machine_same(const struct machine *a, const struct machine *b);
/* Visits all devices, and finishes the visit. */
migcore_status machine_visit(migcore_visitor *v, struct machine *m);
/* Saves it to chunks with many fragments, and says how long they are. */
size_t machine_save(const struct machine *m, uint8_t *bytes, size_t capacity);

/* A machine that nothing was loaded into, and whether that is still so. */
void machine_wipe(struct machine *m);
bool machine_is_untouched(const struct machine *m);
/* Whether each byte is as after machine_wipe, or as in `source`. */
bool machine_is_part_of(const struct machine *m, const struct machine *source);

/* How a stream is loaded; of those that check first, a stream that is damaged changes nothing. */
enum way {
    WAY_MEMORY,
    WAY_STREAM,
    WAY_CHECKED,
    WAY_RECEIVED,
    WAYS
};

bool way_checks_first(enum way way);
/* Loads a machine, and checks that the stream ends where the bytes do; `error` is the report. */
migcore_status machine_load(enum way way, const uint8_t *bytes, size_t length, struct machine *m, uint32_t *random,
                            migcore_error *error);

#endif
