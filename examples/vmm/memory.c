/* Memory, and the bus with the registers of the devices. */
#include "machine.h"
#include <string.h>

#define DEVICES_BASE 0x10000000u
#define DEVICE_SIZE 0x1000u

static uint32_t finisher_read(struct machine *m, uint32_t offset)
{
    (void)m, (void)offset;
    return 0;
}

/* The guest says that it is done, and whether all was well. */
static void finisher_write(struct machine *m, uint32_t offset, uint32_t value)
{
    (void)offset;
    m->result = value == 0x5555 ? MACHINE_FINISHED : MACHINE_FAILED;
}

/* At DEVICES_BASE, each with DEVICE_SIZE bytes. */
static const struct {
    uint32_t (*read)(struct machine *m, uint32_t offset);
    void (*write)(struct machine *m, uint32_t offset, uint32_t value);
} regions[] = {
    {finisher_read, finisher_write}, {uart_read, uart_write}, {timer_read, timer_write}, {intc_read, intc_write},
    {nic_read, nic_write}, {blk_read, blk_write}, {rng_read, rng_write}, {rtc_read, rtc_write},
};

#define REGIONS (sizeof regions / sizeof regions[0])

bool bus_read(struct machine *m, uint32_t address, uint32_t *value)
{
    uint32_t region = (address - DEVICES_BASE) / DEVICE_SIZE;

    if (region >= REGIONS)
        return false;
    m->cpu.until = 0; /* something may be due, or an interrupt line have changed */
    *value = regions[region].read(m, address % DEVICE_SIZE);
    return true;
}

bool bus_write(struct machine *m, uint32_t address, uint32_t value)
{
    uint32_t region = (address - DEVICES_BASE) / DEVICE_SIZE;

    if (region >= REGIONS)
        return false;
    m->cpu.until = 0;
    regions[region].write(m, address % DEVICE_SIZE, value);
    return true;
}

const uint8_t *memory_at(struct machine *m, uint32_t address, uint32_t length)
{
    uint32_t offset = address - RAM_BASE;

    return offset < RAM_SIZE && length <= RAM_SIZE - offset ? m->memory + offset : NULL;
}

uint8_t *memory_to_write(struct machine *m, uint32_t address, uint32_t length)
{
    uint32_t offset = address - RAM_BASE;

    if (memory_at(m, address, length) == NULL || length == 0)
        return NULL;
    for (uint32_t page = offset / RAM_PAGE; page <= (offset + length - 1) / RAM_PAGE; page++)
        m->dirty[page / 8] |= (uint8_t)(1 << page % 8);
    return m->memory + offset;
}

void machine_collect_dirty(struct machine *m, uint8_t *bitmap)
{
    memcpy(bitmap, m->dirty, sizeof m->dirty);
    memset(m->dirty, 0, sizeof m->dirty);
}
