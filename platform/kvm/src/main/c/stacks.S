/*
 * The kernel's stacks, each above a page that paging.c leaves unmapped. Not Java: this is where Java runs. The double
 * fault has its own because the usual reason for one is that the kernel stack is used up, the debug exception because
 * it may come when syscall has left the program's stack pointer in place.
 */
    .macro stack name, bytes
    .globl \name\()_guard, \name\()_top
\name\()_guard:
    .skip 4096
    .skip \bytes
\name\()_top:
    .endm

    .section .stacks, "aw", @nobits
    .align 4096
    stack kernel_stack, 0x40000
    stack double_fault_stack, 0x2000
    stack nmi_stack, 0x2000
    stack machine_check_stack, 0x2000
    stack debug_stack, 0x1000
    .section .note.GNU-stack, "", @progbits
