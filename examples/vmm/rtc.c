/*
 * The clock, with a few bytes that a battery keeps. A device that nobody has converted: it puts and gets its bytes one
 * by one. They go through the machine's visitor as they are, so they stand in the stream, with neither names nor types.
 */
#include "machine.h"

#define MIGCORE_QEMU_DEFINE
#include <migcore_qemu.h>

#define CYCLES_PER_SECOND 1000000

static void rtc_save(QEMUFile *f, void *opaque)
{
    struct rtc *r = opaque;

    qemu_put_be32(f, r->base);
    qemu_put_be64(f, r->set_at);
    qemu_put_byte(f, sizeof r->nvram);
    qemu_put_buffer(f, r->nvram, sizeof r->nvram);
}

static int rtc_load(QEMUFile *f, void *opaque, int version_id)
{
    struct rtc *r = opaque;

    if (version_id != 1)
        return -EINVAL;
    r->base = qemu_get_be32(f);
    r->set_at = qemu_get_be64(f);
    if (qemu_get_byte(f) != sizeof r->nvram)
        return -EINVAL;
    qemu_get_buffer(f, r->nvram, sizeof r->nvram);
    return qemu_file_get_error(f);
}

/* All that is new. */
migcore_status rtc_visit(migcore_visitor *v, void *opaque)
{
    return migcore_qemu_visit_handlers(v, rtc_save, rtc_load, opaque);
}

uint32_t rtc_read(struct machine *m, uint32_t offset)
{
    if (offset == RTC_SECONDS)
        return m->rtc.base + (uint32_t)((m->cpu.cycle - m->rtc.set_at) / CYCLES_PER_SECOND);
    if (offset >= RTC_NVRAM && offset < RTC_NVRAM + 4 * sizeof m->rtc.nvram)
        return m->rtc.nvram[(offset - RTC_NVRAM) / 4];
    return 0;
}

void rtc_write(struct machine *m, uint32_t offset, uint32_t value)
{
    if (offset == RTC_SECONDS) {
        m->rtc.base = value;
        m->rtc.set_at = m->cpu.cycle;
    }
    if (offset >= RTC_NVRAM && offset < RTC_NVRAM + 4 * sizeof m->rtc.nvram)
        m->rtc.nvram[(offset - RTC_NVRAM) / 4] = (uint8_t)value;
}
