/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What tests of tables share: visits over blocks of just the right size, a host that counts its memory, and a tree.
 */
#ifndef VMSTATE_H
#define VMSTATE_H

#include "migcore_vmstate.h"
#include "sections.h"

#define VMSTATE_BYTES 16384

/* A host, with what it was asked for. */
struct vm_host {
    migcore_vmstate_host host;
    /* Blocks that were given and not taken back, bytes of all that were given, and the call that gets none, from 1. */
    size_t blocks, bytes, calls, refuse_at;
    /* Of a block that is taken back and has this size: frees what is in it; NULL: nothing. */
    void (*drop)(void *memory);
    size_t drop_size;
};

/* Blocks as a vm_host gives them, of zeros. */
void *vm_new(size_t bytes);
void vm_free(void *memory);

void vm_host_init(struct vm_host *host);

/* Saves by a table over the legacy wire, in a device of its own; returns what the visit did, writes how long it is. */
migcore_status vm_save(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host,
                       uint8_t bytes[VMSTATE_BYTES], size_t *length);
/* Loads by a table at a version. `error` and `used`, the number of bytes that were taken, may be NULL. */
migcore_status vm_load(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host, uint32_t version,
                       const uint8_t *bytes, size_t length, migcore_error *error, size_t *used);
/* The same over chunks; `load` takes what `save` made. */
migcore_status vm_save_chunks(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host,
                              uint8_t bytes[VMSTATE_BYTES], size_t *length);
migcore_status vm_load_chunks(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host,
                              const uint8_t *bytes, size_t length, migcore_error *error);

/* A sorted tree, as far as a test needs one. */
#define VM_TREE_NODES 8
struct vm_tree {
    /* NULL: keys are numbers. */
    int (*compare)(const void *a, const void *b);
    size_t count;
    struct {
        void *key, *value;
    } nodes[VM_TREE_NODES];
};

int vm_tree_insert(void *opaque, void *tree, void *key, void *value);
extern const migcore_vmstate_tree vm_tree_functions;

#endif
