/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Kernels: those found for this processor and a caller's own do what the portable loops do.
 */
#include "kinds.h"
#include "sections.h"

#include <stdlib.h>

enum {
    LONGEST = 600
};

static uint8_t input[LONGEST + 16];

static uint32_t crc_bit_by_bit(uint32_t crc, const uint8_t *data, size_t length)
{
    int bit;

    crc = ~crc;
    while (length-- > 0) {
        crc ^= *data++;
        for (bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

static migcore_kernels detected(void)
{
    migcore_kernels kernels;

    memset(&kernels, 0x5a, sizeof kernels);
    CHECK_OK(migcore_kernels_detect(&kernels, sizeof kernels));
    CHECK_EQUAL(kernels.size, sizeof kernels);
    return kernels;
}

static void what_is_refused_changes_nothing(void)
{
    static uint64_t storage[sizeof(migcore_kernels) / 8 + 1];
    static const size_t wrong[] = { 0, sizeof(migcore_kernels) - 1, sizeof(migcore_kernels) + 1, SIZE_MAX };
    uint8_t *bytes = (uint8_t *)storage;
    size_t i;

    memset(storage, 0x5a, sizeof storage);
    CHECK_STATUS(migcore_kernels_detect(NULL, sizeof(migcore_kernels)), MIGCORE_NULL_POINTER);
    for (i = 0; i < COUNT_OF(wrong); i++) {
        CHECK_STATUS(migcore_kernels_detect((migcore_kernels *)storage, wrong[i]), MIGCORE_BAD_SIZE);
    }
    CHECK_STATUS(migcore_kernels_detect((migcore_kernels *)(void *)(bytes + 1), sizeof(migcore_kernels)),
                 MIGCORE_MISALIGNED);
    for (i = 0; i < sizeof storage; i++) {
        CHECK_EQUAL(bytes[i], 0x5a);
    }
}

/* Every length and alignment, in blocks of just the size. */
static void crc_is_the_one_of_png(void)
{
    migcore_kernels kernels = detected();
    size_t length, at;

    if (kernels.crc32 == NULL) {
        return;
    }
    CHECK_EQUAL(kernels.crc32(0, (const uint8_t *)"123456789", 9), 0xcbf43926u);
    CHECK_EQUAL(kernels.crc32(77, NULL, 0), 77);
    for (length = 0; length <= LONGEST; length++) {
        uint8_t *block = (uint8_t *)malloc(length + 1);

        for (at = 0; at < 16; at += length < 80 ? 1 : 5) {
            uint32_t whole = crc_bit_by_bit(0, input + at, length);

            check_case("crc of %lu at %lu", (unsigned long)length, (unsigned long)at);
            CHECK_EQUAL(kernels.crc32(0, input + at, length), whole);
            CHECK_EQUAL(kernels.crc32(kernels.crc32(0, input + at, length / 3), input + at + length / 3,
                                      length - length / 3),
                        whole);
        }
        memcpy(block, input, length);
        CHECK_EQUAL(kernels.crc32(0, block, length), crc_bit_by_bit(0, input, length));
        free(block);
    }
}

/* A copy does both at once, beside which nothing is touched. */
static void a_copy_has_the_crc_of_what_it_copies(void)
{
    migcore_kernels kernels = detected();
    size_t length, at;

    if (kernels.copy_crc32 == NULL) {
        return;
    }
    CHECK_EQUAL(kernels.copy_crc32(77, NULL, NULL, 0), 77);
    for (length = 0; length <= LONGEST; length++) {
        for (at = 0; at < 16; at += 5) {
            uint8_t *from = (uint8_t *)malloc(at + length + 1), *to = (uint8_t *)malloc(length + 16 - at + 1);
            size_t shift = 16 - at;

            check_case("copy of %lu at %lu", (unsigned long)length, (unsigned long)at);
            memcpy(from + at, input, length);
            CHECK_EQUAL(kernels.copy_crc32(77, to + shift, from + at, length), crc_bit_by_bit(77, input, length));
            CHECK_MEMORY(to + shift, length, input, length);
            free(from);
            free(to);
        }
    }
}

typedef void swap_function(uint8_t *to, const uint8_t *from, size_t length);

static void swap_of(swap_function *swap, size_t width)
{
    size_t length, at, i;

    if (swap == NULL) {
        return;
    }
    swap(NULL, NULL, 0);
    for (length = 0; length <= LONGEST; length += width) {
        for (at = 0; at < 9; at++) {
            uint8_t *from = (uint8_t *)malloc(at + length + 1), *to = (uint8_t *)malloc(length + 8 - at + 1);
            size_t shift = 8 - at, wrong = 0;

            check_case("swap of %lu, %lu bytes at %lu", (unsigned long)width, (unsigned long)length,
                       (unsigned long)at);
            memcpy(from + at, input, length);
            swap(to + shift, from + at, length);
            for (i = 0; i < length; i++) {
                wrong += to[shift + i] != input[i - i % width + (width - 1 - i % width)];
            }
            CHECK_EQUAL(wrong, 0);
            free(from);
            free(to);
        }
    }
}

/* How often each of a caller's own was called, and with what. */
static unsigned own_calls[9];

static void own_swap(uint8_t *to, const uint8_t *from, size_t length, size_t width)
{
    size_t i;

    own_calls[width]++;
    CHECK(length % width == 0 && (to + length <= from || from + length <= to));
    for (i = 0; i < length; i++) {
        to[i] = from[i - i % width + (width - 1 - i % width)];
    }
}

static void own_swap16(uint8_t *to, const uint8_t *from, size_t length)
{
    own_swap(to, from, length, 2);
}

static void own_swap32(uint8_t *to, const uint8_t *from, size_t length)
{
    own_swap(to, from, length, 4);
}

static void own_swap64(uint8_t *to, const uint8_t *from, size_t length)
{
    own_swap(to, from, length, 8);
}

static void visit_arrays(migcore_visitor *v, uint8_t *values)
{
    size_t count = 5;

    CHECK_OK(migcore_visit_u8_array(v, "a", values, 40));
#define ARRAYS(name, type, constant) \
    CHECK_OK(migcore_visit_##name##_array(v, "a", (type *)(void *)(values + 40), 40)); \
    CHECK_OK(migcore_visit_##name##_varray(v, "b", (type *)(void *)(values + 401), 5, &count));
    EACH_NUMBER(ARRAYS)
    CHECK_OK(migcore_finish(v));
}

/* All kernels, both directions, give what the portable loops give. */
static void arrays_are_the_same_with(const migcore_kernels *kernels, const char *name)
{
    static uint8_t values[LONGEST], portable[2048], bytes[2048], back[LONGEST];
    migcore_legacy legacy;
    size_t length;

    check_case("%s", name);
    memcpy(values, input, sizeof values);
    CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, portable, sizeof portable, NULL));
    visit_arrays(&legacy.visitor, values);
    length = (size_t)migcore_position(&legacy.visitor);
    CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, kernels));
    visit_arrays(&legacy.visitor, values);
    CHECK_MEMORY(bytes, migcore_position(&legacy.visitor), portable, length);
    memset(back, 0, sizeof back);
    CHECK_OK(migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, length, kernels));
    visit_arrays(&legacy.visitor, back);
    CHECK_MEMORY(back, 360, values, 360);
    CHECK_MEMORY(back + 401, 40, values + 401, 40);
}

