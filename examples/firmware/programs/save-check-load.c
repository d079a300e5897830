/* Saves the CAN FD controller as chunks, checks and loads them, and nothing else: to see what that costs. */
#include "chunks.h"

static struct fdcan fdcan;
static struct chunks image __attribute__((section(".flash")));
static migcore_error error;

int main(void)
{
    migcore_status status = chunks_save(&image, &fdcan, 0, &error);

    if (status == MIGCORE_OK) {
        status = chunks_check(&image, &error);
    }
    return status != MIGCORE_OK ? status : chunks_load(&image, &fdcan, &error);
}
