/*
 * The source of a migration. Memory goes first, while the guest runs on; then what it has written meanwhile, in rounds;
 * then the guest stands still for the rest of it and the devices. Up to COMMIT any failure means that the guest goes on
 * here; after that the claim decides (claim.h).
 */
#include "migrate.h"
#include "channel.h"
#include "preflight.h"
#include "snapshot.h"
#include <string.h>

enum {
    SLICE = 200 * 1000, /* instructions that the guest runs between two rounds */
    FEW_PAGES = 16,     /* so many may be left for the pause */
    MOST_ROUNDS = 8,    /* a guest that always writes more is stopped all the same */
};

struct sender {
    struct machine *m;
    const struct options *options;
    struct channel channel;
    migcore_chunk_saver saver;
    unsigned char buffer[16 * 1024], scratch[16 * 1024];
    uint8_t dirty[RAM_PAGES / 8]; /* what the guest has written, and was not sent again */
    migcore_ram_counts counts;
    unsigned rounds;
    double paused_at;
    struct tree manifest; /* of the destination */
    struct parcel parcel;
};

static unsigned dirty_pages(const struct sender *s)
{
    unsigned count = 0;

    for (unsigned page = 0; page < RAM_PAGES; page++)
        count += s->dirty[page / 8] >> page % 8 & 1;
    return count;
}

static void send_dirty(struct sender *s)
{
    migcore_ram_save_marked(&s->saver, &s->m->ram, 0, 0, RAM_PAGES, s->dirty, &s->counts);
    s->rounds++;
}

/*
 * Sends all memory, and again what has changed, until little is left. False: it is better to stop trying.
 *
 * Between two rounds the guest runs, but not while pages are sent: this program has one thread. Where processors of a guest
 * run meanwhile, copy the marked pages into a buffer and give that to migcore_ram_save_packed: a page that changes under
 * its CRC makes a stream that the destination takes for a damaged one.
 */
static bool send_rounds(struct sender *s)
{
    channel_limit(&s->channel, s->options->patience);
    machine_collect_dirty(s->m, s->dirty); /* everything is sent now, whether it was written or not */
    migcore_ram_declare(&s->saver, &s->m->ram);
    migcore_ram_save(&s->saver, &s->m->ram, 0, 0, s->m->memory, RAM_PAGES, &s->counts);
    s->rounds = 1;
    for (;;) {
        enum machine_state state = machine_run(s->m, SLICE);
        machine_collect_dirty(s->m, s->dirty);
        if (state != MACHINE_RUNS || migcore_get_status(&s->saver.visitor) != MIGCORE_OK
            || channel_has_input(&s->channel)) /* nobody says anything good at this time */
            return false;
        if (dirty_pages(s) <= FEW_PAGES || s->rounds == MOST_ROUNDS)
            return true;
        channel_limit(&s->channel, s->options->patience);
        send_dirty(s);
    }
}

/* With the guest standing still: its last pages, the devices, the end of the stream. */
static bool send_rest(struct sender *s)
{
    migcore_visitor *v = &s->saver.visitor;
    char note[] = "what only other programs know";
    size_t length = strlen(note);

    send_dirty(s);
    if (s->options->unknown_chunk) {
        migcore_mark(v, MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SAFE_TO_COPY | MIGCORE_MARK_OPAQUE);
        migcore_visit_varbytes(v, "exMp", note, length, &length);
    }
    if (s->parcel.converted)
        migcore_tree_replay(&s->parcel.state.tree, MIGCORE_ROOT, v);
    else if (!devices_save(s->m, v))
        return false;
    return migcore_finish(v) == MIGCORE_OK || complain_of_visit("not sent", v);
}

/* READY, or why not: from the destination itself if it can still say so. */
static bool hear_ready(struct sender *s)
{
    struct message message;
    migcore_error error = {.size = sizeof error};

    if (!channel_hear(&s->channel, &message, &error))
        return complain("no answer from the destination", &error);
    if (message.kind == MESSAGE_READY) {
        fprintf(stderr, "vmm: the destination is ready; chunks and devices that it does not know: %llu\n",
                (unsigned long long)message.skipped);
        return true;
    }
    if (message.kind == MESSAGE_REFUSED)
        return complain("the destination refuses", &message.error);
    fprintf(stderr, "vmm: the destination speaks out of turn\n");
    return false;
}

