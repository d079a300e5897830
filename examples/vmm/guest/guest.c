/*
 * The program in the machine: works on a large table, a part of it at a time, while timer, network and disk go on in
 * the background, and prints what came out. Every number printed depends on all that was before it, so whoever loses a
 * bit of state, or repeats a piece of work, prints something else.
 */
#include <stdint.h>

enum { FINISHER, UART, TIMER, INTC, NIC, BLK, RNG, RTC };
#define REGISTER(device, offset) (*(volatile uint32_t *)(0x10000000 + (device) * 0x1000 + (offset)))

enum { UART_DATA = 0, UART_STATUS = 4, UART_CONTROL = 8, UART_HAS_BYTE = 1, UART_ROOM = 2,
       UART_EMPTY = 4, UART_WHEN_BYTE = 1, UART_WHEN_EMPTY = 2 };
enum { TIMER_STATUS = 0, TIMER_ONE_SHOT = 4, TIMER_PERIODIC = 8, TIMER_OVERRUNS = 12 };
enum { INTC_ENABLED = 4, INTC_CLAIM = 8, FROM_UART = 1, FROM_TIMER, FROM_NIC, FROM_BLK };
enum { NIC_CONTROL = 0, NIC_CAUSE = 4, NIC_MASK = 8, NIC_FILTER = 0x200, NIC_SEND = 0x400, NIC_RECEIVE = 0x420 };
enum { RING_BASE = 0, RING_SIZE = 4, RING_HEAD = 8, RING_TAIL = 12, RING_ENABLE = 16, RING = 16 };
enum { BLK_SECTORS = 0, BLK_SECTOR = 4, BLK_BUFFER = 8, BLK_COUNT = 12, BLK_COMMAND = 16, BLK_SLOT = 20, BLK_DONE = 24,
       BLK_FAILED = 28, BLK_CONTROL = 32, BLK_READ = 1, BLK_WRITE = 2, BLK_FLUSH = 3 };

enum { RTC_SECONDS = 0, RTC_NVRAM = 0x100, FINISHED = 0x5555, FAILED = 1 };

#define ROUNDS 48
#define WINDOW 16384 /* words of the table for one round */
#define WINDOWS 16
#define PASSES 8
#define TICK 40000
#define NAP 3500000

struct descriptor {
    uint32_t address, length, flags, sum;
};

static uint32_t table[WINDOWS * WINDOW];
static volatile uint32_t ticks, naps, received, net_sum, disk_phase, disk_rounds, disk_sum, outstanding;
static uint32_t sent;
static const char *volatile trouble;

static struct descriptor send_ring[RING], receive_ring[RING];
static uint8_t send_buffers[RING][256], receive_buffers[RING][256];
static uint32_t written[2][1024], read_back[2][1024];

static char output[1024];
static volatile uint32_t output_head, output_tail, listening;
static char typed[257];
static volatile uint32_t typed_count;

#define set_csr(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"(bits) : "memory")
#define clear_csr(name, bits) __asm__ volatile("csrc " #name ", %0" ::"r"(bits) : "memory")
#define interrupts_on() set_csr(mstatus, 8)
#define interrupts_off() clear_csr(mstatus, 8)

/* Sleeps until an interrupt has made the condition true. */
#define WAIT_UNTIL(condition) \
    do { \
        interrupts_off(); \
        while (!(condition)) { \
            __asm__ volatile("wfi" ::: "memory"); \
            interrupts_on(); \
            interrupts_off(); \
        } \
        interrupts_on(); \
    } while (0)

/* ---- output goes out in the background, as the line has room */

static void choose_uart_interrupts(void)
{
    REGISTER(UART, UART_CONTROL) = listening | (output_head != output_tail ? UART_WHEN_EMPTY : 0);
}

static void feed_uart(void)
{
    while (output_head != output_tail && REGISTER(UART, UART_STATUS) & UART_ROOM)
        REGISTER(UART, UART_DATA) = (uint8_t)output[output_head++ % sizeof output];
    choose_uart_interrupts();
}

static void put(char c)
{
    WAIT_UNTIL(output_tail - output_head < sizeof output);
    output[output_tail % sizeof output] = c;
    output_tail++;
    choose_uart_interrupts();
}

static void print(const char *text)
{
    while (*text)
        put(*text++);
}

static void print_number(const char *name, uint32_t value, uint32_t base, int digits)
{
    char text[12];
    int length = 0;

    print(name);
    for (; value != 0 || length < digits; value /= base)
        text[length++] = "0123456789abcdef"[value % base];
    while (length > 0)
        put(text[--length]);
}

/* ---- input stays in the device's queue until the end of a round; at the end of all, the guest waits for it */

static void read_typed(void)
{
    while (REGISTER(UART, UART_STATUS) & UART_HAS_BYTE && typed_count < sizeof typed - 1)
        typed[typed_count++] = (char)REGISTER(UART, UART_DATA);
}

