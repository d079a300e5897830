/* Each instruction alone, with the values that the RISC-V manual is particular about. */
#include "../machine.h"
#include <stdio.h>
#include <string.h>

#define X3 (3u << 7)
#define X1 (1u << 15)
#define X2 (2u << 20)
#define R(high, kind) ((uint32_t)(high) << 25 | X2 | X1 | (kind) << 12 | X3 | 0x33)
#define I(value, kind, opcode) ((uint32_t)(value) << 20 | X1 | (kind) << 12 | X3 | (opcode))
#define S(value, kind) (((uint32_t)(value) >> 5 & 0x7f) << 25 | X2 | X1 | (kind) << 12 | ((uint32_t)(value) & 31) << 7 | 0x23)
#define BRANCH_8(kind) (X2 | X1 | (kind) << 12 | 8 << 7 | 0x63)
#define BRANCH_BACK_4(kind) (0x7fu << 25 | X2 | X1 | (kind) << 12 | 0x1d << 7 | 0x63)
#define CSR(number, kind) ((uint32_t)(number) << 20 | X1 | (kind) << 12 | X3 | 0x73)

#define LOW 0x80000000u       /* the lowest signed number */
#define DATA (RAM_BASE + 512) /* memory there: 80 91 a2 f3 */
#define HERE RAM_BASE
#define UNSET 0xdeadbeef
#define HANDLER (RAM_BASE + 256)

