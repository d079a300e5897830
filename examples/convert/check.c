/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Checks what the demo tells: each stage, over each kind of file, writes and reads the same bytes, and refuses the same
 * streams, but for those in check_strange_subsections. Stage 0 over the host's file is the yardstick: none of its bytes
 * passes through migcore.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "mixed.h"
#include "ports.h"
#include "wire.h"

#define BYTES 1024

/* What the stages report about streams that are refused on purpose. */
void convert_print(const char *text)
{
    (void)text;
}

static unsigned checks;
static unsigned failures;

static void check(bool good, const char *what, const NicPort *port, unsigned stage, long long number)
{
    checks++;
    if (!good) {
        failures++;
        printf("FAILED: %s: stage %u over %s (%lld)\n", what, stage, port->name, number);
    }
}

typedef struct Stream {
    int version;
    const NicState *state;  /* that was saved */
    const uint8_t *bytes;
    size_t length;          /* given to the reader */
    size_t device_length;   /* of that, the device's own; if it is to be refused: up to where it is wrong */
    bool wake;              /* subsection nic/wake is there and whole */
    bool cut;               /* what is wrong is that it ends */
} Stream;

typedef void Check(const NicPort *port, unsigned stage, const Stream *stream);

/* Calls `each` for the five stages over both kinds of file. */
static void for_all(Check *each, const Stream *stream)
{
    const NicPort *ports[] = { &own_port, &host_port };

    for (unsigned i = 0; i < 2; i++) {
        for (unsigned stage = 0; stage < STAGES; stage++) {
            each(ports[i], stage, stream);
        }
    }
}

static void writes_the_same(const NicPort *port, unsigned stage, const Stream *stream)
{
    uint8_t bytes[BYTES];
    NicState s;
    int64_t length;

    memcpy(&s, stream->state, sizeof s); /* the padding too, which is compared */
    length = port->save(stage, &s, bytes, sizeof bytes);

    check(length == (int64_t)stream->device_length, "length written", port, stage, length);
    check(length > 0 && memcmp(bytes, stream->bytes, stream->device_length) == 0, "bytes written", port, stage, length);
    check(memcmp(&s, stream->state, sizeof s) == 0, "saving changes nothing", port, stage, 0);
}

/* What is loaded into: a card after reset, and one in which nothing is as it will be. Its interrupt line does not fit to its
   registers, so whoever works it out without need is seen. */
static NicState destination(bool in_use)
{
    NicState s = { .save_version = NIC_VERSION, .now = 1000000 };

    nic_reset(&s);
    if (in_use) {
        nic_make_busy(&s);
        s.control = s.status = 0x11111111u;
        s.irq_mask = s.irq_pending = NIC_IRQ_SENT;
        s.irq_line = false;
        memset(s.mac, 0x22, sizeof s.mac);
        nic_set_link_flags(&s, 2);
        memset(s.phy, 0x33, sizeof s.phy);
        memset(s.multicast, 0x44, sizeof s.multicast);
        s.rings[0] = s.rings[1] = (NicRing){ 0x55, 0x56, 0x57, 0x58, false };
        s.dma = (NicDma){ NIC_DMA_FETCH, 0x66, 0x67, 0x68 };
        s.fifo_used = 7;
        s.send_at = 0x77;
        memset(s.counters, 0x88, sizeof s.counters);
        s.vlan_tag = 0x99;
        s.moderation_us[0] = s.moderation_us[1] = 0xaa;
        s.wake_events = 0xbb;
        s.wake_used = 5;
        memset(s.wake_pattern, 0xcc, sizeof s.wake_pattern);
    }
    return s;
}

/* What a card holds after a load: what the stream does not have stays as it was, but for the VLAN tag. */
static NicState loaded_into(const NicState *before, const Stream *stream)
{
    NicState s = *stream->state;

    if (stream->version < 2) {
        s.vlan_tag = NIC_NO_VLAN;
        memcpy(s.moderation_us, before->moderation_us, sizeof s.moderation_us);
    }
    if (!stream->wake) {
        s.wake_events = before->wake_events;
        s.wake_used = before->wake_used;
        memcpy(s.wake_pattern, before->wake_pattern, sizeof s.wake_pattern);
    }
    return s;
}

