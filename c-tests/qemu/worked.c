/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The worked example at the top of migcore_qemu.h, taken from there: it compiles, and does what it says.
 */
#include <stdint.h>

typedef struct Uart {
    uint8_t ier;
    uint16_t divider;
    uint32_t not_yet_converted;
} Uart;

#include "worked.inc"
#include "check.h"

static const uint8_t expected[] = {
    0x05,                       /* ier */
    0x00, 0x0c,                 /* divider */
    0x00, 0x00, 0x00, 0x07,     /* not_yet_converted */
};

int main(void)
{
    Uart uart = { 5, 12, 7 };
    uint8_t bytes[16];

    CHECK_BYTES(bytes, uart_store(&uart, bytes, sizeof bytes), expected);
    CHECK_EQUAL(uart_store(&uart, bytes, 6), 0);
    return checks_report("qemu/worked");
}
