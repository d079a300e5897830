/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/lists.h - QLIST, QSLIST, QSIMPLEQ, QTAILQ. Included by migcore_qemu.h, unless the host's headers were there
 * before, which have QTAILQ_HEAD.
 *
 *     QLIST       doubly linked, an element can be taken out without its head
 *     QSLIST      singly linked
 *     QSIMPLEQ    singly linked, with an end to add to
 *     QTAILQ      doubly linked, with an end, both ways
 *
 * `type` is the struct of an element, `field` its link. Up to 3.1 the macros of a QTAILQ that go backwards take the name of
 * the head's struct too. The layouts are QEMU's; those of a QTAILQ before and since 4.0 lie in the same memory.
 */
#ifndef MIGCORE_QEMU_LISTS_H
#define MIGCORE_QEMU_LISTS_H

/* -- QLIST --------------------------------------------------------------------------------------------------------- */

#define QLIST_HEAD(name, type) struct name { struct type *lh_first; }
#define QLIST_HEAD_INITIALIZER(head) { NULL }
#define QLIST_ENTRY(type) struct { struct type *le_next; struct type **le_prev; }

#define QLIST_INIT(head) do { (head)->lh_first = NULL; } while (0)
#define QLIST_EMPTY(head) ((head)->lh_first == NULL)
#define QLIST_FIRST(head) ((head)->lh_first)
#define QLIST_NEXT(elm, field) ((elm)->field.le_next)
#define QLIST_IS_INSERTED(elm, field) ((elm)->field.le_prev != NULL)

/* `place` is the pointer that points to the element afterwards. */
#define MIGCORE_QEMU_PRIV_LINK(place, elm, field) \
    do { \
        (elm)->field.le_next = *(place); \
        if ((elm)->field.le_next != NULL) { \
            (elm)->field.le_next->field.le_prev = &(elm)->field.le_next; \
        } \
        (elm)->field.le_prev = (place); \
        *(elm)->field.le_prev = (elm); \
    } while (0)

#define QLIST_INSERT_HEAD(head, elm, field) MIGCORE_QEMU_PRIV_LINK(&(head)->lh_first, elm, field)
#define QLIST_INSERT_AFTER(listelm, elm, field) MIGCORE_QEMU_PRIV_LINK(&(listelm)->field.le_next, elm, field)
#define QLIST_INSERT_BEFORE(listelm, elm, field) \
    do { \
        (elm)->field.le_prev = (listelm)->field.le_prev; \
        (elm)->field.le_next = (listelm); \
        *(elm)->field.le_prev = (elm); \
        (listelm)->field.le_prev = &(elm)->field.le_next; \
    } while (0)
#define QLIST_REMOVE(elm, field) \
    do { \
        if ((elm)->field.le_next != NULL) { \
            (elm)->field.le_next->field.le_prev = (elm)->field.le_prev; \
        } \
        *(elm)->field.le_prev = (elm)->field.le_next; \
        (elm)->field.le_next = NULL; \
        (elm)->field.le_prev = NULL; \
    } while (0)
#define QLIST_SAFE_REMOVE(elm, field) \
    do { \
        if ((elm)->field.le_prev != NULL) { \
            QLIST_REMOVE(elm, field); \
        } \
    } while (0)
/* All elements of `src`, to `dst`, which was empty. */
#define QLIST_SWAP(dst, src, field) \
    do { \
        __typeof__((dst)->lh_first) migcore_first = (dst)->lh_first; \
        (dst)->lh_first = (src)->lh_first; \
        if ((dst)->lh_first != NULL) { \
            (dst)->lh_first->field.le_prev = &(dst)->lh_first; \
        } \
        (src)->lh_first = migcore_first; \
        if ((src)->lh_first != NULL) { \
            (src)->lh_first->field.le_prev = &(src)->lh_first; \
        } \
    } while (0)

#define QLIST_FOREACH(var, head, field) for ((var) = (head)->lh_first; (var); (var) = (var)->field.le_next)
#define QLIST_FOREACH_SAFE(var, head, field, next) \
    for ((var) = (head)->lh_first; (var) && ((next) = (var)->field.le_next, 1); (var) = (next))

/* -- QSLIST -------------------------------------------------------------------------------------------------------- */

#define QSLIST_HEAD(name, type) struct name { struct type *slh_first; }
#define QSLIST_HEAD_INITIALIZER(head) { NULL }
#define QSLIST_ENTRY(type) struct { struct type *sle_next; }

