/* Memory, and the bus with the registers of the devices. */
#include "machine.h"
#include <string.h>

static void finisher_write(struct machine *m, uint32_t offset, uint32_t value)
{
    (void)offset;
    m->result = value == FINISHER_GOOD ? MACHINE_FINISHED : MACHINE_FAILED;
}

static const struct region {
    uint32_t (*read)(struct machine *m, uint32_t offset);
    void (*write)(struct machine *m, uint32_t offset, uint32_t value);
} regions[] = {
    [FINISHER] = {NULL, finisher_write}, [UART] = {uart_read, uart_write}, [TIMER] = {timer_read, timer_write},
    [INTC] = {intc_read, intc_write}, [NIC] = {nic_read, nic_write}, [BLK] = {blk_read, blk_write},
    [RNG] = {rng_read, NULL}, [RTC] = {rtc_read, rtc_write},
};

/* The device at an address. What is done with it may make something due, or move an interrupt line. */
static const struct region *region_at(struct machine *m, uint32_t address)
{
    uint32_t number = (address - DEVICES_BASE) / DEVICE_SIZE;

    m->cpu.until = 0;
    return number < sizeof regions / sizeof regions[0] ? &regions[number] : NULL;
}

bool bus_read(struct machine *m, uint32_t address, uint32_t *value)
{
    const struct region *r = region_at(m, address);

    *value = r != NULL && r->read != NULL ? r->read(m, address % DEVICE_SIZE) : 0;
    return r != NULL;
}

bool bus_write(struct machine *m, uint32_t address, uint32_t value)
{
    const struct region *r = region_at(m, address);

    if (r != NULL && r->write != NULL)
        r->write(m, address % DEVICE_SIZE, value);
    return r != NULL;
}

const uint8_t *memory_at(struct machine *m, uint32_t address, uint32_t length)
{
    uint32_t offset = address - RAM_BASE;

    return offset < RAM_SIZE && length <= RAM_SIZE - offset ? m->memory + offset : NULL;
}

uint8_t *memory_to_write(struct machine *m, uint32_t address, uint32_t length)
{
    uint32_t offset = address - RAM_BASE;

    if (memory_at(m, address, length) == NULL)
        return NULL;
    for (uint32_t at = offset - offset % RAM_PAGE; at < offset + length; at += RAM_PAGE)
        mark_dirty(m, at / RAM_PAGE);
    return m->memory + offset;
}

void machine_collect_dirty(struct machine *m, uint8_t *bitmap)
{
    memcpy(bitmap, m->dirty, sizeof m->dirty);
    memset(m->dirty, 0, sizeof m->dirty);
}
