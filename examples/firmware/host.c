#include "host.h"

#include <stddef.h>

/* Operation numbers of Arm's "Semihosting for AArch32 and AArch64". */
#define SYS_WRITE0 0x04
#define SYS_EXIT_EXTENDED 0x20
#define STOPPED_APPLICATION_EXIT 0x20026u

static void host_call(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;

    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void host_print(const char *text)
{
    host_call(SYS_WRITE0, text);
}

void host_print_number(uint32_t value)
{
    char digits[11];
    size_t at = sizeof digits - 1;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    host_print(&digits[at]);
}

void host_exit(int code)
{
    const uint32_t block[2] = { STOPPED_APPLICATION_EXIT, (uint32_t)code };

    for (;;) {
        host_call(SYS_EXIT_EXTENDED, block);
    }
}
