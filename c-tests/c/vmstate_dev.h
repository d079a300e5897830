/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A device with a table, hooks and a subsection, which notes what of its code is called.
 */
#ifndef VMSTATE_DEV_H
#define VMSTATE_DEV_H

#include "vmstate.h"

struct dev {
    uint32_t a, b;
    uint8_t part;
    /* What was called, in order: a letter each. */
    char log[32];
    /* The hook that refuses, and with what. */
    char refuse;
    int with;
    bool needed;
};

extern const migcore_vmstate dev_table, part_table;
extern const migcore_vmstate *const dev_parts[2];
/* Its state on the legacy wire. */
#define DEV_LENGTH 23
extern const uint8_t dev_bytes[DEV_LENGTH];

void dev_init(struct dev *s);
/* Notes a call, and says what it returns. */
int dev_note(void *object, char what);

#endif
