/*
 * A network card of seven releases. Its functions know the newest form alone; what the others were is a table beside.
 *
 *     cc history.c old.c -o history $(pkg-config --cflags --libs migcore)
 */
#include "old.h"

#include <migcore_compat.h>
#include <stdio.h>
#include <string.h>

/* The card and its link, as they are. */
struct nic {
    uint32_t control, rx_head, rx_tail, features, coalescing;
    uint8_t mode; /* bits: on, loopback */
};

struct phy {
    uint16_t speed;
    bool link;
};

static void visit_nic(migcore_visitor *v, struct nic *nic)
{
    migcore_visit_u32(v, "control", &nic->control);
    migcore_visit_u32(v, "rx_head", &nic->rx_head);
    migcore_visit_u32(v, "rx_tail", &nic->rx_tail);
    migcore_visit_u8(v, "mode", &nic->mode);
    migcore_visit_u32(v, "features", &nic->features);
    migcore_mark(v, MIGCORE_MARK_ANCILLARY); /* whoever does not know it may do without */
    migcore_visit_u32_or(v, "coalescing", &nic->coalescing, COALESCING);
}

static void visit_phy(migcore_visitor *v, struct phy *phy)
{
    migcore_visit_bool(v, "link", &phy->link);
    migcore_visit_u16(v, "speed", &phy->speed);
}

struct board {
    struct nic nic;
    struct phy phy;
    uint32_t ticks;
};

static migcore_status visit_board(migcore_visitor *v, struct board *board)
{
    migcore_begin_device(v, "nic", 0, NEWEST, NEWEST);
    visit_nic(v, &board->nic);
    migcore_end_device(v);
    migcore_begin_device(v, "phy", 0, 1, 1);
    visit_phy(v, &board->phy);
    migcore_end_device(v);
    migcore_begin_device(v, "timer", 0, 1, 1);
    migcore_visit_u32(v, "ticks", &board->ticks);
    migcore_end_device(v);
    return migcore_finish(v);
}

/* Release 1 put and got bytes. What they hold is what release 2 visits: so that is done, over the bytes. */
static migcore_status exchange(migcore_edit *edit, bool bytes_leave)
{
    struct nic_2 nic;
    migcore_tree_loader loader;
    migcore_tree_saver saver;
    migcore_node item;
    migcore_status status;

    migcore_tree_load(&loader, sizeof loader, edit->tree, edit->scope);
    migcore_visit_blob(&loader.visitor, 2, visit_nic_2, &nic); /* whichever of the two it is */
    status = migcore_finish(&loader.visitor);
    while (status == MIGCORE_OK && migcore_tree_first_child(edit->tree, edit->scope, &item) == MIGCORE_OK && item != 0)
        status = migcore_tree_remove(edit->tree, item);
    if (status != MIGCORE_OK)
        return status;
    migcore_tree_save(&saver, sizeof saver, edit->tree, edit->scope);
    if (bytes_leave)
        migcore_visit_blob(&saver.visitor, MIGCORE_ALWAYS_BLOB, visit_nic_2, &nic);
    else
        visit_nic_2(&saver.visitor, &nic);
    edit->touched = 1;
    return migcore_finish(&saver.visitor);
}

static migcore_status fields_of_bytes(void *opaque, migcore_edit *edit)
{
    (void)opaque;
    return exchange(edit, false);
}

static migcore_status bytes_of_fields(void *opaque, migcore_edit *edit)
{
    (void)opaque;
    return exchange(edit, true);
}

