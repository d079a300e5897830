/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Streams that end too early, after each of their bytes.
 */
#include "rich.h"
#include "sections.h"
#include "stream.h"

static const struct mode modes[] = {
    { "memory", true, 0, 0, 0, 0, false },
    { "no buffer", false, 0, 0, 0, 0, false },
    { "no buffer, byte by byte", false, 0, 1, 0, 0, false },
    { "buffer of 5, random", false, 5, 0, 4711, 0, false },
    { "buffer of 257, no peek", false, MIGCORE_LOOK_AHEAD, 0, 0, 0, true },
    { "buffer of 4096, byte by byte", false, 4096, 1, 0, 1, true },
};

/* A cut in the head of a subsection, or just before it, leaves a whole state: the wire does not tell that more was
 * meant. What is left of the head stays unread. */
static bool is_whole(size_t cut, size_t *end)
{
    size_t i;

    for (i = 0; i < COUNT_OF(rich_parts); i++) {
        if (cut >= rich_parts[i].begin && cut < rich_parts[i].begin + 2 + rich_parts[i].name_length) {
            *end = rich_parts[i].begin;
            return true;
        }
    }
    return false;
}

static void one_cut(const struct mode *mode, const uint8_t *bytes, size_t length, size_t cut)
{
    struct channel channel;
    struct rich *loaded = rich_new();
    migcore_visitor *v;
    size_t end = length;
    migcore_status expected = cut == length || is_whole(cut, &end) ? MIGCORE_OK : MIGCORE_TRUNCATED;

    channel_load(&channel, mode, bytes, cut);
    v = channel_visitor(&channel);
    CHECK_STATUS(rich_visit(v, loaded), expected);
    CHECK(migcore_position(v) <= cut);
    if (expected == MIGCORE_OK) {
        CHECK_EQUAL(migcore_position(v), end);
    } else {
        migcore_error error = report_of(v);

        CHECK(error.offset <= cut && error.offset + error.found == cut);
        CHECK(error.found < error.expected);
        CHECK(strncmp(error.path, "rich/0", 6) == 0);
    }
    channel_free(&channel);
    rich_free(loaded);
}

void test_cuts(void)
{
    static const struct mode memory = { "memory", true, 0, 0, 0, 0, false };
    struct channel channel;
    struct rich *s = rich_new();
    size_t m, cut, length;

    rich_fill(s, 5, true);
    channel_save(&channel, &memory);
    CHECK_OK(rich_visit(channel_visitor(&channel), s));
    length = channel_length(&channel);
    for (m = 0; m < COUNT_OF(modes); m++) {
        for (cut = 0; cut <= length; cut++) {
            check_case("%s, %lu of %lu bytes", modes[m].name, (unsigned long)cut, (unsigned long)length);
            one_cut(&modes[m], channel_bytes(&channel), length, cut);
        }
    }
    channel_free(&channel);
    rich_free(s);
}