static bool little_endian(void)
{
    static const uint16_t one = 1;

    return *(const uint8_t *)&one == 1;
}

static void a_callers_own_are_used(void)
{
    migcore_kernels own;

    memset(&own, 0, sizeof own);
    own.size = sizeof own;
    own.swap16 = own_swap16;
    own.swap32 = own_swap32;
    own.swap64 = own_swap64;
    arrays_are_the_same_with(&own, "own kernels");
    CHECK((own_calls[2] > 0) == little_endian());
    CHECK((own_calls[4] > 0) == little_endian());
    CHECK((own_calls[8] > 0) == little_endian());
    memset(&own, 0, sizeof own);
    own.size = sizeof own;
    arrays_are_the_same_with(&own, "no kernels");
}

void test_kernels(void)
{
    migcore_kernels kernels = detected();
    size_t i;

    for (i = 0; i < sizeof input; i++) {
        input[i] = (uint8_t)(i * 167 + i / 7 + 3);
    }
    what_is_refused_changes_nothing();
    crc_is_the_one_of_png();
    a_copy_has_the_crc_of_what_it_copies();
    swap_of(kernels.swap16, 2);
    swap_of(kernels.swap32, 4);
    swap_of(kernels.swap64, 8);
    arrays_are_the_same_with(&kernels, "detected kernels");
    a_callers_own_are_used();
}