/* What each release changed, from the older form to the newer. */
static const migcore_step to_2[] = {
    MIGCORE_STEP_CALL(0, fields_of_bytes, bytes_of_fields, NULL),
    MIGCORE_STEP_END(),
};
static const migcore_step to_3[] = {
    MIGCORE_STEP_RENAME(0, "", "ctl", "control"),
    MIGCORE_STEP_RETYPE(0, "", "rx_head", MIGCORE_KIND_U16, MIGCORE_KIND_U32),
    MIGCORE_STEP_RETYPE(0, "", "rx_tail", MIGCORE_KIND_U16, MIGCORE_KIND_U32),
    MIGCORE_STEP_END(),
};
static const migcore_step_item no_debug[] = { MIGCORE_VALUE_U32(0, "debug", 0), MIGCORE_VALUE_END() };
static const migcore_step to_4[] = {
    MIGCORE_STEP_DROP(0, "", "debug", "features", no_debug), /* it stood behind `features`, and is 0 if nobody knows */
    MIGCORE_STEP_END(),
};
/* Off, on, loopback were numbers; now they are bits, of which one alone makes no sense to the older release. */
static const migcore_step_pair modes[] = { { 0, 0 }, { 1, 1 }, { 2, 3 }, { 0, 2 } };
static const migcore_step to_5[] = {
    MIGCORE_STEP_MAP(0, "", "mode", modes),
    MIGCORE_STEP_ALLOW(0, "", "features", 0, FEATURE_OFFLOAD),
    MIGCORE_STEP_END(),
};
static const char *const of_the_link[] = { "link", "speed", NULL };
static const migcore_step to_6[] = {
    MIGCORE_STEP_SPLIT(0, NULL, MIGCORE_INSTANCE_ANY, "phy", 0, 1, "", of_the_link, NULL), /* behind the card itself */
    MIGCORE_STEP_END(),
};
static const migcore_step_item coalescing[] = {
    MIGCORE_VALUE_MARKED(0, "coalescing", MIGCORE_KIND_U32, COALESCING, MIGCORE_MARK_ANCILLARY),
    MIGCORE_VALUE_END(),
};
static const migcore_step to_7[] = {
    MIGCORE_STEP_ADD(0, "", "coalescing", "features", coalescing),
    MIGCORE_STEP_END(),
};

static const migcore_compat_change nic_changes[] = {
    MIGCORE_CHANGE(MIGCORE_NUMBERED(1), MIGCORE_NUMBERED(2), to_2),
    MIGCORE_CHANGE(MIGCORE_NUMBERED(2), MIGCORE_NUMBERED(3), to_3),
    MIGCORE_CHANGE(MIGCORE_NUMBERED(3), MIGCORE_NUMBERED(4), to_4),
    MIGCORE_CHANGE(MIGCORE_NUMBERED(4), MIGCORE_NUMBERED(5), to_5),
    MIGCORE_CHANGE(MIGCORE_NUMBERED(5), MIGCORE_NUMBERED(6), to_6),
    MIGCORE_CHANGE(MIGCORE_NUMBERED(6), MIGCORE_NUMBERED(NEWEST), to_7),
    MIGCORE_CHANGE_END(),
};
static const migcore_history histories[] = {
    MIGCORE_HISTORY("nic", MIGCORE_NUMBERED(NEWEST), nic_changes),
    MIGCORE_HISTORY_END(),
};

/* The guest does without `coalescing`. What else is lost must be what an older release takes for granted. */
static const migcore_policy_row policy[] = {
    MIGCORE_POLICY("nic/*.coalescing", MIGCORE_VERDICT_ALLOW),
    MIGCORE_POLICY_END(),
};

/* What is tuned for this host is of no use to another: it does not leave, whatever release it goes to. */
static migcore_status leave_out_tuning(void *opaque, migcore_edit *edit)
{
    migcore_node tuning;

    (void)opaque;
    if (migcore_tree_find(edit->tree, edit->scope, "nic/0.coalescing", &tuning) != MIGCORE_OK)
        return MIGCORE_OK;
    edit->touched = 1;
    return migcore_tree_remove(edit->tree, tuning);
}

static const migcore_filter filters[] = {
    MIGCORE_FILTER(leave_out_tuning, NULL, NULL),
    MIGCORE_FILTER_END(),
};

static const migcore_compat_table table =
    MIGCORE_COMPAT_TABLE(histories, policy, MIGCORE_VERDICT_IF_DEFAULT, filters, "history.c");