static void reads_the_same(const NicPort *port, unsigned stage, const Stream *stream)
{
    for (int in_use = 0; in_use < 2; in_use++) {
        NicState s = destination(in_use), expected = loaded_into(&s, stream);
        size_t used = 0;
        int error = port->load(stage, &s, stream->version, stream->bytes, stream->length, &used);

        check(error == 0, "loads", port, stage, error);
        check(used == stream->device_length, "bytes read", port, stage, (long long)used);
        check(nic_equal(&s, &expected), "state loaded", port, stage, in_use);
    }
}

/* Where some members lie in the stream; what follows the FIFO is moved by its contents. */
static const struct Place {
    size_t at, length, member;
    bool behind_fifo;
} places[] = {
    { 0, 4, offsetof(NicState, control), false },
    { 4, 4, offsetof(NicState, status), false },
    { 8, 4, offsetof(NicState, irq_mask), false },
    { 12, 4, offsetof(NicState, irq_pending), false },
    { 16, 6, offsetof(NicState, mac), false },
    { 63, 8, offsetof(NicState, rings[0].base), false },
    { 83, 1, offsetof(NicState, rings[0].enabled), false },
    { 84, 8, offsetof(NicState, rings[1].base), false },
    { 105, 1, offsetof(NicState, dma.phase), false },
    { 126, 8, offsetof(NicState, send_at), true },
    { 134, 32, offsetof(NicState, counters), true },
};
#define PHASE_AT 105
#define FIFO_AT 122

/* Of send_at the time left: the clocks differ. */
static bool same_member(const struct Place *place, const NicState *a, const NicState *b)
{
    if (place->member == offsetof(NicState, send_at)) {
        return nic_send_in(a) == nic_send_in(b);
    }
    if (place->member == offsetof(NicState, counters)) {
        return memcmp(a->counters, b->counters, sizeof a->counters) == 0;
    }
    return memcmp((const char *)a + place->member, (const char *)b + place->member, place->length) == 0;
}

/* What came before the fault is loaded. What comes after it is as it was, except that gets store zeros at the end of a
   stream (stages 0 and 1). */
static void check_refused_card(const NicPort *port, unsigned stage, const Stream *stream, const NicState *before,
                               const NicState *after)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct Place *place = &places[i];
        size_t begin = place->at + (place->behind_fifo ? stream->state->fifo_used : 0);

        if (begin + place->length <= stream->device_length) {
            check(same_member(place, after, stream->state), "loaded before a fault", port, stage, (long long)i);
        } else if (begin > stream->device_length && (stage >= 2 || !stream->cut)) {
            check(same_member(place, after, before), "left alone after a fault", port, stage, (long long)i);
        }
    }
}

static void refuses(const NicPort *port, unsigned stage, const Stream *stream)
{
    for (int in_use = 0; in_use < 2; in_use++) {
        NicState before = destination(in_use), s = before;
        size_t used;
        int error = port->load(stage, &s, stream->version, stream->bytes, stream->length, &used);

        check(error < 0, "refuses", port, stage, (long long)stream->length);
        check(!stream->cut || error == -EIO, "a cut is -EIO", port, stage, error);
        check(s.irq_line == before.irq_line, "interrupt line after a refusal", port, stage, (long long)stream->length);
        check_refused_card(port, stage, stream, &before, &s);
        /* Up to stage 2 a bad length is in the device before it is found to be bad. */
        check(stage < 3 || (s.fifo_used <= NIC_FIFO_BYTES && s.wake_used <= NIC_WAKE_BYTES), "lengths stay sane", port,
              stage, error);
    }
}

static Stream write_reference(const NicState *state, uint8_t *bytes)
{
    NicState s = *state;
    int64_t length = host_port.save(0, &s, bytes, BYTES / 2);
    Stream stream = { state->save_version, state, bytes, (size_t)length, (size_t)length, state->wake_used > 0, false };

    check(length > 0, "reference", &host_port, 0, length);
    return stream;
}

