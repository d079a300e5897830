/* What the guest sees of the devices: each has a page of addresses, in which every register is a word. */
#ifndef VMM_REGISTERS_H
#define VMM_REGISTERS_H

#define DEVICES_BASE 0x10000000
#define DEVICE_SIZE 0x1000

enum { FINISHER, UART, TIMER, INTC, NIC, BLK, RNG, RTC }; /* in the order of their addresses */

enum { FINISHER_GOOD = 0x5555, FINISHER_BAD = 0x3333 }; /* how the guest ended */

enum { UART_DATA = 0, UART_STATUS = 4, UART_CONTROL = 8 };
enum { UART_HAS_BYTE = 1, UART_ROOM = 2, UART_EMPTY = 4 }; /* status */
enum { UART_WHEN_BYTE = 1, UART_WHEN_EMPTY = 2 };          /* control: what interrupts */

enum { TIMER_STATUS = 0, TIMER_ONCE = 4, TIMER_PERIODIC = 8, TIMER_OVERRUNS = 12 };

enum { INTC_ENABLED = 4, INTC_CLAIM = 8 };
enum { LINE_NONE, LINE_UART, LINE_TIMER, LINE_NIC, LINE_BLK }; /* also the bits */

enum { NIC_CONTROL = 0, NIC_CAUSE = 4, NIC_MASK = 8, NIC_FILTER = 0x200, NIC_SEND = 0x400, NIC_RECEIVE = 0x420 };
enum { RING_BASE = 0, RING_SIZE = 4, RING_HEAD = 8, RING_TAIL = 12, RING_ENABLE = 16 }; /* of send and receive */
enum { CAUSE_SENT = 1, CAUSE_RECEIVED = 2 };

/* A descriptor in memory, four words. */
enum { DESCRIPTOR_ADDRESS = 0, DESCRIPTOR_LENGTH = 4, DESCRIPTOR_FLAGS = 8, DESCRIPTOR_SUM = 12, DESCRIPTOR_SIZE = 16 };
enum { FLAG_SUM = 1, FLAG_DONE = 2 };

enum { BLK_SECTORS = 0, BLK_SECTOR = 4, BLK_BUFFER = 8, BLK_COUNT = 12, BLK_COMMAND = 16, BLK_SLOT = 20, BLK_DONE = 24,
       BLK_FAILED = 28, BLK_CONTROL = 32 };
enum { BLK_FREE, BLK_READ, BLK_WRITE, BLK_FLUSH }; /* commands */

enum { RTC_SECONDS = 0, RTC_NVRAM = 0x100 };

#endif
