#include "chunks.h"

/* Visits the devices of this firmware, and tells in `error` what went wrong, if anything did. */
static migcore_status visit_all(migcore_visitor *v, struct fdcan *fdcan, migcore_error *error)
{
    migcore_status status;

    migcore_begin_device(v, "fdcan", 0, FDCAN_VERSION, FDCAN_VERSION);
    fdcan_visit(v, fdcan);
    migcore_end_device(v);
    status = migcore_finish(v);
    if (status != MIGCORE_OK) {
        error->size = sizeof *error;
        migcore_get_error(v, error);
    }
    return status;
}

migcore_status chunks_save(struct chunks *chunks, struct fdcan *fdcan, uint32_t fragment_limit,
                           migcore_error *error)
{
    /* Not on the stack, which is small. */
    static migcore_chunk_saver saver;
    static uint8_t scratch[MIGCORE_CHUNK_SCRATCH];
    const migcore_chunk_settings settings = {
        .size = sizeof settings,
        .fragment_limit = fragment_limit,
    };
    migcore_status status;

    migcore_chunk_save_memory(&saver, sizeof saver, chunks->bytes, sizeof chunks->bytes, scratch,
                              sizeof scratch, &settings, NULL);
    status = visit_all(&saver.visitor, fdcan, error);
    if (status == MIGCORE_OK) {
        chunks->length = (size_t)migcore_position(&saver.visitor);
    }
    return status;
}

migcore_status chunks_check(const struct chunks *chunks, migcore_error *error)
{
    error->size = sizeof *error;
    return migcore_chunk_check(chunks->bytes, chunks->length, NULL, NULL, NULL, error);
}

migcore_status chunks_load(const struct chunks *chunks, struct fdcan *fdcan, migcore_error *error)
{
    static migcore_chunk_loader loader;

    migcore_chunk_load_checked(&loader, sizeof loader, chunks->bytes, chunks->length, NULL, 0, NULL,
                               NULL);
    return visit_all(&loader.visitor, fdcan, error);
}
