/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * All devices.
 */
#include "device.h"

#define DEVICES(X) \
    X(ich9_ahci) X(arm_gic) X(arm_timer) X(sp804) X(arm_mptimer) X(systick) X(i440fx) X(piix3) X(mch) \
    X(cmsdk_dualtimer) X(i8257) X(e1000) X(fdc) X(fw_cfg) X(intel_hda) X(hda_audio) X(hpet) X(hpet_10_0) \
    X(i8254) X(i8259) X(ich9_lpc) X(ich9_smb) X(ide_pci) X(ide_isa) X(ioapic) X(apic) X(ipmi_bmc_sim) \
    X(isa_ipmi_kcs) X(kvmvapic) X(timers) X(globalstate) X(globalstate_9_0) X(cpu_common) X(mc146818rtc) \
    X(parallel_isa) X(pcspk) X(i2c_bus) X(acpi_build) X(virt_acpi_build) X(pci_bus) X(gpex_root) X(pckbd) \
    X(port92) X(piix4_pm) X(pl011) X(pl031) X(goldfish_rtc) X(pl061) X(gpio_key) X(pflash_cfi01) \
    X(ps2_keyboard) X(ps2_mouse) X(riscv_mtimer) X(sifive_plic) X(rtl8139) X(serial_isa) X(serial_mm) \
    X(spapr_iommu) X(spapr) X(uhci) X(usb_ptr) X(vga_isa) X(vga_pci) X(vmmouse) X(xhci)

#define DECLARE(device) extern const Device device;
#define ENTRY(device) &device,

DEVICES(DECLARE)

static const Device *const devices[] = { DEVICES(ENTRY) };

const Device *device_at(const char *name, const Where *where)
{
    for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
        const Device *device = devices[i];

        if (strcmp(device->vmsd->name, name) == 0 && (device->here == NULL || device->here(where))) {
            return device;
        }
    }
    return NULL;
}

const Device *device_number(size_t number)
{
    return number < ARRAY_SIZE(devices) ? devices[number] : NULL;
}
