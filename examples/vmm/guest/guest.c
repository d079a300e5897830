/*
 * The program in the machine: works on a large table, a part of it at a time, while timer, network and disk go on in
 * the background, and prints what came out. Every number printed depends on all that was before it, so whoever loses a
 * bit of state, or repeats a piece of work, prints something else.
 */
#include "../registers.h"
#include <stdint.h>

#define REGISTER(device, offset) (*(volatile uint32_t *)(DEVICES_BASE + (device) * DEVICE_SIZE + (offset)))
#define CHECK(good, text) (trouble = (good) || trouble ? trouble : (text))

#define ROUNDS 48
#define WINDOWS 16   /* of the table; one for each round */
#define WINDOW 16384 /* words */
#define PASSES 8
#define TICK 40000
#define NAP 3500000
#define RING 16

static uint32_t table[WINDOWS * WINDOW];
static volatile uint32_t ticks, naps, received, net_sum, disk_rounds, disk_sum, typed_count, listening;
static volatile uint32_t output_head, output_tail;
static const char *volatile trouble;
static char output[1024], typed[257];
static struct { uint32_t address, length, flags, sum; } send_ring[RING], receive_ring[RING];
static uint8_t send_buffers[RING][256], receive_buffers[RING][256];
static uint32_t written[2][1024], read_back[2][1024];

#define interrupts_on() __asm__ volatile("csrs mstatus, 8" ::: "memory")
#define interrupts_off() __asm__ volatile("csrc mstatus, 8" ::: "memory")

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

/* ---- output goes out in the background; input stays in the device until somebody asks for it */

static void read_typed(void)
{
    while (REGISTER(UART, UART_STATUS) & UART_HAS_BYTE && typed_count < sizeof typed - 1)
        typed[typed_count++] = (char)REGISTER(UART, UART_DATA);
}

static void use_uart(void)
{
    if (listening)
        read_typed();
    while (output_head != output_tail && REGISTER(UART, UART_STATUS) & UART_ROOM)
        REGISTER(UART, UART_DATA) = (uint8_t)output[output_head++ % sizeof output];
    REGISTER(UART, UART_CONTROL) = listening | (output_head != output_tail ? UART_WHEN_EMPTY : 0);
}

static void print(const char *text)
{
    for (; *text; text++) {
        WAIT_UNTIL(output_tail - output_head < sizeof output);
        output[output_tail++ % sizeof output] = *text;
        REGISTER(UART, UART_CONTROL) = listening | UART_WHEN_EMPTY;
    }
}

static void print_number(const char *name, uint32_t value, uint32_t base)
{
    char text[12] = {0};
    int at = 11;

    for (; value != 0 || at == 11; value /= base)
        text[--at] = "0123456789abcdef"[value % base];
    print(name);
    print(text + at);
}

/* ---- network: what is sent comes back, and must be the same */

static uint32_t make_packet(uint8_t *data, uint32_t number)
{
    uint32_t length = 16 + number * 37 % 240;

    data[0] = (uint8_t)number;
    for (uint32_t i = 1; i < length; i++)
        data[i] = (uint8_t)(data[i - 1] * 5 + number + i);
    return length;
}

static void send_packet(void)
{
    static uint32_t sent;
    uint32_t tail = REGISTER(NIC, NIC_SEND + RING_TAIL), next = (tail + 1) % RING;

    if (next == REGISTER(NIC, NIC_SEND + RING_HEAD))
        return;
    send_ring[tail].address = (uint32_t)send_buffers[tail];
    send_ring[tail].length = make_packet(send_buffers[tail], sent);
    send_ring[tail].flags = sent++ & FLAG_SUM;
    REGISTER(NIC, NIC_SEND + RING_TAIL) = next;
}

static void receive_packets(void)
{
    static uint8_t wanted[256];
    static uint32_t next;

    REGISTER(NIC, NIC_CAUSE) = CAUSE_SENT | CAUSE_RECEIVED;
    for (; next != REGISTER(NIC, NIC_RECEIVE + RING_HEAD); next = (next + 1) % RING) {
        uint32_t sum = 1, length = make_packet(wanted, received);

        CHECK(receive_ring[next].length == length, "a packet has another length ");
        for (uint32_t i = 0; i < length; i++) {
            CHECK(receive_buffers[next][i] == wanted[i], "a packet has other data ");
            sum = sum * 31 + receive_buffers[next][i];
        }
        CHECK(receive_ring[next].sum == (received % 2 ? sum : 1000 + wanted[0] % 128), "a packet has another sum ");
        net_sum = net_sum * 33 + sum;
        received++;
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
        REGISTER(NIC, ring + RING_BASE) = ring == NIC_SEND ? (uint32_t)send_ring : (uint32_t)receive_ring;
        REGISTER(NIC, ring + RING_SIZE) = RING;
        REGISTER(NIC, ring + RING_ENABLE) = 1;
    }
    REGISTER(NIC, NIC_RECEIVE + RING_TAIL) = RING - 1;
    REGISTER(NIC, NIC_MASK) = CAUSE_RECEIVED;
    REGISTER(NIC, NIC_CONTROL) = 1;
}

/* ---- disk: two writes, a flush, two reads that must bring what was written, and so on */

static uint32_t sectors_of(uint32_t part)
{
    return part ? 1 + disk_rounds % 8 : 8;
}

