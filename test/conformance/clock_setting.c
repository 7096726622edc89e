/* clock_settime(2), settimeofday(2), adjtimex(2) ADJ_SETOFFSET: who may, and what follows a clock that is set. */
#include "check.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>

#define MS 1000000l
#define SECOND (1000 * MS)
/* Longer than anybody waits for a test. */
#define FAR (1000 * SECOND)

static int64_t now(int clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

/* The same without the vDSO. */
static int64_t now_by_call(int clock)
{
    struct timespec time;
    syscall(SYS_clock_gettime, clock, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

static struct timespec spec(int64_t ns)
{
    return (struct timespec) {ns / SECOND, ns % SECOND};
}

static int set(int64_t ns)
{
    struct timespec time = spec(ns);
    return clock_settime(CLOCK_REALTIME, &time);
}

static void refusals(void)
{
    struct timespec time = spec(now(CLOCK_REALTIME));
    CHECK_ERRNO(EFAULT, syscall(SYS_clock_settime, CLOCK_REALTIME, (void *)8));
    CHECK_ERRNO(EINVAL, clock_settime(CLOCK_MONOTONIC, &time));
    CHECK_ERRNO(EINVAL, clock_settime(CLOCK_BOOTTIME, &time));
    CHECK_ERRNO(EINVAL, clock_settime(77, &time));
    time.tv_nsec = SECOND;
    CHECK_ERRNO(EINVAL, clock_settime(CLOCK_REALTIME, &time));
    time = (struct timespec) {-1, 0};
    CHECK_ERRNO(EINVAL, clock_settime(CLOCK_REALTIME, &time));
    struct timeval micros = {1, 1000000};
    CHECK_ERRNO(EINVAL, syscall(SYS_settimeofday, &micros, NULL));
    CHECK_ERRNO(EFAULT, syscall(SYS_settimeofday, (void *)8, NULL));
    struct timex timex = {.modes = ADJ_TICK, .tick = 1};
    CHECK_ERRNO(EINVAL, adjtimex(&timex));
    timex = (struct timex) {.modes = 0x8000};
    CHECK_ERRNO(EINVAL, adjtimex(&timex));
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        CHECK_EQUAL(0, setuid(65534));
        time = spec(now(CLOCK_REALTIME));
        CHECK_ERRNO(EPERM, clock_settime(CLOCK_REALTIME, &time));
        timex = (struct timex) {.modes = ADJ_TICK, .tick = 10000};
        CHECK_ERRNO(EPERM, adjtimex(&timex));
        fflush(stdout);
        _exit(check_failures);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_EQUAL(0, status);
}

static void clocks_that_move(void)
{
    int64_t day = now(CLOCK_REALTIME), since = now(CLOCK_MONOTONIC);
    CHECK_EQUAL(0, set(day + FAR));
    CHECK(now(CLOCK_REALTIME) - day >= FAR && now(CLOCK_REALTIME) - day < FAR + 60 * SECOND);
    CHECK(now_by_call(CLOCK_REALTIME) - day >= FAR);
    CHECK(now(CLOCK_REALTIME_COARSE) - day >= FAR - 100 * MS && time(NULL) >= (day + FAR) / SECOND - 1);
    CHECK(now(CLOCK_MONOTONIC) - since < 60 * SECOND);
    struct timeval back = {day / SECOND, 0};
    CHECK_EQUAL(0, settimeofday(&back, NULL));
    CHECK(now(CLOCK_REALTIME) - day < 60 * SECOND);
    struct timex timex = {.modes = ADJ_SETOFFSET | ADJ_NANO, .time = {-5, 1}};
    CHECK(adjtimex(&timex) >= 0);
    CHECK(now(CLOCK_REALTIME) < day);
    CHECK_EQUAL(0, set(day));
    timex = (struct timex) {.modes = ADJ_SETOFFSET | ADJ_NANO, .time = {INT64_MIN, 0}};
    CHECK_ERRNO(EINVAL, adjtimex(&timex));
    CHECK_ERRNO(EINVAL, set(0));
}

static volatile sig_atomic_t rung;

static void ring(int signal)
{
    (void)signal;
    rung++;
}

static void timers_that_follow(void)
{
    int64_t day = now(CLOCK_REALTIME);
    signal(SIGUSR1, ring);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    timer_t absolute, relative;
    CHECK_EQUAL(0, timer_create(CLOCK_REALTIME, &event, &absolute));
    CHECK_EQUAL(0, timer_create(CLOCK_REALTIME, &event, &relative));
    struct itimerspec at = {.it_value = spec(day + FAR)}, in = {.it_value = spec(FAR)};
    CHECK_EQUAL(0, timer_settime(absolute, TIMER_ABSTIME, &at, NULL));
    CHECK_EQUAL(0, timer_settime(relative, 0, &in, NULL));
    int file = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK), cancelled = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    int far = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    CHECK_EQUAL(0, timerfd_settime(file, TFD_TIMER_ABSTIME, &at, NULL));
    CHECK_EQUAL(0, timerfd_settime(far, 0, &in, NULL));
    at.it_value = spec(day + 5 * FAR);
    CHECK_EQUAL(0, timerfd_settime(cancelled, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL));
    CHECK_EQUAL(0, set(day + FAR + SECOND));
    struct pollfd both[] = {{file, POLLIN, 0}, {cancelled, POLLIN, 0}};
    CHECK_EQUAL(1, poll(&both[0], 1, 10000));
    CHECK_EQUAL(1, poll(&both[1], 1, 10000));
    uint64_t times = 0;
    CHECK_EQUAL(8, read(file, &times, 8));
    CHECK_EQUAL(1, times);
    CHECK_ERRNO(ECANCELED, read(cancelled, &times, 8));
    CHECK_ERRNO(EAGAIN, read(cancelled, &times, 8));
    CHECK_ERRNO(EAGAIN, read(far, &times, 8));
    while (rung == 0) {
        usleep(1000);
    }
    CHECK_EQUAL(1, rung);
    struct itimerspec left;
    CHECK_EQUAL(0, timer_gettime(relative, &left));
    CHECK(left.it_value.tv_sec > 900);
    CHECK_EQUAL(0, timerfd_gettime(far, &left));
    CHECK(left.it_value.tv_sec > 900);
    CHECK_EQUAL(0, set(day));
    timer_delete(absolute);
    timer_delete(relative);
}

static int sleeps(int64_t until)
{
    struct timespec time = spec(until);
    return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL);
}

static int waits_for_a_futex(int64_t until)
{
    uint32_t word = 0;
    struct timespec time = spec(until);
    long result = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &time, NULL, -1);
    return result != -1 || errno != ETIMEDOUT;
}

