/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/error.h - Error objects without an allocator. Included by migcore_qemu.h.
 *
 * An Error is a slot of a small pool that each thread has for itself. It lives from the call that sets it to the
 * error_free(), error_report_err() or the like that ends it, and belongs to the thread that made it: hand another thread
 * the text, not the pointer. When all slots are taken, errp gets one shared Error that says so; it is never written, and
 * freeing it does nothing, so running out loses a message but never the fact that there was an error.
 *
 * errp, in every function: NULL, the caller does not care; &error_abort, print and abort(); &error_fatal, print and
 * exit(1); else it points to NULL and receives the Error. Where it already holds one, that first one stays.
 */
#ifndef MIGCORE_QEMU_ERROR_H
#define MIGCORE_QEMU_ERROR_H

#define MIGCORE_QEMU_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Appends to a text that is there already; what does not fit is cut visibly. */
MIGCORE_QEMU_PRINTF(3, 0)
static inline void migcore_qemu_priv_append(char *text, size_t capacity, const char *format, va_list arguments)
{
    size_t used = strlen(text);
    int wanted = vsnprintf(text + used, capacity - used, format, arguments);

    if (wanted < 0) {
        text[used] = '\0';
    } else if ((size_t)wanted >= capacity - used && capacity >= 4) {
        memcpy(text + capacity - 4, "...", 4);
    }
}

MIGCORE_QEMU_PRINTF(3, 4)
static inline void migcore_qemu_priv_add(char *text, size_t capacity, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    migcore_qemu_priv_append(text, capacity, format, arguments);
    va_end(arguments);
}

#if !(MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_ERROR)

typedef enum ErrorClass {
    ERROR_CLASS_GENERIC_ERROR,
    ERROR_CLASS_COMMAND_NOT_FOUND,
    ERROR_CLASS_DEVICE_NOT_ACTIVE,
    ERROR_CLASS_DEVICE_NOT_FOUND,
    ERROR_CLASS_KVM_MISSING_CAP,
} ErrorClass;

typedef struct Error Error;
struct Error {
    bool used;                              /* false: a free slot, or the shared overflow Error */
    ErrorClass error_class;
    char text[MIGCORE_QEMU_ERROR_TEXT];
    char hint[MIGCORE_QEMU_ERROR_TEXT];
};

extern Error *error_abort;
extern Error *error_fatal;
extern MIGCORE_QEMU_THREAD_LOCAL Error migcore_qemu_error_pool[MIGCORE_QEMU_ERRORS];
extern const Error migcore_qemu_error_overflow;

#ifdef MIGCORE_QEMU_DEFINE
Error *error_abort;
Error *error_fatal;
MIGCORE_QEMU_THREAD_LOCAL Error migcore_qemu_error_pool[MIGCORE_QEMU_ERRORS];
const Error migcore_qemu_error_overflow = { .text = "an error whose message is lost: too many are held at once" };
#endif

static inline const char *error_get_pretty(const Error *error)
{
    return error->text;
}

/* Does not write to the overflow Error, which is never in use: other threads have it too. */
static inline void error_free(Error *error)
{
    if (error != NULL && error->used) {
        error->used = false;
    }
}

static inline Error *migcore_qemu_priv_error_take(void)
{
    for (size_t i = 0; i < MIGCORE_QEMU_ERRORS; i++) {
        Error *slot = &migcore_qemu_error_pool[i];

        if (!slot->used) {
            memset(slot, 0, sizeof *slot);
            slot->used = true;
            return slot;
        }
    }
    return (Error *)(uintptr_t)&migcore_qemu_error_overflow; /* constant: who writes to it is stopped */
}

static inline void migcore_qemu_priv_print(const char *prefix, const Error *error)
{
    char line[2 * MIGCORE_QEMU_ERROR_TEXT + 64];

    (void)snprintf(line, sizeof line, "%s%s\n%s", prefix, error->text, error->hint);
    MIGCORE_QEMU_PRINT(line);
}

static inline void error_report_err(Error *error)
{
    migcore_qemu_priv_print("", error);
    error_free(error);
}

/* Where every Error ends up: hands it to the caller, or ends the program for the two special ones. */
static inline void migcore_qemu_priv_error_deliver(Error **errp, Error *error)
{
    if (errp == &error_abort) {
        migcore_qemu_priv_print("unexpected error: ", error);
        abort();
    }
    if (errp == &error_fatal) {
        error_report_err(error);
        exit(1);
    }
    if (errp != NULL && *errp == NULL) {
        *errp = error;
    } else {
        error_free(error);
    }
}

static inline void error_propagate(Error **errp, Error *local)
{
    if (local != NULL) {
        migcore_qemu_priv_error_deliver(errp, local);
    }
}

