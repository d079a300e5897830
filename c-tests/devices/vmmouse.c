/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A pointer that tells places rather than movements, through a port of VMware.
 */
#include "device.h"

#define VMMOUSE_QUEUE_SIZE 1024

typedef struct VMMouseState {
    uint32_t queue[VMMOUSE_QUEUE_SIZE];
    int32_t queue_size;             /* must be that of the other side */
    uint16_t nb_queue;
    uint16_t status;
    uint8_t absolute;
} VMMouseState;

static const VMStateDescription vmstate_vmmouse = {
    .name = "vmmouse",
    .version_id = 0,
    .minimum_version_id = 0,
    .fields = (VMStateField[]) {
        VMSTATE_INT32_EQUAL(queue_size, VMMouseState, NULL),
        VMSTATE_UINT32_ARRAY(queue, VMMouseState, VMMOUSE_QUEUE_SIZE),
        VMSTATE_UINT16(nb_queue, VMMouseState),
        VMSTATE_UINT16(status, VMMouseState),
        VMSTATE_UINT8(absolute, VMMouseState),
        VMSTATE_END_OF_LIST()
    },
};

static void vmmouse_prepare(void *opaque, const Where *where)
{
    VMMouseState *s = opaque;

    (void)where;
    s->queue_size = VMMOUSE_QUEUE_SIZE;
}

const Device vmmouse = { .vmsd = &vmstate_vmmouse, .size = sizeof(VMMouseState), .prepare = vmmouse_prepare };
