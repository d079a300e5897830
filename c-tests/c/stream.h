/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A stream in memory whose calls can be short, interrupted and broken on purpose; and a visitor over
 * it, or over plain memory, in every way that the library offers.
 */
#ifndef STREAM_H
#define STREAM_H

#include "migcore.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The calls of one callback. */
struct calls {
    unsigned made;
    /* The call of this number, from 1, returns `fail_with`; 0: none does. */
    unsigned fail_at;
    ptrdiff_t fail_with;
    /* How many came after the one that failed. */
    unsigned after_failure;
    /* How often MIGCORE_IO_RETRY is returned before a call does something, and how often it was. */
    unsigned retries, retried;
};

struct stream {
    uint8_t *bytes;
    size_t capacity, length, at;
    /* How many bytes a call moves at most; 0: as many as asked. */
    size_t most;
    /* Not 0: a random number of bytes, at least 1, out of those. */
    uint32_t random;
    /* Calls of write or read, and of peek. */
    struct calls moves, peeks;
    /* When set, called from every callback. */
    void (*hook)(void *);
    void *hook_opaque;
};

ptrdiff_t stream_write(void *opaque, const void *data, size_t length);
ptrdiff_t stream_read(void *opaque, void *data, size_t length);
ptrdiff_t stream_peek(void *opaque, size_t ahead, void *data, size_t length);
int64_t stream_position(void *opaque);

migcore_sink stream_sink(struct stream *stream);
migcore_source stream_source(struct stream *stream, bool with_peek);

/* A small generator of random numbers, the same everywhere; a state of 0 is not allowed. */
uint32_t random_next(uint32_t *state);
uint32_t random_below(uint32_t *state, uint32_t bound);

/* How a visitor reaches its bytes. */
struct mode {
    const char *name;
    /* Plain memory; the rest then says nothing. */
    bool memory;
    /* The visitor's buffer; 0: none. */
    size_t buffer;
    size_t most;
    uint32_t random;
    unsigned retries;
    /* The source has no peek. */
    bool no_peek;
};

/* What a visitor over chunks has beside. */
struct chunk_mode {
    /* Scratch memory of a saver, memory of a loader over a stream, and memory for an index. */
    size_t scratch, memory, index;
    const migcore_chunk_settings *settings;
};

#define CHANNEL_CAPACITY 32768

/* One visitor with what it borrows. Storage and buffer are blocks of their own of just the right size, so that a tool that
 * checks memory sees each step out of them. */
struct channel {
    migcore_visitor *visitor;
    size_t storage_size;
    uint8_t *buffer, *scratch, *index;
    struct stream stream;
    const struct mode *mode;
};

void channel_save(struct channel *channel, const struct mode *mode);
void channel_load(struct channel *channel, const struct mode *mode, const void *bytes, size_t length);
/* The same over chunks. */
void channel_save_chunks(struct channel *channel, const struct mode *mode, const struct chunk_mode *chunks);
void channel_load_chunks(struct channel *channel, const struct mode *mode, const struct chunk_mode *chunks,
                         const void *bytes, size_t length);
/* The visitor; and the same after it was moved to another place in memory. */
migcore_visitor *channel_visitor(struct channel *channel);
migcore_visitor *channel_move(struct channel *channel);
/* The bytes that a save wrote, and how many; after migcore_finish. */
const uint8_t *channel_bytes(const struct channel *channel);
size_t channel_length(struct channel *channel);
void channel_free(struct channel *channel);

#endif
