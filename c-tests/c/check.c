/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>

/* A loop that fails would fill the screen. */
#define SHOWN 20

unsigned long checks_made;
unsigned long checks_failed;
static char current_case[200];

void check_case(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(current_case, sizeof current_case, format, arguments);
    va_end(arguments);
}

static int failed(const char *file, int line)
{
    checks_failed++;
    if (checks_failed > SHOWN) {
        return 0;
    }
    printf("%s:%d: ", file, line);
    if (current_case[0] != '\0') {
        printf("[%s] ", current_case);
    }
    return 1;
}

void check_at(const char *file, int line, int good, const char *what)
{
    checks_made++;
    if (!good && failed(file, line)) {
        printf("not so: %s\n", what);
    }
}

void check_status_at(const char *file, int line, migcore_status found, migcore_status expected, const char *what)
{
    checks_made++;
    if (found != expected && failed(file, line)) {
        printf("%s: %d (%s), not %d (%s)\n", what, (int)found, migcore_status_text(found), (int)expected,
               migcore_status_text(expected));
    }
}

void check_equal_at(const char *file, int line, unsigned long long found, unsigned long long expected,
                    const char *what)
{
    checks_made++;
    if (found != expected && failed(file, line)) {
        printf("%s: %llu (%#llx), not %llu (%#llx)\n", what, found, found, expected, expected);
    }
}

void check_text_at(const char *file, int line, const char *found, const char *expected)
{
    checks_made++;
    if (strcmp(found, expected) != 0 && failed(file, line)) {
        printf("text is\n    %s\nnot\n    %s\n", found, expected);
    }
}

void check_bytes_at(const char *file, int line, const void *found, size_t length, const void *expected,
                    size_t expected_length)
{
    const uint8_t *a = (const uint8_t *)found, *b = (const uint8_t *)expected;
    size_t same = 0;

    checks_made++;
    while (same < length && same < expected_length && a[same] == b[same]) {
        same++;
    }
    if ((same != length || same != expected_length) && failed(file, line)) {
        printf("%lu bytes expected, %lu found, the first %lu are the same", (unsigned long)expected_length,
               (unsigned long)length, (unsigned long)same);
        if (same < length && same < expected_length) {
            printf(", then %02x, not %02x", a[same], b[same]);
        }
        printf("\n");
    }
}
