/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Error objects: the pool, its end, threads, the two special places, what is printed.
 */
static char printed[2048];

#define MIGCORE_QEMU_PRINT(text) (void)strncat(printed, (text), sizeof printed - strlen(printed) - 1)
#include "migcore_qemu.h"
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void set_and_free(void)
{
    Error *err = NULL;

    error_setg(&err, "no %s at %d", "carrier", 7);
    CHECK_TEXT(error_get_pretty(err), "no carrier at 7");
    CHECK_EQUAL(error_get_class(err), ERROR_CLASS_GENERIC_ERROR);
    error_setg(&err, "another"); /* the first stays */
    CHECK_TEXT(error_get_pretty(err), "no carrier at 7");
    error_free(err);
    error_free(NULL);
    error_setg(NULL, "nobody cares");
    err = NULL;
    error_set(&err, ERROR_CLASS_DEVICE_NOT_FOUND, "gone");
    CHECK_EQUAL(error_get_class(err), ERROR_CLASS_DEVICE_NOT_FOUND);
    error_free_or_abort(&err);
    CHECK(err == NULL);
}

static void set_with_errno(void)
{
    Error *err = NULL;
    char expected[100];

    snprintf(expected, sizeof expected, "open: %s", strerror(ENOENT));
    errno = EPIPE;
    error_setg_errno(&err, ENOENT, "open");
    CHECK_EQUAL(errno, EPIPE);
    CHECK_TEXT(error_get_pretty(err), expected);
    error_free(err);
}

static void the_pool_ends_without_losing_that_there_was_an_error(void)
{
    Error *held[MIGCORE_QEMU_ERRORS + 2] = { NULL };
    char expected[20];
    Error *again = NULL;

    for (int i = 0; i < MIGCORE_QEMU_ERRORS + 2; i++) {
        error_setg(&held[i], "error %d", i);
        CHECK(held[i] != NULL);
    }
    for (int i = 0; i < MIGCORE_QEMU_ERRORS; i++) {
        snprintf(expected, sizeof expected, "error %d", i);
        CHECK_TEXT(error_get_pretty(held[i]), expected);
    }
    CHECK(held[MIGCORE_QEMU_ERRORS] == held[MIGCORE_QEMU_ERRORS + 1]);
    CHECK(strstr(error_get_pretty(held[MIGCORE_QEMU_ERRORS]), "lost") != NULL);
    error_append_hint(&held[MIGCORE_QEMU_ERRORS], "hint");
    error_prepend(&held[MIGCORE_QEMU_ERRORS], "before");
    CHECK(strncmp(error_get_pretty(held[MIGCORE_QEMU_ERRORS]), "before", 6) != 0);
    error_free(held[MIGCORE_QEMU_ERRORS]);
    error_free(held[MIGCORE_QEMU_ERRORS + 1]);
    error_free(held[1]);
    again = error_copy(held[MIGCORE_QEMU_ERRORS]);
    CHECK(again == held[1]); /* a free slot is taken again, also for a copy of the lost one */
    CHECK(strstr(error_get_pretty(again), "lost") != NULL);
    error_free(again);
    again = NULL;
    error_setg(&again, "again");
    CHECK_TEXT(error_get_pretty(again), "again");
    error_free(again);
    for (int i = 0; i < MIGCORE_QEMU_ERRORS; i++) {
        if (i != 1) {
            error_free(held[i]);
        }
    }
}

static void propagate(void)
{
    Error *local = NULL, *outer = NULL;

    error_propagate(&outer, NULL);
    CHECK(outer == NULL);
    error_setg(&local, "inner");
    error_propagate(&outer, local);
    CHECK(outer == local);
    local = NULL;
    error_setg(&local, "later");
    error_propagate(&outer, local); /* frees it */
    CHECK_TEXT(error_get_pretty(outer), "inner");
    error_free(outer);
    local = outer = NULL;
    error_setg(&local, "x");
    error_propagate(NULL, local);
    local = NULL;
    error_setg(&local, "fault");
    error_propagate_prepend(&outer, local, "slot %d: ", 3);
    CHECK_TEXT(error_get_pretty(outer), "slot 3: fault");
    error_free(outer);
}

