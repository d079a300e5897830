/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Each kind of step, as its macro makes it: to the newer form and back.
 */
#include "compat.h"
#include "sections.h"

static const migcore_compat_version older = MIGCORE_NAMED("board-1"), newer = MIGCORE_NAMED("board-2");

static migcore_tree *example(struct plot *plot)
{
    static const uint8_t mac[] = { 1, 2, 3, 4 };
    migcore_tree *tree = plot_init(plot, 1 << 14);
    migcore_node nic = plant(tree, MIGCORE_ROOT, item_device("nic", 0, 2));
    migcore_node ring;

    plant(tree, nic, item_scalar("mode", MIGCORE_KIND_U8, 3));
    plant(tree, nic, item_scalar("speed", MIGCORE_KIND_U16, 300));
    plant(tree, nic, item_data(MIGCORE_ITEM_BYTES, "mac", mac, sizeof mac));
    ring = plant(tree, nic, item_of(MIGCORE_ITEM_BEGIN_STRUCT, "ring"));
    plant(tree, ring, item_scalar("head", MIGCORE_KIND_U32, 3));
    plant(tree, ring, item_scalar("tail", MIGCORE_KIND_U32, 4));
    plant(tree, plant(tree, MIGCORE_ROOT, item_device("uart", 0, 1)), item_scalar("lvl", MIGCORE_KIND_U8, 5));
    return tree;
}

static const migcore_step_item mode_3[] = { MIGCORE_VALUE_U8(0, "mode", 3), MIGCORE_VALUE_END() };
static const migcore_step_item mode_7[] = { MIGCORE_VALUE_U8(0, "mode", 7), MIGCORE_VALUE_END() };
static const uint16_t pair[] = { 1, 2 };
static const migcore_step_item table[] = {
    MIGCORE_VALUE_STRUCT(0, "new"),
    MIGCORE_VALUE_BOOL(1, "on", true),
    MIGCORE_VALUE_I16(1, "low", -2),
    MIGCORE_VALUE_ARRAY(1, "pair", MIGCORE_KIND_U16, pair),
    MIGCORE_VALUE_BYTES(1, "raw", "ab", 2),
    MIGCORE_VALUE_TEXT(1, "text", "hi"),
    MIGCORE_VALUE_ABSENT(1, "none"),
    MIGCORE_VALUE_LIST(1, "rows", false),
    MIGCORE_VALUE_ELEMENT(2),
    MIGCORE_VALUE_U64(3, "row", 9),
    MIGCORE_VALUE_OPTIONAL(1, "maybe", true),
    MIGCORE_VALUE_I8(2, "x", -1),
    MIGCORE_VALUE_DESCRIBED(1, "timer", "ptimer", 3),
    MIGCORE_VALUE_I64(2, "at", -5),
    MIGCORE_VALUE_SUBSECTION(1, "nic/extra", 2),
    MIGCORE_VALUE_I32(2, "e", 1),
    MIGCORE_VALUE_END(),
};
static const migcore_step_item subsection[] = { MIGCORE_VALUE_SUBSECTION(0, "nic/speed", 1), MIGCORE_VALUE_END() };
static const migcore_step_item levels[] = { MIGCORE_VALUE_U8(0, "lvl", 5), MIGCORE_VALUE_END() };
static const char *const speeds[] = { "mode", "speed", NULL };
static const char *const macs[] = { "mac", NULL };
static const migcore_step_pair pairs[] = { { 3, 30 }, { 4, 40 } };

#define ONE(step) { step, MIGCORE_STEP_END() }

