/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The lists of QEMU's names, against an array that says what must be in them; the tree; the names of GLib.
 */
#include "qemu/osdep.h"
#include "qemu/queue.h"
#include "check.h"

#define RELEASE MIGCORE_QEMU_API

typedef struct Item Item;
struct Item {
    int number;
    QLIST_ENTRY(Item) list;
    QSLIST_ENTRY(Item) slist;
    QSIMPLEQ_ENTRY(Item) queue;
    QTAILQ_ENTRY(Item) tail;
};

static Item items[6] = { { .number = 1 }, { .number = 2 }, { .number = 3 }, { .number = 4 }, { .number = 5 },
                         { .number = 6 } };
static Item *const one = &items[0], *const two = &items[1], *const three = &items[2], *const four = &items[3],
            *const five = &items[4], *const six = &items[5];

/* The numbers in a list, as the digits of one: 0 is an empty list. */
#define DIGITS(foreach, ...) \
    __extension__({ \
        Item *digits_item; \
        int digits = 0; \
        foreach(digits_item, __VA_ARGS__) { digits = digits * 10 + digits_item->number; } \
        digits; \
    })

static void qlist(void)
{
    QLIST_HEAD(, Item) head = QLIST_HEAD_INITIALIZER(head), other;
    Item *item, *next;

    QLIST_INIT(&other);
    CHECK(QLIST_EMPTY(&head) && QLIST_FIRST(&head) == NULL);
    QLIST_INSERT_HEAD(&head, three, list);
    QLIST_INSERT_HEAD(&head, one, list);
    QLIST_INSERT_AFTER(one, two, list);
    QLIST_INSERT_AFTER(three, five, list);
    QLIST_INSERT_BEFORE(five, four, list);
    QLIST_INSERT_BEFORE(one, six, list);
    CHECK_EQUAL(DIGITS(QLIST_FOREACH, &head, list), 612345);
    CHECK(QLIST_NEXT(six, list) == one && QLIST_IS_INSERTED(five, list));
    QLIST_REMOVE(six, list);
    QLIST_REMOVE(three, list);
    QLIST_REMOVE(five, list);
    CHECK(!QLIST_IS_INSERTED(five, list));
    QLIST_SAFE_REMOVE(five, list);
    CHECK_EQUAL(DIGITS(QLIST_FOREACH, &head, list), 124);
    QLIST_SWAP(&other, &head, list);
    CHECK(QLIST_EMPTY(&head));
    QLIST_REMOVE(one, list);
    QLIST_FOREACH_SAFE(item, &other, list, next) {
        QLIST_REMOVE(item, list);
    }
    CHECK(QLIST_EMPTY(&other));
}

static void qslist(void)
{
    QSLIST_HEAD(, Item) head = QSLIST_HEAD_INITIALIZER(head), other;
    Item *item, *next;

    QSLIST_INIT(&other);
    QSLIST_INSERT_HEAD(&head, two, slist);
    QSLIST_INSERT_HEAD_ATOMIC(&head, one, slist);
    QSLIST_INSERT_AFTER(two, three, slist);
    QSLIST_INSERT_AFTER(three, four, slist);
    CHECK_EQUAL(DIGITS(QSLIST_FOREACH, &head, slist), 1234);
    QSLIST_REMOVE(&head, three, Item, slist);
    QSLIST_REMOVE_AFTER(two, slist);
    CHECK(QSLIST_FIRST(&head) == one && QSLIST_NEXT(one, slist) == two && QSLIST_NEXT(two, slist) == NULL);
    QSLIST_MOVE_ATOMIC(&other, &head);
    CHECK(QSLIST_EMPTY(&head));
    QSLIST_FOREACH_SAFE(item, &other, slist, next) {
        QSLIST_REMOVE_HEAD(&other, slist);
    }
    CHECK(QSLIST_EMPTY(&other));
}

