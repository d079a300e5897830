/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/foreign.h - visitors over the QEMUFile of a host program. Included by migcore_qemu.h when
 * MIGCORE_QEMU_COEXIST says that the program has a QEMUFile of its own.
 *
 * The host says once what its files can do:
 *
 *         static const migcore_qemu_host host = {
 *             .size = sizeof host,
 *             .write = qemu_put_buffer,           .read = qemu_get_buffer,
 *             .peek = qemu_peek_buffer,           .position = qemu_ftell,
 *             .get_error = qemu_file_get_error,   .set_error = qemu_file_set_error,
 *         };
 *
 * and for each file, where migration begins and ends:
 *
 *         migcore_qemu_foreign slot;
 *         migcore_qemu_attach_save(&slot, f, &host);
 *         ... devices: qemu_put_be32(f, x) of the host's, visit_type_u32(qemu_file_get_visitor(f), ...) ...
 *         migcore_qemu_detach(&slot);
 *
 * The visitor holds nothing back: each visit calls `write` or `read` for its own bytes at once, so they stand in the
 * host's buffer in the order of the calls.
 *
 * Errors of the host: before each of these calls, after a write, and where a read brought nothing or a peek too little, the
 * host is asked for its error, and a visit that meets one fails with it. A peek that brought too little without an error met
 * the end of the stream, where no subsection follows. A host that sets an error there too, as QEMU's does (-EIO), says that
 * a stream must not end where a device may look ahead: the load fails, as it does with that host's own peeks.
 */
#ifndef MIGCORE_QEMU_FOREIGN_H
#define MIGCORE_QEMU_FOREIGN_H

#if MIGCORE_QEMU_API < 204
typedef int migcore_qemu_peek_function(QEMUFile *f, uint8_t *data, int size, size_t ahead);
#else
typedef migcore_qemu_size migcore_qemu_peek_function(QEMUFile *f, uint8_t **data, migcore_qemu_size size, size_t ahead);
#endif
#if MIGCORE_QEMU_API < 100
typedef void migcore_qemu_set_error_function(QEMUFile *f);
#else
typedef void migcore_qemu_set_error_function(QEMUFile *f, int error);
#endif
#if MIGCORE_QEMU_API < 801
typedef int64_t migcore_qemu_position_function(QEMUFile *f);
#else
typedef uint64_t migcore_qemu_position_function(QEMUFile *f);
#endif

/* The host's functions, of the types they have in release MIGCORE_QEMU_API. A host with other types writes wrappers. */
typedef struct migcore_qemu_host {
    size_t size;                                /* sizeof(migcore_qemu_host) */
    void (*write)(QEMUFile *f, const uint8_t *data, migcore_qemu_size size);            /* to save */
    migcore_qemu_size (*read)(QEMUFile *f, uint8_t *data, migcore_qemu_size size);      /* to load */
    migcore_qemu_peek_function *peek;           /* NULL: loading a device that has subsections is an error */
    migcore_qemu_position_function *position;   /* NULL: offsets in errors count from where the file was attached */
    int (*get_error)(QEMUFile *f);              /* 0: none (0.x: qemu_file_has_error) */
    migcore_qemu_set_error_function *set_error; /* given a negative errno; the host decides which error stays */
} migcore_qemu_host;

/* One attached file. The memory is the caller's, and must not move or be used otherwise until it is detached. */
typedef struct migcore_qemu_foreign {
    migcore_qemu_link link; /* first: a link's address is its slot's */
    QEMUFile *file;
    const migcore_qemu_host *host;
    migcore_legacy legacy;
} migcore_qemu_foreign;

/* The visitor tied to a file; NULL if the file is not attached. */
static inline migcore_qemu_visitor *qemu_file_get_visitor(QEMUFile *f)
{
    migcore_qemu_link *link = f != NULL ? migcore_qemu_priv_find(f, NULL) : NULL;

    return link != NULL ? migcore_qemu_visitor_of(link->visitor) : NULL;
}

/* -- What the library calls ---------------------------------------------------------------------------------------- */

