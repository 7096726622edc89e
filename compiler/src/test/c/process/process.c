/* The smallest platform there is: standard output, exit, and memory from the host. */
#include <demitasse.h>
#include "process.h"

enum { WRITE = 1, MMAP = 9, RT_SIGACTION = 13, EXIT_GROUP = 231 };
enum { STATUS_TRAP = 98, STATUS_PANIC = 99 };

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
    process_exit(STATUS_PANIC);
}

/* A failed check: the address goes out, so that a test can look up its Java line. */
static void trapped(int signal, void *information, char *context) {
    enum { RIP = 168 };     /* uc_mcontext.gregs[REG_RIP] */
    uint64_t address = *(uint64_t *) (context + RIP);
    platform_log("trap at ", 8);
    for (int shift = 60; shift >= 0; shift -= 4) {
        process_put("0123456789abcdef"[address >> shift & 15]);
    }
    process_put('\n');
    process_exit(STATUS_TRAP);
}

static void catch_traps(void) {
    enum { SIGILL = 4, SIGFPE = 8, SIGSEGV = 11 };
    const uint64_t siginfo = 4, restorer = 0x04000000;      /* sigaction(2): the kernel insists on a restorer */
    uint64_t action[4] = {(uint64_t) trapped, siginfo | restorer, (uint64_t) trapped, 0};
    call(RT_SIGACTION, SIGILL, (long) action, 0, 8, 0, 0);
    call(RT_SIGACTION, SIGFPE, (long) action, 0, 8, 0, 0);
    call(RT_SIGACTION, SIGSEGV, (long) action, 0, 8, 0, 0);
}

static int32_t choice;

int32_t process_choice(void) {
    return choice;
}

/* The stack at entry: argc, argv. */
__attribute__((used, noreturn)) static void start(long *stack) {
    if (stack[0] > 1) {
        for (const char *digit = (const char *) stack[2]; *digit != 0; digit++) {
            choice = choice * 10 + *digit - '0';
        }
    }
    catch_traps();
    demitasse_main();
    process_exit(0);
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n xor %ebp, %ebp\n and $-16, %rsp\n call start\n");
