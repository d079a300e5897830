/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The objects of the vectors that have lists, trees, temporaries, subsections. Included by vectors.h.
 */
#ifndef VECTORS_LINKED_H
#define VECTORS_LINKED_H

/* -- Lists --------------------------------------------------------------------------------------------------------- */

typedef struct QueueElement QueueElement;
struct QueueElement {
    bool b;
    QTAILQ_ENTRY(QueueElement) next;
    uint8_t u8;
};

typedef struct Queue {
    int16_t i16;
    QTAILQ_HEAD(QueueHead, QueueElement) q;
    int32_t i32;
} Queue;

static const VMStateDescription vmstate_queue_element = {
    .name = "test/queue-element",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(b, QueueElement),
        VMSTATE_UINT8(u8, QueueElement),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_queue = {
    .name = "test/queue",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT16(i16, Queue),
        VMSTATE_QTAILQ_V(q, Queue, 1, vmstate_queue_element, QueueElement, next),
        VMSTATE_INT32(i32, Queue),
        VMSTATE_END_OF_LIST()
    }
};

static inline void queue_blank(void *object)
{
    Queue *s = object;

    QTAILQ_INIT(&s->q);
}

static inline void queue_add(Queue *s, bool b, uint8_t u8)
{
    QueueElement *element = g_new0(QueueElement, 1);

    element->b = b;
    element->u8 = u8;
    QTAILQ_INSERT_TAIL(&s->q, element, next);
}

static inline void queue_fill(void *object)
{
    Queue *s = object;

    queue_blank(s);
    s->i16 = -512;
    s->i32 = 70000;
    queue_add(s, true, 130);
    queue_add(s, false, 65);
}

/* Both ways through the list, and then takes it apart: the links are those of an own list. */
static inline void queue_drop(void *object)
{
    Queue *s = object;
    QueueElement *element, *next;
    int there = 0, back = 0;

    QTAILQ_FOREACH(element, &s->q, next) {
        there++;
    }
    QTAILQ_FOREACH_REVERSE(element, &s->q, next) {
        back++;
    }
    CHECK_EQUAL(there, back);
    QTAILQ_FOREACH_SAFE(element, &s->q, next, next) {
        QTAILQ_REMOVE(&s->q, element, next);
        g_free(element);
    }
    CHECK(QTAILQ_EMPTY(&s->q));
}

typedef struct ListElement ListElement;
struct ListElement {
    uint32_t id;
    QLIST_ENTRY(ListElement) next;
};

typedef struct Container {
    uint32_t id;
    QLIST_HEAD(, ListElement) list;
} Container;

static const VMStateDescription vmstate_list_element = {
    .name = "test/queue list",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(id, ListElement),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_container = {
    .name = "test/container/qlist",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(id, Container),
        VMSTATE_QLIST_V(list, Container, 1, vmstate_list_element, ListElement, next),
        VMSTATE_END_OF_LIST()
    }
};

static inline void container_blank(void *object)
{
    Container *s = object;

    QLIST_INIT(&s->list);
}

static inline void container_fill(void *object)
{
    static const uint32_t ids[] = { 0x0d000000, 0x0c0000, 0x0b00, 0x0a };
    Container *s = object;

    container_blank(s);
    s->id = 1;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        ListElement *element = g_new0(ListElement, 1);

        element->id = ids[i];
        QLIST_INSERT_HEAD(&s->list, element, next);
    }
}

static inline void container_drop(void *object)
{
    Container *s = object;
    ListElement *element, *next;

    QLIST_FOREACH_SAFE(element, &s->list, next, next) {
        QLIST_REMOVE(element, next);
        g_free(element);
    }
    CHECK(QLIST_EMPTY(&s->list));
}

/* -- Trees --------------------------------------------------------------------------------------------------------- */

typedef struct Interval {
    uint64_t low, high;
} Interval;

typedef struct Mapping {
    uint64_t phys_addr;
    uint32_t flags;
} Mapping;

typedef struct Domain {
    int32_t id;
    GTree *mappings;
} Domain;

typedef struct Iommu {
    int32_t id;
    GTree *domains;
} Iommu;

static const VMStateDescription vmstate_mapping_and_interval[2] = {
    {
        .name = "mapping",
        .version_id = 1,
        .minimum_version_id = 1,
        .fields = (const VMStateField[]) {
            VMSTATE_UINT64(phys_addr, Mapping),
            VMSTATE_UINT32(flags, Mapping),
            VMSTATE_END_OF_LIST()
        }
    },
    {
        .name = "interval",
        .version_id = 1,
        .minimum_version_id = 1,
        .fields = (const VMStateField[]) {
            VMSTATE_UINT64(low, Interval),
            VMSTATE_UINT64(high, Interval),
            VMSTATE_END_OF_LIST()
        }
    }
};

static inline gint interval_compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Interval *x = a, *y = b;

    (void)data;
    return x->high < y->low ? -1 : x->low > y->high ? 1 : 0;
}

static inline gint number_compare(gconstpointer a, gconstpointer b, gpointer data)
{
    guint x = GPOINTER_TO_UINT(a), y = GPOINTER_TO_UINT(b);

    (void)data;
    return (x > y) - (x < y);
}

static inline int domain_pre_load(void *opaque)
{
    Domain *s = opaque;

    s->mappings = g_tree_new_full(interval_compare, NULL, g_free, g_free);
    return 0;
}

