# Where the machine begins: a stack, the trap handler, then main. What main returns is how the guest ends.
    .section .start, "ax"
    .globl _start
_start:
    la      sp, stack_top
    la      t0, on_trap
    csrw    mtvec, t0
    call    main
    li      t0, 0x10000000
    sw      a0, 0(t0)
    j       .
