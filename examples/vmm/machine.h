/*
 * The machine: one RV32IM processor, 4 MiB of memory and seven devices, in one thread.
 *
 * Time is counted in instructions: everything that happens later happens at an instruction that is known. So what the
 * guest does is the same from run to run, and the same whether the machine stayed where it was or not.
 */
#ifndef VMM_MACHINE_H
#define VMM_MACHINE_H

#include <migcore.h>

#define RAM_BASE 0x80000000u
#define RAM_SIZE (4u << 20)
#define RAM_PAGE 4096u
#define RAM_PAGES (RAM_SIZE / RAM_PAGE)

#define NEVER UINT64_MAX
#define LATEST (UINT64_MAX / 4) /* no machine gets that old: sums with it do not overflow */

struct machine;

/* cpu.c */
struct cpu {
    struct machine *machine;
    uint32_t x[32], pc;
    uint32_t mstatus, mie, mtvec, mscratch, mepc, mcause, mtval;
    uint64_t cycle; /* the time: instructions so far, and those that were slept through */
    bool waiting;   /* in wfi */
    uint64_t until; /* no state: where the loop of instructions ends */
};

/* intc.c: the lines of the devices come together */
enum { LINE_UART, LINE_TIMER, LINE_NIC, LINE_BLK };

struct intc {
    uint32_t level; /* of the lines; not saved, the devices raise them again after a load */
    uint32_t enabled;
    uint32_t claimed;
};

/* uart.c: guest to stdout, and --input to the guest */
#define UART_FIFO 16
#define UART_LINE 256

struct uart {
    struct machine *machine;
    uint8_t control;
    size_t rx_count, tx_count;
    uint8_t rx[UART_FIFO], tx[UART_FIFO];
    uint64_t rx_due, tx_due; /* when the next byte arrives, or is out */
    size_t line_length;
    uint8_t line[UART_LINE]; /* what the other end has sent, and has not arrived */
};

/* timer.c */
enum { TIMER_OFF, TIMER_ONE_SHOT, TIMER_PERIODIC };

struct timer {
    struct machine *machine;
    uint8_t mode;
    bool fired;
    uint64_t expires;
    uint32_t period, overruns; /* of a periodic timer only */
};

/* nic.c: its cable leads back to itself */
#define NIC_REGISTERS 256
#define NIC_RING 64
#define NIC_FLYING 8
#define NIC_PACKET 256

struct nic_ring {
    bool enabled;
    uint32_t base; /* from here on of an enabled ring only */
    uint16_t size, head, tail;
};

struct nic_packet {
    uint64_t due;
    size_t length;
    uint8_t data[NIC_PACKET];
    bool summed;
    uint32_t sum; /* if summed */
};

struct nic {
    struct machine *machine;
    uint32_t registers[NIC_REGISTERS];
    struct nic_ring rings[2]; /* to send, to receive */
    size_t flying;
    struct nic_packet packets[NIC_FLYING]; /* on the cable, the oldest first */
};

/* blk.c: a disk in a file */
#define BLK_QUEUE 8
#define BLK_SECTOR 512
#define BLK_SECTORS_AT_ONCE 8

enum { BLK_FREE, BLK_READ, BLK_WRITE, BLK_FLUSH };

struct blk_request {
    uint8_t kind;
    uint64_t due;                   /* unless free */
    uint32_t sector, buffer, count; /* of a read or write */
};

struct blk {
    struct machine *machine;
    int file; /* -1: no disk */
    uint32_t sectors;
    uint32_t sector, buffer, count, slot; /* registers for the next request, and the slot that the last one got */
    uint8_t done, failed, control;        /* a bit for each slot */
    struct blk_request queue[BLK_QUEUE];
};

/* rng.c: who loses its state has other random numbers, which is as good */
struct rng {
    uint64_t state;
};

/* rtc.c: saved and loaded by functions from before migcore */
struct rtc {
    struct machine *machine;
    uint32_t base; /* seconds at the time `set_at` */
    uint64_t set_at;
    uint8_t nvram[16];
};

#define DEVICES 9

