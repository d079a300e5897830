/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A machine that is checked and loaded from what a receiver has collected, in one call.
 */
#include "sections.h"

enum { PAGE = 64, PAGES = 20 };

struct uart {
    uint32_t level;
};

static uint8_t memory[PAGES * PAGE], back[PAGES * PAGE];
static uint8_t stream[4000], buffer[4000];
static size_t length;

static migcore_status visit_uart(migcore_visitor *v, void *opaque)
{
    struct uart *uart = (struct uart *)opaque;

    migcore_visit_u32(v, "level", &uart->level);
    return migcore_require(v, "level", uart->level <= 100);
}

/* A machine of two devices. */
struct board {
    struct uart uarts[2], scratch;
    migcore_device devices[2];
    migcore_machine machine;
    migcore_ram_block block;
    migcore_ram ram;
};

static void board_init(struct board *board, uint8_t *bytes, const char *second)
{
    size_t i;

    memset(board, 0, sizeof *board);
    for (i = 0; i < 2; i++) {
        board->devices[i].size = sizeof board->devices[i];
        board->devices[i].name = i == 0 ? "uart" : second;
        board->devices[i].instance = (uint32_t)i;
        board->devices[i].version = board->devices[i].minimum_version = 1;
        board->devices[i].visit = visit_uart;
        board->devices[i].opaque = &board->uarts[i];
        board->devices[i].scratch = &board->scratch;
    }
    CHECK_OK(migcore_machine_init(&board->machine, sizeof board->machine, board->devices, 2, NULL));
    board->block = block_of("ram", bytes, PAGES * PAGE);
    board->ram.size = sizeof board->ram;
    board->ram.blocks = &board->block;
    board->ram.count = 1;
    board->ram.page_size = PAGE;
}

/* A stream with memory, a chunk that nobody knows, and both devices. */
static void save(uint32_t first, uint32_t second)
{
    uint8_t scratch[MIGCORE_CHUNK_SCRATCH];
    char note[] = "note";
    size_t noted = 4;
    struct board board;
    migcore_chunk_saver saver;
    migcore_visitor *v = &saver.visitor;

    memset(memory, 5, sizeof memory);
    board_init(&board, memory, "uart");
    board.uarts[0].level = first;
    board.uarts[1].level = second;
    CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, stream, sizeof stream, scratch, sizeof scratch, NULL, NULL));
    CHECK_OK(migcore_ram_declare(&saver, &board.ram));
    CHECK_OK(migcore_ram_save(&saver, &board.ram, 0, 0, memory, PAGES, NULL));
    CHECK_OK(migcore_mark(v, MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SAFE_TO_COPY | MIGCORE_MARK_OPAQUE));
    CHECK_OK(migcore_visit_varbytes(v, "exMp", note, noted, &noted));
    CHECK_OK(migcore_machine_save(&board.machine, v));
    CHECK_OK(migcore_finish(v));
    length = (size_t)migcore_position(v);
}

static void receive(struct board *board, migcore_chunk_receiver *receiver, size_t there)
{
    memset(back, 0, sizeof back);
    CHECK_OK(migcore_chunk_receiver_init(receiver, sizeof *receiver, buffer, sizeof buffer, NULL, NULL));
    CHECK_OK(migcore_chunk_receiver_ram(receiver, &board->ram));
    CHECK_OK(migcore_chunk_receiver_feed(receiver, stream, there, NULL, NULL));
}

