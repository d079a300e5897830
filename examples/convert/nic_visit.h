/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef NIC_VISIT_H
#define NIC_VISIT_H

#include "migcore.h"
#include "nic.h"

/* Saves or loads what is inside of the card, of the version that the visitor says. What stages 0 to 3 turned into. Call it
   between migcore_begin_device(v, "nic", instance, NIC_VERSION, 1) and migcore_end_device(v). */
migcore_status nic_visit(migcore_visitor *v, NicState *s);

#endif