#define QSLIST_INIT(head) do { (head)->slh_first = NULL; } while (0)
#define QSLIST_EMPTY(head) ((head)->slh_first == NULL)
#define QSLIST_FIRST(head) ((head)->slh_first)
#define QSLIST_NEXT(elm, field) ((elm)->field.sle_next)

#define QSLIST_INSERT_HEAD(head, elm, field) \
    do { \
        (elm)->field.sle_next = (head)->slh_first; \
        (head)->slh_first = (elm); \
    } while (0)
#define QSLIST_INSERT_AFTER(slistelm, elm, field) \
    do { \
        (elm)->field.sle_next = (slistelm)->field.sle_next; \
        (slistelm)->field.sle_next = (elm); \
    } while (0)
/* These two may run in several threads at a time. */
#define QSLIST_INSERT_HEAD_ATOMIC(head, elm, field) \
    do { \
        (elm)->field.sle_next = __atomic_load_n(&(head)->slh_first, __ATOMIC_RELAXED); \
    } while (!__atomic_compare_exchange_n(&(head)->slh_first, &(elm)->field.sle_next, (elm), 0, __ATOMIC_SEQ_CST, \
                                          __ATOMIC_SEQ_CST))
#define QSLIST_MOVE_ATOMIC(dest, src) \
    do { \
        (dest)->slh_first = __atomic_exchange_n(&(src)->slh_first, NULL, __ATOMIC_SEQ_CST); \
    } while (0)
#define QSLIST_REMOVE_HEAD(head, field) \
    do { \
        __typeof__((head)->slh_first) migcore_gone = (head)->slh_first; \
        (head)->slh_first = migcore_gone->field.sle_next; \
        migcore_gone->field.sle_next = NULL; \
    } while (0)
#define QSLIST_REMOVE_AFTER(slistelm, field) \
    do { \
        __typeof__(slistelm) migcore_gone = (slistelm)->field.sle_next; \
        (slistelm)->field.sle_next = migcore_gone->field.sle_next; \
        migcore_gone->field.sle_next = NULL; \
    } while (0)
#define QSLIST_REMOVE(head, elm, type, field) \
    do { \
        struct type **migcore_place = &(head)->slh_first; \
        while (*migcore_place != (elm)) { \
            migcore_place = &(*migcore_place)->field.sle_next; \
        } \
        *migcore_place = (elm)->field.sle_next; \
        (elm)->field.sle_next = NULL; \
    } while (0)

#define QSLIST_FOREACH(var, head, field) for ((var) = (head)->slh_first; (var); (var) = (var)->field.sle_next)
#define QSLIST_FOREACH_SAFE(var, head, field, next) \
    for ((var) = (head)->slh_first; (var) && ((next) = (var)->field.sle_next, 1); (var) = (next))

/* -- QSIMPLEQ ------------------------------------------------------------------------------------------------------ */

#define QSIMPLEQ_HEAD(name, type) struct name { struct type *sqh_first; struct type **sqh_last; }
#define QSIMPLEQ_HEAD_INITIALIZER(head) { NULL, &(head).sqh_first }
#define QSIMPLEQ_ENTRY(type) struct { struct type *sqe_next; }

#define QSIMPLEQ_INIT(head) \
    do { \
        (head)->sqh_first = NULL; \
        (head)->sqh_last = &(head)->sqh_first; \
    } while (0)
#define QSIMPLEQ_EMPTY(head) ((head)->sqh_first == NULL)
#define QSIMPLEQ_EMPTY_ATOMIC(head) (__atomic_load_n(&(head)->sqh_first, __ATOMIC_RELAXED) == NULL)
#define QSIMPLEQ_FIRST(head) ((head)->sqh_first)
#define QSIMPLEQ_NEXT(elm, field) ((elm)->field.sqe_next)

#define QSIMPLEQ_INSERT_HEAD(head, elm, field) \
    do { \
        (elm)->field.sqe_next = (head)->sqh_first; \
        if ((head)->sqh_first == NULL) { \
            (head)->sqh_last = &(elm)->field.sqe_next; \
        } \
        (head)->sqh_first = (elm); \
    } while (0)
#define QSIMPLEQ_INSERT_TAIL(head, elm, field) \
    do { \
        (elm)->field.sqe_next = NULL; \
        *(head)->sqh_last = (elm); \
        (head)->sqh_last = &(elm)->field.sqe_next; \
    } while (0)
