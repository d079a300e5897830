/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "vmstate.h"

#include <stdlib.h>

/* Stands before each block. */
union block_head {
    size_t bytes;
    uint64_t aligned[2];
};

static void *block_of_bytes(size_t bytes, int byte)
{
    union block_head *head = (union block_head *)malloc(sizeof *head + bytes);

    CHECK(head != NULL && bytes != 0);
    head->bytes = bytes;
    memset(head + 1, byte, bytes);
    return head + 1;
}

void *vm_new(size_t bytes)
{
    return block_of_bytes(bytes, 0);
}

void vm_free(void *memory)
{
    if (memory != NULL) {
        free((union block_head *)memory - 1);
    }
}

static void *host_allocate(void *opaque, size_t bytes)
{
    struct vm_host *host = (struct vm_host *)opaque;

    host->calls++;
    if (host->calls == host->refuse_at) {
        return NULL;
    }
    host->blocks++;
    host->bytes += bytes;
    /* What was not written is found. */
    return block_of_bytes(bytes, 0xa5);
}

static void host_release(void *opaque, void *memory)
{
    struct vm_host *host = (struct vm_host *)opaque;

    CHECK(memory != NULL);
    host->blocks--;
    if (host->drop != NULL && ((union block_head *)memory)[-1].bytes == host->drop_size) {
        host->drop(memory);
    }
    vm_free(memory);
}

static size_t tree_count(void *opaque, void *tree)
{
    (void)opaque;
    return ((struct vm_tree *)tree)->count;
}

static void tree_each(void *opaque, void *tree, bool (*visit)(void *data, void *key, void *value), void *data)
{
    struct vm_tree *t = (struct vm_tree *)tree;
    size_t i;

    (void)opaque;
    for (i = 0; i < t->count; i++) {
        if (!visit(data, t->nodes[i].key, t->nodes[i].value)) {
            return;
        }
    }
}

static bool comes_before(const struct vm_tree *tree, const void *a, const void *b)
{
    return tree->compare != NULL ? tree->compare(a, b) < 0 : (uintptr_t)a < (uintptr_t)b;
}

int vm_tree_insert(void *opaque, void *tree, void *key, void *value)
{
    struct vm_tree *t = (struct vm_tree *)tree;
    size_t at = t->count;

    (void)opaque;
    if (t->count == VM_TREE_NODES) {
        return -1;
    }
    while (at > 0 && comes_before(t, key, t->nodes[at - 1].key)) {
        t->nodes[at] = t->nodes[at - 1];
        at--;
    }
    t->nodes[at].key = key;
    t->nodes[at].value = value;
    t->count++;
    return 0;
}

const migcore_vmstate_tree vm_tree_functions = { sizeof(migcore_vmstate_tree), tree_count, tree_each, vm_tree_insert };

void vm_host_init(struct vm_host *host)
{
    memset(host, 0, sizeof *host);
    host->host.size = sizeof host->host;
    host->host.opaque = host;
    host->host.allocate = host_allocate;
    host->host.release = host_release;
    host->host.tree = &vm_tree_functions;
}

migcore_status vm_save(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host,
                       uint8_t bytes[VMSTATE_BYTES], size_t *length)
{
    migcore_legacy legacy;
    migcore_status status;

    CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, VMSTATE_BYTES, NULL));
    status = migcore_visit_vmstate(&legacy.visitor, table, object, host);
    *length = (size_t)migcore_position(&legacy.visitor);
    CHECK_STATUS(migcore_finish(&legacy.visitor), status);
    return status;
}

/* A copy of bytes at the end of their block. */
static uint8_t *copy_of(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = (uint8_t *)malloc(length + 1);

    CHECK(copy != NULL);
    memcpy(copy, bytes, length);
    return (uint8_t *)realloc(copy, length == 0 ? 1 : length);
}

static void tell(migcore_visitor *v, migcore_error *error)
{
    if (error != NULL) {
        *error = report_of(v);
    }
}

migcore_status vm_load(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host, uint32_t version,
                       const uint8_t *bytes, size_t length, migcore_error *error, size_t *used)
{
    uint8_t *copy = copy_of(bytes, length);
    migcore_legacy legacy;
    migcore_status status;

    CHECK_OK(migcore_legacy_load_memory(&legacy, sizeof legacy, copy, length, NULL));
    CHECK_OK(migcore_set_state_version(&legacy.visitor, version));
    status = migcore_visit_vmstate(&legacy.visitor, table, object, host);
    tell(&legacy.visitor, error);
    if (used != NULL) {
        *used = (size_t)migcore_position(&legacy.visitor);
    }
    free(copy);
    return status;
}

migcore_status vm_save_chunks(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host,
                              uint8_t bytes[VMSTATE_BYTES], size_t *length)
{
    static uint8_t scratch[MIGCORE_CHUNK_SCRATCH + 4096];
    migcore_chunk_saver saver;
    migcore_status status;

    CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, bytes, VMSTATE_BYTES, scratch, sizeof scratch, NULL,
                                       NULL));
    status = migcore_visit_vmstate(&saver.visitor, table, object, host);
    CHECK_STATUS(migcore_finish(&saver.visitor), status);
    *length = (size_t)migcore_position(&saver.visitor);
    return status;
}

migcore_status vm_load_chunks(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host,
                              const uint8_t *bytes, size_t length, migcore_error *error)
{
    static uint8_t index[512 * MIGCORE_INDEX_ENTRY];
    uint8_t *copy = copy_of(bytes, length);
    migcore_chunk_loader loader;
    migcore_status status;

    CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, copy, length, index, sizeof index, NULL, NULL));
    status = migcore_visit_vmstate(&loader.visitor, table, object, host);
    if (status == MIGCORE_OK) {
        status = migcore_finish(&loader.visitor);
    }
    tell(&loader.visitor, error);
    free(copy);
    return status;
}