static const migcore_step rename_[] = ONE(MIGCORE_STEP_RENAME(0, "nic/0.ring", "head", "first"));
static const migcore_step add[] = ONE(MIGCORE_STEP_ADD(0, "nic/*", "new", "mode", table));
static const migcore_step add_first[] = ONE(MIGCORE_STEP_ADD(MIGCORE_STEP_FIRST, "nic/0", "new", NULL, table));
static const migcore_step drop[] = ONE(MIGCORE_STEP_DROP(0, "nic/0", "mode", NULL, mode_3));
static const migcore_step retype[] = ONE(MIGCORE_STEP_RETYPE(0, "nic/0", "speed", MIGCORE_KIND_U16, MIGCORE_KIND_U64));
static const migcore_step set[] = ONE(MIGCORE_STEP_SET(0, "nic/0", "mode", mode_3, mode_7));
static const migcore_step map[] = ONE(MIGCORE_STEP_MAP(0, "nic/0", "mode", pairs));
static const migcore_step keep[] = ONE(MIGCORE_STEP_MAP(MIGCORE_STEP_KEEP, "uart/0", "lvl", pairs));
static const migcore_step bits[] = ONE(MIGCORE_STEP_BITS(0, "nic/0", "mac", 1, 0xff, 2, 0x42));
static const migcore_step clear[] = ONE(MIGCORE_STEP_CLEAR(0, "nic/0", "speed", 0, 0x100));
static const migcore_step allow[] = ONE(MIGCORE_STEP_ALLOW(0, "nic/0", "mode", 0, 1));
static const migcore_step move[] = ONE(MIGCORE_STEP_MOVE(MIGCORE_STEP_FIRST, "nic/0", "mode", NULL, "uart/0", "nic_mode", "lvl"));
static const migcore_step wrap[] = ONE(MIGCORE_STEP_WRAP(MIGCORE_STEP_TO_FIRST, "nic/0", "nic/speed", NULL, subsection, speeds, NULL));
static const migcore_step split[] = ONE(MIGCORE_STEP_SPLIT(0, "nic", 0, "phy", 0, 1, "nic/0", macs, "speed"));
static const migcore_step rename_device[] = ONE(MIGCORE_STEP_RENAME_DEVICE(0, "nic", 0, "net", 7));
static const migcore_step add_device[] = ONE(MIGCORE_STEP_ADD_DEVICE(0, "rtc", 1, 4, "nic/0", levels));
static const migcore_step drop_device[] = ONE(MIGCORE_STEP_DROP_DEVICE(0, "uart", 0, 1, NULL, levels));
static const migcore_step set_version[] = ONE(MIGCORE_STEP_SET_VERSION(0, "uart", 0, 1, 2));
/* A native tree has neither: nothing is done, and nothing is missing. */
static const migcore_step stream[] = {
    MIGCORE_STEP_DROP_COMMAND(0, 11, NULL, 0, NULL),
    MIGCORE_STEP_ADD_FOOTERS(0),
    MIGCORE_STEP_END(),
};
static const migcore_step optional[] = ONE(MIGCORE_STEP_RENAME(MIGCORE_STEP_OPTIONAL, "pump/*", "head", "first"));

static const struct {
    const char *name;
    const migcore_step *steps;
    /* What the newer form has, and what it has not. */
    const char *has, *misses;
} cases[] = {
    { "rename", rename_, "first: u32 = 3\n", "head" },
    { "add", add, "    low: i16 = -2\n", NULL },
    { "add first", add_first, "nic/0: device, version 2\n  new: struct\n", NULL },
    { "drop", drop, NULL, "mode" },
    { "retype", retype, "speed: u64 = 300 ", "u16" },
    { "set", set, "mode: u8 = 7\n", NULL },
    { "map", map, "mode: u8 = 30 ", NULL },
    { "map, keeping", keep, "lvl: u8 = 5\n", NULL },
    { "bits", bits, "01 42 03 04", NULL },
    { "clear", clear, "speed: u16 = 44 ", NULL },
    { "allow", allow, "mode: u8 = 3\n", NULL },
    { "move", move, "  lvl: u8 = 5\n  nic_mode: u8 = 3\n", "  mode" },
    { "wrap", wrap, "    mode: u8 = 3\n    speed: u16 = 300 ", "\n  mode" },
    { "split", split, "phy/0", NULL },
    { "rename device", rename_device, "net/7", "nic" },
    { "add device", add_device, "rtc/1", NULL },
    { "drop device", drop_device, "nic/0", "uart" },
    { "set version", set_version, "uart/0: device, version 2", NULL },
    { "stream", stream, "nic/0", NULL },
    { "optional", optional, "nic/0", NULL },
};

/* All devices as text, without what the library keeps. */
static const char *state_of(migcore_tree *tree)
{
    static char text[4096];
    migcore_node node = 0;

    text[0] = '\0';
    for (CHECK_OK(migcore_tree_first_child(tree, MIGCORE_ROOT, &node)); node != 0;
         CHECK_OK(migcore_tree_next_sibling(tree, node, &node))) {
        const char *one = printed(tree, node);

        if (strncmp(one, "migcore.", 8) != 0 && strlen(text) + strlen(one) < sizeof text) {
            strcat(text, one);
        }
    }
    return text;
}

