/* A disk in a file, which both sides of a migration see. Requests wait in a queue until the disk has got round to them. */
#include "machine.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEK 30000     /* how long a request takes, */
#define TRANSFER 20000 /* and more for each sector */

#define SECTOR 512
#define SECTORS_AT_ONCE 8
#define NO_SLOT UINT32_MAX

static bool is_place(uint32_t sector, uint32_t count, uint32_t sectors)
{
    return count >= 1 && count <= SECTORS_AT_ONCE && sector < sectors && count <= sectors - sector;
}

/* Only requests in flight have a time, and only reads and writes a place. */
static void visit_request(migcore_visitor *v, struct blk_request *r, uint32_t sectors)
{
    migcore_visit_u8(v, "kind", &r->kind);
    migcore_require(v, "kind", r->kind <= BLK_FLUSH);
    if (r->kind != BLK_FREE)
        migcore_visit_u64(v, "due", &r->due);
    if (r->kind == BLK_READ || r->kind == BLK_WRITE) {
        migcore_visit_u32(v, "sector", &r->sector);
        migcore_visit_u32(v, "count", &r->count);
        migcore_require(v, "count", is_place(r->sector, r->count, sectors));
        migcore_visit_u32(v, "buffer", &r->buffer);
    }
}

static void visit_sectors(migcore_visitor *v, struct blk *b)
{
    uint32_t sectors = b->sectors;

    migcore_visit_u32(v, "sectors", &sectors);
    migcore_require(v, "sectors", sectors == b->sectors); /* a disk of another size is another disk */
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

/* Opens the disk and changes nothing: that only a machine does that runs. */
bool blk_open(struct blk *b, const char *path)
{
    struct stat status;

    b->file = open(path, O_RDWR);
    if (b->file < 0 || fstat(b->file, &status) != 0) {
        perror(path);
        return false;
    }
    b->sectors = (uint32_t)(status.st_size / SECTOR);
    return true;
}

static bool carry_out(struct machine *m, const struct blk_request *r)
{
    uint32_t length = r->count * SECTOR;
    off_t at = (off_t)r->sector * SECTOR;
    const uint8_t *from = memory_at(m, r->buffer, length);

    if (r->kind == BLK_FLUSH)
        return m->blk.file >= 0;
    if (r->kind == BLK_WRITE)
        return from != NULL && pwrite(m->blk.file, from, length, at) == (ssize_t)length;
    return from != NULL && pread(m->blk.file, memory_to_write(m, r->buffer, length), length, at) == (ssize_t)length;
}

uint64_t blk_tick(struct machine *m)
{
    struct blk *b = &m->blk;
    uint64_t next = NEVER;

    for (int i = 0; i < BLK_QUEUE; i++) {
        struct blk_request *r = &b->queue[i];

        if (r->kind != BLK_FREE && m->cpu.cycle >= r->due) {
            b->failed |= (uint8_t)(!carry_out(m, r) << i);
            b->done |= (uint8_t)(1 << i);
            r->kind = BLK_FREE;
        }
        if (r->kind != BLK_FREE && r->due < next)
            next = r->due;
    }
    intc_set(&m->intc, LINE_BLK, b->control != 0 && b->done != 0);
    return next;
}

/* A request gets a slot that is free and whose answer was read. */
static void command(struct machine *m, uint32_t kind)
{
    struct blk *b = &m->blk;
    struct blk_request new = {(uint8_t)kind, m->cpu.cycle + SEEK, b->sector, b->buffer, b->count};

    b->slot = NO_SLOT;
    if (kind == BLK_FREE || kind > BLK_FLUSH || (kind != BLK_FLUSH && !is_place(b->sector, b->count, b->sectors)))
        return;
    if (kind != BLK_FLUSH)
        new.due += b->count * TRANSFER;
    for (uint32_t i = 0; i < BLK_QUEUE && b->slot == NO_SLOT; i++) {
        if (b->queue[i].kind == BLK_FREE && !(b->done & 1 << i)) {
            b->queue[i] = new;
            b->slot = i;
        }
    }
}

uint32_t blk_read(struct machine *m, uint32_t offset)
{
    switch (offset) {
    case BLK_SECTORS: return m->blk.sectors;
    case BLK_SLOT: return m->blk.slot;
    case BLK_DONE: return m->blk.done;
    case BLK_FAILED: return m->blk.failed;
    default: return 0; /* the others are to be written */
    }
}

void blk_write(struct machine *m, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case BLK_SECTOR: m->blk.sector = value; break;
    case BLK_BUFFER: m->blk.buffer = value; break;
    case BLK_COUNT: m->blk.count = value; break;
    case BLK_COMMAND: command(m, value); break;
    case BLK_DONE: /* a bit that is written is cleared */
        m->blk.done &= (uint8_t)~value;
        m->blk.failed &= (uint8_t)~value;
        break;
    case BLK_CONTROL: m->blk.control = (uint8_t)value; break;
    }
}
