/* A CAN controller: the device whose state this firmware keeps over a loss of power. */
#ifndef CAN_H
#define CAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "migcore.h"

#define CAN_VERSION 1u
#define CAN_FILTERS 14u
#define CAN_MAILBOXES 3u
#define CAN_FIFO_DEPTH 8u
#define CAN_FRAME_BYTES 8u

struct can_frame {
    uint32_t identifier;
    uint8_t length;
    uint8_t data[CAN_FRAME_BYTES];
};

struct can {
    uint32_t control, status, bit_timing, interrupt_mask;
    uint16_t prescaler;
    bool listen_only;
    uint64_t timestamp;
    uint32_t filter_identifiers[CAN_FILTERS];
    uint32_t filter_masks[CAN_FILTERS];
    struct can_frame mailboxes[CAN_MAILBOXES];
    struct can_frame received[CAN_FIFO_DEPTH]; /* oldest first */
    size_t received_count;
    /* Saved only while there is something to say: see can_errors_needed. */
    uint8_t transmit_errors, receive_errors;
    bool bus_off;
};

/* Saves or loads what is in the controller: the direction is the visitor's, and whoever owns the
 * controller opens the device that this is in. */
migcore_status can_visit(migcore_visitor *v, struct can *can);

#endif
