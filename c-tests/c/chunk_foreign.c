/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Chunks that only a new program knows: through an old one, and back.
 */
#include "sections.h"
#include "stream.h"
#include "tree.h"

#define KEPT (MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SAFE_TO_COPY)
#define FOREIGN (KEPT | MIGCORE_MARK_OPAQUE)

static const struct mode memory_mode = { "memory", true, 0, 0, 0, 0, true };
static const struct mode stream_mode = { "stream", false, 30, 0, 7, 0, true };
static const struct chunk_mode chunks = { 700, 2000, 0, NULL };

static uint8_t scratch[200], pattern[900];

/* A buffer outside of devices, with these marks. */
static migcore_status put(migcore_visitor *v, const char *name, uint32_t marks, const void *data, size_t length)
{
    uint8_t bytes[sizeof pattern];
    size_t count = length;

    memcpy(bytes, data, length);
    CHECK_OK(migcore_mark(v, marks));
    return migcore_visit_varbytes(v, name, bytes, sizeof bytes, &count);
}

/* The state. The old program knows neither hints nor leds. */
struct state {
    uint8_t nic, disk, hint, leds;
};

static void visit_device(migcore_visitor *v, const char *name, uint8_t *base, uint8_t *hint)
{
    CHECK_OK(migcore_begin_device(v, name, 0, 1, 1));
    CHECK_OK(migcore_visit_u8(v, "base", base));
    if (hint != NULL) {
        CHECK_OK(migcore_mark(v, KEPT));
        CHECK_OK(migcore_visit_u8(v, "hint", hint));
    }
    CHECK_OK(migcore_end_device(v));
}

static void visit_old(migcore_visitor *v, struct state *s)
{
    visit_device(v, "nic", &s->nic, NULL);
    visit_device(v, "disk", &s->disk, NULL);
}

static void visit_leds(migcore_visitor *v, struct state *s)
{
    CHECK_OK(migcore_mark(v, KEPT));
    visit_device(v, "leds", &s->leds, NULL);
}

/* Chunks before, between and behind the devices. */
static void new_program(struct channel *out)
{
    struct state state = { 1, 9, 2, 3 };
    migcore_visitor *v;

    channel_save_chunks(out, &memory_mode, &chunks);
    v = channel_visitor(out);
    CHECK_OK(put(v, "exMp", FOREIGN, "before", 6));
    visit_device(v, "nic", &state.nic, &state.hint);
    CHECK_OK(put(v, "eXMp", FOREIGN, pattern, sizeof pattern));
    visit_leds(v, &state);
    visit_device(v, "disk", &state.disk, NULL);
    CHECK_OK(put(v, "exMp", FOREIGN, "", 0));
    CHECK_OK(migcore_finish(v));
}

static void to_tree(migcore_tree *tree, const struct mode *mode, const struct channel *stream, size_t length)
{
    migcore_tree_saver saver;
    struct channel from;
    uint64_t devices;
    migcore_chunk_counts counts;

    channel_load_chunks(&from, mode, &chunks, channel_bytes(stream), length);
    CHECK_OK(migcore_tree_save(&saver, sizeof saver, tree, MIGCORE_ROOT));
    CHECK_OK(migcore_chunk_replay_all((migcore_chunk_loader *)(void *)channel_visitor(&from), &saver.visitor, scratch,
                                      sizeof scratch, &devices));
    CHECK_EQUAL(devices, 3);
    CHECK_OK(migcore_finish(&saver.visitor));
    counts.size = sizeof counts;
    CHECK_OK(migcore_chunk_get_counts((migcore_chunk_loader *)(void *)channel_visitor(&from), &counts));
    CHECK_EQUAL(counts.skipped_chunks, 0);
    channel_free(&from);
}

static void old_program(const struct mode *mode, struct channel *in, struct channel *out)
{
    struct plot plots[3];
    migcore_tree *came = plot_init(&plots[0], 1 << 13), *carried = plot_init(&plots[1], 1 << 13),
                 *sent = plot_init(&plots[2], 1 << 13);
    migcore_tree_loader loader;
    migcore_tree_saver saver;
    struct state state = { 0, 0, 0, 0 };
    uint64_t count, skipped, placed, lost;

    to_tree(came, mode, in, channel_length(in));
    CHECK_OK(migcore_tree_load(&loader, sizeof loader, came, MIGCORE_ROOT));
    visit_old(&loader.visitor, &state);
    CHECK_OK(migcore_finish(&loader.visitor));
    CHECK(state.nic == 1 && state.disk == 9);
    CHECK_OK(migcore_tree_loader_counts(&loader, &skipped, NULL));
    CHECK_OK(migcore_tree_carry(came, &loader, carried, &count, NULL));
    /* Three chunks, a device and an item. */
    CHECK(skipped == 5 && count == 5);

    CHECK_OK(migcore_tree_save(&saver, sizeof saver, sent, MIGCORE_ROOT));
    visit_old(&saver.visitor, &state);
    CHECK_OK(migcore_finish(&saver.visitor));
    CHECK_OK(migcore_tree_merge(sent, MIGCORE_ROOT, carried, &placed, &lost, NULL));
    CHECK(placed == 5 && lost == 0);
    channel_save_chunks(out, mode, &chunks);
    CHECK_OK(migcore_tree_replay(sent, MIGCORE_ROOT, channel_visitor(out)));
    CHECK_OK(migcore_finish(channel_visitor(out)));
    plot_free(&plots[0]);
    plot_free(&plots[1]);
    plot_free(&plots[2]);
}

