/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef MIXED_H
#define MIXED_H

/* How many of the checks in mixed.c fail. */
int mixed_failures(void);

#endif
