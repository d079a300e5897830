/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A device that has everything: each kind of item, scopes, nested subsections, raw bytes.
 */
#ifndef RICH_H
#define RICH_H

#include "kinds.h"
#include "migcore.h"

#define RICH_LINES 9
#define RICH_WIDE 40 /* more bytes than the library swaps at once */
#define RICH_QUEUE 7
#define RICH_PACKET 33
#define RICH_LABEL 16
#define RICH_RINGS 2
#define RICH_PORTS 3
#define RICH_RAW 5
#define RICH_LONGEST 2048 /* more bytes than any stream of it */

struct rich_ring {
    uint16_t head, tail;
    uint8_t *data;
};

struct rich_port {
    uint32_t id;
    bool up;
};

/* Arrays are blocks of their own of just the right size, so that a tool that checks memory sees each step out of them. */
struct rich {
#define RICH_FIELD(name, type, constant) type one_##name;
    EACH_KIND(RICH_FIELD)
#undef RICH_FIELD
    bool *lines;
    uint64_t *wide;
    uint32_t *queue;
    size_t queue_count;
    uint8_t *mac;
    uint8_t *packet;
    size_t packet_length;
    char *label;
    bool has_irq;
    uint8_t irq;
    uint16_t since;
    struct rich_ring rings[RICH_RINGS];
    struct rich_port *ports;
    size_t port_count;
    uint8_t *raw;
    /* Subsections: of the device, of the first of them, of the device. */
    bool has_timer, has_edge, has_statistics;
    int64_t expiry;
    uint8_t edge;
    double average;
};

/* All zeros and empty. */
struct rich *rich_new(void);
void rich_free(struct rich *s);
/* Values from a random number; `everything`: all subsections, and the arrays full. */
void rich_fill(struct rich *s, uint32_t seed, bool everything);
bool rich_same(const struct rich *a, const struct rich *b);

#define RICH_VERSION 3

/* Visits the device, one of several. */
migcore_status rich_visit_one(migcore_visitor *v, struct rich *s, uint32_t instance);
/* Visits the device, and finishes the visit. */
migcore_status rich_visit(migcore_visitor *v, struct rich *s);

/* Where the subsections of the last save began: each head is marker, length, name and version. */
struct rich_part {
    size_t begin, name_length;
};
extern struct rich_part rich_parts[3];

#endif
