/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What cannot be saved as the memory of a machine, and where.
 */
#include "guest.h"

/* What the next save fails with; the visit begins anew each time, and two blocks are told. */
struct attempt {
    struct channel channel;
    migcore_ram_block blocks[3];
    migcore_ram ram;
};

static migcore_chunk_saver *attempt(struct attempt *it, bool declared)
{
    channel_save_chunks(&it->channel, &guest_mode, &guest_chunks);
    it->blocks[0] = block_of("a", ram_bytes, 4 * PAGE);
    it->blocks[1] = block_of("b", NULL, PAGE);
    it->blocks[2] = block_of("c", NULL, 0);
    it->ram = ram_of(it->blocks, 3);
    if (declared) {
        CHECK_OK(migcore_ram_declare(saver_of(&it->channel), &it->ram));
    }
    return saver_of(&it->channel);
}

/* An error is one of the visit: it stays, and the stream has no end. */
static void failed(struct attempt *it, migcore_status status, migcore_status expected)
{
    CHECK_STATUS(status, expected);
    CHECK_STATUS(migcore_get_status(channel_visitor(&it->channel)), expected);
    CHECK_STATUS(migcore_ram_declare(saver_of(&it->channel), &it->ram), expected);
    CHECK_STATUS(migcore_finish(channel_visitor(&it->channel)), expected);
    channel_free(&it->channel);
}

static void blocks_are_checked(void)
{
    struct attempt it;
    char name[300];
    migcore_ram_block many[MIGCORE_RAM_BLOCKS + 1];
    char names[MIGCORE_RAM_BLOCKS + 1][4];
    size_t i;
    migcore_chunk_saver *saver = attempt(&it, false);

    failed(&it, migcore_ram_declare(saver, NULL), MIGCORE_NULL_POINTER);
    saver = attempt(&it, false);
    it.ram.size--;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_BAD_SIZE);
    saver = attempt(&it, false);
    it.ram.blocks = NULL;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_NULL_POINTER);
    saver = attempt(&it, false);
    it.ram.count = 0;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.ram.count = SIZE_MAX;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.blocks[2].size++;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_BAD_SIZE);
    saver = attempt(&it, false);
    it.blocks[1].name = NULL;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_NULL_POINTER);
    saver = attempt(&it, false);
    it.blocks[1].name = "a";
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.blocks[1].name = "";
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    memset(name, 'n', sizeof name);
    name[256] = '\0';
    it.blocks[1].name = name;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_NAME_TOO_LONG);
    saver = attempt(&it, false);
    name[255] = '\0';
    it.blocks[1].name = name;
    CHECK_OK(migcore_ram_declare(saver, &it.ram));
    channel_free(&it.channel);
    saver = attempt(&it, false);
    it.blocks[1].length++;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.blocks[0].length = (uint64_t)1 << 63;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    for (i = 0; i < 4; i++) {
        static const uint32_t wrong[] = { 0, 3, 0x80000000u, UINT32_MAX };

        saver = attempt(&it, false);
        it.ram.page_size = wrong[i];
        failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    }
    for (i = 0; i < COUNT_OF(many); i++) {
        names[i][0] = 'b';
        names[i][1] = (char)('a' + i % 20);
        names[i][2] = (char)('a' + i / 20);
        names[i][3] = '\0';
        many[i] = block_of(names[i], NULL, PAGE);
    }
    saver = attempt(&it, false);
    it.ram = ram_of(many, COUNT_OF(many));
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.ram = ram_of(many, COUNT_OF(many) - 1);
    CHECK_OK(migcore_ram_declare(saver, &it.ram));
    CHECK_OK(migcore_ram_save(saver, &it.ram, 255, 0, ram_bytes, 1, NULL));
    CHECK_OK(migcore_finish(&saver->visitor));
    channel_free(&it.channel);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_UNBALANCED);
    saver = attempt(&it, false);
    CHECK_OK(migcore_begin_device(&saver->visitor, "d", 0, 1, 1));
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_UNBALANCED);
}