static void qsimpleq(void)
{
    QSIMPLEQ_HEAD(, Item) head = QSIMPLEQ_HEAD_INITIALIZER(head), other;
    Item *item, *next;
    int count = 0;

    QSIMPLEQ_INIT(&other);
    CHECK(QSIMPLEQ_LAST(&head, Item, queue) == NULL && QSIMPLEQ_EMPTY_ATOMIC(&head));
    QSIMPLEQ_INSERT_HEAD(&head, two, queue);
    QSIMPLEQ_INSERT_TAIL(&head, four, queue);
    QSIMPLEQ_INSERT_HEAD(&head, one, queue);
    QSIMPLEQ_INSERT_AFTER(&head, two, three, queue);
    QSIMPLEQ_INSERT_AFTER(&head, four, five, queue);
    CHECK_EQUAL(DIGITS(QSIMPLEQ_FOREACH, &head, queue), 12345);
    CHECK(QSIMPLEQ_LAST(&head, Item, queue) == five && QSIMPLEQ_NEXT(one, queue) == two);
    QSIMPLEQ_SPLIT_AFTER(&head, three, queue, &other);
    CHECK_EQUAL(DIGITS(QSIMPLEQ_FOREACH, &head, queue), 123);
    CHECK_EQUAL(DIGITS(QSIMPLEQ_FOREACH, &other, queue), 45);
    QSIMPLEQ_INSERT_TAIL(&head, six, queue);
    QSIMPLEQ_PREPEND(&head, &other);
    CHECK_EQUAL(DIGITS(QSIMPLEQ_FOREACH, &head, queue), 451236);
    QSIMPLEQ_REMOVE(&head, six, Item, queue);
    QSIMPLEQ_REMOVE(&head, one, Item, queue);
    QSIMPLEQ_REMOVE_HEAD(&head, queue);
    QSIMPLEQ_INSERT_TAIL(&other, one, queue);
    QSIMPLEQ_CONCAT(&head, &other);
    CHECK_EQUAL(DIGITS(QSIMPLEQ_FOREACH, &head, queue), 5231);
    CHECK(QSIMPLEQ_FIRST(&head) == five && QSIMPLEQ_EMPTY(&other));
    QSIMPLEQ_FOREACH_SAFE(item, &head, queue, next) {
        QSIMPLEQ_REMOVE_HEAD(&head, queue);
        count++;
    }
    CHECK_EQUAL(count, 4);
    QSIMPLEQ_INSERT_TAIL(&head, six, queue);
    CHECK_EQUAL(DIGITS(QSIMPLEQ_FOREACH, &head, queue), 6);
}

typedef QTAILQ_HEAD(ItemTail, Item) Tail;

static int backwards(Tail *head)
{
    int digits = 0;
    Item *item;

#if RELEASE >= 400
    QTAILQ_FOREACH_REVERSE(item, head, tail) {
        digits = digits * 10 + item->number;
    }
    CHECK(QTAILQ_EMPTY(head) ? QTAILQ_LAST(head) == NULL : QTAILQ_NEXT(QTAILQ_LAST(head), tail) == NULL);
#else
    QTAILQ_FOREACH_REVERSE(item, head, ItemTail, tail) {
        digits = digits * 10 + item->number;
    }
    CHECK(QTAILQ_EMPTY(head) ? QTAILQ_LAST(head, ItemTail) == NULL : *head->tqh_last == NULL);
#endif
    return digits;
}

