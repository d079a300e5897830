/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What stages 0 to 3 include. Each of their files is compiled twice: over the QEMUFile of migcore_qemu.h, and (with
 * CONVERT_OVER_HOST defined) over the one of the little host program in host_file.h. Its text is the same for both.
 */
#ifndef STAGE_H
#define STAGE_H

#ifdef CONVERT_OVER_HOST
#include "host_file.h"
#define MIGCORE_QEMU_COEXIST 1 /* the sum of what the host has: MIGCORE_QEMU_HOST_FILE */
#define NIC_STAGE(number) nic_over_host_stage##number
#else
#define NIC_STAGE(number) nic_over_own_stage##number
#endif

#include "ports.h"
#define MIGCORE_QEMU_PRINT(text) convert_print(text)
#include "migcore_qemu.h"

/* The two functions that old sources register with the machine: the state is opaque to whoever calls them. Stage 4 has none:
   see nic_visit.h. */
typedef struct NicStage {
    void (*save)(QEMUFile *f, void *opaque);
    int (*load)(QEMUFile *f, void *opaque, int version_id);
} NicStage;

extern const NicStage NIC_STAGE(0);
extern const NicStage NIC_STAGE(1);
extern const NicStage NIC_STAGE(2);
extern const NicStage NIC_STAGE(3);

#endif
