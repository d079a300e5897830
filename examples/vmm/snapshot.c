/* Saves a machine to a file, and restores it: received whole, checked whole, and only then loaded. */
#include "snapshot.h"
#include <stdio.h>
#include <unistd.h>

static uint64_t index_memory[2048]; /* so that a device may load its fields in any order */

static ptrdiff_t write_file(void *file, const void *data, size_t length)
{
    return (ptrdiff_t)fwrite(data, 1, length, file);
}

/* The stream: memory in bulk, then the devices. */
static bool save_stream(struct machine *m, FILE *f)
{
    static uint8_t scratch[4096];
    const migcore_sink sink = {.size = sizeof sink, .write = write_file, .opaque = f};
    const migcore_chunk_settings settings = {.size = sizeof settings, .machine = "vmm", .writer = "examples/vmm"};
    migcore_chunk_saver saver;
    migcore_visitor *v = &saver.visitor;

    migcore_chunk_save_stream(&saver, sizeof saver, &sink, NULL, 0, scratch, sizeof scratch, &settings, &m->kernels);
    migcore_ram_declare(&saver, &m->ram);
    migcore_ram_save(&saver, &m->ram, 0, 0, m->memory, RAM_PAGES, NULL);
    migcore_machine_save(&m->state, v);
    return migcore_finish(v) == MIGCORE_OK || complain_of_visit("not saved", v);
}

/* Checks down to the last value, and changes nothing. */
static migcore_status check_state(struct machine *m, const void *bytes, size_t length, migcore_checked *checked,
                                  migcore_error *error)
{
    migcore_chunk_loader loader;

    migcore_chunk_load_checked(&loader, sizeof loader, bytes, length, index_memory, sizeof index_memory, NULL,
                               &m->kernels);
    migcore_machine_check(&m->state, &loader.visitor, checked);
    return migcore_get_error(&loader.visitor, error), error->status;
}

migcore_status snapshot_accept(struct machine *m, const void *bytes, size_t length, migcore_checked *checked,
                               migcore_error *error)
{
    migcore_chunk_loader loader;

    if (check_state(m, bytes, length, checked, error) != MIGCORE_OK)
        return error->status;
    migcore_chunk_load_checked(&loader, sizeof loader, bytes, length, index_memory, sizeof index_memory, NULL,
                               &m->kernels);
    migcore_machine_load(&m->state, &loader.visitor, checked);
    return migcore_get_error(&loader.visitor, error), error->status;
}

/* Receives a file: memory goes to where `ram` says, the rest to `state`, of STATE_SIZE bytes. */
static bool receive_file(struct machine *m, const char *path, const migcore_ram *ram, void *state, const void **bytes,
                         size_t *length)
{
    migcore_error error = {.size = sizeof error};
    migcore_chunk_receiver receiver;
    FILE *f = fopen(path, "rb");
    size_t room, got;
    void *place;

    if (f == NULL) {
        perror(path);
        return false;
    }
    migcore_chunk_receiver_init(&receiver, sizeof receiver, state, STATE_SIZE, NULL, &m->kernels);
    migcore_chunk_receiver_ram(&receiver, ram);
    while (migcore_chunk_receiver_next(&receiver, &place, &room) == MIGCORE_OK && room > 0 &&
           (got = fread(place, 1, room, f)) > 0)
        migcore_chunk_receiver_got(&receiver, got, NULL);
    fclose(f);
    if (migcore_chunk_receiver_bytes(&receiver, bytes, length) == MIGCORE_OK)
        return true;
    migcore_chunk_receiver_error(&receiver, &error);
    return complain("refused", &error);
}

/* Without `load`, finds out whether the file could be loaded, and touches nothing: memory without a place is dropped. */
static bool read_file(struct machine *m, const char *path, bool load)
{
    static uint8_t state[STATE_SIZE];
    migcore_ram_block block = m->block;
    const migcore_ram ram = {.size = sizeof ram, .blocks = &block, .count = 1, .page_size = RAM_PAGE};
    migcore_checked checked = {.size = sizeof checked};
    migcore_error error = {.size = sizeof error};
    const void *bytes;
    size_t length;

    if (!load)
        block.memory = NULL;
    if (!receive_file(m, path, &ram, state, &bytes, &length))
        return false;
    return (load ? snapshot_accept : check_state)(m, bytes, length, &checked, &error) == MIGCORE_OK ||
           complain("refused", &error);
}

bool snapshot_load(struct machine *m, const char *path)
{
    return read_file(m, path, true);
}

/* Under another name first, and looked through: so there is never half a file, or one that is no good. */
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
    saved = save_stream(m, f) && fflush(f) == 0 && fsync(fileno(f)) == 0;
    saved = fclose(f) == 0 && saved && read_file(m, name, false) && rename(name, path) == 0;
    if (!saved) {
        fprintf(stderr, "vmm: %s was not written\n", path);
        remove(name);
    }
    return saved;
}
