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

static int timer;
/* When Java wants to be interrupted, and when the host's timer goes off: the second is only brought forward,
   so that moving the alarm back costs nothing but one signal too many. */
static int64_t wanted_ns = NEVER_NS, armed_ns = NEVER_NS;

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

void time_start(void) {
    struct sigevent event = {.sigev_signo = SIGALRM, .sigev_notify = SIGEV_SIGNAL};
    if (HOST(__NR_timer_create, CLOCK_MONOTONIC, &event, &timer) != 0) {
        refuse("the host refuses a timer", NULL);
    }
}

static void arm(int64_t deadline_ns) {
    int64_t positive_ns = deadline_ns > 0 ? deadline_ns : 1;   /* zero would disarm, timer_settime(2) */
    int64_t setting[4] = {0, 0, positive_ns / SECOND_NS, positive_ns % SECOND_NS};
    __atomic_store_n(&armed_ns, deadline_ns, __ATOMIC_RELAXED);
    HOST(__NR_timer_settime, timer, TIMER_ABSTIME, setting, NULL);
}

void linux_alarm(int64_t deadline_ns) {
    if (net_is_tap) {
        int64_t look_ns = linux_monotonic_ns() + TAP_LOOK_NS;
        deadline_ns = look_ns < deadline_ns ? look_ns : deadline_ns;
    }
    __atomic_store_n(&wanted_ns, deadline_ns, __ATOMIC_RELAXED);
    if (deadline_ns < __atomic_load_n(&armed_ns, __ATOMIC_RELAXED)) {
        arm(deadline_ns);
    }
}

/* In the handler of SIGALRM. */
void time_expired(void) {
    __atomic_store_n(&armed_ns, NEVER_NS, __ATOMIC_RELAXED);
    int64_t wanted = __atomic_load_n(&wanted_ns, __ATOMIC_RELAXED);
    if (wanted == NEVER_NS) {
        return;
    }
    if (linux_monotonic_ns() < wanted) {
        arm(wanted);
        return;
    }
    __atomic_store_n(&wanted_ns, NEVER_NS, __ATOMIC_RELAXED);
    interrupts_raise(INTERRUPT_TIMER);
}

int64_t linux_entropy(void) {
    int64_t bits = 0;
    while (HOST(__NR_getrandom, &bits, sizeof bits, 0) != sizeof bits) {
    }
    return bits;
}

void linux_exit(int32_t status) {
    for (;;) {
        HOST(__NR_exit_group, status);
    }
}
