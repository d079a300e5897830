/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Registration as device files of a release call it: instances, aliases, paths, priorities, what blocks, and memory for the
 * entries. Built once for each release.
 */
/* Devices of this test have their path in front. */
#define MIGCORE_QEMU_DEVICE_PATH(dev) ((const char *)(dev))
/* The registry of the machine at work. */
#define MIGCORE_QEMU_REGISTRY (test_registry)
/* Entries come from the test alone. */
#define MIGCORE_QEMU_MALLOC(bytes) ((void)(bytes), test_memory)
#define MIGCORE_QEMU_FREE(memory) (test_freed = (memory))
static void *test_memory, *test_freed;
static struct migcore_qemu_registry *test_registry;

#include "migcore_qemu.h"

#include "check.h"

typedef struct Part {
    uint32_t value;
    bool absent;
} Part;

static migcore_qemu_registry registry;
static migcore_qemu_entry entries[8];
static Part parts[6];

static void set_up(void)
{
    memset(&registry, 0, sizeof registry);
    memset(parts, 0, sizeof parts);
    migcore_qemu_give_entries(&registry, entries, 8);
    test_registry = &registry;
    test_memory = NULL;
}

/* In the order of the registry; one without a name where there is none. */
static const migcore_qemu_entry *entry_at(unsigned at)
{
    static const migcore_qemu_entry none;
    const migcore_qemu_entry *entry = registry.first;

    while (at-- > 0 && entry != NULL) {
        entry = entry->next;
    }
    return entry != NULL ? entry : &none;
}

static size_t entry_count(void)
{
    size_t count = 0;

    for (const migcore_qemu_entry *entry = registry.first; entry != NULL; entry = entry->next) {
        count++;
    }
    return count;
}

static void part_save(QEMUFile *f, void *opaque)
{
    qemu_put_be32(f, ((Part *)opaque)->value);
}

static int part_load(QEMUFile *f, void *opaque, int version_id)
{
    ((Part *)opaque)->value = qemu_get_be32(f);
    return version_id == 3 ? 0 : -ENXIO;
}

/* -- The names of the release -------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 500
#define OWNER(path) ((VMStateIf *)(path))
#elif MIGCORE_QEMU_API >= 13
#define OWNER(path) ((DeviceState *)(path))
#endif

#if MIGCORE_QEMU_API >= 102
static const SaveVMHandlers handlers = { .save_state = part_save, .load_state = part_load };
#endif

static int register_pair(const char *path, const char *name, int instance, void *opaque)
{
#if MIGCORE_QEMU_API >= 402
    (void)path;
    return register_savevm_live(name, instance, 3, &handlers, opaque);
#elif MIGCORE_QEMU_API >= 210
    return register_savevm_live(OWNER(path), name, instance, 3, (SaveVMHandlers *)&handlers, opaque);
#elif MIGCORE_QEMU_API >= 102
    if (instance % 2 == 0) {
        return register_savevm_live(OWNER(path), name, instance, 3, (SaveVMHandlers *)&handlers, opaque);
    }
    return register_savevm(OWNER(path), name, instance, 3, part_save, part_load, opaque);
#elif MIGCORE_QEMU_API >= 13
    if (instance % 2 == 0) {
        return register_savevm_live(OWNER(path), name, instance, 3, NULL, NULL, part_save, part_load, opaque);
    }
    return register_savevm(OWNER(path), name, instance, 3, part_save, part_load, opaque);
#else
    (void)path;
    return register_savevm(name, instance, 3, part_save, part_load, opaque);
#endif
}

static void unregister_pair(const char *path, const char *name, void *opaque)
{
#if MIGCORE_QEMU_API >= 402
    (void)path;
    unregister_savevm(NULL, name, opaque);
#elif MIGCORE_QEMU_API >= 13
    unregister_savevm(OWNER(path), name, opaque);
#else
    (void)path;
    unregister_savevm(name, opaque);
#endif
}

/* -- Tests of every release ---------------------------------------------------------------------------------------- */