/* The host's error as an I/O callback gives it: negative, whatever sign or form the host uses. */
static inline ptrdiff_t migcore_qemu_priv_host_error(const migcore_qemu_foreign *slot)
{
    int error = slot->host->get_error(slot->file);

    if (MIGCORE_QEMU_API < 100 && error != 0) {
        return -EIO;
    }
    return error > 0 ? -error : error;
}

/* Sizes are int in old releases: longer moves go in pieces, which the library continues. */
static inline migcore_qemu_size migcore_qemu_priv_piece(size_t length)
{
    return (migcore_qemu_size)(length < 0x40000000 ? length : 0x40000000);
}

static inline ptrdiff_t migcore_qemu_priv_host_write(void *opaque, const void *data, size_t length)
{
    migcore_qemu_foreign *slot = (migcore_qemu_foreign *)opaque;
    migcore_qemu_size piece = migcore_qemu_priv_piece(length);
    ptrdiff_t error = migcore_qemu_priv_host_error(slot);

    if (error == 0) {
        slot->host->write(slot->file, (const uint8_t *)data, piece);
        error = migcore_qemu_priv_host_error(slot);
    }
    return error != 0 ? error : (ptrdiff_t)piece;
}

static inline ptrdiff_t migcore_qemu_priv_host_read(void *opaque, void *data, size_t length)
{
    migcore_qemu_foreign *slot = (migcore_qemu_foreign *)opaque;
    ptrdiff_t error = migcore_qemu_priv_host_error(slot);
    ptrdiff_t got;

    if (error != 0) {
        return error;
    }
    got = (ptrdiff_t)slot->host->read(slot->file, (uint8_t *)data, migcore_qemu_priv_piece(length));
    return got > 0 ? got : migcore_qemu_priv_host_error(slot);
}

static inline int64_t migcore_qemu_priv_host_position(void *opaque)
{
    migcore_qemu_foreign *slot = (migcore_qemu_foreign *)opaque;

    return (int64_t)slot->host->position(slot->file);
}

/* What a failed visit calls. */
static inline void migcore_qemu_priv_host_fail(migcore_qemu_link *link, int error)
{
    migcore_qemu_foreign *slot = (migcore_qemu_foreign *)link;

#if MIGCORE_QEMU_API < 100
    (void)error;
    slot->host->set_error(slot->file);
#else
    slot->host->set_error(slot->file, error);
#endif
}

static inline ptrdiff_t migcore_qemu_priv_host_peek(void *opaque, size_t ahead, void *data, size_t length)
{
    migcore_qemu_foreign *slot = (migcore_qemu_foreign *)opaque;
    ptrdiff_t error = migcore_qemu_priv_host_error(slot);
    ptrdiff_t got;

    if (error != 0) {
        return error;
    }
#if MIGCORE_QEMU_API < 204
    got = slot->host->peek(slot->file, (uint8_t *)data, migcore_qemu_priv_piece(length), ahead);
#else
    uint8_t *place = (uint8_t *)data;

    got = (ptrdiff_t)slot->host->peek(slot->file, &place, migcore_qemu_priv_piece(length), ahead);
    if (got > 0 && (size_t)got <= length && place != (uint8_t *)data) {
        memcpy(data, place, (size_t)got);
    }
#endif
    if (got < (ptrdiff_t)length && (error = migcore_qemu_priv_host_error(slot)) != 0) {
        return error; /* not the end of the stream: what could not be seen may be a subsection */
    }
    return got > 0 ? got : 0;
}

/* -- Attaching ----------------------------------------------------------------------------------------------------- */

static inline migcore_status migcore_qemu_priv_host_valid(const migcore_qemu_foreign *slot, const QEMUFile *file,
                                                          const migcore_qemu_host *host, bool has_function)
{
    if (slot == NULL || file == NULL || host == NULL) {
        return MIGCORE_NULL_POINTER;
    }
    if (host->size != sizeof *host) {
        return MIGCORE_BAD_SIZE;
    }
    return has_function && host->get_error != NULL && host->set_error != NULL ? MIGCORE_OK : MIGCORE_NULL_POINTER;
}