static void qtailq(void)
{
    Tail head = QTAILQ_HEAD_INITIALIZER(head);
    Item *item, *next;

    CHECK_EQUAL(backwards(&head), 0);
    QTAILQ_INSERT_TAIL(&head, four, tail);
    QTAILQ_INSERT_HEAD(&head, two, tail);
    QTAILQ_INSERT_BEFORE(two, one, tail);
    QTAILQ_INSERT_AFTER(&head, two, three, tail);
    QTAILQ_INSERT_AFTER(&head, four, six, tail);
    QTAILQ_INSERT_BEFORE(six, five, tail);
    CHECK_EQUAL(DIGITS(QTAILQ_FOREACH, &head, tail), 123456);
    CHECK_EQUAL(backwards(&head), 654321);
#if RELEASE >= 400
    CHECK(QTAILQ_PREV(three, tail) == two && QTAILQ_PREV(one, tail) == NULL);
#else
    CHECK(QTAILQ_PREV(three, ItemTail, tail) == two && QTAILQ_PREV(one, ItemTail, tail) == NULL);
    CHECK(three->tail.tqe_prev == &two->tail.tqe_next && one->tail.tqe_prev == &head.tqh_first);
#endif
    QTAILQ_REMOVE(&head, three, tail);
    CHECK(!QTAILQ_IN_USE(three, tail) && QTAILQ_IN_USE(six, tail));
    QTAILQ_REMOVE(&head, six, tail);
    CHECK_EQUAL(backwards(&head), 5421);
    QTAILQ_REMOVE_SEVERAL(&head, two, four, tail);
    CHECK_EQUAL(DIGITS(QTAILQ_FOREACH, &head, tail), 15);
    CHECK_EQUAL(backwards(&head), 51);
    QTAILQ_FOREACH_SAFE(item, &head, tail, next) {
        QTAILQ_REMOVE(&head, item, tail);
    }
    CHECK(QTAILQ_EMPTY(&head));
    QTAILQ_INIT(&head);
    QTAILQ_INSERT_TAIL(&head, one, tail);
    CHECK_EQUAL(backwards(&head), 1);
}

#if RELEASE >= 500
static void lists_by_offsets(void)
{
    const size_t link = offsetof(Item, tail), list = offsetof(Item, list);
    Tail head = QTAILQ_HEAD_INITIALIZER(head);
    QLIST_HEAD(, Item) first = QLIST_HEAD_INITIALIZER(first);
    void *item;
    int digits = 0;

    QTAILQ_RAW_INSERT_TAIL(&head, one, link);
    QTAILQ_RAW_INSERT_TAIL(&head, two, link);
    QTAILQ_RAW_FOREACH(item, &head, link) {
        digits = digits * 10 + ((Item *)item)->number;
    }
    CHECK_EQUAL(digits, 12);
    CHECK_EQUAL(backwards(&head), 21);
    CHECK(QTAILQ_RAW_FIRST(&head) == one && QTAILQ_RAW_NEXT(one, link) == two);
    QLIST_RAW_INSERT_HEAD(&first, one, list);
    QLIST_RAW_INSERT_AFTER(&first, one, three, list);
    QLIST_RAW_INSERT_AFTER(&first, one, two, list);
    CHECK_EQUAL(DIGITS(QLIST_FOREACH, &first, list), 123);
    digits = 0;
    QLIST_RAW_FOREACH(item, &first, list) {
        digits = digits * 10 + ((Item *)item)->number;
    }
    CHECK_EQUAL(digits, 123);
    QLIST_REMOVE(two, list);
    QLIST_REMOVE(one, list);
    CHECK(QLIST_RAW_FIRST(&first) == three && QLIST_RAW_PREVIOUS(three, list) == &first);
}
#endif

/* -- The tree ------------------------------------------------------------------------------------------------------ */

static gint compare(gconstpointer a, gconstpointer b, gpointer data)
{
    guint x = GPOINTER_TO_UINT(a), y = GPOINTER_TO_UINT(b);

    (*(int *)data)++;
    return (x > y) - (x < y);
}

static int freed;

static void value_free(gpointer value)
{
    freed++;
    g_free(value);
}

/* Keys in order, each one's value ten times it. */
static gboolean in_order(gpointer key, gpointer value, gpointer data)
{
    guint *before = data;

    CHECK(GPOINTER_TO_UINT(key) > *before && *(guint *)value == GPOINTER_TO_UINT(key) * 10);
    *before = GPOINTER_TO_UINT(key);
    return FALSE;
}

