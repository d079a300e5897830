/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/devices.h - the VMSTATE_ macros that QEMU has in the headers of its devices and buses, such as
 * VMSTATE_PCI_DEVICE. Not included by migcore_qemu.h.
 *
 * They name types and tables (PCIDevice, vmstate_pci_device) that are the program's: a program that has the sources of a
 * device of QEMU, but its own bus below it, includes this file after its own declarations. One that has QEMU's headers of
 * those devices needs nothing of it.
 *
 * Which of them came between 1.0 and 7.2 is not told here: from 1.1 on all are there, except those that 10.2 lacks. Not
 * here: VMSTATE_PCI_HOTPLUG, three fields of a struct that is a hypervisor's own.
 */
#ifndef MIGCORE_QEMU_DEVICES_H
#define MIGCORE_QEMU_DEVICES_H

#include "../migcore_qemu.h"

/* -- What 1.0 has too ---------------------------------------------------------------------------------------------- */

#define VMSTATE_PCI_DEVICE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_pci_device, PCIDevice)
#define VMSTATE_PCI_DEVICE_POINTER(f, S) MIGCORE_QEMU_PRIV_POINTED(f, S, 0, vmstate_pci_device, PCIDevice)
#define VMSTATE_USB_DEVICE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_usb_device, USBDevice)
#define VMSTATE_IDE_BUS(f, S) VMSTATE_STRUCT(f, S, 1, vmstate_ide_bus, IDEBus)
#define VMSTATE_IDE_BUS_ARRAY(f, S, n) VMSTATE_STRUCT_ARRAY(f, S, n, 1, vmstate_ide_bus, IDEBus)
#define VMSTATE_IDE_DRIVES(f, S) VMSTATE_STRUCT_ARRAY(f, S, 2, 3, vmstate_ide_drive, IDEState)
#define VMSTATE_HID_KEYBOARD_DEVICE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_hid_keyboard_device, HIDState)
#define VMSTATE_HID_POINTER_DEVICE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_hid_ptr_device, HIDState)
#define VMSTATE_PTIMER(f, S) MIGCORE_QEMU_PRIV_POINTED(f, S, 1, vmstate_ptimer, ptimer_state)

/* The member is a pointer to T. */
#define MIGCORE_QEMU_PRIV_POINTED(f, S, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, .vmsd = &(d), .size = sizeof(T *), \
                            .flags = VMS_STRUCT | VMS_POINTER)

/* A MACAddr is a struct with the bytes `a`. */
#define VMSTATE_MACADDR(f, S) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f) + type_check_array(uint8_t, typeof_field(S, f.a), sizeof(typeof_field(S, f))), \
                            0, NULL, .info = &vmstate_info_buffer, .size = sizeof(MACAddr), .flags = VMS_BUFFER)

#if MIGCORE_QEMU_API <= 100

#define VMSTATE_I2C_SLAVE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_i2c_slave, i2c_slave)
#define VMSTATE_PCIE_DEVICE(f, S) VMSTATE_STRUCT(f, S, 2, vmstate_pcie_device, PCIDevice)

#else

/* -- Later --------------------------------------------------------------------------------------------------------- */

