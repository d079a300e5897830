/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The interrupt controller of a PC's chip set, and that in its processor.
 */
#include "device.h"

#define IOAPIC_NUM_PINS 24

typedef struct IOAPICCommonState {
    uint8_t id;
    uint8_t ioregsel;                       /* the register that is selected */
    uint32_t irr;                           /* the pins */
    uint64_t ioredtbl[IOAPIC_NUM_PINS];     /* where each goes */
} IOAPICCommonState;

typedef struct APICCommonState {
    uint32_t apicbase;
    uint8_t id;
    uint8_t arb_id;
    uint8_t tpr;                            /* priority of what runs */
    uint32_t spurious_vec;
    uint8_t log_dest;
    uint8_t dest_mode;
    uint32_t isr[8];                        /* a bit for each vector: in service, */
    uint32_t tmr[8];                        /* a level, */
    uint32_t irr[8];                        /* requested */
    uint32_t lvt[6];                        /* interrupts of the processor itself */
    uint32_t esr;
    uint32_t icr[2];
    uint32_t divide_conf;
    int32_t count_shift;
    uint32_t initial_count;
    int64_t initial_count_load_time;
    int64_t next_time;
    int64_t timer_expiry;
} APICCommonState;

static const VMStateDescription vmstate_ioapic_common = {
    .name = "ioapic",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(id, IOAPICCommonState),
        VMSTATE_UINT8(ioregsel, IOAPICCommonState),
        VMSTATE_UNUSED(8),
        VMSTATE_UINT32(irr, IOAPICCommonState),
        VMSTATE_UINT64_ARRAY(ioredtbl, IOAPICCommonState, IOAPIC_NUM_PINS),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_apic_common = {
    .name = "apic",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(apicbase, APICCommonState),
        VMSTATE_UINT8(id, APICCommonState),
        VMSTATE_UINT8(arb_id, APICCommonState),
        VMSTATE_UINT8(tpr, APICCommonState),
        VMSTATE_UINT32(spurious_vec, APICCommonState),
        VMSTATE_UINT8(log_dest, APICCommonState),
        VMSTATE_UINT8(dest_mode, APICCommonState),
        VMSTATE_UINT32_ARRAY(isr, APICCommonState, 8),
        VMSTATE_UINT32_ARRAY(tmr, APICCommonState, 8),
        VMSTATE_UINT32_ARRAY(irr, APICCommonState, 8),
        VMSTATE_UINT32_ARRAY(lvt, APICCommonState, 6),
        VMSTATE_UINT32(esr, APICCommonState),
        VMSTATE_UINT32_ARRAY(icr, APICCommonState, 2),
        VMSTATE_UINT32(divide_conf, APICCommonState),
        VMSTATE_INT32(count_shift, APICCommonState),
        VMSTATE_UINT32(initial_count, APICCommonState),
        VMSTATE_INT64(initial_count_load_time, APICCommonState),
        VMSTATE_INT64(next_time, APICCommonState),
        VMSTATE_INT64(timer_expiry, APICCommonState),
        VMSTATE_END_OF_LIST()
    },
};

const Device ioapic = { .vmsd = &vmstate_ioapic_common, .size = sizeof(IOAPICCommonState) };
const Device apic = { .vmsd = &vmstate_apic_common, .size = sizeof(APICCommonState) };