static const struct {
    const char *name;
    uint32_t instruction, a, b;
    uint32_t x3; /* the result, UNSET if there is none */
    uint32_t pc; /* afterwards; 0: the next instruction */
    uint32_t cause, value;
} cases[] = {
    {"lui", 0xfffff000 | X3 | 0x37, 0, 0, 0xfffff000, 0, 0, 0},
    {"auipc", 0x00001000 | X3 | 0x17, 0, 0, HERE + 0x1000, 0, 0, 0},
    {"jal forward", 0x01000000 | X3 | 0x6f, 0, 0, HERE + 4, HERE + 16, 0, 0},
    {"jal by 2048", 0x00100000 | X3 | 0x6f, 0, 0, HERE + 4, HERE + 2048, 0, 0},
    {"jal back", 0xffdff000 | X3 | 0x6f, 0, 0, HERE + 4, HERE - 4, 0, 0},
    {"jal misaligned", 0x00200000 | X3 | 0x6f, 0, 0, UNSET, HANDLER, 0, HERE + 2},
    {"jalr", I(5, 0, 0x67), HERE + 64, 0, HERE + 4, HERE + 68, 0, 0},
    {"jalr misaligned", I(2, 0, 0x67), HERE, 0, UNSET, HANDLER, 0, HERE + 2},
    {"beq", BRANCH_8(0), 5, 5, UNSET, HERE + 8, 0, 0},
    {"beq not", BRANCH_8(0), 5, 6, UNSET, 0, 0, 0},
    {"beq back", BRANCH_BACK_4(0), 5, 5, UNSET, HERE - 4, 0, 0},
    {"bne", BRANCH_8(1), 5, 6, UNSET, HERE + 8, 0, 0},
    {"blt", BRANCH_8(4), -1u, 0, UNSET, HERE + 8, 0, 0},
    {"blt not", BRANCH_8(4), 0, -1u, UNSET, 0, 0, 0},
    {"bge equal", BRANCH_8(5), LOW, LOW, UNSET, HERE + 8, 0, 0},
    {"bltu", BRANCH_8(6), 0, -1u, UNSET, HERE + 8, 0, 0},
    {"bgeu not", BRANCH_8(7), 0, -1u, UNSET, 0, 0, 0},
    {"branch illegal", BRANCH_8(2), 0, 0, UNSET, HANDLER, 2, BRANCH_8(2)},
    {"lb", I(0, 0, 3), DATA, 0, 0xffffff80, 0, 0, 0},
    {"lh", I(2, 1, 3), DATA, 0, 0xfffff3a2, 0, 0, 0},
    {"lw", I(-4, 2, 3), DATA + 4, 0, 0xf3a29180, 0, 0, 0},
    {"lbu", I(1, 4, 3), DATA, 0, 0x91, 0, 0, 0},
    {"lhu", I(0, 5, 3), DATA, 0, 0x9180, 0, 0, 0},
    {"lw misaligned", I(2, 2, 3), DATA, 0, UNSET, HANDLER, 4, DATA + 2},
    {"lw behind memory", I(0, 2, 3), RAM_BASE + RAM_SIZE, 0, UNSET, HANDLER, 5, RAM_BASE + RAM_SIZE},
    {"lb from a device", I(0, 0, 3), 0x10001000, 0, UNSET, HANDLER, 5, 0x10001000},
    {"load illegal", I(0, 3, 3), DATA, 0, UNSET, HANDLER, 2, I(0, 3, 3)},
    {"sh misaligned", S(1, 1), DATA, 0, UNSET, HANDLER, 6, DATA + 1},
    {"sw before memory", S(-4, 2), RAM_BASE, 0, UNSET, HANDLER, 7, RAM_BASE - 4},
    {"addi", I(-1, 0, 0x13), 0, 0, -1u, 0, 0, 0},
    {"slti", I(-1, 2, 0x13), LOW, 0, 1, 0, 0, 0},
    {"sltiu", I(-1, 3, 0x13), 5, 0, 1, 0, 0, 0},
    {"xori", I(-1, 4, 0x13), 0x0f0f0f0f, 0, 0xf0f0f0f0, 0, 0, 0},
    {"ori", I(0x7ff, 6, 0x13), LOW, 0, 0x800007ff, 0, 0, 0},
    {"andi", I(-2048, 7, 0x13), -1u, 0, 0xfffff800, 0, 0, 0},
    {"slli", I(31, 1, 0x13), 3, 0, LOW, 0, 0, 0},
    {"srli", I(31, 5, 0x13), LOW, 0, 1, 0, 0, 0},
    {"srai", I(0x400 | 31, 5, 0x13), LOW, 0, -1u, 0, 0, 0},
    {"srai by 0", I(0x400, 5, 0x13), LOW, 0, LOW, 0, 0, 0},
    {"slli illegal", I(0x400, 1, 0x13), 0, 0, UNSET, HANDLER, 2, I(0x400, 1, 0x13)},
    {"add", R(0, 0), -1u, 2, 1, 0, 0, 0},
    {"sub", R(0x20, 0), 1, 2, -1u, 0, 0, 0},
    {"sll", R(0, 1), 1, 33, 2, 0, 0, 0},
    {"slt", R(0, 2), -1u, 1, 1, 0, 0, 0},
    {"sltu", R(0, 3), -1u, 1, 0, 0, 0, 0},
    {"xor", R(0, 4), 6, 3, 5, 0, 0, 0},
    {"srl", R(0, 5), LOW, 4, 0x08000000, 0, 0, 0},
    {"sra", R(0x20, 5), LOW, 4, 0xf8000000, 0, 0, 0},
    {"or", R(0, 6), 6, 3, 7, 0, 0, 0},
    {"and", R(0, 7), 6, 3, 2, 0, 0, 0},
    {"operation illegal", R(0x20, 7), 6, 3, UNSET, HANDLER, 2, R(0x20, 7)},
    {"mul", R(1, 0), -3u, 5, -15u, 0, 0, 0},
    {"mulh", R(1, 1), LOW, LOW, 0x40000000, 0, 0, 0},
    {"mulh of -1", R(1, 1), -1u, -1u, 0, 0, 0, 0},
    {"mulhsu", R(1, 2), -1u, -1u, -1u, 0, 0, 0},
    {"mulhsu of the lowest", R(1, 2), LOW, -1u, 0x80000000, 0, 0, 0},
    {"mulhu", R(1, 3), -1u, -1u, 0xfffffffe, 0, 0, 0},
    {"div", R(1, 4), -7u, 2, -3u, 0, 0, 0},
    {"div by 0", R(1, 4), 7, 0, -1u, 0, 0, 0},
    {"div overflow", R(1, 4), LOW, -1u, LOW, 0, 0, 0},
    {"divu", R(1, 5), -1u, 2, 0x7fffffff, 0, 0, 0},
    {"divu by 0", R(1, 5), 7, 0, -1u, 0, 0, 0},
    {"rem", R(1, 6), -7u, 2, -1u, 0, 0, 0},
    {"rem by 0", R(1, 6), -7u, 0, -7u, 0, 0, 0},
    {"rem overflow", R(1, 6), LOW, -1u, 0, 0, 0, 0},
    {"remu", R(1, 7), -1u, 16, 15, 0, 0, 0},
    {"remu by 0", R(1, 7), 7, 0, 7, 0, 0, 0},
    {"fence", 0x0ff0000f, 0, 0, UNSET, 0, 0, 0},
    {"ecall", 0x00000073, 0, 0, UNSET, HANDLER, 11, 0},
    {"ebreak", 0x00100073, 0, 0, UNSET, HANDLER, 3, HERE},
    {"mret", 0x30200073, 0, 0, UNSET, DATA, 0, 0},
    {"csrrw", CSR(0x340, 1), 9, 0, 0x55, 0, 0, 0},
    {"csrrs of mtvec", CSR(0x305, 2), 0, 0, HANDLER, 0, 0, 0},
    {"csrr cycle", CSR(0xc00, 2) & ~X1, 0, 0, 1, 0, 0, 0},
    {"csrrwi of what can only be read", CSR(0xc80, 5), 0, 0, UNSET, HANDLER, 2, CSR(0xc80, 5)},
    {"csr unknown", CSR(0x7c0, 1), 0, 0, UNSET, HANDLER, 2, CSR(0x7c0, 1)},
    {"system illegal", CSR(0x300, 0), 0, 0, UNSET, HANDLER, 2, CSR(0x300, 0)},
    {"zeros", 0, 0, 0, UNSET, HANDLER, 2, 0},
    {"compressed", 0x00000001, 0, 0, UNSET, HANDLER, 2, 1},
};

