/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A serial port of boards with Arm.
 */
#include "ptimer.h"

#define PL011_FIFO_DEPTH 16

typedef struct PL011State {
    uint32_t readbuff;
    uint32_t flags;
    uint32_t lcr;               /* the line: bits, stop bits, parity */
    uint32_t rsr;               /* errors of what was received */
    uint32_t cr;
    uint32_t dmacr;
    uint32_t int_enabled;
    uint32_t int_level;
    uint32_t read_fifo[PL011_FIFO_DEPTH];
    uint32_t ilpr;
    uint32_t ibrd;              /* the rate: whole, */
    uint32_t fbrd;              /* and parts of it */
    uint32_t ifl;
    int32_t read_pos;
    int32_t read_count;
    int32_t read_trigger;
    Clock *clk;
    bool migrate_clk;           /* a switch of the machine: the subsection is sent */
    Clock its_clock;
} PL011State;

static bool pl011_clock_needed(void *opaque)
{
    PL011State *s = opaque;

    return s->migrate_clk;
}

static const VMStateDescription vmstate_pl011_clock = {
    .name = "pl011/clock",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = pl011_clock_needed,
    .fields = (VMStateField[]) {
        VMSTATE_CLOCK(clk, PL011State),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_pl011 = {
    .name = "pl011",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(readbuff, PL011State),
        VMSTATE_UINT32(flags, PL011State),
        VMSTATE_UINT32(lcr, PL011State),
        VMSTATE_UINT32(rsr, PL011State),
        VMSTATE_UINT32(cr, PL011State),
        VMSTATE_UINT32(dmacr, PL011State),
        VMSTATE_UINT32(int_enabled, PL011State),
        VMSTATE_UINT32(int_level, PL011State),
        VMSTATE_UINT32_ARRAY(read_fifo, PL011State, PL011_FIFO_DEPTH),
        VMSTATE_UINT32(ilpr, PL011State),
        VMSTATE_UINT32(ibrd, PL011State),
        VMSTATE_UINT32(fbrd, PL011State),
        VMSTATE_UINT32(ifl, PL011State),
        VMSTATE_INT32(read_pos, PL011State),
        VMSTATE_INT32(read_count, PL011State),
        VMSTATE_INT32(read_trigger, PL011State),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_pl011_clock,
        NULL
    },
};

static void pl011_prepare(void *opaque, const Where *where)
{
    PL011State *s = opaque;

    (void)where;
    s->clk = &s->its_clock;
    s->migrate_clk = true;
}

const Device pl011 = { .vmsd = &vmstate_pl011, .size = sizeof(PL011State), .prepare = pl011_prepare };