/* ---- network: what is sent comes back, and must be the same */

static void make_packet(uint8_t *data, uint32_t number)
{
    uint32_t length = 16 + number * 37 % 240;

    data[0] = (uint8_t)number;
    for (uint32_t i = 1; i < length; i++)
        data[i] = (uint8_t)(data[i - 1] * 5 + number + i);
}

static void send_packet(void)
{
    uint32_t tail = REGISTER(NIC, NIC_SEND + RING_TAIL), next = (tail + 1) % RING;

    if (next == REGISTER(NIC, NIC_SEND + RING_HEAD))
        return;
    make_packet(send_buffers[tail], sent);
    send_ring[tail].address = (uint32_t)send_buffers[tail];
    send_ring[tail].length = 16 + sent * 37 % 240;
    send_ring[tail].flags = sent & 1;
    sent++;
    REGISTER(NIC, NIC_SEND + RING_TAIL) = next;
}

static void check_packet(struct descriptor *d)
{
    static uint8_t wanted[256];
    const uint8_t *data = (const uint8_t *)d->address;
    uint32_t sum = 1;

    make_packet(wanted, received);
    if (d->length != 16 + received * 37 % 240)
        trouble = "a packet has another length";
    for (uint32_t i = 0; i < d->length; i++) {
        sum = sum * 31 + data[i];
        if (data[i] != wanted[i])
            trouble = "a packet has other data";
    }
    if (d->sum != (d->flags & 1 ? sum : 1000 + wanted[0] % 128))
        trouble = "a packet has another sum";
    net_sum = net_sum * 33 + sum;
    received++;
}

static void receive_packets(void)
{
    static uint32_t next;

    REGISTER(NIC, NIC_CAUSE) = 3;
    for (; next != REGISTER(NIC, NIC_RECEIVE + RING_HEAD); next = (next + 1) % RING) {
        check_packet(&receive_ring[next]);
        REGISTER(NIC, NIC_RECEIVE + RING_TAIL) = (next + RING - 1) % RING;
    }
}

static void start_network(void)
{
    for (uint32_t i = 0; i < RING; i++)
        receive_ring[i].address = (uint32_t)receive_buffers[i];
    for (uint32_t i = 0; i < 128; i++)
        REGISTER(NIC, NIC_FILTER + i * 4) = 1000 + i;
    for (uint32_t ring = NIC_SEND; ring <= NIC_RECEIVE; ring += NIC_RECEIVE - NIC_SEND) {
        REGISTER(NIC, ring + RING_BASE) = (uint32_t)(ring == NIC_SEND ? send_ring : receive_ring);
        REGISTER(NIC, ring + RING_SIZE) = RING;
        REGISTER(NIC, ring + RING_ENABLE) = 1;
    }
    REGISTER(NIC, NIC_RECEIVE + RING_TAIL) = RING - 1;
    REGISTER(NIC, NIC_MASK) = 2;
    REGISTER(NIC, NIC_CONTROL) = 1;
}

/* ---- disk: two writes, a flush, two reads that must bring what was written, and so on */

static void request(uint32_t command, uint32_t *buffer, uint32_t part)
{
    uint32_t places = REGISTER(BLK, BLK_SECTORS) / 8;

    REGISTER(BLK, BLK_SECTOR) = (disk_rounds * 2 + part) % places * 8;
    REGISTER(BLK, BLK_BUFFER) = (uint32_t)buffer;
    REGISTER(BLK, BLK_COUNT) = part ? 1 + disk_rounds % 8 : 8;
    REGISTER(BLK, BLK_COMMAND) = command;
    if (REGISTER(BLK, BLK_SLOT) > 7)
        trouble = "the disk takes no request";
    outstanding++;
}

static void check_read(void)
{
    for (uint32_t part = 0; part < 2; part++) {
        uint32_t words = (part ? 1 + disk_rounds % 8 : 8) * 128;

        for (uint32_t i = 0; i < words; i++) {
            disk_sum = disk_sum * 33 + read_back[part][i];
            if (read_back[part][i] != written[part][i])
                trouble = "the disk has other data";
            read_back[part][i] = 0;
        }
    }
}

static void next_disk_phase(void)
{
    if (disk_phase == 0) {
        for (uint32_t i = 0; i < 1024; i++) {
            written[0][i] = table[(disk_rounds * 1024 + i) % (WINDOWS * WINDOW)] ^ disk_rounds;
            written[1][i] = written[0][i] * 0x85ebca6b;
        }
        request(BLK_WRITE, written[0], 0);
        request(BLK_WRITE, written[1], 1);
    } else if (disk_phase == 1) {
        request(BLK_FLUSH, 0, 0);
    } else {
        request(BLK_READ, read_back[0], 0);
        request(BLK_READ, read_back[1], 1);
    }
}