static void any_instance_is_the_next_one(void)
{
    set_up();
    CHECK_EQUAL(register_pair(NULL, "uart", -1, &parts[0]), 0);
    CHECK_EQUAL(register_pair(NULL, "uart", -1, &parts[1]), 0);
    CHECK_EQUAL(register_pair(NULL, "uart", 7, &parts[2]), 0);
    CHECK_EQUAL(register_pair(NULL, "uart", -1, &parts[3]), 0);
    CHECK_EQUAL(register_pair(NULL, "rtc", -1, &parts[4]), 0);
    CHECK_EQUAL(entry_at(0)->instance, 0);
    CHECK_EQUAL(entry_at(1)->instance, 1);
    CHECK_EQUAL(entry_at(2)->instance, 7);
    CHECK_EQUAL(entry_at(3)->instance, 8);
    CHECK_EQUAL(entry_at(4)->instance, 0);
    CHECK_EQUAL(entry_at(4)->section, 4);
    CHECK(entry_count() == 5);
    unregister_pair(NULL, "uart", &parts[3]);
    unregister_pair(NULL, "uart", &parts[4]); /* of another name */
    CHECK(strcmp(entry_at(3)->name, "rtc") == 0 && entry_count() == 4);
    CHECK_EQUAL(register_pair(NULL, "uart", -1, &parts[3]), 0);
    CHECK_EQUAL(entry_at(4)->instance, 8);
    CHECK_EQUAL(entry_at(4)->section, 5);
    CHECK_EQUAL(registry.failed, 0);
}

static void what_is_refused_is_not_forgotten(void)
{
    static const char long_name[300] = { [0 ... 298] = 'x' };

    set_up();
    CHECK_EQUAL(register_pair(NULL, "uart", 1, &parts[0]), 0);
#if MIGCORE_QEMU_API >= 802
    CHECK_EQUAL(register_pair(NULL, "uart", 1, &parts[1]), -EEXIST);
    CHECK_EQUAL(registry.failed, -EEXIST);
    CHECK(strcmp(registry.failed_name, "uart") == 0);
#endif
    CHECK_EQUAL(register_pair(NULL, "", 0, &parts[1]), -EINVAL);
    CHECK_EQUAL(register_pair(NULL, long_name, 0, &parts[1]), -EINVAL);
    CHECK_EQUAL(registry.failed, MIGCORE_QEMU_API >= 802 ? -EEXIST : -EINVAL); /* the first one */
    CHECK(entry_count() == 1);
    CHECK_EQUAL(migcore_qemu_register_handlers(&registry, "p", long_name + 45, 0, 1, part_save, part_load, NULL), -EINVAL);
    CHECK_EQUAL(migcore_qemu_register_handlers(&registry, "p", long_name + 46, 0, 1, part_save, part_load, NULL), 0);
    CHECK_EQUAL(strlen(entry_at(1)->name), 255);
    migcore_qemu_registry_clear(&registry);
    CHECK(registry.first == NULL && registry.failed == 0);
}

static void entries_are_given_or_allocated(void)
{
    static migcore_qemu_entry allocated;

    set_up();
    for (int i = 0; i < 8; i++) {
        CHECK_EQUAL(register_pair(NULL, "uart", i, &parts[0]), 0);
    }
    CHECK_EQUAL(register_pair(NULL, "uart", 8, &parts[0]), -ENOMEM);
    registry.failed = 0;
    test_memory = &allocated;
    CHECK_EQUAL(register_pair(NULL, "uart", 8, &parts[1]), 0);
    CHECK(entry_at(8) == &allocated);
    test_memory = NULL;
    unregister_pair(NULL, "uart", &parts[1]);
    CHECK(test_freed == (void *)&allocated);
    unregister_pair(NULL, "uart", &parts[0]); /* all of them */
    CHECK(registry.first == NULL);
    CHECK_EQUAL(register_pair(NULL, "uart", 0, &parts[0]), 0);
    CHECK(entry_at(0) >= entries && entry_at(0) < entries + 8);
}

