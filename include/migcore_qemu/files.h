/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/files.h - which visitor belongs to which file. Included by migcore_qemu.h.
 *
 * A QEMUFile of ours holds its visitor. The QEMUFile of a host program cannot, so such a pair is a link in one list of the
 * program: migcore_qemu/foreign.h adds and removes links, qemu_file_get_visitor() and failing visits look them up.
 *
 * fork() in one thread while another one holds the list's lock leaves it locked in the child, which is the caller's risk: a
 * child that goes on to use files needs pthread_atfork() handlers around the fork, or a MIGCORE_QEMU_LOCK that is empty.
 */
#ifndef MIGCORE_QEMU_FILES_H
#define MIGCORE_QEMU_FILES_H

/* One pair. The memory is the caller's and must not move while the pair is in the list. */
typedef struct migcore_qemu_link migcore_qemu_link;
struct migcore_qemu_link {
    migcore_qemu_link *next;
    const void *file;
    migcore_visitor *visitor;
    void (*fail)(migcore_qemu_link *link, int error); /* puts a negative errno on the file */
};

typedef struct migcore_qemu_list {
    migcore_qemu_link *first;
    char lock;
} migcore_qemu_list;

extern migcore_qemu_list migcore_qemu_files;
#ifdef MIGCORE_QEMU_DEFINE
migcore_qemu_list migcore_qemu_files;
#endif

#ifndef MIGCORE_QEMU_LOCK
#define MIGCORE_QEMU_LOCK(flag) do { } while (__atomic_test_and_set((flag), __ATOMIC_ACQUIRE))
#define MIGCORE_QEMU_UNLOCK(flag) __atomic_clear((flag), __ATOMIC_RELEASE)
#endif

/* The link of a file or of a visitor; NULL matches nothing. */
static inline migcore_qemu_link *migcore_qemu_priv_find(const void *file, const migcore_visitor *visitor)
{
    migcore_qemu_link *link;

    MIGCORE_QEMU_LOCK(&migcore_qemu_files.lock);
    link = migcore_qemu_files.first;
    while (link != NULL && (file == NULL || link->file != file) && (visitor == NULL || link->visitor != visitor)) {
        link = link->next;
    }
    MIGCORE_QEMU_UNLOCK(&migcore_qemu_files.lock);
    return link;
}

/* False if the link or another one for this file is in the list already. */
static inline bool migcore_qemu_priv_add_link(migcore_qemu_link *added)
{
    migcore_qemu_link *link;

    MIGCORE_QEMU_LOCK(&migcore_qemu_files.lock);
    link = migcore_qemu_files.first;
    while (link != NULL && link != added && link->file != added->file) {
        link = link->next;
    }
    if (link == NULL) {
        added->next = migcore_qemu_files.first;
        migcore_qemu_files.first = added;
    }
    MIGCORE_QEMU_UNLOCK(&migcore_qemu_files.lock);
    return link == NULL;
}

/* False if the link is not in the list. */
static inline bool migcore_qemu_priv_remove_link(migcore_qemu_link *removed)
{
    migcore_qemu_link **place;
    bool found;

    MIGCORE_QEMU_LOCK(&migcore_qemu_files.lock);
    place = &migcore_qemu_files.first;
    while (*place != NULL && *place != removed) {
        place = &(*place)->next;
    }
    found = *place != NULL;
    if (found) {
        *place = removed->next;
        removed->next = NULL;
    }
    MIGCORE_QEMU_UNLOCK(&migcore_qemu_files.lock);
    return found;
}

/* The negative errno that stands for a status. `cause` is what an I/O callback or a device gave, and wins if it is one, that
   is, negative; another number of a device's own is in the visitor's report only. */
static inline int migcore_qemu_errno(migcore_status status, int32_t cause)
{
    if (status != MIGCORE_OK && cause < 0) {
        return cause;
    }
    switch (status) {
    case MIGCORE_OK:
        return 0;
    case MIGCORE_READ_FAILED:
    case MIGCORE_WRITE_FAILED:
    case MIGCORE_TRUNCATED:
        return -EIO;
    case MIGCORE_UNKNOWN_SUBSECTION:
        return -ENOENT;
    case MIGCORE_NO_SPACE:
        return -ENOSPC;
    case MIGCORE_BUSY:
        return -EBUSY;
    case MIGCORE_UNSUPPORTED:
        return -ENOTSUP;
    default:
        return -EINVAL;
    }
}

/* The same for what a visitor keeps as its first error; 0 if there is none. */
static inline int migcore_qemu_visitor_errno(migcore_visitor *visitor)
{
    migcore_error report = { .size = sizeof report };
    migcore_status status = migcore_get_status(visitor);

    if (status != MIGCORE_OK && migcore_get_error(visitor, &report) == MIGCORE_OK) {
        return migcore_qemu_errno(status, report.cause);
    }
    return migcore_qemu_errno(status, 0);
}

#endif /* MIGCORE_QEMU_FILES_H */
