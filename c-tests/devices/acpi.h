/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What the two kinds of power management of a PC have in common.
 */
#ifndef ACPI_H
#define ACPI_H

#include "pci.h"

#define ACPI_PCIHP_MAX_HOTPLUG_BUS 256
#define PM_SMB_DATA_SIZE 32

typedef struct APMState {
    uint8_t apmc;               /* a command to the firmware */
    uint8_t apms;
} APMState;

/* Events of buttons and of the timer, and how the machine goes to sleep. */
typedef struct ACPIPM1 {
    struct {
        uint16_t sts;
        uint16_t en;
    } evt;
    struct {
        uint16_t cnt;
    } cnt;
} ACPIPM1;

typedef struct ACPIPMTimer {
    QEMUTimer *timer;           /* when it overflows next */
    int64_t overflow_time;
} ACPIPMTimer;

/* Slots that a device came to, and slots that one is to leave. */
typedef struct AcpiPciHpPciStatus {
    uint32_t up;
    uint32_t down;
} AcpiPciHpPciStatus;

typedef struct AcpiPciHpState {
    uint32_t hotplug_select;    /* the bus that the guest asks about */
    uint32_t acpi_index;
    AcpiPciHpPciStatus acpi_pcihp_pci_status[ACPI_PCIHP_MAX_HOTPLUG_BUS];
} AcpiPciHpState;

typedef struct MemStatus {
    bool is_enabled;
    bool is_inserting;
    uint32_t ost_event;         /* what the guest said of it */
    uint32_t ost_status;
} MemStatus;

typedef struct MemHotplugState {
    uint32_t selector;
    uint32_t dev_count;         /* slots of the machine */
    MemStatus *devs;
    MemStatus slots[2];
} MemHotplugState;

typedef struct AcpiCpuStatus {
    bool is_inserting;
    bool is_removing;
    uint32_t ost_event;
    uint32_t ost_status;
} AcpiCpuStatus;

typedef struct CPUHotplugState {
    uint32_t selector;
    uint8_t command;
    uint32_t dev_count;         /* processors that the machine may have */
    AcpiCpuStatus *devs;
    AcpiCpuStatus cpus[2];
} CPUHotplugState;

typedef struct PMSMBus {
    uint8_t smb_stat;
    uint8_t smb_ctl;
    uint8_t smb_cmd;
    uint8_t smb_addr;
    uint8_t smb_data0;
    uint8_t smb_data1;
    uint32_t smb_index;         /* the next byte of the block */
    uint8_t smb_data[PM_SMB_DATA_SIZE];
    uint8_t smb_auxctl;
    uint8_t smb_blkdata;
    bool i2c_enable;
    bool op_done;
    bool in_i2c_block_read;
    bool start_transaction_on_status_read;
} PMSMBus;

extern const VMStateDescription vmstate_apm;
extern const VMStateDescription vmstate_acpi_pcihp_pci_status;
extern const VMStateDescription vmstate_memory_hotplug;
extern const VMStateDescription vmstate_cpu_hotplug;
extern const VMStateDescription pmsmb_vmstate;

#define VMSTATE_PCI_HOTPLUG(_pcihp, _state, _test_pcihp, _test_acpi_index)                          \
    VMSTATE_UINT32_TEST(_pcihp.hotplug_select, _state, _test_pcihp),                                \
    VMSTATE_STRUCT_ARRAY_TEST(_pcihp.acpi_pcihp_pci_status, _state, ACPI_PCIHP_MAX_HOTPLUG_BUS,     \
                              _test_pcihp, 1, vmstate_acpi_pcihp_pci_status, AcpiPciHpPciStatus),   \
    VMSTATE_UINT32_TEST(_pcihp.acpi_index, _state, _test_acpi_index)

#define VMSTATE_MEMORY_HOTPLUG(_memhp, _state) \
    VMSTATE_STRUCT(_memhp, _state, 1, vmstate_memory_hotplug, MemHotplugState)
#define VMSTATE_CPU_HOTPLUG(_cpuhp, _state) VMSTATE_STRUCT(_cpuhp, _state, 1, vmstate_cpu_hotplug, CPUHotplugState)

#endif
