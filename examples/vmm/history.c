/*
 * What release 2 has changed in the states of its devices. The devices themselves speak the newest form and know nothing of
 * this. Each change is written from the older to the newer, and gone back by its inverse. Release 1 is built without this
 * file.
 */
#include "history.h"
#include <migcore_compat.h>

/* What can be enabled and claimed is one thing, and others may follow. */
static const migcore_step_item lines[] = {MIGCORE_VALUE_STRUCT(0, "lines"), MIGCORE_VALUE_END()};
static const char *const in_lines[] = {"enabled", "claimed", NULL};
static const migcore_step intc_2[] = {
    MIGCORE_STEP_WRAP(MIGCORE_STEP_TO_FIRST, "", "lines", NULL, lines, in_lines, NULL),
    MIGCORE_STEP_END(),
};

/* Only a periodic timer has any. */
static const migcore_step timer_2[] = {
    MIGCORE_STEP_RENAME(MIGCORE_STEP_OPTIONAL, "", "overruns", "missed"),
    MIGCORE_STEP_RETYPE(MIGCORE_STEP_OPTIONAL, "", "missed", MIGCORE_KIND_U32, MIGCORE_KIND_U64),
    MIGCORE_STEP_END(),
};

/* Marked as the device marks it. */
static const migcore_step_item none_sent[] = {
    MIGCORE_VALUE_MARKED(0, "sent", MIGCORE_KIND_U64, 0, MIGCORE_MARK_ANCILLARY),
    MIGCORE_VALUE_END(),
};
static const migcore_step uart_2[] = {
    MIGCORE_STEP_ADD(0, "", "sent", NULL, none_sent),
    MIGCORE_STEP_END(),
};

#define FROM_1_TO_2(steps) {MIGCORE_CHANGE(MIGCORE_NUMBERED(1), MIGCORE_NUMBERED(2), steps), MIGCORE_CHANGE_END()}
static const migcore_compat_change intc_changes[] = FROM_1_TO_2(intc_2);
static const migcore_compat_change timer_changes[] = FROM_1_TO_2(timer_2);
static const migcore_compat_change uart_changes[] = FROM_1_TO_2(uart_2);

static const migcore_history histories[] = {
    MIGCORE_HISTORY("intc", MIGCORE_NUMBERED(2), intc_changes),
    MIGCORE_HISTORY("timer", MIGCORE_NUMBERED(2), timer_changes),
    MIGCORE_HISTORY("uart", MIGCORE_NUMBERED(2), uart_changes),
    MIGCORE_HISTORY_END(),
};

/* The versions of what release 1 has other than this one, in the order of the machine. */
#define CHANGED 3
static const migcore_compat_wanted release_1[CHANGED] = {
    {"intc", MIGCORE_NUMBERED(1)}, {"uart", MIGCORE_NUMBERED(1)}, {"timer", MIGCORE_NUMBERED(1)},
};

/* The count is for the host, and the guest does not see it. All else may be lost only where it says nothing. */
static const migcore_policy_row policy[] = {
    MIGCORE_POLICY("uart/0.sent", MIGCORE_VERDICT_ALLOW),
    MIGCORE_POLICY_END(),
};
static const migcore_compat_table usual =
    MIGCORE_COMPAT_TABLE(histories, policy, MIGCORE_VERDICT_IF_DEFAULT, NULL, "vmm 2");
static const migcore_compat_table strict =
    MIGCORE_COMPAT_TABLE(histories, NULL, MIGCORE_VERDICT_IF_DEFAULT, NULL, "vmm 2");

/* The library's form of a table; it is used at once, by one thread. */
static migcore_status read_table(migcore_compat *compat, const migcore_compat_table *table)
{
    static uint64_t memory[512];

    return migcore_compat_init(compat, sizeof *compat, table, memory, sizeof memory);
}

static void tell_loss(void *findings, const migcore_loss *loss)
{
    if (!loss->is_value)
        return; /* where something stood, and the like */
    fprintf(findings, " %.*s/%u.%.*s%s;", (int)loss->device_length, loss->device, (unsigned)loss->instance,
            (int)loss->path_length, loss->path, loss->allowed ? " is lost" : " would be lost");
}

/* To the versions of release 1; nothing is changed for others. */
static bool go_down(struct tree *t, uint32_t release, const migcore_compat_table *table,
                    const migcore_compat_observer *observer, migcore_compat_outcome *outcome,
                    migcore_compat_failure *failure)
{
    const migcore_compat_targets targets = {.size = sizeof targets, .devices = release_1,
                                            .count = release == 1 ? CHANGED : 0, .others = MIGCORE_OTHERS_KEEP};
    migcore_compat compat;

    failure->error.status = read_table(&compat, table);
    return failure->error.status == MIGCORE_OK
           && migcore_compat_run(&compat, &t->tree, &targets, observer, outcome, failure) == MIGCORE_OK;
}

uint32_t history_down(struct tree *t, uint32_t release, bool lossless, FILE *findings)
{
    const migcore_compat_observer observer = {.size = sizeof observer, .opaque = findings, .lost = tell_loss};
    migcore_compat_outcome outcome = {.size = sizeof outcome};
    migcore_compat_failure failure = {.size = sizeof failure};
    char text[512];

    if (go_down(t, release, lossless ? &strict : &usual, &observer, &outcome, &failure))
        return outcome.losses > 0 ? MIGCORE_ANSWER_LOSSES : MIGCORE_ANSWER_LOADS;
    if (failure.error.status != MIGCORE_LOSSY) { /* the losses have been told */
        migcore_compat_failure_text(&failure, text, sizeof text);
        fprintf(findings, " %s;", text);
    }
    return MIGCORE_ANSWER_REFUSED;
}

bool history_up(struct tree *t, migcore_error *error)
{
    migcore_compat_outcome outcome = {.size = sizeof outcome};
    migcore_compat_failure failure = {.size = sizeof failure};
    migcore_compat compat;

    error->status = read_table(&compat, &usual);
    if (error->status != MIGCORE_OK)
        return false;
    if (migcore_compat_run(&compat, &t->tree, NULL, NULL, &outcome, &failure) != MIGCORE_OK) {
        *error = failure.error;
        return false;
    }
    if (outcome.legs > 0)
        fprintf(stderr, "vmm: the state is of an older release; values that were lost on the way there and are back: %llu\n",
                (unsigned long long)outcome.restored);
    return true;
}

bool history_add_older(struct tree *t, migcore_error *error)
{
    static uint64_t memory[8192];
    migcore_compat compat;

    error->status = read_table(&compat, &usual);
    if (error->status == MIGCORE_OK)
        error->status = migcore_compat_record_older(&compat, &t->tree, memory, sizeof memory);
    return error->status == MIGCORE_OK;
}

migcore_status history_accept(void *opaque, const char *name, uint32_t instance, migcore_accepts *accepts)
{
    migcore_compat compat;
    migcore_status status = read_table(&compat, &usual);

    (void)opaque;
    return status == MIGCORE_OK ? migcore_compat_accept(&compat, name, instance, accepts) : status;
}

bool history_add_routes(struct tree *t, migcore_node manifest, migcore_error *error)
{
    migcore_compat compat;

    error->status = read_table(&compat, &usual);
    return error->status == MIGCORE_OK && migcore_manifest_add_compat(&t->tree, manifest, &compat, error) == MIGCORE_OK;
}
