/*
 * What the Java classes of this platform import. Not Java: instructions that Java cannot say, and what must be known
 * before there is Java. Addresses and pointers travel as int64_t.
 */
#pragma once
#include <stdint.h>

/* trap.c, vector.c */
int32_t kvm_run(int64_t context);
int64_t kvm_take_interrupts(void);
void kvm_route(int32_t pin, int32_t line);
int32_t kvm_message_vector(int32_t line);
int32_t kvm_context_bytes(void);
int32_t kvm_has_base_instructions(void);
void kvm_save_vector(int64_t context);
void kvm_forget_vector(int64_t context);

/* time.c */
int64_t kvm_monotonic(void);
int64_t kvm_realtime(void);
void kvm_set_realtime(int64_t now_ns);
void kvm_alarm(int64_t deadline);
void kvm_idle(int64_t deadline);
void kvm_fill_vdso(int64_t page);
int64_t kvm_vdso_start(void);
int64_t kvm_vdso_end(void);

/* boot.c, paging.c */
int64_t kvm_start_info(void);
int64_t kvm_taken_start(void);
int64_t kvm_taken_end(void);
int32_t kvm_memory_is_zero(void);
int64_t kvm_page_table(void);
void kvm_map_device(int64_t physical);
_Noreturn void kvm_refuse_memory(void);

/* serial.c, panic.c */
int32_t kvm_serial_present(void);
void kvm_serial_write(int64_t address, int32_t length);
int32_t kvm_serial_read(void);
_Noreturn void kvm_shutdown(int32_t status, int32_t quiet);

void kvm_note_task(int32_t task, int64_t name);

int64_t kvm_entropy(void);

static inline void kvm_load_page_table(int64_t physical) {
    __asm__ volatile("mov %0, %%cr3" : : "r"(physical) : "memory");
}

static inline int64_t kvm_loaded_page_table(void) {
    int64_t physical;
    __asm__ volatile("mov %%cr3, %0" : "=r"(physical));
    return physical;
}

static inline void kvm_invalidate(int64_t address) {
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* Debug registers, Intel SDM vol. 3 17.2: nothing is watched while they change, and old news of them is gone. */
static inline int64_t kvm_take_debug_status(void) {
    int64_t status;
    __asm__ volatile("mov %%dr6, %0" : "=r"(status));
    __asm__ volatile("mov %0, %%dr6" : : "r"(0xffff0ff0l));
    return status;
}

static inline void kvm_load_debug_registers(int64_t a, int64_t b, int64_t c, int64_t d, int64_t control) {
    __asm__ volatile("mov %0, %%dr7" : : "r"(0x400l));
    __asm__ volatile("mov %0, %%dr0\n\tmov %1, %%dr1\n\tmov %2, %%dr2\n\tmov %3, %%dr3"
                     : : "r"(a), "r"(b), "r"(c), "r"(d));
    kvm_take_debug_status();
    __asm__ volatile("mov %0, %%dr7" : : "r"(control | 0x400));
}

static inline void kvm_out32(int32_t port, int32_t value) {
    __asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"((uint16_t) port));
}

static inline int32_t kvm_in32(int32_t port) {
    int32_t value;
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"((uint16_t) port));
    return value;
}