/* Behind error_setg, error_setg_errno and error_set. os_error 0: none. Keeps errno, as callers report it afterwards. */
MIGCORE_QEMU_PRINTF(4, 5)
static inline void migcore_qemu_error_set(Error **errp, ErrorClass error_class, int os_error, const char *format, ...)
{
    int errno_before = errno;
    va_list arguments;
    Error *error;

    if (errp == NULL || *errp != NULL) {
        return;
    }
    error = migcore_qemu_priv_error_take();
    if (error->used) {
        error->error_class = error_class;
        va_start(arguments, format);
        migcore_qemu_priv_append(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        if (os_error != 0) {
            migcore_qemu_priv_add(error->text, sizeof error->text, ": %s", strerror(os_error));
        }
    }
    migcore_qemu_priv_error_deliver(errp, error);
    errno = errno_before;
}

#define error_setg(errp, ...) migcore_qemu_error_set((errp), ERROR_CLASS_GENERIC_ERROR, 0, __VA_ARGS__)
#define error_setg_errno(errp, os_error, ...) \
    migcore_qemu_error_set((errp), ERROR_CLASS_GENERIC_ERROR, (os_error), __VA_ARGS__)
/* Up to 1.1 error_set took QERR_* strings of the host program, which only that program can put into words. */
#if MIGCORE_QEMU_API >= 102
#define error_set(errp, error_class, ...) migcore_qemu_error_set((errp), (error_class), 0, __VA_ARGS__)

static inline ErrorClass error_get_class(const Error *error)
{
    return error->error_class;
}
#endif

#if MIGCORE_QEMU_API < 201
static inline bool error_is_set(Error **errp)
{
    return errp != NULL && *errp != NULL;
}
#endif

static inline Error *error_copy(const Error *error)
{
    Error *copy = migcore_qemu_priv_error_take();

    if (copy->used) {
        *copy = *error;
        copy->used = true; /* also where the original is the overflow Error */
    }
    return copy;
}

static inline void error_free_or_abort(Error **errp)
{
    if (errp == NULL || *errp == NULL) {
        abort();
    }
    error_free(*errp);
    *errp = NULL;
}

MIGCORE_QEMU_PRINTF(2, 3)
static inline void error_append_hint(Error *const *errp, const char *format, ...)
{
    va_list arguments;

    if (errp == NULL || *errp == NULL || !(*errp)->used) {
        return;
    }
    va_start(arguments, format);
    migcore_qemu_priv_append((*errp)->hint, sizeof (*errp)->hint, format, arguments);
    va_end(arguments);
}

MIGCORE_QEMU_PRINTF(2, 0)
static inline void error_vprepend(Error *const *errp, const char *format, va_list arguments)
{
    char text[MIGCORE_QEMU_ERROR_TEXT] = "";

    if (errp == NULL || *errp == NULL || !(*errp)->used) {
        return;
    }
    migcore_qemu_priv_append(text, sizeof text, format, arguments);
    migcore_qemu_priv_add(text, sizeof text, "%s", (*errp)->text);
    memcpy((*errp)->text, text, sizeof text);
}

MIGCORE_QEMU_PRINTF(2, 3)
static inline void error_prepend(Error *const *errp, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    error_vprepend(errp, format, arguments);
    va_end(arguments);
}

MIGCORE_QEMU_PRINTF(3, 4)
static inline void error_propagate_prepend(Error **errp, Error *local, const char *format, ...)
{
    va_list arguments;

    if (local != NULL) {
        va_start(arguments, format);
        error_vprepend(&local, format, arguments);
        va_end(arguments);
        error_propagate(errp, local);
    }
}

MIGCORE_QEMU_PRINTF(2, 3)
static inline void error_reportf_err(Error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    error_vprepend(&error, format, arguments);
    va_end(arguments);
    error_report_err(error);
}

static inline void warn_report_err(Error *error)
{
    migcore_qemu_priv_print("warning: ", error);
    error_free(error);
}

MIGCORE_QEMU_PRINTF(2, 0)
static inline void migcore_qemu_priv_report(const char *prefix, const char *format, va_list arguments)
{
    Error line = { .used = false };

    migcore_qemu_priv_append(line.text, sizeof line.text, format, arguments);
    migcore_qemu_priv_print(prefix, &line);
}

#define MIGCORE_QEMU_PRIV_REPORT(name, prefix) \
    MIGCORE_QEMU_PRINTF(1, 2) \
    static inline void name(const char *format, ...) \
    { \
        va_list arguments; \
        va_start(arguments, format); \
        migcore_qemu_priv_report(prefix, format, arguments); \
        va_end(arguments); \
    }

MIGCORE_QEMU_PRIV_REPORT(error_report, "")
MIGCORE_QEMU_PRIV_REPORT(warn_report, "warning: ")
MIGCORE_QEMU_PRIV_REPORT(info_report, "info: ")

/* Makes `*errp` readable in a function whose errp may be NULL or &error_fatal; the Error goes on when the scope ends. */
typedef struct migcore_qemu_priv_guard {
    Error *local;
    Error **errp;
} migcore_qemu_priv_guard;

static inline void migcore_qemu_priv_guard_end(migcore_qemu_priv_guard *guard)
{
    error_propagate(guard->errp, guard->local);
}

#define ERRP_GUARD() \
    migcore_qemu_priv_guard migcore_qemu_guard __attribute__((cleanup(migcore_qemu_priv_guard_end))) = { NULL, errp }; \
    errp = (errp == NULL || errp == &error_fatal) ? &migcore_qemu_guard.local : errp

#endif /* Error of our own */

#endif /* MIGCORE_QEMU_ERROR_H */
