/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Power management of the newer PC, in its bridge to old buses, and its bus of sensors.
 */
#include "acpi.h"

#define ICH9_PMIO_GPE0_LEN 16
#define ICH9_CC_SIZE (16 * 1024)

/* A watchdog. */
typedef struct TCOIORegs {
    struct {
        uint16_t rld;
        uint8_t din;
        uint8_t dout;
        uint16_t sts1;
        uint16_t sts2;
        uint16_t cnt1;
        uint16_t cnt2;
        uint8_t msg1;
        uint8_t msg2;
        uint8_t wdcnt;
        uint16_t tmr;
    } tco;
    uint8_t sw_irq_gen;
    QEMUTimer *tco_timer;
    int64_t expire_time;
    uint8_t timeouts_no;
    QEMUTimer its_timer;
} TCOIORegs;

typedef struct ICH9LPCPMRegs {
    struct {
        ACPIPM1 pm1;
        ACPIPMTimer tmr;
        struct {
            uint8_t *sts;
            uint8_t *en;
        } gpe;
    } acpi_regs;
    uint32_t smi_en;
    uint32_t smi_sts;
    bool cpu_hotplug_legacy;            /* until the guest asks for more than a bit for each processor */
    CPUHotplugState cpuhp_state;
    MemHotplugState acpi_memory_hotplug;
    bool use_acpi_hotplug_bridge;       /* a switch of the machine */
    AcpiPciHpState acpi_pci_hotplug;
    TCOIORegs tco_regs;
    QEMUTimer its_timer;
    uint8_t gpe_sts[ICH9_PMIO_GPE0_LEN];
    uint8_t gpe_en[ICH9_PMIO_GPE0_LEN];
} ICH9LPCPMRegs;

typedef struct ICH9LPCState {
    PCIDevice d;
    APMState apm;
    ICH9LPCPMRegs pm;
    uint8_t chip_config[ICH9_CC_SIZE];
    uint32_t sci_level;
} ICH9LPCState;

typedef struct ICH9SMBState {
    PCIDevice dev;
    bool irq_enabled;
    bool smb_migrated;                  /* a switch of the machine */
    PMSMBus smb;
} ICH9SMBState;

#define VMSTATE_GPE_ARRAY(_field, _state) {                                 \
    .name       = (stringify(_field)),                                      \
    .version_id = 0,                                                        \
    .num        = ICH9_PMIO_GPE0_LEN,                                       \
    .info       = &vmstate_info_uint8,                                      \
    .size       = sizeof(uint8_t),                                          \
    .flags      = VMS_ARRAY | VMS_POINTER,                                  \
    .offset     = vmstate_offset_pointer(_state, _field, uint8_t),          \
}

static const VMStateDescription vmstate_tco_io_sts = {
    .name = "tco io device status",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT16(tco.rld, TCOIORegs),
        VMSTATE_UINT8(tco.din, TCOIORegs),
        VMSTATE_UINT8(tco.dout, TCOIORegs),
        VMSTATE_UINT16(tco.sts1, TCOIORegs),
        VMSTATE_UINT16(tco.sts2, TCOIORegs),
        VMSTATE_UINT16(tco.cnt1, TCOIORegs),
        VMSTATE_UINT16(tco.cnt2, TCOIORegs),
        VMSTATE_UINT8(tco.msg1, TCOIORegs),
        VMSTATE_UINT8(tco.msg2, TCOIORegs),
        VMSTATE_UINT8(tco.wdcnt, TCOIORegs),
        VMSTATE_UINT16(tco.tmr, TCOIORegs),
        VMSTATE_UINT8(sw_irq_gen, TCOIORegs),
        VMSTATE_TIMER_PTR(tco_timer, TCOIORegs),
        VMSTATE_INT64(expire_time, TCOIORegs),
        VMSTATE_UINT8(timeouts_no, TCOIORegs),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_tco_io_state = {
    .name = "ich9_pm/tco",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(tco_regs, ICH9LPCPMRegs, 1, vmstate_tco_io_sts, TCOIORegs),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_memhp_state = {
    .name = "ich9_pm/memhp",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_MEMORY_HOTPLUG(acpi_memory_hotplug, ICH9LPCPMRegs),
        VMSTATE_END_OF_LIST()
    },
};

static bool test_cpuhp_state(void *opaque)
{
    ICH9LPCPMRegs *s = opaque;

    return !s->cpu_hotplug_legacy;
}

/* That it is there says that the guest asked. */
static int cpuhp_post_load(void *opaque, int version_id)
{
    ICH9LPCPMRegs *s = opaque;

    (void)version_id;
    s->cpu_hotplug_legacy = false;
    return 0;
}

static const VMStateDescription vmstate_cpuhp_state = {
    .name = "ich9_pm/cpuhp",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = test_cpuhp_state,
    .post_load = cpuhp_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_CPU_HOTPLUG(cpuhp_state, ICH9LPCPMRegs),
        VMSTATE_END_OF_LIST()
    },
};

