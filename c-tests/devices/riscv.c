/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Interrupts and timers of boards with RISC-V: arrays of as many elements as there are lines and processors.
 */
#include "device.h"

#define PLIC_SOURCES 96             /* lines of the board, */
#define PLIC_WORDS 3                /* the words that have a bit for each, */
#define PLIC_CONTEXTS 2             /* and modes of each processor that take interrupts */

typedef struct RISCVAclintMTimerState {
    uint32_t num_harts;
    uint64_t *timecmp;              /* when each processor is interrupted */
    uint64_t its_timecmp[1];
} RISCVAclintMTimerState;

typedef struct SiFivePLICState {
    uint32_t num_sources;
    uint32_t num_addrs;
    uint32_t num_enables;
    uint32_t bitfield_words;
    uint32_t *source_priority;
    uint32_t *target_priority;
    uint32_t *pending;
    uint32_t *claimed;
    uint32_t *enable;
    uint32_t its_source_priority[PLIC_SOURCES];
    uint32_t its_target_priority[PLIC_CONTEXTS];
    uint32_t its_pending[PLIC_WORDS];
    uint32_t its_claimed[PLIC_WORDS];
    uint32_t its_enable[PLIC_CONTEXTS * PLIC_WORDS];
} SiFivePLICState;

static const VMStateDescription vmstate_riscv_mtimer = {
    .name = "riscv_mtimer",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_VARRAY_UINT32(timecmp, RISCVAclintMTimerState, num_harts, 0, vmstate_info_uint64, uint64_t),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_sifive_plic = {
    .name = "riscv_sifive_plic",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_VARRAY_UINT32(source_priority, SiFivePLICState, num_sources, 0, vmstate_info_uint32, uint32_t),
        VMSTATE_VARRAY_UINT32(target_priority, SiFivePLICState, num_addrs, 0, vmstate_info_uint32, uint32_t),
        VMSTATE_VARRAY_UINT32(pending, SiFivePLICState, bitfield_words, 0, vmstate_info_uint32, uint32_t),
        VMSTATE_VARRAY_UINT32(claimed, SiFivePLICState, bitfield_words, 0, vmstate_info_uint32, uint32_t),
        VMSTATE_VARRAY_UINT32(enable, SiFivePLICState, num_enables, 0, vmstate_info_uint32, uint32_t),
        VMSTATE_END_OF_LIST()
    },
};

static void riscv_mtimer_prepare(void *opaque, const Where *where)
{
    RISCVAclintMTimerState *s = opaque;

    s->num_harts = where->cpus;
    s->timecmp = s->its_timecmp;
}

static void sifive_plic_prepare(void *opaque, const Where *where)
{
    SiFivePLICState *s = opaque;

    (void)where;
    s->num_sources = PLIC_SOURCES;
    s->num_addrs = PLIC_CONTEXTS;
    s->num_enables = PLIC_CONTEXTS * PLIC_WORDS;
    s->bitfield_words = PLIC_WORDS;
    s->source_priority = s->its_source_priority;
    s->target_priority = s->its_target_priority;
    s->pending = s->its_pending;
    s->claimed = s->its_claimed;
    s->enable = s->its_enable;
}

const Device riscv_mtimer = {
    .vmsd = &vmstate_riscv_mtimer, .size = sizeof(RISCVAclintMTimerState), .prepare = riscv_mtimer_prepare
};
const Device sifive_plic = {
    .vmsd = &vmstate_sifive_plic, .size = sizeof(SiFivePLICState), .prepare = sifive_plic_prepare
};
