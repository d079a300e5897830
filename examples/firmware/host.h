/* What the firmware says to whoever runs it: text and an exit code, by semihosting. */
#ifndef HOST_H
#define HOST_H

#include <stdint.h>

void host_print(const char *text);
void host_print_number(uint32_t value);
_Noreturn void host_exit(int code);

#endif
