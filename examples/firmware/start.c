/* Reset and faults of a Cortex-M: set up memory, run main, report its result to the host. */
#include <stdint.h>

#include "host.h"

extern uint32_t stack_top[], data_start[], data_end[], data_image[], bss_start[], bss_end[];
extern int main(void);

void reset_handler(void)
{
    const uint32_t *from = data_image;

    for (uint32_t *to = data_start; to < data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    host_exit(main());
}

static void fault_handler(void)
{
    host_print("fault\n");
    host_exit(99);
}

/* Initial stack pointer, reset, then the faults; this firmware enables no interrupt. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[15])(void);
} vectors = {
    stack_top,
    { reset_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler },
};