static void each_step_goes_up_and_back(void)
{
    size_t i;

    for (i = 0; i < COUNT_OF(cases); i++) {
        migcore_compat_change changes[2] = { MIGCORE_CHANGE_END(), MIGCORE_CHANGE_END() };
        migcore_history histories[2] = { MIGCORE_HISTORY_END(), MIGCORE_HISTORY_END() };
        migcore_compat_table all = MIGCORE_COMPAT_TABLE(NULL, NULL, MIGCORE_VERDICT_ALLOW, NULL, NULL);
        migcore_compat_targets up = machine_targets(&older, &newer), down = machine_targets(&newer, &older);
        migcore_compat_failure failure;
        struct plot plot;
        struct lore lore;
        migcore_tree *tree = example(&plot);
        migcore_compat *compat;
        char before[4096];

        check_case("%s", cases[i].name);
        changes[0].from = older;
        changes[0].to = newer;
        changes[0].steps = cases[i].steps;
        histories[0].changes = changes;
        histories[0].newest = newer;
        all.histories = histories;
        strcpy(before, state_of(tree));
        compat = lore_init(&lore, &all);
        failure.size = sizeof failure;
        CHECK_OK(migcore_compat_run(compat, tree, &up, NULL, NULL, &failure));
        CHECK(cases[i].has == NULL || strstr(state_of(tree), cases[i].has) != NULL);
        CHECK(cases[i].misses == NULL || strstr(state_of(tree), cases[i].misses) == NULL);
        CHECK_OK(migcore_compat_run(compat, tree, &down, NULL, NULL, &failure));
        CHECK_TEXT(state_of(tree), before);
        lore_free(&lore);
        plot_free(&plot);
    }
    check_case("%s", "");
}

static migcore_status made(migcore_step step)
{
    static char memory[4096];
    migcore_compat_change changes[2] = { MIGCORE_CHANGE_END(), MIGCORE_CHANGE_END() };
    migcore_history histories[2] = { MIGCORE_HISTORY_END(), MIGCORE_HISTORY_END() };
    migcore_compat_table all = MIGCORE_COMPAT_TABLE(NULL, NULL, MIGCORE_VERDICT_ALLOW, NULL, NULL);
    migcore_step steps[2] = { MIGCORE_STEP_END(), MIGCORE_STEP_END() };
    migcore_compat compat;

    steps[0] = step;
    changes[0].steps = steps;
    histories[0].changes = changes;
    all.histories = histories;
    return migcore_compat_init(&compat, sizeof compat, &all, memory, sizeof memory);
}

