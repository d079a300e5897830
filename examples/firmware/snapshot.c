#include "snapshot.h"

/* Fills `error` from the visitor when something went wrong, and passes the status on. */
static migcore_status report(migcore_visitor *v, migcore_status status, migcore_error *error)
{
    if (status != MIGCORE_OK) {
        error->size = sizeof *error;
        migcore_get_error(v, error);
    }
    return status;
}

migcore_status snapshot_save(struct snapshot *snapshot, struct can *can, migcore_error *error)
{
    migcore_legacy codec;
    migcore_status status =
        migcore_legacy_save_memory(&codec, sizeof codec, snapshot->bytes, sizeof snapshot->bytes, NULL);

    if (status != MIGCORE_OK) {
        return status;
    }
    can_visit(&codec.visitor, can);
    status = migcore_finish(&codec.visitor);
    if (status == MIGCORE_OK) {
        snapshot->length = (size_t)migcore_position(&codec.visitor);
    }
    return report(&codec.visitor, status, error);
}

migcore_status snapshot_load(const struct snapshot *snapshot, struct can *can, migcore_error *error)
{
    /* Not on the stack, which is small, and not the live one, which must survive a bad image. */
    static struct can scratch;
    migcore_legacy codec;
    migcore_status status =
        migcore_legacy_load_memory(&codec, sizeof codec, snapshot->bytes, snapshot->length, NULL);

    if (status != MIGCORE_OK) {
        return status;
    }
    scratch = (struct can){ 0 };
    can_visit(&codec.visitor, &scratch);
    status = migcore_finish(&codec.visitor);
    if (status == MIGCORE_OK) {
        *can = scratch;
    }
    return report(&codec.visitor, status, error);
}
