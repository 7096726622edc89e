/* nanosleep(2), clock_nanosleep(2), clock_getres(2), setitimer(2), alarm(2), timer_create(2), sigtimedwait(2), times(2),
   adjtimex(2). */
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>

static volatile sig_atomic_t rung;
static volatile int rung_value;

static void rings(int signal)
{
    (void)signal;
    rung++;
}

static void rings_with(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    rung++;
    rung_value = info->si_code == SI_TIMER ? info->si_value.sival_int : -1;
}

static long long now(clockid_t clock)
{
    struct timespec time;
    CHECK_EQUAL(0, clock_gettime(clock, &time));
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void sleeping(void)
{
    struct timespec short_time = {0, 20000000}, wrong = {0, 1000000000}, negative = {-1, 0}, rest = {9, 9};
    long long before = now(CLOCK_MONOTONIC);
    CHECK_EQUAL(0, nanosleep(&short_time, NULL));
    CHECK(now(CLOCK_MONOTONIC) - before >= 20000000);
    CHECK_ERRNO(EINVAL, nanosleep(&wrong, NULL));
    CHECK_ERRNO(EINVAL, nanosleep(&negative, NULL));
    CHECK_ERRNO(EFAULT, syscall(SYS_nanosleep, 8, NULL));
    CHECK_EQUAL(EINVAL, clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &short_time, NULL));
    CHECK_EQUAL(EINVAL, clock_nanosleep(99, 0, &short_time, NULL));
    long long due = now(CLOCK_REALTIME) + 20000000;
    struct timespec absolute = {due / 1000000000, due % 1000000000};
    CHECK_EQUAL(0, clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &absolute, NULL));
    CHECK(now(CLOCK_REALTIME) >= due);
    CHECK_EQUAL(0, clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){1, 0}, NULL));
    /* Interrupted: what is left is told. */
    struct sigaction action = {.sa_handler = rings};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval soon = {{0, 0}, {0, 10000}};
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &soon, NULL));
    rung = 0;
    CHECK_ERRNO(EINTR, nanosleep(&(struct timespec){5, 0}, &rest));
    CHECK_EQUAL(1, rung);
    CHECK_EQUAL(4, rest.tv_sec);
    /* Not interrupted by what nobody handles. */
    signal(SIGWINCH, SIG_DFL);
    signal(SIGALRM, SIG_IGN);
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &soon, NULL));
    before = now(CLOCK_MONOTONIC);
    CHECK_EQUAL(0, nanosleep(&(struct timespec){0, 50000000}, NULL));
    CHECK(now(CLOCK_MONOTONIC) - before >= 50000000);
}

static void intervals(void)
{
    struct sigaction action = {.sa_handler = rings};
    struct itimerval often = {{0, 5000}, {0, 5000}}, never = {{0, 0}, {0, 0}}, seen, wrong = {{0, 0}, {0, 1000000}};
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGPROF, &action, NULL);
    rung = 0;
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &often, NULL));
    CHECK_EQUAL(0, getitimer(ITIMER_REAL, &seen));
    CHECK_EQUAL(5000, seen.it_interval.tv_usec);
    CHECK(seen.it_value.tv_usec > 0 && seen.it_value.tv_usec <= 5000);
    while (rung < 3) {
        pause();
    }
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &never, &seen));
    CHECK_EQUAL(5000, seen.it_interval.tv_usec);
    CHECK_ERRNO(EINVAL, setitimer(ITIMER_REAL, &wrong, NULL));
    CHECK_ERRNO(EINVAL, setitimer(7, &often, NULL));
    rung = 0;
    CHECK_EQUAL(0, setitimer(ITIMER_PROF, &often, NULL));
    while (rung < 2) {
    }
    CHECK_EQUAL(0, setitimer(ITIMER_PROF, &never, NULL));
    CHECK_EQUAL(0, alarm(100));
    CHECK_EQUAL(100, alarm(0));
    CHECK_EQUAL(0, alarm(0));
}

static timer_t nanosecond;

static void rings_and_stops(int signal)
{
    struct itimerval never = {{0, 0}, {0, 0}};
    struct itimerspec no_more = {{0, 0}, {0, 0}};
    if (++rung == 50) {
        CHECK_EQUAL(0, setitimer(ITIMER_REAL, &never, NULL));
        CHECK_EQUAL(0, setitimer(ITIMER_VIRTUAL, &never, NULL));
        CHECK_EQUAL(0, setitimer(ITIMER_PROF, &never, NULL));
        CHECK(signal != SIGUSR1 || timer_settime(nanosecond, 0, &no_more, NULL) == 0);
    }
}

/* A timer that is due again at once leaves time for its handler, which may stop it. */
static void shortest_intervals(void)
{
    struct itimerval shortest = {{0, 1}, {0, 1}};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec due = {{0, 1}, {0, 1}};
    int signals[] = {[ITIMER_REAL] = SIGALRM, [ITIMER_VIRTUAL] = SIGVTALRM, [ITIMER_PROF] = SIGPROF, SIGUSR1};
    CHECK_EQUAL(0, timer_create(CLOCK_MONOTONIC, &event, &nanosecond));
    for (int timer = 0; timer < 4; timer++) {
        rung = 0;
        signal(signals[timer], rings_and_stops);
        if (timer < 3)
            CHECK_EQUAL(0, setitimer(timer, &shortest, NULL));
        else
            CHECK_EQUAL(0, timer_settime(nanosecond, 0, &due, NULL));
        while (rung < 50) {
        }
    }
    CHECK_EQUAL(0, timer_delete(nanosecond));
}

