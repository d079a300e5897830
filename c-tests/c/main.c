/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 *     suite [-p PERCENT] [SECTION...]
 *
 * Runs the sections, or those that are named; PERCENT of the random cases (for slow machines). Quiet but for the number of
 * checks at the end.
 */
#include "sections.h"

#include <stdio.h>
#include <stdlib.h>

static const struct section {
    const char *name;
    void (*run)(void);
} sections[] = {
    { "status", test_status },
    { "scalars", test_scalars },
    { "arrays", test_arrays },
    { "bools", test_bools },
    { "versions", test_versions },
    { "values", test_values },
    { "scopes", test_scopes },
    { "subsection_table", test_subsection_table },
    { "subsection_low", test_subsection_low },
    { "look_ahead", test_look_ahead },
    { "raw", test_raw },
    { "blob", test_blob },
    { "framing", test_framing },
    { "observer", test_observer },
    { "errors", test_errors },
    { "paths", test_paths },
    { "kernels", test_kernels },
    { "begin", test_begin },
    { "null", test_null },
    { "sticky", test_sticky },
    { "busy", test_busy },
    { "storage", test_storage },
    { "io", test_io },
    { "io_faults", test_io_faults },
    { "io_retry", test_io_retry },
    { "io_matrix", test_io_matrix },
    { "compat_calls", test_compat_calls },
    { "compat_history", test_compat_history },
    { "compat_opaque", test_compat_opaque },
    { "compat_run", test_compat_run },
    { "compat_steps", test_compat_steps },
    { "compat_words", test_compat_words },
    { "cuts", test_cuts },
    { "flips", test_flips },
    { "walks", test_walks },
    { "monkey", test_monkey },
    { "chunk_begin", test_chunk_begin },
    { "chunk_whole", test_chunk_whole },
    { "chunk_replay", test_chunk_replay },
    { "chunk_devices", test_chunk_devices },
    { "chunk_foreign", test_chunk_foreign },
    { "chunk_damage", test_chunk_damage },
    { "chunk_io", test_chunk_io },
    { "chunk_walks", test_chunk_walks },
    { "chunk_ram", test_chunk_ram },
    { "chunk_ram_refused", test_chunk_ram_refused },
    { "chunk_ram_receive", test_chunk_ram_receive },
    { "ram_calls", test_ram_calls },
    { "receiver_read", test_receiver_read },
    { "machine_accept", test_machine_accept },
    { "profile", test_profile },
    { "profile_devices", test_profile_devices },
    { "tree_begin", test_tree_begin },
    { "tree_visits", test_tree_visits },
    { "tree_change", test_tree_change },
    { "tree_edits", test_tree_edits },
    { "preflight", test_preflight },
    { "tree_compare", test_tree_compare },
    { "tree_carry", test_tree_carry },
    { "tree_monkey", test_tree_monkey },
    { "vmstate_vectors", test_vmstate_vectors },
    { "vmstate_given", test_vmstate_given },
    { "vmstate_hostile", test_vmstate_hostile },
    { "vmstate_refused", test_vmstate_refused },
    { "vmstate_hooks", test_vmstate_hooks },
    { "vmstate_parts", test_vmstate_parts },
    { "vmstate_dump", test_vmstate_dump },
    { "vmstate_fields", test_vmstate_fields },
    { "vmstate_plan", test_vmstate_plan },
    { "all_devices", test_all_devices },
    { "all_devices_undo", test_all_devices_undo },
    { "vmdesc", test_vmdesc },
    { "vmdesc_tables", test_vmdesc_tables },
};

unsigned percent = 100;

const char *message_of(const migcore_error *error)
{
    static char text[512];

    size_t length = migcore_error_text(error, text, sizeof text);

    CHECK_EQUAL(strlen(text), length);
    return text;
}

static int wanted(const char *name, int count, char **names)
{
    int i;

    for (i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return 1;
        }
    }
    return count == 0;
}

int main(int argc, char **argv)
{
    size_t ran = 0, i;

    if (argc > 2 && strcmp(argv[1], "-p") == 0) {
        percent = (unsigned)atoi(argv[2]);
        argc -= 2;
        argv += 2;
    }
    for (i = 0; i < COUNT_OF(sections); i++) {
        if (wanted(sections[i].name, argc - 1, argv + 1)) {
            check_case("%s", "");
            sections[i].run();
            ran++;
        }
    }
    if (checks_failed != 0) {
        printf("%lu checks of %lu failed\n", checks_failed, checks_made);
        return 1;
    }
    printf("%lu checks in %lu sections\n", checks_made, (unsigned long)ran);
    return ran == 0;
}
