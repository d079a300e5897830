/* Checks chunks and loads the CAN FD controller from them, and nothing else: to see what that costs. */
#include "chunks.h"

static struct fdcan fdcan;
static struct chunks image __attribute__((section(".flash")));
static migcore_error error;

int main(void)
{
    migcore_status status = chunks_check(&image, &error);

    return status != MIGCORE_OK ? status : chunks_load(&image, &fdcan, &error);
}
