/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The interval timer of a PC.
 */
#include "device.h"

typedef struct PITChannelState {
    int32_t count;              /* where it starts, up to 0x10000 */
    uint16_t latched_count;
    uint8_t count_latched;
    uint8_t status_latched;
    uint8_t status;
    uint8_t read_state;         /* which byte of the counter is next */
    uint8_t write_state;
    uint8_t write_latch;
    uint8_t rw_mode;
    uint8_t mode;
    uint8_t bcd;                /* counts in decimal: not done */
    uint8_t gate;
    int64_t count_load_time;    /* when it was started, in ns */
    int64_t next_transition_time;
    QEMUTimer *irq_timer;       /* the first channel's only */
    uint32_t irq_disabled;
} PITChannelState;

typedef struct PITCommonState {
    uint32_t iobase;
    PITChannelState channels[3];
} PITCommonState;

static const VMStateDescription vmstate_pit_channel = {
    .name = "pit channel",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_INT32(count, PITChannelState),
        VMSTATE_UINT16(latched_count, PITChannelState),
        VMSTATE_UINT8(count_latched, PITChannelState),
        VMSTATE_UINT8(status_latched, PITChannelState),
        VMSTATE_UINT8(status, PITChannelState),
        VMSTATE_UINT8(read_state, PITChannelState),
        VMSTATE_UINT8(write_state, PITChannelState),
        VMSTATE_UINT8(write_latch, PITChannelState),
        VMSTATE_UINT8(rw_mode, PITChannelState),
        VMSTATE_UINT8(mode, PITChannelState),
        VMSTATE_UINT8(bcd, PITChannelState),
        VMSTATE_UINT8(gate, PITChannelState),
        VMSTATE_INT64(count_load_time, PITChannelState),
        VMSTATE_INT64(next_transition_time, PITChannelState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_pit = {
    .name = "i8254",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(channels[0].irq_disabled, PITCommonState),
        VMSTATE_STRUCT_ARRAY(channels, PITCommonState, 3, 0, vmstate_pit_channel, PITChannelState),
        VMSTATE_INT64(channels[0].next_transition_time, PITCommonState),
        VMSTATE_END_OF_LIST()
    },
};

const Device i8254 = { .vmsd = &vmstate_pit, .size = sizeof(PITCommonState) };