static void texts_are_cut_visibly(void)
{
    char text[MIGCORE_QEMU_ERROR_TEXT + 10];
    Error *err = NULL;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_setg(&err, "%s", text);
    CHECK_EQUAL(strlen(error_get_pretty(err)), MIGCORE_QEMU_ERROR_TEXT - 1);
    CHECK_TEXT(error_get_pretty(err) + MIGCORE_QEMU_ERROR_TEXT - 5, "x...");
    error_prepend(&err, "%s", text);
    CHECK_TEXT(error_get_pretty(err) + MIGCORE_QEMU_ERROR_TEXT - 5, "x...");
    error_free(err);
    err = NULL;
    text[MIGCORE_QEMU_ERROR_TEXT - 1] = '\0'; /* just fits */
    error_setg(&err, "%s", text);
    CHECK_TEXT(error_get_pretty(err), text);
    error_free(err);
}

static void reports(void)
{
    Error *err = NULL, *copy;

    error_setg(&err, "bad ring");
    error_append_hint(&err, "Try a smaller one.\n");
    copy = error_copy(err);
    error_report_err(err);
    warn_report_err(copy);
    err = NULL;
    error_setg(&err, "bad head");
    error_reportf_err(err, "rx%d: ", 0);
    error_report("plain %d", 1);
    warn_report("careful");
    info_report("by the way");
    CHECK_TEXT(printed, "bad ring\nTry a smaller one.\nwarning: bad ring\nTry a smaller one.\nrx0: bad head\nplain 1\n"
                        "warning: careful\ninfo: by the way\n");
}

static int guarded(Error **errp)
{
    ERRP_GUARD();
    error_setg(errp, "inside");
    return *errp != NULL;
}

static void guard(void)
{
    Error *err = NULL;

    CHECK(guarded(NULL));
    CHECK(guarded(&err));
    CHECK_TEXT(error_get_pretty(err), "inside");
    error_free(err);
}

/* Runs `call` in a child and gives its wait status. */
static int in_child(void (*call)(void))
{
    int status = -1;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        call();
        _exit(99);
    }
    waitpid(child, &status, 0);
    return status;
}

static void fatal(void)
{
    error_setg(&error_fatal, "cannot go on");
}

static void fatal_through_guard(void)
{
    (void)guarded(&error_fatal);
}

static void unexpected(void)
{
    error_setg(&error_abort, "cannot be");
}

static void special_places_end_the_program(void)
{
    int status = in_child(fatal);

    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    status = in_child(fatal_through_guard);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    status = in_child(unexpected);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* Each thread has a pool for itself: many threads that fill theirs at the same time do not see each other, and what all of
   them get when theirs is full is only read. */
static void *fill_pool(void *argument)
{
    long number = (long)argument, wrong = 0;

    for (int round = 0; round < 2000; round++) {
        Error *held[MIGCORE_QEMU_ERRORS] = { NULL }, *lost = NULL;
        char expected[40];

        for (int i = 0; i < MIGCORE_QEMU_ERRORS; i++) {
            error_setg(&held[i], "thread %ld error %d", number, i);
        }
        error_setg(&lost, "thread %ld, one more", number);
        for (int i = 0; i < MIGCORE_QEMU_ERRORS; i++) {
            snprintf(expected, sizeof expected, "thread %ld error %d", number, i);
            wrong += strcmp(error_get_pretty(held[i]), expected) != 0;
            error_free(held[i]);
        }
        wrong += lost == NULL || lost != &migcore_qemu_error_overflow;
        error_free(lost);
    }
    return (void *)wrong;
}

static void threads(void)
{
    pthread_t thread[4];

    for (long i = 0; i < 4; i++) {
        CHECK_EQUAL(pthread_create(&thread[i], NULL, fill_pool, (void *)i), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *wrong = NULL;

        pthread_join(thread[i], &wrong);
        CHECK(wrong == NULL);
    }
}

int main(void)
{
    set_and_free();
    set_with_errno();
    the_pool_ends_without_losing_that_there_was_an_error();
    propagate();
    texts_are_cut_visibly();
    reports();
    guard();
    special_places_end_the_program();
    threads();
    return checks_report("qemu/errors");
}
