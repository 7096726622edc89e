/* The numbers that C and assembly share. */
#pragma once

#define KERNEL_BASE 0xffffffff80000000
#define DIRECT_MAP 0xffff800000000000

/* Selectors as on Linux, because programs can read their own. sysretq wants code 16 after data 8 after a base. */
#define KERNEL_CODE 0x10
#define KERNEL_DATA 0x18
#define USER_BASE 0x23
#define USER_DATA 0x2b
#define USER_CODE 0x33
#define TASK_STATE 0x40

/* Interrupt stack table entries, Intel SDM vol. 3 §6.14.5. */
#define DOUBLE_FAULT_STACK 1
#define NMI_STACK 2
#define MACHINE_CHECK_STACK 3
#define DEBUG_STACK 4

#define EXCEPTIONS 32
#define VECTORS 64
#define SPURIOUS_VECTOR 63
#define FIRST_INTERRUPT 32
#define TIMER_VECTOR 32

#define TRAP_SYSCALL 1
#define TRAP_PAGE_FAULT 2
#define TRAP_EXCEPTION 3
#define TRAP_INTERRUPT 4

#define DEBUG_EXCEPTION 1
#define PAGE_FAULT 14

/* struct cpu in platform.h */
#define CPU_CONTEXT 0
#define CPU_KERNEL_RSP 8
#define CPU_SCRATCH 16

/* demitasse.machine.UserContext */
#define CONTEXT_R15 0
#define CONTEXT_R14 8
#define CONTEXT_R13 16
#define CONTEXT_R12 24
#define CONTEXT_RBP 32
#define CONTEXT_RBX 40
#define CONTEXT_R11 48
#define CONTEXT_R10 56
#define CONTEXT_R9 64
#define CONTEXT_R8 72
#define CONTEXT_RAX 80
#define CONTEXT_RCX 88
#define CONTEXT_RDX 96
#define CONTEXT_RSI 104
#define CONTEXT_RDI 112
#define CONTEXT_ORIG_RAX 120
#define CONTEXT_RIP 128
#define CONTEXT_CS 136
#define CONTEXT_EFLAGS 144
#define CONTEXT_RSP 152
#define CONTEXT_SS 160
#define CONTEXT_FS_BASE 168
#define CONTEXT_GS_BASE 176
#define CONTEXT_TRAP_INFO 184
#define CONTEXT_ERROR_CODE 192
#define CONTEXT_FAULT_ADDRESS 200
#define CONTEXT_FLAGS 208
#define CONTEXT_VECTOR 256
#define CONTEXT_FULL 1
#define CONTEXT_VECTOR_VALID 2

#define EFLAGS_INTERRUPT 0x200
/* What user code may have set: CF PF AF ZF SF TF DF OF RF AC ID. */
#define EFLAGS_USER 0x250dd5
