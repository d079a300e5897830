/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Objects of the vectors whose parts are linked: lists and trees.
 */
#include "vmstate_objects.h"

#include <stdlib.h>

/* ---- a tail queue */

static const migcore_vmstate_field q_element_fields[] = {
    MIGCORE_VMSTATE_BOOL(b, struct q_element),
    MIGCORE_VMSTATE_U8(u8, struct q_element),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate q_element_table = MIGCORE_VMSTATE_TABLE("test/queue-element", 1, 1, q_element_fields);

static const migcore_vmstate_field queue_fields[] = {
    MIGCORE_VMSTATE_I16(i16, queue),
    MIGCORE_VMSTATE_TAILQ(q, queue, q_element_table, struct q_element, link, 1),
    MIGCORE_VMSTATE_I32(i32, queue),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate queue_table = MIGCORE_VMSTATE_TABLE("test/queue", 1, 1, queue_fields);

static void queue_append(queue *s, bool b, uint8_t u8)
{
    struct q_element *element = (struct q_element *)vm_new(sizeof *element);

    element->b = b;
    element->u8 = u8;
    element->link.previous = s->q.last;
    *s->q.last = element;
    s->q.last = &element->link.next;
}

void queue_blank(void *object)
{
    ((queue *)object)->q.last = &((queue *)object)->q.first;
}

void queue_fill(void *object)
{
    queue *s = (queue *)object;

    queue_blank(s);
    s->i16 = -512;
    s->i32 = 70000;
    queue_append(s, true, 130);
    queue_append(s, false, 65);
}

/* Whether all links lead forth and back. */
static bool queue_is_whole(const queue *s)
{
    struct q_element *const *link = &s->q.first;

    while (*link != NULL) {
        if ((*link)->link.previous != link) {
            return false;
        }
        link = &(*link)->link.next;
    }
    return s->q.last == link;
}

bool queue_same(const void *a, const void *b)
{
    const queue *x = (const queue *)a, *y = (const queue *)b;
    const struct q_element *one = x->q.first, *other = y->q.first;

    while (one != NULL && other != NULL && one->b == other->b && one->u8 == other->u8) {
        one = one->link.next;
        other = other->link.next;
    }
    return one == NULL && other == NULL && x->i16 == y->i16 && x->i32 == y->i32 && queue_is_whole(x) &&
           queue_is_whole(y);
}

void queue_drop(void *object)
{
    struct q_element *element = ((queue *)object)->q.first, *next;

    for (; element != NULL; element = next) {
        next = element->link.next;
        vm_free(element);
    }
}

/* ---- a list */

static const migcore_vmstate_field list_element_fields[] = {
    MIGCORE_VMSTATE_U32(id, struct list_element),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate list_element_table = MIGCORE_VMSTATE_TABLE("test/queue list", 1, 1, list_element_fields);

static const migcore_vmstate_field container_fields[] = {
    MIGCORE_VMSTATE_U32(id, container),
    MIGCORE_VMSTATE_LIST(list, container, list_element_table, struct list_element, link, 1),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate container_table = MIGCORE_VMSTATE_TABLE("test/container/qlist", 1, 1, container_fields);

NOTHING_TO_DO(container_blank)

void container_fill(void *object)
{
    static const uint32_t ids[] = { 10, 2816, 786432, 218103808 };
    container *s = (container *)object;
    struct list_element **link = &s->list.first;
    size_t i;

    s->id = 1;
    for (i = 0; i < COUNT_OF(ids); i++) {
        *link = (struct list_element *)vm_new(sizeof **link);
        (*link)->id = ids[i];
        (*link)->link.previous = link;
        link = &(*link)->link.next;
    }
}

static bool container_is_whole(const container *s)
{
    struct list_element *const *link = &s->list.first;

    while (*link != NULL && (*link)->link.previous == link) {
        link = &(*link)->link.next;
    }
    return *link == NULL;
}

bool container_same(const void *a, const void *b)
{
    const container *x = (const container *)a, *y = (const container *)b;
    const struct list_element *one = x->list.first, *other = y->list.first;

    while (one != NULL && other != NULL && one->id == other->id) {
        one = one->link.next;
        other = other->link.next;
    }
    return one == NULL && other == NULL && x->id == y->id && container_is_whole(x) && container_is_whole(y);
}

void container_drop(void *object)
{
    struct list_element *element = ((container *)object)->list.first, *next;

    for (; element != NULL; element = next) {
        next = element->link.next;
        vm_free(element);
    }
}

/* ---- trees: one of objects by objects, one of objects by numbers */

static int compare_intervals(const void *a, const void *b)
{
    const struct interval *x = (const struct interval *)a, *y = (const struct interval *)b;

    return x->low < y->low ? -1 : x->low > y->low;
}

static struct vm_tree *tree_of(int (*compare)(const void *a, const void *b))
{
    struct vm_tree *tree = (struct vm_tree *)calloc(1, sizeof *tree);

    tree->compare = compare;
    return tree;
}

static int domain_pre_load(void *object)
{
    ((domain *)object)->mappings = tree_of(compare_intervals);
    return 0;
}

static int iommu_pre_load(void *object)
{
    ((iommu *)object)->domains = tree_of(NULL);
    return 0;
}

static const migcore_vmstate_field interval_fields[] = {
    MIGCORE_VMSTATE_U64(low, struct interval),
    MIGCORE_VMSTATE_U64(high, struct interval),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate_field mapping_fields[] = {
    MIGCORE_VMSTATE_U64(phys_addr, struct mapping),
    MIGCORE_VMSTATE_U32(flags, struct mapping),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate node_tables[] = {
    MIGCORE_VMSTATE_TABLE("mapping", 1, 1, mapping_fields),
    MIGCORE_VMSTATE_TABLE("interval", 1, 1, interval_fields),
};

static const migcore_vmstate_field domain_fields[] = {
    MIGCORE_VMSTATE_I32(id, domain),
    MIGCORE_VMSTATE_TREE(mappings, domain, node_tables, struct interval, struct mapping, 1),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate domain_table = MIGCORE_VMSTATE_TABLE_WITH("domain", 1, 1, domain_fields, domain_pre_load, NULL,
                                                                NULL, NULL, NULL, NULL, 0);

static const migcore_vmstate_field iommu_fields[] = {
    MIGCORE_VMSTATE_I32(id, iommu),
    MIGCORE_VMSTATE_TREE_DIRECT(domains, iommu, domain_table, domain, 1),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate iommu_table = MIGCORE_VMSTATE_TABLE_WITH("iommu", 1, 1, iommu_fields, iommu_pre_load, NULL, NULL,
                                                               NULL, NULL, NULL, 0);

static void map(domain *s, uint64_t low, uint64_t address, uint32_t flags, uint64_t high)
{
    struct interval *key = (struct interval *)vm_new(sizeof *key);
    struct mapping *value = (struct mapping *)vm_new(sizeof *value);

    key->low = low;
    key->high = high;
    value->phys_addr = address;
    value->flags = flags;
    vm_tree_insert(NULL, s->mappings, key, value);
}

NOTHING_TO_DO(domain_blank)
NOTHING_TO_DO(iommu_blank)

void domain_fill(void *object)
{
    domain *s = (domain *)object;

    domain_pre_load(s);
    s->id = 6;
    map(s, 0x4000, 0xe0000, 2, 0x4fff);
    map(s, 0x1000, 0xa000, 1, 0x1fff);
}

/* Domain 6 comes first, and stands behind domain 5. */
void iommu_fill(void *object)
{
    domain *six = (domain *)vm_new(sizeof *six), *five = (domain *)vm_new(sizeof *five);
    iommu *s = (iommu *)object;

    iommu_pre_load(s);
    s->id = 7;
    domain_fill(six);
    domain_pre_load(five);
    five->id = 5;
    map(five, 0x1000000, 0xf000000, 3, 0x1ffffff);
    vm_tree_insert(NULL, s->domains, (void *)(uintptr_t)6, six);
    vm_tree_insert(NULL, s->domains, (void *)(uintptr_t)5, five);
}

bool domain_same(const void *a, const void *b)
{
    const domain *x = (const domain *)a, *y = (const domain *)b;
    bool same = x->id == y->id && x->mappings->count == y->mappings->count;
    size_t i;

    for (i = 0; same && i < x->mappings->count; i++) {
        const struct mapping *one = (const struct mapping *)x->mappings->nodes[i].value;
        const struct mapping *other = (const struct mapping *)y->mappings->nodes[i].value;

        same = memcmp(x->mappings->nodes[i].key, y->mappings->nodes[i].key, sizeof(struct interval)) == 0 &&
               one->phys_addr == other->phys_addr && one->flags == other->flags;
    }
    return same;
}

bool iommu_same(const void *a, const void *b)
{
    const iommu *x = (const iommu *)a, *y = (const iommu *)b;
    bool same = x->id == y->id && x->domains->count == y->domains->count;
    size_t i;

    for (i = 0; same && i < x->domains->count; i++) {
        same = x->domains->nodes[i].key == y->domains->nodes[i].key &&
               domain_same(x->domains->nodes[i].value, y->domains->nodes[i].value);
    }
    return same;
}

void domain_drop(void *object)
{
    struct vm_tree *tree = ((domain *)object)->mappings;
    size_t i;

    for (i = 0; tree != NULL && i < tree->count; i++) {
        vm_free(tree->nodes[i].key);
        vm_free(tree->nodes[i].value);
    }
    free(tree);
}

void iommu_drop(void *object)
{
    struct vm_tree *tree = ((iommu *)object)->domains;
    size_t i;

    for (i = 0; tree != NULL && i < tree->count; i++) {
        domain_drop(tree->nodes[i].value);
        vm_free(tree->nodes[i].value);
    }
    free(tree);
}