static void pages_are_checked(void)
{
    static const uint8_t bitmap[1] = { 0xff };
    struct attempt it;
    migcore_ram_counts counts = no_counts(), untouched;
    migcore_chunk_saver *saver = attempt(&it, false);

    memset(&counts, 0x5a, sizeof counts);
    counts.size = sizeof counts;
    untouched = counts;
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, &counts), MIGCORE_UNBALANCED);
    saver = attempt(&it, true);
    CHECK_OK(migcore_begin_device(&saver->visitor, "d", 0, 1, 1));
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, &counts), MIGCORE_UNBALANCED);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, NULL, 0, 0, ram_bytes, 1, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 3, 0, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, SIZE_MAX, 0, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, NULL, 1, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 5, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 4, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, UINT64_MAX, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, SIZE_MAX, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    counts.size--;
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, &counts), MIGCORE_BAD_SIZE);
    counts.size++;
    saver = attempt(&it, true);
    it.ram.page_size *= 2;
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    /* The same for those that are marked. */
    saver = attempt(&it, true);
    it.ram.page_size *= 2;
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, 0, 1, bitmap, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 1, 0, 1, bitmap, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, 0, 4, NULL, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, 0, 5, bitmap, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, UINT64_MAX, 1, bitmap, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 3, 0, 1, bitmap, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, NULL, 0, 0, 1, bitmap, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, false);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, 0, 1, bitmap, &counts), MIGCORE_UNBALANCED);
    CHECK(memcmp(&counts, &untouched, sizeof counts) == 0);
    /* Nothing is nothing. */
    saver = attempt(&it, true);
    counts = no_counts();
    CHECK_OK(migcore_ram_save(saver, &it.ram, 0, 4, NULL, 0, &counts));
    CHECK_OK(migcore_ram_save(saver, &it.ram, 2, 0, NULL, 0, &counts));
    CHECK_OK(migcore_ram_save_marked(saver, &it.ram, 0, 2, 0, bitmap, &counts));
    CHECK(counts.chunks == 0 && counts.bytes == 0);
    CHECK_OK(migcore_finish(&saver->visitor));
    channel_free(&it.channel);
}

/* What is no saver of chunks. */
static void others_refuse(void)
{
    static uint64_t nothing[sizeof(migcore_chunk_saver) / 8];
    struct attempt it;
    struct memory memory;
    migcore_chunk_loader loader;
    migcore_chunk_saver *saver = attempt(&it, true);

    CHECK_OK(migcore_finish(&saver->visitor));
    CHECK_STATUS(migcore_ram_declare(NULL, &it.ram), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_ram_save(NULL, &it.ram, 0, 0, ram_bytes, 1, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_ram_save_marked(NULL, &it.ram, 0, 0, 0, NULL, NULL), MIGCORE_NULL_POINTER);
    saver = (migcore_chunk_saver *)(void *)nothing;
    CHECK_STATUS(migcore_ram_declare(saver, &it.ram), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, NULL), MIGCORE_BAD_OBJECT);
    saver = (migcore_chunk_saver *)(void *)memory_save(&memory);
    CHECK_STATUS(migcore_ram_declare(saver, &it.ram), MIGCORE_UNSUPPORTED);
    CHECK_STATUS(migcore_finish(&memory.legacy.visitor), MIGCORE_UNSUPPORTED);
    saver = (migcore_chunk_saver *)(void *)memory_load(&memory, "", 0);
    CHECK_STATUS(migcore_ram_declare(saver, &it.ram), MIGCORE_WRONG_DIRECTION);
    CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, channel_bytes(&it.channel),
                                       channel_length(&it.channel), NULL, 0, NULL, NULL));
    saver = (migcore_chunk_saver *)(void *)&loader;
    CHECK_STATUS(migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, NULL), MIGCORE_WRONG_DIRECTION);
    channel_free(&it.channel);
}

void test_chunk_ram_refused(void)
{
    blocks_are_checked();
    pages_are_checked();
    others_refuse();
}