/* Makes of the state of a board the one that an older release loads; or changes nothing, and says why. */
static migcore_status downgrade(migcore_compat *compat, migcore_tree *tree, uint32_t release)
{
    migcore_compat_wanted wanted = { "nic", { release, NULL } };
    migcore_compat_targets targets = { .size = sizeof targets, .devices = &wanted, .count = 1 };
    migcore_compat_failure failure = { .size = sizeof failure };
    migcore_status status = migcore_compat_run(compat, tree, &targets, NULL, NULL, &failure);
    char text[512];

    if (status != MIGCORE_OK && migcore_compat_failure_text(&failure, text, sizeof text) > 0)
        printf("refused: %s\n", text);
    return status;
}

/* ---- tests: what the table says, against the programs of all releases */

/* A state of random numbers that a release can be in. */
static struct meaning random_meaning(uint64_t seed, unsigned release)
{
    struct meaning m = { .control = (uint32_t)migcore_random(&seed), .coalescing = COALESCING };

    m.ticks = (uint32_t)migcore_random(&seed);
    m.head = (uint16_t)migcore_random(&seed);
    m.tail = (uint16_t)migcore_random(&seed);
    m.speed = (uint16_t)migcore_random(&seed);
    m.link = migcore_random(&seed) % 2 != 0;
    m.enabled = migcore_random(&seed) % 2 != 0;
    m.loopback = migcore_random(&seed) % 2 != 0 && (m.enabled || release >= 5);
    m.features = (uint32_t)migcore_random(&seed) & (release < 5 ? ~FEATURE_OFFLOAD : ~0u);
    if (release < 4 && migcore_random(&seed) % 2 != 0)
        m.debug = (uint32_t)migcore_random(&seed);
    if (release >= 7 && migcore_random(&seed) % 2 != 0)
        m.coalescing = (uint32_t)migcore_random(&seed);
    return m;
}

static migcore_status save(migcore_tree *tree, unsigned release, const struct meaning *m)
{
    struct board board = {
        .nic = { m->control, m->head, m->tail, m->features, m->coalescing, (uint8_t)(m->enabled | m->loopback << 1) },
        .phy = { m->speed, m->link },
        .ticks = m->ticks,
    };
    migcore_tree_saver saver;

    if (release != NEWEST)
        return old_save(tree, release, m);
    migcore_tree_save(&saver, sizeof saver, tree, MIGCORE_ROOT);
    return visit_board(&saver.visitor, &board);
}

static migcore_status load(migcore_tree *tree, unsigned release, struct meaning *m)
{
    struct board board;
    migcore_tree_loader loader;
    migcore_status status;

    if (release != NEWEST)
        return old_load(tree, release, m);
    memset(&board, 0, sizeof board);
    memset(m, 0, sizeof *m);
    migcore_tree_load(&loader, sizeof loader, tree, MIGCORE_ROOT);
    status = visit_board(&loader.visitor, &board);
    m->control = board.nic.control;
    m->head = (uint16_t)board.nic.rx_head;
    m->tail = (uint16_t)board.nic.rx_tail;
    m->features = board.nic.features;
    m->coalescing = board.nic.coalescing;
    m->enabled = board.nic.mode & 1;
    m->loopback = (board.nic.mode & 2) != 0;
    m->speed = board.phy.speed;
    m->link = board.phy.link;
    m->ticks = board.ticks;
    return status;
}

/* What a release can say of a state. */
static struct meaning seen_by(unsigned release, struct meaning m)
{
    if (release < 7)
        m.coalescing = COALESCING;
    if (release < 5) {
        m.features &= ~FEATURE_OFFLOAD;
        m.loopback = m.loopback && m.enabled;
    }
    if (release >= 4)
        m.debug = 0;
    return m;
}

static bool same(const struct meaning *a, const struct meaning *b)
{
    return a->control == b->control && a->features == b->features && a->debug == b->debug &&
           a->coalescing == b->coalescing && a->ticks == b->ticks && a->head == b->head && a->tail == b->tail &&
           a->speed == b->speed && a->enabled == b->enabled && a->loopback == b->loopback && a->link == b->link;
}

