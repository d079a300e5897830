/*
 * The machine: one RV32IM processor, 4 MiB of memory and seven devices, in one thread.
 *
 * Time is counted in instructions: everything that happens later happens at an instruction that is known. So what the
 * guest does is the same from run to run, and the same whether the machine stayed where it was or not.
 */
#ifndef VMM_MACHINE_H
#define VMM_MACHINE_H

#include "registers.h"
#include <migcore.h>

/*
 * The release that is built. Sources of release 1 have none of what stands behind `#if RELEASE >= 2`; the states of the
 * devices that release 2 changed are of version 2 there. What leads from one to the other is in history.c.
 */
#ifndef RELEASE
#define RELEASE 2
#endif

#define RAM_BASE 0x80000000u
#define RAM_SIZE (4u << 20)
#define RAM_PAGE 4096u
#define RAM_PAGES (RAM_SIZE / RAM_PAGE)

#define NEVER UINT64_MAX
#define LATEST (UINT64_MAX / 4) /* no machine gets that old: sums with it do not overflow */

struct cpu {
    uint32_t x[32], pc;
    uint32_t mstatus, mie, mtvec, mscratch, mepc, mcause, mtval;
    uint64_t cycle; /* the time: instructions so far, and those that were slept through */
    bool waiting;   /* in wfi */
    uint64_t until; /* no state: where the loop of instructions ends */
};

struct intc {
    uint32_t level; /* no state: the devices raise their lines whenever they look what is due */
    uint32_t enabled, claimed;
};

struct uart {
    uint8_t control;
    uint8_t rx[16], tx[16]; /* FIFOs */
    size_t rx_count, tx_count;
    uint8_t line[256]; /* what the other end has sent, and has not arrived */
    size_t line_length;
    uint64_t rx_due, tx_due; /* when the next byte arrives, or is out */
#if RELEASE >= 2
    uint64_t sent; /* bytes, for the host to see */
#endif
};

enum { TIMER_MODE_OFF, TIMER_MODE_ONCE, TIMER_MODE_PERIODIC };

struct timer {
    uint8_t mode;
    bool fired;
    uint64_t expires; /* unless off */
    uint32_t period;  /* of a periodic timer */
#if RELEASE >= 2
    uint64_t missed; /* of its ticks */
#else
    uint32_t missed;
#endif
};

#define NIC_FLYING 8

struct nic {
    uint32_t registers[256];
    struct nic_ring {
        uint32_t base;
        uint16_t size;
        bool enabled;
        uint16_t head, tail; /* of an enabled ring */
    } rings[2]; /* to send, to receive */
    struct nic_packet {
        uint64_t due;
        uint8_t data[256];
        size_t length;
        bool summed;
        uint32_t sum; /* if summed */
    } packets[NIC_FLYING]; /* on the cable, the oldest first */
    size_t flying;
};

#define BLK_QUEUE 8

struct blk {
    int file; /* -1: no disk */
    uint32_t sectors;
    uint32_t sector, buffer, count, slot; /* registers for the next request, and the slot that the last one got */
    uint8_t done, failed, control;        /* a bit for each slot */
    struct blk_request {
        uint8_t kind;
        uint64_t due;                   /* unless free */
        uint32_t sector, buffer, count; /* of a read or write */
    } queue[BLK_QUEUE];
};

struct rng {
    uint64_t state;
};

struct rtc {
    uint32_t base; /* seconds at the time `set_at` */
    uint64_t set_at;
    uint8_t nvram[16];
};

#define DEVICES 8

enum machine_state { MACHINE_RUNS, MACHINE_FINISHED, MACHINE_FAILED };

struct machine {
    struct cpu cpu;
    struct intc intc;
    struct uart uart;
    struct timer timer;
    struct nic nic;
    struct blk blk;
    struct rng rng;
    struct rtc rtc;
    enum machine_state result;

    uint8_t *memory;              /* RAM_SIZE bytes */
    uint8_t dirty[RAM_PAGES / 8]; /* a bit for each page that was written, the first page in the lowest bit */

