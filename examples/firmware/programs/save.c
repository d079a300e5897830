/* Saves the CAN FD controller as chunks, and nothing else: to see what that costs. */
#include "chunks.h"

static struct fdcan fdcan;
static struct chunks image __attribute__((section(".flash")));
static migcore_error error;

int main(void)
{
    return chunks_save(&image, &fdcan, 0, &error);
}
