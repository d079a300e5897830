/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Streams of chunks that were damaged: cut, with a bit changed, with chunks lost, repeated and swapped. All of them are
 * refused; what was loaded before the fault is what was saved; and who checks first, changes nothing.
 */
#include "machine.h"
#include "sections.h"

static struct machine source;
static uint8_t good[MACHINE_LONGEST], bytes[2 * MACHINE_LONGEST];
static size_t length;
static uint32_t random_state = 815;

/* What a stream can be blamed for: never the caller, never the I/O. */
static bool is_fault_of_the_stream(migcore_status status)
{
    return (status > 100 && status < 300) || status == MIGCORE_NO_SPACE || (status > 500 && status < 600);
}

/* `in_order`: each chunk that is whole is where it was; else only the end of the stream may show that one is not. */
static migcore_status is_refused(enum way way, const uint8_t *damaged, size_t damaged_length, bool in_order)
{
    struct machine loaded;
    migcore_error error;
    migcore_status status = machine_load(way, damaged, damaged_length, &loaded, &random_state, &error);

    CHECK(is_fault_of_the_stream(status));
    CHECK(error.offset <= damaged_length);
    CHECK(way_checks_first(way) ? machine_is_untouched(&loaded) : !in_order || machine_is_part_of(&loaded, &source));
    return status;
}

static void every_cut(enum way way)
{
    size_t cut;

    for (cut = 0; cut < length; cut++) {
        migcore_status status;

        check_case("way %d, %lu of %lu bytes", (int)way, (unsigned long)cut, (unsigned long)length);
        status = is_refused(way, good, cut, true);
        CHECK_STATUS(status, MIGCORE_TRUNCATED);
        if (percent < 100) {
            cut += random_below(&random_state, 30);
        }
    }
}

static void every_bit(enum way way)
{
    size_t bit;

    memcpy(bytes, good, length);
    for (bit = 0; bit < 8 * length; bit++) {
        check_case("way %d, byte %lu, bit %u", (int)way, (unsigned long)bit / 8, (unsigned)bit % 8);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        is_refused(way, bytes, length, true);
        bytes[bit / 8] = good[bit / 8];
        if (percent < 100) {
            bit += random_below(&random_state, 300);
        }
    }
}

struct span {
    size_t begin, end;
};

static size_t all_chunks(struct span *spans, size_t room)
{
    migcore_chunk chunk;
    size_t count = 0;
    bool more;

    memset(&chunk, 0, sizeof chunk);
    chunk.size = sizeof chunk;
    while (migcore_chunk_next(good, length, NULL, &chunk, &more, NULL) == MIGCORE_OK && more && count < room) {
        spans[count].begin = chunk.offset;
        spans[count].end = chunk.next;
        count++;
    }
    CHECK(count < room && chunk.next == length);
    return count;
}

static size_t put(size_t at, size_t begin, size_t end)
{
    memcpy(bytes + at, good + begin, end - begin);
    return at + (end - begin);
}

static bool same(const struct span *a, const struct span *b)
{
    return a->end - a->begin == b->end - b->begin && memcmp(good + a->begin, good + b->begin, a->end - a->begin) == 0;
}

static void lost_repeated_swapped(enum way way)
{
    struct span spans[100];
    size_t count = all_chunks(spans, COUNT_OF(spans)), i, k, at;

    CHECK(count > 20);
    for (i = 0; i < count; i++) {
        check_case("way %d, chunk %lu lost", (int)way, (unsigned long)i);
        at = put(put(0, 0, spans[i].begin), spans[i].end, length);
        is_refused(way, bytes, at, false);
        check_case("way %d, chunk %lu repeated", (int)way, (unsigned long)i);
        at = put(put(0, 0, spans[i].end), spans[i].begin, length);
        is_refused(way, bytes, at, false);
        for (k = i + 1; k < count; k++) {
            check_case("way %d, chunks %lu and %lu swapped", (int)way, (unsigned long)i, (unsigned long)k);
            at = put(put(0, 0, spans[i].begin), spans[k].begin, spans[k].end);
            at = put(put(at, spans[i].end, spans[k].begin), spans[i].begin, spans[i].end);
            CHECK_EQUAL(put(at, spans[k].end, length), length);
            if (!same(&spans[i], &spans[k])) {
                is_refused(way, bytes, length, false);
            }
        }
    }
}

/* Whatever follows the stream: for who asks, that is an error. */
static void more_than_the_stream(enum way way)
{
    struct machine loaded;
    migcore_error error;

    check_case("way %d, a byte more", (int)way);
    memcpy(bytes, good, length);
    bytes[length] = 0x89;
    CHECK_STATUS(machine_load(way, bytes, length + 1, &loaded, &random_state, &error), MIGCORE_UNCONSUMED);
    check_case("way %d", (int)way);
    CHECK_OK(machine_load(way, good, length, &loaded, &random_state, &error));
    CHECK(machine_same(&loaded, &source));
}

void test_chunk_damage(void)
{
    int way;

    machine_fill(&source, 42);
    length = machine_save(&source, good, sizeof good);
    CHECK(length > 4096);
    for (way = 0; way < WAYS; way++) {
        more_than_the_stream((enum way)way);
        every_cut((enum way)way);
        every_bit((enum way)way);
        lost_repeated_swapped((enum way)way);
    }
}
