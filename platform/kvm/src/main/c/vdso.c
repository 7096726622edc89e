/*
 * The shared object that the kernel lends to programs, vdso(7): the time without a system call. Not Java: it runs in
 * user mode, in any program. Its data page lies just before its ELF header.
 */
#include "vdso.h"
#include <stddef.h>

#define NS_PER_SECOND 1000000000l
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define SYS_CLOCK_GETTIME 228
#define SYS_CLOCK_GETRES 229

struct timespec {
    int64_t seconds, ns;
};

struct timeval {
    int64_t seconds, us;
};

struct timezone {
    int32_t minutes_west, dst_type;
};

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static int64_t read_time(int realtime);
static long kernel(long number, long a, long b);

int __vdso_clock_gettime(int clock, struct timespec *out) {
    int64_t ns;
    switch (clock) {
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE:
            ns = read_time(1);
            break;
        case CLOCK_MONOTONIC:
        case CLOCK_MONOTONIC_RAW:
        case CLOCK_MONOTONIC_COARSE:
        case CLOCK_BOOTTIME:
            ns = read_time(0);
            break;
        default:
            return kernel(SYS_CLOCK_GETTIME, clock, (long) out);
    }
    out->seconds = ns / NS_PER_SECOND;
    out->ns = ns % NS_PER_SECOND;
    return 0;
}

int __vdso_clock_getres(int clock, struct timespec *out) {
    return kernel(SYS_CLOCK_GETRES, clock, (long) out);
}

int __vdso_gettimeofday(struct timeval *out, struct timezone *zone) {
    if (out != NULL) {
        int64_t ns = read_time(1);
        out->seconds = ns / NS_PER_SECOND;
        out->us = ns % NS_PER_SECOND / 1000;
    }
    if (zone != NULL) {
        *zone = (struct timezone) {0, 0};
    }
    return 0;
}

int64_t __vdso_time(int64_t *out) {
    int64_t seconds = read_time(1) / NS_PER_SECOND;
    if (out != NULL) {
        *out = seconds;
    }
    return seconds;
}

/* There is one CPU. */
long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused) {
    if (cpu != NULL) {
        *cpu = 0;
    }
    if (node != NULL) {
        *node = 0;
    }
    return 0;
}

static int64_t read_time(int realtime) {
    const char *page = __ehdr_start;
    /* Lets gcc forget what it is: the data page is outside of the object that the symbol names. */
    __asm__("" : "+r"(page));
    const volatile struct vdso_time *time = (const volatile struct vdso_time *) (page - 4096);
    uint32_t sequence;
    int64_t ns;
    do {
        sequence = __atomic_load_n(&time->sequence, __ATOMIC_ACQUIRE);
        uint64_t ticks = __builtin_ia32_rdtsc() - time->base_ticks;
        ns = time->base_ns + (int64_t) ((unsigned __int128) ticks * time->ns_per_tick >> 32);
        ns += realtime ? time->realtime_offset_ns : 0;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (sequence & 1 || sequence != time->sequence);
    return ns;
}

static long kernel(long number, long a, long b) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
    return result;
}
