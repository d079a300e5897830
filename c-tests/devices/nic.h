/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The address of a network card.
 */
#ifndef NIC_H
#define NIC_H

#include "device.h"

typedef struct MACAddr {
    uint8_t a[6];
} MACAddr;

typedef struct NICConf {
    MACAddr macaddr;
} NICConf;

#define VMSTATE_MACADDR(_field, _state) {                       \
    .name       = (stringify(_field)),                          \
    .size       = sizeof(MACAddr),                              \
    .info       = &vmstate_info_buffer,                         \
    .flags      = VMS_BUFFER,                                   \
    .offset     = vmstate_offset_value(_state, _field, MACAddr), \
}

#endif
