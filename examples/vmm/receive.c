/*
 * The destination of a migration. The machine is received whole, checked whole and loaded, and stands still. It runs
 * when COMMIT has come and the claim was there to be taken; then it does, whatever becomes of the link.
 */
#include "channel.h"
#include "migrate.h"
#include "preflight.h"
#include "snapshot.h"

/* Memory goes straight from the socket to where it belongs; the machine stands still. */
static bool arrive(struct machine *m, struct channel *c, const struct options *options, uint64_t *skipped)
{
    struct message refused = {.kind = MESSAGE_REFUSED, .error = {.size = sizeof refused.error}};
    migcore_source source = channel_source(c);
    migcore_error unsaid = {.size = sizeof unsaid};

    c->idle = options->patience;
    snapshot_receive(m, &source, true, skipped, &refused.error);
    c->idle = 0;
    channel_limit(c, options->patience);
    if (refused.error.status == MIGCORE_OK)
        return true;
    if (channel_say(c, &refused, &unsaid))
        channel_drain(c);
    return complain("refused", &refused.error);
}

/* Waits for COMMIT and takes the claim. Until then nothing binds us: after any failure the machine is the source's. */
static bool take_over(struct machine *m, struct channel *c, const struct options *options, uint64_t skipped)
{
    struct message message = {.kind = MESSAGE_READY, .skipped = skipped};
    migcore_error error = {.size = sizeof error};

    if (!channel_say(c, &message, &error) || !channel_hear(c, &message, &error))
        return complain("loaded, but the source does not give the machine away", &error);
    if (message.kind != MESSAGE_COMMIT || !claim_take(options->subject, message.claim)) {
        fprintf(stderr, "vmm: loaded, but the source has kept the machine\n");
        return false;
    }
    /* It is ours. That the source does not hear of it changes nothing. */
    if (!machine_start(m))
        return false;
    message.kind = MESSAGE_RUNNING;
    channel_limit(c, LAST_WORDS);
    if (!channel_say(c, &message, &error))
        complain("the source was not told", &error);
    return true;
}

/* What this program takes: the source asks it before it sends anything. */
static bool introduce(struct channel *c, const struct options *options, struct tree *manifest)
{
    migcore_sink sink = channel_sink(c);
    migcore_error error = {.size = sizeof error};

    channel_limit(c, options->patience);
    return tree_send(manifest, &sink, &error) || complain("the source does not listen", &error);
}

bool receive_from(struct machine *m, const struct options *options)
{
    static struct tree manifest;
    struct channel channel = {.fd = -1};
    uint64_t skipped;
    bool ours;

    if (!manifest_make(&manifest, options) || !channel_listen(&channel, options->subject))
        return false;
    ours = introduce(&channel, options, &manifest) && arrive(m, &channel, options, &skipped)
           && take_over(m, &channel, options, skipped);
    channel_close(&channel);
    return ours;
}