static void request(uint32_t command, uint32_t *buffer, uint32_t part)
{
    REGISTER(BLK, BLK_SECTOR) = (disk_rounds * 2 + part) % (REGISTER(BLK, BLK_SECTORS) / 8) * 8;
    REGISTER(BLK, BLK_BUFFER) = (uint32_t)buffer;
    REGISTER(BLK, BLK_COUNT) = sectors_of(part);
    REGISTER(BLK, BLK_COMMAND) = command;
    CHECK(REGISTER(BLK, BLK_SLOT) < 8, "the disk takes no request ");
}

static void check_read(uint32_t part)
{
    for (uint32_t i = 0; i < sectors_of(part) * 128; i++) {
        CHECK(read_back[part][i] == written[part][i], "the disk has other data ");
        disk_sum = disk_sum * 33 + read_back[part][i];
        read_back[part][i] = 0;
    }
}

static void use_disk(void)
{
    static const uint32_t commands[] = {BLK_WRITE, BLK_FLUSH, BLK_READ};
    static uint32_t phase, outstanding;

    CHECK(REGISTER(BLK, BLK_FAILED) == 0, "the disk failed ");
    for (uint32_t done = REGISTER(BLK, BLK_DONE); done != 0; done &= done - 1)
        outstanding--;
    REGISTER(BLK, BLK_DONE) = 0xff;
    send_packet();
    if (outstanding > 0)
        return;
    for (uint32_t part = 0; part < 2 && phase == 3; part++)
        check_read(part);
    disk_rounds += phase == 3;
    phase %= 3;
    for (uint32_t i = 0; i < 1024 && phase == 0; i++) {
        written[0][i] = table[(disk_rounds * 1024 + i) % (WINDOWS * WINDOW)] ^ disk_rounds;
        written[1][i] = written[0][i] * 0x85ebca6b;
    }
    for (uint32_t part = 0; part < 2; part++, outstanding++)
        request(commands[phase], phase ? read_back[part] : written[part], part);
    phase++;
}

/* ---- interrupts */

static void timer_fired(void)
{
    REGISTER(TIMER, TIMER_STATUS) = 0;
    if (REGISTER(TIMER, TIMER_PERIODIC) == 0) {
        naps++;
        return;
    }
    ticks++;
    send_packet();
    send_packet();
}

__attribute__((interrupt("machine"), aligned(4))) void on_trap(void)
{
    uint32_t cause, line;

    __asm__ volatile("csrr %0, mcause" : "=r"(cause));
    if (cause >> 31 == 0) /* an exception */
        REGISTER(FINISHER, 0) = FINISHER_BAD;
    while ((line = REGISTER(INTC, INTC_CLAIM)) != LINE_NONE) {
        switch (line) {
        case LINE_UART: use_uart(); break;
        case LINE_TIMER: timer_fired(); break;
        case LINE_NIC: receive_packets(); break;
        case LINE_BLK: use_disk(); break;
        }
        REGISTER(INTC, INTC_CLAIM) = line;
    }
}

/* ---- the work */

static uint32_t mix(uint32_t *window, uint32_t salt)
{
    uint32_t sum = 0, start = REGISTER(RNG, 0); /* where the sum begins makes no difference */

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

static uint32_t work(uint32_t round, uint32_t sum)
{
    uint32_t naps_before = naps;

    REGISTER(TIMER, round % 2 ? TIMER_ONCE : TIMER_PERIODIC) = round % 2 ? NAP : TICK;
    sum = sum * 31 + mix(table + round % WINDOWS * WINDOW, sum);
    for (uint32_t i = 0; i < 64; i++) /* a few places far away */
        table[sum * (2 * i + 1) % (WINDOWS * WINDOW)] += i;
    if (round % 2)
        WAIT_UNTIL(naps != naps_before);
    REGISTER(RTC, RTC_NVRAM + round % 16 * 4) = sum;
    read_typed();
    return sum;
}

static void print_round(uint32_t round, uint32_t sum)
{
    print_number("round ", round, 10);
    print_number(": sum ", sum, 16);
    print_number(", clock ", REGISTER(RTC, RTC_SECONDS), 10);
    print_number(", ticks ", ticks, 10);
    print_number(", packets ", received, 10);
    print_number(" ", net_sum, 16);
    print_number(", disk ", disk_rounds, 10);
    print_number(" ", disk_sum, 16);
    print_number(", typed ", typed_count, 10);
    print("\n");
}

uint32_t main(void)
{
    uint32_t sum = 1;

    REGISTER(RTC, RTC_SECONDS) = 1000;
    REGISTER(INTC, INTC_ENABLED) = 1 << LINE_UART | 1 << LINE_TIMER | 1 << LINE_NIC | 1 << LINE_BLK;
    start_network();
    REGISTER(BLK, BLK_CONTROL) = 1;
    if (REGISTER(BLK, BLK_SECTORS) >= 16)
        use_disk();
    __asm__ volatile("csrw mie, %0" ::"r"(1 << 11));
    interrupts_on();
    for (uint32_t round = 0; round < ROUNDS && !trouble; round++) {
        sum = work(round, sum);
        print_round(round, sum);
    }
    listening = UART_WHEN_BYTE;
    REGISTER(UART, UART_CONTROL) = listening | UART_WHEN_EMPTY;
    WAIT_UNTIL(typed_count > 0 && typed[typed_count - 1] == '\n');
    for (uint32_t i = 0; i < 16; i++)
        sum = sum * 31 + REGISTER(RTC, RTC_NVRAM + i * 4);
    print("typed: ");
    print(typed);
    print_number(trouble ? trouble : "result ", sum, 16);
    print("\n");
    while (output_head != output_tail || !(REGISTER(UART, UART_STATUS) & UART_EMPTY)) {
    }
    return trouble ? FINISHER_BAD : FINISHER_GOOD;
}