    migcore_machine state; /* what is saved and loaded: the devices, */
    migcore_device devices[DEVICES];
    migcore_ram ram; /* and memory */
    migcore_ram_block block;
    migcore_kernels kernels;
    struct machine *scratch; /* never runs: a load is tried on its devices before those of this one are touched */

    migcore_tree kept; /* what came along that is not known here: it goes on with the machine */
    bool keeps;        /* there is some */
    uint8_t kept_memory[16 * 1024];
};

struct options {
    const char *subject; /* the guest, the file to restore from, or the socket to receive from */
    const char *disk;    /* a file; NULL: no disk */
    const char *input;   /* what is typed; NULL: a default */
    const char *without; /* a device whose state this program does not know, or NULL */
    const char *save;    /* a file to save to, or NULL */
    const char *migrate; /* a socket to move to, or NULL */
    const char *capture; /* where the stream of a migration is kept, or NULL */
    uint64_t at;         /* when to save or move, in instructions */
    unsigned patience;   /* how long a migration may stand still, in milliseconds */
    bool unknown_chunk;  /* send one along that nobody knows */
    bool lossless;       /* do not move the machine to a program that would lose something of it */
};

/* machine.c. A machine must stay where it is. machine_run returns early when the guest ends. */
bool machine_init(struct machine *m, const struct options *options);
void machine_free(struct machine *m);
bool machine_load_guest(struct machine *m, const char *path);
bool machine_start(struct machine *m);
enum machine_state machine_run(struct machine *m, uint64_t instructions);
int machine_run_to_end(struct machine *m); /* returns the exit code of the program */

/* Says on stderr what failed; false, so that a caller can return it. */
bool complain(const char *what, const migcore_error *error);
bool complain_of_visit(const char *what, migcore_visitor *v);

/* memory.c: memory, and the bus behind it. False, or NULL: there is nothing at that address. */
const uint8_t *memory_at(struct machine *m, uint32_t address, uint32_t length);
uint8_t *memory_to_write(struct machine *m, uint32_t address, uint32_t length);
bool bus_read(struct machine *m, uint32_t address, uint32_t *value);
bool bus_write(struct machine *m, uint32_t address, uint32_t value);
void machine_collect_dirty(struct machine *m, uint8_t *bitmap); /* copies the dirty bits and clears them */

static inline void mark_dirty(struct machine *m, uint32_t page)
{
    m->dirty[page / 8] |= (uint8_t)(1 << page % 8);
}

static inline uint32_t get_le32(const uint8_t *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void put_le32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++, value >>= 8)
        p[i] = (uint8_t)value;
}

/* The devices. Each has a visit, which saves and loads its state, and two functions that the bus calls for its registers. */
#define DECLARE_DEVICE(name) \
    migcore_status name##_visit(migcore_visitor *v, void *opaque); \
    uint32_t name##_read(struct machine *m, uint32_t offset); \
    void name##_write(struct machine *m, uint32_t offset, uint32_t value)

DECLARE_DEVICE(uart);
DECLARE_DEVICE(timer);
DECLARE_DEVICE(intc);
DECLARE_DEVICE(nic);
DECLARE_DEVICE(blk);
DECLARE_DEVICE(rtc);
migcore_status rng_visit(migcore_visitor *v, void *opaque);
uint32_t rng_read(struct machine *m, uint32_t offset);

/* What devices do later they do in their tick: whatever is due. It returns when something is due again. */
uint64_t uart_tick(struct machine *m);
uint64_t timer_tick(struct machine *m);
uint64_t nic_tick(struct machine *m);
uint64_t blk_tick(struct machine *m);

void intc_set(struct intc *c, unsigned line, bool level);
bool intc_pending(const struct intc *c);
bool blk_open(struct blk *b, const char *path);

migcore_status cpu_visit(migcore_visitor *v, void *opaque);
void cpu_run(struct machine *m, uint64_t until);

#endif
