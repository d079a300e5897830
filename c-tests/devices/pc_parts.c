/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Small parts of a PC: the port of a printer, the speaker, the bus of sensors, and two notes of its firmware.
 */
#include "device.h"

typedef struct ParallelState {
    uint8_t dataw;              /* written */
    uint8_t datar;              /* read */
    uint8_t status;
    uint8_t control;
    int32_t irq_pending;
    int32_t epp_timeout;
} ParallelState;

typedef struct ISAParallelState {
    uint32_t iobase;
    ParallelState state;
} ISAParallelState;

typedef struct PCSpkState {
    uint8_t data_on;
    uint8_t dummy_refresh_clock;
} PCSpkState;

typedef struct I2CBus {
    uint8_t saved_address;      /* of the one that is spoken to */
} I2CBus;

/* Whether the firmware has had its tables patched: on a PC, */
typedef struct AcpiBuildState {
    uint8_t patched;
} AcpiBuildState;

/* and on Arm. */
typedef struct VirtAcpiBuildState {
    bool patched;
} VirtAcpiBuildState;

static const VMStateDescription vmstate_parallel_isa = {
    .name = "parallel_isa",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(state.dataw, ISAParallelState),
        VMSTATE_UINT8(state.datar, ISAParallelState),
        VMSTATE_UINT8(state.status, ISAParallelState),
        VMSTATE_UINT8(state.control, ISAParallelState),
        VMSTATE_INT32(state.irq_pending, ISAParallelState),
        VMSTATE_INT32(state.epp_timeout, ISAParallelState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_spk = {
    .name = "pcspk",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(data_on, PCSpkState),
        VMSTATE_UINT8(dummy_refresh_clock, PCSpkState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_i2c_bus = {
    .name = "i2c_bus",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(saved_address, I2CBus),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_acpi_build = {
    .name = "acpi_build",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(patched, AcpiBuildState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_virt_acpi_build = {
    .name = "virt_acpi_build",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_BOOL(patched, VirtAcpiBuildState),
        VMSTATE_END_OF_LIST()
    },
};

const Device parallel_isa = { .vmsd = &vmstate_parallel_isa, .size = sizeof(ISAParallelState) };
const Device pcspk = { .vmsd = &vmstate_spk, .size = sizeof(PCSpkState) };
const Device i2c_bus = { .vmsd = &vmstate_i2c_bus, .size = sizeof(I2CBus) };
const Device acpi_build = { .vmsd = &vmstate_acpi_build, .size = sizeof(AcpiBuildState) };
const Device virt_acpi_build = { .vmsd = &vmstate_virt_acpi_build, .size = sizeof(VirtAcpiBuildState) };