static const VMStateDescription vmstate_domain = {
    .name = "domain",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_load = domain_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_INT32(id, Domain),
        VMSTATE_GTREE_V(mappings, Domain, 1, vmstate_mapping_and_interval, Interval, Mapping),
        VMSTATE_END_OF_LIST()
    }
};

static inline void domain_drop(void *object)
{
    Domain *s = object;

    if (s->mappings != NULL) {
        g_tree_destroy(s->mappings);
    }
}

static inline void domain_free(gpointer domain)
{
    domain_drop(domain);
    g_free(domain);
}

static inline int iommu_pre_load(void *opaque)
{
    Iommu *s = opaque;

    s->domains = g_tree_new_full(number_compare, NULL, NULL, domain_free);
    return 0;
}

static const VMStateDescription vmstate_iommu = {
    .name = "iommu",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_load = iommu_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_INT32(id, Iommu),
        VMSTATE_GTREE_DIRECT_KEY_V(domains, Iommu, 1, &vmstate_domain, Domain),
        VMSTATE_END_OF_LIST()
    }
};

static inline void domain_map(Domain *s, uint64_t low, uint64_t high, uint64_t phys_addr, uint32_t flags)
{
    Interval *interval = g_new0(Interval, 1);
    Mapping *mapping = g_new0(Mapping, 1);

    interval->low = low;
    interval->high = high;
    mapping->phys_addr = phys_addr;
    mapping->flags = flags;
    g_tree_insert(s->mappings, interval, mapping);
}

static inline void domain_fill(void *object)
{
    Domain *s = object;

    domain_pre_load(s);
    s->id = 6;
    domain_map(s, 0x4000, 0x4fff, 0xe0000, 2);
    domain_map(s, 0x1000, 0x1fff, 0xa000, 1);
}

static inline void iommu_fill(void *object)
{
    Iommu *s = object;
    Domain *five = g_new0(Domain, 1), *six = g_new0(Domain, 1);

    iommu_pre_load(s);
    s->id = 7;
    domain_fill(six);
    domain_pre_load(five);
    five->id = 5;
    domain_map(five, 0x1000000, 0x1ffffff, 0xf000000, 3);
    g_tree_insert(s->domains, GUINT_TO_POINTER(6), six);
    g_tree_insert(s->domains, GUINT_TO_POINTER(5), five);
}

static inline void iommu_drop(void *object)
{
    Iommu *s = object;

    if (s->domains != NULL) {
        g_tree_destroy(s->domains);
    }
}

/* -- A temporary --------------------------------------------------------------------------------------------------- */

typedef struct WithTmp {
    uint32_t a, b;
    uint64_t d, f;
} WithTmp;

typedef struct Tmp {
    WithTmp *parent;
    int64_t diff;
} Tmp;

static int tmp_pre_save(void *opaque)
{
    Tmp *tmp = opaque;

    tmp->diff = tmp->parent->b - tmp->parent->a;
    return 0;
}

static int tmp_post_load(void *opaque, int version_id)
{
    Tmp *tmp = opaque;

    CHECK_EQUAL(version_id, 0);
    tmp->parent->b = tmp->parent->a + (uint32_t)tmp->diff;
    return 0;
}

static const VMStateDescription vmstate_tmp_parent = {
    .name = "test/tmp_child_parent",
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(f, WithTmp),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_tmp = {
    .name = "test/tmp_child",
    .pre_save = tmp_pre_save,
    .post_load = tmp_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(diff, Tmp),
        VMSTATE_STRUCT_POINTER(parent, Tmp, vmstate_tmp_parent, WithTmp),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_with_tmp = {
    .name = "test/with_tmp",
    .version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(a, WithTmp),
        VMSTATE_UINT64(d, WithTmp),
        VMSTATE_WITH_TMP(WithTmp, Tmp, vmstate_tmp),
        VMSTATE_END_OF_LIST()
    }
};

static inline void with_tmp_fill(void *object)
{
    WithTmp *s = object;

    s->a = 2;
    s->b = 4;
    s->d = 1;
    s->f = 8;
}

/* -- Subsections --------------------------------------------------------------------------------------------------- */

typedef struct Parts {
    uint32_t v;
    bool has_a, has_b;
    uint16_t x;
    uint8_t y, z;
} Parts;

static bool parts_a_needed(void *opaque)
{
    Parts *s = opaque;

    return s->has_a;
}

static bool parts_b_needed(void *opaque)
{
    Parts *s = opaque;

    return s->has_b;
}

static const VMStateDescription vmstate_parts_a = {
    .name = "dev/a",
    .version_id = 3,
    .minimum_version_id = 2,
    .needed = parts_a_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT16(x, Parts),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_parts_b_inner = {
    .name = "dev/b/inner",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(z, Parts),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_parts_b = {
    .name = "dev/b",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = parts_b_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(y, Parts),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_parts_b_inner,
        NULL
    }
};

static const VMStateDescription vmstate_parts = {
    .name = "dev",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(v, Parts),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_parts_a,
        &vmstate_parts_b,
        NULL
    }
};

static inline void parts_none(void *object)
{
    Parts *s = object;

    s->v = 1;
}

static inline void parts_a(void *object)
{
    Parts *s = object;

    parts_none(s);
    s->has_a = true;
    s->x = 0x1234;
}

static inline void parts_all(void *object)
{
    Parts *s = object;

    parts_a(s);
    s->has_b = true;
    s->y = 9;
    s->z = 7;
}

#endif
