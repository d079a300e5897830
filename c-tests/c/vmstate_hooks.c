/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Code of a device that a table calls: hooks in all their forms, and whether a subsection is needed.
 */
#include "vmstate_dev.h"

static void pre_save_void(void *object)
{
    dev_note(object, 'v');
}

static void post_save_void(void *object)
{
    dev_note(object, 'V');
}

static void hooks_have_an_order(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_error error;
    struct dev s;
    size_t length;

    dev_init(&s);
    CHECK_OK(vm_save(&dev_table, &s, NULL, bytes, &length));
    CHECK_BYTES(bytes, length, dev_bytes);
    CHECK_TEXT(s.log, "stnS");
    dev_init(&s);
    s.needed = false;
    CHECK_OK(vm_save(&dev_table, &s, NULL, bytes, &length));
    CHECK_EQUAL(length, 8);
    memset(&s, 0, sizeof s);
    CHECK_OK(vm_load(&dev_table, &s, NULL, 2, dev_bytes, sizeof dev_bytes, NULL, NULL));
    CHECK(s.a == 1 && s.b == 2 && s.part == 3);
    CHECK_TEXT(s.log, "ltPL");
    /* A version that nobody can read. */
    memset(&s, 0, sizeof s);
    CHECK_STATUS(vm_load(&dev_table, &s, NULL, 3, dev_bytes, sizeof dev_bytes, &error, NULL), MIGCORE_TOO_NEW);
    CHECK(error.expected == 2 && error.found == 3);
    CHECK_STATUS(vm_load(&dev_table, &s, NULL, 0, dev_bytes, sizeof dev_bytes, NULL, NULL), MIGCORE_TOO_OLD);
    CHECK_TEXT(s.log, "");
}

static void hooks_may_refuse(void)
{
    static const struct {
        char refuse;
        int with;
        const char *log;
        migcore_status status;
        bool loading;
    } cases[] = {
        { 's', -22, "s", MIGCORE_REFUSED, false },   { 'S', -22, "stnS", MIGCORE_REFUSED, false },
        { 's', 1, "s", MIGCORE_REFUSED, false },     { 'l', -22, "l", MIGCORE_REFUSED, true },
        { 'P', -22, "ltP", MIGCORE_REFUSED, true },  { 'P', 1, "ltP", MIGCORE_REFUSED, true },
        { 'L', -22, "ltPL", MIGCORE_REFUSED, true }, { 'L', 1, "ltPL", MIGCORE_REFUSED, true },
        { 'L', MIGCORE_BAD_VALUE, "ltPL", MIGCORE_BAD_VALUE, true },
    };
    migcore_error error;
    size_t i;

    for (i = 0; i < COUNT_OF(cases); i++) {
        struct memory memory;
        struct dev s;
        migcore_visitor *v;

        check_case("%c gives %d", cases[i].refuse, cases[i].with);
        dev_init(&s);
        s.refuse = cases[i].refuse;
        s.with = cases[i].with;
        v = cases[i].loading ? memory_load(&memory, dev_bytes, sizeof dev_bytes) : memory_save(&memory);
        CHECK_STATUS(migcore_visit_vmstate(v, &dev_table, &s, NULL), cases[i].status);
        CHECK_TEXT(s.log, cases[i].log);
        error = report_of(v);
        CHECK_STATUS(error.status, cases[i].status);
        CHECK(error.cause == (cases[i].status == MIGCORE_REFUSED ? cases[i].with : 0));
    }
    check_case("%s", "");
}

/* What is not valid is so on both sides; a save that failed is told that it ended. */
static void what_is_not_valid_is_refused(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_error error;
    struct dev s;
    size_t length;

    dev_init(&s);
    s.a = 13;
    CHECK_STATUS(vm_save(&dev_table, &s, NULL, bytes, &length), MIGCORE_NOT_VALID);
    CHECK_TEXT(s.log, "stS");
    memcpy(bytes, dev_bytes, sizeof dev_bytes);
    bytes[3] = 13;
    CHECK_STATUS(vm_load(&dev_table, &s, NULL, 2, bytes, sizeof dev_bytes, &error, NULL), MIGCORE_NOT_VALID);
    CHECK_EQUAL(error.cause, -1);
    CHECK_EQUAL(error.offset, 4);
    CHECK_TEXT(error.path, "dev/0.a is good");
}

/* ---- hooks of another signature, which the host calls */

static void foreign(void)
{
    CHECK(!"called");
}

static int call_hook(void *opaque, const migcore_vmstate *table, migcore_vmstate_hook hook, void *object, int version)
{
    static const char letters[] = "?lLsSo";

    CHECK(opaque == object && table != NULL && version >= 0);
    CHECK(hook >= 1 && hook <= MIGCORE_VMSTATE_HOOK_LOAD_STATE_OLD);
    return dev_note(object, letters[hook]);
}

