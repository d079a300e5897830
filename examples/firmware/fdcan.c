#include "fdcan.h"

static migcore_status visit_events(migcore_visitor *v, struct fdcan *fdcan)
{
    migcore_begin_varlist(v, "events", FDCAN_EVENTS, &fdcan->event_count);
    for (size_t i = 0; i < fdcan->event_count; i++) {
        struct fdcan_event *event = &fdcan->events[i];

        migcore_begin_element(v);
        migcore_visit_u32(v, "identifier", &event->identifier);
        migcore_visit_u16(v, "timestamp", &event->timestamp);
        migcore_visit_u8(v, "marker", &event->marker);
        migcore_end_element(v);
    }
    return migcore_end_list(v);
}

migcore_status fdcan_visit(migcore_visitor *v, struct fdcan *fdcan)
{
    migcore_visit_u32(v, "control", &fdcan->control);
    migcore_visit_u32(v, "status", &fdcan->status);
    migcore_visit_u32(v, "bit_timing", &fdcan->bit_timing);
    migcore_visit_u32(v, "data_timing", &fdcan->data_timing);
    migcore_visit_u32(v, "interrupts", &fdcan->interrupts);
    migcore_visit_u16(v, "prescaler", &fdcan->prescaler);
    migcore_visit_bool(v, "bus_off", &fdcan->bus_off);
    migcore_visit_u64(v, "timestamp", &fdcan->timestamp);
    migcore_visit_u32_array(v, "filters", fdcan->filters, FDCAN_FILTERS);
    migcore_visit_bytes(v, "messages", fdcan->messages, sizeof fdcan->messages);
    return visit_events(v, fdcan);
}
