#include "channel.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool failed(struct channel *c, const char *path)
{
    fprintf(stderr, "vmm: %s: %s\n", path, strerror(errno));
    channel_close(c);
    return false;
}

static bool open_socket(struct channel *c, const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    *c = (struct channel){.fd = socket(AF_UNIX, SOCK_STREAM, 0)};
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(address->sun_path, path);
    return c->fd >= 0;
}

bool channel_connect(struct channel *c, const char *path)
{
    struct sockaddr_un address;

    if (!open_socket(c, path, &address) || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0)
        return failed(c, path);
    return true;
}

bool channel_listen(struct channel *c, const char *path)
{
    struct sockaddr_un address;
    int listener;

    if (!open_socket(c, path, &address) || bind(c->fd, (struct sockaddr *)&address, sizeof address) != 0
        || listen(c->fd, 1) != 0)
        return failed(c, path);
    fprintf(stderr, "vmm: waiting at %s\n", path);
    listener = c->fd;
    do
        c->fd = accept(listener, NULL, NULL);
    while (c->fd < 0 && errno == EINTR);
    if (c->fd < 0)
        failed(c, path);
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

void channel_limit(struct channel *c, unsigned milliseconds)
{
    c->deadline = now() + milliseconds;
}

/* 0 when the socket has what is waited for, or -errno. */
static int wait_for(const struct channel *c, short events, int64_t milliseconds)
{
    struct pollfd p = {.fd = c->fd, .events = events};
    int ready = poll(&p, 1, milliseconds > 0 ? (int)milliseconds : 0);

    if (ready > 0)
        return 0;
    return ready == 0 ? -ETIMEDOUT : -errno;
}

bool channel_has_input(const struct channel *c)
{
    return wait_for(c, POLLIN, 0) == 0;
}

/* What a callback returns after a call that has given `done`. */
static ptrdiff_t outcome(ptrdiff_t done)
{
    if (done >= 0)
        return done;
    return errno == EINTR || errno == EAGAIN ? MIGCORE_IO_RETRY : -errno;
}

static ptrdiff_t channel_write(void *opaque, const void *data, size_t length)
{
    struct channel *c = opaque;
    int waited = wait_for(c, POLLOUT, c->deadline - now());
    ptrdiff_t done;

    if (waited != 0)
        return waited == -EINTR ? MIGCORE_IO_RETRY : waited;
    /* Without MSG_NOSIGNAL, a destination that is gone would end the source as well. */
    done = send(c->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (done > 0 && c->copy)
        fwrite(data, 1, (size_t)done, c->copy);
    return outcome(done);
}

static ptrdiff_t channel_read(void *opaque, void *data, size_t length)
{
    struct channel *c = opaque;
    int waited = wait_for(c, POLLIN, c->deadline - now());
    ptrdiff_t done;

    if (waited != 0)
        return waited == -EINTR ? MIGCORE_IO_RETRY : waited;
    done = recv(c->fd, data, length, MSG_DONTWAIT);
    return outcome(done);
}

migcore_sink channel_sink(struct channel *c)
{
    return (migcore_sink){.size = sizeof(migcore_sink), .write = channel_write, .opaque = c};
}

migcore_source channel_source(struct channel *c)
{
    return (migcore_source){.size = sizeof(migcore_source), .read = channel_read, .opaque = c};
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

static void visit_error(migcore_visitor *v, migcore_error *error)
{
    migcore_begin_struct(v, "error");
    migcore_visit_i32(v, "status", &error->status);
    migcore_visit_i32(v, "cause", &error->cause);
    migcore_visit_u64(v, "offset", &error->offset);
    migcore_visit_u64(v, "expected", &error->expected);
    migcore_visit_u64(v, "found", &error->found);
    migcore_visit_string(v, "path", error->path, sizeof error->path);
    migcore_end_struct(v);
}

/* One function for both directions, as with devices. */
static migcore_status visit_message(migcore_visitor *v, struct message *m)
{
    migcore_begin_device(v, "message", 0, 1, 1);
    migcore_visit_u32(v, "kind", &m->kind);
    switch (m->kind) {
    case MESSAGE_READY:
        migcore_visit_u64(v, "skipped", &m->skipped);
        break;
    case MESSAGE_REFUSED:
        visit_error(v, &m->error);
        break;
    case MESSAGE_COMMIT:
    case MESSAGE_RUNNING:
        migcore_visit_bytes(v, "claim", m->claim.bytes, sizeof m->claim.bytes);
        break;
    default:
        migcore_fail(v, "kind", MIGCORE_BAD_VALUE, 0);
    }
    migcore_end_device(v);
    return migcore_finish(v);
}

bool channel_say(struct channel *c, struct message *message, migcore_error *error)
{
    unsigned char buffer[2048], scratch[1024];
    migcore_sink sink = channel_sink(c);
    migcore_chunk_saver saver;
    migcore_visitor *v = &saver.visitor;

    migcore_chunk_save_stream(&saver, sizeof saver, &sink, buffer, sizeof buffer, scratch, sizeof scratch, NULL, NULL);
    visit_message(v, message);
    return migcore_get_error(v, error) == MIGCORE_OK && error->status == MIGCORE_OK;
}

/* Without a buffer, a loader reads a stream up to its end and no further. */
bool channel_hear(struct channel *c, struct message *message, migcore_error *error)
{
    unsigned char memory[4096];
    migcore_source source = channel_source(c);
    migcore_chunk_loader loader;
    migcore_visitor *v = &loader.visitor;

    *message = (struct message){.error = {.size = sizeof message->error}};
    migcore_chunk_load_stream(&loader, sizeof loader, &source, NULL, 0, memory, sizeof memory, NULL, 0, NULL, NULL);
    visit_message(v, message);
    return migcore_get_error(v, error) == MIGCORE_OK && error->status == MIGCORE_OK;
}
