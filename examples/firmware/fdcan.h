/* A CAN FD controller with its message RAM: 2 KB of state, more than is at hand to put it together. */
#ifndef FDCAN_H
#define FDCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "migcore.h"

#define FDCAN_VERSION 1u
#define FDCAN_FILTERS 64u
#define FDCAN_EVENTS 32u
#define FDCAN_MESSAGE_BYTES 1512u

struct fdcan_event {
    uint32_t identifier;
    uint16_t timestamp;
    uint8_t marker;
};

struct fdcan {
    uint32_t control, status, bit_timing, data_timing, interrupts;
    uint16_t prescaler;
    bool bus_off;
    uint64_t timestamp;
    uint32_t filters[FDCAN_FILTERS];
    uint8_t messages[FDCAN_MESSAGE_BYTES]; /* queues of frames, as the controller lays them out */
    struct fdcan_event events[FDCAN_EVENTS]; /* what was sent, oldest first */
    size_t event_count;
};

/* Saves or loads what is in the controller, inside of a device that its owner opens. */
migcore_status fdcan_visit(migcore_visitor *v, struct fdcan *fdcan);

#endif
