/* The smallest platform there is: standard output, exit, and memory from the host. */
#include <demitasse.h>
#include "process.h"

enum { WRITE = 1, MMAP = 9, EXIT_GROUP = 231 };

static long call(long number, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
        : "rcx", "r11", "memory");
    return result;
}

static char line[4096];
static size_t used;

static void flush(void) {
    call(WRITE, 1, (long) line, used, 0, 0, 0);
    used = 0;
}

void process_put(int32_t byte) {
    line[used++] = byte;
    if (byte == '\n' || used == sizeof line) {
        flush();
    }
}

_Noreturn void process_exit(int32_t status) {
    flush();
    for (;;) {
        call(EXIT_GROUP, status, 0, 0, 0, 0, 0);
    }
}

int64_t process_ticks(void) {
    return __builtin_ia32_rdtsc();
}

size_t platform_heap_bytes(void) {
    return 16 << 20;
}

void *platform_heap(size_t bytes) {
    enum { READ_WRITE = 3, PRIVATE_ANONYMOUS = 0x22 };
    return (void *) call(MMAP, 0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
}

void platform_log(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        process_put(text[i]);
    }
}

_Noreturn void platform_panic(const char *reason, void *frame) {
    platform_log("panic: ", 7);
    for (; *reason != 0; reason++) {
        process_put(*reason);
    }
    process_put('\n');
    process_exit(99);
}

__attribute__((used, noreturn)) static void start(void) {
    demitasse_main();
    process_exit(0);
}

__asm__(".globl _start\n_start: xor %ebp, %ebp\n and $-16, %rsp\n call start\n");
