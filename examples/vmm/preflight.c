#include "preflight.h"
#include "history.h"
#include <stdlib.h>
#include <string.h>

/*
 * A state in which there is everything that a state may have, or nothing of that: with a timer that is periodic or off,
 * packets with or without a sum. Which values there are does not matter; they are not in a manifest.
 */
static void fill(struct machine *m, bool everything)
{
    m->timer.mode = everything ? TIMER_MODE_PERIODIC : TIMER_MODE_OFF;
    m->uart.rx_count = everything ? sizeof m->uart.rx : 0;
    m->uart.tx_count = everything ? sizeof m->uart.tx : 0;
    m->uart.line_length = everything ? sizeof m->uart.line : 0;
    m->nic.rings[0].enabled = m->nic.rings[1].enabled = everything;
    m->nic.rings[0].size = m->nic.rings[1].size = 1;
    m->nic.flying = NIC_FLYING;
    for (int i = 0; i < NIC_FLYING; i++) {
        m->nic.packets[i].length = sizeof m->nic.packets[i].data;
        m->nic.packets[i].summed = everything;
    }
    for (int i = 0; i < BLK_QUEUE; i++)
        m->blk.queue[i].kind = everything ? BLK_READ : BLK_FREE;
    m->timer.period = UINT32_MAX;
}

/* The items that only some states have. */
struct sometimes {
    migcore_node nodes[128];
    size_t count;
};

static migcore_status note(void *opaque, const migcore_difference *difference)
{
    struct sometimes *s = opaque;

    if (difference->change != MIGCORE_CHANGE_REMOVED)
        return MIGCORE_OK;
    if (s->count == sizeof s->nodes / sizeof s->nodes[0])
        return MIGCORE_NO_SPACE;
    s->nodes[s->count++] = difference->left;
    return MIGCORE_OK;
}

/* The devices become shapes: what a state may have, and marked in it what it need not have. */
static bool describe(struct tree *t, struct machine *m, migcore_error *error)
{
    static struct tree bare;
    static struct sometimes sometimes;
    const migcore_about about = {.size = sizeof about, .writer = "examples/vmm", .machine = "vmm", .version = RELEASE,
                                 .wire = MIGCORE_WIRE_CHUNK};
    migcore_node manifest;

    fill(m, false);
    if (!tree_of_machine(&bare, m, error) || !history_add_older(&bare, error))
        return false;
    fill(m, true);
    if (!tree_of_machine(t, m, error) || !history_add_older(t, error))
        return false;
    error->status = migcore_tree_diff(&t->tree, MIGCORE_ROOT, &bare.tree, MIGCORE_ROOT, NULL, 0, note, &sometimes);
    if (error->status == MIGCORE_OK)
        error->status = migcore_machine_manifest(&m->state, &t->tree, &about, history_accept, NULL, &manifest);
    for (size_t i = 0; i < sometimes.count && error->status == MIGCORE_OK; i++)
        error->status = migcore_tree_set_marks(&t->tree, sometimes.nodes[i], MIGCORE_MARK_ANCILLARY);
    return error->status == MIGCORE_OK && history_add_routes(t, manifest, error);
}

bool manifest_make(struct tree *t, const struct options *options)
{
    static struct machine sample; /* never runs */
    migcore_error error = {.size = sizeof error};
    bool made = machine_init(&sample, options) && (describe(t, &sample, &error) || complain("no manifest", &error));

    machine_free(&sample);
    return made;
}

/* The release of the program whose manifest it is. */
static uint32_t release_of(const struct tree *manifest)
{
    migcore_item item = {.size = sizeof item};
    migcore_node node;

    if (migcore_tree_find(&manifest->tree, MIGCORE_ROOT, "migcore.manifest/0.version", &node) != MIGCORE_OK
        || migcore_tree_get(&manifest->tree, node, &item) != MIGCORE_OK)
        return RELEASE;
    return (uint32_t)item.bits;
}

struct findings {
    FILE *text;
    uint32_t answer;
};

/*
 * The bytes of the clock have no names, so nobody can compare them; but they have been the same in all releases, which the
 * library does not know and we do.
 */
static migcore_status tell(void *opaque, const migcore_finding *f)
{
    struct findings *findings = opaque;

    if (f->reason == MIGCORE_REASON_OPAQUE && strcmp(f->path, "rtc/0") == 0)
        return MIGCORE_OK;
    findings->answer = migcore_answer_worse(findings->answer, f->answer);
    fprintf(findings->text, " %s: %s;", f->path, migcore_reason_text(f->reason));
    return MIGCORE_OK;
}

bool preflight(struct machine *m, const struct options *options, struct tree *manifest, const char *when,
               struct parcel *parcel)
{
    static uint64_t index[4096];
    migcore_error error = {.size = sizeof error};
    struct findings findings = {.answer = MIGCORE_ANSWER_LOADS};
    uint32_t release = release_of(manifest), answer;
    size_t length;
    char *words;

    if (!tree_of_machine(&parcel->state, m, &error))
        return complain("no preflight", &error);
    findings.text = open_memstream(&words, &length);
    if (findings.text == NULL) {
        perror("vmm: no preflight");
        return false;
    }
    parcel->converted = release < RELEASE;
    if (parcel->converted)
        findings.answer = history_down(&parcel->state, release, options->lossless, findings.text);
    if (findings.answer != MIGCORE_ANSWER_REFUSED)
        error.status = migcore_preflight(&parcel->state.tree, &manifest->tree, MIGCORE_WIRE_CHUNK, index, sizeof index, tell,
                                         &findings, &answer);
    fclose(findings.text);
    if (length > 0)
        words[length - 1] = '\0'; /* what stands between two */
    if (error.status == MIGCORE_OK)
        fprintf(stderr, "vmm: preflight, %s: %s%s%s\n", when, migcore_answer_text(findings.answer), length > 0 ? ":" : "",
                words);
    else
        complain("no preflight", &error);
    free(words);
    return error.status == MIGCORE_OK && findings.answer != MIGCORE_ANSWER_REFUSED;
}
