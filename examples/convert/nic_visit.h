/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef NIC_VISIT_H
#define NIC_VISIT_H

#include "migcore.h"
#include "nic.h"

/* Saves the state as `version`, or loads one of that version. What stages 0 to 3 turned into. */
migcore_status nic_visit(migcore_visitor *v, NicState *s, uint32_t version);

#endif
