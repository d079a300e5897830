/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The memory of a machine, and a stream of it that has everything: rounds, zeros, marked pages, devices.
 */
#ifndef GUEST_H
#define GUEST_H

#include "machine.h"
#include "sections.h"

enum {
    PAGE = 256,
    PAGES = 40,
    ROM_PAGES = 3,
    /* How many pages guest_save sends, in all rounds. */
    SENT = PAGES + ROM_PAGES + 4 + 11,
    LONGEST = 80000
};

/* Memory to save and to load. One byte more, so that blocks may begin at an odd address. */
extern uint8_t ram_bytes[PAGES * PAGE + 1], rom_bytes[ROM_PAGES * PAGE + 1];
extern uint8_t back_bytes[PAGES * PAGE + 1], back_rom[ROM_PAGES * PAGE + 1];
/* The devices beside it. */
extern struct machine guest_machine;

/* A saver of chunks over plain memory. */
extern const struct mode guest_mode;
extern const struct chunk_mode guest_chunks;

migcore_ram ram_of(migcore_ram_block *blocks, size_t count);
migcore_ram_counts no_counts(void);
migcore_chunk_saver *saver_of(struct channel *channel);

/* Two rounds, of which the second changes pages and makes some 0, and devices at the end. `memory` may lie anywhere; it is
 * filled again. */
migcore_status guest_save(migcore_chunk_saver *saver, uint8_t *memory, uint8_t *rom, migcore_ram_counts *counts);

#endif
