/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "guest.h"

uint8_t ram_bytes[PAGES * PAGE + 1], rom_bytes[ROM_PAGES * PAGE + 1];
uint8_t back_bytes[PAGES * PAGE + 1], back_rom[ROM_PAGES * PAGE + 1];
struct machine guest_machine;

const struct mode guest_mode = { "memory", true, 0, 0, 0, 0, true };
const struct chunk_mode guest_chunks = { 2000, 0, 0, NULL };

migcore_ram ram_of(migcore_ram_block *blocks, size_t count)
{
    migcore_ram ram;

    memset(&ram, 0, sizeof ram);
    ram.size = sizeof ram;
    ram.blocks = blocks;
    ram.count = count;
    ram.page_size = PAGE;
    return ram;
}

migcore_ram_counts no_counts(void)
{
    migcore_ram_counts counts;

    memset(&counts, 0, sizeof counts);
    counts.size = sizeof counts;
    return counts;
}

migcore_chunk_saver *saver_of(struct channel *channel)
{
    return (migcore_chunk_saver *)(void *)channel_visitor(channel);
}

/* Every third page is 0, and one only up to its last byte. */
static void fill(uint8_t *memory, size_t pages, unsigned seed)
{
    size_t page, at;

    for (page = 0; page < pages; page++) {
        for (at = 0; at < PAGE; at++) {
            memory[page * PAGE + at] = page % 3 == 1 ? 0 : (uint8_t)(page * 31 + at * seed + 1);
        }
    }
    memory[PAGE + PAGE - 1] = 7;
}

migcore_status guest_save(migcore_chunk_saver *saver, uint8_t *memory, uint8_t *rom, migcore_ram_counts *counts)
{
    static uint8_t copy[4 * PAGE];
    uint8_t dirty[PAGES / 8] = { 0 };
    migcore_ram_block blocks[2];
    migcore_ram ram;

    machine_fill(&guest_machine, 21);
    fill(memory, PAGES, 3);
    fill(rom, ROM_PAGES, 5);
    blocks[0] = block_of("pc.ram", memory, PAGES * PAGE);
    blocks[1] = block_of("rom", NULL, ROM_PAGES * PAGE);
    ram = ram_of(blocks, 2);
    migcore_ram_declare(saver, &ram);
    migcore_ram_save(saver, &ram, 0, 0, memory, PAGES, counts);
    migcore_ram_save(saver, &ram, 1, 0, rom, ROM_PAGES, counts);
    /* Some pages from a copy, as they are sent while a guest runs. */
    memset(memory + 8 * PAGE, 0x11, 4 * PAGE);
    memcpy(copy, memory + 8 * PAGE, sizeof copy);
    migcore_ram_save(saver, &ram, 0, 8, copy, 4, counts);
    /* Pages that are scattered, one of which became 0. */
    dirty[0] = 0x81;
    dirty[2] = 0xff;
    dirty[4] = 0x80;
    memset(memory, 0, PAGE);
    memset(memory + 7 * PAGE, 0x77, PAGE);
    memset(memory + 17 * PAGE, 0x33, 2 * PAGE);
    memset(memory + 39 * PAGE + 5, 0x44, 7);
    migcore_ram_save_marked(saver, &ram, 0, 0, PAGES, dirty, counts);
    return machine_visit(&saver->visitor, &guest_machine);
}