static void the_host_may_call_hooks(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_vmstate table = dev_table;
    struct vm_host host;
    struct dev s;
    size_t length;

    vm_host_init(&host);
    host.host.opaque = &s;
    host.host.hook = call_hook;
    table.subsections = NULL;
    table.pre_load_errp = table.post_load_errp = table.pre_save_errp = table.load_state_old = foreign;
    table.post_save = NULL;
    table.post_save_void = post_save_void;
    dev_init(&s);
    CHECK_OK(vm_save(&table, &s, &host.host, bytes, &length));
    CHECK_TEXT(s.log, "stS");
    dev_init(&s);
    CHECK_OK(vm_load(&table, &s, &host.host, 2, dev_bytes, 8, NULL, NULL));
    CHECK_TEXT(s.log, "ltL");
    /* A hook that the table has not is not called. */
    table.post_save_void = NULL;
    table.post_load_errp = NULL;
    table.post_load = NULL;
    dev_init(&s);
    CHECK_OK(vm_save(&table, &s, &host.host, bytes, &length));
    CHECK_OK(vm_load(&table, &s, &host.host, 2, dev_bytes, 8, NULL, NULL));
    CHECK_TEXT(s.log, "stlt");
    /* An old version is a matter of its own. */
    table.minimum_version_id = 2;
    table.minimum_version_id_old = 1;
    dev_init(&s);
    CHECK_OK(vm_load(&table, &s, &host.host, 1, dev_bytes, 8, NULL, NULL));
    CHECK_TEXT(s.log, "o");
    CHECK_STATUS(vm_load(&table, &s, &host.host, 0, dev_bytes, 8, NULL, NULL), MIGCORE_TOO_OLD);
    /* Nobody else can call them. */
    dev_init(&s);
    CHECK_STATUS(vm_load(&table, &s, NULL, 1, dev_bytes, 8, NULL, NULL), MIGCORE_UNSUPPORTED);
    CHECK_STATUS(vm_load(&table, &s, NULL, 2, dev_bytes, 8, NULL, NULL), MIGCORE_UNSUPPORTED);
    CHECK_STATUS(vm_save(&table, &s, NULL, bytes, &length), MIGCORE_UNSUPPORTED);
    CHECK_TEXT(s.log, "");
}

static void hooks_may_have_no_result(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_vmstate table = dev_table;
    struct dev s;
    size_t length;

    table.pre_save = table.post_save = NULL;
    table.pre_save_void = pre_save_void;
    table.post_save_void = post_save_void;
    dev_init(&s);
    s.refuse = 'v';
    CHECK_OK(vm_save(&table, &s, NULL, bytes, &length));
    CHECK_TEXT(s.log, "vtnV");
}

/* ---- subsections in the older form */

static bool entry_needed(void *object)
{
    return dev_note(object, 'e') == 0;
}

static void subsections_have_an_older_form(void)
{
    static const migcore_vmstate_subsection listed[] = { { &part_table, entry_needed }, { NULL, NULL } };
    static const migcore_vmstate_subsection asking[] = { { &part_table, NULL }, { NULL, NULL } };
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_vmstate table = dev_table;
    struct dev s;
    size_t length;

    table.subsections = NULL;
    table.old_subsections = listed;
    dev_init(&s);
    CHECK_OK(vm_save(&table, &s, NULL, bytes, &length));
    CHECK_BYTES(bytes, length, dev_bytes);
    CHECK_TEXT(s.log, "steS");
    memset(&s, 0, sizeof s);
    CHECK_OK(vm_load(&table, &s, NULL, 2, dev_bytes, sizeof dev_bytes, NULL, NULL));
    CHECK(s.part == 3);
    table.old_subsections = asking;
    dev_init(&s);
    s.needed = false;
    CHECK_OK(vm_save(&table, &s, NULL, bytes, &length));
    CHECK_EQUAL(length, 8);
    CHECK_TEXT(s.log, "stnS");
    /* Both forms at once: the one after the other. */
    table.subsections = dev_parts;
    table.old_subsections = listed;
    dev_init(&s);
    s.needed = false;
    CHECK_OK(vm_save(&table, &s, NULL, bytes, &length));
    CHECK_BYTES(bytes, length, dev_bytes);
    CHECK_TEXT(s.log, "stneS");
}

void test_vmstate_hooks(void)
{
    hooks_have_an_order();
    hooks_may_refuse();
    what_is_not_valid_is_refused();
    the_host_may_call_hooks();
    hooks_may_have_no_result();
    subsections_have_an_older_form();
}
