/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A mouse or tablet on USB.
 */
#include "device.h"

#define QUEUE_LENGTH 16

typedef struct USBDevice {
    uint8_t addr;
    int32_t state;
    int32_t remote_wakeup;
    int32_t setup_state;            /* the request that it answers */
    int32_t setup_len;
    int32_t setup_index;
    uint8_t setup_buf[8];
} USBDevice;

typedef struct HIDPointerEvent {
    int32_t xdx;                    /* a place or a movement */
    int32_t ydy;
    int32_t dz;
    int32_t buttons_state;
} HIDPointerEvent;

typedef struct HIDState {
    struct {
        HIDPointerEvent queue[QUEUE_LENGTH];
    } ptr;
    uint32_t head;
    uint32_t n;
    int32_t protocol;
    uint8_t idle;
} HIDState;

typedef struct USBHIDState {
    USBDevice dev;
    HIDState hid;
} USBHIDState;

static const VMStateDescription vmstate_usb_device = {
    .name = "USBDevice",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(addr, USBDevice),
        VMSTATE_INT32(state, USBDevice),
        VMSTATE_INT32(remote_wakeup, USBDevice),
        VMSTATE_INT32(setup_state, USBDevice),
        VMSTATE_INT32(setup_len, USBDevice),
        VMSTATE_INT32(setup_index, USBDevice),
        VMSTATE_UINT8_ARRAY(setup_buf, USBDevice, 8),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_hid_ptr_queue = {
    .name = "HIDPointerEventQueue",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_INT32(xdx, HIDPointerEvent),
        VMSTATE_INT32(ydy, HIDPointerEvent),
        VMSTATE_INT32(dz, HIDPointerEvent),
        VMSTATE_INT32(buttons_state, HIDPointerEvent),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_hid_ptr_device = {
    .name = "HIDPointerDevice",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(ptr.queue, HIDState, QUEUE_LENGTH, 0, vmstate_hid_ptr_queue, HIDPointerEvent),
        VMSTATE_UINT32(head, HIDState),
        VMSTATE_UINT32(n, HIDState),
        VMSTATE_INT32(protocol, HIDState),
        VMSTATE_UINT8(idle, HIDState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_usb_ptr = {
    .name = "usb-ptr",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(dev, USBHIDState, 1, vmstate_usb_device, USBDevice),
        VMSTATE_STRUCT(hid, USBHIDState, 0, vmstate_hid_ptr_device, HIDState),
        VMSTATE_END_OF_LIST()
    },
};

const Device usb_ptr = { .vmsd = &vmstate_usb_ptr, .size = sizeof(USBHIDState) };
