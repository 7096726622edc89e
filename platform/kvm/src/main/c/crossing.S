/*
 * The way into user code and back. Not Java: registers, stacks and privilege change here.
 *
 * `crossing_enter` is a function that returns when user code traps: it leaves the kernel's callee-saved registers on
 * the stack, and each entry from user mode stores the user's registers in the context and returns from it. Interrupts
 * are off in the kernel, so nothing of this is reentrant. In user mode GS belongs to the user; in the kernel it points
 * to struct cpu, which only this file uses.
 */
#include "layout.h"

    .text
/* int crossing_enter(struct context *) */
    .globl crossing_enter
crossing_enter:
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, %gs:CPU_KERNEL_RSP
    movq %rdi, %gs:CPU_CONTEXT
    testb $CONTEXT_FULL, CONTEXT_FLAGS(%rdi)
    jnz enter_full

    /* After a system call: rip is canonical because the syscall instruction was at a user address. */
    movq CONTEXT_RIP(%rdi), %rcx
    movq CONTEXT_EFLAGS(%rdi), %r11
    movq CONTEXT_RSP(%rdi), %rsp
    movq CONTEXT_R15(%rdi), %r15
    movq CONTEXT_R14(%rdi), %r14
    movq CONTEXT_R13(%rdi), %r13
    movq CONTEXT_R12(%rdi), %r12
    movq CONTEXT_RBP(%rdi), %rbp
    movq CONTEXT_RBX(%rdi), %rbx
    movq CONTEXT_R10(%rdi), %r10
    movq CONTEXT_R9(%rdi), %r9
    movq CONTEXT_R8(%rdi), %r8
    movq CONTEXT_RAX(%rdi), %rax
    movq CONTEXT_RDX(%rdi), %rdx
    movq CONTEXT_RSI(%rdi), %rsi
    movq CONTEXT_RDI(%rdi), %rdi
    swapgs
    sysretq

    /* trap.c has refused a rip that is not canonical, so iretq cannot fault. */
enter_full:
    pushq $USER_DATA
    pushq CONTEXT_RSP(%rdi)
    movq CONTEXT_EFLAGS(%rdi), %rax
    andl $EFLAGS_USER, %eax
    orl $(EFLAGS_INTERRUPT | 2), %eax
    pushq %rax
    pushq $USER_CODE
    pushq CONTEXT_RIP(%rdi)
    movq CONTEXT_R15(%rdi), %r15
    movq CONTEXT_R14(%rdi), %r14
    movq CONTEXT_R13(%rdi), %r13
    movq CONTEXT_R12(%rdi), %r12
    movq CONTEXT_RBP(%rdi), %rbp
    movq CONTEXT_RBX(%rdi), %rbx
    movq CONTEXT_R11(%rdi), %r11
    movq CONTEXT_R10(%rdi), %r10
    movq CONTEXT_R9(%rdi), %r9
    movq CONTEXT_R8(%rdi), %r8
    movq CONTEXT_RAX(%rdi), %rax
    movq CONTEXT_RCX(%rdi), %rcx
    movq CONTEXT_RDX(%rdi), %rdx
    movq CONTEXT_RSI(%rdi), %rsi
    movq CONTEXT_RDI(%rdi), %rdi
    swapgs
    iretq

/* The kernel side of the syscall instruction: rcx is the user's rip, r11 its flags; FMASK has cleared ours. */
    .globl crossing_syscall
crossing_syscall:
    swapgs
    movq %rsp, %gs:CPU_SCRATCH
    movq %gs:CPU_CONTEXT, %rsp
    movq %r15, CONTEXT_R15(%rsp)
    movq %r14, CONTEXT_R14(%rsp)
    movq %r13, CONTEXT_R13(%rsp)
    movq %r12, CONTEXT_R12(%rsp)
    movq %rbp, CONTEXT_RBP(%rsp)
    movq %rbx, CONTEXT_RBX(%rsp)
    movq %r11, CONTEXT_R11(%rsp)
    movq %r10, CONTEXT_R10(%rsp)
    movq %r9, CONTEXT_R9(%rsp)
    movq %r8, CONTEXT_R8(%rsp)
    movq %rax, CONTEXT_RAX(%rsp)
    movq %rcx, CONTEXT_RCX(%rsp)
    movq %rdx, CONTEXT_RDX(%rsp)
    movq %rsi, CONTEXT_RSI(%rsp)
    movq %rdi, CONTEXT_RDI(%rsp)
    movq %rax, CONTEXT_ORIG_RAX(%rsp)
    movq %rcx, CONTEXT_RIP(%rsp)
    movq %r11, CONTEXT_EFLAGS(%rsp)
    movq %gs:CPU_SCRATCH, %rax
    movq %rax, CONTEXT_RSP(%rsp)
    andq $~CONTEXT_FULL, CONTEXT_FLAGS(%rsp)
    movq %gs:CPU_KERNEL_RSP, %rsp
    movl $TRAP_SYSCALL, %eax
