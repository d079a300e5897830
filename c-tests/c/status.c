/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Status codes and versions: numbers that stay, texts for all of them.
 */
#include "sections.h"

static const migcore_status codes[] = {
    MIGCORE_TRUNCATED,
    MIGCORE_BAD_VALUE,
    MIGCORE_BAD_TEXT,
    MIGCORE_UNKNOWN_SUBSECTION,
    MIGCORE_UNCONSUMED,
    MIGCORE_WRONG_TYPE,
    MIGCORE_MISSING,
    MIGCORE_BAD_SIGNATURE,
    MIGCORE_BAD_CRC,
    MIGCORE_UNKNOWN_CHUNK,
    MIGCORE_BAD_ORDER,
    MIGCORE_BAD_SHAPE,
    MIGCORE_UNKNOWN_DEVICE,
    MIGCORE_BAD_MAGIC,
    MIGCORE_UNKNOWN_RECORD,
    MIGCORE_UNKNOWN_COMMAND,
    MIGCORE_UNKNOWN_MEMORY,
    MIGCORE_MEMORY_DIFFERS,
    MIGCORE_VALUE_DIFFERS,
    MIGCORE_DOES_NOT_FIT,
    MIGCORE_TOO_NEW,
    MIGCORE_TOO_OLD,
    MIGCORE_UNKNOWN_FORMAT,
    MIGCORE_OBSOLETE_FORMAT,
    MIGCORE_NO_ROUTE,
    MIGCORE_NULL_POINTER,
    MIGCORE_BAD_SIZE,
    MIGCORE_MISALIGNED,
    MIGCORE_BAD_OBJECT,
    MIGCORE_BUSY,
    MIGCORE_UNBALANCED,
    MIGCORE_WRONG_DIRECTION,
    MIGCORE_INVALID_ARGUMENT,
    MIGCORE_UNSUPPORTED,
    MIGCORE_STALE_HANDLE,
    MIGCORE_DIRTY,
    MIGCORE_NOT_CHECKED,
    MIGCORE_BAD_TABLE,
    MIGCORE_OCCUPIED,
    MIGCORE_READ_FAILED,
    MIGCORE_WRITE_FAILED,
    MIGCORE_NO_SPACE,
    MIGCORE_BAD_CALLBACK,
    MIGCORE_TOO_DEEP,
    MIGCORE_NAME_TOO_LONG,
    MIGCORE_TOO_MANY,
    MIGCORE_TOO_LONG,
    MIGCORE_NEEDS_INDEX,
    MIGCORE_TOO_MUCH_WORK,
    MIGCORE_TOO_MUCH_MEMORY,
    MIGCORE_REFUSED,
    MIGCORE_NOT_VALID,
    MIGCORE_LOSSY,
};

static void every_code_has_a_text_of_its_own(void)
{
    size_t i, j;

    for (i = 0; i < COUNT_OF(codes); i++) {
        const char *text = migcore_status_text(codes[i]);

        check_case("code %d", (int)codes[i]);
        CHECK(strlen(text) > 5 && strcmp(text, "unknown status") != 0);
        CHECK(migcore_status_text(codes[i]) == text);
        for (j = 0; j < i; j++) {
            CHECK(strcmp(text, migcore_status_text(codes[j])) != 0);
        }
    }
}

static void numbers_stand_in_blocks(void)
{
    migcore_status number;
    size_t known = 0;

    CHECK_TEXT(migcore_status_text(MIGCORE_OK), "done");
    for (number = -1000; number <= 1000; number++) {
        if (number != MIGCORE_OK && strcmp(migcore_status_text(number), "unknown status") != 0) {
            check_case("number %d", (int)number);
            CHECK(number > 100 && number < 700);
            CHECK(known < COUNT_OF(codes) && codes[known] == number);
            known++;
        }
    }
    CHECK_EQUAL(known, COUNT_OF(codes));
    CHECK_TEXT(migcore_status_text(INT32_MIN), "unknown status");
    CHECK_TEXT(migcore_status_text(INT32_MAX), "unknown status");
}

static void library_and_header_are_of_one_version(void)
{
    CHECK_EQUAL(migcore_version(), MIGCORE_VERSION);
    CHECK_EQUAL(migcore_abi_version(), MIGCORE_ABI_VERSION);
}

void test_status(void)
{
    every_code_has_a_text_of_its_own();
    numbers_stand_in_blocks();
    library_and_header_are_of_one_version();
}
