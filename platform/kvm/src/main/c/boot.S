/*
 * The first instructions, from the PVH entry in 32-bit mode without paging to C in the upper half. Not Java: there is
 * no stack, no long mode, and nothing at the addresses that the kernel is linked to.
 *
 * One directory of 2 MiB pages covers the first GiB, reached at three places until boot.c has made the real tables: at
 * 0 (where this code runs), in the direct map, and at the kernel's own addresses.
 */
#include "layout.h"

#define PHYSICAL(symbol) (symbol - KERNEL_BASE)

#define CR0_PROTECTION 1
#define CR0_MONITOR 2
#define CR0_NUMERIC_ERROR 0x20
#define CR0_WRITE_PROTECT 0x10000
#define CR0_ALIGNMENT_MASK 0x40000
#define CR0_PAGING 0x80000000
#define CR4_PAE 0x20
#define EFER 0xc0000080
#define EFER_SYSCALL 1
#define EFER_LONG_MODE 0x100
#define EFER_NO_EXECUTE 0x800

/* XEN_ELFNOTE_PHYS32_ENTRY: QEMU and Linux' own note have 64 bits of it. */
    .section .note.Xen, "a", @note
    .align 4
    .long 4, 8, 18
    .asciz "Xen"
    .quad PHYSICAL(start32)

    .section .text.boot, "ax"
    .code32
    .globl start32
start32:
    cli
    cld
    movl $PHYSICAL(boot_level3) + 3, PHYSICAL(boot_level4)
    movl $PHYSICAL(boot_level3) + 3, PHYSICAL(boot_level4) + 256 * 8
    movl $PHYSICAL(boot_level3) + 3, PHYSICAL(boot_level4) + 511 * 8
    movl $PHYSICAL(boot_level2) + 3, PHYSICAL(boot_level3)
    movl $PHYSICAL(boot_level2) + 3, PHYSICAL(boot_level3) + 510 * 8
    movl $PHYSICAL(boot_level2), %edi
    movl $0x83, %eax
    movl $512, %ecx
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 1b

    movl $PHYSICAL(boot_level4), %eax
    movl %eax, %cr3
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $EFER, %ecx
    xorl %edx, %edx
    movl $(EFER_SYSCALL | EFER_LONG_MODE | EFER_NO_EXECUTE), %eax
    wrmsr
    /* As on Linux: x87 errors are exceptions, not an interrupt of a controller, and programs may have AC matter. */
    movl $(CR0_PAGING | CR0_ALIGNMENT_MASK | CR0_WRITE_PROTECT | CR0_NUMERIC_ERROR | CR0_MONITOR | CR0_PROTECTION), %eax
    movl %eax, %cr0
    lgdt PHYSICAL(boot_gdt_pointer)
    ljmp $KERNEL_CODE, $PHYSICAL(start64)

    .code64
start64:
    movabsq $start_high, %rax
    jmpq *%rax
start_high:
    movl $KERNEL_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movq $kernel_stack_top, %rsp
    /* A guard that differs from boot to boot before the first function that has one; the low byte 0 stops strings. */
    rdtsc
    shlq $32, %rdx
    orq %rdx, %rax
    movabsq $0x9e3779b97f4a7c15, %rcx
    imulq %rcx, %rax
    xorb %al, %al
    movq %rax, __stack_chk_guard(%rip)
    xorl %ebp, %ebp
    movl %ebx, %edi
    pushq $0
    jmp boot

    .section .rodata
    .align 8
boot_gdt:
    .quad 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff
boot_gdt_pointer:
    .word . - boot_gdt - 1
    .long PHYSICAL(boot_gdt)

    .section .bss.boot, "aw", @nobits
    .align 4096
boot_level4:
    .skip 4096
boot_level3:
    .skip 4096
boot_level2:
    .skip 4096
    .section .note.GNU-stack, "", @progbits
