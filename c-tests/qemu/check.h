/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What the tests of migcore_qemu.h share: a check that says where it failed, and goes on.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <string.h>

static unsigned checks_made;
static unsigned checks_failed;

static inline void check_at(const char *file, int line, int good, const char *what)
{
    checks_made++;
    if (!good) {
        checks_failed++;
        printf("%s:%d: not so: %s\n", file, line, what);
    }
}

#define CHECK(condition) check_at(__FILE__, __LINE__, !!(condition), #condition)

/* Two numbers, shown when they differ. */
#define CHECK_EQUAL(found, expected) \
    do { \
        long long check_found = (long long)(found), check_expected = (long long)(expected); \
        char check_text[300]; \
        snprintf(check_text, sizeof check_text, "%s == %s (%lld, not %lld)", #found, #expected, check_found, \
                 check_expected); \
        check_at(__FILE__, __LINE__, check_found == check_expected, check_text); \
    } while (0)

#define CHECK_TEXT(found, expected) check_text_at(__FILE__, __LINE__, (found), (expected))

static inline void check_text_at(const char *file, int line, const char *found, const char *expected)
{
    check_at(file, line, strcmp(found, expected) == 0, expected);
    if (strcmp(found, expected) != 0) {
        printf("    but: %s\n", found);
    }
}

/* What was written is exactly the array `expected`; names the first byte that is not. */
#define CHECK_BYTES(found, length, expected) \
    check_bytes_at(__FILE__, __LINE__, (const unsigned char *)(found), (length), (const unsigned char *)(expected), \
                   sizeof(expected))

static inline void check_bytes_at(const char *file, int line, const unsigned char *found, size_t length,
                                  const unsigned char *expected, size_t expected_length)
{
    size_t same = 0;
    char text[120];

    while (same < length && same < expected_length && found[same] == expected[same]) {
        same++;
    }
    snprintf(text, sizeof text, "%zu bytes expected, %zu found, the first %zu are the same", expected_length, length,
             same);
    check_at(file, line, same == length && same == expected_length, text);
}

/* The end of main(). */
static inline int checks_report(const char *name)
{
    printf("%s: %u checks, %u failed\n", name, checks_made, checks_failed);
    return checks_failed != 0;
}

#endif
