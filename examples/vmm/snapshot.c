/* Saves a machine to a file, and restores it: received whole, checked whole, and only then loaded. */
#include "snapshot.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static ptrdiff_t write_file(void *file, const void *data, size_t length)
{
    return (ptrdiff_t)fwrite(data, 1, length, file);
}

static bool write_state(struct machine *m, FILE *f)
{
    static uint8_t scratch[4096];
    const migcore_sink sink = {.size = sizeof sink, .write = write_file, .opaque = f};
    const migcore_chunk_settings settings = {.size = sizeof settings, .machine = "vmm", .writer = "examples/vmm",
                                             .fragment_limit = RAM_SIZE};
    migcore_chunk_saver saver;
    migcore_visitor *v = &saver.visitor;

    migcore_chunk_save_stream(&saver, sizeof saver, &sink, NULL, 0, scratch, sizeof scratch, &settings, &m->kernels);
    migcore_machine_save(&m->state, v);
    if (migcore_finish(v) != MIGCORE_OK)
        return complain_of_visit("not saved", v);
    return true;
}

migcore_status snapshot_check(struct machine *m, const void *bytes, size_t length, migcore_checked *checked,
                              migcore_error *error)
{
    static uint64_t index[4096];
    migcore_chunk_loader loader;

    migcore_chunk_load_checked(&loader, sizeof loader, bytes, length, index, sizeof index, NULL, &m->kernels);
    migcore_machine_check(&m->state, &loader.visitor, checked);
    return migcore_get_error(&loader.visitor, error), error->status;
}

migcore_status snapshot_accept(struct machine *m, const void *bytes, size_t length, migcore_checked *checked,
                               migcore_error *error)
{
    static uint64_t index[4096];
    migcore_chunk_loader loader;

    if (snapshot_check(m, bytes, length, checked, error) != MIGCORE_OK)
        return error->status;
    migcore_chunk_load_checked(&loader, sizeof loader, bytes, length, index, sizeof index, NULL, &m->kernels);
    migcore_machine_load(&m->state, &loader.visitor, checked);
    return migcore_get_error(&loader.visitor, error), error->status;
}

/* Receives the stream in a file, with its memory, into `state`, of STATE_SIZE bytes. */
static bool receive_file(struct machine *m, FILE *f, migcore_chunk_receiver *receiver, void *state)
{
    static uint8_t piece[65536];
    migcore_error error = {.size = sizeof error};
    bool done = false;
    size_t got;

    migcore_chunk_receiver_init(receiver, sizeof *receiver, state, STATE_SIZE, NULL, &m->kernels);
    while (!done && (got = fread(piece, 1, sizeof piece, f)) > 0) {
        if (migcore_chunk_receiver_feed(receiver, piece, got, NULL, &done) != MIGCORE_OK) {
            migcore_chunk_receiver_error(receiver, &error);
            return complain("refused", &error);
        }
    }
    return true;
}

bool snapshot_load(struct machine *m, const char *path)
{
    migcore_checked checked = {.size = sizeof checked};
    migcore_error error = {.size = sizeof error};
    migcore_chunk_receiver receiver;
    const void *bytes;
    size_t length;
    FILE *f = fopen(path, "rb");
    void *state = malloc(STATE_SIZE);
    bool loaded = false;

    if (f == NULL || state == NULL) {
        perror(path);
    } else if (receive_file(m, f, &receiver, state)) {
        if (migcore_chunk_receiver_bytes(&receiver, &bytes, &length) != MIGCORE_OK)
            fprintf(stderr, "vmm: refused: the file is cut\n");
        else if (snapshot_accept(m, bytes, length, &checked, &error) != MIGCORE_OK)
            complain("refused", &error);
        else
            loaded = true;
    }
    if (f != NULL)
        fclose(f);
    free(state);
    return loaded;
}

/* Under another name first, so that there is never half a file. */
bool snapshot_save(struct machine *m, const char *path)
{
    char name[4096];
    FILE *f;
    bool saved;

    snprintf(name, sizeof name, "%s.new", path);
    f = fopen(name, "wb");
    if (f == NULL) {
        perror(name);
        return false;
    }
    saved = write_state(m, f) && fflush(f) == 0 && fsync(fileno(f)) == 0;
    saved = fclose(f) == 0 && saved && rename(name, path) == 0;
    if (!saved) {
        perror(path);
        remove(name);
    }
    return saved;
}
