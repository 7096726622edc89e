/*
 * timer_create(2) on the clocks of CPU time, and for one thread (SIGEV_THREAD_ID); clock_nanosleep(2) on the CPU time of
 * a process; clocks of other processes, clock_getcpuclockid(3).
 */
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { MS = 1000000 };

static volatile sig_atomic_t ticks, last_code, last_value;
static volatile pid_t handled_by;

static void on_tick(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    last_code = info->si_code;
    last_value = info->si_value.sival_int;
    handled_by = syscall(SYS_gettid);
    /* Last: whoever sees it counts on the others. */
    ticks++;
}

static long long clock_ns(clockid_t clock)
{
    struct timespec now = {0, 0};
    CHECK_EQUAL(0, clock_gettime(clock, &now));
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void burn(long long ns)
{
    long long end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;
    while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end) {
    }
}

static timer_t create(clockid_t clock, int notify, pid_t tid)
{
    struct sigevent event = {.sigev_notify = notify, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 77};
    event.sigev_notify_thread_id = tid;
    timer_t timer = 0;
    CHECK_EQUAL(0, timer_create(clock, &event, &timer));
    return timer;
}

/* It does not run down while nobody works. */
static void elapses_by_work(clockid_t clock)
{
    timer_t timer = create(clock, SIGEV_SIGNAL, 0);
    struct itimerspec once = {.it_value = {0, 30 * MS}}, left;
    struct timespec pause = {0, 100 * MS};
    ticks = 0;
    CHECK_EQUAL(0, timer_settime(timer, 0, &once, NULL));
    CHECK_EQUAL(0, nanosleep(&pause, NULL));
    CHECK_EQUAL(0, ticks);
    CHECK_EQUAL(0, timer_gettime(timer, &left));
    CHECK(left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 30 * MS);
    burn(80 * MS);
    CHECK_EQUAL(1, ticks);
    CHECK_EQUAL(SI_TIMER, last_code);
    CHECK_EQUAL(77, last_value);
    /* Again and again. */
    struct itimerspec often = {{0, 20 * MS}, {0, 20 * MS}};
    ticks = 0;
    CHECK_EQUAL(0, timer_settime(timer, 0, &often, NULL));
    burn(150 * MS);
    CHECK(ticks >= 2);
    /* At a time of the clock. */
    long long at = clock_ns(clock) + 30 * MS;
    struct itimerspec absolute = {.it_value = {at / 1000000000, at % 1000000000}};
    CHECK_EQUAL(0, timer_settime(timer, TIMER_ABSTIME, &absolute, NULL));
    ticks = 0;
    burn(80 * MS);
    CHECK_EQUAL(1, ticks);
    CHECK_EQUAL(0, timer_delete(timer));
}

static volatile pid_t waiting;
static volatile int done;

static void *wait_for_it(void *nothing)
{
    waiting = syscall(SYS_gettid);
    while (!done) {
        struct timespec pause = {0, 5 * MS};
        nanosleep(&pause, NULL);
    }
    return nothing;
}

/* The signal goes to one thread, not to whoever is there. */
static void for_one_thread(void)
{
    pthread_t thread;
    done = 0;
    waiting = 0;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, wait_for_it, NULL));
    while (waiting == 0)
        usleep(1000);
    struct sigevent wrong = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN};
    wrong.sigev_notify_thread_id = 1 << 22;
    timer_t timer;
    CHECK_ERRNO(EINVAL, timer_create(CLOCK_MONOTONIC, &wrong, &timer));
    timer = create(CLOCK_MONOTONIC, SIGEV_THREAD_ID, waiting);
    struct itimerspec once = {.it_value = {0, 10 * MS}};
    for (int i = 0; i < 3; i++) {
        ticks = 0;
        handled_by = 0;
        CHECK_EQUAL(0, timer_settime(timer, 0, &once, NULL));
        for (int ms = 0; ms < 2000 && ticks == 0; ms++)
            usleep(1000);
        CHECK_EQUAL(1, ticks);
        CHECK_EQUAL(waiting, handled_by);
    }
    CHECK_EQUAL(0, timer_delete(timer));
    done = 1;
    pthread_join(thread, NULL);
}

static void without_signal(void)
{
    timer_t timer = create(CLOCK_MONOTONIC, SIGEV_NONE, 0);
    struct itimerspec once = {.it_value = {0, 20 * MS}}, left;
    struct timespec pause = {0, 40 * MS};
    ticks = 0;
    CHECK_EQUAL(0, timer_settime(timer, 0, &once, NULL));
    CHECK_EQUAL(0, timer_gettime(timer, &left));
    CHECK(left.it_value.tv_nsec > 0);
    nanosleep(&pause, NULL);
    CHECK_EQUAL(0, timer_gettime(timer, &left));
    CHECK_EQUAL(0, left.it_value.tv_nsec);
    CHECK_EQUAL(0, ticks);
    CHECK_EQUAL(0, timer_delete(timer));
    CHECK_ERRNO(EINVAL, timer_create(999, NULL, &timer));
}

static void of_another(void)
{
    int ends[2];
    char byte;
    clockid_t clock;
    CHECK_EQUAL(0, pipe(ends));
    pid_t child = fork();
    if (child == 0) {
        burn(50 * MS);
        if (write(ends[1], "x", 1) == 1)
            pause();
    }
    CHECK_EQUAL(0, clock_getcpuclockid(child, &clock));
    CHECK_EQUAL(1, read(ends[0], &byte, 1));
    CHECK(clock_ns(clock) >= 45 * MS);
    kill(child, SIGKILL);
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    struct timespec now;
    CHECK_ERRNO(EINVAL, clock_gettime(clock, &now));
    CHECK_EQUAL(ESRCH, clock_getcpuclockid(child, &clock));
    close(ends[0]);
    close(ends[1]);
}

static void *work(void *nothing)
{
    while (!done) {
    }
    return nothing;
}

/* Who sleeps for CPU time needs another who works. */
static void sleep_by_work(void)
{
    pthread_t thread;
    struct timespec time = {0, 30 * MS};
    done = 0;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, work, NULL));
    long long before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    CHECK_EQUAL(0, clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &time, NULL));
    CHECK(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - before >= 29 * MS);
    done = 1;
    pthread_join(thread, NULL);
}

/* The thread whose work it was hears of it, not one that sleeps. */
static void *tick_here(void *nothing)
{
    struct timespec pause = {0, 10 * MS};
    CHECK_EQUAL(0, nanosleep(&pause, NULL));
    timer_t timer = create(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, 0);
    struct itimerspec often = {{0, 5 * MS}, {0, 5 * MS}};
    int elsewhere = 0;
    ticks = 0;
    CHECK_EQUAL(0, timer_settime(timer, 0, &often, NULL));
    for (int seen = 0; seen < 5;) {
        if (ticks != seen) {
            seen = ticks;
            elsewhere += handled_by != syscall(SYS_gettid);
        }
    }
    CHECK_EQUAL(0, timer_delete(timer));
    CHECK_EQUAL(0, elsewhere);
    return nothing;
}

static void for_who_works(void)
{
    pthread_t thread;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, tick_here, NULL));
    pthread_join(thread, NULL);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    CHECK_EQUAL(0, sigaction(SIGRTMIN, &action, NULL));
    elapses_by_work(CLOCK_PROCESS_CPUTIME_ID);
    elapses_by_work(CLOCK_THREAD_CPUTIME_ID);
    for_one_thread();
    without_signal();
    of_another();
    sleep_by_work();
    for_who_works();
    return check_done();
}
