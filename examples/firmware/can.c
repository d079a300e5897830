#include "can.h"

static migcore_status visit_frame(migcore_visitor *v, struct can_frame *frame)
{
    migcore_begin_element(v);
    migcore_visit_u32(v, "identifier", &frame->identifier);
    migcore_visit_u8(v, "length", &frame->length);
    migcore_visit_bytes(v, "data", frame->data, sizeof frame->data);
    /* The rest of the firmware trusts this length: an image must not change that. */
    migcore_require(v, "length", frame->length <= CAN_FRAME_BYTES);
    return migcore_end_element(v);
}

static migcore_status visit_mailboxes(migcore_visitor *v, struct can *can)
{
    migcore_begin_list(v, "mailboxes", CAN_MAILBOXES);
    for (size_t i = 0; i < CAN_MAILBOXES; i++) {
        visit_frame(v, &can->mailboxes[i]);
    }
    return migcore_end_list(v);
}

static migcore_status visit_received(migcore_visitor *v, struct can *can)
{
    migcore_begin_varlist(v, "received", CAN_FIFO_DEPTH, &can->received_count);
    for (size_t i = 0; i < can->received_count; i++) {
        visit_frame(v, &can->received[i]);
    }
    return migcore_end_list(v);
}

static bool can_errors_needed(void *opaque)
{
    const struct can *can = opaque;

    return can->transmit_errors != 0 || can->receive_errors != 0 || can->bus_off;
}

static migcore_status visit_errors(migcore_visitor *v, void *opaque)
{
    struct can *can = opaque;

    migcore_visit_u8(v, "transmit_errors", &can->transmit_errors);
    migcore_visit_u8(v, "receive_errors", &can->receive_errors);
    return migcore_visit_bool(v, "bus_off", &can->bus_off);
}

static const migcore_subsection can_subsections[] = {
    {
        .size = sizeof(migcore_subsection),
        .name = "can/errors",
        .version = 1,
        .minimum_version = 1,
        .needed = can_errors_needed,
        .visit = visit_errors,
    },
};

migcore_status can_visit(migcore_visitor *v, struct can *can)
{
    migcore_visit_u32(v, "control", &can->control);
    migcore_visit_u32(v, "status", &can->status);
    migcore_visit_u32(v, "bit_timing", &can->bit_timing);
    migcore_visit_u32(v, "interrupt_mask", &can->interrupt_mask);
    migcore_visit_u16(v, "prescaler", &can->prescaler);
    migcore_visit_bool(v, "listen_only", &can->listen_only);
    migcore_visit_u64(v, "timestamp", &can->timestamp);
    migcore_visit_u32_array(v, "filter_identifiers", can->filter_identifiers, CAN_FILTERS);
    migcore_visit_u32_array(v, "filter_masks", can->filter_masks, CAN_FILTERS);
    visit_mailboxes(v, can);
    visit_received(v, can);
    return migcore_visit_subsections(v, "can", can_subsections, 1, can);
}