/* -- Tables -------------------------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 12
static bool part_needed(void *opaque)
{
    return !((const Part *)opaque)->absent;
}

#if MIGCORE_QEMU_API >= 13
static int register_table(const char *path, int instance, const VMStateDescription *vmsd, void *opaque)
{
    return vmstate_register(OWNER(path), instance, vmsd, opaque);
}
#else
static int register_table(const char *path, int instance, const VMStateDescription *vmsd, void *opaque)
{
    (void)path;
    return vmstate_register(instance, vmsd, opaque);
}
#endif

static VMStateField fields[] = {
    VMSTATE_UINT32(value, Part),
    VMSTATE_END_OF_LIST()
};

static const VMStateDescription vmstate_part = {
    .name = "part",
    .version_id = 3,
    .minimum_version_id = 2,
    .fields = fields,
#if MIGCORE_QEMU_API >= 204
    .needed = part_needed,
#endif
};

static uint8_t bytes[1024];

static int move_all(bool saving, size_t *length)
{
    migcore_configuration configuration = { .size = sizeof configuration, .machine = "m" };
    migcore_qemu_stream stream;
    QEMUFile f;
    int result;

    migcore_qemu_stream_init(&stream, &configuration);
    if (saving) {
        migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
        result = migcore_qemu_savevm(&registry, &f, &stream, NULL);
        *length = (size_t)migcore_qemu_file_position(&f);
    } else {
        migcore_qemu_file_init_load_memory(&f, bytes, *length);
        result = migcore_qemu_loadvm(&registry, &f, &stream, NULL);
    }
    (void)qemu_fclose(&f);
    return result;
}

/* A pair of functions and a table side by side, in the order of their registration. */
static void a_pair_and_a_table_are_one_stream(void)
{
    size_t length = 0, head = MIGCORE_QEMU_API >= 204 ? 8 + 6 : 8, footer = MIGCORE_QEMU_API >= 204 ? 5 : 0;

    set_up();
    CHECK_EQUAL(register_pair(NULL, "uart", 5, &parts[0]), 0);
    CHECK_EQUAL(register_table(NULL, 0, &vmstate_part, &parts[1]), 0);
    parts[0].value = 0x01020304;
    parts[1].value = 0x05060708;
    CHECK_EQUAL(move_all(true, &length), 0);
    CHECK_EQUAL(length, head + 2 * (18 + 4 + footer) + 1);
    CHECK(memcmp(bytes + head, "\4\0\0\0\0\4uart\0\0\0\5\0\0\0\3\1\2\3\4", 22) == 0);
    CHECK(memcmp(bytes + head + 22 + footer, "\4\0\0\0\1\4part\0\0\0\0\0\0\0\3\5\6\7\10", 22) == 0);
    CHECK_EQUAL(bytes[length - 1], QEMU_VM_EOF);
    memset(parts, 0, sizeof parts);
    CHECK_EQUAL(move_all(false, &length), 0);
    CHECK(parts[0].value == 0x01020304 && parts[1].value == 0x05060708);

    /* The functions' own refusal, and the version of a table. */
    bytes[head + 17] = 2;
    CHECK_EQUAL(move_all(false, &length), -ENXIO);
    bytes[head + 17] = 4;
    CHECK_EQUAL(move_all(false, &length), -EINVAL);
    bytes[head + 17] = 3;
    bytes[head + 22 + footer + 17] = 2;
    CHECK_EQUAL(move_all(false, &length), 0);
    bytes[head + 22 + footer + 17] = 1;
    CHECK_EQUAL(move_all(false, &length), -EINVAL);
}

/* A stream with the section of instance 0, for the only one that there is. */
static void a_pair_of_functions_is_found_by_instance_0(void)
{
    size_t length = 0;

    set_up();
    CHECK_EQUAL(register_pair(NULL, "uart", 0, &parts[0]), 0);
    parts[0].value = 99;
    CHECK_EQUAL(move_all(true, &length), 0);
    migcore_qemu_registry_clear(&registry);
    CHECK_EQUAL(register_pair(NULL, "uart", 3, &parts[1]), 0);
    CHECK_EQUAL(move_all(false, &length), 0);
    CHECK_EQUAL(parts[1].value, 99);
    migcore_qemu_registry_clear(&registry);
    CHECK_EQUAL(register_pair(NULL, "uart", 1, &parts[0]), 0);
    CHECK_EQUAL(move_all(true, &length), 0);
    migcore_qemu_registry_clear(&registry);
    CHECK_EQUAL(register_pair(NULL, "uart", 3, &parts[1]), 0);
    CHECK_EQUAL(move_all(false, &length), -EINVAL);
}

