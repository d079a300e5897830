/* A disk in a file, which both sides of a migration see. Requests wait in a queue until the disk has got round to them. */
#include "machine.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEK 30000     /* how long a request takes, */
#define TRANSFER 20000 /* and more for each sector */

enum { SECTORS = 0, SECTOR = 4, BUFFER = 8, COUNT = 12, COMMAND = 16, SLOT = 20, DONE = 24, FAILED = 28, CONTROL = 32 };

#define NO_SLOT UINT32_MAX

/* Only requests in flight have a time, and only reads and writes a place. */
static void visit_request(migcore_visitor *v, struct blk_request *r, uint32_t sectors)
{
    migcore_visit_u8(v, "kind", &r->kind);
    require(v, "kind", r->kind <= BLK_FLUSH);
    if (r->kind != BLK_FREE)
        migcore_visit_u64(v, "due", &r->due);
    if (r->kind == BLK_READ || r->kind == BLK_WRITE) {
        migcore_visit_u32(v, "sector", &r->sector);
        require(v, "sector", r->sector < sectors);
        migcore_visit_u32(v, "count", &r->count);
        require(v, "count", r->count >= 1 && r->count <= BLK_SECTORS_AT_ONCE && r->count <= sectors - r->sector);
        migcore_visit_u32(v, "buffer", &r->buffer);
    }
}

static void visit_sectors(migcore_visitor *v, struct blk *b)
{
    uint32_t sectors = b->sectors;

    migcore_visit_u32(v, "sectors", &sectors);
    require(v, "sectors", sectors == b->sectors); /* a disk of another size is another disk */
}

/*
 * Saves in the order in which it always did. A load wants to know first that the disk is the right one. Items have names,
 * so each can have its order.
 */
migcore_status blk_visit(migcore_visitor *v, void *opaque)
{
    struct blk *b = opaque;

    if (migcore_is_loading(v))
        visit_sectors(v, b);
    migcore_begin_list(v, "queue", BLK_QUEUE);
    for (int i = 0; i < BLK_QUEUE; i++) {
        migcore_begin_element(v);
        visit_request(v, &b->queue[i], b->sectors);
        migcore_end_element(v);
    }
    migcore_end_list(v);
    migcore_visit_u8(v, "control", &b->control);
    migcore_visit_u8(v, "done", &b->done);
    migcore_visit_u8(v, "failed", &b->failed);
    migcore_visit_u32(v, "sector", &b->sector);
    migcore_visit_u32(v, "buffer", &b->buffer);
    migcore_visit_u32(v, "count", &b->count);
    migcore_visit_u32(v, "slot", &b->slot);
    if (!migcore_is_loading(v))
        visit_sectors(v, b);
    return migcore_get_status(v);
}

/* The scratch instance has the disk of the true one to compare with. */
int32_t blk_scratch_begin(void *scratch, void *opaque)
{
    *(struct blk *)scratch = *(struct blk *)opaque;
    return 0;
}

static void update(struct blk *b)
{
    intc_set(&b->machine->intc, LINE_BLK, b->control != 0 && b->done != 0);
}

int32_t blk_load_done(void *opaque)
{
    update(opaque);
    return 0;
}

/* Opens the disk and changes nothing: that only a machine does that runs. */
bool blk_open(struct blk *b, const char *path)
{
    struct stat status;

    b->file = open(path, O_RDWR);
    if (b->file < 0 || fstat(b->file, &status) != 0) {
        perror(path);
        return false;
    }
    b->sectors = (uint32_t)(status.st_size / BLK_SECTOR);
    return true;
}

static bool transfer(struct blk *b, const struct blk_request *r)
{
    uint32_t length = r->count * BLK_SECTOR;
    off_t at = (off_t)r->sector * BLK_SECTOR;

    if (r->kind == BLK_READ) {
        uint8_t *to = memory_to_write(b->machine, r->buffer, length);
        return to != NULL && pread(b->file, to, length, at) == (ssize_t)length;
    }
    const uint8_t *from = memory_at(b->machine, r->buffer, length);
    return from != NULL && pwrite(b->file, from, length, at) == (ssize_t)length;
}

uint64_t blk_tick(struct blk *b)
{
    uint64_t next = NEVER;

    for (int i = 0; i < BLK_QUEUE; i++) {
        struct blk_request *r = &b->queue[i];

        if (r->kind != BLK_FREE && b->machine->cpu.cycle >= r->due) {
            bool good = r->kind == BLK_FLUSH ? b->file >= 0 : transfer(b, r);

            b->done |= (uint8_t)(1 << i);
            b->failed |= (uint8_t)(!good << i);
            r->kind = BLK_FREE;
        }
        if (r->kind != BLK_FREE && r->due < next)
            next = r->due;
    }
    update(b);
    return next;
}

/* A request gets a slot that is free and whose answer was read. */
static void command(struct blk *b, uint32_t kind)
{
    bool places = kind == BLK_READ || kind == BLK_WRITE;

    b->slot = NO_SLOT;
    if (kind == BLK_FREE || kind > BLK_FLUSH)
        return;
    if (places && (b->count < 1 || b->count > BLK_SECTORS_AT_ONCE || b->sector >= b->sectors ||
                   b->count > b->sectors - b->sector))
        return;
    for (uint32_t i = 0; i < BLK_QUEUE; i++) {
        if (b->queue[i].kind != BLK_FREE || b->done & 1 << i)
            continue;
        b->queue[i] = (struct blk_request){
            .kind = (uint8_t)kind,
            .due = b->machine->cpu.cycle + SEEK + (places ? b->count * TRANSFER : 0),
            .sector = b->sector,
            .buffer = b->buffer,
            .count = b->count,
        };
        b->slot = i;
        return;
    }
}

uint32_t blk_read(struct machine *m, uint32_t offset)
{
    switch (offset) {
    case SECTORS: return m->blk.sectors;
    case SECTOR: return m->blk.sector;
    case BUFFER: return m->blk.buffer;
    case COUNT: return m->blk.count;
    case SLOT: return m->blk.slot;
    case DONE: return m->blk.done;
    case FAILED: return m->blk.failed;
    case CONTROL: return m->blk.control;
    default: return 0;
    }
}

void blk_write(struct machine *m, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case SECTOR: m->blk.sector = value; break;
    case BUFFER: m->blk.buffer = value; break;
    case COUNT: m->blk.count = value; break;
    case COMMAND: command(&m->blk, value); break;
    case DONE: /* a bit that is written is cleared */
        m->blk.done &= (uint8_t)~value;
        m->blk.failed &= (uint8_t)~value;
        break;
    case CONTROL: m->blk.control = (uint8_t)value; break;
    }
}
