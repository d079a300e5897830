#include "tree.h"

static void begin(struct tree *t)
{
    migcore_tree_init(&t->tree, sizeof t->tree, t->memory, sizeof t->memory);
}

/* Ends a visit, and says whether all went well. */
static bool finish(migcore_visitor *v, migcore_error *error)
{
    migcore_finish(v);
    migcore_get_error(v, error);
    return error->status == MIGCORE_OK;
}

bool tree_of_machine(struct tree *t, struct machine *m, migcore_error *error)
{
    migcore_tree_saver saver;

    begin(t);
    migcore_tree_save(&saver, sizeof saver, &t->tree, MIGCORE_ROOT);
    migcore_machine_save(&m->state, &saver.visitor);
    return finish(&saver.visitor, error)
           && migcore_tree_merge(&t->tree, MIGCORE_ROOT, &m->kept, NULL, NULL, error) == MIGCORE_OK;
}

/* From a loader that has just begun. An error of the tree, as of its memory, is told by its own visitor. */
static bool replay(struct tree *t, migcore_chunk_loader *loader, migcore_error *error)
{
    uint8_t scratch[4096];
    migcore_tree_saver saver;
    bool read, kept;

    begin(t);
    migcore_tree_save(&saver, sizeof saver, &t->tree, MIGCORE_ROOT);
    migcore_chunk_replay_all(loader, &saver.visitor, scratch, sizeof scratch, NULL);
    kept = finish(&saver.visitor, error);
    read = finish(&loader->visitor, error);
    return read && kept;
}

bool tree_of_received(struct tree *t, const migcore_chunk_receiver *receiver, migcore_error *error)
{
    migcore_chunk_loader loader;
    const void *data;
    size_t length;

    migcore_chunk_receiver_bytes(receiver, &data, &length);
    migcore_chunk_load_memory(&loader, sizeof loader, data, length, NULL, 0, NULL, NULL);
    return replay(t, &loader, error);
}

bool tree_of_source(struct tree *t, const migcore_source *source, migcore_error *error)
{
    static uint8_t memory[64 * 1024];
    migcore_chunk_loader loader;

    migcore_chunk_load_stream(&loader, sizeof loader, source, NULL, 0, memory, sizeof memory, NULL, 0, NULL, NULL);
    return replay(t, &loader, error);
}

bool tree_send(struct tree *t, const migcore_sink *sink, migcore_error *error)
{
    uint8_t buffer[4096], scratch[4096];
    migcore_chunk_saver saver;

    migcore_chunk_save_stream(&saver, sizeof saver, sink, buffer, sizeof buffer, scratch, sizeof scratch, NULL, NULL);
    migcore_tree_replay(&t->tree, MIGCORE_ROOT, &saver.visitor);
    return finish(&saver.visitor, error);
}

bool tree_accept(struct tree *t, struct machine *m, bool load, uint64_t *skipped, migcore_error *error)
{
    migcore_checked checked = {.size = sizeof checked};
    migcore_tree_loader loader;
    uint64_t kept;

    migcore_tree_load(&loader, sizeof loader, &t->tree, MIGCORE_ROOT);
    migcore_machine_check(&m->state, &loader.visitor, &checked);
    if (!finish(&loader.visitor, error))
        return false;
    migcore_tree_loader_counts(&loader, skipped, NULL);
    if (!load)
        return true;
    migcore_tree_init(&m->kept, sizeof m->kept, m->kept_memory, sizeof m->kept_memory);
    if (migcore_tree_carry(&t->tree, &loader, &m->kept, &kept, error) != MIGCORE_OK)
        return false;
    m->keeps = kept > 0;
    migcore_tree_load(&loader, sizeof loader, &t->tree, MIGCORE_ROOT);
    migcore_machine_load(&m->state, &loader.visitor, &checked);
    return finish(&loader.visitor, error);
}