/* The tests that the table has by itself: each release to each other and back, also over a third one. */
static migcore_status save_random(void *opaque, migcore_tree *tree, const migcore_told_version *version, uint64_t seed)
{
    struct meaning m = random_meaning(seed, version->number);

    (void)opaque;
    return save(tree, version->number, &m);
}

static migcore_status load_any(void *opaque, migcore_tree *tree, const migcore_told_version *version)
{
    struct meaning m;

    (void)opaque;
    return load(tree, version->number, &m);
}

static void show_finding(void *opaque, const migcore_compat_finding *finding)
{
    (void)opaque;
    for (size_t i = 0; i < finding->count; i++)
        printf("%u ", (unsigned)finding->stops[i].number);
    printf("#%u: %.*s\n", (unsigned)finding->number, (int)finding->text_length, finding->text);
}

static unsigned char block[1 << 16];

static bool check(migcore_compat *compat)
{
    migcore_compat_states states = { sizeof states, NULL, save_random, load_any, show_finding, 1, 20 };
    migcore_compat_checked checked = { .size = sizeof checked };
    migcore_status status = migcore_compat_check(compat, 0, &states, block, sizeof block, &checked);

    printf("%u journeys came back, %u findings\n", (unsigned)checked.equal, (unsigned)checked.findings);
    return status == MIGCORE_OK && checked.findings == 0 && checked.equal == 20 * 7 * (6 + 6 * 5);
}

/* What a release saves is loaded by another one, means the same there as far as that can say it, and comes back whole. */
static bool moves(migcore_compat *compat, unsigned from, unsigned to, uint64_t seed)
{
    struct meaning before = random_meaning(seed, from), wanted = before, there, after;
    migcore_tree tree;

    migcore_tree_init(&tree, sizeof tree, block, sizeof block);
    for (unsigned release = from; release != to; release = release < to ? release + 1 : release - 1)
        wanted = seen_by(release, wanted);
    wanted = seen_by(to, wanted);
    return save(&tree, from, &before) == MIGCORE_OK && downgrade(compat, &tree, to) == MIGCORE_OK &&
           load(&tree, to, &there) == MIGCORE_OK && same(&there, &wanted) &&
           downgrade(compat, &tree, from) == MIGCORE_OK && load(&tree, from, &after) == MIGCORE_OK &&
           same(&after, &before);
}

static bool check_programs(migcore_compat *compat)
{
    unsigned good = 0;

    for (unsigned from = 1; from <= NEWEST; from++)
        for (unsigned to = 1; to <= NEWEST; to++)
            for (uint64_t seed = 0; seed < 20; seed++)
                good += moves(compat, from, to, seed);
    printf("%u states of 7 programs loaded by 7 programs\n", good);
    return good == 7 * 7 * 20;
}

/* ---- a downgrade */

static void show_loss(void *opaque, const migcore_loss *loss)
{
    migcore_item item = { .size = sizeof item };

    if (!loss->is_value || loss->secret || migcore_tree_get(opaque, loss->node, &item) != MIGCORE_OK)
        return;
    printf("lost: %.*s/%u.%.*s = %u\n", (int)loss->device_length, loss->device, (unsigned)loss->instance,
           (int)loss->path_length, loss->path, (unsigned)item.bits);
}