/* A section that comes again would overwrite what the first one allocated; a pair of functions may be told in parts. */
static void a_second_section_is_refused_for_a_table(void)
{
    size_t length = 0, head = MIGCORE_QEMU_API >= 204 ? 8 + 6 : 8, section = MIGCORE_QEMU_API >= 204 ? 22 + 5 : 22;

    for (int pair = 0; pair < 2; pair++) {
        set_up();
        CHECK_EQUAL(pair ? register_pair(NULL, "uart", 0, &parts[0]) : register_table(NULL, 0, &vmstate_part, &parts[0]), 0);
        CHECK_EQUAL(move_all(true, &length), 0);
        CHECK_EQUAL(length, head + section + 1);
        memcpy(bytes + head + section, bytes + head, section);
        length += section;
        bytes[length - 1] = QEMU_VM_EOF;
        CHECK_EQUAL(move_all(false, &length), pair ? 0 : -EINVAL);
        bytes[head] = QEMU_VM_SECTION_START;
        bytes[head + section] = QEMU_VM_SECTION_START;
        CHECK_EQUAL(move_all(false, &length), pair ? 0 : -EINVAL);
    }
}

static void what_is_not_needed_is_left_out(void)
{
    size_t with = 0, without = 0;

    set_up();
    CHECK_EQUAL(register_table(NULL, 0, &vmstate_part, &parts[0]), 0);
    CHECK_EQUAL(move_all(true, &with), 0);
    parts[0].absent = true;
    CHECK_EQUAL(move_all(true, &without), 0);
#if MIGCORE_QEMU_API >= 204
    CHECK_EQUAL(with - without, 18 + 4 + 5);
#else
    CHECK_EQUAL(with, without);
#endif
    /* On load nobody asks. */
    CHECK_EQUAL(move_all(false, &without), 0);
    (void)part_needed;
}

static void a_refused_registration_blocks(void)
{
    size_t length = 0;

    set_up();
    CHECK_EQUAL(register_table(NULL, 0, &vmstate_part, &parts[0]), 0);
    CHECK_EQUAL(move_all(true, &length), 0);
    CHECK_EQUAL(register_pair(NULL, "", 0, &parts[1]), -EINVAL);
    CHECK_EQUAL(move_all(false, &length), -EINVAL);
    CHECK_EQUAL(move_all(true, &length), -EINVAL);
}

/* Before 8.2 devices may have one name and instance: their sections go to them in order. */
static void one_name_and_instance_twice(void)
{
    size_t length = 0;

    set_up();
    CHECK_EQUAL(register_table(NULL, 0, &vmstate_part, &parts[0]), 0);
#if MIGCORE_QEMU_API >= 802
    CHECK_EQUAL(register_table(NULL, 0, &vmstate_part, &parts[1]), -EEXIST);
    CHECK_EQUAL(move_all(true, &length), -EEXIST);
#else
    CHECK_EQUAL(register_table(NULL, 0, &vmstate_part, &parts[1]), 0);
    CHECK_EQUAL(register_pair(NULL, "uart", 1, &parts[2]), 0);
    CHECK_EQUAL(register_pair(NULL, "uart", 1, &parts[3]), 0);
    for (uint32_t i = 0; i < 4; i++) {
        parts[i].value = 10 + i;
    }
    CHECK_EQUAL(move_all(true, &length), 0);
    memset(parts, 0, sizeof parts);
    CHECK_EQUAL(move_all(false, &length), 0);
    for (uint32_t i = 0; i < 4; i++) {
        CHECK_EQUAL(parts[i].value, 10 + i);
    }
#endif
}