static int waits_for_a_message(int64_t until)
{
    struct timespec time = spec(until);
    mqd_t queue = mq_open("/clock", O_CREAT | O_RDWR, 0600, NULL);
    char message[8192];
    int result = mq_timedreceive(queue, message, sizeof message, NULL, &time);
    mq_unlink("/clock");
    return result != -1 || errno != ETIMEDOUT;
}

static void calls_that_follow(void)
{
    int (*calls[])(int64_t) = {sleeps, waits_for_a_futex, waits_for_a_message};
    for (int i = 0; i < 3; i++) {
        int64_t day = now(CLOCK_REALTIME);
        pid_t child = fork();
        if (child == 0) {
            _exit(calls[i](day + FAR));
        }
        usleep(50000);
        CHECK_EQUAL(0, waitpid(child, NULL, WNOHANG));
        CHECK_EQUAL(0, set(day + FAR + SECOND));
        int status = -1;
        CHECK_EQUAL(child, waitpid(child, &status, 0));
        CHECK_EQUAL(0, status);
        CHECK_EQUAL(0, set(day));
    }
}

/* What adjtimex(2) keeps, and that its small steps arrive. */
static void small_steps(void)
{
    struct timex t = {.modes = 0};
    struct timespec before, after;
    CHECK(adjtimex(&t) >= 0);
    CHECK(t.status & STA_UNSYNC);
    t.modes = ADJ_OFFSET | ADJ_FREQUENCY | ADJ_MAXERROR | ADJ_ESTERROR | ADJ_STATUS | ADJ_TIMECONST | ADJ_TICK;
    CHECK(adjtimex(&t) >= 0);
    t.modes = ADJ_STATUS | ADJ_NANO | ADJ_MAXERROR;
    t.status = STA_PLL;
    t.maxerror = 1000;
    CHECK_EQUAL(0, adjtimex(&t));
    t.modes = 0;
    CHECK_EQUAL(0, adjtimex(&t));
    CHECK_EQUAL(STA_PLL | STA_NANO, t.status);
    CHECK_EQUAL(1000, t.maxerror);
    clock_gettime(CLOCK_REALTIME, &before);
    t.modes = ADJ_OFFSET;
    t.offset = 400000000;
    CHECK_EQUAL(0, adjtimex(&t));
    clock_gettime(CLOCK_REALTIME, &after);
    CHECK((after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec >= 400000000);
    t.modes = ADJ_TAI;
    t.constant = 37;
    CHECK_EQUAL(0, adjtimex(&t));
    t.constant = 100001;
    CHECK_EQUAL(0, adjtimex(&t));
    CHECK_EQUAL(37, t.tai);
    t.modes = ADJ_STATUS | ADJ_MICRO;
    t.status = STA_UNSYNC;
    CHECK_EQUAL(TIME_ERROR, adjtimex(&t));
}

int main(void)
{
    refusals();
    /* On the host the clock is everybody's: only the first process of an instance sets it. */
    if (getpid() == 1) {
        clocks_that_move();
        small_steps();
        timers_that_follow();
        calls_that_follow();
    }
    return check_done();
}