/* What a receiver of a release says that it accepts, of a state that it saved; over any wire it goes to the sender. */
static bool describe(migcore_tree *receiver, unsigned release)
{
    const migcore_about about = { .size = sizeof about, .writer = "history.c", .machine = "board", .version = release };
    struct meaning any = random_meaning(1, release);
    migcore_node manifest = 0, device = 0;
    migcore_item item = { .size = sizeof item };
    bool good = save(receiver, release, &any) == MIGCORE_OK &&
                migcore_tree_first_child(receiver, MIGCORE_ROOT, &device) == MIGCORE_OK &&
                migcore_manifest_begin(receiver, &about, &manifest, NULL) == MIGCORE_OK;

    while (good && device != manifest) {
        /* It goes into the manifest. */
        migcore_node next = 0;

        good = migcore_tree_get(receiver, device, &item) == MIGCORE_OK &&
               migcore_tree_next_sibling(receiver, device, &next) == MIGCORE_OK;
        const migcore_accepts accepts = { .size = sizeof accepts, .oldest = item.version, .known = MIGCORE_KNOWN_ALL };
        good = good && migcore_manifest_add_device(receiver, manifest, device, &accepts, NULL) == MIGCORE_OK;
        device = next;
    }
    return good;
}

static migcore_status show_answer(void *opaque, const migcore_finding *finding)
{
    printf("%s%s: %s\n", (const char *)opaque, finding->path, migcore_reason_text(finding->reason));
    return MIGCORE_OK;
}

/* Whether it loads the state, which the sender asks before it sends: the routes are gone, and undone. */
static uint32_t ask(migcore_compat *compat, migcore_tree *state, unsigned release)
{
    static unsigned char memory[1 << 14], index[1 << 12];
    uint32_t answer = MIGCORE_ANSWER_REFUSED;
    migcore_tree receiver;

    migcore_tree_init(&receiver, sizeof receiver, memory, sizeof memory);
    if (!describe(&receiver, release) ||
        migcore_compat_preflight(compat, state, &receiver, NULL, MIGCORE_WIRE_CHUNK, index, sizeof index, show_answer,
                                 (void *)"preflight: ", &answer) != MIGCORE_OK)
        return MIGCORE_ANSWER_REFUSED;
    return answer;
}

int main(void)
{
    static unsigned char rows[8192];
    struct meaning m = { .control = 0x41, .features = 7, .coalescing = 50, .head = 3, .enabled = true, .speed = 100 };
    migcore_compat_targets leaving = { .size = sizeof leaving, .border = MIGCORE_BORDER_LEAVING };
    migcore_compat_table lenient = table;
    migcore_compat compat, all;
    migcore_tree tree;

    lenient.policy = NULL;
    lenient.otherwise = MIGCORE_VERDICT_ALLOW;
    migcore_tree_init(&tree, sizeof tree, block, sizeof block);
    if (migcore_compat_init(&compat, sizeof compat, &table, rows, sizeof rows / 2) != MIGCORE_OK ||
        migcore_compat_init(&all, sizeof all, &lenient, rows + sizeof rows / 2, sizeof rows / 2) != MIGCORE_OK ||
        save(&tree, NEWEST, &m) != MIGCORE_OK || downgrade(&compat, &tree, 2) != MIGCORE_OK ||
        migcore_tree_each_loss(&tree, show_loss, &tree) != MIGCORE_OK || load(&tree, 2, &m) != MIGCORE_OK)
        return 1;
    printf("release 2 has it: control 0x%x, head %u, speed %u\n", (unsigned)m.control, m.head, m.speed);
    if (downgrade(&compat, &tree, NEWEST) != MIGCORE_OK || load(&tree, NEWEST, &m) != MIGCORE_OK)
        return 1;
    printf("release 7 has it back: coalescing %u\n", (unsigned)m.coalescing);
    printf("release 2 would take it: %s\n", migcore_answer_text(ask(&compat, &tree, 2)));
    if (migcore_compat_run(&compat, &tree, &leaving, NULL, NULL, NULL) != MIGCORE_OK || load(&tree, NEWEST, &m) != MIGCORE_OK)
        return 1;
    printf("and sends it to another host: coalescing %u\n", (unsigned)m.coalescing);

    m.features |= FEATURE_OFFLOAD;
    migcore_tree_init(&tree, sizeof tree, block, sizeof block);
    if (save(&tree, NEWEST, &m) != MIGCORE_OK || downgrade(&compat, &tree, 2) != MIGCORE_LOSSY)
        return 1;
    return check(&all) && check_programs(&all) ? 0 : 1;
}