#if MIGCORE_QEMU_API >= 13
/* In a stream that has no paths the device is found by its name, and the instance that it had. */
static void a_path_is_part_of_the_name(void)
{
    size_t length = 0;

    set_up();
    CHECK_EQUAL(register_table("0000:00:03.0", -1, &vmstate_part, &parts[0]), 0);
    CHECK_EQUAL(register_table("0000:00:04.0", -1, &vmstate_part, &parts[1]), 0);
    CHECK_EQUAL(register_table("", 4, &vmstate_part, &parts[2]), 0);
    CHECK(strcmp(entry_at(0)->name, "0000:00:03.0/part") == 0 && entry_at(0)->instance == 0);
    CHECK(strcmp(entry_at(1)->name, "0000:00:04.0/part") == 0 && entry_at(1)->instance == 0);
    CHECK(strcmp(entry_at(2)->name, "part") == 0 && entry_at(2)->instance == 4);
    CHECK_EQUAL(entry_at(0)->plain_instance, 0);
    CHECK_EQUAL(entry_at(1)->plain_instance, 1);

    migcore_qemu_registry_clear(&registry);
    CHECK_EQUAL(register_table(NULL, 1, &vmstate_part, &parts[3]), 0);
    parts[3].value = 77;
    CHECK_EQUAL(move_all(true, &length), 0);
    migcore_qemu_registry_clear(&registry);
    CHECK_EQUAL(register_table("0000:00:03.0", -1, &vmstate_part, &parts[0]), 0);
    CHECK_EQUAL(register_table("0000:00:04.0", -1, &vmstate_part, &parts[1]), 0);
    CHECK_EQUAL(move_all(false, &length), 0);
    CHECK(parts[0].value == 0 && parts[1].value == 77);
    vmstate_unregister(OWNER("0000:00:03.0"), &vmstate_part, &parts[0]);
    CHECK_EQUAL(move_all(false, &length), 0);
    vmstate_unregister(OWNER("0000:00:04.0"), &vmstate_part, &parts[1]);
    CHECK_EQUAL(move_all(false, &length), -EINVAL);
}

static int register_alias(int instance, int alias, int required, void *opaque)
{
#if MIGCORE_QEMU_API >= 209
    return vmstate_register_with_alias_id(NULL, instance, &vmstate_part, opaque, alias, required, NULL);
#else
    return vmstate_register_with_alias_id(NULL, instance, &vmstate_part, opaque, alias, required);
#endif
}

static void an_alias_is_another_instance_in_streams(void)
{
    size_t length = 0;

    set_up();
    CHECK_EQUAL(register_table(NULL, 40, &vmstate_part, &parts[0]), 0);
    parts[0].value = 88;
    CHECK_EQUAL(move_all(true, &length), 0);
    migcore_qemu_registry_clear(&registry);
    CHECK_EQUAL(register_alias(2, 40, 2, &parts[1]), 0);
    CHECK_EQUAL(move_all(false, &length), 0);
    CHECK_EQUAL(parts[1].value, 88);
    CHECK_EQUAL(register_alias(3, 41, 1, &parts[2]), -EINVAL); /* a version that the table does not read */
    migcore_qemu_registry_clear(&registry);
    CHECK_EQUAL(register_alias(2, -1, 0, &parts[1]), 0);
    CHECK_EQUAL(move_all(false, &length), -EINVAL);
}
#endif

#if MIGCORE_QEMU_API >= 100
static void what_cannot_be_migrated_blocks(void)
{
    static const VMStateDescription fixed = { .name = "fixed", .unmigratable = 1 };
    size_t length = 0;
    Error *err = NULL;

    set_up();
    CHECK_EQUAL(register_table(NULL, 0, &vmstate_part, &parts[0]), 0);
    CHECK_EQUAL(move_all(true, &length), 0);
    CHECK_EQUAL(register_table(NULL, 0, &fixed, &parts[1]), 0);
    CHECK_EQUAL(move_all(false, &length), -EINVAL);
    CHECK_EQUAL(move_all(true, &length), -EINVAL);
    CHECK_EQUAL(migcore_qemu_blocked(&registry, &err), -EINVAL);
    CHECK(err != NULL && strstr(error_get_pretty(err), "'fixed'") != NULL);
    error_free(err);
    vmstate_unregister(NULL, &fixed, &parts[1]);
    CHECK_EQUAL(move_all(true, &length), 0);
#if MIGCORE_QEMU_API < 204
    register_device_unmigratable(NULL, "part", &parts[1]);
    CHECK_EQUAL(move_all(true, &length), 0);
    register_device_unmigratable(NULL, "part", &parts[0]);
    CHECK_EQUAL(move_all(true, &length), -EINVAL);
#endif
}
#endif

