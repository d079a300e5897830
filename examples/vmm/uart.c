/* The serial line. Bytes take their time, so some of them are on the way whenever the machine is saved. */
#include "machine.h"
#include <stdio.h>
#include <string.h>

#define TX_TIME 20000
#define RX_TIME 2000000

/* Bytes whose number is part of the state, and fields that are there only if there are some. */
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
#if RELEASE >= 2
    migcore_mark(v, MIGCORE_MARK_ANCILLARY);
    migcore_visit_u64(v, "sent", &u->sent);
#endif
    return migcore_get_status(v);
}

static uint8_t take(uint8_t *bytes, size_t *count)
{
    uint8_t first = bytes[0];

    memmove(bytes, bytes + 1, --*count);
    return first;
}

uint64_t uart_tick(struct machine *m)
{
    struct uart *u = &m->uart;
    uint64_t next = NEVER;

    if (u->tx_count > 0 && m->cpu.cycle >= u->tx_due) {
        putchar(take(u->tx, &u->tx_count));
#if RELEASE >= 2
        u->sent++;
#endif
        u->tx_due = m->cpu.cycle + TX_TIME;
    }
    if (u->line_length > 0 && u->rx_count < sizeof u->rx && m->cpu.cycle >= u->rx_due) {
        u->rx[u->rx_count++] = take(u->line, &u->line_length);
        u->rx_due = m->cpu.cycle + RX_TIME;
    }
    intc_set(&m->intc, LINE_UART, (u->control & UART_WHEN_BYTE && u->rx_count > 0) ||
                                      (u->control & UART_WHEN_EMPTY && u->tx_count == 0));
    if (u->tx_count > 0)
        next = u->tx_due;
    if (u->line_length > 0 && u->rx_count < sizeof u->rx && u->rx_due < next)
        next = u->rx_due;
    return next;
}

uint32_t uart_read(struct machine *m, uint32_t offset)
{
    struct uart *u = &m->uart;

    if (offset == UART_DATA)
        return u->rx_count > 0 ? take(u->rx, &u->rx_count) : 0;
    if (offset == UART_STATUS)
        return (u->rx_count > 0 ? UART_HAS_BYTE : 0) | (u->tx_count < sizeof u->tx ? UART_ROOM : 0) |
               (u->tx_count == 0 ? UART_EMPTY : 0);
    return 0;
}

void uart_write(struct machine *m, uint32_t offset, uint32_t value)
{
    struct uart *u = &m->uart;

    if (offset == UART_CONTROL)
        u->control = (uint8_t)value;
    if (offset == UART_DATA && u->tx_count < sizeof u->tx) {
        if (u->tx_count == 0)
            u->tx_due = m->cpu.cycle + TX_TIME;
        u->tx[u->tx_count++] = (uint8_t)value;
    }
}
