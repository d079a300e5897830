/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "stream.h"

#include "check.h"

#include <stdlib.h>

uint32_t random_next(uint32_t *state)
{
    uint32_t x = *state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *state = x;
    return x;
}

uint32_t random_below(uint32_t *state, uint32_t bound)
{
    return (uint32_t)(((uint64_t)random_next(state) * bound) >> 32);
}

/* Whether this call goes on; if not, `*result` is what it returns. */
static bool goes_on(struct stream *stream, struct calls *calls, ptrdiff_t *result)
{
    if (stream->hook != NULL) {
        stream->hook(stream->hook_opaque);
    }
    if (calls->retried < calls->retries) {
        calls->retried++;
        *result = MIGCORE_IO_RETRY;
        return false;
    }
    calls->retried = 0;
    calls->made++;
    if (calls->fail_at == 0 || calls->made < calls->fail_at) {
        return true;
    }
    if (calls->made > calls->fail_at) {
        calls->after_failure++;
    }
    *result = calls->fail_with;
    return false;
}

/* How many of `length` bytes a call moves. */
static size_t share(struct stream *stream, size_t length)
{
    if (stream->most != 0 && length > stream->most) {
        length = stream->most;
    }
    if (stream->random != 0 && length > 1) {
        length = 1 + random_below(&stream->random, (uint32_t)length);
    }
    return length;
}

ptrdiff_t stream_write(void *opaque, const void *data, size_t length)
{
    struct stream *stream = (struct stream *)opaque;
    ptrdiff_t result;

    if (!goes_on(stream, &stream->moves, &result)) {
        return result;
    }
    length = share(stream, length);
    if (length > stream->capacity - stream->length) {
        return -28;
    }
    memcpy(stream->bytes + stream->length, data, length);
    stream->length += length;
    return (ptrdiff_t)length;
}

ptrdiff_t stream_read(void *opaque, void *data, size_t length)
{
    struct stream *stream = (struct stream *)opaque;
    ptrdiff_t result;

    if (!goes_on(stream, &stream->moves, &result)) {
        return result;
    }
    if (length > stream->length - stream->at) {
        length = stream->length - stream->at;
    }
    length = share(stream, length);
    if (length > 0) {
        memcpy(data, stream->bytes + stream->at, length);
    }
    stream->at += length;
    return (ptrdiff_t)length;
}

/* By its contract, less than asked for is the end: so this one is never short. */
ptrdiff_t stream_peek(void *opaque, size_t ahead, void *data, size_t length)
{
    struct stream *stream = (struct stream *)opaque;
    size_t left = stream->length - stream->at;
    ptrdiff_t result;

    if (!goes_on(stream, &stream->peeks, &result)) {
        return result;
    }
    left -= ahead < left ? ahead : left;
    if (length > left) {
        length = left;
    }
    if (length > 0) {
        memcpy(data, stream->bytes + stream->at + ahead, length);
    }
    return (ptrdiff_t)length;
}

int64_t stream_position(void *opaque)
{
    struct stream *stream = (struct stream *)opaque;

    return (int64_t)(stream->at + stream->length);
}

migcore_sink stream_sink(struct stream *stream)
{
    migcore_sink sink;

    memset(&sink, 0, sizeof sink);
    sink.size = sizeof sink;
    sink.write = stream_write;
    sink.opaque = stream;
    return sink;
}

migcore_source stream_source(struct stream *stream, bool with_peek)
{
    migcore_source source;

    memset(&source, 0, sizeof source);
    source.size = sizeof source;
    source.read = stream_read;
    source.peek = with_peek ? stream_peek : NULL;
    source.opaque = stream;
    return source;
}

/* A block of just the size; NULL for none. */
static uint8_t *block(size_t size)
{
    uint8_t *bytes = size == 0 ? NULL : (uint8_t *)malloc(size);

    if (size != 0 && bytes == NULL) {
        abort();
    }
    return bytes;
}

static void begin(struct channel *channel, const struct mode *mode, size_t storage_size, size_t capacity)
{
    memset(channel, 0, sizeof *channel);
    channel->mode = mode;
    channel->storage_size = storage_size;
    channel->visitor = (migcore_visitor *)(void *)block(storage_size);
    channel->buffer = block(mode->buffer);
    channel->stream.bytes = block(capacity == 0 ? 1 : capacity);
    channel->stream.capacity = capacity;
    channel->stream.most = mode->most;
    channel->stream.random = mode->random;
    channel->stream.moves.retries = mode->retries;
    channel->stream.peeks.retries = mode->retries;
}

