/*
 * Segments, the task state segment, the interrupt table and the system call registers. Not Java: the CPU reads these
 * structures itself, and a fault before they stand resets the machine without a word.
 */
#include "platform.h"

#define IA32_STAR 0xc0000081
#define IA32_LSTAR 0xc0000082
#define IA32_FMASK 0xc0000084
#define IA32_GS_BASE 0xc0000101
/* Cleared on entry: TF IF DF IOPL NT AC. */
#define SYSCALL_CLEARS 0x47700

#define CODE_64 0x00af9b000000ffff
#define DATA_64 0x00cf93000000ffff
#define CODE_64_USER 0x00affb000000ffff
#define DATA_64_USER 0x00cff3000000ffff
#define AVAILABLE_TASK_STATE 0x89ul
#define INTERRUPT_GATE 0x8e
#define INTERRUPT_GATE_USER 0xee
#define BREAKPOINT 3
#define OVERFLOW 4

struct task_state {
    uint32_t reserved;
    uint64_t rsp[3], reserved_too, ist[7], reserved_as_well;
    uint16_t still_reserved, io_map;
} __attribute__((packed));

struct gate {
    uint16_t offset_low, selector;
    uint8_t stack, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

struct table_pointer {
    uint16_t limit;
    const void *base;
} __attribute__((packed));

extern char crossing_vectors[], crossing_syscall[];
extern char double_fault_stack_top[], nmi_stack_top[], machine_check_stack_top[], debug_stack_top[];

struct cpu tables_cpu;
static struct task_state task_state;
static struct gate gates[VECTORS];
static uint64_t segments[TASK_STATE / 8 + 2];
/* The CPU leaves the trap frame of user code here until crossing.S has moved it to the context. */
static uint64_t trap_stack[16] __attribute__((aligned(16)));

static void tables_load_segments(void);
static void tables_load_gates(void);

void tables_init(void) {
    tables_load_segments();
    tables_load_gates();
    cpu_write_msr(IA32_GS_BASE, (uint64_t) &tables_cpu);
    cpu_write_msr(IA32_STAR, (uint64_t) USER_BASE << 48 | (uint64_t) KERNEL_CODE << 32);
    cpu_write_msr(IA32_LSTAR, (uint64_t) crossing_syscall);
    cpu_write_msr(IA32_FMASK, SYSCALL_CLEARS);
}

static void tables_load_segments(void) {
    uint64_t base = (uint64_t) &task_state, limit = sizeof task_state - 1;
    segments[KERNEL_CODE / 8] = CODE_64;
    segments[KERNEL_DATA / 8] = DATA_64;
    segments[USER_DATA / 8] = DATA_64_USER;
    segments[USER_CODE / 8] = CODE_64_USER;
    segments[TASK_STATE / 8] = limit | (base & 0xffffff) << 16 | AVAILABLE_TASK_STATE << 40 | (base >> 24 & 0xff) << 56;
    segments[TASK_STATE / 8 + 1] = base >> 32;
    task_state.rsp[0] = (uint64_t) trap_stack + sizeof trap_stack;
    task_state.ist[DOUBLE_FAULT_STACK - 1] = (uint64_t) double_fault_stack_top;
    task_state.ist[NMI_STACK - 1] = (uint64_t) nmi_stack_top;
    task_state.ist[MACHINE_CHECK_STACK - 1] = (uint64_t) machine_check_stack_top;
    task_state.ist[DEBUG_STACK - 1] = (uint64_t) debug_stack_top;
    /* Beyond the limit: no port may be touched by user code. */
    task_state.io_map = sizeof task_state;
    /* The selectors are those that boot.S has loaded already. */
    struct table_pointer pointer = {sizeof segments - 1, segments};
    __asm__ volatile("lgdt %0\n\tltr %w1" : : "m"(pointer), "r"(TASK_STATE) : "memory");
}

static void tables_load_gates(void) {
    for (int i = 0; i < VECTORS; i++) {
        uint64_t target = (uint64_t) crossing_vectors + 16 * i;
        uint8_t stack = i == 8 ? DOUBLE_FAULT_STACK : i == 2 ? NMI_STACK : i == 18 ? MACHINE_CHECK_STACK
                : i == DEBUG_EXCEPTION ? DEBUG_STACK : 0;
        uint8_t type = i == BREAKPOINT || i == OVERFLOW ? INTERRUPT_GATE_USER : INTERRUPT_GATE;
        gates[i] = (struct gate) {target, KERNEL_CODE, stack, type, target >> 16, target >> 32, 0};
    }
    struct table_pointer pointer = {sizeof gates - 1, gates};
    __asm__ volatile("lidt %0" : : "m"(pointer));
}