static void a_member_that_a_step_does_not_use_is_refused(void)
{
    static const migcore_step plain = MIGCORE_STEP_RENAME(0, "nic/0", "a", "b");
    static const migcore_step_item item = MIGCORE_VALUE_END();
    static const char *const none[] = { NULL };
    migcore_step step;

    CHECK_OK(made(plain));
#define REFUSED(member, value) \
    step = plain; \
    step.member = value; \
    check_case("%s", #member); \
    CHECK_EQUAL(made(step), MIGCORE_BAD_TABLE)
    REFUSED(kind, 24);
    REFUSED(flags, MIGCORE_STEP_KEEP);
    REFUSED(flags, 64);
    REFUSED(place.after, "x");
    REFUSED(to.scope, "x");
    REFUSED(to.after, "x");
    REFUSED(items, &item);
    REFUSED(to_items, &item);
    REFUSED(names, none);
    REFUSED(pairs, pairs);
    REFUSED(data, "x");
    REFUSED(count, 1);
    REFUSED(mask, 1);
    REFUSED(bits, 1);
    REFUSED(to_bits, 1);
    REFUSED(form.item_type, MIGCORE_ITEM_BYTES);
    REFUSED(form.kind, 1);
    REFUSED(to_form.variable, 1);
    REFUSED(at, 1);
    REFUSED(instance, 1);
    REFUSED(to_instance, 1);
    REFUSED(version, 1);
    REFUSED(to_version, 1);
    REFUSED(minimum, 1);
    REFUSED(oldest_reader, 1);
    REFUSED(schema, "virtio-net");
    REFUSED(opaque, &step);
    REFUSED(reserved[3], 1);
    REFUSED(to.name, "\xff");
#undef REFUSED
    check_case("%s", "");
}

static void rows_that_make_no_sense_are_refused(void)
{
    static const migcore_step call = MIGCORE_STEP_CALL(0, NULL, NULL, NULL);
    static const migcore_step open = MIGCORE_STEP_OPEN(0, "*/virtio-net/0", "virtio", "virtio-pump");
    static const migcore_step known = MIGCORE_STEP_CLOSE(0, "*/virtio-net/0", "virtio", "virtio-net");
    static const migcore_step first = MIGCORE_STEP_ADD(MIGCORE_STEP_FIRST, "", "a", "b", NULL);
    static const migcore_step command = MIGCORE_STEP_ADD_COMMAND(0, 0x10000, NULL, 0, NULL);
    static const migcore_step_item bad[] = {
        MIGCORE_VALUE_SCALAR(0, "a", 12, 0), MIGCORE_VALUE_SCALAR(40, "a", 1, 0),
        MIGCORE_VALUE_ROW(MIGCORE_ITEM_RAW, 0, 0, 0, 0, 0, NULL, 0, NULL, 0),
        MIGCORE_VALUE_ROW(MIGCORE_ITEM_BYTES, 0, 0, 0, 0, 2, NULL, 0, NULL, 0),
        MIGCORE_VALUE_ROW(MIGCORE_ITEM_BYTES, 0, 0, 64, 0, 0, NULL, 0, NULL, 0),
        MIGCORE_VALUE_ROW(MIGCORE_ITEM_STRING, 0, 0, 0, 0, 0, NULL, 0, "\xff", 1),
    };
    size_t i;

    CHECK_EQUAL(made(call), MIGCORE_BAD_TABLE);
    CHECK_EQUAL(made(open), MIGCORE_BAD_TABLE);
    CHECK_OK(made(known));
    CHECK_EQUAL(made(first), MIGCORE_BAD_TABLE);
    CHECK_EQUAL(made(command), MIGCORE_BAD_TABLE);
    for (i = 0; i < COUNT_OF(bad); i++) {
        migcore_step_item items[2] = { MIGCORE_VALUE_END(), MIGCORE_VALUE_END() };
        migcore_step step = MIGCORE_STEP_ADD(0, "", "a", NULL, NULL);

        items[0] = bad[i];
        step.items = items;
        check_case("item %lu", (unsigned long)i);
        CHECK_EQUAL(made(step), MIGCORE_BAD_TABLE);
    }
    check_case("%s", "");
}

static void other_rows_are_looked_at_as_well(void)
{
    migcore_compat_change changes[2] = { MIGCORE_CHANGE(MIGCORE_NUMBERED(1), MIGCORE_NUMBERED(2), stream),
                                         MIGCORE_CHANGE_END() };
    migcore_history histories[2] = { MIGCORE_HISTORY("nic", MIGCORE_NUMBERED(2), changes), MIGCORE_HISTORY_END() };
    migcore_policy_row policy[2] = { MIGCORE_POLICY("nic/*", MIGCORE_VERDICT_ALLOW), MIGCORE_POLICY_END() };
    migcore_compat_table all = MIGCORE_COMPAT_TABLE(histories, policy, MIGCORE_VERDICT_REFUSE, NULL, "me");
    size_t size;

    CHECK_OK(migcore_compat_size(&all, &size));
#define REFUSED(member, value, right) \
    member = value; \
    check_case("%s", #member); \
    CHECK_EQUAL(migcore_compat_size(&all, &size), MIGCORE_BAD_TABLE); \
    member = right
    REFUSED(changes[0].back, 3, MIGCORE_BACK_DERIVED);
    REFUSED(changes[0].back, MIGCORE_BACK_STEPS, MIGCORE_BACK_DERIVED);
    REFUSED(changes[0].back_steps, stream, NULL);
    REFUSED(changes[0].reserved[1], 1, 0);
    REFUSED(changes[0].to.tag, "\xff", NULL);
    REFUSED(histories[0].reserved[0], 1, 0);
    REFUSED(policy[0].reserved, 1, 0);
    REFUSED(policy[0].verdict, 3, 1);
    REFUSED(all.otherwise, 3, 1);
    REFUSED(all.writer, "\xff", NULL);
#undef REFUSED
    all.size = 1;
    CHECK_EQUAL(migcore_compat_size(&all, &size), MIGCORE_BAD_SIZE);
    check_case("%s", "");
}

void test_compat_steps(void)
{
    each_step_goes_up_and_back();
    a_member_that_a_step_does_not_use_is_refused();
    rows_that_make_no_sense_are_refused();
    other_rows_are_looked_at_as_well();
}