#if MIGCORE_QEMU_API >= 209
static void priorities_go_first(void)
{
    static const VMStateDescription plain = { .name = "plain", .fields = fields };
    static const VMStateDescription bus = { .name = "bus", .priority = MIG_PRI_IOMMU, .fields = fields };
    static const VMStateDescription last = { .name = "default", .priority = MIG_PRI_DEFAULT, .fields = fields };
    static const char *const order[] = { "bus", "bus", "plain", "default", "uart", "plain" };

    set_up();
    CHECK_EQUAL(register_table(NULL, 0, &plain, &parts[0]), 0);
    CHECK_EQUAL(register_table(NULL, 0, &last, &parts[0]), 0);
    CHECK_EQUAL(register_table(NULL, 0, &bus, &parts[0]), 0);
    CHECK_EQUAL(register_pair(NULL, "uart", 0, &parts[0]), 0);
    CHECK_EQUAL(register_table(NULL, 1, &bus, &parts[0]), 0);
    CHECK_EQUAL(register_table(NULL, 1, &plain, &parts[0]), 0);
    for (unsigned i = 0; i < 6; i++) {
        CHECK(strcmp(entry_at(i)->name, order[i]) == 0);
    }
#if MIGCORE_QEMU_API >= 210
    CHECK(migcore_qemu_priv_rank(MIG_PRI_GICV3) > migcore_qemu_priv_rank(MIG_PRI_GICV3_ITS));
    CHECK(migcore_qemu_priv_rank(MIG_PRI_GICV3_ITS) > migcore_qemu_priv_rank(MIG_PRI_IOMMU));
    CHECK_EQUAL(migcore_qemu_priv_rank(MIG_PRI_GICV3), 7);
#endif
#if MIGCORE_QEMU_API >= 1001
    CHECK(migcore_qemu_priv_rank(MIG_PRI_LOW) < migcore_qemu_priv_rank(MIG_PRI_DEFAULT));
    CHECK_EQUAL(migcore_qemu_priv_rank(MIG_PRI_UNINITIALIZED), migcore_qemu_priv_rank(MIG_PRI_DEFAULT));
#endif
}
#endif

#if MIGCORE_QEMU_API >= 800
static void what_is_set_up_early_goes_first(void)
{
    static const VMStateDescription early = { .name = "early", .early_setup = true, .priority = MIG_PRI_DEFAULT,
                                              .fields = fields };
    size_t length = 0;

    set_up();
    CHECK_EQUAL(register_table(NULL, 0, &vmstate_part, &parts[0]), 0);
    CHECK_EQUAL(register_table(NULL, 0, &early, &parts[1]), 0);
    CHECK_EQUAL(move_all(true, &length), 0);
    CHECK(memcmp(bytes + 14 + 5, "\5early", 6) == 0);
    CHECK_EQUAL(move_all(false, &length), 0);
}
#endif

#if MIGCORE_QEMU_API >= 802
static void names_of_newer_releases(void)
{
    set_up();
    CHECK_EQUAL(vmstate_register_any(NULL, &vmstate_part, &parts[0]), 0);
    CHECK_EQUAL(vmstate_register_any(VMSTATE_IF(NULL), &vmstate_part, &parts[1]), 0);
    CHECK_EQUAL(entry_at(1)->instance, 1);
    CHECK_EQUAL(vmstate_replace_hack_for_ppc(NULL, 1, &vmstate_part, &parts[2]), 0);
    CHECK(entry_at(1)->opaque == &parts[2] && entry_count() == 2);
}
#endif
#endif

int main(void)
{
    char name[40];

    any_instance_is_the_next_one();
    what_is_refused_is_not_forgotten();
    entries_are_given_or_allocated();
#if MIGCORE_QEMU_API >= 12
    a_pair_and_a_table_are_one_stream();
    a_pair_of_functions_is_found_by_instance_0();
    a_second_section_is_refused_for_a_table();
    what_is_not_needed_is_left_out();
    a_refused_registration_blocks();
    one_name_and_instance_twice();
#endif
#if MIGCORE_QEMU_API >= 13
    a_path_is_part_of_the_name();
    an_alias_is_another_instance_in_streams();
#endif
#if MIGCORE_QEMU_API >= 100
    what_cannot_be_migrated_blocks();
#endif
#if MIGCORE_QEMU_API >= 209
    priorities_go_first();
#endif
#if MIGCORE_QEMU_API >= 800
    what_is_set_up_early_goes_first();
#endif
#if MIGCORE_QEMU_API >= 802
    names_of_newer_releases();
#endif
    snprintf(name, sizeof name, "qemu/register for release %d", MIGCORE_QEMU_API);
    return checks_report(name);
}
