/*
 * The clock, with a few bytes that a battery keeps. A device that nobody has converted: it puts and gets its bytes one
 * by one. They go through the machine's visitor as they are, so they stand in the stream, with neither names nor types.
 */
#include "machine.h"

#define MIGCORE_QEMU_DEFINE
#include <migcore_qemu.h>

#define CYCLES_PER_SECOND 1000000

static void rtc_save(QEMUFile *f, struct rtc *r)
{
    qemu_put_be32(f, r->base);
    qemu_put_be64(f, r->set_at);
    qemu_put_byte(f, sizeof r->nvram);
    qemu_put_buffer(f, r->nvram, sizeof r->nvram);
}

static int rtc_load(QEMUFile *f, struct rtc *r, int version)
{
    if (version != 1)
        return -EINVAL;
    r->base = qemu_get_be32(f);
    r->set_at = qemu_get_be64(f);
    if (qemu_get_byte(f) != sizeof r->nvram)
        return -EINVAL;
    qemu_get_buffer(f, r->nvram, sizeof r->nvram);
    return qemu_file_get_error(f);
}

/* All that is new: a file over the visitor, and what the load says comes back. */
migcore_status rtc_visit(migcore_visitor *v, void *opaque)
{
    QEMUFile file;
    int error = 0;

    migcore_qemu_file_init_visitor(&file, v);
    if (migcore_is_loading(v))
        error = rtc_load(&file, opaque, (int)migcore_state_version(v));
    else
        rtc_save(&file, opaque);
    if (error != 0)
        migcore_fail(v, NULL, MIGCORE_REFUSED, error);
    return migcore_get_status(v);
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
