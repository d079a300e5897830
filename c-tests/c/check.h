/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Checks that say where they failed, and go on.
 */
#ifndef CHECK_H
#define CHECK_H

#include "migcore.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern unsigned long checks_made;
extern unsigned long checks_failed;

/* Says which case of a loop is at work; shown with a failure. */
void check_case(const char *format, ...);

void check_at(const char *file, int line, int good, const char *what);
void check_status_at(const char *file, int line, migcore_status found, migcore_status expected, const char *what);
void check_equal_at(const char *file, int line, unsigned long long found, unsigned long long expected, const char *what);
void check_text_at(const char *file, int line, const char *found, const char *expected);
void check_bytes_at(const char *file, int line, const void *found, size_t length, const void *expected,
                    size_t expected_length);

#define CHECK(condition) check_at(__FILE__, __LINE__, !!(condition), #condition)
#define CHECK_STATUS(found, expected) check_status_at(__FILE__, __LINE__, (found), (expected), #found)
#define CHECK_OK(found) CHECK_STATUS(found, MIGCORE_OK)
#define CHECK_EQUAL(found, expected) \
    check_equal_at(__FILE__, __LINE__, (unsigned long long)(found), (unsigned long long)(expected), #found)
#define CHECK_TEXT(found, expected) check_text_at(__FILE__, __LINE__, (found), (expected))
/* `expected` is an array: its whole length counts. */
#define CHECK_BYTES(found, length, expected) \
    check_bytes_at(__FILE__, __LINE__, (found), (length), (expected), sizeof(expected))
#define CHECK_MEMORY(found, length, expected, expected_length) \
    check_bytes_at(__FILE__, __LINE__, (found), (length), (expected), (expected_length))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