static void reset(struct machine *m, uint32_t instruction)
{
    m->cpu = (struct cpu){.pc = HERE, .mtvec = HANDLER, .mepc = DATA, .mscratch = 0x55, .mcause = UNSET};
    m->cpu.x[3] = UNSET;
    put_le32(m->memory, instruction);
    put_le32(m->memory + DATA - RAM_BASE, 0xf3a29180);
}

static bool wrong(const char *name, const char *what, uint32_t wanted, uint32_t found)
{
    if (wanted != found)
        printf("%s: %s is 0x%x, not 0x%x\n", name, what, (unsigned)found, (unsigned)wanted);
    return wanted != found;
}

static int check_stores(struct machine *m)
{
    static const uint32_t wanted[] = {0xf3a291dd, 0xf3a2ccdd, 0xaabbccdd};
    int failed = 0;

    for (uint32_t kind = 0; kind < 3; kind++) {
        reset(m, S(-2048, kind));
        memset(m->dirty, 0, sizeof m->dirty);
        m->cpu.x[1] = DATA + 2048;
        m->cpu.x[2] = 0xaabbccdd;
        machine_run(m, 1);
        failed += wrong("store", "memory", wanted[kind], get_le32(m->memory + DATA - RAM_BASE));
        failed += wrong("store", "the first dirty byte", 1, m->dirty[0]);
    }
    return failed;
}

int main(void)
{
    static struct machine machine;
    const struct options options = {0};
    struct machine *m = &machine;
    size_t count = sizeof cases / sizeof cases[0];
    int failed = 0;

    if (!machine_init(m, &options))
        return 1;
    for (size_t i = 0; i < count; i++) {
        const char *name = cases[i].name;
        bool traps = cases[i].pc == HANDLER;

        reset(m, cases[i].instruction);
        m->cpu.x[1] = cases[i].a;
        m->cpu.x[2] = cases[i].b;
        machine_run(m, 1);
        failed += wrong(name, "x3", cases[i].x3, m->cpu.x[3]);
        failed += wrong(name, "pc", cases[i].pc ? cases[i].pc : HERE + 4, m->cpu.pc);
        failed += wrong(name, "mcause", traps ? cases[i].cause : UNSET, m->cpu.mcause);
        failed += wrong(name, "mtval", traps ? cases[i].value : 0, m->cpu.mtval);
        failed += wrong(name, "mepc", traps ? HERE : DATA, m->cpu.mepc);
    }
    failed += check_stores(m);
    machine_free(m);
    printf("%zu instructions, %d differ\n", count + 3, failed);
    return failed != 0;
}
