/*
 * The destination of a migration. The machine is received whole, checked whole and loaded, and stands still. It runs
 * when COMMIT has come and the claim was there to be taken; then it does, whatever becomes of the link.
 */
#include "migrate.h"
#include "channel.h"
#include "snapshot.h"
#include <stdio.h>

struct arrival {
    struct machine m;
    const struct options *options;
    struct channel channel;
    uint8_t devices[STATE_SIZE]; /* the stream without the memory, which goes to its place */
    uint64_t skipped;            /* chunks and devices of it that are not known here */
};

/* Reads the stream up to its end and no further, each byte straight to where it belongs: memory, or `devices`. */
static bool receive(struct arrival *a, migcore_chunk_receiver *r, migcore_error *error)
{
    migcore_source source = channel_source(&a->channel);
    uint64_t offset = 0;
    bool done = false;

    while (!done) {
        void *place;
        size_t room;
        ptrdiff_t got;

        if (migcore_chunk_receiver_next(r, &place, &room) != MIGCORE_OK)
            break;
        channel_limit(&a->channel, a->options->patience);
        got = source.read(source.opaque, place, room);
        if (got <= 0 && got != MIGCORE_IO_RETRY) {
            error->status = got == 0 ? MIGCORE_TRUNCATED : MIGCORE_READ_FAILED;
            error->cause = (int32_t)got;
            error->offset = offset;
            return false;
        }
        if (got > 0 && migcore_chunk_receiver_got(r, (size_t)got, &done) != MIGCORE_OK)
            break;
        offset += got > 0 ? (uint64_t)got : 0;
    }
    migcore_chunk_receiver_error(r, error);
    return done;
}

/* The whole machine, or an error. */
static bool arrive(struct arrival *a, migcore_error *error)
{
    migcore_checked checked = {.size = sizeof checked};
    migcore_chunk_summary summary = {.size = sizeof summary};
    migcore_chunk_receiver receiver;
    const void *data;
    size_t length;

    migcore_chunk_receiver_init(&receiver, sizeof receiver, a->devices, sizeof a->devices, NULL, &a->m.kernels);
    migcore_chunk_receiver_ram(&receiver, &a->m.ram);
    if (!receive(a, &receiver, error))
        return false;
    migcore_chunk_receiver_bytes(&receiver, &data, &length);
    if (migcore_chunk_check(data, length, NULL, &a->m.kernels, &summary, error) != MIGCORE_OK
        || snapshot_accept(&a->m, data, length, &checked, error) != MIGCORE_OK)
        return false;
    a->skipped = checked.skipped + summary.skipped_chunks;
    return true;
}

static bool refuse(struct arrival *a, const migcore_error *error)
{
    struct message refused = {.kind = MESSAGE_REFUSED, .error = *error};
    migcore_error unsaid = {.size = sizeof unsaid};

    channel_limit(&a->channel, a->options->patience);
    if (channel_say(&a->channel, &refused, &unsaid))
        channel_drain(&a->channel);
    return complain("refused", error);
}

/* Waits for COMMIT and takes the claim. Until then nothing binds us: after any failure the machine is the source's. */
static bool take_over(struct arrival *a)
{
    struct message message = {.kind = MESSAGE_READY, .skipped = a->skipped};
    migcore_error error = {.size = sizeof error};

    channel_limit(&a->channel, a->options->patience);
    if (!channel_say(&a->channel, &message, &error) || !channel_hear(&a->channel, &message, &error))
        return complain("loaded, but the source does not give the machine away", &error);
    if (message.kind != MESSAGE_COMMIT || claim_take(a->options->subject, &message.claim) != CLAIM_TAKEN) {
        fprintf(stderr, "vmm: loaded, but the source has kept the machine\n");
        return false;
    }
    /* It is ours. That the source does not hear of it changes nothing. */
    if (!machine_start(&a->m))
        return false;
    message.kind = MESSAGE_RUNNING;
    channel_limit(&a->channel, LAST_WORDS);
    if (!channel_say(&a->channel, &message, &error))
        complain("the source was not told", &error);
    return true;
}

int receive_from(const struct options *options)
{
    static struct arrival a;
    migcore_error error = {.size = sizeof error};
    int result = 1;

    a.options = options;
    if (!machine_init(&a.m, options))
        return 1;
    if (channel_listen(&a.channel, options->subject)) {
        bool ours = arrive(&a, &error) ? take_over(&a) : refuse(&a, &error);
        channel_close(&a.channel);
        if (ours)
            result = machine_run_to_end(&a.m);
    }
    machine_free(&a.m);
    return result;
}
