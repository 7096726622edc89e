/*
 * Small things that Java asks of the machine. Not Java: the symbols of the linker, and instructions.
 */
#include "platform.h"
#include "kvm.h"

#define FEATURE_RDRAND (1u << 30)
#define FEATURE_RDSEED (1u << 18)
#define TRIES 100

extern uint64_t *paging_root;

int64_t kvm_start_info(void) {
    return (int64_t) boot_info;
}

/* Physical addresses: from the image to the end of what boot_take has given away. */
int64_t kvm_taken_start(void) {
    return (int64_t) image_text - (int64_t) KERNEL_BASE;
}

int64_t kvm_taken_end(void) {
    return boot_taken_end;
}

int32_t kvm_memory_is_zero(void) {
    return boot_memory_is_zero();
}

int64_t kvm_page_table(void) {
    return (int64_t) paging_root;
}

void kvm_map_device(int64_t physical) {
    paging_map_device(physical);
}

_Noreturn void kvm_shutdown(int32_t status, int32_t quiet) {
    if (!quiet) {
        panic_print_exit(status);
    }
    panic_stop();
}

/* Hardware randomness where there is some, always stirred with the time stamp counter. */
int64_t kvm_entropy(void) {
    uint64_t value = 0;
    unsigned char valid = 0;
    if (cpu_id(0, 0).a >= 7 && cpu_id(7, 0).b & FEATURE_RDSEED) {
        for (int i = 0; i < TRIES && !valid; i++) {
            __asm__ volatile("rdseed %0\n\tsetc %1" : "=r"(value), "=qm"(valid) : : "cc");
        }
    }
    if (!valid && cpu_id(1, 0).c & FEATURE_RDRAND) {
        for (int i = 0; i < TRIES && !valid; i++) {
            __asm__ volatile("rdrand %0\n\tsetc %1" : "=r"(value), "=qm"(valid) : : "cc");
        }
    }
    static uint64_t stirred;
    stirred = (stirred ^ cpu_tsc()) * 0x9e3779b97f4a7c15 + (stirred >> 29);
    return value ^ stirred;
}
