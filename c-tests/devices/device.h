/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What the devices here have in common: each file has the struct of a device and its tables, as a device of QEMU 7.2
 * has them, and at its end an entry that says where it is found.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "migration/qemu-file-types.h"
#include "qemu/timer.h"

#include <inttypes.h>

/* A section of a stream: the machine that wrote it, and the section's own name. */
typedef struct Where {
    const char *machine;    /* "pc-i440fx", without a version */
    int version;            /* of the machine, major * 100 + minor; that of QEMU where the machine has none */
    int qemu;               /* the QEMU that wrote it, in the same form */
    const char *section;    /* "0000:00:01.3/piix4_pm" */
    unsigned instance;
    uint32_t cpus;          /* as many as it was started with */
    uint32_t memory_slots;  /* that more memory may come to */
} Where;

typedef struct Device {
    const VMStateDescription *vmsd;
    size_t size;
    /* Whether it is this device: several have one name. NULL: always. */
    bool (*here)(const Where *where);
    /* Sets what the machine fixes before it loads: counts, switches, places for what is pointed to. All else is 0. */
    void (*prepare)(void *opaque, const Where *where);
    /* Gives back what loading allocated. */
    void (*release)(void *opaque);
} Device;

/* The device whose description has the name; NULL: it is none of these. */
const Device *device_at(const char *name, const Where *where);

/* The device of this number, from 0; NULL: there are no more. */
const Device *device_number(size_t number);

static inline bool machine_is(const Where *where, const char *machine)
{
    return strcmp(where->machine, machine) == 0;
}

/* A PC of these kinds has had its switches turned off one by one for the older versions of it. */
static inline bool machine_since(const Where *where, int version)
{
    return where->version >= version;
}

#endif
