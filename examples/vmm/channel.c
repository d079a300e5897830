#include "channel.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* `attach` is connect or bind. */
static bool open_socket(struct channel *c, const char *path,
                        int (*attach)(int, const struct sockaddr *, socklen_t))
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    errno = ENAMETOOLONG;
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (c->fd >= 0 && strlen(path) < sizeof address.sun_path
        && attach(c->fd, (struct sockaddr *)&address, sizeof address) == 0)
        return true;
    perror(path);
    channel_close(c);
    return false;
}

bool channel_connect(struct channel *c, const char *path)
{
    return open_socket(c, path, connect);
}

bool channel_listen(struct channel *c, const char *path)
{
    int listener;

    if (!open_socket(c, path, bind))
        return false;
    listener = c->fd;
    c->fd = -1;
    if (listen(listener, 1) == 0) {
        fprintf(stderr, "vmm: waiting at %s\n", path);
        c->fd = accept(listener, NULL, NULL);
    }
    if (c->fd < 0)
        perror(path);
    close(listener);
    unlink(path);
    return c->fd >= 0;
}

void channel_close(struct channel *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

double milliseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void channel_limit(struct channel *c, double limit)
{
    c->deadline = milliseconds() + limit;
}

/* What a callback returns after a call that gave `done`. */
static ptrdiff_t outcome(ptrdiff_t done)
{
    if (done >= 0)
        return done;
    return errno == EINTR || errno == EAGAIN ? MIGCORE_IO_RETRY : -errno;
}

/* Waits until the socket can be read or written; below 0: what the callback returns. */
static ptrdiff_t wait_for(const struct channel *c, short events, double deadline)
{
    struct pollfd p = {.fd = c->fd, .events = events};
    double left = deadline - milliseconds();
    int ready = left > 0 ? poll(&p, 1, (int)left + 1) : 0; /* also where bytes would come for ever */

    return ready == 0 ? -ETIMEDOUT : outcome(ready);
}

bool channel_has_input(const struct channel *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

static ptrdiff_t channel_write(void *opaque, const void *data, size_t length)
{
    struct channel *c = opaque;
    ptrdiff_t done = wait_for(c, POLLOUT, c->deadline);

    if (done < 0)
        return done;
    /* Without MSG_NOSIGNAL, a destination that is gone would end the source as well. */
    done = send(c->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (done > 0 && c->copy)
        fwrite(data, 1, (size_t)done, c->copy);
    return outcome(done);
}

static ptrdiff_t channel_read(void *opaque, void *data, size_t length)
{
    struct channel *c = opaque;
    ptrdiff_t ready;

    if (c->idle > 0)
        channel_limit(c, c->idle);
    ready = wait_for(c, POLLIN, c->deadline);
    return ready < 0 ? ready : outcome(recv(c->fd, data, length, MSG_DONTWAIT));
}

migcore_sink channel_sink(struct channel *c)
{
    return (migcore_sink){.size = sizeof(migcore_sink), .write = channel_write, .opaque = c};
}

migcore_source channel_source(struct channel *c)
{
    return (migcore_source){.size = sizeof(migcore_source), .read = channel_read, .opaque = c};
}

/* One function for both directions, as with devices. */
static bool visit_message(migcore_visitor *v, struct message *m, migcore_error *error)
{
    migcore_begin_device(v, "message", 0, 1, 1);
    migcore_visit_u32(v, "kind", &m->kind);
    if (m->kind == MESSAGE_READY)
        migcore_visit_u64(v, "skipped", &m->skipped);
    else if (m->kind == MESSAGE_REFUSED)
        migcore_visit_error(v, "error", &m->error);
    else
        migcore_visit_bytes(v, "claim", m->claim, sizeof m->claim);
    migcore_end_device(v);
    migcore_finish(v);
    migcore_get_error(v, error);
    return error->status == MIGCORE_OK;
}

bool channel_say(struct channel *c, struct message *message, migcore_error *error)
{
    unsigned char buffer[2048], scratch[1024];
    migcore_sink sink = channel_sink(c);
    migcore_chunk_saver saver;

    migcore_chunk_save_stream(&saver, sizeof saver, &sink, buffer, sizeof buffer, scratch, sizeof scratch, NULL, NULL);
    return visit_message(&saver.visitor, message, error);
}

/* Without a buffer, a loader reads a stream up to its end and no further. */
bool channel_hear(struct channel *c, struct message *message, migcore_error *error)
{
    unsigned char memory[4096];
    migcore_source source = channel_source(c);
    migcore_chunk_loader loader;

    *message = (struct message){.error = {.size = sizeof message->error}};
    migcore_chunk_load_stream(&loader, sizeof loader, &source, NULL, 0, memory, sizeof memory, NULL, 0, NULL, NULL);
    return visit_message(&loader.visitor, message, error);
}

void channel_drain(struct channel *c)
{
    char bytes[4096];
    ptrdiff_t got;

    shutdown(c->fd, SHUT_WR);
    do
        got = channel_read(c, bytes, sizeof bytes);
    while (got > 0 || got == MIGCORE_IO_RETRY);
}