/* The stream cut short everywhere. A cut before or in the name of the subsection leaves a device without it: the bytes that
   are there look like somebody else's. */
static void check_cuts(const NicState *state)
{
    uint8_t bytes[BYTES], scratch[BYTES];
    Stream stream = write_reference(state, bytes);
    NicState without_wake = *state;
    size_t length = stream.length, mandatory, named;

    without_wake.wake_used = 0;
    mandatory = write_reference(&without_wake, scratch).length;
    named = mandatory + 2 + strlen("nic/wake");
    stream.wake = false;
    stream.cut = true;
    for (stream.length = 0; stream.length < length; stream.length++) {
        bool good = stream.length >= mandatory && stream.length < named;

        stream.device_length = good ? mandatory : stream.length;
        for_all(good ? reads_the_same : refuses, &stream);
    }
}

/* One state: the bare stream, and the stream with what may follow a device. */
static void check_state(const NicState *state)
{
    static const char stranger[] = "\005\007other/x\0\0\0\001";
    uint8_t bytes[BYTES];
    Stream stream = write_reference(state, bytes);

    for_all(writes_the_same, &stream);
    for_all(reads_the_same, &stream);
    memcpy(bytes + stream.device_length, stranger, sizeof stranger);
    stream.length = stream.device_length + sizeof stranger;
    for_all(reads_the_same, &stream);
    check_cuts(state);
}

/* Puts a value that the device does not allow in place of a right one: `fault` is where what is refused begins, `at` the
   byte. */
static void check_bad_byte(const NicState *state, size_t fault, size_t at, uint8_t value)
{
    uint8_t bytes[BYTES];
    Stream stream = write_reference(state, bytes);

    bytes[at] = value;
    stream.device_length = fault;
    for_all(refuses, &stream);
}

/* A subsection nic/wave, which nobody knows. Old code leaves it unread, and whatever comes next stumbles over it. The table
   of stages 2 to 4 knows by the name that it is for this card. */
static void meets_an_unknown_subsection(const NicPort *port, unsigned stage, const Stream *stream)
{
    if (stage < 2) {
        reads_the_same(port, stage, stream);
    } else {
        refuses(port, stage, stream);
    }
}

/* A second nic/wake, which no save writes: left unread by old code in the same way, read by the table. */
static void meets_a_second_wake(const NicPort *port, unsigned stage, const Stream *stream)
{
    Stream twice = *stream;

    if (stage >= 2) {
        twice.device_length = twice.length;
    }
    reads_the_same(port, stage, &twice);
}

/* What the stages do not have in common. */
static void check_strange_subsections(const NicState *state)
{
    uint8_t bytes[BYTES];
    Stream stream;
    NicState s = *state;
    size_t wake_at;

    s.wake_used = 0;
    stream = write_reference(&s, bytes);
    wake_at = stream.length;
    memcpy(bytes + stream.length, "\005\010nic/wave\0\0\0\001", 14);
    stream.length += 14;
    for_all(meets_an_unknown_subsection, &stream);

    stream = write_reference(state, bytes);
    memcpy(bytes + stream.length, bytes + wake_at, stream.length - wake_at);
    stream.length += stream.length - wake_at;
    for_all(meets_a_second_wake, &stream);
}

static void check_bad_streams(const NicState *busy)
{
    uint8_t bytes[BYTES];
    Stream stream = write_reference(busy, bytes);
    size_t wake_at = stream.length - busy->wake_used - 4 - 2 - 4;

    check_bad_byte(busy, PHASE_AT, PHASE_AT, NIC_DMA_PHASES);
    check_bad_byte(busy, FIFO_AT, FIFO_AT, 0x80);
    check_bad_byte(busy, FIFO_AT, FIFO_AT + 3, NIC_FIFO_BYTES + 1);
    check_bad_byte(busy, wake_at, wake_at + 3, 2);
    check_bad_byte(busy, wake_at + 6, wake_at + 9, NIC_WAKE_BYTES + 1);
    check_strange_subsections(busy);
    stream.device_length = 0;
    for (stream.version = -1; stream.version <= NIC_VERSION + 1; stream.version++) {
        if (stream.version < 1 || stream.version > NIC_VERSION) {
            for_all(refuses, &stream);
        }
    }
}

