/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Prints a state by name: a migcore_observe callback for migcore_observer_init().
 */
#ifndef PRINTER_H
#define PRINTER_H

#include "migcore.h"

#define PRINTER_DEPTH (2 * MIGCORE_MAX_DEPTH + 1)

typedef struct Printer {
    unsigned depth;
    size_t elements[PRINTER_DEPTH]; /* how many elements of a list have begun, for each open scope */
    size_t raw_bytes;               /* bytes without a name that are not printed yet */
    /* What was seen in all. */
    unsigned named_items;
    size_t unnamed_bytes;
    bool quiet;                     /* count only */
} Printer;

/* `opaque` is a Printer, zeroed but for `quiet`. */
migcore_status printer_observe(void *opaque, const migcore_item *item);

/* Prints what is pending; for after the visit. */
void printer_end(Printer *printer);

#endif
