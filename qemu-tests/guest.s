# A guest that shows that it lives: with each tick of its clock it reads the next sector of its disk
# through the firmware, and writes the sector's first byte to the debug port. So its processor,
# timer, interrupts, memory and disk have to go on.
#
# It is the boot sector of that disk; LAST is the number of the disk's last sector.

.code16
.equ TICKS, 0x46c               # the firmware counts them here
.equ BUFFER, 0x8000
.equ DEBUG_PORT, 0x402

start:
    cli
    xor %ax, %ax
    mov %ax, %ds
    mov %ax, %ss
    mov $0x7c00, %sp
    mov %dl, drive              # the firmware tells from which disk it booted
    sti

next:
    mov TICKS, %eax
wait:
    hlt
    cmp TICKS, %eax
    je wait

    mov $0x42, %ah              # read as the packet says
    mov drive, %dl
    mov $packet, %si
    int $0x13
    mov BUFFER, %al
    jnc tell
    mov $'!', %al
tell:
    mov $DEBUG_PORT, %dx
    out %al, %dx

    incw sector
    cmpw $LAST, sector
    jbe next
    movw $1, sector
    jmp next

drive:
    .byte 0
    .balign 4
packet:
    .byte 16, 0                 # the packet's size
    .word 1                     # one sector
    .word BUFFER, 0             # to here
sector:
    .quad 1

    .org 510
    .word 0xaa55
