#include "chunk_checks.h"

#include <string.h>

#include "check.h"
#include "chunks.h"
#include "host.h"
#include "stack.h"

/* What the calls may take of the stack, in bytes: a tenth above what was measured. */
#define SAVE_STACK 940u
#define CHECK_STACK 5480u
#define LOAD_STACK 1300u

/* Fragments as large as the image: then arrays go out from where they are. */
#define WHOLE CHUNKS_CAPACITY

static struct fdcan live, before;
static struct chunks flash __attribute__((section(".flash")));
static migcore_error fault;

/* A controller in the middle of its work. */
static void fill_device(struct fdcan *fdcan)
{
    fdcan->control = 0x00000303u;
    fdcan->status = 0x0000070bu;
    fdcan->bit_timing = 0x06000a03u;
    fdcan->data_timing = 0x00000a33u;
    fdcan->interrupts = 0x3fcfffffu;
    fdcan->prescaler = 1000;
    fdcan->timestamp = 0x0123456789abcdefull;
    for (uint32_t i = 0; i < FDCAN_FILTERS; i++) {
        fdcan->filters[i] = 0x88000000u | i << 18;
    }
    for (uint32_t i = 0; i < FDCAN_MESSAGE_BYTES; i++) {
        fdcan->messages[i] = (uint8_t)(i * 7u + i / 72u);
    }
    fdcan->event_count = 20;
    for (uint32_t i = 0; i < fdcan->event_count; i++) {
        fdcan->events[i].identifier = 0x18da0000u + i;
        fdcan->events[i].timestamp = (uint16_t)(i * 100u);
        fdcan->events[i].marker = (uint8_t)i;
    }
}

static int save_step(void *fragment_limit)
{
    return chunks_save(&flash, &live, *(const uint32_t *)fragment_limit, &fault);
}

static int check_step(void *unused)
{
    (void)unused;
    return chunks_check(&flash, &fault);
}

static int load_step(void *unused)
{
    (void)unused;
    return chunks_load(&flash, &live, &fault);
}

/* Saves, loses the live state, checks the image, restores the state, and compares. */
static void power_cycle(uint32_t fragment_limit, const char *what)
{
    int saved, checked, loaded;
    uint32_t save_stack, check_stack, load_stack;

    before = live;
    save_stack = stack_used_by(save_step, &fragment_limit, &saved);
    memset(&live, 0, sizeof live);
    check_stack = stack_used_by(check_step, NULL, &checked);
    load_stack = stack_used_by(load_step, NULL, &loaded);
    check(saved == MIGCORE_OK && checked == MIGCORE_OK && loaded == MIGCORE_OK, what);
    check(memcmp(&live, &before, sizeof live) == 0, "restored state equals the saved one");
    print_value("bytes of the device", sizeof live);
    print_value("bytes of the stream", (uint32_t)flash.length);
    check_at_most(SAVE_STACK, save_stack, "stack of save, bytes");
    check_at_most(CHECK_STACK, check_stack, "stack of check, bytes");
    check_at_most(LOAD_STACK, load_stack, "stack of load, bytes");
}

/* Restores the controller as a firmware does at its start: only from an image that is whole. */
static int restore(void)
{
    int status = check_step(NULL);

    return status != MIGCORE_OK ? status : load_step(NULL);
}

/* Says whether an image that is damaged is refused, and nothing was done with it. */
static bool refused(void)
{
    return restore() != MIGCORE_OK && memcmp(&live, &before, sizeof live) == 0;
}

static void damaged_images(void)
{
    const size_t whole = flash.length;
    size_t flips = 0, cuts = 0;

    memset(&live, 0x5a, sizeof live);
    before = live;
    for (size_t at = 0; at < whole; at++) {
        flash.bytes[at] ^= (uint8_t)(1u << at % 8u);
        flips += refused();
        flash.bytes[at] ^= (uint8_t)(1u << at % 8u);
    }
    check(flips == whole, "a bit of any byte is flipped: refused, and the live device is untouched");
    print_fault(&fault);
    for (flash.length = 0; flash.length < whole; flash.length++) {
        cuts += refused();
    }
    check(cuts == whole, "cut short anywhere: refused, and the live device is untouched");
    print_fault(&fault);
    check(restore() == MIGCORE_OK, "and the image itself is restored");
}

void chunk_checks(void)
{
    fill_device(&live);
    power_cycle(WHOLE, "saved and restored as chunks, arrays from where they are");
    power_cycle(0, "saved and restored as chunks, in fragments of the scratch memory");
    damaged_images();
}
