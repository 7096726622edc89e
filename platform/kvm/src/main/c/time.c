/*
 * The time stamp counter as a clock, and the local APIC as an alarm. Not Java: the same arithmetic runs in the vDSO,
 * and calibration must stand in a tight loop.
 */
#include "platform.h"
#include "kvm.h"
#include "vdso.h"
#include <string.h>

#define APIC 0xfee00000ul
#define APIC_END_OF_INTERRUPT 0xb0
#define APIC_SPURIOUS 0xf0
#define APIC_TIMER 0x320
#define APIC_LINT0 0x350
#define APIC_INITIAL_COUNT 0x380
#define APIC_CURRENT_COUNT 0x390
#define APIC_DIVIDE 0x3e0
#define APIC_ENABLED 0x100
#define APIC_MASKED 0x10000
#define APIC_TSC_DEADLINE 0x40000
#define DIVIDE_BY_1 0xb
#define DIVIDE_BY_16 0x3
#define IA32_TSC_DEADLINE 0x6e0
#define FEATURE_TSC_DEADLINE (1u << 24)

#define IO_APIC 0xfec00000ul
#define PIC_MASK 0x21
#define PIC_2_MASK 0xa1

/* QEMU's and KVM's APIC count nanoseconds. Another hypervisor would have to tell its TSC by CPUID. */
#define APIC_HZ 1000000000ul
#define NS_PER_SECOND 1000000000ul
#define CALIBRATION_NS 1000000
#define HYPERVISOR_TIMING_LEAF 0x40000010

struct sample {
    uint64_t tsc, apic;
};

static struct vdso_time now;
static uint64_t ticks_per_ns;           /* 32.32 */
static bool has_deadline_mode;
static int64_t alarm_ns = NEVER;
/* When the APIC rings at the latest; NEVER while it is not set. */
static int64_t programmed_ns = NEVER;

extern char vdso_image[], vdso_image_end[];

static void time_init_apic(void);
static uint64_t time_tsc_hz(void);
static uint64_t time_calibrate(void);
static struct sample time_sample(void);
static int64_t time_epoch(void);
static void time_program(int64_t deadline);

static volatile uint32_t *apic(uint32_t offset) {
    return direct(APIC + offset);
}

static uint64_t scale(uint64_t value, uint64_t factor) {
    return (unsigned __int128) value * factor >> 32;
}

void time_init(void) {
    time_init_apic();
    uint64_t hz = time_tsc_hz();
    now.base_ticks = cpu_tsc();
    now.ns_per_tick = (NS_PER_SECOND << 32) / hz;
    ticks_per_ns = ((hz << 31) / NS_PER_SECOND) << 1;
    now.realtime_offset_ns = time_epoch();
}

int64_t time_monotonic(void) {
    return now.base_ns + scale(cpu_tsc() - now.base_ticks, now.ns_per_tick);
}

int64_t kvm_monotonic(void) {
    return time_monotonic();
}

int64_t kvm_realtime(void) {
    return time_monotonic() + now.realtime_offset_ns;
}

void kvm_set_realtime(int64_t now_ns) {
    now.realtime_offset_ns = now_ns - time_monotonic();
}

void kvm_fill_vdso(int64_t page) {
    memcpy((void *) page, &now, sizeof now);
}

/* In the direct map, as the frames of RAM are. */
int64_t kvm_vdso_start(void) {
    return (int64_t) direct((uint64_t) vdso_image - KERNEL_BASE);
}

int64_t kvm_vdso_end(void) {
    return (int64_t) direct((uint64_t) vdso_image_end - KERNEL_BASE);
}

/* In the interrupt. An alarm that has rung must not keep kvm_idle from sleeping: it would ring again at once. */
void time_expired(void) {
    programmed_ns = NEVER;
    if (time_monotonic() >= alarm_ns) {
        alarm_ns = NEVER;
    }
}

void kvm_alarm(int64_t deadline) {
    alarm_ns = deadline;
    time_program(deadline);
}