#define QSIMPLEQ_INSERT_AFTER(head, listelm, elm, field) \
    do { \
        (elm)->field.sqe_next = (listelm)->field.sqe_next; \
        if ((elm)->field.sqe_next == NULL) { \
            (head)->sqh_last = &(elm)->field.sqe_next; \
        } \
        (listelm)->field.sqe_next = (elm); \
    } while (0)
#define QSIMPLEQ_REMOVE_HEAD(head, field) \
    do { \
        __typeof__((head)->sqh_first) migcore_gone = (head)->sqh_first; \
        (head)->sqh_first = migcore_gone->field.sqe_next; \
        if ((head)->sqh_first == NULL) { \
            (head)->sqh_last = &(head)->sqh_first; \
        } \
        migcore_gone->field.sqe_next = NULL; \
    } while (0)
/* What follows `elm` goes to `removed`. */
#define QSIMPLEQ_SPLIT_AFTER(head, elm, field, removed) \
    do { \
        QSIMPLEQ_INIT(removed); \
        (removed)->sqh_first = (elm)->field.sqe_next; \
        if ((removed)->sqh_first != NULL) { \
            (removed)->sqh_last = (head)->sqh_last; \
            (head)->sqh_last = &(elm)->field.sqe_next; \
            (elm)->field.sqe_next = NULL; \
        } \
    } while (0)
#define QSIMPLEQ_REMOVE(head, elm, type, field) \
    do { \
        struct type **migcore_place = &(head)->sqh_first; \
        while (*migcore_place != (elm)) { \
            migcore_place = &(*migcore_place)->field.sqe_next; \
        } \
        *migcore_place = (elm)->field.sqe_next; \
        if (*migcore_place == NULL) { \
            (head)->sqh_last = migcore_place; \
        } \
        (elm)->field.sqe_next = NULL; \
    } while (0)
/* All of `head2` behind, or before, all of `head1`. */
#define QSIMPLEQ_CONCAT(head1, head2) \
    do { \
        if ((head2)->sqh_first != NULL) { \
            *(head1)->sqh_last = (head2)->sqh_first; \
            (head1)->sqh_last = (head2)->sqh_last; \
            QSIMPLEQ_INIT(head2); \
        } \
    } while (0)
#define QSIMPLEQ_PREPEND(head1, head2) \
    do { \
        if ((head2)->sqh_first != NULL) { \
            *(head2)->sqh_last = (head1)->sqh_first; \
            if ((head1)->sqh_first == NULL) { \
                (head1)->sqh_last = (head2)->sqh_last; \
            } \
            (head1)->sqh_first = (head2)->sqh_first; \
            QSIMPLEQ_INIT(head2); \
        } \
    } while (0)
#define QSIMPLEQ_LAST(head, type, field) \
    ((head)->sqh_first == NULL \
         ? (struct type *)NULL \
         : (struct type *)(void *)((char *)(head)->sqh_last - offsetof(struct type, field.sqe_next)))

#define QSIMPLEQ_FOREACH(var, head, field) for ((var) = (head)->sqh_first; (var); (var) = (var)->field.sqe_next)
#define QSIMPLEQ_FOREACH_SAFE(var, head, field, next) \
    for ((var) = (head)->sqh_first; (var) && ((next) = (var)->field.sqe_next, 1); (var) = (next))

/* -- QTAILQ -------------------------------------------------------------------------------------------------------- */

/* A link, in a head or in an element: to what comes next, and to the link that comes before. */
typedef struct QTailQLink {
    void *tql_next;
    struct QTailQLink *tql_prev;
} QTailQLink;

#if MIGCORE_QEMU_API >= 400
#define QTAILQ_HEAD(name, type) union name { struct type *tqh_first; QTailQLink tqh_circ; }
#define QTAILQ_ENTRY(type) union { struct type *tqe_next; QTailQLink tqe_circ; }
#else
/* The second pointer has another type, and the same value. */
#define QTAILQ_HEAD(name, type) \
    struct name { \
        union { \
            struct { struct type *tqh_first; struct type **tqh_last; }; \
            QTailQLink tqh_circ; \
        }; \
    }
#define QTAILQ_ENTRY(type) \
    struct { \
        union { \
            struct { struct type *tqe_next; struct type **tqe_prev; }; \
            QTailQLink tqe_circ; \
        }; \
    }
#endif
#define QTAILQ_HEAD_INITIALIZER(head) { .tqh_circ = { NULL, &(head).tqh_circ } }

#define QTAILQ_INIT(head) \
    do { \
        (head)->tqh_first = NULL; \
        (head)->tqh_circ.tql_prev = &(head)->tqh_circ; \
    } while (0)