static void a_machine_is_loaded_in_one_call(void)
{
    struct board board;
    migcore_chunk_receiver receiver;
    migcore_checked checked = { sizeof checked, 9, 9, 9, 9 };
    migcore_chunk_counts counts;
    migcore_error error;

    save(7, 8);
    board_init(&board, back, "uart");
    receive(&board, &receiver, length);
    counts.size = sizeof counts;
    error.size = sizeof error;
    /* Checked alone, it stays as it was. */
    CHECK_OK(migcore_machine_accept(&board.machine, &receiver, false, NULL, 0, &checked, &counts, &error));
    CHECK(board.uarts[0].level == 0 && board.uarts[1].level == 0);
    CHECK(checked.devices == 2 && checked.skipped == 0 && checked.unproven == 0);
    CHECK(counts.skipped_chunks == 1 && counts.skipped_devices == 0);
    CHECK(error.status == MIGCORE_OK && error.offset == 0);
    CHECK_OK(migcore_machine_accept(&board.machine, &receiver, true, NULL, 0, NULL, NULL, NULL));
    CHECK(board.uarts[0].level == 7 && board.uarts[1].level == 8);
    CHECK(memcmp(back, memory, sizeof back) == 0);
}

/* The place that is told is one in the stream that was sent. */
static void what_is_refused_is_told_and_changes_nothing(void)
{
    struct board board;
    migcore_chunk_receiver receiver;
    migcore_error error;
    size_t at;

    error.size = sizeof error;
    save(7, 101);
    board_init(&board, back, "uart");
    receive(&board, &receiver, length);
    CHECK_STATUS(migcore_machine_accept(&board.machine, &receiver, true, NULL, 0, NULL, NULL, &error), MIGCORE_REFUSED);
    CHECK_STATUS(error.status, MIGCORE_REFUSED);
    CHECK_TEXT(error.path, "uart/1.level");
    /* The value stands before it. */
    at = (size_t)error.offset;
    CHECK(at > PAGES * PAGE && at < length && stream[at - 1] == 101);
    CHECK(board.uarts[0].level == 0 && !migcore_machine_is_dirty(&board.machine));

    board_init(&board, back, "fan");
    receive(&board, &receiver, length);
    CHECK_STATUS(migcore_machine_accept(&board.machine, &receiver, true, NULL, 0, NULL, NULL, &error),
                 MIGCORE_UNKNOWN_DEVICE);
    CHECK_TEXT(error.path, "uart/1");
}

static void arguments_are_checked(void)
{
    struct board board;
    migcore_chunk_receiver receiver;
    migcore_machine none;
    migcore_chunk_counts counts;
    migcore_error error;

    save(7, 8);
    board_init(&board, back, "uart");
    receive(&board, &receiver, length - 1);
    error.size = sizeof error;
    CHECK_STATUS(migcore_machine_accept(&board.machine, &receiver, true, NULL, 0, NULL, NULL, &error), MIGCORE_TRUNCATED);
    CHECK_STATUS(error.status, MIGCORE_TRUNCATED);
    CHECK_OK(migcore_chunk_receiver_feed(&receiver, stream + length - 1, 1, NULL, NULL));
    CHECK_STATUS(migcore_machine_accept(NULL, &receiver, true, NULL, 0, NULL, NULL, &error), MIGCORE_NULL_POINTER);
    CHECK_STATUS(error.status, MIGCORE_NULL_POINTER);
    memset(&none, 0, sizeof none);
    CHECK_STATUS(migcore_machine_accept(&none, &receiver, true, NULL, 0, NULL, NULL, &error), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(error.status, MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_machine_accept(&board.machine, NULL, true, NULL, 0, NULL, NULL, &error), MIGCORE_NULL_POINTER);
    error.size--;
    CHECK_STATUS(migcore_machine_accept(&board.machine, &receiver, true, NULL, 0, NULL, NULL, &error), MIGCORE_BAD_SIZE);
    error.size++;
    counts.size = 0;
    CHECK_STATUS(migcore_machine_accept(&board.machine, &receiver, true, NULL, 0, NULL, &counts, &error),
                 MIGCORE_BAD_SIZE);
    CHECK(board.uarts[0].level == 0);
    CHECK_OK(migcore_machine_accept(&board.machine, &receiver, true, NULL, 0, NULL, NULL, &error));
    CHECK_EQUAL(board.uarts[0].level, 7);
}

void test_machine_accept(void)
{
    a_machine_is_loaded_in_one_call();
    what_is_refused_is_told_and_changes_nothing();
    arguments_are_checked();
}
