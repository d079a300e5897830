#include "snapshot.h"

/* Visits the devices of this firmware, and tells in `error` what went wrong, if anything did. */
static migcore_status visit_all(migcore_visitor *v, struct can *can, migcore_error *error)
{
    migcore_status status;

    migcore_begin_device(v, "can", 0, CAN_VERSION, CAN_VERSION);
    can_visit(v, can);
    migcore_end_device(v);
    status = migcore_finish(v);
    if (status != MIGCORE_OK) {
        error->size = sizeof *error;
        migcore_get_error(v, error);
    }
    return status;
}

migcore_status snapshot_save(struct snapshot *snapshot, struct can *can, migcore_error *error)
{
    migcore_legacy codec;
    migcore_status status;

    migcore_legacy_save_memory(&codec, sizeof codec, snapshot->bytes, sizeof snapshot->bytes, NULL);
    status = visit_all(&codec.visitor, can, error);
    if (status == MIGCORE_OK) {
        snapshot->length = (size_t)migcore_position(&codec.visitor);
    }
    return status;
}

migcore_status snapshot_load(const struct snapshot *snapshot, struct can *can, migcore_error *error)
{
    /* Not on the stack, which is small, and not the live one, which must survive a bad image. */
    static struct can scratch;
    migcore_legacy codec;
    migcore_status status;

    scratch = (struct can){ 0 };
    migcore_legacy_load_memory(&codec, sizeof codec, snapshot->bytes, snapshot->length, NULL);
    status = visit_all(&codec.visitor, &scratch, error);
    if (status == MIGCORE_OK) {
        *can = scratch;
    }
    return status;
}
