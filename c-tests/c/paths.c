/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Where in the state an error is: paths of every shape, shortened where they are too long.
 */
#include "sections.h"

static const char *path_of(migcore_visitor *v, const char *field)
{
    static migcore_error error;

    CHECK_STATUS(migcore_fail(v, field, MIGCORE_REFUSED, 0), MIGCORE_REFUSED);
    error = report_of(v);
    CHECK(memchr(error.path, '\0', sizeof error.path) != NULL);
    return error.path;
}

static void elements(migcore_visitor *v, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        CHECK_OK(migcore_begin_element(v));
        if (i + 1 < count) {
            CHECK_OK(migcore_end_element(v));
        }
    }
}

static void each_kind_of_scope_shows(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    bool present = true;

    CHECK_TEXT(path_of(v, "field"), "field");
    CHECK_TEXT(path_of(memory_save(&memory), NULL), "");
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_device(v, "nic", 4294967295u, 1, 1));
    CHECK_TEXT(path_of(v, "head"), "nic/4294967295.head");
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_device(v, "nic", 0, 1, 1));
    CHECK_TEXT(path_of(v, NULL), "nic/0");
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_device(v, "nic", 0, 1, 1));
    CHECK_OK(migcore_begin_list(v, "rx_ring", 9));
    elements(v, 4);
    CHECK_TEXT(path_of(v, "head"), "nic/0.rx_ring[3].head");
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_struct(v, "a"));
    CHECK_OK(migcore_begin_versioned_struct(v, "b", "ptimer", 1, 1));
    CHECK_OK(migcore_begin_subsection(v, "ptimer/c", 1));
    CHECK_OK(migcore_begin_list(v, "d", 1));
    CHECK_TEXT(path_of(v, "e"), "a.b.ptimer/c.d.e");
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_optional(v, "irq", &present));
    CHECK_TEXT(path_of(v, "line"), "irq.line");
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_device(v, "nic", 0, 1, 1));
    CHECK_OK(migcore_begin_optional(v, "irq", &present));
    CHECK_OK(migcore_begin_optional(v, NULL, &present));
    CHECK_TEXT(path_of(v, "line"), "nic/0.irq.line");
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_optional(v, "irq", &present));
    CHECK_OK(migcore_end_optional(v));
    CHECK_TEXT(path_of(v, "next"), "next");
}

static void closed_scopes_do_not_show(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(migcore_begin_device(v, "nic", 7, 1, 1));
    CHECK_OK(migcore_begin_struct(v, "closed"));
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_begin_list(v, "list", 2));
    elements(v, 2);
    CHECK_OK(migcore_end_element(v));
    CHECK_OK(migcore_end_list(v));
    CHECK_OK(migcore_begin_struct(v, "open"));
    CHECK_TEXT(path_of(v, "field"), "nic/7.open.field");
}

/* The room for names is given back. */
static void names_of_closed_scopes_are_forgotten(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    unsigned i;

    CHECK_OK(migcore_begin_device(v, "nic", 7, 1, 1));
    for (i = 0; i < 1000; i++) {
        CHECK_OK(migcore_begin_struct(v, "a struct with a name"));
        CHECK_OK(migcore_begin_list(v, "a list", 0));
        CHECK_OK(migcore_end_list(v));
        CHECK_OK(migcore_end_struct(v));
    }
    CHECK_OK(migcore_begin_struct(v, "the last struct"));
    CHECK_TEXT(path_of(v, "field"), "nic/7.the last struct.field");
}

static void nested_lists_have_an_index_each(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(migcore_begin_list(v, "outer", 3));
    elements(v, 2);
    CHECK_OK(migcore_begin_list(v, "inner", 30));
    elements(v, 12);
    CHECK_TEXT(path_of(v, "x"), "outer[1].inner[11].x");
}

static void a_name_may_be_missing(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(migcore_begin_struct(v, NULL));
    CHECK_OK(migcore_begin_struct(v, "a"));
    CHECK_OK(migcore_begin_list(v, "", 1));
    elements(v, 1);
    CHECK_TEXT(path_of(v, "x"), "a[0].x");
}

/* Names come from streams too: what does not print is masked. */
static void bytes_that_do_not_print_are_masked(void)
{
    struct memory memory;

    CHECK_TEXT(path_of(memory_save(&memory), "a\x1b[2Jb\xff"), "a?[2Jb?");
}

/* Of a long path the head and the tail stay, and it says that something is missing. */
static void long_paths_are_shortened_in_the_middle(void)
{
    static char field[256];
    struct memory memory;
    size_t length;

    for (length = 1; length < sizeof field; length++) {
        migcore_visitor *v = memory_save(&memory);
        const char *path;
        size_t whole = strlen("device/0.") + length;

        check_case("field of %lu", (unsigned long)length);
        memset(field, 'f', length);
        field[length - 1] = 'z';
        field[length] = '\0';
        CHECK_OK(migcore_begin_device(v, "device", 0, 1, 1));
        path = path_of(v, field);
        CHECK(strncmp(path, "device/0.", 9) == 0);
        CHECK_EQUAL(path[strlen(path) - 1], 'z');
        CHECK_EQUAL(strlen(path), whole < MIGCORE_PATH_SIZE ? whole : MIGCORE_PATH_SIZE - 1);
        CHECK((strstr(path, "...") != NULL) == (whole >= MIGCORE_PATH_SIZE));
    }
}

static void deep_paths_keep_their_ends(void)
{
    static char name[MIGCORE_MAX_NAME + 1];
    struct memory memory;
    size_t length, depth;

    for (length = 1; length < sizeof name; length++) {
        migcore_visitor *v = memory_save(&memory);
        const char *path;

        check_case("16 scopes of %lu", (unsigned long)length);
        memset(name, 's', length);
        name[length] = '\0';
        CHECK_OK(migcore_begin_device(v, "cpu", 0, 1, 1));
        for (depth = 1; depth < MIGCORE_MAX_DEPTH; depth++) {
            CHECK_OK(migcore_begin_struct(v, name));
        }
        path = path_of(v, "field");
        CHECK(strncmp(path, "cpu/0.", 6) == 0);
        CHECK(strcmp(path + strlen(path) - 6, ".field") == 0);
        CHECK(strlen(path) < MIGCORE_PATH_SIZE);
        CHECK((strstr(path, "...") != NULL) || strlen(path) == 5 + 15 * (length + 1) + 6);
    }
}

void test_paths(void)
{
    each_kind_of_scope_shows();
    closed_scopes_do_not_show();
    names_of_closed_scopes_are_forgotten();
    nested_lists_have_an_index_each();
    a_name_may_be_missing();
    bytes_that_do_not_print_are_masked();
    long_paths_are_shortened_in_the_middle();
    deep_paths_keep_their_ends();
}
