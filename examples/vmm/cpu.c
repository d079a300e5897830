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
    require(v, "x", c->x[0] == 0);
    migcore_visit_u32(v, "pc", &c->pc);
    require(v, "pc", c->pc % 4 == 0);
    migcore_visit_u32(v, "mstatus", &c->mstatus);
    migcore_visit_u32(v, "mie", &c->mie);
    migcore_visit_u32(v, "mtvec", &c->mtvec);
    require(v, "mtvec", c->mtvec % 4 == 0);
    migcore_visit_u32(v, "mscratch", &c->mscratch);
    migcore_visit_u32(v, "mepc", &c->mepc);
    require(v, "mepc", c->mepc % 4 == 0);
    migcore_visit_u32(v, "mcause", &c->mcause);
    migcore_visit_u32(v, "mtval", &c->mtval);
    migcore_visit_u64(v, "cycle", &c->cycle);
    require(v, "cycle", c->cycle < LATEST);
    return migcore_visit_bool(v, "waiting", &c->waiting);
}

static void trap(struct cpu *c, uint32_t cause, uint32_t value)
{
    c->mepc = c->pc;
    c->mcause = cause;
    c->mtval = value;
    c->mstatus = c->mstatus & MSTATUS_MIE ? MSTATUS_MPIE : 0;
    c->pc = c->mtvec;
    if (c->mtvec - RAM_BASE >= RAM_SIZE) {
        fprintf(stderr, "vmm: trap %u at 0x%x, and no handler\n", (unsigned)cause, (unsigned)c->mepc);
        c->machine->result = MACHINE_FAILED;
        c->until = 0;
    }
}

static bool read_csr(const struct cpu *c, uint32_t number, uint32_t *value)
{
    switch (number) {
    case 0x300: *value = c->mstatus | MSTATUS_MPP; return true;
    case 0x301: *value = 1u << 30 | 1 << ('M' - 'A') | 1 << ('I' - 'A'); return true; /* misa */
    case 0x304: *value = c->mie; return true;
    case 0x305: *value = c->mtvec; return true;
    case 0x340: *value = c->mscratch; return true;
    case 0x341: *value = c->mepc; return true;
    case 0x342: *value = c->mcause; return true;
    case 0x343: *value = c->mtval; return true;
    case 0x344: *value = intc_pending(&c->machine->intc) ? EXTERNAL : 0; return true; /* mip */
    case 0xb00: case 0xc00: *value = (uint32_t)c->cycle; return true;
    case 0xb80: case 0xc80: *value = (uint32_t)(c->cycle >> 32); return true;
    case 0xf11: case 0xf12: case 0xf13: case 0xf14: *value = 0; return true; /* vendor to hart */
    default: return false;
    }
}

/* What cannot be changed here, as the time, stays as it is. */
static void write_csr(struct cpu *c, uint32_t number, uint32_t value)
{
    switch (number) {
    case 0x300: c->mstatus = value & (MSTATUS_MIE | MSTATUS_MPIE); break;
    case 0x304: c->mie = value & EXTERNAL; break;
    case 0x305: c->mtvec = value & ~3u; break;
    case 0x340: c->mscratch = value; break;
    case 0x341: c->mepc = value & ~3u; break;
    case 0x342: c->mcause = value; break;
    case 0x343: c->mtval = value; break;
    }
    c->until = 0; /* an interrupt may be possible */
}

/* The system instructions that are no access to a CSR. */
static void privileged(struct cpu *c, uint32_t i)
{
    switch (i) {
    case 0x00000073: trap(c, ECALL, 0); return;
    case 0x00100073: trap(c, BREAKPOINT, c->pc); return;
    case 0x10500073: /* wfi */
        c->waiting = true;
        c->pc += 4;
        break;
    case 0x30200073: /* mret */
        c->mstatus = MSTATUS_MPIE | (c->mstatus & MSTATUS_MPIE ? MSTATUS_MIE : 0);
        c->pc = c->mepc;
        break;
    default: trap(c, ILLEGAL, i); return;
    }
    c->until = 0;
}

static void system_instruction(struct cpu *c, uint32_t i)
{
    uint32_t number = i >> 20, kind = i >> 12 & 7, source = i >> 15 & 31, old;
    uint32_t operand = kind & 4 ? source : c->x[source];
    bool writes = (kind & 3) == 1 || source != 0;

    if (kind == 0) {
        privileged(c, i);
        return;
    }
    if (kind == 4 || !read_csr(c, number, &old) || (writes && number >> 10 == 3)) {
        trap(c, ILLEGAL, i);
        return;
    }
    if (writes)
        write_csr(c, number, (kind & 3) == 1 ? operand : (kind & 3) == 2 ? old | operand : old & ~operand);
    if (i >> 7 & 31)
        c->x[i >> 7 & 31] = old;
    c->pc += 4;
}

static bool load(struct cpu *c, uint32_t kind, uint32_t address, uint32_t *value)
{
    const uint8_t *p;

    if (address & ((1u << (kind & 3)) - 1)) {
        trap(c, LOAD_MISALIGNED, address);
        return false;
    }
    if (address - RAM_BASE >= RAM_SIZE) { /* devices know words alone */
        if (kind == 2 && bus_read(c->machine, address, value))
            return true;
        trap(c, LOAD_FAULT, address);
        return false;
    }
    p = c->machine->memory + (address - RAM_BASE);
    switch (kind) {
    case 0: *value = (uint32_t)(int8_t)p[0]; break;
    case 1: *value = (uint32_t)(int16_t)(p[0] | p[1] << 8); break;
    case 2: *value = get_le32(p); break;
    case 4: *value = p[0]; break;
    default: *value = (uint32_t)(p[0] | p[1] << 8); break;
    }
    return true;
}