/* The chunks of a stream that the library does not know are those of the new program, each once. */
static void all_are_there(struct channel *stream)
{
    static const struct {
        const char *kind;
        const void *data;
        size_t length;
    } due[] = { { "exMp", "before", 6 }, { "eXMp", pattern, sizeof pattern }, { "exMp", "", 0 } };
    migcore_chunk chunk;
    size_t found = 0;
    bool more;

    memset(&chunk, 0, sizeof chunk);
    chunk.size = sizeof chunk;
    while (CHECK_OK(migcore_chunk_next(channel_bytes(stream), channel_length(stream), NULL, &chunk, &more, NULL)),
           more) {
        if (chunk.kind[0] == 'e') {
            if (found < COUNT_OF(due)) {
                CHECK_TEXT(chunk.kind, due[found].kind);
                CHECK_MEMORY(chunk.data, chunk.length, due[found].data, due[found].length);
            }
            found++;
        }
    }
    CHECK_EQUAL(found, COUNT_OF(due));
}

static void there_and_back(const struct mode *mode)
{
    struct channel first, second, third;
    struct plot plots[2];
    migcore_tree *back = plot_init(&plots[0], 1 << 13), *again = plot_init(&plots[1], 1 << 13);
    migcore_tree_loader loader;
    struct state state = { 0, 0, 0, 0 };
    uint8_t data[16];
    size_t length;

    check_case("%s", mode->name);
    new_program(&first);
    all_are_there(&first);
    old_program(mode, &first, &second);
    all_are_there(&second);
    old_program(mode, &second, &third);
    all_are_there(&third);
    to_tree(back, mode, &second, channel_length(&second));
    to_tree(again, mode, &third, channel_length(&third));
    CHECK(same_state(back, again));

    CHECK_OK(migcore_tree_load(&loader, sizeof loader, back, MIGCORE_ROOT));
    visit_device(&loader.visitor, "nic", &state.nic, &state.hint);
    visit_device(&loader.visitor, "disk", &state.disk, NULL);
    visit_leds(&loader.visitor, &state);
    CHECK(state.nic == 1 && state.disk == 9 && state.hint == 2 && state.leds == 3);
    /* The program whose chunks they are finds them by name. */
    CHECK_OK(migcore_visit_varbytes(&loader.visitor, "exMp", data, sizeof data, &length));
    CHECK_MEMORY(data, length, "before", 6);
    CHECK_OK(migcore_finish(&loader.visitor));
    channel_free(&first);
    channel_free(&second);
    channel_free(&third);
    plot_free(&plots[0]);
    plot_free(&plots[1]);
}

/* Only what is such a chunk may stand outside of devices. */
static void others_are_refused(const struct mode *mode)
{
    static const struct {
        const char *name;
        uint32_t marks;
        migcore_status due;
    } cases[] = {
        { "exMp", FOREIGN, MIGCORE_OK },         { "zZZz", FOREIGN, MIGCORE_OK },
        { "exMp", KEPT, MIGCORE_UNBALANCED },    { "exMp", FOREIGN | MIGCORE_MARK_SECRET, MIGCORE_UNBALANCED },
        { "exMP", FOREIGN, MIGCORE_UNBALANCED }, { "ExMp", FOREIGN, MIGCORE_UNBALANCED },
        { "exmp", FOREIGN, MIGCORE_UNBALANCED }, { "mDEv", FOREIGN, MIGCORE_UNBALANCED },
        { "exM", FOREIGN, MIGCORE_UNBALANCED },  { "exMpl", FOREIGN, MIGCORE_UNBALANCED },
    };
    struct channel channel;
    size_t i;

    for (i = 0; i < COUNT_OF(cases); i++) {
        check_case("%s, %s, marks %u", mode->name, cases[i].name, (unsigned)cases[i].marks);
        channel_save_chunks(&channel, mode, &chunks);
        CHECK_STATUS(put(channel_visitor(&channel), cases[i].name, cases[i].marks, "data", 4), cases[i].due);
        CHECK_STATUS(migcore_finish(channel_visitor(&channel)), cases[i].due);
        channel_free(&channel);
    }
}

/* To the legacy wire, whose readers could not pass over them, only the devices go. */
static void legacy_has_none(const struct mode *mode)
{
    struct channel stream, from, to;
    migcore_chunk_counts counts;

    check_case("%s", mode->name);
    new_program(&stream);
    channel_load_chunks(&from, mode, &chunks, channel_bytes(&stream), channel_length(&stream));
    channel_save(&to, &memory_mode);
    CHECK_OK(migcore_chunk_replay_all((migcore_chunk_loader *)(void *)channel_visitor(&from), channel_visitor(&to),
                                      scratch, sizeof scratch, NULL));
    CHECK_OK(migcore_finish(channel_visitor(&to)));
    CHECK_MEMORY(channel_bytes(&to), channel_length(&to), "\1\2\3\11", 4);
    counts.size = sizeof counts;
    CHECK_OK(migcore_chunk_get_counts((migcore_chunk_loader *)(void *)channel_visitor(&from), &counts));
    CHECK_EQUAL(counts.skipped_chunks, 3);
    channel_free(&stream);
    channel_free(&from);
    channel_free(&to);
}

void test_chunk_foreign(void)
{
    size_t i;

    for (i = 0; i < sizeof pattern; i++) {
        pattern[i] = (uint8_t)(i * 7);
    }
    there_and_back(&memory_mode);
    there_and_back(&stream_mode);
    others_are_refused(&memory_mode);
    others_are_refused(&stream_mode);
    legacy_has_none(&memory_mode);
    legacy_has_none(&stream_mode);
    check_case("%s", "");
}
