/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The five stages over each of the two kinds of QEMUFile, behind functions that name neither: a program can have only one
 * type QEMUFile per source file, so each kind has its own (own_port.c, host_port.c).
 */
#ifndef PORTS_H
#define PORTS_H

#include "nic.h"

#define STAGES 5

typedef struct NicPort {
    const char *name;
    /* Saves by the functions of `stage`; gives the bytes written or a negative errno. */
    int64_t (*save)(unsigned stage, NicState *s, uint8_t *bytes, size_t capacity);
    /* Loads by the functions of `stage`; 0 or a negative errno. The position where it stopped goes to *used. */
    int (*load)(unsigned stage, NicState *s, int version_id, const uint8_t *bytes, size_t length, size_t *used);
} NicPort;

/* Where the stages report errors; each program has its own. */
void convert_print(const char *text);

extern const NicPort own_port;
extern const NicPort host_port;

#endif
