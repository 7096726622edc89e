/* What the C files of this platform know of each other. */
#pragma once
#include <demitasse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "layout.h"

#define PAGE_BYTES 4096ul
#define LARGE_PAGE_BYTES (PAGE_BYTES << 9)
#define LOW_MEMORY_BYTES (1ul << 20)
#define NEVER INT64_MAX

/* Reached through GS in the kernel; the first three at the offsets of layout.h. */
struct cpu {
    struct context *context;
    uint64_t kernel_rsp;
    uint64_t scratch;
};

/* The start of demitasse.machine.UserContext. */
struct context {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax;
    uint64_t rip, cs, eflags, rsp, ss, fs_base, gs_base, trap_info, error_code, fault_address, flags;
    uint64_t reserved[5];
    unsigned char vector[];
};

/* PVH, docs/misc/pvh.pandoc and public/arch-x86/hvm/start_info.h of Xen. */
struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp, memory_map;
    uint32_t memory_map_entries, reserved;
};

struct start_module {
    uint64_t address, size, command_line, reserved;
};

struct start_memory {
    uint64_t address, size;
    uint32_t type, reserved;
};
#define START_MAGIC 0x336ec578
#define START_MEMORY_RAM 1

static inline void *direct(uint64_t physical) {
    return (void *) (physical + DIRECT_MAP);
}

/* ---- boot.c ---- */
extern const struct start_info *boot_info;
bool boot_memory_is_zero(void);
const char *boot_command_line(void);
/* The value of a key=… word of the command line, or null. */
const char *boot_option(const char *key);
/* Physical memory after the image that nobody else gets, page aligned, zeroed. */
uint64_t boot_take(uint64_t bytes);
extern uint64_t boot_taken_end;
extern char image_text[], image_rodata[], image_data[], image_end[];

/* ---- paging.c ---- */
void paging_init(void);
void paging_map_device(uint64_t physical);

/* ---- tables.c ---- */
void tables_init(void);
extern struct cpu tables_cpu;

/* ---- trap.c ---- */
extern volatile uint64_t trap_lines;
void trap_interrupt(uint64_t vector);
void trap_route(uint32_t pin, uint32_t line);
int crossing_enter(struct context *context);

/* ---- vector.c ---- */
void vector_init(void);
void vector_switch(struct context *context);

/* ---- time.c ---- */
void time_init(void);
int64_t time_monotonic(void);
int64_t time_realtime(void);
void time_end_of_interrupt(void);
void time_expired(void);

/* ---- serial.c ---- */
void serial_init(void);
void serial_put(char byte);
void serial_fresh_line(void);

/* ---- panic.c ---- */
#define PANIC_STATUS 125
void panic_print_exit(int status);
_Noreturn void panic_stop(void);

/* ---- cpu instructions ---- */
static inline uint64_t cpu_read_msr(uint32_t which) {
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(which));
    return (uint64_t) high << 32 | low;
}

static inline void cpu_write_msr(uint32_t which, uint64_t value) {
    __asm__ volatile("wrmsr" : : "c"(which), "a"((uint32_t) value), "d"((uint32_t) (value >> 32)) : "memory");
}

struct cpuid {
    uint32_t a, b, c, d;
};

static inline struct cpuid cpu_id(uint32_t leaf, uint32_t subleaf) {
    struct cpuid id;
    __asm__ volatile("cpuid" : "=a"(id.a), "=b"(id.b), "=c"(id.c), "=d"(id.d) : "a"(leaf), "c"(subleaf));
    return id;
}

static inline uint64_t cpu_read_cr4(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

static inline void cpu_write_cr4(uint64_t value) {
    __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline void cpu_out8(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t cpu_in8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint64_t cpu_tsc(void) {
    return __builtin_ia32_rdtsc();
}