/* What a load is tried on before a device is touched. One visit is tried at a time, so one is enough. */
union scratch {
    struct cpu cpu;
    struct intc intc;
    struct uart uart;
    struct timer timer;
    struct nic nic;
    struct blk blk;
    struct rng rng;
    struct rtc rtc;
};

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
    uint64_t next_event; /* when a device has something to do */

    uint8_t *memory;                /* RAM_SIZE bytes */
    uint8_t dirty[RAM_PAGES / 8];   /* a bit for each page that was written, the first page in the lowest bit */

    migcore_machine state; /* all that is saved and loaded, but the memory */
    migcore_device devices[DEVICES];
    union scratch scratch;
    migcore_kernels kernels;
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
    bool unknown_chunk;  /* send one along that nobody knows */
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

/* Ends a load with an error at `name` unless the value that came is one that the device can work with. */
static inline void require(migcore_visitor *v, const char *name, bool good)
{
    if (migcore_is_loading(v) && !good)
        migcore_fail(v, name, MIGCORE_REFUSED, 0);
}

/* memory.c: memory, and the bus behind it. False, or NULL: there is nothing at that address. */
const uint8_t *memory_at(struct machine *m, uint32_t address, uint32_t length);
uint8_t *memory_to_write(struct machine *m, uint32_t address, uint32_t length);
bool bus_read(struct machine *m, uint32_t address, uint32_t *value);
bool bus_write(struct machine *m, uint32_t address, uint32_t value);
void machine_collect_dirty(struct machine *m, uint8_t *bitmap); /* copies the dirty bits and clears them */

static inline uint32_t get_le32(const uint8_t *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void put_le32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
}

/*
 * The devices. Each has a visit, which saves and loads it; read and write, which the bus calls for its registers; and,
 * if it does something later, a tick that does what is due and returns when it is due again.
 */
migcore_status cpu_visit(migcore_visitor *v, void *opaque);
void cpu_run(struct cpu *c, uint64_t until);

migcore_status intc_visit(migcore_visitor *v, void *opaque);
void intc_set(struct intc *c, unsigned line, bool level);
bool intc_pending(const struct intc *c);
uint32_t intc_read(struct machine *m, uint32_t offset);
void intc_write(struct machine *m, uint32_t offset, uint32_t value);

migcore_status uart_visit(migcore_visitor *v, void *opaque);
int32_t uart_load_done(void *opaque);
uint64_t uart_tick(struct uart *u);
uint32_t uart_read(struct machine *m, uint32_t offset);
void uart_write(struct machine *m, uint32_t offset, uint32_t value);

migcore_status timer_visit(migcore_visitor *v, void *opaque);
int32_t timer_load_done(void *opaque);
uint64_t timer_tick(struct timer *t);
uint32_t timer_read(struct machine *m, uint32_t offset);
void timer_write(struct machine *m, uint32_t offset, uint32_t value);

migcore_status nic_visit(migcore_visitor *v, void *opaque);
int32_t nic_load_done(void *opaque);
uint64_t nic_tick(struct nic *n);
uint32_t nic_read(struct machine *m, uint32_t offset);
void nic_write(struct machine *m, uint32_t offset, uint32_t value);

bool blk_open(struct blk *b, const char *path);
migcore_status blk_visit(migcore_visitor *v, void *opaque);
int32_t blk_scratch_begin(void *scratch, void *opaque);
int32_t blk_load_done(void *opaque);
uint64_t blk_tick(struct blk *b);
uint32_t blk_read(struct machine *m, uint32_t offset);
void blk_write(struct machine *m, uint32_t offset, uint32_t value);

migcore_status rng_visit(migcore_visitor *v, void *opaque);
uint32_t rng_read(struct machine *m, uint32_t offset);
void rng_write(struct machine *m, uint32_t offset, uint32_t value);

migcore_status rtc_visit(migcore_visitor *v, void *opaque);
uint32_t rtc_read(struct machine *m, uint32_t offset);
void rtc_write(struct machine *m, uint32_t offset, uint32_t value);

#endif
