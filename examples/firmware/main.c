/*
 * A device saves and restores itself through libmigcore on a Cortex-M.
 *
 * The steps are those of a power loss: save, forget everything, restore, compare.
 * Then what goes wrong in the field: an image cut short, and one that asks for
 * more than the device can hold.  Then the same with chunks, and a larger device.
 * The exit code is the number of failed checks.
 */
#include <string.h>

#include "can.h"
#include "check.h"
#include "chunk_checks.h"
#include "snapshot.h"
#include "stack.h"

/* What the calls may take of the stack, in bytes: a tenth above what was measured. */
#define SAVE_STACK 1870u
#define LOAD_STACK 2130u

static struct can live, before;
static struct snapshot flash;
static migcore_error fault;

static void fill_frame(struct can_frame *frame, uint8_t seed)
{
    frame->identifier = 0x100u + seed;
    frame->length = CAN_FRAME_BYTES;
    for (size_t i = 0; i < CAN_FRAME_BYTES; i++) {
        frame->data[i] = (uint8_t)(seed * 16u + i);
    }
}

/* A controller in the middle of its work. */
static void fill_device(struct can *can)
{
    can->control = 0x80000041u;
    can->status = 0x00000c02u;
    can->bit_timing = 0x001c0003u;
    can->interrupt_mask = 0x0000ffffu;
    can->prescaler = 1000;
    can->timestamp = 0x0123456789abcdefull;
    for (uint32_t i = 0; i < CAN_FILTERS; i++) {
        can->filter_identifiers[i] = 0x7ff00000u | i;
        can->filter_masks[i] = 0xffff0000u >> i;
    }
    for (uint8_t i = 0; i < CAN_MAILBOXES; i++) {
        fill_frame(&can->mailboxes[i], i);
    }
    for (uint8_t i = 0; i < 5; i++) {
        fill_frame(&can->received[i], (uint8_t)(i + 8));
    }
    can->received_count = 5;
}

static int save_step(void *unused)
{
    (void)unused;
    return snapshot_save(&flash, &live, &fault);
}

static int load_step(void *unused)
{
    (void)unused;
    return snapshot_load(&flash, &live, &fault);
}

/* Saves, loses the live state, restores it, and compares. */
static void power_cycle(const char *what)
{
    int saved, loaded;
    uint32_t save_stack, load_stack;

    before = live;
    save_stack = stack_used_by(save_step, NULL, &saved);
    memset(&live, 0, sizeof live);
    load_stack = stack_used_by(load_step, NULL, &loaded);
    check(saved == MIGCORE_OK && loaded == MIGCORE_OK, what);
    check(memcmp(&live, &before, sizeof live) == 0, "restored state equals the saved one");
    print_value("image bytes", (uint32_t)flash.length);
    check_at_most(SAVE_STACK, save_stack, "stack of save, bytes");
    check_at_most(LOAD_STACK, load_stack, "stack of load, bytes");
}

/* `path` and `offset` are those of the item at fault. */
static void refuse(migcore_status expected, const char *path, uint64_t offset, const char *what)
{
    before = live;
    check(load_step(NULL) == expected && fault.status == expected, what);
    check(strcmp(fault.path, path) == 0, "the error tells where in the state");
    check(fault.offset == offset, "the error tells where in the image");
    check(memcmp(&live, &before, sizeof live) == 0, "the live device was not touched");
    print_fault(&fault);
}

/* Offset of the count of received frames: all that comes before it has a fixed size. */
#define RECEIVED_AT (16u + 2u + 1u + 8u + 2u * 4u * CAN_FILTERS + CAN_MAILBOXES * 13u)

static void bad_images(void)
{
    size_t whole = flash.length;

    /* The third received frame lost all but two bytes of its data. */
    flash.length = RECEIVED_AT + 4u + 2u * 13u + 7u;
    refuse(MIGCORE_TRUNCATED, "can/0.received[2].data", flash.length - 2u,
           "a truncated image is refused");
    flash.length = whole;
    flash.bytes[RECEIVED_AT + 3u] = CAN_FIFO_DEPTH + 1u;
    refuse(MIGCORE_TOO_MANY, "can/0.received", RECEIVED_AT,
           "an image with too many frames is refused");
}

int main(void)
{
    fill_device(&live);
    power_cycle("saved and restored");
    live.transmit_errors = 130;
    live.bus_off = true;
    power_cycle("saved and restored with a subsection");
    bad_images();
    chunk_checks();
    print_value("failed checks", (uint32_t)failed_checks());
    return failed_checks();
}