leave:
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret

/* One entry of 16 bytes for each vector; the CPU pushes an error code for some, Intel SDM vol. 3 §6.3.1. */
    .globl crossing_vectors
    .align 16
crossing_vectors:
    .set vector, 0
    .rept VECTORS
    .align 16
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
    pushq $0
    .endif
    pushq $vector
    .if vector == 2 || vector == 8 || vector == 18
    jmp kernel_exception
    .else
    jmp any_vector
    .endif
    .set vector, vector + 1
    .endr

/* On the stack: vector, error code, rip, cs, rflags, rsp, ss. */
any_vector:
    testb $3, 24(%rsp)
    jz from_kernel
    swapgs
    movq %rax, %gs:CPU_SCRATCH
    movq %gs:CPU_CONTEXT, %rax
    movq %r15, CONTEXT_R15(%rax)
    movq %r14, CONTEXT_R14(%rax)
    movq %r13, CONTEXT_R13(%rax)
    movq %r12, CONTEXT_R12(%rax)
    movq %rbp, CONTEXT_RBP(%rax)
    movq %rbx, CONTEXT_RBX(%rax)
    movq %r11, CONTEXT_R11(%rax)
    movq %r10, CONTEXT_R10(%rax)
    movq %r9, CONTEXT_R9(%rax)
    movq %r8, CONTEXT_R8(%rax)
    movq %rcx, CONTEXT_RCX(%rax)
    movq %rdx, CONTEXT_RDX(%rax)
    movq %rsi, CONTEXT_RSI(%rax)
    movq %rdi, CONTEXT_RDI(%rax)
    movq %gs:CPU_SCRATCH, %rcx
    movq %rcx, CONTEXT_RAX(%rax)
    movq $-1, CONTEXT_ORIG_RAX(%rax)
    popq %rdi
    movq %rdi, CONTEXT_TRAP_INFO(%rax)
    popq CONTEXT_ERROR_CODE(%rax)
    popq CONTEXT_RIP(%rax)
    popq CONTEXT_CS(%rax)
    popq CONTEXT_EFLAGS(%rax)
    popq CONTEXT_RSP(%rax)
    popq CONTEXT_SS(%rax)
    orq $CONTEXT_FULL, CONTEXT_FLAGS(%rax)
    /* The flags are still the user's, but for IF and TF: AC would switch SMAP off, DF turn copies round. */
    movq %gs:CPU_KERNEL_RSP, %rsp
    pushq $2
    popfq
    cmpl $PAGE_FAULT, %edi
    je user_page_fault
    cmpl $EXCEPTIONS, %edi
    jae user_interrupt
    movl $TRAP_EXCEPTION, %eax
    jmp leave
user_page_fault:
    movq %cr2, %rcx
    movq %rcx, CONTEXT_FAULT_ADDRESS(%rax)
    movl $TRAP_PAGE_FAULT, %eax
    jmp leave
user_interrupt:
    /* Six registers and a return address lie above a 16-byte boundary: the call wants 8 bytes more. */
    pushq %rdi
    call trap_interrupt
    popq %rdi
    movl $TRAP_INTERRUPT, %eax
    jmp leave

/* Only time_idle lets interrupts in. */
from_kernel:
    cmpl $DEBUG_EXCEPTION, (%rsp)
    je late_trap
    cmpl $EXCEPTIONS, (%rsp)
    jb kernel_exception
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    movq 72(%rsp), %rdi
    cld
    call trap_interrupt
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rax
    addq $16, %rsp
    iretq

/*
 * A program that is traced can have a place watched and load SS from it. The trap is held back for one instruction,
 * Intel SDM vol. 3 §6.8.3; when that is syscall or int3, it comes here, with the program's stack pointer or GS. Nothing
 * of the kernel's own is watched, so there is nothing to tell.
 */
late_trap:
    addq $16, %rsp
    iretq

/* The end: struct kernel_exception in panic.c. */
kernel_exception:
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rax
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, %rdi
    andq $-16, %rsp
    cld
    call panic_exception
    .section .note.GNU-stack, "", @progbits
