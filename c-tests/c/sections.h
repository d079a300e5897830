/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The sections of the suite, one a file, and the plainest way to visit: over memory.
 */
#ifndef SECTIONS_H
#define SECTIONS_H

#include "check.h"
#include "migcore.h"

struct memory {
    migcore_legacy legacy;
    uint8_t bytes[2048];
};

static inline migcore_visitor *memory_save(struct memory *memory)
{
    CHECK_OK(migcore_legacy_save_memory(&memory->legacy, sizeof memory->legacy, memory->bytes, sizeof memory->bytes,
                                        NULL));
    return &memory->legacy.visitor;
}

static inline migcore_visitor *memory_load(struct memory *memory, const void *bytes, size_t length)
{
    CHECK_OK(migcore_legacy_load_memory(&memory->legacy, sizeof memory->legacy, bytes, length, NULL));
    return &memory->legacy.visitor;
}

/* A block of a machine's memory; what is the library's own in it may hold anything. */
static inline migcore_ram_block block_of(const char *name, void *memory, uint64_t bytes)
{
    migcore_ram_block block;

    memset(&block, 0x5a, sizeof block);
    block.size = sizeof block;
    block.name = name;
    block.memory = memory;
    block.length = bytes;
    return block;
}

/* The report of a visit's first error. */
static inline migcore_error report_of(migcore_visitor *v)
{
    migcore_error error;

    memset(&error, 0x5a, sizeof error);
    error.size = sizeof error;
    CHECK_OK(migcore_get_error(v, &error));
    return error;
}

/* The whole message of a report, in a static array. */
const char *message_of(const migcore_error *error);

/* How many random cases are tried, out of 100 that are meant to be. */
extern unsigned percent;

void test_status(void);
void test_scalars(void);
void test_arrays(void);
void test_bools(void);
void test_versions(void);
void test_values(void);
void test_scopes(void);
void test_subsection_table(void);
void test_subsection_low(void);
void test_look_ahead(void);
void test_raw(void);
void test_blob(void);
void test_framing(void);
void test_observer(void);
void test_errors(void);
void test_paths(void);
void test_kernels(void);
void test_begin(void);
void test_null(void);
void test_sticky(void);
void test_busy(void);
void test_storage(void);
void test_io(void);
void test_io_faults(void);
void test_io_retry(void);
void test_io_matrix(void);
void test_compat_calls(void);
void test_compat_history(void);
void test_compat_opaque(void);
void test_compat_run(void);
void test_compat_steps(void);
void test_compat_words(void);
void test_cuts(void);
void test_flips(void);
void test_walks(void);
void test_monkey(void);
void test_chunk_begin(void);
void test_chunk_whole(void);
void test_chunk_replay(void);
void test_chunk_devices(void);
void test_chunk_foreign(void);
void test_chunk_damage(void);
void test_chunk_io(void);
void test_chunk_walks(void);
void test_chunk_ram(void);
void test_chunk_ram_refused(void);
void test_chunk_ram_receive(void);
void test_ram_calls(void);
void test_receiver_read(void);
void test_machine_accept(void);
void test_profile(void);
void test_profile_devices(void);
void test_tree_begin(void);
void test_tree_visits(void);
void test_tree_change(void);
void test_tree_edits(void);
void test_preflight(void);
void test_tree_compare(void);
void test_tree_carry(void);
void test_tree_monkey(void);
void test_vmstate_vectors(void);
void test_vmstate_given(void);
void test_vmstate_hostile(void);
void test_vmstate_refused(void);
void test_vmstate_hooks(void);
void test_vmstate_parts(void);
void test_vmstate_dump(void);
void test_vmstate_fields(void);
void test_vmstate_plan(void);
void test_all_devices(void);
void test_all_devices_undo(void);
void test_vmdesc(void);
void test_vmdesc_tables(void);

#endif
