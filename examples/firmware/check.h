/* The checks of the firmware and what it prints of them. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "migcore.h"

/* Prints and counts a check. */
void check(bool held, const char *what);

/* Prints a number. */
void print_value(const char *what, uint32_t value);

/* Prints a number, and checks that it is not above the bound. */
void check_at_most(uint32_t bound, uint32_t value, const char *what);

/* Prints a report: what went wrong, and where. */
void print_fault(const migcore_error *fault);

/* How many checks failed. */
int failed_checks(void);

#endif
