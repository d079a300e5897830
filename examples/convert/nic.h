/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A small network card: what it remembers. The same in all stages; how it is saved is in stage0.c to stage4.c.
 */
#ifndef NIC_H
#define NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIC_VERSION 2          /* newest version of the state; 1 lacks vlan_tag and moderation_us */
#define NIC_PHY_REGISTERS 4
#define NIC_MULTICAST_WORDS 8
#define NIC_COUNTERS 4
#define NIC_FIFO_BYTES 96
#define NIC_WAKE_BYTES 32
#define NIC_NO_VLAN 0x0fff

#define NIC_IRQ_RECEIVED 0x01u
#define NIC_IRQ_SENT 0x02u

enum { NIC_DMA_IDLE, NIC_DMA_FETCH, NIC_DMA_TRANSFER, NIC_DMA_PHASES };

typedef struct NicRing {
    uint64_t base;      /* guest address of the descriptors */
    uint32_t size;
    uint32_t head;
    uint32_t tail;
    bool enabled;
} NicRing;

typedef struct NicDma {
    uint8_t phase;
    uint64_t address;
    uint32_t remaining;
    int32_t error;
} NicDma;

typedef struct NicState {
    /* Set when the machine is built, never saved. */
    int save_version;   /* 1 for old machine types */
    int64_t now;        /* the machine's clock, in ns */

    uint32_t control;
    uint32_t status;
    uint32_t irq_mask;
    uint32_t irq_pending;
    uint8_t mac[6];
    bool link_up;
    bool full_duplex;
    bool promiscuous;
    uint16_t phy[NIC_PHY_REGISTERS];
    uint32_t multicast[NIC_MULTICAST_WORDS];
    NicRing rings[2];   /* receive, send */
    NicDma dma;
    uint32_t fifo_used;
    uint8_t fifo[NIC_FIFO_BYTES];
    int64_t send_at;    /* on the machine's clock */
    uint64_t counters[NIC_COUNTERS];

    /* since version 2 */
    uint16_t vlan_tag;
    uint32_t moderation_us[2];

    /* subsection nic/wake, sent only if a pattern is set */
    uint16_t wake_events;
    uint32_t wake_used;
    uint8_t wake_pattern[NIC_WAKE_BYTES];

    /* follows from the rest, never saved */
    bool irq_line;
} NicState;

/* As after power on. `now` and `save_version` stay. */
void nic_reset(NicState *s);

/* A card in the middle of its work, for the demo and the tests. */
void nic_make_busy(NicState *s);

bool nic_equal(const NicState *a, const NicState *b);

/* The interrupt line follows from mask and pending bits: after a load it has to be worked out again. */
void nic_update_irq(NicState *s);

/* Three flags share a byte in the stream. */
uint8_t nic_link_flags(const NicState *s);
void nic_set_link_flags(NicState *s, uint8_t flags);

/* The stream has the time left until send_at, as the clocks of two machines differ. It may hold any value, so this wraps. */
int64_t nic_send_in(const NicState *s);
void nic_set_send_in(NicState *s, int64_t send_in);

/* Whether the state is worth sending subsection nic/wake. `opaque` is the NicState. */
bool nic_wake_needed(void *opaque);

#endif
