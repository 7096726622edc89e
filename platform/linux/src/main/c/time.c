/*
 * Clock, alarm, idle. Not Java: host system calls, and words shared with the handler of SIGALRM.
 */
#include "platform.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/unistd.h>
#include <linux/time.h>

#define SECOND_NS 1000000000l
/* A program that computes leaves a TAP device alone for no longer. */
#define TAP_LOOK_NS 1000000l

/* When Java wants to be interrupted, and when the timer of a host process goes off: the second is only brought forward,
   so that moving the alarm back costs nothing but one signal too many. */
static int64_t wanted_ns = NEVER_NS;
static struct { int64_t armed_ns; int32_t timer; } processes[PROCESSES_MAX];

static int64_t read_ns(int clock) {
    int64_t time[2];
    clock_read(clock, time);
    return time[0] * SECOND_NS + time[1];
}

int64_t linux_monotonic_ns(void) {
    return read_ns(CLOCK_MONOTONIC);
}

int64_t linux_realtime_ns(void) {
    return read_ns(CLOCK_REALTIME);
}

__attribute__((no_stack_protector)) int time_create(int32_t process) {
    struct sigevent event = {.sigev_signo = SIGALRM, .sigev_notify = SIGEV_SIGNAL};
    processes[process].armed_ns = NEVER_NS;
    return HOST(__NR_timer_create, CLOCK_MONOTONIC, &event, &processes[process].timer) == 0;
}

/* A handler that came before the timer was set may have set it to an earlier time: that counts. */
static void arm(int64_t deadline_ns) {
    int32_t own = process_own()->number;
    int64_t armed_ns = deadline_ns;
    do {
        deadline_ns = armed_ns;
        int64_t positive_ns = deadline_ns > 0 ? deadline_ns : 1;   /* zero would disarm, timer_settime(2) */
        int64_t setting[4] = {0, 0, positive_ns / SECOND_NS, positive_ns % SECOND_NS};
        __atomic_store_n(&processes[own].armed_ns, deadline_ns, __ATOMIC_RELAXED);
        HOST(__NR_timer_settime, processes[own].timer, TIMER_ABSTIME, setting, NULL);
        armed_ns = __atomic_load_n(&processes[own].armed_ns, __ATOMIC_RELAXED);
    } while (armed_ns < deadline_ns);
}

void linux_alarm(int64_t deadline_ns) {
    if (net_is_tap) {
        int64_t look_ns = linux_monotonic_ns() + TAP_LOOK_NS;
        deadline_ns = look_ns < deadline_ns ? look_ns : deadline_ns;
    }
    __atomic_store_n(&wanted_ns, deadline_ns, __ATOMIC_RELAXED);
    if (deadline_ns < __atomic_load_n(&processes[process_own()->number].armed_ns, __ATOMIC_RELAXED)) {
        arm(deadline_ns);
    }
}

void time_moved(void) {
    int64_t wanted = __atomic_load_n(&wanted_ns, __ATOMIC_RELAXED);
    int64_t settled = process_settled_until();
    int64_t next = wanted < settled ? wanted : settled;
    if (next < __atomic_load_n(&processes[process_own()->number].armed_ns, __ATOMIC_RELAXED)) {
        arm(next);
    }
}

/* In the handler of SIGALRM. A process that is not active leaves the alarm to the one that is. */
void time_expired(void) {
    int32_t own = process_own()->number;
    __atomic_store_n(&processes[own].armed_ns, NEVER_NS, __ATOMIC_RELAXED);
    if (own != __atomic_load_n(&process_active, __ATOMIC_RELAXED)) {
        return;
    }
    if (__atomic_load_n(&wanted_ns, __ATOMIC_RELAXED) <= linux_monotonic_ns()) {
        __atomic_store_n(&wanted_ns, NEVER_NS, __ATOMIC_RELAXED);
        interrupts_raise(INTERRUPT_TIMER);
    }
    time_moved();
}

int64_t linux_entropy(void) {
    int64_t bits = 0;
    while (HOST(__NR_getrandom, &bits, sizeof bits, 0) != sizeof bits) {
    }
    return bits;
}

void linux_exit(int32_t status) {
    process_exit(status);
}