#define QTAILQ_EMPTY(head) ((head)->tqh_first == NULL)
#define QTAILQ_FIRST(head) ((head)->tqh_first)
#define QTAILQ_NEXT(elm, field) ((elm)->field.tqe_next)
#define QTAILQ_IN_USE(elm, field) ((elm)->field.tqe_circ.tql_prev != NULL)
/* What the link before the one before `link` points to is the element that `link`'s element follows. */
#define QTAILQ_LINK_PREV(link) ((link).tql_prev->tql_prev->tql_next)

#define QTAILQ_INSERT_HEAD(head, elm, field) \
    do { \
        (elm)->field.tqe_next = (head)->tqh_first; \
        if ((elm)->field.tqe_next != NULL) { \
            (elm)->field.tqe_next->field.tqe_circ.tql_prev = &(elm)->field.tqe_circ; \
        } else { \
            (head)->tqh_circ.tql_prev = &(elm)->field.tqe_circ; \
        } \
        (head)->tqh_first = (elm); \
        (elm)->field.tqe_circ.tql_prev = &(head)->tqh_circ; \
    } while (0)
#define QTAILQ_INSERT_TAIL(head, elm, field) \
    do { \
        (elm)->field.tqe_next = NULL; \
        (elm)->field.tqe_circ.tql_prev = (head)->tqh_circ.tql_prev; \
        (head)->tqh_circ.tql_prev->tql_next = (elm); \
        (head)->tqh_circ.tql_prev = &(elm)->field.tqe_circ; \
    } while (0)
#define QTAILQ_INSERT_AFTER(head, listelm, elm, field) \
    do { \
        (elm)->field.tqe_next = (listelm)->field.tqe_next; \
        if ((elm)->field.tqe_next != NULL) { \
            (elm)->field.tqe_next->field.tqe_circ.tql_prev = &(elm)->field.tqe_circ; \
        } else { \
            (head)->tqh_circ.tql_prev = &(elm)->field.tqe_circ; \
        } \
        (listelm)->field.tqe_next = (elm); \
        (elm)->field.tqe_circ.tql_prev = &(listelm)->field.tqe_circ; \
    } while (0)
#define QTAILQ_INSERT_BEFORE(listelm, elm, field) \
    do { \
        (elm)->field.tqe_circ.tql_prev = (listelm)->field.tqe_circ.tql_prev; \
        (elm)->field.tqe_next = (listelm); \
        (listelm)->field.tqe_circ.tql_prev->tql_next = (elm); \
        (listelm)->field.tqe_circ.tql_prev = &(elm)->field.tqe_circ; \
    } while (0)
#define QTAILQ_REMOVE(head, elm, field) \
    do { \
        if ((elm)->field.tqe_next != NULL) { \
            (elm)->field.tqe_next->field.tqe_circ.tql_prev = (elm)->field.tqe_circ.tql_prev; \
        } else { \
            (head)->tqh_circ.tql_prev = (elm)->field.tqe_circ.tql_prev; \
        } \
        (elm)->field.tqe_circ.tql_prev->tql_next = (elm)->field.tqe_next; \
        (elm)->field.tqe_circ.tql_next = NULL; \
        (elm)->field.tqe_circ.tql_prev = NULL; \
    } while (0)
/* From `left` to `right`, which keep their links to each other. */
#define QTAILQ_REMOVE_SEVERAL(head, left, right, field) \
    do { \
        if ((right)->field.tqe_next != NULL) { \
            (right)->field.tqe_next->field.tqe_circ.tql_prev = (left)->field.tqe_circ.tql_prev; \
        } else { \
            (head)->tqh_circ.tql_prev = (left)->field.tqe_circ.tql_prev; \
        } \
        (left)->field.tqe_circ.tql_prev->tql_next = (right)->field.tqe_next; \
    } while (0)

#define QTAILQ_FOREACH(var, head, field) for ((var) = (head)->tqh_first; (var); (var) = (var)->field.tqe_next)
#define QTAILQ_FOREACH_SAFE(var, head, field, next) \
    for ((var) = (head)->tqh_first; (var) && ((next) = (var)->field.tqe_next, 1); (var) = (next))

/* What the link before the last link points to is the last element. */
#define MIGCORE_QEMU_PRIV_LAST(head) ((__typeof__((head)->tqh_first))QTAILQ_LINK_PREV((head)->tqh_circ))
#define MIGCORE_QEMU_PRIV_PREV(elm, field) ((__typeof__((elm)->field.tqe_next))QTAILQ_LINK_PREV((elm)->field.tqe_circ))