static void begin_load(struct channel *channel, const struct mode *mode, size_t storage_size, const void *bytes,
                       size_t length)
{
    begin(channel, mode, storage_size, length);
    if (length > 0) {
        memcpy(channel->stream.bytes, bytes, length);
    }
    channel->stream.length = length;
}

void channel_save(struct channel *channel, const struct mode *mode)
{
    migcore_legacy *legacy;

    begin(channel, mode, sizeof *legacy, CHANNEL_CAPACITY);
    legacy = (migcore_legacy *)(void *)channel->visitor;
    if (mode->memory) {
        CHECK_OK(migcore_legacy_save_memory(legacy, sizeof *legacy, channel->stream.bytes, channel->stream.capacity,
                                            NULL));
    } else {
        migcore_sink sink = stream_sink(&channel->stream);

        CHECK_OK(migcore_legacy_save_stream(legacy, sizeof *legacy, &sink, channel->buffer, mode->buffer, NULL));
    }
}

void channel_load(struct channel *channel, const struct mode *mode, const void *bytes, size_t length)
{
    migcore_legacy *legacy;

    begin_load(channel, mode, sizeof *legacy, bytes, length);
    legacy = (migcore_legacy *)(void *)channel->visitor;
    if (mode->memory) {
        CHECK_OK(migcore_legacy_load_memory(legacy, sizeof *legacy, channel->stream.bytes, length, NULL));
    } else {
        migcore_source source = stream_source(&channel->stream, !mode->no_peek);

        CHECK_OK(migcore_legacy_load_stream(legacy, sizeof *legacy, &source, channel->buffer, mode->buffer, NULL));
    }
}

void channel_save_chunks(struct channel *channel, const struct mode *mode, const struct chunk_mode *chunks)
{
    migcore_chunk_saver *saver;

    begin(channel, mode, sizeof *saver, 4 * CHANNEL_CAPACITY);
    saver = (migcore_chunk_saver *)(void *)channel->visitor;
    channel->scratch = block(chunks->scratch);
    if (mode->memory) {
        CHECK_OK(migcore_chunk_save_memory(saver, sizeof *saver, channel->stream.bytes, channel->stream.capacity,
                                           channel->scratch, chunks->scratch, chunks->settings, NULL));
    } else {
        migcore_sink sink = stream_sink(&channel->stream);

        CHECK_OK(migcore_chunk_save_stream(saver, sizeof *saver, &sink, channel->buffer, mode->buffer,
                                           channel->scratch, chunks->scratch, chunks->settings, NULL));
    }
}

void channel_load_chunks(struct channel *channel, const struct mode *mode, const struct chunk_mode *chunks,
                         const void *bytes, size_t length)
{
    migcore_chunk_loader *loader;

    begin_load(channel, mode, sizeof *loader, bytes, length);
    loader = (migcore_chunk_loader *)(void *)channel->visitor;
    channel->index = block(chunks->index);
    if (mode->memory) {
        CHECK_OK(migcore_chunk_load_memory(loader, sizeof *loader, channel->stream.bytes, length, channel->index,
                                           chunks->index, NULL, NULL));
    } else {
        migcore_source source = stream_source(&channel->stream, false);

        channel->scratch = block(chunks->memory);
        CHECK_OK(migcore_chunk_load_stream(loader, sizeof *loader, &source, channel->buffer, mode->buffer,
                                           channel->scratch, chunks->memory, channel->index, chunks->index, NULL,
                                           NULL));
    }
}

migcore_visitor *channel_visitor(struct channel *channel)
{
    return channel->visitor;
}

migcore_visitor *channel_move(struct channel *channel)
{
    migcore_visitor *moved = (migcore_visitor *)(void *)block(channel->storage_size);

    memcpy((void *)moved, (const void *)channel->visitor, channel->storage_size);
    memset((void *)channel->visitor, 0xee, channel->storage_size);
    free(channel->visitor);
    channel->visitor = moved;
    return moved;
}

const uint8_t *channel_bytes(const struct channel *channel)
{
    return channel->stream.bytes;
}

size_t channel_length(struct channel *channel)
{
    return channel->mode->memory ? (size_t)migcore_position(channel_visitor(channel)) : channel->stream.length;
}

void channel_free(struct channel *channel)
{
    free(channel->visitor);
    free(channel->buffer);
    free(channel->scratch);
    free(channel->index);
    free(channel->stream.bytes);
}