/* sti takes effect after the next instruction, so an interrupt cannot slip between the test and hlt. */
void kvm_idle(int64_t deadline) {
    if (trap_lines != 0) {
        return;
    }
    time_program(deadline < alarm_ns ? deadline : alarm_ns);
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

void time_end_of_interrupt(void) {
    *apic(APIC_END_OF_INTERRUPT) = 0;
}

static void time_init_apic(void) {
    paging_map_device(APIC);
    paging_map_device(IO_APIC);
    cpu_out8(PIC_MASK, 0xff);
    cpu_out8(PIC_2_MASK, 0xff);
    has_deadline_mode = cpu_id(1, 0).c & FEATURE_TSC_DEADLINE;
    *apic(APIC_SPURIOUS) = APIC_ENABLED | SPURIOUS_VECTOR;
    *apic(APIC_LINT0) = APIC_MASKED;
    *apic(APIC_TIMER) = APIC_MASKED | TIMER_VECTOR;
}

/* To set it leaves the machine. So what rings earlier, or is not wanted any more, is left as it is: whoever is woken looks
   at the clock, and sets it for what there is to wait for then. */
static void time_program(int64_t deadline) {
    if (programmed_ns <= deadline) {
        return;
    }
    programmed_ns = deadline;
    if (has_deadline_mode) {
        uint64_t ns = deadline > now.base_ns ? deadline - now.base_ns : 0;
        cpu_write_msr(IA32_TSC_DEADLINE, now.base_ticks + scale(ns, ticks_per_ns) + 1);
        return;
    }
    int64_t left = deadline - time_monotonic();
    uint64_t count = left <= 0 ? 1 : left / 16 + 1;
    /* A very late deadline comes in steps of a minute; an early timer interrupt harms nobody. */
    *apic(APIC_INITIAL_COUNT) = count > UINT32_MAX ? UINT32_MAX : count;
}

static uint64_t time_tsc_hz(void) {
    struct cpuid hypervisor = cpu_id(0x40000000, 0);
    bool is_guest = cpu_id(1, 0).c >> 31;
    uint64_t hz = 0;
    if (is_guest && hypervisor.a >= HYPERVISOR_TIMING_LEAF && hypervisor.a < 0x40010000) {
        hz = cpu_id(HYPERVISOR_TIMING_LEAF, 0).a * 1000ul;
    }
    if (hz == 0 && cpu_id(0, 0).a >= 0x15) {
        struct cpuid ratio = cpu_id(0x15, 0);
        hz = ratio.a == 0 ? 0 : (uint64_t) ratio.c * ratio.b / ratio.a;
    }
    if (hz == 0) {
        hz = time_calibrate();
    }
    *apic(APIC_DIVIDE) = DIVIDE_BY_16;
    *apic(APIC_TIMER) = TIMER_VECTOR | (has_deadline_mode ? APIC_TSC_DEADLINE : 0);
    return hz;
}

/* Start-up waits for this, so it is short; time_sample makes up for it by being exact. */
static uint64_t time_calibrate(void) {
    *apic(APIC_DIVIDE) = DIVIDE_BY_1;
    *apic(APIC_INITIAL_COUNT) = UINT32_MAX;
    struct sample start = time_sample();
    while (start.apic - *apic(APIC_CURRENT_COUNT) < CALIBRATION_NS) {
    }
    struct sample end = time_sample();
    *apic(APIC_INITIAL_COUNT) = 0;
    return (end.tsc - start.tsc) * APIC_HZ / (start.apic - end.apic);
}

/* Both counters at the same moment: of several tries the one that took the least time. */
static struct sample time_sample(void) {
    struct sample best = {0, 0};
    uint64_t best_ticks = UINT64_MAX;
    for (int i = 0; i < 8; i++) {
        uint64_t before = cpu_tsc();
        uint64_t count = *apic(APIC_CURRENT_COUNT);
        uint64_t ticks = cpu_tsc() - before;
        if (ticks < best_ticks) {
            best_ticks = ticks;
            best = (struct sample) {before + ticks / 2, count};
        }
    }
    return best;
}

/* Nanoseconds since 1970: epoch= of the command line, which needs no real-time clock in the machine. */
static int64_t time_epoch(void) {
    const char *text = boot_option("epoch");
    int64_t epoch = 0;
    for (; text != NULL && *text >= '0' && *text <= '9'; text++) {
        epoch = epoch * 10 + (*text - '0');
    }
    return epoch;
}