static bool store(struct cpu *c, uint32_t kind, uint32_t address, uint32_t value)
{
    uint32_t offset = address - RAM_BASE, page = offset / RAM_PAGE;
    uint8_t *p;

    if (address & ((1u << kind) - 1)) {
        trap(c, STORE_MISALIGNED, address);
        return false;
    }
    if (offset >= RAM_SIZE) {
        if (kind == 2 && bus_write(c->machine, address, value))
            return true;
        trap(c, STORE_FAULT, address);
        return false;
    }
    p = c->machine->memory + offset;
    c->machine->dirty[page / 8] |= (uint8_t)(1 << page % 8);
    if (kind == 2) {
        put_le32(p, value);
        return true;
    }
    p[0] = (uint8_t)value;
    if (kind == 1)
        p[1] = (uint8_t)(value >> 8);
    return true;
}

static uint32_t shift_right(uint32_t a, uint32_t by, bool arithmetic)
{
    return a >> by | (arithmetic && a >> 31 && by ? ~0u << (32 - by) : 0);
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
    case 5: return shift_right(a, b & 31, other);
    case 6: return a | b;
    default: return a & b;
    }
}

static bool branches(uint32_t kind, uint32_t a, uint32_t b)
{
    bool condition = kind < 2 ? a == b : kind < 6 ? (int32_t)a < (int32_t)b : a < b;

    return condition != (kind & 1);
}

/* The immediate values of the formats I, S, B and J, with their signs. */
static uint32_t signed_from(uint32_t i, uint32_t low, unsigned bits)
{
    return (i >> 31 ? ~0u << bits : 0) | low;
}

static uint32_t immediate_i(uint32_t i)
{
    return signed_from(i, i >> 20 & 0x7ff, 11);
}

static uint32_t immediate_s(uint32_t i)
{
    return signed_from(i, (i >> 20 & 0x7e0) | (i >> 7 & 31), 11);
}

static uint32_t immediate_b(uint32_t i)
{
    return signed_from(i, (i << 4 & 0x800) | (i >> 20 & 0x7e0) | (i >> 7 & 0x1e), 12);
}

static uint32_t immediate_j(uint32_t i)
{
    return signed_from(i, (i & 0xff000) | (i >> 9 & 0x800) | (i >> 20 & 0x7fe), 20);
}

static inline void execute(struct cpu *c, uint32_t i)
{
    uint32_t rd = i >> 7 & 31, kind = i >> 12 & 7, high = i >> 25;
    uint32_t a = c->x[i >> 15 & 31], b = c->x[i >> 20 & 31], next = c->pc + 4, result = 0;
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
        next = c->pc + immediate_j(i);
        break;
    case 0x67: /* jalr */
        legal = kind == 0;
        result = next;
        next = (a + immediate_i(i)) & ~1u;
        break;
    case 0x63:
        legal = kind != 2 && kind != 3;
        rd = 0;
        if (branches(kind, a, b))
            next = c->pc + immediate_b(i);
        break;
    case 0x03:
        legal = kind != 3 && kind < 6;
        if (legal && !load(c, kind, a + immediate_i(i), &result))
            return;
        break;
    case 0x23:
        legal = kind < 3;
        rd = 0;
        if (legal && !store(c, kind, a + immediate_s(i), b))
            return;
        break;
    case 0x13:
        legal = (kind != 1 || high == 0) && (kind != 5 || (high & ~0x20u) == 0);
        result = calculate(kind, a, immediate_i(i), kind == 5 && high == 0x20);
        break;
    case 0x33:
        legal = high <= 1 || (high == 0x20 && (kind == 0 || kind == 5));
        result = high == 1 ? multiply_divide(kind, a, b) : calculate(kind, a, b, high == 0x20);
        break;
    case 0x0f: /* fence: there is nobody to be ordered with */
        rd = 0;
        break;
    case 0x73:
        system_instruction(c, i);
        return;
    default:
        legal = false;
    }
    if (!legal || next % 4) {
        trap(c, legal ? FETCH_MISALIGNED : ILLEGAL, legal ? next : i);
        return;
    }
    c->pc = next;
    if (rd)
        c->x[rd] = result;
}

/* Runs until a time, or until an instruction may have made something due or an interrupt possible. */
void cpu_run(struct cpu *c, uint64_t until)
{
    if (c->mie & EXTERNAL && intc_pending(&c->machine->intc)) {
        c->waiting = false;
        if (c->mstatus & MSTATUS_MIE)
            trap(c, INTERRUPT, 0);
    }
    if (c->waiting) {
        c->cycle = until;
        return;
    }
    for (c->until = until; c->cycle < c->until;) {
        c->cycle++;
        if (c->pc - RAM_BASE < RAM_SIZE)
            execute(c, get_le32(c->machine->memory + (c->pc - RAM_BASE)));
        else
            trap(c, FETCH_FAULT, c->pc);
    }
}
