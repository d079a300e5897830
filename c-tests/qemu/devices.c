/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The macros of QEMU's buses, over types of the program: each is used once, and fits.
 */
#include "migcore_qemu.h"
#include "check.h"

#define RELEASE MIGCORE_QEMU_API

/* A type with its table. */
#define PART(type, table) \
    typedef struct type { \
        uint32_t x; \
    } type; \
    static const VMStateDescription table __attribute__((unused)) = { .name = #table, .version_id = 1 };

PART(PCIDevice, vmstate_pci_device)
PART(USBDevice, vmstate_usb_device)
PART(IDEBus, vmstate_ide_bus)
PART(IDEState, vmstate_ide_drive)
PART(HIDState, vmstate_hid_keyboard_device)
PART(ptimer_state, vmstate_ptimer)
static const VMStateDescription vmstate_hid_ptr_device = { .name = "hid pointer" };
typedef struct MACAddr {
    uint8_t a[6];
} MACAddr;
#if RELEASE > 100
PART(AHCIState, vmstate_ahci)
PART(CcwDevice, vmstate_ccw_dev)
PART(CPUHotplugState, vmstate_cpu_hotplug)
PART(I2CSlave, vmstate_i2c_slave)
PART(IPackDevice, vmstate_ipack_device)
PART(MemHotplugState, vmstate_memory_hotplug)
PART(PMBusDevice, vmstate_pmbus_device)
PART(PPCTimebase, vmstate_ppc_timebase)
PART(IndAddr, vmstate_ind_addr)
PART(SCSIDevice, vmstate_scsi_device)
PART(SMBusDevice, vmstate_smbus_device)
PART(SpaprVioDevice, vmstate_spapr_vio)
PART(SSIPeripheral, vmstate_ssi_peripheral)
PART(U2FKeyState, vmstate_u2f_key)
PART(AdapterRoutes, vmstate_adapter_routes)
PART(Clock, vmstate_clock)
PART(Fifo8, vmstate_fifo8)
PART(CPUState, vmstate_cpu_common)
static const VMStateDescription vmstate_msix = { .name = "msix" };
static const VMStateInfo virtio_vmstate_info = { .name = "virtio" };
typedef struct Fifo32 {
    Fifo8 fifo;
} Fifo32;
#else
PART(i2c_slave, vmstate_i2c_slave)
static const VMStateDescription vmstate_pcie_device = { .name = "pcie" };
#endif

#include "migcore_qemu/devices.h"

typedef struct D {
    PCIDevice pci, *pci_pointer;
    USBDevice usb;
    IDEBus ide, ides[2];
    IDEState drives[2];
    HIDState hid;
    ptimer_state *ptimer, *ptimers[3];
    MACAddr mac;
#if RELEASE > 100
    AHCIState ahci;
    CcwDevice ccw;
    CPUHotplugState cpus;
    I2CSlave i2c;
    IPackDevice ipack;
    MemHotplugState memory;
    PMBusDevice pmbus;
    PPCTimebase timebase;
    IndAddr *indicator;
    SCSIDevice scsi;
    SMBusDevice smbus;
    SpaprVioDevice vio;
    SSIPeripheral ssi;
    U2FKeyState u2f;
    AdapterRoutes routes;
    Clock *clock, *clocks[2];
    Fifo8 fifo;
    Fifo32 words;
    QEMUTimer **timers;
    uint32_t num_timers;
#else
    i2c_slave i2c;
#endif
} D;

static const VMStateField fields[] = {
    VMSTATE_PCI_DEVICE(pci, D),
    VMSTATE_PCI_DEVICE_POINTER(pci_pointer, D),
    VMSTATE_USB_DEVICE(usb, D),
    VMSTATE_IDE_BUS(ide, D),
    VMSTATE_IDE_BUS_ARRAY(ides, D, 2),
    VMSTATE_IDE_DRIVES(drives, D),
    VMSTATE_HID_KEYBOARD_DEVICE(hid, D),
    VMSTATE_HID_POINTER_DEVICE(hid, D),
    VMSTATE_PTIMER(ptimer, D),
    VMSTATE_MACADDR(mac, D),
    VMSTATE_I2C_SLAVE(i2c, D),
#if RELEASE > 100
    VMSTATE_AHCI(ahci, D),
    VMSTATE_CCW_DEVICE(ccw, D),
    VMSTATE_CPU_HOTPLUG(cpus, D),
    VMSTATE_IDE_DRIVE(drives[1], D),
    VMSTATE_IPACK_DEVICE(ipack, D),
    VMSTATE_MEMORY_HOTPLUG(memory, D),
    VMSTATE_MSIX_TEST(pci, D, NULL),
    VMSTATE_MSIX(pci, D),
    VMSTATE_PMBUS_DEVICE(pmbus, D),
    VMSTATE_PPC_TIMEBASE_V(timebase, D, 2),
    VMSTATE_PTR_TO_IND_ADDR(indicator, D),
    VMSTATE_SCSI_DEVICE(scsi, D),
    VMSTATE_SMBUS_DEVICE(smbus, D),
    VMSTATE_SPAPR_VIO(vio, D),
    VMSTATE_SSI_PERIPHERAL(ssi, D),
    VMSTATE_U2F_KEY(u2f, D),
    VMSTATE_CLOCK_V(clock, D, 2),
    VMSTATE_CLOCK(clock, D),
    VMSTATE_ARRAY_CLOCK_V(clocks, D, 2, 2),
    VMSTATE_ARRAY_CLOCK(clocks, D, 2),
    VMSTATE_PTIMER_ARRAY(ptimers, D, 3),
    VMSTATE_FIFO8_TEST(fifo, D, NULL),
    VMSTATE_FIFO8(fifo, D),
    VMSTATE_FIFO32(words, D),
    VMSTATE_VIRTIO_DEVICE,
#if RELEASE < 1000
    VMSTATE_ADAPTER_ROUTES(routes, D),
#endif
#if RELEASE < 1002
    VMSTATE_CPU(),
#else
    VMSTATE_TIMER_PTR_VARRAY(timers, D, num_timers),
#endif
#else
    VMSTATE_PCIE_DEVICE(pci, D),
#endif
    VMSTATE_END_OF_LIST()
};

/* The field of that name, the last one. */
static const migcore_vmstate_field *named(const char *name)
{
    const migcore_vmstate_field *found = NULL;

    for (size_t i = 0; fields[i].name != NULL; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            found = (const migcore_vmstate_field *)(const void *)&fields[i];
        }
    }
    return found;
}

int main(void)
{
    char name[40];

    CHECK_EQUAL(named("pci_pointer")->flags, VMS_STRUCT | VMS_POINTER);
    CHECK_EQUAL(named("drives")->num, 2);
    CHECK_EQUAL(named("drives")->version_id, 3);
    CHECK_EQUAL(named("ptimer")->version_id, 1);
    CHECK_EQUAL(named("mac")->size, 6);
    CHECK_EQUAL(named("mac")->flags, VMS_BUFFER);
#if RELEASE > 100
    CHECK_EQUAL(named("words.fifo")->offset, offsetof(D, words.fifo));
    CHECK_EQUAL(named("indicator")->size, sizeof(void *));
    CHECK(named("virtio")->info != NULL && named("virtio")->offset == 0);
    CHECK_EQUAL(named("ptimers")->num, 3);
#else
    CHECK_EQUAL(named("pci")->version_id, 2);
#endif
    snprintf(name, sizeof name, "devices-%d", RELEASE);
    return checks_report(name);
}