static bool test_pcihp_state(void *opaque)
{
    ICH9LPCPMRegs *s = opaque;

    return s->use_acpi_hotplug_bridge;
}

static bool test_migrate_acpi_index(void *opaque, int version_id)
{
    (void)version_id;
    return test_pcihp_state(opaque);
}

static const VMStateDescription vmstate_pcihp_state = {
    .name = "ich9_pm/pcihp",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = test_pcihp_state,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_HOTPLUG(acpi_pci_hotplug, ICH9LPCPMRegs, NULL, test_migrate_acpi_index),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_ich9_pm = {
    .name = "ich9_pm",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT16(acpi_regs.pm1.evt.sts, ICH9LPCPMRegs),
        VMSTATE_UINT16(acpi_regs.pm1.evt.en, ICH9LPCPMRegs),
        VMSTATE_UINT16(acpi_regs.pm1.cnt.cnt, ICH9LPCPMRegs),
        VMSTATE_TIMER_PTR(acpi_regs.tmr.timer, ICH9LPCPMRegs),
        VMSTATE_INT64(acpi_regs.tmr.overflow_time, ICH9LPCPMRegs),
        VMSTATE_GPE_ARRAY(acpi_regs.gpe.sts, ICH9LPCPMRegs),
        VMSTATE_GPE_ARRAY(acpi_regs.gpe.en, ICH9LPCPMRegs),
        VMSTATE_UINT32(smi_en, ICH9LPCPMRegs),
        VMSTATE_UINT32(smi_sts, ICH9LPCPMRegs),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_memhp_state,
        &vmstate_tco_io_state,
        &vmstate_cpuhp_state,
        &vmstate_pcihp_state,
        NULL
    },
};

static const VMStateDescription vmstate_ich9_lpc = {
    .name = "ICH9LPC",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(d, ICH9LPCState),
        VMSTATE_STRUCT(apm, ICH9LPCState, 0, vmstate_apm, APMState),
        VMSTATE_STRUCT(pm, ICH9LPCState, 0, vmstate_ich9_pm, ICH9LPCPMRegs),
        VMSTATE_UINT8_ARRAY(chip_config, ICH9LPCState, ICH9_CC_SIZE),
        VMSTATE_UINT32(sci_level, ICH9LPCState),
        VMSTATE_END_OF_LIST()
    },
};

static bool need_smbus(void *opaque, int version_id)
{
    ICH9SMBState *s = opaque;

    (void)version_id;
    return s->smb_migrated;
}

static const VMStateDescription vmstate_ich9_smbus = {
    .name = "ich9_smb",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(dev, ICH9SMBState),
        VMSTATE_BOOL_TEST(irq_enabled, ICH9SMBState, need_smbus),
        VMSTATE_STRUCT_TEST(smb, ICH9SMBState, need_smbus, 1, pmsmb_vmstate, PMSMBus),
        VMSTATE_END_OF_LIST()
    },
};

/* Processors and slots of memory are as many as the machine was given; hot-plugged bridges came after 5.0. */
static void ich9_lpc_prepare(void *opaque, const Where *where)
{
    ICH9LPCState *s = opaque;
    ICH9LPCPMRegs *pm = &s->pm;

    pci_device_prepare(&s->d, PCI_VENDOR_ID_INTEL, 0x2918, false);
    pm->acpi_regs.tmr.timer = &pm->its_timer;
    pm->acpi_regs.gpe.sts = pm->gpe_sts;
    pm->acpi_regs.gpe.en = pm->gpe_en;
    pm->tco_regs.tco_timer = &pm->tco_regs.its_timer;
    pm->cpu_hotplug_legacy = true;
    pm->cpuhp_state.devs = pm->cpuhp_state.cpus;
    pm->cpuhp_state.dev_count = MIN(where->cpus, ARRAY_SIZE(pm->cpuhp_state.cpus));
    pm->acpi_memory_hotplug.devs = pm->acpi_memory_hotplug.slots;
    pm->acpi_memory_hotplug.dev_count = where->memory_slots;
    pm->use_acpi_hotplug_bridge = machine_since(where, 601);
}

/* The bus itself came between the machines 2.4 and 5.0. */
static void ich9_smb_prepare(void *opaque, const Where *where)
{
    ICH9SMBState *s = opaque;

    pci_device_prepare(&s->dev, PCI_VENDOR_ID_INTEL, 0x2930, false);
    s->smb_migrated = machine_since(where, 400);
}

const Device ich9_lpc = { .vmsd = &vmstate_ich9_lpc, .size = sizeof(ICH9LPCState), .prepare = ich9_lpc_prepare };
const Device ich9_smb = { .vmsd = &vmstate_ich9_smbus, .size = sizeof(ICH9SMBState), .prepare = ich9_smb_prepare };