#define VMSTATE_AHCI(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_ahci, AHCIState)
#define VMSTATE_CCW_DEVICE(f, S) VMSTATE_STRUCT(f, S, 1, vmstate_ccw_dev, CcwDevice)
#define VMSTATE_CPU_HOTPLUG(f, S) VMSTATE_STRUCT(f, S, 1, vmstate_cpu_hotplug, CPUHotplugState)
#define VMSTATE_I2C_SLAVE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_i2c_slave, I2CSlave)
#define VMSTATE_IDE_DRIVE(f, S) VMSTATE_STRUCT(f, S, 1, vmstate_ide_drive, IDEState)
#define VMSTATE_IPACK_DEVICE(f, S) VMSTATE_STRUCT(f, S, 1, vmstate_ipack_device, IPackDevice)
#define VMSTATE_MEMORY_HOTPLUG(f, S) VMSTATE_STRUCT(f, S, 1, vmstate_memory_hotplug, MemHotplugState)
#define VMSTATE_MSIX_TEST(f, S, t) VMSTATE_STRUCT_TEST(f, S, t, 0, vmstate_msix, PCIDevice)
#define VMSTATE_MSIX(f, S) VMSTATE_MSIX_TEST(f, S, NULL)
#define VMSTATE_PMBUS_DEVICE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_pmbus_device, PMBusDevice)
#define VMSTATE_PPC_TIMEBASE_V(f, S, v) VMSTATE_STRUCT(f, S, v, vmstate_ppc_timebase, PPCTimebase)
#define VMSTATE_PTR_TO_IND_ADDR(f, S) VMSTATE_STRUCT(f, S, 1, vmstate_ind_addr, IndAddr *)
#define VMSTATE_SCSI_DEVICE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_scsi_device, SCSIDevice)
#define VMSTATE_SMBUS_DEVICE(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_smbus_device, SMBusDevice)
#define VMSTATE_SPAPR_VIO(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_spapr_vio, SpaprVioDevice)
#define VMSTATE_SSI_PERIPHERAL(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_ssi_peripheral, SSIPeripheral)
#define VMSTATE_U2F_KEY(f, S) VMSTATE_STRUCT(f, S, 0, vmstate_u2f_key, U2FKeyState)
#if MIGCORE_QEMU_API < 1000
#define VMSTATE_ADAPTER_ROUTES(f, S) VMSTATE_STRUCT(f, S, 1, vmstate_adapter_routes, AdapterRoutes)
#endif

#define VMSTATE_CLOCK_V(f, S, v) MIGCORE_QEMU_PRIV_POINTED(f, S, v, vmstate_clock, Clock)
#define VMSTATE_CLOCK(f, S) VMSTATE_CLOCK_V(f, S, 0)
#if MIGCORE_QEMU_API >= 200
#define VMSTATE_ARRAY_CLOCK_V(f, S, n, v) VMSTATE_ARRAY_OF_POINTER_TO_STRUCT(f, S, n, v, vmstate_clock, Clock)
#define VMSTATE_ARRAY_CLOCK(f, S, n) VMSTATE_ARRAY_CLOCK_V(f, S, n, 0)
#define VMSTATE_PTIMER_ARRAY(f, S, n) VMSTATE_ARRAY_OF_POINTER_TO_STRUCT(f, S, n, 0, vmstate_ptimer, ptimer_state)
#endif
#if MIGCORE_QEMU_API >= 1002
#define VMSTATE_TIMER_PTR_VARRAY(f, S, c) \
    VMSTATE_VARRAY_OF_POINTER_UINT32(f, S, c, 0, vmstate_info_timer, MIGCORE_QEMU_PRIV_TIMER_TYPE)
#if MIGCORE_QEMU_API >= 1100
#define MIGCORE_QEMU_PRIV_TIMER_TYPE QEMUTimer
#else
#define MIGCORE_QEMU_PRIV_TIMER_TYPE QEMUTimer *
#endif
#endif

#define VMSTATE_FIFO8_TEST(f, S, t) VMSTATE_STRUCT_TEST(f, S, t, 0, vmstate_fifo8, Fifo8)
#define VMSTATE_FIFO8(f, S) VMSTATE_FIFO8_TEST(f, S, NULL)
/* A Fifo32 is a struct with a Fifo8 `fifo`. */
#define VMSTATE_FIFO32(f, S) VMSTATE_FIFO8(f.fifo, S)

/* The first member of what every processor is. */
#if MIGCORE_QEMU_API < 1002
#define VMSTATE_CPU() \
    MIGCORE_QEMU_PRIV_NAMED("parent_obj", 0, 0, NULL, .vmsd = &vmstate_cpu_common, .size = sizeof(CPUState), \
                            .flags = VMS_STRUCT)
#endif

/* A whole field, not a call. */
#define VMSTATE_VIRTIO_DEVICE MIGCORE_QEMU_PRIV_NAMED("virtio", 0, 0, NULL, .info = &virtio_vmstate_info, .flags = VMS_SINGLE)

#endif

#endif /* MIGCORE_QEMU_DEVICES_H */