#if MIGCORE_QEMU_API >= 400
#define QTAILQ_LAST(head) MIGCORE_QEMU_PRIV_LAST(head)
#define QTAILQ_PREV(elm, field) MIGCORE_QEMU_PRIV_PREV(elm, field)
#define QTAILQ_FOREACH_REVERSE(var, head, field) \
    for ((var) = QTAILQ_LAST(head); (var); (var) = QTAILQ_PREV(var, field))
#define QTAILQ_FOREACH_REVERSE_SAFE(var, head, field, prev) \
    for ((var) = QTAILQ_LAST(head); (var) && ((prev) = QTAILQ_PREV(var, field), 1); (var) = (prev))
#else
#define QTAILQ_LAST(head, headname) MIGCORE_QEMU_PRIV_LAST(head)
#define QTAILQ_PREV(elm, headname, field) MIGCORE_QEMU_PRIV_PREV(elm, field)
#define QTAILQ_FOREACH_REVERSE(var, head, headname, field) \
    for ((var) = QTAILQ_LAST(head, headname); (var); (var) = QTAILQ_PREV(var, headname, field))
#endif

/* -- Lists whose elements are only known by offsets ---------------------------------------------------------------- */

#define field_at_offset(base, offset, type) ((type *)(void *)((char *)(base) + (offset)))

#if MIGCORE_QEMU_API >= 209
/* `entry` is where the link lies in an element, in bytes. */
#define QTAILQ_RAW_FIRST(head) (*field_at_offset(head, 0, void *))
#define QTAILQ_RAW_TQH_CIRC(head) (field_at_offset(head, 0, QTailQLink))
#define QTAILQ_RAW_NEXT(elm, entry) (*field_at_offset(elm, entry, void *))
#define QTAILQ_RAW_TQE_CIRC(elm, entry) (field_at_offset(elm, entry, QTailQLink))
#define QTAILQ_RAW_FOREACH(elm, head, entry) \
    for ((elm) = QTAILQ_RAW_FIRST(head); (elm); (elm) = QTAILQ_RAW_NEXT(elm, entry))
#define QTAILQ_RAW_INSERT_TAIL(head, elm, entry) \
    do { \
        QTAILQ_RAW_NEXT(elm, entry) = NULL; \
        QTAILQ_RAW_TQE_CIRC(elm, entry)->tql_prev = QTAILQ_RAW_TQH_CIRC(head)->tql_prev; \
        QTAILQ_RAW_TQH_CIRC(head)->tql_prev->tql_next = (elm); \
        QTAILQ_RAW_TQH_CIRC(head)->tql_prev = QTAILQ_RAW_TQE_CIRC(elm, entry); \
    } while (0)
#endif

#if MIGCORE_QEMU_API >= 500
#define QLIST_RAW_FIRST(head) (*field_at_offset(head, 0, void *))
#define QLIST_RAW_NEXT(elm, entry) (*field_at_offset(elm, entry, void *))
#define QLIST_RAW_PREVIOUS(elm, entry) (*field_at_offset(elm, (entry) + sizeof(void *), void *))
#define QLIST_RAW_FOREACH(elm, head, entry) \
    for ((elm) = QLIST_RAW_FIRST(head); (elm); (elm) = QLIST_RAW_NEXT(elm, entry))
/* `place` is the pointer that points to the element afterwards. */
#define MIGCORE_QEMU_PRIV_RAW_LINK(place, elm, entry) \
    do { \
        void **migcore_place = (place); \
        void *migcore_next = *migcore_place; \
        QLIST_RAW_NEXT(elm, entry) = migcore_next; \
        QLIST_RAW_PREVIOUS(elm, entry) = migcore_place; \
        *migcore_place = (elm); \
        if (migcore_next != NULL) { \
            QLIST_RAW_PREVIOUS(migcore_next, entry) = &QLIST_RAW_NEXT(elm, entry); \
        } \
    } while (0)
#define QLIST_RAW_INSERT_HEAD(head, elm, entry) MIGCORE_QEMU_PRIV_RAW_LINK(&QLIST_RAW_FIRST(head), elm, entry)
#define QLIST_RAW_INSERT_AFTER(head, prev, elm, entry) MIGCORE_QEMU_PRIV_RAW_LINK(&QLIST_RAW_NEXT(prev, entry), elm, entry)
#endif

#endif /* MIGCORE_QEMU_LISTS_H */
