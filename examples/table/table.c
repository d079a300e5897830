/*
 * A timer card that is described by a table: its state goes out as QEMU's bytes and as chunks, comes back, and a stream
 * that says too much is refused.
 *
 *     cc table.c -o table $(pkg-config --cflags --libs migcore)
 */
#include <migcore_vmstate.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct channel {
    uint16_t reload;
    bool armed;
};

struct card {
    uint32_t control;
    struct channel channels[3];
    uint8_t queued;      /* how many entries of the queue count */
    uint16_t queue[8];
    uint32_t length;     /* how long the microcode is */
    void *microcode;
    uint64_t alarm;      /* came with version 2 */
    uint32_t watchdog;   /* 0: not in use */
};

/* The table of a channel, and the fields of the card in the order of the stream. */
static const migcore_vmstate_field channel_fields[] = {
    MIGCORE_VMSTATE_U16(reload, struct channel),
    MIGCORE_VMSTATE_BOOL(armed, struct channel),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate channel_table = MIGCORE_VMSTATE_TABLE("timer-channel", 1, 1, channel_fields);

static const migcore_vmstate_field card_fields[] = {
    MIGCORE_VMSTATE_U32(control, struct card),
    MIGCORE_VMSTATE_STRUCT_ARRAY(channels, struct card, 3, channel_table, struct channel),
    MIGCORE_VMSTATE_U8(queued, struct card),
    MIGCORE_VMSTATE_VARRAY(queue, struct card, queued, migcore_vmstate_info_u16, uint16_t),
    MIGCORE_VMSTATE_U32(length, struct card),
    MIGCORE_VMSTATE_VBUFFER_ALLOC(microcode, struct card, length),
    MIGCORE_VMSTATE_U64_V(alarm, struct card, 2),
    MIGCORE_VMSTATE_END(),
};

/* A part that is in the stream only when it is in use. */
static bool watchdog_needed(void *card)
{
    return ((struct card *)card)->watchdog != 0;
}

static const migcore_vmstate_field watchdog_fields[] = {
    MIGCORE_VMSTATE_U32(watchdog, struct card),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate watchdog_table = {
    .name = "timer-card/watchdog",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = watchdog_needed,
    .fields = watchdog_fields,
};
static const migcore_vmstate *const card_parts[] = { &watchdog_table, NULL };

/* What a stream may leave out is reset; what it brought is looked at. */
static int card_pre_load(void *card)
{
    ((struct card *)card)->watchdog = 0;
    return 0;
}

static int card_post_load(void *card, int version)
{
    (void)version;
    return (((struct card *)card)->control & 0xffff0000) == 0 ? 0 : -EINVAL;
}

static const migcore_vmstate card_table = {
    .name = "timer-card",
    .version_id = 2,
    .minimum_version_id = 1,
    .pre_load = card_pre_load,
    .post_load = card_post_load,
    .fields = card_fields,
    .subsections = card_parts,
};

/* Memory for what a load allocates. */
static void *allocate(void *opaque, size_t bytes)
{
    (void)opaque;
    return malloc(bytes);
}

static void release(void *opaque, void *memory)
{
    (void)opaque;
    free(memory);
}

static const migcore_vmstate_host host = {
    .size = sizeof host,
    .allocate = allocate,
    .release = release,
    .allocation_limit = 4096,
};

static int same(const struct card *a, const struct card *b)
{
    return a->control == b->control && memcmp(a->channels, b->channels, sizeof a->channels) == 0 &&
           a->queued == b->queued && memcmp(a->queue, b->queue, sizeof a->queue) == 0 && a->length == b->length &&
           memcmp(a->microcode, b->microcode, a->length) == 0 && a->alarm == b->alarm && a->watchdog == b->watchdog;
}

int main(void)
{
    static unsigned char bytes[1024], chunks[2048], scratch[1024];
    struct card card, back, other;
    migcore_legacy legacy;
    migcore_chunk_saver saver;
    migcore_chunk_loader loader;
    migcore_error error = { .size = sizeof error };
    char text[200];
    size_t length;
    int good;

    memset(&card, 0, sizeof card);
    memset(&back, 0, sizeof back);
    memset(&other, 0, sizeof other);
    card.control = 0x11;
    card.channels[1].reload = 1000;
    card.channels[1].armed = true;
    card.queued = 2;
    card.queue[1] = 7;
    card.length = 5;
    card.microcode = (void *)"\x90\x90\xc3\x00\x01";
    card.alarm = 123456789;
    card.watchdog = 60;

    /* QEMU's bytes. */
    migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL);
    migcore_visit_vmstate(&legacy.visitor, &card_table, &card, NULL);
    if (migcore_finish(&legacy.visitor) != MIGCORE_OK) {
        return 1;
    }
    length = (size_t)migcore_position(&legacy.visitor);
    printf("saved %lu bytes\n", (unsigned long)length);
    migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, length, NULL);
    migcore_visit_vmstate(&legacy.visitor, &card_table, &back, &host);
    if (migcore_finish(&legacy.visitor) != MIGCORE_OK || !same(&card, &back)) {
        return 1;
    }
    printf("loaded: watchdog %u, microcode of %u bytes\n", (unsigned)back.watchdog, (unsigned)back.length);

    /* The same table, as chunks. */
    migcore_chunk_save_memory(&saver, sizeof saver, chunks, sizeof chunks, scratch, sizeof scratch, NULL, NULL);
    migcore_visit_vmstate(&saver.visitor, &card_table, &back, NULL);
    if (migcore_finish(&saver.visitor) != MIGCORE_OK) {
        return 1;
    }
    length = (size_t)migcore_position(&saver.visitor);
    migcore_chunk_load_memory(&loader, sizeof loader, chunks, length, NULL, 0, NULL, NULL);
    migcore_visit_vmstate(&loader.visitor, &card_table, &other, &host);
    good = migcore_finish(&loader.visitor) == MIGCORE_OK && same(&card, &other);
    printf("as chunks: %s\n", good ? "the same" : "another");

    /* A queue of 200 entries, for which there is no room. */
    bytes[13] = 200;
    free(other.microcode);
    other.microcode = NULL;
    migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL);
    migcore_visit_vmstate(&legacy.visitor, &card_table, &other, &host);
    migcore_get_error(&legacy.visitor, &error);
    migcore_error_text(&error, text, sizeof text);
    printf("%s\n", text);
    free(back.microcode);
    free(other.microcode);
    return good && error.status == MIGCORE_TOO_MANY ? 0 : 1;
}
