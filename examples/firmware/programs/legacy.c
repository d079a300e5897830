/* Saves the CAN FD controller in the legacy wire and loads it, and nothing else: to see what that costs. */
#include "fdcan.h"

static struct fdcan fdcan;
static uint8_t image[4096];

static migcore_status visit(migcore_visitor *v)
{
    migcore_begin_device(v, "fdcan", 0, FDCAN_VERSION, FDCAN_VERSION);
    fdcan_visit(v, &fdcan);
    migcore_end_device(v);
    return migcore_finish(v);
}

int main(void)
{
    static migcore_legacy legacy;
    migcore_status saved;

    migcore_legacy_save_memory(&legacy, sizeof legacy, image, sizeof image, NULL);
    saved = visit(&legacy.visitor);
    migcore_legacy_load_memory(&legacy, sizeof legacy, image, sizeof image, NULL);
    return saved != MIGCORE_OK ? saved : visit(&legacy.visitor);
}
