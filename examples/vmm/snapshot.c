/* Saves a machine to a file, and restores it: received whole, checked whole, and only then loaded. */
#include "snapshot.h"
#include "history.h"
#include <stdio.h>
#include <unistd.h>

static ptrdiff_t write_to_file(void *file, const void *data, size_t length)
{
    return (ptrdiff_t)fwrite(data, 1, length, file);
}

static ptrdiff_t read_from_file(void *file, void *data, size_t length)
{
    return (ptrdiff_t)fread(data, 1, length, file);
}

/* The stream: memory in bulk, then the devices. */
static bool save_stream(struct machine *m, FILE *f)
{
    static uint8_t scratch[4096];
    const migcore_sink sink = {.size = sizeof sink, .write = write_to_file, .opaque = f};
    const migcore_chunk_settings settings = {.size = sizeof settings, .machine = "vmm", .writer = "examples/vmm"};
    migcore_chunk_saver saver;
    migcore_visitor *v = &saver.visitor;

    migcore_chunk_save_stream(&saver, sizeof saver, &sink, NULL, 0, scratch, sizeof scratch, &settings, &m->kernels);
    migcore_ram_declare(&saver, &m->ram);
    migcore_ram_save(&saver, &m->ram, 0, 0, m->memory, RAM_PAGES, NULL);
    return devices_save(m, v) && (migcore_finish(v) == MIGCORE_OK || complain_of_visit("not saved", v));
}

bool devices_save(struct machine *m, migcore_visitor *v)
{
    static struct tree tree;
    migcore_error error = {.size = sizeof error};

    if (!m->keeps)
        migcore_machine_save(&m->state, v);
    else if (tree_of_machine(&tree, m, &error))
        migcore_tree_replay(&tree.tree, MIGCORE_ROOT, v);
    else
        return complain("not saved", &error);
    return true;
}

/*
 * What cannot go straight into the devices, as the receiver has it: the state of an older release, and what came along for
 * other programs.
 */
static bool accept_tree(struct machine *m, const migcore_chunk_receiver *receiver, bool load, uint64_t *skipped,
                        migcore_error *error)
{
    static struct tree tree;

    return tree_of_received(&tree, receiver, error) && history_up(&tree, error)
           && tree_accept(&tree, m, load, skipped, error);
}

/*
 * Memory goes straight to its place, which is all 0 before (machine_init); or is only checked, and dropped. The devices are
 * touched when all of the stream is there and was found right, down to the last value.
 */
migcore_status snapshot_receive(struct machine *m, const migcore_source *source, bool load, uint64_t *skipped,
                                migcore_error *error)
{
    static uint8_t state[64 * 1024]; /* all of a stream but memory */
    static uint64_t index[2048];     /* so that a device may load its fields in any order */
    migcore_chunk_counts counts = {.size = sizeof counts};
    migcore_ram_block block = m->block;
    migcore_ram ram = m->ram;
    migcore_chunk_receiver receiver;

    ram.blocks = &block;
    block.memory = load ? m->memory : NULL;
    migcore_chunk_receiver_init(&receiver, sizeof receiver, state, sizeof state, NULL, &m->kernels);
    migcore_chunk_receiver_ram(&receiver, &ram);
    if (migcore_chunk_receiver_read(&receiver, source) != MIGCORE_OK) {
        migcore_chunk_receiver_error(&receiver, error);
        return error->status;
    }
    migcore_machine_accept(&m->state, &receiver, load, index, sizeof index, NULL, &counts, error);
    *skipped = counts.skipped_chunks + counts.skipped_devices;
    if (error->status == MIGCORE_TOO_OLD || (error->status == MIGCORE_OK && *skipped > 0))
        accept_tree(m, &receiver, load, skipped, error);
    return error->status;
}

static bool read_file(struct machine *m, const char *path, bool load)
{
    const migcore_source source = {.size = sizeof source, .read = read_from_file, .opaque = fopen(path, "rb")};
    migcore_error error = {.size = sizeof error};
    uint64_t skipped;

    if (source.opaque == NULL) {
        perror(path);
        return false;
    }
    snapshot_receive(m, &source, load, &skipped, &error);
    fclose(source.opaque);
    return error.status == MIGCORE_OK || complain("refused", &error);
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