/* Times that a clock cannot reach: the sum wraps, in all stages alike. */
static void check_times(const NicState *busy)
{
    static const int64_t times[] = { 0, -1, INT64_MIN, INT64_MAX, INT64_MAX - 77 };

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        uint8_t bytes[BYTES];
        NicState s;
        Stream stream;

        memcpy(&s, busy, sizeof s);
        nic_set_send_in(&s, times[i]);
        stream = write_reference(&s, bytes);
        for_all(writes_the_same, &stream);
        for_all(reads_the_same, &stream);
    }
}

/* -- Names --------------------------------------------------------------------------------------------------------- */

/* All that a stage says by name, as one text: every item and scope with its type, but for the device. */
typedef struct Names {
    char text[4096];
    size_t length;
    unsigned depth;
    unsigned devices;
} Names;

static migcore_status collect(void *opaque, const migcore_item *item)
{
    Names *names = opaque;

    if (item->item_type == MIGCORE_ITEM_BEGIN_DEVICE) {
        names->devices++;
        return MIGCORE_OK;
    }
    if (item->item_type == MIGCORE_ITEM_END && names->depth-- == 0) {
        names->depth = 0;
        return MIGCORE_OK; /* of the device */
    }
    names->depth += item->item_type > MIGCORE_ITEM_BEGIN_DEVICE && item->item_type < MIGCORE_ITEM_END;
    names->length += (size_t)snprintf(names->text + names->length, sizeof names->text - names->length, "%.*s:%u.%u ",
                                      (int)item->name_length, item->name_length > 0 ? item->name : "",
                                      (unsigned)item->item_type, (unsigned)item->kind);
    return names->length < sizeof names->text ? MIGCORE_OK : MIGCORE_REFUSED;
}

static Names names_of(unsigned stage, const NicState *state)
{
    NicState s = *state;
    Names names = { .length = 0 };
    migcore_observer observer;
    migcore_status status = migcore_observer_init(&observer, sizeof observer, collect, &names);

    if (status == MIGCORE_OK) {
        status = stage_show(stage, &s, &observer.visitor);
    }
    check(status == MIGCORE_OK, "shows its names", &own_port, stage, status);
    return names;
}

/* The names of stage 3 are those of stage 4, where the owner has opened the device. */
static void check_names(const NicState *state)
{
    Names before = names_of(3, state), after = names_of(4, state);

    check(before.devices == 0 && after.devices == 1, "the owner opens the device", &own_port, 4, after.devices);
    check(strstr(before.text, "moderation_us:") != NULL, "has names", &own_port, 3, (long long)before.length);
    check(strcmp(before.text, after.text) == 0, "names stay", &own_port, 4, (long long)after.length);
}

int main(void)
{
    NicState s;

    memset(&s, 0, sizeof s);
    s.save_version = NIC_VERSION;
    s.now = 77;
    nic_make_busy(&s);
    check_state(&s);
    check_bad_streams(&s);
    check_times(&s);
    check_names(&s);
    check(mixed_failures() == 0, "both kinds of calls on one visitor (mixed.c)", &own_port, 3, mixed_failures());
    s.fifo_used = NIC_FIFO_BYTES;
    s.wake_used = NIC_WAKE_BYTES;
    check_state(&s);
    s.fifo_used = 0;
    s.wake_used = s.wake_events = 0;
    memset(s.wake_pattern, 0, sizeof s.wake_pattern);
    check_state(&s);

    s.save_version = 1;
    s.vlan_tag = NIC_NO_VLAN;
    s.moderation_us[0] = s.moderation_us[1] = 0;
    check_state(&s);
    printf("convert: %u checks, %u failed\n", checks, failures);
    return failures != 0;
}
