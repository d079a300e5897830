/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * An interrupt controller as sources of QEMU 10.0 are written: const tables, a list end with a flag, errors handed on.
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"

#include "style.h"

#define IRQ_LINES 8

typedef struct IrqLine {
    uint8_t level;
    uint8_t priority;
} IrqLine;

typedef struct IrqState {
    IrqLine lines[IRQ_LINES];
    IrqLine *extra;
    uint32_t num_pending;
    uint32_t *pending;
    unsigned long *enabled;
    int32_t num_enabled;
    bool has_extra;
    QEMUTimer *timers[2];
} IrqState;

static const VMStateDescription vmstate_irq_line = {
    .name = "irq/line",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(level, IrqLine),
        VMSTATE_UINT8(priority, IrqLine),
        VMSTATE_END_OF_LIST()
    }
};

static bool irq_extra_needed(void *opaque)
{
    IrqState *s = opaque;

    return s->has_extra;
}

static int irq_extra_pre_load(void *opaque)
{
    IrqState *s = opaque;

    s->has_extra = true;
    return 0;
}

static const VMStateDescription vmstate_irq_extra = {
    .name = "irq/extra",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = irq_extra_needed,
    .pre_load = irq_extra_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_VARRAY_POINTER_KNOWN(extra, IrqState, 2, 0, vmstate_irq_line, IrqLine),
        VMSTATE_TIMER_PTR_ARRAY(timers, IrqState, 2),
        VMSTATE_END_OF_LIST()
    }
};

static int irq_pre_save(void *opaque)
{
    IrqState *s = opaque;

    return s->num_pending > IRQ_LINES ? -EOVERFLOW : 0;
}

static const VMStateDescription vmstate_irq = {
    .name = "irq",
    .version_id = 2,
    .minimum_version_id = 2,
    .early_setup = true,
    .priority = MIG_PRI_GICV3,
    .pre_save = irq_pre_save,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(lines, IrqState, IRQ_LINES, 0, vmstate_irq_line, IrqLine),
        VMSTATE_UINT32(num_pending, IrqState),
        VMSTATE_VARRAY_UINT32_ALLOC(pending, IrqState, num_pending, 0, vmstate_info_uint32, uint32_t),
        VMSTATE_INT32(num_enabled, IrqState),
        VMSTATE_BITMAP(enabled, IrqState, 0, num_enabled),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription * const []) {
        &vmstate_irq_extra,
        NULL
    }
};

/* -- The check ----------------------------------------------------------------------------------------------------- */

int main(void)
{
    IrqLine extra[2][2] = { { { 1, 2 }, { 3, 4 } } };
    QEMUTimer timers[4] = { { 5 }, { -1 }, { 7 }, { 7 } };
    unsigned long bits[2][64 / (8 * sizeof(unsigned long))] = { { 0 } };
    uint32_t pending[] = { 11, 22, 33 };
    IrqState from = { .num_pending = 3, .pending = pending, .num_enabled = 64, .enabled = bits[0], .extra = extra[0],
                      .has_extra = true, .timers = { &timers[0], &timers[1] } };
    IrqState to = { .enabled = bits[1], .extra = extra[1], .timers = { &timers[2], &timers[3] } };
    Error *err = NULL;
    Memory m, back;

    bits[0][0] = 0x81;
    from.lines[7].priority = 9;
    CHECK(vmstate_section_needed(&vmstate_irq, &from));
    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
    CHECK_EQUAL(vmstate_save_state_with_err(&m.file, &vmstate_irq, &from, NULL, &err), 0);
    CHECK(err == NULL);
    m.length = (size_t)migcore_qemu_file_position(&m.file);
    CHECK_EQUAL(m.length, 16 + 4 + 12 + 4 + 8 + (2 + 9 + 4) + 4 + 16);
    CHECK_EQUAL(memory_load(&back, &vmstate_irq, &to, 2, m.bytes, m.length + 1), 0);
    CHECK(to.num_pending == 3 && to.pending[2] == 33 && to.lines[7].priority == 9 && bits[1][0] == 0x81);
    CHECK(extra[1][1].priority == 4 && timers[2].expire_time == 5 && timers[3].expire_time == -1 && to.has_extra);
    g_free(to.pending);
    from.num_pending = 100;
    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
    CHECK_EQUAL(vmstate_save_state_v(&m.file, &vmstate_irq, &from, NULL, 2, &err), -EOVERFLOW);
    CHECK(err != NULL);
    error_free(err);
    CHECK_EQUAL(qemu_file_get_error(&m.file), -EOVERFLOW);
    return checks_report("style-1000");
}
