/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Histories in memory of just the right size, and runs of them.
 */
#ifndef COMPAT_H
#define COMPAT_H

#include "migcore_compat.h"
#include "tree.h"

/* Histories, whose memory is a block of just the right size. */
struct lore {
    migcore_compat compat;
    void *memory;
};

migcore_compat *lore_init(struct lore *lore, const migcore_compat_table *table);
void lore_free(struct lore *lore);

/* Targets of a machine: from one version to another, devices as they are. */
migcore_compat_targets machine_targets(const migcore_compat_version *from, const migcore_compat_version *to);
/* Targets of devices: those of one pattern to a version, all others as they are. */
migcore_compat_targets device_targets(const migcore_compat_wanted *wanted);
/* The message of a failure, in a static array. */
const char *reason_of(const migcore_compat_failure *failure);

#endif
