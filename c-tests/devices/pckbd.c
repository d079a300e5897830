/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The keyboard controller of a PC, and the port that is its second half.
 */
#include "device.h"

typedef struct KBDState {
    uint8_t write_cmd;          /* the command whose byte comes next */
    uint8_t status;
    uint8_t mode;
    uint8_t outport;
    uint8_t pending;            /* who has something to say */
    uint8_t pending_tmp;        /* the same as it is saved */
    bool extended_state;        /* a switch of the machine: the subsection is sent */
    uint32_t migration_flags;
    uint32_t obsrc;             /* where the byte that waits is from */
    uint8_t obdata;             /* the byte itself */
    uint8_t cbdata;             /* one from the controller */
} KBDState;

typedef struct ISAKBDState {
    uint32_t iobase;
    KBDState kbd;
} ISAKBDState;

typedef struct Port92State {
    uint8_t outport;            /* the gate of line A20, and reset */
} Port92State;

static bool kbd_extended_state_needed(void *opaque)
{
    KBDState *s = opaque;

    return s->extended_state;
}

static const VMStateDescription vmstate_kbd_extended_state = {
    .name = "pckbd/extended_state",
    .needed = kbd_extended_state_needed,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(migration_flags, KBDState),
        VMSTATE_UINT32(obsrc, KBDState),
        VMSTATE_UINT8(obdata, KBDState),
        VMSTATE_UINT8(cbdata, KBDState),
        VMSTATE_END_OF_LIST()
    },
};

static int kbd_pre_save(void *opaque)
{
    KBDState *s = opaque;

    s->pending_tmp = s->pending;
    return 0;
}

static int kbd_post_load(void *opaque, int version_id)
{
    KBDState *s = opaque;

    (void)version_id;
    s->pending = s->pending_tmp;
    return 0;
}

static const VMStateDescription vmstate_kbd = {
    .name = "pckbd",
    .version_id = 3,
    .minimum_version_id = 3,
    .pre_save = kbd_pre_save,
    .post_load = kbd_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(write_cmd, KBDState),
        VMSTATE_UINT8(status, KBDState),
        VMSTATE_UINT8(mode, KBDState),
        VMSTATE_UINT8(pending_tmp, KBDState),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_kbd_extended_state,
        NULL
    },
};

static const VMStateDescription vmstate_kbd_isa = {
    .name = "pckbd",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(kbd, ISAKBDState, 0, vmstate_kbd, KBDState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_port92_isa = {
    .name = "port92",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(outport, Port92State),
        VMSTATE_END_OF_LIST()
    },
};

static void kbd_prepare(void *opaque, const Where *where)
{
    ISAKBDState *s = opaque;

    s->kbd.extended_state = machine_since(where, 602);
}

const Device pckbd = { .vmsd = &vmstate_kbd_isa, .size = sizeof(ISAKBDState), .prepare = kbd_prepare };
const Device port92 = { .vmsd = &vmstate_port92_isa, .size = sizeof(Port92State) };