static void posix_timers(void)
{
    struct sigaction action = {.sa_sigaction = rings_with, .sa_flags = SA_SIGINFO};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 77};
    struct itimerspec once = {{0, 0}, {0, 5000000}}, often = {{0, 1000000}, {0, 1000000}}, seen;
    timer_t timer;
    sigaction(SIGRTMIN, &action, NULL);
    CHECK_EQUAL(0, timer_create(CLOCK_MONOTONIC, &event, &timer));
    rung = 0;
    CHECK_EQUAL(0, timer_settime(timer, 0, &once, NULL));
    CHECK_EQUAL(0, timer_gettime(timer, &seen));
    CHECK(seen.it_value.tv_nsec > 0);
    while (rung == 0) {
        pause();
    }
    CHECK_EQUAL(77, rung_value);
    CHECK_EQUAL(0, timer_getoverrun(timer));
    /* Blocked for a while: one signal waits, the others are counted. */
    sigset_t set, old;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, &old);
    CHECK_EQUAL(0, timer_settime(timer, 0, &often, NULL));
    nanosleep(&(struct timespec){0, 30000000}, NULL);
    CHECK_EQUAL(SIGRTMIN, sigwaitinfo(&set, &info));
    CHECK_EQUAL(SI_TIMER, info.si_code);
    CHECK(timer_getoverrun(timer) >= 5);
    CHECK_EQUAL(0, timer_delete(timer));
    CHECK_ERRNO(EINVAL, syscall(SYS_timer_gettime, 999, &seen));
    struct timespec none = {0, 1000000};
    while (sigtimedwait(&set, &info, &(struct timespec){0, 0}) > 0) {
    }
    CHECK_ERRNO(EAGAIN, sigtimedwait(&set, &info, &none));
    sigprocmask(SIG_SETMASK, &old, NULL);
    CHECK_ERRNO(EINVAL, timer_create(CLOCK_MONOTONIC_COARSE + 50, &event, &timer));
}

static void clocks(void)
{
    struct timespec time;
    CHECK_EQUAL(0, clock_getres(CLOCK_MONOTONIC, &time));
    CHECK_EQUAL(1, time.tv_nsec);
    CHECK_ERRNO(EINVAL, clock_gettime(55, &time));
    CHECK_ERRNO(EINVAL, clock_getres(55, NULL));
    CHECK(now(CLOCK_REALTIME) > 1600000000000000000LL);
    long long cpu = now(CLOCK_PROCESS_CPUTIME_ID), thread = now(CLOCK_THREAD_CPUTIME_ID);
    volatile long work = 0;
    for (int i = 0; i < 30000000; i++) {
        work += i;
    }
    CHECK(now(CLOCK_PROCESS_CPUTIME_ID) > cpu);
    CHECK(now(CLOCK_THREAD_CPUTIME_ID) > thread);
    /* Who sleeps uses no CPU. */
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    thread = now(CLOCK_THREAD_CPUTIME_ID);
    CHECK_EQUAL(0, nanosleep(&(struct timespec){0, 400000000}, NULL));
    CHECK(now(CLOCK_PROCESS_CPUTIME_ID) - cpu < 200000000);
    CHECK(now(CLOCK_THREAD_CPUTIME_ID) - thread < 200000000);
    clockid_t mine;
    CHECK_EQUAL(0, clock_getcpuclockid(getpid(), &mine));
    CHECK(now(mine) > cpu);
    struct tms spent;
    CHECK(times(&spent) > 0);
    struct rusage usage;
    CHECK_EQUAL(0, getrusage(RUSAGE_SELF, &usage));
    CHECK(usage.ru_utime.tv_sec + usage.ru_utime.tv_usec > 0);
    CHECK_ERRNO(EINVAL, getrusage(5, &usage));
    CHECK_ERRNO(EFAULT, getrusage(RUSAGE_SELF, (void *)8));
    struct timeval day;
    CHECK_EQUAL(0, gettimeofday(&day, NULL));
    CHECK(day.tv_sec - time.tv_sec > 1600000000);
}

static void steering(void)
{
    struct timex timex = {0};
    int state = adjtimex(&timex);
    CHECK(state >= TIME_OK && state <= TIME_ERROR);
    CHECK((state == TIME_ERROR) == ((timex.status & STA_UNSYNC) != 0));
    CHECK(timex.tick >= 9000 && timex.tick <= 11000);
    CHECK(labs(timex.time.tv_sec - time(NULL)) <= 1);
    CHECK(clock_adjtime(CLOCK_REALTIME, &timex) >= 0);
    CHECK_ERRNO(EINVAL, clock_adjtime(77, &timex));
    CHECK_ERRNO(EOPNOTSUPP, clock_adjtime(CLOCK_MONOTONIC, &timex));
    CHECK_ERRNO(EFAULT, adjtimex((void *)8));
}

/* The vDSO and the system call tell the same time, whoever is asked first. */
static void one_time(void)
{
    static const clockid_t all[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
        CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI};
    for (int i = 0; i < 200; i++) {
        clockid_t clock = all[i % 7];
        struct timespec first, second, third;
        CHECK_EQUAL(0, clock_gettime(clock, &first));
        CHECK_EQUAL(0, syscall(SYS_clock_gettime, clock, &second));
        CHECK_EQUAL(0, clock_gettime(clock, &third));
        long long before = first.tv_sec * 1000000000ll + first.tv_nsec;
        long long between = second.tv_sec * 1000000000ll + second.tv_nsec;
        long long after = third.tv_sec * 1000000000ll + third.tv_nsec;
        CHECK(before <= between && between <= after && after - before < 1000000000ll);
    }
}

int main(void)
{
    one_time();
    sleeping();
    intervals();
    shortest_intervals();
    posix_timers();
    clocks();
    steering();
    return check_done();
}
