/* The processor: RV32IM in machine mode, one instruction at a time. */
#include "machine.h"
#include <stdio.h>

enum { MSTATUS_MIE = 1 << 3, MSTATUS_MPIE = 1 << 7, MSTATUS_MPP = 3 << 11, EXTERNAL = 1 << 11 };

enum {
    FETCH_MISALIGNED, FETCH_FAULT, ILLEGAL, BREAKPOINT, LOAD_MISALIGNED, LOAD_FAULT, STORE_MISALIGNED, STORE_FAULT,
    ECALL = 11
};
#define INTERRUPT 0x8000000bu

migcore_status cpu_visit(migcore_visitor *v, void *opaque)
{
    struct cpu *c = opaque;

    migcore_visit_u32_array(v, "x", c->x, 32);
    migcore_require(v, "x", c->x[0] == 0);
    migcore_visit_u32(v, "pc", &c->pc);
    migcore_require(v, "pc", c->pc % 4 == 0);
    migcore_visit_u32(v, "mstatus", &c->mstatus);
    migcore_visit_u32(v, "mie", &c->mie);
    migcore_visit_u32(v, "mtvec", &c->mtvec);
    migcore_require(v, "mtvec", c->mtvec % 4 == 0);
    migcore_visit_u32(v, "mscratch", &c->mscratch);
    migcore_visit_u32(v, "mepc", &c->mepc);
    migcore_require(v, "mepc", c->mepc % 4 == 0);
    migcore_visit_u32(v, "mcause", &c->mcause);
    migcore_visit_u32(v, "mtval", &c->mtval);
    migcore_visit_u64(v, "cycle", &c->cycle);
    migcore_require(v, "cycle", c->cycle < LATEST);
    return migcore_visit_bool(v, "waiting", &c->waiting);
}

static void trap(struct machine *m, uint32_t cause, uint32_t value)
{
    struct cpu *c = &m->cpu;

    c->mepc = c->pc;
    c->mcause = cause;
    c->mtval = value;
    c->mstatus = MSTATUS_MPP | (c->mstatus & MSTATUS_MIE ? MSTATUS_MPIE : 0);
    c->pc = c->mtvec;
    if (c->mtvec - RAM_BASE >= RAM_SIZE) {
        fprintf(stderr, "vmm: trap %u at 0x%x, and no handler\n", (unsigned)cause, (unsigned)c->mepc);
        m->result = MACHINE_FAILED;
        c->until = 0;
    }
}

/* Where a CSR is, and which of its bits can be written; what is not kept as a CSR is put into `copy`. NULL: no such CSR. */
static uint32_t *csr_at(struct machine *m, uint32_t number, uint32_t *mask, uint32_t *copy)
{
    *mask = ~0u;
    switch (number) {
    case 0x300: *mask = MSTATUS_MIE | MSTATUS_MPIE; return &m->cpu.mstatus;
    case 0x304: *mask = EXTERNAL; return &m->cpu.mie;
    case 0x305: *mask = ~3u; return &m->cpu.mtvec;
    case 0x340: return &m->cpu.mscratch;
    case 0x341: *mask = ~3u; return &m->cpu.mepc;
    case 0x342: return &m->cpu.mcause;
    case 0x343: return &m->cpu.mtval;
    case 0x344: *copy = intc_pending(&m->intc) ? EXTERNAL : 0; return copy; /* mip */
    case 0xb00: case 0xc00: *copy = (uint32_t)m->cpu.cycle; return copy; /* the time cannot be set */
    case 0xb80: case 0xc80: *copy = (uint32_t)(m->cpu.cycle >> 32); return copy;
    default: return NULL;
    }
}

static void execute_csr(struct machine *m, uint32_t i)
{
    uint32_t number = i >> 20, kind = i >> 12 & 3, source = i >> 15 & 31, rd = i >> 7 & 31, mask, copy;
    uint32_t *csr = csr_at(m, number, &mask, &copy), operand = i >> 14 & 1 ? source : m->cpu.x[source];
    bool writes = kind == 1 || source != 0;

    if (kind == 0 || csr == NULL || (writes && number >> 10 == 3)) {
        trap(m, ILLEGAL, i);
        return;
    }
    uint32_t old = *csr, new = kind == 1 ? operand : kind == 2 ? old | operand : old & ~operand;

    if (writes)
        *csr = (old & ~mask) | (new & mask);
    if (rd)
        m->cpu.x[rd] = old;
    m->cpu.pc += 4;
    m->cpu.until = 0; /* an interrupt may be possible */
}

static void execute_system(struct machine *m, uint32_t i)
{
    struct cpu *c = &m->cpu;

    switch (i) {
    case 0x00000073: trap(m, ECALL, 0); return;
    case 0x00100073: trap(m, BREAKPOINT, c->pc); return;
    case 0x10500073: /* wfi */
        c->waiting = true;
        c->pc += 4;
        break;
    case 0x30200073: /* mret */
        c->mstatus = MSTATUS_MPP | MSTATUS_MPIE | (c->mstatus & MSTATUS_MPIE ? MSTATUS_MIE : 0);
        c->pc = c->mepc;
        break;
    default: execute_csr(m, i); return; /* or illegal */
    }
    c->until = 0;
}

/* Loads and stores. Devices know words alone. */
static bool load(struct machine *m, uint32_t kind, uint32_t address, uint32_t *value)
{
    uint32_t size = 1u << (kind & 3), offset = address - RAM_BASE;

    if (address % size || (offset >= RAM_SIZE && (size != 4 || !bus_read(m, address, value)))) {
        trap(m, address % size ? LOAD_MISALIGNED : LOAD_FAULT, address);
        return false;
    }
    if (offset < RAM_SIZE) {
        const uint8_t *p = m->memory + offset;

        *value = size == 4 ? get_le32(p) : size == 2 ? (uint32_t)(p[0] | p[1] << 8) : p[0];
        if (kind < 2 && *value >> (8 * size - 1))
            *value |= ~0u << 8 * size;
    }
    return true;
}

