/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Checks what the demo tells: each stage, over each kind of file, writes and reads the same bytes, and refuses the same
 * streams. Stage 0 over the host's file is the yardstick: not a line of migcore runs there.
 */
#include <stdio.h>
#include <string.h>

#include "ports.h"

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
    const NicState *state;  /* NULL: to be refused */
    const uint8_t *bytes;
    size_t length;          /* given to the reader */
    size_t device_length;   /* of that, the device's own */
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

static NicState destination(void)
{
    NicState s = { .save_version = NIC_VERSION, .now = 1000000 };

    nic_reset(&s);
    return s;
}

static void reads_the_same(const NicPort *port, unsigned stage, const Stream *stream)
{
    NicState s = destination();
    size_t used = 0;
    int error = port->load(stage, &s, stream->version, stream->bytes, stream->length, &used);

    check(error == 0, "loads", port, stage, error);
    check(used == stream->device_length, "bytes read", port, stage, (long long)used);
    check(nic_equal(&s, stream->state), "state loaded", port, stage, 0);
}

static void refuses(const NicPort *port, unsigned stage, const Stream *stream)
{
    NicState s = destination();
    size_t used;
    int error = port->load(stage, &s, stream->version, stream->bytes, stream->length, &used);

    check(error < 0, "refuses", port, stage, (long long)stream->length);
    /* Up to stage 2 a bad length is in the device before it is found to be bad. */
    check(stage < 3 || (s.fifo_used <= NIC_FIFO_BYTES && s.wake_used <= NIC_WAKE_BYTES), "lengths stay sane", port, stage,
          error);
}

static Stream write_reference(const NicState *state, uint8_t *bytes)
{
    NicState s = *state;
    int64_t length = host_port.save(0, &s, bytes, BYTES / 2);
    Stream stream = { state->save_version, state, bytes, (size_t)length, (size_t)length };

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

    without_wake.wake_used = without_wake.wake_events = 0;
    mandatory = write_reference(&without_wake, scratch).length;
    named = mandatory + 2 + strlen("nic/wake");
    for (stream.length = 0; stream.length < length; stream.length++) {
        bool good = stream.length >= mandatory && stream.length < named;

        stream.state = good ? &without_wake : NULL;
        stream.device_length = mandatory;
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

/* Puts a value that the device does not allow in place of a right one; `at` is a byte of the stream. */
static void check_bad_byte(const NicState *state, size_t at, uint8_t value)
{
    uint8_t bytes[BYTES];
    Stream stream = write_reference(state, bytes);

    bytes[at] = value;
    stream.state = NULL;
    for_all(refuses, &stream);
}

static void check_bad_streams(const NicState *busy)
{
    uint8_t bytes[BYTES];
    Stream stream = write_reference(busy, bytes);
    size_t phase_at = 4 * 4 + 6 + 1 + NIC_PHY_REGISTERS * 2 + NIC_MULTICAST_WORDS * 4 + 2 * (8 + 3 * 4 + 1);
    size_t fifo_at = phase_at + 1 + 8 + 4 + 4;

    check_bad_byte(busy, phase_at, NIC_DMA_PHASES);
    check_bad_byte(busy, fifo_at, 0x80);
    check_bad_byte(busy, fifo_at + 3, NIC_FIFO_BYTES + 1);
    stream.state = NULL;
    stream.version = 0;
    for_all(refuses, &stream);
    stream.version = NIC_VERSION + 1;
    for_all(refuses, &stream);
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