/* Fills the slot. BUSY: it is in use, or the file is attached already. */
static inline migcore_status migcore_qemu_priv_prepare(migcore_qemu_foreign *slot, QEMUFile *file,
                                                       const migcore_qemu_host *host)
{
    migcore_qemu_link link = { .file = file, .visitor = &slot->legacy.visitor, .fail = migcore_qemu_priv_host_fail };

    if (migcore_qemu_priv_find(NULL, link.visitor) != NULL || migcore_qemu_priv_find(file, NULL) != NULL) {
        return MIGCORE_BUSY;
    }
    slot->link = link;
    slot->file = file;
    slot->host = host;
    return MIGCORE_OK;
}

static inline migcore_status migcore_qemu_priv_enlist(migcore_qemu_foreign *slot, migcore_status status)
{
    if (status == MIGCORE_OK && !migcore_qemu_priv_add_link(&slot->link)) {
        return MIGCORE_BUSY;
    }
    return status;
}

/* Ties a new visitor that saves to `file`. `host` must outlive the attachment. */
static inline migcore_status migcore_qemu_attach_save(migcore_qemu_foreign *slot, QEMUFile *file,
                                                      const migcore_qemu_host *host)
{
    migcore_sink sink = { .size = sizeof sink, .write = migcore_qemu_priv_host_write, .opaque = slot };
    migcore_status status = migcore_qemu_priv_host_valid(slot, file, host, host != NULL && host->write != NULL);

    if (status == MIGCORE_OK) {
        status = migcore_qemu_priv_prepare(slot, file, host);
    }
    if (status == MIGCORE_OK) {
        sink.position = host->position != NULL ? migcore_qemu_priv_host_position : NULL;
        status = migcore_legacy_save_stream(&slot->legacy, sizeof slot->legacy, &sink, NULL, 0, NULL);
    }
    return migcore_qemu_priv_enlist(slot, status);
}

/* Ties a new visitor that loads from `file`. */
static inline migcore_status migcore_qemu_attach_load(migcore_qemu_foreign *slot, QEMUFile *file,
                                                      const migcore_qemu_host *host)
{
    migcore_source source = { .size = sizeof source, .read = migcore_qemu_priv_host_read, .opaque = slot };
    migcore_status status = migcore_qemu_priv_host_valid(slot, file, host, host != NULL && host->read != NULL);

    if (status == MIGCORE_OK) {
        status = migcore_qemu_priv_prepare(slot, file, host);
    }
    if (status == MIGCORE_OK) {
        source.peek = host->peek != NULL ? migcore_qemu_priv_host_peek : NULL;
        source.position = host->position != NULL ? migcore_qemu_priv_host_position : NULL;
        status = migcore_legacy_load_stream(&slot->legacy, sizeof slot->legacy, &source, NULL, 0, NULL);
    }
    return migcore_qemu_priv_enlist(slot, status);
}

/* Takes the pair out of the list and checks that every scope that was begun was ended; an error goes to the file too. An
   error that only the file has, such as one of the host's own puts, is READ_FAILED or WRITE_FAILED.
   INVALID_ARGUMENT: the slot is not attached, or NULL. */
static inline migcore_status migcore_qemu_detach(migcore_qemu_foreign *slot)
{
    migcore_visitor *visitor;
    migcore_status status, failed;
    int error;

    if (slot == NULL || !migcore_qemu_priv_remove_link(&slot->link)) {
        return MIGCORE_INVALID_ARGUMENT;
    }
    visitor = &slot->legacy.visitor;
    failed = migcore_is_loading(visitor) ? MIGCORE_READ_FAILED : MIGCORE_WRITE_FAILED;
    error = migcore_qemu_visitor_errno(visitor);
    status = migcore_finish(visitor);
    if (migcore_qemu_priv_host_error(slot) != 0) {
        return status != MIGCORE_OK ? status : failed;
    }
    if (status != MIGCORE_OK) {
        slot->link.fail(&slot->link, error != 0 ? error : migcore_qemu_errno(status, 0));
    }
    return status;
}

#endif /* MIGCORE_QEMU_FOREIGN_H */
