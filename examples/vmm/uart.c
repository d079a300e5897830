/* The serial line. Bytes take their time, so some of them are on the way whenever the machine is saved. */
#include "machine.h"
#include <stdio.h>
#include <string.h>

#define TX_TIME 20000
#define RX_TIME 2000000

enum { DATA = 0, STATUS = 4, CONTROL = 8 };
enum { STATUS_RX = 1, STATUS_ROOM = 2, STATUS_EMPTY = 4 };
enum { CONTROL_RX = 1, CONTROL_EMPTY = 2 }; /* what interrupts */

/* Fields that depend on what was visited before them, and bytes whose number is part of the state. */
migcore_status uart_visit(migcore_visitor *v, void *opaque)
{
    struct uart *u = opaque;

    migcore_visit_u8(v, "control", &u->control);
    migcore_visit_varbytes(v, "rx", u->rx, sizeof u->rx, &u->rx_count);
    migcore_visit_varbytes(v, "tx", u->tx, sizeof u->tx, &u->tx_count);
    if (u->tx_count > 0)
        migcore_visit_u64(v, "tx_due", &u->tx_due);
    migcore_visit_varbytes(v, "line", u->line, sizeof u->line, &u->line_length);
    if (u->line_length > 0)
        migcore_visit_u64(v, "rx_due", &u->rx_due);
    return migcore_get_status(v);
}

static void update(struct uart *u)
{
    intc_set(&u->machine->intc, LINE_UART,
             (u->control & CONTROL_RX && u->rx_count > 0) || (u->control & CONTROL_EMPTY && u->tx_count == 0));
}

int32_t uart_load_done(void *opaque)
{
    update(opaque);
    return 0;
}

static uint8_t take(uint8_t *bytes, size_t *count)
{
    uint8_t first = bytes[0];

    memmove(bytes, bytes + 1, --*count);
    return first;
}

uint64_t uart_tick(struct uart *u)
{
    uint64_t now = u->machine->cpu.cycle, next = NEVER;

    if (u->tx_count > 0 && now >= u->tx_due) {
        putchar(take(u->tx, &u->tx_count));
        u->tx_due = now + TX_TIME;
    }
    if (u->line_length > 0 && u->rx_count < UART_FIFO && now >= u->rx_due) {
        u->rx[u->rx_count++] = take(u->line, &u->line_length);
        u->rx_due = now + RX_TIME;
    }
    update(u);
    if (u->tx_count > 0)
        next = u->tx_due;
    if (u->line_length > 0 && u->rx_count < UART_FIFO && u->rx_due < next)
        next = u->rx_due;
    return next;
}

uint32_t uart_read(struct machine *m, uint32_t offset)
{
    struct uart *u = &m->uart;

    switch (offset) {
    case DATA:
        return u->rx_count > 0 ? take(u->rx, &u->rx_count) : 0;
    case STATUS:
        return (u->rx_count > 0 ? STATUS_RX : 0) | (u->tx_count < UART_FIFO ? STATUS_ROOM : 0) |
               (u->tx_count == 0 ? STATUS_EMPTY : 0);
    case CONTROL:
        return u->control;
    default:
        return 0;
    }
}

void uart_write(struct machine *m, uint32_t offset, uint32_t value)
{
    struct uart *u = &m->uart;

    if (offset == CONTROL)
        u->control = (uint8_t)value;
    if (offset == DATA && u->tx_count < UART_FIFO) {
        if (u->tx_count == 0)
            u->tx_due = m->cpu.cycle + TX_TIME;
        u->tx[u->tx_count++] = (uint8_t)value;
    }
}
