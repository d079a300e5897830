/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The stages over a QEMUFile of migcore_qemu.h that goes elsewhere than to memory.
 */
#ifndef WIRE_H
#define WIRE_H

#include "migcore.h"
#include "nic.h"

/* Shows what `stage` saves to a visitor of any kind, such as an observer. */
migcore_status stage_show(unsigned stage, NicState *s, migcore_visitor *visitor);

/* Sends version and state through a descriptor, or receives them; 0 or a negative errno. */
int stage_send(unsigned stage, NicState *s, int descriptor);
int stage_receive(unsigned stage, NicState *s, int descriptor);

#endif
