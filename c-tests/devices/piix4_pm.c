/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Power management of the older PC. Switches of its machine say which fields there are.
 */
#include "acpi.h"

/* General purpose events: two bytes each, of which one is in use, sent as a number in the order of this host. */
typedef struct ACPIGPE {
    uint16_t *sts;
    uint16_t *en;
} ACPIGPE;

typedef struct PIIX4PMState {
    PCIDevice parent_obj;
    APMState apm;
    PMSMBus smb;
    struct {
        ACPIPM1 pm1;
        ACPIPMTimer tmr;
        ACPIGPE gpe;
    } ar;
    AcpiPciHpState acpi_pci_hotplug;
    MemHotplugState acpi_memory_hotplug;
    bool use_acpi_hotplug_bridge;       /* the switches: all buses, or the first alone */
    bool not_migrate_acpi_index;
    bool smb_migrated;
    bool memory_hotplug;
    QEMUTimer timer;
    uint16_t gpe_sts;
    uint16_t gpe_en;
} PIIX4PMState;

/* The bus that machines without bridges have; as it is written here it is in the name of a field. */
#define ACPI_PCIHP_BSEL_DEFAULT 0x0

/* A field in a member that is pointed to. */
#define VMSTATE_GPE_ARRAY(_field, _state) {                                 \
    .name       = (stringify(_field)),                                      \
    .version_id = 0,                                                        \
    .info       = &vmstate_info_uint16,                                     \
    .size       = sizeof(uint16_t),                                         \
    .flags      = VMS_SINGLE | VMS_POINTER,                                 \
    .offset     = vmstate_offset_pointer(_state, _field, uint16_t),         \
}

static const VMStateDescription vmstate_gpe = {
    .name = "gpe",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_GPE_ARRAY(sts, ACPIGPE),
        VMSTATE_GPE_ARRAY(en, ACPIGPE),
        VMSTATE_END_OF_LIST()
    },
};

/* The first bus as machines told it that had no other. */
static const VMStateDescription vmstate_pci_status = {
    .name = "pci_status",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(up, AcpiPciHpPciStatus),
        VMSTATE_UINT32(down, AcpiPciHpPciStatus),
        VMSTATE_END_OF_LIST()
    },
};

static bool test_use_acpi_hotplug_bridge(void *opaque, int version_id)
{
    PIIX4PMState *s = opaque;

    (void)version_id;
    return s->use_acpi_hotplug_bridge;
}

static bool test_no_acpi_hotplug_bridge(void *opaque, int version_id)
{
    return !test_use_acpi_hotplug_bridge(opaque, version_id);
}

static bool test_migrate_acpi_index(void *opaque, int version_id)
{
    PIIX4PMState *s = opaque;

    return test_use_acpi_hotplug_bridge(opaque, version_id) && !s->not_migrate_acpi_index;
}

static bool need_smbus(void *opaque, int version_id)
{
    PIIX4PMState *s = opaque;

    (void)version_id;
    return s->smb_migrated;
}

static bool test_memhp_state(void *opaque)
{
    PIIX4PMState *s = opaque;

    return s->memory_hotplug;
}

static const VMStateDescription vmstate_memhp_state = {
    .name = "piix4_pm/memhp",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = test_memhp_state,
    .fields = (VMStateField[]) {
        VMSTATE_MEMORY_HOTPLUG(acpi_memory_hotplug, PIIX4PMState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_acpi = {
    .name = "piix4_pm",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, PIIX4PMState),
        VMSTATE_UINT16(ar.pm1.evt.sts, PIIX4PMState),
        VMSTATE_UINT16(ar.pm1.evt.en, PIIX4PMState),
        VMSTATE_UINT16(ar.pm1.cnt.cnt, PIIX4PMState),
        VMSTATE_STRUCT(apm, PIIX4PMState, 0, vmstate_apm, APMState),
        VMSTATE_STRUCT_TEST(smb, PIIX4PMState, need_smbus, 3, pmsmb_vmstate, PMSMBus),
        VMSTATE_TIMER_PTR(ar.tmr.timer, PIIX4PMState),
        VMSTATE_INT64(ar.tmr.overflow_time, PIIX4PMState),
        VMSTATE_STRUCT(ar.gpe, PIIX4PMState, 2, vmstate_gpe, ACPIGPE),
        VMSTATE_STRUCT_TEST(acpi_pci_hotplug.acpi_pcihp_pci_status[ACPI_PCIHP_BSEL_DEFAULT], PIIX4PMState,
                            test_no_acpi_hotplug_bridge, 2, vmstate_pci_status, AcpiPciHpPciStatus),
        VMSTATE_PCI_HOTPLUG(acpi_pci_hotplug, PIIX4PMState, test_use_acpi_hotplug_bridge, test_migrate_acpi_index),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_memhp_state,
        NULL
    },
};

/* What machines learned: bridges with 2.0, memory with 2.1, the bus of sensors after 3.1, the index after 6.2. */
static void piix4_pm_prepare(void *opaque, const Where *where)
{
    PIIX4PMState *s = opaque;
    bool malta = machine_is(where, "malta");

    pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_INTEL, 0x7113, false);
    s->ar.tmr.timer = &s->timer;
    s->ar.gpe.sts = &s->gpe_sts;
    s->ar.gpe.en = &s->gpe_en;
    s->use_acpi_hotplug_bridge = !malta && machine_since(where, 200);
    s->memory_hotplug = !malta && machine_since(where, 201);
    s->smb_migrated = machine_since(where, 400);
    s->not_migrate_acpi_index = !machine_since(where, 700);
}

const Device piix4_pm = { .vmsd = &vmstate_acpi, .size = sizeof(PIIX4PMState), .prepare = piix4_pm_prepare };
