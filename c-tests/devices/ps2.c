/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A keyboard and a mouse at the controller of a PC.
 */
#include "device.h"

#define PS2_BUFFER_SIZE 256

typedef struct PS2Queue {
    uint8_t data[PS2_BUFFER_SIZE];
    int32_t rptr;                   /* the next to read */
    int32_t wptr;                   /* the next to write */
    int32_t count;
} PS2Queue;

typedef struct PS2State {
    PS2Queue queue;
    int32_t write_cmd;              /* the command that waits for its argument; -1: none */
} PS2State;

typedef struct PS2KbdState {
    PS2State parent_obj;
    int32_t scan_enabled;
    int32_t translate;
    int32_t scancode_set;           /* 1, 2 or 3 */
} PS2KbdState;

typedef struct PS2MouseState {
    PS2State parent_obj;
    uint8_t mouse_status;
    uint8_t mouse_resolution;
    uint8_t mouse_sample_rate;
    uint8_t mouse_wrap;
    uint8_t mouse_type;             /* 0: two buttons, 3: a wheel, 4: five buttons */
    uint8_t mouse_detect_state;     /* how far the guest is in asking for the type */
    int32_t mouse_dx;               /* moved since the last report */
    int32_t mouse_dy;
    int32_t mouse_dz;
    uint8_t mouse_buttons;
} PS2MouseState;

static const VMStateDescription vmstate_ps2_common = {
    .name = "PS2 Common State",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_INT32(write_cmd, PS2State),
        VMSTATE_INT32(queue.rptr, PS2State),
        VMSTATE_INT32(queue.wptr, PS2State),
        VMSTATE_INT32(queue.count, PS2State),
        VMSTATE_BUFFER(queue.data, PS2State),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_ps2_keyboard = {
    .name = "ps2kbd",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(parent_obj, PS2KbdState, 0, vmstate_ps2_common, PS2State),
        VMSTATE_INT32(scan_enabled, PS2KbdState),
        VMSTATE_INT32(translate, PS2KbdState),
        VMSTATE_INT32(scancode_set, PS2KbdState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_ps2_mouse = {
    .name = "ps2mouse",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(parent_obj, PS2MouseState, 0, vmstate_ps2_common, PS2State),
        VMSTATE_UINT8(mouse_status, PS2MouseState),
        VMSTATE_UINT8(mouse_resolution, PS2MouseState),
        VMSTATE_UINT8(mouse_sample_rate, PS2MouseState),
        VMSTATE_UINT8(mouse_wrap, PS2MouseState),
        VMSTATE_UINT8(mouse_type, PS2MouseState),
        VMSTATE_UINT8(mouse_detect_state, PS2MouseState),
        VMSTATE_INT32(mouse_dx, PS2MouseState),
        VMSTATE_INT32(mouse_dy, PS2MouseState),
        VMSTATE_INT32(mouse_dz, PS2MouseState),
        VMSTATE_UINT8(mouse_buttons, PS2MouseState),
        VMSTATE_END_OF_LIST()
    },
};

const Device ps2_keyboard = { .vmsd = &vmstate_ps2_keyboard, .size = sizeof(PS2KbdState) };
const Device ps2_mouse = { .vmsd = &vmstate_ps2_mouse, .size = sizeof(PS2MouseState) };