static bool ask(struct sender *s, const char *when)
{
    return preflight(s->m, s->options, &s->manifest, when, &s->parcel);
}

/* Hears what the destination takes, and whether that is a machine such as this one: better known before anything is sent. */
static bool hear_manifest(struct sender *s)
{
    migcore_source source = channel_source(&s->channel);
    migcore_error error = {.size = sizeof error};

    channel_limit(&s->channel, s->options->patience);
    return tree_of_source(&s->manifest, &source, &error) || complain("the destination does not say what it takes", &error);
}

/*
 * Sends the machine and hears READY. Whether the destination takes it is asked twice: of the state as it is now, while
 * nothing has been sent, and of that in which it leaves. Only the second answer binds.
 */
static bool offer(struct sender *s)
{
    bool sent;

    if (!hear_manifest(s) || !ask(s, "now"))
        return false;
    sent = send_rounds(s);
    if (s->m->result != MACHINE_RUNS) {
        fprintf(stderr, "vmm: the guest has ended meanwhile\n");
        return false;
    }
    s->paused_at = milliseconds();
    if (sent && !ask(s, "standing still"))
        return false;
    channel_limit(&s->channel, s->options->patience);
    sent = sent && send_rest(s);
    if (!sent)
        channel_limit(&s->channel, LAST_WORDS);
    return hear_ready(s) && sent;
}

/* Gives the machine away. Whether it is gone, says the claim; without RUNNING we are in doubt. */
static enum handover commit(struct sender *s)
{
    struct message commit = {.kind = MESSAGE_COMMIT}, answer;
    migcore_error error = {.size = sizeof error};
    bool said;

    if (!claim_make(s->options->migrate, commit.claim))
        return HANDOVER_NONE;
    channel_limit(&s->channel, s->options->patience);
    said = channel_say(&s->channel, &commit, &error) && channel_hear(&s->channel, &answer, &error)
           && answer.kind == MESSAGE_RUNNING && memcmp(answer.claim, commit.claim, CLAIM_NUMBER) == 0;
    if (error.status != MIGCORE_OK)
        complain("no answer from the destination", &error);
    if (!said)
        fprintf(stderr, "vmm: in doubt: the destination has not said that it runs\n");
    if (claim_take(s->options->migrate, commit.claim)) /* the destination does not run without it, whatever it said */
        return HANDOVER_NONE;
    if (said)
        return HANDOVER_DONE;
    fprintf(stderr, "vmm: the destination has the machine, and must be asked what became of it\n");
    return HANDOVER_UNKNOWN;
}

/* Of what is sent, `copy` gets the stream, and no messages. */
static enum handover move(struct sender *s, FILE *copy)
{
    migcore_chunk_settings settings = {.size = sizeof settings, .machine = "vmm", .writer = "examples/vmm"};
    migcore_sink sink = channel_sink(&s->channel);
    bool ready;

    migcore_chunk_save_stream(&s->saver, sizeof s->saver, &sink, s->buffer, sizeof s->buffer, s->scratch,
                              sizeof s->scratch, &settings, &s->m->kernels);
    s->channel.copy = copy;
    ready = offer(s);
    s->channel.copy = NULL;
    return ready ? commit(s) : HANDOVER_NONE;
}

enum handover migrate_to(struct machine *m, const struct options *options)
{
    static struct sender s;
    FILE *copy = options->capture ? fopen(options->capture, "wb") : NULL;
    enum handover outcome = HANDOVER_NONE;

    s = (struct sender){.m = m, .options = options, .channel = {.fd = -1}, .counts = {.size = sizeof s.counts}};
    if (options->capture && !copy)
        perror(options->capture);
    else if (channel_connect(&s.channel, options->migrate))
        outcome = move(&s, copy);
    channel_close(&s.channel);
    if (copy && fclose(copy) != 0)
        perror(options->capture);
    if (outcome == HANDOVER_NONE)
        fprintf(stderr, "vmm: not moved: the machine is here as before\n");
    if (outcome == HANDOVER_DONE)
        fprintf(stderr, "vmm: moved: %u rounds, %.1f MiB of memory, pause %.1f ms\n", s.rounds,
                (double)s.counts.bytes / (1 << 20), milliseconds() - s.paused_at);
    return outcome;
}