static bool store(struct machine *m, uint32_t kind, uint32_t address, uint32_t value)
{
    uint32_t size = 1u << kind, offset = address - RAM_BASE;

    if (address % size || (offset >= RAM_SIZE && (size != 4 || !bus_write(m, address, value)))) {
        trap(m, address % size ? STORE_MISALIGNED : STORE_FAULT, address);
        return false;
    }
    if (offset < RAM_SIZE) {
        mark_dirty(m, offset / RAM_PAGE);
        for (uint32_t i = 0; i < size; i++, value >>= 8)
            m->memory[offset + i] = (uint8_t)value;
    }
    return true;
}

static uint32_t multiply_divide(uint32_t kind, uint32_t a, uint32_t b)
{
    int64_t sa = (int32_t)a, sb = (int32_t)b;

    switch (kind) {
    case 0: return a * b;
    case 1: return (uint32_t)((uint64_t)(sa * sb) >> 32);
    case 2: return (uint32_t)((uint64_t)(sa * (int64_t)b) >> 32);
    case 3: return (uint32_t)((uint64_t)a * b >> 32);
    case 4: return b ? (uint32_t)(sa / sb) : ~0u; /* in 64 bits the lowest number by -1 does not overflow */
    case 5: return b ? a / b : ~0u;
    case 6: return b ? (uint32_t)(sa % sb) : a;
    default: return b ? a % b : a;
    }
}

static uint32_t calculate(uint32_t kind, uint32_t a, uint32_t b, bool other)
{
    switch (kind) {
    case 0: return other ? a - b : a + b;
    case 1: return a << (b & 31);
    case 2: return (int32_t)a < (int32_t)b;
    case 3: return a < b;
    case 4: return a ^ b;
    case 5: return other ? (uint32_t)((int32_t)a >> (b & 31)) : a >> (b & 31);
    case 6: return a | b;
    default: return a & b;
    }
}

static bool branches(uint32_t kind, uint32_t a, uint32_t b)
{
    bool condition = kind < 2 ? a == b : kind < 6 ? (int32_t)a < (int32_t)b : a < b;

    return condition != (kind & 1);
}

static inline void execute(struct machine *m, uint32_t i)
{
    struct cpu *c = &m->cpu;
    uint32_t rd = i >> 7 & 31, kind = i >> 12 & 7, high = i >> 25;
    uint32_t a = c->x[i >> 15 & 31], b = c->x[i >> 20 & 31], next = c->pc + 4, result = 0;
    uint32_t sign = i >> 31 ? ~0u : 0, immediate = sign << 11 | (i >> 20 & 0x7ff);
    bool legal = true;

    switch (i & 0x7f) {
    case 0x37: /* lui */
        result = i & 0xfffff000;
        break;
    case 0x17: /* auipc */
        result = c->pc + (i & 0xfffff000);
        break;
    case 0x6f: /* jal */
        result = next;
        next = c->pc + (sign << 20 | (i & 0xff000) | (i >> 9 & 0x800) | (i >> 20 & 0x7fe));
        break;
    case 0x67: /* jalr */
        legal = kind == 0;
        result = next;
        next = (a + immediate) & ~1u;
        break;
    case 0x63:
        legal = kind != 2 && kind != 3;
        rd = 0;
        if (branches(kind, a, b))
            next = c->pc + (sign << 12 | (i << 4 & 0x800) | (i >> 20 & 0x7e0) | (i >> 7 & 0x1e));
        break;
    case 0x03:
        legal = kind != 3 && kind < 6;
        if (legal && !load(m, kind, a + immediate, &result))
            return;
        break;
    case 0x23:
        legal = kind < 3;
        rd = 0;
        if (legal && !store(m, kind, a + ((immediate & ~31u) | (i >> 7 & 31)), b))
            return;
        break;
    case 0x13:
        legal = (kind != 1 || high == 0) && (kind != 5 || (high & ~0x20u) == 0);
        result = calculate(kind, a, immediate, kind == 5 && high == 0x20);
        break;
    case 0x33:
        legal = high <= 1 || (high == 0x20 && (kind == 0 || kind == 5));
        result = high == 1 ? multiply_divide(kind, a, b) : calculate(kind, a, b, high == 0x20);
        break;
    case 0x0f: /* fence: there is nobody to be ordered with */
        rd = 0;
        break;
    case 0x73:
        execute_system(m, i);
        return;
    default:
        legal = false;
    }
    if (!legal || next % 4) {
        trap(m, legal ? FETCH_MISALIGNED : ILLEGAL, legal ? next : i);
        return;
    }
    c->pc = next;
    if (rd)
        c->x[rd] = result;
}

/* Runs until a time, or until an instruction may have made something due or an interrupt possible. */
void cpu_run(struct machine *m, uint64_t until)
{
    struct cpu *c = &m->cpu;

    c->until = until;
    if (c->mie & EXTERNAL && intc_pending(&m->intc)) {
        c->waiting = false;
        if (c->mstatus & MSTATUS_MIE)
            trap(m, INTERRUPT, 0);
    }
    if (c->waiting)
        c->cycle = until;
    while (c->cycle < c->until) {
        c->cycle++;
        if (c->pc - RAM_BASE < RAM_SIZE)
            execute(m, get_le32(m->memory + (c->pc - RAM_BASE)));
        else
            trap(m, FETCH_FAULT, c->pc);
    }
}
