/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 *     planted CASE
 *
 * Lies to the library about memory, in one of several ways, so that the library itself steps out of a block. A tool that
 * checks memory must catch each; `none` must pass.
 */
#include "migcore.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t stream[64] = { 16, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p' };
static migcore_legacy legacy;
static uint8_t room[64];

static migcore_visitor *load(void)
{
    migcore_legacy_load_memory(&legacy, sizeof legacy, stream, sizeof stream, NULL);
    return &legacy.visitor;
}

static migcore_visitor *save(void)
{
    migcore_legacy_save_memory(&legacy, sizeof legacy, room, sizeof room, NULL);
    return &legacy.visitor;
}

/* Blocks are too small by one element. */
static void load_array(void)
{
    uint32_t *values = (uint32_t *)malloc(3 * sizeof *values);

    migcore_visit_u32_array(load(), "values", values, 4);
    free(values);
}

static void load_scalar(void)
{
    uint8_t *value = (uint8_t *)malloc(7);

    migcore_visit_u64(load(), "value", (uint64_t *)(void *)value);
    free(value);
}

static void load_string(void)
{
    char *text = (char *)malloc(16);

    migcore_visit_string(load(), "text", text, 17);
    free(text);
}

static void load_bytes(void)
{
    uint8_t *data = (uint8_t *)malloc(31);

    migcore_visit_bytes(load(), "data", data, 32);
    free(data);
}

static void save_array(void)
{
    uint16_t *values = (uint16_t *)calloc(5, sizeof *values);

    migcore_visit_u16_array(save(), "values", values, 6);
    free(values);
}

static void save_scalar(void)
{
    uint8_t *value = (uint8_t *)calloc(1, 3);

    migcore_visit_u32(save(), "value", (uint32_t *)(void *)value);
    free(value);
}

static void save_memory(void)
{
    uint8_t *memory = (uint8_t *)malloc(7);
    uint64_t value = 1;

    migcore_legacy_save_memory(&legacy, sizeof legacy, memory, 8, NULL);
    migcore_visit_u64(&legacy.visitor, "value", &value);
    free(memory);
}

static void load_memory(void)
{
    uint8_t *memory = (uint8_t *)calloc(1, 7), value[8];

    migcore_legacy_load_memory(&legacy, sizeof legacy, memory, 8, NULL);
    migcore_visit_bytes(&legacy.visitor, "value", value, 8);
    free(memory);
}

/* A name without its NUL is read when there is an error to tell. */
static void name(void)
{
    char *text = (char *)malloc(4);

    memset(text, 'n', 4);
    migcore_fail(save(), text, MIGCORE_REFUSED, 0);
    free(text);
}

static void object(void)
{
    migcore_legacy *small = (migcore_legacy *)malloc(64);

    migcore_legacy_save_memory(small, sizeof *small, room, sizeof room, NULL);
    free(small);
}

static void freed(void)
{
    uint8_t *value = (uint8_t *)malloc(1);

    free(value);
    migcore_visit_u8(load(), "value", value);
}

/* Not the library's: shows that the checks for undefined behaviour are on. */
static void undefined(void)
{
    volatile int most = INT_MAX;

    most = most + 1;
}

static void none(void)
{
    uint32_t values[4] = { 0 };

    migcore_visit_u32_array(load(), "values", values, 4);
    migcore_visit_u32_array(save(), "values", values, 4);
}

static const struct plant {
    const char *name;
    void (*run)(void);
} plants[] = {
    { "load_array", load_array },
    { "load_scalar", load_scalar },
    { "load_string", load_string },
    { "load_bytes", load_bytes },
    { "save_array", save_array },
    { "save_scalar", save_scalar },
    { "save_memory", save_memory },
    { "load_memory", load_memory },
    { "name", name },
    { "object", object },
    { "freed", freed },
    { "undefined", undefined },
    { "none", none },
};

int main(int argc, char **argv)
{
    size_t i;

    for (i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        if (argc == 2 && strcmp(argv[1], plants[i].name) == 0) {
            plants[i].run();
            return 0;
        }
    }
    return 99;
}