static gboolean stop_at_9(gpointer key, gpointer value, gpointer data)
{
    (void)value;
    (*(int *)data)++;
    return GPOINTER_TO_UINT(key) >= 9;
}

static void add(GTree *tree, guint key)
{
    guint *value = g_new(guint, 1);

    *value = key * 10;
    g_tree_insert(tree, GUINT_TO_POINTER(key), value);
}

/* Keys are put in and taken out in an order that jumps about; after each step all that must be there is, in order. */
static void tree(void)
{
    enum { KEYS = 257 };
    bool there[KEYS] = { false };
    int compared = 0, visited = 0, nodes = 0;
    GTree *tree = g_tree_new_full(compare, &compared, NULL, value_free);
    uint32_t random = 1;

    for (int step = 0; step < 1500; step++) {
        guint key, before = 0;

        random = random * 1103515245 + 12345;
        key = (random >> 16) % (KEYS - 1) + 1;
        if (there[key] && step % 3 != 0) {
            CHECK(g_tree_remove(tree, GUINT_TO_POINTER(key)));
            nodes--;
        } else {
            nodes += !there[key];
            add(tree, key);
        }
        there[key] = g_tree_lookup(tree, GUINT_TO_POINTER(key)) != NULL;
        g_tree_foreach(tree, in_order, &before);
        CHECK_EQUAL(g_tree_nnodes(tree), nodes);
    }
    CHECK(nodes > 50);
    for (guint i = 1; i < KEYS; i++) {
        CHECK_EQUAL(g_tree_lookup(tree, GUINT_TO_POINTER(i)) != NULL, there[i]);
        CHECK_EQUAL(g_tree_remove(tree, GUINT_TO_POINTER(i)), there[i]);
    }
    CHECK_EQUAL(g_tree_nnodes(tree), 0);
    for (guint i = 10000; i > 0; i--) {
        add(tree, i);
    }
    g_tree_foreach(tree, stop_at_9, &visited);
    CHECK_EQUAL(visited, 9);
    /* As deep as a balanced tree is. */
    compared = 0;
    CHECK_EQUAL(*(guint *)g_tree_lookup(tree, GUINT_TO_POINTER(7777)), 77770);
    CHECK(compared <= 28);
    freed = 0;
    g_tree_ref(tree);
    g_tree_destroy(tree);
    CHECK_EQUAL(freed, 10000);
    CHECK_EQUAL(g_tree_nnodes(tree), 0);
    g_tree_unref(tree);
}

/* -- Small things -------------------------------------------------------------------------------------------------- */

QEMU_BUILD_BUG_ON(sizeof(uint32_t) != 4);

static void small_things(void)
{
    g_autofree char *text = g_strdup_printf("%d and %s", 5, "more");
    uint16_t words[5] = { MIN(3, 4), MAX(3, 4), DIV_ROUND_UP(10, 4), QEMU_BUILD_BUG_ON_ZERO(0), glue(1, 2) };
    int *numbers = g_new0(int, 3);

    CHECK_TEXT(text, "5 and more");
    CHECK_TEXT(stringify(RELEASE), RELEASE == 100 ? "100" : "702");
    CHECK_EQUAL(ARRAY_SIZE(words), 5);
    CHECK_EQUAL(words[0] * 10000 + words[1] * 1000 + words[2] * 100 + words[3] * 10, 34300);
    CHECK_EQUAL(words[4], 12);
    CHECK(container_of(&two->tail, Item, tail) == two && DO_UPCAST(Item, list, &six->list) == six);
    CHECK(numbers[2] == 0 && g_malloc(0) == NULL);
    g_assert_cmpint(numbers[0], ==, 0);
    g_free(numbers);
    g_free(NULL);
}

int main(void)
{
    char name[40];

    qlist();
    qslist();
    qsimpleq();
    qtailq();
#if RELEASE >= 500
    lists_by_offsets();
#endif
    tree();
    small_things();
    snprintf(name, sizeof name, "lists-%d", RELEASE);
    return checks_report(name);
}
