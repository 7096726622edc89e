/*
 * The shared object that the kernel lends to programs, vdso(7). Not Java: it runs as part of programs. The clocks
 * are the host's, read through the host's own vDSO. Ours stands before it because the host's would tell on which
 * of the host's CPUs a program runs, where the kernel has shown it a machine with one.
 */
#include "vdso_image.h"
#include <asm/unistd.h>
#include <linux/time.h>
#include <stddef.h>

#define SECOND_NS 1000000000l

struct time { int64_t seconds, fraction; };

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static const struct vdso_data *data(void) {
    const char *image = __ehdr_start;
    /* Lets gcc forget what it is: the data page is outside of the object that the symbol names. */
    __asm__("" : "+r"(image));
    return (const struct vdso_data *) (image - 4096);
}

static long kernel(long number, long a, long b) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
    return result;
}

/* The clock of the host that stands for one of ours, so that the system call (ClockReading.java) tells the same; -1 for
   those that count CPU time, which the kernel does. */
static int host_clock(int clock) {
    switch (clock) {
        case CLOCK_REALTIME: case CLOCK_REALTIME_COARSE: case CLOCK_TAI:
            return CLOCK_REALTIME;
        case CLOCK_MONOTONIC: case CLOCK_MONOTONIC_RAW: case CLOCK_MONOTONIC_COARSE: case CLOCK_BOOTTIME:
            return CLOCK_MONOTONIC;
        default:
            return -1;
    }
}

static void put_ahead(struct time *out, int64_t ns) {
    out->seconds += ns / SECOND_NS;
    out->fraction += ns % SECOND_NS;
    if (out->fraction < 0) {
        out->seconds--;
        out->fraction += SECOND_NS;
    } else if (out->fraction >= SECOND_NS) {
        out->seconds++;
        out->fraction -= SECOND_NS;
    }
}

/* A clock of the host, or the kernel's of that number where the host has no vDSO. */
static int read_clock(int clock, struct time *out) {
    int (*host)(int, struct time *) = (void *) data()->clock_gettime;
    if (host == NULL) {
        return kernel(__NR_clock_gettime, clock, (long) out);
    }
    int result = host(clock, out);
    int64_t ahead_ns = data()->realtime_ahead_ns;
    if (ahead_ns != 0 && clock != CLOCK_MONOTONIC) {
        put_ahead(out, ahead_ns);
    }
    return result;
}

int __vdso_clock_gettime(int clock, struct time *out) {
    int of_host = host_clock(clock);
    return of_host < 0 ? kernel(__NR_clock_gettime, clock, (long) out) : read_clock(of_host, out);
}

int __vdso_clock_getres(int clock, struct time *out) {
    return kernel(__NR_clock_getres, clock, (long) out);
}

int __vdso_gettimeofday(struct time *out, int32_t zone[2]) {
    if (out != NULL) {
        read_clock(CLOCK_REALTIME, out);
        out->fraction /= 1000;
    }
    if (zone != NULL) {
        zone[0] = zone[1] = 0;
    }
    return 0;
}

int64_t __vdso_time(int64_t *out) {
    struct time now;
    read_clock(CLOCK_REALTIME_COARSE, &now);
    if (out != NULL) {
        *out = now.seconds;
    }
    return now.seconds;
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