static void disk_done(void)
{
    uint32_t done = REGISTER(BLK, BLK_DONE);

    if (REGISTER(BLK, BLK_FAILED))
        trouble = "the disk failed";
    REGISTER(BLK, BLK_DONE) = done;
    for (; done != 0; done &= done - 1)
        outstanding--;
    if (outstanding > 0)
        return;
    if (disk_phase == 2) {
        check_read();
        disk_rounds++;
    }
    disk_phase = (disk_phase + 1) % 3;
    next_disk_phase();
}

/* ---- interrupts */

static void timer_fired(void)
{
    REGISTER(TIMER, TIMER_STATUS) = 0;
    if (REGISTER(TIMER, TIMER_PERIODIC)) {
        ticks += 1;
        send_packet();
        send_packet();
    } else {
        naps += 1;
    }
}

__attribute__((interrupt("machine"), aligned(4))) void on_trap(void)
{
    uint32_t cause, line;

    __asm__ volatile("csrr %0, mcause" : "=r"(cause));
    if (cause >> 31 == 0) { /* an exception: the guest has failed */
        REGISTER(FINISHER, 0) = FAILED;
        for (;;) {
        }
    }
    while ((line = REGISTER(INTC, INTC_CLAIM)) != 0) {
        switch (line) {
        case FROM_UART: feed_uart(); if (listening) read_typed(); break;
        case FROM_TIMER: timer_fired(); break;
        case FROM_NIC: receive_packets(); break;
        case FROM_BLK: disk_done(); send_packet(); break;
        }
        REGISTER(INTC, INTC_CLAIM) = line;
    }
}

/* ---- the work */

static uint32_t mix(uint32_t *window, uint32_t salt)
{
    uint32_t sum = 0;
    uint32_t start = REGISTER(RNG, 0); /* where the sum begins makes no difference */

    for (uint32_t pass = 1; pass <= PASSES; pass++) {
        for (uint32_t i = 0; i < WINDOW; i++) {
            uint32_t x = window[i] + salt + pass;

            x ^= x << 13;
            x ^= x >> 17;
            window[i] = (x ^ x << 5) + window[(i * 5 + pass) % WINDOW];
        }
    }
    for (uint32_t i = start; i != start + WINDOW; i++)
        sum += window[i % WINDOW] * (i % WINDOW * 2 + 1);
    return sum;
}

static void print_round(uint32_t round, uint32_t sum)
{
    print_number("round ", round, 10, 2);
    print_number("  sum ", sum, 16, 8);
    print_number("  clock ", REGISTER(RTC, RTC_SECONDS), 10, 1);
    print_number("  ticks ", ticks, 10, 1);
    print_number("  net ", received, 10, 1);
    print_number("/", net_sum, 16, 8);
    print_number("  disk ", disk_rounds, 10, 1);
    print_number("/", disk_sum, 16, 8);
    print_number("  typed ", typed_count, 10, 1);
    print("\n");
}

static void start_devices(void)
{
    REGISTER(RTC, RTC_SECONDS) = 1000;
    REGISTER(INTC, INTC_ENABLED) = 0xf;
    start_network();
    REGISTER(BLK, BLK_CONTROL) = 1;
    if (REGISTER(BLK, BLK_SECTORS) >= 16)
        next_disk_phase();
    set_csr(mie, 1 << 11);
    interrupts_on();
}

static uint32_t work(uint32_t round, uint32_t sum)
{
    uint32_t naps_before = naps;

    REGISTER(TIMER, round % 2 ? TIMER_ONE_SHOT : TIMER_PERIODIC) = round % 2 ? NAP : TICK;
    sum = sum * 31 + mix(table + round % WINDOWS * WINDOW, sum);
    for (uint32_t i = 0; i < 64; i++) /* a few places far away */
        table[sum * (2 * i + 1) % (WINDOWS * WINDOW)] += i;
    if (round % 2)
        WAIT_UNTIL(naps != naps_before);
    REGISTER(RTC, RTC_NVRAM + round % 16 * 4) = sum;
    read_typed();
    return sum;
}

static uint32_t end(uint32_t sum)
{
    listening = UART_WHEN_BYTE;
    choose_uart_interrupts();
    WAIT_UNTIL(typed_count > 0 && typed[typed_count - 1] == '\n');
    print("typed: ");
    print(typed);
    for (uint32_t i = 0; i < 16; i++)
        sum = sum * 31 + REGISTER(RTC, RTC_NVRAM + i * 4);
    print_number("result ", sum, 16, 8);
    print("\n");
    return FINISHED;
}

static uint32_t give_up(void)
{
    print("trouble: ");
    print(trouble);
    print("\n");
    return FAILED;
}

uint32_t main(void)
{
    uint32_t sum = 1, result;

    start_devices();
    for (uint32_t round = 0; round < ROUNDS && !trouble; round++) {
        sum = work(round, sum);
        print_round(round, sum);
    }
    result = trouble ? give_up() : end(sum);
    while (output_head != output_tail || !(REGISTER(UART, UART_STATUS) & UART_EMPTY)) {
    }
    return result;
}
