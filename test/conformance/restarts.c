/*
 * What signal(7) says of calls that a stop interrupts, or a signal without a handler: they go on, for the rest of their
 * time (restart_syscall(2)); and what is not restarted after a handler.
 */
#include "check.h"

#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

enum { MS = 1000000, WHOLE_MS = 400, STOP_AT_MS = 100, STOP_MS = 150 };

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / MS;
}

static void pause_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * MS};
    while (nanosleep(&time, &time) == -1 && errno == EINTR) {
    }
}

static int by_nanosleep(void)
{
    struct timespec time = {0, WHOLE_MS * MS};
    return nanosleep(&time, NULL);
}

static int by_absolute_sleep(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += WHOLE_MS * MS;
    time.tv_sec += time.tv_nsec / (1000 * MS);
    time.tv_nsec %= 1000 * MS;
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static int by_poll(void)
{
    return poll(NULL, 0, WHOLE_MS);
}

static int by_futex(void)
{
    int word = 0;
    struct timespec time = {0, WHOLE_MS * MS};
    long result = syscall(SYS_futex, &word, FUTEX_WAIT, 0, &time, NULL, 0);
    return !(result == -1 && errno == ETIMEDOUT);
}

static int by_select(void)
{
    struct timeval time = {0, WHOLE_MS * 1000};
    return select(0, NULL, NULL, NULL, &time);
}

static int by_read(void)
{
    int ends[2];
    char byte;
    if (pipe(ends) != 0)
        return -1;
    pid_t writer = fork();
    if (writer == 0) {
        pause_ms(WHOLE_MS);
        _exit(write(ends[1], "x", 1) != 1);
    }
    return read(ends[0], &byte, 1) != 1;
}

/* Stops a child while it waits; stopped, it lets its time pass. */
static void stopped(const char *name, int (*wait)(void))
{
    fflush(stdout);
    long begun = now_ms();
    pid_t child = fork();
    if (child == 0)
        _exit(wait() != 0);
    int status = -1;
    pause_ms(STOP_AT_MS);
    CHECK_EQUAL(0, kill(child, SIGSTOP));
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status));
    /* Signals that are ignored interrupt nothing either. */
    CHECK_EQUAL(0, kill(child, SIGURG));
    pause_ms(STOP_MS);
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(0, kill(child, SIGWINCH));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    long took = now_ms() - begun;
    CHECK_EQUAL(0, status);
    CHECK(took >= WHOLE_MS - 1 && took < WHOLE_MS + STOP_AT_MS + STOP_MS + 1000);
    if (status != 0 || took < WHOLE_MS - 1)
        printf("%s: %ld ms\n", name, took);
}

static int by_epoll(void)
{
    struct epoll_event event;
    return epoll_wait(epoll_create1(0), &event, 1, WHOLE_MS);
}

/* Those that fail after a stop as well, signal(7), "Interruption of system calls and library functions by stop signals". */
static void interrupted_by_stop(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        errno = 0;
        _exit(!(by_epoll() == -1 && errno == EINTR));
    }
    int status = -1;
    pause_ms(STOP_AT_MS);
    kill(child, SIGSTOP);
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    kill(child, SIGCONT);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void nothing(int signal)
{
    (void)signal;
}

/* A handler interrupts all of them, with SA_RESTART too, except what has no time limit. */
static void handled(int (*wait)(void), int restarts)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART};
        sigaction(SIGUSR1, &action, NULL);
        int result = wait();
        int interrupted = result == -1 ? errno == EINTR : result == EINTR || result == 1;
        _exit(restarts ? result != 0 : !interrupted);
    }
    int status = -1;
    pause_ms(STOP_AT_MS);
    CHECK_EQUAL(0, kill(child, SIGUSR1));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

/* The rest of the time is told. */
static void remaining(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct sigaction action = {.sa_handler = nothing};
        struct timespec time = {5, 0}, rest = {0, 0};
        sigaction(SIGUSR1, &action, NULL);
        int result = nanosleep(&time, &rest);
        _exit(!(result == -1 && errno == EINTR && (rest.tv_sec == 4 || (rest.tv_sec == 3 && rest.tv_nsec > 0))));
    }
    int status = -1;
    pause_ms(STOP_AT_MS);
    CHECK_EQUAL(0, kill(child, SIGUSR1));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

int main(void)
{
    CHECK_ERRNO(EINTR, syscall(SYS_restart_syscall));
    stopped("nanosleep", by_nanosleep);
    stopped("clock_nanosleep", by_absolute_sleep);
    stopped("poll", by_poll);
    stopped("futex", by_futex);
    stopped("select", by_select);
    stopped("read", by_read);
    interrupted_by_stop();
    handled(by_nanosleep, 0);
    handled(by_absolute_sleep, 0);
    handled(by_poll, 0);
    handled(by_select, 0);
    handled(by_epoll, 0);
    handled(by_read, 1);
    remaining();
    return check_done();
}
